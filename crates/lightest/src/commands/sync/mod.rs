//! `lightest sync`: compares the catalog with the source of the project that its facts are about.

mod checkout;
mod history;
mod page;
mod report;
mod since;
mod store;
mod write;

use std::path::{Path, PathBuf};

use clap::Args as ClapArgs;
use lightest_model::catalog::Catalog;
use lightest_sync::catalog_text::CatalogText;
use lightest_sync::evidence::Evidences;
use lightest_sync::{Project, Report, Stated};

use crate::failure::Failure;
use crate::framework::Framework;
use crate::output::formats::MessageFormat;
use crate::session::Session;
use crate::{exit, output};

use checkout::Checkout;

/// Everything that a comparison needs and gives.
pub(crate) struct Compared {
    pub(crate) project: &'static dyn Project,
    pub(crate) checkout: Checkout,
    pub(crate) stated: Box<dyn Stated>,
    pub(crate) catalog: Catalog,
    pub(crate) text: CatalogText,
    pub(crate) evidence: Evidences,
    pub(crate) report: Report,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct Args {
    /// The top of a checkout of the project that the framework tests
    #[arg(long, value_name = "DIR", visible_alias = "openvmm")]
    repo: PathBuf,
    /// Report differences (the default); with `--history`, whether the page is stale
    #[arg(long, conflicts_with = "write")]
    check: bool,
    /// Update the catalog in the folder of `--facts` to what the source states
    #[arg(long, requires = "facts")]
    write: bool,
    /// Show how facts came and went, from git: one commit a month, and the commit of each change
    #[arg(long, conflicts_with = "write")]
    history: bool,
    /// How many months of history
    #[arg(long, value_name = "N", default_value_t = 24, requires = "history", value_parser = clap::value_parser!(u32).range(1..=240))]
    months: u32,
    /// The file of the timeline [default: standard output]
    #[arg(long, value_name = "FILE", requires = "history")]
    output: Option<PathBuf>,
    /// The folder of the catalog [default: the embedded one]
    #[arg(long, value_name = "DIR")]
    facts: Option<PathBuf>,
    /// How to print differences
    #[arg(long, value_enum, default_value = "human")]
    message_format: MessageFormat,
}

/// Runs the command.
pub(crate) fn run(args: &Args, session: &Session) -> Result<u8, Failure> {
    refuse(session)?;
    let framework = session.framework(std::slice::from_ref(&args.repo));
    if args.history {
        return history::run(args, framework);
    }
    // What is read to be changed is nobody else's to change meanwhile.
    let lock = args.facts.as_deref().filter(|_| args.write).map(output::Lock::of);
    if let Some(folder) = &args.facts {
        if let Some(lock) = &lock {
            write::prepare(folder, lock)?;
        } else if output::journal::is_unfinished(folder) {
            return Err(Failure::new(format!(
                "the catalog in {} was written in part: `sync --write` was interrupted",
                output::shown(folder)
            ))
            .help("run `sync --write` again to finish it, or undo the changes"));
        }
    }
    let compared = compared(&args.repo, args.facts.as_deref(), framework)?;
    if let (Some(lock), Some(folder)) = (&lock, &args.facts) {
        return write::run(&compared, folder, lock);
    }
    report::print(&compared, args.message_format)?;
    let found = compared.report.differences.len();
    output::message(&report::summary(&compared));
    Ok(if found == 0 { exit::DONE } else { exit::FINDINGS })
}

fn refuse(session: &Session) -> Result<(), Failure> {
    if session.has_named_catalog() {
        return Err(Failure::new("a catalog that overlays another cannot be compared with the source")
            .help("name the folder of a whole catalog with `sync --facts` instead of `--catalog`"));
    }
    Ok(())
}

/// Compares the embedded catalog with a checkout, prints where they differ, and returns in how many places.
pub(crate) fn differences(repo: &Path, session: &Session, framework: Framework) -> Result<usize, Failure> {
    refuse(session)?;
    let compared = compared(repo, None, framework)?;
    report::print(&compared, MessageFormat::Human)?;
    output::message(&report::summary(&compared));
    Ok(compared.report.differences.len())
}

/// Reads a checkout and compares the catalog with it.
pub(crate) fn compared(
    repo: &Path,
    folder: Option<&Path>,
    framework: Framework,
) -> Result<Compared, Failure> {
    let project = framework.project();
    let (catalog, text) = store::read(folder, framework)?;
    let checkout = Checkout::open(repo, project)?;
    let stated = project.stated(checkout.files()?);
    let evidence = checkout.evidence(&catalog, &text, stated.files()).unwrap_or_else(Evidences::not_followed);
    let report = stated.compare(&catalog, &text, &evidence);
    let mut compared = Compared { project, checkout, stated, catalog, text, evidence, report };
    since::fill(&mut compared)?;
    Ok(compared)
}
