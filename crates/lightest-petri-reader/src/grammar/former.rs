//! Forms of `vmm_test_with` that release branches have and the macros of today refuse.

use super::SyntaxError;
use super::arguments::{Refused, entries, one_override, refuse};
use super::attribute::{Attribute, Vendor};
use super::config::Reason;
use super::cursor::Cursor;
use lightest_model::catalog::Catalog;

/// Takes a word of an older `vmm_test_with`, such as `unstable_noagent_openvmm`; and returns whether every part is known.
pub(super) fn overrides(attribute: &mut Attribute, word: &str) -> bool {
    let parts: Vec<&str> = word.split('_').collect();
    if !parts.iter().all(|part| WORDS.contains(part)) {
        return false;
    }
    for part in parts {
        match part {
            "noagent" => attribute.noagent = true,
            "unstable" => attribute.unstable = Some(Reason { text: String::new(), span: 0..0 }),
            vmm @ ("openvmm" | "hyperv") => attribute.vmm = Some(vmm.to_owned()),
            vendor => attribute.vendor = Vendor::from_word(vendor),
        }
    }
    true
}

/// Words that were joined by `_` before the configurations, until June 2026.
const WORDS: [&str; 6] = ["unstable", "noagent", "amd", "intel", "openvmm", "hyperv"];

/// Takes `(OVERRIDE, ..), (CONFIGURATION, ..)`, as `vmm_test_with` was written for a while in June 2026.
pub(super) fn tuple(
    catalog: &Catalog,
    cursor: &mut Cursor<'_>,
    attribute: &mut Attribute,
    refused: &mut Refused<'_>,
) -> Result<(), SyntaxError> {
    cursor.open('(', "")?;
    let mut position = 0;
    while !cursor.ends() {
        let start = cursor.position();
        if let Err(error) = one_override(catalog, cursor, attribute, refused, position) {
            refuse(error, refused)?;
            cursor.skip_from(start);
        }
        position += 1;
        if !cursor.eat(',') && !cursor.ends() {
            return Err(cursor.error("expected `,`", vec![",".to_owned()]));
        }
    }
    cursor.close("the overrides")?;
    cursor.eat(',');
    cursor.open('(', " before the configurations")?;
    attribute.entries = entries(catalog, cursor, refused)?;
    cursor.close("the configurations")?;
    cursor.eat(',');
    Ok(())
}
