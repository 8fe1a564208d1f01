//! The words of the catalog and of messages.

mod common;

use lightest_catalog::{File, load};
use lightest_model::catalog::{
    Blocker, BlockerState, Cost, Evidence, Layer, Measured, Os, Support, Timing, is_web,
};
use lightest_model::config::{Arch, Form, Isolation};
use lightest_model::space::Space;

#[test]
fn every_architecture_and_isolation_mode_has_one_word() {
    for (arch, word) in Arch::ALL.into_iter().zip(["x64", "aarch64", "s390x"]) {
        assert_eq!((arch.word(), arch.to_string().as_str()), (word, word));
        assert_eq!(Arch::from_word(word), Some(arch));
    }
    for (mode, word) in Isolation::ALL.into_iter().zip(["vbs", "snp", "tdx"]) {
        assert_eq!((mode.word(), mode.to_string().as_str()), (word, word));
        assert_eq!(Isolation::from_word(word), Some(mode));
    }
    assert_eq!((Arch::from_word("x86"), Isolation::from_word("none")), (None, None));
    let supports = [Support::Yes, Support::No, Support::Unknown].map(Support::word);
    assert_eq!(supports, ["yes", "no", "unknown"]);
}

/// A word is what a file of the catalog has.
#[test]
fn words_are_those_of_the_files() {
    let forms = [Form::Direct, Form::Vhd, Form::Iso, Form::UefiApp, Form::None];
    let systems = [Os::Linux, Os::Windows, Os::Freebsd, Os::Uefi, Os::None];
    for (form, os) in forms.into_iter().zip(systems) {
        let text = format!(
            "[[source]]\nid = \"here\"\ntitle = \"here\"\n\
             [[boot_class]]\nid = \"fast\"\ntitle = \"fast\"\nevidence = [\"here:x\"]\n\
             [[guest]]\nid = \"own\"\nform = \"{}\"\ntitle = \"own\"\nfamily = \"own\"\nos = \"{}\"\n\
             boot_class = \"fast\"\nevidence = [\"here:x\"]\n",
            form.word(),
            os.word()
        );
        let catalog =
            load(&[File::new(std::path::Path::new("a.toml"), text, Layer::User)]).expect("it is sound");
        assert_eq!((catalog.guests[0].form, catalog.guests[0].os), (form, os));
        assert_eq!(catalog.guest(form, "own").map(|guest| guest.id.as_str()), Some("own"));
        let other = if form == Form::Vhd { Form::Iso } else { Form::Vhd };
        assert!(catalog.guest(other, "own").is_none() && catalog.guest(form, "other").is_none());
    }
}

#[test]
fn entries_are_found_by_their_own_identifiers() {
    let catalog = common::catalog();
    assert_eq!(catalog.vmm("hyperv").map(|vmm| vmm.id.as_str()), Some("hyperv"));
    assert_eq!(catalog.boot_method("pcat").map(|boot| boot.id.as_str()), Some("pcat"));
    assert_eq!(catalog.hypervisor("kvm").map(|known| known.title.as_str()), Some("KVM"));
    assert_eq!(catalog.source("openvmm").map(|source| source.id.as_str()), Some("openvmm"));
    let quirk = &catalog.quirks.last().expect("a quirk").id;
    assert_eq!(catalog.quirk(quirk).map(|quirk| &quirk.id), Some(quirk));
    let none = "no-such-thing";
    assert!(
        catalog.vmm(none).is_none() && catalog.boot_method(none).is_none() && catalog.source(none).is_none()
    );
    assert!(catalog.hypervisor(none).is_none() && catalog.quirk(none).is_none());
    assert!(["x64", "s390x", "openvmm"].iter().all(|word| catalog.is_place(word)));
    assert!(!catalog.is_place("tpm") && !catalog.is_place("linux"));
    for requirement in &catalog.requirements {
        for alias in &requirement.aliases {
            assert_eq!(catalog.requirement(alias).map(|known| &known.id), Some(&requirement.id));
        }
        for word in &requirement.related {
            assert!(catalog.related(&word.to_uppercase()).is_some(), "{word}");
        }
    }
    assert!(catalog.requirement(none).is_none() && catalog.related(none).is_none());
}

#[test]
fn a_reason_names_an_issue_that_has_a_number() {
    let catalog = common::catalog();
    let blocker = |issue: &str, short: Option<&str>| Blocker {
        issue: issue.to_owned(),
        short: short.map(str::to_owned),
        title: "it does not boot".to_owned(),
        ..catalog.blockers[0].clone()
    };
    assert_eq!(blocker("microsoft/openvmm#12", None).reason(), "it does not boot (microsoft/openvmm#12)");
    assert_eq!(blocker("microsoft/openvmm#12", Some("no boot")).reason(), "no boot (microsoft/openvmm#12)");
    for words in ["no issue named", "issue #12", "microsoft/openvmm#twelve", "openvmm#1"] {
        assert_eq!(blocker(words, None).reason(), "it does not boot", "{words}");
    }
}

#[test]
fn evidence_is_a_source_and_a_place_with_lines_where_it_names_some() {
    let evidence = |place: &str| Evidence { source: "openvmm".to_owned(), place: place.to_owned() };
    assert_eq!(evidence("petri/src/vm/mod.rs:10-12").to_string(), "openvmm:petri/src/vm/mod.rs:10-12");
    assert_eq!(evidence("petri/src/vm/mod.rs:10-12").lines(), Some(("petri/src/vm/mod.rs", 10, 12)));
    assert_eq!(evidence("petri/src/vm/mod.rs:10-10").lines(), Some(("petri/src/vm/mod.rs", 10, 10)));
    assert_eq!(evidence("C:/petri.rs:1").lines(), Some(("C:/petri.rs", 1, 1)));
    for place in
        ["petri/src/vm/mod.rs", "#2803", ":10-12", "a.rs:0-3", "a.rs:0", "a.rs:12-10", "a.rs:x-3", "a.rs:3-"]
    {
        assert_eq!(evidence(place).lines(), None, "{place}");
    }
}

#[test]
fn evidence_without_a_source_or_a_place_is_a_mistake() {
    let with = |evidence: &str| {
        let text = format!(
            "[[source]]\nid = \"here\"\ntitle = \"here\"\n\
             [[boot_class]]\nid = \"fast\"\ntitle = \"fast\"\nevidence = [\"{evidence}\"]\n"
        );
        let file = File::new(std::path::Path::new("a.toml"), text, Layer::User);
        load(&[file]).map(|catalog| catalog.boot_classes[0].evidence[0].clone())
    };
    let known = with("here:a.rs:3").expect("it is sound");
    assert_eq!((known.source.as_str(), known.place.as_str()), ("here", "a.rs:3"));
    for evidence in ["here", "here:", ":a.rs", ":", ""] {
        let errors = with(evidence).expect_err("it is not of that form");
        assert!(errors[0].message.contains("is not of the form `source:place`"), "{errors:#?}");
    }
}

#[test]
fn the_duration_of_a_variant_is_the_median_of_its_runs() {
    let median = |seconds: &[f64]| {
        let measured = seconds.iter().map(|seconds| Measured { run: "run".to_owned(), seconds: *seconds });
        let timing = Timing {
            id: "id".to_owned(),
            variant: "variant".to_owned(),
            config: "config".to_owned(),
            measured: measured.collect(),
            circumstances: String::new(),
            evidence: Vec::new(),
        };
        timing.median_s()
    };
    assert_eq!(median(&[]), None);
    assert_eq!(median(&[7.0]), Some(7.0));
    assert_eq!(median(&[9.0, 4.0]), Some(6.5));
    assert_eq!(median(&[30.0, 2.0, 5.0]), Some(5.0));
    assert_eq!(median(&[30.0, 2.0, 5.0, 8.0, 1.0, 90.0]), Some(6.5));
}

#[test]
fn a_cost_names_only_amounts_above_zero() {
    let cost = |reboots: u32, waits_s: u32| Cost { reboots, waits_s };
    assert_eq!(cost(0, 0).words(), Vec::<String>::new());
    assert_eq!(cost(1, 1).words(), ["1 more boot", "1 s of waiting"]);
    assert_eq!(cost(2, 0).words(), ["2 more boots"]);
    assert_eq!(cost(0, 30).brief(), ["30 s"]);
    assert_eq!(cost(1, 2).brief(), ["1 boot", "2 s"]);
    assert_eq!(cost(3, 10).beyond(cost(1, 12)), Cost { reboots: 2, waits_s: -2 });
    assert_eq!(cost(3, 10).beyond(cost(1, 12)).words(), ["2 more boots"], "what is less adds nothing");
    assert_eq!(cost(3, 10).combined(cost(1, 12), u32::max), cost(3, 12));
}

#[test]
fn each_kind_of_place_has_its_address() {
    let source = "[[source]]\nid = \"s\"\ntitle = \"s\"\nurl = \"https://github.com/o/r\"\ncommit = \"abc\"\n\
                  [[source]]\nid = \"web\"\ntitle = \"web\"\nurl = \"https://example.org/doc/\"\n\
                  [[source]]\nid = \"script\"\ntitle = \"script\"\nurl = \"javascript:alert(1)\"\n\
                  [[source]]\nid = \"words\"\ntitle = \"words\"\n";
    let file = File::new(std::path::Path::new("sources.toml"), source, Layer::Base);
    let catalog = load(&[file]).expect("it is sound");
    for (source, place, address) in [
        ("s", "a/b.rs:3", Some("https://github.com/o/r/blob/abc/a/b.rs#L3")),
        ("s", "a/b.rs:3-5", Some("https://github.com/o/r/blob/abc/a/b.rs#L3-L5")),
        ("s", "a/b.rs", Some("https://github.com/o/r/blob/abc/a/b.rs")),
        ("s", "as it was said", Some("https://github.com/o/r")),
        ("s", "#12", Some("https://github.com/o/r/issues/12")),
        ("s", "@def", Some("https://github.com/o/r/commit/def")),
        ("web", "chapter one", Some("https://example.org/doc")),
        ("script", "page 3", None),
        ("words", "page 3", None),
        ("none", "page 3", None),
    ] {
        let evidence = Evidence { source: source.to_owned(), place: place.to_owned() };
        let found = evidence.address(&catalog).map(|address| address.to_string());
        assert_eq!(found.as_deref(), address);
    }
    assert!(is_web("http://example.org") && !is_web("file:///etc/passwd"));
}

#[test]
fn a_limit_stands_until_a_commit_lifts_it() {
    let catalog = common::catalog();
    let standing = |state| {
        let limits = catalog.blockers.iter().filter(move |limit| limit.state == state);
        limits.map(Blocker::standing).collect::<Vec<_>>()
    };
    let (open, lifted) = (standing(BlockerState::Open), standing(BlockerState::Lifted));
    assert!(!open.is_empty() && open.iter().all(|words| words == "open"), "{open:?}");
    assert!(
        !lifted.is_empty() && lifted.iter().all(|words| words.starts_with("lifted since ")),
        "{lifted:?}"
    );
}

#[test]
fn a_requirement_is_found_by_its_identifier_and_by_each_alias() {
    let catalog = common::catalog();
    let space = Space::of_tests(&catalog);
    for requirement in &catalog.requirements {
        let id = space.requirement(&requirement.id);
        assert!(id.is_some());
        for word in std::iter::once(&requirement.id).chain(&requirement.aliases) {
            assert_eq!(space.word(word), id, "{word}");
        }
    }
    assert_eq!(space.word("no such requirement"), None);
}
