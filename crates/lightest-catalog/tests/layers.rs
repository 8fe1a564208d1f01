//! A user's folder, laid over the embedded catalog.

use std::fs;
use std::path::Path;

use lightest_catalog::{File, OPENVMM, ReadError, calls, embedded, list_folder, load};
use lightest_lint::calls::{Entry, Table};
use lightest_lint::facts::UsageKind;
use lightest_model::catalog::{Layer, Support};

fn with(folder: &Path) -> Vec<File> {
    let mut files = embedded(OPENVMM);
    let read = |path| File::new(path, fs::read_to_string(path).expect("UTF-8"), Layer::User);
    files.extend(list_folder(folder).expect("it can be read").iter().map(|path| read(path)));
    files
}

fn call(on: &str, name: &str) -> UsageKind {
    UsageKind::Call { on: on.to_owned(), name: name.to_owned(), texts: Vec::new() }
}

#[test]
fn the_embedded_catalog_has_no_mistake() {
    let files = embedded(OPENVMM);
    let catalog = load(&files).unwrap_or_else(|errors| panic!("{errors:#?}"));
    let entries = calls::load(&files, &catalog).unwrap_or_else(|errors| panic!("{errors:#?}"));
    assert!(catalog.requirement("tpm").is_some());
    assert!(entries.iter().all(|entry| !entry.own));
    assert!(entries.iter().any(|entry| entry.names.iter().any(|name| name == "unix_shell")));
}

#[test]
fn a_users_calls_reach_the_table_and_outrank_ours() {
    let folder = tempfile::tempdir().expect("a folder");
    let text = "[[call]]\non = \"vm\"\nnames = [\"frobnicate\"]\nrequires = [\"tpm\"]\n";
    fs::write(folder.path().join("calls.toml"), text).expect("written");
    let files = with(folder.path());
    let catalog = load(&files).expect("no mistake");
    let table = Table::new(calls::load(&files, &catalog).expect("no mistake"));
    let entry = table.judge(&call("vm", "frobnicate")).expect("it is known");
    assert_eq!((entry.requires.as_slice(), entry.own), (["tpm".to_owned()].as_slice(), true));
}

#[test]
fn a_folder_of_calls_is_read_like_a_file() {
    let folder = tempfile::tempdir().expect("a folder");
    fs::create_dir(folder.path().join("calls")).expect("made");
    let text = "[[call]]\non = \"vm\"\nnames = [\"frobnicate\"]\nneutral = true\n";
    fs::write(folder.path().join("calls/ours.toml"), text).expect("written");
    let files = with(folder.path());
    let catalog = load(&files).expect("no mistake");
    let own: Vec<Entry> =
        calls::load(&files, &catalog).expect("no mistake").into_iter().filter(|entry| entry.own).collect();
    assert_eq!(own.len(), 1);
}

#[test]
fn a_mistake_in_a_users_calls_has_its_place_in_that_file() {
    let folder = tempfile::tempdir().expect("a folder");
    let text = "[[call]]\non = \"vm\"\nnames = [\"frobnicate\"]\nrequires = [\"tmp\"]\n";
    fs::write(folder.path().join("calls.toml"), text).expect("written");
    let files = with(folder.path());
    let catalog = load(&files).expect("the facts have no mistake");
    let errors = calls::load(&files, &catalog).expect_err("there is no such requirement");
    let [error] = errors.as_slice() else { panic!("{errors:#?}") };
    assert_eq!(error.message, "there is no requirement `tmp`");
    assert_eq!(error.help_message(), Some("did you mean `tpm`?"));
    let span = error.primary().expect("a place");
    assert_eq!(span.file, files.len() - 1);
    assert_eq!(&text[span.bytes.clone()], "\"tmp\"");
}

#[test]
fn an_artifact_entry_without_a_file_is_a_mistake() {
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("calls.toml"), "[[artifact]]\nnames = [\"IsImage\"]\n").expect("written");
    let files = with(folder.path());
    let catalog = load(&files).expect("the facts have no mistake");
    let errors = calls::load(&files, &catalog).expect_err("it stands for no file");
    let [error] = errors.as_slice() else { panic!("{errors:#?}") };
    assert_eq!(error.message, "an artifact that gives nothing");
}

#[test]
fn systems_and_hypervisors_are_checked_wherever_they_are_named() {
    let folder = tempfile::tempdir().expect("a folder");
    let text = concat!(
        "[[vmm]]\nid = \"own\"\ntitle = \"own\"\nin_repo = true\nhosts = [\"linux\", \"freebsd\"]\n",
        "evidence = [\"openvmm:petri\"]\n",
        "[[host]]\nid = \"own\"\ntitle = \"own\"\nwhen = {}\nevidence = [\"openvmm:petri\"]\n",
        "machines = [{ os = \"haiku\", hypervisors = [\"kvm\", \"xen\"] }]\n",
    );
    fs::write(folder.path().join("own.toml"), text).expect("written");
    let errors = load(&with(folder.path())).expect_err("words that nothing knows");
    let found: Vec<&str> =
        errors.iter().filter_map(|error| Some(&text[error.primary()?.bytes.clone()])).collect();
    let messages: Vec<&str> = errors.iter().filter_map(|error| error.message.split(':').next()).collect();
    assert_eq!(
        messages,
        [
            "there is no operating system `freebsd` of hosts",
            "there is no operating system `haiku` of hosts",
            "there is no hypervisor `xen`",
        ]
    );
    assert_eq!(found[0], "\"freebsd\"", "{found:?}");
}

#[test]
fn facts_in_folders_are_laid_over_ours() {
    let folder = tempfile::tempdir().expect("a folder");
    fs::create_dir(folder.path().join("capabilities")).expect("made");
    let text = "[[capability]]\nid = \"repo-code-plain-hyperv\"\nsupport = \"yes\"\n";
    fs::write(folder.path().join("capabilities/ours.toml"), text).expect("written");
    let catalog = load(&with(folder.path())).expect("no mistake");
    let changed = catalog
        .capabilities
        .iter()
        .find(|capability| capability.id.as_deref() == Some("repo-code-plain-hyperv"))
        .expect("it is ours");
    assert_eq!((changed.support, changed.layer), (Support::Yes, Layer::User));
}

#[test]
fn a_folder_without_facts_is_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    assert!(matches!(list_folder(folder.path()), Err(ReadError::Empty { .. })));
    let absent = folder.path().join("absent");
    assert!(matches!(list_folder(&absent), Err(ReadError::Unreadable { .. })));
}
