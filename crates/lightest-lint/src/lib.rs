//! Reads the source of tests and reports guests that do not fit.
//!
//! No file system, no rendering. Reading never fails: it returns what it understood, with notes on the rest.
//!
//! - [`dialect`]: the seam for test frameworks.
//! - [`guide`]: the seam for a framework's guidance.
//! - [`spelling`]: the seam for those whose configurations are spelled in words of their own.
//! - [`facts`]: the result of a dialect: tests, the guests that they name, the usages in their bodies.
//! - [`calls`]: the table of calls, from usages to requirements.
//! - [`intent`]: requirements that an author states.
//! - [`hints`]: requirements that a test's names mention.
//! - [`needs`]: the requirements of a test, with the places that show them.
//! - [`proposal`]: the list to write for a test, derived from its body alone.
//! - [`rules`]: one file each.
//! - [`linter`]: applies every rule to every test, and removes suppressed findings.
//! - [`shown`]: requirements that a passing run proves.
//! - [`unknowns`]: answers that nobody has shown, and what a *yes* would save.
//! - [`finding`]: the result of a rule, with its edits.

pub mod calls;
pub mod change;
pub mod dialect;
pub mod facts;
pub mod finding;
pub mod guide;
pub mod hints;
pub mod intent;
pub mod linter;
pub mod needs;
pub mod proposal;
pub mod rules;
pub mod shown;
pub mod source;
pub mod spelling;
pub mod unknowns;

pub mod parallel;

mod edits;
mod name;
mod reasons;
mod subject;
pub mod suppress;
mod sure;
