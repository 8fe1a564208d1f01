//! The exit codes, which are a contract.

/// Done, and nothing found.
pub(crate) const DONE: u8 = 0;
/// Findings, a stale page, or guidance contradicted.
pub(crate) const FINDINGS: u8 = 1;
/// Could not do the job: usage, configuration, I/O.
pub(crate) const COULD_NOT: u8 = 2;
/// Nothing to look at: no tests found.
pub(crate) const NOTHING: u8 = 3;
/// This host cannot: no QEMU, no image.
pub(crate) const HOST_CANNOT: u8 = 4;

/// Every code, with what it means, for the documentation.
pub(crate) const ALL: [(u8, &str); 5] = [
    (DONE, "done, nothing found"),
    (FINDINGS, "findings; a stale page; guidance contradicted"),
    (COULD_NOT, "could not do the job: usage, configuration, I/O"),
    (NOTHING, "nothing to look at (no tests found)"),
    (HOST_CANNOT, "this host cannot (no QEMU, no image)"),
];
