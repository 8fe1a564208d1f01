//! Signals of a running machine become events of its timeline and progress towards its goal.

use std::time::{Duration, Instant};

use lightest_agent::message::Hello;

use super::{CONTROL_LIMIT, Machine, OUTPUT_DELAY, SAME_RESET, Watch};
use crate::channels::{Signal, SignalKind};
use crate::console::{Sign, short};
use crate::driver::exit_code;
use crate::spec::{Goal, Payload};
use crate::timeline::{EventKind, Initiator, Source};

impl Machine {
    pub(super) fn take(&mut self, signal: Signal, goal: &Goal, watch: &mut Watch<'_>) {
        let when = signal.when;
        match signal.kind {
            SignalKind::Vmm(kind) => self.vmm_event(when, kind, watch),
            SignalKind::Control(control) => {
                self.control = Some(control);
                self.resume_when_connected();
            }
            SignalKind::ConsoleMet => {
                self.consoles_met += 1;
                self.resume_when_connected();
            }
            SignalKind::Agent(agent) => {
                self.agent = Some(agent);
                self.request_hello();
            }
            SignalKind::Hello(hello) => self.agent_event(when, hello, watch),
            SignalKind::Console { number, bytes } => {
                self.console_event(when, number, &bytes, goal, watch);
            }
            SignalKind::Ended => self.ended(when, watch),
        }
    }

    /// A machine that was started paused goes on once nothing of its consoles can be lost any more.
    fn resume_when_connected(&mut self) {
        if self.paused
            && self.consoles_met >= self.consoles.len()
            && let Some(control) = &self.control
        {
            self.paused = false;
            // When it cannot, the boot times out with the state that the VMM reports.
            if let Err(what) = control.resume(CONTROL_LIMIT) {
                self.refused_to_go_on = Some(short(&what));
            }
        }
    }

    /// A restored agent does not know that there is a new host to introduce itself to.
    fn request_hello(&self) {
        if self.spec.restore.is_some()
            && let Some(agent) = &self.agent
        {
            let _ = agent.ask_hello(u64::from(std::process::id()));
        }
    }

    pub(super) fn enter(&mut self, when: Instant, source: Source, kind: EventKind, watch: &mut Watch<'_>) {
        if let Some(event) = self.timeline.enter(when, source, kind) {
            watch(&event);
        }
    }

    fn same_reset(&self, when: Instant) -> bool {
        let since = self.progress.last_reset.map(|last| when.saturating_duration_since(last));
        since.is_some_and(|since| since < OUTPUT_DELAY || (since < SAME_RESET && !self.progress.alive))
    }

    /// The guest wrote something.
    fn guest_wrote(&mut self, when: Instant) {
        let since = self.progress.last_reset.map(|last| when.saturating_duration_since(last));
        self.progress.alive |= since.is_none_or(|since| since > OUTPUT_DELAY);
    }

    fn vmm_event(&mut self, when: Instant, kind: EventKind, watch: &mut Watch<'_>) {
        let kind = match kind {
            EventKind::VmmReady { version } => EventKind::VmmReady { version: short(&version) },
            EventKind::Panicked { what } => EventKind::Panicked { what: short(&what) },
            other => other,
        };
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
            // The first byte on the console showed it already.
            EventKind::Firmware if self.progress.firmware_seen => return,
            EventKind::Firmware => self.progress.firmware_seen = true,
            EventKind::Shutdown { .. } => self.progress.shutdown = true,
            EventKind::Restored if self.spec.restore.is_none() => return,
            EventKind::Restored => self.request_hello(),
            EventKind::Panicked { what } => self.progress.panicked = Some(what.clone()),
            EventKind::NothingToBoot => {
                self.progress.nothing_to_boot.get_or_insert_with(|| "reported by the VMM".to_owned());
            }
            _ => {}
        }
        self.enter(when, Source::Vmm, kind, watch);
    }

    fn agent_event(&mut self, when: Instant, hello: Hello, watch: &mut Watch<'_>) {
        self.guest_wrote(when);
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
        // What the console reported already is not reported again.
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
            kernel: short(&String::from_utf8_lossy(&hello.kernel)),
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
        self.guest_wrote(when);
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
                None => None,
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

    pub(super) fn ended(&mut self, when: Instant, watch: &mut Watch<'_>) {
        if self.progress.ended.is_some() {
            return;
        }
        let status = self.group.status();
        let code = status.and_then(exit_code);
        let status = status.map_or_else(|| "status unknown".to_owned(), |status| status.to_string());
        self.progress.ended = Some(status.clone());
        for kind in self.driver.ended(&self.spec, code) {
            self.vmm_event(when, kind, watch);
        }
        self.enter(when, Source::Host, EventKind::Exited { status }, watch);
    }
}
