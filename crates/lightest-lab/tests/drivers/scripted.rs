//! Scripted dialogues: what each driver sends, understands, and makes of nonsense.

use std::fmt::Write as _;
use std::fs;
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::sync::{Arc, mpsc};
use std::thread;

use lightest_lab::driver::{ChannelEvent, Control, Driver};
use lightest_lab::drivers;
use lightest_lab::line::Line;
use lightest_lab::timeline::EventKind;

use crate::peer::{Call, Dialogue};

fn as_text(received: &ChannelEvent) -> String {
    match received {
        ChannelEvent::Event(EventKind::VmmReady { version }) => format!("ready: {version}"),
        ChannelEvent::Event(EventKind::Reset { by }) => format!("reset by {by:?}"),
        ChannelEvent::Event(EventKind::Shutdown { by }) => format!("shutdown by {by:?}"),
        ChannelEvent::Event(EventKind::Panicked { what }) => format!("panicked: {what}"),
        ChannelEvent::Event(kind) => kind.name().to_owned(),
        ChannelEvent::Console(bytes) => format!("console: {:?}", String::from_utf8_lossy(bytes)),
    }
}

fn ask(control: &dyn Control, call: &Call) -> String {
    let limit = call.limit;
    let answer = match call.what.as_str() {
        "state" => control.state(limit),
        "power-button" => control.power_button(limit).map(|()| "done".to_owned()),
        "resume" => control.resume(limit).map(|()| "done".to_owned()),
        other => panic!("no call: {other}"),
    };
    match answer {
        Ok(answer) => answer,
        Err(why) => format!("failed: {why}"),
    }
}

/// Plays a dialogue with the driver, and returns the result as text.
fn played(driver: &'static dyn Driver, file: &str) -> String {
    let mut dialogue = Dialogue::read(file);
    let (ours, theirs) = UnixStream::pair().expect("a socket pair");
    let line = Line::socket(ours).expect("a twin");
    let (send, received) = mpsc::channel();
    let calls: Vec<Call> = std::mem::take(&mut dialogue.calls);
    let (sends, sent) = mpsc::channel();
    let peer = thread::spawn(move || dialogue.play(theirs, sends));
    let control: Arc<dyn Control> =
        driver.attach(line, Box::new(move |_, what| drop(send.send(what)))).expect("a control channel");
    let mut text = String::new();
    for call in &calls {
        let _ = writeln!(text, "{}: {}", call.what, ask(control.as_ref(), call));
    }
    // Messages that the peer still has to send are received before we go; its last step may be to wait for that.
    let _ = sent.recv();
    drop(control);
    if let Err(why) = peer.join().expect("the peer ends") {
        let _ = writeln!(text, "the peer: {why}");
    }
    for what in received.iter() {
        let _ = writeln!(text, "heard {}", as_text(&what));
    }
    text
}

#[test]
fn each_dialogue_follows_its_script() {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/drivers/scripted");
    let mut files: Vec<_> =
        fs::read_dir(&dir).expect("a directory").map(|entry| entry.expect("a file").path()).collect();
    files.sort();
    assert!(files.len() >= 12, "{files:?}");
    for file in files {
        let name = file.file_stem().and_then(|name| name.to_str()).expect("a plain name").to_owned();
        let text = fs::read_to_string(&file).expect("a text");
        let origin = text.lines().next().is_some_and(|line| line.starts_with("# Origin: "));
        assert!(origin, "{name} does not say where it comes from");
        let (driver, _) = name.split_once("--").expect("a driver's name");
        let driver = drivers::named(driver).expect("a driver");
        insta::assert_snapshot!(name, played(driver, &text));
    }
}
