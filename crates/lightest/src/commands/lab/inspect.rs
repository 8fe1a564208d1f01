//! `lightest probe --image`: prints what an image contains.

use std::fmt::Write as _;
use std::path::Path;

use lightest_inspect::Inspection;
use lightest_model::catalog::Support;

use crate::args::Format;
use crate::failure::Failure;
use crate::schema::VERSION;
use crate::schema::inspect::Answer;
use crate::style::{aside, heading};
use crate::{exit, input, output, words};

/// Reads, and prints.
pub(super) fn run(image: &Path, format: Format) -> Result<u8, Failure> {
    input::open(image).map_err(|error| error.failure(image))?;
    let found = lightest_inspect::inspect(image).map_err(|error| {
        Failure::new(format!("{} cannot be read: {error}", output::shown(image)))
            .help("name a self-contained disk image: raw, qcow2, VHD or VHDX")
    })?;
    match format {
        Format::Json => {
            output::json(&Answer { schema_version: VERSION, image: image.to_string_lossy(), found: &found })?
        }
        Format::Text => output::data(&text(image, &found))?,
    }
    // An image of which nothing can be read is no answer.
    if found.disk_bytes.is_none() {
        return Err(Failure::new(format!("{}: the image cannot be read", output::shown(image))));
    }
    Ok(exit::DONE)
}

fn text(image: &Path, found: &Inspection) -> String {
    let mut text = String::new();
    let disk = found.disk_bytes.map_or_else(|| "unknown size".to_owned(), words::bytes);
    let format = found.format.qemu_name();
    let _ = writeln!(
        text,
        "{}: {format}, a disk of {disk} in {}",
        heading(output::shown(image)),
        words::bytes(found.file_bytes)
    );
    for one in &found.partitions {
        let part = &one.partition;
        let system = one.file_system.unwrap_or("unknown");
        let read = if one.read { "" } else { ", not read" };
        let size = words::bytes(part.bytes);
        let _ = writeln!(text, "partition {}: {}, {size}, {system}{read}", part.number, part.kind);
    }
    for loader in &found.boot_loaders {
        let arch = loader.arch.map_or("unknown architecture", |arch| arch.word());
        let signed = if loader.signed { "signed" } else { "not signed" };
        let shim = if loader.shim { ", shim" } else { "" };
        let _ = writeln!(
            text,
            "boot loader: partition {}, /{}, {arch}, {signed}{shim}",
            loader.partition, loader.path
        );
    }
    if let Some(linux) = &found.linux {
        let name = linux.os_release.get("PRETTY_NAME").map_or("Linux", String::as_str);
        let init = linux.init.as_deref().or(linux.init_path.as_deref()).unwrap_or("unknown");
        let programs = words::count(linux.programs.len(), "program");
        let _ = writeln!(text, "{name} on {}, init: {init}, {programs}", linux.place);
        for kernel in &linux.kernels {
            let modules = kernel
                .modules
                .map_or_else(|| "modules unknown".to_owned(), |count| words::count(count, "module"));
            let _ = writeln!(text, "kernel {}: {modules}", kernel.release);
        }
    }
    for claim in &found.found {
        let word = match claim.support {
            Support::Yes => "yes",
            Support::No => "no",
            Support::Unknown => "unknown",
        };
        let _ = writeln!(
            text,
            "{:<16} {word:<8} {} {}",
            claim.requirement,
            claim.seen,
            aside(format!("({})", claim.place))
        );
    }
    for note in &found.notes {
        let _ = writeln!(text, "note: {note}");
    }
    text
}
