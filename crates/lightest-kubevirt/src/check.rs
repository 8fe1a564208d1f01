//! From files to findings.

use std::collections::BTreeMap;

use lightest_diagnostics::{Diagnostic, Span};
use lightest_lint::facts::{self, Comment, Declaration, Test, Unresolved, Variant};
use lightest_lint::finding::Finding;
use lightest_lint::intent;
use lightest_lint::linter::{Level, Options, keep_line_ends};
use lightest_lint::needs::Need;
use lightest_lint::rules::Rule;
use lightest_lint::source::Source;
use lightest_lint::suppress;
use lightest_model::catalog::{Catalog, Evidence};
use lightest_model::config::{Arch, Config, Form, GuestRef};

use crate::go;
use crate::judge::{self, Ask, Judged, Reading};
use crate::rules::{self, Context, RULES, span};
use crate::suite::Suite;
use crate::table::Table;

/// The end of the path of the package with the factories.
const FACTORY: &str = "tests/libvmifact";

/// The result of checking some files.
pub struct Checked {
    /// One for each call of a factory.
    pub sites: Vec<Test>,
    /// Notes on files that were not read.
    pub notes: Vec<Diagnostic>,
    /// Files that were not read.
    pub unread: Vec<usize>,
    /// Findings, in the order of the places.
    pub findings: Vec<Finding>,
}

/// Reads a suite. It never fails: a file that is not Go has a note with the reason.
#[must_use]
pub fn read(sources: &[Source], catalog: &Catalog, table: &Table) -> (Suite, Vec<Diagnostic>) {
    let parsed = lightest_lint::parallel::map(sources, || (), |(), source| go::parse(&source.text));
    let mut files = Vec::new();
    let (mut partial, mut notes) = (Vec::new(), Vec::new());
    for (id, (source, parsed)) in sources.iter().zip(parsed).enumerate() {
        let folder = source.local.rsplit_once('/').map_or("", |(folder, _)| folder).to_owned();
        match parsed {
            Ok(tree) => files.push((id, folder, tree)),
            Err(error) => {
                partial.push(folder);
                let note = Diagnostic::new(error.message).label(Span::new(id, error.bytes), "");
                notes.push(note.help("`gofmt -l` shows where; tests that use its helpers are not judged"));
            }
        }
    }
    let factories: Vec<&str> = catalog.guests.iter().map(|guest| guest.id.as_str()).collect();
    (Suite::new(files, &partial, table, FACTORY, &factories), notes)
}

/// The files that the notes of [`read`] are about.
fn unread(notes: &[Diagnostic]) -> Vec<usize> {
    notes.iter().filter_map(Diagnostic::primary).map(|span| span.file).collect()
}

/// Reads a suite and applies the rules to it.
#[must_use]
pub fn check(sources: &[Source], catalog: &Catalog, table: &Table, options: &Options) -> Checked {
    let (suite, notes) = read(sources, catalog, table);
    let unread = unread(&notes);
    let (sites, findings) = judge(&Reading::new(&suite, catalog, table), sources, options);
    Checked { sites, notes, unread, findings }
}

/// Applies the rules to what was read of the same sources: the sites, and what is wrong.
#[must_use]
pub fn judge(reading: &Reading<'_>, sources: &[Source], options: &Options) -> (Vec<Test>, Vec<Finding>) {
    let lines = lines(sources);
    let mut judged: Vec<Judged<'_>> = reading.suite.sites.iter().map(|site| reading.judge(site)).collect();
    // What authors state adds to what is read.
    let comments: Vec<Vec<Comment>> =
        judged.iter().map(|judged| comments(reading, judged, sources, &lines)).collect();
    for (judged, comments) in judged.iter_mut().zip(&comments) {
        let justifies = |comment: &Comment| {
            !comment.text.contains("lightest:")
                && judged.guest.is_some_and(|guest| judge::mentions(&comment.text, guest))
        };
        judged.chosen |= comments.iter().any(justifies);
        judged.asks.extend(intent::of_comments(comments, reading.catalog).into_iter().filter_map(|intent| {
            Some(Ask {
                requirement: intent.requirement?,
                because: intent.reason,
                evidence: Vec::new(),
                place: (intent.span.file, intent.span.bytes),
                via: None,
                test: *judged.tests.first()?,
                direct: true,
            })
        }));
    }
    let context = Context { reading, judged: &judged, sources, pedantic: options.pedantic };
    let mut findings = Vec::new();
    let rules: [fn(&Context<'_, '_>, &mut Vec<Finding>); 4] = [
        rules::heavier_than_needed::check,
        rules::lacks_what_it_uses::check,
        rules::wrong_login_for_guest::check,
        rules::banned_guest::check,
    ];
    for (rule, check) in RULES.iter().zip(rules) {
        if options.level(rule) != Level::Allow {
            check(&context, &mut findings);
        }
    }
    let sites: Vec<Test> = judged
        .iter()
        .zip(comments)
        .map(|(judged, comments)| site(reading, judged, comments, options))
        .collect();
    let mut findings = suppressed(&sites, sources, findings, options);
    keep_line_ends(&mut findings, sources);
    findings.sort_by(|one, other| {
        let key = |finding: &Finding| (finding.span().file, finding.span().bytes.start, finding.rule());
        key(one).cmp(&key(other))
    });
    (sites, findings)
}

/// Takes out the findings that comments at their site expect, and adds those on comments that expect none.
fn suppressed(sites: &[Test], sources: &[Source], findings: Vec<Finding>, options: &Options) -> Vec<Finding> {
    let asked = |rule: &Rule| options.level(rule) != Level::Allow;
    let mut left = findings;
    let mut kept = Vec::new();
    for site in sites.iter().filter(|site| !site.comments.is_empty()) {
        let is_around = |finding: &Finding| site.span.contains(finding.span());
        let (own, others) = left.into_iter().partition(is_around);
        left = others;
        kept.extend(suppress::apply(site, sources, own, &RULES, asked));
    }
    kept.extend(left);
    // One comment may stand above several sites: it is unused only if it is for all of them.
    let unused = |finding: &Finding| RULES[RULES.len() - 1].name == finding.rule();
    let mut seen: Vec<(Span, usize)> = Vec::new();
    for finding in kept.iter().filter(|finding| unused(finding)) {
        match seen.iter_mut().find(|(span, _)| span == finding.span()) {
            Some((_, count)) => *count += 1,
            None => seen.push((finding.span().clone(), 1)),
        }
    }
    let stands_above = |span: &Span| {
        sites.iter().filter(|site| site.comments.iter().any(|comment| comment.span == *span)).count()
    };
    seen.retain(|(span, count)| *count >= stands_above(span));
    let mut reported: Vec<Span> = Vec::new();
    kept.retain(|finding| {
        if !unused(finding) {
            return true;
        }
        let span = finding.span().clone();
        let first = !reported.contains(&span) && seen.iter().any(|(known, _)| *known == span);
        reported.push(span);
        first && RULES.last().is_some_and(asked)
    });
    kept
}

/// Where the lines of each source start.
fn lines(sources: &[Source]) -> BTreeMap<usize, Vec<usize>> {
    sources.iter().enumerate().map(|(id, source)| (id, line_starts(&source.text))).collect()
}

fn line_starts(text: &str) -> Vec<usize> {
    std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1)).collect()
}

/// The tests of a suite as the linter knows tests: each with the factory calls that it reaches and what it asks.
#[must_use]
pub fn specs(sources: &[Source], catalog: &Catalog, table: &Table) -> facts::Reading {
    let (suite, notes) = read(sources, catalog, table);
    let tests = tests(&Reading::new(&suite, catalog, table), sources);
    facts::Reading { tests, sites: Vec::new(), unread: unread(&notes), notes }
}

/// The same of what was read of the same sources.
#[must_use]
pub fn tests(reading: &Reading<'_>, sources: &[Source]) -> Vec<Test> {
    let suite = reading.suite;
    let lines = lines(sources);
    let mut tests: Vec<Test> = suite
        .tests
        .iter()
        .zip(&reading.asking)
        .map(|(test, asking)| Test {
            module: test.containers.iter().map(|part| part.trim().to_owned()).collect(),
            name: test.text.trim().to_owned(),
            name_span: span(&test.text_place),
            span: span(&test.place),
            asks: asking.asks.iter().map(need).collect(),
            unresolved: asking.opens.iter().map(unresolved).collect(),
            ..empty(span(&test.place))
        })
        .collect();
    for site in &suite.sites {
        let judged = reading.judge(site);
        let comments = comments(reading, &judged, sources, &lines);
        for test in &site.tests {
            let name = suite.tests[*test].name();
            tests[*test].declarations.push(declaration(&judged, &name));
            tests[*test].intents.extend(intent::of_comments(&comments, reading.catalog));
        }
    }
    tests.sort_by_key(|test| (test.span.file, test.span.bytes.start));
    tests
}

/// A site as the linter reports on it: a test with one guest.
fn site(reading: &Reading<'_>, judged: &Judged<'_>, comments: Vec<Comment>, options: &Options) -> Test {
    let place = span(&judged.site.place);
    let first = judged.site.tests.first().map(|test| &reading.suite.tests[*test]);
    let name = rules::name(reading, judged);
    Test {
        name_span: first.map_or_else(|| place.clone(), |test| span(&test.text_place)),
        declarations: vec![declaration(judged, &name)],
        name,
        asks: judged.asks.iter().map(need).collect(),
        unresolved: judged.opens.iter().map(unresolved).collect(),
        intents: intent::of_comments(&comments, reading.catalog),
        comments,
        reached: if options.reach {
            reading.suite.text_of(&judged.site.tests).iter().map(span).collect()
        } else {
            Vec::new()
        },
        ..empty(place)
    }
}

/// A test of which nothing is known but its place.
fn empty(place: Span) -> Test {
    Test {
        name: String::new(),
        module: Vec::new(),
        name_span: place.clone(),
        span: place,
        declarations: Vec::new(),
        bare: Vec::new(),
        unread: Vec::new(),
        usages: Vec::new(),
        asks: Vec::new(),
        unresolved: Vec::new(),
        reached: Vec::new(),
        intents: Vec::new(),
        body_comments: Vec::new(),
        doc: None,
        preface: None,
        comments: Vec::new(),
        bound_to: Vec::new(),
        takes: Vec::new(),
    }
}

fn need(ask: &Ask) -> Need {
    let cited = |place: &String| {
        let (source, place) = place.split_once(':')?;
        Some(Evidence { source: source.to_owned(), place: place.to_owned() })
    };
    Need {
        requirement: ask.requirement.clone(),
        span: span(&ask.place),
        via: ask.via.as_ref().map(span),
        within: Vec::new(),
        when: Vec::new(),
        certain: false,
        guarded: false,
        because: ask.because.clone(),
        evidence: ask.evidence.iter().filter_map(cited).collect(),
    }
}

fn unresolved(open: &judge::Unresolved) -> Unresolved {
    Unresolved { span: span(open.via.as_ref().unwrap_or(&open.place)), what: open.what.clone() }
}

/// The factory call of a site, by the name of one of its tests.
fn declaration(judged: &Judged<'_>, name: &str) -> Declaration {
    let place = span(&judged.site.place);
    let form = judged.guest.map_or(Form::Vhd, |guest| guest.form);
    let config = Config {
        vmm: Some("kubevirt".to_owned()),
        boot: "vmi".to_owned(),
        arch: Arch::X64,
        isolation: None,
        guest: GuestRef { form, id: judged.site.factory.clone() },
        extra_deps: Vec::new(),
    };
    let variant = Variant {
        name: name.to_owned(),
        config,
        written: judged.site.factory.clone(),
        config_span: span(&judged.site.name_place),
        span: place.clone(),
        agent: None,
        ignored: None,
        unstable: None,
        states: Vec::new(),
        brings: Vec::new(),
    };
    Declaration { span: place.clone(), list: place, vmm: None, variants: vec![variant] }
}

/// Comments on a site: on its lines, directly above it, and directly above a test that contains it.
fn comments(
    reading: &Reading<'_>,
    judged: &Judged<'_>,
    sources: &[Source],
    lines: &BTreeMap<usize, Vec<usize>>,
) -> Vec<Comment> {
    let (source, bytes) = &judged.site.place;
    let (Some(head), Some(starts)) = (reading.suite.files.get(source), lines.get(source)) else {
        return Vec::new();
    };
    let text = sources.get(*source).map_or("", |source| &*source.text);
    let line = |at: usize| starts.partition_point(|start| *start <= at);
    let is_around = |test: &&usize| {
        let place = &reading.suite.tests[**test].place;
        place.0 == *source && place.1.start <= bytes.start && bytes.end <= place.1.end
    };
    let around =
        judged.site.tests.iter().filter(is_around).map(|test| line(reading.suite.tests[*test].place.1.start));
    // Lines directly above which a comment counts.
    let heads: Vec<usize> = around.collect();
    let mut tops: Vec<usize> = heads.iter().copied().chain([line(bytes.start)]).collect();
    tops.sort_unstable();
    tops.dedup();
    let mut found: Vec<usize> = Vec::new();
    for (id, comment) in head.comments.iter().enumerate().rev() {
        let (first, last) = (line(comment.bytes.start), line(comment.bytes.end.saturating_sub(1)));
        let beside = line(bytes.start) <= first && first <= line(bytes.end.saturating_sub(1));
        // A comment behind code belongs to the statement on its line.
        let before = text.get(starts[first - 1]..comment.bytes.start).unwrap_or_default();
        let behind_code = !before.trim().is_empty();
        if beside || (behind_code && heads.contains(&first)) || (!behind_code && tops.contains(&(last + 1))) {
            found.push(id);
            // A comment of several lines is several.
            tops.push(first);
        }
    }
    found.sort_unstable();
    let comment = |id: usize| {
        let comment = &head.comments[id];
        Comment { text: comment.text.clone(), span: Span::new(*source, comment.bytes.clone()) }
    };
    found.into_iter().map(comment).collect()
}
