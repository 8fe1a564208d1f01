//! The commands that start virtual machines. Every build has their options; one without the lab, and every build for Windows,
//! refuses them with one line.

pub(crate) mod options;

#[cfg(has_lab)]
mod run;
#[cfg(not(has_lab))]
#[path = "absent.rs"]
mod run;

pub(crate) use run::{run, vmms};

/// One of them, with its options.
#[cfg_attr(not(has_lab), expect(dead_code, reason = "without the lab, nothing reads the options"))]
pub(crate) enum LabCommand<'a> {
    Boot(&'a options::Boot),
    Measure(&'a options::Measure),
    Probe(&'a options::Probe),
    Verify(&'a options::Verify),
    Image(&'a options::Image),
}
