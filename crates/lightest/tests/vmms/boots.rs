//! A boot, and how it ends.

use std::fs;
use std::os::unix::process::CommandExt as _;
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use crate::stage::{DIRECT, PATIENCE, Stage, boot_of, ended, sorted, story};

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
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert!(stderr.contains("written from the source, never run"), "{stderr}");
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
fn a_hyper_v_machine_uses_one_stream() {
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
                .interruptible(&["boot", config, "--append", "scene=hangs"])
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
            assert!(!ended(&mut child).success());
            stage.assert_clean();
        }
    }
}
