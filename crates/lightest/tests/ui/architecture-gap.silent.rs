// The body binds it: an IOMMU of x64.
#[vmm_test_with(openvmm, amd, configs(linux_direct_x64))]
async fn translated(config: PetriVmBuilder<OpenVmmPetriBackend>) -> anyhow::Result<()> {
    let (vm, agent) = config
        .modify_backend(|b| b.with_pcie_root_topology(1, 1, 1).with_amd_iommu(&["s0rc0"]))
        .run()
        .await?;
    agent.unix_shell().read_file("/proc/iomem").await?;
    agent.power_off().await?;
    vm.wait_for_clean_teardown().await?;
    Ok(())
}

// The name binds it.
#[openvmm_test(linux_direct_x64)]
async fn x64_clock_ticks(config: PetriVmBuilder<OpenVmmPetriBackend>) -> anyhow::Result<()> {
    let (vm, agent) = config.run().await?;
    agent.unix_shell().read_file("/proc/uptime").await?;
    agent.power_off().await?;
    vm.wait_for_clean_teardown().await?;
    Ok(())
}

// Both are listed.
#[openvmm_test(linux_direct_x64, linux_direct_aarch64)]
async fn clock_runs(config: PetriVmBuilder<OpenVmmPetriBackend>) -> anyhow::Result<()> {
    let (vm, agent) = config.run().await?;
    agent.unix_shell().read_file("/proc/uptime").await?;
    agent.power_off().await?;
    vm.wait_for_clean_teardown().await?;
    Ok(())
}

// Its declaration binds it to a host.
#[vmm_test_with(openvmm, amd, configs(linux_direct_x64))]
async fn clock_is_stable(config: PetriVmBuilder<OpenVmmPetriBackend>) -> anyhow::Result<()> {
    let (vm, agent) = config.run().await?;
    agent.unix_shell().read_file("/proc/uptime").await?;
    agent.power_off().await?;
    vm.wait_for_clean_teardown().await?;
    Ok(())
}

// A condition of its build binds it to a host.
#[cfg(target_os = "linux")]
#[openvmm_test(linux_direct_x64)]
async fn clock_is_shared(config: PetriVmBuilder<OpenVmmPetriBackend>) -> anyhow::Result<()> {
    let (vm, agent) = config.run().await?;
    agent.unix_shell().read_file("/proc/uptime").await?;
    agent.power_off().await?;
    vm.wait_for_clean_teardown().await?;
    Ok(())
}
