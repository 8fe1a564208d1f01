//! The exit codes, which are a contract: `--help` and the book list them from here.

/// Done, and nothing found.
pub(crate) const DONE: u8 = 0;
/// Findings, a stale page, or guidance contradicted.
pub(crate) const FINDINGS: u8 = 1;
/// Usage, configuration or I/O errors.
pub(crate) const COULD_NOT: u8 = 2;
/// Nothing to look at: no tests found.
pub(crate) const NOTHING: u8 = 3;
/// This host cannot: no QEMU, no image, nothing that `pick --here` found to run.
pub(crate) const HOST_CANNOT: u8 = 4;

/// Every code, with its meaning, for the documentation.
pub(crate) const ALL: [(u8, &str); 5] = [
    (DONE, "done, nothing found"),
    (FINDINGS, "findings; a stale page; guidance contradicted; requirements that cannot meet"),
    (COULD_NOT, "could not do the job: usage, configuration, I/O"),
    (NOTHING, "nothing to look at (no tests found)"),
    (
        HOST_CANNOT,
        "this host cannot (no QEMU, no image, no lab on this system; nothing to run for `pick --here`)",
    ),
];

/// The table for `--help`, at most 80 columns wide.
pub(crate) fn help() -> String {
    let mut text = String::from("Exit codes:\n");
    for (code, meaning) in ALL {
        let code = format!("  {code}  ");
        let lines = textwrap::Options::new(80).initial_indent(&code).subsequent_indent("     ");
        text.push_str(&textwrap::fill(meaning, lines));
        text.push('\n');
    }
    text
}
