//! `lightest image`: builds the lab's guests and lists them.

use lightest_guests::{Built, recipe};

use super::super::options::{Image, What};
use super::{Lab, image_failure};
use crate::args::Format;
use crate::failure::Failure;
use crate::schema::{VERSION, lab as schema};
use crate::session::Session;
use crate::{exit, output, words};

/// Builds or lists.
pub(crate) fn run(args: &Image, session: &Session) -> Result<u8, Failure> {
    let lab = Lab::open(session)?;
    match &args.what {
        What::Build { names, format } => {
            let mut all = Vec::new();
            let light = || recipe::light().into_iter().map(str::to_owned).collect();
            let names = if names.is_empty() { light() } else { names.clone() };
            for name in &names {
                let progress = &mut |what: &str| output::message(&format!("{name}: {what}"));
                let built =
                    lab.store.build(name, &lab.host, progress).map_err(|error| image_failure(&error))?;
                all.push(built);
            }
            print(&all, *format)
        }
        What::List { format } => {
            let built: Vec<Built> =
                recipe::names().into_iter().filter_map(|name| lab.store.find(name).ok()).collect();
            if *format == Format::Text {
                for name in recipe::names() {
                    if built.iter().all(|built| built.name != name) {
                        output::data(&format!("{name}: not built\n"))?;
                    }
                }
            }
            print(&built, *format)
        }
    }
}

fn print(all: &[Built], format: Format) -> Result<u8, Failure> {
    match format {
        Format::Json => {
            let guests = all.iter().map(|built| schema::Image {
                name: &built.name,
                key: &built.key,
                dir: built.dir.to_string_lossy(),
                bytes: built.bytes(),
                cmdline: &built.cmdline,
                inputs: &built.inputs,
                outputs: &built.outputs,
            });
            output::json(&schema::Images { schema_version: VERSION, guests: guests.collect() })?;
        }
        Format::Text => {
            for built in all {
                let line = format!(
                    "{}: {} in {}\n",
                    built.name,
                    words::bytes(built.bytes()),
                    output::shown(&built.dir)
                );
                output::data(&line)?;
            }
        }
    }
    Ok(exit::DONE)
}
