//! `lightest verify`: holds what the catalog says of the lab's configurations against running guests.

use std::path::Path;

use clap::Args as ClapArgs;
use lightest_boot::probe::Found;
use lightest_model::catalog::Support;
use lightest_model::space::{Asked, Space};
use serde_json::json;

use super::{Lab, MachineArgs, probe};
use crate::args::Format;
use crate::failure::Failure;
use crate::json::{SCHEMA_VERSION, because, statement_evidence};
use crate::style::{aside, refused};
use crate::{exit, output, words};

/// What is verified when nothing is named: the configurations of the lab whose guests can be asked.
const USUAL: [&str; 4] = [
    "qemu_linux_direct_x64",
    "qemu_uefi_x64(vhd(small_x64))",
    "qemu_pcat_x64(vhd(small_x64))",
    "qemu_linux_direct_aarch64",
];

#[derive(Debug, ClapArgs)]
pub(crate) struct Verify {
    /// Configurations [default: those of the lab whose guests have an agent]
    #[arg(value_name = "CONFIG")]
    configs: Vec<String>,
    #[command(flatten)]
    machine: MachineArgs,
    /// How to print the answer
    #[arg(long, value_enum, default_value = "text")]
    format: Format,
}

/// One claim of the catalog beside what was seen.
struct Compared {
    config: String,
    found: Found,
    says: Support,
    because: String,
    evidence: String,
}

impl Compared {
    /// A *yes* that is not there, or a *no* that is. An unknown claims nothing.
    fn contradicts(&self) -> bool {
        matches!((self.says, self.found.met), (Support::Yes, false) | (Support::No, true))
    }
}

/// Boots each configuration, asks, and compares.
pub(crate) fn run(args: &Verify, catalog: Option<&Path>) -> Result<u8, Failure> {
    let lab = Lab::open(catalog)?;
    let texts: Vec<&str> = if args.configs.is_empty() {
        USUAL.to_vec()
    } else {
        args.configs.iter().map(String::as_str).collect()
    };
    let space = Space::of(lab.catalog, |_| true);
    let mut all = Vec::new();
    for text in texts {
        let config = lab.config(text, &args.machine)?;
        let Some(row) = space.position(&config) else {
            return Err(Failure::new(format!("the catalog says nothing of {config}")));
        };
        output::message(&format!("asking the guest of {config}"));
        // The catalog's answers are for a machine that was asked for everything that it can have.
        let machine = MachineArgs { network: true, tpm: true, ..args.machine.clone() };
        let plan = lab.plan(&config, &machine)?;
        for found in probe::ask(&lab, &plan)? {
            let Some(requirement) = space.requirement_index(&found.requirement) else { continue };
            let answer = space.answer(row, requirement, &Asked::default());
            all.push(Compared {
                config: config.to_string(),
                says: answer.support,
                because: because(answer.statement).to_owned(),
                evidence: statement_evidence(answer.statement),
                found,
            });
        }
    }
    let contradicted = all.iter().filter(|one| one.contradicts()).count();
    match args.format {
        Format::Json => {
            let claims: Vec<_> = all
                .iter()
                .map(|one| {
                    json!({"config": one.config, "requirement": one.found.requirement, "says": one.says.word(),
                           "because": one.because, "evidence": one.evidence, "met": one.found.met,
                           "asked": one.found.command, "answer": one.found.answer,
                           "contradicted": one.contradicts()})
                })
                .collect();
            output::json(&json!({"schema_version": SCHEMA_VERSION, "claims": claims,
                                 "contradicted": contradicted}))?;
        }
        Format::Text => output::data(&text(&all, contradicted))?,
    }
    Ok(if contradicted > 0 { exit::FINDINGS } else { exit::DONE })
}

fn text(all: &[Compared], contradicted: usize) -> String {
    let mut text = String::new();
    for one in all.iter().filter(|one| one.contradicts()) {
        let seen = if one.found.met { "the guest has it" } else { "the guest lacks it" };
        text.push_str(&format!(
            "{} {}: the catalog says {} to `{}`, {seen}\n  catalog: {} {}\n  asked: {}\n  answer: {}\n",
            refused("contradicted:"),
            one.config,
            one.says.word(),
            one.found.requirement,
            one.because,
            aside(&one.evidence),
            one.found.command,
            one.found.answer
        ));
    }
    let claimed = all.iter().filter(|one| one.says != Support::Unknown).count();
    let unknown = all.len() - claimed;
    text.push_str(&format!(
        "{} held against running guests, {contradicted} contradicted; of {unknown} more the catalog says that it does not know\n",
        words::count(claimed, "claim")
    ));
    text
}
