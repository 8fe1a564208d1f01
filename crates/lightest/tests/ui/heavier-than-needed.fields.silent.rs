// What is written into OpenVMM's configuration is judged field by field.

#[openvmm_test(uefi_x64(vhd(ubuntu_2504_server_x64)))]
async fn a_field(config: PetriVmBuilder<OpenVmmPetriBackend>) -> anyhow::Result<()> {
    let (vm, agent) =
        config.modify_backend(|b| b.with_custom_config(|c| { c.brand_new_thing = true; })).run().await?;
    agent.power_off().await?;
    vm.wait_for_clean_teardown().await?;
    Ok(())
}

#[openvmm_test(uefi_x64(vhd(ubuntu_2504_server_x64)))]
async fn pushed(config: PetriVmBuilder<OpenVmmPetriBackend>) -> anyhow::Result<()> {
    let (vm, agent) =
        config.modify_backend(|b| b.with_custom_config(|c| { c.brand_new_things.push(1); })).run().await?;
    agent.power_off().await?;
    vm.wait_for_clean_teardown().await?;
    Ok(())
}

#[openvmm_test(uefi_x64(vhd(ubuntu_2504_server_x64)))]
async fn deeper(config: PetriVmBuilder<OpenVmmPetriBackend>) -> anyhow::Result<()> {
    let (vm, agent) =
        config.modify_backend(|b| b.with_custom_config(|c| { c.memory.brand_new_thing = Some(1); })).run().await?;
    agent.power_off().await?;
    vm.wait_for_clean_teardown().await?;
    Ok(())
}

#[openvmm_test(uefi_x64(vhd(ubuntu_2504_server_x64)))]
async fn an_element(config: PetriVmBuilder<OpenVmmPetriBackend>) -> anyhow::Result<()> {
    let (vm, agent) =
        config.modify_backend(|b| b.with_custom_config(|c| { c.chipset[0].brand_new_thing = 1; })).run().await?;
    agent.power_off().await?;
    vm.wait_for_clean_teardown().await?;
    Ok(())
}

#[openvmm_test(uefi_x64(vhd(ubuntu_2504_server_x64)))]
async fn a_call(config: PetriVmBuilder<OpenVmmPetriBackend>) -> anyhow::Result<()> {
    let (vm, agent) =
        config.modify_backend(|b| b.with_custom_config(|c| { c.memory.brand_new_thing(); })).run().await?;
    agent.power_off().await?;
    vm.wait_for_clean_teardown().await?;
    Ok(())
}

#[openvmm_test(uefi_x64(vhd(ubuntu_2504_server_x64)))]
async fn a_pattern(config: PetriVmBuilder<OpenVmmPetriBackend>) -> anyhow::Result<()> {
    let (vm, agent) =
        config.modify_backend(|b| b.with_custom_config(|c| { if let LoadMode::Linux { brand_new_thing, .. } = &mut c.load_mode { *brand_new_thing = 1; } })).run().await?;
    agent.power_off().await?;
    vm.wait_for_clean_teardown().await?;
    Ok(())
}

#[openvmm_test(uefi_x64(vhd(ubuntu_2504_server_x64)))]
async fn a_value(config: PetriVmBuilder<OpenVmmPetriBackend>) -> anyhow::Result<()> {
    let (vm, agent) =
        config.modify_backend(|b| b.with_custom_config(|c| { c.load_mode = LoadMode::BrandNew; })).run().await?;
    agent.power_off().await?;
    vm.wait_for_clean_teardown().await?;
    Ok(())
}

#[openvmm_test(uefi_x64(vhd(ubuntu_2504_server_x64)))]
async fn a_loop(config: PetriVmBuilder<OpenVmmPetriBackend>) -> anyhow::Result<()> {
    let (vm, agent) =
        config.modify_backend(|b| b.with_custom_config(|c| { for x in &mut c.memory.nodes { x.y = 1; } })).run().await?;
    agent.power_off().await?;
    vm.wait_for_clean_teardown().await?;
    Ok(())
}

#[openvmm_test(uefi_x64(vhd(ubuntu_2504_server_x64)))]
async fn a_record(config: PetriVmBuilder<OpenVmmPetriBackend>) -> anyhow::Result<()> {
    let (vm, agent) =
        config.modify_backend(|b| b.with_custom_config(|c| { c.memory = MemoryConfig { brand_new_thing: 1, ..Default::default() }; })).run().await?;
    agent.power_off().await?;
    vm.wait_for_clean_teardown().await?;
    Ok(())
}

#[openvmm_test(uefi_x64(vhd(ubuntu_2504_server_x64)))]
async fn a_device(config: PetriVmBuilder<OpenVmmPetriBackend>) -> anyhow::Result<()> {
    let (vm, agent) =
        config.modify_backend(|b| b.with_custom_config(|c| { c.vmbus_devices.push((DeviceVtl::Vtl0, BrandNewHandle.into_resource())); })).run().await?;
    agent.power_off().await?;
    vm.wait_for_clean_teardown().await?;
    Ok(())
}
