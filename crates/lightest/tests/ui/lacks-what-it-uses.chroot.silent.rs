// Programs behind `chroot` come from what was mounted; before it, and in another shell, they are the guest's.

#[openvmm_test(linux_direct_x64[TOOLS])]
async fn tool_of_the_image(config: PetriVmBuilder<OpenVmmPetriBackend>, deps: (ResolvedArtifact,)) -> anyhow::Result<()> {
    let (vm, agent) = config.run().await?;
    agent.mount("/dev/vda", "/tools", "erofs", 1, true).await?;
    agent.prepare_chroot("/tools").await?;
    let mut sh = agent.unix_shell();
    sh.chroot("/tools");
    cmd!(sh, "nvme list").read().await?;
    cmd!(sh, "sh -c 'ethtool -i eth0 | head'").read().await?;
    agent.power_off().await?;
    vm.wait_for_clean_teardown().await?;
    Ok(())
}

#[openvmm_test(linux_direct_x64[TOOLS])]
async fn in_a_helper(config: PetriVmBuilder<OpenVmmPetriBackend>, deps: (ResolvedArtifact,)) -> anyhow::Result<()> {
    let (vm, agent) = config.run().await?;
    agent.mount("/dev/vda", "/tools", "erofs", 1, true).await?;
    agent.prepare_chroot("/tools").await?;
    let mut sh = agent.unix_shell();
    enter(&mut sh);
    cmd!(sh, "fio --version").read().await?;
    agent.power_off().await?;
    vm.wait_for_clean_teardown().await?;
    Ok(())
}

fn enter(shell: &mut UnixShell<'_>) {
    shell.chroot("/tools");
}

#[openvmm_test(linux_direct_x64[TOOLS])]
async fn by_another_name(config: PetriVmBuilder<OpenVmmPetriBackend>, deps: (ResolvedArtifact,)) -> anyhow::Result<()> {
    let (vm, agent) = config.run().await?;
    agent.mount("/dev/vda", "/tools", "erofs", 1, true).await?;
    agent.prepare_chroot("/tools").await?;
    let mut sh = agent.unix_shell();
    let inside = &mut sh;
    inside.chroot("/tools");
    cmd!(sh, "lsblk").read().await?;
    agent.power_off().await?;
    vm.wait_for_clean_teardown().await?;
    Ok(())
}

#[openvmm_test(linux_direct_x64[TOOLS])]
async fn by_its_path(config: PetriVmBuilder<OpenVmmPetriBackend>, deps: (ResolvedArtifact,)) -> anyhow::Result<()> {
    let (vm, agent) = config.run().await?;
    agent.mount("/dev/vda", "/tools", "erofs", 1, true).await?;
    agent.prepare_chroot("/tools").await?;
    let mut sh = agent.unix_shell();
    cmd!(sh, "/tools/usr/sbin/nvme list").read().await?;
    agent.power_off().await?;
    vm.wait_for_clean_teardown().await?;
    Ok(())
}

#[openvmm_test(linux_direct_x64[TOOLS])]
async fn by_the_program(config: PetriVmBuilder<OpenVmmPetriBackend>, deps: (ResolvedArtifact,)) -> anyhow::Result<()> {
    let (vm, agent) = config.run().await?;
    agent.mount("/dev/vda", "/tools", "erofs", 1, true).await?;
    agent.prepare_chroot("/tools").await?;
    let mut sh = agent.unix_shell();
    cmd!(sh, "chroot /tools nvme list").read().await?;
    agent.power_off().await?;
    vm.wait_for_clean_teardown().await?;
    Ok(())
}
