// The jobs that run plain OpenVMM on x64 have no vmgstool, whichever guest takes it.
#[openvmm_test(uefi_x64(vhd(ubuntu_2504_server_x64))[VMGSTOOL_NATIVE])]
async fn takes_the_tool<T>(
    config: PetriVmBuilder<OpenVmmPetriBackend>,
    (tool,): (ResolvedArtifact<T>,),
) -> anyhow::Result<()> {
    let (vm, agent) = config.run().await?;
    agent.ping().await?;
    agent.power_off().await?;
    vm.wait_for_clean_teardown().await?;
    Ok(())
}
