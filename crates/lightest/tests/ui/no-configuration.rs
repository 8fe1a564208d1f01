#[vmm_test]
async fn reads_smbios<T: PetriVmmBackend>(config: PetriVmBuilder<T>) -> anyhow::Result<()> {
    let (vm, agent) = config.run().await?;
    agent.unix_shell().read_file("/sys/class/dmi/id/sys_vendor").await?;
    agent.power_off().await?;
    vm.wait_for_clean_teardown().await?;
    Ok(())
}

mod both {
    #[openvmm_test()]
    async fn both_systems(config: PetriVmBuilder<OpenVmmPetriBackend>) -> anyhow::Result<()> {
        let os_flavor = config.os_flavor();
        let (vm, agent) = config.run().await?;
        match os_flavor {
            OsFlavor::Linux => {
                let sh = agent.unix_shell();
                cmd!(sh, "cat /proc/cpuinfo").read().await?;
            }
            OsFlavor::Windows => {
                let sh = agent.windows_shell();
                cmd!(sh, "systeminfo").read().await?;
            }
            _ => unreachable!(),
        }
        agent.power_off().await?;
        vm.wait_for_clean_teardown().await?;
        Ok(())
    }
}

#[vmm_test_with(noagent)]
async fn firmware_starts<T: PetriVmmBackend>(config: PetriVmBuilder<T>) -> anyhow::Result<()> {
    let vm = config.with_uefi_frontpage(true).run_without_agent().await?;
    vm.wait_for_clean_teardown().await?;
    Ok(())
}

// What is not known is named, and the edit is not a safe one.
#[vmm_test_with(requires(vpci), configs())]
async fn unknown_step<T: PetriVmmBackend>(config: PetriVmBuilder<T>) -> anyhow::Result<()> {
    let (vm, agent) = config.with_something_new(true).run().await?;
    agent.power_off().await?;
    vm.wait_for_clean_teardown().await?;
    Ok(())
}
