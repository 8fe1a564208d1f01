//! All the drivers that there are.

use crate::driver::Driver;
use crate::hyperv::HyperV;
use crate::openvmm::OpenVmm;
use crate::qemu::Qemu;

/// Each VMM that the lab has a driver for; the first is the lab's usual one.
pub static ALL: [&dyn Driver; 3] = [&Qemu, &OpenVmm, &HyperV];

/// The driver of a VMM, by its name in configurations or after `--vmm`.
#[must_use]
pub fn named(name: &str) -> Option<&'static dyn Driver> {
    ALL.into_iter().find(|driver| driver.name() == name)
}
