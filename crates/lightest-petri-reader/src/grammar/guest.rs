//! The guest of a configuration: `(vhd(..))`, `(iso(..))`, a UEFI application, or `(none)`.

use std::ops::Range;

use super::SyntaxError;
use super::cursor::Cursor;
use lightest_model::catalog::{BootMethod, Catalog, Guest};
use lightest_model::config::{Arch, Form, GuestRef};
use lightest_model::suggest::nearest;

/// What has been read of a configuration, which decides the guests that are legal.
#[derive(Clone, Copy)]
pub(super) struct Scope<'c> {
    pub(super) catalog: &'c Catalog,
    pub(super) boot: &'c BootMethod,
    pub(super) arch: Arch,
    pub(super) vmm: Option<&'c str>,
}

impl<'c> Scope<'c> {
    /// Guests of a form that this VMM knows.
    fn guests(&self, form: Form) -> impl Iterator<Item = &'c Guest> {
        let vmm = self.vmm;
        let knows = move |guest: &&Guest| {
            guest.lab.is_empty() || vmm.is_some_and(|vmm| guest.lab.iter().any(|lab| lab == vmm))
        };
        self.catalog.guests.iter().filter(move |guest| guest.form == form).filter(knows)
    }

    fn has_generation(&self, guest: &Guest) -> bool {
        self.boot.generation.is_none_or(|wanted| {
            guest.images.iter().any(|image| image.generation.is_none_or(|generation| generation == wanted))
        })
    }

    /// The words of guests of a form, as written within `vhd(..)`, `iso(..)` or bare.
    pub(super) fn words(&self, form: Form) -> Vec<String> {
        self.guests(form)
            .filter(|guest| guest.arch.is_none_or(|own| own == self.arch))
            .filter(|guest| form != Form::Vhd || self.has_generation(guest))
            .map(|guest| guest.id.clone())
            .collect()
    }

    /// The legal guests between the parentheses of the boot method.
    fn forms(&self) -> Vec<String> {
        let mut words = Vec::new();
        for form in &self.boot.forms {
            match form {
                Form::Vhd => words.push("vhd(..)".to_owned()),
                Form::Iso => words.push("iso(..)".to_owned()),
                Form::UefiApp | Form::None => words.extend(self.words(*form)),
                Form::Direct => {}
            }
        }
        words
    }
}

/// Parses the guest, and returns it with its place.
pub(super) fn guest(
    scope: &Scope<'_>,
    cursor: &mut Cursor<'_>,
) -> Result<(GuestRef, Range<usize>), SyntaxError> {
    let boot = scope.boot;
    if boot.forms == [Form::Direct] {
        let id = scope.guests(Form::Direct).next().map(|guest| guest.id.clone());
        return Ok((GuestRef { form: Form::Direct, id: id.unwrap_or_default() }, cursor.span()));
    }
    let start = cursor.span().start;
    let options = cursor.opens('[');
    cursor.open('(', " and a guest").map_err(|error| {
        let isolated = scope.catalog.boot_methods.iter().find(|boot| options && !boot.isolation.is_empty());
        error.help(match isolated {
            Some(isolated) => format!("only `{}` takes options in brackets", isolated.id),
            None => format!("name what to boot: `{}_{}({})`", boot.id, scope.arch, scope.forms().join("|")),
        })
    })?;
    let (word, span) = cursor.ident("a guest", || scope.forms())?;
    let form = match word {
        "vhd" => Some(Form::Vhd),
        "iso" => Some(Form::Iso),
        _ => None,
    };
    let guest = if let Some(form) = form.filter(|form| boot.forms.contains(form)) {
        cursor.open('(', &format!(" after `{word}`"))?;
        let image = image(scope, form, cursor)?;
        cursor.close("the image")?;
        image
    } else if let Some(guest) = bare(scope, word) {
        GuestRef { form: guest.form, id: guest.id.clone() }
    } else {
        return Err(unrecognized(scope, word, span));
    };
    cursor.close("the guest")?;
    Ok((guest, start..cursor.last_end()))
}

/// A guest that is written as a bare word.
fn bare<'c>(scope: &Scope<'c>, word: &str) -> Option<&'c Guest> {
    [Form::UefiApp, Form::None]
        .into_iter()
        .filter(|form| scope.boot.forms.contains(form))
        .flat_map(|form| scope.guests(form))
        .find(|guest| guest.id == word)
}

fn unrecognized(scope: &Scope<'_>, word: &str, span: Range<usize>) -> SyntaxError {
    let expected = scope.forms();
    let help = match scope
        .catalog
        .guests
        .iter()
        .find(|guest| guest.id == word && scope.boot.forms.contains(&guest.form))
    {
        Some(guest) if guest.form == Form::Vhd => Some(format!("it is a disk image: write `vhd({word})`")),
        Some(guest) if guest.form == Form::Iso => {
            Some(format!("it is an optical image: write `iso({word})`"))
        }
        _ => nearest(word, expected.iter().map(String::as_str)).map(|near| format!("did you mean `{near}`?")),
    };
    let kind = if scope.boot.forms.contains(&Form::None) { "uefi" } else { "pcat" };
    SyntaxError::new(format!("unrecognized {kind} guest"), span).expecting(expected).help(help)
}

fn image(scope: &Scope<'_>, form: Form, cursor: &mut Cursor<'_>) -> Result<GuestRef, SyntaxError> {
    let (word, span) = cursor.ident("an image", || scope.words(form))?;
    let Some(guest) = scope.guests(form).find(|guest| guest.id == word) else {
        let expected = scope.words(form);
        let near = nearest(word, scope.guests(form).map(|guest| guest.id.as_str()));
        return Err(SyntaxError::new(format!("unrecognized {}", form.word()), span)
            .help(near.map(|near| format!("did you mean `{near}`?")))
            .expecting(expected));
    };
    if form == Form::Vhd && !scope.has_generation(guest) {
        return Err(SyntaxError::new(
            format!("{} is not available for {}", guest.title, scope.boot.title),
            span,
        )
        .expecting(scope.words(form)));
    }
    Ok(GuestRef { form, id: guest.id.clone() })
}
