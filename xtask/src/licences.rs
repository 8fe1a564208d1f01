//! Checks the licence of every dependency against `deny.toml`.

use std::fs;

use serde::Deserialize;

use crate::run::{capture, cargo, root};

#[derive(Deserialize)]
struct Deny {
    licenses: Licences,
}

#[derive(Deserialize)]
struct Licences {
    allow: Vec<String>,
}

#[derive(Deserialize)]
struct Metadata {
    packages: Vec<Package>,
}

#[derive(Deserialize)]
struct Package {
    name: String,
    version: String,
    license: Option<String>,
}

/// Checks every package of the lock file.
///
/// # Errors
///
/// The packages whose licence is not welcome, or not stated.
pub(crate) fn check() -> Result<(), String> {
    let text = fs::read_to_string(root().join("deny.toml")).map_err(|error| format!("deny.toml: {error}"))?;
    let allow = toml::from_str::<Deny>(&text).map_err(|error| format!("deny.toml: {error}"))?.licenses.allow;
    let mut command = cargo();
    command.args(["metadata", "--format-version", "1"]);
    let metadata: Metadata =
        serde_json::from_str(&capture(command)?).map_err(|error| format!("cargo metadata: {error}"))?;
    let unwelcome: Vec<String> = metadata
        .packages
        .iter()
        .filter(|package| !package.license.as_deref().is_some_and(|licence| is_allowed(licence, &allow)))
        .map(|package| {
            let licence = package.license.as_deref().unwrap_or("no licence stated");
            format!("{} {} ({licence})", package.name, package.version)
        })
        .collect();
    if unwelcome.is_empty() {
        return Ok(());
    }
    Err(format!("not welcome by deny.toml: {}", unwelcome.join(", ")))
}

/// Whether an SPDX expression can be met by the allowed licences. Old packages write `/` for `OR`.
fn is_allowed(expression: &str, allow: &[String]) -> bool {
    let expression = expression.replace('/', " OR ").replace(['(', ')'], " ");
    // Without nesting, AND binds tighter than OR; with it, demanding all parts of an alternative errs on the strict side.
    expression.split(" OR ").any(|alternative| {
        alternative.split(" AND ").all(|licence| allow.iter().any(|allowed| allowed == licence.trim()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_alternative_suffices_and_a_conjunction_needs_all() {
        let allow = vec!["MIT".to_owned(), "Unicode-3.0".to_owned()];
        assert!(is_allowed("MIT OR GPL-3.0", &allow));
        assert!(is_allowed("GPL-3.0/MIT", &allow));
        assert!(is_allowed("MIT AND Unicode-3.0", &allow));
        assert!(!is_allowed("GPL-3.0", &allow));
        assert!(!is_allowed("MIT AND GPL-3.0", &allow));
        assert!(!is_allowed("", &allow));
    }
}
