//! Parses attributes, whole or from the parentheses inwards.

use std::ops::Range;

use super::SyntaxError;
use super::attribute::{Attribute, AttributeKind, Vendor};
use super::config::{Context, Entry, entry, lab_vmm, reason};
use super::cursor::Cursor;
use super::former;
use crate::spelling::Spelled;
use lightest_model::catalog::Catalog;
use lightest_model::config::Config;
use lightest_model::suggest::nearest;

/// Parses `#[name(..)]`.
pub(super) fn whole(catalog: &Catalog, cursor: &mut Cursor<'_>) -> Result<Attribute, SyntaxError> {
    let names =
        || AttributeKind::ALL.iter().map(|kind| format!("#[{}(..)]", kind.word())).collect::<Vec<_>>();
    if !cursor.eat('#') {
        return Err(cursor.error("expected an attribute", names()));
    }
    cursor.open('[', " after `#`")?;
    cursor.eat_path_separator();
    let mut name = cursor.ident("the name of a macro", names)?;
    while cursor.eat_path_separator() {
        name = cursor.ident("the name of a macro", names)?;
    }
    let (word, span) = name;
    let Some(kind) = AttributeKind::from_word(word) else {
        let near = nearest(word, AttributeKind::ALL.iter().map(|kind| kind.word()));
        return Err(SyntaxError::new(format!("`{word}` is not one of petri's test attributes"), span)
            .expecting(names())
            .help(near.map(|near| format!("did you mean `{near}`?"))));
    };
    if cursor.open_any().is_none() {
        return Err(cursor.error("expected at least one firmware entry", vec!["(".to_owned()]));
    }
    let attribute = arguments(catalog, kind, cursor, None)?;
    cursor.close("the arguments")?;
    cursor.close("the attribute")?;
    cursor.end("end of the attribute")?;
    Ok(attribute)
}

/// Where what the macros refuse is put, when the rest is to be read all the same.
pub(super) type Refused<'r> = Option<&'r mut Vec<SyntaxError>>;

/// Keeps an error for later, or fails with it.
pub(super) fn refuse(error: SyntaxError, refused: &mut Refused<'_>) -> Result<(), SyntaxError> {
    match refused {
        Some(refused) => {
            refused.push(error);
            Ok(())
        }
        None => Err(error),
    }
}

/// Parses what stands between an attribute's parentheses, up to the end of the group or text.
pub(super) fn arguments(
    catalog: &Catalog,
    kind: AttributeKind,
    cursor: &mut Cursor<'_>,
    mut refused: Refused<'_>,
) -> Result<Attribute, SyntaxError> {
    let mut attribute = Attribute { kind, ..Attribute::of([]) };
    if kind == AttributeKind::VmmTestWith {
        overrides(catalog, cursor, &mut attribute, &mut refused)?;
    } else {
        attribute.entries = entries(catalog, cursor, &mut refused)?;
    }
    if !cursor.ends() {
        return Err(cursor.error("unexpected token", Vec::new()));
    }
    let common = attribute.common_vmm().map(str::to_owned);
    let mut kept = Vec::new();
    for entry in std::mem::take(&mut attribute.entries) {
        match vmm_error(catalog, common.as_deref(), &entry) {
            Some(error) => refuse(error, &mut refused)?,
            None => kept.push(entry),
        }
    }
    attribute.entries = kept;
    Ok(attribute)
}

/// Reads an attribute whose list is missing or empty; `None` for one that has a list, or that the macros would refuse for
/// another reason.
pub(super) fn without_list(
    catalog: &Catalog,
    kind: AttributeKind,
    cursor: &mut Cursor<'_>,
) -> Option<Attribute> {
    let mut attribute = Attribute { kind, ..Attribute::of([]) };
    let mut position = 0_usize;
    while !cursor.ends() {
        if kind != AttributeKind::VmmTestWith {
            return None;
        }
        let start = cursor.position();
        if matches!(cursor.ident("an override", Vec::new), Ok(("configs", _))) {
            cursor.open('(', " after `configs`").ok()?;
            cursor.close("the configurations").ok()?;
            cursor.eat(',');
            return cursor.ends().then_some(attribute);
        }
        cursor.go_back(start);
        one_override(catalog, cursor, &mut attribute, &mut None, position).ok()?;
        position += 1;
        if !cursor.ends() && !cursor.eat(',') {
            return None;
        }
    }
    Some(attribute)
}

/// The mistake in a configuration's VMM, given the common one.
fn vmm_error(catalog: &Catalog, common: Option<&str>, entry: &Entry) -> Option<SyntaxError> {
    let message = match (common, entry.config.vmm.as_deref()) {
        (None, None) => "vmm must be specified",
        (Some(common), Some(own)) if common != own => "vmm mismatch",
        _ => return None,
    };
    let with_vmm = |vmm: &str| {
        let config = Config { vmm: Some(vmm.to_owned()), ..entry.config.clone() };
        Spelled(&config).to_string()
    };
    let expected = match common {
        Some(common) => vec![with_vmm(common)],
        None => catalog.vmms.iter().filter(|vmm| !vmm.lab).map(|vmm| with_vmm(&vmm.id)).collect(),
    };
    Some(SyntaxError::new(message, entry.config_span.clone()).expecting(expected))
}

pub(super) fn entries(
    catalog: &Catalog,
    cursor: &mut Cursor<'_>,
    refused: &mut Refused<'_>,
) -> Result<Vec<Entry>, SyntaxError> {
    let mut entries = Vec::new();
    while !cursor.ends() {
        let start = cursor.position();
        let context = Context { attribute: true, wrapped: false, former: refused.is_some() };
        match entry(catalog, cursor, context) {
            Ok(entry) => entries.push(entry),
            Err(error) => {
                refuse(error, refused)?;
                cursor.skip_from(start);
            }
        }
        if !cursor.eat(',') && !cursor.ends() {
            return Err(cursor.error("expected `,` between configurations", vec![",".to_owned()]));
        }
    }
    if entries.is_empty() && refused.as_ref().is_none_or(|refused| refused.is_empty()) {
        return Err(
            cursor.error("expected at least one firmware entry", vec!["openvmm_linux_direct_x64".to_owned()])
        );
    }
    Ok(entries)
}

/// The words that `vmm_test_with` understands.
const OVERRIDES: [&str; 7] = ["noagent", "amd", "intel", "requires", "unstable", "ignore", "configs"];

fn overrides(
    catalog: &Catalog,
    cursor: &mut Cursor<'_>,
    attribute: &mut Attribute,
    refused: &mut Refused<'_>,
) -> Result<(), SyntaxError> {
    if refused.is_some() && cursor.opens('(') {
        return former::tuple(catalog, cursor, attribute, refused);
    }
    let mut position = 0_usize;
    while !cursor.ends() {
        let start = cursor.position();
        match one_override(catalog, cursor, attribute, refused, position) {
            Ok(true) => return Ok(()),
            Ok(false) => {}
            Err(error) => {
                refuse(error, refused)?;
                cursor.skip_from(start);
            }
        }
        position += 1;
        if !cursor.ends() && !cursor.eat(',') {
            return Err(cursor.error("expected `,`", vec![",".to_owned()]));
        }
    }
    Err(cursor.error("expected a `configs(...)` group of firmware entries", vec!["configs(..)".to_owned()]))
}

/// Parses one argument of `vmm_test_with`; whether it was the last one, `configs(..)`.
pub(super) fn one_override(
    catalog: &Catalog,
    cursor: &mut Cursor<'_>,
    attribute: &mut Attribute,
    refused: &mut Refused<'_>,
    position: usize,
) -> Result<bool, SyntaxError> {
    let words = || {
        let form = |word: &&str| match *word {
            "requires" | "configs" => format!("{word}(..)"),
            "unstable" | "ignore" => format!("{word}(reason = \"..\")"),
            _ => (*word).to_owned(),
        };
        let vmms = catalog.vmms.iter().filter(|vmm| !vmm.lab).map(|vmm| vmm.id.clone());
        vmms.chain(OVERRIDES.iter().map(form)).collect::<Vec<_>>()
    };
    let conflict = |span: Range<usize>| {
        SyntaxError::new("conflicting override", span).help("it is given already: remove one".to_owned())
    };
    let (word, span) = cursor.ident("an override", words)?;
    if refused.is_some() && cursor.opens('(') && !cursor.opens_reason() && former::overrides(attribute, word)
    {
        // In an older grammar the configurations follow the words themselves: `noagent_openvmm(..)`.
        cursor.open('(', "")?;
        attribute.entries = entries(catalog, cursor, refused)?;
        cursor.close("the configurations")?;
        cursor.eat(',');
        return Ok(true);
    }
    match word {
        "configs" => {
            cursor.open('(', " after `configs`")?;
            attribute.entries = entries(catalog, cursor, refused)?;
            cursor.close("the configurations")?;
            cursor.eat(',');
            if !cursor.ends() {
                return Err(cursor.error("`configs(...)` must be the last argument", Vec::new()));
            }
            return Ok(true);
        }
        "requires" => requires(catalog, cursor, attribute)?,
        vmm if catalog.vmms.iter().any(|known| !known.lab && known.id == vmm) => {
            if position != 0 {
                return Err(SyntaxError::new("the vmm must be the first argument", span)
                    .help(format!("move `{word}` to the front")));
            }
            attribute.vmm = Some(word.to_owned());
        }
        "unstable" | "ignore" if refused.is_none() || word == "ignore" || cursor.opens_reason() => {
            cursor.open('(', &format!(" after `{word}`"))?;
            let reason = reason(cursor)?;
            cursor.eat(',');
            if !cursor.ends() {
                let message = format!("whole-list `{word}` takes only `reason = \"..\"`");
                return Err(cursor
                    .error(message, Vec::new())
                    .help("wrap an individual configuration to scope it".to_owned()));
            }
            cursor.close("the reason")?;
            let slot = if word == "ignore" { &mut attribute.ignored } else { &mut attribute.unstable };
            if slot.is_some() {
                return Err(conflict(span));
            }
            *slot = Some(reason);
        }
        "noagent" => {
            if attribute.noagent {
                return Err(conflict(span));
            }
            attribute.noagent = true;
        }
        "amd" | "intel" => {
            if attribute.vendor.is_some() {
                return Err(conflict(span));
            }
            attribute.vendor = Some(if word == "amd" { Vendor::Amd } else { Vendor::Intel });
        }
        // Release branches have it without a reason.
        word if refused.is_some() && former::overrides(attribute, word) => {}
        _ => {
            let known = catalog.vmms.iter().filter(|vmm| !vmm.lab).map(|vmm| vmm.id.as_str());
            let help = lab_vmm(catalog, word).or_else(|| {
                nearest(word, OVERRIDES.into_iter().chain(known))
                    .map(|near| format!("did you mean `{near}`?"))
            });
            return Err(SyntaxError::new("unrecognized vmm test override", span)
                .expecting(words())
                .help(help));
        }
    }
    Ok(false)
}

fn requires(
    catalog: &Catalog,
    cursor: &mut Cursor<'_>,
    attribute: &mut Attribute,
) -> Result<(), SyntaxError> {
    let words =
        || catalog.test_capabilities.iter().map(|capability| capability.id.clone()).collect::<Vec<_>>();
    cursor.open('(', " after `requires`")?;
    if cursor.ends() {
        return Err(cursor.error("requires expects at least one capability", words()));
    }
    while !cursor.ends() {
        let (word, span) = cursor.ident("a capability", words)?;
        let known = words();
        if !known.iter().any(|capability| capability == word) {
            let near = nearest(word, known.iter().map(String::as_str));
            let help = near.map(|near| format!("did you mean `{near}`?"));
            return Err(SyntaxError::new(format!("unknown test capability `{word}`"), span)
                .help(help)
                .expecting(known));
        }
        if attribute.requires.iter().any(|given| given == word) {
            return Err(SyntaxError::new("duplicate required capability", span)
                .help("it is required already: remove one".to_owned()));
        }
        attribute.requires.push(word.to_owned());
        if !cursor.eat(',') && !cursor.ends() {
            return Err(cursor.error("expected `,`", vec![",".to_owned(), ")".to_owned()]));
        }
    }
    cursor.close("the capabilities")
}
