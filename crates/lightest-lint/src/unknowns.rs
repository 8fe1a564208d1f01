//! Unproven answers, and what a *yes* would save.
//!
//! An unknown is one configuration and one requirement: the configuration is known to give everything else that some
//! test asks, it is lighter than what that test can have today, and a single *yes* would make it the lightest. That is
//! worth one run. A yes for one configuration is never taken for another.

use std::collections::BTreeMap;

use lightest_diagnostics::Edit;
use lightest_model::catalog::{Capability, Cost, Support};
use lightest_model::space::{RequirementId, RowId, Space};

use crate::calls::Table;
use crate::dialect::Dialect;
use crate::facts::Test;
use crate::name::requirement_names;
use crate::needs::Needs;
use crate::rules::heavier_than_needed;
use crate::source::Source;
use crate::subject::{Context, PlacedVariant, Subject};

/// Something that nobody has shown.
#[derive(Debug)]
pub struct Unknown<'c> {
    /// The configuration.
    pub row: RowId,
    /// The requirement, or one that every configuration must meet.
    pub requirement: &'c str,
    /// The statement that calls it unknown; `None` where no statement covers it.
    pub statement: Option<&'c Capability>,
    /// The variants that would become lighter, those that `check` would report first.
    pub waiting: Vec<Waiting>,
    /// The run that would settle it; `None` where no test of the tree can show it.
    pub experiment: Option<Experiment>,
}

/// A variant that would become lighter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Waiting {
    /// Index of its test.
    pub test: usize,
    /// Its name.
    pub variant: String,
    /// The lightest configuration that would do today.
    pub from: RowId,
    /// Why `check` would keep silent about it, as a half sentence; `None` where it would report it.
    pub silence: Option<&'static str>,
    /// Its savings.
    pub saving: Saving,
}

/// The savings of a lighter configuration.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Saving {
    /// Bytes of image; negative where the lighter configuration has the larger one. `None` where a size is not known.
    pub image_bytes: Option<i64>,
    /// Boot classes.
    pub boot_classes: i64,
    /// The costs of quirks.
    pub quirks: Cost<i64>,
}

/// The run that would settle an unknown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Experiment {
    /// A variant of the tree runs it already: its result is all that is missing.
    Runs {
        /// Index of its test.
        test: usize,
        /// Its name.
        variant: String,
    },
    /// A variant to be added.
    Add {
        /// Index of the test.
        test: usize,
        /// The variant beside which it is added.
        beside: String,
        /// The edit; `None` where the framework has no spelling for a variant whose failure blocks nobody.
        edit: Option<Edit>,
    },
}

/// The unknowns of a tree's tests.
#[derive(Debug, Default)]
pub struct Unknowns<'c> {
    /// The unknowns, the most valuable first.
    pub unknowns: Vec<Unknown<'c>>,
    /// Tests of which it is not known what else they ask, so that nothing can be known to make them lighter.
    pub open: usize,
}

/// The unknowns of some tests. `measured` gives the seconds that a variant takes, where that is known: an experiment is
/// made with the quickest test.
#[must_use]
pub fn unknowns<'c>(
    tests: &[Test],
    sources: &[Source],
    dialect: &dyn Dialect,
    table: &Table,
    space: &Space<'c>,
    measured: &dyn Fn(&str) -> Option<f64>,
) -> Unknowns<'c> {
    let names = requirement_names(space.catalog());
    let needs: Vec<Needs> = tests.iter().map(|test| Needs::of(test, table)).collect();
    let subjects: Vec<Subject<'_, 'c>> = tests
        .iter()
        .zip(&needs)
        .map(|(test, needs)| {
            let context = Context { space, sources, dialect, requirement_names: &names, pedantic: false };
            Subject::new(test, needs, &[], context)
        })
        .collect();
    let mut found: BTreeMap<(RowId, RequirementId), Vec<Waiting>> = BTreeMap::new();
    for (index, subject) in subjects.iter().enumerate().filter(|(_, subject)| !subject.needs.is_open()) {
        for placed in &subject.placed {
            waiting(index, subject, placed, &mut found);
        }
    }
    let mut unknowns: Vec<Unknown<'c>> = found
        .into_iter()
        .map(|((row, requirement), mut waiting)| {
            waiting.sort_by_key(|waiting| waiting.silence.is_some());
            let experiment = experiment(&subjects, row, requirement, &waiting, measured);
            Unknown {
                row,
                requirement: space.requirement_id(requirement),
                statement: statement(&subjects, row, requirement, &waiting),
                waiting,
                experiment,
            }
        })
        .collect();
    unknowns.sort_by_key(|unknown| std::cmp::Reverse(unknown.value()));
    Unknowns { unknowns, open: subjects.iter().filter(|subject| subject.needs.is_open()).count() }
}

impl Unknown<'_> {
    /// The variants that `check` would report as too heavy, once this is known.
    pub fn findings(&self) -> impl Iterator<Item = &Waiting> {
        self.waiting.iter().filter(|waiting| waiting.silence.is_none())
    }

    /// What a *yes* is worth: variants that become findings, their image bytes, boot classes and waits; then the same of
    /// all that wait.
    fn value(&self) -> impl Ord + use<> {
        let sum = |of: fn(&Saving) -> i64, all: bool| -> i64 {
            let counted = self.waiting.iter().filter(|waiting| all || waiting.silence.is_none());
            counted.map(|waiting| of(&waiting.saving)).sum()
        };
        let quirks = self.findings().map(|waiting| waiting.saving.quirks);
        let bytes = |saving: &Saving| saving.image_bytes.unwrap_or(0);
        let count = |all| sum(|_| 1, all);
        (
            count(false),
            sum(bytes, false),
            sum(|saving| saving.boot_classes, false),
            quirks.fold(Cost::default(), |sum, cost| sum.combined(cost, i64::saturating_add)),
            count(true),
            sum(bytes, true),
            sum(|saving| saving.boot_classes, true),
        )
    }
}

/// The configurations that one *yes* would make the lightest for a variant.
fn waiting(
    test: usize,
    subject: &Subject<'_, '_>,
    placed: &PlacedVariant<'_>,
    found: &mut BTreeMap<(RowId, RequirementId), Vec<Waiting>>,
) {
    let Some(own) = placed.row else { return };
    let variant = placed.variant;
    let row = subject.row(own);
    let alike = |other: &lightest_model::space::Row<'_>| {
        other.config.arch == row.config.arch
            && other.config.vmm == row.config.vmm
            && other.config.isolation == row.config.isolation
            && other.boot.openhcl == row.boot.openhcl
    };
    let best = subject.lightest(variant, alike);
    let asked_own = subject.asked_by_all(own, variant);
    let from = best.filter(|best| subject.is_lighter(*best, own, &asked_own)).unwrap_or(own);
    for (id, other) in subject.space.enumerate().filter(|(_, other)| alike(other)) {
        // An image of another architecture is not a lighter choice: it is none.
        if other.guest.arch.is_some_and(|arch| arch != other.config.arch) {
            continue;
        }
        let asked = subject.asked_by_all(id, variant);
        if !subject.is_lighter(id, from, &asked) {
            continue;
        }
        let mut missing = subject.space.demands(&asked).filter_map(|demand| {
            let support = subject.space.answer(id, demand, &asked).support;
            (support != Support::Yes).then_some((demand, support))
        });
        let (Some((demand, Support::Unknown)), None) = (missing.next(), missing.next()) else { continue };
        let silence = heavier_than_needed::silence(subject, placed, own, id, &asked);
        found.entry((id, demand)).or_default().push(Waiting {
            test,
            variant: placed.variant.name.clone(),
            from,
            silence: silence.map(heavier_than_needed::Silence::reason),
            saving: saving(subject, from, id, &asked),
        });
    }
}

fn saving(subject: &Subject<'_, '_>, from: RowId, to: RowId, asked: &lightest_model::space::Asked) -> Saving {
    let (before, after) = (subject.space.price(from, asked), subject.space.price(to, asked));
    let bytes = |row: RowId, bytes: Option<u64>| match bytes {
        Some(bytes) => i64::try_from(bytes).ok(),
        None => (!subject.has_image(row)).then_some(0),
    };
    let class = |row: RowId| i64::try_from(subject.boot_class(row, asked)).unwrap_or(0);
    Saving {
        image_bytes: bytes(from, before.image_bytes)
            .zip(bytes(to, after.image_bytes))
            .map(|(before, after)| before - after),
        boot_classes: class(from) - class(to),
        quirks: before.quirks.beyond(after.quirks),
    }
}

/// The statement that decides, in the situation of the first variant that waits.
fn statement<'c>(
    subjects: &[Subject<'_, 'c>],
    row: RowId,
    requirement: RequirementId,
    waiting: &[Waiting],
) -> Option<&'c Capability> {
    let first = waiting.first()?;
    let subject = &subjects[first.test];
    let variant = subject.placed.iter().find(|placed| placed.variant.name == first.variant)?.variant;
    subject.space.answer(row, requirement, &subject.asked_by_all(row, variant)).statement
}

/// The cheapest run that shows whether a configuration gives a requirement.
fn experiment(
    subjects: &[Subject<'_, '_>],
    row: RowId,
    requirement: RequirementId,
    waiting: &[Waiting],
    measured: &dyn Fn(&str) -> Option<f64>,
) -> Option<Experiment> {
    // Whoever runs at all shows that it runs; only a test that asks for something can show that.
    let shows = |subject: &Subject<'_, '_>| {
        let id = subject.space.requirement_id(requirement);
        if id == "runs" {
            return true;
        }
        let words = subject.needs.shown_of(subject.row(row)).map(|need| need.requirement.as_str());
        let known = words.filter(|word| subject.catalog().requirement(word).is_some());
        subject.ask(known).contains(requirement)
    };
    let seconds = |name: &str| measured(name).unwrap_or(f64::INFINITY);
    let runs =
        subjects.iter().enumerate().filter(|(_, subject)| shows(subject)).flat_map(|(test, subject)| {
            let here = subject.placed.iter().filter(|placed| placed.row == Some(row));
            here.filter(|placed| placed.variant.ignored.is_none())
                .map(move |placed| (test, placed.variant.name.clone()))
        });
    let quickest = runs
        .min_by(|(_, one), (_, other)| seconds(one).total_cmp(&seconds(other)).then_with(|| one.cmp(other)));
    if let Some((test, variant)) = quickest {
        return Some(Experiment::Runs { test, variant });
    }
    // A list takes each configuration once.
    let candidates = waiting.iter().filter(|waiting| {
        let subject = &subjects[waiting.test];
        shows(subject) && !subject.lists(row)
    });
    let cheapest = candidates.min_by(|one, other| {
        let asks = |waiting: &Waiting| subjects[waiting.test].requirements(row).len();
        // Beside a variant that boots the same way, so that what else the attribute names fits.
        let differs = |waiting: &Waiting| {
            let subject = &subjects[waiting.test];
            let beside = subject.placed.iter().find(|placed| placed.variant.name == waiting.variant);
            beside
                .and_then(|placed| placed.row)
                .is_none_or(|own| subject.row(own).boot.id != subject.row(row).boot.id)
        };
        seconds(&one.variant)
            .total_cmp(&seconds(&other.variant))
            .then_with(|| asks(one).cmp(&asks(other)))
            .then_with(|| differs(one).cmp(&differs(other)))
            .then_with(|| one.variant.cmp(&other.variant))
    })?;
    let subject = &subjects[cheapest.test];
    let placed = subject.placed.iter().find(|placed| placed.variant.name == cheapest.variant)?;
    let config = subject.named_config(row);
    let reason = match subject.space.requirement_id(requirement) {
        "runs" => format!("tries whether {config} runs"),
        id => format!("tries whether {config} provides {id}"),
    };
    Some(Experiment::Add {
        test: cheapest.test,
        beside: cheapest.variant.clone(),
        edit: subject.add_experiment(placed, row, &reason),
    })
}
