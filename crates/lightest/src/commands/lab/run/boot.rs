//! `lightest boot`: starts real machines and prints what happens when.

use std::io::{IsTerminal as _, Write as _};
use std::num::NonZeroUsize;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use lightest_guests::host;
use lightest_lab::agent::{Agent, Output, Stream};
use lightest_lab::machine::Machine;
use lightest_lab::message::{ProgramEnd, Run};
use lightest_lab::outcome::{Failure as BootFailure, Report};
use lightest_lab::plan::Plan;
use lightest_lab::timeline::Event;
use lightest_lab::warm;

use super::super::options::Boot;
use super::{Lab, show, start_failure};
use crate::args::Format;
use crate::failure::Failure;
use crate::schema::{VERSION, lab as schema};
use crate::session::Session;
use crate::style::{aside, heading};
use crate::{exit, output};

/// How much of a program's output JSON carries.
const MOST_OUTPUT: usize = 16 * 1024 * 1024;

/// One boot and its outcome.
struct Booted {
    report: Report,
    accelerator_reason: String,
    output: Option<Output>,
}

/// Boots them all.
pub(crate) fn run(args: &Boot, session: &Session) -> Result<u8, Failure> {
    let lab = Lab::open(session)?;
    let mut planned = Vec::new();
    for config in &lab.configs(&args.configs, &args.machine)? {
        planned.push(lab.plan(config, &args.machine)?);
    }
    let labels = labels(&planned);
    let jobs = args.jobs.map_or_else(|| at_a_time(&planned), NonZeroUsize::get).clamp(1, planned.len());
    let next = AtomicUsize::new(0);
    let booted: Mutex<Vec<(usize, Result<Booted, Failure>)>> = Mutex::default();
    thread::scope(|scope| {
        for _ in 0..jobs {
            scope.spawn(|| {
                while let Some((number, plan)) = {
                    let number = next.fetch_add(1, Ordering::Relaxed);
                    planned.get(number).map(|plan| (number, plan))
                } {
                    let one = boot(&lab, plan, args, &labels[number]);
                    booted.lock().unwrap_or_else(std::sync::PoisonError::into_inner).push((number, one));
                }
            });
        }
    });
    let mut booted = booted.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
    booted.sort_by_key(|(number, _)| *number);
    // One that could not be started takes nothing from the others.
    let mut failed = None;
    let mut boots = Vec::new();
    for (_, one) in booted {
        match one {
            Ok(one) => boots.push(one),
            Err(failure) => failed = failed.or(Some(failure)),
        }
    }
    let booted = boots;
    if args.format == Format::Json {
        let boots = booted.iter().map(answer).collect();
        output::json(&schema::Boots { schema_version: VERSION, boots })?;
    }
    if let Some(failure) = failed {
        return Err(failure);
    }
    let bad = booted.iter().any(|one| {
        one.report.failure.is_some() || one.output.as_ref().is_some_and(|output| !output.success())
    });
    Ok(if bad { exit::FINDINGS } else { exit::DONE })
}

/// How many machines this host has processors and memory for.
fn at_a_time(planned: &[Plan]) -> usize {
    let most = |of: fn(&Plan) -> u32| planned.iter().map(of).max().unwrap_or(1).max(1);
    let cores = u32::try_from(thread::available_parallelism().map_or(1, usize::from)).unwrap_or(1);
    let by_cores = cores / most(|plan| plan.spec.cpus);
    let by_memory = host::free_memory_mib().map_or(u32::MAX, |free| free / most(|plan| plan.spec.memory_mib));
    usize::try_from(by_cores.min(by_memory)).unwrap_or(1)
}

/// What distinguishes the machines: nothing when there is one, a number where a configuration comes again.
fn labels(planned: &[Plan]) -> Vec<String> {
    let config = |number: usize| &planned[number].spec.config;
    let label = |number: usize| {
        let before = (0..number).filter(|other| config(*other) == config(number)).count();
        let again = (0..planned.len()).filter(|other| config(*other) == config(number)).count() > 1;
        match (planned.len(), again) {
            (1, _) => String::new(),
            (_, false) => format!("{}  ", config(number)),
            (_, true) => format!("{} #{}  ", config(number), before + 1),
        }
    };
    (0..planned.len()).map(label).collect()
}

fn boot(lab: &Lab, plan: &Plan, args: &Boot, label: &str) -> Result<Booted, Failure> {
    let text = args.format == Format::Text;
    let config = if label.is_empty() { plan.spec.config.as_str() } else { label.trim_end() };
    if text {
        let accelerator = plan.spec.accelerator.name();
        let reason = aside(format!("({accelerator}: {})", plan.accelerator_reason));
        output::message(&format!("{} {reason}", heading(config)));
    }
    let mut watch = |event: &Event| {
        if text {
            output::message(&format!("{label}{}", show::event(event)));
        }
    };
    let mut warm = None;
    if args.warm {
        let progress = &mut |what: &str| output::message(&format!("{config}: {what}"));
        let warmed = warm::warmed(plan, &lab.host, &lab.store, progress, &mut |_| ())
            .map_err(|error| Failure::host_cannot(format!("{config}: {error}")))?;
        warm = Some(warmed);
    }
    let mut machine = Machine::start(warm.as_ref().unwrap_or(plan), &lab.host, &mut watch)
        .map_err(|error| start_failure(&error))?;
    let mut result = machine.boot(&mut watch);
    let mut ran = None;
    if result.is_ok() && !args.program.is_empty() {
        match run_program(&machine, args, text) {
            Ok(output) => ran = Some(output),
            Err(what) => result = Err(BootFailure::Agent { what }),
        }
    }
    if result.is_ok() {
        let limit = Duration::from_secs(args.shutdown_timeout.into());
        result = if args.power_button {
            machine.shut_down_by_button(limit, &mut watch)
        } else {
            machine.end(limit, &mut watch)
        };
    }
    if args.console {
        // There is nowhere left to report a failure to.
        let _ = to_stderr(&machine.console().kept());
    }
    let report = machine.finish(result);
    if text {
        if report.failure.is_some() {
            output::message(&show::failure(&report));
        } else if let Some(reached) = report.reached {
            let reached = reached.as_secs_f64();
            output::data(&format!("{config}: booted in {reached:.3} s\n"))?;
        }
        if let Some(output) = &ran
            && !output.success()
        {
            output::message(&format!("{config}: the program {}", ended(output.ended)));
        }
    }
    Ok(Booted { report, accelerator_reason: plan.accelerator_reason.clone(), output: ran })
}

/// Bytes of a guest's: as they are for a program, and harmless on a terminal.
fn to_stderr(bytes: &[u8]) -> std::io::Result<()> {
    let err = std::io::stderr();
    if !err.is_terminal() {
        return err.lock().write_all(bytes);
    }
    output::message(&output::block(&String::from_utf8_lossy(bytes)));
    Ok(())
}

fn run_program(machine: &Machine, args: &Boot, text: bool) -> Result<Output, String> {
    let agent = machine.agent().ok_or("this guest has no agent, so it cannot run a program")?;
    let argv = args.program.iter().map(|word| word.clone().into_bytes()).collect();
    let run = Run { argv, ..Run::default() };
    let limit = Duration::from_secs(args.machine.timeout.into());
    if text {
        stream_program(agent, &run, limit)
    } else {
        agent.run(&run, b"", MOST_OUTPUT, limit).map_err(|error| error.to_string())
    }
}

fn stream_program(agent: &Agent, run: &Run, limit: Duration) -> Result<Output, String> {
    let mut copy = |stream: Stream, piece: &[u8]| {
        // A reader that went away is no failure of the guest's.
        let _ = match stream {
            Stream::Stdout => output::diff(piece).map_err(|_| ()),
            Stream::Stderr => to_stderr(piece).map_err(|_| ()),
        };
    };
    let ended = agent.run_streaming(run, b"", limit, &mut copy).map_err(|error| error.to_string())?;
    Ok(Output { ended, stdout: Vec::new(), stderr: Vec::new(), cut: false })
}

fn ended(ended: ProgramEnd) -> String {
    match ended {
        ProgramEnd::Exited(status) => format!("returned {status}"),
        ProgramEnd::Signalled(signal) => format!("was killed by signal {signal}"),
    }
}

fn answer(booted: &Booted) -> schema::Booted<'_> {
    schema::Booted {
        report: &booted.report,
        accelerator_reason: &booted.accelerator_reason,
        program: booted.output.as_ref().map(|output| {
            let (status, signal) = match output.ended {
                ProgramEnd::Exited(status) => (Some(status), None),
                ProgramEnd::Signalled(signal) => (None, Some(signal)),
            };
            schema::Program {
                status,
                signal,
                stdout: String::from_utf8_lossy(&output.stdout),
                stderr: String::from_utf8_lossy(&output.stderr),
                cut: output.cut,
            }
        }),
    }
}
