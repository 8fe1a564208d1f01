// lightest: expect(heavier-than-needed): its storage driver is what is tested
#[openvmm_test(uefi_x64(vhd(ubuntu_2504_server_x64)))]
async fn of_the_test(config: PetriVmBuilder<OpenVmmPetriBackend>) -> anyhow::Result<()> {
    let (vm, agent) = config.run().await?;
    agent.ping().await?;
    vm.wait_for_clean_teardown().await?;
    Ok(())
}

#[openvmm_test(
    // lightest: expect(heavier-than-needed): its storage driver is what is tested
    uefi_x64(vhd(ubuntu_2504_server_x64)),
)]
async fn of_the_variant(config: PetriVmBuilder<OpenVmmPetriBackend>) -> anyhow::Result<()> {
    let (vm, agent) = config.run().await?;
    agent.ping().await?;
    vm.wait_for_clean_teardown().await?;
    Ok(())
}

// A rule that was not asked may well fire.
#[openvmm_test(
    linux_direct_x64,
    linux_direct_aarch64,
    // lightest: expect(redundant-variant): seen with --pedantic only
    uefi_x64(vhd(ubuntu_2504_server_x64)),
)]
async fn of_a_pedantic_rule(config: PetriVmBuilder<OpenVmmPetriBackend>) -> anyhow::Result<()> {
    let (vm, agent) = config.run().await?;
    agent.ping().await?;
    vm.wait_for_clean_teardown().await?;
    Ok(())
}
