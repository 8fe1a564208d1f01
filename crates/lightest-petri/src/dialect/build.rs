//! The conditions under which a test is compiled.

use super::tree::Function;
use super::values::split;

/// Each condition without white space: those of the function and of the modules around it, and where it is declared unused.
/// All parts of `all(..)` are conditions of their own.
pub(super) fn conditions(function: &Function, outer: &[&str]) -> Vec<String> {
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
        if attribute.ends_with("expect(dead_code)") || attribute.ends_with("allow(dead_code)") {
            found.push(format!("cfg_attr({attribute})"));
        }
    }
    found
}

fn parts(condition: &str, found: &mut Vec<String>) {
    match condition.strip_prefix("all(").and_then(|rest| rest.strip_suffix(')')) {
        Some(inner) => split(inner).into_iter().for_each(|part| parts(part.trim(), found)),
        // What a package is built with is its own affair.
        None if condition.starts_with("feature=") => {}
        None if condition.is_empty() => {}
        None => found.push(condition.to_owned()),
    }
}
