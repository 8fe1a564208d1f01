//! Whole boots with drivers whose VMM is not here: a program plays it, everything else is real.

use std::fs;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;

const PROGRAM: &str = env!("CARGO_BIN_EXE_lightest");
const PATIENCE: Duration = Duration::from_secs(60);

/// The program that plays a VMM; `cargo test` builds it beside the others, unless only some tests were asked for.
fn fake() -> PathBuf {
    let fake = Path::new(PROGRAM).with_file_name("examples").join("fake_vmm");
    assert!(fake.is_file(), "{} is not there: `cargo build --package lightest --examples`", fake.display());
    fake
}

struct Stage(tempfile::TempDir);

impl Stage {
    fn new() -> Self {
        let dir = tempfile::tempdir().expect("a directory");
        for name in ["kernel", "initrd", "MSVM.fd", "disk.vhdx"] {
            // What a VHDX begins with, for the one of them that is an image.
            fs::write(dir.path().join(name), "vhdxfile").expect("a file");
        }
        fs::create_dir(dir.path().join("tmp")).expect("a directory");
        Self(dir)
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(PROGRAM);
        command
            .args(args)
            .env("LIGHTEST_OPENVMM", fake())
            .env("LIGHTEST_POWERSHELL", fake())
            .env("LIGHTEST_OPENVMM_UEFI_FIRMWARE_X64", self.path("MSVM.fd"))
            .env("TMPDIR", self.path("tmp"))
            .env("XDG_CACHE_HOME", self.path("cache"));
        command
    }

    /// Boots Linux directly, in a scene of the player's.
    fn direct(&self, config: &str, scene: &str, more: &[&str]) -> Output {
        let (kernel, initrd) = (self.path("kernel"), self.path("initrd"));
        let scene = format!("scene={scene}");
        let mut args = vec!["boot", config, "--append", &scene];
        args.extend([
            "--kernel",
            kernel.to_str().expect("a name"),
            "--initrd",
            initrd.to_str().expect("a name"),
        ]);
        args.extend(more);
        self.command(&args).output().expect("it starts")
    }

    /// Nothing is left of any machine.
    fn assert_clean(&self) {
        let dir = self.0.path().to_str().expect("a plain name").to_owned();
        let began = Instant::now();
        loop {
            let left: Vec<String> = fs::read_dir("/proc")
                .expect("a Linux")
                .flatten()
                .filter_map(|entry| fs::read_to_string(entry.path().join("cmdline")).ok())
                .filter(|line| line.contains(&dir))
                .collect();
            let files = fs::read_dir(self.path("tmp")).expect("it is there").count();
            if left.is_empty() && files == 0 {
                return;
            }
            assert!(began.elapsed() < PATIENCE, "left: {left:?}, {files} files");
            thread::sleep(Duration::from_millis(20));
        }
    }
}

fn boot_of(output: &Output) -> Value {
    let text = String::from_utf8_lossy(&output.stderr);
    let value: Value =
        serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {text}"));
    value["boots"][0].clone()
}

fn story(boot: &Value) -> Vec<&str> {
    let events = boot["events"].as_array().expect("events").iter();
    events.filter_map(|event| event["event"].as_str()).collect()
}

/// With an order that does not depend on which channel was faster.
fn sorted(mut names: Vec<&str>) -> Vec<&str> {
    names.sort_unstable();
    names
}

/// OpenVMM named by the configuration, and as the program that drives the lab.
const DIRECT: [(&str, &[&str]); 2] =
    [("openvmm_linux_direct_x64", &[]), ("lab_linux_direct_x64", &["--vmm", "openvmm"])];

#[test]
fn a_guest_boots_runs_a_program_and_turns_off() {
    for (config, vmm) in DIRECT {
        let stage = Stage::new();
        let more = [vmm, &["--format", "json", "--", "echo", "hello"][..]].concat();
        let output = stage.direct(config, "boots", &more);
        let boot = boot_of(&output);
        assert_eq!(output.status.code(), Some(0), "{boot:#}");
        assert_eq!(boot["proven"], false, "{config}");
        assert_eq!(boot["driver_proof"], "written from the source, never run", "{config}");
        assert_eq!(boot["program"]["stdout"], "echo hello");
        let names = sorted(story(&boot));
        let all =
            ["agent-ready", "exited", "init", "kernel", "shutdown", "shutdown-asked", "spawned", "vmm-ready"];
        assert_eq!(names, all, "{config}");
        let told = String::from_utf8_lossy(&output.stderr);
        assert!(told.contains("written from the source, never run"), "{told}");
        stage.assert_clean();
    }
}

#[test]
fn a_reset_by_the_guest_is_seen_and_counted() {
    for (config, vmm) in DIRECT {
        let stage = Stage::new();
        let output =
            stage.direct(config, "resets", &[vmm, &["--resets", "1", "--format", "json"][..]].concat());
        let boot = boot_of(&output);
        assert_eq!(output.status.code(), Some(0), "{boot:#}");
        let reset = boot["events"].as_array().expect("events").iter().find(|event| event["event"] == "reset");
        assert_eq!(reset.expect("a reset")["by"], "guest", "{config}");
        stage.assert_clean();
    }
}

#[test]
fn a_guest_that_hangs_times_out_with_its_console_and_the_machines_state() {
    for (config, vmm) in DIRECT {
        let stage = Stage::new();
        let output =
            stage.direct(config, "hangs", &[vmm, &["--timeout", "2", "--format", "json"][..]].concat());
        let boot = boot_of(&output);
        assert_eq!(output.status.code(), Some(1), "{boot:#}");
        assert_eq!(boot["failure"], "timed-out");
        assert_eq!(boot["waited_for"], "the agent to answer");
        let tail: Vec<_> = boot["diagnosis"]["console_tail"].as_array().expect("lines").iter().collect();
        assert_eq!(tail, ["Linux version 0.0-fake", "waiting for nothing"]);
        assert_eq!(boot["diagnosis"]["vmm_state"], "{ partition: _, }");
        stage.assert_clean();
    }
}

#[test]
fn a_panic_a_crash_a_flood_and_a_refused_command_line_are_outcomes() {
    for (config, vmm) in DIRECT {
        let scenes: [(&str, &str, &[&str]); 4] = [
            ("panics", "panicked", &[]),
            ("crashes", "panicked", &[]),
            ("floods", "timed-out", &["--timeout", "2"]),
            ("boots", "exited", &["--vmm-arg", "--refuse"]),
        ];
        for (scene, failure, more) in scenes {
            let stage = Stage::new();
            let output = stage.direct(config, scene, &[vmm, more, &["--format", "json"]].concat());
            let boot = boot_of(&output);
            assert_eq!(boot["failure"], failure, "{config} {scene}: {boot:#}");
            assert_eq!(output.status.code(), Some(1));
            assert!(boot.get("reached_s").is_none());
            if more.contains(&"--refuse") {
                let words = boot["diagnosis"]["vmm_stderr"].to_string();
                assert!(words.contains("unexpected argument '--refuse'"), "{words}");
            }
            stage.assert_clean();
        }
    }
}

#[test]
fn uefi_without_a_guest_is_known_by_how_openvmm_ends() {
    let stage = Stage::new();
    // The player's guest turns the machine off when it has no agent to wait for: as firmware does without its front page.
    let output = stage
        .command(&["boot", "openvmm_uefi_x64(none)", "--timeout", "5", "--format", "json"])
        .output()
        .expect("it starts");
    let boot = boot_of(&output);
    assert_eq!(output.status.code(), Some(0), "{boot:#}");
    assert!(story(&boot).contains(&"nothing-to-boot"));
    stage.assert_clean();
}

#[test]
fn a_hyper_v_machine_tells_everything_over_one_stream() {
    let stage = Stage::new();
    let disk = stage.path("disk.vhdx");
    let disk = disk.to_str().expect("a name");
    let config = "hyperv_uefi_x64(vhd(ubuntu_2504_server_x64))";
    let output = stage
        .command(&[
            "boot",
            config,
            "--image",
            disk,
            "--until",
            "guest: up",
            "--power-button",
            "--format",
            "json",
        ])
        .output()
        .expect("it starts");
    let boot = boot_of(&output);
    assert_eq!(output.status.code(), Some(0), "{boot:#}");
    let names = sorted(story(&boot));
    assert_eq!(names, ["exited", "firmware", "marker", "shutdown", "shutdown-asked", "spawned", "vmm-ready"]);
    stage.assert_clean();
}

#[test]
fn a_key_that_interrupts_and_a_kill_leave_nothing_behind() {
    for (config, vmm) in DIRECT {
        for signal in ["INT", "KILL"] {
            let stage = Stage::new();
            let (kernel, initrd) = (stage.path("kernel"), stage.path("initrd"));
            let mut child = stage
                .command(&["boot", config, "--append", "scene=hangs"])
                .args(vmm)
                .arg("--kernel")
                .arg(kernel)
                .arg("--initrd")
                .arg(initrd)
                .stdout(Stdio::null())
                .stderr(Stdio::null())
                .process_group(0)
                .spawn()
                .expect("it starts");
            let began = Instant::now();
            while fs::read_dir(stage.path("tmp")).expect("it is there").count() == 0 {
                assert!(began.elapsed() < PATIENCE, "no machine");
                thread::sleep(Duration::from_millis(10));
            }
            thread::sleep(Duration::from_millis(200));
            let id = child.id().to_string();
            let sent = Command::new("/bin/sh").args(["-c", &format!("kill -s {signal} {id}")]).status();
            assert!(sent.expect("a shell").success());
            let status = child.wait().expect("it ended");
            assert!(!status.success());
            stage.assert_clean();
        }
    }
}

#[test]
fn the_list_of_vmms_says_what_is_found_and_what_is_proven() {
    let stage = Stage::new();
    let output = stage.command(&["list", "vmms", "--format", "json"]).output().expect("it starts");
    let value: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let all = value["vmms"].as_array().expect("a list").iter();
    let found: Vec<_> = all
        .map(|vmm| {
            let variable = vmm["variable"].as_str().unwrap_or("none");
            format!("{} proven {} in {variable}", vmm["id"].as_str().expect("a name"), vmm["proven"])
        })
        .collect();
    assert_eq!(
        found,
        [
            "qemu proven true in none",
            "openvmm proven false in LIGHTEST_OPENVMM",
            "hyperv proven false in LIGHTEST_POWERSHELL",
        ]
    );
    let without =
        stage.command(&["list", "vmms"]).env("PATH", "/nowhere").env_remove("LIGHTEST_OPENVMM").output();
    let text = String::from_utf8_lossy(&without.expect("it starts").stdout).into_owned();
    assert!(
        text.contains("not found: put it on PATH, or name it in the environment variable LIGHTEST_OPENVMM"),
        "{text}"
    );
    assert!(text.contains("written from the source, never run"), "{text}");
}

#[test]
fn what_no_driver_can_do_is_refused_before_anything_starts() {
    let stage = Stage::new();
    for (args, code, words) in [
        (&["boot", "openvmm_openhcl_uefi_x64[snp](none)"][..], 4, "isolates a guest"),
        (&["boot", "openvmm_openhcl_uefi_x64(none)"][..], 4, "no way to boot by `openhcl_uefi`"),
        (&["boot", "lab_linux_direct_x64", "--vmm", "hyperv"][..], 4, "no way to boot x64 by `linux_direct`"),
        (&["boot", "openvmm_uefi_x64(none)", "--accel", "tcg"][..], 4, "does not run guests with `tcg`"),
        (
            &["boot", "hyperv_uefi_x64(none)", "--vmm", "openvmm"][..],
            2,
            "names hyperv, and `--vmm` names openvmm",
        ),
        (
            &["boot", "uefi_x64(none)", "--vmm", "firecracker"][..],
            2,
            "no driver for a VMM called `firecracker`",
        ),
        (&["boot", "openvmm_uefi_x64(none)", "--warm"][..], 4, "cannot save a machine"),
    ] {
        let output = stage.command(args).output().expect("it starts");
        let text = String::from_utf8_lossy(&output.stderr);
        assert!(text.contains(words), "{args:?}: {text}");
        assert_eq!(output.status.code(), Some(code), "{args:?}: {text}");
        stage.assert_clean();
    }
}

#[test]
fn a_machine_that_cannot_be_started_takes_nothing_from_the_others() {
    let stage = Stage::new();
    let (kernel, initrd) = (stage.path("kernel"), stage.path("initrd"));
    let output = stage
        .command(&["boot", "openvmm_uefi_x64(none)", "openvmm_linux_direct_x64", "--format", "json"])
        .args(
            [kernel.as_os_str(), initrd.as_os_str()]
                .iter()
                .zip(["--kernel", "--initrd"])
                .flat_map(|(path, option)| [std::ffi::OsStr::new(option), path]),
        )
        .env_remove("LIGHTEST_OPENVMM_UEFI_FIRMWARE_X64")
        .output()
        .expect("it starts");
    let boot = boot_of(&output);
    let words = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(4), "{words}");
    assert!(words.contains("LIGHTEST_OPENVMM_UEFI_FIRMWARE_X64"), "{words}");
    assert_eq!(boot["config"], "openvmm_linux_direct_x64");
    assert!(boot["reached_s"].is_f64(), "{boot:#}");
    stage.assert_clean();
}
