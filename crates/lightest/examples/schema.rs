//! Prints the published schemas as one JSON object, by the names of their files: `cargo xtask gen` writes them.

#![expect(clippy::print_stdout, reason = "it prints")]

fn main() {
    let all: serde_json::Map<String, serde_json::Value> =
        lightest::published().into_iter().map(|(name, schema)| (name.to_owned(), schema)).collect();
    println!("{:#}", serde_json::Value::Object(all));
}
