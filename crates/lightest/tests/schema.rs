//! Every command that prints JSON is run, and its answer checked against its schema in `docs/book/src/schema`. Those of the
//! lab are checked in `vmms` and `lab.rs`, where they boot something.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::Read as _;
use std::path::Path;

use serde_json::{Value, json};

mod support;
use support::lightest;
#[path = "support/schema.rs"]
mod schema;

/// Tests whose guest is heavier than they need, or kept there by an unknown; one that is not understood; declared intent;
/// branches; and a need that only a name shows.
const TESTS: &str = r#"
#[vmm_test(
    openvmm_uefi_x64(vhd(ubuntu_2504_server_x64)),
    openvmm_uefi_x64(vhd(alpine_3_23_x64)),
    openvmm_openhcl_uefi_aarch64(vhd(ubuntu_2404_server_aarch64)),
)]
async fn checks_cpus(config: PetriVmBuilder<OpenVmmPetriBackend>) -> anyhow::Result<()> {
    let (vm, agent) = config.with_secure_boot().run().await?;
    agent.unix_shell().read_file("/proc/cpuinfo").await?;
    agent.power_off().await?;
    vm.wait_for_clean_teardown().await?;
    Ok(())
}

#[vmm_test(openvmm_linux_direct_x64)]
async fn pings(config: PetriVmBuilder<OpenVmmPetriBackend>) -> anyhow::Result<()> {
    let (vm, agent) = config.run().await?;
    agent.ping().await?;
    agent.power_off().await?;
    vm.wait_for_clean_teardown().await?;
    Ok(())
}

#[vmm_test(openvmm_uefi_x64(vhd(ubuntu_2504_server_x64)))]
async fn pings_again(config: PetriVmBuilder<OpenVmmPetriBackend>) -> anyhow::Result<()> {
    let (vm, agent) = config.run().await?;
    agent.ping().await?;
    agent.power_off().await?;
    vm.wait_for_clean_teardown().await?;
    Ok(())
}

#[openvmm_test(uefi_x64(vhd(ubuntu_2504_server_x64)))]
async fn answers(config: PetriVmBuilder<OpenVmmPetriBackend>) -> anyhow::Result<()> {
    let (vm, agent) = config.run().await?;
    agent.ping().await?;
    vm.never_heard_of(&agent).await?;
    Ok(())
}

// lightest: requires(systemd): the unit under test is systemd's
#[openvmm_test(uefi_x64(vhd(ubuntu_2504_server_x64)))]
async fn boots_tpm_guest(config: PetriVmBuilder<OpenVmmPetriBackend>, os: OsFlavor) -> anyhow::Result<()> {
    let (vm, agent) = config.modify_backend(|b| b.with_tpm()).run().await?;
    if matches!(os, OsFlavor::Linux) {
        cmd!(agent.unix_shell(), "ls -l /sys").run().await?;
    }
    if cfg!(windows) {
        vm.backend().restart_openhcl().await?;
    }
    Ok(())
}

#[vmm_test]
async fn vbs_boots<T: PetriVmmBackend>(config: PetriVmBuilder<T>) -> anyhow::Result<()> {
    let (vm, agent) = config.run().await?;
    agent.power_off().await?;
    vm.wait_for_clean_teardown().await?;
    Ok(())
}
"#;

/// A test that an unknown keeps on a heavier guest, and that no variant answers yet.
const UNPROVEN: &str = r#"
#[vmm_test(openvmm_uefi_x64(vhd(ubuntu_2504_server_x64)))]
async fn checks_secure_boot(config: PetriVmBuilder<OpenVmmPetriBackend>) -> anyhow::Result<()> {
    let (vm, agent) = config.with_secure_boot().run().await?;
    agent.unix_shell().read_file("/proc/cpuinfo").await?;
    agent.power_off().await?;
    vm.wait_for_clean_teardown().await?;
    Ok(())
}
"#;

/// A folder with everything that the commands below read.
fn room() -> tempfile::TempDir {
    let room = tempfile::tempdir().expect("a folder");
    let here = room.path();
    let write = |name: &str, text: &str| fs::write(here.join(name), text).expect("written");
    for (folder, tests) in [("", TESTS), ("unproven/", UNPROVEN)] {
        fs::create_dir_all(here.join(format!("{folder}tests/tests"))).expect("a folder");
        write(&format!("{folder}Cargo.toml"), "[package]\nname = \"fixture\"\n");
        write(&format!("{folder}tests/tests/fixture.rs"), tests);
    }
    let name = |name: &str| format!("fixture::openvmm_{name}");
    let cases = [
        (name("uefi_x64_ubuntu_2504_server_x64_checks_cpus"), ""),
        (name("uefi_x64_alpine_3_23_x64_checks_cpus"), "<failure message=\"no luck\" type=\"t\"/>"),
        (name("openhcl_uefi_aarch64_ubuntu_2404_server_aarch64_checks_cpus"), ""),
        (name("uefi_x64_ubuntu_2504_server_x64_checks_secure_boot"), ""),
        (name("linux_direct_x64_pings"), ""),
        (name("uefi_x64_ubuntu_2504_server_x64_pings_again"), ""),
        ("fixture::gone".to_owned(), ""),
    ];
    for (run, flaky) in [("0001", false), ("0002", true)] {
        let cases: String = cases
            .iter()
            .map(|(name, inner)| {
                let inner = if flaky { "" } else { inner };
                format!(
                    "<testcase name=\"{name}\" classname=\"fixture::tests\" time=\"12.5\">{inner}</testcase>"
                )
            })
            .collect();
        let text = format!(
            "<?xml version=\"1.0\"?><testsuites name=\"nextest-run\" uuid=\"{run}\" \
             timestamp=\"2026-09-01T08:00:00.000+00:00\"><testsuite name=\"fixture::tests\">{cases}</testsuite></testsuites>"
        );
        write(&format!("{run}.xml"), &text);
    }
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/ui");
    fs::create_dir(here.join("fixtures")).expect("a folder");
    for entry in fs::read_dir(fixtures).expect("fixtures") {
        let path = entry.expect("a fixture").path();
        if path.extension().is_some_and(|extension| extension == "rs") {
            fs::copy(&path, here.join("fixtures").join(path.file_name().expect("a name"))).expect("copied");
        }
    }
    let packed =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../lightest-inspect/tests/images/disk-deflate.qcow2.gz");
    let mut image = Vec::new();
    let packed = fs::File::open(packed).expect("a committed file");
    flate2::read::GzDecoder::new(packed).read_to_end(&mut image).expect("gzip");
    fs::write(here.join("disk.qcow2"), image).expect("written");
    room
}

/// A schema, and arguments whose output it describes. A name that ends in `*` describes one value a line.
const RUNS: &[(&str, &str)] = &[
    ("check*", "check tests --pedantic --message-format json"),
    ("explain", "explain heavier-than-needed --format json"),
    ("explain", "explain tpm --format json"),
    ("explain", "explain ubuntu_2504_server_x64 --format json"),
    ("explain", "explain linux_direct --format json"),
    ("explain", "explain ubuntu-tpm-first-boot-reboot --format json"),
    ("explain", "explain openvmm-vbs-ubuntu --format json"),
    ("explain", "explain pcat-flaky-boot --format json"),
    ("explain", "explain openvmm_uefi_x64(none) --format json"),
    ("explain", "explain uefi_x64(none) --format json"),
    ("explain", "explain uefi --format json"),
    ("explain", "explain hyperv --format json"),
    ("explain", "explain openvmm --format json"),
    ("explain", "explain lab --format json"),
    ("explain", "explain vbs --format json"),
    ("explain", "explain runs --format json"),
    ("explain", "explain windows_partition_reset --format json"),
    ("explain", "explain windows-vpci --format json"),
    ("explain", "explain medium --format json"),
    ("explain", "explain windows_server --format json"),
    ("explain", "explain tree-windows --format json"),
    ("explain", "explain openvmm-2026-02 --format json"),
    ("explain", "explain evidence-changed --format json"),
    ("explain", "explain #1798 --format json"),
    ("learn", "learn 0001.xml 0002.xml --format json"),
    ("list", "list configs --format json"),
    ("list", "list guests --format json"),
    ("list", "list requirements --format json"),
    ("list", "list quirks --format json"),
    ("list", "list blockers --format json"),
    ("list", "list rules --format json"),
    ("list", "list vmms --format json"),
    ("list", "list tests tests fixtures --format json"),
    ("parse", "parse openvmm_uefi_x64(none) --format json"),
    (
        "parse",
        "parse #[vmm_test(openvmm_uefi_x64(none),hyperv_openhcl_uefi_x64[vbs](none),openvmm_openhcl_uefi_aarch64(none))] --format json",
    ),
    ("parse", "parse uefi_x64(none) --format json"),
    ("pick", "pick --requires tpm,systemd --format json"),
    ("pick", "pick --requires windows,no-vmbus --format json"),
    ("pick", "pick --requires reboot --format json"),
    ("pick", "pick --requires secure-boot,agent --format json"),
    ("pick", "pick --framework kubevirt --requires agent --format json"),
    // Another guest is lighter where WHP is.
    ("pick", "pick --here=windows,x64,hyper-v --requires openhcl,agent --format json"),
    ("pick-from", "pick --from tests/tests/fixture.rs --test checks_cpus --format json"),
    (
        "pick-from",
        "pick --here=windows,x64,whp --from tests/tests/fixture.rs --test checks_cpus --format json",
    ),
    ("pick-from", "pick --from tests/tests/fixture.rs --test vbs_boots --format json"),
    ("pick-from", "pick --from tests/tests/fixture.rs --test answers --format json"),
    ("pick-from", "pick --from tests/tests/fixture.rs --test boots_tpm_guest --format json"),
    ("requirements", "requirements tests fixtures --format json"),
    ("probe-image", "probe --image disk.qcow2 --format json"),
    ("suite", "suite . --junit 0001.xml 0002.xml --format json"),
    ("suite", "suite . --junit 0001.xml --shards 2 --format json"),
    ("suite-shard*", "suite . --junit 0001.xml --shards 2 --shard-format matrix"),
    ("unknowns", "unknowns --format json"),
    ("unknowns", "unknowns unproven --format json --catalog learned"),
];

/// Schemas that are checked where something boots: `vmms` and `lab.rs`.
const BOOTED: [&str; 6] = ["boot", "image", "measure", "measure-line", "probe", "verify"];

/// Keys and kinds that neither these tests nor the committed images make the program print, or not on every host.
const UNSEEN: [(&str, &str); 4] = [
    ("probe-image", "active"),
    ("probe-image", "signer"),
    ("requirements", "function"),
    ("requirements", "text"),
];

#[test]
fn every_command_conforms_to_its_schema() {
    let room = room();
    let learned = lightest(room.path(), &["learn", "0001.xml", "--into", "learned"]);
    assert!(learned.code < 2, "{}", learned.err);
    let mut seen: BTreeMap<&str, Keys> = BTreeMap::new();
    for &(name, line) in RUNS {
        let args: Vec<&str> = line.split(' ').collect();
        let result = lightest(room.path(), &args);
        assert!(result.code < 2, "{line}: {}", result.err);
        let parse = |text: &str| -> Value {
            serde_json::from_str(text).unwrap_or_else(|error| panic!("{line}: {error}: {text}"))
        };
        // What `pick --from` prints beside its own keys is what `pick` prints.
        let shared = if name == "pick" { Some("pick-from") } else { None };
        let (name, values) = match name.strip_suffix('*') {
            Some(name) => (name, result.out.lines().map(parse).collect()),
            None => (name, vec![parse(&result.out)]),
        };
        assert!(!values.is_empty(), "{line} prints nothing");
        for value in values {
            schema::conforms(name, &value);
            for name in [Some(name), shared].into_iter().flatten() {
                seen.entry(name).or_default().see(&value);
            }
        }
    }
    // Each documented key, and each word for a kind, was printed.
    let mut missing = Vec::new();
    for (name, seen) in seen {
        let mut promised = Keys::default();
        promised.promise(&schema::read(name));
        let keys = promised.keys.difference(&seen.keys).chain(promised.words.difference(&seen.words));
        let keys = keys.filter(|key| !UNSEEN.contains(&(name, key)));
        missing.extend(keys.map(|key| format!("{name}.json: `{key}`")));
    }
    assert!(missing.is_empty(), "never printed: {missing:#?}");
}

/// Keys of objects, and words for kinds.
#[derive(Default)]
struct Keys {
    keys: BTreeSet<String>,
    words: BTreeSet<String>,
}

impl Keys {
    fn see(&mut self, value: &Value) {
        match value {
            Value::Object(map) => map.iter().for_each(|(key, value)| {
                self.keys.insert(key.clone());
                self.see(value);
            }),
            Value::Array(list) => list.iter().for_each(|value| self.see(value)),
            Value::String(word) => {
                self.words.insert(word.clone());
            }
            _ => {}
        }
    }

    fn promise(&mut self, schema: &Value) {
        match schema {
            Value::Object(map) => map.iter().for_each(|(key, part)| match (key.as_str(), part) {
                ("properties", Value::Object(properties)) => {
                    self.keys.extend(properties.keys().cloned());
                    let kinds = properties.values().filter_map(|part| part["const"].as_str());
                    self.words.extend(kinds.map(str::to_owned));
                    properties.values().for_each(|part| self.promise(part));
                }
                _ => self.promise(part),
            }),
            Value::Array(list) => list.iter().for_each(|part| self.promise(part)),
            _ => {}
        }
    }
}

#[test]
fn an_error_leaves_no_half_an_answer() {
    let room = room();
    fs::write(room.path().join("broken.xml"), "<testsuites><testsuite>").expect("written");
    for line in [
        "explain no-such-thing --format json",
        "explain openvmm_uefi_x64(nothing) --format json",
        "learn broken.xml --format json",
        "parse openvmm_uefi_x64( --format json",
        "pick --requires no-such-thing --format json",
        "pick --from missing.rs --format json",
        "probe --image missing.vhdx --format json",
        "requirements --test no_such_test --format json",
        "suite . --junit broken.xml --format json",
    ] {
        let result = lightest(room.path(), &line.split(' ').collect::<Vec<_>>());
        assert_eq!((result.code, result.out.as_str()), (2, ""), "{line}: {}", result.err);
        assert!(result.err.starts_with("error"), "{line}: {}", result.err);
    }
}

#[test]
fn every_published_schema_is_checked_and_documents_each_key() {
    let mut published = BTreeSet::new();
    for entry in fs::read_dir(schema::folder()).expect("docs/book/src/schema") {
        let path = entry.expect("a file").path();
        let name = path.file_stem().expect("a name").to_string_lossy().into_owned();
        undocumented(&schema::read(&name), &mut |key| panic!("{name}.json: `{key}` has no description"));
        published.insert(name);
    }
    let held = RUNS.iter().map(|(name, _)| name.trim_end_matches('*')).chain(BOOTED);
    assert_eq!(published, held.map(str::to_owned).collect());
}

fn undocumented(schema: &Value, found: &mut dyn FnMut(&str)) {
    match schema {
        Value::Object(map) => {
            for (key, part) in map.get("properties").and_then(Value::as_object).into_iter().flatten() {
                // The key for the kind, and a key that stands for its whole object, are described with the object.
                let of_kind = part.get("const").is_some()
                    || map["properties"].as_object().is_some_and(|all| all.len() == 1);
                if part.get("description").is_none() && !(of_kind && map.contains_key("description")) {
                    found(key);
                }
            }
            map.values().for_each(|part| undocumented(part, found));
        }
        Value::Array(list) => list.iter().for_each(|part| undocumented(part, found)),
        _ => {}
    }
}

#[test]
fn a_key_that_is_not_documented_is_a_mistake() {
    let entry = json!({
        "schema_version": 1, "kind": "source", "id": "a", "title": "b",
        "also": {"kind": "source", "id": "a", "title": "b"}
    });
    schema::conforms("explain", &entry);
    let closed = schema::closed(schema::read("explain"));
    let validator = jsonschema::validator_for(&closed).expect("a schema");
    for place in ["", "/also"] {
        let mut wrong = entry.clone();
        wrong.pointer_mut(place).expect("there")["surprise"] = json!(1);
        assert!(!validator.is_valid(&wrong), "at `{place}`");
        let mut lacking = entry.clone();
        lacking.pointer_mut(place).and_then(Value::as_object_mut).expect("there").remove("title");
        assert!(!validator.is_valid(&lacking), "at `{place}`");
    }
}

/// The forms that programs read, by command, option and value: the schema of each, or whose standard it is.
const FORMS: [(&str, &str, &str, &[&str]); 24] = [
    ("pick", "--format", "json", &["pick", "pick-from"]),
    ("parse", "--format", "json", &["parse"]),
    ("explain", "--format", "json", &["explain"]),
    ("list", "--format", "json", &["list"]),
    ("requirements", "--format", "json", &["requirements"]),
    ("unknowns", "--format", "json", &["unknowns"]),
    ("learn", "--format", "json", &["learn"]),
    ("suite", "--format", "json", &["suite"]),
    ("suite", "--shard-format", "matrix", &["suite-shard"]),
    // What a test runner takes as it is.
    ("suite", "--shard-format", "filters", &[]),
    ("check", "--message-format", "json", &["check"]),
    // The schema of SARIF is OASIS', that of JUnit its readers', and GitHub's commands have none.
    ("check", "--message-format", "sarif", &[]),
    ("check", "--message-format", "github", &[]),
    ("check", "--message-format", "junit", &[]),
    ("sync", "--message-format", "json", &["check"]),
    ("sync", "--message-format", "sarif", &[]),
    ("sync", "--message-format", "github", &[]),
    ("sync", "--message-format", "junit", &[]),
    ("boot", "--format", "json", &["boot"]),
    ("measure", "--format", "json", &["measure", "measure-line"]),
    ("probe", "--format", "json", &["probe", "probe-image"]),
    ("verify", "--format", "json", &["verify"]),
    ("image build", "--format", "json", &["image"]),
    ("image list", "--format", "json", &["image"]),
];
/// Values that are for people.
const FOR_PEOPLE: [&str; 4] = ["text", "human", "short", "markdown"];

/// The options of a command that choose a form, with their values, as its help lists them; then those of its subcommands.
fn forms(command: &str, found: &mut BTreeSet<(String, String, String)>) {
    let args: Vec<&str> = command.split_whitespace().chain(["--help"]).collect();
    let result = lightest(Path::new("."), &args);
    assert_eq!(result.code, 0, "{command}: {}", result.err);
    let mut option = None;
    let mut section = "";
    for line in result.out.lines() {
        let words: Vec<&str> = line.split_whitespace().collect();
        if let (false, true) = (line.starts_with(' '), line.ends_with(':')) {
            section = line;
        }
        match words.as_slice() {
            [name, ..] if section == "Commands:" && line.starts_with("  ") && !line.starts_with("   ") => {
                let command = format!("{command} {name}");
                // Its own help is no command.
                (*name != "help").then(|| forms(command.trim(), found));
            }
            [.., name, value] if name.starts_with("--") && value.starts_with('<') => {
                option = name.contains("format").then(|| (*name).to_owned());
            }
            [name, ..] if name.starts_with("--") => option = None,
            ["-", value, ..] => {
                let value = value.trim_end_matches(':');
                if let Some(option) = option.as_ref().filter(|_| !FOR_PEOPLE.contains(&value)) {
                    found.insert((command.to_owned(), option.clone(), value.to_owned()));
                }
            }
            _ => {}
        }
    }
}

/// A command or a form that is added needs its schema, or a word here on whose standard it is.
#[test]
fn every_form_for_programs_has_its_schema() {
    let mut found = BTreeSet::new();
    forms("", &mut found);
    let known: BTreeSet<(String, String, String)> = FORMS
        .iter()
        .map(|(command, option, value, _)| ((*command).to_owned(), (*option).to_owned(), (*value).to_owned()))
        .collect();
    assert_eq!(found, known);
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/book/src/schema");
    let published: BTreeSet<String> = fs::read_dir(folder)
        .expect("the schemas")
        .filter_map(|entry| entry.expect("an entry").path().file_stem()?.to_str().map(str::to_owned))
        .collect();
    let named: BTreeSet<String> =
        FORMS.iter().flat_map(|(.., schemas)| schemas.iter()).map(|name| (*name).to_owned()).collect();
    assert_eq!(published, named);
}
