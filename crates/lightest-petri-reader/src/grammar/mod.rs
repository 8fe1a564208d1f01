//! The grammar of petri's macros: configurations and whole attributes, with a caret for refusals.
//!
//! The legal words are the catalog's; the rules here are those of the macro crate: `Parse for Config` and
//! `Parse for ArgsWithOverrides` (see `boot-methods.toml` for the lines).

mod arguments;
mod attribute;
mod config;
mod cursor;
mod former;
mod guest;
mod path;
mod written;

pub use attribute::{Attribute, AttributeKind, Variant, Vendor};
pub use config::{Entry, Reason};
pub use written::quoted;

pub use lightest_lint::spelling::SyntaxError;
use lightest_model::catalog::Catalog;
use lightest_model::config::{Config, Form};

/// The words that are legal, and how they fit together.
#[derive(Clone, Copy, Debug)]
pub struct Grammar<'c> {
    catalog: &'c Catalog,
}

impl<'c> Grammar<'c> {
    /// The grammar with the words of that catalog.
    #[must_use]
    pub const fn new(catalog: &'c Catalog) -> Self {
        Self { catalog }
    }

    /// Parses one configuration, as it stands in an attribute; an `ignore(..)` or `unstable(..)` around it is understood.
    ///
    /// # Errors
    ///
    /// The first place that the macros would refuse.
    pub fn parse_entry(&self, text: &str) -> Result<Entry, SyntaxError> {
        let mut cursor = cursor::Cursor::new(text)?;
        let entry = config::entry(
            self.catalog,
            &mut cursor,
            config::Context { attribute: false, wrapped: false, former: false },
        )?;
        cursor.end("end of the configuration")?;
        Ok(entry)
    }

    /// Parses one configuration with nothing around it.
    ///
    /// # Errors
    ///
    /// The first place that the macros would refuse.
    pub fn parse_config(&self, text: &str) -> Result<Config, SyntaxError> {
        self.parse_entry(text).map(|entry| entry.config)
    }

    /// Parses what stands between the parentheses of an attribute.
    ///
    /// # Errors
    ///
    /// The first place that the macros would refuse, including a configuration without a VMM, or with another VMM than
    /// the attribute names.
    pub fn parse_arguments(&self, kind: AttributeKind, text: &str) -> Result<Attribute, SyntaxError> {
        let mut cursor = cursor::Cursor::new(text)?;
        arguments::arguments(self.catalog, kind, &mut cursor, None)
    }

    /// Parses what stands between the parentheses of an attribute, and goes on behind what the macros refuse: the words
    /// may be older or newer than the catalog.
    ///
    /// # Errors
    ///
    /// The first place that the macros would refuse, when no configuration is left without it. Otherwise the refused
    /// places are returned beside what was read.
    pub fn parse_arguments_partly(
        &self,
        kind: AttributeKind,
        text: &str,
    ) -> Result<(Attribute, Vec<SyntaxError>), SyntaxError> {
        let mut cursor = cursor::Cursor::new(text)?;
        let mut refused = Vec::new();
        let read = arguments::arguments(self.catalog, kind, &mut cursor, Some(&mut refused));
        match read {
            Ok(attribute) if !attribute.entries.is_empty() => Ok((attribute, refused)),
            // The first place is the one to show; without one, nothing was refused and the list is empty.
            read => Err(refused
                .into_iter()
                .next()
                .or(read.err())
                .unwrap_or_else(|| cursor.error("expected at least one firmware entry", Vec::new()))),
        }
    }

    /// Parses what stands between the parentheses of an attribute that has no list of configurations yet; `None` for any
    /// other.
    #[must_use]
    pub fn parse_without_list(&self, kind: AttributeKind, text: &str) -> Option<Attribute> {
        let mut cursor = cursor::Cursor::new(text).ok()?;
        arguments::without_list(self.catalog, kind, &mut cursor)
    }

    /// Parses a whole attribute, `#[vmm_test(..)]` for instance.
    ///
    /// # Errors
    ///
    /// The first place that the compiler or the macros would refuse.
    pub fn parse_attribute(&self, text: &str) -> Result<Attribute, SyntaxError> {
        let mut cursor = cursor::Cursor::new(text)?;
        arguments::whole(self.catalog, &mut cursor)
    }

    /// The prefix that petri puts before a test's name for this configuration; `None` without a VMM.
    #[must_use]
    pub fn test_name_prefix(&self, config: &Config) -> Option<String> {
        let vmm = config.vmm.as_deref()?;
        let boot = self.catalog.boot_method(&config.boot)?;
        let mut prefix = format!("{vmm}_{}_{}", boot.name_part, config.arch);
        if !matches!(config.guest.form, Form::Direct | Form::None) {
            let guest = self.catalog.guest(config.guest.form, &config.guest.id)?;
            prefix.push('_');
            prefix.push_str(guest.name_part.as_deref().unwrap_or(&guest.id));
        }
        if let Some(isolation) = config.isolation {
            prefix.push('_');
            prefix.push_str(isolation.word());
        }
        Some(prefix)
    }
}
