#[vmm_test(openvmm_linux_direct_x64, openvmm_linux_direct_aarch64)]
async fn has_its_list<T: PetriVmmBackend>(config: PetriVmBuilder<T>) -> anyhow::Result<()> {
    let (vm, agent) = config.run().await?;
    agent.power_off().await?;
    vm.wait_for_clean_teardown().await?;
    Ok(())
}
