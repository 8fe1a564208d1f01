//! A running machine: started, watched until its goal, asked to do things, ended.

mod signals;

use std::path::Path;
use std::sync::Arc;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::time::{Duration, Instant};

use lightest_agent::message::{Hello, VERSION};

use crate::agent::Agent;
use crate::channels::{Channels, MAX_SIGNALS, Signal, SignalKind};
use crate::console::{Console, Signs, short};
use crate::driver::{CannotStart, Control, Driver};
use crate::outcome::{Diagnosis, Failure, Report};
use crate::plan::Plan;
use crate::process::{CommandLine, Group, HELPER_LIMIT, OutputHandler, Reaper, Streams};
use crate::spec::{BootSpec, Goal};
use crate::timeline::{Event, EventKind, Source, Timeline};
use lightest_guests::host::Host;

/// How long the VMM may take to answer on its control channel.
const CONTROL_LIMIT: Duration = Duration::from_secs(5);
/// How long the channels of a process that ended may still have something.
const DRAIN_LIMIT: Duration = Duration::from_millis(200);
/// A guest that asks for a reset in several ways at once is reset once, though QEMU may report it again: such an echo comes
/// before any new output of the guest, and within this time.
const SAME_RESET: Duration = Duration::from_secs(2);
/// Output that arrives this soon after a reset was written before it.
const OUTPUT_DELAY: Duration = Duration::from_millis(50);
/// How many lines of the console a diagnosis shows.
const TAIL_LINES: usize = 25;

/// Receives each event when it is seen.
pub type Watch<'a> = dyn FnMut(&Event) + 'a;

/// Progress towards a goal.
#[derive(Default)]
struct Progress {
    agent_starts: u32,
    agent_version: u32,
    resets: u32,
    shutdown: bool,
    ended: Option<String>,
    panicked: Option<String>,
    nothing_to_boot: Option<String>,
    console_hit: bool,
    firmware_seen: bool,
    last_reset: Option<Instant>,
    /// Whether the guest wrote anything since the last reset.
    alive: bool,
}

/// A machine; dropping it ends it and leaves nothing behind.
pub struct Machine {
    spec: BootSpec,
    driver: &'static dyn Driver,
    line: CommandLine,
    timeline: Timeline,
    consoles: Vec<Console>,
    progress: Progress,
    reached: Option<Duration>,
    consoles_met: usize,
    /// Whether it waits for its consoles before it goes on.
    paused: bool,
    refused_to_go_on: Option<String>,
    control: Option<Arc<dyn Control>>,
    agent: Option<Agent>,
    hello: Option<Hello>,
    inbox: Receiver<Signal>,
    // Dropped in this order: sockets are woken while their files exist, the reaper comes last and removes the directory.
    _channels: Channels,
    group: Group,
    _helpers: Vec<Group>,
    _reaper: Reaper,
}

impl Machine {
    /// Starts it.
    ///
    /// # Errors
    /// When this host or the driver cannot.
    pub fn start(plan: &Plan, host: &Host, watch: &mut Watch<'_>) -> Result<Self, CannotStart> {
        let Plan { driver, program, spec, .. } = plan;
        let driver = *driver;
        let reaper = Reaper::start().map_err(CannotStart::io("cannot make a temporary directory"))?;
        let dir = reaper.dir();
        let prepared = driver.prepare(spec, program, host, dir)?;
        let (send, inbox) = mpsc::sync_channel(MAX_SIGNALS);
        let mut channels = Channels::open(driver, &prepared, &send)?;
        let mut helpers = Vec::new();
        for (line, socket) in &prepared.helpers {
            let failed = format!("cannot start {}", line.program);
            let helper = Group::spawn(line, Streams::None, dir, HELPER_LIMIT, OutputHandler::ignore())
                .map_err(CannotStart::io(failed.clone()))?;
            wait_for_socket(socket).map_err(CannotStart::io(failed))?;
            helpers.push(helper);
        }
        // The first console is there in any case: it may come over the control channel.
        let consoles = (0..prepared.consoles.len().max(1)).map(|_| Console::new(Signs::embedded())).collect();
        let started = Instant::now();
        let logged = send.clone();
        let handler = OutputHandler {
            on_line: Box::new(move |when, line| {
                if let Some(kind) = driver.logged(line) {
                    let _ = logged.send(Signal { when, kind: SignalKind::Vmm(kind) });
                }
            }),
            on_end: Box::new(move || {
                let _ = send.send(Signal { when: Instant::now(), kind: SignalKind::Ended });
            }),
        };
        let mut group = Group::spawn(&prepared.line, prepared.streams, dir, spec.write_limit, handler)
            .map_err(CannotStart::io(format!("cannot start {}", prepared.line.program)))?;
        channels.started(group.take_streams());
        let mut machine = Self {
            spec: spec.clone(),
            driver,
            line: prepared.line,
            timeline: Timeline::starting(started),
            consoles,
            progress: Progress::default(),
            reached: None,
            consoles_met: 0,
            paused: prepared.paused,
            refused_to_go_on: None,
            control: None,
            agent: None,
            hello: None,
            inbox,
            _channels: channels,
            group,
            _helpers: helpers,
            _reaper: reaper,
        };
        machine.enter(started, Source::Host, EventKind::Spawned, watch);
        Ok(machine)
    }

    /// The timeline so far.
    #[must_use]
    pub fn timeline(&self) -> &Timeline {
        &self.timeline
    }

    /// The guest's console.
    #[must_use]
    pub fn console(&self) -> &Console {
        &self.consoles[0]
    }

    /// The agent, once it answered.
    #[must_use]
    pub fn agent(&self) -> Option<&Agent> {
        self.hello.as_ref().and(self.agent.as_ref())
    }

    /// The agent's last greeting.
    #[must_use]
    pub fn hello(&self) -> Option<&Hello> {
        self.hello.as_ref()
    }

    fn the_control(&self) -> Result<&Arc<dyn Control>, String> {
        self.control.as_ref().ok_or_else(|| "the VMM has no control channel yet".to_owned())
    }

    /// Watches until the specification's goal or limit.
    ///
    /// # Errors
    /// With the reason why the goal was not reached.
    pub fn boot(&mut self, watch: &mut Watch<'_>) -> Result<(), Failure> {
        let deadline = self.timeline.started() + self.spec.limit;
        self.wait(&self.spec.goal.clone(), deadline, watch)?;
        // The event that reached the goal was the last one to be entered by time of its sight.
        self.reached = self.timeline.events().last().map(|event| event.at);
        Ok(())
    }

    /// When the goal was reached.
    #[must_use]
    pub fn reached_at(&self) -> Option<Duration> {
        self.reached
    }

    /// Presses the power button and waits for the guest to react to it.
    ///
    /// # Errors
    /// When it does not.
    pub fn shut_down_by_button(&mut self, limit: Duration, watch: &mut Watch<'_>) -> Result<(), Failure> {
        self.press_power_button(watch)?;
        self.wait(&Goal::Shutdown, Instant::now() + limit, watch)
    }

    /// Ends it as its guest expects: waits for a guest that ends itself, asks one that has an agent, ends the VMM otherwise.
    ///
    /// # Errors
    /// When the guest does not do it in time.
    pub fn end(&mut self, limit: Duration, watch: &mut Watch<'_>) -> Result<(), Failure> {
        if self.spec.ends_itself {
            self.wait(&Goal::Shutdown, Instant::now() + limit, watch)
        } else if self.agent().is_some() {
            self.shut_down(limit, watch)
        } else {
            Ok(())
        }
    }

    /// Watches until a goal or an instant.
    ///
    /// # Errors
    /// With the reason why the goal was not reached.
    pub fn wait(&mut self, goal: &Goal, deadline: Instant, watch: &mut Watch<'_>) -> Result<(), Failure> {
        let began = Instant::now();
        let mut late = 0;
        loop {
            if self.reached(goal) {
                return Ok(());
            }
            if let Some(failure) = self.failed(goal) {
                // The end of the process may be seen before its last words on another channel.
                let more =
                    self.progress.ended.as_ref().and_then(|_| self.inbox.recv_timeout(DRAIN_LIMIT).ok());
                let Some(signal) = more else { return Err(failure) };
                self.take(signal, goal, watch);
                continue;
            }
            let left = deadline.saturating_duration_since(Instant::now());
            match self.inbox.recv_timeout(left) {
                Ok(signal) => {
                    self.take(signal, goal, watch);
                    late += usize::from(left.is_zero());
                    // A guest that keeps writing is late all the same.
                    if late > MAX_SIGNALS {
                        return Err(Failure::TimedOut {
                            waited_for: goal.describe(),
                            limit: began.elapsed(),
                        });
                    }
                }
                Err(RecvTimeoutError::Timeout) => {
                    return Err(Failure::TimedOut { waited_for: goal.describe(), limit: began.elapsed() });
                }
                Err(RecvTimeoutError::Disconnected) => {
                    self.ended(Instant::now(), watch);
                }
            }
        }
    }

    fn reached(&self, goal: &Goal) -> bool {
        let progress = &self.progress;
        match goal {
            Goal::AgentReady { resets } => {
                progress.resets >= *resets && self.hello.is_some() && self.agent.is_some()
            }
            Goal::ConsoleLine(_) => progress.console_hit,
            Goal::NothingToBoot => progress.nothing_to_boot.is_some(),
            // The process's end too: then nothing is left to happen.
            Goal::Shutdown => progress.shutdown && progress.ended.is_some(),
        }
    }

    fn failed(&self, goal: &Goal) -> Option<Failure> {
        let progress = &self.progress;
        let waited_for = || goal.describe();
        if let Some(what) = &progress.panicked {
            return Some(Failure::Panicked { what: what.clone() });
        }
        if progress.agent_starts > 0 && progress.agent_version != VERSION {
            return Some(Failure::AgentVersion { guest: progress.agent_version, host: VERSION });
        }
        if progress.resets > self.spec.max_resets {
            return Some(Failure::ResetLoop { resets: progress.resets });
        }
        if let Some(line) = &progress.nothing_to_boot {
            return Some(Failure::NothingToBoot { line: line.clone() });
        }
        if let Some(status) = &progress.ended {
            return Some(if progress.shutdown {
                Failure::ShutDown { waited_for: waited_for() }
            } else {
                Failure::Exited { status: status.clone(), waited_for: waited_for() }
            });
        }
        None
    }

    /// Asks the guest to turn itself off, by its agent when it has one, else by the power button, and waits for it.
    ///
    /// # Errors
    /// When it does not.
    pub fn shut_down(&mut self, limit: Duration, watch: &mut Watch<'_>) -> Result<(), Failure> {
        let deadline = Instant::now() + limit;
        let when = Instant::now();
        let how = match self.agent() {
            Some(agent) => {
                agent.power_off(limit).map_err(|error| Failure::Agent { what: error.to_string() })?;
                "agent".to_owned()
            }
            None => return self.shut_down_by_button(limit, watch),
        };
        self.enter(when, Source::Host, EventKind::ShutdownAsked { how }, watch);
        self.wait(&Goal::Shutdown, deadline, watch)
    }

    /// Presses the power button, without waiting.
    ///
    /// # Errors
    /// When the VMM does not do it.
    pub fn press_power_button(&mut self, watch: &mut Watch<'_>) -> Result<(), Failure> {
        // The effect in the guest may be seen before the VMM's answer.
        let when = Instant::now();
        let pressed = self.the_control().and_then(|control| control.power_button(CONTROL_LIMIT));
        pressed.map_err(|what| Failure::Control { what: short(&what) })?;
        let how = "power button".to_owned();
        self.enter(when, Source::Host, EventKind::ShutdownAsked { how }, watch);
        Ok(())
    }

    /// Saves the stopped machine into a file.
    ///
    /// # Errors
    /// When the VMM cannot.
    pub fn save(&self, file: &Path, limit: Duration) -> Result<(), String> {
        self.the_control()?.save(file, limit)
    }

    /// The diagnosis of a failure.
    #[must_use]
    pub fn diagnose(&mut self) -> Diagnosis {
        // What is in the queue already may be the last words.
        for signal in self.inbox.try_iter().take(MAX_SIGNALS).collect::<Vec<_>>() {
            self.take(signal, &Goal::Shutdown, &mut |_| ());
        }
        let vmm_state = match (&self.control, &self.progress.ended) {
            (Some(_), None) if self.refused_to_go_on.is_some() => self.refused_to_go_on.clone(),
            (_, Some(status)) => Some(format!("ended: {status}")),
            (Some(control), None) => Some(short(&control.state(CONTROL_LIMIT).unwrap_or_else(|error| error))),
            (None, None) => Some("no control channel".to_owned()),
        };
        let mut console_tail = Vec::new();
        for console in self.consoles.iter().rev() {
            console_tail.extend(console.tail(TAIL_LINES));
        }
        Diagnosis {
            console_tail,
            vmm_state,
            vmm_stderr: self.group.stderr_tail(TAIL_LINES),
            command: self.line.to_vec(),
        }
    }

    /// Ends it, if it still runs, and returns how it went.
    #[must_use]
    pub fn finish(mut self, result: Result<(), Failure>) -> Report {
        let failure = result.err();
        let diagnosis = failure.is_some().then(|| self.diagnose());
        self.group.kill();
        self.ended(Instant::now(), &mut |_| ());
        Report {
            config: self.spec.config.clone(),
            vmm: self.driver.name().to_owned(),
            proven: self.driver.proof().proven(),
            driver_proof: self.driver.proof(),
            accelerator: self.spec.accelerator.name().to_owned(),
            reached: if failure.is_some() { None } else { self.reached },
            timeline: self.timeline.clone(),
            failure,
            diagnosis,
        }
    }
}

fn wait_for_socket(socket: &Path) -> std::io::Result<()> {
    let started = Instant::now();
    // A helper's control socket may take one connection only, so it is looked for and not tried.
    while !socket.exists() {
        if started.elapsed() > CONTROL_LIMIT {
            return Err(std::io::ErrorKind::TimedOut.into());
        }
        std::thread::sleep(Duration::from_millis(1));
    }
    Ok(())
}
