//! Tests without lists, in the manner of OpenVMM's and none of them; the right answer for each was derived from petri's
//! source before `pick --from` was asked. A limit affects the first of two on one architecture.

/// A namespace behind an emulated root port keeps what was written to it.
#[openvmm_test]
async fn nvme_namespace_round_trip(config: PetriVmBuilder<OpenVmmPetriBackend>) -> anyhow::Result<()> {
    // right: openvmm_linux_direct_x64
    // right: openvmm_linux_direct_aarch64
    let (vm, agent) = config
        .modify_backend(|b| b.with_pcie_root_topology(1, 1, 1).with_pcie_nvme("s0rc0rp0", PCIE_SUBSYSTEM))
        .run()
        .await?;
    let sh = agent.unix_shell();
    cmd!(sh, "sh -c 'echo hello > /dev/nvme0n1'").run().await?;
    let back = cmd!(sh, "dd if=/dev/nvme0n1 bs=5 count=1").read().await?;
    assert_eq!(back, "hello");
    agent.power_off().await?;
    vm.wait_for_clean_teardown().await?;
    Ok(())
}

const PCIE_SUBSYSTEM: Guid = guid::guid!("11111111-2222-3333-4444-555555555555");

/// An OpenHCL image is replaced twice while the guest writes to its console.
#[vmm_test]
async fn replaced_twice<T: PetriVmmBackend>(
    config: PetriVmBuilder<T>,
    (igvm,): (ResolvedArtifact<LATEST_LINUX_DIRECT_TEST_X64>,),
) -> anyhow::Result<()> {
    // right: openvmm_openhcl_linux_direct_x64[LATEST_LINUX_DIRECT_TEST_X64]
    let flags = config.default_servicing_flags();
    let (mut vm, agent) = config.run().await?;
    vm.restart_openhcl(igvm.clone(), flags).await?;
    vm.restart_openhcl(igvm, flags).await?;
    agent.ping().await?;
    agent.power_off().await?;
    vm.wait_for_clean_teardown().await?;
    Ok(())
}

/// The guest's resource manager of the TPM answers.
#[vmm_test]
async fn tpm_resource_manager<T: PetriVmmBackend>(config: PetriVmBuilder<T>) -> anyhow::Result<()> {
    // right: openvmm_uefi_x64(vhd(ubuntu_2504_server_x64))
    // right: openvmm_openhcl_uefi_x64(vhd(ubuntu_2504_server_x64))
    // right: openvmm_uefi_aarch64(vhd(ubuntu_2404_server_aarch64))
    // right: hyperv_openhcl_uefi_aarch64(vhd(ubuntu_2404_server_aarch64))
    let (vm, agent) = config.with_tpm(true).with_tpm_state_persistence(true).run().await?;
    let sh = agent.unix_shell();
    cmd!(sh, "test -c /dev/tpmrm0").run().await?;
    agent.power_off().await?;
    vm.wait_for_clean_teardown().await?;
    Ok(())
}

/// A disk that the paravisor is given later shows up in the guest.
#[vmm_test]
async fn late_lun<T: PetriVmmBackend>(config: PetriVmBuilder<T>) -> anyhow::Result<()> {
    // right: openvmm_openhcl_linux_direct_x64
    // right: hyperv_openhcl_uefi_aarch64(vhd(ubuntu_2404_server_aarch64))
    let vsid = Guid::new_random();
    let instance = Guid::new_random();
    let (mut vm, agent) = config
        .with_vmbus_redirect(true)
        .add_vtl2_storage_controller(
            Vtl2StorageControllerBuilder::new(ControllerType::Scsi).with_instance_id(instance).build(),
        )
        .add_vmbus_storage_controller(&vsid, petri::Vtl::Vtl2, petri::VmbusStorageType::Scsi)
        .run()
        .await?;
    vm.modify_vtl2_settings(|s| {
        s.dynamic.as_mut().unwrap().storage_controllers[0].luns.push(
            Vtl2LunBuilder::disk()
                .with_location(0)
                .with_physical_device(Vtl2StorageBackingDeviceBuilder::new(ControllerType::Scsi, vsid, 0))
                .build(),
        )
    })
    .await?;
    let sh = agent.unix_shell();
    cmd!(sh, "ls /sys/bus/scsi/devices").read().await?;
    agent.power_off().await?;
    vm.wait_for_clean_teardown().await?;
    Ok(())
}

/// A guest boots from a state file that the tool wrote.
#[vmm_test]
async fn state_file_of_the_tool<T: PetriVmmBackend>(
    config: PetriVmBuilder<T>,
    (tool,): (ResolvedArtifact<impl petri_artifacts_common::tags::IsVmgsTool>,),
) -> anyhow::Result<()> {
    // right: openvmm_uefi_x64(vhd(alpine_3_23_x64))[VMGSTOOL_NATIVE]
    // right: openvmm_openhcl_uefi_x64(vhd(alpine_3_23_x64))[VMGSTOOL_NATIVE]
    // right: openvmm_uefi_aarch64(vhd(alpine_3_23_aarch64))[VMGSTOOL_NATIVE]
    let dir = tempfile::tempdir()?;
    let path = dir.path().join("a.vmgs");
    write_state_file(tool.get(), &path)?;
    let (vm, agent) = config
        .with_guest_state_lifetime(PetriGuestStateLifetime::Disk)
        .with_persistent_vmgs(&path)
        .run()
        .await?;
    agent.power_off().await?;
    vm.wait_for_clean_teardown().await?;
    Ok(())
}

/// The synthetic NIC gets an address.
#[openvmm_test]
async fn nic_gets_an_address(config: PetriVmBuilder<OpenVmmPetriBackend>) -> anyhow::Result<()> {
    // right: openvmm_linux_direct_x64
    // right: openvmm_linux_direct_aarch64
    let (vm, agent) = config.modify_backend(|b| b.with_nic()).run().await?;
    let sh = agent.unix_shell();
    cmd!(sh, "ifconfig eth0 up").run().await?;
    cmd!(sh, "udhcpc eth0").run().await?;
    assert!(cmd!(sh, "ifconfig eth0").read().await?.contains("10.0.0.2"));
    agent.power_off().await?;
    vm.wait_for_clean_teardown().await?;
    Ok(())
}

/// A NIC that is plugged in while the guest runs is seen, and goes away again.
#[openvmm_test]
async fn plugged_and_unplugged(config: PetriVmBuilder<OpenVmmPetriBackend>) -> anyhow::Result<()> {
    // right: openvmm_linux_direct_x64
    let (mut vm, agent) = config.modify_backend(|b| b.with_pcie_root_topology(1, 1, 2)).run().await?;
    let nvme = NvmeControllerHandle {
        subsystem_id: PCIE_SUBSYSTEM,
        msix_count: 2,
        max_io_queues: 1,
        namespaces: vec![],
        requests: None,
    };
    vm.add_pcie_device("s0rc0rp0".into(), vm_resource::Resource::new(nvme)).await?;
    let sh = agent.unix_shell();
    cmd!(sh, "ls /sys/bus/pci/devices").read().await?;
    vm.remove_pcie_device("s0rc0rp0".into()).await?;
    agent.power_off().await?;
    vm.wait_for_clean_teardown().await?;
    Ok(())
}

/// Key-value pairs written by the host are read by the guest.
#[openvmm_test]
async fn pairs_of_the_host(config: PetriVmBuilder<OpenVmmPetriBackend>) -> anyhow::Result<()> {
    // right: openvmm_uefi_x64(vhd(windows_datacenter_core_2022_x64))
    let (mut vm, agent) = config.run().await?;
    let kvp = vm.backend().wait_for_kvp().await?;
    kvp.call_failable(
        KvpRpc::Set,
        hyperv_ic_resources::kvp::SetParams {
            pool: hyperv_ic_resources::kvp::KvpPool::External,
            key: "k".to_string(),
            value: hyperv_ic_resources::kvp::Value::String("v".to_string()),
        },
    )
    .await?;
    agent.power_off().await?;
    vm.wait_for_clean_teardown().await?;
    Ok(())
}

/// The dump of a guest that died is written.
#[openvmm_test_no_agent]
async fn dump_of_the_dead(config: PetriVmBuilder<OpenVmmPetriBackend>) -> anyhow::Result<()> {
    // right: openvmm_uefi_x64(guest_test_uefi_x64)
    let mut vm = config.run_without_agent().await?;
    let halt = vm.wait_for_halt().await?;
    anyhow::ensure!(matches!(halt.reason, PetriHaltReason::TripleFault));
    vm.backend().dump_state(std::path::Path::new("x.vmrs")).await?;
    vm.teardown().await?;
    Ok(())
}

/// Memory in a file of the host is all there.
#[openvmm_test]
async fn shared_memory_is_all_there(config: PetriVmBuilder<OpenVmmPetriBackend>) -> anyhow::Result<()> {
    // right: openvmm_linux_direct_x64
    // right: openvmm_linux_direct_aarch64
    let (vm, agent) = config
        .with_memory(MemoryConfig { startup_bytes: 2 << 30, private_memory: Some(false), ..Default::default() })
        .run()
        .await?;
    let info = agent.unix_shell().read_file("/proc/meminfo").await?;
    assert!(info.contains("MemTotal"));
    agent.power_off().await?;
    vm.wait_for_clean_teardown().await?;
    Ok(())
}

/// A CVM keeps its TPM's state over a reboot.
#[vmm_test]
async fn cvm_keeps_its_tpm<T: PetriVmmBackend>(config: PetriVmBuilder<T>) -> anyhow::Result<()> {
    // right: openvmm_openhcl_uefi_x64[vbs](vhd(windows_datacenter_core_2025_x64_prepped))
    // right: hyperv_openhcl_uefi_x64[snp](vhd(ubuntu_2504_server_x64))
    // right: hyperv_openhcl_uefi_x64[tdx](vhd(ubuntu_2504_server_x64))
    let (mut vm, agent) = config
        .with_tpm(true)
        .with_tpm_state_persistence(true)
        .with_guest_state_lifetime(PetriGuestStateLifetime::Disk)
        .run()
        .await?;
    agent.reboot().await?;
    let agent = vm.wait_for_reset().await?;
    agent.power_off().await?;
    vm.wait_for_clean_teardown().await?;
    Ok(())
}

/// The guest sees what keeps its memory from the host.
#[vmm_test]
async fn isolation_is_seen<T: PetriVmmBackend>(config: PetriVmBuilder<T>) -> anyhow::Result<()> {
    // right: hyperv_openhcl_uefi_x64[snp](vhd(ubuntu_2504_server_x64))
    // right: hyperv_openhcl_uefi_x64[tdx](vhd(ubuntu_2504_server_x64))
    let isolation = config.isolation();
    let (vm, agent) = config.run().await?;
    let sh = agent.unix_shell();
    let dmesg = cmd!(sh, "dmesg").read().await?;
    match isolation {
        Some(IsolationType::Snp) => assert!(dmesg.contains("SEV-SNP")),
        Some(IsolationType::Tdx) => assert!(dmesg.contains("TDX")),
        _ => unreachable!(),
    }
    agent.power_off().await?;
    vm.wait_for_clean_teardown().await?;
    Ok(())
}

/// The firmware's front page is logged by the paravisor.
#[vmm_test_with(noagent)]
async fn front_page_is_logged<T: PetriVmmBackend>(config: PetriVmBuilder<T>) -> anyhow::Result<()> {
    // right: openvmm_openhcl_uefi_x64(none)
    // right: hyperv_openhcl_uefi_aarch64(none)
    let vm = config.with_uefi_frontpage(true).run_without_agent().await?;
    let mut kmsg = vm.kmsg().await?;
    while let Some(data) = kmsg.next().await {
        let data = data?;
        if kmsg::KmsgParsedEntry::new(&data).unwrap().message.as_raw().contains("front page") {
            return Ok(());
        }
    }
    anyhow::bail!("not found")
}

/// Windows lists its disks under Hyper-V.
#[cfg(windows)]
#[vmm_test]
async fn windows_lists_disks(config: PetriVmBuilder<HyperVPetriBackend>) -> anyhow::Result<()> {
    // right: hyperv_openhcl_uefi_x64(vhd(windows_datacenter_core_2022_x64))
    // right: hyperv_openhcl_uefi_aarch64(vhd(windows_11_enterprise_aarch64))
    let (vm, agent) = config.run().await?;
    let sh = agent.windows_shell();
    cmd!(sh, "powershell.exe Get-Disk").read().await?;
    agent.power_off().await?;
    vm.wait_for_clean_teardown().await?;
    Ok(())
}

/// A guest without VMBus boots from NVMe and says so.
#[openvmm_test]
async fn boots_from_nvme_without_vmbus(config: PetriVmBuilder<OpenVmmPetriBackend>) -> anyhow::Result<()> {
    // right: openvmm_uefi_x64(vhd(alpine_3_23_x64))
    // right: openvmm_uefi_aarch64(vhd(alpine_3_23_aarch64))
    let (vm, agent) = config
        .with_no_vmbus()
        .with_boot_device_type(petri::BootDeviceType::PcieNvme)
        .modify_backend(|b| b.with_pcie_root_topology(1, 1, 3))
        .run()
        .await?;
    let sh = agent.unix_shell();
    cmd!(sh, "cat /proc/mounts").read().await?;
    agent.power_off().await?;
    vm.wait_for_clean_teardown().await?;
    Ok(())
}

/// What OpenHCL reports of its processors agrees with what it was given.
#[vmm_test]
async fn processors_in_inspect<T: PetriVmmBackend>(config: PetriVmBuilder<T>) -> anyhow::Result<()> {
    // right: openvmm_openhcl_linux_direct_x64
    // right: hyperv_openhcl_uefi_aarch64(vhd(alpine_3_23_aarch64))
    let (vm, agent) = config
        .with_processor_topology(ProcessorTopology { vp_count: 4, ..Default::default() })
        .run()
        .await?;
    let vps = vm.inspect_openhcl("vm/partition/vp_count", None, None).await?;
    assert_eq!(format!("{}", vps.json()), "4");
    agent.power_off().await?;
    vm.wait_for_clean_teardown().await?;
    Ok(())
}

/// A test of VBS by its name alone: nothing of the kind exists on aarch64.
#[vmm_test]
async fn vbs_boots<T: PetriVmmBackend>(config: PetriVmBuilder<T>) -> anyhow::Result<()> {
    // right: openvmm_openhcl_uefi_x64[vbs](vhd(windows_datacenter_core_2025_x64_prepped))
    let (vm, agent) = config.run().await?;
    agent.power_off().await?;
    vm.wait_for_clean_teardown().await?;
    Ok(())
}

/// Declared unused where the host is not Windows, so that only Hyper-V's variants are meant.
#[vmm_test]
#[cfg_attr(not(windows), expect(dead_code))]
async fn only_on_the_other_vmm<T: PetriVmmBackend>(config: PetriVmBuilder<T>) -> anyhow::Result<()> {
    // right: hyperv_openhcl_uefi_x64(vhd(alpine_3_23_x64))
    // right: hyperv_openhcl_uefi_aarch64(vhd(alpine_3_23_aarch64))
    let (vm, agent) = config.run().await?;
    agent.power_off().await?;
    vm.wait_for_clean_teardown().await?;
    Ok(())
}

/// Has the tool write a file.
fn write_state_file(tool: &Path, path: &Path) -> anyhow::Result<()> {
    anyhow::ensure!(tool.exists() && !path.exists());
    Ok(())
}
