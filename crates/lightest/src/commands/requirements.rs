//! `lightest requirements`: what every test is found to require, and what shows it.

use std::path::{Path, PathBuf};

use clap::Args as ClapArgs;
use lightest_diagnostics::{Span, line_column};
use lightest_lint::dialect::Dialect;
use lightest_lint::facts::{Branch, Note, Reading, Test, Variant, What};
use lightest_lint::linter::{Weight, named, weigh};
use lightest_lint::needs::{Need, Needs};
use lightest_lint::proposal::{Request, propose};
use lightest_lint::source::Source;
use lightest_model::catalog::When;
use lightest_model::space::Space;
use lightest_petri::Petri;
use serde_json::{Value, json};

use super::pick::spelled::Spelled;
use crate::args::Format;
use crate::failure::Failure;
use crate::findings::{sources, table};
use crate::framework::Framework;
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
    let Reading { mut tests, notes, .. } = dialect.read(&read.files, catalog, &table);
    for unread in &read.unread {
        output::message(&format!("warning: not read: {}: {}", output::line(&unread.path), unread.reason));
    }
    let all = read.unread.is_empty() && !notes.iter().any(|note| note.unread);
    let any = !tests.is_empty();
    if let Some(wanted) = &args.test {
        tests.retain(|test| {
            test.name == *wanted
                || test
                    .declarations
                    .iter()
                    .flat_map(|list| &list.variants)
                    .any(|variant| variant.name == *wanted)
        });
        if tests.is_empty() && any {
            return Err(Failure::new(format!("there is no test `{wanted}`"))
                .help("name a function, or a variant as the test runner does"));
        }
    }
    let view = View { framework, dialect, sources: &read.files, space: &Space::of_tests(catalog) };
    match args.format {
        Format::Json => output::json(&json!({
            "schema_version": 1,
            "tests": tests.iter().map(|test| view.test(test, &Needs::of(test, &table))).collect::<Vec<_>>(),
            "notes": notes.iter().map(|note| view.note(note)).collect::<Vec<_>>(),
        }))?,
        Format::Text => {
            let mut text = String::new();
            for test in &tests {
                view.write(test, &Needs::of(test, &table), &mut text);
            }
            for note in &notes {
                text.push_str(&format!("note: {}: {}\n", view.place(&note.span), note.message));
            }
            output::data(&text)?;
        }
    }
    Ok(match (all, any) {
        (false, _) => exit::COULD_NOT,
        (true, true) => exit::DONE,
        (true, false) => {
            output::message(&format!(
                "no test found in {}: looked for {}",
                words::count(read.looked_at, "file"),
                dialect.looks_for()
            ));
            exit::NOTHING
        }
    })
}

struct View<'a> {
    framework: Framework,
    dialect: &'a dyn Dialect,
    sources: &'a [Source],
    space: &'a Space<'a>,
}

impl View<'_> {
    fn place(&self, span: &Span) -> String {
        let Some(source) = self.sources.get(span.file) else { return String::new() };
        let (line, column) = line_column(&source.text, span.bytes.start);
        format!("{}:{line}:{column}", output::shown(Path::new(&source.path)))
    }

    fn text(&self, span: &Span) -> &str {
        let source = self.sources.get(span.file);
        source.and_then(|source| source.text.get(span.bytes.clone())).unwrap_or_default()
    }

    fn span(&self, span: &Span) -> Value {
        let Some(source) = self.sources.get(span.file) else { return Value::Null };
        let (line_start, column_start) = line_column(&source.text, span.bytes.start);
        let (line_end, column_end) = line_column(&source.text, span.bytes.end);
        json!({
            "file_name": source.path,
            "byte_start": span.bytes.start,
            "byte_end": span.bytes.end,
            "line_start": line_start,
            "line_end": line_end,
            "column_start": column_start,
            "column_end": column_end,
        })
    }

    fn test(&self, test: &Test, needs: &Needs) -> Value {
        let weights = weigh(test, needs, self.sources, self.dialect, self.space);
        json!({
            "test": test.name,
            "module": test.module.join("::"),
            "span": self.span(&test.name_span),
            "configurations": test
                .declarations
                .iter()
                .flat_map(|list| &list.variants)
                .zip(&weights)
                .map(|(variant, weight)| self.variant(variant, weight))
                .collect::<Vec<_>>(),
            "unread": test
                .unread
                .iter()
                .map(|span| json!({"text": self.text(span), "span": self.span(span)}))
                .collect::<Vec<_>>(),
            "pick": self.pick(test, needs).map(|(command, _)| command),
            "requirements": needs.needs.iter().map(|need| self.need(need)).collect::<Vec<_>>(),
            "named": named(test, self.space.catalog()),
            "touches": test
                .sightings
                .iter()
                .map(|sighting| {
                    let mut touched = touched(&sighting.what);
                    touched["span"] = self.span(&sighting.span);
                    touched
                })
                .collect::<Vec<_>>(),
            "open": needs.is_open(),
            "unknown": needs
                .openings
                .iter()
                .map(|opening| json!({"what": opening.what, "span": self.span(&opening.span)}))
                .collect::<Vec<_>>(),
        })
    }

    /// The command line that answers a test, and whether it finds anything; `None` for a framework that has no such answer.
    fn pick(&self, test: &Test, needs: &Needs) -> Option<(String, bool)> {
        if self.dialect.name() != Petri.name() {
            return None;
        }
        let proposal = propose(test, needs, self.space, &Request::default()).ok()?;
        let spelled = Spelled { framework: self.framework, space: self.space };
        Some((spelled.command(&proposal.query), !proposal.list.is_empty()))
    }

    fn variant(&self, variant: &Variant, weight: &Weight) -> Value {
        let (lighter, silence) = match weight {
            Weight::Heavier { lighter, silence } => (Some(lighter), *silence),
            Weight::Lightest | Weight::Unknown => (None, None),
        };
        json!({
            "name": variant.name,
            "config": self.dialect.name_of(&variant.config.bare()),
            "written": variant.written,
            "agent": variant.agent,
            "ignored": variant.ignored.as_ref().map(|reason| &reason.text),
            "unstable": variant.unstable.as_ref().map(|reason| &reason.text),
            "states": variant.states,
            "lightest": match weight {
                Weight::Lightest => Some(true),
                Weight::Heavier { .. } => Some(false),
                Weight::Unknown => None,
            },
            "lighter": lighter,
            "silent_because": silence,
            "span": self.span(&variant.config_span),
        })
    }

    fn need(&self, need: &Need) -> Value {
        json!({
            "requirement": need.requirement,
            "span": self.span(&need.span),
            "via": need.via.as_ref().map(|span| self.span(span)),
            "within": need.within.iter().map(branch).collect::<Vec<_>>(),
            "because": need.because,
            "evidence": need.evidence.iter().map(ToString::to_string).collect::<Vec<_>>(),
        })
    }

    fn note(&self, note: &Note) -> Value {
        json!({"message": note.message, "help": note.help, "span": self.span(&note.span)})
    }

    fn write(&self, test: &Test, needs: &Needs, text: &mut String) {
        let variants = test.declarations.iter().map(|list| list.variants.len()).sum();
        let mut line = |indent: usize, words: &str| {
            text.push_str(&"  ".repeat(indent));
            text.push_str(words);
            text.push('\n');
        };
        let name = self.dialect.full_name(test);
        line(0, &format!("{name} ({}, {})", words::count(variants, "variant"), self.place(&test.name_span)));
        let mut said: Vec<&str> = Vec::new();
        for need in &needs.needs {
            if said.contains(&need.requirement.as_str()) {
                continue;
            }
            said.push(&need.requirement);
            // What is asked of every configuration says more than what is asked of some.
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
            if !said.contains(&id) {
                line(1, &format!("{id} ({}): the name speaks of it", self.place(&test.name_span)));
            }
        }
        for opening in &needs.openings {
            line(1, &format!("not known: {} ({})", opening.what, self.place(&opening.span)));
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
            line(1, &command);
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

fn touched(what: &What) -> Value {
    match what {
        What::Call { on, name, .. } => json!({"kind": "call", "on": on, "name": name}),
        What::Function(path) => json!({"kind": "function", "name": path}),
        What::Type(name) => json!({"kind": "type", "name": name}),
        What::Name(path) => json!({"kind": "name", "name": path}),
        What::Field { of, name, value } => json!({"kind": "field", "on": of, "name": name, "value": value}),
        What::Read { name, how } => json!({"kind": "read", "on": how, "name": name}),
        What::Text(text) => json!({"kind": "text", "name": text}),
        What::Program { system, name, line } => {
            json!({"kind": "program", "on": system, "name": name, "line": line})
        }
        What::Path { system, path } => json!({"kind": "path", "on": system, "name": path}),
        What::Build(condition) => json!({"kind": "build", "name": condition}),
        What::Tested(when) => json!({"kind": "tested", "when": when}),
        What::Confined(when) => json!({"kind": "confined", "when": when}),
    }
}

fn branch(branch: &Branch) -> Value {
    json!({"when": branch.when, "otherwise": branch.otherwise})
}
