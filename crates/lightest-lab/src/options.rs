//! Options and commands of VMMs: facts with their evidence, from `vmms/*.toml`.

use serde::Deserialize;

use crate::process::CommandLine;

/// The facts about one VMM that its driver depends on.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Facts {
    /// The repository, or the documentation, that they were read in.
    pub source: String,
    /// When it was read.
    pub commit: String,
    /// Options of the command line.
    #[serde(default)]
    pub option: Vec<Named>,
    /// Commands of the control channel.
    #[serde(default)]
    pub command: Vec<Named>,
    /// Texts that are signs of something.
    #[serde(default)]
    pub log: Vec<Mark>,
    /// Numbered events that are signs of something.
    #[serde(default)]
    pub event: Vec<Number>,
    /// Why the driver works as it does.
    #[serde(default)]
    pub fact: Vec<Fact>,
}

/// An option or a command.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Named {
    /// As it is written.
    pub name: String,
    /// Its argument; nothing for a flag.
    pub takes: Option<String>,
    /// The place that states it.
    pub at: String,
}

/// A text.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mark {
    /// Its meaning.
    pub sign: Sign,
    /// The text.
    pub text: String,
    /// The place that states it.
    pub at: String,
}

/// A number.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Number {
    /// Its meaning.
    pub sign: Sign,
    /// The number.
    pub id: u32,
    /// The place that states it.
    pub at: String,
}

/// Anything else.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fact {
    /// In words.
    pub what: String,
    /// The place that states it.
    pub at: String,
}

/// The meanings of a VMM's texts and numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Sign {
    /// The guest reset the machine.
    GuestReset,
    /// Somebody outside reset the machine.
    HostReset,
    /// The guest turned the machine off.
    GuestShutdown,
    /// Somebody outside turned the machine off.
    HostShutdown,
    /// The guest crashed.
    Crash,
    /// Firmware starts what it found.
    Boot,
    /// Firmware found nothing to boot.
    NothingToBoot,
}

impl Facts {
    /// Reads a file of facts that came with the program.
    ///
    /// # Panics
    /// Never: a test reads each.
    #[must_use]
    pub fn embedded(text: &str) -> Self {
        toml::from_str(text).expect("the files of vmms/ are read by a test")
    }

    /// The meaning of a line of the log.
    #[must_use]
    pub fn logged(&self, line: &str) -> Option<Sign> {
        self.log.iter().find(|mark| line.contains(&mark.text)).map(|mark| mark.sign)
    }

    /// The meaning of an event's number.
    #[must_use]
    pub fn numbered(&self, id: u32) -> Option<Sign> {
        self.event.iter().find(|event| event.id == id).map(|event| event.sign)
    }

    /// The first word of a command line that is neither an option that is known nor the value of one.
    #[must_use]
    pub fn unknown<'a>(&self, line: &'a CommandLine) -> Option<&'a str> {
        let mut words = line.args.iter();
        while let Some(word) = words.next() {
            let Some(option) = self.option.iter().find(|option| option.name == *word) else {
                return Some(word);
            };
            if option.takes.is_some() {
                words.next();
            }
        }
        None
    }
}
