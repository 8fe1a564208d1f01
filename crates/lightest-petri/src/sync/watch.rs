//! A claim of the request as a condition on facts, so that it can be checked against the source of any day.
//!
//! Written in `request.toml` as `watch`: a list of conditions, all of which must be true.
//!
//! | condition | true when |
//! | --- | --- |
//! | `word KEY=VALUES ..` | the macros accept such a configuration (`boot` with `arch`, or `guest`) |
//! | `live KEY=VALUES ..` | a test names such a configuration, does not ignore it, and petri runs it |
//! | `bytes GUEST LEAST..MOST` | the guest's image has a size in that range |
//! | `sleeps GUEST SECONDS` | the guest waits that long before a shutdown, by itself |
//! | `only-sleeps PREFIX` | no guest whose word begins otherwise does |
//! | `reboots GUEST CONDITION` | the guest reboots at first boot: `always` or `with-tpm` |
//!
//! `not` before a condition negates it. Keys of `word` and `live`: `vmm`, `boot`, `arch`, `isolation`, `os`, `guest`,
//! `agent`; values are separated by commas.

use std::collections::BTreeMap;

use lightest_model::config::Arch;

use crate::openvmm::facts::{Artifact, Facts, GuestWord, Image, Reboot, Variant};

/// Whether all conditions are true for a source: `None` when one is about a guest that the source does not have.
///
/// # Errors
///
/// The first condition that is not understood, and why.
pub fn is_true(conditions: &[String], facts: &Facts) -> Result<Option<bool>, String> {
    let mut all = Some(true);
    for condition in conditions {
        let words: Vec<&str> = condition.split_whitespace().collect();
        let (negated, words) = match words.as_slice() {
            ["not", rest @ ..] => (true, rest),
            rest => (false, rest),
        };
        let value = one(words, facts).map_err(|why| format!("`{condition}`: {why}"))?;
        let value = value.map(|value| value != negated);
        all = match (all, value) {
            (Some(false), _) | (_, Some(false)) => Some(false),
            (None, _) | (_, None) => None,
            _ => Some(true),
        };
    }
    Ok(all)
}

fn one(words: &[&str], facts: &Facts) -> Result<Option<bool>, String> {
    match words {
        ["word", rest @ ..] => {
            let wanted = keys(rest)?;
            Ok(Some(accepted(&wanted, facts)))
        }
        ["live", rest @ ..] => {
            let wanted = keys(rest)?;
            let live = |variant: &Variant, agent: bool| {
                variant.ignored.is_none()
                    && facts.some_host_runs(&variant.vmm, &variant.boot, variant.arch)
                    && selected(&wanted, variant, agent, facts)
            };
            let found =
                facts.tests.iter().any(|test| test.variants.iter().any(|variant| live(variant, test.agent)));
            Ok(Some(found))
        }
        ["bytes", guest, range] => {
            let (least, most) = range.split_once("..").ok_or("a range is `LEAST..MOST`")?;
            let number = |text: &str| text.parse::<u64>().map_err(|_| format!("`{text}` is not a number"));
            let (least, most) = (number(least)?, number(most)?);
            Ok(artifact(guest, facts)
                .and_then(|artifact| artifact.bytes.as_ref())
                .map(|bytes| (least..=most).contains(&bytes.value)))
        }
        ["sleeps", guest, seconds] => {
            let seconds = seconds.parse::<u64>().map_err(|_| format!("`{seconds}` is not a number"))?;
            Ok(artifact(guest, facts).map(|artifact| sleep(artifact) == Some(seconds)))
        }
        ["only-sleeps", prefix] => {
            let others = facts.guests.values().filter(|guest| !guest.word.starts_with(prefix));
            Ok(Some(
                others.filter_map(|guest| of_word(guest, facts)).all(|artifact| sleep(artifact).is_none()),
            ))
        }
        ["reboots", guest, condition] => {
            let wanted = match *condition {
                "always" => Reboot::Always,
                "with-tpm" => Reboot::WithTpm,
                other => return Err(format!("`{other}` is neither `always` nor `with-tpm`")),
            };
            Ok(artifact(guest, facts).map(|artifact| {
                artifact
                    .quirks
                    .values()
                    .any(|quirks| quirks.reboot.as_ref().is_some_and(|reboot| reboot.value == wanted))
            }))
        }
        [] => Err("it is empty".to_owned()),
        [other, ..] => Err(format!("`{other}` is not a condition, or has too many or too few words")),
    }
}

const KEYS: [&str; 7] = ["vmm", "boot", "arch", "isolation", "os", "guest", "agent"];

fn keys<'w>(words: &[&'w str]) -> Result<BTreeMap<&'w str, Vec<&'w str>>, String> {
    let mut found = BTreeMap::new();
    for word in words {
        let (key, values) = word.split_once('=').ok_or_else(|| format!("`{word}` is not `key=value`"))?;
        if !KEYS.contains(&key) {
            return Err(format!("`{key}` is none of `{}`", KEYS.join("`, `")));
        }
        found.insert(key, values.split(',').collect());
    }
    if found.is_empty() { Err("it has no keys".to_owned()) } else { Ok(found) }
}

fn accepted(wanted: &BTreeMap<&str, Vec<&str>>, facts: &Facts) -> bool {
    let of = |key: &str| wanted.get(key);
    if let Some(guests) = of("guest") {
        return guests.iter().all(|guest| facts.guests.keys().any(|(_, word)| word == guest));
    }
    let archs: Vec<Arch> = match of("arch") {
        Some(words) => words.iter().filter_map(|word| Arch::from_word(word)).collect(),
        None => crate::ARCHS.to_vec(),
    };
    facts
        .boots
        .values()
        .filter(|boot| of("boot").is_none_or(|words| words.contains(&boot.word.as_str())))
        .any(|boot| boot.archs.keys().any(|arch| archs.contains(arch)))
}

fn selected(wanted: &BTreeMap<&str, Vec<&str>>, variant: &Variant, agent: bool, facts: &Facts) -> bool {
    let guest = variant.guest.as_ref().and_then(|guest| facts.guests.get(guest));
    let os = match &variant.guest {
        None => "linux".to_owned(),
        Some(_) => guest
            .and_then(|guest| of_word(guest, facts))
            .and_then(|artifact| artifact.os.as_ref())
            .map_or_else(|| "none".to_owned(), |os| os.value.to_ascii_lowercase()),
    };
    wanted.iter().all(|(key, values)| {
        let is = match *key {
            "vmm" => variant.vmm.clone(),
            "boot" => variant.boot.clone(),
            "arch" => variant.arch.word().to_owned(),
            "isolation" => variant.isolation.map_or("none", |mode| mode.word()).to_owned(),
            "os" => os.clone(),
            "agent" => if agent { "yes" } else { "no" }.to_owned(),
            _ => variant.guest.as_ref().map_or_else(|| "linux_direct".to_owned(), |(_, word)| word.clone()),
        };
        values.contains(&is.as_str())
    })
}

/// The image of a guest's word, the one of the later generation where there are two.
pub(crate) fn of_word<'f>(guest: &GuestWord, facts: &'f Facts) -> Option<&'f Artifact> {
    guest.images.values().rev().find_map(|image| match &image.value {
        Image::Artifact(key) => facts.artifacts.get(key),
        Image::Refused(_) => None,
    })
}

fn artifact<'f>(word: &str, facts: &'f Facts) -> Option<&'f Artifact> {
    facts.guests.values().filter(|guest| guest.word == word).find_map(|guest| of_word(guest, facts))
}

fn sleep(artifact: &Artifact) -> Option<u64> {
    artifact
        .quirks
        .values()
        .filter_map(|quirks| quirks.shutdown_sleep.as_ref())
        .map(|sleep| sleep.value)
        .max()
}
