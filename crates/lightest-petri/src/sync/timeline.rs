//! How OpenVMM's facts came and went: what its source stated at one commit, as a timeline shows it.

use std::collections::BTreeMap;

use lightest_model::catalog::Catalog;
use lightest_sync::timeline::{Missing, Part, Snapshot, State, TRUE, Topic, Unclear};
use lightest_sync::{SourceFile, Timeline};

use super::watch::{is_true, of_word};
use crate::Petri;
use crate::openvmm::Corpus;
use crate::openvmm::facts::{Facts, GuestQuirks, Need, Reboot};

/// Guests, with the size of their image.
pub static GUESTS: Part = Part {
    heading: "Guests",
    intro: "What configurations may name, and the image that it stands for.",
    column: "guest",
    code: true,
    counted: Some("guests"),
};
/// VMMs that configurations may name.
pub static VMMS: Part = Part {
    heading: "VMMs",
    intro: "Before there was a choice, the macros knew OpenVMM alone.",
    column: "VMM",
    code: true,
    counted: None,
};
/// Boot methods, with what the macros accept.
pub static BOOTS: Part = Part {
    heading: "Boot methods",
    intro: "What the macros accept; whether a host runs it is another matter, see below.",
    column: "boot method",
    code: true,
    counted: Some("boot methods"),
};
/// Isolation modes and other options.
pub static OPTIONS: Part = Part {
    heading: "Options",
    intro: "What may stand in square brackets after a boot method.",
    column: "option",
    code: true,
    counted: None,
};
/// Configurations by VMM, boot method and architecture that some test runs.
pub static LIVE: Part = Part {
    heading: "What tests run",
    intro: "VMM, boot method, architecture and isolation of the configurations that some test names, does not ignore, and that petri's compatibility check lets through.",
    column: "configurations",
    code: true,
    counted: None,
};
/// Waits and reboots of guests.
pub static QUIRKS: Part = Part {
    heading: "Quirks of guests",
    intro: "What images declare: on every VMM unless one is named.",
    column: "quirk",
    code: true,
    counted: Some("quirks"),
};
/// Petri's waits, and the defaults of a machine.
pub static PETRI: Part = Part {
    heading: "What petri does",
    intro: "Waits and defaults that hold for every guest.",
    column: "what",
    code: false,
    counted: None,
};
/// Conditions of configurations on hosts.
pub static HOSTS: Part = Part {
    heading: "What hosts must offer",
    intro: "Requirements that the macros make of a configuration's host.",
    column: "isolation",
    code: false,
    counted: None,
};

static PARTS: [&Part; 8] = [&GUESTS, &VMMS, &BOOTS, &OPTIONS, &LIVE, &QUIRKS, &PETRI, &HOSTS];

impl Timeline for Petri {
    fn parts(&self) -> &'static [&'static Part] {
        &PARTS
    }

    fn snapshot(&self, files: Vec<SourceFile>, catalog: &Catalog) -> Result<Snapshot, Unclear> {
        let corpus = Corpus::new(files);
        let facts = Facts::read(&corpus);
        let mut state = State::new();
        guests(&facts, &mut state);
        boots(&facts, &mut state);
        petri(&facts, &mut state);
        for claim in &catalog.claims {
            let value = match is_true(&claim.watch, &facts).map_err(unclear)? {
                _ if claim.watch.is_empty() => continue,
                Some(true) => TRUE,
                Some(false) => "not true",
                None => "nothing to say it of",
            };
            state.insert((Topic::Claim, claim.id.clone()), value.to_owned());
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
        Ok(Snapshot { state, gaps })
    }
}

fn unclear(why: String) -> Unclear {
    Unclear {
        message: format!("a condition in `watch` is not understood: {why}"),
        help: "`watch` stands in request.toml; crates/lightest-petri/src/sync/watch.rs describes the syntax"
            .to_owned(),
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
        state.insert((Topic::Part(&GUESTS), name.clone()), value);
        let Some(artifact) = artifact else { continue };
        let mut by_vmm: BTreeMap<String, Vec<&str>> = BTreeMap::new();
        for (vmm, quirks) in &artifact.quirks {
            for text in described(quirks) {
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
                state.insert((Topic::Part(&QUIRKS), format!("{name}: {kind}")), texts.join("; "));
            }
        }
    }
}

fn described(quirks: &GuestQuirks) -> Vec<String> {
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
        state.insert((Topic::Part(&VMMS), vmm.clone()), "accepted".to_owned());
    }
    for boot in facts.boots.values() {
        for arch in boot.archs.keys() {
            let forms: Vec<&str> = boot.forms.iter().map(|form| form.word()).collect();
            let value = format!("accepted, with {}", forms.join(", "));
            state.insert((Topic::Part(&BOOTS), format!("{}_{arch}", boot.word)), value);
        }
        for mode in boot.isolation.keys() {
            state.insert((Topic::Part(&OPTIONS), format!("{}[{mode}]", boot.word)), "accepted".to_owned());
        }
        for option in boot.options.keys() {
            state.insert((Topic::Part(&OPTIONS), format!("{}[{option}]", boot.word)), "accepted".to_owned());
        }
    }
    for test in &facts.tests {
        for variant in test.variants.iter().filter(|variant| variant.ignored.is_none()) {
            if facts.some_host_runs(&variant.vmm, &variant.boot, variant.arch) {
                let mode = variant.isolation.map_or_else(String::new, |mode| format!("[{mode}]"));
                let name = format!("{}_{}_{}{mode}", variant.vmm, variant.boot, variant.arch);
                state.insert((Topic::Part(&LIVE), name), "in tests".to_owned());
            }
        }
    }
}

fn petri(facts: &Facts, state: &mut State) {
    let mut add = |name: &str, value: Option<String>| {
        if let Some(value) = value {
            state.insert((Topic::Part(&PETRI), name.to_owned()), value);
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
        let key = (Topic::Part(&HOSTS), format!("{}{vmm}", need.isolation));
        let all = match state.get(&key) {
            Some(described) => format!("{described}, {value}"),
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
