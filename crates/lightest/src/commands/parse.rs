//! `lightest parse`: what a configuration means, or a caret under the mistake.

use clap::Args as ClapArgs;
use lightest_diagnostics::SourceMap;
use lightest_lint::spelling::{Spelling, SyntaxError};
use lightest_model::catalog::Support;
use lightest_model::config::{Config, Form, Isolation};
use lightest_model::space::{Asked, Space};

use crate::args::Format;
use crate::failure::Failure;
use crate::framework::Framework;
use crate::json::{because, statement_evidence};
use crate::schema::VERSION;
use crate::schema::parse::{Answer, Attribute, Parsed, Runs};
use crate::session::Session;
use crate::{exit, output};

#[derive(Debug, ClapArgs)]
pub(crate) struct Args {
    /// A configuration, such as `openvmm_uefi_x64(none)`, or a whole attribute, `#[vmm_test(..)]`
    #[arg(value_name = "CONFIG")]
    config: String,
    /// How to print the answer
    #[arg(long, value_enum, default_value = "text")]
    format: Format,
}

/// Prints what the argument means.
pub(crate) fn run(args: &Args, session: &Session) -> Result<u8, Failure> {
    let framework = session.framework(&[]);
    let instead = format!("`lightest {}explain {}`", framework.argument(), output::shell_word(&args.config));
    let spelling = framework.part(|framework| framework.dialect().spelling(), "`parse` is", &instead)?;
    let catalog = session.catalog_of(framework)?;
    let text = args.config.as_str();
    let declaration = spelling.declaration(catalog, text);
    let is_declaration = declaration.is_some();
    let configs = declaration.unwrap_or_else(|| Ok(vec![spelling.config(catalog, text)?]));
    let configs = configs.map_err(|error| failure(text, error))?;
    let space = Space::of(catalog, |_| true);
    let reader = Reader { framework, spelling, space };
    match args.format {
        Format::Json => {
            let mut variants = configs.iter().map(|config| reader.parsed(config));
            let answer = if is_declaration {
                Some(Answer::Attribute(Attribute { schema_version: VERSION, variants: variants.collect() }))
            } else {
                variants.next().map(Answer::Config)
            };
            output::json(&answer)?;
        }
        Format::Text => {
            let parts: Vec<String> = configs.iter().map(|config| reader.as_text(config)).collect();
            output::data(&parts.join("\n"))?;
        }
    }
    Ok(exit::DONE)
}

/// A refused configuration as a failure, with the caret under the mistake.
pub(crate) fn failure(text: &str, error: SyntaxError) -> Failure {
    Failure::of(*error.diagnostic, SourceMap::of("<argument>", text))
}

/// What answers for the configurations that were read.
struct Reader<'c> {
    framework: Framework,
    spelling: &'static dyn Spelling,
    space: Space<'c>,
}

impl Reader<'_> {
    fn parsed<'a>(&self, config: &'a Config) -> Parsed<'a> {
        let catalog = self.space.catalog();
        Parsed {
            schema_version: VERSION,
            config: self.framework.dialect().name_of(config),
            vmm: config.vmm.as_deref(),
            boot: &config.boot,
            arch: config.arch.word(),
            isolation: config.isolation.map(Isolation::word),
            openhcl: catalog.boot_method(&config.boot).is_some_and(|boot| boot.openhcl),
            guest: &config.guest.id,
            guest_kind: config.guest.form.word(),
            extra_deps: &config.extra_deps,
            test_name_prefix: self.spelling.test_name_prefix(catalog, config),
            runs: self.runs(config).map(|(support, because, evidence)| Runs {
                support: support.into(),
                because,
                evidence,
            }),
        }
    }

    /// Whether the configuration can run anywhere, why, and where that is known from.
    fn runs(&self, config: &Config) -> Option<(Support, String, String)> {
        let row = self.space.position(config)?;
        let runs = self.space.requirement("runs")?;
        let answer = self.space.answer(row, runs, &Asked::default());
        Some((answer.support, because(answer.statement).to_owned(), statement_evidence(answer.statement)))
    }

    fn as_text(&self, config: &Config) -> String {
        let catalog = self.space.catalog();
        let boot = catalog.boot_method(&config.boot).map_or(config.boot.as_str(), |boot| boot.title.as_str());
        let guest = catalog.guest(config.guest.form, &config.guest.id);
        let mut text = format!("{}\n", self.framework.dialect().name_of(config));
        let mut line = |name: &str, value: &str| text.push_str(&format!("  {name:<10} {value}\n"));
        match &config.vmm {
            Some(vmm) => line("VMM", catalog.vmm(vmm).map_or(vmm.as_str(), |vmm| vmm.title.as_str())),
            None => line("VMM", "set by the enclosing attribute"),
        }
        line("boot", boot);
        line("arch", config.arch.word());
        line("isolation", config.isolation.map_or("none", |mode| mode.word()));
        if config.guest.form != Form::Direct || guest.is_some() {
            line("guest", guest.map_or(config.guest.id.as_str(), |guest| guest.title.as_str()));
        }
        if let Some(prefix) = self.spelling.test_name_prefix(catalog, config) {
            line("test name", &format!("{prefix}_.."));
        }
        match self.runs(config) {
            Some((Support::No, because, evidence)) => {
                line("runs", &format!("nowhere: {because} ({evidence})"));
            }
            Some((Support::Unknown, because, _)) => line("runs", &format!("not known: {because}")),
            Some((Support::Yes, ..)) | None => {}
        }
        text
    }
}
