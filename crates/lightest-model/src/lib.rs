//! What a test may require, what a configuration gives and costs, and the lightest fit between them.
//!
//! Total functions over values: no I/O, no clock, no environment, no colour and no output format.
//!
//! - [`catalog`]: the facts.
//! - [`config`]: one choice of VMM, boot method, architecture, isolation and guest.
//! - [`space`]: every legal configuration with its answers to every requirement.
//! - [`chooser`]: the lightest configuration, and why no lighter one.
//! - [`machine`]: a computer, and which configurations can run on it.

pub mod catalog;
pub mod chooser;
pub mod config;
pub mod machine;
pub mod space;

pub mod suggest;
