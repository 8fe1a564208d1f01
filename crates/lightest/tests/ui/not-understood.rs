// Places that are not understood are reported, and the rest is read.
petri::test!(by_another_macro, |resolver| resolver);

#[vmm_test(openvmm_uefi_x64(vhd(ubunto_2504_server_x64)))]
async fn misspelt<T: PetriVmmBackend>(config: PetriVmBuilder<T>) -> anyhow::Result<()> {
    Ok(())
}

// An image that the catalog does not know: the others are read, and nothing is reported as missing from the list.
#[vmm_test(
    openvmm_openhcl_uefi_aarch64(vhd(ubuntu_2404_server_aarch64)),
    openvmm_uefi_x64(vhd(beos_5_x64)),
    openvmm_uefi_x64(vhd(windows_datacenter_core_2022_x64))
)]
async fn newer_than_the_catalog<T: PetriVmmBackend>(config: PetriVmBuilder<T>) -> anyhow::Result<()> {
    let (vm, agent) = config.run().await?;
    agent.ping().await?;
    vm.wait_for_clean_teardown().await?;
    Ok(())
}

#[openvmm_test(linux_direct_x64, linux_direct_aarch64)]
async fn broken(config: PetriVmBuilder<OpenVmmPetriBackend>) -> anyhow::Result<()> {
    let (vm agent) = = config.run().await?;
    Ok(())
}

#[openvmm_test(uefi_x64(vhd(ubuntu_2504_server_x64)))]
async fn after_the_broken_one(config: PetriVmBuilder<OpenVmmPetriBackend>) -> anyhow::Result<()> {
    let (vm, agent) = config.run().await?;
    agent.ping().await?;
    vm.wait_for_clean_teardown().await?;
    Ok(())
}
