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
