// A comment that speaks of the guest without a reason takes `--fix` away.

/// Reads the partitions of Ubuntu.
#[openvmm_test(uefi_x64(vhd(ubuntu_2504_server_x64)))]
async fn speaks_of_it(config: PetriVmBuilder<OpenVmmPetriBackend>) -> anyhow::Result<()> {
    let (vm, agent) = config.run().await?;
    let sh = agent.unix_shell();
    cmd!(sh, "cat /proc/partitions").read().await?;
    agent.power_off().await?;
    vm.wait_for_clean_teardown().await?;
    Ok(())
}
