//! A VMM as `list vmms --format json` has it. A build without the lab has the form, and nothing to fill it with.

#![cfg_attr(not(has_lab), expect(dead_code, reason = "without the lab, there are no VMMs to list"))]

use serde::Serialize;

/// A VMM that the lab has a driver for, as `list vmms` has it.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(crate) struct Vmm {
    /// Name of the driver; `--vmm` takes it.
    pub(crate) id: &'static str,
    /// Name of the VMM.
    pub(crate) title: &'static str,
    /// Whether tests of the driver boot real guests.
    pub(crate) proven: bool,
    /// The same in words.
    pub(crate) driver_proof: Proof,
    /// Whether this host has the VMM for some architecture.
    pub(crate) found: bool,
    /// Path of the VMM's program; null where it was not found.
    pub(crate) program: Option<String>,
    /// The environment variable that names the program; null where the driver reads none.
    pub(crate) variable: Option<String>,
    /// Boot methods with their architecture, as configurations write them.
    pub(crate) boots: Vec<String>,
    /// Accelerators that it can use.
    pub(crate) accelerators: Vec<&'static str>,
    /// Formats of disk images that it can attach.
    pub(crate) images: Vec<&'static str>,
    /// Whether it can boot the UEFI test application.
    pub(crate) uefi_application: bool,
    /// Whether the driver can attach a network device.
    pub(crate) network: bool,
    /// Boot methods with their architecture with which the driver can attach a TPM.
    pub(crate) tpm: Vec<String>,
    /// The channel over which the agent is met; null where there is none.
    pub(crate) agent: Option<&'static str>,
    /// Whether the driver can resume from a snapshot.
    pub(crate) warm: bool,
}

/// Whether a driver has booted real machines where its tests run.
#[derive(Clone, Copy, Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(crate) enum Proof {
    /// Its tests boot real guests.
    #[serde(rename = "boots real guests")]
    BootsRealGuests,
    /// Written from the VMM's source and documentation, and never run with the VMM.
    #[serde(rename = "written from the source, never run")]
    WrittenFromSource,
}

#[cfg(has_lab)]
impl From<lightest_lab::driver::Proof> for Proof {
    fn from(proof: lightest_lab::driver::Proof) -> Self {
        match proof {
            lightest_lab::driver::Proof::BootsRealGuests => Self::BootsRealGuests,
            lightest_lab::driver::Proof::WrittenFromSource => Self::WrittenFromSource,
        }
    }
}
