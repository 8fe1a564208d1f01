//! Signals that end the program: what is done before.

/// Has whatever ends the program do something first: a signal of Unix, or a key that interrupts and a closed window on Windows.
///
/// On Linux, a signal that whoever started the program had it ignore (`nohup`) stays ignored.
#[cfg(unix)]
pub(crate) fn before_the_end(first: impl Fn() + Send + 'static) {
    use signal_hook::consts::{SIGALRM, SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGUSR1, SIGUSR2, SIGXCPU};
    let ending = [SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGALRM, SIGUSR1, SIGUSR2, SIGXCPU];
    let ignored = ignored();
    let heeded = ending.into_iter().filter(|signal| ignored >> (signal - 1) & 1 == 0);
    // Without, a signal ends the program all the same.
    let Ok(mut signals) = signal_hook::iterator::Signals::new(heeded) else { return };
    std::thread::spawn(move || {
        for signal in signals.forever() {
            first();
            let _ = signal_hook::low_level::emulate_default_handler(signal);
        }
    });
}

/// The same, on Windows.
#[cfg(windows)]
pub(crate) fn before_the_end(first: impl Fn() + Send + 'static) {
    /// The exit code after an interrupt, as shells count it.
    const INTERRUPTED: i32 = 130;
    let _ = ctrlc::set_handler(move || {
        first();
        std::process::exit(INTERRUPTED);
    });
}

/// The signals that are ignored, as bits from 0 for signal 1; none where the system does not report them.
#[cfg(unix)]
fn ignored() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).unwrap_or(0)
}

/// Makes a file that grows over the limit of its size (`ulimit -f`) a failure to write, as on a full disk, and not the end.
#[cfg(unix)]
pub(crate) fn ignore_file_size_signal() {
    let _ = signal_hook::flag::register(signal_hook::consts::SIGXFSZ, std::sync::Arc::default());
}
