//! The output of `unknowns --format json`.

use lightest_model::catalog::Cost;
use serde::Serialize;

/// The unknowns that keep variants of a tree on heavier configurations, the most valuable first.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(crate) struct Answer<'a> {
    /// Version of this form; raised when a key is renamed or removed.
    pub(crate) schema_version: u32,
    /// The unknowns.
    pub(crate) unknowns: Vec<Unknown<'a>>,
    /// Tests that were left out, because not everything that they ask is known.
    pub(crate) open_tests: usize,
}

/// A configuration of which nobody has shown whether it provides something.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(crate) struct Unknown<'a> {
    /// Number of the unknown, from 1; `--try` takes it.
    pub(crate) number: usize,
    /// The configuration.
    pub(crate) config: String,
    /// Identifier of the requirement; `runs` where it is not known to run at all.
    pub(crate) requirement: &'a str,
    /// The catalog's statement about it, in words.
    pub(crate) because: &'a str,
    /// Places that bear the statement out, separated by `; `; `no statement in the catalog` where there is none.
    pub(crate) evidence: String,
    /// Savings of a *yes* over one run of each variant.
    pub(crate) saves: Saves,
    /// The variants that a *yes* would make lighter.
    pub(crate) waiting: Vec<Waiting<'a>>,
    /// The run that would settle it; null where no test of the tree is certain to ask for it.
    pub(crate) experiment: Option<Experiment<'a>>,
}

/// Savings of an unknown, over all its variants.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(crate) struct Saves {
    /// How many variants would be lighter.
    pub(crate) variants: usize,
    /// How many of these `check` would report.
    pub(crate) findings: usize,
    /// Bytes of disk image, as far as sizes are known.
    pub(crate) image_bytes: i64,
    /// Variants for which a size is not known.
    pub(crate) image_bytes_unknown_for: usize,
    /// Steps between classes of boot time.
    pub(crate) boot_classes: i64,
    #[serde(flatten)]
    pub(crate) quirks: Cost<i64>,
    /// Durations of the variants today; null where none was measured.
    pub(crate) measured: Option<Measured>,
}

/// Measured time of variants.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(crate) struct Measured {
    /// How many variants were measured.
    pub(crate) variants: usize,
    /// Their duration today, in seconds.
    pub(crate) seconds_today: f64,
}

/// A variant that a *yes* would make lighter.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(crate) struct Waiting<'a> {
    /// The variant as the test runner names it.
    pub(crate) variant: &'a str,
    /// Its test.
    pub(crate) test: String,
    /// The configuration that it has today.
    pub(crate) from: String,
    /// Why `check` would not report it; null where it would.
    pub(crate) silent_because: Option<&'a str>,
    /// Bytes of disk image saved; null where a size is not known.
    pub(crate) image_bytes: Option<i64>,
    /// Steps between classes of boot time saved.
    pub(crate) boot_classes: i64,
    #[serde(flatten)]
    pub(crate) quirks: Cost<i64>,
    /// Duration of the variant today, in seconds; null where it was not measured.
    pub(crate) measured_s: Option<f64>,
}

/// A run that would settle an unknown.
#[derive(Debug, Serialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(crate) enum Experiment<'a> {
    /// A variant of the tree runs it already: `learn` takes its result.
    RunsAlready {
        /// The variant's test.
        test: String,
        /// The variant as the test runner names it.
        variant: &'a str,
    },
    /// One more variant has to be added.
    Add {
        /// The test to add it to.
        test: String,
        /// The variant that it stands beside.
        beside: &'a str,
        /// The edit that adds it; null where the framework has no variants whose failure blocks nobody.
        edit: Option<Edit<'a>>,
    },
}

/// Text to put in place of a range of a file.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(crate) struct Edit<'a> {
    /// The file, relative to the working directory.
    pub(crate) file_name: String,
    /// First byte of the range, from 0.
    pub(crate) byte_start: usize,
    /// The byte after the range.
    pub(crate) byte_end: usize,
    /// Line of the range's start, from 1.
    pub(crate) line: usize,
    /// Column of the range's start in characters, from 1.
    pub(crate) column: usize,
    /// The replacement.
    pub(crate) text: &'a str,
}
