//! `lightest pick --here`: what one machine can run, and where the lightest of all would run if it cannot.

use lightest_model::catalog::Catalog;
use lightest_model::chooser::{Choice, Part, Query, QueryError, choose};
use lightest_model::config::Arch;
use lightest_model::machine::{Fit, Machine};
use lightest_model::space::Space;

use super::{Args, again, as_json, as_text, unknown, with_asks};
use crate::args::Format;
use crate::failure::Failure;
use crate::framework::Framework;
use crate::machine::{self, in_words};
use crate::schema::pick as schema;
use crate::session::Session;
use crate::spelled::Spelled;
use crate::style::{answer as green, heading};
use crate::{exit, output};

/// The lightest configuration for a place, which the machine is not known to run.
pub(super) struct Elsewhere {
    arch: Arch,
    config: String,
    /// Identifier and title of the kind of host that it needs.
    host: (String, String),
    /// Names of hypervisors of which one would do on the machine.
    missing: Vec<String>,
    /// The condition on the machine under which it runs there, where it might.
    runs_if: Option<String>,
    /// Whether the machine runs another one.
    beside: bool,
}

/// The machine that is asked for, where one is.
pub(super) fn machine(
    args: &Args,
    framework: Framework,
    session: &Session,
) -> Result<Option<Machine>, Failure> {
    let Some(described) = &args.here else { return Ok(None) };
    let catalog = session.catalog_of(framework)?;
    let hosts = &catalog.hosts;
    if let Some(host) = hosts.first()
        && hosts.iter().all(|host| host.machines.is_empty())
    {
        return Err(Failure::new(format!("`--here` cannot answer: these guests run on {}", host.title))
            .help("leave it out"));
    }
    let found = machine::read(described, &catalog.hypervisors)?;
    for note in &found.notes {
        output::message(&format!("note: {note}"));
    }
    Ok(Some(found.machine))
}

/// Answers for a machine; returns the command line that does so again, and the exit code.
pub(super) fn run(
    args: &Args,
    mut query: Query,
    machine: &Machine,
    framework: Framework,
    session: &Session,
) -> Result<(String, u8), Failure> {
    let all = Space::of_tests(session.catalog_of(framework)?);
    let answer = |space: &Space<'static>, query: &Query| {
        choose(space, &with_asks(query, framework))
            .map_err(|refused: QueryError| unknown(all.catalog(), query, &refused, framework))
    };
    let mut anywhere = answer(&all, &query)?;
    if query.archs.is_empty() {
        query.archs = archs(&anywhere, machine);
        anywhere = answer(&all, &query)?;
    }
    let again = again::to_query(&session.arguments(framework), &query, Some(machine));
    let own = all.on(machine, &anywhere.asked);
    let mut choice = answer(&own, &query)?;
    let elsewhere = elsewhere(&all, &anywhere, &own, &choice, machine, framework);
    // Why a machine runs nothing is no matter of the requirements.
    choice.parts.retain(has_answer);
    let code = match (choice.parts.as_slice(), elsewhere.as_slice()) {
        ([], [_, ..]) => exit::HOST_CANNOT,
        (parts, _) if parts.iter().any(|part| part.pick.is_some()) => exit::DONE,
        _ => exit::FINDINGS,
    };
    // Where nothing does anywhere, no machine would help.
    let nowhere = choice.parts.is_empty() && elsewhere.is_empty();
    let (space, choice) = if nowhere { (&all, &anywhere) } else { (&own, &choice) };
    let spelled = Spelled { framework, space };
    match args.format {
        Format::Json => {
            let answer = as_json::answer(&spelled, &query, choice, again.clone());
            output::json(&with_machine(answer, machine, &elsewhere))?;
        }
        Format::Text => {
            let answer = || as_text::answer(&spelled, &query, choice, args.detail(), None, &again);
            let text = if nowhere {
                answer()
            } else {
                in_text(machine, (!choice.parts.is_empty()).then(answer), &elsewhere, all.catalog())
            };
            output::data(&text)?;
        }
    }
    Ok((again, code))
}

/// Whether a part names a configuration: a pick, or one that nobody has shown.
pub(super) fn has_answer(part: &Part<'_>) -> bool {
    part.pick.is_some() || part.trial.is_some()
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
        let config = &all.row(pick.row).config;
        let same = |other: &&Part<'_>| other.arch == part.arch && other.vmm == part.vmm;
        let chosen = here.parts.iter().find(same).and_then(|part| part.pick.as_ref());
        if chosen.is_some_and(|pick| own.row(pick.row).config == *config) {
            continue;
        }
        let host = all.host_of(pick.row, &anywhere.asked);
        let (runs_if, missing) = match all.fit(pick.row, &anywhere.asked, machine) {
            Fit::Runs => (None, Vec::new()),
            Fit::RunsIf(what) => (Some(what.into_owned()), Vec::new()),
            Fit::Lacks { hypervisors } => (None, hypervisors),
        };
        found.push(Elsewhere {
            arch: part.arch,
            config: framework.dialect().name_of(config),
            host: host.map(|host| (host.id.clone(), host.title.clone())).unwrap_or_default(),
            missing: missing.iter().map(|word| machine::title(word, all.catalog()).to_owned()).collect(),
            runs_if,
            beside: chosen.is_some(),
        });
    }
    found
}

/// An answer for people, in the frame of the machine.
pub(super) fn in_text(
    machine: &Machine,
    answer: Option<String>,
    elsewhere: &[Elsewhere],
    catalog: &Catalog,
) -> String {
    let machine_words = in_words(machine, catalog);
    let heading_here = heading("Here:");
    let mut text = match answer {
        Some(answer) => format!("{heading_here} {machine_words}\n{answer}"),
        None => {
            format!("{heading_here} no configuration is known to provide all of that on {machine_words}\n")
        }
    };
    for one in elsewhere {
        let (config, title) = (green(&one.config), &one.host.1);
        let line = match &one.runs_if {
            Some(what) if one.beside => format!("{config} is lighter, and runs here if {what}"),
            Some(what) => format!("{config} runs here if {what}"),
            None if machine.arch != Some(one.arch) => {
                format!("{config} is the lightest of all; it needs {title}, of the architecture {}", one.arch)
            }
            None if one.missing.is_empty() => format!("{config} is the lightest of all; it needs {title}"),
            // The right system without a hypervisor that it could have.
            None => {
                let names = crate::words::list(&one.missing, "or");
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
