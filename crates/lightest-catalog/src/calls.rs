//! Reads the table of calls: the requirements of a call, program or path in a test's body. Reports every mistake with its
//! place.

use std::ops::Range;

use lightest_diagnostics::{Diagnostic, Span};
use lightest_model::catalog::{Catalog, Evidence, Layer, When};
use lightest_model::suggest::{nearest, reword};
use serde::Deserialize;
use toml::Spanned;

use lightest_lint::calls::{Entry, Kind};

use crate::files::File;

/// Entries as they are written; part of a larger file, such as a team's configuration, or a file of their own.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Written {
    #[serde(default)]
    call: Vec<Spanned<Raw>>,
    #[serde(default, rename = "type")]
    ty: Vec<Spanned<Raw>>,
    #[serde(default)]
    name: Vec<Spanned<Raw>>,
    #[serde(default)]
    field: Vec<Spanned<Raw>>,
    #[serde(default)]
    read: Vec<Spanned<Raw>>,
    #[serde(default)]
    text: Vec<Spanned<Raw>>,
    #[serde(default)]
    program: Vec<Spanned<Raw>>,
    #[serde(default)]
    path: Vec<Spanned<Raw>>,
    #[serde(default)]
    condition: Vec<Spanned<Raw>>,
    #[serde(default)]
    build: Vec<Spanned<Raw>>,
    #[serde(default)]
    artifact: Vec<Spanned<Raw>>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Raw {
    names: Spanned<Vec<String>>,
    #[serde(default)]
    on: String,
    #[serde(default)]
    containing: Vec<String>,
    #[serde(default)]
    requires: Vec<Spanned<String>>,
    #[serde(default)]
    neutral: bool,
    #[serde(default)]
    unknown: bool,
    #[serde(default)]
    options: Option<Vec<String>>,
    #[serde(default)]
    gives: Vec<String>,
    #[serde(default)]
    closure: Option<String>,
    #[serde(default)]
    when: Vec<When>,
    #[serde(default)]
    becomes: Option<String>,
    #[serde(default)]
    mounts: Option<usize>,
    #[serde(default)]
    tolerates: bool,
    #[serde(default)]
    fails: bool,
    #[serde(default)]
    because: String,
    #[serde(default)]
    evidence: Vec<Evidence>,
}

/// Reads the entries of the table's files, in their order; later ones outrank earlier ones.
///
/// # Errors
///
/// Every mistake: bad TOML, unknown keys, unknown requirements or sources, an entry that is neither neutral nor unknown and
/// states no requirement, an entry of ours without evidence. Places name a file by its index in `files`.
pub fn load(files: &[File], catalog: &Catalog) -> Result<Vec<Entry>, Vec<Diagnostic>> {
    let (mut entries, mut errors) = (Vec::new(), Vec::new());
    for (index, file) in files.iter().enumerate().filter(|(_, file)| file.is_of_calls()) {
        let read = match toml::from_str(&file.text) {
            Ok(written) => check(written, catalog, index, file.layer),
            Err(error) => {
                let span = Span::new(index, error.span().unwrap_or(0..0));
                let (message, help) = reword(error.message());
                Err(vec![with_help(Diagnostic::new(message).label(span, ""), help)])
            }
        };
        match read {
            Ok(more) => entries.extend(more),
            Err(more) => errors.extend(more),
        }
    }
    if errors.is_empty() { Ok(entries) } else { Err(errors) }
}

fn with_help(error: Diagnostic, help: Option<String>) -> Diagnostic {
    match help {
        Some(help) => error.help(help),
        None => error,
    }
}

/// Checks entries that were read as part of a larger file, which has the index `file`. A user's need no evidence: the team's
/// word is enough.
///
/// # Errors
///
/// Every mistake, as [`load`] reports them.
pub fn check(
    written: Written,
    catalog: &Catalog,
    file: usize,
    layer: Layer,
) -> Result<Vec<Entry>, Vec<Diagnostic>> {
    let groups = [
        (Kind::Call, written.call),
        (Kind::Type, written.ty),
        (Kind::Name, written.name),
        (Kind::Field, written.field),
        (Kind::Read, written.read),
        (Kind::Text, written.text),
        (Kind::Program, written.program),
        (Kind::Path, written.path),
        (Kind::Condition, written.condition),
        (Kind::Build, written.build),
        (Kind::Artifact, written.artifact),
    ];
    let (mut entries, mut errors) = (Vec::new(), Vec::new());
    for (kind, group) in groups {
        for raw in group {
            let span = raw.span();
            entries.push(entry(kind, raw.into_inner(), Span::new(file, span), catalog, layer, &mut errors));
        }
    }
    if errors.is_empty() { Ok(entries) } else { Err(errors) }
}

fn entry(
    kind: Kind,
    raw: Raw,
    span: Span,
    catalog: &Catalog,
    layer: Layer,
    errors: &mut Vec<Diagnostic>,
) -> Entry {
    let own = layer == Layer::User;
    let mut error = |message: String, bytes: Range<usize>, help: Option<String>| {
        errors.push(with_help(Diagnostic::new(message).label(Span::new(span.file, bytes), ""), help));
    };
    if raw.names.get_ref().is_empty() {
        error("an entry without names".to_owned(), raw.names.span(), None);
    }
    for word in &raw.requires {
        if catalog.requirement(word.get_ref()).is_none() {
            let known = catalog.requirements.iter().map(|requirement| requirement.id.as_str());
            let help = nearest(word.get_ref(), known).map(|near| format!("did you mean `{near}`?"));
            error(format!("there is no requirement `{}`", word.get_ref()), word.span(), help);
        }
    }
    let statements =
        usize::from(!raw.requires.is_empty()) + usize::from(raw.neutral) + usize::from(raw.unknown);
    if statements > 1 || (statements == 0 && !matches!(kind, Kind::Condition | Kind::Artifact)) {
        error(
            "an entry says what is required, that it is neutral, or that it is not known".to_owned(),
            span.bytes.clone(),
            Some("add one of `requires = [..]`, `neutral = true` and `unknown = true`".to_owned()),
        );
    }
    if kind == Kind::Artifact && raw.gives.is_empty() {
        let help = Some("add `gives = [..]`: what a declaration names for it".to_owned());
        error("an artifact that gives nothing".to_owned(), span.bytes.clone(), help);
    }
    if raw.evidence.is_empty() && !own && kind != Kind::Condition {
        error("a fact without evidence".to_owned(), span.bytes.clone(), None);
    }
    for place in &raw.evidence {
        if catalog.source(&place.source).is_none() {
            error(format!("there is no source `{}`", place.source), span.bytes.clone(), None);
        }
    }
    Entry {
        kind,
        on: raw.on,
        names: raw.names.into_inner(),
        containing: raw.containing,
        requires: raw
            .requires
            .into_iter()
            .map(|word| {
                let known = catalog.requirement(word.get_ref());
                known.map_or_else(|| word.get_ref().clone(), |requirement| requirement.id.clone())
            })
            .collect(),
        unknown: raw.unknown,
        options: raw.options,
        gives: raw.gives,
        closure: raw.closure,
        when: raw.when,
        becomes: raw.becomes,
        mounts: raw.mounts,
        tolerates: raw.tolerates,
        fails: raw.fails,
        because: raw.because,
        evidence: raw.evidence,
        own,
    }
}
