#[openvmm_test(
    linux_direct_x64,
    // TODO: add linux_direct_aarch64 (#1798)
)]
async fn heap_grows(config: PetriVmBuilder<OpenVmmPetriBackend>) -> anyhow::Result<()> {
    let (vm, agent) = config.run().await?;
    agent.unix_shell().read_file("/proc/meminfo").await?;
    agent.power_off().await?;
    vm.wait_for_clean_teardown().await?;
    Ok(())
}

#[openvmm_test(
    linux_direct_x64,
    ignore(reason = "blocked by microsoft/openvmm#1798", linux_direct_aarch64),
)]
async fn heap_shrinks(config: PetriVmBuilder<OpenVmmPetriBackend>) -> anyhow::Result<()> {
    let (vm, agent) = config.run().await?;
    agent.unix_shell().read_file("/proc/meminfo").await?;
    agent.power_off().await?;
    vm.wait_for_clean_teardown().await?;
    Ok(())
}
