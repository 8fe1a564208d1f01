//! Data from guests and VMMs to the lab.

use std::io::{Read as _, Write as _};
use std::os::unix::net::UnixStream;
use std::sync::mpsc;

use lightest_agent::message::{Reply, Request};
use lightest_agent::wire::Decoder;
use lightest_lab::console::{Console, Signs};
use lightest_lab::line::Line;
use lightest_lab::qmp::Qmp;

use super::Target;

const JSON: [&str; 16] = [
    "{\"event\": \"",
    "{\"return\": {}, \"id\": 1}\r\n",
    "{\"QMP\": {\"version\": {\"qemu\": {\"major\": 9}}}}\n",
    "\"id\": ",
    "\"timestamp\": {\"seconds\": ",
    "{",
    "}",
    "[",
    "]",
    "\"",
    "\\u",
    "\n",
    "9e999",
    "null",
    "\u{0}",
    "é",
];

const CONSOLE: [&str; 12] = [
    "\u{1b}[",
    "\u{1b}]0;",
    "\u{7}",
    "\r",
    "\n",
    "login: ",
    "Linux version ",
    "\u{8}",
    "\u{1b}[2J",
    "\u{0}",
    "é",
    "systemd[1]: ",
];

pub(super) fn all() -> Vec<Target> {
    let greeting = "{\"QMP\": {\"version\": {\"qemu\": {\"major\": 7, \"minor\": 2, \"micro\": 1}, \"package\": \"\"}, \
                    \"capabilities\": [\"oob\"]}}\r\n{\"return\": {}, \"id\": \"greet\"}\r\n{\"timestamp\": {\"seconds\": 1, \
                    \"microseconds\": 2}, \"event\": \"SHUTDOWN\", \"data\": {\"guest\": true, \"reason\": \"guest-shutdown\"}}\r\n";
    vec![
        Target::bytes("agent", frames(), &[], agent),
        Target::bytes("qmp", vec![greeting.into()], &JSON, qmp),
        Target::bytes(
            "console",
            vec![b"[    0.000000] Linux version 6.1.0\r\n\x1b[0;32mStarted\x1b[0m x.\r\nWelcome\r\n\r\nhost login: ".to_vec()],
            &CONSOLE,
            |bytes| {
                let mut console = Console::new(Signs::embedded());
                for part in bytes.chunks(7) {
                    console.push(part);
                }
                let _ = console.pending_contains("login");
                for line in console.tail(100) {
                    assert!(!line.chars().any(char::is_control), "a control character reaches a message");
                }
            },
        ),
    ]
}

/// Whole messages of both directions, one after another.
fn frames() -> Vec<Vec<u8>> {
    use lightest_agent::wire::Frame;
    let mut all = Vec::new();
    for kind in 0..=32 {
        for payload in [vec![], vec![0; 4], b"\x03\x00\x00\x00abc\x01\x00\x00\x00d".to_vec(), vec![1; 40]] {
            all.extend(Frame { kind, job: u32::from(kind), payload }.to_bytes());
        }
    }
    let half = all.len() / 2;
    vec![all.clone(), all[..half].to_vec(), all[half..].to_vec()]
}

fn agent(bytes: &[u8]) {
    let mut decoder = Decoder::default();
    for part in bytes.chunks(100) {
        decoder.push(part);
        while let Some(frame) = decoder.next() {
            let _ = Request::from_frame(&frame);
            let _ = Reply::from_frame(&frame);
        }
    }
}

/// Plays QEMU to the end of its connection.
fn qmp(bytes: &[u8]) {
    let Ok((mut there, here)) = UnixStream::pair() else { return };
    let (send, events) = mpsc::channel();
    let Ok(qmp) =
        Line::socket(here).and_then(|line| Qmp::start(line, move |_, event| drop(send.send(event))))
    else {
        return;
    };
    let _ = there.write_all(bytes);
    let _ = there.shutdown(std::net::Shutdown::Write);
    // The reader gives up its end of the channel when it is done.
    while events.recv().is_ok() {}
    let _ = there.set_nonblocking(true);
    let _ = there.read(&mut [0; 512]);
    drop(qmp);
}
