//! The page's first table, and the words of the guests that it names.

use lightest_diagnostics::words;
use lightest_model::catalog::Catalog;
use lightest_model::config::Config;
use lightest_model::space::{RowId, Space};

use super::markdown::{code, paragraph, prose, table};
use super::reading::{Cell, Line, Table};
use super::texts::{Row, Texts};
use crate::Spelled;

/// The section: how to read the table, the table, and the words of its guests.
pub(super) fn section(space: &Space<'_>, texts: &Texts) -> String {
    let lines = Table::of(space, texts).lines;
    let rows: Vec<Vec<String>> = lines
        .iter()
        .map(|line| {
            let about = prose(&line.row.text, None) + &above(space.catalog(), texts, line.row);
            // A column for answers would not fit beside the calls on a phone.
            let answers = answers(space, texts, line).into_iter().map(|answer| format!("<br>→ {answer}"));
            vec![number(texts, &line.row.id).to_string(), about + &answers.collect::<String>()]
        })
        .collect();
    let named: Vec<String> =
        texts.apart_from_above.iter().map(|need| word(space.catalog(), texts, need)).collect();
    let mut text = paragraph(&format!(
        "Take the first row that covers all of your test: it is the lightest. Names and comments count: \
         `openhcl_uefi` means UEFI. *(+ 1)*: it also covers row 1, except {}. *Unproven*: nothing known \
         provides it. No row fits? Ask `lightest pick --from FILE`.",
        words::list(&named, "and"),
    ));
    text.push('\n');
    text.push_str(&table(&["#", "Your test .. → its configuration"], &rows));
    text.push('\n');
    text.push_str(&guests(space, texts, &lines));
    text
}

/// The number of a row, from 1.
fn number(texts: &Texts, id: &str) -> usize {
    texts.rows.iter().position(|other| other.id == id).map_or(0, |at| at + 1)
}

/// The rows that a row covers as well, and what of them it does not.
fn above(catalog: &Catalog, texts: &Texts, row: &Row) -> String {
    let above: Vec<String> = row.above.iter().map(|id| number(texts, id).to_string()).collect();
    if above.is_empty() {
        return String::new();
    }
    let except: Vec<String> = row.except.iter().map(|need| word(catalog, texts, need)).collect();
    match &except[..] {
        [] => format!(" (+ {})", above.join(", ")),
        _ => format!(" (+ {}, but not {})", above.join(", "), words::list(&except, "or")),
    }
}

/// The answers of a row. Architectures with the same configuration share it.
fn answers(space: &Space<'_>, texts: &Texts, line: &Line<'_>) -> Vec<String> {
    let known: Vec<(&Cell<'_>, String)> =
        line.cells.iter().filter_map(|cell| Some((cell, config(space, texts, cell.own?)))).collect();
    match &known[..] {
        [(first, one), (second, other)] if one == other => {
            let of = |cell: &Cell<'_>| details(space, texts, cell);
            let apart = |cell: &Cell<'_>| {
                let details = of(cell).into_iter();
                details.map(|detail| format!("{} {detail}", cell.arch)).collect::<Vec<_>>()
            };
            let mut answers = vec![one.clone()];
            if of(first) == of(second) {
                answers.extend(of(first));
            } else {
                answers.extend(apart(first));
                answers.extend(apart(second));
            }
            answers
        }
        known => {
            let only = if known.len() == 1 { " only" } else { "" };
            let of = |(cell, own): &(&Cell<'_>, String)| {
                let details = details(space, texts, cell);
                format!("{}{only}: {}", cell.arch, [vec![own.clone()], details].concat().join("; "))
            };
            known.iter().map(of).collect()
        }
    }
}

/// Differences from the row's own configuration on an architecture.
fn details(space: &Space<'_>, texts: &Texts, cell: &Cell<'_>) -> Vec<String> {
    let catalog = space.catalog();
    let answers: Vec<Option<RowId>> = cell.apart.iter().map(|(_, row)| *row).collect();
    let mut found = Vec::new();
    for (at, answer) in answers.iter().enumerate().filter(|(at, row)| !answers[..*at].contains(row)) {
        // Needs with the same answer are named together.
        let needs = cell.apart[at..].iter().filter(|(_, row)| row == answer).map(|(need, _)| *need).collect();
        let answer = answer.map_or_else(|| "unproven".to_owned(), |row| config(space, texts, row));
        found.push(format!("{}: {answer}", with(catalog, texts, needs)));
    }
    let lacking: Vec<String> = cell.lacking.iter().map(|need| word(catalog, texts, need)).collect();
    if !lacking.is_empty() {
        found.push(format!("unproven: {}", lacking.join(", ")));
    }
    found
}

/// How needs that have an answer of their own are introduced.
fn with(catalog: &Catalog, texts: &Texts, needs: Vec<&str>) -> String {
    let mut named: Vec<String> = needs.iter().map(|need| word(catalog, texts, need)).collect();
    named.dedup();
    let on = needs.iter().all(|need| catalog.vmm(need).is_some());
    format!("{} {}", if on { "on" } else { "with" }, words::list(&named, "or"))
}

/// How a need is called within a cell.
fn word(catalog: &Catalog, texts: &Texts, need: &str) -> String {
    let title = catalog.requirement(need).map_or(need, |known| known.title.as_str());
    texts.words.get(need).map_or_else(|| prose(title, None), Clone::clone)
}

/// A configuration without its architecture, and its guest by name.
fn config(space: &Space<'_>, texts: &Texts, row: RowId) -> String {
    let config = &space.row(row).config;
    let mut name = format!("{}_{}", config.vmm.as_deref().unwrap_or_default(), config.boot);
    if let Some(isolation) = config.isolation {
        name.push_str(&format!("[{isolation}]"));
    }
    let guest = match (texts.guest_name(&config.guest), in_brackets(config)) {
        (Some(name), _) => name.to_owned(),
        (None, word) if word.is_empty() => word,
        (None, word) => code(word),
    };
    format!("{} {guest}", code(name)).trim_end().to_owned()
}

/// What each guest of the table is in an attribute, and how that is put together.
fn guests(space: &Space<'_>, texts: &Texts, lines: &[Line<'_>]) -> String {
    let cells = lines.iter().flat_map(|line| &line.cells);
    let used: Vec<&Config> = cells
        .flat_map(|cell| cell.own.into_iter().chain(cell.apart.iter().filter_map(|(_, row)| *row)))
        .map(|row| &space.row(row).config)
        .collect();
    let rows: Vec<Vec<String>> = texts
        .guests
        .iter()
        .map(|guest| {
            let of = |id: &String| used.iter().find(|config| config.guest.id == *id);
            let words = guest.ids.iter().filter_map(of).map(|config| code(in_brackets(config)));
            vec![guest.name.clone(), words.collect::<Vec<_>>().join("<br>")]
        })
        .collect();
    // The first that has a guest of the second table.
    let named = |row: &RowId| texts.guest_name(&space.row(*row).config.guest).is_some();
    let example = lines.iter().find_map(|line| line.cells.first()?.own.filter(named));
    let example = example.map_or_else(String::new, |row| {
        format!("{} is {}", config(space, texts, row), code(Spelled(&space.row(row).config)))
    });
    let mut text = paragraph(&format!(
        "In an attribute, add the architecture and the guest: {example}. Isolation: `_x64[vbs](..)`.",
    ));
    text.push('\n');
    text.push_str(&table(&["Guest", "In brackets"], &rows));
    text
}

/// The options in a configuration's brackets.
fn in_brackets(config: &Config) -> String {
    let spelled = Spelled(&Config { isolation: None, ..config.clone() }).to_string();
    let inner = spelled.split_once('(').and_then(|(_, rest)| rest.strip_suffix(')'));
    inner.unwrap_or_default().to_owned()
}
