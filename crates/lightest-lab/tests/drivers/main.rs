//! Drivers whose VMM is not here: their command lines, and their dialogues with a peer that follows a script.
//!
//! The scripts in `scripted/` were written by us from the VMMs' sources and documentation; each names its origin. They show that a
//! driver does what its author meant, not that a VMM agrees.

mod hostile;
mod lines;
mod peer;
mod scripted;
