// The component is the point.
#[vmm_test(openvmm_linux_direct_x64, openvmm_uefi_x64(vhd(ubuntu_2504_server_x64)))]
async fn shutdown_component<T: PetriVmmBackend>(config: PetriVmBuilder<T>) -> anyhow::Result<()> {
    let (mut vm, agent) = config.run().await?;
    agent.ping().await?;
    vm.send_enlightened_shutdown(ShutdownKind::Shutdown).await?;
    vm.wait_for_clean_teardown().await?;
    Ok(())
}

// There is no agent that could power it off.
#[vmm_test_with(noagent, configs(openvmm_pcat_x64(vhd(freebsd_13_2_x64))))]
async fn ends<T: PetriVmmBackend>(config: PetriVmBuilder<T>) -> anyhow::Result<()> {
    let mut vm = config.run_without_agent().await?;
    vm.send_enlightened_shutdown(ShutdownKind::Shutdown).await?;
    vm.wait_for_clean_teardown().await?;
    Ok(())
}

// It is declared.
#[vmm_test_with(requires(vpci), configs(openvmm_uefi_x64(vhd(windows_datacenter_core_2022_x64))))]
async fn boot_vpci<T: PetriVmmBackend>(config: PetriVmBuilder<T>) -> anyhow::Result<()> {
    let (vm, agent) = config.with_boot_device_type(petri::BootDeviceType::Nvme).run().await?;
    agent.power_off().await?;
    vm.wait_for_clean_teardown().await?;
    Ok(())
}

// Compiled for Windows, where there is no MSHV.
#[cfg(windows)]
#[openvmm_test(uefi_x64(vhd(windows_datacenter_core_2022_x64)))]
async fn windows_comes_back(config: PetriVmBuilder<OpenVmmPetriBackend>) -> anyhow::Result<()> {
    let (mut vm, agent) = config.run().await?;
    agent.reboot().await?;
    let agent = vm.wait_for_reset().await?;
    agent.windows_shell();
    agent.power_off().await?;
    vm.wait_for_clean_teardown().await?;
    Ok(())
}

// With OpenHCL the host is Windows.
#[openvmm_test(openhcl_uefi_x64(vhd(windows_datacenter_core_2022_x64)))]
async fn comes_back_under_openhcl(config: PetriVmBuilder<OpenVmmPetriBackend>) -> anyhow::Result<()> {
    let (mut vm, agent) = config.with_vtl0_pipette(true).run().await?;
    vm.restart_openhcl(igvm_file, flags).await?;
    agent.reboot().await?;
    let agent = vm.wait_for_reset().await?;
    agent.windows_shell();
    agent.power_off().await?;
    vm.wait_for_clean_teardown().await?;
    Ok(())
}

// Linux resets everywhere.
#[openvmm_test(linux_direct_x64)]
async fn linux_comes_back(config: PetriVmBuilder<OpenVmmPetriBackend>) -> anyhow::Result<()> {
    let (mut vm, agent) = config.run().await?;
    agent.reboot().await?;
    let agent = vm.wait_for_reset().await?;
    agent.unix_shell();
    agent.power_off().await?;
    vm.wait_for_clean_teardown().await?;
    Ok(())
}
