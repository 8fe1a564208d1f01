//! Test results: read from JUnit, merged over runs, counted, and balanced into shards.
//!
//! No framework, no guest and no file: input is anything that can be read, output is values.
//!
//! - [`junit`]: reads JUnit XML as a stream, in bounded memory.
//! - [`case`]: the result of one test in one run.
//! - [`history`]: the results of one test over several runs, and whether it is flaky.
//! - [`statistics`]: count, total, median and 90th percentile of durations.
//! - [`shards`]: divides tests into shards of equal duration.

pub mod case;
pub mod history;
pub mod junit;
pub mod shards;
pub mod statistics;

mod report;
mod window;
