//! The commands that start virtual machines. Every build has their options; one without the lab, and every build for Windows,
//! refuses them with one line.

mod inspect;
pub(crate) mod options;

#[cfg(has_lab)]
mod run;
#[cfg(not(has_lab))]
#[path = "absent.rs"]
mod run;

use crate::failure::Failure;
use crate::session::Session;

pub(crate) use run::vmms;

/// Runs one of them. Images are read without the lab.
pub(crate) fn run(command: LabCommand<'_>, session: &Session) -> Result<u8, Failure> {
    if let LabCommand::Probe(options::Probe { config: None, machine, format, .. }) = command
        && let Some(image) = &machine.image
    {
        return inspect::run(image, *format);
    }
    run::run(command, session)
}

/// One of them, with its options.
#[cfg_attr(not(has_lab), expect(dead_code, reason = "without the lab, nothing reads the options"))]
pub(crate) enum LabCommand<'a> {
    Boot(&'a options::Boot),
    Measure(&'a options::Measure),
    Probe(&'a options::Probe),
    Verify(&'a options::Verify),
    Image(&'a options::Image),
}
