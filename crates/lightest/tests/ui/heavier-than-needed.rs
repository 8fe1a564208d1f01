// A file of sysfs is read: any Linux guest has it.

#[openvmm_test(uefi_x64(vhd(ubuntu_2504_server_x64)))]
async fn cache_size(config: PetriVmBuilder<OpenVmmPetriBackend>) -> anyhow::Result<()> {
    let (vm, agent) = config.run().await?;
    let sh = agent.unix_shell();
    let size = sh.read_file("/sys/devices/system/cpu/cpu0/cache/index0/size").await?;
    assert!(!size.is_empty());
    agent.power_off().await?;
    vm.wait_for_clean_teardown().await?;
    Ok(())
}

// Windows is booted, and nothing is asked of it.
#[vmm_test(
    // formatting and comments stay
    openvmm_uefi_x64(vhd(windows_datacenter_core_2022_x64)),
)]
async fn answers<T: PetriVmmBackend>(config: PetriVmBuilder<T>) -> anyhow::Result<()> {
    let (vm, agent) = config.run().await?;
    agent.ping().await?;
    agent.power_off().await?;
    vm.wait_for_clean_teardown().await?;
    Ok(())
}

// A list of operating systems: the lightest that would do is missing on aarch64.
#[openvmm_test(
    linux_direct_x64,
    uefi_x64(vhd(windows_datacenter_core_2022_x64)),
    uefi_aarch64(vhd(windows_11_enterprise_aarch64)),
    uefi_aarch64(vhd(ubuntu_2404_server_aarch64))
)]
async fn ports(config: PetriVmBuilder<OpenVmmPetriBackend>) -> anyhow::Result<()> {
    let flavor = config.os_flavor();
    let (vm, agent) = config.modify_backend(|b| b.with_pcie_root_topology(1, 1, 2)).run().await?;
    match flavor {
        OsFlavor::Linux => {
            let sh = agent.unix_shell();
            cmd!(sh, "ls /sys/bus/pci/devices").read().await?;
        }
        OsFlavor::Windows => {
            let sh = agent.windows_shell();
            cmd!(sh, "pnputil.exe /enum-devices").read().await?;
        }
        _ => unreachable!(),
    }
    agent.power_off().await?;
    vm.wait_for_clean_teardown().await?;
    Ok(())
}

// Not a boot test: boot entries are a thing.
#[openvmm_test(uefi_x64(vhd(ubuntu_2504_server_x64)))]
async fn removes_boot_entries(config: PetriVmBuilder<OpenVmmPetriBackend>) -> anyhow::Result<()> {
    let (vm, agent) = config.with_persistent_vmgs("a.vmgs").run().await?;
    agent.power_off().await?;
    vm.wait_for_clean_teardown().await?;
    Ok(())
}

// The name takes the TPM back: it is not asked for.
#[openvmm_test(uefi_x64(vhd(ubuntu_2504_server_x64)))]
async fn starts_without_tpm(config: PetriVmBuilder<OpenVmmPetriBackend>) -> anyhow::Result<()> {
    let (vm, agent) = config.run().await?;
    agent.unix_shell().read_file("/proc/interrupts").await?;
    agent.power_off().await?;
    vm.wait_for_clean_teardown().await?;
    Ok(())
}

// A boot test that boots Linux Direct on one architecture only.
#[vmm_test(
    openvmm_linux_direct_x64,
    openvmm_uefi_x64(vhd(ubuntu_2504_server_x64)),
    openvmm_uefi_aarch64(vhd(windows_11_enterprise_aarch64)),
    openvmm_uefi_aarch64(vhd(ubuntu_2404_server_aarch64))
)]
async fn boot<T: PetriVmmBackend>(config: PetriVmBuilder<T>) -> anyhow::Result<()> {
    let (vm, agent) = config.run().await?;
    agent.power_off().await?;
    vm.wait_for_clean_teardown().await?;
    Ok(())
}
