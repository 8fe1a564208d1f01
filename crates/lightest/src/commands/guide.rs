//! `lightest guide`: the guidance, made from the catalog.

use std::path::Path;

use crate::args::Guide;
use crate::failure::Failure;
use crate::{exit, facts, output, site};

/// Writes what is asked for.
pub(crate) fn run(args: &Guide, catalog: Option<&Path>) -> Result<u8, Failure> {
    let catalog = facts::catalog(catalog)?;
    for path in site::write(&args.site, catalog)? {
        output::data(&format!("{}\n", path.display()))?;
    }
    Ok(exit::DONE)
}
