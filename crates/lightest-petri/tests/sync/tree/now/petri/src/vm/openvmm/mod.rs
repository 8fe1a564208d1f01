//! One backend.

impl PetriVmmBackend for OpenVmmPetriBackend {
    fn check_compat(firmware: &Firmware, arch: MachineArch) -> bool {
        arch == MachineArch::host() && !(firmware.is_openhcl() && (!cfg!(windows) || arch == MachineArch::Aarch64))
    }

    fn quirks(firmware: &Firmware) -> (GuestQuirksInner, VmmQuirks) {
        (firmware.quirks().openvmm, VmmQuirks { flaky_boot: firmware.is_pcat().then_some(Duration::from_secs(15)) })
    }
}
