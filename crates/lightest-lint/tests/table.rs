//! The table of calls: which entry covers what a body touches, and what can be asked of names alone.

use std::path::Path;

use lightest_catalog::{File, calls, load};
use lightest_lint::calls::{Entry, Kind, Table};
use lightest_lint::facts::UsageKind;
use lightest_model::catalog::Layer;

const CATALOG: &str = include_str!("second_dialect/catalog.toml");

fn table(text: &str) -> Table {
    let file = |name: &str, text: &str| File::new(Path::new(name), text.to_owned(), Layer::User);
    let files = [file("catalog.toml", CATALOG), file("calls.toml", text)];
    let catalog = load(&files).expect("the catalog is sound");
    Table::new(calls::load(&files, &catalog).expect("the table is sound"))
}

fn call(on: &str, name: &str, texts: &[&str]) -> UsageKind {
    let texts = texts.iter().map(|text| (*text).to_owned()).collect();
    UsageKind::Call { on: on.to_owned(), name: name.to_owned(), texts }
}

/// The requirements of a usage by its entry; `None` where no entry covers it.
fn asked(table: &Table, what: &UsageKind) -> Option<String> {
    table.judge(what).map(|entry| entry.requires.join(","))
}

#[test]
fn names_alone_identify_entries() {
    let table = table(concat!(
        "[[call]]\nnames = [\"start_it\", \"stop\", \"halt\"]\non = \"vm\"\nrequires = [\"agent\"]\n",
        "[[call]]\nnames = [\"stop\"]\non = \"disk\"\nneutral = true\n",
        "[[call]]\nnames = [\"format\"]\non = \"any\"\nneutral = true\n",
        "[[call]]\nnames = [\"free\"]\nneutral = true\n",
        "[[field]]\nnames = [\"size\"]\non = \"Disk\"\nneutral = true\n",
        "[[field]]\nnames = [\"size\"]\non = \"config.disk\"\nneutral = true\n",
        "[[type]]\nnames = [\"Vm\", \"VmRef\"]\ngives = [\"vm\"]\nneutral = true\n",
    ));
    assert!(table.has_calls("vm") && table.has_calls("disk"));
    assert!(!table.has_calls("Disk") && !table.has_calls("") && !table.has_calls("shell"));
    assert!(table.is_record("Disk") && !table.is_record("config.disk") && !table.is_record("vm"));
    // Whatever it is called on, it asks: `stop` of a disk does not.
    assert!(table.always_asks("start_it") && !table.always_asks("stop"));
    assert!(!table.always_asks("format") && !table.always_asks("free") && !table.always_asks("unheard"));
    // A name of one word may be anything's.
    assert_eq!(table.only_role_with("start_it"), Some("vm"));
    assert_eq!(table.only_role_with("halt"), None);
    assert_eq!((table.only_role_with("stop"), table.only_role_with("format")), (None, None));
    assert_eq!(table.types_of("vm").collect::<Vec<_>>(), ["Vm", "VmRef"]);
    assert_eq!(table.types_of("disk").count(), 0);
}

#[test]
fn a_later_entry_outranks_an_earlier_one_and_a_text_that_occurs_both() {
    let table = table(concat!(
        "[[call]]\nnames = [\"set*\"]\non = \"vm\"\nrequires = [\"disk\"]\n",
        "[[call]]\nnames = [\"set_up\"]\non = \"vm\"\ncontaining = [\"fast\"]\nrequires = [\"systemd\"]\n",
        "[[call]]\nnames = [\"set_up\"]\non = \"vm\"\nrequires = [\"memory\"]\n",
    ));
    let asked = |name, texts: &[&str]| asked(&table, &call("vm", name, texts));
    assert_eq!(asked("set_up", &[]).as_deref(), Some("memory"));
    assert_eq!(asked("set_up", &["slow", "very fast"]).as_deref(), Some("systemd"));
    assert_eq!(asked("set_down", &["fast"]).as_deref(), Some("disk"));
    assert_eq!(asked("reset", &[]), None);
    assert_eq!(table.judge(&call("disk", "set_up", &[])).map(|entry| entry.kind), None);
}

#[test]
fn a_path_is_named_by_its_end_and_by_its_owner() {
    let table = table(concat!(
        "[[name]]\nnames = [\"Device::*\"]\nrequires = [\"disk\"]\n",
        "[[name]]\nnames = [\"Device::None\"]\nneutral = true\n",
        "[[name]]\nnames = [\"Memory\"]\nrequires = [\"memory\"]\n",
        "[[name]]\nnames = [\"api::Mode::*\"]\nrequires = [\"systemd\"]\n",
        "[[call]]\nnames = [\"unit::start\"]\nrequires = [\"disk\"]\n",
        "[[call]]\nnames = [\"unit::*\"]\nrequires = [\"systemd\"]\n",
    ));
    let name = |path: &str| UsageKind::Name(path.to_owned());
    assert_eq!(asked(&table, &name("api::Device::Nvme")).as_deref(), Some("disk"));
    assert_eq!(asked(&table, &name("Device::None")).as_deref(), Some(""));
    assert_eq!(asked(&table, &name("crate::Memory")).as_deref(), Some("memory"));
    assert_eq!(asked(&table, &name("MyMemory")), None);
    assert_eq!(asked(&table, &name("OtherDevice::Nvme")), None);
    let names = |path| table.named(Kind::Name, path).map(|entry| entry.names[0].as_str());
    assert_eq!(names("Device::None"), Some("Device::None"));
    assert_eq!(names("Device::Some"), Some("Device::*"));
    assert_eq!(names("crate::api::Mode::Fast"), Some("api::Mode::*"));
    assert_eq!(names("other::Mode::Fast"), None);
    let function = table.function("unit::start").map(|entry| entry.names[0].as_str());
    assert_eq!(function, Some("unit::*"), "the later one, though it names less");
}

#[test]
fn a_field_matches_by_its_value_or_a_part() {
    let table = table(concat!(
        "[[field]]\nnames = [\"size\"]\non = \"Disk\"\ncontaining = [\"=0\"]\nneutral = true\n",
        "[[field]]\nnames = [\"size\"]\non = \"Disk\"\ncontaining = [\"big\"]\nrequires = [\"disk\"]\n",
    ));
    let set = |value: &str| UsageKind::Field {
        of: "Disk".to_owned(),
        name: "size".to_owned(),
        value: value.to_owned(),
    };
    assert_eq!(asked(&table, &set("0")).as_deref(), Some(""));
    assert_eq!(asked(&table, &set("10")), None);
    assert_eq!(asked(&table, &set("very_big")).as_deref(), Some("disk"));
}

#[test]
fn a_program_matches_by_a_text_in_its_line() {
    let table = table(concat!(
        "[[program]]\nnames = [\"cat\"]\non = \"shell\"\nneutral = true\n",
        "[[program]]\nnames = [\"cat\"]\non = \"shell\"\ncontaining = [\"/run/systemd\"]\nrequires = [\"systemd\"]\n",
    ));
    let run = |line: &str| {
        let what =
            UsageKind::Program { system: "shell".to_owned(), name: "cat".to_owned(), line: line.to_owned() };
        asked(&table, &what)
    };
    assert_eq!(run("cat /run/systemd/units").as_deref(), Some("systemd"));
    assert_eq!(run("cat /run/other").as_deref(), Some(""));
}

#[test]
fn an_option_that_not_every_program_of_the_name_has_is_found_in_its_line() {
    let table = table(concat!(
        "[[program]]\nnames = [\"grep\"]\non = \"shell\"\nneutral = true\n",
        "options = [\"-i\", \"-v\", \"-A\", \"--color\"]\n",
        "[[program]]\nnames = [\"cat\"]\non = \"shell\"\nneutral = true\n",
    ));
    let program = |name: &str, line: &str| UsageKind::Program {
        system: "shell".to_owned(),
        name: name.to_owned(),
        line: line.to_owned(),
    };
    let strange = |line: &str| {
        let entry = table.judge(&program("grep", line)).expect("it is known");
        entry.unknown_option("grep", line).map(str::to_owned)
    };
    for known in
        ["grep -i x", "grep -iv x", "grep -A3 x", "grep --color x", "grep x -- -P", "cat -P | grep x"]
    {
        assert_eq!(strange(known), None, "{known}");
    }
    for ended in
        ["grep x | perl -P", "grep x; perl -P", "grep x && perl -P", "grep x || perl -P", "grep 5 -3"]
    {
        assert_eq!(strange(ended), None, "{ended}");
    }
    for (line, option) in [
        ("grep -P x", "-P"),
        ("/bin/grep -iP x", "-iP"),
        ("(grep --perl x)", "--perl"),
        ("cat y | grep -P x", "-P"),
        ("perl -e; grep '-P' x", "-P"),
    ] {
        assert_eq!(strange(line).as_deref(), Some(option), "{line}");
    }
    let anything = table.judge(&program("cat", "cat -P")).expect("it is known");
    assert_eq!(anything.unknown_option("cat", "cat -P"), None, "where no options are listed");
}

/// The requirements of an entry, as one text.
fn requires(entry: Option<&Entry>) -> Option<String> {
    entry.map(|entry| entry.requires.join(","))
}

#[test]
fn a_method_is_found_by_its_role_and_a_function_by_the_end_of_its_path() {
    let table = table(concat!(
        "[[call]]\nnames = [\"start\"]\non = \"vm\"\nrequires = [\"agent\"]\n",
        "[[call]]\nnames = [\"start\"]\non = \"disk\"\nrequires = [\"disk\"]\n",
        "[[call]]\nnames = [\"start\"]\nrequires = [\"memory\"]\n",
        "[[call]]\nnames = [\"unit::start\"]\nrequires = [\"systemd\"]\n",
    ));
    assert_eq!(requires(table.call("vm", "start")).as_deref(), Some("agent"));
    assert_eq!(requires(table.call("disk", "start")).as_deref(), Some("disk"));
    assert!(table.call("shell", "start").is_none() && table.call("vm", "stop").is_none());
    assert_eq!(requires(table.function("start")).as_deref(), Some("memory"));
    assert_eq!(requires(table.function("other::start")).as_deref(), Some("memory"));
    assert_eq!(requires(table.function("a::unit::start")).as_deref(), Some("systemd"));
    assert!(table.function("restart").is_none());
    let function = |path: &str| asked(&table, &UsageKind::Function(path.to_owned()));
    assert_eq!(function("unit::start").as_deref(), Some("systemd"));
    assert_eq!(function("start").as_deref(), Some("memory"));
    assert_eq!(table.entries().len(), 4);
}

#[test]
fn a_method_returns_the_only_role_with_the_next_method() {
    let table = table(concat!(
        "[[call]]\nnames = [\"run\"]\non = \"config\"\ngives = [\"vm\", \"agent\"]\nneutral = true\n",
        "[[call]]\nnames = [\"open\"]\non = \"config\"\ngives = [\"disk\"]\nneutral = true\n",
        "[[call]]\nnames = [\"look\"]\non = \"other\"\ngives = [\"shell\"]\nneutral = true\n",
        "[[call]]\nnames = [\"stop\", \"drop\"]\non = \"vm\"\nneutral = true\n",
        "[[call]]\nnames = [\"drop\"]\non = \"disk\"\nneutral = true\n",
        "[[call]]\nnames = [\"type\"]\non = \"shell\"\nneutral = true\n",
    ));
    assert_eq!(table.made_with("config", "stop"), Some("vm"));
    assert_eq!(table.made_with("config", "drop"), None, "a machine or a disk");
    assert_eq!(table.made_with("config", "type"), None, "another's methods give that");
    assert_eq!(table.made_with("other", "type"), Some("shell"));
    assert_eq!(table.made_with("vm", "stop"), None);
}

#[test]
fn a_read_matches_by_its_role_and_a_text_or_condition_by_its_words() {
    let table = table(concat!(
        "[[read]]\nnames = [\"Disks\"]\non = \"index\"\nrequires = [\"disk\"]\n",
        "[[read]]\nnames = [\"Mem*\"]\nrequires = [\"memory\"]\n",
        "[[text]]\nnames = [\"systemd is*\"]\nrequires = [\"systemd\"]\n",
        "[[build]]\nnames = [\"target_os = \\\"linux\\\"\"]\nrequires = [\"agent\"]\n",
        "[[path]]\nnames = [\"/dev/nvme*\"]\non = \"shell\"\nrequires = [\"disk\"]\n",
        "[[type]]\nnames = [\"vm::Agent\"]\nrequires = [\"agent\"]\n",
    ));
    let read = |name: &str, how: &str| {
        asked(&table, &UsageKind::Read { name: name.to_owned(), how: how.to_owned() })
    };
    assert_eq!(read("Disks", "index").as_deref(), Some("disk"));
    assert_eq!(read("Disks", ""), None);
    assert_eq!(
        (read("Memory", "").as_deref(), read("Memory", "index").as_deref()),
        (Some("memory"), Some("memory"))
    );
    assert_eq!(read("Disk", "index"), None);
    let text = |text: &str| asked(&table, &UsageKind::Text(text.to_owned()));
    assert_eq!((text("systemd is up").as_deref(), text("is systemd up")), (Some("systemd"), None));
    let build = |text: &str| asked(&table, &UsageKind::Build(text.to_owned()));
    assert_eq!(build("target_os=\"linux\"").as_deref(), Some("agent"));
    assert_eq!(build("target_os = \"windows\""), None);
    let path = |system: &str, path: &str| {
        asked(&table, &UsageKind::Path { system: system.to_owned(), path: path.to_owned() })
    };
    assert_eq!(path("shell", "/dev/nvme0n1").as_deref(), Some("disk"));
    assert_eq!((path("other", "/dev/nvme0n1"), path("shell", "/dev/sda")), (None, None));
    let typed = |path: &str| asked(&table, &UsageKind::Type(path.to_owned()));
    assert_eq!((typed("api::vm::Agent").as_deref(), typed("Agent")), (Some("agent"), None));
    assert_eq!(asked(&table, &UsageKind::Tested([].into())), None);
}
