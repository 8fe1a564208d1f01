//! A small orchard of images, written for these tests.

pub mod artifacts {
    pub mod loadable {
        declare_artifacts! {
            /// A kernel.
            SEED_KERNEL_X64,
        }
    }

    pub mod test_vhd {
        declare_artifacts! {
            /// Built in the tree.
            GUEST_TEST_UEFI_X64,
        }

        impl IsTestVhd for GUEST_TEST_UEFI_X64 {
            const OS_FLAVOR: OsFlavor = OsFlavor::Uefi;
            const ARCH: MachineArch = MachineArch::X86_64;
        }

        declare_blob_artifacts! {
            /// Plum.
            PLUM_1_X64
        }

        impl IsTestVhd for PLUM_1_X64 {
            const OS_FLAVOR: OsFlavor = OsFlavor::Linux;
            const ARCH: MachineArch = MachineArch::X86_64;
            fn quirks() -> GuestQuirks {
                GuestQuirks::for_all_backends(GuestQuirksInner {
                    hyperv_shutdown_ic_sleep: Some(std::time::Duration::from_secs(7)),
                    initial_reboot: Some(InitialRebootCondition::WithTpm),
                })
            }
        }

        impl IsHostedOnHvliteAzureBlobStore for PLUM_1_X64 {
            const FILENAME: &'static str = "plum-1.vhd";
            const SIZE: u64 = 1_000_512;
            const DOWNLOAD_NAME: &'static str = "Plum1X64Vhd";
        }

        // Not read block by block.
        declare_artifacts! {
            /// Pear, for the other architecture.
            PEAR_2_AARCH64
        }

        impl IsTestVhd for PEAR_2_AARCH64 {
            const OS_FLAVOR: OsFlavor = OsFlavor::Windows;
            const ARCH: MachineArch = MachineArch::Aarch64;

            fn quirks() -> GuestQuirks {
                GuestQuirks::for_all_backends(GuestQuirksInner {
                    initial_reboot: Some(InitialRebootCondition::Always),
                    ..Default::default()
                })
            }
        }

        impl IsHostedOnHvliteAzureBlobStore for PEAR_2_AARCH64 {
            const FILENAME: &'static str = "pear-2.vhdx";
            const SIZE: u64 = 2_000_512;
            const DOWNLOAD_NAME: &'static str = "Pear2Aarch64Vhdx";
        }

        declare_artifacts! {
            /// A pear with something put into it.
            PEAR_2_AARCH64_PREPPED
        }

        impl IsTestVhd for PEAR_2_AARCH64_PREPPED {
            const OS_FLAVOR: OsFlavor = PEAR_2_AARCH64::OS_FLAVOR;
            const ARCH: MachineArch = PEAR_2_AARCH64::ARCH;

            fn quirks() -> GuestQuirks {
                PEAR_2_AARCH64::quirks()
            }
        }
    }

    pub mod test_iso {
        declare_blob_artifacts! {
            /// Quince, on a disc.
            QUINCE_3_X64
        }

        impl IsTestIso for QUINCE_3_X64 {
            const OS_FLAVOR: OsFlavor = OsFlavor::FreeBsd;
            const ARCH: MachineArch = MachineArch::X86_64;
        }

        impl IsHostedOnHvliteAzureBlobStore for QUINCE_3_X64 {
            const FILENAME: &'static str = "quince-3.iso";
            const SIZE: u64 = 3_000_320;
            const DOWNLOAD_NAME: &'static str = "Quince3X64Iso";
        }
    }
}
