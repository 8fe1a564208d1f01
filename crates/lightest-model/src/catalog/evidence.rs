//! Where a fact comes from.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A place that bears a fact out: a source of the catalog, and where in it.
///
/// Written `source:place` in the catalog.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Evidence {
    /// The identifier of a source in `sources.toml`.
    pub source: String,
    /// A place in it: `path:line`, `path:first-last`, `#issue`, `@commit`, or words.
    pub place: String,
}

impl Evidence {
    /// The path and first and last line (one-based) of a place in a repository, when the place is one.
    #[must_use]
    pub fn lines(&self) -> Option<(&str, u32, u32)> {
        let (path, lines) = self.place.rsplit_once(':')?;
        let (first, last) = match lines.split_once('-') {
            Some((first, last)) => (first.parse().ok()?, last.parse().ok()?),
            None => {
                let line = lines.parse().ok()?;
                (line, line)
            }
        };
        (!path.is_empty() && first >= 1 && last >= first).then_some((path, first, last))
    }
}

impl fmt::Display for Evidence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.source, self.place)
    }
}

impl Serialize for Evidence {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if serializer.is_human_readable() {
            return serializer.collect_str(self);
        }
        (&self.source, &self.place).serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Evidence {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        if !deserializer.is_human_readable() {
            let (source, place) = Deserialize::deserialize(deserializer)?;
            return Ok(Self { source, place });
        }
        let text = String::deserialize(deserializer)?;
        match text.split_once(':') {
            Some((source, place)) if !source.is_empty() && !place.is_empty() => {
                Ok(Self { source: source.to_owned(), place: place.to_owned() })
            }
            _ => {
                Err(serde::de::Error::custom(format!("evidence `{text}` is not of the form `source:place`")))
            }
        }
    }
}
