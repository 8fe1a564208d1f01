//! Host requirements: what the test macros make a configuration ask of its host.

use std::collections::{BTreeMap, BTreeSet};

use lightest_model::config::Isolation;

use crate::openvmm::corpus::{Corpus, View};
use crate::openvmm::items::{functions_in, matches_in};

use super::{Facts, HostNeed, Need};

pub(super) fn read(corpus: &Corpus, facts: &mut Facts) {
    let functions = functions_in(corpus, "build_requirements");
    let [function] = functions.as_slice() else {
        let because = format!("there are {} functions `build_requirements`, not one", functions.len());
        facts.gap("host requirements", because, facts.boot_list.clone());
        return;
    };
    let body = function.body;
    facts.host_needs_place = Some(function.head.place());
    // What each local flag stands for: an isolation mode that sets it, or a VMM that it is compared with.
    let mut flags: BTreeMap<String, (BTreeSet<Isolation>, BTreeSet<String>)> = BTreeMap::new();
    for arm in matches_in(body).into_iter().flat_map(|found| found.arms) {
        let Some((_, member)) = arm.pattern.members_of("IsolationType").next() else { continue };
        let place = arm.whole().place();
        let Some(mode) = Isolation::from_word(&member.to_ascii_lowercase()) else {
            facts.gap(format!("the isolation mode `{member}`"), "it is new", Some(place));
            continue;
        };
        if arm.body.find(&["TestRequirement", ":", ":", "Isolation"]).is_some() {
            facts.host_needs.push(HostNeed {
                vmm: None,
                isolation: mode,
                need: Need::Isolation(mode),
                place: place.clone(),
            });
        } else {
            facts.gap(format!("what `{member}` asks of its host"), "it names no requirement", Some(place));
        }
        for at in arm.body.all() {
            if arm.body.is_punct(at + 1, '=')
                && arm.body.is_ident(at + 2, "true")
                && let Some(flag) = arm.body.ident(at)
            {
                flags.entry(flag.to_owned()).or_default().0.insert(mode);
            }
        }
    }
    if facts.host_needs.is_empty() {
        let because = "no arm of `build_requirements` is an isolation mode";
        facts.gap("host requirements", because, Some(function.whole.place()));
    }
    for at in body.all() {
        if body.is_ident(at, "let")
            && let Some(flag) = body.ident(at + 1)
            && body.is_punct(at + 2, '=')
        {
            let rest = body.slice(at, (at + 32).min(body.to));
            let end = rest.outer().find(|here| rest.is_punct(*here, ';')).unwrap_or(rest.to);
            let value = rest.slice(at + 3, end);
            if let Some((_, vmm)) = value.members_of("Vmm").next()
                && value.find(&["=", "="]).is_some()
            {
                flags.entry(flag.to_owned()).or_default().1.insert(vmm.to_ascii_lowercase());
            }
        }
    }
    environments(body, &flags, facts);
}

/// `if FLAG && FLAG { ..ExecutionEnvironment::Baremetal.. }`.
fn environments(
    body: View<'_>,
    flags: &BTreeMap<String, (BTreeSet<Isolation>, BTreeSet<String>)>,
    facts: &mut Facts,
) {
    let mut known = Vec::new();
    for at in body.all() {
        if !body.is_ident(at, "if") {
            continue;
        }
        let rest = body.slice(at + 1, body.to);
        let Some(open) = rest.outer().take(64).find(|here| rest.is_open(*here, '{')) else { continue };
        let (condition, block) = (rest.slice(at + 1, open), rest.inside(open));
        let named: Vec<&str> = block.members_of("ExecutionEnvironment").map(|(_, member)| member).collect();
        if named.is_empty() {
            continue;
        }
        known.push(block.from..block.to);
        let place = body.slice(at, body.next(open)).place();
        let words: Vec<&str> = condition.outer().filter_map(|at| condition.ident(at)).collect();
        let readable = named == ["Baremetal"]
            && !words.is_empty()
            && condition.outer().all(|at| condition.ident(at).is_some() || condition.is_punct(at, '&'))
            && words.iter().all(|word| flags.contains_key(*word));
        if !readable {
            let condition = body.corpus.text(&condition.place());
            facts.gap(
                "a host requirement",
                format!("it depends on an unknown condition: `{condition}`"),
                Some(place),
            );
            continue;
        }
        let modes: BTreeSet<Isolation> =
            words.iter().flat_map(|word| flags[*word].0.iter().copied()).collect();
        let vmms: Vec<&String> = words.iter().flat_map(|word| flags[*word].1.iter()).collect();
        for isolation in modes {
            facts.host_needs.push(HostNeed {
                vmm: vmms.first().map(|vmm| (*vmm).clone()),
                isolation,
                need: Need::Baremetal,
                place: place.clone(),
            });
        }
    }
    let stray = body
        .members_of("ExecutionEnvironment")
        .map(|(at, _)| at)
        .find(|at| !known.iter().any(|block| block.contains(at)));
    if let Some(at) = stray {
        facts.gap("host requirements", "when this one holds is not known", Some(body.place_at(at)));
    }
}
