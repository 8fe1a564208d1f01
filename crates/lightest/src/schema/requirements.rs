//! The output of `requirements --format json`.

use lightest_lint::facts;
use lightest_model::catalog;
use lightest_model::config::{Arch, Form};
use serde::Serialize;

use super::shared::{Span, Unresolved};

/// Requirements of tests on their environment.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(crate) struct Answer<'a> {
    /// Version of this form; raised when a key is renamed or removed.
    pub(crate) schema_version: u32,
    /// The tests, in the order of the files.
    pub(crate) tests: Vec<Test<'a>>,
    /// Files and places that could not be read.
    pub(crate) notes: Vec<Note<'a>>,
}

/// One test.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(crate) struct Test<'a> {
    /// Name of the function.
    pub(crate) test: &'a str,
    /// Its module, without the crate; empty at the root.
    pub(crate) module: String,
    /// Where its name stands.
    pub(crate) span: Option<Span<'a>>,
    /// Its variants.
    pub(crate) configurations: Vec<Variant<'a>>,
    /// Parts of its lists that were not understood.
    pub(crate) unread: Vec<Unread<'a>>,
    /// The command line that answers the test; null where the catalog lacks one of them.
    pub(crate) pick: Option<String>,
    /// Requirements of its body and its declared intent, one for each place.
    pub(crate) requirements: Vec<Need<'a>>,
    /// Requirements that its name mentions.
    pub(crate) named: Vec<&'a str>,
    /// Usages in its body.
    pub(crate) touches: Vec<Touch<'a>>,
    /// Whether the test has an unresolved place; its guest is then never called too heavy.
    pub(crate) open: bool,
    /// Unresolved places.
    pub(crate) unknown: Vec<Unresolved<'a>>,
}

/// A test with one configuration.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(crate) struct Variant<'a> {
    /// The variant as the test runner names it.
    pub(crate) name: &'a str,
    /// The configuration.
    pub(crate) config: String,
    /// The configuration as its author wrote it.
    pub(crate) written: &'a str,
    /// Whether the agent runs in the guest; null where the declaration does not decide that.
    pub(crate) agent: Option<bool>,
    /// Why it is skipped by default; null where it is not.
    pub(crate) ignored: Option<&'a str>,
    /// Why its failures block nobody; null where they do.
    pub(crate) unstable: Option<&'a str>,
    /// Requirements that the declaration itself states.
    pub(crate) states: &'a [String],
    /// Whether no lighter configuration is known to do; null where nothing is known to do.
    pub(crate) lightest: Option<bool>,
    /// A lighter configuration that would do; null where there is none.
    pub(crate) lighter: Option<String>,
    /// Why `check` is silent about the lighter configuration; null where it is not.
    pub(crate) silent_because: Option<&'a str>,
    /// Where the configuration stands.
    pub(crate) span: Option<Span<'a>>,
}

/// A part of a list that was not understood.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(crate) struct Unread<'a> {
    /// Its text.
    pub(crate) text: &'a str,
    /// Where it stands.
    pub(crate) span: Option<Span<'a>>,
}

/// A requirement, and the place that shows it.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(crate) struct Need<'a> {
    /// Identifier of the requirement.
    pub(crate) requirement: &'a str,
    /// The place that shows it.
    pub(crate) span: Option<Span<'a>>,
    /// Where the test's own body leads to that place; null where it stands in the body.
    pub(crate) via: Option<Span<'a>>,
    /// The branches that the place stands in.
    pub(crate) within: Vec<Branch<'a>>,
    /// Why that asks for it; may be empty.
    pub(crate) because: &'a str,
    /// Places that bear the reason out, `source:place` each.
    pub(crate) evidence: Vec<String>,
}

/// A branch that is taken only for some configurations.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(crate) struct Branch<'a> {
    /// The configurations; any of them.
    pub(crate) when: Vec<When<'a>>,
    /// Whether it is taken for the others instead.
    pub(crate) otherwise: bool,
}

/// Selects configurations: every key must match, a list by any of its members, `except` by none; an empty list matches all.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(crate) struct When<'a> {
    /// VMMs.
    vmm: &'a [String],
    /// Boot methods.
    boot: &'a [String],
    /// Architectures.
    arch: Vec<&'static str>,
    /// Isolation modes, or `none`.
    isolation: &'a [String],
    /// Guests.
    guest: &'a [String],
    /// Guests that are not selected.
    except: &'a [String],
    /// Families of guests.
    family: &'a [String],
    /// Operating systems.
    os: Vec<&'static str>,
    /// How configurations name the guest.
    form: Vec<&'static str>,
    /// Whether the paravisor is present; null where that does not matter.
    openhcl: Option<bool>,
    /// Requirements that must all be asked for as well.
    with: &'a [String],
    /// Whether the guest's architecture differs from the configuration's; null where that does not matter.
    arch_mismatch: Option<bool>,
}

impl<'a> From<&'a catalog::When> for When<'a> {
    fn from(when: &'a catalog::When) -> Self {
        Self {
            vmm: &when.vmm,
            boot: &when.boot,
            arch: when.arch.iter().copied().map(Arch::word).collect(),
            isolation: &when.isolation,
            guest: &when.guest,
            except: &when.except,
            family: &when.family,
            os: when.os.iter().copied().map(catalog::Os::word).collect(),
            form: when.form.iter().copied().map(Form::word).collect(),
            openhcl: when.openhcl,
            with: &when.with,
            arch_mismatch: when.arch_mismatch,
        }
    }
}

impl<'a> From<&'a facts::Branch> for Branch<'a> {
    fn from(branch: &'a facts::Branch) -> Self {
        Self { when: branch.when.iter().map(When::from).collect(), otherwise: branch.otherwise }
    }
}

/// Something that a body touches, and where.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(crate) struct Touch<'a> {
    #[serde(flatten)]
    pub(crate) what: Touched<'a>,
    /// Where it stands.
    pub(crate) span: Option<Span<'a>>,
}

/// Something that a body touches.
#[derive(Debug, Serialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(crate) enum Touched<'a> {
    /// A method of something whose role is known.
    Call {
        /// Role of the receiver.
        on: &'a str,
        /// The method.
        name: &'a str,
    },
    /// A function that the test's package does not define.
    Function {
        /// Path of the function.
        name: &'a str,
    },
    /// A type in a signature.
    Type {
        /// Name of the type.
        name: &'a str,
    },
    /// A value or a type that an expression names.
    Name {
        /// The named path.
        name: &'a str,
    },
    /// A field that is set.
    Field {
        /// The record, or the role of the changed value.
        on: &'a str,
        /// The field.
        name: &'a str,
        /// The value as text, as far as it is known.
        value: &'a str,
    },
    /// A field that is read.
    Read {
        /// How it is read; may be empty.
        on: &'a str,
        /// The field.
        name: &'a str,
    },
    /// A text, whatever is done with it.
    Text {
        /// The text.
        name: &'a str,
    },
    /// A program that is run.
    Program {
        /// Role of the shell.
        on: &'a str,
        /// Name of the program.
        name: &'a str,
        /// The whole line.
        line: &'a str,
    },
    /// A path in the guest.
    Path {
        /// Role of the shell.
        on: &'a str,
        /// The path.
        name: &'a str,
    },
    /// A condition of the build on the test.
    Build {
        /// The condition.
        name: &'a str,
    },
    /// A condition that distinguishes configurations.
    Tested {
        /// The configurations; any of them.
        when: Vec<When<'a>>,
    },
    /// A condition that leaves the test to some configurations.
    Confined {
        /// The configurations; any of them.
        when: Vec<When<'a>>,
    },
}

impl<'a> From<&'a facts::UsageKind> for Touched<'a> {
    fn from(what: &'a facts::UsageKind) -> Self {
        use facts::UsageKind;
        match what {
            UsageKind::Call { on, name, .. } => Self::Call { on, name },
            UsageKind::Function(name) => Self::Function { name },
            UsageKind::Type(name) => Self::Type { name },
            UsageKind::Name(name) => Self::Name { name },
            UsageKind::Field { of, name, value } => Self::Field { on: of, name, value },
            UsageKind::Read { name, how } => Self::Read { on: how, name },
            UsageKind::Text(name) => Self::Text { name },
            UsageKind::Program { system, name, line } => Self::Program { on: system, name, line },
            UsageKind::Path { system, path } => Self::Path { on: system, name: path },
            UsageKind::Build(name) => Self::Build { name },
            UsageKind::Confined(when) => Self::Confined { when: when.iter().map(When::from).collect() },
            UsageKind::Tested(when) => Self::Tested { when: when.iter().map(When::from).collect() },
        }
    }
}

/// Something that could not be read.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(crate) struct Note<'a> {
    /// The problem, with its reason.
    pub(crate) message: &'a str,
    /// The way out; null where there is none.
    pub(crate) help: Option<&'a str>,
    /// Where it stands.
    pub(crate) span: Option<Span<'a>>,
}
