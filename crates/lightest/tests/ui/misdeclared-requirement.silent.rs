// lightest: requires(systemd, sudo): an image brings units, which the body does not show
#[openvmm_test(uefi_x64(vhd(ubuntu_2504_server_x64)))]
async fn starts_units(config: PetriVmBuilder<OpenVmmPetriBackend>) -> anyhow::Result<()> {
    let (vm, agent) = config.run().await?;
    agent.ping().await?;
    agent.power_off().await?;
    vm.wait_for_clean_teardown().await?;
    Ok(())
}
