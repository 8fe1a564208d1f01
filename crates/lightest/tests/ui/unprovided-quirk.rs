// The agent is there: its own way to power off waits for nothing.
#[vmm_test(
    openvmm_linux_direct_x64,
    openvmm_uefi_x64(vhd(ubuntu_2504_server_x64)),
)]
async fn ends<T: PetriVmmBackend>(config: PetriVmBuilder<T>) -> anyhow::Result<()> {
    let (mut vm, agent) = config.run().await?;
    agent.ping().await?;
    vm.send_enlightened_shutdown(ShutdownKind::Shutdown).await?;
    vm.wait_for_clean_teardown().await?;
    Ok(())
}

// A host without VPCI must skip it, but the declaration lacks the word.
#[vmm_test(openvmm_uefi_x64(vhd(windows_datacenter_core_2022_x64)))]
async fn boot_vpci<T: PetriVmmBackend>(config: PetriVmBuilder<T>) -> anyhow::Result<()> {
    let (vm, agent) = config.with_boot_device_type(petri::BootDeviceType::Nvme).run().await?;
    agent.power_off().await?;
    vm.wait_for_clean_teardown().await?;
    Ok(())
}

// OpenVMM on MSHV cannot reset Windows, and CI has such a host.
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

// This one resets itself as it boots for the first time.
#[openvmm_test(uefi_x64(vhd(windows_datacenter_core_2025_x64)))]
async fn windows_boots(config: PetriVmBuilder<OpenVmmPetriBackend>) -> anyhow::Result<()> {
    let (vm, agent) = config.run().await?;
    agent.windows_shell();
    agent.power_off().await?;
    vm.wait_for_clean_teardown().await?;
    Ok(())
}

// What stands behind the statement before says nothing of the shutdown.
#[openvmm_test(linux_direct_x64)]
async fn the_comment_is_on_the_line_before(config: PetriVmBuilder<OpenVmmPetriBackend>) -> anyhow::Result<()> {
    let (mut vm, agent) = config.run().await?;
    agent.ping().await?; // the agent must answer
    vm.send_enlightened_shutdown(ShutdownKind::Shutdown).await?;
    vm.wait_for_clean_teardown().await?; // not power_off
    Ok(())
}

// Nor does one that goes on below it.
#[openvmm_test(linux_direct_x64)]
async fn the_comment_goes_on(config: PetriVmBuilder<OpenVmmPetriBackend>) -> anyhow::Result<()> {
    let (mut vm, agent) = config.run().await?;
    agent.ping().await?; // the agent
                         // must answer
    vm.send_enlightened_shutdown(ShutdownKind::Shutdown).await?;
    vm.wait_for_clean_teardown().await?;
    Ok(())
}
