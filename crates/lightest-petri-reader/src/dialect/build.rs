//! The conditions under which a test is compiled.

use lightest_lint::calls::Table;
use lightest_lint::facts::UsageKind;

use super::tree::Function;
use super::values::split;

/// Each condition without white space: those of the function and of the modules around it, and those of its lints that the
/// table knows. All parts of `all(..)` are conditions of their own.
pub(super) fn conditions(function: &Function, outer: &[&str], table: &Table) -> Vec<String> {
    let of = |name: &'static str| {
        let named = function.attributes.iter().filter(move |attribute| attribute.name == name);
        named.filter_map(|attribute| attribute.arguments.as_ref().map(|(text, _)| text.as_str()))
    };
    let cfg = of("cfg").chain(function.outer_cfg.iter().map(String::as_str)).chain(outer.iter().copied());
    let mut found = Vec::new();
    for condition in cfg {
        parts(&condition.chars().filter(|c| !c.is_whitespace()).collect::<String>(), &mut found);
    }
    for attribute in of("cfg_attr") {
        let attribute: String = attribute.chars().filter(|c| !c.is_whitespace()).collect();
        // Most of them change how it is compiled, not where.
        let condition = format!("cfg_attr({attribute})");
        if table.judge(&UsageKind::Build(condition.clone())).is_some() {
            found.push(condition);
        }
    }
    found
}

fn parts(condition: &str, found: &mut Vec<String>) {
    match condition.strip_prefix("all(").and_then(|rest| rest.strip_suffix(')')) {
        Some(inner) => {
            let all = split(inner);
            // A bracket within a text ends the list early, and what stands behind it must not get lost.
            let whole = inner.trim_end_matches(',').ends_with(all.last().copied().unwrap_or_default());
            match whole {
                true => all.into_iter().for_each(|part| parts(part, found)),
                false => found.push(condition.to_owned()),
            }
        }
        // What a package is built with is its own affair.
        None if condition.starts_with("feature=") => {}
        None if condition.is_empty() => {}
        None => found.push(condition.to_owned()),
    }
}
