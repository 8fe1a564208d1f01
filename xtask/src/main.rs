//! Chores for the people who work on Lightest: `cargo xtask test` and its kin.

mod generated;
mod lab;
mod run;
mod test;

use std::process::ExitCode;

const USAGE: &str = "\
usage: cargo xtask CHORE

  test     run every test; installs what they need, or says exactly what is missing
  gen      write every generated file anew; with --check, say which are stale
";

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = args.iter().map(String::as_str).collect();
    let done = match words.as_slice() {
        ["test"] => test::all(),
        ["gen"] => generated::run(false),
        ["gen", "--check"] => generated::run(true),
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
