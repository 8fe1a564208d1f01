//! `lightest completions`: a completion script for a shell.

use clap::{Args as ClapArgs, CommandFactory};

use crate::failure::Failure;
use crate::{exit, output};

#[derive(Debug, ClapArgs)]
pub(crate) struct Args {
    /// The shell
    #[arg(value_enum)]
    shell: clap_complete::Shell,
}

/// Prints the script.
pub(crate) fn run(args: &Args) -> Result<u8, Failure> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut super::Cli::command(), "lightest", &mut script);
    output::raw(&script)?;
    Ok(exit::DONE)
}
