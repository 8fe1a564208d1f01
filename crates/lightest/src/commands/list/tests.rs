//! `lightest list tests`: the variants of a tree.

use std::path::PathBuf;

use lightest_lint::facts::{Test, Variant};
use lightest_model::space::Space;

use super::filter::Filters;
use crate::failure::Failure;
use crate::findings::{sources, table};
use crate::framework::{self, Framework};
use crate::output::places::Texts;
use crate::schema::list as schema;
use crate::session::Session;
use crate::style::{aside, heading};
use crate::{output, words};

/// The tests below some paths whose variants pass the filters, each with these; `None` where there is no test at all.
pub(super) fn tests(
    filters: &Filters,
    paths: &[PathBuf],
    framework: Framework,
    session: &Session,
) -> Result<Option<(Vec<schema::Variant>, String)>, Failure> {
    let dialect = framework.dialect();
    let catalog = session.catalog_of(framework)?;
    let table = table::table(catalog, session)?;
    let read = sources::read(&framework.roots(paths), dialect)?;
    for unread in &read.unread {
        output::message(&format!("warning: not read: {}: {}", output::line(&unread.path), unread.reason));
    }
    let mut reading = dialect.read(&read.files, catalog, &table);
    if framework.is_whole() {
        let is_asked =
            |test: &Test| read.paths.get(test.span.file).is_none_or(|path| framework::is_below(path, paths));
        reading.tests.retain(is_asked);
    }
    if reading.tests.is_empty() {
        output::message(&format!(
            "no test found in {}: looked for {}",
            words::count(read.looked_at, "file"),
            dialect.looks_for()
        ));
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
    let kept = filters.of(&space, configs.iter().enumerate().collect())?;
    let texts = Texts::of(&read.files);
    let (mut values, mut text) = (Vec::new(), String::new());
    let mut last: Option<*const Test> = None;
    for index in kept {
        let (test, variant) = variants[index];
        let source = read.files.get(test.name_span.file);
        let line = texts.place(&test.name_span).map_or(0, |place| place.line_start);
        let path = source.map_or("", |source| source.path.as_str());
        let name = test.module.iter().chain([&test.name]).cloned().collect::<Vec<_>>().join("::");
        let config = dialect.name_of(&configs[index]);
        if last != Some(std::ptr::from_ref(test)) {
            last = Some(std::ptr::from_ref(test));
            text.push_str(&format!("{} {}\n", heading(&name), aside(format!("({path}:{line})"))));
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
    Ok(Some((values, text)))
}
