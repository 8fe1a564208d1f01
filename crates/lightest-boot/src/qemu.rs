//! The QEMU driver: its control channel.

mod args;

use std::io;
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::driver::{CannotStart, Control, Driver, Prepared, Proof, Tell};
use crate::host::Host;
use crate::qmp::{Qmp, QmpEvent, Told};
use crate::spec::BootSpec;
use crate::timeline::{EventKind, Initiator};

/// QEMU, from version 7.2.
#[derive(Debug)]
pub struct Qemu;

impl Driver for Qemu {
    fn name(&self) -> &'static str {
        "qemu"
    }

    fn proof(&self) -> Proof {
        Proof::BootsRealGuests
    }

    fn prepare(&self, spec: &BootSpec, host: &Host, room: &Path) -> Result<Prepared, CannotStart> {
        host.require(&Host::purposes(spec))?;
        args::prepare(spec, host, room)
    }

    fn attach(&self, control: UnixStream, tell: Tell) -> io::Result<Arc<dyn Control>> {
        let qmp = Qmp::start(control, move |when, told| {
            if let Some(kind) = event(told) {
                tell(when, kind);
            }
        })?;
        Ok(Arc::new(QemuControl(qmp)))
    }
}

fn event(told: Told) -> Option<EventKind> {
    let QmpEvent { name, data } = match told {
        Told::Version(version) => return Some(EventKind::VmmReady { version }),
        Told::Event(event) => event,
    };
    let by = match data["guest"].as_bool() {
        Some(true) => Initiator::Guest,
        Some(false) => Initiator::Host,
        None => Initiator::Unknown,
    };
    Some(match name.as_str() {
        "RESET" => EventKind::Reset { by },
        "SHUTDOWN" => EventKind::Shutdown { by },
        "RESUME" => EventKind::Restored,
        "GUEST_PANICKED" => EventKind::Panicked { what: "the guest told its panic device".to_owned() },
        _ => return None,
    })
}

struct QemuControl(Arc<Qmp>);

impl QemuControl {
    fn execute(&self, name: &str, arguments: &Value, limit: Duration) -> Result<Value, String> {
        let answer = self.0.execute(name, arguments, limit);
        answer.map_err(|error| format!("{name}: {error}"))
    }
}

impl Control for QemuControl {
    fn power_button(&self, limit: Duration) -> Result<(), String> {
        self.execute("system_powerdown", &Value::Null, limit).map(drop)
    }

    fn quit(&self, limit: Duration) -> Result<(), String> {
        self.execute("quit", &Value::Null, limit).map(drop)
    }

    fn state(&self, limit: Duration) -> Result<String, String> {
        let answer = self.execute("query-status", &Value::Null, limit)?;
        let state = answer["status"].as_str().unwrap_or("no state");
        Ok(state.to_owned())
    }

    fn save(&self, file: &Path, limit: Duration) -> Result<(), String> {
        let deadline = Instant::now() + limit;
        // As fast as the disk takes it. The machine is not stopped before: it would be restored stopped.
        let bandwidth = json!({"max-bandwidth": 1_u64 << 40});
        self.execute("migrate-set-parameters", &bandwidth, limit)?;
        let file = file.to_str().ok_or("the file's name is not UTF-8")?;
        if file.contains(['\'', '\\']) {
            return Err(format!("{file}: the name has a character that a shell would read"));
        }
        let uri = json!({"uri": format!("exec:cat > '{file}'")});
        self.execute("migrate", &uri, limit)?;
        loop {
            let answer = self.execute("query-migrate", &Value::Null, limit)?;
            match answer["status"].as_str() {
                Some("completed") => return Ok(()),
                Some("failed" | "cancelled") => {
                    let why = answer["error-desc"].as_str().unwrap_or("no reason given");
                    return Err(format!("saving the machine failed: {why}"));
                }
                _ if Instant::now() > deadline => {
                    return Err("saving the machine takes too long".into());
                }
                _ => thread::sleep(Duration::from_millis(5)),
            }
        }
    }

    fn resume(&self, limit: Duration) -> Result<(), String> {
        self.execute("cont", &Value::Null, limit).map(drop)
    }
}
