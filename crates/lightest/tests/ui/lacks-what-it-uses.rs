// A Windows shell on Linux.
#[openvmm_test(uefi_x64(vhd(ubuntu_2504_server_x64)))]
async fn drivers(config: PetriVmBuilder<OpenVmmPetriBackend>) -> anyhow::Result<()> {
    let (vm, agent) = config.run().await?;
    let sh = agent.windows_shell();
    cmd!(sh, "pnputil.exe /enum-devices").read().await?;
    agent.power_off().await?;
    vm.wait_for_clean_teardown().await?;
    Ok(())
}

// systemd on Alpine, by way of a script.
#[openvmm_test(uefi_x64(vhd(alpine_3_23_x64)))]
async fn units(config: PetriVmBuilder<OpenVmmPetriBackend>) -> anyhow::Result<()> {
    let (vm, agent) = config.run().await?;
    let sh = agent.unix_shell();
    let script = "set -e; systemctl is-system-running | grep running";
    cmd!(sh, "sh -c {script}").run().await?;
    agent.power_off().await?;
    vm.wait_for_clean_teardown().await?;
    Ok(())
}

// The agent, with `noagent`.
#[vmm_test_with(openvmm, noagent, configs(linux_direct_x64))]
async fn asks_anyway(config: PetriVmBuilder<OpenVmmPetriBackend>) -> anyhow::Result<()> {
    let (vm, agent) = config.run().await?;
    agent.power_off().await?;
    vm.wait_for_clean_teardown().await?;
    Ok(())
}

// The agent, on a guest that cannot have it.
#[vmm_test(openvmm_pcat_x64(vhd(freebsd_13_2_x64)))]
async fn starts<T: PetriVmmBackend>(config: PetriVmBuilder<T>) -> anyhow::Result<()> {
    let vm = config.run_without_agent().await?;
    vm.wait_for_clean_teardown().await?;
    Ok(())
}

// The shutdown component, without VMBus.
#[openvmm_test(linux_direct_x64)]
async fn shutdown_without_vmbus(config: PetriVmBuilder<OpenVmmPetriBackend>) -> anyhow::Result<()> {
    let (mut vm, agent) =
        config.with_no_vmbus().modify_backend(|b| b.with_pcie_root_topology(1, 1, 1)).run().await?;
    agent.ping().await?;
    vm.send_enlightened_shutdown(ShutdownKind::Shutdown).await?;
    vm.wait_for_clean_teardown().await?;
    Ok(())
}

// UEFI's variables, without UEFI.
#[openvmm_test(linux_direct_x64)]
async fn variables(config: PetriVmBuilder<OpenVmmPetriBackend>) -> anyhow::Result<()> {
    let (vm, agent) = config.run().await?;
    let sh = agent.unix_shell();
    cmd!(sh, "ls /sys/firmware/efi/efivars").read().await?;
    agent.power_off().await?;
    vm.wait_for_clean_teardown().await?;
    Ok(())
}
