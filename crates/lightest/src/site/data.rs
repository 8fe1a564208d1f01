//! Everything that the page looks up.

use lightest_model::catalog::{BlockerState, UNITS};
use lightest_model::config::Arch;
use lightest_model::space::ALWAYS;

use super::answers::Answers;
use super::intern::Pool;
use super::records::{Blocker, Choice, Data, Guest, Question, Quirk, Requirement, Titled};
use super::statements::Statements;
use super::{Site, configs, reach};
use crate::failure::Failure;
use crate::words;

/// The data of the page, as JSON.
pub(super) fn json(site: &Site<'_, '_>) -> Result<String, Failure> {
    serde_json::to_string(&data(site)?)
        .map_err(|error| Failure::new(format!("the page's data cannot be written as JSON: {error}")))
}

fn data<'c>(site: &Site<'_, 'c>) -> Result<Data<'c>, Failure> {
    let (space, catalog) = (site.spelled.space, site.spelled.space.catalog());
    let mut statements = Statements::new(catalog);
    let mut answers = Answers::new(*site);
    let mut blocker_lists = Pool::default();
    let configs = configs::rows(site, &mut answers, &mut blocker_lists);
    let matrix = configs::matrix(space, &mut statements);
    let quirks = catalog.quirks.iter().map(|quirk| {
        let evidence = statements.evidence(&quirk.evidence);
        Quirk(&quirk.id, &quirk.title, &quirk.advice, evidence, quirk.cost.amounts())
    });
    let quirks = quirks.collect();
    let blockers = catalog.blockers.iter().map(|blocker| {
        let evidence = statements.evidence(&blocker.evidence);
        let lifted = blocker.state == BlockerState::Lifted;
        Blocker(&blocker.id, &blocker.title, &blocker.issue, lifted, blocker.since.as_deref(), evidence)
    });
    let blockers = blockers.collect();
    let questions = reach::questions(catalog);
    let questions = questions.iter().map(|asking| {
        let answers = asking.question.answers.iter();
        let answers = answers.map(|answer| Choice(&answer.label, &answer.requires, asking.choice(answer)));
        let (question, choices) = (asking.question, asking.choices.len());
        Question(&question.id, &question.ask, &question.why, answers.collect(), choices)
    });
    let asked = catalog.requirements.iter().map(|known| {
        let aliases = known.aliases.join(" ");
        Requirement::Asked(&known.id, &known.title, &known.meaning, &known.group, aliases)
    });
    let guests = catalog.guests.iter().map(|guest| {
        let short = words::short(&guest.title);
        Guest(&guest.id, &guest.title, short, &guest.family, guest.agent.as_deref())
    });
    let sizes = space.rows().iter().filter_map(|row| row.image?.bytes);
    let answers = answers.into_page(&mut statements)?;
    let (statements, places) = statements.into_values();
    Ok(Data {
        archs: catalog.archs().map(Arch::word).collect(),
        questions: questions.collect(),
        requirements: asked.chain(ALWAYS.map(|id| Requirement::Always([id]))).collect(),
        guests: guests.collect(),
        vmms: catalog.vmms.iter().map(|vmm| Titled(&vmm.id, &vmm.title)).collect(),
        boots: catalog.boot_methods.iter().map(|boot| Titled(&boot.id, &boot.title)).collect(),
        classes: catalog.boot_classes.iter().map(|class| Titled(&class.id, &class.title)).collect(),
        hosts: catalog.hosts.iter().map(|host| Titled(&host.id, &host.title)).collect(),
        isolation: catalog.isolation.iter().map(|mode| Titled(mode.id.word(), &mode.title)).collect(),
        sizes: sizes.map(|bytes| (bytes, words::bytes(bytes))).collect(),
        costs: UNITS.map(|unit| unit.full).to_vec(),
        quirks,
        blockers,
        blocker_lists: blocker_lists.into_values(),
        configs,
        matrix,
        answers,
        statements,
        places,
    })
}
