//! The words of the catalog and of messages.

mod common;

use lightest_catalog::{File, load};
use lightest_model::catalog::{Blocker, Evidence, Layer, Os, Support};
use lightest_model::config::{Arch, Form, Isolation};

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
    assert!(evidence("petri/src/vm/mod.rs:10-12").lines().is_some());
    assert!(evidence("petri/src/vm/mod.rs").lines().is_none() && evidence("#2803").lines().is_none());
}
