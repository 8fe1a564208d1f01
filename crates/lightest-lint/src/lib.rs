//! Reads test source text and says where the guest is wrong.
//!
//! No file system, no rendering, and reading never fails: it returns what it understood, and notes on the rest.
//!
//! - [`dialect`]: the seam for test frameworks.
//! - [`guide`]: the seam for a framework's guidance.
//! - [`spelling`]: the seam for those whose configurations are spelled in words of their own.
//! - [`facts`]: what a dialect hands on: tests, the guests that they name, what their bodies touch.
//! - [`calls`]: the table from what a body touches to what that asks of the environment.
//! - [`intent`]: what an author states that a test asks for.
//! - [`hints`]: what a test's names mention, and its body need not show.
//! - [`needs`]: what a test requires, with the place that shows it.
//! - [`proposal`]: what to list for a test, read from its body alone.
//! - [`rules`]: one file each.
//! - [`linter`]: applies every rule to every test, and takes out what comments suppress.
//! - [`shown`]: what a passing run of a variant shows.
//! - [`unknowns`]: what nobody has shown, and what a *yes* would save.
//! - [`finding`]: what a rule found, and the edits that it proposes.

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
