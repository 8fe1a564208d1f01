//! Statistics of a series of boots: medians and spread, with everything that they depend on. A failure is never a number.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde::Serialize;

use crate::outcome::{Failure, Report};
use crate::plan::Plan;
use crate::spec::{Accelerator, Arch, Payload};
use lightest_guests::hash_file;
use lightest_guests::host::Host;

/// The spans that are summed up, each from the start of the VMM to the last event of that name before the goal.
const PHASES: [&str; 7] = ["firmware", "reset", "kernel", "init", "agent-ready", "shutdown-asked", "exited"];

/// One boot of a series.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Boot {
    /// When all that was waited for had come, in seconds after the start of the VMM; absent on a failure.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reached_s: Option<f64>,
    /// When each phase began, in seconds after the start of the VMM.
    pub phases_s: BTreeMap<&'static str, f64>,
    /// How often the guest was reset.
    pub resets: usize,
    /// Why it failed, if it did.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub failure: Option<Failure>,
}

impl Boot {
    /// The times of a report.
    #[must_use]
    pub fn of(report: &Report) -> Self {
        let at = |name: &'static str| Some((name, report.timeline.last(name)?.as_secs_f64()));
        Self {
            reached_s: report.reached.map(|at| at.as_secs_f64()),
            phases_s: PHASES.into_iter().filter_map(at).collect(),
            resets: report.timeline.count("reset"),
            failure: report.failure.clone(),
        }
    }
}

/// The middle and the spread of some times.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Spread {
    /// How many times.
    pub n: usize,
    /// The smallest, in seconds.
    pub min_s: f64,
    /// A quarter is smaller, in seconds.
    pub p25_s: f64,
    /// Half is smaller, in seconds.
    pub median_s: f64,
    /// A quarter is larger, in seconds.
    pub p75_s: f64,
    /// The largest, in seconds.
    pub max_s: f64,
}

impl Spread {
    /// Of at least one time; `None` of none.
    #[must_use]
    pub fn of(times: impl IntoIterator<Item = f64>) -> Option<Self> {
        let mut sorted: Vec<f64> = times.into_iter().collect();
        sorted.sort_by(f64::total_cmp);
        let (first, last) = (*sorted.first()?, *sorted.last()?);
        Some(Self {
            n: sorted.len(),
            min_s: first,
            p25_s: quantile(&sorted, 1),
            median_s: quantile(&sorted, 2),
            p75_s: quantile(&sorted, 3),
            max_s: last,
        })
    }
}

/// A quarter, half or three quarters of the way through sorted times, between neighbours where it falls there.
fn quantile(sorted: &[f64], quarters: usize) -> f64 {
    let last = sorted.len() - 1;
    let (low, rest) = (last * quarters / 4, last * quarters % 4);
    let share = [0.0, 0.25, 0.5, 0.75][rest];
    sorted[low] + (sorted[(low + 1).min(last)] - sorted[low]) * share
}

/// The circumstances of a series.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Circumstances {
    /// Seconds since 1970, at the start.
    pub unix_time: u64,
    /// The host's processor.
    pub host_cpu: String,
    /// How many of them.
    pub host_cpus: usize,
    /// Whether the host is itself a guest.
    pub host_is_guest: bool,
    /// The host's kernel.
    pub host_kernel: String,
    /// The host's load when the series began: others make boots slower.
    pub host_load_1m: Option<f64>,
    /// And when it ended.
    pub host_load_1m_after: Option<f64>,
    /// The VMM and its version.
    pub vmm: String,
    /// Whether real guests were seen with the VMM's driver.
    pub proven: bool,
    /// `tcg` or `kvm`.
    pub accelerator: Accelerator,
    /// Why that one.
    pub accelerator_reason: String,
    /// The guest's architecture.
    #[cfg_attr(feature = "schema", schemars(with = "String"))]
    pub arch: Arch,
    /// The guest's memory, in MiB.
    pub memory_mib: u32,
    /// The guest's processors.
    pub cpus: u32,
    /// Hashes of kernel, images and application.
    pub files: BTreeMap<String, String>,
    /// The kernel's command line, where we give it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cmdline: Option<String>,
    /// This program.
    pub lightest: String,
    /// The commit of the working directory, where there is one.
    pub revision: Option<String>,
    /// Boots before, whose times are not counted.
    pub warmups: usize,
    /// The configurations that took turns in this series.
    pub interleaved_with: Vec<String>,
}

impl Circumstances {
    /// Those of this host and machine, now.
    #[must_use]
    pub fn now(plan: &Plan, host: &Host, warmups: usize, turns: &[String]) -> Self {
        let spec = &plan.spec;
        let text = |path: &str| fs::read_to_string(path).unwrap_or_default();
        let cpu = text("/proc/cpuinfo");
        let field = |name: &str| {
            let line = cpu.lines().find(|line| line.starts_with(name))?;
            Some(line.split_once(':')?.1.trim().to_owned())
        };
        let mut files: BTreeMap<String, String> = BTreeMap::new();
        let mut add = |name: &str, path: &Path| {
            if let Ok(hash) = hash_file(path) {
                files.insert(name.to_owned(), hash);
            }
        };
        let mut given = None;
        match &spec.payload {
            Payload::LinuxDirect { kernel, initrd, cmdline } => {
                add("kernel", kernel);
                add("initrd", initrd);
                given = Some(cmdline.clone());
            }
            Payload::Uefi(boot) | Payload::Pcat(boot) => {
                if let crate::spec::FirmwareBoot::App(application) = boot {
                    add("application", application);
                }
            }
        }
        for (number, disk) in spec.disks.iter().enumerate() {
            add(&format!("disk{number}"), &disk.file);
        }
        let others = turns.iter().filter(|config| **config != spec.config);
        Self {
            unix_time: SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs()),
            host_cpu: field("model name").unwrap_or_else(|| "unknown".to_owned()),
            host_cpus: std::thread::available_parallelism().map_or(1, usize::from),
            host_is_guest: field("flags")
                .is_some_and(|flags| flags.split(' ').any(|flag| flag == "hypervisor")),
            host_kernel: text("/proc/sys/kernel/osrelease").trim().to_owned(),
            host_load_1m: load(),
            host_load_1m_after: None,
            vmm: plan.driver.version(&plan.program, host).unwrap_or_else(|| "unknown".to_owned()),
            proven: plan.driver.proof().proven(),
            accelerator: spec.accelerator,
            accelerator_reason: plan.accelerator_reason.clone(),
            arch: spec.arch,
            memory_mib: spec.memory_mib,
            cpus: spec.cpus,
            files,
            cmdline: given,
            lightest: env!("CARGO_PKG_VERSION").to_owned(),
            revision: first_line(Command::new("git").args(["rev-parse", "HEAD"])),
            warmups,
            interleaved_with: others.cloned().collect(),
        }
    }
}

/// How many processes want to run, over the last minute.
#[must_use]
pub fn load() -> Option<f64> {
    let text = fs::read_to_string("/proc/loadavg").ok()?;
    text.split(' ').next()?.parse().ok()
}

fn first_line(command: &mut Command) -> Option<String> {
    let output = command.output().ok().filter(|output| output.status.success())?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    text.lines().next().map(str::to_owned)
}

/// A series of boots of one configuration: one line of a measurements file.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Series {
    /// The form of this line.
    pub schema_version: u32,
    /// The configuration.
    pub config: String,
    /// The options beside the configuration.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub variant: Option<String>,
    /// Its circumstances.
    pub circumstances: Circumstances,
    /// How many boots succeeded.
    pub booted: usize,
    /// How many failed: they have no part in the spread.
    pub failed: usize,
    /// From the start of the VMM until the goal, over the boots that reached it.
    pub boot: Option<Spread>,
    /// From the start of the VMM until its end, over the same boots: what a test pays for the machine.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub end: Option<Spread>,
    /// Each boot, in order.
    pub boots: Vec<Boot>,
}

impl Series {
    /// Sums up.
    #[must_use]
    pub fn of(
        config: String,
        variant: Option<String>,
        circumstances: Circumstances,
        boots: Vec<Boot>,
    ) -> Self {
        let reached: Vec<f64> = boots.iter().filter_map(|boot| boot.reached_s).collect();
        let reached_and_ended = boots.iter().filter(|boot| boot.reached_s.is_some());
        let ends: Vec<f64> =
            reached_and_ended.filter_map(|boot| boot.phases_s.get("exited").copied()).collect();
        Self {
            schema_version: 1,
            config,
            variant,
            circumstances,
            booted: reached.len(),
            failed: boots.len() - reached.len(),
            boot: Spread::of(reached),
            end: Spread::of(ends),
            boots,
        }
    }

    /// The median as a duration.
    #[must_use]
    pub fn median(&self) -> Option<Duration> {
        self.boot.map(|boot| Duration::from_secs_f64(boot.median_s))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_middle_of_four_lies_between_the_second_and_the_third() {
        let spread = Spread::of([4.0, 1.0, 3.0, 2.0]).expect("four times");
        assert_eq!(spread, Spread { n: 4, min_s: 1.0, p25_s: 1.75, median_s: 2.5, p75_s: 3.25, max_s: 4.0 });
    }

    #[test]
    fn no_boot_that_reached_its_goal_means_no_number() {
        assert_eq!(Spread::of([]), None);
    }

    proptest! {
        #[test]
        fn a_spread_is_in_order_and_within_its_times(times in proptest::collection::vec(0.0..1e4_f64, 1..40)) {
            let spread = Spread::of(times.clone()).expect("at least one");
            prop_assert!(spread.min_s <= spread.p25_s && spread.p25_s <= spread.median_s);
            prop_assert!(spread.median_s <= spread.p75_s && spread.p75_s <= spread.max_s);
            prop_assert_eq!(spread.n, times.len());
            let half = times.iter().filter(|time| **time <= spread.median_s + 1e-9).count();
            prop_assert!(half * 2 >= times.len());
        }
    }
}
