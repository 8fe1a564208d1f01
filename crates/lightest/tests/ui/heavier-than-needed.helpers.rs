// What helpers and closures touch counts: one needs systemd, the other nothing that Linux Direct lacks.

const UNITS: &str = "systemctl list-units";

struct Probe<'a> {
    agent: &'a PipetteClient,
    path: String,
}

impl<'a> Probe<'a> {
    fn new(agent: &'a PipetteClient, path: &str) -> Self {
        Self { agent, path: path.to_string() }
    }

    async fn read(&self) -> anyhow::Result<String> {
        let path = &self.path;
        let sh = self.agent.unix_shell();
        Ok(cmd!(sh, "cat {path}").read().await?)
    }
}

async fn list_units(agent: &PipetteClient) -> anyhow::Result<()> {
    let sh = agent.unix_shell();
    cmd!(sh, "sh -c {UNITS}").run().await?;
    Ok(())
}

fn with_ports(b: PetriVmConfigOpenVmm) -> PetriVmConfigOpenVmm {
    b.with_pcie_root_topology(1, 1, 1)
}

#[openvmm_test(uefi_x64(vhd(ubuntu_2404_server_x64)))]
async fn through_a_function(config: PetriVmBuilder<OpenVmmPetriBackend>) -> anyhow::Result<()> {
    let (vm, agent) = config.run().await?;
    list_units(&agent).await?;
    agent.power_off().await?;
    vm.wait_for_clean_teardown().await?;
    Ok(())
}

#[openvmm_test(uefi_x64(vhd(ubuntu_2404_server_x64)))]
async fn through_a_method(config: PetriVmBuilder<OpenVmmPetriBackend>) -> anyhow::Result<()> {
    let (vm, agent) = config.modify_backend(with_ports).run().await?;
    let probe = Probe::new(&agent, "/sys/bus/pci/slots");
    probe.read().await?;
    agent.power_off().await?;
    vm.wait_for_clean_teardown().await?;
    Ok(())
}
