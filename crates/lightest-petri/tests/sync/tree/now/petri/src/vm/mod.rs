//! Machines.

impl Vm {
    async fn send_enlightened_shutdown(&mut self) -> Result<()> {
        let mut wait = Duration::from_secs(4);
        if let Some(more) = self.quirks.hyperv_shutdown_ic_sleep {
            wait += more;
        }
        timer.sleep(wait).await;
        Ok(())
    }
}

impl Default for ProcessorTopology {
    fn default() -> Self {
        Self { vp_count: 2, smt: None }
    }
}

impl Default for MemoryConfig {
    fn default() -> Self {
        Self { startup_bytes: 2 * 1024 * 1024 * 1024, numa: None }
    }
}

impl Firmware {
    fn is_openhcl(&self) -> bool {
        match self {
            Firmware::OpenhclUefi { .. } => true,
            Firmware::LinuxDirect { .. } | Firmware::Pcat { .. } | Firmware::Uefi { .. } => false,
        }
    }

    fn is_linux_direct(&self) -> bool {
        matches!(self, Firmware::LinuxDirect { .. })
    }

    fn quirks(&self) -> GuestQuirks {
        match self {
            Firmware::Pcat { guest } | Firmware::Uefi { guest } | Firmware::OpenhclUefi { guest } => guest.quirks.clone(),
            _ => Default::default(),
        }
    }
}
