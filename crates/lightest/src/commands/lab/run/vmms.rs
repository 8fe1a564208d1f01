//! `lightest list vmms`: which VMMs the lab has drivers for, what each can do, and whether this host has them.

use std::fmt::Write as _;

use lightest_guests::host::Host;
use lightest_lab::abilities::Abilities;
use lightest_lab::driver::Driver;
use lightest_lab::drivers;
use lightest_lab::spec::Arch;

use crate::output::shown;
use crate::schema::vmms::Vmm;
use crate::style::{aside, heading, refused};

/// Each driver: for programs, and as text.
pub(crate) fn listed() -> (Vec<Vmm>, String) {
    let host = Host::discover();
    let (mut values, mut text) = (Vec::new(), String::new());
    for driver in drivers::ALL {
        values.push(answer(driver, &host));
        text.push_str(&line(driver, &host));
    }
    (values, text)
}

/// The ways to boot, as configurations write them.
fn boot_paths(abilities: &Abilities) -> Vec<String> {
    let paths = abilities
        .paths
        .iter()
        .flat_map(|path| path.archs.iter().map(move |arch| format!("{}_{arch}", path.method.name())));
    paths.collect()
}

fn answer(driver: &dyn Driver, host: &Host) -> Vmm {
    let abilities = driver.abilities();
    let found = [Arch::X64, Arch::Aarch64].map(|arch| driver.find(arch, host).ok());
    Vmm {
        id: driver.name(),
        title: driver.title(),
        proven: driver.proof().proven(),
        driver_proof: driver.proof().into(),
        found: found.iter().any(Option::is_some),
        program: found.iter().flatten().next().map(|program| program.to_string_lossy().into_owned()),
        variable: driver.variable(),
        boots: boot_paths(abilities),
        accelerators: abilities.accelerators.iter().map(|one| one.name()).collect(),
        images: abilities.formats.iter().map(|format| format.name()).collect(),
        uefi_application: abilities.uefi_app,
        network: abilities.network,
        tpm: abilities.tpm.iter().map(|(method, arch)| format!("{}_{arch}", method.name())).collect(),
        agent: abilities.agent,
        warm: abilities.warm,
    }
}

fn line(driver: &dyn Driver, host: &Host) -> String {
    let abilities = driver.abilities();
    let found = match driver.find(Arch::X64, host) {
        Ok(program) => format!("found: {}", shown(&program)),
        Err(missing) => format!("{}: {}", refused("not found"), missing.command()),
    };
    let proof = match driver.proof().warning() {
        Some(warning) => warning.to_owned(),
        None => "its tests boot real guests".to_owned(),
    };
    let agent = abilities.agent.map_or("no agent".to_owned(), |by| format!("agent by {by}"));
    let mut text = String::new();
    let _ = writeln!(text, "{}  {}", heading(driver.name()), driver.title());
    let _ = writeln!(text, "  {found}");
    let _ = writeln!(text, "  {proof}");
    let boots = format!("{}; {agent}", boot_paths(abilities).join(", "));
    let _ = writeln!(text, "  {}", aside(boots));
    text
}
