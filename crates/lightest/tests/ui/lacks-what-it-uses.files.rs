// The image of the paravisor that is named boots Linux directly, and this machine has no paravisor.
#[openvmm_test(uefi_x64(vhd(ubuntu_2504_server_x64))[LATEST_LINUX_DIRECT_TEST_X64])]
async fn takes_an_image<T>(
    config: PetriVmBuilder<OpenVmmPetriBackend>,
    (image,): (ResolvedArtifact<T>,),
) -> anyhow::Result<()> {
    let (vm, agent) = config.run().await?;
    agent.ping().await?;
    agent.power_off().await?;
    vm.wait_for_clean_teardown().await?;
    Ok(())
}
