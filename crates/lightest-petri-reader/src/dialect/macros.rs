//! Macros: `cmd!`, which runs a program in a guest, `format!`, which makes a text, and the rest.

use lightest_lint::calls::last_segment;
use std::rc::Rc;

use super::script::{paths, programs};
use super::tree::{Bytes, Expr};
use super::values::{COMMAND, Command, Value};
use super::walk::Walk;
use lightest_lint::facts::{Branch, UsageKind};

/// The roles that `cmd!` takes.
const SHELLS: [&str; 4] = ["unix-shell", "windows-shell", "vtl2-shell", "chroot-shell"];

impl<'w, 't> Walk<'w, 't> {
    pub(super) fn macro_call(
        &mut self,
        path: &'t str,
        args: &'t [Expr],
        span: &Bytes,
        unread: &'t [String],
    ) -> Value<'t> {
        for name in unread {
            if let Some(role) = self.value_of(name).and_then(|value| value.carries().map(str::to_owned)) {
                self.open(span.clone(), format!("`{path}!`, whose arguments with the {role} are not read"));
            }
        }
        let last = last_segment(path);
        match last {
            "cmd" => return self.command(args, span),
            "format" | "concat" => return self.text(args),
            _ => {}
        }
        let values: Vec<Value<'t>> = args.iter().map(|arg| self.eval(arg)).collect();
        self.here = span.clone();
        self.package.invoke(last);
        let table = self.table;
        match table.function(&format!("{path}!")).or_else(|| table.function(&format!("{last}!"))) {
            // `vec![x]`, `dbg!(x)`, `pin!(x)` keep what they are given.
            Some(entry) if entry.gives.first().is_some_and(|gives| gives == "self") => match values.len() {
                1 if last != "vec" => values.into_iter().next().unwrap_or(Value::PLAIN),
                _ => Value::Many(values),
            },
            // What only looks at values.
            Some(_) => {
                values.into_iter().for_each(|value| self.release(value));
                Value::PLAIN
            }
            None => {
                let made = Value::made_of(&values).with(self.span(span.clone()), format!("`{path}!`"));
                for value in values {
                    self.escape(value, span, || format!("`{path}!`"));
                }
                made
            }
        }
    }

    fn command(&mut self, args: &'t [Expr], span: &Bytes) -> Value<'t> {
        let shell = args.first().map_or(Value::PLAIN, |shell| self.eval(shell));
        let (lines, place) = match args.get(1) {
            Some(Expr::Text { value, span }) => (self.fill(value), span.clone()),
            _ => (vec![(Vec::new(), "{}".to_owned())], span.clone()),
        };
        self.each(shell, &mut |walk, shell| {
            let system = match &shell {
                Value::Role(role) => walk.role_of(role),
                // What an unknown step makes of a shell runs its programs there.
                Value::Lost(role) => Rc::clone(role),
                _ => Rc::from(""),
            };
            if !SHELLS.contains(&&*system) {
                walk.release(shell);
                walk.open(span.clone(), "the shell that `cmd!` runs in".to_owned());
                return Value::Lost(Rc::from(COMMAND));
            }
            let mut made = Value::PLAIN;
            for (within, line) in &lines {
                let (line, span) = (line.clone(), walk.span(place.clone()));
                let command = Command { line, span, system: system.to_string(), usages: Vec::new() };
                let value = walk.inside(within, |walk| walk.run(command));
                made = made.or_within(within.clone(), value);
            }
            made
        })
    }

    /// Writes down what a command runs; once more when it gets longer.
    pub(super) fn run(&mut self, mut command: Command) -> Value<'t> {
        // A program where systems keep theirs is known by its name.
        let mut named = Vec::new();
        for run in programs(&command.line) {
            let is_path = run.path != run.program && run.path.starts_with('/');
            // A program of what the test mounted is none of the guest's.
            if !self.is_mounted(&run.path) {
                let known = command.usages.iter().copied().find(|index| {
                    matches!(&self.usages[*index].what, UsageKind::Program { name, .. } if *name == run.program)
                });
                match known {
                    Some(index) => {
                        if let UsageKind::Program { line, .. } = &mut self.usages[index].what {
                            *line = run.line;
                        }
                    }
                    None => {
                        let what = UsageKind::Program {
                            system: command.system.clone(),
                            name: run.program,
                            line: run.line,
                        };
                        command.usages.push(self.see_at(what, command.span.clone()));
                    }
                }
            }
            if is_path {
                named.push(run.path);
            }
        }
        for path in paths(&command.system, &command.line) {
            if self.is_mounted(&path) || named.contains(&path) {
                continue;
            }
            let what = self.path_of(&command.system, path);
            let known = command.usages.iter().any(|index| self.usages[*index].what == what);
            if !known {
                command.usages.push(self.see_at(what, command.span.clone()));
            }
        }
        Value::Command(Box::new(command))
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
            return Value::Command(Box::new(command));
        }
        self.run(command)
    }

    fn text(&mut self, args: &'t [Expr]) -> Value<'t> {
        let values: Vec<Value<'t>> = args.iter().map(|arg| self.eval(arg)).collect();
        let made = Value::made_of(&values);
        let mut values = values.into_iter();
        let Some(Value::Text(pattern)) = values.next() else { return made };
        let mut texts: Texts = vec![(Vec::new(), String::new())];
        let mut rest = pattern.as_str();
        while let Some((before, after)) = rest.split_once("{}") {
            let next = values.next().map_or_else(Vec::new, |value| texts_of(&value));
            let next = if next.is_empty() { vec![(Vec::new(), "{}".to_owned())] } else { next };
            append(&mut texts, before);
            texts = times(&texts, &next, |_| false);
            rest = after;
        }
        values.for_each(|value| self.release(value));
        append(&mut texts, rest);
        let mut all = Value::PLAIN;
        for (within, text) in texts {
            for (more, text) in self.fill(&text) {
                let within = within.iter().cloned().chain(more).collect();
                all = all.or_within(within, Value::Text(text));
            }
        }
        // Unknown words of its parts are not words of a text.
        all
    }

    /// A text with the names within braces replaced by what they stand for, where that is a text; in a command such a
    /// text is one word. Several where a name stands for one of several.
    fn fill(&mut self, text: &str) -> Texts {
        let mut filled: Texts = vec![(Vec::new(), String::new())];
        let mut rest = text;
        while let Some(open) = rest.find('{') {
            append(&mut filled, &rest[..open]);
            let Some(close) = rest[open..].find('}') else {
                rest = &rest[open..];
                break;
            };
            let inside = &rest[open + 1..open + close];
            let name = inside.split(':').next().unwrap_or_default().trim();
            let mut known = self.value_of(name).map_or_else(Vec::new, texts_of);
            if known.is_empty()
                && !name.is_empty()
                && let Some((_, Expr::Text { value, .. })) = self.package.constant(name, self.file())
            {
                known = vec![(Vec::new(), value.clone())];
            }
            if known.is_empty() {
                known = vec![(Vec::new(), rest[open..=open + close].to_owned())];
            }
            filled = times(&filled, &known, |before| before.ends_with(' '));
            rest = &rest[open + close + 1..];
        }
        append(&mut filled, rest);
        filled
    }
}

/// Texts, each with the branches in which it is that one.
pub(super) type Texts = Vec<(Vec<Branch>, String)>;

/// Texts that are kept apart.
const MAX_TEXTS: usize = 8;
/// Bytes of a text.
const MAX_TEXT: usize = 100_000;

/// The texts that a value may be.
pub(super) fn texts_of(value: &Value<'_>) -> Texts {
    match value {
        Value::Text(text) => vec![(Vec::new(), text.clone())],
        Value::Either(values) => {
            let mut texts = Vec::new();
            for (within, value) in values {
                let Value::Text(text) = value else { return Vec::new() };
                texts.push((within.clone(), text.clone()));
            }
            texts
        }
        _ => Vec::new(),
    }
}

/// Each of some texts followed by another.
fn append(texts: &mut Texts, next: &str) {
    for (_, text) in texts {
        let fits = text.len() + next.len() <= MAX_TEXT;
        text.push_str(if fits { next } else { "{}" });
    }
}

/// Each of some texts followed by each of others; as one word where `word` is true for the first.
fn times(texts: &Texts, next: &[(Vec<Branch>, String)], word: impl Fn(&str) -> bool) -> Texts {
    let mut all = Texts::new();
    for (within, before) in texts {
        for (more, text) in next {
            if all.len() == MAX_TEXTS {
                return all;
            }
            if before.len() + text.len() > MAX_TEXT {
                all.push((within.clone(), [before, "{}"].concat()));
                continue;
            }
            let quoted = text.contains(' ') && word(before);
            let quote = if !quoted {
                ""
            } else if text.contains('\'') {
                "\""
            } else {
                "'"
            };
            let within = within.iter().chain(more).cloned().collect();
            all.push((within, [before, quote, text, quote].concat()));
        }
    }
    all
}
