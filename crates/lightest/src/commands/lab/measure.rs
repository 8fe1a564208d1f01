//! `lightest measure`: boots configurations again and again, in turns, and writes down what came out.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::Args as ClapArgs;
use lightest_boot::machine::Machine;
use lightest_boot::measure::{Boot, Circumstances, Series};
use lightest_boot::outcome::Report;
use serde_json::json;

use super::{Lab, MachineArgs, Planned, start_failure};
use crate::args::Format;
use crate::failure::Failure;
use crate::json::SCHEMA_VERSION;
use crate::{exit, output};

#[derive(Debug, ClapArgs)]
pub(crate) struct Measure {
    /// Configurations; several take turns, so that what disturbs one disturbs all
    #[arg(value_name = "CONFIG", required = true)]
    configs: Vec<String>,
    #[command(flatten)]
    machine: MachineArgs,
    /// Boots of each configuration that count
    #[arg(long, short = 'n', value_name = "N", default_value_t = 10)]
    boots: usize,
    /// Boots of each configuration before, which do not count
    #[arg(long, value_name = "N", default_value_t = 1)]
    warmups: usize,
    /// Append a line of JSON for each configuration to this file
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// How to print the answer
    #[arg(long, value_enum, default_value = "text")]
    format: Format,
}

/// Measures and sums up.
pub(crate) fn run(args: &Measure, catalog: Option<&Path>) -> Result<u8, Failure> {
    let lab = Lab::open(catalog)?;
    let mut planned = Vec::new();
    for text in &args.configs {
        planned.push(lab.plan(&lab.config(text, &args.machine)?, &args.machine)?);
    }
    let turns: Vec<String> = planned.iter().map(|plan| plan.spec.config.clone()).collect();
    let circumstances: Vec<Circumstances> = planned
        .iter()
        .map(|plan| {
            let (driver, reason) = (plan.driver, &plan.accelerator_reason);
            Circumstances::now(driver, &plan.spec, reason, &lab.host, args.warmups, &turns)
        })
        .collect();
    let mut boots: Vec<Vec<Boot>> = vec![Vec::new(); planned.len()];
    for round in 0..args.warmups + args.boots {
        for (plan, boots) in planned.iter().zip(&mut boots) {
            let report = once(&lab, plan)?;
            let counted = round >= args.warmups;
            output::message(&progress(&report, round, args));
            if counted {
                boots.push(Boot::of(&report));
            }
        }
    }
    let series: Vec<Series> = turns
        .into_iter()
        .zip(circumstances)
        .zip(boots)
        .map(|((config, circumstances), boots)| Series::of(config, circumstances, boots))
        .collect();
    if let Some(out) = &args.out {
        append(out, &series)?;
    }
    match args.format {
        Format::Json => output::json(&json!({"schema_version": SCHEMA_VERSION, "series": series}))?,
        Format::Text => output::data(&table(&series))?,
    }
    let failed = series.iter().any(|series| series.failed > 0);
    Ok(if failed { exit::FINDINGS } else { exit::DONE })
}

fn once(lab: &Lab, plan: &Planned) -> Result<Report, Failure> {
    let mut machine = Machine::start(plan.driver, &plan.spec, &lab.host, &mut |_| ())
        .map_err(|error| start_failure(&error))?;
    let result = machine.boot(&mut |_| ()).and_then(|()| machine.end(Duration::from_secs(60), &mut |_| ()));
    Ok(machine.finish(result))
}

fn progress(report: &Report, round: usize, args: &Measure) -> String {
    let turn = match round.checked_sub(args.warmups) {
        Some(counted) => format!("boot {} of {}", counted + 1, args.boots),
        None => format!("warm-up {} of {}", round + 1, args.warmups),
    };
    let config = &report.config;
    match (&report.failure, report.reached) {
        (Some(failure), _) => format!("{config}: {turn}: {failure}"),
        (None, Some(reached)) => format!("{config}: {turn}: {:.3} s", reached.as_secs_f64()),
        (None, None) => format!("{config}: {turn}: no goal"),
    }
}

fn table(series: &[Series]) -> String {
    let width = series.iter().map(|series| series.config.len()).max().unwrap_or(0);
    let mut text =
        format!("{:width$}  {:>8} {:>8} {:>8} {:>6} {:>6}\n", "", "median", "min", "max", "boots", "failed");
    for one in series {
        let (config, booted, failed) = (&one.config, one.booted, one.failed);
        match one.boot {
            Some(boot) => text.push_str(&format!(
                "{config:width$}  {:>6.3} s {:>6.3} s {:>6.3} s {booted:>6} {failed:>6}\n",
                boot.median_s, boot.min_s, boot.max_s
            )),
            None => text.push_str(&format!(
                "{config:width$}  {:>8} {:>8} {:>8} {booted:>6} {failed:>6}\n",
                "-", "-", "-"
            )),
        }
    }
    if let Some(one) = series.first() {
        let host = &one.circumstances;
        let load = host.host_load_1m.map_or_else(|| "unknown".to_owned(), |load| load.to_string());
        text.push_str(&format!(
            "{} on {} x {}, load {load} at the start, {}\n",
            host.vmm,
            host.host_cpus,
            host.host_cpu,
            host.accelerator.name()
        ));
        if series.iter().any(|one| !one.circumstances.proven) {
            text.push_str(
                "not proven here: the VMM's driver was held against recorded dialogue, not real machines\n",
            );
        }
    }
    text
}

/// Adds lines to a file that is replaced whole.
fn append(path: &Path, series: &[Series]) -> Result<(), Failure> {
    let cannot =
        |error: std::io::Error| Failure::new(format!("{} cannot be written: {error}", path.display()));
    let mut text = match fs::read(path) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Vec::new(),
        Err(error) => return Err(cannot(error)),
    };
    for one in series {
        let line = serde_json::to_string(one).map_err(|error| cannot(error.into()))?;
        text.extend_from_slice(line.as_bytes());
        text.push(b'\n');
    }
    let dir = path.parent().filter(|dir| !dir.as_os_str().is_empty()).unwrap_or(Path::new("."));
    fs::create_dir_all(dir).map_err(cannot)?;
    let mut file = tempfile::NamedTempFile::new_in(dir).map_err(cannot)?;
    file.write_all(&text).map_err(cannot)?;
    file.persist(path).map_err(|error| cannot(error.error))?;
    Ok(())
}
