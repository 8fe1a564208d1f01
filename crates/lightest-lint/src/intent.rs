//! Requirements that an author states: `lightest: requires(NEED, ..): reason` above the declaration.

use lightest_model::catalog::Catalog;

use crate::facts::{Comment, Intent};

/// The prefix of a comment for the linter.
pub(crate) const MARK: &str = "lightest:";

/// The text of a comment for the linter; `None` for any other comment.
pub(crate) fn message(text: &str) -> Option<&str> {
    let text = text.trim_start_matches(['/', '*', '#', '!', ';', '-', ' ', '\t']);
    text.strip_prefix(MARK).map(|rest| rest.trim().trim_end_matches("*/").trim_end())
}

/// The requirements that comments state, in their order.
#[must_use]
pub fn of_comments(comments: &[Comment], catalog: &Catalog) -> Vec<Intent> {
    let mut intents = Vec::new();
    for comment in comments {
        let Some(stated) = message(&comment.text).and_then(|text| text.strip_prefix("requires(")) else {
            continue;
        };
        let (words, rest) = stated.split_once(')').unwrap_or((stated, ""));
        let reason = rest.trim_start().strip_prefix(':').map_or("", str::trim);
        for word in words.split(',').map(str::trim) {
            intents.push(Intent {
                requirement: catalog.requirement(word).map(|known| known.id.clone()),
                written: word.to_owned(),
                span: comment.span.clone(),
                reason: reason.to_owned(),
            });
        }
    }
    intents
}
