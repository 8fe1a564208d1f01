//! Whole boots with drivers whose VMM is not here: a program plays it, everything else is real.

mod boots;
mod refused;
#[path = "../support/schema.rs"]
mod schema;
mod series;
mod stage;
