//! Command lines: each is shown whole, and has no word that the VMM's own source does not know.

use std::fmt::Write as _;
use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use lightest_guests::host::Host;
use lightest_lab::driver::{Driver, Prepared};
use lightest_lab::drivers;
use lightest_lab::options::Facts;
use lightest_lab::plan::Plan;
use lightest_lab::spec::{
    Accelerator, Arch, BootSpec, Disk, DiskBus, FirmwareBoot, Goal, ImageFormat, Payload,
};
use lightest_lab::{hyperv, openvmm};

/// A host on which everything was named; the programs are there, and nothing of them is run.
struct Stage {
    dir: tempfile::TempDir,
    host: Host,
}

impl Stage {
    fn new() -> Self {
        let dir = tempfile::tempdir().expect("a directory");
        let file = |name: &str| {
            let path = dir.path().join(name);
            fs::write(&path, name).expect("a file");
            path
        };
        let mut host = Host::with_path(vec!["/usr/bin".into(), "/bin".into()]);
        for (name, program) in [
            ("OPENVMM", "openvmm"),
            ("POWERSHELL", "powershell.exe"),
            ("OPENVMM_UEFI_FIRMWARE_X64", "MSVM.fd"),
            ("OPENVMM_UEFI_FIRMWARE_AARCH64", "MSVM-arm.fd"),
            ("OPENVMM_PCAT_FIRMWARE", "vmfirmwarepcat.dll"),
        ] {
            host = host.naming(name, file(program));
        }
        for name in [
            "kernel",
            "initrd.cpio",
            "disk.img",
            "disk.vhd",
            "disk.vhdx",
            "cd.iso",
            "a,b.img",
            "it's $(x).vhdx",
        ] {
            file(name);
        }
        fs::create_dir(dir.path().join("room")).expect("a room");
        Self { dir, host }
    }

    fn file(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    fn prepare(&self, driver: &'static dyn Driver, spec: &BootSpec) -> Result<Prepared, String> {
        let plan = Plan::new(driver, spec.clone(), &self.host).map_err(|error| error.to_string())?;
        let dir = self.file("room");
        driver.prepare(&plan.spec, &plan.program, &self.host, &dir).map_err(|error| error.to_string())
    }

    /// The same wherever the test runs.
    fn plain(&self, text: &str) -> String {
        text.replace(self.dir.path().to_str().expect("a plain name"), "[DIR]")
    }

    fn direct(&self, arch: Arch) -> BootSpec {
        let cmdline = "console=ttyS0 panic=-1 a=\"b c\"".to_owned();
        let (kernel, initrd) = (self.file("kernel"), self.file("initrd.cpio"));
        machine(arch, Payload::LinuxDirect { kernel, initrd, cmdline })
    }

    fn disk(&self, name: &str, format: ImageFormat, bus: DiskBus) -> Disk {
        Disk { file: self.file(name), format, bus }
    }

    fn with_disk(&self, payload: Payload, disk: Disk) -> BootSpec {
        let mut spec = machine(Arch::X64, payload);
        spec.disks.push(disk);
        spec
    }
}

fn machine(arch: Arch, payload: Payload) -> BootSpec {
    BootSpec {
        config: "test".to_owned(),
        arch,
        accelerator: Accelerator::Native,
        payload,
        disks: Vec::new(),
        memory_mib: 256,
        cpus: 2,
        network: false,
        tpm: false,
        agent: true,
        goal: Goal::AgentReady { resets: 0 },
        ends_itself: false,
        limit: Duration::from_secs(60),
        max_resets: 0,
        keep_writes: false,
        write_limit: lightest_lab::spec::WRITE_LIMIT,
        restore: None,
        extra_args: Vec::new(),
    }
}

fn nothing(arch: Arch, payload: Payload) -> BootSpec {
    BootSpec { agent: false, goal: Goal::NothingToBoot, ..machine(arch, payload) }
}

/// All kinds of machines, by a name for people.
fn machines(stage: &Stage) -> Vec<(&'static str, BootSpec)> {
    let uefi = || Payload::Uefi(FirmwareBoot::Disks);
    let pcat = || Payload::Pcat(FirmwareBoot::Disks);
    let mut everything = stage.direct(Arch::X64);
    everything.network = true;
    everything.extra_args = vec!["--more".to_owned()];
    let mut tpm = stage.with_disk(uefi(), stage.disk("disk.img", ImageFormat::Raw, DiskBus::Virtio));
    tpm.tpm = true;
    let mut kvm = stage.direct(Arch::X64);
    kvm.accelerator = Accelerator::Kvm;
    let mut cd = stage.with_disk(uefi(), stage.disk("cd.iso", ImageFormat::Raw, DiskBus::Cdrom));
    cd.network = true;
    let mut saved = stage.direct(Arch::X64);
    saved.restore = Some(stage.file("state"));
    vec![
        ("linux direct x64", stage.direct(Arch::X64)),
        ("linux direct aarch64", stage.direct(Arch::Aarch64)),
        ("linux direct x64 with kvm", kvm),
        ("linux direct x64 with a card and more", everything),
        ("linux direct x64 from a saved machine", saved),
        ("uefi x64 without a guest", nothing(Arch::X64, Payload::Uefi(FirmwareBoot::Nothing))),
        ("uefi aarch64 without a guest", nothing(Arch::Aarch64, Payload::Uefi(FirmwareBoot::Nothing))),
        (
            "uefi x64 with an application",
            machine(Arch::X64, Payload::Uefi(FirmwareBoot::App(stage.file("kernel")))),
        ),
        (
            "uefi x64 with a raw disk",
            stage.with_disk(uefi(), stage.disk("disk.img", ImageFormat::Raw, DiskBus::Scsi)),
        ),
        (
            "uefi x64 with a vhd",
            stage.with_disk(uefi(), stage.disk("disk.vhd", ImageFormat::Vhd, DiskBus::Scsi)),
        ),
        (
            "uefi x64 with a vhdx",
            stage.with_disk(uefi(), stage.disk("disk.vhdx", ImageFormat::Vhdx, DiskBus::Scsi)),
        ),
        (
            "uefi x64 with a vhdx called otherwise",
            stage.with_disk(uefi(), stage.disk("disk.img", ImageFormat::Vhdx, DiskBus::Scsi)),
        ),
        (
            "uefi x64 with a qcow2",
            stage.with_disk(uefi(), stage.disk("disk.img", ImageFormat::Qcow2, DiskBus::Scsi)),
        ),
        (
            "uefi x64 with a comma",
            stage.with_disk(uefi(), stage.disk("a,b.img", ImageFormat::Raw, DiskBus::Scsi)),
        ),
        (
            "uefi x64 with code in a name",
            stage.with_disk(uefi(), stage.disk("it's $(x).vhdx", ImageFormat::Vhdx, DiskBus::Scsi)),
        ),
        ("uefi x64 with a cd and a card", cd),
        ("uefi x64 with a tpm", tpm),
        ("pcat x64 without a guest", nothing(Arch::X64, Payload::Pcat(FirmwareBoot::Nothing))),
        (
            "pcat x64 with a vhd",
            stage.with_disk(pcat(), stage.disk("disk.vhd", ImageFormat::Vhd, DiskBus::Ide)),
        ),
        (
            "pcat x64 with a cd",
            stage.with_disk(pcat(), stage.disk("cd.iso", ImageFormat::Raw, DiskBus::Cdrom)),
        ),
        ("pcat aarch64", nothing(Arch::Aarch64, Payload::Pcat(FirmwareBoot::Nothing))),
    ]
}

fn shown(stage: &Stage, prepared: &Prepared) -> String {
    let mut text = String::new();
    for word in prepared.line.to_vec() {
        // A script of PowerShell's is shown in another test.
        let word = if word.len() > 2000 { "[SCRIPT]".to_owned() } else { stage.plain(&word) };
        let _ = write!(text, "  {word}");
        text.push('\n');
    }
    let endpoint = |endpoint: &lightest_lab::driver::Endpoint| stage.plain(&format!("{endpoint:?}"));
    let _ = writeln!(text, "  streams {:?}, control {}", prepared.streams, endpoint(&prepared.control));
    let consoles: Vec<_> = prepared.consoles.iter().map(endpoint).collect();
    let agent = prepared.agent.as_ref().map(endpoint);
    let _ = writeln!(text, "  consoles {consoles:?}, agent {agent:?}, helpers {}", prepared.helpers.len());
    text
}

#[test]
fn every_command_line_is_as_reviewed() {
    for driver in drivers::ALL.into_iter().filter(|driver| driver.name() != "qemu") {
        let stage = Stage::new();
        let mut text = String::new();
        for (name, spec) in machines(&stage) {
            let _ = writeln!(text, "{name}:");
            match stage.prepare(driver, &spec) {
                Ok(prepared) => text.push_str(&shown(&stage, &prepared)),
                Err(why) => {
                    let _ = writeln!(text, "  refused: {}", stage.plain(&why));
                }
            }
        }
        insta::assert_snapshot!(format!("lines-{}", driver.name()), text);
    }
}

#[test]
fn no_command_line_has_an_option_that_the_vmms_source_does_not_know() {
    let with_facts: [(&'static dyn Driver, &Facts); 1] = [(&openvmm::OpenVmm, &openvmm::FACTS)];
    for (driver, facts) in with_facts {
        let stage = Stage::new();
        let mut used = std::collections::BTreeSet::new();
        for (name, mut spec) in machines(&stage) {
            spec.extra_args.clear();
            if let Ok(prepared) = stage.prepare(driver, &spec) {
                assert_eq!(facts.unknown(&prepared.line), None, "{}: {name}", driver.name());
                used.extend(prepared.line.args);
            }
        }
        // And none of the facts is there for nothing.
        for option in &facts.option {
            assert!(used.contains(&option.name), "{} is never used", option.name);
        }
    }
}

#[test]
fn every_fact_has_its_place() {
    for facts in [&*openvmm::FACTS, &*hyperv::FACTS] {
        let named = facts.option.iter().chain(&facts.command).map(|one| &one.at);
        let all = named
            .chain(facts.log.iter().map(|one| &one.at))
            .chain(facts.event.iter().map(|one| &one.at))
            .chain(facts.fact.iter().map(|one| &one.at));
        let mut number = 0;
        for at in all {
            assert!(at.contains('/') || at.starts_with("ms:"), "{at}");
            number += 1;
        }
        assert!(number > 5 && !facts.source.is_empty() && facts.commit.len() >= 9);
    }
}

#[test]
fn the_hyper_v_script_quotes_every_value() {
    let stage = Stage::new();
    let disk = stage.disk("it's $(x).vhdx", ImageFormat::Vhdx, DiskBus::Scsi);
    let mut spec = stage.with_disk(Payload::Uefi(FirmwareBoot::Disks), disk);
    spec.agent = false;
    let prepared = stage.prepare(&hyperv::HyperV, &spec).expect("it can be started");
    let encoded = prepared.line.args.last().expect("a script");
    let script = stage.plain(&decoded(encoded));
    let (settings, session) = script.split_once("\n}\n").expect("settings and a session");
    insta::assert_snapshot!("hyperv-settings", settings);
    assert!(session.contains("New-VM") && !session.contains("[DIR]"));
}

/// PowerShell's own form: base64 of two bytes a letter.
fn decoded(encoded: &str) -> String {
    let alphabet = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let (mut bits, mut have, mut bytes) = (0_u32, 0, Vec::new());
    for letter in encoded.bytes().take_while(|letter| *letter != b'=') {
        let value = alphabet.iter().position(|known| *known == letter).expect("base64");
        bits = (bits << 6) | u32::try_from(value).expect("six bits");
        have += 6;
        if have >= 8 {
            have -= 8;
            bytes.push(u8::try_from((bits >> have) & 0xff).expect("eight bits"));
        }
    }
    let units: Vec<u16> = bytes.chunks_exact(2).map(|pair| u16::from_le_bytes([pair[0], pair[1]])).collect();
    String::from_utf16(&units).expect("text")
}

#[test]
fn an_image_is_never_given_to_a_vmm_that_would_write_to_it() {
    let stage = Stage::new();
    for driver in drivers::ALL.into_iter().filter(|driver| driver.name() != "qemu") {
        for (name, spec) in machines(&stage) {
            let Ok(prepared) = stage.prepare(driver, &spec) else { continue };
            let line = prepared.line.to_vec().join(" ");
            for disk in &spec.disks {
                let path = disk.file.to_str().expect("a plain name");
                let kept = line.contains(&format!("memdiff:file:{path}"))
                    || line.contains(&format!("file:{path},dvd"))
                    || !line.contains(path);
                assert!(kept, "{}: {name}: {line}", driver.name());
            }
        }
    }
}

#[test]
fn a_missing_program_that_the_user_named_is_not_replaced() {
    let host = Host::with_path(vec!["/usr/bin".into()]).naming("OPENVMM", "/nowhere/openvmm");
    let missing = openvmm::OpenVmm.find(Arch::X64, &host).expect_err("it is not there");
    assert_eq!(missing.to_string(), "this host lacks /nowhere/openvmm (from LIGHTEST_OPENVMM)");
    let missing =
        openvmm::OpenVmm.find(Arch::X64, &Host::with_path(Vec::new())).expect_err("it is not there");
    assert_eq!(missing.to_string(), "this host lacks openvmm");
    let help = "put it on PATH, or name it in the environment variable LIGHTEST_OPENVMM";
    assert_eq!(missing.command(), help);
}
