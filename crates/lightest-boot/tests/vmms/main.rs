//! Drivers whose VMM is not here: their command lines, and their dialogues with a peer that plays recorded words.
//!
//! What is recorded was written in our own words after the protocols' definitions; each file says which.

mod dialogues;
mod hostile;
mod lines;
mod peer;
