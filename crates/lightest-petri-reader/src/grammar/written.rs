//! Writes attributes as rustfmt would.

use std::fmt;

use super::attribute::{Attribute, AttributeKind};
use super::config::Entry;
use crate::spelling::Spelled;

/// A string literal that reads as `text`.
#[must_use]
pub fn quoted(text: &str) -> String {
    format!("\"{}\"", text.escape_default().to_string().replace("\\'", "'"))
}

impl fmt::Display for Attribute {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut before = Vec::new();
        if self.kind == AttributeKind::VmmTestWith {
            before.extend(self.vmm.clone());
            before.extend(self.noagent.then(|| "noagent".to_owned()));
            before.extend(self.vendor.map(|vendor| vendor.word().to_owned()));
            if !self.requires.is_empty() {
                before.push(format!("requires({})", self.requires.join(", ")));
            }
            before.extend(
                self.unstable.iter().map(|reason| format!("unstable(reason = {})", quoted(&reason.text))),
            );
            before.extend(
                self.ignored.iter().map(|reason| format!("ignore(reason = {})", quoted(&reason.text))),
            );
        }
        let depth = if self.kind == AttributeKind::VmmTestWith { 8 } else { 4 };
        let entries: Vec<String> = self.entries.iter().map(|entry| written(entry, depth)).collect();
        let name = self.kind.word();
        let with_configs = self.kind == AttributeKind::VmmTestWith;
        let flat = if with_configs {
            let mut all = before.clone();
            all.push(format!("configs({})", entries.join(", ")));
            format!("#[{name}({})]", all.join(", "))
        } else {
            format!("#[{name}({})]", entries.join(", "))
        };
        // rustfmt keeps one configuration on one line where it fits, and lists several one a line.
        if flat.len() <= 100 && entries.len() <= 1 {
            return f.write_str(&flat);
        }
        writeln!(f, "#[{name}(")?;
        if with_configs {
            for line in &before {
                writeln!(f, "    {line},")?;
            }
            writeln!(f, "    configs(")?;
            for line in &entries {
                writeln!(f, "        {line},")?;
            }
            writeln!(f, "    )")?;
        } else {
            for line in &entries {
                writeln!(f, "    {line},")?;
            }
        }
        write!(f, ")]")
    }
}

/// One configuration with what is around it, indented by `depth` where it takes several lines.
fn written(entry: &Entry, depth: usize) -> String {
    let config = Spelled(&entry.config).to_string();
    let (word, reason) = match (&entry.ignored, &entry.unstable) {
        (Some(reason), _) => ("ignore", reason),
        (None, Some(reason)) => ("unstable", reason),
        (None, None) => return config,
    };
    let reason = quoted(&reason.text);
    let line = format!("{word}(reason = {reason}, {config})");
    if depth + line.len() < 100 {
        return line;
    }
    let outer = " ".repeat(depth);
    format!("{word}(\n{outer}    reason = {reason},\n{outer}    {config}\n{outer})")
}
