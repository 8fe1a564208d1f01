//! Requirements of a test: which needs stand for others, and which apply to which configuration.

use lightest_diagnostics::Span;
use lightest_lint::facts::Branch;
use lightest_lint::needs::{Need, Needs};
use lightest_model::catalog::{Os, When};

/// A need of the whole body.
fn need(requirement: &str) -> Need {
    Need {
        requirement: requirement.to_owned(),
        span: Span::new(0, 0..1),
        via: None,
        within: Vec::new(),
        when: Vec::new(),
        certain: true,
        guarded: false,
        because: String::new(),
        evidence: Vec::new(),
    }
}

fn on(os: Os) -> When {
    When { os: vec![os], ..When::default() }
}

fn branch(os: Os) -> Branch {
    Branch { when: vec![on(os)].into(), otherwise: false }
}

fn distinct(needs: &[Need]) -> Vec<usize> {
    Needs { needs: needs.to_vec(), ..Needs::default() }.distinct()
}

#[test]
fn a_need_stands_for_those_that_ask_the_same_of_the_same_configurations() {
    let disk = || need("disk");
    assert_eq!(distinct(&[disk(), need("agent"), disk(), need("agent")]), [0, 1]);
    // What differs in nothing but its place is the same.
    let elsewhere = Need { span: Span::new(3, 7..9), because: "it is read".to_owned(), ..disk() };
    assert_eq!(distinct(&[disk(), elsewhere]), [0]);
    let by_entry = |os| Need { when: vec![on(os)], ..disk() };
    let in_branch = |os| Need { within: vec![branch(os)], ..disk() };
    assert_eq!(
        distinct(&[disk(), by_entry(Os::Linux), by_entry(Os::Windows), by_entry(Os::Linux)]),
        [0, 1, 2]
    );
    assert_eq!(
        distinct(&[disk(), in_branch(Os::Linux), in_branch(Os::Windows), in_branch(Os::Linux)]),
        [0, 1, 2]
    );
    // In one branch it may be asked of fewer configurations, and of those in other branches.
    let both = |os| Need { within: vec![branch(os)], ..by_entry(Os::Linux) };
    assert_eq!(distinct(&[by_entry(Os::Linux), both(Os::Linux), both(Os::Windows)]), [0, 1, 2]);
}

#[test]
fn a_guarded_need_stands_for_no_sure_one() {
    let sure = || need("disk");
    let guarded = || Need { guarded: true, ..need("disk") };
    assert_eq!(distinct(&[guarded(), sure(), guarded(), sure()]), [0, 1]);
    assert_eq!(distinct(&[sure(), guarded(), sure()]), [0]);
}

#[test]
fn a_need_of_some_configurations_only_is_conditional() {
    assert!(!need("disk").is_conditional());
    assert!(Need { when: vec![on(Os::Linux)], ..need("disk") }.is_conditional());
    assert!(Need { within: vec![branch(Os::Linux)], ..need("disk") }.is_conditional());
    let needs = Needs { needs: vec![need("disk")], ..Needs::default() };
    assert!(needs.ask("disk") && !needs.ask("agent") && !needs.is_open());
}
