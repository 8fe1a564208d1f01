//! The lab's commands in a build without the lab.

use super::LabCommand;
use crate::failure::Failure;
use crate::schema::vmms::Vmm;
use crate::session::Session;

/// Refuses the command.
pub(crate) fn run(_command: LabCommand<'_>, _session: &Session) -> Result<u8, Failure> {
    Err(refusal())
}

/// Refuses the list of VMMs.
pub(crate) fn vmms() -> Result<(Vec<Vmm>, String), Failure> {
    Err(refusal())
}

fn refusal() -> Failure {
    if cfg!(unix) {
        Failure::host_cannot(
            "this build of lightest has no lab: build it with the feature `lab`, which is on by default",
        )
    } else {
        Failure::host_cannot(
            "lightest starts virtual machines on Unix only: run this command on Linux, for instance in WSL",
        )
    }
}
