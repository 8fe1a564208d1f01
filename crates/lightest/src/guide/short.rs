//! The page itself: what an author with two minutes reads.

use lightest_model::catalog::{BlockerState, BootMethod, Catalog, Evidence, Quirk};
use lightest_model::chooser::{Query, choose};
use lightest_model::config::Arch;
use lightest_model::space::Space;
use lightest_petri::Spelled;
use lightest_petri::guide::{Guideline, Row, Symptom, Table, Texts, pick};
use lightest_petri::{ARCHS, attribute};

use super::markdown::{capital, code, fence, paragraph, prose, sentence, table};
use super::sources::issues;
use super::{GENERATED, Neighbour, Page, REFERENCE_FILE, REFERENCE_TITLE, TITLE, tables};
use crate::{address, words};

/// The label that keeps rustdoc and mdBook from compiling it.
const LABEL: &str = "rust,ignore";

/// The page.
pub(crate) fn page(catalog: &Catalog, texts: &Texts, neighbours: &[Neighbour]) -> String {
    let space = Space::of_tests(catalog);
    let mut page = Page::default();
    page.put(GENERATED);
    page.put(format!("# {TITLE}"));
    page.put(paragraph(INTRODUCTION));
    page.section("Start here", start(&space, texts));
    page.section("Decision tree", tree(&space, texts));
    page.section("What guests cost", trade_offs(&space, texts));
    page.section("Boot methods and architectures", architectures(&space, texts));
    page.section("Guidelines", guidelines(catalog, texts));
    page.section("Quirks that cost time", quirks(catalog));
    page.section("Examples", examples(&space, texts));
    page.section("When the answer does not run", symptoms(&space, texts));
    page.put(closing(neighbours));
    page.text.trim_end().to_owned() + "\n"
}

const INTRODUCTION: &str = "Choose the lightest configuration that has everything the code under test needs.";

/// The first table.
fn start(space: &Space<'_>, texts: &Texts) -> String {
    let catalog = space.catalog();
    let lines = Table::of(space, texts).lines;
    let rows: Vec<Vec<String>> = lines
        .iter()
        .map(|line| {
            let cells = line.cells.iter().filter_map(|cell| {
                let mut text = config(space, cell.own?);
                let answers: Vec<Option<usize>> = cell.apart.iter().map(|(_, row)| *row).collect();
                for (at, answer) in
                    answers.iter().enumerate().filter(|(at, row)| !answers[..*at].contains(row))
                {
                    // Needs with the same answer are named together.
                    let needs: Vec<&str> = cell.apart[at..]
                        .iter()
                        .filter(|(_, row)| row == answer)
                        .map(|(need, _)| *need)
                        .collect();
                    let answer = answer.map_or_else(|| "unproven".to_owned(), |row| config(space, row));
                    text.push_str(&format!("; {}: {answer}", with(catalog, texts, &needs)));
                }
                let lacking: Vec<String> = cell
                    .lacking
                    .iter()
                    .filter(|need| !is_host(catalog, need))
                    .map(|need| word(catalog, texts, need))
                    .collect();
                if !lacking.is_empty() {
                    text.push_str(&format!("; unproven: {}", lacking.join(", ")));
                }
                Some(text)
            });
            // The architecture is in the name; a column for each would not fit on the Guide's page.
            let cells: Vec<String> = cells.collect();
            let about = prose(&line.row.text, None) + &above(texts, line.row);
            vec![number(texts, &line.row.id).to_string(), about, cells.join("<br>")]
        })
        .collect();
    let named =
        |needs: &[String]| -> Vec<String> { needs.iter().map(|need| word(catalog, texts, need)).collect() };
    let mut text = paragraph(&format!(
        "Take the first row that covers everything your test does. A row also covers what the rows after its + name, but \
         for {}, and on Alpine {}. Where no row fits, ask `lightest pick --from FILE`. *Unproven*: no \
         configuration is known to provide it there.",
        words::list(&named(&texts.apart_from_above), "and"),
        words::list(&named(&texts.apart_on_alpine), "and")
    ));
    text.push('\n');
    text.push_str(&table(&["Row", "Your test ..", "Configurations"], &rows));
    text
}

/// The number of a row, from 1.
fn number(texts: &Texts, id: &str) -> usize {
    texts.rows.iter().position(|other| other.id == id).map_or(0, |at| at + 1)
}

/// The rows that a row covers as well.
fn above(texts: &Texts, row: &Row) -> String {
    let above: Vec<String> = row.above.iter().map(|id| number(texts, id).to_string()).collect();
    if above.is_empty() { String::new() } else { format!(" (+ {})", above.join(", ")) }
}

/// How needs that have an answer of their own are introduced.
fn with(catalog: &Catalog, texts: &Texts, needs: &[&str]) -> String {
    match needs {
        [vmm] if catalog.vmm(vmm).is_some() => format!("on {}", word(catalog, texts, vmm)),
        _ => {
            let needs: Vec<String> = needs.iter().map(|need| word(catalog, texts, need)).collect();
            format!("with {}", words::list(&needs, "or"))
        }
    }
}

/// How a need is called within a cell.
fn word(catalog: &Catalog, texts: &Texts, need: &str) -> String {
    let title = catalog.requirement(need).map_or(need, |known| known.title.as_str());
    texts.words.get(need).map_or_else(|| prose(title, None), Clone::clone)
}

/// Whether a need is about the host, where the other architecture is no surprise.
fn is_host(catalog: &Catalog, need: &str) -> bool {
    catalog.requirement(need).is_some_and(|known| known.group == "where")
}

fn config(space: &Space<'_>, row: usize) -> String {
    code(Spelled(&space.rows()[row].config))
}

/// The questions of the request, each leaf with both architectures.
fn tree(space: &Space<'_>, texts: &Texts) -> String {
    let mut text = paragraph(
        "Go through all seven questions: the last one that you answer with yes decides. With needs from three or more \
         of them, ask `lightest pick`.",
    );
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
    let urls = places.filter_map(|place| address::of(catalog, place));
    let files: Vec<String> = urls.map(|url| url.split('#').next().unwrap_or_default().to_owned()).collect();
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
            let url = evidence_of(catalog, guideline).and_then(|evidence| address::of(catalog, evidence));
            let because = match url {
                Some(url) => guideline.because.replacen(']', &format!("]({})", short(&url)), 1),
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
    let mut parts = Vec::new();
    if quirk.cost.reboots > 0 {
        let boots = usize::try_from(quirk.cost.reboots).unwrap_or(usize::MAX);
        parts.push(format!("+{}", words::count(boots, "boot")));
    }
    if quirk.cost.waits_s > 0 {
        parts.push(format!("+{} s", quirk.cost.waits_s));
    }
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
            .any(|pick| space.rows()[pick.row].boot.openhcl);
        Some((openhcl, format!("// {}\n{attribute}", example.title)))
    });
    let (with, without): (Vec<_>, Vec<_>) = attributes.partition(|(openhcl, _)| *openhcl);
    [without, with]
        .into_iter()
        .map(|part| fence(LABEL, &part.into_iter().map(|(_, text)| text).collect::<Vec<_>>().join("\n")))
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
            let answers: Vec<Option<usize>> = ARCHS
                .iter()
                .filter(|arch| !symptom.requires.iter().any(|word| is_other(word, **arch)))
                .map(|arch| pick(space, &symptom.requires, &[], *arch))
                .collect();
            // A row of the first table with the same answers stands for them.
            let same = lines
                .iter()
                .position(|line| line.cells.iter().map(|cell| cell.own).eq(answers.iter().copied()));
            let instead = match same {
                Some(at) => format!("Row {}", at + 1),
                None => {
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
    let url = evidence.first().and_then(|place| address::of(catalog, place));
    url.map_or_else(|| text.to_owned(), |url| format!("[{text}]({})", short(&url)))
}

/// An address that leads to the first of some lines, to keep the page small; the reference page has them all.
fn short(url: &str) -> &str {
    match url.rsplit_once('-') {
        Some((first, last)) if first.contains("#L") && last.starts_with('L') => first,
        _ => url,
    }
}

fn closing(neighbours: &[Neighbour]) -> String {
    let mut text = format!("Everything else: [{REFERENCE_TITLE}](./{REFERENCE_FILE}).\n");
    if !neighbours.is_empty() {
        let links: Vec<String> =
            neighbours.iter().map(|page| format!("[{}]({})", page.title, page.href)).collect();
        text.push('\n');
        text.push_str(&paragraph(&format!("Beside this page: {}.", links.join(", "))));
    }
    text
}
