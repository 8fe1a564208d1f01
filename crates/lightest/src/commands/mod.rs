//! The commands, one file or folder each, with their options.

mod check;
mod completions;
mod explain;
mod fill;
mod guide;
pub(crate) mod lab;
mod learn;
mod list;
mod parse;
mod pick;
mod requirements;
mod suite;
mod sync;
mod unknowns;

use std::convert::Infallible;
use std::path::PathBuf;

use clap::{Parser, Subcommand};

use crate::exit;
use crate::failure::Failure;
use crate::framework::Framework;
use crate::session::Session;
use lab::LabCommand;

/// Picks the lightest guest that exercises the code under test.
#[derive(Debug, Parser)]
#[command(name = "lightest", bin_name = "lightest", version, about, max_term_width = 80, after_help = exit::help())]
pub(crate) struct Cli {
    /// Overlay the embedded catalog with the one in this folder
    #[arg(long, global = true, value_name = "DIR")]
    catalog: Option<PathBuf>,

    /// Test framework [default: the one whose tests are found, or petri]
    #[arg(long, global = true, value_parser = Framework::parser(), value_name = "NAME")]
    framework: Option<Framework>,

    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
// A command is built when it is asked for, not all of them for each.
#[command(defer = true)]
pub(crate) enum Command {
    /// Recommend the lightest configuration for a new test
    Pick(pick::Args),
    /// Show what a configuration means, or where it is wrong
    Parse(parse::Args),
    /// Explain a configuration, guest, requirement, quirk, boot method, blocker or rule
    Explain(explain::Args),
    /// List entries of the catalog
    List(list::Args),
    /// Check which guests tests boot, and fix them
    Check(check::Args),
    /// Fill in the configurations of tests that list none
    Fill(fill::Args),
    /// Show what tests require of their environment, and why
    Requirements(requirements::Args),
    /// List unproven configurations by what a proof would save
    Unknowns(unknowns::Args),
    /// Turn test results into facts of a catalog of your own
    Learn(learn::Args),
    /// Report what a suite costs, and divide it into shards
    Suite(suite::Args),
    /// Compare the catalog with the project's own source
    Sync(sync::Args),
    /// Boot real virtual machines and show their timelines
    Boot(lab::options::Boot),
    /// Measure boot times over several boots
    Measure(lab::options::Measure),
    /// Find out what a running guest or an image provides
    Probe(lab::options::Probe),
    /// Check the catalog against running guests
    Verify(lab::options::Verify),
    /// Build the lab's guests
    Image(lab::options::Image),
    /// Generate the guidance pages from the catalog, or check that they are current
    Guide(guide::Args),
    /// Print a completion script for a shell
    Completions(completions::Args),
}

/// One word of several with commas between them, and perhaps blanks behind those.
fn word(text: &str) -> Result<String, Infallible> {
    Ok(text.trim().to_owned())
}

/// Runs the command; the result is its exit code.
pub(crate) fn run(cli: Cli) -> Result<u8, Failure> {
    let session = &Session::new(cli.catalog, cli.framework);
    match &cli.command {
        Command::Pick(args) => pick::run(args, session),
        Command::Parse(args) => parse::run(args, session),
        Command::Explain(args) => explain::run(args, session),
        Command::List(args) => list::run(args, session),
        Command::Check(args) => check::run(args, session),
        Command::Fill(args) => fill::run(args, session),
        Command::Requirements(args) => requirements::run(args, session),
        Command::Unknowns(args) => unknowns::run(args, session),
        Command::Learn(args) => learn::run(args, session),
        Command::Suite(args) => suite::run(args, session),
        Command::Sync(args) => sync::run(args, session),
        Command::Boot(args) => lab::run(LabCommand::Boot(args), session),
        Command::Measure(args) => lab::run(LabCommand::Measure(args), session),
        Command::Probe(args) => lab::run(LabCommand::Probe(args), session),
        Command::Verify(args) => lab::run(LabCommand::Verify(args), session),
        Command::Image(args) => lab::run(LabCommand::Image(args), session),
        Command::Guide(args) => guide::run(args, session),
        Command::Completions(args) => completions::run(args),
    }
}
