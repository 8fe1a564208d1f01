// Hyper-V runs the repository's paravisor.
#[vmm_test(
    hyperv_openhcl_uefi_x64(vhd(alpine_3_23_x64)),
    openvmm_linux_direct_x64,
)]
async fn stops<T: PetriVmmBackend>(config: PetriVmBuilder<T>) -> anyhow::Result<()> {
    let (vm, agent) = config.run().await?;
    agent.power_off().await?;
    vm.wait_for_clean_teardown().await?;
    Ok(())
}
