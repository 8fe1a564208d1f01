//! `cargo xtask gen`: the files that are made from the catalog and the program.

use crate::run::{self, capture, cargo, committed};

/// A generated file: where it lies in the repository, and what belongs into it.
struct Generated {
    path: &'static str,
    make: fn() -> Result<String, String>,
}

/// Every generated file that is not the business of a command of its own.
const FILES: [Generated; 1] = [Generated { path: "docs/pick.svg", make: picture }];

/// Where the schemas lie.
const SCHEMAS: &str = "docs/book/src/schema";

/// Writes every generated file, or reports the stale ones.
///
/// # Errors
///
/// What could not be made or written, or, when only checking, the stale files.
pub(crate) fn run(check: bool) -> Result<(), String> {
    pages(check)?;
    let mut files = schemas()?;
    for file in &FILES {
        files.push((file.path.to_owned(), (file.make)()?));
    }
    let stale: Vec<String> =
        files.iter().filter_map(|(name, made)| committed(name, made, check, "gen").err()).collect();
    if stale.is_empty() { Ok(()) } else { Err(stale.join("\n")) }
}

/// The generated pages of docs/book, which the program writes or compares itself.
fn pages(check: bool) -> Result<(), String> {
    let mut command = cargo();
    command.args(["run", "--quiet", "--package", "lightest", "--bin", "lightest", "--"]);
    command.args(["guide", "--book", "docs/book"]);
    if check {
        command.arg("--check");
    }
    run::run(command).map_err(|error| format!("{error}; `cargo xtask gen` writes them anew"))
}

/// The schemas of what the program prints as JSON: each file with its content.
fn schemas() -> Result<Vec<(String, String)>, String> {
    let mut command = cargo();
    command.args(["run", "--quiet", "--package", "lightest", "--features", "schema", "--example", "schema"]);
    let all: serde_json::Map<String, serde_json::Value> =
        serde_json::from_str(&capture(command)?).map_err(|error| format!("the schemas: {error}"))?;
    Ok(all
        .into_iter()
        .map(|(name, schema)| (format!("{SCHEMAS}/{name}.json"), format!("{schema:#}\n")))
        .collect())
}

/// The picture of the README: what the program prints, as a terminal shows it.
fn picture() -> Result<String, String> {
    let args = ["pick", "--requires", "tpm,systemd", "--arch", "x64"];
    let mut command = cargo();
    command.args(["run", "--quiet", "--package", "lightest", "--"]).args(args).env("CLICOLOR_FORCE", "1");
    let printed = capture(command)?;
    let shown = format!("$ lightest {}\n\n{printed}", args.join(" "));
    Ok(anstyle_svg::Term::new().render_svg(&shown))
}
