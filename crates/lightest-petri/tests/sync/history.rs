//! How facts came and went, and when a sentence was true.

use crate::orchard::{ARTIFACTS, catalog, corpus, tree, with};
use lightest_petri::Petri;
use lightest_petri::openvmm::Facts;
use lightest_petri::sync::timeline::{BOOTS, GUESTS, HOSTS, LIVE, PETRI, QUIRKS};
use lightest_petri::sync::watch::is_true;
use lightest_sync::Timeline as _;
use lightest_sync::timeline::{Run, State, Topic, runs};

fn watch(condition: &str) -> Result<Option<bool>, String> {
    is_true(&[condition.to_owned()], &Facts::read(&corpus(&tree())))
}

#[test]
fn conditions_are_asked_of_the_source() {
    for (condition, value) in [
        ("word boot=pcat arch=x64", Some(true)),
        ("word boot=pcat arch=aarch64", Some(false)),
        ("not word boot=pcat arch=aarch64", Some(true)),
        ("word guest=plum_1_x64", Some(true)),
        ("word guest=damson", Some(false)),
        ("live boot=linux_direct", Some(true)),
        ("live vmm=hyperv boot=openhcl_uefi isolation=vbs", Some(false)),
        ("live os=windows arch=aarch64,x64", Some(true)),
        ("live os=freebsd agent=no", Some(true)),
        ("live os=freebsd agent=yes", Some(false)),
        ("bytes plum_1_x64 1000000..1100000", Some(true)),
        ("bytes plum_1_x64 1..2", Some(false)),
        ("bytes damson 1..2", None),
        ("sleeps plum_1_x64 7", Some(true)),
        ("only-sleeps plum", Some(true)),
        ("only-sleeps pear", Some(false)),
        ("reboots plum_1_x64 with-tpm", Some(true)),
        ("reboots plum_1_x64 always", Some(false)),
    ] {
        assert_eq!(watch(condition), Ok(value), "{condition}");
    }
}

#[test]
fn conditions_that_are_not_understood_have_a_reason() {
    for condition in [
        "",
        "grows plum",
        "live",
        "live size=3",
        "live boot",
        "bytes plum 1",
        "bytes plum a..b",
        "reboots plum never",
        "sleeps plum x",
    ] {
        assert!(watch(condition).is_err_and(|why| why.contains(condition)), "{condition}");
    }
}

#[test]
fn all_conditions_must_be_true_and_unknown_stays_unknown() {
    let facts = Facts::read(&corpus(&tree()));
    let all = |conditions: &[&str]| {
        is_true(&conditions.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>(), &facts)
    };
    assert_eq!(all(&["word boot=pcat", "bytes damson 1..2"]), Ok(None));
    assert_eq!(all(&["bytes damson 1..2", "word boot=graft"]), Ok(Some(false)));
    assert_eq!(all(&[]), Ok(Some(true)));
}

#[test]
fn a_snapshot_has_the_values_of_the_timeline() {
    let files = corpus(&tree()).files().to_vec();
    let snapshot = Petri.snapshot(files, &catalog().0).expect("no condition is wrong");
    let value_of =
        |part, name: &str| snapshot.state.get(&(Topic::Part(part), name.to_owned())).map(String::as_str);
    assert_eq!(value_of(&GUESTS, "vhd(plum_1_x64)"), Some("1,000,512 bytes, fetched block by block"));
    assert_eq!(value_of(&QUIRKS, "vhd(plum_1_x64): shutdown sleep"), Some("waits 7 s"));
    assert_eq!(value_of(&BOOTS, "pcat_x64"), Some("accepted, with vhd, iso"));
    assert_eq!(value_of(&LIVE, "openvmm_linux_direct_x64"), Some("in tests"));
    assert_eq!(value_of(&LIVE, "hyperv_openhcl_uefi_x64[vbs]"), None);
    assert_eq!(value_of(&PETRI, "memory by default"), Some("2 GiB"));
    assert_eq!(value_of(&HOSTS, "vbs on hyperv"), Some("bare metal"));
    assert_eq!(snapshot.gaps, []);
}

#[test]
fn a_changed_value_begins_a_new_stretch() {
    let of = |tree| {
        let files = corpus(&tree).files().to_vec();
        Petri.snapshot(files, &catalog().0).expect("no condition is wrong").state
    };
    let states: [State; 4] =
        [State::new(), of(tree()), of(with(ARTIFACTS, "1_000_512", "1_000_000")), State::new()];
    let key = (Topic::Part(&GUESTS), "vhd(plum_1_x64)".to_owned());
    assert_eq!(
        runs(&states.iter().collect::<Vec<_>>())[&key],
        [
            Run { value: "1,000,512 bytes, fetched block by block".to_owned(), from: 1, until: Some(2) },
            Run { value: "1,000,000 bytes, fetched block by block".to_owned(), from: 2, until: Some(3) },
        ]
    );
}
