#[vmm_test(
    // lightest: expect(heavier-than-needed): it is not
    openvmm_linux_direct_x64,
    openvmm_linux_direct_aarch64,
)]
async fn stops<T: PetriVmmBackend>(config: PetriVmBuilder<T>) -> anyhow::Result<()> {
    let (vm, agent) = config.run().await?;
    agent.power_off().await?;
    vm.wait_for_clean_teardown().await?;
    Ok(())
}

// lightest: expect(heavier-than-needed)
#[openvmm_test(uefi_x64(vhd(ubuntu_2504_server_x64)))]
async fn without_a_reason(config: PetriVmBuilder<OpenVmmPetriBackend>) -> anyhow::Result<()> {
    let (vm, agent) = config.run().await?;
    agent.ping().await?;
    vm.wait_for_clean_teardown().await?;
    Ok(())
}

// lightest: expect(heavier-than-neded): a slip
#[openvmm_test(uefi_x64(vhd(ubuntu_2504_server_x64)))]
async fn no_such_rule(config: PetriVmBuilder<OpenVmmPetriBackend>) -> anyhow::Result<()> {
    let (vm, agent) = config.run().await?;
    agent.ping().await?;
    vm.wait_for_clean_teardown().await?;
    Ok(())
}
