//! `lightest pick --here`: what one machine can run, and where the lightest of all would run if it cannot.

use lightest_model::chooser::{Choice, Query, Unheard, choose};
use lightest_model::config::Arch;
use lightest_model::machine::{Fit, Machine};
use lightest_model::space::Space;

use super::spelled::Spelled;
use super::{Args, again, as_json, as_text, unknown};
use crate::args::Format;
use crate::failure::Failure;
use crate::framework::Framework;
use crate::machine::{self, in_words};
use crate::schema::pick as schema;
use crate::session::Session;
use crate::style::{answer as green, heading};
use crate::{exit, output};

/// The lightest configuration for a place, which the machine cannot run.
pub(super) struct Elsewhere {
    arch: Arch,
    config: String,
    /// Identifier and title of the kind of host that it needs.
    host: (String, String),
    /// Hypervisors of which one would do on the machine's system, as far as the catalog names them.
    hypervisors: Vec<String>,
    /// What would have to hold of the machine, where it might run there.
    runs_if: Option<String>,
}

/// The machine that is asked for, where one is.
pub(super) fn machine(
    args: &Args,
    framework: Framework,
    session: &Session,
) -> Result<Option<Machine>, Failure> {
    let Some(described) = &args.here else { return Ok(None) };
    let hosts = &session.catalog_of(framework)?.hosts;
    if let Some(host) = hosts.first()
        && hosts.iter().all(|host| host.machines.is_empty())
    {
        return Err(Failure::new(format!("`--here` cannot answer: these guests run on {}", host.title))
            .help("leave it out"));
    }
    let found = machine::read(described)?;
    for note in &found.notes {
        output::message(&format!("note: {note}"));
    }
    Ok(Some(found.machine))
}

/// Answers for a machine.
pub(super) fn run(
    args: &Args,
    query: &Query,
    machine: &Machine,
    framework: Framework,
    session: &Session,
) -> Result<u8, Failure> {
    let all = Space::of_tests(session.catalog_of(framework)?);
    let refused = |unheard: Unheard| unknown(all.catalog(), query, &unheard, framework);
    let mut query = query.clone();
    let mut anywhere = choose(&all, &query).map_err(refused)?;
    if query.archs.is_empty() {
        query.archs = archs(&anywhere, machine);
        anywhere = choose(&all, &query).map_err(refused)?;
    }
    let again = again::to_query(framework, &query, Some(machine));
    if anywhere.parts.iter().all(|part| part.pick.is_none()) {
        // No machine would help.
        let spelled = Spelled { framework, space: &all };
        match args.format {
            Format::Json => {
                let answer = as_json::answer(&spelled, &query, &anywhere, again);
                output::json(&with_machine(answer, machine, &[]))?;
            }
            Format::Text => {
                output::data(&as_text::answer(&spelled, &query, &anywhere, args.detail(), None, &again))?;
            }
        }
        return Ok(exit::FINDINGS);
    }
    let own = all.on(machine, &anywhere.asked);
    let mut choice = choose(&own, &query).map_err(refused)?;
    let elsewhere = elsewhere(&all, &anywhere, &own, &choice, machine, framework);
    // Why a machine runs nothing is no matter of the requirements.
    choice.parts.retain(|part| part.pick.is_some());
    let spelled = Spelled { framework, space: &own };
    match args.format {
        Format::Json => {
            let answer = as_json::answer(&spelled, &query, &choice, again);
            output::json(&with_machine(answer, machine, &elsewhere))?;
        }
        Format::Text => {
            let answer = || as_text::answer(&spelled, &query, &choice, args.detail(), None, &again);
            output::data(&in_text(machine, (!choice.parts.is_empty()).then(answer), &elsewhere))?;
        }
    }
    Ok(if choice.parts.is_empty() { exit::HOST_CANNOT } else { exit::DONE })
}

/// The machine's own architecture, where the answer is open to it; else those that it is confined to.
pub(super) fn archs(anywhere: &Choice<'_>, machine: &Machine) -> Vec<Arch> {
    let mut archs: Vec<Arch> = Vec::new();
    for part in &anywhere.parts {
        if !archs.contains(&part.arch) {
            archs.push(part.arch);
        }
    }
    match machine.arch.filter(|arch| archs.contains(arch)) {
        Some(arch) => vec![arch],
        None => archs,
    }
}

/// The lightest of all for each place of an answer, where the machine's own is another.
pub(super) fn elsewhere(
    all: &Space<'_>,
    anywhere: &Choice<'_>,
    own: &Space<'_>,
    here: &Choice<'_>,
    machine: &Machine,
    framework: Framework,
) -> Vec<Elsewhere> {
    let mut found = Vec::new();
    for part in &anywhere.parts {
        let Some(pick) = &part.pick else { continue };
        let config = &all.rows()[pick.row].config;
        let same =
            |other: &&lightest_model::chooser::Part<'_>| other.arch == part.arch && other.vmm == part.vmm;
        let chosen = here.parts.iter().find(same).and_then(|part| part.pick.as_ref());
        if chosen.is_some_and(|pick| own.rows()[pick.row].config == *config) {
            continue;
        }
        let host = all.host_of(pick.row, &anywhere.asked);
        let runs_if = match all.fit(pick.row, &anywhere.asked, machine) {
            Fit::RunsIf(what) => Some(what.to_owned()),
            Fit::Runs | Fit::Cannot => None,
        };
        let machines = host.into_iter().flat_map(|host| &host.machines);
        let of_system = machines.filter(|known| known.os == machine.os);
        found.push(Elsewhere {
            arch: part.arch,
            config: framework.dialect().name_of(config),
            hypervisors: of_system.flat_map(|known| known.hypervisors.iter().cloned()).collect(),
            host: host.map(|host| (host.id.clone(), host.title.clone())).unwrap_or_default(),
            runs_if,
        });
    }
    found
}

/// An answer for people, in the frame of the machine.
pub(super) fn in_text(machine: &Machine, answer: Option<String>, elsewhere: &[Elsewhere]) -> String {
    let machine_words = in_words(machine);
    let mut text = match answer {
        Some(answer) => format!("{} {machine_words}\n{answer}", heading("Here:")),
        None => format!("{} {machine_words} runs nothing that provides all of that\n", heading("Here:")),
    };
    for one in elsewhere {
        let (config, title) = (green(&one.config), &one.host.1);
        let line = match &one.runs_if {
            Some(what) => format!("{config} is lighter, and runs here if {what}"),
            None if machine.arch != Some(one.arch) => {
                format!("{config} is the lightest of all; it needs {title}, of the architecture {}", one.arch)
            }
            None if one.hypervisors.iter().all(|known| machine.hypervisors.contains(known)) => {
                format!("{config} is the lightest of all; it needs {title}")
            }
            // The right system without a hypervisor that it could have.
            None => {
                let names: Vec<String> = one.hypervisors.iter().map(|word| machine::name(word)).collect();
                let names = crate::words::list(&names, "or");
                format!("{config} is the lightest of all; it needs {title}: here, {names} is missing")
            }
        };
        text.push_str(&format!("{} {line}\n", heading("Elsewhere:")));
    }
    text
}

/// An answer for programs, with the machine.
pub(super) fn with_machine<'a, A>(
    answer: A,
    machine: &'a Machine,
    elsewhere: &'a [Elsewhere],
) -> schema::Placed<'a, A> {
    let elsewhere = elsewhere.iter().map(|one| schema::Elsewhere {
        arch: one.arch.word(),
        config: &one.config,
        host: &one.host.0,
        needs: &one.host.1,
        runs_if: one.runs_if.as_deref(),
    });
    let here = schema::Here {
        os: &machine.os,
        arch: machine.arch.map(Arch::word),
        hypervisors: machine.hypervisors.iter().map(String::as_str).collect(),
        elsewhere: elsewhere.collect(),
    };
    schema::Placed { answer, here: Some(here) }
}
