// A step that is not known does not lose what follows.

#[openvmm_test(linux_direct_x64)]
async fn new_call(config: PetriVmBuilder<OpenVmmPetriBackend>) -> anyhow::Result<()> {
    let (vm, agent) = config.with_something_new(true).run().await?;
    let sh = agent.unix_shell();
    cmd!(sh, "systemctl status").read().await?;
    agent.power_off().await?;
    vm.wait_for_clean_teardown().await?;
    Ok(())
}

#[openvmm_test(linux_direct_x64)]
async fn two_new_calls(config: PetriVmBuilder<OpenVmmPetriBackend>) -> anyhow::Result<()> {
    let (vm, agent) = config.with_new(1).newer(2)?.run().await?;
    let sh = agent.unix_shell();
    cmd!(sh, "systemctl status").read().await?;
    agent.power_off().await?;
    vm.wait_for_clean_teardown().await?;
    Ok(())
}

#[openvmm_test(linux_direct_x64)]
async fn a_new_call_by_name(config: PetriVmBuilder<OpenVmmPetriBackend>) -> anyhow::Result<()> {
    let config = config.with_something_new(true);
    let (vm, agent) = config.run().await?;
    let sh = agent.unix_shell();
    cmd!(sh, "systemctl status").read().await?;
    agent.power_off().await?;
    vm.wait_for_clean_teardown().await?;
    Ok(())
}

#[openvmm_test(linux_direct_x64)]
async fn a_new_backend_call(config: PetriVmBuilder<OpenVmmPetriBackend>) -> anyhow::Result<()> {
    let (vm, agent) = config.modify_backend(|b| b.something_new()).run().await?;
    let sh = agent.unix_shell();
    cmd!(sh, "systemctl status").read().await?;
    agent.power_off().await?;
    vm.wait_for_clean_teardown().await?;
    Ok(())
}
