//! The output of `probe --image FILE --format json`.

use std::borrow::Cow;

use lightest_inspect::Inspection;
use serde::Serialize;

/// Contents of a disk image, read without booting it.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(crate) struct Answer<'a> {
    /// Version of this form; raised when a key is renamed or removed.
    pub(crate) schema_version: u32,
    /// The image's file.
    pub(crate) image: Cow<'a, str>,
    #[serde(flatten)]
    pub(crate) found: &'a Inspection,
}
