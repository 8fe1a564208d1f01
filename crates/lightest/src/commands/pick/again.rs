//! The command line that gives an answer again, without questions.

use lightest_lint::facts::Test;
use lightest_model::chooser::Query;
use lightest_model::machine::Machine;

use super::Args;
use crate::framework::Framework;
use crate::machine;
use crate::output::places::Texts;
use crate::output::{self, shell_word};

/// For requirements; `leading` are the arguments before the command, and `here` describes the machine, where the answer is for
/// one.
pub(crate) fn to_query(leading: &str, query: &Query, here: Option<&Machine>) -> String {
    let mut command = format!("lightest {leading}pick");
    let archs: Vec<&str> = query.archs.iter().map(|arch| arch.word()).collect();
    option(&mut command, "requires", &query.requires);
    option(&mut command, "arch", &archs);
    option(&mut command, "vmm", &query.vmms);
    if let Some(machine) = here {
        command.push_str(&machine::option(machine));
    }
    if query.requires.is_empty() && query.archs.is_empty() && query.vmms.is_empty() {
        // Explicit, so that no question is asked.
        command.push_str(" --arch x64,aarch64");
    }
    command
}

/// For a test's body, as far as a query can express it. `tests` are those read with it.
pub(crate) fn to_body(
    leading: &str,
    framework: Framework,
    test: &Test,
    tests: &[Test],
    texts: &Texts<'_>,
) -> String {
    let mut command = format!("lightest {leading}pick --from ");
    let place = texts.place(&test.name_span);
    command.push_str(&shell_word(&place.map(|place| output::path_text(place.path)).unwrap_or_default()));
    let name = framework.dialect().full_name(test);
    let alike =
        |other: &&Test| other.span.file == test.span.file && framework.dialect().full_name(other) == name;
    match place.filter(|_| tests.iter().filter(alike).count() > 1) {
        Some(place) => command.push_str(&format!(" --line {}", place.line_start)),
        None => command.push_str(&format!(" --test {}", shell_word(&name))),
    }
    command
}

/// The arguments of an answer to a body that change it.
pub(super) fn with_arguments(mut command: String, args: &Args, here: Option<&Machine>) -> String {
    let archs: Vec<&str> = args.arch.iter().map(|arch| arch.word()).collect();
    option(&mut command, "requires", &args.requires);
    option(&mut command, "arch", &archs);
    option(&mut command, "vmm", &args.vmm);
    if args.only_lightest {
        command.push_str(" --only-lightest");
    }
    if let Some(machine) = here {
        command.push_str(&machine::option(machine));
    }
    command
}

fn option<T: AsRef<str>>(command: &mut String, name: &str, values: &[T]) {
    if !values.is_empty() {
        let values: Vec<&str> = values.iter().map(AsRef::as_ref).collect();
        command.push_str(&format!(" --{name} {}", values.join(",")));
    }
}
