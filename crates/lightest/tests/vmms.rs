//! Whole boots with drivers whose VMM is not here: a program plays it, everything else is real.

use std::fs;
use std::io::Read as _;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;

#[path = "support/schema.rs"]
mod schema;

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
        for name in ["kernel", "initrd", "MSVM.fd"] {
            fs::write(dir.path().join(name), "anything").expect("a file");
        }
        let packed =
            Path::new(env!("CARGO_MANIFEST_DIR")).join("../lightest-inspect/tests/images/disk.vhdx.gz");
        let mut image = Vec::new();
        let packed = fs::File::open(packed).expect("a committed file");
        flate2::read::GzDecoder::new(packed).read_to_end(&mut image).expect("gzip");
        fs::write(dir.path().join("disk.vhdx"), image).expect("a file");
        fs::create_dir(dir.path().join("tmp")).expect("a directory");
        Self(dir)
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn command(&self, args: &[&str]) -> Command {
        self.set(Command::new(PROGRAM), args)
    }

    /// The same, which the key that interrupts ends: jobs in the background of a shell ignore it, and so do their children.
    fn interruptible(&self, args: &[&str]) -> Command {
        let mut command = Command::new("env");
        command.args(["--default-signal=INT", PROGRAM]);
        self.set(command, args)
    }

    fn set(&self, mut command: Command, args: &[&str]) -> Command {
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

/// How a program ends that was sent a signal.
fn ended(child: &mut Child) -> ExitStatus {
    let began = Instant::now();
    loop {
        if let Some(status) = child.try_wait().expect("a process") {
            return status;
        }
        if began.elapsed() > PATIENCE {
            let _ = child.kill();
            panic!("it goes on in spite of the signal");
        }
        thread::sleep(Duration::from_millis(10));
    }
}

fn boot_of(output: &Output) -> Value {
    let text = String::from_utf8_lossy(&output.stderr);
    let value: Value =
        serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {text}"));
    schema::hold("boot", &value);
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
        (&["boot", "lab_linux_direct_x64", "--image", "/proc/version"][..], 2, "`--image` has no effect"),
        (&["boot", "lab_uefi_x64(none)", "--append", "quiet"][..], 2, "`--append` has no effect"),
        (&["boot", "lab_uefi_x64(none)", "--kernel", "/proc/version"][..], 2, "`--kernel` has no effect"),
        (&["boot", "lab_linux_direct_x64", "--memory", "0"][..], 2, "invalid value '0'"),
        (&["boot", "lab_linux_direct_x64", "--until", ""][..], 2, "a value is required for '--until"),
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

/// A qcow2 header with a backing file, or with incompatible features.
fn qcow2(backing: bool, features: u64) -> Vec<u8> {
    let mut image = vec![0; 4096];
    image[..8].copy_from_slice(b"QFI\xfb\0\0\0\x03");
    if backing {
        image[8..16].copy_from_slice(&512_u64.to_be_bytes());
        image[16..20].copy_from_slice(&11_u32.to_be_bytes());
        image[512..523].copy_from_slice(b"/etc/passwd");
    }
    image[20..24].copy_from_slice(&16_u32.to_be_bytes());
    image[24..32].copy_from_slice(&(1_u64 << 20).to_be_bytes());
    image[72..80].copy_from_slice(&features.to_be_bytes());
    image
}

/// A VHD of which one footer says that it is only a difference.
fn vhd(first: u32, last: u32) -> Vec<u8> {
    let mut image = vec![0; 4096];
    for (at, kind) in [(0, first), (4096 - 512, last)] {
        image[at..at + 8].copy_from_slice(b"conectix");
        image[at + 60..at + 64].copy_from_slice(&kind.to_be_bytes());
    }
    image
}

#[test]
fn an_image_that_names_another_file_is_refused_before_anything_starts() {
    let descriptor = b"# Disk DescriptorFile\nversion=1\nRW 63 FLAT \"/etc/passwd\" 0\n".to_vec();
    let images: [(&str, Vec<u8>, &str); 8] = [
        ("backing.qcow2", qcow2(true, 0), "its backing file"),
        ("data.qcow2", qcow2(false, 1 << 2), "its data file"),
        ("first.vhd", vhd(4, 3), "its parent"),
        ("last.vhd", vhd(3, 4), "its parent"),
        ("descriptor.vmdk", descriptor.clone(), "VMDK descriptor"),
        ("descriptor.raw", descriptor, "VMDK descriptor"),
        ("sparse.img", b"KDMV\x01\0\0\0".to_vec(), "VMDK image"),
        ("old.qed", b"QED\0".to_vec(), "QED image"),
    ];
    for (name, content, words) in images {
        let stage = Stage::new();
        let image = stage.path(name);
        fs::write(&image, content).expect("a file");
        let image = image.to_str().expect("a name");
        for config in ["hyperv_uefi_x64(vhd(ubuntu_2504_server_x64))", "lab_uefi_x64(vhd(small_x64))"] {
            let vmm: &[&str] = if config.starts_with("lab") { &["--vmm", "openvmm"] } else { &[] };
            let args = [&["boot", config, "--image", image], vmm].concat();
            let output = stage.command(&args).output().expect("it starts");
            let text = String::from_utf8_lossy(&output.stderr);
            assert_eq!(output.status.code(), Some(4), "{name}: {text}");
            assert!(text.contains(words), "{name}: {text}");
            assert!(!text.contains("VMM started"), "{name}: {text}");
            stage.assert_clean();
        }
    }
}

#[test]
fn an_image_that_is_no_regular_file_is_not_waited_for() {
    let stage = Stage::new();
    let pipe = stage.path("pipe.img");
    assert!(Command::new("mkfifo").arg(&pipe).status().expect("mkfifo").success());
    let pipe = pipe.to_str().expect("a name");
    for args in [
        &["probe", "--image", pipe][..],
        &["boot", "hyperv_uefi_x64(vhd(ubuntu_2504_server_x64))", "--image", pipe][..],
    ] {
        let output = stage.command(args).output().expect("it starts");
        let text = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{text}");
        assert!(text.contains("it is not a regular file"), "{text}");
    }
}

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
    schema::hold("measure", &serde_json::json!({"schema_version": 1, "series": [line]}));
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
        assert!(err.contains("series.jsonl.partial holds boots of a run that was interrupted"), "{err}");
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
    schema::hold("measure-line", &first);
    assert!(first["boot"]["reached_s"].is_f64(), "{first:#}");
    assert!(first["circumstances"]["vmm"].is_string(), "{first:#}");
    stage.assert_clean();
}
