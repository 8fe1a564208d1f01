//! The file of learned facts: read, added to, and written whole.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

use lightest_model::catalog::{Capability, Measured, Source, Support, Timing, When};
use lightest_model::config::Config;
use serde::Deserialize;

use crate::failure::Failure;
use crate::input;
use crate::input::ReadError;
use crate::results::Run;

const HEAD: &str = "\
# Written by `lightest learn`, which reads it again and adds to it. Facts of your own belong in another file of this folder.
";

/// The facts of the file.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Learned {
    source: Vec<Source>,
    capability: Vec<Capability>,
    timing: Vec<Timing>,
}

impl Learned {
    /// What was learned before, and its text; nothing where there is no file.
    pub(super) fn read(path: &Path) -> Result<(Self, String), Failure> {
        let text = match input::text(path) {
            Ok(text) => text,
            Err(ReadError::Missing) => return Ok(Default::default()),
            Err(error) => return Err(error.failure(path)),
        };
        let learned = toml::from_str(&text).map_err(|error| {
            Failure::of_toml(path, &text, &error).help_or_note(
                "this file is written by `lightest learn`; move other facts into a file of their own",
            )
        })?;
        Ok((learned, text))
    }

    pub(super) fn is_empty(&self) -> bool {
        self.capability.is_empty() && self.timing.is_empty()
    }

    /// Adds a run, or updates it.
    pub(super) fn source(&mut self, run: &Run) {
        match self.source.iter_mut().find(|source| source.id == run.id) {
            Some(known) => {
                known.date = known.date.take().or_else(|| run.date.clone());
                known.commit = known.commit.take().or_else(|| run.commit.clone());
            }
            None => self.source.push(Source {
                id: run.id.clone(),
                title: run.title.clone(),
                url: None,
                commit: run.commit.clone(),
                date: run.date.clone(),
                // Its lines are results, which no source tree follows.
                past: true,
            }),
        }
    }

    /// Adds that a configuration, spelled `name`, provides something, shown by variants in runs.
    pub(super) fn capability(
        &mut self,
        config: &Config,
        name: &str,
        requirement: &str,
        with: &[String],
        shown: &[(&str, &str)],
    ) {
        let id = id(name, requirement, with);
        let index =
            self.capability.iter().position(|known| known.id.as_deref() == Some(&id)).unwrap_or_else(|| {
                self.capability.push(Capability {
                    id: Some(id),
                    requirement: requirement.to_owned(),
                    support: Support::Yes,
                    when: exactly(config, with),
                    because: String::new(),
                    evidence: Vec::new(),
                    layer: lightest_model::catalog::Layer::User,
                });
                self.capability.len() - 1
            });
        let fact = &mut self.capability[index];
        for (run, variant) in shown {
            let evidence =
                lightest_model::catalog::Evidence { source: (*run).to_owned(), place: (*variant).to_owned() };
            if !fact.evidence.contains(&evidence) {
                fact.evidence.push(evidence);
            }
        }
        fact.evidence.sort();
        let mut variants: Vec<&str> = fact.evidence.iter().map(|evidence| evidence.place.as_str()).collect();
        variants.sort_unstable();
        variants.dedup();
        let count = variants.len();
        let one = count == 1;
        fact.because = format!(
            "{count} variant{} that need{} it passed with exactly this configuration",
            if one { "" } else { "s" },
            if one { "s" } else { "" }
        );
    }

    /// Sets what a variant took in a run, in the place of what that run gave before.
    pub(super) fn timing(
        &mut self,
        variant: &str,
        config: String,
        run: &Run,
        seconds: &[f64],
        circumstances: Option<&str>,
    ) {
        let index = self.timing.iter().position(|known| known.variant == variant).unwrap_or_else(|| {
            self.timing.push(Timing {
                id: format!("timing-{variant}"),
                variant: variant.to_owned(),
                config,
                measured: Vec::new(),
                circumstances: String::new(),
                evidence: Vec::new(),
            });
            self.timing.len() - 1
        });
        let timing = &mut self.timing[index];
        timing.measured.retain(|measured| measured.run != run.id);
        // To the millisecond, as nextest reports it.
        let rounded = |seconds: &f64| (seconds * 1000.0).round() / 1000.0;
        let new = seconds.iter().map(|seconds| Measured { run: run.id.clone(), seconds: rounded(seconds) });
        timing.measured.extend(new);
        timing.measured.sort_by(|one, other| one.run.cmp(&other.run));
        timing.circumstances = match circumstances {
            Some(words) => format!("wall clock from boot to the end of the test; {words}"),
            None if timing.circumstances.is_empty() => {
                "wall clock from boot to the end of the test, beside whatever else ran; the host is not recorded".to_owned()
            }
            None => timing.circumstances.clone(),
        };
        timing.evidence = timing
            .measured
            .iter()
            .map(|measured| lightest_model::catalog::Evidence {
                source: measured.run.clone(),
                place: variant.to_owned(),
            })
            .collect();
        timing.evidence.dedup();
    }

    /// Brings everything into an order that does not hang on that of the reports.
    pub(super) fn sort(&mut self) {
        let mut used: BTreeMap<&str, ()> = BTreeMap::new();
        for evidence in self.capability.iter().flat_map(|fact| &fact.evidence) {
            used.insert(&evidence.source, ());
        }
        for evidence in self.timing.iter().flat_map(|timing| &timing.evidence) {
            used.insert(&evidence.source, ());
        }
        self.source.retain(|source| used.contains_key(source.id.as_str()));
        self.source.sort_by(|one, other| one.id.cmp(&other.id));
        self.capability.sort_by(|one, other| one.id.cmp(&other.id));
        self.timing.sort_by(|one, other| one.id.cmp(&other.id));
    }

    /// The file's text.
    pub(super) fn text(&self) -> String {
        let mut text = HEAD.to_owned();
        for source in &self.source {
            text.push_str("\n[[source]]\n");
            pair(&mut text, "id", &source.id);
            pair(&mut text, "title", &source.title);
            if let Some(commit) = &source.commit {
                pair(&mut text, "commit", commit);
            }
            if let Some(date) = &source.date {
                pair(&mut text, "date", date);
            }
            text.push_str("past = true\n");
        }
        for fact in &self.capability {
            text.push_str("\n[[capability]]\n");
            pair(&mut text, "id", fact.id.as_deref().unwrap_or_default());
            pair(&mut text, "requirement", &fact.requirement);
            pair(&mut text, "support", fact.support.word());
            let When {
                vmm,
                boot,
                arch,
                isolation,
                guest,
                except,
                family,
                os,
                form,
                openhcl,
                with,
                arch_mismatch,
            } = &fact.when;
            let one = |words: Vec<&str>| words.iter().map(|word| quoted(word)).collect::<Vec<_>>().join(", ");
            let strings = |words: &[String]| one(words.iter().map(String::as_str).collect());
            let mut parts = vec![
                format!("vmm = [{}]", strings(vmm)),
                format!("boot = [{}]", strings(boot)),
                format!("arch = [{}]", one(arch.iter().map(|arch| arch.word()).collect())),
                format!("isolation = [{}]", strings(isolation)),
                format!("guest = [{}]", strings(guest)),
                format!("form = [{}]", one(form.iter().map(|form| form.word()).collect())),
            ];
            // Nothing that is learned has the rest; what somebody wrote into the file keeps it.
            let os = one(os.iter().map(|os| os.word()).collect());
            for (key, list) in [
                ("with", strings(with)),
                ("family", strings(family)),
                ("except", strings(except)),
                ("os", os),
            ] {
                if !list.is_empty() {
                    parts.push(format!("{key} = [{list}]"));
                }
            }
            for (key, answer) in [("openhcl", openhcl), ("arch_mismatch", arch_mismatch)] {
                parts.extend(answer.map(|answer| format!("{key} = {answer}")));
            }
            let _ = writeln!(text, "when = {{ {} }}", parts.join(", "));
            pair(&mut text, "because", &fact.because);
            evidence(&mut text, &fact.evidence);
        }
        for timing in &self.timing {
            text.push_str("\n[[timing]]\n");
            pair(&mut text, "id", &timing.id);
            pair(&mut text, "variant", &timing.variant);
            pair(&mut text, "config", &timing.config);
            text.push_str("measured = [\n");
            for measured in &timing.measured {
                let _ = writeln!(
                    text,
                    "    {{ run = {}, seconds = {:?} }},",
                    quoted(&measured.run),
                    measured.seconds
                );
            }
            text.push_str("]\n");
            pair(&mut text, "circumstances", &timing.circumstances);
            evidence(&mut text, &timing.evidence);
        }
        text
    }
}

/// The configuration and nothing else.
fn exactly(config: &Config, with: &[String]) -> lightest_model::catalog::When {
    lightest_model::catalog::When {
        vmm: config.vmm.iter().cloned().collect(),
        boot: vec![config.boot.clone()],
        arch: vec![config.arch],
        isolation: vec![config.isolation.map_or("none", |mode| mode.word()).to_owned()],
        guest: vec![config.guest.id.clone()],
        form: vec![config.guest.form],
        with: with.to_vec(),
        ..Default::default()
    }
}

fn id(config: &str, requirement: &str, with: &[String]) -> String {
    let with = if with.is_empty() { String::new() } else { format!("-with-{}", with.join("-")) };
    format!("learned-{requirement}{with}-{config}")
}

fn quoted(text: &str) -> String {
    toml::Value::String(text.to_owned()).to_string()
}

fn pair(text: &mut String, key: &str, value: &str) {
    let _ = writeln!(text, "{key} = {}", quoted(value));
}

fn evidence(text: &mut String, evidence: &[lightest_model::catalog::Evidence]) {
    text.push_str("evidence = [\n");
    for place in evidence {
        let _ = writeln!(text, "    {},", quoted(&place.to_string()));
    }
    text.push_str("]\n");
}
