//! How facts came and went: a source of each day reduced to what a timeline shows.

use std::collections::BTreeMap;

use lightest_model::catalog::Catalog;

use super::watch::{holds, of_word};
use crate::openvmm::Corpus;
use crate::openvmm::facts::{Facts, GuestQuirks, Need, Reboot};

/// A part of a timeline.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Part {
    /// Guests, with the size of their image.
    Guests,
    /// Boot methods, with what the macros accept.
    Boots,
    /// Isolation modes and other options.
    Options,
    /// VMMs that configurations may name.
    Vmms,
    /// Configurations by VMM, boot method and architecture that some test runs.
    Live,
    /// What guests wait and reboot.
    Quirks,
    /// What petri waits, and what a machine gets by default.
    Petri,
    /// What configurations ask of hosts.
    Hosts,
    /// Sentences of the request.
    Claims,
}

/// What is said, and of what.
pub type State = BTreeMap<(Part, String), String>;

/// A gap of one day.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Missing {
    /// What could not be read.
    pub what: String,
    /// Why.
    pub because: String,
    /// Where, as `path:line`, when it is a place.
    pub cite: Option<String>,
}

/// A source of one day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Snapshot {
    /// What it states.
    pub state: State,
    /// What could not be read.
    pub gaps: Vec<Missing>,
}

impl Snapshot {
    /// Reduces facts to what a timeline shows.
    ///
    /// # Errors
    ///
    /// A condition of the catalog's claims that is not understood.
    pub fn of(corpus: &Corpus, facts: &Facts, catalog: &Catalog) -> Result<Self, String> {
        let mut state = State::new();
        guests(facts, &mut state);
        boots(facts, &mut state);
        petri(facts, &mut state);
        for claim in &catalog.claims {
            let value = match holds(&claim.watch, facts)? {
                _ if claim.watch.is_empty() => continue,
                Some(true) => "true",
                Some(false) => "not true",
                None => "nothing to say it of",
            };
            state.insert((Part::Claims, claim.id.clone()), value.to_owned());
        }
        let mut gaps: Vec<Missing> = facts
            .gaps
            .iter()
            .map(|gap| Missing {
                what: gap.what.clone(),
                because: gap.because.clone(),
                cite: gap.place.as_ref().map(|place| corpus.cite(place)),
            })
            .collect();
        gaps.sort();
        gaps.dedup();
        Ok(Self { state, gaps })
    }
}

fn guests(facts: &Facts, state: &mut State) {
    for ((form, word), guest) in &facts.guests {
        let name = match form.word() {
            "vhd" | "iso" => format!("{}({word})", form.word()),
            _ => word.clone(),
        };
        let artifact = of_word(guest, facts);
        let value = match artifact {
            None => "no image".to_owned(),
            Some(artifact) => {
                let size = artifact
                    .bytes
                    .as_ref()
                    .map_or("size not stated".to_owned(), |bytes| grouped(bytes.value));
                let fetched = match (artifact.hosted, artifact.lazy_fetch) {
                    (true, true) => "fetched block by block",
                    (true, false) => "downloaded",
                    (false, _) => "made locally",
                };
                format!("{size}, {fetched}")
            }
        };
        state.insert((Part::Guests, name.clone()), value);
        let Some(artifact) = artifact else { continue };
        let mut by_vmm: BTreeMap<String, Vec<&str>> = BTreeMap::new();
        for (vmm, quirks) in &artifact.quirks {
            for text in said(quirks) {
                by_vmm.entry(text).or_default().push(vmm);
            }
        }
        for (kind, prefix) in [("shutdown sleep", "waits"), ("first-boot reboot", "reboots")] {
            let texts: Vec<String> = by_vmm
                .iter()
                .filter(|(text, _)| text.starts_with(prefix))
                .map(|(text, vmms)| {
                    let all = vmms.len() == artifact.quirks.len() && vmms.len() != 1;
                    if all { text.clone() } else { format!("{text} on {}", vmms.join(", ")) }
                })
                .collect();
            if !texts.is_empty() {
                state.insert((Part::Quirks, format!("{name}: {kind}")), texts.join("; "));
            }
        }
    }
}

fn said(quirks: &GuestQuirks) -> Vec<String> {
    let mut found = Vec::new();
    if let Some(sleep) = &quirks.shutdown_sleep {
        found.push(format!("waits {} s", sleep.value));
    }
    if let Some(reboot) = &quirks.reboot {
        found.push(match reboot.value {
            Reboot::Always => "reboots always".to_owned(),
            Reboot::WithTpm => "reboots with a TPM".to_owned(),
            Reboot::WithOpenhclUefi => "reboots with OpenHCL + UEFI".to_owned(),
        });
    }
    found
}

fn boots(facts: &Facts, state: &mut State) {
    for vmm in facts.vmms.keys() {
        state.insert((Part::Vmms, vmm.clone()), "accepted".to_owned());
    }
    for boot in facts.boots.values() {
        for arch in boot.archs.keys() {
            let forms: Vec<&str> = boot.forms.iter().map(|form| form.word()).collect();
            let value = format!("accepted, with {}", forms.join(", "));
            state.insert((Part::Boots, format!("{}_{arch}", boot.word)), value);
        }
        for mode in boot.isolation.keys() {
            state.insert((Part::Options, format!("{}[{mode}]", boot.word)), "accepted".to_owned());
        }
        for option in boot.options.keys() {
            state.insert((Part::Options, format!("{}[{option}]", boot.word)), "accepted".to_owned());
        }
    }
    for test in &facts.tests {
        for variant in test.variants.iter().filter(|variant| variant.ignored.is_none()) {
            if facts.some_host_runs(&variant.vmm, &variant.boot, variant.arch) {
                let mode = variant.isolation.map_or_else(String::new, |mode| format!("[{mode}]"));
                let name = format!("{}_{}_{}{mode}", variant.vmm, variant.boot, variant.arch);
                state.insert((Part::Live, name), "in tests".to_owned());
            }
        }
    }
}

fn petri(facts: &Facts, state: &mut State) {
    let mut add = |name: &str, value: Option<String>| {
        if let Some(value) = value {
            state.insert((Part::Petri, name.to_owned()), value);
        }
    };
    let seconds = |value: u64| format!("{value} s");
    add(
        "wait of every guest before a shutdown through the integration component",
        facts.shutdown_wait.as_ref().map(|wait| seconds(wait.value)),
    );
    add("memory by default", facts.memory.as_ref().map(|memory| mib(memory.value)));
    add("processors by default", facts.processors.as_ref().map(|count| count.value.to_string()));
    for (vmm, wait) in &facts.flaky_boot {
        add(
            &format!("reset of a PCAT machine that does not boot, on {vmm}"),
            Some(format!("after {} s", wait.value)),
        );
    }
    let least = facts.tests.iter().filter_map(|test| test.memory.as_ref()).map(|memory| memory.value).min();
    add("least memory that a test gives a machine", least.map(mib));
    let words: Vec<&str> = facts.capabilities.keys().map(String::as_str).collect();
    add("words of `requires(..)`", (!words.is_empty()).then(|| words.join(", ")));
    for need in &facts.host_needs {
        let vmm = need.vmm.as_deref().map_or_else(String::new, |vmm| format!(" on {vmm}"));
        let value = match need.need {
            Need::Isolation(mode) => format!("a host that offers {mode}"),
            Need::Baremetal => "bare metal".to_owned(),
        };
        let key = (Part::Hosts, format!("{}{vmm}", need.isolation));
        let all = match state.get(&key) {
            Some(said) => format!("{said}, {value}"),
            None => value,
        };
        state.insert(key, all);
    }
}

/// A size in MiB or GiB, as petri's authors write it.
fn mib(bytes: u64) -> String {
    if bytes.is_multiple_of(1 << 30) {
        format!("{} GiB", bytes >> 30)
    } else {
        format!("{} MiB", bytes >> 20)
    }
}

/// A number of bytes with its digits in groups.
fn grouped(bytes: u64) -> String {
    let digits = bytes.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    format!("{text} bytes")
}

/// A stretch of snapshots during which something was said in the same way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Run {
    /// What was said.
    pub value: String,
    /// The first snapshot that says so.
    pub from: usize,
    /// The first after it that does not, if any.
    pub until: Option<usize>,
}

/// For everything that some snapshot says, the stretches in order.
#[must_use]
pub fn runs(snapshots: &[&State]) -> BTreeMap<(Part, String), Vec<Run>> {
    let mut found: BTreeMap<(Part, String), Vec<Run>> = BTreeMap::new();
    for (index, state) in snapshots.iter().enumerate() {
        for (key, value) in *state {
            let list = found.entry(key.clone()).or_default();
            match list.last_mut() {
                Some(run) if run.until.is_none() && run.value == *value => {}
                Some(run) if run.until.is_none() => {
                    run.until = Some(index);
                    list.push(Run { value: value.clone(), from: index, until: None });
                }
                _ => list.push(Run { value: value.clone(), from: index, until: None }),
            }
        }
        for (key, list) in &mut found {
            if let Some(run) = list.last_mut()
                && run.until.is_none()
                && !state.contains_key(key)
            {
                run.until = Some(index);
            }
        }
    }
    found
}
