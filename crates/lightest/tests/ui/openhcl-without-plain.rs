#[vmm_test(
    openvmm_openhcl_uefi_x64(vhd(ubuntu_2404_server_x64)),
)]
async fn variables_stay<T: PetriVmmBackend>(config: PetriVmBuilder<T>) -> anyhow::Result<()> {
    let (vm, agent) = config.with_secure_boot().run().await?;
    let sh = agent.unix_shell();
    cmd!(sh, "ls /sys/firmware/efi/efivars").read().await?;
    agent.power_off().await?;
    vm.wait_for_clean_teardown().await?;
    Ok(())
}

// Ubuntu is not known to come back from a reboot on plain OpenVMM, but another guest is.
#[vmm_test(hyperv_openhcl_uefi_x64(vhd(ubuntu_2504_server_x64)))]
async fn comes_back<T: PetriVmmBackend>(config: PetriVmBuilder<T>) -> anyhow::Result<()> {
    let (mut vm, agent) = config.run().await?;
    agent.reboot().await?;
    let agent = vm.wait_for_reset().await?;
    agent.power_off().await?;
    vm.wait_for_clean_teardown().await?;
    Ok(())
}
