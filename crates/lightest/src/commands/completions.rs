//! `lightest completions`: a completion script for a shell.

use clap::CommandFactory;

use crate::args::{Args, Completions};
use crate::failure::Failure;
use crate::{exit, output};

/// Prints the script.
pub(crate) fn run(args: &Completions) -> Result<u8, Failure> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Args::command(), "lightest", &mut script);
    output::raw(&script)?;
    Ok(exit::DONE)
}
