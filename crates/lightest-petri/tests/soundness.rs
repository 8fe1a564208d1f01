//! What was not understood never looks understood: bodies made from a grammar of known and invented words, however these
//! are wrapped. An invented word on the path of anything with a role opens the test and silences what would call it too
//! heavy; without one, the same body is understood.

#[path = "common/reading.rs"]
mod reading;

use lightest_diagnostics::Safety;
use lightest_lint::dialect::Dialect;
use lightest_lint::facts::{Reading, Test};
use lightest_lint::linter::{self, Options};
use lightest_lint::needs::Needs;
use lightest_lint::source::Source;
use lightest_petri::Petri;
use proptest::prelude::*;
use reading::{CATALOG, TABLE, file};

fn read(text: &str) -> (Vec<Source>, Test) {
    let sources = vec![file(text)];
    let mut tests = Petri.read(&sources, &CATALOG, &TABLE).tests;
    let at = tests.iter().position(|test| test.name == "subject").expect("the test is found");
    (sources, tests.swap_remove(at))
}

/// What is wrong with how a body was read, if anything: whether it is open, and whether something was stated about its weight.
fn judge(text: &str) -> (bool, bool) {
    let (sources, test) = read(text);
    let open = Needs::of(&test, &TABLE).is_open();
    let reading = Reading { tests: vec![test], ..Reading::default() };
    let findings = linter::check(&reading, &sources, &Petri, &CATALOG, &TABLE, &Options::default());
    let weighed = findings.iter().any(|finding| {
        finding.rule() == "heavier-than-needed"
            || finding
                .diagnostic
                .help
                .as_ref()
                .is_some_and(|help| help.safety == Safety::Safe && !help.edits.is_empty())
    });
    (open, weighed)
}

/// What has a role in a body, and how it is used: an expression with `@` for it, known and with an invented word.
struct Sample {
    variable: &'static str,
    known: &'static [&'static str],
    invented: &'static [&'static str],
}

const THINGS: [Sample; 4] = [
    Sample {
        variable: "agent",
        known: &["@.ping().await", "@.unix_shell().read_file(\"/proc/cpuinfo\").await", "@.get_time().await"],
        invented: &[
            "@.frobnicate().await",
            "@.unix_shell().frobnicate()",
            "@.frobnicate.ping().await",
            "elsewhere::frobnicate(@)",
            "frobnicate!(@)",
            "@.ping().frobnicate(@)",
            "Frobnicate(@)",
            "elsewhere::Frobnicate { agent: @ }",
            "@.frobnicate(|x| x.ping())",
            "elsewhere::spawn(|| @)",
            "(elsewhere::f)(@)",
            "GLOBAL.set(@)",
            "elsewhere::f(vec![Some((1, @))])",
            "elsewhere::f(async { @ })",
            "[1].map(|_| @.frobnicate())",
        ],
    },
    Sample {
        variable: "vm",
        known: &["@.wait_for_halt().await", "@.arch()"],
        invented: &[
            "@.frobnicate().await",
            "@.backend().frobnicate()",
            "@.frobnicate = 3",
            "@.backend().frobnicate.push(1)",
        ],
    },
    Sample {
        variable: "sh",
        known: &[
            "cmd!(@, \"cat /proc/cpuinfo\").read().await",
            "cmd!(@, \"ls\").ignore_status().run().await",
        ],
        invented: &[
            "cmd!(@, \"frobnicate --now\").read().await",
            "cmd!(@, \"ls --frobnicate\").read().await",
            "cmd!(@, \"sh -c 'ls | frobnicate'\").run().await",
            "cmd!(@, \"ls\").frobnicate().await",
            "@.cmd(\"frobnicate\").run().await",
            "cmd!(@, \"/tmp/frobnicate\").run().await",
            "cmd!(@, \"{frobnicate}\").run().await",
            "cmd!(@, \"cat /frob/nicate\").read().await",
        ],
    },
    Sample {
        variable: "config",
        known: &["@.os_flavor()", "@.arch()", "@.is_openhcl()"],
        invented: &[
            "@.with_frobnication(true)",
            "@.frobnicate()",
            "@.modify_backend(|b| b.frobnicate())",
            "@.modify_backend(|b| b.with_custom_config(|c| c.frobnicate = true))",
            "@.modify_backend(|b| b.with_custom_config(|c| { c.frobnicate.push(1); }))",
            "@.modify_backend(|b| b.with_custom_config(|c| { c.memory.frobnicate = 1; }))",
            "@.modify_backend(|b| b.with_custom_config(|c| c.chipset[0].frobnicate()))",
            "@.modify_backend(|b| b.with_custom_config(|c| c.load_mode = elsewhere::frobnicate()))",
            "@.modify_backend(|b| b.with_custom_config(|c| c.memory = MemoryConfig { frobnicate: 1, ..c.memory }))",
            "@.modify_backend(|b| b.with_custom_config(|c| { let Config { frobnicate, .. } = c; }))",
            "@.modify_backend(|b| b.with_custom_config(|c| c.chipset.extend([Frobnicate::new()])))",
            "@.modify_backend(frobnicate)",
            "@.modify_backend(elsewhere::frobnicate)",
            "@.with_memory(MemoryConfig { frobnicate: 1, ..Default::default() })",
            "@.with_memory(MemoryConfig { ..elsewhere::frobnicate() })",
            "@.with_memory(elsewhere::frobnicate())",
            "@.with_boot_device_type(BootDeviceType::Frobnicate)",
            "@.with_memory({ let m = Frobnicate; m })",
            "@.with_processor_topology(if true { elsewhere::frob() } else { Default::default() })",
        ],
    },
];

/// Ways in which a value gets another name, `@` for the value; the new one is `y`.
const ALIASES: [&str; 26] = [
    "let y = @;",
    "let (y, _) = (@, 1);",
    "let (_, .., y) = (1, 2, 3, @);",
    "let Some(y) = Some(@) else { return Ok(()) };",
    "let [y] = [@];",
    "let y = match 1 { 1 => @, _ => @ };",
    "let y = if true { @ } else { @ };",
    "let y = { @ };",
    "let y = Wrap { inner: @ }.inner;",
    "let Wrap { inner: y } = Wrap { inner: @ };",
    "let y = Tuple(@).0;",
    "let Tuple(y) = Tuple(@);",
    "let y = same(@);",
    "let y = Box::new(@);",
    "let mut v = Vec::new(); v.push(@); let y = v.pop().unwrap();",
    "let y; y = @;",
    "let c = || @; let y = c();",
    "let y = (|| @)();",
    "let y = loop { break @; };",
    "let y = dbg!(@);",
    "let y = vec![@].into_iter().next().unwrap();",
    "let y = &mut *@;",
    "let y = (@, 2).0;",
    "let y = Ok(@)?;",
    "let mut w = Wrap { inner: None }; w.inner = Some(@); let y = w.inner.take().unwrap();",
    "let w = Wrap { inner: @ }; let y = w.into_inner_of_wrap();",
];

/// Ways to wrap a statement, `%` for the statement.
const WRAPS: [&str; 20] = [
    "%",
    "{ % }",
    "if true { % }",
    "if false {} else { % }",
    "match 3 { 3 => { % } _ => {} }",
    "for _ in 0..2 { % }",
    "loop { % break; }",
    "while let Some(_) = next() { % }",
    "let f = async || { % Ok::<(), ()>(()) }; f().await?;",
    "async { % Ok::<(), ()>(()) }.await?;",
    "let _ = async move { % };",
    "unsafe { % }",
    "let z = { % 3 };",
    "'a: { % break 'a; }",
    "(|| { % })();",
    "let r = move || { % }; same(r)();",
    "if let Some(_) = Some({ % 1 }) {}",
    "assert!({ % true });",
    "println!(\"{}\", { % 1 });",
    "let _ = [1].iter().map(|_| { % 1 }).count();",
];

const HELPERS: &str = "
struct Wrap<T> { inner: T }
impl<T> Wrap<T> { fn into_inner_of_wrap(self) -> T { self.inner } }
struct Tuple<T>(T);
fn same<T>(x: T) -> T { x }
";

/// A test around an expression, with the aliases and wraps of some choices.
fn test_with(thing: &Sample, usage: &str, aliases: &[usize], wraps: &[usize], helper: bool) -> String {
    let mut before = String::new();
    let mut variable = thing.variable.to_owned();
    for (at, alias) in aliases.iter().enumerate() {
        let name = format!("y{at}");
        let text = ALIASES[*alias].replace('@', &variable);
        // `y` where it is a word of its own.
        let part = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '_');
        for (at, c) in text.char_indices() {
            let own =
                c == 'y' && !part(text[..at].chars().next_back()) && !part(text[at + 1..].chars().next());
            if own { before.push_str(&name) } else { before.push(c) }
        }
        before.push('\n');
        variable = name;
    }
    let inner = if helper { "p" } else { &variable };
    let mut statement = format!("let _ = {};", usage.replace('@', inner));
    for wrap in wraps {
        statement = WRAPS[*wrap].replace('%', &statement);
    }
    let (call, function) = if helper {
        (
            format!("helper({variable}).await?;"),
            format!("async fn helper<T>(p: T) -> anyhow::Result<()> {{ {statement} Ok(()) }}"),
        )
    } else {
        (statement, String::new())
    };
    let (first, second) = if thing.variable == "config" {
        (format!("{before}{call}"), String::new())
    } else {
        (String::new(), format!("{before}{call}"))
    };
    format!(
        "{HELPERS}{function}
#[openvmm_test(uefi_x64(vhd(ubuntu_2504_server_x64)))]
async fn subject(config: PetriVmBuilder<OpenVmmPetriBackend>) -> anyhow::Result<()> {{
{first}
    let (mut vm, agent) = config.run().await?;
    let sh = agent.unix_shell();
{second}
    agent.power_off().await?;
    vm.wait_for_clean_teardown().await?;
    Ok(())
}}"
    )
}

fn shape() -> impl Strategy<Value = (usize, usize, Vec<usize>, Vec<usize>, bool)> {
    (
        0..THINGS.len(),
        any::<prop::sample::Index>(),
        prop::collection::vec(0..ALIASES.len(), 0..4),
        prop::collection::vec(0..WRAPS.len(), 0..4),
        any::<bool>(),
    )
        .prop_map(|(thing, usage, aliases, wraps, helper)| {
            (thing, usage.index(1 << 16), aliases, wraps, helper)
        })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1500, ..ProptestConfig::default() })]

    #[test]
    fn an_invented_word_opens_the_test_however_it_is_wrapped((thing, usage, aliases, wraps, helper) in shape()) {
        let thing = &THINGS[thing];
        let usage = thing.invented[usage % thing.invented.len()];
        let text = test_with(thing, usage, &aliases, &wraps, helper);
        let (open, weighed) = judge(&text);
        prop_assert!(open, "not open:\n{}", text);
        prop_assert!(!weighed, "judged all the same:\n{}", text);
    }

    #[test]
    fn known_words_are_understood_however_they_are_wrapped((thing, usage, aliases, wraps, helper) in shape()) {
        let thing = &THINGS[thing];
        let usage = thing.known[usage % thing.known.len()];
        let text = test_with(thing, usage, &aliases, &wraps, helper);
        let (_, test) = read(&text);
        let unresolved: Vec<String> =
            Needs::of(&test, &TABLE).unresolved.into_iter().map(|unresolved| unresolved.what).collect();
        prop_assert!(unresolved.is_empty(), "{:?}:\n{}", unresolved, text);
    }
}

#[test]
fn every_invented_word_opens_the_test_as_it_stands() {
    let mut problems = Vec::new();
    for thing in &THINGS {
        for usage in thing.invented {
            let text = test_with(thing, usage, &[], &[], false);
            if judge(&text) != (true, false) {
                problems.push(*usage);
            }
        }
        for usage in thing.known {
            if judge(&test_with(thing, usage, &[], &[], false)).0 {
                problems.push(*usage);
            }
        }
    }
    assert!(problems.is_empty(), "{problems:#?}");
}

#[test]
fn aliases_and_wrappers_keep_their_value() {
    let mut problems = Vec::new();
    let agent = &THINGS[0];
    for (at, alias) in ALIASES.iter().enumerate() {
        if judge(&test_with(agent, "@.frobnicate()", &[at], &[], false)) != (true, false) {
            problems.push(format!("lost: {alias}"));
        }
        if judge(&test_with(agent, "@.ping().await", &[at], &[], false)).0 {
            problems.push(format!("open: {alias}"));
        }
    }
    for (at, wrap) in WRAPS.iter().enumerate() {
        if judge(&test_with(agent, "@.frobnicate()", &[], &[at], false)) != (true, false) {
            problems.push(format!("lost: {wrap}"));
        }
        if judge(&test_with(agent, "@.ping().await", &[], &[at], false)).0 {
            problems.push(format!("open: {wrap}"));
        }
    }
    assert!(problems.is_empty(), "{problems:#?}");
}
