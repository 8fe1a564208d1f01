//! "Did you mean": the known word nearest to a misspelt one.

/// The candidate most like `word`, when one is near enough to be worth naming.
///
/// Nearness is Jaro-Winkler similarity of at least 0.8, or a candidate that starts with `word`.
#[must_use]
pub fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let mut best: Option<(f64, &str)> = None;
    for candidate in candidates {
        let mut score = strsim::jaro_winkler(word, candidate);
        if word.len() >= 3 && candidate.starts_with(word) {
            score = score.max(0.9);
        }
        if score >= 0.8 && best.is_none_or(|(top, _)| score > top) {
            best = Some((score, candidate));
        }
    }
    best.map(|(_, candidate)| candidate)
}
