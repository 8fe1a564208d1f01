// It is ignored already, and the other does not count.
#[vmm_test(
    ignore(reason = "boots unreliably", openvmm_openhcl_uefi_x64[vbs](vhd(ubuntu_2504_server_x64))),
    hyperv_openhcl_uefi_x64[vbs](vhd(ubuntu_2504_server_x64)),
)]
async fn boots<T: PetriVmmBackend>(config: PetriVmBuilder<T>) -> anyhow::Result<()> {
    let (vm, agent) = config.run().await?;
    agent.power_off().await?;
    vm.wait_for_clean_teardown().await?;
    Ok(())
}

#[vmm_test(unstable(reason = "boots unreliably", openvmm_openhcl_uefi_x64[vbs](vhd(ubuntu_2504_server_x64))))]
async fn boots_unstably<T: PetriVmmBackend>(config: PetriVmBuilder<T>) -> anyhow::Result<()> {
    let (vm, agent) = config.run().await?;
    agent.power_off().await?;
    vm.wait_for_clean_teardown().await?;
    Ok(())
}

// Linux hosts can build the TPM.
#[cfg(target_os = "linux")]
#[openvmm_test(uefi_x64(vhd(ubuntu_2504_server_x64)))]
async fn measured(config: PetriVmBuilder<OpenVmmPetriBackend>) -> anyhow::Result<()> {
    let (vm, agent) = config.with_tpm(true).run().await?;
    let sh = agent.unix_shell();
    cmd!(sh, "test -e /dev/tpm0").run().await?;
    agent.power_off().await?;
    vm.wait_for_clean_teardown().await?;
    Ok(())
}

// The boot disk is on PCIe, where there are root ports.
#[openvmm_test(uefi_x64(vhd(alpine_3_23_x64)))]
async fn without_vmbus(config: PetriVmBuilder<OpenVmmPetriBackend>) -> anyhow::Result<()> {
    let (vm, agent) = config
        .with_no_vmbus()
        .with_boot_device_type(BootDeviceType::PcieNvme)
        .modify_backend(|b| b.with_pcie_root_topology(1, 1, 2))
        .run()
        .await?;
    agent.power_off().await?;
    vm.wait_for_clean_teardown().await?;
    Ok(())
}

#[openvmm_test(linux_direct_aarch64, linux_direct_x64)]
async fn with_root_ports(config: PetriVmBuilder<OpenVmmPetriBackend>) -> anyhow::Result<()> {
    let (vm, agent) =
        config.with_no_vmbus().modify_backend(|b| b.with_pcie_root_topology(1, 1, 1)).run().await?;
    agent.power_off().await?;
    vm.wait_for_clean_teardown().await?;
    Ok(())
}

// What a new call does to the boot disk is not known.
#[openvmm_test(uefi_x64(vhd(alpine_3_23_x64)))]
async fn with_a_new_call(config: PetriVmBuilder<OpenVmmPetriBackend>) -> anyhow::Result<()> {
    let (vm, agent) = config.with_no_vmbus().with_boot_disk_somewhere(true).run().await?;
    agent.power_off().await?;
    vm.wait_for_clean_teardown().await?;
    Ok(())
}

// Nor whether a new call leaves the TPM to a Linux host.
#[openvmm_test(uefi_x64(vhd(ubuntu_2504_server_x64)))]
async fn measured_somewhere(config: PetriVmBuilder<OpenVmmPetriBackend>) -> anyhow::Result<()> {
    let (vm, agent) = config.with_tpm(true).on_some_host(true).run().await?;
    let sh = agent.unix_shell();
    cmd!(sh, "test -e /dev/tpm0").run().await?;
    agent.power_off().await?;
    vm.wait_for_clean_teardown().await?;
    Ok(())
}

// Windows Server 2022 is known to come back from a reboot, in spite of the limit.
#[vmm_test_with(requires(windows_partition_reset), configs(openvmm_uefi_x64(vhd(windows_datacenter_core_2022_x64))))]
async fn comes_back(config: PetriVmBuilder<OpenVmmPetriBackend>) -> anyhow::Result<()> {
    let (mut vm, agent) = config.run().await?;
    agent.reboot().await?;
    let agent = vm.wait_for_reset().await?;
    agent.windows_shell();
    agent.power_off().await?;
    vm.wait_for_clean_teardown().await?;
    Ok(())
}
