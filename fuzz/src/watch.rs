//! Watches one run: that it ends, without a panic, in time and memory that go with its input.

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use crate::{MEMORY, report};

/// A run that takes so long never ends, however busy the machine is.
const HANGS: Duration = Duration::from_secs(120);
/// Limits of a run, with the increase for each byte of its input: processor time in seconds, memory in bytes.
const TIME: f64 = 1.0;
const TIME_PER_BYTE: f64 = 0.000_2;
const MEMORY_BYTES: f64 = 64.0 * 1024.0 * 1024.0;
const MEMORY_PER_BYTE: f64 = 4096.0;

/// The present run: its start, the target, and the input's number.
type Running = Option<(Instant, &'static str, u64)>;

pub(crate) struct Watch {
    running: Arc<Mutex<Running>>,
    /// The most of a target so far: seconds and bytes.
    time: Cell<f64>,
    memory: Cell<f64>,
}

impl Watch {
    /// Watches from a thread of its own for what never ends.
    pub(crate) fn start() -> Self {
        let running: Arc<Mutex<Running>> = Arc::default();
        let watched = Arc::clone(&running);
        thread::spawn(move || {
            loop {
                thread::sleep(Duration::from_secs(1));
                let now = *watched.lock().unwrap_or_else(PoisonError::into_inner);
                if let Some((since, name, number)) = now
                    && since.elapsed() > HANGS
                {
                    report(&format!("{name}: number {number} does not end"));
                    std::process::exit(1);
                }
            }
        });
        Self { running, time: Cell::new(0.0), memory: Cell::new(0.0) }
    }

    /// Runs something on an input of a length.
    pub(crate) fn run(
        &self,
        name: &'static str,
        number: u64,
        length: usize,
        work: impl Fn(),
    ) -> Result<(), String> {
        let set = |since| *self.running.lock().unwrap_or_else(PoisonError::into_inner) = since;
        set(Some((Instant::now(), name, number)));
        MEMORY.reset_peak_usage();
        let (before, start) = (MEMORY.current_usage(), processor_time());
        let panics = catch_unwind(AssertUnwindSafe(work)).is_err();
        let (time, memory) = (processor_time() - start, MEMORY.peak_usage().saturating_sub(before));
        set(None);
        #[expect(clippy::cast_precision_loss, reason = "far below 2^52")]
        let (bytes, length) = (memory as f64, length as f64);
        self.time.set(self.time.get().max(time));
        self.memory.set(self.memory.get().max(bytes));
        if panics {
            return Err("panics".to_owned());
        }
        if time > length.mul_add(TIME_PER_BYTE, TIME) {
            return Err(format!("takes {time:.1} s"));
        }
        if bytes > length.mul_add(MEMORY_PER_BYTE, MEMORY_BYTES) {
            return Err(format!("takes {:.0} MiB", bytes / 1024.0 / 1024.0));
        }
        Ok(())
    }

    /// The most that a run took since this was last asked: milliseconds of processor time, and bytes.
    pub(crate) fn most(&self) -> (f64, f64) {
        (self.time.take() * 1e3, self.memory.take())
    }
}

/// The processor time of this process in seconds, whatever thread took it: another process that is busy does not count.
#[cfg(unix)]
fn processor_time() -> f64 {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ProcessCPUTime);
    #[expect(clippy::cast_precision_loss, reason = "far below 2^52")]
    (time.tv_sec as f64 + time.tv_nsec as f64 / 1e9)
}

#[cfg(not(unix))]
fn processor_time() -> f64 {
    use std::sync::LazyLock;
    static START: LazyLock<Instant> = LazyLock::new(Instant::now);
    START.elapsed().as_secs_f64()
}
