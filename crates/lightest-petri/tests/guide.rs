//! The words of the page are checked against the chooser, and its first table answers what tests of OpenVMM need.

mod common;

use std::collections::BTreeMap;

use common::catalog;
use lightest_model::catalog::{BlockerState, Support};
use lightest_model::config::Arch;
use lightest_model::space::{Asked, RowId, Space};
use lightest_petri::ARCHS;
use lightest_petri::Spelled;
use lightest_petri::guide::{Reading, Table, embedded, pick};

const NEEDS: &str = include_str!("../../../corpus/needs.tsv");
const EVALUATION: &str = include_str!("../../../docs/book/src/evaluation.md");

fn name(space: &Space<'_>, row: RowId) -> String {
    Spelled(&space.row(row).config).to_string()
}

/// The configurations for some needs, one an architecture where there is one.
fn answers(space: &Space<'_>, requires: &[String]) -> Vec<RowId> {
    ARCHS.iter().filter_map(|arch| pick(space, requires, &[], *arch)).collect()
}

#[test]
fn every_need_of_a_text_is_in_the_catalog() {
    let (catalog, texts) = (catalog(), embedded());
    let rows = texts
        .rows
        .iter()
        .flat_map(|row| row.requires.iter().chain(&row.names).chain(&row.apart).chain(&row.except));
    let leaves = texts.questions.iter().flat_map(|question| &question.leaves).flat_map(|leaf| &leaf.requires);
    let guests = texts.trade_offs.iter().flat_map(|about| about.provides.iter().chain(&about.lacks));
    let others = texts.examples.iter().flat_map(|example| &example.requires);
    let symptoms = texts.symptoms.iter().flat_map(|symptom| &symptom.requires);
    let guidelines = texts.guidelines.iter().flat_map(|guideline| &guideline.requires);
    for need in rows.chain(leaves).chain(guests).chain(others).chain(symptoms).chain(guidelines) {
        assert!(catalog.is_place(need) || catalog.requirement(need).is_some(), "{need}");
    }
    for row in &texts.rows {
        let known = |id: &String| texts.rows.iter().any(|other| other.id == *id);
        assert!(row.above.iter().all(known), "{}: {:?}", row.id, row.above);
    }
}

#[test]
fn a_reader_finds_each_need_of_a_row_in_its_text() {
    let found_by: BTreeMap<String, Vec<String>> =
        toml::from_str(include_str!("common/found_by.toml")).expect("it is TOML");
    let texts = embedded();
    let mut missing = Vec::new();
    for row in &texts.rows {
        for need in row.names.iter().chain(row.together.iter().flatten()) {
            let phrases = found_by.get(need).map_or(&[][..], Vec::as_slice);
            if !phrases.iter().any(|phrase| row.text.contains(phrase.as_str())) {
                missing.push(format!("{}: {need}", row.id));
            }
        }
    }
    assert!(missing.is_empty(), "{missing:#?}");
}

#[test]
fn a_name_of_the_table_stands_for_one_guest_of_an_architecture() {
    let (catalog, texts) = (catalog(), embedded());
    assert!(!texts.guests.is_empty());
    for guest in &texts.guests {
        let archs = guest.ids.iter().map(|id| {
            let known = catalog.guests.iter().find(|known| known.id == *id);
            known.unwrap_or_else(|| panic!("{id} is no guest")).arch
        });
        let mut seen = Vec::new();
        for arch in archs {
            assert!(arch.is_some() && !seen.contains(&arch), "{} has two words on {arch:?}", guest.name);
            seen.push(arch);
        }
    }
}

#[test]
fn every_row_answers_each_thing_that_it_names_as_the_chooser_does() {
    let (catalog, texts) = (catalog(), embedded());
    let space = Space::of_tests(&catalog);
    let mut wrong = Vec::new();
    for line in Table::of(&space, &texts).lines {
        assert!(line.cells.iter().any(|cell| cell.own.is_some()), "{} answers nothing", line.row.id);
        for cell in &line.cells {
            for need in &line.row.names {
                let answer = pick(&space, &line.row.requires, &[need], cell.arch);
                let apart = cell.apart.iter().find(|(apart, _)| apart == need).map(|(_, row)| *row);
                let stated = match apart {
                    Some(row) => row,
                    None if cell.lacking.contains(&need.as_str()) => None,
                    None => cell.own,
                };
                // A row may name the opposite of what it asks for, such as a run without the agent.
                if stated != answer
                    && Asked::new(
                        &catalog,
                        line.row.requires.iter().map(String::as_str).chain([need.as_str()]),
                    )
                    .is_ok()
                {
                    let answer = answer.map(|row| name(&space, row));
                    wrong.push(format!("{} on {}: {need}: {answer:?}", line.row.id, cell.arch.word()));
                }
            }
            for [need, beside] in &line.row.together {
                let answer = pick(&space, &line.row.requires, &[need, beside], cell.arch);
                let stated = if cell.lacking.contains(&need.as_str()) { None } else { cell.own };
                if stated != answer {
                    let answer = answer.map(|row| name(&space, row));
                    wrong.push(format!(
                        "{} on {}: {need} with {beside}: {answer:?}",
                        line.row.id,
                        cell.arch.word()
                    ));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn every_leaf_and_example_leads_where_its_text_promises() {
    let (catalog, texts) = (catalog(), embedded());
    let space = Space::of_tests(&catalog);
    let leaves = texts.questions.iter().flat_map(|question| &question.leaves);
    let leaves = leaves.map(|leaf| (&leaf.text, &leaf.requires, &leaf.answers));
    let examples = texts.examples.iter().map(|example| (&example.title, &example.requires, &example.answers));
    for (text, requires, words) in leaves.chain(examples) {
        let found = answers(&space, requires);
        assert!(!found.is_empty(), "{text} leads nowhere");
        for row in found {
            let config = name(&space, row);
            assert!(words.iter().all(|word| config.contains(word)), "{text}: {config}");
        }
    }
    assert_eq!(texts.questions.len(), 7, "the request asks seven questions");
    assert_eq!(texts.examples.len(), 7);
}

#[test]
fn the_tree_and_the_examples_agree_with_the_first_table() {
    let (catalog, texts) = (catalog(), embedded());
    let space = Space::of_tests(&catalog);
    let table = Table::of(&space, &texts);
    let leaves =
        texts.questions.iter().flat_map(|question| &question.leaves).map(|leaf| (&leaf.text, &leaf.requires));
    let examples = texts.examples.iter().map(|example| (&example.title, &example.requires));
    for (text, requires) in leaves.chain(examples) {
        let needs: Vec<&str> = requires.iter().map(String::as_str).collect();
        for arch in ARCHS {
            let answer = pick(&space, requires, &[], arch);
            let expected = answer.map_or(Reading::Nothing, Reading::Take);
            assert_eq!(table.read(&catalog, &needs, arch), expected, "{text} on {}", arch.word());
        }
    }
}

#[test]
fn the_suggested_alternative_avoids_the_limit() {
    let (catalog, texts) = (catalog(), embedded());
    let space = Space::of_tests(&catalog);
    assert!(!texts.symptoms.is_empty());
    for symptom in &texts.symptoms {
        let open = catalog
            .blockers
            .iter()
            .any(|blocker| blocker.id == symptom.limit && blocker.state == BlockerState::Open);
        assert!(open || catalog.quirk(&symptom.limit).is_some(), "{} is no open limit", symptom.limit);
        // The subject of a limit is asked for: without it, the limit could not apply whatever is used instead.
        let blockers = catalog.blockers.iter().filter(|blocker| blocker.id == symptom.limit);
        let quirks = catalog.quirks.iter().filter(|quirk| quirk.id == symptom.limit);
        let about = blockers.map(|blocker| &blocker.when).chain(quirks.map(|quirk| &quirk.when));
        for word in about.flat_map(|when| &when.with) {
            assert!(symptom.requires.contains(word), "{}: `{word}` is not asked for", symptom.text);
        }
        let words = symptom.requires.iter().map(String::as_str).filter(|word| !catalog.is_place(word));
        let asked = Asked::new(&catalog, words).expect("they are needs");
        let archs = ARCHS.into_iter().filter(|arch| {
            !symptom.requires.iter().any(|word| Arch::from_word(word).is_some_and(|named| named != *arch))
        });
        let found: Vec<RowId> = archs.filter_map(|arch| pick(&space, &symptom.requires, &[], arch)).collect();
        assert!(!found.is_empty(), "{}: nothing to use instead", symptom.text);
        for row in found {
            let held = space.limits(row, &asked).iter().any(|limit| limit.id == symptom.limit);
            let quirk = space.quirks(row, &asked).any(|quirk| quirk.id == symptom.limit);
            assert!(!held && !quirk, "{}: {} has the same limit", symptom.text, name(&space, row));
        }
    }
}

#[test]
fn guests_match_the_strengths_and_gaps_of_their_row() {
    let (catalog, texts) = (catalog(), embedded());
    let space = Space::of_tests(&catalog);
    for about in &texts.trade_offs {
        // The macros let an image of another architecture through under OpenHCL, and it does not boot.
        let named = |row: &&RowId| {
            let row = space.row(**row);
            let boots = row.guest.arch.is_none_or(|arch| arch == row.config.arch);
            boots && row.guest.short.as_deref().unwrap_or(&row.guest.title) == about.guest
        };
        let all: Vec<RowId> = RowId::all(&space).collect();
        let rows: Vec<RowId> = all.iter().filter(named).copied().collect();
        assert!(!rows.is_empty(), "{} is no guest", about.guest);
        assert!(!about.provides.is_empty() && !about.lacks.is_empty(), "{}", about.guest);
        for need in &about.provides {
            let place = catalog.is_place(need);
            let given = |row: &&RowId| match space.requirement(need) {
                Some(index) if !place => space.provides_alone(**row, index),
                _ => is_on(&space, **row, need),
            };
            assert!(rows.iter().any(|row| given(&row)), "{} does not provide {need}", about.guest);
        }
        // What nobody has shown is no reason against a guest.
        for need in &about.lacks {
            let refused = |row: &RowId| match Asked::new(&catalog, [need.as_str()]) {
                Ok(asked) if !catalog.is_place(need) => asked
                    .indices()
                    .iter()
                    .any(|index| space.answer(*row, *index, &asked).support == Support::No),
                _ => !is_on(&space, *row, need),
            };
            let other: Vec<String> =
                rows.iter().filter(|row| !refused(row)).map(|row| name(&space, *row)).collect();
            assert!(other.is_empty(), "{} may provide {need}: {other:?}", about.guest);
        }
    }
    assert!(!texts.trade_offs.is_empty());
}

/// Whether a configuration has a place: an architecture, or a VMM.
fn is_on(space: &Space<'_>, row: RowId, place: &str) -> bool {
    let row = space.row(row);
    row.vmm.id == place || Arch::from_word(place) == Some(row.config.arch)
}

#[test]
fn guidelines_rest_on_the_catalog() {
    let (catalog, texts) = (catalog(), embedded());
    let space = Space::of_tests(&catalog);
    assert!(!texts.guidelines.is_empty());
    for guideline in &texts.guidelines {
        assert!(guideline.because.contains('[') && guideline.because.contains(']'), "{}", guideline.because);
        assert!(
            !guideline.claims.is_empty() || !guideline.quirks.is_empty(),
            "{} has no source",
            guideline.text
        );
        for id in &guideline.claims {
            assert!(catalog.claims.iter().any(|claim| claim.id == *id), "{id}");
        }
        for id in &guideline.quirks {
            assert!(catalog.quirk(id).is_some(), "{id}");
        }
        if let Some(config) = &guideline.config {
            let found: Vec<String> =
                answers(&space, &guideline.requires).into_iter().map(|row| name(&space, row)).collect();
            assert!(found.contains(config), "{}: {found:?}", guideline.text);
        }
    }
}

/// How the table does on the tests of OpenVMM: how many cells it answers as the chooser does, those that it answers
/// otherwise, and those that it leaves to `lightest pick`.
fn tally() -> (usize, Vec<String>, Vec<String>) {
    let (catalog, texts) = (catalog(), embedded());
    let space = Space::of_tests(&catalog);
    let table = Table::of(&space, &texts);
    let (mut agree, mut differ, mut open) = (0, Vec::new(), Vec::new());
    for line in NEEDS.lines().skip(1) {
        let mut fields = line.split('\t');
        let mut field = || fields.next().expect("three fields");
        let (test, arch, needs) = (field(), field(), field());
        let arch = Arch::from_word(arch).expect("an architecture");
        let needs: Vec<&str> = needs.split(',').filter(|need| !need.is_empty()).collect();
        match table.agrees(&space, &needs, arch) {
            Some(true) => agree += 1,
            Some(false) => differ.push(format!("{test} on {arch}: {needs:?}")),
            None => open.push(format!("{test} on {arch}: {needs:?}")),
        }
    }
    (agree, differ, open)
}

#[test]
fn the_first_table_answers_most_tests_and_none_wrongly() {
    let (agree, differ, on) = tally();
    assert!(differ.is_empty(), "{differ:#?}");
    assert!(agree * 5 >= (agree + on.len()) * 4, "{agree} answered, {} left: {on:#?}", on.len());
}

#[test]
fn the_evaluation_prints_the_count() {
    let (agree, differ, on) = tally();
    let all = agree + differ.len() + on.len();
    let count =
        format!("answer for {agree} of {all} cells; {} differ, and for {} no row", differ.len(), on.len());
    assert!(EVALUATION.contains(&count), "run `cargo xtask corpus --openvmm DIR`: {count}");
}

#[test]
fn every_row_agrees_with_the_chooser() {
    let (catalog, texts) = (catalog(), embedded());
    let space = Space::of_tests(&catalog);
    let (mut asked, mut wrong) = (0, Vec::new());
    for line in Table::of(&space, &texts).lines {
        for cell in &line.cells {
            for need in &line.covers {
                // Where the chooser knows nothing, the row's configuration is the one to try.
                let Some(answer) = pick(&space, &line.row.requires, &[need], cell.arch) else { continue };
                asked += 1;
                let apart = cell.apart.iter().find(|(apart, _)| apart == need).map(|(_, row)| *row);
                if apart.unwrap_or(cell.own) != Some(answer) {
                    let answer = name(&space, answer);
                    wrong.push(format!("{} on {}: {need}: {answer}", line.row.id, cell.arch.word()));
                }
            }
        }
    }
    assert!(asked > 500, "{asked} asked");
    assert!(wrong.is_empty(), "{wrong:#?}");
}
