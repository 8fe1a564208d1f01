//! A dialect of another language, one line a test or a setup.
//!
//! `It("name", func() { vm := boot(NewFedora()); vm.Exec("cat /x") })` boots a guest of its own. After
//! `BeforeEach(func() { vm = boot(NewFedora()) })` the tests up to an empty line share that guest. A test may boot several, which
//! live side by side; `skip(NewFedora())` is one that is not run. `read(vm.Disks[0])` reads a field, and
//! `needs("disk")` is a requirement that the dialect itself finds.

use lightest_diagnostics::{Edit, Safety, Span};
use lightest_lint::calls::Table;
use lightest_lint::change::LeadingLines;
use lightest_lint::dialect::{Conventions, Dialect, Relevance, Replacement};
use lightest_lint::facts::{Comment, Declaration, Reading, Site, Test, Usage, UsageKind, Variant};
use lightest_lint::needs::Need;
use lightest_lint::rules::Rule;
use lightest_lint::source::Source;
use lightest_model::catalog::Catalog;
use lightest_model::config::{Arch, Config, Form, GuestRef};

/// The dialect, with what its tests have in common.
pub(crate) struct Toy(pub(crate) Conventions);

/// Guests live side by side, and a declaration stands for every architecture.
pub(crate) const SIDE_BY_SIDE: Conventions = Conventions {
    alternatives: false,
    boot_tests: false,
    shown_by: None,
    any_arch: true,
    asks: &[],
    bare: false,
};

/// Factories, and the guests that they make.
const FACTORIES: [(&str, &str); 5] = [
    ("NewCd()", "cd"),
    ("NewGuestless()", "guestless"),
    ("NewCirros()", "cirros"),
    ("NewAlpine()", "alpine"),
    ("NewFedora()", "fedora"),
];

/// A line, and where it starts.
struct Line<'a> {
    file: usize,
    start: usize,
    text: &'a str,
}

impl Line<'_> {
    fn span(&self, at: usize, length: usize) -> Span {
        Span::new(self.file, self.start + at..self.start + at + length)
    }

    fn whole(&self) -> Span {
        self.span(0, self.text.len())
    }

    /// Each text between two marks, with its place.
    fn all<'l>(&'l self, open: &'l str, close: &'l str) -> impl Iterator<Item = (&'l str, Span)> {
        self.text.match_indices(open).filter_map(move |(at, _)| {
            let from = at + open.len();
            let text = self.text[from..].split_once(close)?.0;
            Some((text, self.span(from, text.len())))
        })
    }

    fn guests(&self) -> Vec<Declaration> {
        let declaration = |(written, span): (&str, Span), ignored: Option<Comment>| {
            let written = format!("{written})");
            let span = Span::new(span.file, span.bytes.start..span.bytes.end + 1);
            let (_, id) = FACTORIES.into_iter().find(|(factory, _)| *factory == written)?;
            let (boot, form) = match id {
                "guestless" => ("disk", Form::None),
                "cd" => ("cd", Form::Iso),
                _ => ("disk", Form::Vhd),
            };
            let config = Config {
                vmm: Some("virt".to_owned()),
                boot: boot.to_owned(),
                // Any will do: see the conventions.
                arch: Arch::X64,
                isolation: None,
                guest: GuestRef { form, id: id.to_owned() },
                extra_deps: Vec::new(),
            };
            let variant = Variant {
                name: id.to_owned(),
                config,
                written,
                config_span: span.clone(),
                span: span.clone(),
                agent: None,
                ignored,
                unstable: None,
                states: Vec::new(),
                brings: Vec::new(),
            };
            Some(Declaration { span: span.clone(), list: span, vmm: None, variants: vec![variant] })
        };
        let reason = |span: &Span| Some(Comment { text: "skipped".to_owned(), span: span.clone() });
        let boots = self.all("boot(", ")").filter_map(|guest| declaration(guest, None));
        let skips = self.all("skip(", ")").filter_map(|guest| {
            let reason = reason(&guest.1);
            declaration(guest, reason)
        });
        boots.chain(skips).collect()
    }

    fn touches(&self) -> Vec<Usage> {
        let usage = |what, span| Usage {
            what,
            span,
            via: None,
            within: Vec::new(),
            tolerated: false,
            uncertain: false,
            guarded: false,
        };
        let mut touches = Vec::new();
        for (line, span) in self.all(".Exec(\"", "\")") {
            let call = UsageKind::Call { on: "vm".to_owned(), name: "Exec".to_owned(), texts: Vec::new() };
            touches.push(usage(call, span.clone()));
            touches.push(usage(
                UsageKind::Program {
                    system: "guest-shell".to_owned(),
                    name: line.split(' ').next().unwrap_or_default().to_owned(),
                    line: line.to_owned(),
                },
                span,
            ));
        }
        for (field, span) in self.all("read(vm.", ")") {
            let (name, how) = match field.split_once('[') {
                Some((name, _)) => (name, "index"),
                None => (field, ""),
            };
            touches.push(usage(UsageKind::Read { name: name.to_owned(), how: how.to_owned() }, span));
        }
        for (text, span) in self.all("expect(\"", "\")") {
            touches.push(usage(UsageKind::Text(text.to_owned()), span));
        }
        touches
    }

    /// Requirements that the dialect finds by itself: `needs("disk")`.
    fn asks(&self) -> Vec<Need> {
        let need = |(requirement, span): (&str, Span)| Need {
            requirement: requirement.to_owned(),
            span,
            via: None,
            within: Vec::new(),
            when: Vec::new(),
            certain: true,
            guarded: false,
            because: String::new(),
            evidence: Vec::new(),
        };
        self.all("needs(\"", "\")").map(need).collect()
    }

    fn comments(&self) -> Vec<Comment> {
        let comment = self.text.split_once("// ").map(|(before, text)| (before.len() + 3, text));
        comment
            .map(|(at, text)| Comment { text: text.to_owned(), span: self.span(at, text.len()) })
            .into_iter()
            .collect()
    }
}

/// The guests of a line as one list, of which each run takes one.
fn one_list(guests: Vec<Declaration>) -> Vec<Declaration> {
    let mut guests = guests.into_iter();
    let Some(mut list) = guests.next() else { return Vec::new() };
    for guest in guests {
        list.span.bytes.end = guest.span.bytes.end;
        list.variants.extend(guest.variants);
    }
    list.list = list.span.clone();
    vec![list]
}

/// Reads one file.
fn file(at: usize, text: &str, alternatives: bool, reading: &mut Reading) {
    let mut shared: Vec<Site> = Vec::new();
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let line = Line { file: at, start, text: line.trim_end() };
        start += line.text.len() + 1;
        if line.text.is_empty() {
            reading.sites.append(&mut shared);
        } else if line.text.starts_with("BeforeEach(") {
            let site = |declaration| Site { declaration, tests: Vec::new(), comments: line.comments() };
            shared.extend(line.guests().into_iter().map(site));
        } else if let Some((name, name_span)) = line.all("It(\"", "\"").next() {
            let index = reading.tests.len();
            shared.iter_mut().for_each(|site| site.tests.push(index));
            let mut own = if alternatives { one_list(line.guests()) } else { line.guests() };
            if own.len() > 1 {
                let site = |declaration| Site { declaration, tests: vec![index], comments: Vec::new() };
                reading.sites.extend(own.drain(..).map(site));
            }
            reading.tests.push(Test {
                name: name.to_owned(),
                module: Vec::new(),
                name_span,
                span: line.whole(),
                declarations: own,
                bare: Vec::new(),
                unread: Vec::new(),
                usages: line.touches(),
                unresolved: Vec::new(),
                reached: Vec::new(),
                comments: line.comments(),
                body_comments: Vec::new(),
                doc: None,
                preface: None,
                intents: Vec::new(),
                asks: line.asks(),
                bound_to: Vec::new(),
                takes: Vec::new(),
            });
        }
    }
    reading.sites.append(&mut shared);
}

impl Dialect for Toy {
    fn name(&self) -> &'static str {
        "toy"
    }

    fn about(&self) -> &'static str {
        "tests of a toy"
    }

    fn looks_for(&self) -> &'static str {
        "`It(..)`"
    }

    fn package_file(&self) -> &'static str {
        "go.mod"
    }

    fn extension(&self) -> &'static str {
        "go"
    }

    fn leading(&self) -> LeadingLines {
        LeadingLines { begins: &["//"], except: &[] }
    }

    fn catalog(&self) -> &'static [&'static str] {
        &[]
    }

    fn relevance(&self, bytes: &[u8]) -> Relevance {
        if bytes.windows(3).any(|word| word == b"It(") { Relevance::Tests } else { Relevance::Helpers }
    }

    fn read(&self, sources: &[Source], _catalog: &Catalog, _table: &Table) -> Reading {
        let mut reading = Reading::default();
        for (at, source) in sources.iter().enumerate() {
            file(at, &source.text, self.0.alternatives, &mut reading);
        }
        reading
    }

    fn applies(&self, rule: &Rule) -> bool {
        ["heavier-than-needed", "lacks-what-it-uses", "unused-suppression"].contains(&rule.name.as_str())
    }

    fn conventions(&self) -> Conventions {
        self.0
    }

    fn name_of(&self, config: &Config) -> String {
        let factory = FACTORIES.into_iter().find(|(_, id)| *id == config.guest.id);
        factory.map_or_else(|| config.guest.id.clone(), |(factory, _)| factory.to_owned())
    }

    fn spell(&self, config: &Config, _declaration: &Declaration) -> Option<String> {
        Some(self.name_of(config))
    }

    fn replace(&self, replacement: &Replacement<'_>) -> Option<(Vec<Edit>, Safety)> {
        let text = self.spell(replacement.config, replacement.declaration)?;
        let span = replacement.variant.config_span.clone();
        // A lighter guest has less memory: what the tests read is kept.
        Some(if replacement.needs.ask("memory") {
            let text = text.replace("()", "(WithMemory(\"512Mi\"))");
            (vec![Edit { span, text }], Safety::Unsafe)
        } else {
            (vec![Edit { span, text }], Safety::Safe)
        })
    }
}
