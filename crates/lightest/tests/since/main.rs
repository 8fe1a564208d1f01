//! `lightest check --since` on real git repositories.

#[path = "../support/git.rs"]
mod git;
mod refused;
mod repository;
mod sites;
#[path = "../support/mod.rs"]
mod support;
mod touched;
