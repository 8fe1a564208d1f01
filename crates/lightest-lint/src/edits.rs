//! Edits to a test's list: a configuration replaced, added or taken out, in the layout that the list has.

use lightest_diagnostics::{Edit, Help, MARK, Safety, Span};
use lightest_model::space::RowId;

use crate::dialect::Replacement;
use crate::subject::{PlacedVariant, Subject};

impl Subject<'_, '_> {
    /// Puts another configuration into the place of a variant's.
    pub(crate) fn replace(
        &self,
        placed: &PlacedVariant<'_>,
        row: RowId,
        message: String,
        safety: Safety,
    ) -> Help {
        let own = &placed.variant.config;
        let mut config = self.row(row).config.clone();
        config.extra_deps.clone_from(&own.extra_deps);
        let fits = placed.declaration.vmm.is_none() || placed.declaration.vmm == config.vmm;
        // What a test brings along is made for its own guest.
        let own = match (fits, own.extra_deps.is_empty()) {
            (true, true) => Safety::Safe,
            (true, false) => Safety::Unsafe,
            (false, _) => Safety::DisplayOnly,
        };
        let replacement = Replacement {
            variant: placed.variant,
            declaration: placed.declaration,
            config: &config,
            needs: self.needs,
            sources: self.sources,
        };
        let Some((edits, known)) = self.dialect.replace(&replacement) else {
            return Help { message, edits: Vec::new(), safety: Safety::DisplayOnly };
        };
        Help { message, edits, safety: safety.max(own).max(known) }
    }

    /// Adds a configuration before a variant.
    pub(crate) fn add(&self, placed: &PlacedVariant<'_>, row: RowId, message: String) -> Help {
        let config = self.row(row).config.clone();
        let fits = placed.declaration.vmm.is_none() || placed.declaration.vmm == config.vmm;
        let safety = if fits { Safety::Unsafe } else { Safety::DisplayOnly };
        let Some(text) = self.dialect.spell(&config, placed.declaration) else {
            return Help { message, edits: Vec::new(), safety: Safety::DisplayOnly };
        };
        Help { message, edits: vec![self.insert(placed, &text)], safety }
    }

    /// Puts an entry before a variant, on a line of its own where the variant has one.
    fn insert(&self, placed: &PlacedVariant<'_>, text: &str) -> Edit {
        let span = &placed.variant.span;
        let text = match self.line_start(span) {
            Some(indent) => format!("{text},{}{indent}", self.line_end(span)),
            None => format!("{text}, "),
        };
        Edit { span: Span::new(span.file, span.bytes.start..span.bytes.start), text }
    }

    /// Adds a configuration before a variant as an experiment whose failure blocks nobody; `None` where the framework has
    /// no spelling for that.
    pub(crate) fn add_experiment(
        &self,
        placed: &PlacedVariant<'_>,
        row: RowId,
        reason: &str,
    ) -> Option<Edit> {
        let mut config = self.row(row).config.clone();
        config.extra_deps.clone_from(&placed.variant.config.extra_deps);
        if placed.declaration.vmm.is_some() && placed.declaration.vmm != config.vmm {
            return None;
        }
        let text = self.dialect.spell_unstable(&config, placed.declaration, reason)?;
        Some(self.insert(placed, &text))
    }

    /// Takes a variant out; `None` where it is the only one of its declaration.
    pub(crate) fn remove(&self, placed: &PlacedVariant<'_>, message: String, safety: Safety) -> Option<Help> {
        let variants = &placed.declaration.variants;
        if variants.len() < 2 {
            return None;
        }
        let span = &placed.variant.span;
        let text = &self.sources.get(span.file)?.text;
        let mut end = span.bytes.end;
        let rest = text.get(end..)?;
        let comma = rest.trim_start().starts_with(',');
        let mut start = span.bytes.start;
        if comma {
            end += rest.find(',')? + 1;
            // The rest of the line goes with it, when nothing else stands there.
            let after = text.get(end..)?;
            let blank = after.len() - after.trim_start_matches([' ', '\t']).len();
            match self.line_start(span) {
                Some(indent) if after[blank..].starts_with(['\n', '\r']) => {
                    end += blank + if after[blank..].starts_with("\r\n") { 2 } else { 1 };
                    start -= indent.len();
                }
                _ => end += blank,
            }
        } else {
            // The last one: the comma before it goes.
            let before = text.get(..start)?;
            let kept = before.trim_end();
            start = kept.strip_suffix(',').map_or(start, str::len);
        }
        let edit = Edit { span: Span::new(span.file, start..end), text: String::new() };
        Some(Help { message, edits: vec![edit], safety })
    }

    /// Text of several lines, each but the first behind the white space that a place begins with, and ended as the file's
    /// lines are.
    pub(crate) fn indented(&self, span: &Span, text: &str) -> String {
        let indent = self.line_start(span).unwrap_or_default();
        text.replace('\n', &format!("{}{indent}", self.line_end(span)))
    }

    /// How the lines of a file end near a place.
    fn line_end(&self, span: &Span) -> &'static str {
        self.sources.get(span.file).map_or("\n", |source| source.line_end(span.bytes.start))
    }

    /// The white space before something that begins its line.
    fn line_start(&self, span: &Span) -> Option<String> {
        let text = self.sources.get(span.file)?.text.get(..span.bytes.start)?;
        // From its end, so that a long line is not read for each of its variants.
        let before = text.trim_end_matches(|c: char| c != '\n' && c.is_whitespace());
        let begins = before.strip_prefix(MARK).unwrap_or(before).is_empty() || before.ends_with('\n');
        begins.then(|| text[before.len()..].to_owned())
    }
}
