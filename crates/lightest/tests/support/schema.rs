//! Checks JSON that the program prints against its published schema.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

/// Where the schemas are.
pub(crate) fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/book/src/schema")
}

/// A published schema.
pub(crate) fn read(name: &str) -> Value {
    let path = folder().join(format!("{name}.json"));
    let text = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    serde_json::from_str(&text).expect("it is JSON")
}

/// Fails where the value has a key that the schema does not document, or lacks one that it promises.
pub(crate) fn conforms(name: &str, value: &Value) {
    let validator = jsonschema::validator_for(&closed(read(name))).expect("a schema");
    let errors: Vec<String> =
        validator.iter_errors(value).map(|error| format!("{}: {error}", error.instance_path())).collect();
    assert!(errors.is_empty(), "{name}.json: {errors:#?}\n{value:#}");
}

/// A schema by which a key that it does not document is a mistake. Published schemas are open: keys may be added.
pub(crate) fn closed(mut schema: Value) -> Value {
    close(&mut schema);
    if let Some(definitions) = schema.get_mut("$defs").and_then(Value::as_object_mut) {
        // They are closed where they are referred to, so that a reference may stand beside further keys.
        definitions.values_mut().for_each(close_parts);
    }
    schema
}

/// Closes a schema that describes a whole value.
fn close(schema: &mut Value) {
    close_parts(schema);
    if let Some(schema) = schema.as_object_mut() {
        schema.insert("unevaluatedProperties".to_owned(), json!(false));
    }
}

/// Closes what describes whole values within a schema: those of keys and of lists, not the branches of a choice.
fn close_parts(schema: &mut Value) {
    let Some(schema) = schema.as_object_mut() else { return };
    for (key, part) in schema {
        match key.as_str() {
            "properties" => part.as_object_mut().expect("by key").values_mut().for_each(close),
            "items" | "additionalProperties" => close(part),
            "prefixItems" => part.as_array_mut().expect("a list").iter_mut().for_each(close),
            "oneOf" | "anyOf" | "allOf" => {
                part.as_array_mut().expect("a list").iter_mut().for_each(close_parts)
            }
            _ => {}
        }
    }
}
