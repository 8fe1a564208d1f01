//! Finds tests by their attributes, and the guests that the attributes name.

use foldhash::HashSet;
use std::cmp::Reverse;

use crate::grammar::{AttributeKind, Grammar, Reason, SyntaxError};
use lightest_model::catalog::Catalog;

use super::tree::{Attribute, Bytes, Function, Tree};
use super::walk::Walked;
use super::{doc, modules, takes};
use lightest_diagnostics::{Diagnostic, Span, line_start};
use lightest_lint::calls::{Kind, Table};
use lightest_lint::facts::{BareDeclaration, Comment, Declaration, Test, Unresolved, Variant};
use lightest_lint::intent;
use lightest_lint::source::Source;

/// The tests of a file, and notes on what was not understood. `walk` finds the usages of a body.
pub(super) fn tests(
    file: usize,
    source: &Source,
    tree: &Tree,
    catalog: &Catalog,
    table: &Table,
    walk: impl Fn(&Function) -> Walked,
) -> (Vec<Test>, Vec<Diagnostic>) {
    let (mut tests, mut notes) = (Vec::new(), Vec::new());
    let file_modules = modules::of_file(&source.local);
    for function in &tree.functions {
        let attributes: Vec<(AttributeKind, &Attribute)> = function
            .attributes
            .iter()
            .filter_map(|attribute| Some((AttributeKind::from_word(&attribute.name)?, attribute)))
            .collect();
        if attributes.is_empty() {
            // An attribute of a fork: named, since what it makes of the function is not known.
            let foreign = function.attributes.iter().find(|attribute| {
                attribute.arguments.as_ref().is_some_and(|(text, _)| {
                    super::looks_like_petri(&attribute.name, format!("({text}").as_bytes())
                })
            });
            if foreign.is_none() {
                notes.extend(unknown_attribute(file, function));
            }
            notes.extend(foreign.map(|attribute| {
                let message =
                    format!("not understood: `{}` is not one of petri's test attributes", attribute.name);
                Diagnostic::new(message).label(Span::new(file, attribute.span.clone()), "")
            }));
            continue;
        }
        let mut module = file_modules.clone();
        module.extend(function.modules.iter().cloned());
        let reader = Reader { file, source, catalog, table, module: &module, function };
        let mut declarations = Vec::new();
        let mut bare = Vec::new();
        let mut refused = Vec::new();
        for (kind, attribute) in attributes {
            if let Some(lacking) = reader.bare(kind, attribute) {
                bare.push(lacking);
                continue;
            }
            declarations.extend(reader.declaration(kind, attribute, &mut refused));
        }
        let Walked { usages, mut unresolved, reached } = walk(function);
        // The rest of the list is not known, so nothing is reported as missing from it.
        let unread: Vec<Span> = refused.iter().filter_map(|note| note.primary().cloned()).collect();
        unresolved.extend(unread.iter().map(|span| Unresolved {
            span: span.clone(),
            what: "a part of the list of configurations".to_owned(),
        }));
        notes.append(&mut refused);
        if let Some(broken) = first_within(&tree.broken, &function.span) {
            unresolved.push(Unresolved {
                span: Span::new(file, broken.clone()),
                what: "source that is not valid Rust".to_owned(),
            });
        }
        let head = function.span.start..function.name_span.start;
        let comments_above = comments(file, source, tree, &head);
        let body = function.name_span.start..function.span.end;
        tests.push(Test {
            name: function.name.clone(),
            asks: Vec::new(),
            bound_to: modules::bound_to(&module),
            takes: takes::of(function, &declarations, table),
            module,
            name_span: Span::new(file, function.name_span.clone()),
            span: Span::new(file, function.span.clone()),
            declarations,
            bare,
            unread,
            usages,
            unresolved,
            reached,
            intents: intent::of_comments(&comments_above, catalog),
            doc: doc::of(&comments_above),
            comments: comments_above,
            body_comments: comments(file, source, tree, &body),
            preface: preface(file, &source.text),
        });
    }
    for invocation in &tree.invocations {
        // Tests that another macro makes, and macros that make attributes: named, since they are not read.
        let registers = ["petri::test", "petri::multitest", "petri::unstable_test"]
            .iter()
            .any(|path| invocation.path.ends_with(path));
        let makes = invocation.text.contains("vmm_test(") || invocation.text.contains("vmm_test_with(");
        if registers || (makes && invocation.path != "macro_rules") {
            let message = format!("not understood: tests that `{}!` makes are not read", invocation.path);
            notes.push(Diagnostic::new(message).label(Span::new(file, invocation.span.clone()), ""));
        }
    }
    let mut reported: HashSet<usize> = HashSet::default();
    let around = outermost(&tree.functions);
    for broken in &tree.broken {
        let until = around.partition_point(|function| function.span.start <= broken.start);
        let inside = until.checked_sub(1).map(|last| around[last]);
        let inside = inside.filter(|function| function.span.contains(&broken.start));
        // One mistake makes many: the first of each function is named.
        if !reported.insert(inside.map_or(usize::MAX, |function| function.span.start)) {
            continue;
        }
        let message = match inside {
            Some(function) => format!("not Rust: `{}` is only read in part", function.name),
            None => "not Rust: the rest of the file is only read in part".to_owned(),
        };
        notes.push(Diagnostic::new(message).label(Span::new(file, broken.clone()), ""));
    }
    (tests, notes)
}

/// The first of some places, in the order of the file, that starts within a range.
fn first_within<'p>(places: &'p [Bytes], range: &Bytes) -> Option<&'p Bytes> {
    let first = places.partition_point(|place| place.start < range.start);
    places.get(first).filter(|place| place.start < range.end)
}

/// The functions that stand in no other, in the order of the file.
fn outermost(functions: &[Function]) -> Vec<&Function> {
    let mut sorted: Vec<&Function> = functions.iter().collect();
    sorted.sort_by_key(|function| (function.span.start, Reverse(function.span.end)));
    let mut end = 0;
    sorted.retain(|function| {
        let is_outer = function.span.start >= end;
        if is_outer {
            end = function.span.end;
        }
        is_outer
    });
    sorted
}

/// The comments of a range; lines that follow each other are one comment, except those that speak to the linter. What follows a
/// comment behind code goes on with it only in the same column.
fn comments(file: usize, source: &Source, tree: &Tree, head: &std::ops::Range<usize>) -> Vec<Comment> {
    let mut comments: Vec<Comment> = Vec::new();
    let first = tree.comments.partition_point(|comment| comment.span.start < head.start);
    let within = tree.comments[first..].iter().take_while(|comment| comment.span.start < head.end);
    // Of the last one; asked of each comment once, since a comment grows with every line.
    let mut last_was_directive = false;
    let column = |at: usize| at - line_start(&source.text, at);
    let is_behind_code = |at: usize| !source.text[at - column(at)..at].trim().is_empty();
    for comment in within {
        let directive = comment.text.contains("lightest:");
        let start = comment.span.start;
        if let Some(last) = comments.last_mut() {
            let between = source.text.get(last.span.bytes.end..comment.span.start).unwrap_or("x");
            let follows = between.trim().is_empty() && between.matches('\n').count() == 1;
            let head = last.span.bytes.start;
            let belongs = follows && (column(head) == column(start) || !is_behind_code(head));
            if belongs && !directive && !last_was_directive {
                last.text.push('\n');
                last.text.push_str(&comment.text);
                last.span.bytes.end = comment.span.end;
                continue;
            }
        }
        last_was_directive = directive;
        comments.push(Comment { text: comment.text.clone(), span: Span::new(file, comment.span.clone()) });
    }
    comments
}

/// What every function may carry, whatever it is.
const ORDINARY: [&str; 14] = [
    "allow",
    "cfg",
    "deny",
    "deprecated",
    "derive",
    "doc",
    "expect",
    "ignore",
    "inline",
    "must_use",
    "should_panic",
    "test",
    "track_caller",
    "warn",
];

/// An attribute that may make tests of a function that takes petri's builder, but is none that is known.
fn unknown_attribute(file: usize, function: &Function) -> Option<Diagnostic> {
    let builds = function.params.first().is_some_and(|param| param.ty.contains("PetriVmBuilder"));
    let config = |text: &str| {
        let mut words = text.split(|c: char| !(c.is_ascii_alphanumeric() || c == '_'));
        text.contains("vmm_test") || words.any(|word| word.ends_with("_x64") || word.ends_with("_aarch64"))
    };
    let attribute = function.attributes.iter().find(|attribute| {
        let arguments = attribute.arguments.as_ref().map(|(text, _)| text.as_str());
        let names = arguments.is_some_and(config);
        !ORDINARY.contains(&attribute.name.as_str())
            && (names || (builds && arguments.is_some() && attribute.name != "cfg_attr"))
    })?;
    let message = format!(
        "not understood: `{}` is not one of petri's test attributes, so `{}` is not read",
        attribute.name, function.name
    );
    Some(Diagnostic::new(message).label(Span::new(file, attribute.span.clone()), ""))
}

/// The comment at the top of a file, on the whole file.
fn preface(file: usize, text: &str) -> Option<Comment> {
    let mut start = None;
    let mut end = 0;
    let mut at = line_start(text, 0);
    for line in text[at..].split_inclusive('\n') {
        let trimmed = line.trim();
        if trimmed.starts_with("//!") {
            start.get_or_insert(at);
            end = at + line.trim_end().len();
        } else if start.is_some() || !(trimmed.is_empty() || trimmed.starts_with("//")) {
            break;
        }
        at += line.len();
    }
    let start = start?;
    Some(Comment { text: text.get(start..end)?.to_owned(), span: Span::new(file, start..end) })
}

struct Reader<'a> {
    file: usize,
    source: &'a Source,
    catalog: &'a Catalog,
    table: &'a Table,
    module: &'a [String],
    function: &'a Function,
}

impl Reader<'_> {
    fn span(&self, bytes: std::ops::Range<usize>) -> Span {
        Span::new(self.file, bytes)
    }

    /// A declaration that lacks its list: `#[vmm_test]`, `#[vmm_test()]`, or `#[vmm_test_with(..)]` without `configs`.
    fn bare(&self, kind: AttributeKind, attribute: &Attribute) -> Option<BareDeclaration> {
        let text = attribute.arguments.as_ref().map_or("", |(text, _)| text);
        let read = Grammar::new(self.catalog).parse_without_list(kind, text)?;
        Some(BareDeclaration {
            span: self.span(attribute.span.clone()),
            written: self.source.text.get(attribute.span.clone())?.to_owned(),
            vmm: read.common_vmm().map(str::to_owned),
            agent: (!read.agent()).then_some(false),
            states: read
                .vendor
                .map(|vendor| vendor.word().to_owned())
                .into_iter()
                .chain(read.requires)
                .collect(),
        })
    }

    /// What the files that a configuration names ask for.
    fn brings(&self, artifacts: &[String]) -> Vec<String> {
        let known = artifacts.iter().filter_map(|artifact| self.table.named(Kind::Type, artifact));
        known.flat_map(|entry| entry.requires.iter().cloned()).collect()
    }

    /// A declaration, as far as it is understood; what is not goes to `refused`.
    fn declaration(
        &self,
        kind: AttributeKind,
        attribute: &Attribute,
        refused: &mut Vec<Diagnostic>,
    ) -> Option<Declaration> {
        let (text, list) = attribute.arguments.as_ref()?;
        let at = |bytes: &std::ops::Range<usize>| list.start + bytes.start..list.start + bytes.end;
        let note = |error: &SyntaxError| {
            let note = Diagnostic::new(format!("not understood: {error}"));
            let note = note.label(self.span(at(&error.span())), "");
            let legal = (!error.expected.is_empty() && error.expected.len() <= 6)
                .then(|| format!("legal here: {}", error.expected.join(", ")));
            match error.diagnostic.help_message().map(str::to_owned).or(legal) {
                Some(help) => note.help(help),
                None => note,
            }
        };
        let grammar = Grammar::new(self.catalog);
        let (parsed, errors) = match grammar.parse_arguments_partly(kind, text) {
            Ok(parsed) => parsed,
            Err(error) => {
                refused.push(note(&error));
                return None;
            }
        };
        refused.extend(errors.iter().map(note));
        let comment =
            |reason: &Reason| Comment { text: reason.text.clone(), span: self.span(at(&reason.span)) };
        let mut states = Vec::new();
        if let Some(vendor) = parsed.vendor {
            states.push(vendor.word().to_owned());
        }
        states.extend(parsed.requires.iter().cloned());
        let variants = parsed.variants().map(|variant| {
            let prefix = grammar.test_name_prefix(&variant.config).unwrap_or_default();
            let own = format!("{prefix}_{}", self.function.name);
            let name = self.module.iter().map(String::as_str).chain([own.as_str()]).collect::<Vec<_>>();
            Variant {
                name: name.join("::"),
                written: self.source.text[at(&variant.entry.config_span)].to_owned(),
                config_span: self.span(at(&variant.entry.config_span)),
                span: self.span(at(&variant.entry.span)),
                agent: Some(variant.agent),
                ignored: variant.ignored.map(comment),
                unstable: variant.unstable.map(comment),
                states: states.clone(),
                brings: self.brings(&variant.config.extra_deps),
                config: variant.config,
            }
        });
        Some(Declaration {
            span: self.span(attribute.span.clone()),
            list: self.span(list.clone()),
            vmm: parsed.common_vmm().map(str::to_owned),
            variants: variants.collect(),
        })
    }
}
