//! A running machine: started, watched until its goal, asked to do things, ended.

use std::io::Write;
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::sync::Arc;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::time::{Duration, Instant};

use lightest_agent::message::{Hello, VERSION};
use tempfile::TempDir;

use crate::agent::Agent;
use crate::channels::{Channels, MAX_SIGNALS, Seen, Signal};
use crate::console::{Console, Sign, Signs};
use crate::driver::{CannotStart, Control, Driver};
use crate::host::Host;
use crate::outcome::{Diagnosis, Failure, Report};
use crate::process::{CommandLine, Group};
use crate::spec::{BootSpec, Goal, Payload};
use crate::timeline::{Event, EventKind, Initiator, Source, Timeline};

/// How long the VMM may take to answer on its control channel.
const CONTROL_LIMIT: Duration = Duration::from_secs(5);
/// How long the channels of a process that ended may still have something.
const LAST_WORDS: Duration = Duration::from_millis(200);
/// A guest that asks for a reset in several ways at once is reset once, though QEMU may tell of it again: such an echo comes
/// before the guest says anything new, and within this time.
const SAME_RESET: Duration = Duration::from_secs(2);
/// What comes this soon after a reset was said before it.
const SAID_BEFORE: Duration = Duration::from_millis(50);
/// How many lines of the console a diagnosis shows.
const TAIL_LINES: usize = 25;

/// Hears of each event when it is seen.
pub type Watch<'a> = dyn FnMut(&Event) + 'a;

/// What happened so far, in the terms of goals.
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
    /// Whether the guest said anything since the last reset.
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
    console_input: Option<UnixStream>,
    control: Option<Arc<dyn Control>>,
    agent: Option<Agent>,
    hello: Option<Hello>,
    inbox: Receiver<Signal>,
    // Dropped in this order: sockets are woken while their files exist, the group's end removes the room.
    _channels: Channels,
    group: Group,
    _helpers: Vec<Group>,
    _room: TempDir,
}

impl Machine {
    /// Starts it.
    ///
    /// # Errors
    /// When this host or the driver cannot.
    pub fn start(
        driver: &'static dyn Driver,
        spec: &BootSpec,
        host: &Host,
        watch: &mut Watch<'_>,
    ) -> Result<Self, CannotStart> {
        let room = tempfile::Builder::new()
            .prefix("lightest-")
            .tempdir()
            .map_err(CannotStart::io("cannot make a temporary directory"))?;
        let prepared = driver.prepare(spec, host, room.path())?;
        let (send, inbox) = mpsc::sync_channel(MAX_SIGNALS);
        let channels = Channels::open(driver, &prepared, &send)?;
        let mut helpers = Vec::new();
        for (line, socket) in &prepared.helpers {
            let failed = format!("cannot start {}", line.program);
            let helper = Group::spawn(line, room.path(), || ()).map_err(CannotStart::io(failed.clone()))?;
            wait_for_socket(socket).map_err(CannotStart::io(failed))?;
            helpers.push(helper);
        }
        let consoles = prepared.consoles.iter();
        let consoles = consoles.map(|_| Console::new(Signs::embedded())).collect();
        let started = Instant::now();
        let group = Group::spawn(&prepared.line, room.path(), move || {
            let when = Instant::now();
            let _ = send.send(Signal { when, seen: Seen::Ended });
        })
        .map_err(CannotStart::io(format!("cannot start {}", prepared.line.program)))?;
        let mut machine = Self {
            spec: spec.clone(),
            driver,
            line: prepared.line,
            timeline: Timeline::starting(started),
            consoles,
            progress: Progress::default(),
            reached: None,
            console_input: None,
            control: None,
            agent: None,
            hello: None,
            inbox,
            _channels: channels,
            group,
            _helpers: helpers,
            _room: room,
        };
        machine.enter(started, Source::Host, EventKind::Spawned, watch);
        Ok(machine)
    }

    /// What happened so far.
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

    /// What the agent said of itself last.
    #[must_use]
    pub fn hello(&self) -> Option<&Hello> {
        self.hello.as_ref()
    }

    /// The control channel, once it is there.
    #[must_use]
    pub fn control(&self) -> Option<&dyn Control> {
        self.control.as_deref()
    }

    /// The VMM's process identifier.
    #[must_use]
    pub fn process_id(&self) -> i32 {
        self.group.id()
    }

    /// The command line that started it.
    #[must_use]
    pub fn command(&self) -> &CommandLine {
        &self.line
    }

    /// Types on the guest's console.
    ///
    /// # Errors
    /// When the console is closed.
    pub fn type_on_console(&mut self, text: &[u8]) -> std::io::Result<()> {
        match &mut self.console_input {
            Some(input) => input.write_all(text),
            None => Err(std::io::ErrorKind::NotConnected.into()),
        }
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

    /// Presses the power button and waits for the guest to heed it.
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
        loop {
            if self.reached(goal) {
                return Ok(());
            }
            if let Some(failure) = self.failed(goal) {
                // The end of the process may be seen before its last words on another channel.
                let more =
                    self.progress.ended.as_ref().and_then(|_| self.inbox.recv_timeout(LAST_WORDS).ok());
                let Some(signal) = more else { return Err(failure) };
                self.take(signal, goal, watch);
                continue;
            }
            let left = deadline.saturating_duration_since(Instant::now());
            match self.inbox.recv_timeout(left) {
                Ok(signal) => self.take(signal, goal, watch),
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

    fn take(&mut self, signal: Signal, goal: &Goal, watch: &mut Watch<'_>) {
        let when = signal.when;
        match signal.seen {
            Seen::Vmm(kind) => self.vmm_event(when, kind, watch),
            Seen::Control(control) => self.control = Some(control),
            Seen::ConsoleInput(input) => self.console_input = Some(input),
            Seen::Agent(agent) => {
                self.agent = Some(agent);
                self.greet_restored();
            }
            Seen::Hello(hello) => self.agent_event(when, hello, watch),
            Seen::Console { number, bytes } => {
                self.console_event(when, number, &bytes, goal, watch);
            }
            Seen::Ended => self.ended(when, watch),
        }
    }

    /// A restored agent does not know that there is a new host to introduce itself to.
    fn greet_restored(&self) {
        if self.spec.restore.is_some()
            && let Some(agent) = &self.agent
        {
            let _ = agent.ask_hello(u64::from(std::process::id()));
        }
    }

    fn enter(&mut self, when: Instant, source: Source, kind: EventKind, watch: &mut Watch<'_>) {
        if let Some(event) = self.timeline.enter(when, source, kind) {
            watch(&event);
        }
    }

    fn same_reset(&self, when: Instant) -> bool {
        let since = self.progress.last_reset.map(|last| when.saturating_duration_since(last));
        since.is_some_and(|since| since < SAID_BEFORE || (since < SAME_RESET && !self.progress.alive))
    }

    /// The guest said something.
    fn lives(&mut self, when: Instant) {
        let since = self.progress.last_reset.map(|last| when.saturating_duration_since(last));
        self.progress.alive |= since.is_none_or(|since| since > SAID_BEFORE);
    }

    fn vmm_event(&mut self, when: Instant, kind: EventKind, watch: &mut Watch<'_>) {
        match &kind {
            EventKind::Reset { .. } if self.same_reset(when) => return,
            EventKind::Reset { by } => {
                // Linux Direct resets once more on the host's side when it starts: only the guest's own count.
                if *by == Initiator::Guest {
                    self.progress.resets += 1;
                }
                self.progress.last_reset = Some(when);
                self.progress.alive = false;
                self.hello = None;
                self.progress.firmware_seen = false;
                if let Some(agent) = &self.agent {
                    agent.machine_was_reset();
                }
            }
            EventKind::Shutdown { .. } => self.progress.shutdown = true,
            EventKind::Restored if self.spec.restore.is_none() => return,
            EventKind::Restored => self.greet_restored(),
            EventKind::Panicked { what } => self.progress.panicked = Some(what.clone()),
            _ => {}
        }
        self.enter(when, Source::Vmm, kind, watch);
    }

    fn agent_event(&mut self, when: Instant, hello: Hello, watch: &mut Watch<'_>) {
        self.lives(when);
        let again = self
            .hello
            .as_ref()
            .is_some_and(|known| known.boot_id == hello.boot_id && known.started_ns == hello.started_ns);
        if again {
            self.hello = Some(hello);
            return;
        }
        self.progress.agent_starts += 1;
        self.progress.agent_version = hello.version;
        let since_kernel = Duration::from_nanos(hello.uptime_ns);
        let since_agent = Duration::from_nanos(hello.uptime_ns.saturating_sub(hello.started_ns));
        // What the console told already is not told again.
        if self.timeline.count("kernel") < self.progress.agent_starts as usize
            && let Some(kernel) = when.checked_sub(since_kernel)
            && kernel >= self.timeline.started()
        {
            self.enter(kernel, Source::GuestClock, EventKind::Kernel, watch);
        }
        if hello.pid == 1
            && self.timeline.count("init") < self.progress.agent_starts as usize
            && let Some(init) = when.checked_sub(since_agent)
            && init >= self.timeline.started()
        {
            self.enter(init, Source::GuestClock, EventKind::Init, watch);
        }
        let ready = EventKind::AgentReady {
            kernel: String::from_utf8_lossy(&hello.kernel).into_owned(),
            pid1: hello.pid == 1,
            start: self.progress.agent_starts,
        };
        self.hello = Some(hello);
        self.enter(when, Source::Agent, ready, watch);
    }

    fn console_event(
        &mut self,
        when: Instant,
        number: usize,
        bytes: &[u8],
        goal: &Goal,
        watch: &mut Watch<'_>,
    ) {
        self.lives(when);
        let lines = self.consoles[number].push(bytes);
        if matches!(self.spec.payload, Payload::Uefi(_) | Payload::Pcat(_)) && !self.progress.firmware_seen {
            self.progress.firmware_seen = true;
            self.enter(when, Source::Console, EventKind::Firmware, watch);
        }
        for line in lines {
            let kind = match line.sign {
                Some(Sign::NothingToBoot) => {
                    self.progress.nothing_to_boot.get_or_insert(line.text.clone());
                    Some(EventKind::NothingToBoot)
                }
                Some(Sign::Kernel) => Some(EventKind::Kernel),
                Some(Sign::Init) => Some(EventKind::Init),
                Some(Sign::Panicked) => {
                    self.progress.panicked.get_or_insert(line.text.clone());
                    Some(EventKind::Panicked { what: line.text.clone() })
                }
                Some(Sign::Firmware) | None => None,
            };
            if let Some(kind) = kind {
                self.enter(when, Source::Console, kind, watch);
            }
            if number == 0 && matches!(goal, Goal::ConsoleLine(text) if line.text.contains(text)) {
                self.console_hit(when, line.text, watch);
            }
        }
        if let Goal::ConsoleLine(text) = goal
            && number == 0
            && self.consoles[0].pending_contains(text)
        {
            // A prompt has no line end.
            self.console_hit(when, text.clone(), watch);
        }
    }

    fn console_hit(&mut self, when: Instant, line: String, watch: &mut Watch<'_>) {
        if !std::mem::replace(&mut self.progress.console_hit, true) {
            self.enter(when, Source::Console, EventKind::Marker { line }, watch);
        }
    }

    fn ended(&mut self, when: Instant, watch: &mut Watch<'_>) {
        if self.progress.ended.is_some() {
            return;
        }
        let status = self.group.status();
        let status = status.map_or_else(|| "status unknown".to_owned(), |status| status.to_string());
        self.progress.ended = Some(status.clone());
        self.enter(when, Source::Host, EventKind::Exited { status }, watch);
    }

    /// Asks the guest to turn itself off, by its agent when it has one, else by the power button, and waits for it.
    ///
    /// # Errors
    /// When it does not.
    pub fn shut_down(&mut self, limit: Duration, watch: &mut Watch<'_>) -> Result<(), Failure> {
        let deadline = Instant::now() + limit;
        let asked = match (self.agent(), &self.control) {
            (Some(agent), _) => agent.power_off(limit).map(|()| "agent").map_err(|error| error.to_string()),
            (None, Some(control)) => control.power_button(limit).map(|()| "power button"),
            (None, None) => Err("there is no way to ask".to_owned()),
        };
        let how = asked.map_err(|what| Failure::Agent { what })?.to_owned();
        self.enter(Instant::now(), Source::Host, EventKind::ShutdownAsked { how }, watch);
        self.wait(&Goal::Shutdown, deadline, watch)
    }

    /// Presses the power button, without waiting.
    ///
    /// # Errors
    /// When the VMM does not do it.
    pub fn press_power_button(&mut self, watch: &mut Watch<'_>) -> Result<(), Failure> {
        let control = self
            .control
            .clone()
            .ok_or_else(|| Failure::Agent { what: "the VMM has no control channel yet".to_owned() })?;
        control.power_button(CONTROL_LIMIT).map_err(|what| Failure::Agent { what })?;
        let how = "power button".to_owned();
        self.enter(Instant::now(), Source::Host, EventKind::ShutdownAsked { how }, watch);
        Ok(())
    }

    /// Saves the stopped machine into a file.
    ///
    /// # Errors
    /// When the VMM cannot.
    pub fn save(&self, file: &Path, limit: Duration) -> Result<(), String> {
        let control = self.control.as_ref().ok_or("the VMM has no control channel yet")?;
        control.save(file, limit)
    }

    /// What to look at when it failed.
    #[must_use]
    pub fn diagnose(&mut self) -> Diagnosis {
        // What is in the queue already may be the last words.
        while let Ok(signal) = self.inbox.try_recv() {
            self.take(signal, &Goal::Shutdown, &mut |_| ());
        }
        let vmm_state = match (&self.control, &self.progress.ended) {
            (_, Some(status)) => Some(format!("ended: {status}")),
            (Some(control), None) => Some(control.state(CONTROL_LIMIT).unwrap_or_else(|error| error)),
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

    /// Ends it, if it still runs, and tells how it went.
    #[must_use]
    pub fn finish(mut self, result: Result<(), Failure>) -> Report {
        let failure = result.err();
        let diagnosis = failure.is_some().then(|| self.diagnose());
        self.group.kill();
        self.ended(Instant::now(), &mut |_| ());
        Report {
            config: self.spec.config.clone(),
            vmm: self.driver.name().to_owned(),
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
