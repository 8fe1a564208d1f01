// Each branch is checked against its own operating system.
#[openvmm_test(
    linux_direct_x64,
    uefi_x64(vhd(windows_datacenter_core_2022_x64)),
)]
async fn both(config: PetriVmBuilder<OpenVmmPetriBackend>) -> anyhow::Result<()> {
    let flavor = config.os_flavor();
    let (vm, agent) = config.run().await?;
    if flavor == OsFlavor::Windows {
        let sh = agent.windows_shell();
        cmd!(sh, "systeminfo").read().await?;
    } else {
        let sh = agent.unix_shell();
        cmd!(sh, "uname -a").read().await?;
    }
    agent.power_off().await?;
    vm.wait_for_clean_teardown().await?;
    Ok(())
}

// A shell in the paravisor proves nothing about the Windows guest.
#[openvmm_test(openhcl_uefi_x64(vhd(windows_datacenter_core_2022_x64)))]
async fn paravisor_processes(config: PetriVmBuilder<OpenVmmPetriBackend>) -> anyhow::Result<()> {
    let (mut vm, agent) = config.run().await?;
    let inner = vm.wait_for_vtl2_agent().await?;
    let sh = inner.unix_shell();
    cmd!(sh, "ps").read().await?;
    agent.power_off().await?;
    vm.wait_for_clean_teardown().await?;
    Ok(())
}

// A program that may fail is not asked for.
#[openvmm_test(linux_direct_x64)]
async fn perhaps(config: PetriVmBuilder<OpenVmmPetriBackend>) -> anyhow::Result<()> {
    let (vm, agent) = config.run().await?;
    let sh = agent.unix_shell();
    cmd!(sh, "systemctl --version").ignore_status().read().await?;
    agent.power_off().await?;
    vm.wait_for_clean_teardown().await?;
    Ok(())
}

// Nobody has shown either: SMBIOS behind UEFI is not called missing.
#[openvmm_test(uefi_x64(vhd(ubuntu_2504_server_x64)), linux_direct_x64)]
async fn vendor(config: PetriVmBuilder<OpenVmmPetriBackend>) -> anyhow::Result<()> {
    let (vm, agent) = config.run().await?;
    agent.unix_shell().read_file("/sys/class/dmi/id/sys_vendor").await?;
    agent.power_off().await?;
    vm.wait_for_clean_teardown().await?;
    Ok(())
}
