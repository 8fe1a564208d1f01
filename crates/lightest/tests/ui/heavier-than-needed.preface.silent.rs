//! Ubuntu throughout: these tests need what its udev makes of the disks.

#[openvmm_test(uefi_x64(vhd(ubuntu_2504_server_x64)))]
async fn in_the_doc_of_the_module(config: PetriVmBuilder<OpenVmmPetriBackend>) -> anyhow::Result<()> {
    let (vm, agent) = config.run().await?;
    let sh = agent.unix_shell();
    cmd!(sh, "cat /proc/partitions").read().await?;
    agent.power_off().await?;
    vm.wait_for_clean_teardown().await?;
    Ok(())
}
