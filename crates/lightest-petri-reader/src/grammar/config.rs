//! One configuration of an attribute, and the wrapper around it.

use std::ops::Range;

use super::SyntaxError;
use super::cursor::Cursor;
use super::guest::{Scope, guest};
use super::path::extra_deps;
use lightest_model::catalog::{BootMethod, Catalog};
use lightest_model::config::{Arch, Config, Form, Isolation};
use lightest_model::suggest::nearest;

/// Why something is ignored or unstable.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reason {
    /// The author's words.
    pub text: String,
    /// Byte range of `reason = ".."`.
    pub span: Range<usize>,
}

/// A configuration as it stands in an attribute.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The configuration, without the VMM that the attribute may name.
    pub config: Config,
    /// Byte range of the configuration, without a wrapper.
    pub config_span: Range<usize>,
    /// Byte range of the whole entry.
    pub span: Range<usize>,
    /// Why it is skipped by default.
    pub ignored: Option<Reason>,
    /// Why its failures do not block.
    pub unstable: Option<Reason>,
}

/// Where an entry stands, which decides the words that are legal.
#[derive(Clone, Copy)]
pub(super) struct Context {
    /// In an attribute: the lab's VMMs and guests are not petri's.
    pub(super) attribute: bool,
    /// In an `ignore(..)` or `unstable(..)` already.
    pub(super) wrapped: bool,
    /// Words of release branches are read as well.
    pub(super) former: bool,
}

/// Parses one entry.
pub(super) fn entry(
    catalog: &Catalog,
    cursor: &mut Cursor<'_>,
    context: Context,
) -> Result<Entry, SyntaxError> {
    let start = cursor.span().start;
    let (word, span) = cursor.ident("a configuration", || starts(catalog))?;
    if word == "ignore" || word == "unstable" {
        if context.wrapped {
            return Err(SyntaxError::new("cannot nest `ignore`/`unstable` wrappers", span)
                .help("keep one of them; `ignore` outranks `unstable`".to_owned()));
        }
        cursor.open('(', &format!(" after `{word}`"))?;
        let reason = reason(cursor)?;
        if !cursor.eat(',') {
            let message = format!("`{word}` around a configuration needs the configuration");
            return Err(cursor
                .error(message, vec![",".to_owned()])
                .help(format!("write `{word}(reason = \"..\", openvmm_linux_direct_x64)`")));
        }
        let mut inner = entry(catalog, cursor, Context { wrapped: true, ..context })?;
        cursor.eat(',');
        cursor.close("the one configuration")?;
        inner.span = start..cursor.last_end();
        if word == "ignore" {
            inner.ignored = Some(reason);
        } else {
            inner.unstable = Some(reason);
        }
        return Ok(inner);
    }

    // Until July 2026 a configuration was marked so, without a reason.
    let marked = if context.former { word.strip_prefix("unstable_") } else { None };
    let (vmm, remainder) = vmm_prefix(catalog, marked.unwrap_or(word), context);
    let offset = span.start + (word.len() - remainder.len());
    let (boot, arch) = boot_word(catalog, remainder, offset..span.end, word, &span)?;
    let isolation = if boot.isolation.is_empty() { None } else { options(boot, cursor)? };
    let scope = Scope { catalog, boot, arch, vmm };
    let (guest, guest_span) = guest(&scope, cursor)?;
    if boot.checks_guest_arch
        && guest.form == Form::Vhd
        && let Some(found) = catalog.guest(guest.form, &guest.id).and_then(|guest| guest.arch)
        && found != arch
    {
        return Err(SyntaxError::new("firmware architecture must match guest architecture", guest_span)
            .expecting(scope.words(guest.form))
            .help(format!("`{}` is for {found}, this configuration for {arch}", guest.id)));
    }
    let extra_deps = extra_deps(cursor)?;
    let config =
        Config { vmm: vmm.map(str::to_owned), boot: boot.id.clone(), arch, isolation, guest, extra_deps };
    let span = start..cursor.last_end();
    let unstable = marked.map(|_| Reason { text: String::new(), span: span.clone() });
    Ok(Entry { config, config_span: span.clone(), span, ignored: None, unstable })
}

/// Parses `reason = "..."`.
pub(super) fn reason(cursor: &mut Cursor<'_>) -> Result<Reason, SyntaxError> {
    let expected = || vec!["reason = \"..\"".to_owned()];
    let start = cursor.span().start;
    let (word, span) = cursor.ident("`reason = \"..\"`", expected)?;
    if word != "reason" {
        return Err(SyntaxError::new("expected `reason = \"..\"`", span)
            .expecting(expected())
            .help("the reason is mandatory".to_owned()));
    }
    if !cursor.eat('=') {
        return Err(cursor.error("expected `=`", vec!["=".to_owned()]));
    }
    let (text, span) = cursor.string()?;
    Ok(Reason { text, span: start..span.end })
}

/// The VMM that a word starts with, and the rest of the word.
fn vmm_prefix<'c, 't>(catalog: &'c Catalog, word: &'t str, context: Context) -> (Option<&'c str>, &'t str) {
    for vmm in catalog.vmms.iter().filter(|vmm| !(vmm.lab && context.attribute)) {
        if let Some(rest) = word.strip_prefix(vmm.id.as_str()).and_then(|rest| rest.strip_prefix('_')) {
            return (Some(&vmm.id), rest);
        }
    }
    (None, word)
}

/// Every legal boot method and architecture, as one word.
fn boot_words(catalog: &Catalog) -> Vec<String> {
    catalog
        .boot_methods
        .iter()
        .flat_map(|boot| boot.archs.iter().map(move |arch| format!("{}_{arch}", boot.id)))
        .collect()
}

/// The legal first words of a configuration.
fn starts(catalog: &Catalog) -> Vec<String> {
    let vmm = catalog.vmms.iter().find(|vmm| !vmm.lab).map(|vmm| vmm.id.as_str()).unwrap_or_default();
    boot_words(catalog).into_iter().map(|word| format!("{vmm}_{word}")).collect()
}

fn boot_word<'c>(
    catalog: &'c Catalog,
    remainder: &str,
    remainder_span: Range<usize>,
    word: &str,
    span: &Range<usize>,
) -> Result<(&'c BootMethod, Arch), SyntaxError> {
    for boot in &catalog.boot_methods {
        let Some(rest) = remainder.strip_prefix(boot.id.as_str()).and_then(|rest| rest.strip_prefix('_'))
        else {
            continue;
        };
        if let Some(arch) = Arch::from_word(rest).filter(|arch| boot.archs.contains(arch)) {
            return Ok((boot, arch));
        }
        if let Some(message) = boot.refused_archs.get(rest) {
            let expected = boot.archs.iter().map(|arch| format!("{}_{arch}", boot.id)).collect();
            return Err(SyntaxError::new(message.clone(), remainder_span).expecting(expected));
        }
    }
    let words = boot_words(catalog);
    let help = if remainder.len() == word.len() { misspelt_vmm(catalog, word, &words) } else { None }
        .or_else(|| {
            nearest(remainder, words.iter().map(String::as_str)).map(|near| format!("did you mean `{near}`?"))
        });
    let span = if remainder.is_empty() { span.clone() } else { remainder_span };
    Err(SyntaxError::new("unrecognized firmware", span).expecting(words).help(help))
}

fn options(boot: &BootMethod, cursor: &mut Cursor<'_>) -> Result<Option<Isolation>, SyntaxError> {
    if cursor.opens('(') {
        return Ok(None);
    }
    let words = || boot.isolation.iter().map(|mode| mode.word().to_owned()).collect::<Vec<_>>();
    if !cursor.opens('[') {
        let expected = vec!["(".to_owned(), "[".to_owned()];
        return Err(cursor.error("expected a guest, or options before it", expected));
    }
    cursor.open('[', "")?;
    let mut isolation = None;
    while !cursor.ends() {
        let (word, span) = cursor.ident("an option", words)?;
        let Some(mode) = Isolation::from_word(word).filter(|mode| boot.isolation.contains(mode)) else {
            let near = nearest(word, boot.isolation.iter().map(|mode| mode.word()));
            return Err(SyntaxError::new("unrecognized openhcl uefi option", span)
                .expecting(words())
                .help(near.map(|near| format!("did you mean `{near}`?"))));
        };
        if isolation.is_some() {
            return Err(SyntaxError::new("isolation type already specified", span).help(
                "a configuration has one isolation mode: write another configuration for the other"
                    .to_owned(),
            ));
        }
        isolation = Some(mode);
        if !cursor.eat(',') && !cursor.ends() {
            return Err(cursor.error("expected `,`", vec![",".to_owned(), "]".to_owned()]));
        }
    }
    cursor.close("the options")?;
    Ok(isolation)
}

/// The help where no VMM was recognised before a boot method: it may be misspelt, or one of the lab's.
fn misspelt_vmm(catalog: &Catalog, word: &str, boot_words: &[String]) -> Option<String> {
    let boot =
        boot_words.iter().filter(|boot| word.ends_with(boot.as_str())).max_by_key(|boot| boot.len())?;
    let vmm = word.strip_suffix(boot.as_str())?.strip_suffix('_')?;
    lab_vmm(catalog, vmm).or_else(|| {
        let near = nearest(vmm, catalog.vmms.iter().filter(|vmm| !vmm.lab).map(|vmm| vmm.id.as_str()))?;
        Some(format!("did you mean `{near}_{boot}`?"))
    })
}

/// The help for a word that names a VMM of the lab, where petri wants one of its own.
pub(super) fn lab_vmm(catalog: &Catalog, word: &str) -> Option<String> {
    // The title names what the lab drives, in parentheses.
    let drives = |title: &str| {
        let inside = title.split_once('(').and_then(|(_, rest)| rest.split_once(')'));
        inside.is_some_and(|(names, _)| names.split(", ").any(|name| name.eq_ignore_ascii_case(word)))
    };
    let is_lab = catalog.vmms.iter().any(|vmm| vmm.lab && (vmm.id == word || drives(&vmm.title)));
    is_lab.then(|| format!("`{word}` is a VMM of `lightest boot`, which petri does not know"))
}
