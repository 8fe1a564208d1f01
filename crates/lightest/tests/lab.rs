//! The program boots real guests, and leaves nothing behind however it goes.

use std::fs;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

#[path = "support/schema.rs"]
mod schema;

const PROGRAM: &str = env!("CARGO_BIN_EXE_lightest");
const PATIENCE: Duration = Duration::from_secs(120);

/// Processes whose command line names something in the directory.
fn processes_in(dir: &Path) -> Vec<String> {
    let dir = dir.to_str().expect("a plain name");
    let entries = fs::read_dir("/proc").expect("a Linux").flatten();
    let lines = entries.filter_map(|entry| fs::read_to_string(entry.path().join("cmdline")).ok());
    lines.filter(|line| line.contains(dir)).map(|line| line.replace('\0', " ")).collect()
}

fn wait_until(what: &str, mut true_: impl FnMut() -> bool) {
    let started = Instant::now();
    while !true_() {
        assert!(started.elapsed() < PATIENCE, "{what} did not come about");
        thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn a_program_runs_in_a_guest_and_its_answer_is_the_answer() {
    let output = Command::new(PROGRAM)
        .args(["boot", "lab_linux_direct_x64", "--format", "json", "--", "sh", "-c", "echo hello; exit 7"])
        .output()
        .expect("it starts");
    let words = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{words}");
    let answer: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
    schema::conforms("boot", &answer);
    let boot = &answer["boots"][0];
    assert_eq!(boot["program"]["status"], 7, "{boot:#}");
    assert_eq!(boot["program"]["stdout"], "hello\n");
    assert!(boot["reached_s"].is_f64());
    let events = boot["events"].as_array().expect("events").iter();
    let names: Vec<&str> = events.filter_map(|event| event["event"].as_str()).collect();
    assert_eq!(
        names,
        ["spawned", "vmm-ready", "kernel", "init", "agent-ready", "shutdown-asked", "shutdown", "exited"]
    );
}

#[test]
fn a_killed_program_leaves_no_process_and_no_file() {
    let room = tempfile::tempdir().expect("a directory");
    let mut child = Command::new(PROGRAM)
        .args(["boot", "lab_linux_direct_aarch64", "--accel", "tcg", "--tpm", "--", "sleep", "1000"])
        .env("TMPDIR", room.path())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .expect("it starts");
    let mut words = child.stderr.take().expect("a pipe");
    // The VMM, the TPM's process, and the shell that waits for our death.
    wait_until("a machine", || processes_in(room.path()).len() >= 3);
    thread::sleep(Duration::from_millis(300));
    // SIGKILL: no destructor runs.
    child.kill().expect("it runs");
    child.wait().expect("it ended");
    wait_until("the end of all processes", || processes_in(room.path()).is_empty());
    wait_until("an empty directory", || fs::read_dir(room.path()).expect("it is there").next().is_none());
    let mut all = String::new();
    words.read_to_string(&mut all).expect("text");
    assert!(all.contains("VMM started"), "{all}");
}

#[test]
fn a_host_without_qemu_gets_a_list_of_packages() {
    let output = Command::new(PROGRAM)
        .args(["boot", "lab_uefi_x64(none)", "--accel", "tcg"])
        .env("PATH", "/nowhere")
        .output()
        .expect("it starts");
    assert_eq!(output.status.code(), Some(4));
    let words = String::from_utf8_lossy(&output.stderr);
    assert!(words.contains("qemu-system-x86"), "{words}");
}

/// The disk of a guest that was built.
fn disk_of(guest: &str) -> PathBuf {
    let output =
        Command::new(PROGRAM).args(["image", "list", "--format", "json"]).output().expect("it starts");
    let answer: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
    schema::conforms("image", &answer);
    let guests = answer["guests"].as_array().expect("a list");
    let found =
        guests.iter().find(|one| one["name"] == guest).expect("a guest that `cargo xtask test` builds");
    Path::new(found["dir"].as_str().expect("a directory")).join("disk.img")
}

#[test]
fn an_image_of_ones_own_boots_whatever_its_format_and_name_and_is_not_written_to() {
    let room = tempfile::tempdir().expect("a directory");
    // Each name promises another format.
    for (format, name) in [("qcow2", "disk.vhd"), ("vhdx", "disk.raw")] {
        let image = room.path().join(name);
        let converted = Command::new("qemu-img")
            .args(["convert", "-O", format])
            .arg(disk_of("small_x64"))
            .arg(&image)
            .status()
            .expect("qemu-img is there");
        assert!(converted.success());
        let before = fs::read(&image).expect("an image");
        let output = Command::new(PROGRAM)
            .args(["boot", "lab_uefi_x64(vhd(ubuntu_2504_server_x64))", "--image"])
            .arg(&image)
            .args([
                "--timeout",
                "240",
                "--",
                "sh",
                "-c",
                "modprobe virtio_blk && dd if=/dev/zero of=/dev/vda bs=1M count=4 conv=fsync",
            ])
            .output()
            .expect("it starts");
        assert_eq!(output.status.code(), Some(0), "{format}: {}", String::from_utf8_lossy(&output.stderr));
        assert!(fs::read(&image).expect("an image") == before, "{format}: the image changed");
    }
}

fn json_of(args: &[&str]) -> serde_json::Value {
    let output = Command::new(PROGRAM).args(args).args(["--format", "json"]).output().expect("it starts");
    let text = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(0), "{args:?}: {text}");
    let answer = serde_json::from_slice(&output.stdout).expect("JSON");
    schema::conforms(args[0], &answer);
    answer
}

#[test]
fn a_guest_is_probed_and_its_answers_agree_with_the_catalog() {
    let probed = json_of(&["probe", "lab_linux_direct_x64"]);
    let found = probed["found"].as_array().expect("answers");
    let answer = |requirement: &str| {
        let found = found.iter().find(|one| one["requirement"] == requirement).expect("it is asked");
        found["met"].as_bool().expect("yes or no")
    };
    assert!(answer("linux") && answer("unix-shell"));
    assert!(!answer("systemd") && !answer("python3"));
    let verified = json_of(&["verify", "lab_linux_direct_x64"]);
    assert_eq!(verified["contradicted"], 0, "{verified:#}");
    assert!(verified["claims"].as_array().expect("claims").len() > 20);
}

#[test]
fn a_series_of_real_boots_has_a_spread_and_its_circumstances() {
    let room = tempfile::tempdir().expect("a directory");
    let out = room.path().join("lab.jsonl");
    let out = out.to_str().expect("a name");
    let measured = json_of(&["measure", "lab_linux_direct_x64", "-n", "2", "--warmups", "0", "--out", out]);
    let series = &measured["series"][0];
    assert_eq!((&series["booted"], &series["failed"]), (&2.into(), &0.into()));
    assert!(series["boot"]["median_s"].as_f64().expect("a time") > 0.1);
    assert_eq!(series["circumstances"]["proven"], true);
    let line: serde_json::Value =
        serde_json::from_str(&fs::read_to_string(out).expect("it is there")).expect("one line");
    assert_eq!(&line, series);
}

#[test]
fn a_guest_cannot_fill_the_hosts_disk() {
    let room = tempfile::tempdir().expect("a directory");
    let image = room.path().join("big.raw");
    fs::copy(disk_of("small_x64"), &image).expect("a copy");
    fs::File::options().write(true).open(&image).expect("it is there").set_len(3 << 30).expect("room");
    let output = Command::new(PROGRAM)
        .args(["boot", "lab_uefi_x64(vhd(small_x64))", "--disk-writes", "1", "--timeout", "240", "--image"])
        .arg(&image)
        .args(["--format", "json", "--", "sh", "-c"])
        .arg("modprobe virtio_blk; dd if=/dev/zero of=/dev/vda bs=1M count=1500 seek=100 conv=fsync")
        .output()
        .expect("it starts");
    let answer: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let program = &answer["boots"][0]["program"];
    assert_eq!(output.status.code(), Some(1), "{answer:#}");
    assert_ne!(program["status"], 0, "the guest wrote more than it may: {program:#}");
}
