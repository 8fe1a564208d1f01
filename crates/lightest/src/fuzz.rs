//! This crate's readers of a user's files, for `cargo xtask fuzz`: each draws what is wrong as a failure is drawn.

use std::path::Path;

use lightest_catalog::{File, load};
use lightest_model::catalog::Layer;

use crate::failure::Failure;
use crate::findings::baseline::Baseline;
use crate::{input, output, render, settings};

/// Reads `lightest.toml`.
pub fn settings(text: &str) {
    draw(settings::parse(Path::new("lightest.toml"), Path::new(""), text));
}

/// Reads a baseline.
pub fn baseline(text: &str) {
    draw(Baseline::parse(Path::new("known.toml"), text));
}

/// Reads a file of a catalog, alone.
pub fn catalog(text: &str) {
    let files = [File::new(Path::new("own/own.toml"), text.to_owned(), Layer::User)];
    draw(load(&files).map_err(|errors| input::catalog::failure(&files, &errors)));
}

/// Draws a failure.
fn draw<T>(read: Result<T, Failure>) {
    if let Err(failure) = read {
        let drawn = output::terminal(&render::failure(&failure));
        assert!(!drawn.is_empty() && !drawn.contains('\u{7}'), "a control character reaches the terminal");
    }
}
