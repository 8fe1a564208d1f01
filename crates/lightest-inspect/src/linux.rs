//! Properties of a Linux root file system: distribution, init system, programs, kernels and their drivers.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use serde::{Deserialize, Serialize};

use crate::volume::Volume;

const LOOKS: &str = include_str!("../../../guests/inspect.toml");
const OS_RELEASE: [&str; 2] = ["etc/os-release", "usr/lib/os-release"];
const PROGRAM_DIRS: [&str; 6] = ["bin", "sbin", "usr/bin", "usr/sbin", "usr/local/bin", "usr/local/sbin"];
const INITS: [&str; 5] =
    ["sbin/init", "usr/sbin/init", "usr/lib/systemd/systemd", "lib/systemd/systemd", "init"];
const MODPROBE: [&str; 3] = ["sbin/modprobe", "usr/sbin/modprobe", "bin/modprobe"];
const MOST_PROGRAMS: usize = 20_000;
const MOST_KERNELS: usize = 16;
const MOST_VALUE: usize = 200;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ImageQueries {
    init: Vec<Init>,
    pub(crate) look: Vec<ImageQuery>,
    pub(crate) driver: Vec<Driver>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Init {
    name: String,
    ends: String,
    requirement: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ImageQuery {
    pub(crate) requirement: String,
    pub(crate) paths: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Driver {
    pub(crate) requirement: String,
    pub(crate) modules: Vec<String>,
    pub(crate) config: String,
}

/// What is looked for.
pub(crate) fn looks() -> &'static ImageQueries {
    static READ: LazyLock<ImageQueries> =
        LazyLock::new(|| toml::from_str(LOOKS).expect("guests/inspect.toml is read by a test"));
    &READ
}

/// A kernel that is installed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Kernel {
    /// Its release, as `uname -r` prints it.
    pub release: String,
    /// Whether its configuration is there.
    pub config: bool,
    /// How many modules it has as files, when its list of them is there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub modules: Option<usize>,
    /// How many are built in, when that list is there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub built_in: Option<usize>,
}

/// A Linux root file system.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct System {
    /// Where it is.
    pub place: String,
    /// Some of `/etc/os-release`.
    pub os_release: BTreeMap<String, String>,
    /// The init system, when it is one that is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub init: Option<String>,
    /// Where `/sbin/init` leads.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub init_path: Option<String>,
    /// The names of all programs.
    pub programs: BTreeSet<String>,
    /// The kernels that it has modules of.
    pub kernels: Vec<Kernel>,
    #[serde(skip)]
    pub(crate) drivers: Vec<Drivers>,
    /// Which of the files that are looked for are there, by requirement.
    #[serde(skip)]
    pub(crate) present: BTreeMap<String, String>,
    #[serde(skip)]
    pub(crate) modprobe: Option<String>,
    #[serde(skip)]
    pub(crate) init_requirement: Option<String>,
}

/// Drivers by one kernel's lists and configuration.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Drivers {
    directory: String,
    built_in: Option<BTreeSet<String>>,
    files: Option<BTreeSet<String>>,
    config: Option<(String, BTreeMap<String, String>)>,
}

/// An answer about a driver: whether it is there and where that is written; `None` when nothing is written.
pub(crate) type DriverAnswer = Option<(bool, String, String)>;

impl Drivers {
    pub(crate) fn answer(&self, driver: &Driver) -> DriverAnswer {
        let directory = &self.directory;
        for module in &driver.modules {
            if self.built_in.as_ref().is_some_and(|all| all.contains(module)) {
                let place = format!("{directory}/modules.builtin");
                return Some((true, place, format!("{module} is built in")));
            }
            if self.files.as_ref().is_some_and(|all| all.contains(module)) {
                return Some((true, format!("{directory}/modules.dep"), format!("{module} is a module")));
            }
        }
        if let Some((place, config)) = &self.config {
            let value = config.get(&driver.config);
            let seen = format!("{}={}", driver.config, value.map_or("n", String::as_str));
            if value.is_some_and(|value| value == "y") || driver.modules.is_empty() {
                return Some((value.is_some(), place.clone(), seen));
            }
        }
        let complete = self.built_in.is_some() && self.files.is_some() && !driver.modules.is_empty();
        complete.then(|| {
            let seen = format!("none of {} is built in or a module", driver.modules.join(", "));
            (false, format!("{directory}/modules.dep"), seen)
        })
    }
}

/// Whether a file system is a root.
pub(crate) fn is_root(volume: &Volume) -> bool {
    INITS.iter().chain(&OS_RELEASE).any(|path| volume.exists(path))
}

/// Reads a root file system; `boot` are file systems that may be mounted at its `/boot`.
pub(crate) fn read(volume: &Volume, place: String, boot: &[&Volume]) -> System {
    let mut system = System { place, ..System::default() };
    if let Some(text) = OS_RELEASE.iter().find_map(|path| volume.text(path)) {
        system.os_release = os_release(&text);
    }
    system.init_path = INITS.iter().find_map(|path| volume.real_path(path));
    let known = |path: &String| looks().init.iter().find(|init| path.ends_with(&init.ends));
    if let Some(init) = system.init_path.as_ref().and_then(known) {
        // OpenRC is started by busybox's init where that is PID 1.
        let openrc = init.name == "busybox" && volume.exists("sbin/openrc");
        system.init = Some(if openrc { "OpenRC" } else { &init.name }.to_owned());
        system.init_requirement.clone_from(&init.requirement);
    }
    for directory in PROGRAM_DIRS {
        let names = volume.list(directory).ok().flatten().unwrap_or_default();
        system.programs.extend(names.into_iter().take(MOST_PROGRAMS));
    }
    for look in &looks().look {
        if let Some(path) = look.paths.iter().find(|path| volume.exists(path)) {
            system.present.insert(look.requirement.clone(), format!("/{path}"));
        }
    }
    system.modprobe = MODPROBE.iter().find_map(|path| volume.real_path(path));
    let releases = volume.list("lib/modules").ok().flatten().unwrap_or_default();
    for release in releases.into_iter().take(MOST_KERNELS) {
        let drivers = drivers(volume, &release, boot);
        let count = |all: &Option<BTreeSet<String>>| all.as_ref().map(BTreeSet::len);
        system.kernels.push(Kernel {
            release,
            config: drivers.config.is_some(),
            modules: count(&drivers.files),
            built_in: count(&drivers.built_in),
        });
        system.drivers.push(drivers);
    }
    system
}

fn os_release(text: &str) -> BTreeMap<String, String> {
    let wanted = ["ID", "ID_LIKE", "VERSION_ID", "PRETTY_NAME"];
    let pairs = text.lines().filter_map(|line| line.split_once('='));
    pairs
        .filter(|(key, _)| wanted.contains(key))
        .map(|(key, value)| {
            let value = value.trim().trim_matches(['"', '\'']);
            (key.to_owned(), value.chars().take(MOST_VALUE).collect())
        })
        .collect()
}

fn drivers(volume: &Volume, release: &str, boot: &[&Volume]) -> Drivers {
    let directory = format!("/lib/modules/{release}");
    let list = |name: &str| {
        let text = volume.text(&format!("{directory}/{name}"))?;
        // `modules.dep` has a colon after each module, `modules.builtin` one module a line.
        let names = text.lines().filter_map(|line| module_name(line.split(':').next().unwrap_or(line)));
        Some(names.collect::<BTreeSet<_>>())
    };
    let name = format!("config-{release}");
    let here = volume.text(&format!("boot/{name}")).map(|text| (format!("/boot/{name}"), text));
    let config = here.or_else(|| {
        let text = boot.iter().find_map(|volume| volume.text(&name))?;
        Some((format!("/boot/{name}"), text))
    });
    let config = config.or_else(|| {
        let place = format!("{directory}/config");
        Some((place.clone(), volume.text(&place)?))
    });
    let config = config.map(|(place, text)| {
        let pairs =
            text.lines().filter(|line| line.starts_with("CONFIG_")).filter_map(|line| line.split_once('='));
        (place, pairs.map(|(key, value)| (key.to_owned(), value.to_owned())).collect())
    });
    Drivers { built_in: list("modules.builtin"), files: list("modules.dep"), config, directory }
}

/// `kernel/drivers/nvme/host/nvme.ko.xz` is `nvme`.
fn module_name(path: &str) -> Option<String> {
    let file = path.trim().rsplit('/').next()?;
    let (name, _) = file.split_once(".ko")?;
    Some(name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_requirement_is_looked_for_in_one_way() {
        let looks = looks();
        let mut all: Vec<&String> = looks.look.iter().map(|look| &look.requirement).collect();
        all.extend(looks.driver.iter().map(|driver| &driver.requirement));
        all.extend(looks.init.iter().filter_map(|init| init.requirement.as_ref()));
        let once: BTreeSet<_> = all.iter().collect();
        assert_eq!(once.len(), all.len());
    }

    #[test]
    fn a_module_is_named_by_its_file_whatever_it_is_compressed_with() {
        assert_eq!(module_name("kernel/drivers/nvme/host/nvme.ko.xz: ").as_deref(), Some("nvme"));
        assert_eq!(module_name("kernel/net/8021q/8021q.ko").as_deref(), Some("8021q"));
        assert_eq!(module_name("# a comment"), None);
    }
}
