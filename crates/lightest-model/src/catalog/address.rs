//! Where evidence can be looked up on the web: its line at its commit.

use std::fmt;

use super::{Catalog, Evidence};

/// A web address, apart from the lines of its file, so that many places in one file share most of the address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Address {
    /// Of the file, or of whatever else is named.
    pub page: String,
    /// First and last line.
    pub lines: Option<(u32, u32)>,
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.page)?;
        match self.lines {
            None => Ok(()),
            Some((first, last)) if first == last => write!(f, "#L{first}"),
            Some((first, last)) => write!(f, "#L{first}-L{last}"),
        }
    }
}

/// Whether a text is an address of the web: no script, and no file of the reader.
#[must_use]
pub fn is_web(url: &str) -> bool {
    url.starts_with("https://") || url.starts_with("http://")
}

impl Evidence {
    /// The web address of a place; `None` where its source has none.
    #[must_use]
    pub fn address(&self, catalog: &Catalog) -> Option<Address> {
        let source = catalog.source(&self.source)?;
        let base = source.url.as_deref().filter(|url| is_web(url))?.trim_end_matches('/');
        let page = |page: String| Some(Address { page, lines: None });
        if !base.starts_with("https://github.com/") {
            return page(base.to_owned());
        }
        if let Some(number) = self.place.strip_prefix('#') {
            return page(format!("{base}/issues/{number}"));
        }
        if let Some(commit) = self.place.strip_prefix('@') {
            return page(format!("{base}/commit/{commit}"));
        }
        match (&source.commit, self.lines()) {
            (Some(commit), Some((path, first, last))) => {
                Some(Address { page: format!("{base}/blob/{commit}/{path}"), lines: Some((first, last)) })
            }
            (Some(commit), None) if !self.place.contains(' ') => {
                page(format!("{base}/blob/{commit}/{}", self.place))
            }
            _ => page(base.to_owned()),
        }
    }
}
