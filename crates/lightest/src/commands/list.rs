//! `lightest list`: what the catalog knows.

use clap::{Args as ClapArgs, ValueEnum};
use lightest_model::catalog::{Catalog, Support};
use lightest_model::config::Arch;
use lightest_model::space::{Asked, Space};
use lightest_petri::Spelled;

use crate::args::Format;
use crate::commands::lab;
use crate::failure::Failure;
use crate::framework::Framework;
use crate::json::{because, evidence, statement_evidence};
use crate::schema::VERSION;
use crate::schema::list::{self as schema, Answer, List};
use crate::schema::shared::Price;
use crate::session::Session;
use crate::style::{aside, heading};
use crate::{exit, output, words};

/// What can be listed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Kind {
    /// Every configuration that the macros accept, and whether it can run.
    Configs,
    /// Guests.
    Guests,
    /// What a test may ask for.
    Requirements,
    /// Behaviour that surprises an author.
    Quirks,
    /// Limits that somebody means to lift.
    Blockers,
    /// What `check` finds.
    Rules,
    /// The VMMs that `boot` has a driver for: what each can do, and whether this host has it.
    Vmms,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct Args {
    /// What to list
    #[arg(value_enum)]
    kind: Kind,
    /// How to print the list
    #[arg(long, value_enum, default_value = "text")]
    format: Format,
}

/// Prints the list.
pub(crate) fn run(args: &Args, session: &Session) -> Result<u8, Failure> {
    let framework = session.framework(&[]);
    let catalog = session.catalog_of(framework)?;
    let (list, text) = match args.kind {
        Kind::Configs => configs(catalog),
        Kind::Guests => guests(catalog),
        Kind::Requirements => requirements(catalog),
        Kind::Quirks => quirks(catalog),
        Kind::Blockers => blockers(catalog),
        Kind::Rules => rules(framework),
        Kind::Vmms => vmms()?,
    };
    match args.format {
        Format::Json => output::json(&Answer { schema_version: VERSION, list })?,
        Format::Text => output::data(&text)?,
    }
    Ok(exit::DONE)
}

/// The rules of `check`, in their order.
fn rules(framework: Framework) -> Listed<'static> {
    let (mut values, mut text) = (Vec::new(), String::new());
    for rule in framework.rules() {
        values.push(schema::Rule {
            id: rule.name,
            aliases: rule.aliases,
            pedantic: rule.pedantic,
            summary: rule.summary(),
        });
        let pedantic = if rule.pedantic { " (pedantic)" } else { "" };
        text.push_str(&format!(
            "{}  {}\n",
            heading(rule.name),
            aside(format!("{}{pedantic}", rule.summary()))
        ));
    }
    (List::Rules(values), text)
}

/// The VMMs that the lab has drivers for.
fn vmms() -> Result<Listed<'static>, Failure> {
    let (values, text) = lab::vmms()?;
    Ok((List::Vmms(values), text))
}

type Listed<'c> = (List<'c>, String);

fn configs(catalog: &Catalog) -> Listed<'_> {
    let space = Space::of(catalog, |_| true);
    let asked = Asked::default();
    let mut rows: Vec<usize> = (0..space.rows().len()).collect();
    rows.sort_by_cached_key(|row| space.weight(*row, &asked));
    let (mut values, mut text) = (Vec::new(), String::new());
    for row in rows {
        let config = Spelled(&space.rows()[row].config);
        let price_of = space.price(row, &asked);
        let answer = space.requirement("runs").map(|runs| space.answer(row, runs, &asked));
        let support = answer.map_or(Support::Unknown, |answer| answer.support);
        let statement = answer.and_then(|answer| answer.statement);
        values.push(schema::Config {
            config: config.to_string(),
            cost: Price::from(&price_of),
            runs: support.into(),
            because: because(statement),
            evidence: statement_evidence(statement),
        });
        let state = match support {
            Support::Yes => String::new(),
            Support::No => format!("cannot run: {}", because(statement)),
            Support::Unknown => "not known to run".to_owned(),
        };
        text.push_str(&format!("{config}  {}\n", aside(format!("{} boot {state}", price_of.boot))));
    }
    (List::Configs(values), text)
}

fn guests(catalog: &Catalog) -> Listed<'_> {
    let (mut values, mut text) = (Vec::new(), String::new());
    for guest in &catalog.guests {
        let bytes = guest.images.iter().filter_map(|image| image.bytes).max();
        values.push(schema::Guest {
            id: &guest.id,
            form: guest.form.word(),
            title: &guest.title,
            family: &guest.family,
            os: guest.os.word(),
            arch: guest.arch.map(Arch::word),
            boot: &guest.boot_class,
            image_bytes: bytes,
            lab: &guest.lab,
            evidence: evidence(&guest.evidence),
        });
        let size = bytes.filter(|bytes| *bytes > 0).map(words::bytes);
        let size = size.map_or(String::new(), |size| format!(", {size}"));
        let form = guest.form.word();
        text.push_str(&format!(
            "{} {}\n",
            heading(&guest.id),
            aside(format!("({form}) {}{size}", guest.title))
        ));
    }
    (List::Guests(values), text)
}

fn requirements(catalog: &Catalog) -> Listed<'_> {
    let (mut values, mut text) = (Vec::new(), String::new());
    let mut group = "";
    for requirement in &catalog.requirements {
        if requirement.group != group {
            group = &requirement.group;
            text.push_str(&format!("{}\n", heading(group)));
        }
        values.push(schema::Requirement {
            id: &requirement.id,
            group: &requirement.group,
            title: &requirement.title,
            meaning: &requirement.meaning,
            implies: &requirement.implies,
            aliases: &requirement.aliases,
        });
        text.push_str(&format!("  {:<20} {}\n", requirement.id, requirement.meaning));
    }
    (List::Requirements(values), text)
}

fn quirks(catalog: &Catalog) -> Listed<'_> {
    let (mut values, mut text) = (Vec::new(), String::new());
    for quirk in &catalog.quirks {
        values.push(schema::Quirk {
            id: &quirk.id,
            title: &quirk.title,
            waits_s: quirk.cost.waits_s,
            reboots: quirk.cost.reboots,
            handling: &quirk.handling,
            advice: &quirk.advice,
            evidence: evidence(&quirk.evidence),
        });
        text.push_str(&format!("{}\n  {}\n", heading(&quirk.id), quirk.title));
    }
    (List::Quirks(values), text)
}

fn blockers(catalog: &Catalog) -> Listed<'_> {
    let (mut values, mut text) = (Vec::new(), String::new());
    for blocker in &catalog.blockers {
        let state = match blocker.state {
            lightest_model::catalog::BlockerState::Open => "open".to_owned(),
            lightest_model::catalog::BlockerState::Lifted => {
                format!("lifted since {}", blocker.since.as_deref().unwrap_or("?"))
            }
        };
        text.push_str(&format!("{} {}\n  {}\n", heading(&blocker.id), aside(&state), blocker.title));
        values.push(schema::Blocker {
            id: &blocker.id,
            title: &blocker.title,
            issue: &blocker.issue,
            state,
            since: blocker.since.as_deref(),
            evidence: evidence(&blocker.evidence),
        });
    }
    (List::Blockers(values), text)
}
