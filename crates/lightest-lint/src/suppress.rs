//! Suppressions: comments that expect a rule to fire, with the reason.

use foldhash::HashMap;

use crate::facts::{Comment, Test};
use crate::finding::Finding;
use crate::intent;
use crate::reasons::{list_around, variant_of};
use crate::rules::Rule;
use crate::source::Source;
use lightest_diagnostics::{Edit, RuleId, Safety, Span, line_start};

pub(crate) const RULE: RuleId = RuleId::new("unused-suppression");

/// A suppression of one rule.
struct Suppression<'a> {
    comment: &'a Comment,
    rule: String,
    /// The mistake in the comment itself.
    mistake: Option<String>,
    /// The variant that it is for; `None` for the whole test.
    variant: Option<Place>,
    used: bool,
}

/// A start: the index of a file, and a byte position in it.
pub(crate) type Place = (usize, usize);

/// Where the variants of a test stand, in the order of their starts.
pub(crate) struct Variants<'a>(Vec<&'a Span>);

impl<'a> Variants<'a> {
    pub(crate) fn of(test: &'a Test) -> Self {
        let lists = test.declarations.iter().flat_map(|list| &list.variants);
        let mut spans: Vec<&Span> = lists.map(|variant| &variant.span).collect();
        spans.sort_by_key(|span| (span.file, span.bytes.start));
        Self(spans)
    }

    /// The variant that a place lies in.
    pub(crate) fn around(&self, at: &Span) -> Option<Place> {
        let until = self.0.partition_point(|span| (span.file, span.bytes.start) <= (at.file, at.bytes.start));
        let span = self.0[..until].last()?;
        span.contains(at).then_some((span.file, span.bytes.start))
    }
}

/// Removes the findings of one test that its comments expect, and adds one for each comment whose expectation is not met.
/// Whether a comment on a rule for which `asked` is false is met, is not known. `rules` are all known rules.
pub fn apply(
    test: &Test,
    sources: &[Source],
    findings: Vec<Finding>,
    rules: &[Rule],
    asked: impl Fn(&Rule) -> bool,
) -> Vec<Finding> {
    let variants = Variants::of(test);
    let mut suppressions: Vec<Suppression<'_>> =
        test.comments.iter().flat_map(|comment| read(comment, test, sources, rules)).collect();
    if suppressions.is_empty() {
        return findings;
    }
    // The first of each rule and place: another one of the same suppresses nothing.
    let mut first: HashMap<(&str, Option<Place>), usize> = HashMap::default();
    for (index, suppression) in suppressions.iter().enumerate().filter(|(_, one)| one.mistake.is_none()) {
        if let Some(rule) = Rule::among(rules, &suppression.rule) {
            first.entry((rule.name.as_str(), suppression.variant)).or_insert(index);
        }
    }
    let mut kept = Vec::new();
    for finding in findings {
        let whole = first.get(&(finding.rule(), None));
        let here = variants.around(finding.span()).and_then(|at| first.get(&(finding.rule(), Some(at))));
        match whole.into_iter().chain(here).min() {
            Some(index) => suppressions[*index].used = true,
            None => kept.push(finding),
        }
    }
    for suppression in suppressions
        .iter()
        .filter(|suppression| !suppression.used && Rule::among(rules, &suppression.rule).is_none_or(&asked))
    {
        kept.push(unused(suppression, test, sources));
    }
    kept
}

fn unused(suppression: &Suppression<'_>, test: &Test, sources: &[Source]) -> Finding {
    let span = &suppression.comment.span;
    let test = test.module.iter().chain([&test.name]).cloned().collect::<Vec<_>>().join("::");
    let message = suppression
        .mistake
        .clone()
        .unwrap_or_else(|| format!("`{}` does not fire here: this suppresses nothing", suppression.rule));
    let mut finding = Finding::new(RULE, span, message, test);
    if suppression.mistake.is_none() {
        let edits = vec![Edit { span: whole_line(span, sources), text: String::new() }];
        finding.diagnostic = finding.diagnostic.fix("remove the comment", edits, Safety::Safe);
    }
    finding
}

/// The line of a comment, where nothing else stands on it.
fn whole_line(span: &Span, sources: &[Source]) -> Span {
    let Some(text) = sources.get(span.file).map(|source| &source.text) else { return span.clone() };
    let start = line_start(text, span.bytes.start);
    let end = text[span.bytes.end..].find('\n').map_or(text.len(), |at| span.bytes.end + at + 1);
    let blank = |part: &str| part.chars().all(char::is_whitespace);
    if blank(&text[start..span.bytes.start]) && blank(&text[span.bytes.end..end]) {
        Span::new(span.file, start..end)
    } else {
        span.clone()
    }
}

/// The suppressions of a comment; several rules may be named, with commas between them.
fn read<'a>(comment: &'a Comment, test: &Test, sources: &[Source], known: &[Rule]) -> Vec<Suppression<'a>> {
    let Some(rest) = intent::message(&comment.text) else { return Vec::new() };
    let list = list_around(test, &comment.span);
    let variant = list.and_then(|list| variant_of(list, sources, &comment.span));
    let variant = variant.map(|variant| (variant.span.file, variant.span.bytes.start));
    if rest.starts_with("requires(") && list.is_none() {
        return Vec::new();
    }
    let make = |rule: &str, mistake: Option<String>| Suppression {
        comment,
        rule: rule.to_owned(),
        mistake,
        variant,
        used: false,
    };
    let Some((rules, reason)) = rest.strip_prefix("expect(").and_then(|rest| rest.split_once(')')) else {
        let mistake = if rest.starts_with("requires(") {
            "requirements are stated above the attribute, for the whole test".to_owned()
        } else {
            "not a suppression: write `lightest: expect(rule): reason`".to_owned()
        };
        return vec![make("", Some(mistake))];
    };
    let reason = reason.trim().strip_prefix(':').map(|reason| reason.trim().trim_end_matches("*/").trim());
    rules
        .split(',')
        .map(str::trim)
        .map(|rule| {
            let mistake = if Rule::among(known, rule).is_none() {
                let names = known.iter().map(|rule| rule.name.as_str());
                let near = lightest_model::suggest::nearest(rule, names);
                Some(match near {
                    Some(near) => format!("there is no rule `{rule}`: did you mean `{near}`?"),
                    None => format!("there is no rule `{rule}`"),
                })
            } else if reason.is_none_or(str::is_empty) {
                Some("this suppression gives no reason: write `lightest: expect(rule): reason`".to_owned())
            } else {
                None
            };
            make(rule, mistake)
        })
        .collect()
}
