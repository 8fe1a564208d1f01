//! Everything that the page looks up, as one JSON value.

use lightest_model::catalog::{BlockerState, Catalog};
use lightest_model::space::{ALWAYS, Space};
use serde_json::{Value, json};

use super::answers::Answers;
use super::intern::Pool;
use super::statements::Statements;
use super::{configs, reach};
use crate::failure::Failure;
use crate::words;

/// The data of the page.
pub(crate) fn data(catalog: &Catalog) -> Result<Value, Failure> {
    let space = Space::of_tests(catalog);
    let mut statements = Statements::new(catalog);
    let mut answers = Answers::new(&space);
    let mut blocker_lists = Pool::default();
    let rows = configs::rows(&space, &mut answers, &mut blocker_lists);
    let matrix = configs::matrix(&space, &mut statements);
    let quirks: Vec<Value> = catalog
        .quirks
        .iter()
        .map(|quirk| {
            let evidence = statements.evidence(&quirk.evidence);
            json!([quirk.id, quirk.title, quirk.advice, evidence, quirk.cost.waits_s, quirk.cost.reboots])
        })
        .collect();
    let blockers: Vec<Value> = catalog
        .blockers
        .iter()
        .map(|blocker| {
            let evidence = statements.evidence(&blocker.evidence);
            let lifted = blocker.state == BlockerState::Lifted;
            json!([blocker.id, blocker.title, blocker.issue, lifted, blocker.since, evidence])
        })
        .collect();
    let questions: Vec<Value> = reach::questions(catalog)
        .iter()
        .map(|asking| {
            let answers = asking.question.answers.iter();
            let answers: Vec<Value> =
                answers.map(|answer| json!([answer.label, answer.requires, asking.choice(answer)])).collect();
            let (question, choices) = (asking.question, asking.choices.len());
            json!([question.id, question.ask, question.why, answers, choices])
        })
        .collect();
    let requirements: Vec<Value> = catalog
        .requirements
        .iter()
        .map(|requirement| {
            let aliases = requirement.aliases.join(" ");
            json!([requirement.id, requirement.title, requirement.meaning, requirement.group, aliases])
        })
        .chain(ALWAYS.iter().map(|id| json!([id])))
        .collect();
    let guests: Vec<Value> = catalog
        .guests
        .iter()
        .map(|guest| json!([guest.id, guest.title, words::short(&guest.title), guest.family, guest.agent]))
        .collect();
    let sizes: serde_json::Map<String, Value> = space
        .rows()
        .iter()
        .filter_map(|row| row.image?.bytes)
        .map(|bytes| (bytes.to_string(), json!(words::bytes(bytes))))
        .collect();
    let answers = answers.into_value(&mut statements)?;
    let (statements, places) = statements.into_values();
    let titles = |titles: Vec<(&str, &str)>| -> Vec<Value> {
        titles.into_iter().map(|(id, title)| json!([id, title])).collect()
    };
    Ok(json!({
        "questions": questions,
        "requirements": requirements,
        "guests": guests,
        "vmms": titles(catalog.vmms.iter().map(|vmm| (vmm.id.as_str(), vmm.title.as_str())).collect()),
        "boots": titles(catalog.boot_methods.iter().map(|boot| (boot.id.as_str(), boot.title.as_str())).collect()),
        "classes": titles(catalog.boot_classes.iter().map(|class| (class.id.as_str(), class.title.as_str())).collect()),
        "hosts": titles(catalog.hosts.iter().map(|host| (host.id.as_str(), host.title.as_str())).collect()),
        "isolation": titles(catalog.isolation.iter().map(|mode| (mode.id.word(), mode.title.as_str())).collect()),
        "sizes": sizes,
        "quirks": quirks,
        "blockers": blockers,
        "blockerLists": blocker_lists.into_value(),
        "configs": rows,
        "matrix": matrix,
        "answers": answers,
        "statements": statements,
        "places": places,
    }))
}
