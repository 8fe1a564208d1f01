//! Filters of a list of configurations, and the filter that leaves it empty.

use clap::Args as ClapArgs;
use lightest_model::catalog::{Catalog, Support};
use lightest_model::config::{Arch, Config, Isolation};
use lightest_model::space::{Asked, RowId, Space};
use lightest_model::suggest::nearest;

use super::Kind;
use crate::failure::Failure;
use crate::framework::Framework;
use crate::words;

#[derive(Debug, Default, ClapArgs)]
pub(super) struct Filters {
    /// Only with this guest: an identifier, a family or an operating system
    #[arg(long, value_name = "GUEST", value_delimiter = ',', value_parser = crate::commands::word)]
    guest: Vec<String>,
    /// Only with this boot method
    #[arg(long, value_name = "METHOD", value_delimiter = ',', value_parser = crate::commands::word)]
    boot: Vec<String>,
    /// Only on this architecture
    #[arg(long, value_name = "ARCH", value_delimiter = ',', value_parser = crate::commands::word)]
    arch: Vec<String>,
    /// Only with this VMM
    #[arg(long, value_name = "VMM", value_delimiter = ',', value_parser = crate::commands::word)]
    vmm: Vec<String>,
    /// Only with this isolation: `vbs`, `snp`, `tdx` or `none`
    #[arg(long, value_name = "MODE", value_delimiter = ',', value_parser = crate::commands::word)]
    isolation: Vec<String>,
    /// Only what provides all of these requirements
    #[arg(long, value_name = "NEED", value_delimiter = ',', value_parser = crate::commands::word)]
    provides: Vec<String>,
    /// Also list what only `lightest boot` can run
    #[arg(long)]
    lab: bool,
    /// Also list what cannot run
    #[arg(long)]
    all: bool,
}

/// The rest of a list.
pub(super) struct Filtered {
    /// Configurations of the space, in its order.
    pub(super) rows: Vec<RowId>,
    /// Entries that are hidden by default, in words; empty where there are none.
    pub(super) hidden: Vec<String>,
}

/// Whether a configuration is let through, which may be one of the space.
type Filter<'a> = Box<dyn Fn(&Config, Option<RowId>) -> bool + 'a>;

/// A filter, as it was written, with what it lets through.
struct Step<'a> {
    written: String,
    keeps: Filter<'a>,
}

impl Filters {
    /// Refuses filters that mean nothing for a kind of entry.
    pub(super) fn check(&self, kind: Kind, what: &str) -> Result<(), Failure> {
        let any = |name: &str| match kind {
            Kind::Configs | Kind::Guests => true,
            // Every variant of a test is listed, whatever runs it.
            Kind::Tests => !matches!(name, "--lab" | "--all"),
            _ => false,
        };
        let given = [
            ("--guest", !self.guest.is_empty()),
            ("--boot", !self.boot.is_empty()),
            ("--arch", !self.arch.is_empty()),
            ("--vmm", !self.vmm.is_empty()),
            ("--isolation", !self.isolation.is_empty()),
            ("--provides", !self.provides.is_empty()),
            ("--lab", self.lab),
            ("--all", self.all),
        ];
        let wrong = given.iter().find(|(name, given)| *given && !any(name));
        let Some((name, _)) = wrong else { return Ok(()) };
        Err(Failure::new(format!("`{name}` does not filter {what}")).help(match *name {
            "--lab" | "--all" => "it filters `list configs` and `list guests`",
            _ => "it filters `list configs`, `list guests` and `list tests`",
        }))
    }

    /// The configurations of a space that are wanted, those that are hidden left out.
    pub(super) fn rows(&self, space: &Space<'_>, framework: Framework) -> Result<Filtered, Failure> {
        let steps = self.steps(space, framework)?;
        let catalog = space.catalog();
        let all = RowId::all(space).collect();
        let keeps = |step: &Step<'_>, row: &RowId| (step.keeps)(&space.row(*row).config, Some(*row));
        let mut rows = apply(&steps, all, keeps, "configuration");
        let names_lab = self.vmm.iter().any(|vmm| catalog.vmm(vmm).is_some_and(|vmm| vmm.lab));
        let is_lab = |row: &RowId| space.row(*row).vmm.lab;
        let asked = Asked::default();
        let cannot_run = |row: &RowId| space.answer(*row, space.runs(), &asked).support == Support::No;
        let mut hidden = Vec::new();
        let mut hide = |rows: Vec<RowId>, is_hidden: &dyn Fn(&RowId) -> bool, what: &str, option: &str| {
            let (out, left): (Vec<RowId>, Vec<RowId>) = rows.into_iter().partition(is_hidden);
            if !out.is_empty() {
                hidden.push(format!("{} {what} (`{option}` shows them)", out.len()));
            }
            left
        };
        if !self.lab && !names_lab {
            rows = hide(rows, &is_lab, "of the lab", "--lab");
        }
        if !self.all {
            rows = hide(rows, &cannot_run, "that cannot run", "--all");
        }
        Ok(Filtered { rows, hidden })
    }

    /// The configurations among some that are wanted, each with its index.
    pub(super) fn of(
        &self,
        space: &Space<'_>,
        configs: Vec<(usize, &Config)>,
        framework: Framework,
    ) -> Result<Vec<usize>, Failure> {
        let steps = self.steps(space, framework)?;
        let keeps =
            |step: &Step<'_>, (_, config): &(usize, &Config)| (step.keeps)(config, space.position(config));
        let left = apply(&steps, configs, keeps, "variant");
        Ok(left.into_iter().map(|(index, _)| index).collect())
    }

    fn steps<'a>(&'a self, space: &'a Space<'_>, framework: Framework) -> Result<Vec<Step<'a>>, Failure> {
        let catalog = space.catalog();
        let mut steps: Vec<Step<'a>> = Vec::new();
        let mut add = |name: &str, words: &[String], keeps: Filter<'a>| {
            if !words.is_empty() {
                steps.push(Step { written: format!("{name} {}", words.join(",")), keeps });
            }
        };
        let guests = catalog
            .guests
            .iter()
            .flat_map(|guest| [guest.id.as_str(), guest.family.as_str(), guest.os.word()]);
        known("--guest", "guest", &self.guest, guests)?;
        add(
            "--guest",
            &self.guest,
            Box::new(|config, _| {
                let guest = catalog.guests.iter().find(|guest| guest.id == config.guest.id);
                self.guest.iter().any(|word| {
                    *word == config.guest.id
                        || guest.is_some_and(|guest| *word == guest.family || word == guest.os.word())
                })
            }),
        );
        known("--boot", "boot method", &self.boot, catalog.boot_methods.iter().map(|boot| boot.id.as_str()))?;
        add("--boot", &self.boot, Box::new(|config, _| self.boot.contains(&config.boot)));
        known("--arch", "architecture", &self.arch, Arch::ALL.map(Arch::word))?;
        add(
            "--arch",
            &self.arch,
            Box::new(|config, _| self.arch.iter().any(|arch| arch == config.arch.word())),
        );
        known("--vmm", "VMM", &self.vmm, catalog.vmms.iter().map(|vmm| vmm.id.as_str()))?;
        add(
            "--vmm",
            &self.vmm,
            Box::new(|config, _| config.vmm.as_ref().is_some_and(|vmm| self.vmm.contains(vmm))),
        );
        let modes = Isolation::ALL.map(Isolation::word).into_iter().chain(["none"]);
        known("--isolation", "isolation", &self.isolation, modes)?;
        add(
            "--isolation",
            &self.isolation,
            Box::new(|config, _| {
                let mode = config.isolation.map_or("none", Isolation::word);
                self.isolation.iter().any(|word| word == mode)
            }),
        );
        let needs = asked(catalog, &self.provides, framework)?;
        add(
            "--provides",
            &self.provides,
            Box::new(move |_, row| {
                row.is_some_and(|row| {
                    needs
                        .indices()
                        .iter()
                        .all(|need| space.answer(row, *need, &needs).support == Support::Yes)
                })
            }),
        );
        Ok(steps)
    }
}

/// What is left after each filter. The one that leaves nothing is named to the user.
fn apply<T>(steps: &[Step<'_>], all: Vec<T>, keeps: impl Fn(&Step<'_>, &T) -> bool, what: &str) -> Vec<T> {
    let mut left = all;
    for (at, step) in steps.iter().enumerate() {
        let before = left.len();
        left.retain(|one| keeps(step, one));
        if left.is_empty() && before > 0 {
            let others: Vec<String> = steps[..at].iter().map(|step| format!("`{}`", step.written)).collect();
            let of = match others.as_slice() {
                [] => words::count(before, what),
                others => {
                    format!("the {} with {}", words::count(before, what), words::list(others, "and"))
                }
            };
            crate::output::message(&format!("nothing to list: `{}` leaves none of {of}", step.written));
        }
    }
    left
}

/// Refuses words that are not known.
fn known<'w>(
    name: &str,
    what: &str,
    given: &[String],
    known: impl IntoIterator<Item = &'w str>,
) -> Result<(), Failure> {
    if given.is_empty() {
        return Ok(());
    }
    let known: Vec<&str> = known.into_iter().collect();
    let Some(word) = given.iter().find(|word| !known.contains(&word.as_str())) else { return Ok(()) };
    let failure = Failure::new(format!("there is no {what} `{word}` (`{name}`)"));
    Err(match nearest(word, known.iter().copied()) {
        Some(near) => failure.help(format!("did you mean `{near}`?")),
        None => {
            let mut few: Vec<&str> = Vec::new();
            for word in known {
                if !few.contains(&word) && few.len() < 12 {
                    few.push(word);
                }
            }
            failure.help(format!("known: `{}`", few.join("`, `")))
        }
    })
}

/// Requirements as they are asked for.
fn asked(catalog: &Catalog, given: &[String], framework: Framework) -> Result<Asked, Failure> {
    for word in given {
        if catalog.requirement(word).is_some() {
            continue;
        }
        let failure = Failure::new(format!("there is no requirement `{word}` (`--provides`)"));
        let ids = catalog.requirements.iter().map(|requirement| requirement.id.as_str());
        return Err(match catalog.related(word).or_else(|| nearest(word, ids)) {
            Some(near) => failure.help(format!("did you mean `{near}`?")),
            None => {
                failure.help(format!("`lightest {}list requirements` lists them all", framework.argument()))
            }
        });
    }
    let ids = given.iter().filter_map(|word| catalog.requirement(word)).map(|known| known.id.as_str());
    Asked::new(catalog, ids)
        .map_err(|word| Failure::new(format!("there is no requirement `{word}` (`--provides`)")))
}
