//! Where evidence can be looked up: its web address and its short name.

use lightest_model::catalog::{Catalog, Evidence};

/// A place, split so that many places in one file share most of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Place {
    /// The source and the path in it, or whatever names the place.
    pub(super) name: String,
    /// Where it can be looked up.
    pub(super) url: Option<String>,
    /// First and last line.
    pub(super) lines: Option<(u32, u32)>,
}

/// Splits a piece of evidence.
pub(super) fn place(catalog: &Catalog, evidence: &Evidence) -> Place {
    let source = catalog.source(&evidence.source);
    let url = source.and_then(|source| source.url.as_deref());
    let forge = url.filter(|url| url.starts_with("https://github.com/"));
    let commit = source.and_then(|source| source.commit.as_deref());
    let name = evidence.to_string();
    if let (Some(forge), Some(issue)) = (forge, evidence.place.strip_prefix('#')) {
        return Place { name, url: Some(format!("{forge}/issues/{issue}")), lines: None };
    }
    if let (Some(forge), Some(change)) = (forge, evidence.place.strip_prefix('@')) {
        return Place { name, url: Some(format!("{forge}/commit/{change}")), lines: None };
    }
    match (forge, commit, evidence.lines()) {
        (Some(forge), Some(commit), Some((path, first, last))) => Place {
            name: format!("{}:{path}", evidence.source),
            url: Some(format!("{forge}/blob/{commit}/{path}")),
            lines: Some((first, last)),
        },
        (Some(forge), Some(commit), None) if evidence.place.contains(['/', '.']) => {
            Place { name, url: Some(format!("{forge}/blob/{commit}/{}", evidence.place)), lines: None }
        }
        _ => Place { name, url: url.map(str::to_owned), lines: None },
    }
}

impl Place {
    /// The lines as they are written: `12` or `12-14`.
    pub(super) fn span(&self) -> Option<String> {
        self.lines.map(
            |(first, last)| {
                if first == last { first.to_string() } else { format!("{first}-{last}") }
            },
        )
    }

    /// The last part of the path, with the lines.
    pub(super) fn short(&self) -> String {
        let name = self.name.rsplit('/').next().unwrap_or(&self.name);
        self.span().map_or_else(|| name.to_owned(), |span| format!("{name}:{span}"))
    }

    /// All of it.
    pub(super) fn full(&self) -> String {
        self.span().map_or_else(|| self.name.clone(), |span| format!("{}:{span}", self.name))
    }

    /// The address, with the lines.
    pub(super) fn address(&self) -> Option<String> {
        let url = self.url.as_ref()?;
        Some(match self.lines {
            None => url.clone(),
            Some((first, last)) if first == last => format!("{url}#L{first}"),
            Some((first, last)) => format!("{url}#L{first}-L{last}"),
        })
    }
}
