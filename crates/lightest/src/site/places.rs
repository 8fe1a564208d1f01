//! Where evidence can be looked up: its web address and its short name.

use lightest_model::catalog::{Address, Catalog, Evidence};

/// A place, split so that many places in one file share most of the text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Place {
    /// The source and the path in it, or whatever names the place.
    pub(super) name: String,
    /// Where it can be looked up.
    pub(super) address: Option<Address>,
}

/// Splits a piece of evidence.
pub(super) fn place(catalog: &Catalog, evidence: &Evidence) -> Place {
    let address = evidence.address(catalog);
    let path = evidence.lines().map(|(path, ..)| path);
    let name = match (path, &address) {
        (Some(path), Some(Address { lines: Some(_), .. })) => format!("{}:{path}", evidence.source),
        _ => evidence.to_string(),
    };
    Place { name, address }
}

impl Place {
    /// First and last line.
    pub(super) fn lines(&self) -> Option<(u32, u32)> {
        self.address.as_ref().and_then(|address| address.lines)
    }

    /// The lines as they are written: `12` or `12-14`.
    pub(super) fn span(&self) -> Option<String> {
        self.lines().map(
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

    /// The whole text.
    pub(super) fn full(&self) -> String {
        self.span().map_or_else(|| self.name.clone(), |span| format!("{}:{span}", self.name))
    }
}
