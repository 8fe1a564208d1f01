//! Every configuration that OpenVMM's tests use is understood as petri's macros understand it.

mod common;

use lightest_model::catalog::Support;
use lightest_model::config::Config;
use lightest_model::space::{Asked, Space};
use lightest_petri::Spelled;
use lightest_petri::grammar::Grammar;

/// A variant of `corpus/variants.tsv`, whose names equal those that petri's macros make.
struct Row {
    name: &'static str,
    test: &'static str,
    written: &'static str,
    config: &'static str,
    agent: bool,
}

impl Row {
    /// What petri's macros leave out when they are built: OpenHCL of OpenVMM on aarch64.
    fn never_runs(&self) -> bool {
        self.config.starts_with("openvmm_openhcl_uefi_aarch64(")
    }
}

fn rows() -> Vec<Row> {
    let row = |line: &'static str| {
        let fields: Vec<&str> = line.split('\t').collect();
        let [name, test, written, config, agent, ..] = fields[..] else { panic!("five fields: {line}") };
        Row { name, test, written, config, agent: agent == "yes" }
    };
    include_str!("../../../corpus/variants.tsv").lines().skip(1).map(row).collect()
}

/// An author's configuration with the spaces that ours have.
fn spaced(written: &str) -> String {
    written.replace(' ', "").replace(",]", "]").replace(',', ", ")
}

#[test]
fn all_458_variants_parse_print_back_and_give_their_test_name() {
    let catalog = common::catalog();
    let grammar = Grammar::new(&catalog);
    let rows = rows();
    assert_eq!(rows.len(), 458);
    for Row { name, test, written, config, .. } in rows {
        let parsed = grammar.parse_config(written).unwrap_or_else(|error| panic!("{written}: {error}"));
        assert_eq!(Spelled(&parsed).to_string(), spaced(written));

        // `openvmm_test` leaves the VMM out.
        let (vmm, rest) = match written.split_once('_') {
            Some((vmm @ ("openvmm" | "hyperv"), rest)) => (vmm, rest),
            _ => ("openvmm", written),
        };
        let bare = grammar.parse_config(rest).unwrap_or_else(|error| panic!("{rest}: {error}"));
        assert_eq!(Spelled(&bare).to_string(), spaced(rest));
        assert_eq!(grammar.test_name_prefix(&bare), None, "a VMM is part of every test name");
        let full = Config { vmm: Some(vmm.to_owned()), ..bare };
        assert_eq!(parsed, Config { vmm: parsed.vmm.clone(), ..full.clone() });
        assert_eq!(Spelled(&full.bare()).to_string(), config);

        let prefix = grammar.test_name_prefix(&full).unwrap_or_else(|| panic!("{written} has no name"));
        let own = name.rsplit("::").next().unwrap_or(name);
        assert_eq!(own, format!("{prefix}_{test}"), "{written}");
    }
}

#[test]
fn exactly_the_variants_that_never_run_are_known_as_such() {
    let catalog = common::catalog();
    let grammar = Grammar::new(&catalog);
    let space = Space::of_tests(&catalog);
    let runs = space.requirement("runs").expect("it is always there");
    for row in rows() {
        let config = grammar.parse_config(row.config).expect("it parses");
        let index = space.position(&config).unwrap_or_else(|| panic!("{} is in the space", row.config));
        let support = space.answer(index, runs, &Asked::default()).support;
        // Some that run are ignored as unreliable, so nobody has shown that they do.
        assert_eq!(support == Support::No, row.never_runs(), "{} of {}", row.config, row.test);
    }
}

#[test]
fn a_variant_with_the_agent_has_a_guest_that_can_carry_it() {
    let catalog = common::catalog();
    let grammar = Grammar::new(&catalog);
    let space = Space::of_tests(&catalog);
    let agent = space.requirement("agent").expect("a requirement");
    let asked = Asked::new(&catalog, ["agent"]).expect("a requirement");
    for row in rows().into_iter().filter(|row| row.agent && !row.never_runs()) {
        let config = grammar.parse_config(row.config).expect("it parses");
        let index = space.position(&config).expect("it is in the space");
        let answer = space.answer(index, agent, &asked);
        assert_ne!(answer.support, Support::No, "{} of {}: {:?}", row.config, row.test, answer.statement);
    }
}
