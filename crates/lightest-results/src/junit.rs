//! Reads JUnit XML as a stream, in bounded memory.
//!
//! The shapes are those of cargo-nextest (`flakyFailure`, `rerunFailure`, setup scripts as suites of their own) and of
//! Ginkgo v2 (a `status` for each case, `[It]` before names, dry runs); those of other runners fit where they use the
//! same elements. Entities are never expanded beyond the five of XML, and a document type is refused.
//!
//! `quick-xml` finds tags. Text between tags is skipped piece by piece, since a test's output has no limit.

use std::io::{BufRead as _, Read};
use std::time::Duration;

use memchr::memmem::Finder;
use quick_xml::XmlVersion;
use quick_xml::events::{BytesStart, Event};
use quick_xml::reader::Reader;

use crate::case::{Case, Outcome, Suite};
pub use crate::report::{Report, Unreadable};
use crate::window::{TooLong, Window};

/// The longest tag, in bytes. A failure's message is an attribute in Ginkgo's reports.
const MAX_TAG: usize = 16 << 20;
/// Elements within elements.
const MAX_DEPTH: usize = 64;
/// Properties of a suite that are kept, and bytes of each.
const MAX_PROPERTIES: usize = 256;
const MAX_PROPERTY: usize = 4 << 10;
/// Bytes of a name; no runner writes longer ones.
const MAX_NAME: usize = 64 << 10;
/// Characters of a failure's message that are kept.
const MAX_MESSAGE: usize = 300;
/// The longest time of a test that is believed, in seconds: ten years.
const MAX_SECONDS: f64 = 10.0 * 365.0 * 86_400.0;

/// Properties that runners and CI systems use for the commit under test.
const COMMIT_PROPERTIES: [&str; 6] =
    ["commit", "git.commit", "git.commit.sha", "GIT_COMMIT", "GITHUB_SHA", "vcs.revision"];

/// Elements that this module understands within a case; any other makes the case unclear.
const NEUTRAL: [&str; 6] =
    ["system-out", "system-err", "properties", "property", "stackTrace", "attachments"];

/// Reads a report, and hands on each case as soon as it is complete, with the suite around it.
///
/// `watch` are texts to look for in the output of tests; [`Case::found`] has those that occur. Markup characters in
/// them do not match.
///
/// # Errors
///
/// The first place where the input cannot be read, is not well-formed XML, or is not JUnit. Cases before it have been
/// handed on.
pub fn read(input: impl Read, watch: &[&str], each: impl FnMut(&Suite, Case)) -> Result<Report, Unreadable> {
    let mut reader = Reader::from_reader(Window::new(input));
    reader.config_mut().check_comments = false;
    let watch = watch.iter().map(|text| Finder::new(text.as_bytes())).collect();
    Parser {
        reader,
        watch,
        each,
        open: Vec::new(),
        suites: Vec::new(),
        case: None,
        report: Report::default(),
        rooted: false,
        line: 1,
        byte: 0,
        tail: Vec::new(),
    }
    .run()
}

/// An element that is open.
struct Open {
    name: String,
    line: u64,
    byte: u64,
}

struct Parser<'w, R: Read, F> {
    reader: Reader<Window<R>>,
    watch: Vec<Finder<'w>>,
    each: F,
    open: Vec<Open>,
    suites: Vec<Suite>,
    case: Option<Case>,
    report: Report,
    /// Whether the root element was seen.
    rooted: bool,
    /// Where the event at hand begins.
    line: u64,
    byte: u64,
    /// The end of the text before, where a text that is looked for may begin.
    tail: Vec<u8>,
}

impl<R: Read, F: FnMut(&Suite, Case)> Parser<'_, R, F> {
    fn run(mut self) -> Result<Report, Unreadable> {
        let mut buffer = Vec::new();
        self.byte_order_mark()?;
        loop {
            self.text()?;
            self.mark();
            self.reader.get_mut().budget = MAX_TAG;
            buffer.clear();
            let event = self.reader.read_event_into(&mut buffer);
            match event {
                Ok(Event::Start(tag)) => {
                    self.start(&tag)?;
                    let name = tag.name().as_ref().to_owned();
                    self.open.push(Open { name, line: self.line, byte: self.byte });
                    if self.open.len() > MAX_DEPTH {
                        return Err(self.wrong(format!("more than {MAX_DEPTH} elements within each other")));
                    }
                }
                Ok(Event::Empty(tag)) => {
                    self.start(&tag)?;
                    let name = tag.name().as_ref().to_owned();
                    self.end(&name);
                }
                Ok(Event::End(tag)) => {
                    let name = tag.name().as_ref().to_owned();
                    self.open.pop();
                    self.end(&name);
                }
                Ok(Event::DocType(_)) => {
                    return Err(self.wrong(
                        "a document type is declared: JUnit needs none, and entities are not expanded"
                            .to_owned(),
                    ));
                }
                Ok(Event::Eof) => return self.finish(),
                Ok(_) => {}
                Err(error) => {
                    let message = reason(&error);
                    return Err(self.wrong(message));
                }
            }
        }
    }

    /// Remembers where the next event begins.
    fn mark(&mut self) {
        let window = self.reader.get_mut();
        self.line = window.lines + 1;
        self.byte = window.offset;
    }

    fn wrong(&self, message: String) -> Unreadable {
        Unreadable { message, line: self.line, byte: self.byte }
    }

    /// The bytes in view.
    fn ahead(&mut self) -> Result<&[u8], Unreadable> {
        let (line, byte) = {
            let window = self.reader.get_mut();
            window.budget = usize::MAX;
            (window.lines + 1, window.offset)
        };
        self.reader.get_mut().fill_buf().map_err(|error| Unreadable {
            message: format!("cannot be read: {error}"),
            line,
            byte,
        })
    }

    /// Skips a mark of UTF-8; other encodings are refused by name.
    fn byte_order_mark(&mut self) -> Result<(), Unreadable> {
        let ahead = self.ahead()?;
        if ahead.starts_with(&[0xff, 0xfe]) || ahead.starts_with(&[0xfe, 0xff]) || ahead.starts_with(b"<\0") {
            return Err(self.wrong("UTF-16, where UTF-8 is expected".to_owned()));
        }
        if ahead.starts_with(&[0x1f, 0x8b]) {
            return Err(self.wrong("compressed with gzip: unpack it first".to_owned()));
        }
        if ahead.starts_with(&[0xef, 0xbb, 0xbf]) {
            self.reader.stream().consume(3);
        }
        Ok(())
    }

    /// Passes over text, and over CDATA, up to the next tag.
    fn text(&mut self) -> Result<(), Unreadable> {
        self.tail.clear();
        let mut within_cdata = false;
        loop {
            let wanted = !self.watch.is_empty() && self.is_output();
            let outside = self.open.is_empty();
            let ahead = self.ahead()?;
            if ahead.is_empty() {
                if within_cdata {
                    self.mark();
                    return Err(self.wrong("the file ends within CDATA".to_owned()));
                }
                return Ok(());
            }
            let stop: &[u8] = if within_cdata { b"]]>" } else { b"<" };
            let at = memchr::memmem::find(ahead, stop);
            // A stop may begin in the last bytes of the view.
            let upto = at.unwrap_or_else(|| {
                if within_cdata { ahead.len().saturating_sub(2).max(1) } else { ahead.len() }
            });
            let stray = outside && ahead[..upto].iter().any(|byte| !byte.is_ascii_whitespace());
            if wanted {
                let piece = ahead[..upto].to_vec();
                self.look(&piece);
            }
            if stray {
                self.mark();
                let message = if self.rooted {
                    "text after the end of the report"
                } else {
                    "not XML: text before any tag"
                };
                return Err(self.wrong(message.to_owned()));
            }
            self.reader.stream().consume(upto);
            if at.is_none() {
                continue;
            }
            if within_cdata {
                self.reader.stream().consume(3);
                within_cdata = false;
            } else if !outside && self.ahead()?.starts_with(b"<![CDATA[") {
                self.reader.stream().consume(9);
                within_cdata = true;
            } else {
                return Ok(());
            }
        }
    }

    /// Whether text at this place is what a test wrote.
    fn is_output(&self) -> bool {
        let output = |open: &Open| matches!(open.name.as_str(), "system-out" | "system-err");
        // What an attempt before the last one wrote stands deeper.
        matches!(self.open.as_slice(), [.., around, last] if output(last) && around.name == "testcase")
    }

    /// Looks for texts in a piece of output, and where it joins the piece before.
    fn look(&mut self, piece: &[u8]) {
        let longest = self.watch.iter().map(|finder| finder.needle().len()).max().unwrap_or(1);
        let mut joined = std::mem::take(&mut self.tail);
        joined.extend_from_slice(piece);
        if let Some(case) = &mut self.case {
            for (finder, found) in self.watch.iter().zip(&mut case.found) {
                *found |= finder.find(&joined).is_some();
            }
        }
        let keep = joined.len().saturating_sub(longest.saturating_sub(1));
        joined.drain(..keep);
        self.tail = joined;
    }

    fn attribute(
        &self,
        tag: &BytesStart<'_>,
        name: &str,
        limit: usize,
    ) -> Result<Option<String>, Unreadable> {
        for attribute in tag.attributes() {
            let attribute = attribute.map_err(|error| self.wrong(format!("not XML: {error}")))?;
            if attribute.key.as_ref() != name {
                continue;
            }
            let value = attribute
                .normalized_value(XmlVersion::Implicit1_0)
                .map_err(|error| self.wrong(format!("attribute `{name}`: {}", reason(&error))))?;
            let end = value.floor_char_boundary(limit);
            return Ok(Some(value[..end].to_owned()));
        }
        Ok(None)
    }

    fn seconds(&self, tag: &BytesStart<'_>) -> Result<Option<Duration>, Unreadable> {
        Ok(self.attribute(tag, "time", 64)?.and_then(|text| seconds(&text)))
    }

    fn start(&mut self, tag: &BytesStart<'_>) -> Result<(), Unreadable> {
        let name = tag.name();
        let name = name.as_ref();
        if self.open.is_empty() {
            if self.rooted {
                return Err(self.wrong("a second root element".to_owned()));
            }
            if !matches!(name, "testsuites" | "testsuite") {
                let shown: String = name.chars().take(40).collect();
                return Err(self.wrong(format!("not JUnit: the root element is `{shown}`, not `testsuites`")));
            }
            self.rooted = true;
            self.report.name = self.attribute(tag, "name", MAX_NAME)?;
            self.report.uuid = self.attribute(tag, "uuid", 256)?;
            self.report.timestamp = self.attribute(tag, "timestamp", 256)?;
            self.report.time = self.seconds(tag)?;
        }
        if let Some(mut case) = self.case.take() {
            let result = self.within_case(tag, name, &mut case);
            self.case = Some(case);
            return result;
        }
        match name {
            "testsuite" => {
                let timestamp = self.attribute(tag, "timestamp", 256)?;
                if self.report.timestamp.is_none() {
                    self.report.timestamp.clone_from(&timestamp);
                }
                let name = self.attribute(tag, "name", MAX_NAME)?.unwrap_or_default();
                self.suites.push(Suite { name, timestamp, properties: Vec::new() });
            }
            "testcase" => self.case = Some(self.case(tag)?),
            "property" => self.property(tag)?,
            _ => {}
        }
        Ok(())
    }

    fn property(&mut self, tag: &BytesStart<'_>) -> Result<(), Unreadable> {
        let name = self.attribute(tag, "name", MAX_PROPERTY)?.unwrap_or_default();
        let value = self.attribute(tag, "value", MAX_PROPERTY)?.unwrap_or_default();
        if COMMIT_PROPERTIES.contains(&name.as_str())
            && !value.is_empty()
            && !self.report.commits.contains(&value)
            && self.report.commits.len() < MAX_PROPERTIES
        {
            self.report.commits.push(value.clone());
        }
        if let Some(suite) = self.suites.last_mut()
            && suite.properties.len() < MAX_PROPERTIES
        {
            suite.properties.push((name, value));
        }
        Ok(())
    }

    fn case(&self, tag: &BytesStart<'_>) -> Result<Case, Unreadable> {
        let suite = self.suites.last();
        let name = self
            .attribute(tag, "name", MAX_NAME)?
            .ok_or_else(|| self.wrong("a `testcase` without a name".to_owned()))?;
        let class = self.attribute(tag, "classname", MAX_NAME)?;
        let time = self.seconds(tag)?;
        let outcome = match self.attribute(tag, "status", 64)?.as_deref() {
            None | Some("passed" | "pass" | "run" | "ok" | "success" | "completed") => Outcome::Passed,
            Some("failed" | "fail" | "error" | "panicked" | "aborted" | "interrupted" | "timedout") => {
                Outcome::Failed
            }
            Some("skipped" | "pending" | "notrun" | "disabled" | "ignored") => Outcome::Skipped,
            Some(word) => Outcome::Unclear(format!("the status `{word}`")),
        };
        let dry = suite.is_some_and(|suite| suite.property("DryRun") == Some("true"));
        Ok(Case {
            name,
            class: class.or_else(|| suite.map(|suite| suite.name.clone())).unwrap_or_default(),
            outcome: if dry { Outcome::Skipped } else { outcome },
            retries: 0,
            time,
            total: time.unwrap_or_default(),
            message: String::new(),
            has_output: false,
            found: vec![false; self.watch.len()],
            line: self.line,
        })
    }

    fn within_case(&self, tag: &BytesStart<'_>, name: &str, case: &mut Case) -> Result<(), Unreadable> {
        // What stands within a failure or an attempt belongs to that.
        let direct = self.open.last().is_some_and(|open| open.name == "testcase");
        match name {
            "failure" | "error" if direct => {
                // A failure outweighs everything, a status of `passed` included.
                case.outcome = Outcome::Failed;
                if case.message.is_empty() {
                    let message = self.attribute(tag, "message", MAX_MESSAGE * 4)?.unwrap_or_default();
                    case.message = message.chars().take(MAX_MESSAGE).collect();
                }
            }
            "skipped" if direct && case.outcome != Outcome::Failed => case.outcome = Outcome::Skipped,
            "flakyFailure" | "flakyError" | "rerunFailure" | "rerunError" if direct => {
                case.retries = case.retries.saturating_add(1);
                if let Some(time) = self.seconds(tag)? {
                    case.total = case.total.saturating_add(time);
                }
                // Without a failure of its own, a case with these counts as failed.
                if name.starts_with("rerun") {
                    case.outcome = Outcome::Failed;
                }
            }
            "system-out" | "system-err" if direct => case.has_output = true,
            name if direct && case.outcome == Outcome::Passed && !NEUTRAL.contains(&name) => {
                let shown: String = name.chars().take(40).collect();
                case.outcome = Outcome::Unclear(format!("the element `{shown}`"));
            }
            _ => {}
        }
        Ok(())
    }

    fn end(&mut self, name: &str) {
        match name {
            "testcase" => {
                // A case within a case is no JUnit; the outer one ends last.
                if self.open.iter().any(|open| open.name == "testcase") {
                    return;
                }
                if let Some(case) = self.case.take() {
                    let around = Suite::default();
                    let suite = self.suites.last().unwrap_or(&around);
                    self.report.cases += 1;
                    if is_setup(suite, &case) {
                        self.report.setup += 1;
                    } else {
                        (self.each)(suite, case);
                    }
                }
            }
            "testsuite" if self.case.is_none() => {
                self.suites.pop();
            }
            _ => {}
        }
    }

    fn finish(mut self) -> Result<Report, Unreadable> {
        if let Some(open) = self.open.last() {
            let message = format!("the file ends within `{}`, which begins here: it was cut off", open.name);
            return Err(Unreadable { message, line: open.line, byte: open.byte });
        }
        if !self.rooted {
            self.mark();
            return Err(self.wrong("an empty file, where JUnit is expected".to_owned()));
        }
        Ok(self.report)
    }
}

/// Nodes of Ginkgo that stand around a suite, as their names begin in its reports.
const SUITE_NODES: [&str; 7] = [
    "[BeforeSuite]",
    "[AfterSuite]",
    "[SynchronizedBeforeSuite]",
    "[SynchronizedAfterSuite]",
    "[ReportBeforeSuite]",
    "[ReportAfterSuite]",
    "[DeferCleanup (Suite)]",
];

/// Whether a case is no test.
fn is_setup(suite: &Suite, case: &Case) -> bool {
    suite.name.starts_with("@setup-script:") || SUITE_NODES.iter().any(|node| case.name.starts_with(node))
}

/// A number of seconds, with thousands separated or not.
fn seconds(text: &str) -> Option<Duration> {
    let seconds: f64 = text.trim().replace(',', "").parse().ok()?;
    (0.0..=MAX_SECONDS).contains(&seconds).then(|| Duration::from_secs_f64(seconds))
}

/// The mistake in the XML.
fn reason(error: &quick_xml::Error) -> String {
    match error {
        quick_xml::Error::Io(error) if error.get_ref().is_some_and(|inner| inner.is::<TooLong>()) => {
            format!("a tag or comment longer than {} MiB", MAX_TAG >> 20)
        }
        quick_xml::Error::Io(error) => format!("cannot be read: {error}"),
        quick_xml::Error::Encoding(_) => "not UTF-8".to_owned(),
        other => format!("not XML: {other}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_usable_times_are_taken() {
        assert_eq!(seconds("1,234.5"), Some(Duration::from_millis(1_234_500)));
        assert_eq!(seconds("6.826e-05"), Some(Duration::from_nanos(68_260)));
        for text in ["", "-1", "NaN", "inf", "1e300", "1:30", "abc"] {
            assert_eq!(seconds(text), None, "{text}");
        }
    }
}
