//! Input that is broken, cut off, or made to do harm.

use std::io::{self, Read};

use lightest_results::junit::{Unreadable, read};
use proptest::prelude::*;

fn refused(text: impl AsRef<[u8]>) -> Unreadable {
    read(text.as_ref(), &["needle"], |_, _| {}).expect_err("a refusal")
}

fn place(text: impl AsRef<[u8]>) -> (u64, u64, String) {
    let refused = refused(text);
    (refused.line, refused.byte, refused.message)
}

#[test]
fn each_refusal_names_its_place() {
    let is = |line: u64, byte: u64, message: &str| (line, byte, message.to_owned());
    assert_eq!(place(""), is(1, 0, "an empty file, where JUnit is expected"));
    assert_eq!(place(" \n\n"), is(3, 3, "an empty file, where JUnit is expected"));
    assert_eq!(place("hello"), is(1, 0, "not XML: text before any tag"));
    assert_eq!(
        place("<?xml version=\"1.0\"?>\n<html></html>"),
        is(2, 22, "not JUnit: the root element is `html`, not `testsuites`")
    );
    assert_eq!(
        place("<testsuites>\n<testsuite name='s'>\n<testcase name='a'>"),
        is(3, 34, "the file ends within `testcase`, which begins here: it was cut off")
    );
    assert_eq!(
        place("<testsuites>\n  <testsuite name='s"),
        is(2, 15, "not XML: syntax error: attribute value not closed: `'` not found before end of input")
    );
    assert_eq!(
        place("<testsuites>\n</testsuite>"),
        is(2, 13, "not XML: ill-formed document: expected `</testsuites>`, but `</testsuite>` was found")
    );
    assert_eq!(place("<testsuite>\n<testcase/></testsuite>"), is(2, 12, "a `testcase` without a name"));
    assert_eq!(place("<testsuite></testsuite>\n<testsuite/>"), is(2, 24, "a second root element"));
    assert_eq!(place("<testsuite></testsuite>\nmore"), is(1, 23, "text after the end of the report"));
    assert_eq!(
        place("<testsuite>\n<testcase name='a'><system-out><![CDATA[x"),
        is(2, 53, "the file ends within CDATA")
    );
    assert_eq!(place(b"\xff\xfe<\0t\0"), is(1, 0, "UTF-16, where UTF-8 is expected"));
    assert_eq!(place(b"\x1f\x8b\x08"), is(1, 0, "compressed with gzip: unpack it first"));
    assert_eq!(place(b"<testsuite>\n<testcase name='\xff'/></testsuite>"), is(2, 12, "not UTF-8"));
}

#[test]
fn entities_are_refused_and_never_expanded() {
    let bomb = "<?xml version=\"1.0\"?>\n<!DOCTYPE t [<!ENTITY a \"ha\"><!ENTITY b \"&a;&a;\">]>\n\
        <testsuite name=\"&b;\"/>";
    let message = "a document type is declared: JUnit needs none, and entities are not expanded";
    assert_eq!(place(bomb), (2, 22, message.to_owned()));
    let file = "<!DOCTYPE t [<!ENTITY x SYSTEM \"file:///etc/passwd\">]><testsuite name='&x;'/>";
    assert_eq!(place(file), (1, 0, message.to_owned()));
    let unknown = refused("<testsuite name='s'>\n<testcase name='&x;'/></testsuite>");
    assert_eq!((unknown.line, unknown.message.contains('x')), (2, true), "{unknown}");
}

#[test]
fn nesting_has_an_end() {
    let deep = format!("<testsuite>{}", "<a>".repeat(1_000_000));
    assert_eq!(refused(deep).message, "more than 64 elements within each other");
}

/// One tag without end.
struct Endless(bool);

impl Read for Endless {
    fn read(&mut self, room: &mut [u8]) -> io::Result<usize> {
        let start = if self.0 { "" } else { "<testsuite name='" };
        self.0 = true;
        room.fill(b'a');
        room[..start.len()].copy_from_slice(start.as_bytes());
        Ok(room.len())
    }
}

#[test]
fn a_tag_without_end_is_refused() {
    let refused = read(Endless(false), &[], |_, _| {}).expect_err("a refusal");
    assert_eq!(refused.message, "a tag or comment longer than 16 MiB");
}

#[test]
fn a_report_cut_off_anywhere_is_refused() {
    for text in [include_str!("reports/nextest.xml"), include_str!("reports/ginkgo.xml")] {
        let text = text.trim_end();
        for end in 0..text.len() {
            assert!(read(&text.as_bytes()[..end], &["needle"], |_, _| {}).is_err(), "{end}");
        }
        assert!(read(text.as_bytes(), &["needle"], |_, _| {}).is_ok());
    }
}

proptest! {
    #[test]
    fn any_bytes_are_read_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        let _ = read(bytes.as_slice(), &["a"], |_, _| {});
    }

    #[test]
    fn any_report_with_bytes_changed_is_read_or_refused(
        changes in proptest::collection::vec((0_usize..3000, any::<u8>()), 1..20),
    ) {
        let mut bytes = include_bytes!("reports/nextest.xml").to_vec();
        for (at, byte) in changes {
            let at = at % bytes.len();
            bytes[at] = byte;
        }
        let _ = read(bytes.as_slice(), &["ignoring"], |_, _| {});
    }
}
