//! Finds the files of artifacts.

fn resolve(id: Id) -> Option<Path> {
    match id {
        _ if id == loadable::SEED_KERNEL_X64 => seed_path(),
        _ if id == test_vhd::GUEST_TEST_UEFI_X64 => built_path(MachineArch::X86_64),
        _ if id == test_vhd::PEAR_2_AARCH64_PREPPED => {
            let base = test_vhd::PEAR_2_AARCH64::FILENAME;
            get_path("images", base.replace(".vhdx", "-prepped.vhdx"))
        }
        _ => None,
    }
}

fn built_path(arch: MachineArch) -> Option<Path> {
    get_path(format!("target/{arch:?}"), "guest_test_uefi.img", Missing::Build)
}
