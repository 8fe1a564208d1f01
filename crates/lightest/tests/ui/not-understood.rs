// What is not understood is said, and the rest is read all the same.
petri::test!(by_another_macro, |resolver| resolver);

#[vmm_test(openvmm_uefi_x64(vhd(ubunto_2504_server_x64)))]
async fn misspelt<T: PetriVmmBackend>(config: PetriVmBuilder<T>) -> anyhow::Result<()> {
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
