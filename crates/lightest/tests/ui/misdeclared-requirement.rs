// lightest: requires(tmp): the guest measures its boot
#[openvmm_test(uefi_x64(vhd(ubuntu_2504_server_x64)))]
async fn measures(config: PetriVmBuilder<OpenVmmPetriBackend>) -> anyhow::Result<()> {
    let (vm, agent) = config.run().await?;
    agent.ping().await?;
    agent.power_off().await?;
    vm.wait_for_clean_teardown().await?;
    Ok(())
}

// lightest: requires(systemd)
#[openvmm_test(uefi_x64(vhd(ubuntu_2504_server_x64)))]
async fn gives_no_reason(config: PetriVmBuilder<OpenVmmPetriBackend>) -> anyhow::Result<()> {
    let (vm, agent) = config.run().await?;
    agent.ping().await?;
    agent.power_off().await?;
    vm.wait_for_clean_teardown().await?;
    Ok(())
}

// lightest: requires(windows-shell): the script is a batch file
#[openvmm_test(uefi_x64(vhd(ubuntu_2504_server_x64)))]
async fn two_systems(config: PetriVmBuilder<OpenVmmPetriBackend>) -> anyhow::Result<()> {
    let (vm, agent) = config.run().await?;
    cmd!(agent.unix_shell(), "ls /proc").read().await?;
    agent.power_off().await?;
    vm.wait_for_clean_teardown().await?;
    Ok(())
}

#[openvmm_test(
    // lightest: requires(systemd): units are started by hand
    uefi_x64(vhd(ubuntu_2504_server_x64)),
)]
async fn in_the_list(config: PetriVmBuilder<OpenVmmPetriBackend>) -> anyhow::Result<()> {
    let (vm, agent) = config.run().await?;
    agent.ping().await?;
    agent.power_off().await?;
    vm.wait_for_clean_teardown().await?;
    Ok(())
}

// Too light for what is stated.
// lightest: requires(systemd): an image brings units, which the body does not show
#[openvmm_test(linux_direct_x64)]
async fn too_light(config: PetriVmBuilder<OpenVmmPetriBackend>) -> anyhow::Result<()> {
    let (vm, agent) = config.run().await?;
    agent.ping().await?;
    agent.power_off().await?;
    vm.wait_for_clean_teardown().await?;
    Ok(())
}
