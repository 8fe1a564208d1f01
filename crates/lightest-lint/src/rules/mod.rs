//! The rules: one file each, registered in [`RULES`], whose order is that of every list of rules.
//!
//! A rule's own module documentation is its explanation: in the terminal, on its page and in SARIF.

pub(crate) mod architecture_gap;
pub(crate) mod heavier_than_needed;
pub(crate) mod isolation_not_exercised;
pub(crate) mod known_limit;
pub(crate) mod lacks_what_it_uses;
mod lifted_blocker;
mod misdeclared_requirement;
mod name_contradicts_guest;
mod no_configuration;
pub(crate) mod openhcl_without_plain;
pub(crate) mod redundant_variant;
pub(crate) mod runs_no_repo_code;
mod runs_nowhere;
mod unprovided_quirk;
mod unused_suppression;

use lightest_diagnostics::RuleId;

use crate::finding::Finding;
use crate::subject::Subject;

/// A rule.
#[derive(Clone, Copy)]
pub struct Rule {
    /// Its name, which is its identifier everywhere.
    pub name: RuleId,
    /// Names that it had before.
    pub aliases: &'static [&'static str],
    /// Whether it speaks only when asked to be pedantic.
    pub pedantic: bool,
    source: &'static str,
    /// The check of one test. Unused suppressions are found by the engine instead.
    pub(crate) check: fn(&Subject<'_, '_>, &mut Vec<Finding>),
}

/// Every rule.
pub const RULES: [Rule; 15] = [
    Rule {
        name: heavier_than_needed::RULE,
        aliases: &[],
        pedantic: false,
        source: include_str!("heavier_than_needed.rs"),
        check: heavier_than_needed::check,
    },
    Rule {
        name: lacks_what_it_uses::RULE,
        aliases: &[],
        pedantic: false,
        source: include_str!("lacks_what_it_uses.rs"),
        check: lacks_what_it_uses::check,
    },
    Rule {
        name: runs_nowhere::RULE,
        aliases: &[],
        pedantic: false,
        source: include_str!("runs_nowhere.rs"),
        check: runs_nowhere::check,
    },
    Rule {
        name: known_limit::RULE,
        aliases: &[],
        pedantic: false,
        source: include_str!("known_limit.rs"),
        check: known_limit::check,
    },
    Rule {
        name: runs_no_repo_code::RULE,
        aliases: &[],
        pedantic: false,
        source: include_str!("runs_no_repo_code.rs"),
        check: runs_no_repo_code::check,
    },
    Rule {
        name: openhcl_without_plain::RULE,
        aliases: &[],
        pedantic: false,
        source: include_str!("openhcl_without_plain.rs"),
        check: openhcl_without_plain::check,
    },
    Rule {
        name: architecture_gap::RULE,
        aliases: &[],
        pedantic: false,
        source: include_str!("architecture_gap.rs"),
        check: architecture_gap::check,
    },
    Rule {
        name: lifted_blocker::RULE,
        aliases: &[],
        pedantic: false,
        source: include_str!("lifted_blocker.rs"),
        check: lifted_blocker::check,
    },
    Rule {
        name: name_contradicts_guest::RULE,
        aliases: &[],
        pedantic: false,
        source: include_str!("name_contradicts_guest.rs"),
        check: name_contradicts_guest::check,
    },
    Rule {
        name: unprovided_quirk::RULE,
        aliases: &[],
        pedantic: false,
        source: include_str!("unprovided_quirk.rs"),
        check: unprovided_quirk::check,
    },
    Rule {
        name: isolation_not_exercised::RULE,
        aliases: &[],
        pedantic: true,
        source: include_str!("isolation_not_exercised.rs"),
        check: isolation_not_exercised::check,
    },
    Rule {
        name: redundant_variant::RULE,
        aliases: &[],
        pedantic: true,
        source: include_str!("redundant_variant.rs"),
        check: redundant_variant::check,
    },
    Rule {
        name: no_configuration::RULE,
        aliases: &[],
        pedantic: false,
        source: include_str!("no_configuration.rs"),
        check: no_configuration::check,
    },
    Rule {
        name: misdeclared_requirement::RULE,
        aliases: &[],
        pedantic: false,
        source: include_str!("misdeclared_requirement.rs"),
        check: misdeclared_requirement::check,
    },
    Rule {
        name: crate::suppress::RULE,
        aliases: &[],
        pedantic: false,
        source: include_str!("unused_suppression.rs"),
        check: unused_suppression::check,
    },
];

impl Rule {
    /// A rule that a dialect checks by itself; `source` is the text of the file whose module documentation explains it.
    #[must_use]
    pub const fn of_dialect(name: RuleId, pedantic: bool, source: &'static str) -> Self {
        Self { name, aliases: &[], pedantic, source, check: |_, _| {} }
    }

    /// The rule of that name, present or former.
    #[must_use]
    pub fn named(name: &str) -> Option<&'static Self> {
        Self::among(&RULES, name)
    }

    /// The rule of that name, present or former, among some.
    #[must_use]
    pub fn among<'r>(rules: &'r [Self], name: &str) -> Option<&'r Self> {
        rules.iter().find(|rule| rule.name == name || rule.aliases.contains(&name))
    }

    /// One line on what it finds.
    #[must_use]
    pub fn summary(&self) -> &'static str {
        self.source.lines().next().and_then(|line| line.strip_prefix("//! ")).unwrap_or_default()
    }

    /// The explanation: effect, reason, an example and its replacement, as Markdown.
    #[must_use]
    pub fn explanation(&self) -> String {
        let mut text = String::new();
        for line in self.source.lines().map_while(|line| line.strip_prefix("//!")) {
            text.push_str(line.strip_prefix(' ').unwrap_or(line));
            text.push('\n');
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_is_explained_by_the_documentation_of_its_file() {
        for rule in RULES {
            let text = rule.explanation();
            assert_eq!(text.lines().next(), Some(rule.summary()), "{}", rule.name);
            let sections: Vec<&str> = text.lines().filter_map(|line| line.strip_prefix("## ")).collect();
            assert_eq!(sections, ["What it does", "Why", "Example", "Use instead"], "{}", rule.name);
            assert!(text.ends_with("```\n"), "{}: nothing of the code below it", rule.name);
        }
    }
}
