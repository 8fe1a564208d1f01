//! `cargo xtask unknowns`: unknowns of OpenVMM's own tests, for the book.
//!
//! Read from a checkout is `corpus/unknowns.json` (facts and our own edits, nothing of the checkout's text); the page
//! is made from that file alone, so that a test can check it.

use std::fmt::Write as _;
use std::path::Path;

use serde_json::{Value, json};

use crate::corpus;
use crate::run::committed;

const DATA: &str = "corpus/unknowns.json";
const PAGE: &str = "docs/book/src/unknowns.md";
/// Writes both.
const CHORE: &str = "unknowns --openvmm DIR";
/// Unknowns on the page.
const SHOWN: usize = 10;

/// Reads a checkout and writes data and page; with `check`, reports which are stale.
pub(crate) fn run(openvmm: &str, check: bool) -> Result<(), String> {
    let data = read(Path::new(openvmm))?;
    committed(DATA, &format!("{data:#}\n"), check, CHORE)?;
    committed(PAGE, &page(&data), check, CHORE)
}

fn read(openvmm: &Path) -> Result<Value, String> {
    let folder = openvmm.display().to_string();
    let commit = corpus::git(openvmm, &["rev-parse", "--short=9", "HEAD"])?;
    let all = corpus::json(&corpus::program()?, &["unknowns", &folder, "--format", "json"])?;
    let found = all["unknowns"].as_array().ok_or("no list of unknowns")?;
    let kept: Vec<Value> = found
        .iter()
        .take(SHOWN)
        .map(|unknown| {
            let edit = &unknown["experiment"]["edit"];
            let file = edit["file_name"].as_str().unwrap_or_default();
            json!({
                "config": unknown["config"],
                "requirement": unknown["requirement"],
                "because": unknown["because"],
                "saves": unknown["saves"],
                "from": unknown["waiting"][0]["from"],
                "experiment": {
                    "kind": unknown["experiment"]["kind"],
                    "beside": unknown["experiment"]["beside"],
                    "variant": unknown["experiment"]["variant"],
                    "file": corpus::local(file, openvmm),
                    "line": edit["line"],
                    "text": edit["text"].as_str().map(|text| text.trim().trim_end_matches(',')),
                },
            })
        })
        .collect();
    Ok(
        json!({"commit": commit.trim(), "found": found.len(), "open_tests": all["open_tests"], "unknowns": kept}),
    )
}

/// The page of the book.
fn page(data: &Value) -> String {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let number = |value: &Value| value.as_i64().unwrap_or(0);
    let mut page = String::from("# From unknown to known\n\n");
    page.push_str(
        "Most silences of `check` and most doubts of `pick` end in *unknown*: nobody has shown that a lighter \
         configuration provides what a test asks. One run settles it.\n\n\
         1. `lightest unknowns vmm_tests` lists what is unknown, the most valuable first, each with the one variant \
         that would settle it.\n\
         2. `lightest unknowns vmm_tests --try 1 --write` adds that variant beside what is there, as `unstable(..)`, so \
         that its failure blocks nobody.\n\
         3. CI runs it. `lightest learn junit.xml --tests vmm_tests --into facts --commit REV` turns the pass into a fact \
         of your own catalog, for that configuration and no other.\n\
         4. `lightest --catalog facts check vmm_tests` finds what can be lighter now, and `pick` recommends it.\n\n\
         A failure shows nothing by itself. With `PETRI_IGNORE_UNSTABLE_FAILURES`, which OpenVMM's CI sets, petri reports an \
         unstable variant that fails as passed, so `learn` takes such a pass only where the report keeps the test's \
         own output (`store-success-output` of nextest's JUnit).\n\n\
         `lightest suite vmm_tests --junit junit.xml --shards 4` shows what the suite costs, and divides it.\n\n",
    );
    let _ = writeln!(
        page,
        "## The most valuable unknowns of OpenVMM\n\nAt OpenVMM {} there are {} unknowns of which a single *yes* would make \
         some variant lighter; {} tests are left out, since not everything that they ask is known. Savings are over one \
         run of each variant that waits; they do not add up, since several unknowns may serve one variant.\n",
        text(&data["commit"]),
        data["found"],
        data["open_tests"],
    );
    for (index, unknown) in data["unknowns"].as_array().into_iter().flatten().enumerate() {
        let config = text(&unknown["config"]);
        let what = match text(&unknown["requirement"]).as_str() {
            "runs" => "runs".to_owned(),
            requirement => format!("provides `{requirement}`"),
        };
        let saves = &unknown["saves"];
        let _ = writeln!(page, "### {}. `{config}` {what}\n", index + 1);
        let _ = writeln!(
            page,
            "Unknown: {}. A yes makes {} variants lighter, {} of them findings of `check`: {:.1} GB of images and {} steps \
             of boot class less, where they boot such as `{}` today.\n",
            text(&unknown["because"]),
            number(&saves["variants"]),
            number(&saves["findings"]),
            saves["image_bytes"].as_f64().unwrap_or(0.0) / 1e9,
            number(&saves["boot_classes"]),
            text(&unknown["from"]),
        );
        let experiment = &unknown["experiment"];
        match text(&experiment["kind"]).as_str() {
            "add" => {
                let _ = writeln!(
                    page,
                    "The edit, in `{}` line {}:\n\n```rust,ignore\n{},\n```\n",
                    text(&experiment["file"]),
                    experiment["line"],
                    text(&experiment["text"]),
                );
            }
            "runs-already" => {
                let _ = writeln!(
                    page,
                    "No edit is needed: `{}` runs it already; its result is all that is missing.\n",
                    text(&experiment["variant"])
                );
            }
            _ => page.push_str("No test of the tree is certain to ask for it.\n\n"),
        }
    }
    page.truncate(page.trim_end().len());
    page.push('\n');
    page
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::run::root;

    #[test]
    fn the_page_is_made_from_the_committed_data() {
        let data = fs::read_to_string(root().join(DATA)).expect("the data");
        let data: Value = serde_json::from_str(&data).expect("JSON");
        assert_eq!(data["unknowns"].as_array().map(Vec::len), Some(SHOWN));
        let found = fs::read_to_string(root().join(PAGE)).expect("the page");
        assert_eq!(found, page(&data), "run `cargo xtask unknowns --openvmm DIR`");
    }
}
