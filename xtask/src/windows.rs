//! The command line on other systems: built for Windows and run under Wine beside this system's build, and checked for the
//! Windows that its users have and for Apple's.

mod compare;
#[path = "../../crates/lightest-guests/src/compiler.rs"]
#[expect(dead_code, reason = "the C library is for the lab's guests")]
mod compiler;
mod toolchain;

use crate::packages;
use crate::run::{cargo, report, root, run};

use toolchain::Toolchain;

/// The target that is built and run.
const WINDOWS: &str = "x86_64-pc-windows-gnu";
/// What is checked: their linkers are not to be had here.
const CHECKED: [&str; 2] = ["x86_64-pc-windows-msvc", "aarch64-apple-darwin"];

/// Checks, builds, and compares.
///
/// # Errors
/// What does not build, or prints something else there.
pub(crate) fn check() -> Result<(), String> {
    if !(cfg!(all(target_os = "linux", target_arch = "x86_64")) && packages::debian_as_root()) {
        report(
            "skipped: the compiler for other systems and Wine are installed on Debian for x86-64, as root",
        );
        return Ok(());
    }
    let Some(toolchain) = toolchain()? else { return Ok(()) };
    for target in CHECKED {
        let mut check = toolchain.cargo(target);
        check.args(["check", "--quiet", "--package", "lightest", "--target", target]);
        run(check)?;
        report(&format!("{target}: checked"));
    }
    let mut build = toolchain.cargo(WINDOWS);
    build.args(["build", "--quiet", "--package", "lightest", "--bin", "lightest", "--target", WINDOWS]);
    run(build)?;
    let mut here = cargo();
    here.args(["build", "--quiet", "--package", "lightest", "--bin", "lightest"]);
    run(here)?;
    compare::all(&toolchain, &root().join("target/debug/lightest"), &toolchain.built(WINDOWS))
}

/// The compiler; `None`, with a line on why, where `apt-get update` fails and its packages are not known, or one of them is missing.
fn toolchain() -> Result<Option<Toolchain>, String> {
    let wanted = match toolchain::packages() {
        Ok(wanted) => wanted,
        Err(error) if packages::update_fails() => return Ok(skipped(&error)),
        Err(error) => return Err(error),
    };
    let toolchain = Toolchain::of(&root().join("target/windows"));
    let is_there = toolchain.is_there(&wanted);
    let fetched = packages::install(&["windows"])
        .and_then(|()| if is_there { Ok(()) } else { toolchain.fetch(&wanted) });
    match fetched {
        Ok(()) if is_there => {}
        Ok(()) => toolchain.unpack(&wanted)?,
        Err(error) if packages::update_fails() => return Ok(skipped(&error)),
        Err(error) => return Err(error),
    }
    Ok(Some(toolchain))
}

/// Why there is no compiler.
fn skipped(error: &str) -> Option<Toolchain> {
    report(&format!("skipped: `apt-get update` fails, so that nothing can be installed: {error}"));
    None
}
