//! The command line of Lightest: the only place that prints, reads configuration and decides exit codes.
//!
//! No decision about guests is made here; see `lightest-model`.

mod address;
mod alike;
mod args;
mod commands;
mod condition;
mod embedded;
mod exit;
mod failure;
mod findings;
mod framework;
#[cfg(feature = "fuzz")]
pub mod fuzz;
mod git;
mod input;
mod json;
mod machine;
mod output;
mod render;
mod results;
mod schema;
mod session;
mod settings;
mod since;
mod site;
mod spelled;
mod style;
mod tests_read;

pub(crate) use lightest_diagnostics::words;

#[cfg(all(feature = "schema", has_lab))]
pub use schema::published;

use std::ffi::OsString;
use std::process::ExitCode;

use clap::Parser;

/// Runs the program with those arguments, the first of which is its own name.
#[must_use]
pub fn run(args: impl IntoIterator<Item = OsString>) -> ExitCode {
    #[cfg(unix)]
    output::ignore_file_size_signal();
    let args: Vec<OsString> = args.into_iter().collect();
    let cli = match commands::Cli::try_parse_from(&args) {
        Ok(cli) => cli,
        Err(error) => {
            let error = with_escaped_arguments(&args, error);
            // Help and version are answers; anything else is a mistake in how it was called.
            let code = if error.use_stderr() { exit::COULD_NOT } else { exit::DONE };
            let text = error.render().ansi().to_string();
            return match output::arguments(&text, error.use_stderr()) {
                Ok(()) => ExitCode::from(code),
                Err(failure) => failed(&failure),
            };
        }
    };
    match commands::run(cli) {
        Ok(code) => ExitCode::from(code),
        Err(failure) => failed(&failure),
    }
}

/// Parses the arguments again, escaped, so that clap's message repeats them as text and keeps its own colours. Where the second
/// error is of another kind, or there is none, the first one stays.
fn with_escaped_arguments(args: &[OsString], error: clap::Error) -> clap::Error {
    let shown = args.iter().map(|arg| output::line(&arg.to_string_lossy()).to_string());
    match commands::Cli::try_parse_from(shown) {
        Err(shown) if shown.kind() == error.kind() => shown,
        _ => error,
    }
}

fn failed(failure: &failure::Failure) -> ExitCode {
    output::error(failure);
    ExitCode::from(failure.exit_code())
}
