//! The page itself: what an author with two minutes reads.

use lightest_diagnostics::words;
use lightest_diagnostics::words::capital;
use lightest_lint::guide::Neighbour;
use lightest_model::catalog::{Address, BlockerState, BootMethod, Catalog, Evidence, Quirk};
use lightest_model::chooser::{Query, choose};
use lightest_model::config::Arch;
use lightest_model::space::{RowId, Space};

use super::markdown::{code, fence, paragraph, prose, sentence, table};
use super::reading::{Table, pick};
use super::sources::issues;
use super::texts::{Guideline, Symptom, Texts};
use super::{Blocks, GENERATED, PAGE, REFERENCE, STYLE, start, tables};
use crate::{ARCHS, Spelled, attribute};

/// The page.
pub(super) fn page(space: &Space<'_>, texts: &Texts, neighbours: &[Neighbour]) -> String {
    let mut page = Blocks::default();
    // A code forge drops the link; in the print of a whole book, the style does not apply.
    page.put(format!("{GENERATED}\n<link rel=\"stylesheet\" media=\"print\" href=\"{}\">", STYLE.file()));
    page.put(format!("# {}", PAGE.title));
    for (title, body) in sections(space, texts) {
        page.section(title, body);
    }
    page.put(closing(neighbours));
    page.text.trim_end().to_owned() + "\n"
}

/// Its sections, each with its title.
pub(super) fn sections(space: &Space<'_>, texts: &Texts) -> Vec<(&'static str, String)> {
    let catalog = space.catalog();
    vec![
        ("Start here", start::section(space, texts)),
        ("Decision tree", tree(space, texts)),
        ("What guests cost", trade_offs(space, texts)),
        ("What runs where", architectures(space, texts)),
        ("Guidelines", guidelines(catalog, texts)),
        ("Quirks that cost time", quirks(catalog)),
        ("Examples", examples(space, texts)),
        ("When the answer does not run", symptoms(space, texts)),
    ]
}

fn config(space: &Space<'_>, row: RowId) -> String {
    code(Spelled(&space.row(row).config))
}

/// The questions of the request, each leaf with both architectures.
fn tree(space: &Space<'_>, texts: &Texts) -> String {
    let mut text = paragraph("Answer all seven; the last yes decides. Where the table differs, follow it.");
    text.push('\n');
    for (at, question) in texts.questions.iter().enumerate() {
        text.push_str(&format!("{}. **{}**\n", at + 1, question.ask));
        for leaf in &question.leaves {
            let answers: Vec<String> = ARCHS
                .iter()
                .filter_map(|arch| pick(space, &leaf.requires, &[], *arch))
                .map(|row| config(space, row))
                .collect();
            text.push_str(&format!("   - {}: {}\n", leaf.text, answers.join(", ")));
        }
    }
    text
}

fn trade_offs(space: &Space<'_>, texts: &Texts) -> String {
    let guests = tables::guests(space);
    let image = file(space.catalog(), "Image", guests.iter().filter_map(|guest| guest.evidence.first()));
    let rows: Vec<Vec<String>> = guests
        .into_iter()
        .filter_map(|guest| {
            let about = texts.trade_offs.iter().find(|about| about.guest == guest.name)?;
            Some(vec![guest.name.to_owned(), guest.size, guest.boot, about.good.clone(), about.not.clone()])
        })
        .collect();
    table(&["Guest", &image, "Boot", "Good for", "Not for"], &rows)
}

fn architectures(space: &Space<'_>, texts: &Texts) -> String {
    let catalog = space.catalog();
    let shown =
        texts.boot_methods.iter().filter_map(|id| catalog.boot_methods.iter().find(|boot| boot.id == *id));
    let shown: Vec<&BootMethod> = shown.collect();
    let rows: Vec<Vec<String>> = shown
        .iter()
        .map(|boot| {
            [boot.title.clone()].into_iter().chain(ARCHS.map(|arch| runs(space, boot, arch))).collect()
        })
        .collect();
    let name = file(catalog, "Boot method", shown.iter().filter_map(|boot| boot.evidence.first()));
    table(&[&name, Arch::X64.word(), Arch::Aarch64.word()], &rows)
}

/// A text that leads to the file in which most of some places are; the reference page has their lines.
fn file<'c>(catalog: &Catalog, text: &str, places: impl Iterator<Item = &'c Evidence>) -> String {
    let files: Vec<String> = places.filter_map(|place| Some(place.address(catalog)?.page)).collect();
    let most = files.iter().max_by_key(|file| files.iter().filter(|other| other == file).count());
    most.map_or_else(|| text.to_owned(), |file| format!("[{text}]({file})"))
}

/// Whether a boot method runs on an architecture: by which VMM, or what blocks it.
fn runs(space: &Space<'_>, boot: &BootMethod, arch: Arch) -> String {
    let catalog = space.catalog();
    let runs = tables::vmms(space, boot, arch);
    if !runs.is_empty() {
        return format!("✓ {}", words::list(&runs, "and"));
    }
    if !boot.archs.contains(&arch) {
        return "–".to_owned();
    }
    let blocked = catalog.blockers.iter().find(|blocker| {
        let when = &blocker.when;
        blocker.state == BlockerState::Open
            && when.with.is_empty()
            && when.guest.is_empty()
            && when.except.is_empty()
            && when.boot.contains(&boot.id)
            && (when.arch.is_empty() || when.arch.contains(&arch))
    });
    match blocked {
        Some(blocker) => {
            format!("blocked: {}", linked(catalog, &issue(catalog, &blocker.issue), &blocker.evidence))
        }
        None => "–".to_owned(),
    }
}

fn issue(catalog: &Catalog, issue: &str) -> String {
    match issue.rsplit_once('#') {
        Some((_, number)) => format!("#{number}"),
        None => prose(issue.rsplit_once(": ").map_or(issue, |(_, reason)| reason), issues(catalog)),
    }
}

fn guidelines(catalog: &Catalog, texts: &Texts) -> String {
    let rows: Vec<Vec<String>> = texts
        .guidelines
        .iter()
        .map(|guideline| {
            let url = evidence_of(catalog, guideline).and_then(|evidence| first_line(catalog, evidence));
            let because = match url {
                Some(url) => guideline.because.replacen(']', &format!("]({url})"), 1),
                None => guideline.because.replace(['[', ']'], ""),
            };
            let numbered = texts.rows.iter().enumerate().fold(guideline.text.clone(), |text, (at, row)| {
                text.replace(&format!("{{{}}}", row.id), &(at + 1).to_string())
            });
            vec![numbered, because]
        })
        .collect();
    table(&["Do", "Because"], &rows)
}

/// The first place that a guideline rests on.
fn evidence_of<'c>(catalog: &'c Catalog, guideline: &Guideline) -> Option<&'c Evidence> {
    let claims = catalog.claims.iter().filter(|claim| guideline.claims.contains(&claim.id));
    let quirks = catalog.quirks.iter().filter(|quirk| guideline.quirks.contains(&quirk.id));
    let mut places = claims.flat_map(|claim| &claim.evidence).chain(quirks.flat_map(|quirk| &quirk.evidence));
    places.next()
}

fn quirks(catalog: &Catalog) -> String {
    let rows: Vec<Vec<String>> = catalog
        .quirks
        .iter()
        .filter_map(|quirk| {
            let cost = cost(quirk)?;
            let what = linked(catalog, &cost, &quirk.evidence);
            let title = capital(&prose(&quirk.title, issues(catalog)));
            Some(vec![format!("{title} ({what})"), sentence(&prose(&quirk.advice, issues(catalog)))])
        })
        .collect();
    table(&["What happens", "What you do"], &rows)
}

fn cost(quirk: &Quirk) -> Option<String> {
    let parts: Vec<String> = quirk.cost.brief().iter().map(|part| format!("+{part}")).collect();
    (!parts.is_empty()).then(|| parts.join(", "))
}

fn examples(space: &Space<'_>, texts: &Texts) -> String {
    let attributes = texts.examples.iter().filter_map(|example| {
        let query = Query { requires: example.requires.clone(), archs: Vec::new(), vmms: Vec::new() };
        let choice = choose(space, &query).ok()?;
        let attribute = attribute(space, &choice)?;
        let openhcl = choice
            .parts
            .iter()
            .filter_map(|part| part.pick.as_ref())
            .any(|pick| space.row(pick.row).boot.openhcl);
        Some((openhcl, format!("// {}\n{attribute}", example.title)))
    });
    let (with, without): (Vec<_>, Vec<_>) = attributes.partition(|(openhcl, _)| *openhcl);
    [without, with]
        .into_iter()
        .map(|part| {
            fence(
                super::examples::LABEL,
                &part.into_iter().map(|(_, text)| text).collect::<Vec<_>>().join("\n"),
            )
        })
        .collect::<Vec<_>>()
        .join("\n")
}

fn symptoms(space: &Space<'_>, texts: &Texts) -> String {
    let catalog = space.catalog();
    let lines = Table::of(space, texts).lines;
    let rows: Vec<Vec<String>> = texts
        .symptoms
        .iter()
        .map(|symptom| {
            let asked: Vec<Arch> = ARCHS
                .into_iter()
                .filter(|arch| !symptom.requires.iter().any(|word| is_other(word, *arch)))
                .collect();
            let answers: Vec<Option<RowId>> =
                asked.iter().map(|arch| pick(space, &symptom.requires, &[], *arch)).collect();
            // A row of the first table with the same answers stands for them.
            let same = lines.iter().position(|line| {
                let cells = line.cells.iter().filter(|cell| asked.contains(&cell.arch));
                cells.map(|cell| cell.own).eq(answers.iter().copied())
            });
            let instead = match (same, &asked[..]) {
                (Some(at), [arch]) => format!("Row {} on {arch}", at + 1),
                (Some(at), _) => format!("Row {}", at + 1),
                (None, _) => {
                    answers.iter().flatten().map(|row| config(space, *row)).collect::<Vec<_>>().join(", ")
                }
            };
            vec![symptom.text.clone(), instead, until(catalog, symptom)]
        })
        .collect();
    table(&["Symptom", "Use instead", "Until"], &rows)
}

/// Whether a word names another architecture.
fn is_other(word: &str, arch: Arch) -> bool {
    Arch::from_word(word).is_some_and(|named| named != arch)
}

/// What lifts a limit: its issue, or the words of the text; either leads to the source.
fn until(catalog: &Catalog, symptom: &Symptom) -> String {
    let blocker = catalog.blockers.iter().find(|blocker| blocker.id == symptom.limit);
    let quirk = catalog.quirk(&symptom.limit);
    if let Some((_, number)) = blocker.and_then(|blocker| blocker.issue.rsplit_once('#'))
        && let Some(url) = issues(catalog)
    {
        return format!("[#{number}]({url}/issues/{number})");
    }
    let evidence = blocker.map(|blocker| &blocker.evidence).or_else(|| quirk.map(|quirk| &quirk.evidence));
    let text = symptom.until.as_deref().unwrap_or("not known");
    evidence.map_or_else(|| text.to_owned(), |evidence| linked(catalog, text, evidence))
}

/// A text that leads to the first place of some evidence.
fn linked(catalog: &Catalog, text: &str, evidence: &[Evidence]) -> String {
    let url = evidence.first().and_then(|place| first_line(catalog, place));
    url.map_or_else(|| text.to_owned(), |url| format!("[{text}]({url})"))
}

/// An address that leads to the first of some lines, to keep the page small; the reference page has them all.
fn first_line(catalog: &Catalog, place: &Evidence) -> Option<String> {
    let Address { page, lines } = place.address(catalog)?;
    let lines = lines.map(|(first, _)| (first, first));
    Some(Address { page, lines }.to_string())
}

fn closing(neighbours: &[Neighbour]) -> String {
    let mut text = format!("Everything else: [{}](./{}).\n", REFERENCE.title, REFERENCE.file());
    if !neighbours.is_empty() {
        let links: Vec<String> =
            neighbours.iter().map(|page| format!("[{}]({})", page.title, page.href)).collect();
        text.push('\n');
        text.push_str(&paragraph(&format!("Beside this page: {}.", links.join(", "))));
    }
    text
}
