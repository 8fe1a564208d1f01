// A reason is heeded wherever it stands.

/// Ubuntu on purpose: the point is that its udev finds the disks in this order.
#[openvmm_test(uefi_x64(vhd(ubuntu_2504_server_x64)))]
async fn in_the_doc_comment(config: PetriVmBuilder<OpenVmmPetriBackend>) -> anyhow::Result<()> {
    let (vm, agent) = config.run().await?;
    let sh = agent.unix_shell();
    cmd!(sh, "cat /proc/partitions").read().await?;
    agent.power_off().await?;
    vm.wait_for_clean_teardown().await?;
    Ok(())
}

// Needs a real distribution: the order is what its initrd makes of it.
#[openvmm_test(uefi_x64(vhd(ubuntu_2504_server_x64)))]
async fn above_the_attribute(config: PetriVmBuilder<OpenVmmPetriBackend>) -> anyhow::Result<()> {
    let (vm, agent) = config.run().await?;
    let sh = agent.unix_shell();
    cmd!(sh, "cat /proc/partitions").read().await?;
    agent.power_off().await?;
    vm.wait_for_clean_teardown().await?;
    Ok(())
}

#[openvmm_test(uefi_x64(vhd(ubuntu_2504_server_x64)))]
// Ubuntu, because the order is what its udev makes of it.
async fn below_the_attribute(config: PetriVmBuilder<OpenVmmPetriBackend>) -> anyhow::Result<()> {
    let (vm, agent) = config.run().await?;
    let sh = agent.unix_shell();
    cmd!(sh, "cat /proc/partitions").read().await?;
    agent.power_off().await?;
    vm.wait_for_clean_teardown().await?;
    Ok(())
}

#[openvmm_test(
    // its udev finds the disks in this order, so keep it
    uefi_x64(vhd(ubuntu_2504_server_x64)),
)]
async fn in_the_list(config: PetriVmBuilder<OpenVmmPetriBackend>) -> anyhow::Result<()> {
    let (vm, agent) = config.run().await?;
    let sh = agent.unix_shell();
    cmd!(sh, "cat /proc/partitions").read().await?;
    agent.power_off().await?;
    vm.wait_for_clean_teardown().await?;
    Ok(())
}

#[openvmm_test(
    uefi_x64(vhd(ubuntu_2504_server_x64)), // the order is what its udev makes of it, not Linux Direct's
)]
async fn behind_the_variant(config: PetriVmBuilder<OpenVmmPetriBackend>) -> anyhow::Result<()> {
    let (vm, agent) = config.run().await?;
    let sh = agent.unix_shell();
    cmd!(sh, "cat /proc/partitions").read().await?;
    agent.power_off().await?;
    vm.wait_for_clean_teardown().await?;
    Ok(())
}

/* Deliberately a guest with udev. */
#[openvmm_test(uefi_x64(vhd(ubuntu_2504_server_x64)))]
async fn in_a_block_comment(config: PetriVmBuilder<OpenVmmPetriBackend>) -> anyhow::Result<()> {
    let (vm, agent) = config.run().await?;
    let sh = agent.unix_shell();
    cmd!(sh, "cat /proc/partitions").read().await?;
    agent.power_off().await?;
    vm.wait_for_clean_teardown().await?;
    Ok(())
}

#[doc = "Ubuntu on purpose: its udev finds the disks."]
#[openvmm_test(uefi_x64(vhd(ubuntu_2504_server_x64)))]
async fn in_a_doc_attribute(config: PetriVmBuilder<OpenVmmPetriBackend>) -> anyhow::Result<()> {
    let (vm, agent) = config.run().await?;
    let sh = agent.unix_shell();
    cmd!(sh, "cat /proc/partitions").read().await?;
    agent.power_off().await?;
    vm.wait_for_clean_teardown().await?;
    Ok(())
}

#[openvmm_test(uefi_x64(vhd(ubuntu_2504_server_x64)))]
async fn within_the_body(config: PetriVmBuilder<OpenVmmPetriBackend>) -> anyhow::Result<()> {
    // Needs a real distribution: an initrd names its disks differently.
    let (vm, agent) = config.run().await?;
    let sh = agent.unix_shell();
    cmd!(sh, "cat /proc/partitions").read().await?;
    agent.power_off().await?;
    vm.wait_for_clean_teardown().await?;
    Ok(())
}

/* This wants the order in which UEFI finds the disks, not that of a direct boot. */
#[openvmm_test(uefi_x64(vhd(ubuntu_2504_server_x64)))]
async fn by_contrast(config: PetriVmBuilder<OpenVmmPetriBackend>) -> anyhow::Result<()> {
    let (vm, agent) = config.run().await?;
    let sh = agent.unix_shell();
    cmd!(sh, "cat /proc/partitions").read().await?;
    agent.power_off().await?;
    vm.wait_for_clean_teardown().await?;
    Ok(())
}
