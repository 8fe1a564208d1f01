// Something in the body is not known: nothing is claimed.
#[openvmm_test(uefi_x64(vhd(ubuntu_2504_server_x64)))]
async fn unknown_call(config: PetriVmBuilder<OpenVmmPetriBackend>) -> anyhow::Result<()> {
    let (vm, agent) = config.run().await?;
    agent.unheard_of().await?;
    vm.wait_for_clean_teardown().await?;
    Ok(())
}

// So it is with a program that nobody knows.
#[openvmm_test(uefi_x64(vhd(ubuntu_2504_server_x64)))]
async fn unknown_program(config: PetriVmBuilder<OpenVmmPetriBackend>) -> anyhow::Result<()> {
    let (vm, agent) = config.run().await?;
    let sh = agent.unix_shell();
    cmd!(sh, "frobnicate --all").run().await?;
    agent.power_off().await?;
    vm.wait_for_clean_teardown().await?;
    Ok(())
}

// The agent of the paravisor is not the guest's: this asks nothing of the guest, but for the paravisor.
#[openvmm_test(openhcl_linux_direct_x64)]
async fn paravisor_only(config: PetriVmBuilder<OpenVmmPetriBackend>) -> anyhow::Result<()> {
    let (mut vm, agent) = config.run().await?;
    let vtl2 = vm.wait_for_vtl2_agent().await?;
    let sh = vtl2.unix_shell();
    cmd!(sh, "ps").read().await?;
    agent.power_off().await?;
    vm.wait_for_clean_teardown().await?;
    Ok(())
}

// systemd is asked for, and the lightest guest with it is listed.
#[openvmm_test(uefi_x64(vhd(ubuntu_2404_server_x64)))]
async fn units(config: PetriVmBuilder<OpenVmmPetriBackend>) -> anyhow::Result<()> {
    let (vm, agent) = config.run().await?;
    let sh = agent.unix_shell();
    cmd!(sh, "systemctl list-units").read().await?;
    agent.power_off().await?;
    vm.wait_for_clean_teardown().await?;
    Ok(())
}

// A matrix on purpose, with its lightest member.
#[vmm_test(
    openvmm_linux_direct_x64,
    openvmm_uefi_x64(vhd(windows_datacenter_core_2022_x64)),
    openvmm_uefi_x64(vhd(ubuntu_2504_server_x64))
)]
async fn stops<T: PetriVmmBackend>(config: PetriVmBuilder<T>) -> anyhow::Result<()> {
    let (vm, agent) = config.run().await?;
    agent.power_off().await?;
    vm.wait_for_clean_teardown().await?;
    Ok(())
}

// A boot test: the guest is the point.
#[vmm_test(openvmm_uefi_x64(vhd(ubuntu_2504_server_x64)))]
async fn boot_once<T: PetriVmmBackend>(config: PetriVmBuilder<T>) -> anyhow::Result<()> {
    let (vm, agent) = config.run().await?;
    agent.power_off().await?;
    vm.wait_for_clean_teardown().await?;
    Ok(())
}

// The author knows of the lighter one.
#[openvmm_test(
    // TODO: linux_direct_x64 once the kernel has the driver
    uefi_x64(vhd(ubuntu_2504_server_x64)),
)]
async fn sensors(config: PetriVmBuilder<OpenVmmPetriBackend>) -> anyhow::Result<()> {
    let (vm, agent) = config.run().await?;
    agent.unix_shell().read_file("/proc/interrupts").await?;
    agent.power_off().await?;
    vm.wait_for_clean_teardown().await?;
    Ok(())
}

// Ignored: it costs nothing.
#[openvmm_test(ignore(reason = "slow", uefi_x64(vhd(ubuntu_2504_server_x64))))]
async fn waits(config: PetriVmBuilder<OpenVmmPetriBackend>) -> anyhow::Result<()> {
    let (vm, agent) = config.run().await?;
    agent.unix_shell().read_file("/proc/interrupts").await?;
    agent.power_off().await?;
    vm.wait_for_clean_teardown().await?;
    Ok(())
}

// The guest is in the name.
#[openvmm_test(uefi_x64(vhd(ubuntu_2504_server_x64)))]
async fn ubuntu_interrupts(config: PetriVmBuilder<OpenVmmPetriBackend>) -> anyhow::Result<()> {
    let (vm, agent) = config.run().await?;
    agent.unix_shell().read_file("/proc/interrupts").await?;
    agent.power_off().await?;
    vm.wait_for_clean_teardown().await?;
    Ok(())
}

// Another image that boots no faster: a choice.
#[vmm_test_with(openvmm, requires(windows_partition_reset), configs(uefi_x64(vhd(windows_datacenter_core_2025_x64))))]
async fn reads_the_registry(config: PetriVmBuilder<OpenVmmPetriBackend>) -> anyhow::Result<()> {
    let (vm, agent) = config.run().await?;
    let sh = agent.windows_shell();
    cmd!(sh, "reg.exe query HKLM").read().await?;
    agent.power_off().await?;
    vm.wait_for_clean_teardown().await?;
    Ok(())
}

// Busybox's grep has no such option.
#[openvmm_test(uefi_x64(vhd(ubuntu_2504_server_x64)))]
async fn matches_as_perl_does(config: PetriVmBuilder<OpenVmmPetriBackend>) -> anyhow::Result<()> {
    let (vm, agent) = config.run().await?;
    let sh = agent.unix_shell();
    cmd!(sh, "grep -P '\\d+' /proc/interrupts").read().await?;
    agent.power_off().await?;
    vm.wait_for_clean_teardown().await?;
    Ok(())
}

// A file that only some kernels have.
#[openvmm_test(uefi_x64(vhd(ubuntu_2504_server_x64)))]
async fn traces(config: PetriVmBuilder<OpenVmmPetriBackend>) -> anyhow::Result<()> {
    let (vm, agent) = config.run().await?;
    agent.unix_shell().read_file("/sys/kernel/debug/tracing/trace").await?;
    agent.power_off().await?;
    vm.wait_for_clean_teardown().await?;
    Ok(())
}

// Without an agent, it is not read how the guest ends.
#[openvmm_test(uefi_x64(vhd(ubuntu_2504_server_x64)))]
async fn ends_by_itself(config: PetriVmBuilder<OpenVmmPetriBackend>) -> anyhow::Result<()> {
    let vm = config.with_uefi_frontpage(false).run_without_agent().await?;
    vm.wait_for_clean_teardown().await?;
    Ok(())
}
