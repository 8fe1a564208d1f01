//! Ginkgo's words.

use super::unit::Kind;

/// The import path, without its version.
pub(crate) const PATH: &str = "github.com/onsi/ginkgo";

/// The kind of node that a function of Ginkgo declares, and whether it is pending.
pub(crate) fn node(name: &str) -> Option<(Kind, bool)> {
    let bare = |prefix: char| name.strip_prefix(prefix).and_then(kind);
    if let Some(kind) = kind(name) {
        return Some((kind, false));
    }
    if let Some(kind) = bare('F').filter(|kind| can_be_marked(*kind)) {
        return Some((kind, false));
    }
    bare('P').or_else(|| bare('X')).filter(|kind| can_be_marked(*kind)).map(|kind| (kind, true))
}

fn can_be_marked(kind: Kind) -> bool {
    !matches!(kind, Kind::Setup | Kind::Suite)
}

fn kind(name: &str) -> Option<Kind> {
    Some(match name {
        "Describe" | "Context" | "When" => Kind::Container,
        "DescribeTableSubtree" => Kind::Subtree,
        "DescribeTable" => Kind::Table,
        "It" | "Specify" => Kind::Leaf,
        "Entry" => Kind::Entry,
        "BeforeEach" | "JustBeforeEach" | "AfterEach" | "JustAfterEach" | "BeforeAll" | "AfterAll" => {
            Kind::Setup
        }
        "BeforeSuite"
        | "AfterSuite"
        | "SynchronizedBeforeSuite"
        | "SynchronizedAfterSuite"
        | "ReportAfterEach"
        | "ReportBeforeEach"
        | "ReportAfterSuite"
        | "ReportBeforeSuite" => Kind::Suite,
        _ => return None,
    })
}

/// The word that makes a node pending among its decorators.
pub(crate) const PENDING: &str = "Pending";
