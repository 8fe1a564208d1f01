//! `lightest list tests`: the variants of a tree.

use std::path::PathBuf;

use lightest_lint::facts::{Test, Variant};
use lightest_model::catalog::Catalog;
use lightest_model::space::Space;

use super::filter::Filters;
use crate::failure::Failure;
use crate::findings::{sources, table};
use crate::framework::Framework;
use crate::output::places::Texts;
use crate::schema::list as schema;
use crate::session::Session;
use crate::style::{aside, heading};
use crate::{exit, output};

/// What a list of tests comes to: the entries, in words, and the exit code.
pub(super) type Tests = (Vec<schema::Variant>, String, u8);

/// The tests below some paths whose variants pass the filters, each with these; `None` where there is no test at all.
pub(super) fn tests(
    filters: &Filters,
    paths: &[PathBuf],
    framework: Framework,
    catalog: &Catalog,
    session: &Session,
) -> Result<Option<Tests>, Failure> {
    let dialect = framework.dialect();
    let table = table::of(framework, catalog, session)?;
    let read = sources::read(&framework.roots(paths), dialect)?;
    read.warn();
    let mut reading = dialect.read(&read.files, catalog, &table);
    framework.asked(paths, &read.paths).keep(&mut reading);
    let texts = Texts::of(&read.files);
    for note in &reading.notes {
        output::message(&format!("note: {}", texts.in_line(note)));
    }
    let is_complete = read.unread.is_empty() && reading.unread.is_empty();
    if reading.tests.is_empty() && is_complete {
        read.none(paths, dialect);
        return Ok(None);
    }
    let space = Space::of(catalog, |_| true);
    let variants: Vec<(&Test, &Variant)> = reading
        .tests
        .iter()
        .flat_map(|test| test.declarations.iter().map(move |list| (test, list)))
        .flat_map(|(test, list)| list.variants.iter().map(move |variant| (test, variant)))
        .collect();
    let configs: Vec<_> = variants.iter().map(|(_, variant)| variant.config.bare()).collect();
    let kept = filters.of(&space, configs.iter().enumerate().collect(), framework)?;
    let (mut values, mut text) = (Vec::new(), String::new());
    let mut last: Option<*const Test> = None;
    for index in kept {
        let (test, variant) = variants[index];
        let source = read.files.get(test.name_span.file);
        let line = texts.place(&test.name_span).map_or(0, |place| place.line_start);
        let path = source.map_or("", |source| source.path.as_str());
        let name = dialect.full_name(test);
        let config = dialect.name_of(&configs[index]);
        if last != Some(std::ptr::from_ref(test)) {
            last = Some(std::ptr::from_ref(test));
            let place = aside(format!("({}:{line})", output::line(path)));
            text.push_str(&format!("{} {place}\n", heading(output::line(&name))));
        }
        text.push_str(&format!("  {config}\n"));
        values.push(schema::Variant {
            test: name,
            variant: variant.name.clone(),
            config,
            file: path.to_owned(),
            line,
            ignored: variant.ignored.as_ref().map(|reason| reason.text.clone()),
        });
    }
    Ok(Some((values, text, if is_complete { exit::DONE } else { exit::COULD_NOT })))
}
