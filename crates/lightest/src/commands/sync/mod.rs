//! `lightest sync`: the catalog follows OpenVMM's own source.

mod checkout;
mod git;
mod history;
mod page;
mod report;
mod since;
mod store;
mod write;

use std::path::Path;

use lightest_model::catalog::Catalog;
use lightest_petri::openvmm::{Corpus, Facts};
use lightest_sync::catalog_text::CatalogText;
use lightest_sync::compare::Difference;
use lightest_sync::evidence::Evidences;
use lightest_sync::{Report, compare};

use crate::args::{FindingFormat, Sync};
use crate::failure::Failure;
use crate::{exit, output};

use checkout::Checkout;

/// The catalog's source that a checkout is.
pub(crate) const SOURCE: &str = "openvmm";

/// Everything that a comparison needs and gives.
pub(crate) struct Compared {
    pub(crate) checkout: Checkout,
    pub(crate) corpus: Corpus,
    pub(crate) facts: Facts,
    pub(crate) catalog: Catalog,
    pub(crate) text: CatalogText,
    pub(crate) evidence: Evidences,
    pub(crate) report: Report,
}

/// Runs the command.
pub(crate) fn run(args: &Sync, overlay: Option<&Path>) -> Result<u8, Failure> {
    refuse(overlay)?;
    if args.history {
        return history::run(args);
    }
    let compared = compared(&args.openvmm, args.facts.as_deref())?;
    if let (true, Some(folder)) = (args.write, &args.facts) {
        return write::run(&compared, folder);
    }
    report::print(&compared, args.message_format)?;
    let found = compared.report.differences.len();
    output::message(&report::summary(&compared));
    Ok(if found == 0 { exit::DONE } else { exit::FINDINGS })
}

fn refuse(overlay: Option<&Path>) -> Result<(), Failure> {
    if overlay.is_some() {
        return Err(Failure::new("a catalog that is laid over another cannot be held against the source")
            .help("name the folder of a whole catalog with `sync --facts` instead of `--catalog`"));
    }
    Ok(())
}

/// Holds the embedded catalog against a checkout, prints where they differ, and returns in how many places.
pub(crate) fn differences(openvmm: &Path, overlay: Option<&Path>) -> Result<usize, Failure> {
    refuse(overlay)?;
    let compared = compared(openvmm, None)?;
    report::print(&compared, FindingFormat::Human)?;
    output::message(&report::summary(&compared));
    Ok(compared.report.differences.len())
}

/// Reads a checkout and holds the catalog against it.
pub(crate) fn compared(openvmm: &Path, folder: Option<&Path>) -> Result<Compared, Failure> {
    let (catalog, text) = store::read(folder)?;
    let checkout = Checkout::open(openvmm)?;
    let corpus = checkout.corpus()?;
    let facts = Facts::read(&corpus);
    let (evidence, unfollowed) = match checkout.evidence(&catalog, &text, SOURCE, &corpus) {
        Ok(evidence) => (evidence, None),
        Err(reason) => (Evidences::default(), Some(reason)),
    };
    let mut report = compare(&corpus, &facts, &catalog, &text, &evidence);
    if let Some(reason) = unfollowed {
        report.differences.push(Difference {
            rule: "cannot-read",
            message: "the catalog's evidence cannot be followed".to_owned(),
            source: None,
            source_label: String::new(),
            catalog: store::commit_place(&catalog, &text),
            catalog_label: "evidence is cited at this commit".to_owned(),
            notes: vec![reason],
            help: Some(
                "fetch the recorded commit, for instance with `git fetch origin` and its full name; in CI use a full clone (`fetch-depth: 0`)"
                    .to_owned(),
            ),
            edits: Vec::new(),
        });
    }
    let mut compared = Compared { checkout, corpus, facts, catalog, text, evidence, report };
    since::fill(&mut compared)?;
    Ok(compared)
}
