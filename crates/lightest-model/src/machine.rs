//! A computer, as far as it decides which configurations can run on it.

use std::fmt;

use crate::catalog::Host;
use crate::config::Arch;
use crate::space::{Asked, Space};

/// The operating systems of machines, by the words that Rust has for them.
pub const SYSTEMS: [&str; 3] = ["linux", "windows", "macos"];

/// A machine that tests are run on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Machine {
    /// Its operating system.
    pub os: String,
    /// Its architecture; `None` where it is none that a guest can have.
    pub arch: Option<Arch>,
    /// The hypervisors that it offers.
    pub hypervisors: Vec<String>,
}

/// Whether a machine can run a configuration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fit<'c> {
    /// It can.
    Runs,
    /// It can if what is stated here holds, which is not known.
    RunsIf(&'c str),
    /// It cannot.
    Cannot,
}

impl<'c> Space<'c> {
    /// Whether a machine can run a configuration of which that is asked.
    #[must_use]
    pub fn fit(&self, row: usize, asked: &Asked, machine: &Machine) -> Fit<'c> {
        let Some(host) = self.host_of(row, asked) else {
            return Fit::RunsIf("it is a host of an unknown kind");
        };
        let row = &self.rows()[row];
        if !row.vmm.hosts.contains(&machine.os) {
            return Fit::Cannot;
        }
        if host.machines.is_empty() {
            return Fit::RunsIf("it is such a host, of which nothing more is known");
        }
        let fits = host.machines.iter().filter(|known| {
            // A hypervisor runs guests of its machine's own architecture.
            let native = || {
                machine.arch == Some(row.config.arch)
                    && known.hypervisors.iter().any(|word| machine.hypervisors.contains(word))
            };
            known.os == machine.os
                && (known.arch.is_empty() || machine.arch.is_some_and(|arch| known.arch.contains(&arch)))
                && (known.hypervisors.is_empty() || native())
        });
        let mut open = None;
        for known in fits {
            match &known.provided {
                None => return Fit::Runs,
                Some(provided) => open = open.or(Some(provided.as_str())),
            }
        }
        open.map_or(Fit::Cannot, Fit::RunsIf)
    }

    /// The kind of host that a configuration needs where that is asked of it.
    #[must_use]
    pub fn host_of(&self, row: usize, asked: &Asked) -> Option<&'c Host> {
        self.host(row, asked).and_then(|host| self.catalog().hosts.get(host))
    }
}

/// As it is given to `--here`: `linux,x64,kvm`.
impl fmt::Display for Machine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.os)?;
        if let Some(arch) = self.arch {
            write!(f, ",{arch}")?;
        }
        self.hypervisors.iter().try_for_each(|hypervisor| write!(f, ",{hypervisor}"))
    }
}
