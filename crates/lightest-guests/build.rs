//! Compiles the guest agent for the host's own architecture, static, and embeds it; other architectures are built with images.
//!
//! The agent has no dependencies, so rustc alone is enough. Its sources are embedded too: this crate compiles them for
//! architectures that this toolchain has no standard library for.

use std::env;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

fn main() {
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets OUT_DIR"));
    let here = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").expect("cargo sets it"));
    let sources = here.join("../lightest-agent/src");
    println!("cargo::rerun-if-changed=build.rs");
    embed(&sources, ".rs", &out.join("agent_sources.rs"));
    let application = here.join("../../guests/guest_test_uefi/src");
    embed(&application, ".rs", &out.join("application_sources.rs"));

    embed(&here.join("../../guests/recipes"), ".toml", &out.join("recipes.rs"));

    let agent = out.join("agent");
    let target = env::var("TARGET").expect("cargo sets TARGET");
    let can = target == env::var("HOST").expect("cargo sets HOST")
        && matches!(target.as_str(), "x86_64-unknown-linux-gnu" | "aarch64-unknown-linux-gnu");
    if can {
        compile(&sources, &out, &agent);
    } else {
        fs::write(&agent, b"").expect("OUT_DIR can be written");
    }
}

/// Writes a list of the files with this ending: names and texts. Sources keep the ending in their names, recipes lose it.
fn embed(folder: &Path, ending: &str, list: &Path) {
    println!("cargo::rerun-if-changed={}", folder.display());
    let entries = fs::read_dir(folder).expect("the guests' files are in this repository");
    let mut names: Vec<String> = entries
        .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
        .filter(|name| name.ends_with(ending))
        .collect();
    names.sort();
    let mut text = String::from("&[\n");
    for name in names {
        let path = fs::canonicalize(folder.join(&name)).expect("it was just listed");
        let name = name.strip_suffix(".toml").unwrap_or(&name);
        writeln!(text, "({name:?}, include_str!({path:?})),").expect("a string takes all");
    }
    text.push(']');
    fs::write(list, text).expect("OUT_DIR can be written");
}

/// The same flags as in `src/agent.rs`.
fn compile(sources: &Path, out: &Path, agent: &Path) {
    let rustc = env::var_os("RUSTC").expect("cargo sets RUSTC");
    let library = out.join("liblightest_agent.rlib");
    let remap = format!("--remap-path-prefix={}=agent", sources.display());
    let common = ["--edition=2024", "-Copt-level=s", "-Cpanic=abort", "-Ccodegen-units=1", remap.as_str()];
    let run = |command: &mut Command| {
        let status = command.status().expect("rustc can be started");
        assert!(status.success(), "the guest agent does not compile");
    };
    run(Command::new(&rustc)
        .args(common)
        .args(["--crate-type=rlib", "--crate-name=lightest_agent"])
        .arg(sources.join("lib.rs"))
        .arg("-o")
        .arg(&library));
    run(Command::new(&rustc)
        .args(common)
        .args(["-Ctarget-feature=+crt-static", "-Cstrip=symbols"])
        .args(["--crate-name=agent", "--extern"])
        .arg(format!("lightest_agent={}", library.display()))
        .arg(sources.join("main.rs"))
        .arg("-o")
        .arg(agent));
}
