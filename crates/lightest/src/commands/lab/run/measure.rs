//! `lightest measure`: boots configurations again and again, in turns, and writes down what came out.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use lightest_lab::machine::Machine;
use lightest_lab::measure::{self, Boot, Circumstances, Series};
use lightest_lab::outcome::Report;
use lightest_lab::plan::Plan;

use super::super::options::Measure;
use super::{Lab, start_failure};
use crate::args::Format;
use crate::failure::Failure;
use crate::schema::{VERSION, lab as schema};
use crate::session::Session;
use crate::{exit, output};

/// What was asked for that is no part of the configuration, as it was written; memory and processors are circumstances.
fn variant(args: &Measure) -> Option<String> {
    let machine = &args.machine;
    let mut words = Vec::new();
    let flags = [
        (machine.network, "--network"),
        (machine.tpm, "--tpm"),
        (machine.image.is_some(), "--image"),
        (machine.kernel.is_some(), "--kernel"),
        (machine.initrd.is_some(), "--initrd"),
        (args.power_button, "--power-button"),
    ];
    words.extend(flags.iter().filter(|(on, _)| *on).map(|(_, word)| (*word).to_owned()));
    if machine.resets > 0 {
        words.push(format!("--resets {}", machine.resets));
    }
    if args.settle > 0 {
        words.push(format!("--settle {}", args.settle));
    }
    words.extend(machine.append.iter().map(|text| format!("--append {text:?}")));
    words.extend(machine.until.iter().map(|text| format!("--until {text:?}")));
    words.extend(machine.vmm_args.iter().map(|text| format!("--vmm-arg={text}")));
    (!words.is_empty()).then(|| words.join(" "))
}

/// Measures and sums up.
pub(crate) fn run(args: &Measure, session: &Session) -> Result<u8, Failure> {
    let lab = Lab::open(session)?;
    let mut planned = Vec::new();
    for config in &lab.configs(&args.configs, &args.machine)? {
        planned.push(lab.plan(config, &args.machine)?);
    }
    let turns: Vec<String> = planned.iter().map(|plan| plan.spec.config.clone()).collect();
    let circumstances: Vec<Circumstances> =
        planned.iter().map(|plan| Circumstances::now(plan, &lab.host, args.warmups, &turns)).collect();
    let out = args.out.as_deref().map(output::Appender::open).transpose()?;
    let mut kept = args.out.as_deref().map(KeptBoots::beside);
    let mut boots: Vec<Vec<Boot>> = vec![Vec::new(); planned.len()];
    let mut stopped = None;
    'rounds: for round in 0..args.warmups + args.boots.get() {
        for ((plan, boots), circumstances) in planned.iter().zip(&mut boots).zip(&circumstances) {
            let report = match once(&lab, plan, args) {
                Ok(report) => report,
                // What was measured until now is printed and kept all the same.
                Err(failure) => {
                    stopped = Some(failure);
                    break 'rounds;
                }
            };
            output::message(&progress(&report, round, args));
            if round >= args.warmups {
                let boot = Boot::of(&report);
                let added = kept.as_mut().map_or(Ok(()), |kept| {
                    kept.add(&schema::MeasuredBoot {
                        schema_version: VERSION,
                        config: &plan.spec.config,
                        variant: variant(args),
                        circumstances,
                        boot: &boot,
                    })
                });
                boots.push(boot);
                if let Err(failure) = added {
                    stopped = Some(failure);
                    break 'rounds;
                }
            }
        }
    }
    let series: Vec<Series> = turns
        .into_iter()
        .zip(circumstances)
        .zip(boots)
        .map(|((config, mut circumstances), boots)| {
            circumstances.host_load_1m_after = measure::load();
            Series::of(config, variant(args), circumstances, boots)
        })
        .collect();
    match args.format {
        Format::Json => output::json(&schema::Measured { schema_version: VERSION, series: &series })?,
        Format::Text => output::data(&table(&series))?,
    }
    if let Some(out) = &out {
        out.json_lines(&series)?;
    }
    if let Some(kept) = kept {
        kept.remove();
    }
    if let Some(failure) = stopped {
        return Err(failure);
    }
    let failed = series.iter().any(|series| series.failed > 0);
    Ok(if failed { exit::FINDINGS } else { exit::DONE })
}

/// Where finished boots are kept until their series is whole, so that whatever ends this process loses none.
struct KeptBoots {
    /// The name of the first run's; others get one of their own.
    path: PathBuf,
    /// Made with the first boot that is kept.
    file: Option<output::Appender>,
}

impl KeptBoots {
    fn beside(out: &Path) -> Self {
        let mut name = out.as_os_str().to_owned();
        name.push(".partial");
        Self { path: name.into(), file: None }
    }

    fn add(&mut self, boot: &schema::MeasuredBoot<'_>) -> Result<(), Failure> {
        let file = match self.file.take() {
            Some(file) => file,
            None => {
                let file = output::Appender::new(&self.path)?;
                if file.path() != self.path {
                    output::message(&format!(
                        "note: {} contains boots of a run that was interrupted or is still going",
                        output::shown(&self.path)
                    ));
                }
                file
            }
        };
        self.file.insert(file).json_lines(&[boot])
    }

    /// Everything in it is in the series' file now; one that stays is only in the way.
    fn remove(self) {
        if let Some(file) = self.file {
            let _ = fs::remove_file(file.path());
        }
    }
}

fn once(lab: &Lab, plan: &Plan, args: &Measure) -> Result<Report, Failure> {
    let mut machine = Machine::start(plan, &lab.host, &mut |_| ()).map_err(|error| start_failure(&error))?;
    let mut result = machine.boot(&mut |_| ());
    if result.is_ok() {
        std::thread::sleep(Duration::from_secs(args.settle.into()));
        let limit = Duration::from_secs(args.shutdown_timeout.into());
        result = if args.power_button {
            machine.shut_down_by_button(limit, &mut |_| ())
        } else {
            machine.end(limit, &mut |_| ())
        };
    }
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
    let mut text = format!(
        "{:width$}  {:>8} {:>8} {:>8} {:>8} {:>6} {:>6}\n",
        "", "median", "min", "max", "to end", "boots", "failed"
    );
    for one in series {
        let (config, booted, failed) = (&one.config, one.booted, one.failed);
        match one.boot {
            Some(boot) => text.push_str(&format!(
                "{config:width$}  {:>6.3} s {:>6.3} s {:>6.3} s {:>6.3} s {booted:>6} {failed:>6}\n",
                boot.median_s,
                boot.min_s,
                boot.max_s,
                one.end.map_or(f64::NAN, |end| end.median_s)
            )),
            None => text.push_str(&format!(
                "{config:width$}  {:>8} {:>8} {:>8} {:>8} {booted:>6} {failed:>6}\n",
                "-", "-", "-", "-"
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
            text.push_str("the VMM's driver was written from the source and has never been run\n");
        }
    }
    text
}
