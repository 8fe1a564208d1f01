//! `lightest verify`: checks the catalog's statements on the lab's configurations against running guests.

use std::time::Duration;

use lightest_lab::machine::Machine;
use lightest_lab::plan::Plan;
use lightest_lab::probe::Found;
use lightest_lab::verify;
use lightest_model::catalog::Support;
use lightest_model::config::{Config, Form};
use lightest_model::space::{Asked, Space};

use super::super::options::{MachineArgs, Verify};
use super::{Lab, driver_of, probe, spelled, start_failure};
use crate::args::Format;
use crate::failure::Failure;
use crate::json::{because, statement_evidence};
use crate::schema::{VERSION, lab as schema};
use crate::session::Session;
use crate::style::{aside, refused};
use crate::{exit, output, words};

/// How long a guest may take to turn itself off.
const LIMIT: Duration = Duration::from_secs(60);

/// One claim of the catalog beside what was seen.
struct ComparedClaim {
    config: String,
    found: Found,
    claimed: Support,
    because: String,
    evidence: String,
}

impl ComparedClaim {
    /// A *yes* that is not there, or a *no* that is. An unknown claims nothing.
    fn contradicts(&self) -> bool {
        matches!((self.claimed, self.found.met), (Support::Yes, false) | (Support::No, true))
    }
}

/// Boots each configuration, asks, and compares.
pub(crate) fn run(args: &Verify, session: &Session) -> Result<u8, Failure> {
    let lab = Lab::open(session)?;
    let space = Space::of(lab.catalog, |_| true);
    let mut configs = lab.configs(&args.configs, &args.machine)?;
    if args.configs.is_empty() {
        for candidate in verify::candidates(lab.catalog, &space, &lab.store) {
            match candidate.left_out {
                None => configs.push(candidate.config),
                Some(why) => output::message(&format!("skipped {}: {why}", spelled(&candidate.config))),
            }
        }
    }
    let mut all = Vec::new();
    for config in configs {
        let Some(row) = space.position(&config) else {
            return Err(Failure::new(format!("the catalog has no facts about {}", spelled(&config))));
        };
        output::message(&format!("querying the guest of {}", spelled(&config)));
        let driver = driver_of(&config, args.machine.vmm.as_deref())?;
        let devices = verify::devices(driver.abilities(), &config);
        let machine = MachineArgs { network: devices.network, tpm: devices.tpm, ..args.machine.clone() };
        let plan = lab.plan(&config, &machine)?;
        for found in seen(&lab, &config, &plan)? {
            let Some(requirement) = space.requirement(&found.requirement) else { continue };
            let answer = space.answer(row, requirement, &Asked::default());
            all.push(ComparedClaim {
                config: spelled(&config),
                claimed: answer.support,
                because: because(answer.statement).to_owned(),
                evidence: statement_evidence(answer.statement),
                found,
            });
        }
    }
    let contradicted = all.iter().filter(|one| one.contradicts()).count();
    match args.format {
        Format::Json => {
            let claims = all.iter().map(|one| schema::Claim {
                config: &one.config,
                requirement: &one.found.requirement,
                says: one.claimed.into(),
                because: &one.because,
                evidence: &one.evidence,
                met: one.found.met,
                asked: &one.found.command,
                answer: &one.found.answer,
                contradicted: one.contradicts(),
            });
            let claims = claims.collect();
            output::json(&schema::Verified { schema_version: VERSION, claims, contradicted })?;
        }
        Format::Text => output::data(&text(&all, contradicted))?,
    }
    Ok(if contradicted > 0 { exit::FINDINGS } else { exit::DONE })
}

/// Whether it runs at all, and what it states about itself: a guest with an agent is asked, another shows it by reaching its goal.
fn seen(lab: &Lab, config: &Config, plan: &Plan) -> Result<Vec<Found>, Failure> {
    let mut all = Vec::new();
    let mut enter = |requirement: &str, met: bool, answer: &str| {
        all.push(Found {
            requirement: requirement.to_owned(),
            met,
            command: format!("boot it, and wait for {}", plan.spec.goal.describe()),
            answer: answer.to_owned(),
        });
    };
    let mut machine = Machine::start(plan, &lab.host, &mut |_| ()).map_err(|error| start_failure(&error))?;
    if let Err(failure) = machine.boot(&mut |_| ()) {
        enter("runs", false, &failure.to_string());
        return Ok(all);
    }
    let at = machine.reached_at().unwrap_or_default().as_secs_f64();
    let answer = format!("it came after {at:.1} s");
    enter("runs", true, &answer);
    match config.guest.form {
        Form::None => enter("no-guest", true, &answer),
        Form::UefiApp => enter("boot-services", true, &answer),
        Form::Vhd | Form::Iso | Form::Direct => {}
    }
    if matches!(config.guest.form, Form::None | Form::UefiApp) {
        // The goal is a line on it.
        enter("serial", true, &answer);
    } else {
        all.extend(probe::questions_to(&machine, plan)?);
    }
    // A failure to stop does not change the answers.
    let _ = machine.end(LIMIT, &mut |_| ());
    Ok(all)
}

fn text(all: &[ComparedClaim], contradicted: usize) -> String {
    let mut text = String::new();
    for one in all.iter().filter(|one| one.contradicts()) {
        let seen = if one.found.met { "the guest has it" } else { "the guest lacks it" };
        text.push_str(&format!(
            "{} {}: the catalog has {} for `{}`, but {seen}\n  catalog: {} {}\n  asked: {}\n  answer: {}\n",
            refused("contradicted:"),
            one.config,
            one.claimed.word(),
            one.found.requirement,
            one.because,
            aside(&one.evidence),
            one.found.command,
            one.found.answer
        ));
    }
    let claimed = all.iter().filter(|one| one.claimed != Support::Unknown).count();
    let unknown = all.len() - claimed;
    text.push_str(&format!(
        "{} checked against running guests, {contradicted} contradicted; {unknown} more are marked unknown\n",
        words::count(claimed, "claim")
    ));
    text
}
