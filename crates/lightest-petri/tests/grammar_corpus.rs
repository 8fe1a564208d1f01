//! Every configuration that OpenVMM's tests use is understood as petri's macros understand it.

mod common;

use lightest_model::catalog::Support;
use lightest_model::space::{Asked, Space};
use lightest_petri::Spelled;
use lightest_petri::grammar::{AttributeKind, Grammar};

struct Row {
    test: String,
    kind: AttributeKind,
    config: String,
    bare: String,
    prefix: String,
    agent: bool,
    runs: bool,
}

fn rows() -> Vec<Row> {
    let text = include_str!("data/openvmm-variants.tsv");
    let row = |line: &str| {
        let fields: Vec<&str> = line.split('\t').collect();
        let [test, kind, config, bare, prefix, agent, runs] = fields[..] else {
            panic!("seven fields: {line}")
        };
        Row {
            test: test.to_owned(),
            kind: AttributeKind::from_word(kind).expect("a macro"),
            config: config.to_owned(),
            bare: bare.to_owned(),
            prefix: prefix.to_owned(),
            agent: agent == "yes",
            runs: runs == "runs",
        }
    };
    text.lines().filter(|line| !line.starts_with('#')).map(row).collect()
}

#[test]
fn all_458_variants_parse_print_back_and_give_their_test_name() {
    let catalog = common::catalog();
    let grammar = Grammar::new(&catalog);
    let rows = rows();
    assert_eq!(rows.len(), 458);
    for row in rows {
        let config =
            grammar.parse_config(&row.config).unwrap_or_else(|error| panic!("{}: {error}", row.config));
        assert_eq!(Spelled(&config).to_string(), row.config);
        assert_eq!(grammar.test_name_prefix(&config).as_deref(), Some(row.prefix.as_str()), "{}", row.config);

        let bare = grammar.parse_config(&row.bare).unwrap_or_else(|error| panic!("{}: {error}", row.bare));
        assert_eq!(Spelled(&bare).to_string(), row.bare);
        assert_eq!(grammar.test_name_prefix(&bare), None, "a VMM is part of every test name");
        let vmm = if row.kind == AttributeKind::OpenvmmTest {
            Some("openvmm".to_owned())
        } else {
            config.vmm.clone()
        };
        assert_eq!(lightest_model::config::Config { vmm, ..bare }, config);
    }
}

#[test]
fn exactly_the_variants_that_never_run_are_known_as_such() {
    let catalog = common::catalog();
    let grammar = Grammar::new(&catalog);
    let space = Space::of_tests(&catalog);
    let runs = space.requirement("runs").expect("it is always there");
    for row in rows() {
        let config = grammar.parse_config(&row.config).expect("it parses");
        let index = space.position(&config).unwrap_or_else(|| panic!("{} is in the space", row.config));
        let support = space.answer(index, runs, &Asked::default()).support;
        // Some that run are ignored as unreliable, so nobody has shown that they do.
        assert_eq!(support == Support::No, !row.runs, "{} of {}", row.config, row.test);
    }
}

#[test]
fn a_variant_with_the_agent_has_a_guest_that_can_carry_it() {
    let catalog = common::catalog();
    let grammar = Grammar::new(&catalog);
    let space = Space::of_tests(&catalog);
    let agent = space.requirement("agent").expect("a requirement");
    let asked = Asked::new(&catalog, ["agent"]).expect("a requirement");
    for row in rows().into_iter().filter(|row| row.agent && row.runs) {
        let config = grammar.parse_config(&row.config).expect("it parses");
        let index = space.position(&config).expect("it is in the space");
        let answer = space.answer(index, agent, &asked);
        assert_ne!(answer.support, Support::No, "{} of {}: {:?}", row.config, row.test, answer.statement);
    }
}
