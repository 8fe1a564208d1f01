//! Reasons that authors give for a choice, wherever they stand: in the list, above the declaration, at the top of the
//! file, or beside a call. What an author has weighed is not weighed again.

use lightest_diagnostics::{Safety, Span};
use lightest_model::config::Form;

use crate::facts::Remark;
use crate::finding::Finding;
use crate::intent;
use crate::subject::{Placed, Subject};

/// How far a comment goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Heed {
    /// It says nothing of the choice.
    Nothing,
    /// It speaks of the choice: nothing is changed unseen.
    Speaks,
    /// It gives a reason for the choice: nothing is said.
    Reason,
}

/// Words that give a purpose.
const PURPOSE: [&str; 56] = [
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
];

/// Words for what a guest is made of.
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

/// Words that speak of how a machine is stopped.
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

/// Whether a comment is prose: neither said to the linter nor code.
fn is_prose(remark: &Remark) -> bool {
    intent::message(&remark.text).is_none() && remark.text.chars().any(char::is_alphabetic)
}

/// What the author says of one variant.
pub(crate) fn of_variant(subject: &Subject<'_, '_>, placed: &Placed<'_>) -> Heed {
    let mut topics: Vec<String> = Vec::new();
    if let Some(row) = placed.row {
        let row = subject.row(row);
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
    let names = |text: &str| topics.iter().any(|topic| has(text, topic));
    let mut most = Heed::Nothing;
    for remark in subject.test.remarks.iter().filter(|remark| is_prose(remark)) {
        let text = remark.text.to_lowercase();
        let (named, purpose) = (names(&text), any(&text, &PURPOSE));
        let heed = match beside_variant(subject, placed, &remark.span) {
            Some(true) if named || purpose => Heed::Reason,
            Some(true) => Heed::Speaks,
            // Of another variant.
            Some(false) => Heed::Nothing,
            None if purpose && (named || any(&text, &GUEST)) => Heed::Reason,
            None if purpose || named => Heed::Speaks,
            None => Heed::Nothing,
        };
        most = most.max(heed);
    }
    if let Some(preface) = &subject.test.preface {
        let text = preface.text.to_lowercase();
        // A file is about many tests: it has to name the guest, and to say why.
        if names(&text) {
            most = most.max(if any(&text, &PURPOSE) { Heed::Reason } else { Heed::Speaks });
        }
    }
    most
}

/// Whether a comment in the list stands by a variant, or by another one; `None` outside of the list.
fn beside_variant(subject: &Subject<'_, '_>, placed: &Placed<'_>, span: &Span) -> Option<bool> {
    let list = subject.test.declarations.iter().find(|declaration| {
        let list = &declaration.list;
        list.file == span.file && list.bytes.start <= span.bytes.start && span.bytes.end <= list.bytes.end
    })?;
    let text = &subject.sources.get(span.file)?.text;
    // Behind a variant on its line, or above one.
    let line = text[..span.bytes.start].rfind('\n').map_or(0, |at| at + 1);
    let before = list
        .variants
        .iter()
        .rev()
        .find(|variant| variant.span.bytes.end <= span.bytes.start && variant.span.bytes.end > line);
    let after = list.variants.iter().find(|variant| variant.span.bytes.start >= span.bytes.end);
    let its = before.or(after).or(list.variants.last())?;
    Some(its.span == placed.variant.span)
}

/// The comment beside a call: at the end of its line, within its statement, or directly above that.
pub(crate) fn beside<'a>(subject: &Subject<'a, '_>, span: &Span) -> Option<&'a Remark> {
    let text = &subject.sources.get(span.file)?.text;
    let end = text[span.bytes.end..].find('\n').map_or(text.len(), |at| span.bytes.end + at);
    let mut start = text[..span.bytes.start].rfind('\n').map_or(0, |at| at + 1);
    let mut above = false;
    while start > 0 {
        let before = text[..start - 1].rfind('\n').map_or(0, |at| at + 1);
        let line = text[before..start - 1].trim();
        let comment = line.starts_with("//") || line.starts_with("/*") || line.starts_with('*');
        above |= comment;
        if !comment && (above || line.is_empty() || line.ends_with([';', '{', '}'])) {
            break;
        }
        start = before;
    }
    let within = |remark: &&Remark| {
        remark.span.file == span.file
            && remark.span.bytes.start < end
            && remark.span.bytes.end > start
            && is_prose(remark)
    };
    subject.test.comments.iter().find(within)
}

/// Whether the comment beside a call says why a machine is stopped in this way.
pub(crate) fn explains_stopping(subject: &Subject<'_, '_>, span: &Span) -> bool {
    beside(subject, span).is_some_and(|remark| {
        let text = remark.text.to_lowercase();
        any(&text, &STOPPING) || any(&text, &PURPOSE)
    })
}

/// Takes out what the author has a reason for, and makes nothing unseen that the author speaks of.
pub(crate) fn heed(subject: &Subject<'_, '_>, findings: &mut Vec<Finding>) {
    findings.retain_mut(|finding| {
        let placed = subject.placed.iter().find(|placed| {
            let (own, at) = (&placed.variant.span, finding.span());
            own.file == at.file && own.bytes.start <= at.bytes.start && at.bytes.end <= own.bytes.end
        });
        let choice = matches!(
            finding.rule(),
            "heavier-than-needed" | "redundant-variant" | "runs-no-repo-code" | "isolation-not-exercised"
        );
        let mut heed = placed.map_or(Heed::Nothing, |placed| of_variant(subject, placed));
        if let Some(words) = topics(finding.rule()) {
            heed = heed.max(about(subject, words));
        } else if !choice && heed == Heed::Reason {
            heed = Heed::Speaks;
        }
        if heed == Heed::Speaks
            && let Some(help) = &mut finding.diagnostic.help
            && help.safety == Safety::Safe
        {
            help.safety = Safety::Unsafe;
        }
        heed != Heed::Reason
    });
}

/// What a rule is about, beyond the guest.
fn topics(rule: &str) -> Option<&'static [&'static str]> {
    match rule {
        "architecture-gap" => {
            Some(&["x64", "x86", "x86_64", "amd64", "aarch64", "arm", "arm64", "architecture"])
        }
        "openhcl-without-plain" => Some(&["openhcl", "paravisor", "vtl2", "hcl"]),
        "isolation-not-exercised" => {
            Some(&["isolation", "isolated", "vbs", "snp", "tdx", "confidential", "cvm"])
        }
        _ => None,
    }
}

/// What the author says of something other than the guest.
fn about(subject: &Subject<'_, '_>, words: &[&str]) -> Heed {
    let remarks = subject.test.remarks.iter().filter(|remark| is_prose(remark)).chain(&subject.test.preface);
    let mut most = Heed::Nothing;
    for remark in remarks {
        let text = remark.text.to_lowercase();
        if any(&text, words) {
            most = most.max(if any(&text, &PURPOSE) { Heed::Reason } else { Heed::Speaks });
        }
    }
    most
}
