//! A hostile guest at the other end of the agent's connection: it can make its own test fail, and nothing more.

use std::fs;
use std::io::{Read, Write};
use std::os::unix::net::UnixStream;
use std::thread;
use std::time::{Duration, Instant};

use lightest_lab::agent::{Agent, AgentError};
use lightest_lab::line::Line;
use lightest_lab::message::{Hello, ProgramEnd, Reply, Run, VERSION};

/// Long enough for a busy machine; what is tested is that it ends, not how fast.
const LIMIT: Duration = Duration::from_millis(700);
const LONG: Duration = Duration::from_secs(60);
/// More than all buffers together, far less than what the guest sends.
const MEMORY: usize = 48 << 20;

/// The memory that this process has in use.
fn resident() -> usize {
    let text = fs::read_to_string("/proc/self/statm").expect("a Linux");
    let pages: usize = text.split(' ').nth(1).and_then(|pages| pages.parse().ok()).expect("a number");
    pages * 4096
}

/// An agent whose guest is played by the function.
fn against(guest: impl FnOnce(UnixStream) + Send + 'static) -> Agent {
    let (ours, theirs) = UnixStream::pair().expect("a socket pair");
    // A guest whose host went away is not ours to wait for.
    theirs.set_write_timeout(Some(LONG)).expect("a limit");
    theirs.set_read_timeout(Some(LONG)).expect("a limit");
    thread::spawn(move || guest(theirs));
    Agent::start(Line::socket(ours).expect("a twin"), |_, _| ())
}

/// Sends a piece until nobody takes it, or so many bytes.
fn flood(guest: &mut UnixStream, piece: &[u8], most: usize) {
    let many = piece.repeat((1_usize << 20).div_ceil(piece.len()));
    let mut sent = 0;
    while sent < most && guest.write_all(&many).is_ok() {
        sent += many.len();
    }
}

fn run() -> Run {
    Run { argv: vec![b"true".to_vec()], ..Run::default() }
}

/// The job of the first request: the host counts from one.
const JOB: u32 = 1;

#[test]
fn giant_lengths_are_not_believed() {
    let before = resident();
    let agent = against(|mut guest| {
        let mut frame = Reply::Pong.to_frame(JOB).to_bytes();
        // Wherever the length is: everything after the first bytes claims to be the largest number.
        let end = frame.len();
        frame[2..end].fill(0xff);
        let _ = guest.write_all(&frame);
        flood(&mut guest, &[0xff; 4096], 256 << 20);
    });
    assert_eq!(agent.ping(LIMIT), Err(AgentError::TimedOut));
    assert!(resident().saturating_sub(before) < MEMORY);
}

#[test]
fn a_guest_that_never_answers_takes_no_longer_than_allowed() {
    let agent = against(|mut guest| {
        let mut all = Vec::new();
        let _ = guest.read_to_end(&mut all);
    });
    assert_eq!(agent.ping(LIMIT), Err(AgentError::TimedOut));
    assert_eq!(agent.run(&run(), b"", 100, LIMIT), Err(AgentError::TimedOut));
    assert_eq!(agent.read_file("/x", 100, LIMIT), Err(AgentError::TimedOut));
}

#[test]
fn a_guest_that_reads_nothing_takes_no_longer_than_allowed() {
    let agent = against(|guest| {
        thread::sleep(LONG);
        drop(guest);
    });
    let content = vec![0; 64 << 20];
    assert_eq!(agent.write_file("/x", 0o600, &content, LIMIT), Err(AgentError::TimedOut));
    // Half a message cannot be taken back: then the connection is over.
    let ping = agent.ping(LIMIT);
    assert!(matches!(ping, Err(AgentError::Gone | AgentError::TimedOut)), "{ping:?}");
}

#[test]
fn endless_output_is_cut_in_length_and_in_time() {
    let before = resident();
    let agent = against(|mut guest| {
        flood(&mut guest, &Reply::Stdout(vec![b'x'; 8192]).to_frame(JOB).to_bytes(), 64 << 30);
    });
    let began = Instant::now();
    assert_eq!(agent.run(&run(), b"", 1000, LIMIT), Err(AgentError::TimedOut));
    assert!(began.elapsed() < LONG, "it was held for as long as the guest liked");
    assert!(resident().saturating_sub(before) < MEMORY);
}

#[test]
fn endless_answers_to_questions_that_nobody_asked_are_dropped() {
    let before = resident();
    let agent = against(|mut guest| {
        flood(&mut guest, &Reply::Data(vec![b'x'; 8192]).to_frame(4_000_000).to_bytes(), 1 << 30);
        // It was taken in all the same: what is asked afterwards is answered.
        let _ = guest.write_all(&Reply::Pong.to_frame(JOB).to_bytes());
        thread::sleep(LONG);
    });
    agent.ping(LONG).expect("an answer");
    assert!(resident().saturating_sub(before) < MEMORY);
}

#[test]
fn a_guest_that_hangs_up_in_the_middle_of_a_frame_is_gone() {
    let agent = against(|mut guest| {
        let frame = Reply::Stdout(vec![b'x'; 100]).to_frame(JOB).to_bytes();
        let _ = guest.write_all(&frame[..frame.len() / 2]);
    });
    let gone = agent.run(&run(), b"", 100, LONG);
    assert_eq!(gone, Err(AgentError::Gone));
}

#[test]
fn a_guest_that_starts_again_and_again_ends_the_jobs_of_before_and_keeps_nothing() {
    let before = resident();
    let agent = against(|mut guest| {
        for start in 0..200_000_u64 {
            let hello = Hello {
                version: VERSION,
                boot_id: [7; 16],
                uptime_ns: start,
                started_ns: start,
                pid: 1,
                kernel: vec![b'x'; 200],
            };
            if guest.write_all(&Reply::Hello(hello).to_frame(0).to_bytes()).is_err() {
                return;
            }
        }
        thread::sleep(LONG);
    });
    assert_eq!(agent.run(&run(), b"", 100, LONG), Err(AgentError::Gone));
    assert!(resident().saturating_sub(before) < MEMORY);
}

#[test]
fn answers_of_the_wrong_kind_are_refused_and_not_guessed_at() {
    let agent = against(|mut guest| {
        for job in 1..=3 {
            let _ = guest.write_all(&Reply::Ended(ProgramEnd::Exited(0)).to_frame(job).to_bytes());
        }
        thread::sleep(LONG);
    });
    // Whether the answer comes before the question is up to the scheduler: then it is nobody's.
    let ping = agent.ping(LIMIT);
    assert!(matches!(ping, Err(AgentError::Confused | AgentError::TimedOut)), "{ping:?}");
}
