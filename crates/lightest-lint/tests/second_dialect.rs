//! The seam holds: a toy dialect of another language, with guests of its own, goes through the same inference and rules.
//!
//! Its tests look like Ginkgo's, in Go: `It("name", func() { vm := boot(NewFedora()); vm.Exec("systemctl ..") })`.

use std::path::Path;
use std::sync::Arc;

use lightest_catalog::{File, calls, load};
use lightest_diagnostics::Span;
use lightest_lint::calls::Table;
use lightest_lint::dialect::{Dialect, Interest};
use lightest_lint::facts::{Declaration, Note, Remark, Sighting, Test, Variant, What};
use lightest_lint::finding::Finding;
use lightest_lint::linter::{self, Options};
use lightest_lint::source::Source;
use lightest_model::catalog::{Catalog, Layer};
use lightest_model::config::{Arch, Config, Form, GuestRef};

const CATALOG: &str = r#"
[[source]]
id = "here"
title = "this test"

[[vmm]]
id = "virt"
title = "a virtual machine in a cluster"
in_repo = true
lab = false
hosts = ["linux"]
evidence = ["here:by hand"]

[[boot_class]]
id = "fast"
title = "fast"
evidence = ["here:by hand"]

[[boot_class]]
id = "slow"
title = "slow"
evidence = ["here:by hand"]

[[boot_method]]
id = "disk"
title = "a container disk"
name_part = "disk"
archs = ["x64"]
forms = ["vhd"]
isolation = []
openhcl = false
boot_class = "fast"
evidence = ["here:by hand"]

[[guest]]
id = "cirros"
form = "vhd"
title = "CirrOS"
family = "cirros"
os = "linux"
arch = "x64"
boot_class = "fast"
evidence = ["here:by hand"]
[[guest.image]]
bytes = 20_000_000
hosted = true
lazy_fetch = true
evidence = ["here:by hand"]

[[guest]]
id = "fedora"
form = "vhd"
title = "Fedora"
family = "fedora"
os = "linux"
arch = "x64"
boot_class = "slow"
evidence = ["here:by hand"]
[[guest.image]]
bytes = 500_000_000
hosted = true
lazy_fetch = true
evidence = ["here:by hand"]

[[requirement]]
id = "agent"
group = "guest"
title = "an agent"
meaning = "the test talks to the guest"

[[requirement]]
id = "no-agent"
group = "guest"
title = "no agent"
meaning = "the test talks to no guest"

[[requirement]]
id = "systemd"
group = "guest"
title = "systemd"
meaning = "the init system is systemd"

[[host]]
id = "any"
title = "any"
when = {}
evidence = ["here:by hand"]

[[capability]]
requirement = "runs"
support = "yes"
when = {}
because = "it is so here"
evidence = ["here:by hand"]

[[capability]]
requirement = "repo-code"
support = "yes"
when = {}
because = "it is so here"
evidence = ["here:by hand"]

[[capability]]
requirement = "agent"
support = "yes"
when = {}
because = "it is so here"
evidence = ["here:by hand"]

[[capability]]
requirement = "no-agent"
support = "yes"
when = {}
because = "it is so here"
evidence = ["here:by hand"]

[[capability]]
requirement = "systemd"
support = "yes"
when = { guest = ["fedora"] }
because = "Fedora boots systemd"
evidence = ["here:by hand"]

[[capability]]
requirement = "systemd"
support = "no"
when = { guest = ["cirros"] }
because = "CirrOS boots busybox"
evidence = ["here:by hand"]
"#;

const CALLS: &str = r#"
[[call]]
names = ["Exec"]
on = "vm"
requires = ["agent"]

[[program]]
names = ["systemctl"]
on = "guest-shell"
requires = ["systemd"]

[[program]]
names = ["cat"]
on = "guest-shell"
neutral = true
"#;

/// A dialect that knows one line a test.
struct Toy;

impl Toy {
    fn guest(written: &str) -> Option<&'static str> {
        match written {
            "NewCirros()" => Some("cirros"),
            "NewFedora()" => Some("fedora"),
            _ => None,
        }
    }

    fn test(file: usize, start: usize, line: &str) -> Option<Test> {
        let at = |part: &str| {
            let from = start + line.find(part)?;
            Some(Span::new(file, from..from + part.len()))
        };
        let between =
            |open: &str, close: &str| line.split_once(open)?.1.split_once(close).map(|(part, _)| part);
        let name = between("It(\"", "\"")?;
        let written = between("boot(", ");")?;
        let program = between("vm.Exec(\"", "\")")?;
        let config = Config {
            vmm: Some("virt".to_owned()),
            boot: "disk".to_owned(),
            arch: Arch::X64,
            isolation: None,
            guest: GuestRef { form: Form::Vhd, id: Self::guest(written)?.to_owned() },
            extra_deps: Vec::new(),
        };
        let variant = Variant {
            name: name.to_owned(),
            config,
            written: written.to_owned(),
            config_span: at(written)?,
            span: at(written)?,
            agent: true,
            ignored: None,
            unstable: None,
            states: Vec::new(),
        };
        let remarks = line
            .split_once("// ")
            .and_then(|(_, text)| Some(Remark { text: text.to_owned(), span: at(text)? }));
        Some(Test {
            name: name.to_owned(),
            module: Vec::new(),
            name_span: at(name)?,
            span: Span::new(file, start..start + line.len()),
            declarations: vec![Declaration {
                span: at(written)?,
                list: at(written)?,
                vmm: None,
                variants: vec![variant],
            }],
            unread: Vec::new(),
            sightings: vec![
                sighting(
                    What::Call { on: "vm".to_owned(), name: "Exec".to_owned(), texts: Vec::new() },
                    at("vm.Exec")?,
                ),
                sighting(
                    What::Program {
                        system: "guest-shell".to_owned(),
                        name: program.split(' ').next()?.to_owned(),
                        line: program.to_owned(),
                    },
                    at(program)?,
                ),
            ],
            openings: Vec::new(),
            comments: Vec::new(),
            preface: None,
            intents: Vec::new(),
            remarks: remarks.into_iter().collect(),
            bare: Vec::new(),
            bound_to: Vec::new(),
        })
    }
}

fn sighting(what: What, span: Span) -> Sighting {
    Sighting { what, span, via: None, within: Vec::new(), tolerated: false }
}

impl Dialect for Toy {
    fn name(&self) -> &'static str {
        "toy"
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

    fn interest(&self, _bytes: &[u8]) -> Interest {
        Interest::Tests
    }

    fn read(&self, sources: &[Source], _catalog: &Catalog, _table: &Table) -> (Vec<Test>, Vec<Note>) {
        let mut tests = Vec::new();
        for (file, source) in sources.iter().enumerate() {
            let mut start = 0;
            for line in source.text.split_inclusive('\n') {
                tests.extend(Self::test(file, start, line.trim_end()));
                start += line.len();
            }
        }
        (tests, Vec::new())
    }

    fn spell(&self, config: &Config, _declaration: &Declaration) -> Option<String> {
        Some(match config.guest.id.as_str() {
            "cirros" => "NewCirros()".to_owned(),
            "fedora" => "NewFedora()".to_owned(),
            _ => return None,
        })
    }
}

fn check(text: &str) -> Vec<Finding> {
    let file = |name: &str, text: &'static str| File::new(Path::new(name), text, Layer::User);
    let files = [file("toy.toml", CATALOG), file("calls.toml", CALLS)];
    let catalog = load(&files).expect("the catalog is sound");
    let table = Table::new(calls::load(&files, &catalog).expect("the table is sound"));
    let sources = [Source {
        path: "vm_test.go".to_owned(),
        local: "vm_test.go".to_owned(),
        package: String::new(),
        text: Arc::from(text),
    }];
    let (tests, _) = Toy.read(&sources, &catalog, &table);
    assert_eq!(tests.len(), text.lines().count(), "every line is a test");
    linter::check(&tests, &sources, &Toy, &catalog, &table, &Options::default())
}

#[test]
fn a_guest_of_another_framework_is_found_too_heavy_and_replaced_in_its_own_words() {
    let text =
        "It(\"reads the version\", func() { vm := boot(NewFedora()); vm.Exec(\"cat /proc/version\") })";
    let findings = check(text);
    let [finding] = &findings[..] else { panic!("{findings:?}") };
    assert_eq!(finding.rule(), "heavier-than-needed");
    assert_eq!(
        finding.diagnostic.message,
        "this test boots fedora with a container disk, but asks for nothing that cirros with a container disk lacks"
    );
    let edit = &finding.diagnostic.help.as_ref().expect("help").edits[0];
    assert_eq!((&text[edit.span.bytes.clone()], edit.text.as_str()), ("NewFedora()", "NewCirros()"));
}

#[test]
fn and_too_light() {
    let findings =
        check("It(\"lists units\", func() { vm := boot(NewCirros()); vm.Exec(\"systemctl list-units\") })");
    let rules: Vec<_> = findings.iter().map(|finding| finding.rule()).collect();
    assert_eq!(rules, ["lacks-what-it-uses"]);
}

#[test]
fn what_is_right_is_left_alone_and_so_is_what_is_not_known() {
    let findings = check(concat!(
        "It(\"lists units\", func() { vm := boot(NewFedora()); vm.Exec(\"systemctl list-units\") })\n",
        "It(\"prints the version\", func() { vm := boot(NewCirros()); vm.Exec(\"cat /proc/version\") })\n",
        "It(\"frobnicates\", func() { vm := boot(NewFedora()); vm.Exec(\"frobnicate\") })\n",
    ));
    assert!(findings.is_empty(), "{findings:?}");
}

#[test]
fn its_comments_suppress() {
    let test =
        "It(\"reads the version\", func() { vm := boot(NewFedora()); vm.Exec(\"cat /proc/version\") })";
    let findings = check(&format!("{test} // lightest: expect(heavier-than-needed): SELinux is watched"));
    assert!(findings.is_empty(), "{findings:?}");
}
