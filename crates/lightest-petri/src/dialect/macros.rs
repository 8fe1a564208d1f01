//! Macros: `cmd!`, which runs a program in a guest, `format!`, which makes a text, and the rest.

use super::script::{paths, programs};
use super::tree::{Bytes, Expr};
use super::values::{Command, Value};
use super::walk::Walk;
use lightest_lint::facts::What;

/// The roles that `cmd!` takes.
const SHELLS: [&str; 3] = ["unix-shell", "windows-shell", "vtl2-shell"];

impl<'w, 't> Walk<'w, 't> {
    pub(super) fn macro_call(&mut self, path: &'t str, args: &'t [Expr], span: &Bytes) -> Value<'t> {
        match path.rsplit("::").next().unwrap_or_default() {
            "cmd" => self.command(args, span),
            "format" | "concat" => self.text(args),
            _ => {
                let mut last = Value::Unknown;
                for arg in args {
                    let value = self.eval(arg);
                    if let Value::Closure(params, body, frame) = value {
                        self.closure(params, body, frame, Vec::new());
                    } else {
                        last = value;
                    }
                }
                // `vec![x]`, `dbg!(x)`, `pin!(x)` keep what they are given.
                if args.len() == 1 && last.matters(self.table) { last } else { Value::Unknown }
            }
        }
    }

    fn command(&mut self, args: &'t [Expr], span: &Bytes) -> Value<'t> {
        let shell = args.first().map_or(Value::Unknown, |shell| self.eval(shell));
        let Some(system) = shell.role().filter(|role| SHELLS.contains(role)).map(str::to_owned) else {
            self.open(span.clone(), "the shell that `cmd!` runs in".to_owned());
            return Value::Role(super::values::COMMAND.to_owned());
        };
        let (line, place) = match args.get(1) {
            Some(Expr::Text { value, span }) => (self.fill(value), span.clone()),
            _ => ("{}".to_owned(), span.clone()),
        };
        let command = Command { line, span: self.span(place), system, sightings: Vec::new() };
        self.run(command)
    }

    /// Writes down what a command runs; once more when it gets longer.
    fn run(&mut self, mut command: Command) -> Value<'t> {
        for run in programs(&command.line) {
            let known = command.sightings.iter().copied().find(|index| {
                matches!(&self.sightings[*index].what, What::Program { name, .. } if *name == run.program)
            });
            match known {
                Some(index) => {
                    if let What::Program { line, .. } = &mut self.sightings[index].what {
                        *line = run.line;
                    }
                }
                None => {
                    let what =
                        What::Program { system: command.system.clone(), name: run.program, line: run.line };
                    command.sightings.push(self.see_at(what, command.span.clone()));
                }
            }
        }
        for path in paths(&command.system, &command.line) {
            let what = What::Path { system: command.system.clone(), path };
            let known = command.sightings.iter().any(|index| self.sightings[*index].what == what);
            if !known {
                command.sightings.push(self.see_at(what, command.span.clone()));
            }
        }
        Value::Command(command)
    }

    /// A command with more arguments.
    pub(super) fn lengthen(&mut self, mut command: Command, values: &[Value<'t>]) -> Value<'t> {
        let mut add = |value: &Value<'t>| {
            let text = if let Value::Text(text) = value { text } else { "{}" };
            let quote = if text.contains('\'') { '"' } else { '\'' };
            command.line.push(' ');
            command.line.push(quote);
            command.line.push_str(text);
            command.line.push(quote);
        };
        for value in values {
            match value {
                Value::Many(parts) => parts.iter().for_each(&mut add),
                value => add(value),
            }
        }
        if command.line.len() > 100_000 {
            return Value::Command(command);
        }
        self.run(command)
    }

    fn text(&mut self, args: &'t [Expr]) -> Value<'t> {
        let mut values = args.iter().map(|arg| self.eval(arg)).collect::<Vec<_>>().into_iter();
        let Some(Value::Text(pattern)) = values.next() else { return Value::Text("{}".to_owned()) };
        let mut text = String::new();
        let mut rest = pattern.as_str();
        while let Some((before, after)) = rest.split_once("{}") {
            text.push_str(before);
            match values.next() {
                Some(Value::Text(value)) => text.push_str(&value),
                _ => text.push_str("{}"),
            }
            rest = after;
            if text.len() > 100_000 {
                break;
            }
        }
        text.push_str(rest);
        Value::Text(self.fill(&text))
    }

    /// A text with the names within braces replaced by what they stand for, where that is a text; in a command such a
    /// text is one word.
    fn fill(&self, text: &str) -> String {
        let mut filled = String::new();
        let mut rest = text;
        while let Some(open) = rest.find('{') {
            filled.push_str(&rest[..open]);
            let Some(close) = rest[open..].find('}') else { break };
            let inside = &rest[open + 1..open + close];
            let name = inside.split(':').next().unwrap_or_default().trim();
            match self.frame().and_then(|frame| frame.names.get(name)) {
                Some(Value::Text(value)) if filled.len() + value.len() < 100_000 => {
                    let quoted = value.contains(' ') && filled.ends_with(' ');
                    let quote = if value.contains('\'') { "\"" } else { "'" };
                    filled.push_str(if quoted { quote } else { "" });
                    filled.push_str(value);
                    filled.push_str(if quoted { quote } else { "" });
                }
                _ => match self.package.constant(name, self.file()) {
                    Some((_, Expr::Text { value, .. })) if !name.is_empty() => filled.push_str(value),
                    _ => filled.push_str(&rest[open..=open + close]),
                },
            }
            rest = &rest[open + close + 1..];
        }
        filled.push_str(rest);
        filled
    }
}
