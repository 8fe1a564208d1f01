//! Where evidence can be looked up: its line at its commit, on the web.

use lightest_model::catalog::{Catalog, Evidence};

/// The web address of a place as text.
pub(crate) fn of(catalog: &Catalog, evidence: &Evidence) -> Option<String> {
    evidence.address(catalog).map(|address| address.to_string())
}

/// The addresses of some places, each once.
pub(crate) fn all(catalog: &Catalog, places: &[Evidence]) -> Vec<String> {
    let mut found = Vec::new();
    for address in places.iter().filter_map(|place| of(catalog, place)) {
        if !found.contains(&address) {
            found.push(address);
        }
    }
    found
}

/// Places as one text, in which a terminal shows each as a link; `anstream` leaves the words where none is wanted.
pub(crate) fn linked(catalog: &Catalog, places: &[Evidence]) -> String {
    let link = |place: &Evidence| match of(catalog, place) {
        Some(address) => format!("\u{1b}]8;;{address}\u{1b}\\{place}\u{1b}]8;;\u{1b}\\"),
        None => place.to_string(),
    };
    places.iter().map(link).collect::<Vec<_>>().join("; ")
}

#[cfg(test)]
mod tests {
    use super::of;

    #[test]
    fn each_kind_of_place_has_its_address() {
        let source = "[[source]]\nid = \"s\"\ntitle = \"s\"\nurl = \"https://github.com/o/r\"\ncommit = \"abc\"\n\
                      [[source]]\nid = \"web\"\ntitle = \"web\"\nurl = \"https://example.org/doc\"\n\
                      [[source]]\nid = \"script\"\ntitle = \"script\"\nurl = \"javascript:alert(1)\"\n\
                      [[source]]\nid = \"words\"\ntitle = \"words\"\n";
        let layer = lightest_model::catalog::Layer::Base;
        let file = lightest_catalog::File::new(std::path::Path::new("sources.toml"), source, layer);
        let catalog = lightest_catalog::load(&[file]).unwrap_or_default();
        for (source, place, address) in [
            ("s", "a/b.rs:3", Some("https://github.com/o/r/blob/abc/a/b.rs#L3")),
            ("s", "a/b.rs:3-5", Some("https://github.com/o/r/blob/abc/a/b.rs#L3-L5")),
            ("s", "a/b.rs", Some("https://github.com/o/r/blob/abc/a/b.rs")),
            ("s", "#12", Some("https://github.com/o/r/issues/12")),
            ("s", "@def", Some("https://github.com/o/r/commit/def")),
            ("web", "chapter one", Some("https://example.org/doc")),
            ("script", "page 3", None),
            ("words", "page 3", None),
        ] {
            let evidence =
                lightest_model::catalog::Evidence { source: source.to_owned(), place: place.to_owned() };
            assert_eq!(of(&catalog, &evidence).as_deref(), address);
        }
    }
}
