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
