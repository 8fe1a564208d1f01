//! Configurations as petri's macros read them.

use std::fmt;

use lightest_model::config::{Config, Form};

/// A configuration in petri's words, in one canonical spelling.
#[derive(Clone, Copy, Debug)]
pub struct Spelled<'c>(pub &'c Config);

impl fmt::Display for Spelled<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(config) = self;
        if let Some(vmm) = &config.vmm {
            write!(f, "{vmm}_")?;
        }
        write!(f, "{}_{}", config.boot, config.arch)?;
        if let Some(isolation) = config.isolation {
            write!(f, "[{isolation}]")?;
        }
        match config.guest.form {
            Form::Direct => {}
            Form::Vhd => write!(f, "(vhd({}))", config.guest.id)?,
            Form::Iso => write!(f, "(iso({}))", config.guest.id)?,
            Form::UefiApp | Form::None => write!(f, "({})", config.guest.id)?,
        }
        if !config.extra_deps.is_empty() {
            write!(f, "[{}]", config.extra_deps.join(", "))?;
        }
        Ok(())
    }
}
