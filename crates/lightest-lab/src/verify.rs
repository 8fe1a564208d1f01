//! Which configurations of the lab the catalog's claims can be checked with, and with which devices.

use lightest_guests::{Store, recipe};
use lightest_model::catalog::{Catalog, Support};
use lightest_model::config::{Config, Form};
use lightest_model::space::{Asked, Space};

use crate::abilities::{Abilities, Method};
use crate::plan::recipe_name;

/// The VMM word of the lab in configurations.
pub const VMM: &str = "lab";

/// A configuration to verify, or why it is left out.
#[derive(Clone, Debug)]
pub struct Candidate {
    /// The configuration.
    pub config: Config,
    /// Why it is left out, where it is.
    pub left_out: Option<String>,
}

/// Every way to boot every guest that the lab makes, and the firmware alone, where the catalog does not rule it out. A guest whose
/// build takes minutes is left out until it was built.
#[must_use]
pub fn candidates(catalog: &Catalog, space: &Space, store: &Store) -> Vec<Candidate> {
    let runs = space.requirement("runs");
    let lab = catalog.vmms.iter().find(|vmm| vmm.id == VMM);
    let mut candidates = Vec::new();
    for (id, row) in space.enumerate().filter(|_| lab.is_some()) {
        let config = &row.config;
        let possible = runs.map(|runs| space.answer(id, runs, &Asked::default()).support);
        if config.vmm.as_deref() != Some(VMM) || possible != Some(Support::Yes) {
            continue;
        }
        let left_out = match recipe_name(config) {
            None => None,
            Some(name) => match recipe::read(&name) {
                None => continue,
                Some(recipe) if recipe.is_heavy() => store.find(&name).err().map(|error| error.to_string()),
                Some(_) => None,
            },
        };
        candidates.push(Candidate { config: config.clone(), left_out });
    }
    candidates
}

/// The devices that a machine is verified with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Devices {
    /// A network card.
    pub network: bool,
    /// A TPM 2.0.
    pub tpm: bool,
}

/// The catalog's answers are for a machine that was asked for everything that it can have. Firmware without a guest would try for
/// minutes to boot from the network.
#[must_use]
pub fn devices(abilities: &Abilities, config: &Config) -> Devices {
    let asked = !matches!(config.guest.form, Form::None | Form::UefiApp);
    let method = Method::of_boot(&config.boot);
    let tpm = asked && method.is_some_and(|method| abilities.has_tpm(method, config.arch));
    Devices { network: asked && abilities.network, tpm }
}
