//! The same work on many things at once, on threads with room for deep recursion.

use std::cell::Cell;
use std::io;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

/// Stack of a thread. Source is read recursively; see the limits in the dialect's reader.
const STACK: usize = 64 << 20;
/// More threads than this help nobody.
const MAX_THREADS: usize = 8;

thread_local! {
    /// Whether this thread has such a stack.
    static ROOMY: Cell<bool> = const { Cell::new(false) };
}

/// Runs work on a thread with room for deep recursion. What [`map`] would give to one more thread alone stays on it.
///
/// # Errors
///
/// When no thread can be started.
pub fn with_deep_stack<R: Send>(work: impl FnOnce() -> R + Send) -> io::Result<R> {
    let marked = || {
        ROOMY.set(true);
        work()
    };
    thread::scope(|scope| {
        let started = thread::Builder::new().stack_size(STACK).spawn_scoped(scope, marked)?;
        Ok(started.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
    })
}

/// What `work` makes of each thing, in the order of the things. `start` makes what one thread works with.
pub fn map<T: Sync, S, R: Send>(
    things: &[T],
    start: impl Fn() -> S + Sync,
    work: impl Fn(&mut S, &T) -> R + Sync,
) -> Vec<R> {
    let threads = thread::available_parallelism().map_or(1, usize::from).min(MAX_THREADS).min(things.len());
    let threads = if threads < 2 && ROOMY.get() { 0 } else { threads };
    let next = AtomicUsize::new(0);
    let done: Mutex<Vec<(usize, R)>> = Mutex::new(Vec::with_capacity(things.len()));
    let run = || {
        let mut state = start();
        loop {
            let index = next.fetch_add(1, Ordering::Relaxed);
            let Some(thing) = things.get(index) else { break };
            let result = work(&mut state, thing);
            if let Ok(mut done) = done.lock() {
                done.push((index, result));
            }
        }
    };
    thread::scope(|scope| {
        let spawn = || thread::Builder::new().stack_size(STACK).spawn_scoped(scope, run);
        let started: Vec<_> = (0..threads).filter_map(|_| spawn().ok()).collect();
        if started.is_empty() {
            run();
        }
        // Joined, not let go of: letting go of a thread as it ends crashed the C library once in some 500,000 reads.
        for thread in started {
            if let Err(panic) = thread.join() {
                std::panic::resume_unwind(panic);
            }
        }
    });
    let mut done = done.into_inner().unwrap_or_default();
    done.sort_by_key(|(index, _)| *index);
    done.into_iter().map(|(_, result)| result).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_thing_stays_on_a_roomy_thread() {
        let thread_of = |things: &[u8]| map(things, || (), |(), _| thread::current().id());
        assert_ne!(thread_of(&[1]), [thread::current().id()]);
        let (outer, inner) = with_deep_stack(|| (thread::current().id(), thread_of(&[1]))).expect("a thread");
        assert_eq!(inner, [outer]);
        assert_ne!(outer, thread::current().id());
    }
}
