// A shutdown by component with a reason, or without an agent that could power off.

#[openvmm_test(linux_direct_x64)]
async fn above_the_call(config: PetriVmBuilder<OpenVmmPetriBackend>) -> anyhow::Result<()> {
    let (mut vm, agent) = config.run().await?;
    agent.ping().await?;
    // Not power_off(): the agent's own delay hangs on timers that were just restored.
    vm.send_enlightened_shutdown(ShutdownKind::Shutdown).await?;
    vm.wait_for_clean_teardown().await?;
    Ok(())
}

#[openvmm_test(linux_direct_x64)]
async fn behind_the_call(config: PetriVmBuilder<OpenVmmPetriBackend>) -> anyhow::Result<()> {
    let (mut vm, agent) = config.run().await?;
    agent.ping().await?;
    vm.send_enlightened_shutdown(ShutdownKind::Shutdown).await?; // the agent hangs here
    vm.wait_for_clean_teardown().await?;
    Ok(())
}

#[openvmm_test(linux_direct_x64)]
async fn within_the_chain(config: PetriVmBuilder<OpenVmmPetriBackend>) -> anyhow::Result<()> {
    let (mut vm, agent) = config.run().await?;
    agent.ping().await?;
    vm
        // power_off() would hang
        .send_enlightened_shutdown(ShutdownKind::Shutdown)
        .await?;
    vm.wait_for_clean_teardown().await?;
    Ok(())
}

#[openvmm_test(linux_direct_x64)]
async fn no_agent_is_left(config: PetriVmBuilder<OpenVmmPetriBackend>) -> anyhow::Result<()> {
    let (mut vm, agent) = config.run().await?;
    agent.ping().await?;
    drop(agent);
    vm.send_enlightened_shutdown(ShutdownKind::Shutdown).await?;
    vm.wait_for_clean_teardown().await?;
    Ok(())
}

#[openvmm_test(linux_direct_x64)]
async fn behind_the_end_of_the_statement(config: PetriVmBuilder<OpenVmmPetriBackend>) -> anyhow::Result<()> {
    let (mut vm, agent) = config.run().await?;
    agent.ping().await?; // it answers
    vm.send_enlightened_shutdown(ShutdownKind::Shutdown)
        .await?; // the agent hangs here
    vm.wait_for_clean_teardown().await?;
    Ok(())
}

#[openvmm_test(linux_direct_x64)]
async fn below_a_comment_on_the_line_before(config: PetriVmBuilder<OpenVmmPetriBackend>) -> anyhow::Result<()> {
    let (mut vm, agent) = config.run().await?;
    agent.ping().await?; // it answers
    // Not power_off(): its delay hangs on timers that were just restored.
    vm.send_enlightened_shutdown(ShutdownKind::Shutdown).await?;
    vm.wait_for_clean_teardown().await?;
    Ok(())
}
