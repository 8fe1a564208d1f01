//! `book-builder DIR OUT`: builds the book at DIR into OUT.

#![forbid(unsafe_code)]

use std::path::Path;
use std::process::ExitCode;

use mdbook::{Config, MDBook};
use mdbook_admonish::Admonish;

/// The preprocessor's settings in `book.toml`.
const SETTINGS: &str = "preprocessor.admonish";

fn build(dir: &str, out: &str) -> Result<(), mdbook::errors::Error> {
    let mut config = Config::from_disk(Path::new(dir).join("book.toml"))?;
    // The caller chooses the output folder.
    config.build.build_dir = std::path::absolute(out)?;
    // Were they there as the book is loaded, `mdbook-admonish` would be run as a program as well.
    let settings = config.get(SETTINGS).cloned();
    if let Some(preprocessors) = config.get_mut("preprocessor").and_then(|table| table.as_table_mut()) {
        preprocessors.remove("admonish");
    }
    let mut book = MDBook::load_with_config(dir, config)?;
    if let Some(settings) = settings {
        book.config.set(SETTINGS, settings)?;
        book.with_preprocessor(Admonish);
    }
    book.build()
}

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let [dir, out] = args.as_slice() else {
        eprintln!("usage: book-builder DIR OUT");
        return ExitCode::from(2);
    };
    match build(dir, out) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{dir} cannot be built: {error:?}");
            ExitCode::FAILURE
        }
    }
}
