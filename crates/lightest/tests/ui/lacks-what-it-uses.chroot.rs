// In another shell of the same agent, and before `chroot`, programs are the guest's.

#[openvmm_test(linux_direct_x64[TOOLS])]
async fn another_shell(config: PetriVmBuilder<OpenVmmPetriBackend>, deps: (ResolvedArtifact,)) -> anyhow::Result<()> {
    let (vm, agent) = config.run().await?;
    agent.mount("/dev/vda", "/tools", "erofs", 1, true).await?;
    agent.prepare_chroot("/tools").await?;
    let mut sh = agent.unix_shell();
    sh.chroot("/tools");
    let other = agent.unix_shell();
    cmd!(other, "nvme list").read().await?;
    agent.power_off().await?;
    vm.wait_for_clean_teardown().await?;
    Ok(())
}

#[openvmm_test(linux_direct_x64[TOOLS])]
async fn before(config: PetriVmBuilder<OpenVmmPetriBackend>, deps: (ResolvedArtifact,)) -> anyhow::Result<()> {
    let (vm, agent) = config.run().await?;
    agent.mount("/dev/vda", "/tools", "erofs", 1, true).await?;
    agent.prepare_chroot("/tools").await?;
    let mut sh = agent.unix_shell();
    cmd!(sh, "nvme list").read().await?;
    sh.chroot("/tools");
    agent.power_off().await?;
    vm.wait_for_clean_teardown().await?;
    Ok(())
}
