//! Words that `requires(..)` of a test attribute accepts.

use crate::openvmm::corpus::{Corpus, View};
use crate::openvmm::items::constants;

use super::Facts;

pub(super) fn read(corpus: &Corpus, facts: &mut Facts) {
    for view in corpus.views() {
        let Some(at) = view.find(&["const", "KNOWN_CAPABILITIES", ":"]) else { continue };
        let Some((_, value, place)) = constants(view.slice(at, view.to)).into_iter().next() else { continue };
        facts.capability_list = Some(place.clone());
        let Some(list) = value.outer().find(|at| value.is_open(*at, '[')) else {
            facts.gap("test capabilities", "their list is no array", Some(place));
            return;
        };
        for part in value.inside(list).split(',') {
            let word = match part.string(part.from) {
                Some(word) => Some(word),
                None => {
                    part.outer().filter_map(|at| part.ident(at)).last().and_then(|name| text_of(view, name))
                }
            };
            match word {
                Some(word) => {
                    facts.capabilities.insert(word.to_owned(), part.place());
                }
                None => {
                    facts.gap("a test capability", "its word is no constant of this file", Some(part.place()))
                }
            }
        }
        return;
    }
    facts.gap("test capabilities", "there is no `const KNOWN_CAPABILITIES` in any file", None);
}

fn text_of<'c>(view: View<'c>, name: &str) -> Option<&'c str> {
    let at = view.find(&["const", name, ":"])?;
    constants(view.slice(at, view.to)).first().and_then(|(_, value, _)| value.string(value.from))
}
