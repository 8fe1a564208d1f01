//! The machine that the program runs on, as far as that decides which VMMs it can run, and machines as users describe them.

use std::env::consts;
use std::fs::OpenOptions;
use std::io;
use std::path::Path;

use lightest_model::catalog::{Catalog, Hypervisor};
use lightest_model::config::Arch;
use lightest_model::machine::{Machine, SYSTEMS};
use lightest_model::suggest::nearest;

use crate::failure::Failure;
use crate::input;

/// A machine, and what is worth knowing of how it was found out.
pub(crate) struct Found {
    pub(crate) machine: Machine,
    pub(crate) notes: Vec<String>,
}

/// Reads `linux,x64,kvm`: a system, an architecture, and any number of the hypervisors that the catalog knows; or looks at
/// this machine where nothing is described.
pub(crate) fn read(described: &str, known: &[Hypervisor]) -> Result<Found, Failure> {
    if described.is_empty() {
        return Ok(look(consts::OS, consts::ARCH, known, &probe));
    }
    let hypervisors: Vec<&str> = known.iter().map(|hypervisor| hypervisor.id.as_str()).collect();
    let mut machine = Machine::default();
    for word in described.split(',').map(str::trim) {
        if SYSTEMS.contains(&word) && machine.os.is_empty() {
            word.clone_into(&mut machine.os);
        } else if let (Some(arch), None) = (Arch::from_word(word), machine.arch) {
            machine.arch = Some(arch);
        } else if hypervisors.contains(&word) && !machine.hypervisors.iter().any(|known| known == word) {
            machine.hypervisors.push(word.to_owned());
        } else {
            let known: Vec<&str> =
                SYSTEMS.into_iter().chain(Arch::ALL.map(Arch::word)).chain(hypervisors).collect();
            if known.contains(&word) {
                return Err(Failure::new(format!("`{word}` is one too many in `--here={described}`"))
                    .help("name one operating system, one architecture, and each hypervisor once"));
            }
            let failure = Failure::new(format!("`{word}` in `--here={described}` describes no machine"));
            return Err(match nearest(word, known.iter().copied()) {
                Some(near) => failure.help(format!("did you mean `{near}`?")),
                None => failure.help(format!("known: `{}`", known.join("`, `"))),
            });
        }
    }
    if machine.os.is_empty() || machine.arch.is_none() {
        return Err(Failure::new(format!(
            "`--here={described}` lacks {}",
            if machine.os.is_empty() { "an operating system" } else { "an architecture" }
        ))
        .help("for instance `--here=linux,x64,kvm`; `--here` alone looks at this machine"));
    }
    Ok(Found { machine, notes: Vec::new() })
}

/// The option that answers for a machine again: what no description has words for is looked for anew.
pub(crate) fn option(machine: &Machine) -> String {
    if machine.unknown.is_empty() { format!(" --here={}", described(machine)) } else { " --here".to_owned() }
}

/// A machine as `--here` takes it: `linux,x64,kvm`.
fn described(machine: &Machine) -> String {
    let arch = machine.arch.map(Arch::word);
    let words = std::iter::once(machine.os.as_str()).chain(arch);
    let words: Vec<&str> = words.chain(machine.hypervisors.iter().map(String::as_str)).collect();
    words.join(",")
}

/// Finds out what a machine offers. `probe` returns whether a path can be opened, perhaps for writing.
fn look(os: &str, arch: &str, known: &[Hypervisor], probe: &dyn Fn(&Path, bool) -> io::Result<()>) -> Found {
    let arch = match arch {
        "x86_64" => Some(Arch::X64),
        other => Arch::from_word(other),
    };
    let machine = Machine { os: os.to_owned(), arch, ..Machine::default() };
    let mut found = Found { machine, notes: Vec::new() };
    for hypervisor in known.iter().filter(|hypervisor| hypervisor.os == os) {
        let Some(mark) = &hypervisor.mark else {
            found.machine.unknown.push(hypervisor.id.clone());
            continue;
        };
        match probe(Path::new(mark), hypervisor.writes) {
            Ok(()) => found.machine.hypervisors.push(hypervisor.id.clone()),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => {
                found.notes.push(format!("{mark} is there, but cannot be opened: {}", input::reason(&error)))
            }
        }
    }
    let described = described(&found.machine);
    for hypervisor in known.iter().filter(|known| found.machine.unknown.contains(&known.id)) {
        found.notes.push(format!(
            "whether this machine offers {} is unknown; `--here={described},{}` answers for one that does",
            hypervisor.title, hypervisor.id
        ));
    }
    found
}

fn probe(path: &Path, writes: bool) -> io::Result<()> {
    OpenOptions::new().read(true).write(writes).open(path).map(|_| ())
}

/// A hypervisor by its title.
pub(crate) fn title<'a>(hypervisor: &'a str, catalog: &'a Catalog) -> &'a str {
    catalog.hypervisor(hypervisor).map_or(hypervisor, |known| known.title.as_str())
}

/// A machine in words: `Linux on x64 with KVM`.
pub(crate) fn in_words(machine: &Machine, catalog: &Catalog) -> String {
    let os = match machine.os.as_str() {
        "linux" => "Linux",
        "windows" => "Windows",
        "macos" => "macOS",
        other => other,
    };
    let arch = machine.arch.map_or_else(|| "another architecture".to_owned(), |arch| arch.to_string());
    let names: Vec<&str> = machine.hypervisors.iter().map(|word| title(word, catalog)).collect();
    let with = match names.as_slice() {
        [] if !machine.unknown.is_empty() => String::new(),
        [] => " without a hypervisor".to_owned(),
        names => format!(" with {}", crate::words::list(names, "and")),
    };
    format!("{os} on {arch}{with}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn here(os: &str, arch: &str, there: &[&str], barred: &[&str]) -> (String, usize) {
        let known = crate::embedded::catalog().expect("the embedded catalog").hypervisors;
        let found = look(os, arch, &known, &|path, _| {
            let is = |list: &[&str]| list.iter().any(|known| Path::new(known) == path);
            match (is(there), is(barred)) {
                (true, _) => Ok(()),
                (_, true) => Err(io::Error::from(io::ErrorKind::PermissionDenied)),
                _ => Err(io::Error::from(io::ErrorKind::NotFound)),
            }
        });
        (described(&found.machine), found.notes.len())
    }

    #[test]
    fn a_machine_offers_the_hypervisors_that_can_be_opened() {
        let whp = r"C:\Windows\System32\WinHvPlatform.dll";
        assert_eq!(here("linux", "x86_64", &["/dev/kvm"], &[]), ("linux,x64,kvm".to_owned(), 0));
        assert_eq!(
            here("linux", "aarch64", &["/dev/mshv"], &["/dev/kvm"]),
            ("linux,aarch64,mshv".to_owned(), 1)
        );
        assert_eq!(here("linux", "x86_64", &[], &[]), ("linux,x64".to_owned(), 0));
        // What another system has by that name means nothing.
        assert_eq!(here("windows", "x86_64", &[whp, "/dev/kvm"], &[]), ("windows,x64,whp".to_owned(), 0));
        // Every Mac has the framework's folder.
        let folder = "/System/Library/Frameworks/Hypervisor.framework";
        assert_eq!(here("macos", "aarch64", &[folder], &[]), ("macos,aarch64".to_owned(), 1));
        assert_eq!(here("freebsd", "powerpc64", &["/dev/kvm"], &[]), ("freebsd".to_owned(), 0));
    }

    #[test]
    fn unknown_properties_of_a_machine_are_not_denied() {
        let catalog = crate::embedded::catalog().expect("the embedded catalog");
        let nothing = |_: &Path, _| Err(io::Error::from(io::ErrorKind::NotFound));
        let found = |os, arch| look(os, arch, &catalog.hypervisors, &nothing).machine;
        assert_eq!(found("macos", "aarch64").unknown, ["hvf"]);
        assert_eq!(in_words(&found("macos", "aarch64"), &catalog), "macOS on aarch64");
        assert_eq!(option(&found("macos", "aarch64")), " --here");
        assert_eq!(option(&found("linux", "x86_64")), " --here=linux,x64");
        assert_eq!(in_words(&found("linux", "x86_64"), &catalog), "Linux on x64 without a hypervisor");
    }

    #[test]
    fn a_description_names_a_system_and_an_architecture() {
        let known = crate::embedded::catalog().expect("the embedded catalog").hypervisors;
        let read = |text: &str| {
            read(text, &known)
                .map(|found| described(&found.machine))
                .map_err(|error| error.message().to_owned())
        };
        assert_eq!(read("x64, linux ,kvm,mshv"), Ok("linux,x64,kvm,mshv".to_owned()));
        assert_eq!(read("linux"), Err("`--here=linux` lacks an architecture".to_owned()));
        assert_eq!(read("x64,kvm"), Err("`--here=x64,kvm` lacks an operating system".to_owned()));
        assert_eq!(
            read("linux,x64,kvmm"),
            Err("`kvmm` in `--here=linux,x64,kvmm` describes no machine".to_owned())
        );
        assert_eq!(
            read("linux,x64,linux"),
            Err("`linux` is one too many in `--here=linux,x64,linux`".to_owned())
        );
    }
}
