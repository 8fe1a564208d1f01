//! The words of the page on choosing a guest, and that page's first table as a person reads it.
//!
//! Configurations are not written here: the chooser answers every row, leaf, example and symptom.

mod reading;
mod texts;

pub use reading::{Cell, Line, Reading, Table, pick};
pub use texts::{Example, Guest, Guideline, Leaf, Question, Row, Symptom, Texts, TradeOff, embedded};
