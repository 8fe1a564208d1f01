//! Where each claim comes from: footnotes, linked at the commit that they were read at.

use lightest_model::catalog::{Catalog, Evidence, Source};

use super::markdown::code;

/// The footnotes of a page, numbered as they are first named.
pub(super) struct Sources<'c> {
    catalog: &'c Catalog,
    notes: Vec<Vec<Evidence>>,
}

impl<'c> Sources<'c> {
    pub(super) fn new(catalog: &'c Catalog) -> Self {
        Self { catalog, notes: Vec::new() }
    }

    /// The mark that stands behind a claim.
    pub(super) fn mark(&mut self, evidence: &[Evidence]) -> String {
        if evidence.is_empty() {
            return String::new();
        }
        let at = self.notes.iter().position(|known| known == evidence).unwrap_or_else(|| {
            self.notes.push(evidence.to_vec());
            self.notes.len() - 1
        });
        format!("[^{}]", at + 1)
    }

    /// The footnotes themselves.
    pub(super) fn definitions(&self) -> String {
        let line = |(at, evidence): (usize, &Vec<Evidence>)| {
            let links: Vec<String> = evidence.iter().map(|place| link(self.catalog, place)).collect();
            format!("[^{}]: {}\n", at + 1, links.join(", "))
        };
        self.notes.iter().enumerate().map(line).collect()
    }
}

/// Places as links with short names, for tables.
pub(super) fn inline(catalog: &Catalog, evidence: &[Evidence]) -> String {
    let links: Vec<String> = evidence
        .iter()
        .map(|place| {
            let Some(source) = catalog.source(&place.source) else { return code(&place.place) };
            let name = match place.lines() {
                // The file's name and its first line; the link has the rest.
                Some((path, first, _)) => format!("{}:{first}", path.rsplit('/').next().unwrap_or(path)),
                None => label(catalog, source, place),
            };
            place.address(catalog).map_or_else(|| name.clone(), |url| format!("[{name}]({url})"))
        })
        .collect();
    links.join(", ")
}

/// A place as a link, or in words where there is nothing to link to.
pub(super) fn link(catalog: &Catalog, evidence: &Evidence) -> String {
    let Some(source) = catalog.source(&evidence.source) else { return code(&evidence.place) };
    let name = label(catalog, source, evidence);
    evidence.address(catalog).map_or_else(|| name.clone(), |url| format!("[{name}]({url})"))
}

/// The source that the page is about; others are named.
fn label(catalog: &Catalog, source: &Source, evidence: &Evidence) -> String {
    let place = match evidence.place.strip_prefix('@') {
        Some(commit) => format!("commit {}", code(commit)),
        None if evidence.lines().is_some() || evidence.place.contains('/') => code(&evidence.place),
        None => evidence.place.clone(),
    };
    match main(catalog) {
        Some(main) if main.id == source.id => place,
        _ if source.id == "request" => format!("the request, {place}"),
        _ => format!("{}: {place}", source.id),
    }
}

/// The repository that the page is about: the one whose source most places name.
pub(super) fn main(catalog: &Catalog) -> Option<&Source> {
    let places = |source: &Source| {
        let of = |evidence: &[Evidence]| evidence.iter().filter(|place| place.source == source.id).count();
        catalog.capabilities.iter().map(|entry| of(&entry.evidence)).sum::<usize>()
    };
    catalog.sources.iter().filter(|source| source.commit.is_some()).max_by_key(|source| places(source))
}

/// Where its issues are.
pub(super) fn issues(catalog: &Catalog) -> Option<&str> {
    main(catalog).and_then(|source| source.url.as_deref())
}
