//! Another backend.

impl PetriVmmBackend for HyperVPetriBackend {
    fn check_compat(firmware: &Firmware, arch: MachineArch) -> bool {
        arch == MachineArch::host() && !firmware.is_linux_direct()
    }
}
