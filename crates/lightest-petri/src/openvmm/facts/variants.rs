//! Tests: the configurations that each names, which of them are ignored and why, and the TODO comments around them.

use std::collections::{BTreeMap, BTreeSet};

use lightest_model::config::{Arch, Form, Isolation};

use crate::openvmm::corpus::{Corpus, Place, View};
use crate::openvmm::items::named;

use super::value::{integer, split_arch};
use super::{At, Facts, Test, Todo, Variant};

/// Where tests live.
const TESTS: &str = "vmm_tests/vmm_tests/";

pub(super) fn read(corpus: &Corpus, facts: &mut Facts) {
    let attributes = attributes(corpus);
    if attributes.is_empty() {
        facts.gap("tests", "no `#[proc_macro_attribute]` function is named like a test", None);
    }
    let mut unknown = BTreeMap::new();
    for view in corpus.views() {
        if corpus.files()[view.file].path.starts_with(TESTS) {
            tests(view, &attributes, &mut unknown, facts);
        }
    }
    // Where no boot method is known, that is the gap.
    if !facts.boots.is_empty() {
        for (word, places) in unknown {
            let because =
                format!("the macros have no boot method of that name; places that name it: {}", places.len());
            facts.gap(format!("configurations with `{word}`"), because, places.first().cloned());
        }
    }
    if facts.tests.is_empty() {
        facts.gap("tests", format!("no file below `{TESTS}` has a test"), None);
    }
    todos(corpus, facts);
}

/// The names of the attributes that make tests.
fn attributes(corpus: &Corpus) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for view in corpus.views() {
        for at in view.all() {
            // `#[proc_macro_attribute] .. pub fn NAME`
            if view.reads(at, &["[", "proc_macro_attribute", "]", "pub", "fn"])
                && let Some(name) = view.ident(at + 5)
                && name.contains("_test")
            {
                found.insert(name.to_owned());
            }
        }
    }
    found
}

/// Places of configurations whose boot method the macros do not have, by its word.
type Unknown = BTreeMap<String, Vec<Place>>;

fn tests(view: View<'_>, attributes: &BTreeSet<String>, unknown: &mut Unknown, facts: &mut Facts) {
    let functions = named(view, "fn");
    let comments = &view.corpus.lexed(view.file).comments;
    for at in view.all() {
        if !(view.is_punct(at, '#') && view.is_open(at + 1, '[')) {
            continue;
        }
        let attribute = view.inside(at + 1);
        // The last segment of the attribute's path.
        let Some(name_at) = attribute.outer().filter(|at| attribute.ident(*at).is_some()).last() else {
            continue;
        };
        let name = attribute.text(name_at);
        if !attributes.contains(name) {
            // What names configurations makes tests, whatever it is called.
            let arguments = attribute.inside(name_at + 1);
            let word =
                arguments.all().find(|at| arguments.ident(*at).is_some_and(|word| names_boot(word, facts)));
            if word.is_some() {
                let because = format!(
                    "the attribute `{name}` names configurations, and no macro of that name is known"
                );
                facts.gap("a test", because, Some(attribute.place()));
            }
            continue;
        }
        let after = view.next(at + 1);
        let Some(function) = functions.iter().find(|function| function.whole.from >= after) else { continue };
        let arguments = attribute.inside(name_at + 1);
        let mut test = Test {
            name: function.name.to_owned(),
            variants: Vec::new(),
            agent: !name.contains("no_agent") && !declares_no_agent(arguments),
            memory: memory(function.body),
            place: function.whole.place(),
        };
        let start = view.place_at(at).start;
        test.place.start = before(comments, &view.corpus.files()[view.file].text, start);
        let vmm = common_vmm(name, arguments);
        configurations(arguments, vmm, &mut test, unknown, facts);
        facts.tests.push(test);
    }
}

/// The start of the comments that stand right before `start`.
fn before(comments: &[std::ops::Range<usize>], text: &str, start: usize) -> usize {
    let mut start = start;
    let upto = comments.partition_point(|comment| comment.end <= start);
    for comment in comments[..upto].iter().rev() {
        let between = text.get(comment.end..start).unwrap_or("x");
        if !between.trim().is_empty() || between.matches('\n').count() > 1 {
            break;
        }
        start = comment.start;
    }
    start
}

fn declares_no_agent(arguments: View<'_>) -> bool {
    arguments
        .outer()
        .any(|at| arguments.ident(at).is_some_and(|word| word.split('_').any(|part| part == "noagent")))
}

fn common_vmm(name: &str, arguments: View<'_>) -> Option<String> {
    if let Some(vmm) = ["openvmm", "hyperv"]
        .into_iter()
        .find(|vmm| name.strip_prefix(vmm).is_some_and(|rest| rest.starts_with('_')))
    {
        return Some(vmm.to_owned());
    }
    // `vmm_test_with(openvmm, ..)`, or in an older grammar `vmm_test_with(openvmm_noagent(..))`.
    let first = arguments.ident(arguments.from)?;
    first.split('_').find(|part| matches!(*part, "openvmm" | "hyperv")).map(str::to_owned)
}

fn memory(body: View<'_>) -> Option<At<u64>> {
    let mut least: Option<At<u64>> = None;
    for at in body.all() {
        if !(body.is_ident(at, "startup_bytes") && body.is_punct(at + 1, ':')) {
            continue;
        }
        let rest = body.slice(at, (at + 32).min(body.to));
        let part = rest.split(',').into_iter().next().unwrap_or(rest);
        if let Some(value) = integer(part.slice(at + 2, part.to))
            && least.as_ref().is_none_or(|known| value < known.value)
        {
            least = Some(At::new(value, part.place()));
        }
    }
    least
}

/// Words that may stand before a configuration's own.
const MARKS: [&str; 2] = ["unstable_", "ignored_"];

fn configurations(
    arguments: View<'_>,
    vmm: Option<String>,
    test: &mut Test,
    unknown: &mut Unknown,
    facts: &mut Facts,
) {
    let whole_ignored = of_all(arguments, "ignore");
    let whole_unstable = of_all(arguments, "unstable");
    let words: BTreeSet<String> = facts.vmms.keys().cloned().collect();
    // The groups that `ignore(..)` and `unstable(..)` open, and their reasons.
    let mut wrapped: [Option<(std::ops::Range<usize>, At<String>)>; 2] = [None, None];
    let mut skip_to = arguments.from;
    for at in arguments.all() {
        let wrapper = WRAPPERS.iter().position(|word| arguments.is_ident(at, word));
        if let (Some(wrapper), true) = (wrapper, arguments.is_open(at + 1, '(')) {
            let inside = arguments.inside(at + 1);
            let place = arguments.slice(at, arguments.next(at + 1)).place();
            let reason = inside.first_string().unwrap_or_default().to_owned();
            wrapped[wrapper] = Some((inside.from..inside.to, At::new(reason, place)));
            continue;
        }
        let Some(word) = arguments.ident(at).filter(|_| at >= skip_to) else { continue };
        let mut rest = word;
        for mark in MARKS {
            rest = rest.strip_prefix(mark).unwrap_or(rest);
        }
        let own = words
            .iter()
            .find(|vmm| rest.strip_prefix(vmm.as_str()).is_some_and(|rest| rest.starts_with('_')));
        let boot_word = own.map_or(rest, |vmm| &rest[vmm.len() + 1..]);
        let Some((boot, arch)) = split_arch(boot_word) else { continue };
        let place = arguments.place_at(at);
        // What follows belongs to it: options, guest, further artifacts.
        let mut end = at + 1;
        let mut isolation = None;
        let mut guest = None;
        if arguments.is_open(end, '[') {
            let options = arguments.inside(end);
            isolation = options.outer().filter_map(|at| Isolation::from_word(options.text(at))).next();
            let next = arguments.next(end);
            if arguments.is_open(next, '(') {
                end = next;
            }
        }
        if arguments.is_open(end, '(') {
            guest = guest_of(arguments.inside(end));
            end = arguments.next(end);
        }
        if arguments.is_open(end, '[') {
            end = arguments.next(end);
        }
        skip_to = end;
        if !facts.boots.get(boot).is_some_and(|known| known.archs.contains_key(&arch)) {
            unknown.entry(boot_word.to_owned()).or_default().push(place);
            continue;
        }
        let vmm = own
            .cloned()
            .or_else(|| vmm.clone())
            .or_else(|| (words.len() == 1).then(|| words.first().cloned()).flatten());
        let Some(vmm) = vmm else {
            facts.gap(
                format!("the configuration `{word}` of `{}`", test.name),
                "its VMM is not known",
                Some(place),
            );
            continue;
        };
        let [own_ignore, own_unstable] = wrapped.each_ref().map(|group| {
            let around = group.as_ref().filter(|(range, _)| range.contains(&at));
            around.map(|(_, reason)| reason.clone())
        });
        // In an older grammar the mark stands before the word, or among the words of the attribute, and has no reason.
        let marked = word.starts_with("unstable_") || unstable_word(arguments);
        let bare = marked.then(|| At::new(String::new(), place.clone()));
        test.variants.push(Variant {
            vmm,
            boot: boot.to_owned(),
            arch,
            isolation,
            guest,
            ignored: own_ignore.or_else(|| whole_ignored.clone()),
            unstable: own_unstable.or_else(|| whole_unstable.clone()).or(bare),
            place: arguments.slice(at, end).place(),
        });
    }
}

/// Words that block the configuration that stands in their parentheses.
const WRAPPERS: [&str; 2] = ["ignore", "unstable"];

/// Whether `unstable` stands among the arguments without a reason, alone or as part of a word.
fn unstable_word(arguments: View<'_>) -> bool {
    let marks = |at| {
        let word = arguments.ident(at);
        word.is_some_and(|word| {
            word == "unstable" || word.starts_with("unstable_") && split_arch(word).is_none()
        })
    };
    arguments
        .split(',')
        .iter()
        .any(|part| marks(part.from) && (part.to == part.from + 1 || !part.is_ident(part.from, "unstable")))
}

/// `ignore(reason = "..")` or `unstable(reason = "..")` among the arguments, without a configuration of its own.
fn of_all(arguments: View<'_>, word: &str) -> Option<At<String>> {
    arguments.split(',').into_iter().find_map(|part| {
        let inside = part.is_ident(part.from, word).then(|| part.inside(part.from + 1))?;
        let alone = inside.split(',').len() == 1;
        alone.then(|| At::new(inside.first_string().unwrap_or_default().to_owned(), part.place()))
    })
}

fn guest_of(inside: View<'_>) -> Option<(Form, String)> {
    let word = inside.ident(inside.from)?;
    let form = match word {
        "vhd" => Form::Vhd,
        "iso" => Form::Iso,
        "none" => return Some((Form::None, "none".to_owned())),
        _ => return Some((Form::UefiApp, word.to_owned())),
    };
    let image = inside.inside(inside.from + 1);
    Some((form, image.ident(image.from)?.to_owned()))
}

fn todos(corpus: &Corpus, facts: &mut Facts) {
    let mut found = Vec::new();
    for (file, source) in corpus.files().iter().enumerate() {
        let comments = &corpus.lexed(file).comments;
        for (index, comment) in comments.iter().enumerate() {
            let text = source.text.get(comment.clone()).unwrap_or_default();
            let Some(at) = text.find("TODO") else { continue };
            // A TODO goes on in the comments of the lines below it, up to the next one.
            let mut words = text[at + 4..].trim_start_matches(':').trim().to_owned();
            let mut end = comment.end;
            for next in comments.iter().skip(index + 1).take(8) {
                let between = source.text.get(end..next.start).unwrap_or("x");
                let text = source.text.get(next.clone()).unwrap_or_default().trim_start_matches(['/', '!']);
                if !between.trim().is_empty() || between.matches('\n').count() > 1 || text.contains("TODO") {
                    break;
                }
                words.push(' ');
                words.push_str(text.trim());
                end = next.end;
            }
            let todo = Todo {
                issues: issues(&words),
                configs: configs(&words, facts),
                test: facts
                    .tests
                    .iter()
                    .find(|test| test.place.file == file && test.place.span().contains(&comment.start))
                    .map(|test| test.name.clone()),
                place: Place { file, start: comment.start + at, end },
                text: words,
            };
            if !todo.issues.is_empty() || !todo.configs.is_empty() {
                found.push(todo);
            }
        }
    }
    facts.todos = found;
}

/// The numbers after `#`.
pub fn issues(text: &str) -> Vec<u64> {
    text.split('#')
        .skip(1)
        .filter_map(|rest| {
            let digits = rest.find(|character: char| !character.is_ascii_digit()).unwrap_or(rest.len());
            rest[..digits].parse().ok()
        })
        .collect()
}

/// Whether a word is that of a boot method with its architecture.
fn names_boot(word: &str, facts: &Facts) -> bool {
    let own = facts.vmms.keys().find_map(|vmm| word.strip_prefix(vmm.as_str())?.strip_prefix('_'));
    split_arch(own.unwrap_or(word)).is_some_and(|(boot, _)| facts.boots.contains_key(boot))
}

fn configs(text: &str, facts: &Facts) -> Vec<(String, Arch)> {
    text.split(|character: char| !(character.is_ascii_alphanumeric() || character == '_'))
        .filter_map(|word| {
            let own = facts.vmms.keys().find_map(|vmm| word.strip_prefix(vmm.as_str())?.strip_prefix('_'));
            let (boot, arch) = split_arch(own.unwrap_or(word))?;
            facts.boots.contains_key(boot).then(|| (boot.to_owned(), arch))
        })
        .collect()
}
