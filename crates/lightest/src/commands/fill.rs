//! `lightest fill`: gives each test without a list the configurations that its body asks for.

use std::path::PathBuf;

use clap::Args as ClapArgs;

use super::check;
use crate::failure::Failure;
use crate::framework::Framework;
use crate::session::Session;

#[derive(Debug, ClapArgs)]
pub(crate) struct Args {
    /// Files or folders to read
    #[arg(value_name = "PATH", default_value = ".")]
    paths: Vec<PathBuf>,
    /// Write the lists into the files instead of showing a diff
    #[arg(long)]
    write: bool,
}

pub(crate) fn run(args: &Args, session: &Session) -> Result<u8, Failure> {
    let instead = "there every test names its guests; `check` and `pick --from` read them";
    let can_be_bare = |framework: Framework| framework.dialect().conventions().bare.then_some(());
    session.framework(&args.paths).part(can_be_bare, "`fill` is", instead)?;
    check::fill(&args.paths, args.write, session)
}
