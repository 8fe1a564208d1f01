//! The requirements of all tests of a site on their guest.

use std::collections::BTreeMap;

use lightest_model::catalog::{Catalog, Guest, Support};
use lightest_model::chooser::lightest_for;
use lightest_model::config::Arch;
use lightest_model::space::{ALWAYS, Answer, Asked, Space};

use crate::suite::{Place, Site, Suite, Touch};
use crate::table::{Entry, Table};

/// Requirements on every proposed guest: new tests may use it.
pub const NEW_TESTS: &str = "new-tests";

/// Something that a test asks, and what shows it.
#[derive(Clone, Debug)]
pub struct Ask {
    /// The requirement.
    pub requirement: String,
    /// Why.
    pub because: String,
    /// Where that is known from, as the catalog writes it.
    pub evidence: Vec<String>,
    /// The place that shows it.
    pub place: Place,
    /// Where the test's own body leads to it, when it stands in a helper.
    pub via: Option<Place>,
    /// The test, by its index.
    pub test: usize,
    /// Whether the test shows it by itself: a call, an option or its name, rather than a text or a field that is read.
    pub direct: bool,
}

/// Something that was not understood.
#[derive(Clone, Debug)]
pub struct Unresolved {
    /// What.
    pub what: String,
    /// Where.
    pub place: Place,
    /// Where the test's own body leads to it, when it stands in a helper.
    pub via: Option<Place>,
}

/// A login at the console.
#[derive(Clone, Debug)]
pub struct Login {
    /// The function, such as `LoginToAlpine`.
    pub function: String,
    /// The guests whose console it knows.
    pub guests: Vec<String>,
    /// Where it is named.
    pub place: Place,
}

/// The requirements of one test.
#[derive(Clone, Debug, Default)]
pub struct Asking {
    /// Requirements, the first place of each.
    pub asks: Vec<Ask>,
    /// Unresolved places.
    pub opens: Vec<Unresolved>,
    /// Its use of the machine, in words.
    pub does: Vec<String>,
    /// What looks like a demand and is none: why, and where. What stands in the test itself comes first.
    pub decoys: Vec<(String, Place)>,
    /// Logins at the console.
    pub logins: Vec<Login>,
    /// Whether it describes a machine without a factory, or with other disks than the factory's.
    pub describes: bool,
    /// Texts that count disks: `disks[1]`.
    pub counts: Vec<Place>,
    /// Where it sets how much memory a machine has.
    pub sets_memory: Vec<Place>,
}

/// A site, and what its tests ask.
#[derive(Clone, Debug)]
pub struct Judged<'r> {
    /// The call of the factory.
    pub site: &'r Site,
    /// Its guest; `None` for a factory that the catalog does not know.
    pub guest: Option<&'r Guest>,
    /// Its tests that are not pending, by index.
    pub tests: Vec<usize>,
    /// Their requirements, each with its first place.
    pub asks: Vec<Ask>,
    /// Unresolved places.
    pub opens: Vec<Unresolved>,
    /// Whether the name of a test, or a comment at the site, mentions its guest, or others stand beside it in one list:
    /// the author chose it.
    pub chosen: bool,
}

/// Everything that rules are asked about.
pub struct Reading<'r> {
    /// The suite.
    pub suite: &'r Suite,
    /// The facts.
    pub catalog: &'r Catalog,
    /// The guests with their answers.
    pub space: Space<'r>,
    /// The requirements of each test.
    pub asking: Vec<Asking>,
    /// Login functions, with the guests whose console they know.
    logins: Vec<(String, Vec<String>)>,
}

impl<'r> Reading<'r> {
    /// Reads what every test of a suite asks.
    #[must_use]
    pub fn new(suite: &'r Suite, catalog: &'r Catalog, table: &Table) -> Self {
        let asking = (0..suite.tests.len()).map(|test| ask(suite, test, table)).collect();
        let logins = table.entries().filter(|entry| !entry.logs_into.is_empty()).flat_map(|entry| {
            let function = |name: &String| name.rsplit("::").next().unwrap_or(name).to_owned();
            entry.names.iter().map(move |name| (function(name), entry.logs_into.clone()))
        });
        Self { suite, catalog, space: Space::of_tests(catalog), asking, logins: logins.collect() }
    }

    /// The login function that knows a guest's console.
    #[must_use]
    pub fn login_for(&self, guest: &str) -> Option<&str> {
        let fits = self.logins.iter().find(|(_, guests)| guests.iter().any(|known| known == guest));
        fits.map(|(function, _)| function.as_str())
    }

    /// The guest that a factory makes.
    #[must_use]
    pub fn guest(&self, factory: &str) -> Option<&'r Guest> {
        self.catalog.guests.iter().find(|guest| guest.id == factory)
    }

    /// A site, with what its tests ask.
    #[must_use]
    pub fn judge(&self, site: &'r Site) -> Judged<'r> {
        let tests: Vec<usize> =
            site.tests.iter().copied().filter(|test| !self.suite.tests[*test].pending).collect();
        let mut asks: BTreeMap<&str, &Ask> = BTreeMap::new();
        let mut opens = Vec::new();
        for test in &tests {
            for ask in &self.asking[*test].asks {
                asks.entry(&ask.requirement).or_insert(ask);
            }
            opens.extend(self.asking[*test].opens.iter().cloned());
        }
        let asks = asks.into_values().cloned().collect();
        let guest = self.guest(&site.factory);
        let names = |guest| tests.iter().any(|test| mentions(&self.suite.tests[*test].name(), guest));
        Judged { site, guest, chosen: site.listed || guest.is_some_and(names), tests, asks, opens }
    }

    /// Whether a test sets how much memory the machine of a site has: there, or outside of every factory call.
    #[must_use]
    pub fn sets_memory(&self, site: &Site, test: usize) -> bool {
        let within = |site: &Site, (source, bytes): &Place| {
            site.place.0 == *source && site.place.1.start <= bytes.start && bytes.end <= site.place.1.end
        };
        self.asking[test]
            .sets_memory
            .iter()
            .any(|place| within(site, place) || !self.suite.sites.iter().any(|other| within(other, place)))
    }

    /// The requirements that a guest provides.
    #[must_use]
    pub fn answer(&self, guest: &Guest, requirement: &str) -> Answer<'r> {
        answer(&self.space, guest, requirement)
    }

    /// Whether a guest is known to give everything.
    pub fn gives<'w>(&self, guest: &Guest, words: impl IntoIterator<Item = &'w str>) -> bool {
        words.into_iter().chain(ALWAYS).all(|word| self.answer(guest, word).support == Support::Yes)
    }

    /// The lightest guest that new tests may use and that gives everything.
    pub fn lightest<'w>(&self, words: impl IntoIterator<Item = &'w str>) -> Option<&'r Guest> {
        lightest(&self.space, words)
    }

    /// Whether a requirement takes an operating system.
    #[must_use]
    pub fn takes_a_system(&self, requirement: &str) -> bool {
        let Ok(asked) = Asked::new(self.catalog, [requirement]) else { return false };
        asked.indices().iter().filter_map(|id| id.entry(self.catalog)).any(|known| known.id == "guest-os")
    }

    /// Whether one guest boots a class faster than another.
    #[must_use]
    pub fn is_faster(&self, one: &Guest, other: &Guest) -> bool {
        let class =
            |guest: &Guest| self.catalog.boot_classes.iter().position(|class| class.id == guest.boot_class);
        class(one) < class(other)
    }
}

/// The catalog's answer for a guest on x86-64.
#[must_use]
pub fn answer<'c>(space: &Space<'c>, guest: &Guest, requirement: &str) -> Answer<'c> {
    let row = space.find(|row| row.guest.id == guest.id && row.config.arch == Arch::X64);
    match (row, space.requirement(requirement)) {
        (Some(row), Some(index)) => space.answer(row, index, &Asked::default()),
        _ => Answer { support: Support::Unknown, statement: None },
    }
}

/// The lightest guest that new tests may use and that gives everything; `None` where a word is no requirement, or no factory is
/// known to provide all.
pub fn lightest<'c, 'w>(space: &Space<'c>, words: impl IntoIterator<Item = &'w str>) -> Option<&'c Guest> {
    let asked = Asked::new(space.catalog(), words.into_iter().chain([NEW_TESTS])).ok()?;
    lightest_for(space, &asked, Arch::X64).map(|row| space.row(row).guest)
}

/// Whether a text has a guest's name among its words.
#[must_use]
pub fn mentions(text: &str, guest: &Guest) -> bool {
    let name = guest.short.as_deref().unwrap_or(&guest.title);
    let first = name.split_whitespace().next().unwrap_or(name).to_lowercase();
    text.split(|c: char| !c.is_alphanumeric()).any(|word| word.to_lowercase() == first)
}

/// The requirements of one test.
fn ask(suite: &Suite, test: usize, table: &Table) -> Asking {
    let data = &suite.tests[test];
    let reached = suite.reached(data);
    let mut asking = Asking::default();
    for trace in &reached.touches {
        let place = (trace.source, trace.what.bytes.clone());
        if let Touch::Text(text) = &trace.what.what
            && counts_disks(text)
        {
            asking.counts.push(place.clone());
        }
        asking.describes |= describes(&trace.what.what);
        if sets_memory(&trace.what.what) {
            asking.sets_memory.push(place.clone());
        }
        let Some(entry) = table.judge(&trace.what.what) else { continue };
        let is_call = matches!(trace.what.what, Touch::Call { .. } | Touch::Function(_));
        note(&mut asking, entry, test, &place, trace.via.as_ref(), is_call);
        if !entry.logs_into.is_empty()
            && let Touch::Function(path) = &trace.what.what
        {
            asking.logins.push(Login {
                function: path.rsplit("::").next().unwrap_or(path).to_owned(),
                guests: entry.logs_into.clone(),
                place,
            });
        }
    }
    for part in data.containers.iter().chain([&data.text]) {
        for entry in table.title(part) {
            note(&mut asking, entry, test, &data.text_place, None, true);
        }
    }
    for trace in &reached.opens {
        let place = (trace.source, trace.what.bytes.clone());
        asking.opens.push(Unresolved { what: trace.what.what.clone(), place, via: trace.via.clone() });
    }
    for (name, place, via) in suite.weak(data) {
        asking.opens.push(Unresolved { what: format!("whose method `{name}` is"), place, via });
    }
    asking.decoys.sort_by_key(|(_, place)| place.0 != data.place.0);
    asking
}

fn note(asking: &mut Asking, entry: &Entry, test: usize, place: &Place, via: Option<&Place>, is_call: bool) {
    for requirement in &entry.requires {
        if !asking.asks.iter().any(|ask| ask.requirement == *requirement) {
            asking.asks.push(Ask {
                requirement: requirement.clone(),
                because: entry.because.clone(),
                evidence: entry.evidence.clone(),
                place: place.clone(),
                via: via.cloned(),
                test,
                direct: is_call && via.is_none(),
            });
        }
    }
    if !entry.does.is_empty() && !asking.does.contains(&entry.does) {
        asking.does.push(entry.does.clone());
    }
    if entry.decoy {
        asking.decoys.push((entry.because.clone(), place.clone()));
    }
}

/// Whether a text names a disk or a volume by its number, other than the first.
pub(crate) fn counts_disks(text: &str) -> bool {
    ["disks[", "volumes["].iter().any(|word| {
        text.match_indices(word).any(|(at, _)| {
            let rest = &text[at + word.len()..];
            rest.split(']').next().is_some_and(|number| number.parse::<u32>().is_ok_and(|number| number > 0))
        })
    })
}

/// Whether a test describes a machine without a factory, or puts another image into one.
fn describes(touch: &Touch) -> bool {
    match touch {
        Touch::Function(path) => path.ends_with("libvmi::New"),
        Touch::Field { of, name, .. } => {
            matches!(name.as_str(), "Volumes" | "ContainerDisk")
                || (name == "Image" && of == "ContainerDisk")
                || (name == "Spec" && of == "VirtualMachineInstance")
        }
        _ => false,
    }
}

/// Whether a test sets the memory of a machine by itself.
fn sets_memory(touch: &Touch) -> bool {
    match touch {
        Touch::Function(path) => ["WithMemoryRequest", "WithGuestMemory", "WithResourceMemory"]
            .iter()
            .any(|option| path.strip_suffix(option).is_some_and(|before| before.ends_with("libvmi::"))),
        Touch::Field { of, name, .. } => {
            (of == "Memory" && name == "Guest")
                || (of == "Resources" && name == "Requests")
                || (of == "Requests" && name == "ResourceMemory")
                || (of == "Domain" && matches!(name.as_str(), "Memory" | "Resources"))
        }
        _ => false,
    }
}
