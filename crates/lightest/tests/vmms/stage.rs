//! A folder with the program that plays a VMM, and the environment of the program under test.

use std::fs;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Output};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::schema;

pub(crate) const PROGRAM: &str = env!("CARGO_BIN_EXE_lightest");
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);

/// The program that plays a VMM; `cargo test` builds it beside the others, unless only some tests were asked for.
pub(crate) fn fake() -> PathBuf {
    let fake = Path::new(PROGRAM).with_file_name("examples").join("fake_vmm");
    assert!(fake.is_file(), "{} is not there: `cargo build --package lightest --examples`", fake.display());
    fake
}

pub(crate) struct Stage(tempfile::TempDir);

impl Stage {
    pub(crate) fn new() -> Self {
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

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    pub(crate) fn command(&self, args: &[&str]) -> Command {
        self.set(Command::new(PROGRAM), args)
    }

    /// The same, which the key that interrupts ends: jobs in the background of a shell ignore it, and so do their children.
    pub(crate) fn interruptible(&self, args: &[&str]) -> Command {
        let mut command = Command::new("env");
        command.args(["--default-signal=INT", PROGRAM]);
        self.set(command, args)
    }

    pub(crate) fn set(&self, mut command: Command, args: &[&str]) -> Command {
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
    pub(crate) fn direct(&self, config: &str, scene: &str, more: &[&str]) -> Output {
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
    pub(crate) fn assert_clean(&self) {
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
pub(crate) fn ended(child: &mut Child) -> ExitStatus {
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

pub(crate) fn boot_of(output: &Output) -> Value {
    let text = String::from_utf8_lossy(&output.stderr);
    let value: Value =
        serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {text}"));
    schema::conforms("boot", &value);
    value["boots"][0].clone()
}

pub(crate) fn story(boot: &Value) -> Vec<&str> {
    let events = boot["events"].as_array().expect("events").iter();
    events.filter_map(|event| event["event"].as_str()).collect()
}

/// With an order that does not depend on which channel was faster.
pub(crate) fn sorted(mut names: Vec<&str>) -> Vec<&str> {
    names.sort_unstable();
    names
}

/// OpenVMM named by the configuration, and as the program that drives the lab.
pub(crate) const DIRECT: [(&str, &[&str]); 2] =
    [("openvmm_linux_direct_x64", &[]), ("lab_linux_direct_x64", &["--vmm", "openvmm"])];
