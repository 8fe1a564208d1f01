//! "Did you mean": the known word nearest to a misspelt one.

/// Words longer than this, in bytes, are like no identifier; comparing them would take long.
const LONGEST: usize = 128;

/// Other names of architectures, which are spelled too differently to be found by likeness.
const ALIASES: [(&str, &str); 5] =
    [("amd64", "x64"), ("x86_64", "x64"), ("x86-64", "x64"), ("arm64", "aarch64"), ("armv8", "aarch64")];

/// The candidate most like `word`, when one is near enough to be worth naming.
///
/// Nearness is Jaro-Winkler similarity of at least 0.8, one slip of the fingers, or a candidate that starts with `word`;
/// capitals do not matter.
#[must_use]
pub fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    if word.len() > LONGEST {
        return None;
    }
    let word = word.to_lowercase();
    let word = word.as_str();
    let candidates: Vec<&str> = candidates.into_iter().collect();
    let alias = ALIASES.iter().find(|(alias, name)| *alias == word && candidates.contains(name));
    if let Some((_, name)) = alias {
        return Some(name);
    }
    let mut best: Option<(f64, &str)> = None;
    for candidate in candidates {
        let mut score = strsim::jaro_winkler(word, candidate);
        if word.len() >= 3 && (candidate.starts_with(word) || strsim::osa_distance(word, candidate) == 1) {
            score = score.max(0.9);
        }
        if score >= 0.8 && best.is_none_or(|(top, _)| score > top) {
            best = Some((score, candidate));
        }
    }
    best.map(|(_, candidate)| candidate)
}

/// A sentence of serde on an unknown name, in our words, and what to do about it: the nearest of the names that it lists,
/// or all of them.
#[must_use]
pub fn reword(message: &str) -> (String, Option<String>) {
    let unchanged = || (message.to_owned(), None);
    let Some((what, expected)) = message.split_once(", expected ") else { return unchanged() };
    let mut words = what.split('`');
    let (Some(kind), Some(word)) = (words.next(), words.next()) else { return unchanged() };
    let known: Vec<&str> = expected.split('`').skip(1).step_by(2).collect();
    if known.is_empty() || !kind.starts_with("unknown") {
        return unchanged();
    }
    let help = match nearest(word, known.iter().copied()) {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("known here: `{}`", known.join("`, `")),
    };
    let message = what.replace("unknown field", "unknown key").replace("unknown variant", "unknown word");
    (message, Some(help))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slips_are_recognised_and_other_words_are_not() {
        let known = ["tpm", "systemd", "secure-boot", "uefi"];
        let nearest_of = |word| nearest(word, known);
        assert_eq!(nearest_of("tmp"), Some("tpm"));
        assert_eq!(nearest_of("sytemd"), Some("systemd"));
        assert_eq!(nearest_of("secure"), Some("secure-boot"));
        assert_eq!(nearest_of("framebuffer"), None);
        assert_eq!(nearest_of(""), None);
        assert_eq!(nearest_of("TPM"), Some("tpm"));
        assert_eq!(nearest_of("amd64"), None, "an alias of what is not among them");
        assert_eq!(nearest_of(&"tpm".repeat(100_000)), None);
        assert_eq!(nearest("AMD64", ["aarch64", "x64"]), Some("x64"));
        assert_eq!(nearest("arm64", ["x64", "aarch64"]), Some("aarch64"));
    }

    #[test]
    fn short_words_and_long_ones_are_like_nothing() {
        // One slip of the fingers is likeness only where enough of a word is left.
        assert_eq!(nearest("ab", ["xb", "abc"]), Some("abc"));
        assert_eq!(nearest("ab", ["xb"]), None);
        assert_eq!(nearest("abc", ["xbc"]), Some("xbc"));
        assert_eq!(nearest("sec", ["secure-boot-by-default"]), Some("secure-boot-by-default"));
        assert_eq!(nearest("se", ["secure-boot-by-default"]), None);
        let (longest, longer) = ("a".repeat(LONGEST), "a".repeat(LONGEST + 1));
        assert_eq!(nearest(&longest, [longest.as_str()]), Some(longest.as_str()));
        assert_eq!(nearest(&longer, [longer.as_str()]), None);
    }

    #[test]
    fn the_nearest_is_the_first_of_the_most_alike() {
        assert_eq!(nearest("tpm", ["tpn", "tpm", "tpo"]), Some("tpm"));
        assert_eq!(nearest("disk", ["disx", "disy"]), Some("disx"));
        assert_eq!(nearest("amd64", ["amd46", "x64"]), Some("x64"), "an alias is nearer than any likeness");
    }

    #[test]
    fn serdes_sentence_is_reworded_and_the_nearest_name_is_the_help() {
        let help = |text: &str| Some(text.to_owned());
        let reworded = reword("unknown field `requres`, expected one of `requires`, `when`");
        assert_eq!(reworded, ("unknown key `requres`".to_owned(), help("did you mean `requires`?")));
        let reworded = reword("unknown variant `maybe`, expected `yes` or `no`");
        assert_eq!(reworded, ("unknown word `maybe`".to_owned(), help("known here: `yes`, `no`")));
        for other in [
            "missing field `id`",
            "invalid type: string, expected a number",
            "invalid value `5`, expected `1` or `2`",
            "unknown field `requres`, expected nothing",
        ] {
            assert_eq!(reword(other), (other.to_owned(), None));
        }
    }
}
