//! Reads the catalog and embeds it as bytes, so that nothing is parsed at start.

use std::env;
use std::path::PathBuf;

use lightest_catalog::{File, OPENVMM, calls, embedded, load};
use lightest_diagnostics::Diagnostic;
use lightest_precompiled as precompiled;

fn main() {
    // The lab is a feature that exists on Unix only; this is the one place that knows both conditions.
    println!("cargo::rustc-check-cfg=cfg(has_lab)");
    if env::var_os("CARGO_FEATURE_LAB").is_some() && env::var_os("CARGO_CFG_UNIX").is_some() {
        println!("cargo::rustc-cfg=has_lab");
    }
    let files = embedded(OPENVMM);
    let catalog = load(&files).unwrap_or_else(|errors| stop(&files, &errors));
    let calls = calls::load(&files, &catalog).unwrap_or_else(|errors| stop(&files, &errors));
    // Addresses that are fixed when the program is linked are not relocated at each start: of a pick's processor time that is a
    // fifth (1.7 ms instead of 2.1 ms, 267 page faults instead of 404), as `perf stat -r 200` measured.
    let target = |key: &str| env::var(key).unwrap_or_default();
    if target("CARGO_CFG_TARGET_OS") == "linux" && target("CARGO_CFG_TARGET_ENV") == "gnu" {
        println!("cargo::rustc-link-arg-bins=-no-pie");
    }
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets it"));
    precompiled::write(&catalog, &calls, &out).expect("OUT_DIR can be written");
}

/// Ends the build with every mistake of the catalog, each with its place.
fn stop(files: &[File], errors: &[Diagnostic]) -> ! {
    for error in errors {
        let place = error.primary().map_or(String::new(), |span| {
            let file = &files[span.file];
            let line = file.text[..span.bytes.start.min(file.text.len())].lines().count().max(1);
            format!("{}:{line}: ", file.name)
        });
        println!("cargo::warning={place}{} {}", error.message, error.help_message().unwrap_or_default());
    }
    panic!("the catalog has {} mistakes", errors.len());
}
