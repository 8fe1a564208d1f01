//! A test suite as a whole: what its tests touch, however many helpers lie between, and where they get their guests.

mod calls;
mod expr;
mod ginkgo;
mod given;
mod index;
mod names;
mod reach;
mod scope;
mod types;
mod unit;
mod walk;

pub use reach::{Head, Place, Reached, Site, Suite, Test, Trace};
pub use unit::{Open, Touch, Touched};
