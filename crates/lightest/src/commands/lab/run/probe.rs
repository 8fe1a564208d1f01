//! `lightest probe CONFIG`: asks a running guest what it has.

use std::time::Duration;

use lightest_lab::machine::Machine;
use lightest_lab::measure::Circumstances;
use lightest_lab::plan::Plan;
use lightest_lab::probe::{self, Found};

use super::super::options::Probe;
use super::{Lab, refuse_ignored_options, show, start_failure};
use crate::args::Format;
use crate::failure::Failure;
use crate::schema::{VERSION, lab as schema};
use crate::session::Session;
use crate::style::aside;
use crate::{exit, output};

/// How long one question may take.
const LIMIT: Duration = Duration::from_secs(30);

/// Boots, asks, and prints.
pub(crate) fn run(args: &Probe, session: &Session) -> Result<u8, Failure> {
    let Some(config) = &args.config else {
        return Err(Failure::new("there is nothing to probe").help("name a configuration or an image"));
    };
    let lab = Lab::open(session)?;
    let config = lab.config(config, &args.machine)?;
    refuse_ignored_options(std::slice::from_ref(&config), &args.machine)?;
    let plan = lab.plan(&config, &args.machine)?;
    let circumstances = Circumstances::now(&plan, &lab.host, 0, std::slice::from_ref(&plan.spec.config));
    let out = args.out.as_deref().map(output::Appender::open).transpose()?;
    let found = ask(&lab, &plan)?;
    let answer = schema::Probed {
        schema_version: VERSION,
        config: &plan.spec.config,
        circumstances: None,
        found: &found,
    };
    if let Some(out) = &out {
        out.json_lines(&[schema::Probed { circumstances: Some(&circumstances), ..answer }])?;
    }
    match args.format {
        Format::Json => output::json(&answer)?,
        Format::Text => {
            let mut text = String::new();
            for one in &found {
                let word = if one.met { "yes" } else { "no" };
                let answer = if one.met { one.answer.as_str() } else { one.command.as_str() };
                text.push_str(&format!("{:<16} {word:<4} {}\n", one.requirement, aside(answer)));
            }
            output::data(&text)?;
        }
    }
    Ok(exit::DONE)
}

/// Boots the machine and asks its guest everything.
fn ask(lab: &Lab, plan: &Plan) -> Result<Vec<Found>, Failure> {
    let mut machine = Machine::start(plan, &lab.host, &mut |_| ()).map_err(|error| start_failure(&error))?;
    if let Err(failure) = machine.boot(&mut |_| ()) {
        let report = machine.finish(Err(failure));
        return Err(Failure::new(format!("{} does not boot", plan.spec.config)).note(show::failure(&report)));
    }
    let found = questions_to(&machine, plan)?;
    // A failure to stop does not change the answers.
    let _ = machine.end(LIMIT, &mut |_| ());
    Ok(found)
}

/// Asks the guest of a running machine everything.
pub(super) fn questions_to(machine: &Machine, plan: &Plan) -> Result<Vec<Found>, Failure> {
    let agent = machine.agent().ok_or_else(|| {
        Failure::new(format!("the guest of {} has no agent to ask", plan.spec.config)).help(
            "only a guest with an agent can be probed; firmware alone and the UEFI application have none",
        )
    })?;
    probe::ask(agent, LIMIT).map_err(|error| Failure::new(format!("the guest does not answer: {error}")))
}
