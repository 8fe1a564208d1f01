//! `cargo xtask fuzz`: mutated sources and attributes by the million, none of which may make the reader or the grammar panic.
//!
//! The mutations are made from the fixtures of `check` by a small generator of its own, so that a run can be repeated: a
//! failure names the number that makes it again.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;
use std::{fs, io};

use lightest_catalog::{OPENVMM, calls, embedded, load};
use lightest_lint::calls::Table;
use lightest_lint::dialect::Dialect;
use lightest_lint::linter::{self, Options};
use lightest_lint::source::Source;
use lightest_petri::Petri;
use lightest_petri::grammar::{AttributeKind, Grammar};

use crate::run;

/// Pieces of text that are put in, since chance would not find them.
const WORDS: [&str; 40] = [
    "#[vmm_test(",
    "#[openvmm_test(",
    "configs(",
    "noagent",
    "ignore(reason = \"",
    "unstable(",
    "requires(vpci)",
    "openvmm_uefi_x64(",
    "vhd(",
    "iso(",
    "none",
    "linux_direct_x64",
    "[snp]",
    "hyperv_openhcl_",
    "(",
    ")",
    "{",
    "}",
    "[",
    "]",
    "\"",
    "'",
    "//",
    "/*",
    "*/",
    "async fn f(",
    "PetriVmBuilder<T>",
    "config.run().await?;",
    "cmd!(sh, \"",
    "match x {",
    "=>",
    "|b| ",
    "::",
    "\u{1f980}",
    "\u{0}",
    "é",
    "r#\"",
    "\\",
    "let (vm, agent) = ",
    "// lightest: expect(",
];

/// A generator that gives the same numbers for the same seed.
struct Chance(u64);

impl Chance {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    fn below(&mut self, bound: usize) -> usize {
        usize::try_from(self.next() % (bound.max(1) as u64)).unwrap_or(0)
    }
}

/// Runs each target that often.
pub(crate) fn run(runs: u64) -> Result<(), String> {
    let files = embedded(OPENVMM);
    let catalog = load(&files).map_err(|errors| errors[0].message.clone())?;
    let table = Table::new(calls::load(&files, &catalog).map_err(|errors| errors[0].message.clone())?);
    let seeds = seeds().map_err(|error| error.to_string())?;
    // What would be printed a million times over says nothing more the second time.
    std::panic::set_hook(Box::new(|_| {}));
    target("reader", runs, &seeds, |text| {
        let source = Source {
            path: "fuzz.rs".to_owned(),
            local: "src/fuzz.rs".to_owned(),
            package: String::new(),
            text: Arc::from(text),
        };
        let sources = [source];
        let _ = Petri.interest(Path::new("fuzz.rs"), text.as_bytes());
        let reading = Petri.read(&sources, &catalog, &table);
        let options = Options { pedantic: true, ..Options::default() };
        let findings = linter::check(&reading, &sources, &Petri, &catalog, &table, &options);
        // Every place must lie in the text, on the boundaries of characters.
        let spans = reading.notes.iter().map(|note| &note.span);
        for span in spans.chain(findings.iter().map(|finding| finding.span())) {
            assert!(text.get(span.bytes.clone()).is_some(), "a place outside of the text");
        }
        for edit in findings
            .iter()
            .filter_map(|finding| finding.diagnostic.help.as_ref())
            .flat_map(|help| &help.edits)
        {
            assert!(text.get(edit.span.bytes.clone()).is_some(), "an edit outside of the text");
        }
    })?;
    let grammar = Grammar::new(&catalog);
    let lines: Vec<String> = seeds
        .iter()
        .flat_map(|seed| seed.lines())
        .filter(|line| line.contains("_x64") || line.contains("_aarch64"))
        .map(str::to_owned)
        .collect();
    target("grammar", runs, &lines, |text| {
        for kind in AttributeKind::ALL {
            let _ = grammar.parse_arguments(kind, text);
            let _ = grammar.parse_arguments_partly(kind, text);
        }
        let _ = grammar.parse_attribute(text);
        if let Err(error) = grammar.parse_entry(text) {
            assert!(text.get(error.span).is_some(), "a caret outside of the text");
        }
    })
}

fn target(name: &str, runs: u64, seeds: &[String], run_one: impl Fn(&str)) -> Result<(), String> {
    let start = Instant::now();
    for number in 1..=runs {
        let text = mutate(number, seeds);
        if catch_unwind(AssertUnwindSafe(|| run_one(&text))).is_err() {
            return Err(format!("{name}: panics on number {number}:\n{text:?}"));
        }
    }
    run::say(&format!("{name}: {runs} runs without a panic in {:.0} s", start.elapsed().as_secs_f64()));
    Ok(())
}

/// The text of a number.
fn mutate(number: u64, seeds: &[String]) -> String {
    let mut chance = Chance(number.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1);
    for _ in 0..4 {
        chance.next();
    }
    let mut text: Vec<char> = seeds[chance.below(seeds.len())].chars().collect();
    for _ in 0..=chance.below(6) {
        let at = chance.below(text.len() + 1);
        match chance.below(6) {
            0 => {
                let end = (at + chance.below(20)).min(text.len());
                text.drain(at..end);
            }
            1 | 2 => {
                let word = WORDS[chance.below(WORDS.len())];
                text.splice(at..at, word.chars());
            }
            3 => {
                let end = (at + chance.below(60)).min(text.len());
                let copy: Vec<char> = text[at..end].to_vec();
                let to = chance.below(text.len() + 1);
                text.splice(to..to, copy);
            }
            4 if at < text.len() => {
                text[at] = char::from_u32(u32::try_from(chance.next() % 0x300).unwrap_or(0)).unwrap_or(' ');
            }
            _ => text.truncate(at.max(1)),
        }
    }
    text.into_iter().take(20_000).collect()
}

/// The functions of the fixtures, one by one: short texts make fast runs.
fn seeds() -> io::Result<Vec<String>> {
    let mut seeds = Vec::new();
    for entry in fs::read_dir(run::root().join("crates/lightest/tests/ui"))? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "rs") {
            let text = fs::read_to_string(path)?;
            seeds.extend(text.split("\n\n").map(str::to_owned));
        }
    }
    seeds.sort();
    Ok(seeds)
}
