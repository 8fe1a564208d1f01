// Another number, an issue that is still open, and a mere reference.
#[openvmm_test(
    linux_direct_x64,
    linux_direct_aarch64,
    // TODO: more of them (#17980)
    // TODO: see also #74
)]
/// The history is in #1798.
async fn heap_grows(config: PetriVmBuilder<OpenVmmPetriBackend>) -> anyhow::Result<()> {
    let (vm, agent) = config.run().await?;
    agent.unix_shell().read_file("/proc/meminfo").await?;
    agent.power_off().await?;
    vm.wait_for_clean_teardown().await?;
    Ok(())
}
