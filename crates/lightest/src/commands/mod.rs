//! The commands, one file each.

mod check;
mod completions;
mod explain;
mod guide;
pub(crate) mod lab;
mod list;
mod parse;
mod pick;
mod requirements;
mod sync;

use crate::args::{Args, Command};
use crate::exit;
use crate::failure::Failure;
use lab::LabCommand;

/// Runs the command; the result is its exit code.
pub(crate) fn run(args: &Args) -> Result<u8, Failure> {
    let catalog = args.catalog.as_deref();
    match &args.command {
        Command::Pick(pick) => pick::run(pick, catalog),
        Command::Parse(parse) => parse::run(parse, catalog),
        Command::Explain(explain) => explain::run(explain, catalog),
        Command::List(list) => list::run(list, catalog),
        Command::Check(check) => check::run(check, catalog),
        Command::Requirements(requirements) => requirements::run(requirements, catalog),
        Command::Sync(sync) => sync::run(sync, catalog),
        Command::Boot(args) => lab::run(LabCommand::Boot(args), catalog),
        Command::Measure(args) => lab::run(LabCommand::Measure(args), catalog),
        Command::Probe(args) => lab::run(LabCommand::Probe(args), catalog),
        Command::Verify(args) => lab::run(LabCommand::Verify(args), catalog),
        Command::Image(args) => lab::run(LabCommand::Image(args), catalog),
        Command::Guide(guide) => guide::run(guide, catalog),
        Command::Completions(completions) => completions::run(completions),
    }
}

/// The exit codes, for the help text.
pub(crate) fn exit_codes() -> String {
    let mut text = String::from("Exit codes:\n");
    for (code, meaning) in exit::ALL {
        text.push_str(&format!("  {code}  {meaning}\n"));
    }
    text
}
