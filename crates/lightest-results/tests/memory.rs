//! Large reports are read in bounded memory. The peak is the process's own, so this file contains one test.

#![cfg(target_os = "linux")]

use std::io::{self, Read};

use lightest_results::junit::read;

const SIZE: usize = 100 << 20;
/// What the reader may add to the peak, in KiB. It adds some 400 on x86-64 Linux, for all shapes below.
const ALLOWED_KIB: u64 = 4 << 10;

/// A report that is made while it is read: a start, a piece again and again up to [`SIZE`], an end.
struct Made {
    start: &'static str,
    piece: &'static str,
    end: &'static str,
    held: Vec<u8>,
    made: usize,
    ended: bool,
}

impl Made {
    fn new(start: &'static str, piece: &'static str, end: &'static str) -> Self {
        Self { start, piece, end, held: Vec::new(), made: 0, ended: false }
    }
}

impl Read for Made {
    fn read(&mut self, room: &mut [u8]) -> io::Result<usize> {
        while self.held.len() < room.len() && !self.ended {
            let next = match self.made {
                0 => self.start,
                made if made < SIZE => self.piece,
                _ => {
                    self.ended = true;
                    self.end
                }
            };
            self.made += next.len();
            self.held.extend_from_slice(next.as_bytes());
        }
        let amount = self.held.len().min(room.len());
        room[..amount].copy_from_slice(&self.held[..amount]);
        self.held.drain(..amount);
        Ok(amount)
    }
}

fn peak_kib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").expect("the process's own status");
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).expect("a peak");
    line.trim().trim_end_matches("kB").trim().parse().expect("a number")
}

#[test]
fn a_hundred_megabytes_are_read_in_four() {
    let before = peak_kib();
    let shapes = [
        (
            "cases",
            "<testsuites><testsuite name='s'>",
            "<testcase name='a::b' time='1'><system-out>x</system-out></testcase>\n",
            "</testsuite></testsuites>",
        ),
        (
            "one text",
            "<testsuite name='s'><testcase name='a'><system-out>",
            "all work and no play\n",
            "</system-out></testcase></testsuite>",
        ),
        (
            "one line",
            "<testsuite name='s'><testcase name='a'><system-out>",
            "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
            "</system-out></testcase></testsuite>",
        ),
        (
            "references",
            "<testsuite name='s'><testcase name='a'><failure>",
            "&lt;&amp;&lt;&amp;&lt;&amp;&lt;&amp;&lt;&amp;&lt;&amp;&lt;&amp;&lt;&amp;",
            "</failure></testcase></testsuite>",
        ),
        (
            "one CDATA",
            "<testsuite name='s'><testcase name='a'><system-err><![CDATA[",
            "<testcase>]] >",
            "]]></system-err></testcase></testsuite>",
        ),
        (
            "properties",
            "<testsuite name='s'><properties>",
            "<property name='commit' value='a'/>",
            "</properties></testsuite>",
        ),
    ];
    for (shape, start, piece, end) in shapes {
        let mut cases = 0_u64;
        let report = read(Made::new(start, piece, end), &["no needle"], |_, _| cases += 1);
        let report = report.unwrap_or_else(|error| panic!("{shape}: {error}"));
        assert_eq!(report.cases, cases, "{shape}");
        let added = peak_kib() - before;
        assert!(added < ALLOWED_KIB, "{shape} took {added} KiB above {before} KiB");
    }
}
