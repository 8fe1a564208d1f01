//! A test whose guest is heavier than it needs.

pub(crate) const TEST: &str = "#[openvmm_test(uefi_x64(vhd(ubuntu_2504_server_x64)))]\n\
                               async fn answers(config: PetriVmBuilder<OpenVmmPetriBackend>) -> anyhow::Result<()> {\n    \
                               let (vm, agent) = config.run().await?;\n    agent.ping().await?;\n    Ok(())\n}\n";
