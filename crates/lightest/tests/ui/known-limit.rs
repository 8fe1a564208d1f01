// Every such variant of the tree is ignored: the guest boots unreliably.
#[vmm_test(openvmm_openhcl_uefi_x64[vbs](vhd(ubuntu_2504_server_x64)))]
async fn boots<T: PetriVmmBackend>(config: PetriVmBuilder<T>) -> anyhow::Result<()> {
    let (vm, agent) = config.run().await?;
    agent.power_off().await?;
    vm.wait_for_clean_teardown().await?;
    Ok(())
}

// Whatever a new call does, the guest is the same.
#[vmm_test(openvmm_openhcl_uefi_x64[vbs](vhd(ubuntu_2504_server_x64)))]
async fn boots_somehow<T: PetriVmmBackend>(config: PetriVmBuilder<T>) -> anyhow::Result<()> {
    let (vm, agent) = config.on_some_host(true).run().await?;
    agent.power_off().await?;
    vm.wait_for_clean_teardown().await?;
    Ok(())
}

// Windows CI cannot build the TPM of plain OpenVMM.
#[openvmm_test(uefi_x64(vhd(ubuntu_2504_server_x64)))]
async fn measured(config: PetriVmBuilder<OpenVmmPetriBackend>) -> anyhow::Result<()> {
    let (vm, agent) = config.with_tpm(true).run().await?;
    let sh = agent.unix_shell();
    cmd!(sh, "test -e /dev/tpm0").run().await?;
    agent.power_off().await?;
    vm.wait_for_clean_teardown().await?;
    Ok(())
}

// The boot disk is on VMBus, which is not there: petri panics.
#[openvmm_test(uefi_x64(vhd(alpine_3_23_x64)))]
async fn without_vmbus(config: PetriVmBuilder<OpenVmmPetriBackend>) -> anyhow::Result<()> {
    let (vm, agent) = config.with_no_vmbus().run().await?;
    agent.power_off().await?;
    vm.wait_for_clean_teardown().await?;
    Ok(())
}

// Linux Direct needs no boot disk, but its agent a root port.
#[openvmm_test(linux_direct_x64)]
async fn without_root_ports(config: PetriVmBuilder<OpenVmmPetriBackend>) -> anyhow::Result<()> {
    let (vm, agent) = config.with_no_vmbus().run().await?;
    agent.power_off().await?;
    vm.wait_for_clean_teardown().await?;
    Ok(())
}

// The only runner that boots OpenHCL with a BIOS has no such image.
#[vmm_test(hyperv_openhcl_pcat_x64(vhd(ubuntu_2404_server_x64)))]
async fn boots_a_bios<T: PetriVmmBackend>(config: PetriVmBuilder<T>) -> anyhow::Result<()> {
    let (vm, agent) = config.run().await?;
    agent.power_off().await?;
    vm.wait_for_clean_teardown().await?;
    Ok(())
}

// The boot disk is on PCIe, and no port is there for it.
#[openvmm_test(uefi_x64(vhd(alpine_3_23_x64)))]
async fn boots_from_nowhere(config: PetriVmBuilder<OpenVmmPetriBackend>) -> anyhow::Result<()> {
    let (vm, agent) = config.with_boot_device_type(BootDeviceType::PcieNvme).run().await?;
    agent.power_off().await?;
    vm.wait_for_clean_teardown().await?;
    Ok(())
}
