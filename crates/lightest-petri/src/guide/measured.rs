//! What the lab has measured of stand-ins for petri's guests: a column of the page's table, and a page of Lightest's book.

use std::collections::BTreeSet;

use serde::Deserialize;
use serde_json::Value;

use super::markdown::{code, paragraph, table};

/// One line a series, as `lightest measure --out` writes it.
const SERIES: &str = include_str!("../../../../measurements/lab.jsonl");
const STAND_INS: &str = include_str!("../../../../measurements/stand-ins.toml");

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct StandIns {
    stand_in: Vec<StandIn>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct StandIn {
    guest: String,
    configs: Vec<String>,
    by: Option<String>,
}

/// All series, and which of them stand in for which guest.
pub(super) struct Measured {
    series: Vec<Value>,
    stand_ins: Vec<StandIn>,
}

impl Measured {
    /// Those that came with the program.
    pub(super) fn embedded() -> Self {
        let series = SERIES.lines().map(|line| serde_json::from_str(line).expect("a test reads each line"));
        let stand_ins: StandIns = toml::from_str(STAND_INS).expect("a test reads it");
        Self { series: series.collect(), stand_ins: stand_ins.stand_in }
    }

    /// The newest series of a configuration, as it is booted when nothing else is asked for.
    fn newest(&self, config: &str) -> Option<&Value> {
        let plain = |series: &&Value| series["config"] == config && series["variant"].is_null();
        self.series.iter().rev().find(plain).filter(|series| !series["boot"].is_null())
    }

    /// The cell of a guest in the Guide's table.
    pub(super) fn cell(&self, guest: &str) -> String {
        let Some(stand_in) = self.stand_ins.iter().find(|one| one.guest == guest) else {
            return "–".to_owned();
        };
        let times: Vec<String> = stand_in
            .configs
            .iter()
            .filter_map(|config| {
                let series = self.newest(config)?;
                let arch = series["circumstances"]["arch"].as_str()?;
                Some(format!("{} ({arch})", seconds(&series["boot"]["median_s"])))
            })
            .collect();
        match (times.is_empty(), &stand_in.by) {
            (true, _) => "–".to_owned(),
            (false, None) => times.join(", "),
            (false, Some(by)) => format!("{}, by {by}", times.join(", ")),
        }
    }

    /// What the column means: its circumstances, as far as all its figures share them.
    pub(super) fn circumstances(&self) -> String {
        let used: Vec<&Value> = self
            .stand_ins
            .iter()
            .flat_map(|one| &one.configs)
            .filter_map(|config| self.newest(config))
            .collect();
        let all = |path: &[&str]| -> BTreeSet<String> {
            let values = used.iter().map(|series| path.iter().fold(*series, |value, key| &value[*key]));
            values.map(|value| value.as_str().map_or_else(|| value.to_string(), str::to_owned)).collect()
        };
        let list = |path: &[&str]| all(path).into_iter().collect::<Vec<_>>().join(" and ");
        let range = |values: Vec<f64>, digits: usize| {
            let least = values.iter().copied().fold(f64::INFINITY, f64::min);
            let most = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
            if least.to_bits() == most.to_bits() {
                format!("{least:.digits$}")
            } else {
                format!("{least:.digits$} to {most:.digits$}")
            }
        };
        let numbers = |get: &dyn Fn(&Value) -> Option<f64>| {
            used.iter().filter_map(|one| get(one)).collect::<Vec<f64>>()
        };
        let mut loads = numbers(&|one| one["circumstances"]["host_load_1m"].as_f64());
        loads.extend(numbers(&|one| one["circumstances"]["host_load_1m_after"].as_f64()));
        if used.is_empty() {
            return "No boot time is measured here.".to_owned();
        }
        format!(
            "Measured: the median time from the start of the VMM until the guest's agent answers (`guest_test_uefi`: \
             until its last check; no guest: until the firmware gives up), in `lightest`'s own lab and with stand-ins \
             built there: {} with {}, {} processors ({}), {} boots each at a load of {}. Compare these figures with \
             each other and with nothing that OpenVMM or Hyper-V takes.",
            list(&["circumstances", "vmm"]).split(" (").next().unwrap_or_default(),
            list(&["circumstances", "accelerator"]),
            list(&["circumstances", "host_cpus"]),
            list(&["circumstances", "host_cpu"]),
            range(numbers(&|one| one["booted"].as_f64()), 0),
            range(loads, 1),
        )
    }

    /// The page with every series.
    pub(super) fn page(&self) -> String {
        let mut text = String::from("# Measured boots\n\n");
        text.push_str(&paragraph(
            "Every series in `measurements/lab.jsonl`, oldest first, as `lightest measure --out` wrote it: the time from \
             the start of the VMM until the goal, and until the VMM ended. A failed boot is counted and is in no number. \
             The file has all circumstances, hashes included, and each boot.",
        ));
        text.push('\n');
        let rows: Vec<Vec<String>> = self.series.iter().map(row).collect();
        let header = [
            "Configuration",
            "Boots (failed)",
            "Median",
            "Least to most",
            "Median to the end",
            "Load",
            "VMM",
            "Host",
        ];
        text.push_str(&table(&header, &rows));
        text
    }
}

fn seconds(value: &Value) -> String {
    value.as_f64().map_or_else(|| "–".to_owned(), |value| format!("{value:.1}\u{a0}s"))
}

fn row(series: &Value) -> Vec<String> {
    let (boot, about) = (&series["boot"], &series["circumstances"]);
    let mut config = code(series["config"].as_str().unwrap_or_default());
    if let Some(variant) = series["variant"].as_str() {
        config = format!("{config}, {variant}");
    }
    let vmm = about["vmm"].as_str().unwrap_or_default();
    let vmm = vmm.split(" (").next().unwrap_or(vmm).replace("QEMU emulator version", "QEMU");
    vec![
        config,
        format!("{} ({})", series["booted"], series["failed"]),
        seconds(&boot["median_s"]),
        format!("{} to {}", seconds(&boot["min_s"]), seconds(&boot["max_s"])),
        seconds(&series["end"]["median_s"]),
        match about["host_load_1m_after"].as_f64() {
            Some(after) => format!("{} to {after}", about["host_load_1m"]),
            None => about["host_load_1m"].to_string(),
        },
        format!("{vmm}, {}, {} MiB", about["accelerator"].as_str().unwrap_or_default(), about["memory_mib"]),
        format!("{}, {} processors", about["host_cpu"].as_str().unwrap_or_default(), about["host_cpus"]),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_is_a_series_and_every_stand_in_was_measured() {
        let measured = Measured::embedded();
        assert!(!measured.series.is_empty());
        for config in measured.stand_ins.iter().flat_map(|one| &one.configs) {
            assert!(measured.newest(config).is_some(), "{config}");
        }
    }

    #[test]
    fn a_failed_series_is_no_figure() {
        let stand_in = StandIn { guest: "A".to_owned(), configs: vec!["c".to_owned()], by: None };
        let failed = serde_json::json!({"config": "c", "boot": null, "booted": 0, "failed": 3,
                                        "circumstances": {"arch": "x64"}});
        let measured = Measured { series: vec![failed], stand_ins: vec![stand_in] };
        assert_eq!(measured.cell("A"), "–");
        assert_eq!(measured.cell("B"), "–");
    }
}
