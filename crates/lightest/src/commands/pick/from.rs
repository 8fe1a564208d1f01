//! `lightest pick --from FILE`: the answer to a test's body, with the lines that ask for it.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use lightest_diagnostics::{Diagnostic, Span};
use lightest_lint::dialect::Dialect;
use lightest_lint::facts::{Reading, Test};
use lightest_lint::needs::{Need, Needs};
use lightest_lint::proposal::{Proposal, Request, Role, propose, unnamed};
use lightest_model::chooser::Query;
use lightest_model::space::{RowId, Space};

use super::{Args, again, as_json, as_text, here, unknown, with_asks};
use crate::args::Format;
use crate::failure::Failure;
use crate::findings::{sources, table};
use crate::framework::Framework;
use crate::input::ReadError;
use crate::output::places::Texts;
use crate::schema::{pick as schema, shared};
use crate::session::Session;
use crate::spelled::Spelled;
use crate::style::{answer as green, aside, heading};
use crate::{exit, input, output, words};

/// Reads the test, and answers.
pub(super) fn run(args: &Args, file: &Path, session: &Session) -> Result<u8, Failure> {
    if let Err(error) = input::open(file) {
        let failure = error.failure(file);
        return Err(match error {
            ReadError::Io(_) => failure,
            _ => failure.help("name the source file with the test"),
        });
    }
    let framework = session.framework(&[file.to_owned()]);
    let dialect = framework.dialect();
    let catalog = session.catalog_of(framework)?;
    let table = table::of(framework, catalog, session)?;
    let roots = match dialect.suite() {
        Some(_) => framework.roots(&[file.to_owned()]),
        None => vec![package(file, dialect)],
    };
    let read = sources::read(&roots, dialect)?;
    read.warn();
    let wanted = file.canonicalize();
    let is_wanted = |path: &PathBuf| {
        path.file_name() == file.file_name()
            && matches!((path.canonicalize(), &wanted), (Ok(path), Ok(wanted)) if path == *wanted)
    };
    let reading = match read.paths.iter().position(is_wanted) {
        Some(index) => dialect.read_file(index, &read.files, catalog, &table),
        // It contains no test.
        None => Reading::default(),
    };
    let texts = Texts::of(&read.files);
    let tests = &reading.tests;
    // The test may be in a file that was not read.
    let test = choose_test(args, tests, &texts, file, dialect).map_err(|failure| {
        let unread = reading.notes.iter().filter(|note| reading.is_unread(note));
        unread.fold(failure, |failure, note| failure.note(texts.in_line(note)))
    })?;
    let needs = Needs::of(test, &table);
    let mut space = Space::of_tests(catalog);
    let mut request = Request {
        requires: args.requires.clone(),
        archs: args.arch.clone(),
        vmms: args.vmm.clone(),
        only_lightest: args.only_lightest,
    };
    let mut proposal = proposed(test, &needs, &space, &request, framework)?;
    let machine = here::machine(args, framework, session)?;
    let mut elsewhere = Vec::new();
    // Where nothing does anywhere, no machine would help.
    let mut nowhere = proposal.list.is_empty();
    if let Some(machine) = machine.as_ref().filter(|_| !proposal.list.is_empty()) {
        if request.archs.is_empty() {
            request.archs = here::archs(&proposal.choice, machine);
            proposal = proposed(test, &needs, &space, &request, framework)?;
        }
        let own = space.on(machine, &proposal.choice.asked);
        let mut here = proposed(test, &needs, &own, &request, framework)?;
        elsewhere = here::elsewhere(&space, &proposal.choice, &own, &here.choice, machine, framework);
        nowhere = here.list.is_empty() && elsewhere.is_empty();
        if !nowhere {
            here.choice.parts.retain(here::has_answer);
            (space, proposal) = (own, here);
        }
    }
    let spelled = Spelled { framework, space: &space };
    let again = again::to_body(&session.arguments(framework), framework, test, tests, &texts);
    let again = again::with_arguments(again, args, machine.as_ref());
    let answer = Answer {
        args,
        test,
        needs: &needs,
        space: &spelled,
        texts: &texts,
        proposal: &proposal,
        again: &again,
    };
    match (args.format, &machine) {
        (Format::Json, None) => output::json(&answer.as_json())?,
        (Format::Json, Some(machine)) => {
            output::json(&here::with_machine(answer.as_json(), machine, &elsewhere))?;
        }
        (Format::Text, Some(machine)) if !nowhere => {
            let answered = (!proposal.list.is_empty()).then(|| answer.as_text());
            output::data(&here::in_text(machine, answered, &elsewhere, catalog))?;
        }
        (Format::Text, _) => output::data(&answer.as_text())?,
    }
    let of_test = |note: &&Diagnostic| note.primary().is_some_and(|span| test.contains(span));
    for note in reading.notes.iter().filter(of_test) {
        output::message(&format!("note: {}", note.message));
    }
    // What nobody has shown is an answer, and no pick.
    let picked = proposal.list.iter().any(|proposed| proposed.role != Role::Untried);
    Ok(match (picked, proposal.list.is_empty() && !elsewhere.is_empty()) {
        (true, _) => exit::DONE,
        (false, true) => exit::HOST_CANNOT,
        (false, false) => exit::FINDINGS,
    })
}

/// The proposal for a test. What every guest of the framework is asked counts, and is not mentioned.
pub(in crate::commands) fn proposed<'c>(
    test: &Test,
    needs: &Needs,
    space: &Space<'c>,
    request: &Request,
    framework: Framework,
) -> Result<Proposal<'c>, Failure> {
    let query = Query {
        requires: request.requires.clone(),
        archs: request.archs.clone(),
        vmms: request.vmms.clone(),
    };
    let whole = Request { requires: with_asks(&query, framework).requires, ..request.clone() };
    let mut proposal = propose(test, needs, space, &whole)
        .map_err(|error| unknown(space.catalog(), &query, &error, framework))?;
    let asks = framework.dialect().conventions().asks;
    let unasked = |word: &String| !request.requires.contains(word);
    proposal.asks.requires.retain(|word| !(unasked(word) && asks.contains(&word.as_str())));
    Ok(proposal)
}

/// The package that a file belongs to, so that helpers in its other files are followed; the file itself where it is in none.
fn package(file: &Path, dialect: &dyn Dialect) -> PathBuf {
    let whole = input::whole(file);
    let top = whole.ancestors().skip(1).find(|folder| folder.join(dialect.package_file()).is_file());
    top.unwrap_or(&whole).to_owned()
}

/// The test that is meant: by name, by line, or the only one.
fn choose_test<'t>(
    args: &Args,
    tests: &'t [Test],
    texts: &Texts<'_>,
    file: &Path,
    dialect: &dyn Dialect,
) -> Result<&'t Test, Failure> {
    let shown = output::shown(file);
    let mut found: Vec<&Test> = tests.iter().collect();
    if let Some(name) = args.test.as_ref().filter(|_| !tests.is_empty()) {
        let is_full = |test: &&Test| dialect.full_name(test) == *name;
        // A name with its modules means no other test that ends so.
        let exact = found.iter().any(is_full);
        found.retain(|test| if exact { is_full(test) } else { test.name == *name });
        if found.is_empty() {
            let known: Vec<&str> = tests.iter().map(|test| test.name.as_str()).collect();
            let failure = Failure::new(format!("there is no test `{name}` in {shown}"));
            return Err(match lightest_model::suggest::nearest(name, known.iter().copied()) {
                Some(near) => failure.help(format!("did you mean `{near}`?")),
                None => failure.help(format!("tests there: {}", some(&known))),
            });
        }
    }
    if let Some(line) = args.line.filter(|_| !tests.is_empty()) {
        found.retain(|test| {
            let place = texts.place(&test.span);
            place.is_some_and(|place| (place.line_start..=place.line_end).contains(&line))
        });
        if found.is_empty() {
            return Err(Failure::new(format!("no test of {shown} spans line {line}"))
                .help("give a line of the test's attribute or body"));
        }
    }
    match found.as_slice() {
        [one] => Ok(one),
        [] => Err(Failure::new(format!("no test found in {shown}"))
            .help(format!("a test has {}", dialect.looks_for()))),
        many => {
            let names: Vec<String> =
                many.iter().map(|test| output::line(&dialect.full_name(test)).to_string()).collect();
            let names: Vec<&str> = names.iter().map(String::as_str).collect();
            Err(Failure::new(format!("{shown} has {} tests", many.len()))
                .help(format!("choose one with `--test NAME` or `--line N`: {}", some(&names))))
        }
    }
}

fn some(names: &[&str]) -> String {
    const SHOWN: usize = 8;
    let shown = names.iter().take(SHOWN).copied().collect::<Vec<_>>().join(", ");
    if names.len() > SHOWN { format!("{shown} and {} others", names.len() - SHOWN) } else { shown }
}

struct Answer<'a> {
    args: &'a Args,
    test: &'a Test,
    needs: &'a Needs,
    space: &'a Spelled<'a, 'a>,
    texts: &'a Texts<'a>,
    proposal: &'a Proposal<'a>,
    again: &'a str,
}

impl Answer<'_> {
    fn place(&self, span: &Span) -> String {
        let Some(place) = self.texts.place(span) else { return String::new() };
        format!("{}:{}", output::shown(place.path), place.line_start)
    }

    /// Each requirement once, where it is shown first; what every configuration is asked comes before what some are.
    fn asked(&self) -> Vec<&Need> {
        let mut found: Vec<&Need> = Vec::new();
        for need in self.needs.needs.iter().filter(|need| !need.is_conditional()) {
            if !found.iter().any(|known| known.requirement == need.requirement) {
                found.push(need);
            }
        }
        for need in &self.needs.needs {
            if !found.iter().any(|known| known.requirement == need.requirement) {
                found.push(need);
            }
        }
        found
    }

    /// The attribute: what is there already, or a new one, with the list.
    fn attribute(&self) -> Option<String> {
        let list = &self.proposal.list;
        let asked = &self.proposal.choice.asked;
        let (dialect, space) = (self.space.dialect(), self.space.space);
        match self.test.bare.first() {
            Some(bare) => dialect.declare(space, bare, list, asked),
            None => {
                let list: Vec<(RowId, &[String])> =
                    list.iter().map(|proposed| (proposed.row, proposed.artifacts.as_slice())).collect();
                dialect.paste(space, &list, asked)
            }
        }
    }

    /// The configurations that the test lists now.
    fn listed(&self) -> Vec<String> {
        let mut listed: Vec<String> = Vec::new();
        for variant in self.test.declarations.iter().flat_map(|list| &list.variants) {
            let config = self.space.dialect().name_of(&variant.config.bare());
            if !listed.contains(&config) {
                listed.push(config);
            }
        }
        listed
    }

    fn as_text(&self) -> String {
        let mut text = String::new();
        let _ = writeln!(
            text,
            "{} ({}) asks for:",
            heading(output::line(&self.space.dialect().full_name(self.test))),
            self.place(&self.test.name_span)
        );
        for need in self.asked() {
            let why = if need.because.is_empty() { String::new() } else { format!(": {}", need.because) };
            let some = if need.is_conditional() { ", for some configurations" } else { "" };
            let place = aside(format!("({}{some})", self.place(need.via.as_ref().unwrap_or(&need.span))));
            let _ = writeln!(text, "  `{}` {place}{why}", need.requirement);
        }
        if self.needs.needs.is_empty() && self.needs.unresolved.is_empty() && self.proposal.weak.is_empty() {
            text.push_str("  nothing\n");
        }
        for weak in &self.proposal.weak {
            let _ = writeln!(text, "  {}", weak.advice());
        }
        for unresolved in &self.needs.unresolved {
            let _ = writeln!(
                text,
                "  not known: {} {}; the answer may be too light",
                unresolved.what,
                aside(format!("({})", self.place(&unresolved.span)))
            );
        }
        for taken in &self.proposal.unnamed {
            let _ = writeln!(text, "  {}", unnamed(taken));
        }
        text.push('\n');
        let attribute = self.attribute();
        let further: Vec<String> = self
            .proposal
            .list
            .iter()
            // What is worth a try is what the answer begins with.
            .filter(|proposed| proposed.role != Role::Untried)
            .filter_map(|proposed| {
                let reason = because(&proposed.role)?;
                Some(format!("{}: {reason}", green(self.space.config(proposed.row))))
            })
            .collect();
        let shown = as_text::Shown { attribute: attribute.as_deref(), further: &further };
        text.push_str(&as_text::answer(
            self.space,
            &self.proposal.asks,
            &self.proposal.choice,
            self.args.detail(),
            Some(&shown),
            self.again,
        ));
        text.push_str(&self.comparison());
        text
    }

    /// The differences between list and answer, in both directions.
    fn comparison(&self) -> String {
        let listed = self.listed();
        if listed.is_empty() {
            return String::new();
        }
        let mut proposed: Vec<String> = Vec::new();
        for one in &self.proposal.list {
            let config = self.space.config(one.row);
            if !proposed.contains(&config) {
                proposed.push(config);
            }
        }
        // Guests that live side by side are no list to compare another with.
        if !self.space.dialect().conventions().alternatives {
            return format!("{} {}\n", heading("The test boots"), words::list(&listed, "and"));
        }
        let missing: Vec<&String> = proposed.iter().filter(|config| !listed.contains(config)).collect();
        let others: Vec<&String> = listed.iter().filter(|config| !proposed.contains(config)).collect();
        let mut text = format!("{} {}", heading("The list has"), words::count(listed.len(), "configuration"));
        if missing.is_empty() && others.is_empty() {
            text.push_str(", the same\n");
            return text;
        }
        text.push_str(":\n");
        for config in missing {
            let _ = writeln!(text, "  + {config}");
        }
        for config in others {
            let _ = writeln!(text, "  - {config}");
        }
        text
    }

    fn as_json(&self) -> schema::From<'_> {
        let answer = as_json::pasting(
            self.space,
            &self.proposal.asks,
            &self.proposal.choice,
            self.attribute(),
            self.again.to_owned(),
        );
        let span = |span: &Span| shared::Span::of(span, self.texts);
        let needs = self.asked().into_iter().map(|need| schema::Need {
            requirement: &need.requirement,
            span: span(need.via.as_ref().unwrap_or(&need.span)),
            because: &need.because,
            conditional: need.is_conditional(),
        });
        let open = self.needs.unresolved.iter();
        let open = open
            .map(|unresolved| shared::Unresolved { what: &unresolved.what, span: span(&unresolved.span) });
        let weak = self.proposal.weak.iter().map(|weak| schema::Weak {
            requirement: &weak.requirement,
            span: span(&weak.span),
            decides: weak.decides,
            origin: weak.origin.word(),
        });
        let list = self.proposal.list.iter().map(|proposed| schema::Listed {
            arch: proposed.arch.word(),
            config: self.space.config(proposed.row),
            role: role(&proposed.role),
            because: because(&proposed.role),
            artifacts: &proposed.artifacts,
        });
        let excluded = self.proposal.choice.parts.iter().filter(|part| part.is_excluded());
        schema::From {
            answer,
            test: self.space.dialect().full_name(self.test),
            needs: needs.collect(),
            open: open.collect(),
            weak: weak.collect(),
            list: list.collect(),
            unnamed: &self.proposal.unnamed,
            listed: self.listed(),
            excluded: excluded.map(|part| part.arch.word()).collect(),
        }
    }
}

fn role(role: &Role) -> schema::Role {
    match role {
        Role::Lightest => schema::Role::Lightest,
        Role::Untried => schema::Role::Untried,
        Role::ForOs(_) => schema::Role::Branch,
        Role::ForIsolation(_) | Role::AlsoIsolated(_) => schema::Role::Isolation,
        Role::Meanwhile => schema::Role::Meanwhile,
        Role::Companion => schema::Role::Companion,
    }
}

/// Why a configuration is on the list beside the lightest.
fn because(role: &Role) -> Option<String> {
    match role {
        Role::Lightest => None,
        Role::Untried => Some("unproven".to_owned()),
        Role::ForOs(os) => Some(format!("the body has a branch for {}", os.word())),
        Role::ForIsolation(mode) => Some(format!("the body distinguishes {mode} isolation")),
        Role::AlsoIsolated(mode) => Some(format!("the test is about isolation, and {mode} is another kind")),
        Role::Meanwhile => Some("a known limit blocks the lightest".to_owned()),
        Role::Companion => {
            Some("the body does not look at the paravisor, so it also runs without it".to_owned())
        }
    }
}
