//! Chores for the people who work on Lightest: `cargo xtask test` and its kin.

mod book;
mod browser;
mod corpus;
mod fuzz;
mod generated;
mod kubevirt;
mod lab;
mod licences;
mod run;
mod test;
mod unknowns;

use std::process::ExitCode;

const USAGE: &str = "\
usage: cargo xtask CHORE

  test     run every test; installs what they need, or says exactly what is missing
  browser  test the picker page in Chromium alone
  gen      write every generated file anew; with --check, say which are stale
  book     build docs/book into target/book, with the versions of mdBook and mdbook-admonish that OpenVMM pins
  fuzz     [RUNS]: mutate sources and attributes, a million times each, and see that nothing panics; build it
           with `cargo run --profile fuzz -p xtask -- fuzz`
  corpus   --framework kubevirt DIR: hold check against what KubeVirt's maintainers did with their tests' guests
  corpus   --openvmm DIR: read a checkout of OpenVMM, and write what check says of it and what became of that
  unknowns --openvmm DIR: read a checkout of OpenVMM, and write the page on what its tests leave unknown
";

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = args.iter().map(String::as_str).collect();
    let done = match words.as_slice() {
        ["test"] => test::all(),
        ["browser"] => browser::test(),
        ["book"] => book::build(),
        ["gen"] => generated::run(false),
        ["gen", "--check"] => generated::run(true),
        ["corpus", "--framework", "kubevirt", folder] => kubevirt::run(folder),
        ["corpus", "--openvmm", folder] => corpus::run(folder, false),
        ["corpus", "--openvmm", folder, "--check"] => corpus::run(folder, true),
        ["unknowns", "--openvmm", folder] => unknowns::run(folder, false),
        ["unknowns", "--openvmm", folder, "--check"] => unknowns::run(folder, true),
        ["fuzz"] => fuzz::run(1_000_000),
        ["fuzz", runs] => runs.parse().map_err(|_| USAGE.to_owned()).and_then(fuzz::run),
        _ => Err(USAGE.to_owned()),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            run::say(&message);
            ExitCode::FAILURE
        }
    }
}
