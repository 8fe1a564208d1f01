//! A computer, as far as it decides which configurations can run on it.

use std::borrow::Cow;

use crate::catalog::Host;
use crate::config::Arch;
use crate::space::{Asked, RowId, Space};

/// The operating systems of machines, by the words that Rust has for them.
pub const SYSTEMS: [&str; 3] = ["linux", "windows", "macos"];

/// A machine that tests are run on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Machine {
    /// Its operating system.
    pub os: String,
    /// Its architecture; `None` where it is none that a guest can have.
    pub arch: Option<Arch>,
    /// The hypervisors that it offers.
    pub hypervisors: Vec<String>,
    /// Those of which nobody knows whether it offers them.
    pub unknown: Vec<String>,
}

/// Whether a machine can run a configuration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fit<'c> {
    /// It can.
    Runs,
    /// It can, if this condition is met; whether it is, is unknown.
    RunsIf(Cow<'c, str>),
    /// It cannot.
    Lacks {
        /// Hypervisors of which one would do, by identifier; empty where its system or its architecture is the wrong one.
        hypervisors: Vec<&'c str>,
    },
}

impl<'c> Space<'c> {
    /// Whether a machine can run a configuration of which that is asked.
    #[must_use]
    pub fn fit(&self, row: RowId, asked: &Asked, machine: &Machine) -> Fit<'c> {
        let Some(host) = self.host_of(row, asked) else {
            return Fit::RunsIf(Cow::Borrowed("it is a host for it, of which the catalog has no kind"));
        };
        let row = self.row(row);
        let mut hypervisors: Vec<&str> = Vec::new();
        if !row.vmm.hosts.contains(&machine.os) {
            return Fit::Lacks { hypervisors };
        }
        if host.machines.is_empty() {
            return Fit::RunsIf(Cow::Owned(format!("it is {}", host.title)));
        }
        let of_its_kind = host.machines.iter().filter(|known| {
            known.os == machine.os
                && (known.arch.is_empty() || machine.arch.is_some_and(|arch| known.arch.contains(&arch)))
        });
        // A hypervisor runs guests of its machine's own architecture.
        let native = machine.arch == Some(row.config.arch);
        let (mut open, mut unknown) = (None, None);
        for known in of_its_kind {
            let offers = native && known.hypervisors.iter().any(|word| machine.hypervisors.contains(word));
            match &known.provided {
                None if offers || known.hypervisors.is_empty() => return Fit::Runs,
                Some(provided) if offers || known.hypervisors.is_empty() => {
                    open = open.or(Some(provided.as_str()));
                }
                _ if native => {
                    unknown =
                        unknown.or(known.hypervisors.iter().find(|word| machine.unknown.contains(word)));
                    hypervisors.extend(known.hypervisors.iter().map(String::as_str));
                }
                _ => {}
            }
        }
        match (open, unknown) {
            (Some(provided), _) => Fit::RunsIf(Cow::Borrowed(provided)),
            (None, Some(word)) => {
                let title = self.catalog().hypervisor(word).map_or(word.as_str(), |known| &known.title);
                Fit::RunsIf(Cow::Owned(format!("it offers {title}")))
            }
            (None, None) => Fit::Lacks { hypervisors },
        }
    }

    /// The kind of host that a configuration needs for a query.
    #[must_use]
    pub fn host_of(&self, row: RowId, asked: &Asked) -> Option<&'c Host> {
        self.host(row, asked).and_then(|host| self.catalog().hosts.get(host))
    }
}
