//! Boots one configuration and records, event by event, what happened when.
//!
//! The only crate that starts virtual machines. [`machine::Machine`] is the engine, [`driver::Driver`] the seam to a VMM.
//! Nothing here prints or decides exit codes, and a failed boot is an [`outcome::Failure`], never a number.

pub mod abilities;
pub mod accel;
pub mod agent;
mod channels;
pub mod console;
pub mod driver;
pub mod drivers;
pub mod hyperv;
pub mod line;
pub mod machine;
pub mod measure;
pub mod openvmm;
pub mod options;
pub mod outcome;
pub mod plan;
pub mod probe;
pub mod process;
pub mod qemu;
pub mod qmp;
pub mod spec;
mod swtpm;
pub mod timeline;
pub mod verify;
pub mod warm;

/// The messages between host and agent.
pub use lightest_agent::message;
