//! What the program understands on its command line.

use std::path::PathBuf;

use clap::{Args as ClapArgs, Parser, Subcommand, ValueEnum};
use lightest_model::config::Arch;

use crate::commands::lab::options;

/// Picks the lightest guest that exercises the code under test.
#[derive(Debug, Parser)]
#[command(name = "lightest", version, about, max_term_width = 100, after_help = crate::commands::exit_codes())]
pub(crate) struct Args {
    /// Lay the catalog in this folder over the embedded one
    #[arg(long, global = true, value_name = "DIR")]
    pub(crate) catalog: Option<PathBuf>,

    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Recommend the lightest configuration for a new test
    Pick(Pick),
    /// Say what a configuration means, or where it is wrong
    Parse(Parse),
    /// Explain a configuration, guest, requirement, quirk, boot method, blocker or rule
    Explain(Explain),
    /// List what the catalog knows
    List(List),
    /// Read tests and say where the guest is wrong
    Check(Check),
    /// Say what tests require of their environment, and what shows it
    Requirements(Requirements),
    /// Hold the catalog against OpenVMM's own source
    Sync(Sync),
    /// Start real virtual machines and tell what happens when
    Boot(options::Boot),
    /// Boot again and again, in turns, and write down what came out
    Measure(options::Measure),
    /// Ask a running guest what it has
    Probe(options::Probe),
    /// Hold the catalog's claims against running guests
    Verify(options::Verify),
    /// Build the lab's guests
    Image(options::Image),
    /// Write the guidance, made from the catalog, or say whether it is stale
    Guide(Guide),
    /// Print a completion script for a shell
    Completions(Completions),
}

/// How an answer is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// For people.
    Text,
    /// For programs.
    Json,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct Pick {
    /// What the test asks of its environment, by identifier (`lightest list requirements`)
    #[arg(long, short, value_name = "REQUIREMENT", value_delimiter = ',')]
    pub(crate) requires: Vec<String>,
    /// Architectures to answer for [default: those that the requirements name, or both]
    #[arg(long, value_name = "ARCH", value_delimiter = ',', value_parser = arch)]
    pub(crate) arch: Vec<Arch>,
    /// VMMs to answer for, each by itself [default: whichever is lightest]
    #[arg(long, value_name = "VMM", value_delimiter = ',')]
    pub(crate) vmm: Vec<String>,
    /// How to print the answer
    #[arg(long, value_enum, default_value = "text")]
    pub(crate) format: Format,
    /// Show every refused configuration, not only the nearest
    #[arg(long)]
    pub(crate) all: bool,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct Parse {
    /// A configuration, such as `openvmm_uefi_x64(none)`, or a whole attribute, `#[vmm_test(..)]`
    #[arg(value_name = "CONFIG")]
    pub(crate) config: String,
    /// How to print the answer
    #[arg(long, value_enum, default_value = "text")]
    pub(crate) format: Format,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct Explain {
    /// A configuration, or the identifier of a guest, requirement, quirk, boot method, VMM or blocker
    #[arg(value_name = "WHAT")]
    pub(crate) what: String,
    /// How to print the answer
    #[arg(long, value_enum, default_value = "text")]
    pub(crate) format: Format,
}

/// What can be listed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Kind {
    /// Every configuration that the macros accept, and whether it can run.
    Configs,
    /// Guests.
    Guests,
    /// What a test may ask for.
    Requirements,
    /// Behaviour that surprises an author.
    Quirks,
    /// Limits that somebody means to lift.
    Blockers,
    /// What `check` finds.
    Rules,
    /// The VMMs that `boot` has a driver for: what each can do, and whether this host has it.
    Vmms,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct List {
    /// What to list
    #[arg(value_enum)]
    pub(crate) kind: Kind,
    /// How to print the list
    #[arg(long, value_enum, default_value = "text")]
    pub(crate) format: Format,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct Sync {
    /// The top of a checkout of OpenVMM
    #[arg(long, value_name = "DIR")]
    pub(crate) openvmm: PathBuf,
    /// Say where the catalog and the source differ, which happens anyway; with --history, whether the page is stale
    #[arg(long, conflicts_with = "write")]
    pub(crate) check: bool,
    /// Change the catalog in the folder of --facts to what the source states
    #[arg(long, requires = "facts")]
    pub(crate) write: bool,
    /// Show how facts came and went, from git: one commit a month, and the commit of each change
    #[arg(long, conflicts_with = "write")]
    pub(crate) history: bool,
    /// How many months of history
    #[arg(long, value_name = "N", default_value_t = 24, requires = "history", value_parser = clap::value_parser!(u32).range(1..=240))]
    pub(crate) months: u32,
    /// The file of the timeline [default: standard output]
    #[arg(long, value_name = "FILE", requires = "history")]
    pub(crate) output: Option<PathBuf>,
    /// The folder of the catalog [default: the embedded one]
    #[arg(long, value_name = "DIR")]
    pub(crate) facts: Option<PathBuf>,
    /// How to print differences
    #[arg(long, value_enum, default_value = "human")]
    pub(crate) message_format: FindingFormat,
}

/// The form of findings.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum FindingFormat {
    /// As rustc draws them.
    Human,
    /// One line each.
    Short,
    /// One rustc diagnostic a line, for editors and rustfix.
    Json,
    /// SARIF 2.1.0, for code scanning.
    Sarif,
    /// Commands to a GitHub workflow.
    Github,
    /// JUnit XML.
    Junit,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct Check {
    /// Files or folders to read
    #[arg(value_name = "PATH", default_value = ".")]
    pub(crate) paths: Vec<PathBuf>,
    /// The form of findings
    #[arg(long, value_enum, default_value = "human", value_name = "FORMAT")]
    pub(crate) message_format: FindingFormat,
    /// Only these rules
    #[arg(long, value_name = "RULE", value_delimiter = ',')]
    pub(crate) rule: Vec<String>,
    /// Speak of what is a choice, too
    #[arg(long)]
    pub(crate) pedantic: bool,
    /// Count findings by rule
    #[arg(long)]
    pub(crate) statistics: bool,
    /// Make the edits that keep what tests exercise
    #[arg(long)]
    pub(crate) fix: bool,
    /// With `--fix` or `--diff`: make the other edits, too
    #[arg(long)]
    pub(crate) unsafe_fixes: bool,
    /// Show the edits instead of making them
    #[arg(long)]
    pub(crate) diff: bool,
    /// Findings that are there already
    #[arg(long, value_name = "FILE")]
    pub(crate) baseline: Option<PathBuf>,
    /// Write the baseline, or take out of it what is fixed
    #[arg(long)]
    pub(crate) update_baseline: bool,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct Requirements {
    /// Files or folders to read
    #[arg(value_name = "PATH", default_value = ".")]
    pub(crate) paths: Vec<PathBuf>,
    /// Only this test: a function, or a variant as the test runner names it
    #[arg(long, value_name = "NAME")]
    pub(crate) test: Option<String>,
    /// How to print the answer
    #[arg(long, value_enum, default_value = "text")]
    pub(crate) format: Format,
}

#[derive(Debug, ClapArgs)]
#[command(group = clap::ArgGroup::new("target").args(["out", "book", "site"]))]
pub(crate) struct Guide {
    /// Write the picker page into this folder: `index.html`, and `picker.md` for an mdBook
    #[arg(long, value_name = "DIR")]
    pub(crate) site: Option<PathBuf>,
    /// The Guide's folder, which holds `book.toml` [default: print the page]
    #[arg(long, value_name = "DIR")]
    pub(crate) out: Option<PathBuf>,
    /// Write nothing; show a diff and exit with 1 where the Guide is stale
    #[arg(long, requires = "target", conflicts_with = "site")]
    pub(crate) check: bool,
    /// Hold the facts against a checkout of OpenVMM, too, and exit with 1 where it says otherwise
    #[arg(long, value_name = "DIR", requires = "check")]
    pub(crate) openvmm: Option<PathBuf>,
    /// The folder of Lightest's own book, whose generated pages are meant then
    #[arg(long, value_name = "DIR", hide = true)]
    pub(crate) book: Option<PathBuf>,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct Completions {
    /// The shell
    #[arg(value_enum)]
    pub(crate) shell: clap_complete::Shell,
}

fn arch(word: &str) -> Result<Arch, String> {
    Arch::from_word(word).ok_or_else(|| {
        let words = Arch::ALL.map(Arch::word);
        match lightest_model::suggest::nearest(word, words) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("known architectures: {}", words.join(", ")),
        }
    })
}
