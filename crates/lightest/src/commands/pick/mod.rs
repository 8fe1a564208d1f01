//! `lightest pick`: the lightest configuration for a new test.

pub(crate) mod again;
mod as_json;
mod as_text;
mod ask;
mod from;
mod here;
mod in_short;

pub(super) use from::proposed;

use std::path::PathBuf;

use clap::Args as ClapArgs;
use lightest_model::catalog::Catalog;
use lightest_model::chooser::{Query, QueryError, choose};
use lightest_model::config::Arch;
use lightest_model::space::{Asked, Space};
use lightest_model::suggest::nearest;

use self::as_text::Detail;
use crate::args::Format;
use crate::failure::{Failure, Place};
use crate::framework::Framework;
use crate::session::Session;
use crate::spelled::Spelled;
use crate::{exit, output};

#[derive(Debug, ClapArgs)]
pub(crate) struct Args {
    /// What the test asks of its environment, by identifier (`lightest list requirements`)
    #[arg(long, short, value_name = "REQUIREMENT", value_delimiter = ',', value_parser = crate::commands::word)]
    requires: Vec<String>,
    /// Architectures to answer for [default: those that the requirements name, or both]
    #[arg(long, value_name = "ARCH", value_delimiter = ',', value_parser = arch)]
    arch: Vec<Arch>,
    /// VMMs to answer for, each by itself [default: whichever is lightest]
    #[arg(long, value_name = "VMM", value_delimiter = ',', value_parser = crate::commands::word)]
    vmm: Vec<String>,
    /// Answer for what this machine can run, or one described as in `--here=linux,x64,kvm`
    #[arg(long, value_name = "MACHINE", num_args = 0..=1, require_equals = true, default_missing_value = "")]
    here: Option<String>,
    /// How to print the answer
    #[arg(long, value_enum, default_value = "text")]
    format: Format,
    /// Also show every reason, quirk and known limit, and the next heavier configuration
    #[arg(long)]
    why: bool,
    /// Also show every refused configuration, not only the nearest; implies `--why`
    #[arg(long)]
    all: bool,
    /// Read the requirements from the body of a test in this file
    #[arg(long, value_name = "FILE")]
    from: Option<PathBuf>,
    /// The test, where the file has several: a function, with or without its modules
    #[arg(long, value_name = "NAME", requires = "from")]
    test: Option<String>,
    /// A line of the test, instead of its name
    #[arg(long, value_name = "N", requires = "from", conflicts_with = "test")]
    line: Option<usize>,
    /// List only the lightest configuration for each architecture
    #[arg(long, requires = "from")]
    only_lightest: bool,
}

impl Args {
    fn detail(&self) -> Detail {
        match (self.all, self.why) {
            (true, _) => Detail::All,
            (false, true) => Detail::Why,
            (false, false) => Detail::Short,
        }
    }
}

/// Answers; first asks questions, where the query is empty and a terminal is there.
pub(crate) fn run(args: &Args, session: &Session) -> Result<u8, Failure> {
    if let Some(file) = &args.from {
        return from::run(args, file, session);
    }
    let framework = session.framework(&[]);
    let mut query =
        Query { requires: args.requires.clone(), archs: args.arch.clone(), vmms: args.vmm.clone() };
    let is_unrestricted = query.requires.is_empty() && query.archs.is_empty() && query.vmms.is_empty();
    let asks = is_unrestricted && args.format == Format::Text && ask::is_possible();
    let machine = here::machine(args, framework, session)?;
    if asks {
        let mut space = Space::of_tests(session.catalog_of(framework)?);
        if let Some(machine) = &machine {
            space = space.on(machine, &Asked::default());
        }
        let Some(requires) = ask::ask(&space, framework)? else { return Ok(exit::COULD_NOT) };
        query.requires = requires;
    }
    if let Some(machine) = &machine {
        let (again, code) = here::run(args, query, machine, framework, session)?;
        repeatable(asks, &again);
        return Ok(code);
    }
    let space = session.space_about(&query.requires, framework)?;
    let choice = choose(space, &with_asks(&query, framework))
        .map_err(|refused| unknown(space.catalog(), &query, &refused, framework))?;
    let spelled = Spelled { framework, space };
    let again = again::to_query(&session.arguments(framework), &query, None);
    match args.format {
        Format::Text => {
            output::data(&as_text::answer(&spelled, &query, &choice, args.detail(), None, &again))?
        }
        Format::Json => output::json(&as_json::answer(&spelled, &query, &choice, again.clone()))?,
    }
    repeatable(asks, &again);
    let answered = choice.parts.iter().any(|part| part.pick.is_some());
    Ok(if answered { exit::DONE } else { exit::FINDINGS })
}

/// Prints, after questions, how the same is had without them.
fn repeatable(asked: bool, again: &str) {
    if asked {
        output::message(&format!("Repeat with: {again}"));
    }
}

/// A query with what every guest of a framework's new tests is asked.
fn with_asks(query: &Query, framework: Framework) -> Query {
    let mut query = query.clone();
    for word in framework.dialect().conventions().asks {
        if !query.requires.iter().any(|known| known == word) {
            query.requires.push((*word).to_owned());
        }
    }
    query
}

fn unknown(catalog: &Catalog, query: &Query, refused: &QueryError, framework: Framework) -> Failure {
    let (word, what, flag, given, known): (&str, &str, &str, &[String], Vec<&str>) = match refused {
        QueryError::Requirement(word) => {
            let known = catalog.requirements.iter().map(|requirement| requirement.id.as_str()).collect();
            (word, "requirement", "--requires", &query.requires, known)
        }
        QueryError::Elsewhere(word, given) => {
            return Failure::new(format!("`{word}` is required, but only `{given}` is asked for"))
                .help("leave one of the two out");
        }
        QueryError::Vmm(word) => {
            let known = catalog.vmms.iter().map(|vmm| vmm.id.as_str()).collect();
            (word, "VMM", "--vmm", &query.vmms, known)
        }
    };
    let text = format!("{flag} {}", given.join(","));
    let mut start = flag.len() + 1;
    for value in given {
        if value == word {
            break;
        }
        start += value.len() + 1;
    }
    let place = Place {
        origin: "<arguments>".to_owned(),
        labels: vec![(start..start + word.len(), format!("not a {what}"))],
        text,
    };
    let failure = Failure::new(format!("there is no {what} `{word}`")).at(place);
    let by_meaning = if what == "requirement" { catalog.related(word) } else { None };
    match by_meaning.or_else(|| nearest(word, known.iter().copied())) {
        Some(near) => failure.help(format!("did you mean `{near}`?")),
        None if what == "VMM" => failure.help(format!("known: `{}`", known.join("`, `"))),
        None => failure.help(format!("`lightest {}list requirements` lists them all", framework.argument())),
    }
}

fn arch(word: &str) -> Result<Arch, String> {
    Arch::from_word(word.trim()).ok_or_else(|| {
        let words = Arch::ALL.map(Arch::word);
        match lightest_model::suggest::nearest(word, words) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("known architectures: {}", words.join(", ")),
        }
    })
}
