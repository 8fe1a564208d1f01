//! What a change touches: tests whose own text, or the text of what they lead to, it adds to, alters or takes from.

use std::collections::BTreeMap;
use std::ops::Range;

use lightest_diagnostics::{Edit, Span, line_start};

use crate::facts::{Reading, Test};
use crate::finding::Finding;
use crate::source::Source;

/// A part of a change to one file, in byte positions of the file as it is now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// Whole lines that are new or different.
    New(Range<usize>),
    /// Lines that are gone from before a position.
    Gone {
        /// Where they stood.
        at: usize,
        /// The last of them that is not blank.
        last: String,
    },
}

/// How lines begin that belong to what stands below them, such as comments and attributes: a dialect knows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LeadingLines {
    /// Any of these.
    pub begins: &'static [&'static str],
    /// But none of these.
    pub except: &'static [&'static str],
}

impl LeadingLines {
    /// Whether a line belongs to what stands below it.
    fn has(self, line: &str) -> bool {
        let line = line.trim();
        let begins = |mark: &&str| line.starts_with(*mark);
        self.begins.iter().any(begins) && !self.except.iter().any(begins)
    }
}

/// A change to some files.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Changes {
    leading: LeadingLines,
    files: BTreeMap<usize, Vec<Change>>,
}

/// The parts of a reading that a change touches, by index.
#[derive(Clone, Debug, Default)]
pub struct AffectedParts {
    tests: Vec<bool>,
    sites: Vec<bool>,
}

impl Changes {
    /// No change yet, to files whose language begins lines so.
    #[must_use]
    pub fn to(leading: LeadingLines) -> Self {
        Self { leading, files: BTreeMap::new() }
    }

    /// Sets the change to a file, by its index.
    pub fn set(&mut self, file: usize, changes: Vec<Change>) {
        self.files.insert(file, changes);
    }

    /// What the change touches: a test by itself or by what it leads to, a site by its declaration or by any test that shares it.
    #[must_use]
    pub fn touched(&self, reading: &Reading, sources: &[Source]) -> AffectedParts {
        let tests: Vec<bool> = reading.tests.iter().map(|test| self.touches_test(test, sources)).collect();
        let site = |site: &crate::facts::Site| {
            let own =
                std::iter::once(&site.declaration.span).chain(site.comments.iter().map(|one| &one.span));
            own.into_iter().any(|span| self.touches(span, sources))
                || site.tests.iter().any(|test| tests.get(*test) == Some(&true))
        };
        AffectedParts { sites: reading.sites.iter().map(site).collect(), tests }
    }

    fn touches_test(&self, test: &Test, sources: &[Source]) -> bool {
        places(test).any(|span| self.touches(span, sources))
    }

    /// Whether the change touches a place.
    #[must_use]
    pub fn touches(&self, span: &Span, sources: &[Source]) -> bool {
        self.first_within(span, sources).is_some()
    }

    /// The place of a change to a test that a reader should look at: in its own text, or else in what it leads to.
    #[must_use]
    pub fn place_for(&self, test: &Test, sources: &[Source]) -> Option<Span> {
        places(test).find_map(|span| self.first_within(span, sources))
    }

    /// The first line of the change that touches a place.
    #[must_use]
    pub fn first_within(&self, span: &Span, sources: &[Source]) -> Option<Span> {
        let (changes, text) = (self.files.get(&span.file)?, &*sources.get(span.file)?.text);
        let head = self.head(text, span.bytes.start);
        let all = head..span.bytes.end;
        changes.iter().find_map(|change| {
            let at = match change {
                Change::New(lines) => {
                    let common = lines.start.max(all.start)..lines.end.min(all.end);
                    // Blanks and brackets alone belong to whatever stands around them.
                    let inside = text.get(common.clone())?;
                    common.start + inside.find(|c: char| c.is_alphanumeric() || c == '_')?
                }
                Change::Gone { at, last } => {
                    let directly_above = || {
                        text.get(*at..all.start.max(*at)).is_some_and(|between| between.trim().is_empty())
                            && *at <= all.start
                            && self.leading.has(last)
                    };
                    if !((all.start < *at && *at < all.end) || directly_above()) {
                        return None;
                    }
                    *at
                }
            };
            Some(Span::new(span.file, line_at(text, at)))
        })
    }

    /// Where the lines directly above a place that belong to it begin; the place itself where there are none.
    fn head(&self, text: &str, start: usize) -> usize {
        let Some(before) = text.get(..start) else { return start };
        let line = line_start(text, start);
        // What stands behind other code on its line has no lines of its own above it.
        if before[line..].contains(['{', '}', ';', '=', ',', '"']) {
            return start;
        }
        let mut top = start;
        let mut end = line;
        while let Some(above) = text[..end].strip_suffix('\n').map(str::len) {
            let first = line_start(text, above);
            if !self.leading.has(&text[first..above]) {
                break;
            }
            (top, end) = (first, first);
        }
        top
    }

    /// The same change, after edits of its files.
    #[must_use]
    pub fn after(&self, edits: &BTreeMap<usize, Vec<Edit>>) -> Self {
        let mut changes = self.clone();
        for (file, edits) in edits {
            for change in changes.files.get_mut(file).into_iter().flatten() {
                match change {
                    Change::New(lines) => {
                        *lines = moved(lines.start, edits, false)..moved(lines.end, edits, true);
                        if lines.start >= lines.end {
                            *change = Change::Gone { at: lines.start, last: String::new() };
                        }
                    }
                    Change::Gone { at, .. } => *at = moved(*at, edits, false),
                }
            }
        }
        changes
    }
}

impl AffectedParts {
    /// Whether a test, or any site that it shares, is touched.
    #[must_use]
    pub fn has_test(&self, index: usize, reading: &Reading) -> bool {
        self.tests.get(index) == Some(&true)
            || reading
                .sites
                .iter()
                .zip(&self.sites)
                .any(|(site, touched)| *touched && site.tests.contains(&index))
    }

    /// Whether a finding is on a test or a site that is touched.
    #[must_use]
    pub fn has_finding(&self, finding: &Finding, reading: &Reading) -> bool {
        // Its main place comes first; the others matter where that lies in no test, such as in a helper.
        for label in &finding.diagnostic.labels {
            let on_site = |site: &crate::facts::Site| {
                site.declaration.span.contains(&label.span)
                    || site.comments.iter().any(|comment| comment.span == label.span)
            };
            let mut sites =
                reading.sites.iter().zip(&self.sites).filter(|(site, _)| on_site(site)).peekable();
            if sites.peek().is_some() {
                return sites.any(|(_, touched)| *touched);
            }
            let on_test = |test: &Test| {
                test.span.contains(&label.span)
                    || test.comments.iter().any(|comment| comment.span == label.span)
            };
            let mut tests =
                reading.tests.iter().zip(&self.tests).filter(|(test, _)| on_test(test)).peekable();
            if tests.peek().is_some() {
                return tests.any(|(_, touched)| *touched);
            }
        }
        // What belongs to no test is nobody's fault but the change's.
        true
    }
}

/// A test's own places, then those that it leads to.
fn places(test: &Test) -> impl Iterator<Item = &Span> {
    std::iter::once(&test.span).chain(test.comments.iter().map(|comment| &comment.span)).chain(&test.reached)
}

/// The line around a position, without its end and without blanks around its text.
fn line_at(text: &str, at: usize) -> Range<usize> {
    let start = line_start(text, at);
    let rest = text.get(start..).unwrap_or_default();
    let line = rest.split('\n').next().unwrap_or_default();
    let blanks = line.len() - line.trim_start().len();
    start + blanks..start + blanks.max(line.trim_end().len())
}

/// Where a position lies after edits: one within what is replaced moves to the start or the end of the replacement.
fn moved(at: usize, edits: &[Edit], to_end: bool) -> usize {
    let mut shift = 0_isize;
    let size = |length: usize| isize::try_from(length).unwrap_or(isize::MAX);
    for Edit { span, text } in edits {
        let old = &span.bytes;
        if old.end < at || (old.end == at && !to_end) {
            shift += size(text.len()) - size(old.len());
        } else if old.start < at {
            let start = old.start.saturating_add_signed(shift);
            return if to_end { start + text.len() } else { start };
        }
    }
    at.saturating_add_signed(shift)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    const TEXT: &str = "/// One.\n#[test]\nfn one() {\n    a();\n}\n\nfn two() {}\n";

    fn sources() -> [Source; 1] {
        let word = String::new;
        [Source { path: word(), local: word(), package: word(), text: Arc::from(TEXT) }]
    }

    fn place(text: &str) -> Span {
        let start = TEXT.find(text).expect("it is there");
        Span::new(0, start..start + text.len())
    }

    fn touches(change: Change, text: &str) -> bool {
        let mut changes = Changes::to(LeadingLines { begins: &["//", "#["], except: &["//!"] });
        changes.set(0, vec![change]);
        changes.touches(&place(text), &sources())
    }

    #[test]
    fn lines_touch_their_item_and_the_item_below_their_comment() {
        let new = |text| Change::New(place(text).bytes);
        assert!(touches(new("    a();\n"), "fn one() {\n    a();\n}"));
        assert!(touches(new("/// One.\n"), "fn one() {\n    a();\n}"));
        assert!(!touches(new("/// One.\n"), "fn two() {}"));
        assert!(!touches(new("}\n\n"), "fn one() {\n    a();\n}"));
        assert!(!touches(new("fn two() {}\n"), "fn one() {\n    a();\n}"));
    }

    #[test]
    fn removed_lines_touch_the_item_around_or_below_them() {
        let gone = |before: &str, last: &str| Change::Gone {
            at: TEXT.find(before).expect("it is there"),
            last: last.to_owned(),
        };
        assert!(touches(gone("    a();", "    b();"), "fn one() {\n    a();\n}"));
        assert!(touches(gone("fn two", "// lightest: requires(tpm): it is read"), "fn two() {}"));
        assert!(!touches(gone("fn two", "}"), "fn two() {}"));
        assert!(!touches(gone("\nfn two", "}"), "fn one() {\n    a();\n}"));
    }

    #[test]
    fn changes_move_with_edits() {
        let mut changes = Changes::default();
        changes.set(0, vec![Change::New(10..20), Change::Gone { at: 30, last: String::new() }]);
        let edit = |bytes, text: &str| Edit { span: Span::new(0, bytes), text: text.to_owned() };
        let after = changes.after(&BTreeMap::from([(0, vec![edit(0..5, ""), edit(12..25, "four")])]));
        let mut expected = Changes::default();
        expected.set(0, vec![Change::New(5..11), Change::Gone { at: 16, last: String::new() }]);
        assert_eq!(after, expected);
    }

    /// The text of the first line of changes within a place of some text.
    fn first<'t>(text: &'t str, changes: Vec<Change>, within: &str) -> Option<&'t str> {
        let word = String::new;
        let source = Source { path: word(), local: word(), package: word(), text: Arc::from(text) };
        let start = text.find(within).expect("it is there");
        let mut all = Changes::to(LeadingLines { begins: &["//", "#["], except: &["//!"] });
        all.set(0, changes);
        let place = Span::new(0, start..start + within.len());
        assert_eq!(
            all.first_within(&Span::new(1, place.bytes.clone()), &[source.clone(), source.clone()]),
            None
        );
        let found = all.first_within(&place, &[source])?;
        assert_eq!(found.file, 0);
        Some(&text[found.bytes])
    }

    #[test]
    fn the_first_line_of_a_change_is_shown_without_its_blanks() {
        let new = |text| vec![Change::New(place(text).bytes)];
        let one = "fn one() {\n    a();\n}";
        assert_eq!(first(TEXT, new("    a();\n"), one), Some("a();"));
        assert_eq!(first(TEXT, new("fn one() {\n    a();\n"), one), Some("fn one() {"));
        assert_eq!(first(TEXT, new("/// One.\n#[test]\n"), one), Some("/// One."));
        assert_eq!(first(TEXT, new("}\n\nfn two() {}\n"), "fn two() {}"), Some("fn two() {}"));
        assert_eq!(first(TEXT, new(TEXT), "a();"), Some("a();"));
        let both = vec![Change::New(place("fn two() {}").bytes), Change::New(place("    a();").bytes)];
        assert_eq!(first(TEXT, both, one), Some("a();"), "what lies elsewhere is passed over");
        let gone = |at: usize, last: &str| vec![Change::Gone { at, last: last.to_owned() }];
        let inside = place("    a();").bytes.start;
        assert_eq!(first(TEXT, gone(inside, "b();"), one), Some("a();"));
        assert_eq!(first(TEXT, gone(inside + 4, "b();"), one), Some("a();"));
    }

    #[test]
    fn removed_lines_at_the_edges_of_a_place_do_not_touch_it_unless_they_lead_to_it() {
        let gone = |at: usize, last: &str| vec![Change::Gone { at, last: last.to_owned() }];
        let two = place("fn two() {}").bytes;
        assert_eq!(first(TEXT, gone(two.start, "x"), "fn two() {}"), None);
        assert_eq!(first(TEXT, gone(two.start + 1, "x"), "fn two() {}"), Some("fn two() {}"));
        assert_eq!(first(TEXT, gone(two.end - 1, "x"), "fn two() {}"), Some("fn two() {}"));
        assert_eq!(first(TEXT, gone(two.end, "x"), "fn two() {}"), None);
        assert_eq!(first(TEXT, gone(two.end, "// x"), "fn two() {}"), None);
        assert_eq!(first(TEXT, gone(two.start, "  // x"), "fn two() {}"), Some("fn two() {}"));
        assert_eq!(first(TEXT, gone(two.start, "//! x"), "fn two() {}"), None, "it is the file's");
        // A blank line is between, and then a brace.
        assert_eq!(first(TEXT, gone(two.start - 1, "// x"), "fn two() {}"), Some(""));
        assert_eq!(first(TEXT, gone(two.start - 3, "// x"), "fn two() {}"), None);
    }

    #[test]
    fn lines_removed_above_a_comment_do_not_touch_the_item_below() {
        let text = "fn a() {}\n// C\nfn b() {}\n";
        let at = text.find("// C").expect("a comment");
        let gone = |at: usize, last: &str| vec![Change::Gone { at, last: last.to_owned() }];
        assert_eq!(first(text, gone(at, "x"), "fn b() {}"), None);
        assert_eq!(first(text, gone(at, "// x"), "fn b() {}"), Some("// C"));
        assert_eq!(first(text, gone(at + 1, "x"), "fn b() {}"), Some("// C"));
    }

    #[test]
    fn a_comment_belongs_to_the_item_on_the_next_line() {
        let touches = |text: &str, within: &str| {
            let comment = text.find("// C").expect("a comment");
            first(text, vec![Change::New(comment..comment + 4)], within).is_some()
        };
        assert!(touches("// C\nx()", "x()"));
        assert!(touches("a\n// C\n#[test]\n// more\nx()", "x()"));
        assert!(touches("// C\n    async fn x()", "fn x()"));
        assert!(!touches("// C\n\nx()", "x()"), "a blank line parts them");
        assert!(!touches("// C\n//! of the file\nx()", "x()"));
        for before in ["{", "}", ";", "=", ",", "\""] {
            assert!(!touches(&format!("// C\n a {before} x()"), "x()"), "{before}");
        }
    }

    #[test]
    fn positions_move_to_the_edges_of_a_replacement() {
        let after = |lines: Range<usize>, edits: &[(Range<usize>, &str)]| {
            let edit = |(bytes, text): &(Range<usize>, &str)| Edit {
                span: Span::new(0, bytes.clone()),
                text: (*text).to_owned(),
            };
            let mut changes = Changes::default();
            changes.set(0, vec![Change::New(lines)]);
            let edits = edits.iter().map(edit).collect();
            changes.after(&BTreeMap::from([(0, edits)])).files[&0][0].clone()
        };
        let gone = |at| Change::Gone { at, last: String::new() };
        assert_eq!(after(10..20, &[]), Change::New(10..20));
        assert_eq!(after(10..20, &[(10..10, "two")]), Change::New(13..23), "what is put before it");
        assert_eq!(after(10..20, &[(20..20, "two")]), Change::New(10..20), "and behind it");
        assert_eq!(after(10..20, &[(8..12, "longer")]), Change::New(8..22));
        assert_eq!(after(10..20, &[(18..25, "ab")]), Change::New(10..20));
        assert_eq!(after(10..20, &[(0..2, ""), (8..12, "ab"), (30..40, "")]), Change::New(6..16));
        assert_eq!(after(10..20, &[(12..14, "longer"), (15..16, "")]), Change::New(10..23));
        assert_eq!(after(10..20, &[(10..20, "")]), gone(10));
        assert_eq!(after(10..20, &[(0..5, ""), (5..30, "x")]), Change::New(0..1));
        let mut changes = Changes::default();
        changes.set(1, vec![gone(10)]);
        let edit = Edit { span: Span::new(0, 0..5), text: String::new() };
        assert_eq!(changes.after(&BTreeMap::from([(0, vec![edit])])), changes, "another file's edits");
    }
}
