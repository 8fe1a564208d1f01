//! The Cloud Hypervisor driver. Not proven here: its tests hold it against its source and recorded dialogue.

mod args;
mod events;
mod http;

use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, LazyLock};
use std::time::{Duration, Instant};

use crate::abilities::{Abilities, Method, Way};
use crate::driver::{CannotStart, Control, Driver, Heard, Prepared, Proof, Tell, check};
use crate::host::{Host, Missing, PREFIX};
use crate::line::Line;
use crate::options::Facts;
use crate::spec::{Accelerator, Arch, BootSpec, DiskBus, ImageFormat};
use crate::timeline::EventKind;

/// What it understands, with evidence.
pub static FACTS: LazyLock<Facts> =
    LazyLock::new(|| Facts::embedded(include_str!("../vmms/cloud-hypervisor.toml")));

/// The environment variable that names the program, without `LIGHTEST_`.
pub const PROGRAM: &str = "CLOUD_HYPERVISOR";
/// How long the first question may take.
const GREETING: Duration = Duration::from_secs(5);

/// Cloud Hypervisor.
#[derive(Debug)]
pub struct CloudHypervisor;

const BOTH: &[Arch] = &[Arch::X64, Arch::Aarch64];

static ABILITIES: Abilities = Abilities {
    ways: &[
        Way { method: Method::LinuxDirect, archs: BOTH, disk: DiskBus::Virtio },
        Way { method: Method::Uefi, archs: BOTH, disk: DiskBus::Virtio },
    ],
    accelerators: &[Accelerator::Native, Accelerator::Kvm],
    formats: &[ImageFormat::Raw, ImageFormat::Qcow2, ImageFormat::Vhdx],
    uefi_app: false,
    nothing_to_boot: &[],
    cdrom: false,
    network: false,
    tpm: &[Method::LinuxDirect, Method::Uefi],
    agent: Some("vsock"),
    warm: false,
};

impl Driver for CloudHypervisor {
    fn name(&self) -> &'static str {
        "cloud-hypervisor"
    }

    fn title(&self) -> &'static str {
        "Cloud Hypervisor"
    }

    fn proof(&self) -> Proof {
        Proof::RecordedDialogueOnly
    }

    fn abilities(&self) -> &'static Abilities {
        &ABILITIES
    }

    fn find(&self, _arch: Arch, host: &Host) -> Result<PathBuf, Missing> {
        host.named_program(PROGRAM, &["cloud-hypervisor"])
    }

    fn variable(&self) -> Option<String> {
        Some(format!("{PREFIX}{PROGRAM}"))
    }

    fn prepare(&self, spec: &BootSpec, host: &Host, room: &Path) -> Result<Prepared, CannotStart> {
        let program = check(self, spec, host)?;
        args::prepare(spec, host, &program, room)
    }

    fn attach(&self, control: Line, tell: Tell) -> io::Result<Arc<dyn Control>> {
        let api = Api(http::Client::start(control));
        // An API that does not answer this is told by the next question.
        if let Ok(version) = api.ask("GET", "vmm.ping", GREETING).and_then(|body| field(&body, "version")) {
            tell(Instant::now(), Heard::Event(EventKind::VmmReady { version }));
        }
        Ok(Arc::new(api))
    }

    fn listen(&self, events: Line, tell: &Tell) {
        events::read(events.reader, tell);
    }
}

fn field(body: &[u8], name: &str) -> Result<String, String> {
    let value: serde_json::Value = serde_json::from_slice(body)
        .map_err(|error| format!("Cloud Hypervisor answers with something else than JSON: {error}"))?;
    let text = value[name].as_str();
    text.map(str::to_owned).ok_or_else(|| format!("Cloud Hypervisor's answer has no `{name}`"))
}

/// Its API.
struct Api(http::Client);

impl Api {
    fn ask(&self, method: &str, what: &str, limit: Duration) -> Result<Vec<u8>, String> {
        let answer = self.0.ask(method, &format!("/api/v1/{what}"), limit);
        let answer = answer.map_err(|error| format!("{what}: {error}"))?;
        if (200..300).contains(&answer.status) {
            return Ok(answer.body);
        }
        let why = String::from_utf8_lossy(&answer.body);
        let why: String = why.chars().filter(|letter| !letter.is_control()).take(500).collect();
        Err(format!("{what}: Cloud Hypervisor refused ({}): {why}", answer.status))
    }
}

impl Control for Api {
    fn power_button(&self, limit: Duration) -> Result<(), String> {
        self.ask("PUT", "vm.power-button", limit).map(drop)
    }

    fn reset(&self, limit: Duration) -> Result<(), String> {
        self.ask("PUT", "vm.reboot", limit).map(drop)
    }

    fn pause(&self, limit: Duration) -> Result<(), String> {
        self.ask("PUT", "vm.pause", limit).map(drop)
    }

    fn resume(&self, limit: Duration) -> Result<(), String> {
        self.ask("PUT", "vm.resume", limit).map(drop)
    }

    fn quit(&self, limit: Duration) -> Result<(), String> {
        self.ask("PUT", "vmm.shutdown", limit).map(drop)
    }

    fn state(&self, limit: Duration) -> Result<String, String> {
        self.ask("GET", "vm.info", limit).and_then(|body| field(&body, "state"))
    }
}
