//! Compares OpenVMM's source with the catalog: the facts that it states, and how they came and went.

mod blockers;
mod boots;
mod guests;
mod hosts;
mod quirks;
pub mod timeline;
pub mod watch;

use std::collections::BTreeMap;

use lightest_model::catalog::Catalog;
use lightest_sync::catalog_text::{CatalogText, Target};
use lightest_sync::compare::Witness;
use lightest_sync::evidence::Evidences;
use lightest_sync::{Compare, Project, Report, SourceFile, Stated, Timeline};

use crate::openvmm::facts::Image;
use crate::openvmm::{Corpus, Facts, ROOTS, is_wanted};
use crate::{Petri, Spelled};

impl Project for Petri {
    fn source(&self) -> &'static str {
        "openvmm"
    }

    fn title(&self) -> &'static str {
        "OpenVMM"
    }

    fn url(&self) -> &'static str {
        "https://github.com/microsoft/openvmm"
    }

    fn folders(&self) -> &'static [&'static str] {
        &ROOTS
    }

    fn may_state_facts(&self, path: &str) -> bool {
        is_wanted(path)
    }

    fn stated(&self, files: Vec<SourceFile>) -> Box<dyn Stated> {
        let corpus = Corpus::new(files);
        let facts = Facts::read(&corpus);
        Box::new(Read { corpus, facts })
    }

    fn timeline(&self) -> Option<&dyn Timeline> {
        Some(self)
    }
}

/// The facts of OpenVMM's source.
struct Read {
    corpus: Corpus,
    facts: Facts,
}

impl Stated for Read {
    fn files(&self) -> &[SourceFile] {
        self.corpus.files()
    }

    fn compare(&self, catalog: &Catalog, text: &CatalogText, evidence: &Evidences) -> Report {
        let (corpus, facts) = (&self.corpus, &self.facts);
        let compare = Compare::new(Petri.source(), corpus.files(), catalog, text, evidence);
        let mut work = SyncContext { corpus, facts, compare };
        for gap in &facts.gaps {
            let spot = gap.place.as_ref().map(|place| corpus.spot(place));
            work.compare.gap(&gap.what, &gap.because, spot);
        }
        guests::compare(&mut work);
        boots::compare(&mut work);
        hosts::compare(&mut work);
        quirks::compare(&mut work);
        let blockers = blockers::compare(&mut work);
        work.compare.finish(blockers)
    }

    fn summary(&self) -> String {
        let variants: usize = self.facts.tests.iter().map(|test| test.variants.len()).sum();
        format!(
            "{} guests, {} boot methods, {} images, {} tests with {variants} variants",
            self.facts.guests.len(),
            self.facts.boots.len(),
            self.facts.artifacts.len(),
            self.facts.tests.len(),
        )
    }

    /// The places that images stand at now, by the target of the image.
    fn fresh(&self, catalog: &Catalog) -> BTreeMap<Target, String> {
        let facts = &self.facts;
        let mut found = BTreeMap::new();
        for (index, guest) in catalog.guests.iter().enumerate() {
            for (at, image) in guest.images.iter().enumerate() {
                let Some(name) =
                    image.artifact.as_deref().map(|name| name.rsplit("::").next().unwrap_or(name))
                else {
                    continue;
                };
                let artifact = facts.guests.get(&(guest.form, guest.id.clone())).and_then(|word| {
                    word.images.values().find_map(|image| match &image.value {
                        Image::Artifact(key) => {
                            facts.artifacts.get(key).filter(|artifact| artifact.name == name)
                        }
                        Image::Refused(_) => None,
                    })
                });
                if let Some(artifact) = artifact {
                    let target = Target::entry("guest", index).key("image").at(at);
                    found.insert(target, self.corpus.cite(&artifact.place));
                }
            }
        }
        found
    }

    fn is_live(&self, witness: &Witness) -> bool {
        self.facts.tests.iter().filter(|test| test.name == witness.test).any(|test| {
            test.variants.iter().any(|variant| {
                variant.is_live()
                    && self.corpus.lines(&variant.place).0 == witness.spot.path
                    && Spelled(&variant.config()).to_string() == witness.config
            })
        })
    }
}

/// The context of a comparison.
pub(crate) struct SyncContext<'a> {
    pub(crate) corpus: &'a Corpus,
    pub(crate) facts: &'a Facts,
    pub(crate) compare: Compare<'a>,
}
