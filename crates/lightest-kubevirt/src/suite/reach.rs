//! From the walked bodies to tests: what each of them reaches, and which tests share a guest.

use std::collections::{BTreeMap, BTreeSet, HashSet, VecDeque};
use std::sync::OnceLock;

use super::index::{Index, Parsed};
use super::unit::{Kind, Node, Open, Target, Touched, Unit};
use super::walk::{Factories, Walked, walk};
use crate::go::tree::{Bytes, Comment, Import};
use crate::table::Table;

/// A place: the index of a source, and a byte range.
pub type Place = (usize, Bytes);

/// A test.
#[derive(Clone, Debug)]
pub struct Test {
    /// Texts of the containers around it, outermost first.
    pub containers: Vec<String>,
    /// Its own text.
    pub text: String,
    /// Where its text stands.
    pub text_place: Place,
    /// The place of the whole test.
    pub place: Place,
    /// Whether it is skipped until somebody fixes it.
    pub pending: bool,
    /// The units that it runs.
    roots: Vec<usize>,
}

impl Test {
    /// Its name as Ginkgo prints it.
    #[must_use]
    pub fn name(&self) -> String {
        let parts = self.containers.iter().chain([&self.text]).map(|part| part.trim());
        parts.filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ")
    }
}

/// A call of a factory, shared by all tests that reach it.
#[derive(Clone, Debug)]
pub struct Site {
    /// The factory's name.
    pub factory: String,
    /// Where the name stands.
    pub name_place: Place,
    /// The call; the name alone where the factory is handed on uncalled.
    pub place: Place,
    /// The parentheses with the options, where it is called.
    pub parens: Option<Bytes>,
    /// Whether it stands beside other guests in one list.
    pub listed: bool,
    /// The tests that reach it, by index.
    pub tests: Vec<usize>,
}

/// Something that a test reaches.
#[derive(Clone, Debug)]
pub struct Trace<'s, T> {
    /// What.
    pub what: &'s T,
    /// The source that it stands in.
    pub source: usize,
    /// Where the test's own body leads to it, when it stands in a helper.
    pub via: Option<Place>,
}

/// The reach of a test.
#[derive(Debug, Default)]
pub struct Reached<'s> {
    /// Its usages.
    pub touches: Vec<Trace<'s, Touched>>,
    /// Unresolved places.
    pub opens: Vec<Trace<'s, Open>>,
}

/// A file, for rules.
#[derive(Clone, Debug, Default)]
pub struct Head {
    /// Comments, in order.
    pub comments: Vec<Comment>,
    /// Imports.
    pub imports: Vec<Import>,
}

/// A suite.
pub struct Suite {
    /// Its tests.
    pub tests: Vec<Test>,
    /// Where they get their guests, in the order of the sources.
    pub sites: Vec<Site>,
    /// Comments and imports of each source that was parsed.
    pub files: BTreeMap<usize, Head>,
    walked: Walked,
    /// The source of each unit.
    sources: Vec<usize>,
    /// For each unit, whether it leads to something that asks for anything.
    asks: Vec<bool>,
    /// Methods by their name, as units.
    methods: BTreeMap<String, Vec<usize>>,
    /// Units and comments of each source, in order: once the text of a unit is asked for.
    parts: OnceLock<BTreeMap<usize, Vec<Bytes>>>,
    /// The text of each unit that was asked for.
    texts: Vec<OnceLock<Vec<Place>>>,
}

/// More tests than any suite has: a helper that declares tests may be called from many places.
const MAX_TESTS: usize = 200_000;

impl Suite {
    /// Reads a suite from what was parsed: source index, folder from the top of the module, tree. `partial` names the
    /// folders of which a file was not read.
    #[must_use]
    pub fn new(
        files: Vec<(usize, String, crate::go::tree::File)>,
        partial: &[String],
        table: &Table,
        package: &str,
        factories: &[&str],
    ) -> Self {
        let files: Vec<Parsed> =
            files.into_iter().map(|(source, folder, tree)| Parsed { source, folder, tree }).collect();
        let index = Index::new(&files, partial);
        let walked = walk(&index, table, &Factories { package, names: factories.to_vec() });
        let sources: Vec<usize> = walked.units.iter().map(|unit| files[unit.file].source).collect();
        let mut methods: BTreeMap<String, Vec<usize>> = BTreeMap::new();
        for (id, function) in index.functions.iter().enumerate() {
            if function.receiver.is_some() {
                methods.entry(function.decl.name.name.clone()).or_default().push(walked.functions[id]);
            }
        }
        let roots = roots(&index, &walked);
        let heads = files.iter().map(|parsed| {
            let head = Head { comments: parsed.tree.comments.clone(), imports: parsed.tree.imports.clone() };
            (parsed.source, head)
        });
        let heads = heads.collect();
        let mut suite = Self {
            tests: Vec::new(),
            sites: Vec::new(),
            files: heads,
            asks: Vec::new(),
            parts: OnceLock::new(),
            texts: walked.units.iter().map(|_| OnceLock::new()).collect(),
            walked,
            sources,
            methods,
        };
        suite.asks = suite.find_asking(table);
        suite.grow(&roots);
        suite.place_sites();
        suite
    }

    fn unit_of(&self, target: Target) -> Option<usize> {
        match target {
            Target::Unit(unit) => Some(unit),
            Target::Function(id) => self.walked.functions.get(id).copied(),
            Target::Variable(id) => self.walked.variables.get(id).copied(),
            Target::Local(_) => None,
        }
    }

    /// The units that a unit refers to, with the places of the references.
    fn next(&self, unit: &Unit) -> Vec<(usize, Bytes)> {
        let mut found = Vec::new();
        let mut todo: Vec<(Target, Bytes)> = unit.refs.iter().rev().cloned().collect();
        let mut seen = HashSet::new();
        while let Some((target, bytes)) = todo.pop() {
            match target {
                Target::Local(local) => {
                    if seen.insert(local) {
                        todo.extend(
                            self.walked.locals[local].iter().map(|(value, _)| (*value, bytes.clone())),
                        );
                    }
                }
                other => found.extend(self.unit_of(other).map(|unit| (unit, bytes))),
            }
        }
        found
    }

    /// Every unit that is reached from some, each with the reference from a root that led there.
    fn reach(&self, roots: &[usize]) -> Vec<(usize, Option<Place>)> {
        let mut seen: HashSet<usize> = roots.iter().copied().collect();
        let mut order: Vec<(usize, Option<Place>)> = Vec::new();
        let mut todo: VecDeque<(usize, Option<Place>)> = roots.iter().map(|root| (*root, None)).collect();
        while let Some((unit, via)) = todo.pop_front() {
            for (next, bytes) in self.next(&self.walked.units[unit]) {
                if seen.insert(next) {
                    let via = via.clone().or_else(|| Some((self.sources[unit], bytes)));
                    todo.push_back((next, via));
                }
            }
            order.push((unit, via));
        }
        order
    }

    /// Which units lead to something that asks for anything.
    fn find_asking(&self, table: &Table) -> Vec<bool> {
        let units = &self.walked.units;
        let asks = |unit: &Unit| {
            unit.touches
                .iter()
                .any(|touch| table.judge(&touch.what).is_some_and(|entry| !entry.requires.is_empty()))
        };
        let mut asking: Vec<bool> = units.iter().map(asks).collect();
        let mut callers: Vec<Vec<usize>> = vec![Vec::new(); units.len()];
        for (id, unit) in units.iter().enumerate() {
            for (next, _) in self.next(unit) {
                callers[next].push(id);
            }
        }
        let mut todo: Vec<usize> = (0..units.len()).filter(|id| asking[*id]).collect();
        while let Some(id) = todo.pop() {
            for caller in &callers[id] {
                if !std::mem::replace(&mut asking[*caller], true) {
                    todo.push(*caller);
                }
            }
        }
        asking
    }

    // --- tests -------------------------------------------------------------------------------------------------------

    fn grow(&mut self, roots: &[usize]) {
        let top: Vec<Vec<Node>> = roots.iter().map(|root| self.nodes(*root)).collect();
        // What is set up at the top of a package is set up for the whole suite: it knows no test's machine.
        for (root, nodes) in roots.iter().zip(&top) {
            let around =
                NodeContext { units: vec![*root], setups: Vec::new(), texts: Vec::new(), pending: false };
            let inner: Vec<Node> = nodes.iter().filter(|node| node.kind != Kind::Setup).cloned().collect();
            self.expand(&inner, &around);
        }
    }

    /// The nodes of a unit, and of what it calls to declare them.
    fn nodes(&self, unit: usize) -> Vec<Node> {
        let reached = self.reach(&[unit]);
        reached.iter().flat_map(|(unit, _)| self.walked.units[*unit].nodes.iter().cloned()).collect()
    }

    fn expand(&mut self, nodes: &[Node], around: &NodeContext) {
        let mut setups = around.setups.clone();
        setups.extend(nodes.iter().filter(|node| node.kind == Kind::Setup).map(|node| node.unit));
        for node in nodes {
            if self.tests.len() >= MAX_TESTS || around.units.contains(&node.unit) {
                continue;
            }
            let pending = around.pending || node.pending;
            let mut units = around.units.clone();
            units.push(node.unit);
            match node.kind {
                Kind::Container | Kind::Subtree => {
                    let inner = self.nodes(node.unit);
                    units.extend(
                        inner.iter().filter(|inner| inner.kind == Kind::Entry).map(|inner| inner.unit),
                    );
                    let mut texts = around.texts.clone();
                    texts.push(node.text.clone());
                    self.expand(&inner, &NodeContext { units, setups: setups.clone(), texts, pending });
                }
                Kind::Leaf => {
                    units.extend(&setups);
                    self.test(node, around, units, pending, None);
                }
                Kind::Table => {
                    units.extend(&setups);
                    let inner = self.nodes(node.unit);
                    let entries: Vec<&Node> =
                        inner.iter().filter(|inner| inner.kind == Kind::Entry).collect();
                    for entry in &entries {
                        let mut units = units.clone();
                        units.push(entry.unit);
                        self.test(entry, around, units, pending || entry.pending, Some(node));
                    }
                    if entries.is_empty() {
                        self.test(node, around, units, pending, None);
                    }
                }
                Kind::Entry | Kind::Setup | Kind::Suite => {}
            }
        }
    }

    fn test(
        &mut self,
        node: &Node,
        around: &NodeContext,
        roots: Vec<usize>,
        pending: bool,
        table: Option<&Node>,
    ) {
        let source = self.sources[node.unit];
        let mut containers = around.texts.clone();
        containers.extend(table.map(|table| table.text.clone()));
        self.tests.push(Test {
            containers,
            text: node.text.clone(),
            text_place: (source, node.text_bytes.clone()),
            place: (source, node.bytes.clone()),
            pending,
            roots,
        });
    }

    fn place_sites(&mut self) {
        let mut sites: BTreeMap<(usize, usize, usize), Site> = BTreeMap::new();
        for (unit, source) in self.walked.units.iter().zip(&self.sources) {
            for factory in &unit.factories {
                let place = (*source, factory.bytes.clone());
                let key = (*source, factory.bytes.start, factory.bytes.end);
                sites.entry(key).or_insert_with(|| Site {
                    factory: factory.name.clone(),
                    name_place: (*source, factory.name_bytes.clone()),
                    place,
                    parens: factory.parens.clone(),
                    listed: factory.listed,
                    tests: Vec::new(),
                });
            }
        }
        for (id, test) in self.tests.iter().enumerate() {
            for (unit, _) in self.reach(&test.roots) {
                for factory in &self.walked.units[unit].factories {
                    let key = (self.sources[unit], factory.bytes.start, factory.bytes.end);
                    if let Some(site) = sites.get_mut(&key)
                        && site.tests.last() != Some(&id)
                    {
                        site.tests.push(id);
                    }
                }
            }
        }
        self.sites = sites.into_values().collect();
    }

    // --- what a test reaches -----------------------------------------------------------------------------------------

    /// Everything that a test reaches.
    #[must_use]
    pub fn reached(&self, test: &Test) -> Reached<'_> {
        let mut reached = Reached::default();
        for (id, via) in self.reach(&test.roots) {
            let unit = &self.walked.units[id];
            let source = self.sources[id];
            let traced = |what| Trace { what, source, via: via.clone() };
            reached.touches.extend(unit.touches.iter().map(traced));
            let traced = |what| Trace { what, source, via: via.clone() };
            reached.opens.extend(unit.opens.iter().map(traced));
        }
        reached
    }

    /// The text of every unit that some tests reach, without units within it, which may be other tests' own, and without
    /// comments.
    #[must_use]
    pub fn text_of(&self, tests: &[usize]) -> Vec<Place> {
        let reached = tests.iter().filter_map(|test| self.tests.get(*test));
        let units: BTreeSet<usize> =
            reached.flat_map(|test| self.reach(&test.roots)).map(|(unit, _)| unit).collect();
        units.into_iter().flat_map(|unit| self.own_text(unit).iter().cloned()).collect()
    }

    fn own_text(&self, unit: usize) -> &[Place] {
        self.texts[unit].get_or_init(|| {
            let (source, all) = (self.sources[unit], &self.walked.units[unit].bytes);
            let parts = self.parts.get_or_init(|| self.find_parts());
            let parts = parts.get(&source).map_or(&[][..], Vec::as_slice);
            let first = parts.partition_point(|part| part.start < all.start);
            let beside = parts[first..].iter().take_while(|part| part.start < all.end);
            let without = beside.filter(|part| part.end <= all.end && *part != all);
            let (mut places, mut at) = (Vec::new(), all.start);
            for bytes in without {
                if at < bytes.start {
                    places.push((source, at..bytes.start));
                }
                at = at.max(bytes.end);
            }
            if at < all.end {
                places.push((source, at..all.end));
            }
            places
        })
    }

    /// Units and comments of each source, in order.
    fn find_parts(&self) -> BTreeMap<usize, Vec<Bytes>> {
        let mut parts: BTreeMap<usize, Vec<Bytes>> = BTreeMap::new();
        for (unit, source) in self.walked.units.iter().zip(&self.sources) {
            parts.entry(*source).or_default().push(unit.bytes.clone());
        }
        for (source, head) in &self.files {
            let comments = head.comments.iter().map(|comment| comment.bytes.clone());
            parts.entry(*source).or_default().extend(comments);
        }
        parts.values_mut().for_each(|parts| parts.sort_unstable_by_key(|part| (part.start, part.end)));
        parts
    }

    /// Methods of values of unknown types that a test calls, if one of that name asks for anything: name, place, and
    /// where the test's own body leads there.
    #[must_use]
    pub fn weak(&self, test: &Test) -> Vec<(String, Place, Option<Place>)> {
        let mut found = Vec::new();
        for (id, via) in self.reach(&test.roots) {
            for (name, bytes) in &self.walked.units[id].weak {
                let asks =
                    self.methods.get(name).is_some_and(|units| units.iter().any(|unit| self.asks[*unit]));
                if asks {
                    found.push((name.clone(), (self.sources[id], bytes.clone()), via.clone()));
                }
            }
        }
        found
    }
}

/// The context of a node.
struct NodeContext {
    units: Vec<usize>,
    setups: Vec<usize>,
    texts: Vec<String>,
    pending: bool,
}

/// The units that Ginkgo's tree grows from: variables of packages that are no functions themselves, and `init`.
fn roots(index: &Index<'_>, walked: &Walked) -> Vec<usize> {
    let variables = index.variables.iter().zip(&walked.variables).filter(|(data, _)| {
        let value = data.decl.values.get(data.position);
        !matches!(value, None | Some(crate::go::tree::Expr::Func(_))) && data.position == 0
    });
    let functions = index.functions.iter().zip(&walked.functions);
    let inits = functions.filter(|(data, _)| data.receiver.is_none() && data.decl.name.name == "init");
    variables.map(|(_, unit)| *unit).chain(inits.map(|(_, unit)| *unit)).collect()
}
