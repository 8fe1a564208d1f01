//! Images read without booting: the same result from every format, and no harm from hostile bytes.
//!
//! The images are those of `tests/images/make.sh`.

use std::fs::{self, File};
use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};

use lightest_inspect::{Inspection, inspect};
use lightest_model::catalog::Support;
use proptest::prelude::*;

const ALL: [&str; 7] = [
    "disk.raw",
    "disk.qcow2",
    "disk-deflate.qcow2",
    "disk-zstd.qcow2",
    "disk.vhd",
    "disk-fixed.vhd",
    "disk.vhdx",
];

fn unpacked(name: &str) -> Vec<u8> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/images").join(format!("{name}.gz"));
    let mut content = Vec::new();
    let file = File::open(path).expect("a committed file");
    flate2::read::GzDecoder::new(file).read_to_end(&mut content).expect("gzip");
    content
}

fn written(room: &Path, name: &str, content: &[u8]) -> PathBuf {
    let path = room.join(name);
    fs::write(&path, content).expect("room");
    path
}

fn room() -> tempfile::TempDir {
    tempfile::tempdir().expect("a directory")
}

fn look(name: &str, content: &[u8]) -> Inspection {
    let room = room();
    inspect(&written(room.path(), name, content)).expect("a file that can be opened")
}

/// The part of a result that does not depend on the format.
fn content(inspection: &Inspection) -> serde_json::Value {
    let mut value = serde_json::to_value(inspection).expect("JSON");
    let object = value.as_object_mut().expect("an object");
    for key in ["format", "file_bytes", "disk_bytes"] {
        object.remove(key);
    }
    value
}

#[test]
fn a_disk_is_read_down_to_its_drivers() {
    insta::assert_snapshot!(
        serde_json::to_string_pretty(&content(&look("disk.raw", &unpacked("disk.raw")))).expect("JSON")
    );
}

#[test]
fn every_format_shows_the_same_disk() {
    let raw = content(&look("disk.raw", &unpacked("disk.raw")));
    for name in ALL {
        assert_eq!(content(&look(name, &unpacked(name))), raw, "{name}");
    }
}

#[test]
fn an_image_is_not_changed_by_looking() {
    for name in ALL {
        let room = room();
        let before = unpacked(name);
        let path = written(room.path(), name, &before);
        inspect(&path).expect("a file that can be opened");
        assert!(fs::read(&path).expect("it is there") == before, "{name}");
    }
}

#[test]
fn a_wrong_file_extension_is_reported_and_ignored() {
    let seen = look("disk.vhd", &unpacked("disk.qcow2"));
    assert_eq!(seen.notes, ["the name ends in .vhd, but the content is qcow2"]);
    assert!(seen.linux.is_some());
}

#[test]
fn an_image_with_a_parent_is_not_read_and_gives_the_reason() {
    let mut overlay = unpacked("disk.qcow2");
    overlay[15] = 1;
    let seen = look("overlay.qcow2", &overlay);
    assert_eq!(
        seen.notes,
        ["the image cannot be read: it is only what changed since another image, its backing file"]
    );
    assert_eq!((seen.disk_bytes, seen.found.len()), (None, 0));
}

#[test]
fn an_image_of_another_format_is_no_raw_disk() {
    let mut vdi = vec![0; 4096];
    vdi[64..68].copy_from_slice(b"\x7f\x10\xda\xbe");
    for (content, what) in [
        (&b"KDMV\x01\0\0\0"[..], "a VMDK image"),
        (b"# Disk DescriptorFile\nRW 1 FLAT \"other\" 0\n", "a VMDK descriptor, which names other files"),
        (b"QED\0", "a QED image"),
        (&vdi, "a VDI image"),
        (b"\x1f\x8b\x08\0", "compressed with gzip"),
        (b"PK\x03\x04", "a ZIP archive"),
    ] {
        let seen = look("disk.img", content);
        let note = format!("the image cannot be read: it is {what}; raw, qcow2, VHD and VHDX are read");
        assert_eq!(seen.notes, [note]);
        assert_eq!((seen.disk_bytes, seen.found.len()), (None, 0), "{what}: nothing is claimed of it");
    }
}

#[test]
fn a_file_system_that_is_only_named_leaves_linux_unknown() {
    let mut disk = vec![0; 1 << 20];
    disk[0x1_0040..0x1_0048].copy_from_slice(b"_BHRfS_M");
    let seen = look("disk.raw", &disk);
    assert_eq!(seen.partitions[0].file_system, Some("btrfs"));
    let linux = seen.found.iter().find(|claim| claim.requirement == "linux").expect("a claim");
    assert_eq!((linux.support, linux.seen.as_str()), (Support::Unknown, "not read: btrfs"));
}

#[test]
fn a_truncated_image_is_read_as_far_as_it_goes() {
    for name in ALL {
        let whole = unpacked(name);
        for part in 0..16 {
            let room = room();
            let path = written(room.path(), name, &whole[..whole.len() * part / 16]);
            inspect(&path).expect("a file that can be opened");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_bytes_are_looked_at_without_harm(
        start in prop::sample::select(vec![&b""[..], b"QFI\xfb\0\0\0\x03", b"vhdxfile", b"conectix"]),
        rest in prop::collection::vec(any::<u8>(), 0..8192),
    ) {
        let mut file = tempfile::NamedTempFile::new().expect("a file");
        file.write_all(start).and_then(|()| file.write_all(&rest)).expect("room");
        inspect(file.path()).expect("a file that can be opened");
    }

    #[test]
    fn a_disk_with_wrong_bytes_is_looked_at_without_harm(
        name in prop::sample::select(ALL.to_vec()),
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..40),
        // Most of an image is data; its tables are at its start or at that of a partition.
        near in prop::sample::select(vec![0_usize, 0x1_0000, 0x2_0000, 0x3_0000, 0x10_0000, 0x20_0000, 0x30_0000, usize::MAX]),
    ) {
        let mut image = unpacked(name);
        let (from, length) = if near >= image.len() { (0, image.len()) } else { (near, 8192.min(image.len() - near)) };
        for (index, byte) in &changes {
            image[from + index.index(length)] = *byte;
        }
        look(name, &image);
    }
}
