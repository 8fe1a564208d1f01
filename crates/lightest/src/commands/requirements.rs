//! `lightest requirements`: what every test is found to require, and what shows it.

use std::path::PathBuf;

use clap::Args as ClapArgs;
use lightest_diagnostics::{Diagnostic, Span};
use lightest_lint::dialect::Dialect;
use lightest_lint::facts::{Reading, Test, Variant};
use lightest_lint::linter::{Weight, named, weigh};
use lightest_lint::needs::{Need, Needs};
use lightest_lint::proposal::Request;
use lightest_lint::source::Source;
use lightest_model::catalog::When;
use lightest_model::space::Space;

use super::pick::{again, proposed};
use crate::args::Format;
use crate::failure::Failure;
use crate::findings::{sources, table};
use crate::framework::Framework;
use crate::output::places::Texts;
use crate::schema::shared;
use crate::schema::{VERSION, requirements as schema};
use crate::session::Session;
use crate::{condition, exit, output, words};

#[derive(Debug, ClapArgs)]
pub(crate) struct Args {
    /// Files or folders to read
    #[arg(value_name = "PATH", default_value = ".")]
    paths: Vec<PathBuf>,
    /// Only this test: a function, or a variant as the test runner names it
    #[arg(long, value_name = "NAME")]
    test: Option<String>,
    /// How to print the answer
    #[arg(long, value_enum, default_value = "text")]
    format: Format,
}

pub(crate) fn run(args: &Args, session: &Session) -> Result<u8, Failure> {
    let framework = session.framework(&args.paths);
    let dialect = framework.dialect();
    let catalog = session.catalog_of(framework)?;
    let table = table::of(framework, catalog, session)?;
    let read = sources::read(&framework.roots(&args.paths), dialect)?;
    let mut reading = dialect.read(&read.files, catalog, &table);
    framework.asked(&args.paths, &read.paths).keep(&mut reading);
    let Reading { tests, notes, unread, .. } = reading;
    read.warn();
    let all = read.unread.is_empty() && unread.is_empty();
    let any = !tests.is_empty();
    let mut chosen: Vec<&Test> = tests.iter().collect();
    if let Some(wanted) = &args.test {
        chosen.retain(|test| {
            test.name == *wanted
                || test
                    .declarations
                    .iter()
                    .flat_map(|list| &list.variants)
                    .any(|variant| variant.name == *wanted)
        });
        if chosen.is_empty() && any {
            return Err(Failure::new(format!("there is no test `{wanted}`"))
                .help("name a function, or a variant as the test runner does"));
        }
    }
    let texts = Texts::of(&read.files);
    let view = View {
        leading: session.arguments(framework),
        framework,
        dialect,
        sources: &read.files,
        tests: &tests,
        texts: &texts,
        space: &Space::of_tests(catalog),
    };
    match args.format {
        Format::Json => {
            let needs: Vec<Needs> = chosen.iter().map(|test| Needs::of(test, &table)).collect();
            output::json(&schema::Answer {
                schema_version: VERSION,
                tests: chosen.iter().zip(&needs).map(|(test, needs)| view.test(test, needs)).collect(),
                notes: notes.iter().map(|note| view.note(note)).collect(),
            })?;
        }
        Format::Text => {
            let mut text = String::new();
            for test in &chosen {
                view.write(test, &Needs::of(test, &table), &mut text);
            }
            for note in &notes {
                text.push_str(&format!("note: {}\n", texts.in_line(note)));
            }
            output::data(&text)?;
        }
    }
    Ok(match (all, any) {
        (false, _) => exit::COULD_NOT,
        (true, true) => exit::DONE,
        (true, false) => {
            read.none(&args.paths, dialect);
            exit::NOTHING
        }
    })
}

struct View<'a> {
    framework: Framework,
    dialect: &'a dyn Dialect,
    sources: &'a [Source],
    /// All that were read, chosen or not.
    tests: &'a [Test],
    texts: &'a Texts<'a>,
    space: &'a Space<'a>,
    /// The arguments of a later run with the same facts.
    leading: String,
}

impl View<'_> {
    fn place(&self, span: &Span) -> String {
        self.texts.named(span)
    }

    fn text(&self, span: &Span) -> &str {
        let source = self.sources.get(span.file);
        source.and_then(|source| source.text.get(span.bytes.clone())).unwrap_or_default()
    }

    fn span(&self, span: &Span) -> Option<shared::Span<'_>> {
        shared::Span::of(span, self.texts)
    }

    fn test<'t>(&'t self, test: &'t Test, needs: &'t Needs) -> schema::Test<'t> {
        let weights = weigh(test, needs, self.sources, self.dialect, self.space);
        let variants = test.declarations.iter().flat_map(|list| &list.variants);
        schema::Test {
            test: &test.name,
            module: test.module.join("::"),
            span: self.span(&test.name_span),
            configurations: variants
                .zip(weights)
                .map(|(variant, weight)| self.variant(variant, weight))
                .collect(),
            unread: test
                .unread
                .iter()
                .map(|span| schema::Unread { text: self.text(span), span: self.span(span) })
                .collect(),
            pick: self.pick(test, needs).map(|(command, _)| command),
            requirements: needs.needs.iter().map(|need| self.need(need)).collect(),
            named: named(test, self.space.catalog()),
            touches: test
                .usages
                .iter()
                .map(|usage| schema::Touch { what: (&usage.what).into(), span: self.span(&usage.span) })
                .collect(),
            open: needs.is_open(),
            unknown: needs
                .unresolved
                .iter()
                .map(|unresolved| shared::Unresolved {
                    what: &unresolved.what,
                    span: self.span(&unresolved.span),
                })
                .collect(),
        }
    }

    /// The command line that answers a test, and whether it finds anything; `None` where the catalog lacks a requirement of
    /// the test.
    fn pick(&self, test: &Test, needs: &Needs) -> Option<(String, bool)> {
        let proposal = proposed(test, needs, self.space, &Request::default(), self.framework).ok()?;
        let command = again::to_body(&self.leading, self.framework, test, self.tests, self.texts);
        Some((command, !proposal.list.is_empty()))
    }

    fn variant<'t>(&'t self, variant: &'t Variant, weight: Weight) -> schema::Variant<'t> {
        let (lightest, lighter, silent_because) = match weight {
            Weight::Lightest => (Some(true), None, None),
            Weight::Heavier { lighter, silence } => (Some(false), Some(lighter), silence),
            Weight::Unknown => (None, None, None),
        };
        schema::Variant {
            name: &variant.name,
            config: self.dialect.name_of(&variant.config.bare()),
            written: &variant.written,
            agent: variant.agent,
            ignored: variant.ignored.as_ref().map(|reason| reason.text.as_str()),
            unstable: variant.unstable.as_ref().map(|reason| reason.text.as_str()),
            states: &variant.states,
            lightest,
            lighter,
            silent_because,
            span: self.span(&variant.config_span),
        }
    }

    fn need<'t>(&'t self, need: &'t Need) -> schema::Need<'t> {
        schema::Need {
            requirement: &need.requirement,
            span: self.span(&need.span),
            via: need.via.as_ref().and_then(|span| self.span(span)),
            within: need.within.iter().map(schema::Branch::from).collect(),
            because: &need.because,
            evidence: need.evidence.iter().map(ToString::to_string).collect(),
        }
    }

    fn note<'t>(&'t self, note: &'t Diagnostic) -> schema::Note<'t> {
        schema::Note {
            message: &note.message,
            help: note.help_message(),
            span: note.primary().and_then(|span| self.span(span)),
        }
    }

    fn write(&self, test: &Test, needs: &Needs, text: &mut String) {
        let variants = test.declarations.iter().map(|list| list.variants.len()).sum();
        let mut line = |indent: usize, words: &str| {
            text.push_str(&"  ".repeat(indent));
            text.push_str(words);
            text.push('\n');
        };
        let name = self.dialect.full_name(test);
        let variants = words::count(variants, "variant");
        line(0, &format!("{} ({variants}, {})", output::line(&name), self.place(&test.name_span)));
        let mut listed: Vec<&str> = Vec::new();
        for need in &needs.needs {
            if listed.contains(&need.requirement.as_str()) {
                continue;
            }
            listed.push(&need.requirement);
            // A requirement on every configuration outranks one on some.
            let of_all = needs
                .needs
                .iter()
                .find(|other| other.requirement == need.requirement && !other.is_conditional());
            let need = of_all.unwrap_or(need);
            let why = if need.because.is_empty() { String::new() } else { format!(": {}", need.because) };
            let place = self.place(&need.span);
            line(1, &format!("{}{} ({place}){why}", need.requirement, asked_of(need)));
        }
        for id in named(test, self.space.catalog()) {
            if !listed.contains(&id) {
                line(1, &format!("{id} ({}): mentioned in the name", self.place(&test.name_span)));
            }
        }
        for unresolved in &needs.unresolved {
            line(1, &format!("not known: {} ({})", unresolved.what, self.place(&unresolved.span)));
        }
        let pick = self.pick(test, needs);
        let weights = weigh(test, needs, self.sources, self.dialect, self.space);
        for (variant, weight) in test.declarations.iter().flat_map(|list| &list.variants).zip(weights) {
            let config = self.dialect.name_of(&variant.config.bare());
            match weight {
                Weight::Lightest => {}
                Weight::Unknown if pick.as_ref().is_some_and(|(_, found)| *found) => {
                    line(
                        1,
                        &format!(
                            "`{config}`: nothing of its kind is known to provide all of that; the pick below is"
                        ),
                    );
                }
                Weight::Unknown => {
                    line(1, &format!("`{config}`: no known configuration provides all of that"))
                }
                Weight::Heavier { lighter, silence } => {
                    let known = if needs.is_open() { " for what is known" } else { "" };
                    let why = silence.map_or(String::new(), |why| format!("; not a finding: {why}"));
                    line(1, &format!("`{config}`: `{lighter}` would do{known}{why}"));
                }
            }
        }
        if let Some((command, _)) = pick {
            line(1, &output::line(&command).to_string());
        }
    }
}

/// The configurations that something is asked of, where these are not all.
fn asked_of(need: &Need) -> String {
    let any = |when: &[When]| when.iter().map(condition::in_words).collect::<Vec<_>>().join(", or ");
    let mut parts: Vec<String> = Vec::new();
    if !need.when.is_empty() {
        parts.push(any(&need.when));
    }
    for branch in &need.within {
        let words = any(&branch.when);
        parts.push(if branch.otherwise { format!("not {words}") } else { words });
    }
    if parts.is_empty() { String::new() } else { format!(" [{}]", parts.join("; ")) }
}
