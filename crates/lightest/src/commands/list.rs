//! `lightest list`: what the catalog knows, and the tests of a tree.

mod filter;
mod tests;

use std::path::PathBuf;

use clap::{Args as ClapArgs, ValueEnum};
use lightest_model::catalog::{Catalog, Support};
use lightest_model::config::Arch;
use lightest_model::space::{Asked, Space};

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

use filter::{Filtered, Filters};

/// What can be listed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Kind {
    /// Configurations that the macros accept, lightest first.
    Configs,
    /// Guests.
    Guests,
    /// The tests of a tree, with their configurations.
    Tests,
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
    /// Files or folders with the tests of `list tests` [default: .]
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,
    #[command(flatten)]
    filters: Filters,
    /// How to print the list
    #[arg(long, value_enum, default_value = "text")]
    format: Format,
}

/// Prints the list.
pub(crate) fn run(args: &Args, session: &Session) -> Result<u8, Failure> {
    let word = args.kind.to_possible_value().map_or_else(String::new, |value| value.get_name().to_owned());
    args.filters.check(args.kind, &word)?;
    if args.kind != Kind::Tests
        && let Some(path) = args.paths.first()
    {
        return Err(Failure::new(format!(
            "`list {word}` takes no path, but {} is given",
            output::shown(path)
        ))
        .help("only `list tests` reads files"));
    }
    let here = [PathBuf::from(".")];
    let paths = if args.paths.is_empty() { &here[..] } else { &args.paths };
    let framework = session.framework(if args.kind == Kind::Tests { paths } else { &[] });
    let catalog = session.catalog_of(framework)?;
    let mut code = exit::DONE;
    let (list, text) = match args.kind {
        Kind::Configs => configs(catalog, framework, &args.filters)?,
        Kind::Guests => guests(catalog, framework, &args.filters)?,
        Kind::Tests => {
            let found = tests::tests(&args.filters, paths, framework, catalog, session)?;
            let Some((tests, text, complete)) = found else { return Ok(exit::NOTHING) };
            code = complete;
            (List::Tests(tests), text)
        }
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
    Ok(code)
}

/// The rules of `check`, in their order.
fn rules(framework: Framework) -> Listed<'static> {
    let (mut values, mut text) = (Vec::new(), String::new());
    for rule in framework.rules() {
        values.push(schema::Rule {
            id: rule.name.as_str(),
            aliases: rule.aliases,
            pedantic: rule.pedantic,
            summary: rule.summary(),
        });
        let pedantic = if rule.pedantic { " (pedantic)" } else { "" };
        text.push_str(&format!(
            "{}  {}\n",
            heading(rule.name.as_str()),
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

/// Names what is hidden, so that nobody takes a list for all that there is.
fn note(hidden: &[String], what: &str) {
    if !hidden.is_empty() {
        output::message(&format!("{what} not listed: {}", words::list(hidden, "and")));
    }
}

fn configs<'c>(catalog: &'c Catalog, framework: Framework, filters: &Filters) -> Result<Listed<'c>, Failure> {
    let space = Space::of(catalog, |_| true);
    let asked = Asked::default();
    let Filtered { mut rows, hidden } = filters.rows(&space, framework)?;
    note(&hidden, "configurations");
    rows.sort_by_cached_key(|row| space.weight(*row, &asked));
    let (mut values, mut text) = (Vec::new(), String::new());
    for row in rows {
        let config = framework.dialect().name_of(&space.row(row).config);
        let price_of = space.price(row, &asked);
        let answer = space.requirement("runs").map(|runs| space.answer(row, runs, &asked));
        let support = answer.map_or(Support::Unknown, |answer| answer.support);
        let statement = answer.and_then(|answer| answer.statement);
        values.push(schema::Config {
            config: config.clone(),
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
    Ok((List::Configs(values), text))
}

/// Guests that some configuration which is wanted boots.
fn guests<'c>(catalog: &'c Catalog, framework: Framework, filters: &Filters) -> Result<Listed<'c>, Failure> {
    let space = Space::of(catalog, |_| true);
    let Filtered { rows, hidden } = filters.rows(&space, framework)?;
    let booted: Vec<&str> = rows.iter().map(|row| space.row(*row).guest.id.as_str()).collect();
    if booted.is_empty() {
        note(&hidden, "configurations");
    }
    let (mut values, mut text) = (Vec::new(), String::new());
    for guest in catalog.guests.iter().filter(|guest| booted.contains(&guest.id.as_str())) {
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
    Ok((List::Guests(values), text))
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
            cost: quirk.cost,
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
        let state = blocker.standing();
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
