//! One test under judgement, with everything that rules ask about it.

use foldhash::{HashMap, HashSet};
use std::cell::{OnceCell, RefCell};
use std::rc::Rc;

use lightest_model::catalog::{Catalog, Quirk, Support};
use lightest_model::config::{Arch, Config, Form};
use lightest_model::space::{Answer, Asked, RequirementId, Row, RowId, Space, Weight};

use crate::dialect::Dialect;
use crate::facts::{Declaration, Test, Variant};
use crate::finding::{Cost, Finding};
use crate::name::named;
use crate::needs::{Need, Needs};
use crate::reasons::Comments;
use crate::rules::heavier_than_needed::Memo;
use crate::source::Source;
use lightest_diagnostics::{Label, RuleId, Span};

/// A test under judgement.
pub(crate) struct Subject<'a, 'c> {
    pub(crate) test: &'a Test,
    pub(crate) needs: &'a Needs,
    /// The tests that share the guest; empty where it is one test's own.
    pub(crate) sharing: &'a [SharingTest<'a>],
    pub(crate) space: &'a Space<'c>,
    pub(crate) sources: &'a [Source],
    pub(crate) dialect: &'a dyn Dialect,
    pub(crate) pedantic: bool,
    /// Every variant with its place in the space.
    pub(crate) placed: Vec<PlacedVariant<'a>>,
    /// Requirements that the test's name mentions.
    pub(crate) named: Vec<&'a str>,
    /// Needs by index, without those that ask the same of the same configurations as one before.
    distinct: Vec<usize>,
    /// Those of them that are asked of some configurations only.
    conditional: Vec<usize>,
    /// The rows that the list has.
    listed: HashSet<RowId>,
    /// Cached requirements of each situation.
    known: RefCell<HashMap<Situation, Rc<Asked>>>,
    /// Cached closures of sets of requirements.
    asks: RefCell<HashMap<Vec<RequirementId>, Rc<Asked>>>,
    /// Whether a comment names a row, for the rows that were asked so far.
    in_comments: RefCell<HashMap<RowId, bool>>,
    /// Cached suitability of each row, by the requirements beside the body.
    suited: RefCell<HashMap<VariantDemand, Vec<Suitability>>>,
    comments: OnceCell<Comments>,
    /// The result of `heavier-than-needed` for the whole list.
    pub(crate) heaviness: Memo,
}

/// Requirements of a variant itself: whether the agent is wanted, and those of its files.
type VariantDemand = (Option<bool>, String);

/// Whether a row provides everything that is asked for.
#[derive(Clone, Debug)]
enum Suitability {
    NotAsked,
    No,
    Yes(Weight),
}

impl Suitability {
    fn weight(&self) -> Option<&Weight> {
        match self {
            Self::Yes(weight) => Some(weight),
            Self::NotAsked | Self::No => None,
        }
    }
}

/// The inputs of every judgement.
#[derive(Clone, Copy)]
pub(crate) struct Context<'a, 'c> {
    pub(crate) space: &'a Space<'c>,
    pub(crate) sources: &'a [Source],
    pub(crate) dialect: &'a dyn Dialect,
    /// See [`requirement_names`](crate::name::requirement_names).
    pub(crate) requirement_names: &'a [(String, &'a str)],
    pub(crate) pedantic: bool,
}

/// One of several tests that share a guest.
pub(crate) struct SharingTest<'a> {
    pub(crate) test: &'a Test,
    pub(crate) needs: Needs,
}

/// The key of a set of requirements: those of the variant, and the conditional needs that apply.
type Situation = (VariantDemand, Vec<bool>);

/// The requirement of a declaration itself: the agent, or its absence.
fn declared(agent: Option<bool>) -> Option<&'static str> {
    agent.map(|agent| if agent { "agent" } else { "no-agent" })
}

/// Requirements of a variant itself: those of its declaration, and of the files that it names.
pub(crate) fn stated(variant: &Variant) -> impl Iterator<Item = &str> {
    declared(variant.agent).into_iter().chain(variant.brings.iter().map(String::as_str))
}

/// A variant and its place in the space.
#[derive(Clone, Copy)]
pub(crate) struct PlacedVariant<'a> {
    pub(crate) declaration: &'a Declaration,
    pub(crate) variant: &'a Variant,
    /// Its configuration in the space; `None` where the space does not contain it.
    pub(crate) row: Option<RowId>,
}

impl<'a, 'c: 'a> Subject<'a, 'c> {
    pub(crate) fn new(
        test: &'a Test,
        needs: &'a Needs,
        sharing: &'a [SharingTest<'a>],
        context: Context<'a, 'c>,
    ) -> Self {
        let Context { space, sources, dialect, requirement_names, pedantic } = context;
        let placed: Vec<PlacedVariant<'_>> = test
            .declarations
            .iter()
            .flat_map(|declaration| declaration.variants.iter().map(move |variant| (declaration, variant)))
            .map(|(declaration, variant)| PlacedVariant {
                declaration,
                variant,
                row: space.position(&variant.config),
            })
            .collect();
        let distinct = needs.distinct();
        let conditional = distinct.iter().copied().filter(|index| needs.needs[*index].is_conditional());
        Self {
            test,
            needs,
            sharing,
            space,
            sources,
            dialect,
            pedantic,
            named: match sharing {
                [] => named(test, requirement_names),
                sharing => {
                    let mut all: Vec<&str> =
                        sharing.iter().flat_map(|one| named(one.test, requirement_names)).collect();
                    all.sort_unstable();
                    all.dedup();
                    all
                }
            },
            conditional: conditional.collect(),
            distinct,
            listed: placed.iter().filter_map(|placed| placed.row).collect(),
            placed,
            known: RefCell::default(),
            asks: RefCell::default(),
            in_comments: RefCell::default(),
            suited: RefCell::default(),
            heaviness: Memo::default(),
            comments: OnceCell::new(),
        }
    }

    pub(crate) fn catalog(&self) -> &'c Catalog {
        self.space.catalog()
    }

    pub(crate) fn row(&self, row: RowId) -> &'a Row<'c> {
        self.space.row(row)
    }

    /// The test's name with its modules.
    pub(crate) fn name(&self) -> String {
        let parts: Vec<&str> = self.test.module.iter().chain([&self.test.name]).map(String::as_str).collect();
        parts.join("::")
    }

    /// The names of the tests with their modules: of those that share the guest, or of the one whose own it is.
    pub(crate) fn names(&self) -> Vec<String> {
        let name = |test: &Test| {
            let parts: Vec<&str> = test.module.iter().chain([&test.name]).map(String::as_str).collect();
            parts.join("::")
        };
        match self.sharing {
            [] => vec![name(self.test)],
            sharing => sharing.iter().map(|one| name(one.test)).collect(),
        }
    }

    /// The tests that share the guest and ask for a requirement, where others of them do not.
    pub(crate) fn only_askers(&self, requirement: &str) -> Option<Vec<&str>> {
        let askers: Vec<&str> = self
            .sharing
            .iter()
            .filter(|one| one.needs.ask(requirement))
            .map(|one| one.test.name.as_str())
            .collect();
        (!askers.is_empty() && askers.len() < self.sharing.len()).then_some(askers)
    }

    /// A configuration of the space, in the words of the dialect.
    pub(crate) fn named_config(&self, row: RowId) -> String {
        self.dialect.name_of(&self.row(row).config)
    }

    /// The requirements of the body on a configuration, by identifier, each once.
    pub(crate) fn requirements(&self, row: RowId) -> Vec<&'a str> {
        let mut words: Vec<&str> = Vec::new();
        for need in self.needs_of(row) {
            if !words.contains(&need.requirement.as_str()) {
                words.push(&need.requirement);
            }
        }
        words
    }

    /// The needs that are asked of a configuration, each once, at the first place that shows it; a guarded one beside the sure one.
    pub(crate) fn needs_of(&self, row: RowId) -> impl Iterator<Item = &'a Need> {
        let row = self.row(row);
        self.distinct.iter().map(|index| &self.needs.needs[*index]).filter(|need| need.applies_to(row))
    }

    /// What is asked of a configuration in the place of a variant: by the body, by the declaration, and by the files that the
    /// variant names.
    pub(crate) fn asked_of(&self, row: RowId, variant: &Variant) -> Rc<Asked> {
        let mut words: Vec<&str> = self.requirements(row);
        words.extend(stated(variant));
        self.ask(words)
    }

    /// The same, with the hints of the test's name: all that a configuration must provide to be the lightest.
    pub(crate) fn asked_by_all(&self, row: RowId, variant: &Variant) -> Rc<Asked> {
        let mut words: Vec<&str> = self.requirements(row);
        words.extend(stated(variant));
        words.extend(&self.named);
        self.ask(words)
    }

    pub(crate) fn ask<'w>(&self, words: impl IntoIterator<Item = &'w str>) -> Rc<Asked> {
        let ids: Vec<RequirementId> = words.into_iter().filter_map(|word| self.space.word(word)).collect();
        if let Some(known) = self.asks.borrow().get(&ids) {
            return Rc::clone(known);
        }
        let asked = Rc::new(Asked::of(self.catalog(), ids.iter().copied()));
        self.asks.borrow_mut().insert(ids, Rc::clone(&asked));
        asked
    }

    pub(crate) fn answer(&self, row: RowId, requirement: &str, asked: &Asked) -> Answer<'c> {
        match self.space.requirement(requirement) {
            Some(index) => self.space.answer(row, index, asked),
            None => Answer { support: Support::Unknown, statement: None },
        }
    }

    /// Whether a configuration is known to give everything that is asked, and to run.
    pub(crate) fn provides_all(&self, row: RowId, asked: &Asked) -> bool {
        self.space.provides_all(row, asked)
    }

    /// The lightest of the configurations that `among` picks and that provide everything that the body, the test's name and
    /// the variant itself ask for.
    pub(crate) fn lightest(&self, variant: &Variant, among: impl Fn(&Row<'_>) -> bool) -> Option<RowId> {
        let beside = (variant.agent, variant.brings.join(","));
        let mut suited = self.suited.borrow_mut();
        let suited = suited
            .entry(beside.clone())
            .or_insert_with(|| vec![Suitability::NotAsked; self.space.rows().len()]);
        // Most rows are asked the same as the one before.
        let mut last: Option<(Vec<bool>, Rc<Asked>)> = None;
        let mut best: Option<RowId> = None;
        for (id, row) in self.space.enumerate().filter(|(_, row)| among(row)) {
            if matches!(suited[id.index()], Suitability::NotAsked) {
                let applies: Vec<bool> =
                    self.conditional.iter().map(|need| self.needs.needs[*need].applies_to(row)).collect();
                let asked = match &last {
                    Some((same, asked)) if *same == applies => Rc::clone(asked),
                    _ => {
                        let key = (beside.clone(), applies.clone());
                        let known = self.known.borrow().get(&key).cloned();
                        let asked = known.unwrap_or_else(|| {
                            let asked = self.asked_by_all(id, variant);
                            self.known.borrow_mut().insert(key, Rc::clone(&asked));
                            asked
                        });
                        last = Some((applies, Rc::clone(&asked)));
                        asked
                    }
                };
                let suits = self.everywhere(id).all(|row| self.provides_all(row, &asked))
                    && self.stops(id, &asked).is_none();
                suited[id.index()] =
                    if suits { Suitability::Yes(self.space.weight(id, &asked)) } else { Suitability::No };
            }
            let lighter = |best: RowId| suited[id.index()].weight() < suited[best.index()].weight();
            if suited[id.index()].weight().is_some() && best.is_none_or(lighter) {
                best = Some(id);
            }
        }
        best
    }

    /// A configuration, and where a declaration stands for every architecture, the same on the others.
    fn everywhere(&self, row: RowId) -> impl Iterator<Item = RowId> {
        let config = &self.row(row).config;
        let archs: Vec<Arch> =
            if self.dialect.conventions().any_arch { self.catalog().archs().collect() } else { Vec::new() };
        let others = archs.into_iter().filter(|arch| *arch != config.arch);
        let others = others.filter_map(|arch| self.space.position(&Config { arch, ..config.clone() }));
        std::iter::once(row).chain(others)
    }

    /// Whether one configuration is lighter than another by something that costs.
    pub(crate) fn is_lighter(&self, one: RowId, other: RowId, asked: &Asked) -> bool {
        self.space.weight(one, asked).is_lighter_than(&self.space.weight(other, asked))
    }

    /// Whether a configuration boots from an image.
    pub(crate) fn has_image(&self, row: RowId) -> bool {
        matches!(self.row(row).guest.form, Form::Vhd | Form::Iso)
    }

    /// The rank of a configuration's boot class, fastest first.
    pub(crate) fn boot_class(&self, row: RowId, asked: &Asked) -> usize {
        let class = self.space.price(row, asked).boot;
        let classes = &self.catalog().boot_classes;
        classes.iter().position(|known| known.id == class).unwrap_or(classes.len())
    }

    /// Whether the list already has a configuration, as an alternative.
    pub(crate) fn lists(&self, row: RowId) -> bool {
        self.dialect.conventions().alternatives && self.listed.contains(&row)
    }

    /// The architectures that the variants have.
    pub(crate) fn archs(&self) -> Vec<Arch> {
        self.catalog()
            .archs()
            .filter(|arch| self.placed.iter().any(|placed| placed.variant.config.arch == *arch))
            .collect()
    }

    /// Whether any requirement, of the body or of the name, is about the paravisor itself.
    pub(crate) fn about_paravisor(&self) -> bool {
        let about = |word: &str| {
            word == "openhcl"
                || self.catalog().requirement(word).is_some_and(|known| {
                    known.paravisor || known.implies.iter().any(|implied| implied == "openhcl")
                })
        };
        self.needs.needs.iter().any(|need| about(&need.requirement))
            || self.named.iter().any(|word| about(word))
    }

    /// The comments on the test's declarations, read once.
    pub(crate) fn comments(&self) -> &Comments {
        self.comments.get_or_init(|| Comments::of(self.test, self.sources))
    }

    /// Whether a comment in the test's declarations mentions a configuration.
    pub(crate) fn is_named_in_a_comment(&self, row: RowId) -> bool {
        if self.test.comments.is_empty() {
            return false;
        }
        if let Some(known) = self.in_comments.borrow().get(&row) {
            return *known;
        }
        let found = self.find_in_comments(row);
        self.in_comments.borrow_mut().insert(row, found);
        found
    }

    fn find_in_comments(&self, row: RowId) -> bool {
        let config = &self.row(row).config;
        let word = format!("{}_{}", config.boot, config.arch);
        let plain = |text: &str| {
            let before = text.find(&word).map(|at| &text[..at]);
            // `openhcl_uefi_x64` also contains `uefi_x64`.
            before.is_some_and(|before| {
                let vmm = config.vmm.as_deref().unwrap_or_default();
                let before =
                    before.strip_suffix('_').map_or(before, |rest| rest.strip_suffix(vmm).unwrap_or(before));
                !before.ends_with(|c: char| c.is_ascii_alphanumeric() || c == '_')
            })
        };
        self.test.comments.iter().any(|comment| plain(&comment.text))
    }

    /// Whether a known limit that is not lifted blocks a configuration.
    pub(crate) fn is_blocked(&self, row: RowId, asked: &Asked) -> bool {
        !self.space.limits(row, asked).is_empty()
    }

    /// The quirk that keeps a configuration from running as the test is written, and the consequence.
    pub(crate) fn stops(&self, row: RowId, asked: &Asked) -> Option<(&'c Quirk, &'c str)> {
        // What settles a quirk may be among what is not known of an open test.
        let certain = |quirk: &&Quirk| quirk.unless.is_empty() || !self.needs.is_open();
        let quirks = self.space.quirks(row, asked).filter(certain);
        quirks.filter_map(|quirk| Some((quirk, quirk.stops.as_deref()?))).next()
    }

    pub(crate) fn cost(&self, row: RowId, asked: &Asked) -> Cost {
        let price = self.space.price(row, asked);
        Cost {
            image_bytes: price.image_bytes,
            has_image: self.has_image(row),
            boot: price.boot.to_owned(),
            quirks: price.quirks,
            host: price.host.to_owned(),
        }
    }

    /// A finding on one variant.
    pub(crate) fn on(&self, rule: RuleId, placed: &PlacedVariant<'_>, message: impl Into<String>) -> Finding {
        let mut finding = self.on_test(rule, &placed.variant.config_span, message);
        finding.config = Some(self.dialect.name_of(&placed.variant.config.bare()));
        finding
    }

    /// A finding on the whole test.
    pub(crate) fn on_test(&self, rule: RuleId, span: &Span, message: impl Into<String>) -> Finding {
        Finding::new(rule, span, message, self.name())
    }

    /// A label on what shows a need: in the test's own body, where a helper stands elsewhere.
    pub(crate) fn shows(&self, need: &Need, text: impl Into<String>) -> Label {
        Label::new(need.via.as_ref().unwrap_or(&need.span), text)
    }
}
