//! The page as text: by itself, and as a page of an mdBook.

use std::io::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use flate2::Compression;
use flate2::write::ZlibEncoder;
use lightest_model::catalog::{Catalog, is_web};

use super::html::{escaped, folded, markdown};
use super::{Site, data, guidance, tables};
use crate::failure::Failure;

const PAGE: &str = include_str!("assets/page.html");
const BODY: &str = include_str!("assets/body.html");
const STYLES: [&str; 2] = [include_str!("assets/style.css"), include_str!("assets/picker.css")];
/// The script, in the order in which it runs; it is one function, so that nothing leaks into the page around it.
const SCRIPTS: [&str; 8] = [
    include_str!("assets/elements.js"),
    include_str!("assets/data.js"),
    include_str!("assets/state.js"),
    include_str!("assets/answer.js"),
    include_str!("assets/explain.js"),
    include_str!("assets/questions.js"),
    include_str!("assets/search.js"),
    include_str!("assets/table.js"),
];
const MAIN: &str = include_str!("assets/main.js");

/// The whole page: one file that needs nothing else.
pub(super) fn standalone(site: &Site<'_, '_>) -> Result<String, Failure> {
    let body = body(site, "<h1>Pick the lightest guest</h1>")?;
    Ok(filled(PAGE, &[("body", body.trim_end())]))
}

/// The same as a page of an mdBook: Markdown with one block of HTML, which ends where a blank line would be.
pub(super) fn chapter(site: &Site<'_, '_>) -> Result<String, Failure> {
    let body = body(site, "")?;
    Ok(format!("# Pick the lightest guest\n\n{body}"))
}

fn body(site: &Site<'_, '_>, title: &str) -> Result<String, Failure> {
    let style = STYLES.join("\n");
    let script = format!("(() => {{\n\"use strict\";\n{}\n{MAIN}\n}})();", SCRIPTS.join("\n"));
    let body = filled(
        BODY,
        &[
            ("title", title),
            ("style", style.trim()),
            ("guide", &of_guide(site)),
            ("behind", &behind(site)),
            ("sources", &sources(site.spelled.space.catalog())),
            ("data", &packed(&data::json(site)?)?),
            ("script", script.trim()),
        ],
    );
    let lines = body.lines().map(str::trim_end).filter(|line| !line.is_empty());
    Ok(lines.fold(String::with_capacity(body.len()), |mut text, line| {
        text.push_str(line);
        text.push('\n');
        text
    }))
}

/// The page of the Guide: its texts, in its order.
fn of_guide(site: &Site<'_, '_>) -> String {
    let section = |(title, body): (&str, String)| {
        let id = title.to_lowercase().replace(' ', "-");
        folded(&id, title, &markdown(&body, title))
    };
    (site.book.sections)(site.spelled.space).into_iter().map(section).collect()
}

/// The sources: each need, guest, sentence, quirk and configuration with its source.
fn behind(site: &Site<'_, '_>) -> String {
    let (space, catalog) = (site.spelled.space, site.spelled.space.catalog());
    let accepted = format!(
        "Everything that {} accept, lightest first; <i>runs</i> says what is known of it.",
        site.book.accepted_by
    );
    let about = |text: &str, body: String| format!("<p>{text}</p>\n{body}");
    [
        ("branches", "The request's tree, branch by branch", guidance::tree(site)),
        (
            "touches",
            "By what the test touches",
            about(
                "Each answer by itself. Several together may need more: ask the picker, or <code>lightest pick --requires \
                 ONE,OTHER</code>.",
                guidance::touches(site),
            ),
        ),
        (
            "trade-offs",
            "Every guest",
            about(
                "Boot is an ordinal class until somebody measures it. <i>Gives</i> counts what a test may require, of \
                 configurations that are known to run.",
                tables::trade_offs(catalog, space),
            ),
        ),
        ("architectures", "Every boot method and architecture", tables::architectures(catalog, space)),
        ("claims", "The request's guidelines, and what is true now", guidance::guidelines(catalog)),
        ("quirks", "Every known quirk", guidance::quirks(catalog)),
        (
            "blockers",
            "Blockers",
            about("A <i>no</i> or <i>unproven</i> that somebody means to lift.", guidance::blockers(catalog)),
        ),
        (
            "configurations",
            "All configurations",
            about(
                &accepted,
                format!(
                    "<div id=\"lt-filters\"></div>\n{}\n<h3>Hosts</h3>\n{}",
                    tables::configurations(site),
                    tables::hosts(catalog)
                ),
            ),
        ),
    ]
    .into_iter()
    .map(|(id, title, body)| folded(id, title, &body))
    .collect()
}

/// The template with its `{{names}}` replaced, each once; what is put in is not looked at again.
fn filled(template: &str, values: &[(&str, &str)]) -> String {
    let mut out = String::with_capacity(template.len());
    let mut rest = template;
    while let Some((before, after)) = rest.split_once("{{") {
        out.push_str(before);
        let Some((name, after)) = after.split_once("}}") else { break };
        let value = values.iter().find(|(known, _)| *known == name);
        out.push_str(value.map_or("", |(_, value)| value));
        rest = after;
    }
    out.push_str(rest);
    out
}

/// The data, compressed, as letters.
fn packed(data: &str) -> Result<String, Failure> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::best());
    encoder
        .write_all(data.as_bytes())
        .and_then(|()| encoder.finish())
        .map(|bytes| STANDARD.encode(bytes))
        .map_err(|error| Failure::new(format!("the page's data cannot be compressed: {error}")))
}

/// Where the facts were read, and when.
fn sources(catalog: &Catalog) -> String {
    let of = |source: &lightest_model::catalog::Source| {
        let date = source.date.as_deref().map_or(String::new(), |date| format!(", read on {date}"));
        let commit = source
            .commit
            .as_deref()
            .map_or(String::new(), |commit| format!(" at {}", commit.get(..9).unwrap_or(commit)));
        let title = escaped(&source.title);
        match source.url.as_deref().filter(|url| is_web(url)) {
            Some(url) => format!("<a href=\"{}\">{title}</a>{commit}{date}", escaped(url)),
            None => title,
        }
    };
    let sources: Vec<String> = catalog.sources.iter().map(of).collect();
    format!("Sources: {}.", sources.join("; "))
}
