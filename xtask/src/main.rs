//! Chores for the people who work on Lightest: `cargo xtask test` and its kin.

mod book;
mod browser;
mod corpus;
mod empty_root;
mod generated;
mod kubevirt;
mod licences;
mod mutants;
#[cfg(test)]
mod opened;
mod packages;
mod run;
mod test;
mod unknowns;
mod windows;

use std::process::ExitCode;

const USAGE: &str = "\
usage: cargo xtask CHORE

  test     run every test; installs what they need, or reports exactly what is missing
  install  PURPOSE..: install the packages of guests/packages.toml for it, such as bench-check
  empty-root  install the whole list in an empty Debian, and look for every file and its owner
  browser  test the picker page in Chromium alone
  gen      write every generated file anew; with --check, report the stale ones
  book     build docs/book into target/book, with the versions of mdBook and mdbook-admonish that OpenVMM pins
  corpus   --framework kubevirt --repo DIR: compare check with what KubeVirt's maintainers did with their tests' guests, and
           write the page on that
  fuzz     [RUNS [TARGET..]]: mutated input for all that reads what comes from outside, a million times each
  mutants  [K/N]: change the code of lightest-model and lightest-lint in every way that cargo-mutants knows, or in one of N
           parts of them, and count how many changes the crate's own tests notice
  windows  build for Windows and compare under Wine, and check for macOS
  corpus   --openvmm DIR: read a checkout of OpenVMM, and write the findings of check with their verdicts
  unknowns --openvmm DIR: read a checkout of OpenVMM, and write the page on what its tests leave unknown
";

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = args.iter().map(String::as_str).collect();
    let done = match words.as_slice() {
        ["test"] => test::all(),
        ["browser"] => browser::test(),
        ["empty-root"] => empty_root::check(),
        ["windows"] => windows::check(),
        ["install", purposes @ ..] => packages::install(purposes),
        ["book"] => book::build(),
        ["gen"] => generated::run(false),
        ["gen", "--check"] => generated::run(true),
        ["corpus", "--framework", "kubevirt", "--repo", folder] => kubevirt::run(folder, false),
        ["corpus", "--framework", "kubevirt", "--repo", folder, "--check"] => kubevirt::run(folder, true),
        ["corpus", "--openvmm", folder] => corpus::run(folder, false),
        ["corpus", "--openvmm", folder, "--check"] => corpus::run(folder, true),
        ["unknowns", "--openvmm", folder] => unknowns::run(folder, false),
        ["unknowns", "--openvmm", folder, "--check"] => unknowns::run(folder, true),
        ["fuzz", args @ ..] => fuzz(args),
        ["mutants"] => mutants::run(None),
        ["mutants", shard] => mutants::run(Some(shard)),
        _ => Err(USAGE.to_owned()),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            run::report(&message);
            ExitCode::FAILURE
        }
    }
}

/// Builds the fuzzer for speed, with every check of the debug build, and runs it.
fn fuzz(args: &[&str]) -> Result<(), String> {
    let mut command = run::cargo();
    command.args(["run", "--quiet", "--profile", "fuzz", "--package", "lightest-fuzz", "--"]).args(args);
    run::run(command)
}
