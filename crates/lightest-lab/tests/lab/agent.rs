//! The agent inside a real guest.

use std::time::{Duration, Instant};

use lightest_lab::agent::{Agent, AgentError, Output};
use lightest_lab::message::{ProgramEnd, Run};
use lightest_lab::spec::{Arch, Goal};

use crate::{LIMIT, linux_direct, start};

const MOST: usize = 1 << 20;

fn shell(agent: &Agent, script: &str, input: &[u8]) -> Output {
    let argv = ["sh", "-c", script].map(|word| word.as_bytes().to_vec()).to_vec();
    agent.run(&Run { argv, ..Run::default() }, input, MOST, LIMIT).expect("the shell runs")
}

#[test]
fn the_agent_runs_programs_moves_files_and_survives_a_reset() {
    let mut spec = linux_direct(Arch::X64);
    spec.max_resets = 1;
    let mut machine = start(&spec);
    machine.boot(&mut |_| ()).expect("it boots");
    let agent = machine.agent().expect("an agent");

    let output = shell(agent, "echo out; echo err >&2; exit 3", b"");
    assert_eq!(output.ended, ProgramEnd::Exited(3));
    assert_eq!((output.stdout.as_slice(), output.stderr.as_slice()), (&b"out\n"[..], &b"err\n"[..]));

    // More than fits into a frame, a pipe or a queue, in both directions at once.
    let input: Vec<u8> = (0..300_000_u32).map(|number| number.to_le_bytes()[0]).collect();
    let output = shell(agent, "cat", &input);
    assert!(output.stdout == input, "{} bytes came back", output.stdout.len());

    assert_eq!(shell(agent, "kill -9 $$", b"").ended, ProgramEnd::Signalled(9));
    let cut = ["dd", "if=/dev/zero", "bs=1M", "count=3"].map(|word| word.as_bytes().to_vec()).to_vec();
    let cut = agent.run(&Run { argv: cut, ..Run::default() }, b"", MOST, LIMIT).expect("it runs");
    assert_eq!((cut.stdout.len(), cut.cut), (MOST, true));

    let run = Run { argv: vec![b"no-such-program".to_vec()], ..Run::default() };
    assert!(matches!(agent.run(&run, b"", MOST, LIMIT), Err(AgentError::Failed(_))));
    let run = Run { argv: vec![vec![b'x'; 70_000]], ..Run::default() };
    assert_eq!(agent.run(&run, b"", MOST, LIMIT), Err(AgentError::TooLong));
    let run = Run { argv: [b"sleep".to_vec(), b"1000".to_vec()].to_vec(), ..Run::default() };
    assert_eq!(agent.run(&run, b"", MOST, Duration::from_millis(300)), Err(AgentError::TimedOut));
    let left = shell(agent, "sleep 1; pidof sleep | wc -w", b"").stdout;
    assert_eq!(left, b"0\n", "the program that took too long is gone");

    agent.write_file("/tmp/a file", 0o640, &input, LIMIT).expect("it is written");
    assert!(agent.read_file("/tmp/a file", MOST, LIMIT).expect("it is read") == input);
    assert_eq!(agent.read_file("/tmp/a file", 1000, LIMIT), Err(AgentError::TooMuch));
    assert_eq!(shell(agent, "stat -c %a '/tmp/a file'", b"").stdout, b"640\n");
    assert!(matches!(agent.read_file("/nowhere", MOST, LIMIT), Err(AgentError::Failed(_))));
    agent.sync(LIMIT).expect("it answers");
    agent.ping(LIMIT).expect("it answers");

    // An orphan is reaped by PID 1 and does not keep its parent's streams waiting for ever.
    assert_eq!(shell(agent, "(sleep 0.2 &) ; echo done", b"").stdout, b"done\n");

    agent.reboot(LIMIT).expect("it answers before it goes");
    let again = Goal::AgentReady { resets: 1 };
    machine.wait(&again, Instant::now() + LIMIT, &mut |_| ()).expect("it comes back");
    let agent = machine.agent().expect("an agent");
    assert!(matches!(agent.read_file("/tmp/a file", MOST, LIMIT), Err(AgentError::Failed(_))));
    let result = machine.end(LIMIT, &mut |_| ());
    let report = machine.finish(result);
    assert_eq!(report.failure, None);
    assert_eq!((report.timeline.count("reset"), report.timeline.count("agent-ready")), (1, 2));
}
