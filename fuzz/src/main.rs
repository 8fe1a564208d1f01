//! Mutated input by the million for every reader of outside data. No reader may panic, hang, or take time or memory out of
//! proportion.
//!
//! `cargo xtask fuzz [RUNS [TARGET..]]`. The mutations come from a small generator of its own, so that a run can be repeated: a
//! failure names the number that makes it again.

mod disks;
mod mutate;
mod rng;
mod targets;
mod watch;

use std::fmt;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Instant;

use disks::Image;
use lightest_lint::parallel;
use targets::{Input, Target};
use watch::Watch;

/// Measures memory, so that a run can be limited.
#[global_allocator]
static MEMORY: peak_alloc::PeakAlloc = peak_alloc::PeakAlloc;

fn main() -> ExitCode {
    let mut args = std::env::args().skip(1);
    let runs = args.next().map_or(Ok(1_000_000), |runs| runs.parse());
    let names: Vec<String> = args.collect();
    let done = match runs {
        // One thread reads and judges, as it would among others: its time is what is watched, and none is started a run.
        Ok(runs) => {
            parallel::with_deep_stack(|| all(runs, &names)).unwrap_or_else(|error| Err(error.to_string()))
        }
        Err(_) => Err("usage: cargo xtask fuzz [RUNS [TARGET..]]".to_owned()),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            report(&message);
            ExitCode::FAILURE
        }
    }
}

fn all(runs: u64, names: &[String]) -> Result<(), String> {
    let targets = targets::all()?;
    if let Some(unknown) = names.iter().find(|name| targets.iter().all(|target| target.name != name.as_str()))
    {
        let known: Vec<&str> = targets.iter().map(|target| target.name).collect();
        return Err(format!("there is no target `{unknown}`; there are: {}", known.join(", ")));
    }
    // A message of each panic would be printed a million times.
    std::panic::set_hook(Box::new(|_| {}));
    let watch = Watch::start();
    for target in
        targets.iter().filter(|target| names.is_empty() || names.iter().any(|name| name == target.name))
    {
        one(target, runs, &watch)?;
    }
    Ok(())
}

fn one(target: &Target, runs: u64, watch: &Watch) -> Result<(), String> {
    let start = Instant::now();
    for number in 1..=runs {
        let failed = |what: String, input: &dyn fmt::Display| {
            Err(format!("{}: {what} on number {number}:\n{input}", target.name))
        };
        match &target.input {
            Input::Bytes(bytes) => {
                let input = mutate::input(number, bytes);
                let done = watch.run(target.name, number, input.len(), || (bytes.read)(&input));
                done.or_else(|what| failed(what, &input.escape_ascii()))?;
            }
            Input::Disks { disks, read } => {
                let image = Image::of(number, disks);
                // The limit does not grow with the disk, which is never read as a whole.
                let done = watch.run(target.name, number, 0, || read(&image));
                done.or_else(|what| failed(what, &image))?;
            }
        }
    }
    let (time, memory) = watch.most();
    report(&format!(
        "{}: {runs} runs in {:.0} s; at most {time:.0} ms of processor time and {:.1} MiB for one",
        target.name,
        start.elapsed().as_secs_f64(),
        memory / 1024.0 / 1024.0
    ));
    Ok(())
}

/// Writes a line to standard error.
fn report(line: &str) {
    // Without standard error, there is nowhere to report it.
    let _ = writeln!(io::stderr(), "{line}");
}

/// A path of the repository.
fn repository(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(path)
}
