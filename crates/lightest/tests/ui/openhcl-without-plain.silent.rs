// It is about the paravisor: it is replaced.
#[openvmm_test(openhcl_linux_direct_x64)]
async fn replaced(config: PetriVmBuilder<OpenVmmPetriBackend>) -> anyhow::Result<()> {
    let (mut vm, agent) = config.run().await?;
    vm.save_openhcl().await?;
    vm.restore_openhcl().await?;
    agent.power_off().await?;
    vm.wait_for_clean_teardown().await?;
    Ok(())
}

// Its name says so.
#[openvmm_test(openhcl_linux_direct_x64)]
async fn openhcl_stops(config: PetriVmBuilder<OpenVmmPetriBackend>) -> anyhow::Result<()> {
    let (vm, agent) = config.run().await?;
    agent.power_off().await?;
    vm.wait_for_clean_teardown().await?;
    Ok(())
}

// A comment speaks of the configuration without it.
#[openvmm_test(
    // uefi_x64(vhd(ubuntu_2404_server_x64)) waits for its own fix
    openhcl_uefi_x64(vhd(ubuntu_2404_server_x64)),
)]
async fn variables_stay(config: PetriVmBuilder<OpenVmmPetriBackend>) -> anyhow::Result<()> {
    let (vm, agent) = config.with_secure_boot().run().await?;
    let sh = agent.unix_shell();
    cmd!(sh, "ls /sys/firmware/efi/efivars").read().await?;
    agent.power_off().await?;
    vm.wait_for_clean_teardown().await?;
    Ok(())
}
