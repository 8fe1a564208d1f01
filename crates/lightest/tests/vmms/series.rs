//! Ends at any moment, and series of boots.

use std::fs;
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::schema;
use crate::stage::{PATIENCE, Stage, ended};

#[test]
fn an_end_at_any_moment_leaves_nothing_behind() {
    for delay in (0..60).step_by(3) {
        let stage = Stage::new();
        let mut child = stage
            .command(&["boot", "openvmm_linux_direct_x64", "--append", "scene=hangs"])
            .arg("--kernel")
            .arg(stage.path("kernel"))
            .arg("--initrd")
            .arg(stage.path("initrd"))
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("it starts");
        thread::sleep(Duration::from_millis(delay));
        let id = child.id().to_string();
        Command::new("/bin/sh").args(["-c", &format!("kill -s TERM {id}")]).status().expect("a shell");
        ended(&mut child);
        stage.assert_clean();
    }
}

#[test]
fn a_series_is_printed_before_its_file_and_a_file_that_cannot_be_written_is_known_before_the_first_boot() {
    let stage = Stage::new();
    let (kernel, initrd) = (stage.path("kernel"), stage.path("initrd"));
    let (kernel, initrd) = (kernel.to_str().expect("a name"), initrd.to_str().expect("a name"));
    let series = |more: &[&str]| {
        let fixed =
            ["measure", "openvmm_linux_direct_x64", "--kernel", kernel, "--initrd", initrd, "--warmups", "0"];
        stage.command(&[&fixed, more].concat()).output().expect("it starts")
    };
    let none = series(&["-n", "0"]);
    assert_eq!(none.status.code(), Some(2), "a series of no boots");
    let nowhere = series(&["-n", "1", "--out", "/dev/null/x"]);
    assert_eq!(nowhere.status.code(), Some(2));
    assert!(!String::from_utf8_lossy(&nowhere.stderr).contains("boot 1 of 1"), "nothing was booted");
    let out = stage.path("series.jsonl");
    let written = series(&["-n", "2", "--out", out.to_str().expect("a name")]);
    assert_eq!(written.status.code(), Some(0), "{}", String::from_utf8_lossy(&written.stderr));
    let text = fs::read_to_string(&out).expect("it is there");
    let line: Value = serde_json::from_str(text.trim()).expect("one line");
    schema::conforms("measure", &serde_json::json!({"schema_version": 1, "series": [line]}));
    assert_eq!((&line["booted"], &line["circumstances"]["proven"]), (&2.into(), &false.into()));
    assert!(!stage.path("series.jsonl.partial").exists(), "the series is whole");
}

#[test]
fn series_that_are_measured_at_one_instant_lose_nothing_of_each_other_nor_of_an_earlier_run() {
    let stage = Stage::new();
    let out = stage.path("series.jsonl");
    let earlier = "a boot of an earlier run\n";
    fs::write(stage.path("series.jsonl.partial"), earlier).expect("written");
    let start = |boots: &str| {
        stage
            .command(&["measure", "openvmm_linux_direct_x64", "--warmups", "0", "-n", boots])
            .arg("--kernel")
            .arg(stage.path("kernel"))
            .arg("--initrd")
            .arg(stage.path("initrd"))
            .arg("--out")
            .arg(&out)
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .expect("it starts")
    };
    for run in [start("1"), start("2"), start("3")] {
        let run = run.wait_with_output().expect("it ends");
        let err = String::from_utf8_lossy(&run.stderr);
        assert_eq!(run.status.code(), Some(0), "{err}");
        assert!(err.contains("series.jsonl.partial contains boots of a run that was interrupted"), "{err}");
    }
    let text = fs::read_to_string(&out).expect("it is there");
    let mut booted: Vec<u64> = text
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).expect("JSON")["booted"].as_u64().expect("a count"))
        .collect();
    booted.sort_unstable();
    assert_eq!(booted, [1, 2, 3], "{text}");
    assert_eq!(fs::read_to_string(stage.path("series.jsonl.partial")).expect("it stays"), earlier);
    assert!([2, 3, 4].iter().all(|number| !stage.path(&format!("series.jsonl.{number}.partial")).exists()));
}

#[test]
fn a_series_that_is_killed_keeps_its_finished_boots() {
    let stage = Stage::new();
    let out = stage.path("series.jsonl");
    let mut child = stage
        .command(&["measure", "openvmm_linux_direct_x64", "--warmups", "0", "-n", "1000"])
        .arg("--kernel")
        .arg(stage.path("kernel"))
        .arg("--initrd")
        .arg(stage.path("initrd"))
        .arg("--out")
        .arg(&out)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("it starts");
    let partial = stage.path("series.jsonl.partial");
    let finished = || fs::read_to_string(&partial).map_or(0, |text| text.lines().count());
    let began = Instant::now();
    while finished() < 2 {
        assert!(began.elapsed() < PATIENCE, "no boot was kept");
        thread::sleep(Duration::from_millis(20));
    }
    child.kill().expect("it runs");
    ended(&mut child);
    let text = fs::read_to_string(&partial).expect("it is there");
    let first: Value = serde_json::from_str(text.lines().next().expect("a line")).expect("JSON");
    schema::conforms("measure-line", &first);
    assert!(first["boot"]["reached_s"].is_f64(), "{first:#}");
    assert!(first["circumstances"]["vmm"].is_string(), "{first:#}");
    stage.assert_clean();
}
