//! Reasons that authors give for a choice, wherever they stand: in the list, above the declaration, at the top of the
//! file, or beside a call. The linter does not question a choice with a reason.

use std::ops::Range;

use foldhash::HashMap;
use lightest_diagnostics::{RuleId, Safety, Span, line_start};
use lightest_model::config::Form;

use crate::facts::{Comment, Declaration, Test, Variant};
use crate::finding::Finding;
use crate::intent;
use crate::rules::{
    architecture_gap, heavier_than_needed, isolation_not_exercised, openhcl_without_plain, redundant_variant,
    runs_no_repo_code,
};
use crate::source::Source;
use crate::subject::{PlacedVariant, Subject};
use crate::suppress::{Place, Variants};

/// How far a comment goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Justification {
    /// No comment on the choice.
    Nothing,
    /// It mentions the choice: nothing is changed unseen.
    Mention,
    /// A reason for the choice: nothing is reported.
    Reason,
}

/// Words that give a purpose.
const PURPOSE: [&str; 59] = [
    "on purpose",
    "purpose",
    "purposely",
    "deliberate",
    "deliberately",
    "intentional",
    "intentionally",
    "the point",
    "because",
    "since",
    "so that",
    "in order to",
    "need",
    "needs",
    "needed",
    "require",
    "requires",
    "required",
    "must",
    "only",
    "rather than",
    "instead of",
    "not linux direct",
    "do not",
    "don't",
    "cannot",
    "can't",
    "won't",
    "doesn't",
    "does not",
    "keep",
    "keeps",
    "kept",
    "specifically",
    "real",
    "lack",
    "lacks",
    "lacking",
    "missing",
    "without",
    "depend",
    "depends",
    "rely",
    "relies",
    "matters",
    "why",
    "reason",
    "regression",
    "not enough",
    "unlike",
    "own",
    "exercise",
    "exercises",
    "hence",
    "due to",
    "chosen",
    "want",
    "wants",
    "wanted",
];

/// Words for the parts of a guest.
const GUEST: [&str; 21] = [
    "guest",
    "distro",
    "distribution",
    "image",
    "userland",
    "user space",
    "userspace",
    "kernel",
    "initrd",
    "initramfs",
    "linux direct",
    "udev",
    "systemd",
    "cloud-init",
    "bootloader",
    "grub",
    "firmware",
    "rootfs",
    "vhd",
    "disk",
    "os",
];

/// Those of them that mention nothing else, even amid code.
const DISTRO: [&str; 11] = [
    "distro",
    "distribution",
    "userland",
    "userspace",
    "linux direct",
    "direct boot",
    "udev",
    "systemd",
    "cloud-init",
    "initrd",
    "initramfs",
];

/// Words about how a machine is stopped.
const STOPPING: [&str; 11] = [
    "power_off",
    "power off",
    "poweroff",
    "agent",
    "enlightened",
    "component",
    "ic",
    "shutdown_ic",
    "integration",
    "not",
    "vmbus",
];

/// Whether a text has a word, whatever its case.
fn has(text: &str, word: &str) -> bool {
    let part = |c: char| c.is_ascii_alphanumeric() || c == '_';
    text.match_indices(word)
        .any(|(at, _)| !text[..at].ends_with(part) && !text[at + word.len()..].starts_with(part))
}

fn any(text: &str, words: &[&str]) -> bool {
    words.iter().any(|word| has(text, word))
}

/// Whether a comment is prose: neither code nor for the linter.
fn is_prose(comment: &Comment) -> bool {
    intent::message(&comment.text).is_none() && comment.text.chars().any(char::is_alphabetic)
}

/// The comments on a test's declarations, each read once and set beside the variant that it stands by.
#[derive(Debug)]
pub(crate) struct Comments {
    /// Those of prose, in order.
    prose: Vec<Prose>,
    /// Those that stand outside of every list.
    general: Vec<usize>,
    /// Those that stand by a variant, by where that starts.
    beside: HashMap<(usize, usize), Vec<usize>>,
    /// The comment at the top of the file.
    preface: Option<Prose>,
    /// Those within the body that give a purpose.
    body: Vec<Prose>,
}

/// A comment in lower case, and what was found in it.
#[derive(Debug)]
struct Prose {
    text: String,
    /// Whether it gives a purpose.
    purpose: bool,
    /// Whether it mentions a part of a guest.
    guest: bool,
}

impl Prose {
    fn of(comment: &Comment) -> Self {
        let text = comment.text.to_lowercase();
        let (purpose, guest) = (any(&text, &PURPOSE), any(&text, &GUEST));
        Self { text, purpose, guest }
    }
}

impl Comments {
    pub(crate) fn of(test: &Test, sources: &[Source]) -> Self {
        let mut comments = Self {
            prose: Vec::new(),
            general: Vec::new(),
            beside: HashMap::default(),
            preface: test.preface.as_ref().map(Prose::of),
            body: test
                .body_comments
                .iter()
                .filter(|comment| is_prose(comment))
                .map(Prose::of)
                .filter(|prose| prose.purpose)
                .collect(),
        };
        for comment in test.comments.iter().filter(|comment| is_prose(comment)) {
            let index = comments.prose.len();
            comments.prose.push(Prose::of(comment));
            let list = list_around(test, &comment.span);
            // Behind the last variant, it is for that.
            match list
                .and_then(|list| variant_of(list, sources, &comment.span).or_else(|| list.variants.last()))
            {
                Some(variant) => {
                    let place = (variant.span.file, variant.span.bytes.start);
                    comments.beside.entry(place).or_default().push(index);
                }
                None => comments.general.push(index),
            }
        }
        comments
    }

    /// The comments that stand by a variant.
    fn by(&self, variant: &Variant) -> impl Iterator<Item = &Prose> {
        let place = (variant.span.file, variant.span.bytes.start);
        self.beside.get(&place).into_iter().flatten().map(|index| &self.prose[*index])
    }
}

/// The author's justification of one variant.
pub(crate) fn of_variant(subject: &Subject<'_, '_>, placed: &PlacedVariant<'_>) -> Justification {
    let mut topics: Vec<String> = Vec::new();
    let mut guests: Vec<String> = Vec::new();
    if let Some(row) = placed.row {
        let row = subject.row(row);
        guests.extend([row.guest.family.to_lowercase(), row.guest.id.to_lowercase()]);
        topics.extend([
            row.guest.family.to_lowercase(),
            row.guest.id.to_lowercase(),
            row.boot.id.to_lowercase(),
        ]);
        topics.extend(row.boot.id.split('_').map(str::to_lowercase));
        topics.push(format!("{:?}", row.guest.os).to_lowercase());
        if row.config.guest.form != Form::Direct {
            topics.extend(["uefi", "bios", "pcat"].map(str::to_owned));
        }
    }
    topics.retain(|topic| topic.len() > 2 && topic != "linux" && topic != "direct" && topic != "none");
    let names = |prose: &Prose| topics.iter().any(|topic| has(&prose.text, topic));
    let comments = subject.comments();
    let own = comments.by(placed.variant).map(|prose| {
        if prose.purpose || names(prose) { Justification::Reason } else { Justification::Mention }
    });
    let general = comments.general.iter().map(|index| &comments.prose[*index]).map(|prose| {
        let named = names(prose);
        if prose.purpose && (named || prose.guest) {
            Justification::Reason
        } else if prose.purpose || named {
            Justification::Mention
        } else {
            Justification::Nothing
        }
    });
    // A file is about many tests: it has to name the guest, and to give a reason.
    let preface = comments.preface.iter().filter(|prose| names(prose));
    let preface =
        preface.map(|prose| if prose.purpose { Justification::Reason } else { Justification::Mention });
    // Most comments of a body are about its code: one has to name the guest, or what only a distribution has.
    let named =
        |prose: &Prose| any(&prose.text, &DISTRO) || guests.iter().any(|guest| has(&prose.text, guest));
    let body = comments.body.iter().filter(|prose| named(prose)).map(|_| Justification::Reason);
    own.chain(general).chain(preface).chain(body).max().unwrap_or(Justification::Nothing)
}

/// The declaration in whose list a comment stands.
pub(crate) fn list_around<'t>(test: &'t Test, span: &Span) -> Option<&'t Declaration> {
    test.declarations.iter().find(|declaration| declaration.list.contains(span))
}

/// The variant that a comment in a list is for: the next one, or where none follows on the comment's line, the one before it there.
pub(crate) fn variant_of<'t>(list: &'t Declaration, sources: &[Source], span: &Span) -> Option<&'t Variant> {
    let text = sources.get(span.file).map_or("", |source| &*source.text);
    let in_line = |from: usize, to: usize| text.get(from..to).is_some_and(|text| !text.contains('\n'));
    let ended = list.variants.partition_point(|variant| variant.span.bytes.end <= span.bytes.start);
    let before = ended.checked_sub(1).and_then(|last| list.variants.get(last));
    let before = before.filter(|variant| in_line(variant.span.bytes.end, span.bytes.start));
    let behind = list.variants.partition_point(|variant| variant.span.bytes.start < span.bytes.end);
    let next = list.variants.get(behind);
    let follows = next.is_some_and(|variant| in_line(span.bytes.end, variant.span.bytes.start));
    before.filter(|_| !follows).or(next)
}

/// How many lines on either side of a call are looked through for the ends of its statement.
const LONGEST_STATEMENT: usize = 200;

/// The comment beside a call: at the end of its line, within its statement, or directly above that. A comment behind other code
/// belongs to that.
pub(crate) fn beside<'a>(subject: &Subject<'a, '_>, span: &Span) -> Option<&'a Comment> {
    let text = &*subject.sources.get(span.file)?.text;
    let lines = Lines { text, file: span.file, comments: &subject.test.body_comments };
    let own = lines.around(span.bytes.start).start..lines.around(span.bytes.end).end;
    let statement = lines.statement(own.clone());
    // Its arguments stand on lines of their own.
    let opens = lines.code(own.clone()).ends_with('(');
    let (first, until) = (lines.first_behind(statement.start), statement.end);
    let mut reach = subject.test.body_comments[first..]
        .iter()
        .take_while(|comment| (comment.span.file, comment.span.bytes.start) < (span.file, until));
    reach.find(|comment| {
        let line = lines.around(comment.span.bytes.start);
        // An element of a list has its own comments: what stands behind another is about that, unless it is the call's own.
        let is_own = opens && line.start > own.end;
        let is_of_another = !is_own && !own.contains(&line.start) && lines.code(line).ends_with(',');
        comment.span.bytes.start >= statement.start && is_prose(comment) && !is_of_another
    })
}

/// The lines of a file, and the comments of a test among them, in order.
struct Lines<'a> {
    text: &'a str,
    file: usize,
    comments: &'a [Comment],
}

impl<'a> Lines<'a> {
    /// The line around a byte, without its end.
    fn around(&self, at: usize) -> Range<usize> {
        line_start(self.text, at)..self.text[at..].find('\n').map_or(self.text.len(), |newline| at + newline)
    }

    /// The first comment that ends behind a byte.
    fn first_behind(&self, at: usize) -> usize {
        self.comments
            .partition_point(|comment| (comment.span.file, comment.span.bytes.end) <= (self.file, at))
    }

    /// Whether a comment is on a line, or goes on over it.
    fn is_in_comment(&self, line: &Range<usize>) -> bool {
        let next = self.comments.get(self.first_behind(line.start));
        next.is_some_and(|comment| comment.span.file == self.file && comment.span.bytes.start <= line.end)
    }

    /// The contents of a line beside comments.
    fn code(&self, line: Range<usize>) -> String {
        let mut code = String::new();
        let mut from = line.start;
        for comment in &self.comments[self.first_behind(line.start)..] {
            let bytes = &comment.span.bytes;
            if comment.span.file != self.file || bytes.start >= line.end {
                break;
            }
            code.push_str(self.text.get(from..bytes.start).unwrap_or_default());
            from = bytes.end;
        }
        code.push_str(self.text.get(from..line.end).unwrap_or_default());
        code.trim().to_owned()
    }

    /// The lines of the statement around some of its lines, with the comments directly above it.
    fn statement(&self, own: Range<usize>) -> Range<usize> {
        let ends = |code: &str| code.ends_with([';', '{', '}']);
        let (mut start, mut end) = (own.start, own.end);
        let mut above = false;
        for _ in 0..LONGEST_STATEMENT {
            let Some(newline) = self.text[..start].strip_suffix('\n').map(str::len) else { break };
            let line = self.around(newline);
            let code = self.code(line.clone());
            let is_comment = code.is_empty() && self.is_in_comment(&line);
            above |= is_comment;
            // What opens the block around the statement may carry the comment on its first line.
            let opens = !above && code.ends_with('{');
            if !is_comment && !opens && (above || code.is_empty() || ends(&code)) {
                break;
            }
            start = line.start;
            if opens {
                break;
            }
        }
        for _ in 0..LONGEST_STATEMENT {
            if end == self.text.len() || ends(&self.code(self.around(end))) {
                break;
            }
            let line = self.around(end + 1);
            if self.text[line.clone()].trim().is_empty() || self.code(line.clone()).starts_with('}') {
                break;
            }
            end = line.end;
        }
        start..end
    }
}

/// Whether the comment beside a call gives a reason for this way of stopping a machine.
pub(crate) fn explains_stopping(subject: &Subject<'_, '_>, span: &Span) -> bool {
    beside(subject, span).is_some_and(|comment| {
        let text = comment.text.to_lowercase();
        any(&text, &STOPPING) || any(&text, &PURPOSE)
    })
}

/// Removes findings for which the author gives a reason; where the author only mentions the choice, the fix becomes unsafe.
pub(crate) fn apply_reasons(subject: &Subject<'_, '_>, findings: &mut Vec<Finding>) {
    let variants = Variants::of(subject.test);
    let mut at: HashMap<Place, &PlacedVariant<'_>> = HashMap::default();
    for placed in &subject.placed {
        at.entry((placed.variant.span.file, placed.variant.span.bytes.start)).or_insert(placed);
    }
    let mut known: HashMap<&str, Justification> = HashMap::default();
    findings.retain_mut(|finding| {
        let placed = variants.around(finding.span()).and_then(|place| at.get(&place));
        let rule = finding.diagnostic.rule;
        let choice = rule.is_some_and(|rule| CHOICES.contains(&rule));
        let mut justification = placed.map_or(Justification::Nothing, |placed| of_variant(subject, placed));
        if let Some(words) = rule.and_then(topics) {
            justification =
                justification.max(*known.entry(finding.rule()).or_insert_with(|| about(subject, words)));
        } else if !choice && justification == Justification::Reason {
            justification = Justification::Mention;
        }
        if justification == Justification::Mention
            && let Some(help) = &mut finding.diagnostic.help
            && help.safety == Safety::Safe
        {
            help.safety = Safety::Unsafe;
        }
        justification != Justification::Reason
    });
}

/// Rules on choices for which an author may give a reason.
const CHOICES: [RuleId; 4] = [
    heavier_than_needed::RULE,
    redundant_variant::RULE,
    runs_no_repo_code::RULE,
    isolation_not_exercised::RULE,
];

/// The topics of a rule, beyond the guest.
fn topics(rule: RuleId) -> Option<&'static [&'static str]> {
    match rule {
        architecture_gap::RULE => {
            Some(&["x64", "x86", "x86_64", "amd64", "aarch64", "arm", "arm64", "architecture"])
        }
        openhcl_without_plain::RULE => Some(&["openhcl", "paravisor", "vtl2", "hcl"]),
        isolation_not_exercised::RULE => {
            Some(&["isolation", "isolated", "vbs", "snp", "tdx", "confidential", "cvm"])
        }
        _ => None,
    }
}

/// The author's justification of something other than the guest.
fn about(subject: &Subject<'_, '_>, words: &[&str]) -> Justification {
    let comments = subject.comments();
    let of = |prose: &Prose| match (any(&prose.text, words), prose.purpose) {
        (true, true) => Justification::Reason,
        (true, false) => Justification::Mention,
        (false, _) => Justification::Nothing,
    };
    comments.prose.iter().chain(&comments.preface).map(of).max().unwrap_or(Justification::Nothing)
}
