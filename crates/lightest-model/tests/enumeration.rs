//! Which configurations there are.

mod made_up;

use lightest_model::config::{Arch, Config, Form, Isolation};
use lightest_model::space::{Row, Space};

/// A configuration in a few words, with the size of its image.
fn words(row: &Row<'_>) -> String {
    let Config { boot, arch, isolation, guest, .. } = &row.config;
    let isolation = isolation.map_or(String::new(), |mode| format!("[{mode}]"));
    let bytes = row.image.and_then(|image| image.bytes).map_or(String::new(), |bytes| format!(" {bytes}"));
    format!("{} {boot}{isolation} {arch} {}{bytes}", row.vmm.id, guest.id)
}

#[test]
fn an_image_decides_where_a_guest_boots() {
    let catalog = made_up::catalog(&[]);
    let space = Space::of(&catalog, |vmm| vmm.id == "one");
    let all: Vec<String> = space.rows().iter().map(words).collect();
    let expected = [
        "one direct x64 kernel",
        "one direct aarch64 kernel",
        // By BIOS no image is compared with the architecture: that of `arm` is there.
        "one bios x64 old 100",
        "one bios x64 arm 400",
        "one bios x64 both 500",
        "one bios x64 disc 700",
        "one uefi x64 old 200",
        "one uefi x64 new 300",
        "one uefi x64 both 500",
        "one uefi[vbs] x64 old 200",
        "one uefi[vbs] x64 new 300",
        "one uefi[vbs] x64 both 500",
        "one uefi aarch64 arm 400",
        "one uefi aarch64 both 600",
        "one uefi[vbs] aarch64 arm 400",
        "one uefi[vbs] aarch64 both 600",
    ];
    assert_eq!(all, expected);
}

#[test]
fn tests_name_no_vmm_of_the_lab_and_a_guest_of_the_lab_boots_there_alone() {
    let catalog = made_up::catalog(&[]);
    let vmms = |space: &Space<'_>| {
        let mut vmms: Vec<String> = space.rows().iter().map(|row| row.vmm.id.clone()).collect();
        vmms.dedup();
        vmms
    };
    assert_eq!(vmms(&Space::of_tests(&catalog)), ["one", "two"]);
    let lab = Space::of(&catalog, |vmm| vmm.lab);
    assert_eq!(vmms(&lab), ["bench"]);
    let direct: Vec<String> = lab.rows().iter().filter(|row| row.boot.id == "direct").map(words).collect();
    let expected = [
        "bench direct x64 kernel",
        "bench direct x64 bare",
        "bench direct aarch64 kernel",
        "bench direct aarch64 bare",
    ];
    assert_eq!(direct, expected);
}

#[test]
fn a_configuration_is_found_by_all_its_parts_but_its_artifacts() {
    let catalog = made_up::catalog(&[]);
    let space = Space::of_tests(&catalog);
    let found = |config: &Config| space.position(config).map(|row| space.row(row));
    for row in space.rows() {
        assert_eq!(found(&row.config).map(|found| &found.config), Some(&row.config));
        let more = Config { extra_deps: vec!["A_DISK".to_owned()], ..row.config.clone() };
        assert_eq!(found(&more).map(|found| &found.config), Some(&row.config));
        assert_eq!((more.bare(), row.config.bare()), (row.config.clone(), row.config.clone()));
    }
    let one =
        &space.rows().iter().find(|row| words(row) == "one uefi x64 old 200").expect("it exists").config;
    let mut guest = one.guest.clone();
    guest.form = Form::Iso;
    for other in [
        Config { vmm: None, ..one.clone() },
        Config { vmm: Some("bench".to_owned()), ..one.clone() },
        Config { boot: "direct".to_owned(), ..one.clone() },
        Config { arch: Arch::Aarch64, ..one.clone() },
        Config { arch: Arch::S390x, ..one.clone() },
        Config { isolation: Some(Isolation::Tdx), ..one.clone() },
        Config { guest, ..one.clone() },
    ] {
        assert_eq!(space.position(&other), None, "{other:?}");
    }
}
