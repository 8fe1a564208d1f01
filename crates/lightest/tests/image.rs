//! `lightest probe --image` reports the contents of an image, in the words of the catalog.

use std::collections::BTreeSet;
use std::fs;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

fn lightest(args: &[&str], room: &Path) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_lightest"));
    command.args(args).current_dir(room).output().expect("it starts")
}

fn image(room: &Path) -> PathBuf {
    let packed =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../lightest-inspect/tests/images/disk-deflate.qcow2.gz");
    let mut content = Vec::new();
    let file = fs::File::open(packed).expect("a committed file");
    flate2::read::GzDecoder::new(file).read_to_end(&mut content).expect("gzip");
    let path = room.join("disk.qcow2");
    fs::write(&path, content).expect("room");
    path
}

#[test]
fn an_image_is_shown_by_partition_and_by_requirement() {
    let room = tempfile::tempdir().expect("a directory");
    image(room.path());
    let output = lightest(&["probe", "--image", "disk.qcow2"], room.path());
    assert_eq!(output.status.code(), Some(0));
    insta::assert_snapshot!(String::from_utf8_lossy(&output.stdout));
}

#[test]
fn every_answer_is_about_a_requirement_of_the_catalog() {
    let room = tempfile::tempdir().expect("a directory");
    image(room.path());
    let json = |args: &[&str]| -> serde_json::Value {
        serde_json::from_slice(&lightest(args, room.path()).stdout).expect("JSON")
    };
    let names = |value: &serde_json::Value, key: &str| -> BTreeSet<String> {
        let all = value.as_array().expect("a list").iter();
        all.map(|one| one[key].as_str().expect("a name").to_owned()).collect()
    };
    let known = names(&json(&["list", "requirements", "--format", "json"])["requirements"], "id");
    let found = names(&json(&["probe", "--image", "disk.qcow2", "--format", "json"])["found"], "requirement");
    assert_eq!(found.difference(&known).collect::<Vec<_>>(), Vec::<&String>::new());
}

#[test]
fn an_unreadable_image_has_a_reason() {
    let room = tempfile::tempdir().expect("a directory");
    fs::write(room.path().join("half.vhdx"), b"vhdxfile").expect("room");
    let output = lightest(&["probe", "--image", "half.vhdx"], room.path());
    assert_eq!(output.status.code(), Some(2));
    insta::assert_snapshot!(format!(
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    ));
}
