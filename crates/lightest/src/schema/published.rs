//! The JSON schema of each answer, as `docs/book/src/schema` has it.

use schemars::{JsonSchema, generate::SchemaSettings};
use serde_json::Value;

use super::{diagnostic, explain, inspect, lab, learn, list, parse, pick, requirements, suite, unknowns};

/// Each answer: the name of its schema's file without `.json`, and the schema.
#[must_use]
pub fn published() -> Vec<(&'static str, Value)> {
    vec![
        of::<diagnostic::Diagnostic>(
            "check",
            "a line of `check --message-format json` and of `sync --message-format json`",
        ),
        of::<explain::Answer<'_>>("explain", "`explain --format json`"),
        of::<inspect::Answer<'_>>("probe-image", "`probe --image FILE --format json`"),
        of::<lab::Boots<'_>>("boot", "`boot --format json`"),
        of::<lab::Images<'_>>("image", "`image build --format json` and `image list --format json`"),
        of::<lab::Measured<'_>>("measure", "`measure --format json`"),
        of::<lab::MeasuredBoot<'_>>("measure-line", "a line of the `.partial` file of `measure --out`"),
        of::<lab::Probed<'_>>("probe", "`probe CONFIG --format json`, and a line of `probe CONFIG --out`"),
        of::<lab::Verified<'_>>("verify", "`verify --format json`"),
        of::<learn::Answer<'_>>("learn", "`learn --format json`"),
        of::<list::Answer<'_>>("list", "`list --format json`"),
        of::<parse::Answer<'_>>("parse", "`parse --format json`"),
        of::<pick::Placed<'_, pick::Answer<'_>>>("pick", "`pick --format json`"),
        of::<pick::Placed<'_, pick::From<'_>>>("pick-from", "`pick --from FILE --format json`"),
        of::<requirements::Answer<'_>>("requirements", "`requirements --format json`"),
        of::<suite::Answer<'_>>("suite", "`suite --format json`"),
        of::<suite::Line>("suite-shard", "a line of `suite --shard-format matrix`"),
        of::<unknowns::Answer<'_>>("unknowns", "`unknowns --format json`"),
    ]
}

fn of<T: JsonSchema>(name: &'static str, printed: &str) -> (&'static str, Value) {
    let settings = SchemaSettings::draft2020_12().for_serialize();
    let mut schema = settings.into_generator().into_root_schema_for::<T>();
    let title = match printed.strip_prefix("a line of ") {
        Some(command) => format!("A line of {command}"),
        None => format!("Output of {printed}"),
    };
    schema.insert("title".to_owned(), title.into());
    (name, schema.to_value())
}
