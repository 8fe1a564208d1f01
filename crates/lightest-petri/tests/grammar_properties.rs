//! Properties of the grammar: what is printed reads back the same, and no text makes it panic.

mod common;

use std::sync::LazyLock;

use lightest_model::catalog::Catalog;
use lightest_model::config::Config;
use lightest_model::space::Space;
use lightest_petri::Spelled;
use lightest_petri::grammar::{Attribute, AttributeKind, Grammar};
use proptest::prelude::*;
use proptest::sample::select;
use quote::ToTokens as _;
use syn::parse::Parser as _;
use syn::punctuated::Punctuated;

static CATALOG: LazyLock<Catalog> = LazyLock::new(common::catalog);
static CONFIGS: LazyLock<Vec<Config>> =
    LazyLock::new(|| Space::of(&CATALOG, |_| true).rows().iter().map(|row| row.config.clone()).collect());

/// A legal configuration of the tests' VMMs.
fn config() -> impl Strategy<Value = Config> {
    let deps = proptest::collection::vec("(::)?[A-Z][A-Z0-9_]{0,8}(::x[a-z]{1,4})?", 0..3);
    (0..CONFIGS.len(), deps).prop_map(|(index, extra_deps)| Config { extra_deps, ..CONFIGS[index].clone() })
}

/// Pieces that attributes are made of, legal or not.
fn piece() -> impl Strategy<Value = String> {
    let words = [
        "openvmm_",
        "hyperv_",
        "uefi_x64",
        "pcat_x64",
        "linux_direct_x64",
        "openhcl_uefi_aarch64",
        "vhd",
        "iso",
        "none",
        "alpine_3_23_x64",
        "vbs",
        "snp",
        "ignore",
        "unstable",
        "reason",
        "configs",
        "requires",
        "noagent",
        "(",
        ")",
        "[",
        "]",
        "{",
        "}",
        ",",
        "=",
        "::",
        "<",
        ">",
        "\"",
        "\"why\"",
        "r#\"",
        "'",
        "/*",
        "*/",
        "//",
        "\n",
        "#",
        "é",
        "\u{0}",
    ];
    prop_oneof![4 => select(words.to_vec()).prop_map(str::to_owned), 1 => any::<String>()]
}

/// Pieces that paths with arguments are made of, legal or not.
fn path_piece() -> impl Strategy<Value = &'static str> {
    select(vec![
        "A",
        "b",
        "Fn",
        "u8",
        "crate",
        "self",
        "r#type",
        "'a",
        "3",
        "-3",
        "true",
        "::",
        "::",
        "<",
        "<",
        ">",
        ">",
        ",",
        ", ",
        "(",
        ")",
        "()",
        "->",
        "&",
        "=",
        "dyn ",
        "impl ",
        " as ",
        "[",
        "]",
        "{",
        "}",
        ";",
        "!",
        "_",
        " ",
        "\n",
        "/* of */",
        "// of\n",
        "/** of */",
        "/// of\n",
        "#[a]",
        "*const ",
    ])
}

/// Of those pieces, the ones that no artifact's arguments are made of.
const EXOTIC: [&str; 12] = ["Fn", "-3", "->", "=", "dyn ", "impl ", " as ", "{", "}", "!", "_", "*const "];

/// The artifacts of a list, as the macros of petri read them.
fn as_the_macros_read(list: &str) -> Option<Vec<String>> {
    let paths = Punctuated::<syn::Path, syn::Token![,]>::parse_terminated.parse_str(list).ok()?;
    Some(paths.iter().map(|path| path.to_token_stream().to_string()).collect())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(20_000))]

    #[test]
    fn artifacts_are_read_as_the_macros_read_them(pieces in proptest::collection::vec(path_piece(), 0..9), inner: bool) {
        // Few texts are a list by chance; more are what stands between a path's brackets.
        let list = if inner { format!("A<{}>", pieces[..pieces.len().min(5)].concat()) } else { pieces.concat() };
        let grammar = Grammar::new(&CATALOG);
        let read = grammar.parse_config(&format!("openvmm_linux_direct_x64[{list}]")).ok().map(|config| config.extra_deps);
        // White space, the last comma and the order of arguments are the printer's matter: syn prints lifetimes first.
        let same = |paths: Vec<String>| {
            let sorted = |path: &String| {
                let mut characters: Vec<char> = path.chars().filter(|character| !" ,".contains(*character)).collect();
                characters.sort_unstable();
                characters
            };
            paths.iter().map(sorted).collect::<Vec<_>>()
        };
        let (read, right) = (read.map(same), as_the_macros_read(&list).map(same));
        // Of what nobody gives to a constant, no more is asked than that nothing is read that the macros refuse.
        let is_exotic = EXOTIC.iter().any(|exotic| pieces.contains(exotic)) || list.contains("<<");
        if read.is_some() || !is_exotic {
            prop_assert_eq!(read, right);
        }
    }
}

proptest! {
    #[test]
    fn a_legal_configuration_prints_and_reads_back_the_same(config in config()) {
        let grammar = Grammar::new(&CATALOG);
        let read = grammar.parse_config(&Spelled(&config).to_string());
        prop_assert_eq!(read.as_ref(), Ok(&config));
    }

    #[test]
    fn an_attribute_prints_and_reads_back_the_same(configs in proptest::collection::vec(config(), 1..5), noagent: bool) {
        let grammar = Grammar::new(&CATALOG);
        let configs = configs.into_iter().filter(|config| !matches!(config.vmm.as_deref(), Some("lab")));
        let mut attribute = Attribute::of(configs);
        prop_assume!(!attribute.entries.is_empty());
        if noagent {
            attribute.kind = AttributeKind::VmmTestWith;
            attribute.noagent = true;
        }
        let printed = attribute.to_string();
        let read = grammar.parse_attribute(&printed).expect("what is printed is legal");
        prop_assert_eq!(read.to_string(), printed);
        prop_assert_eq!(read.agent(), !noagent);
    }

    #[test]
    fn nothing_makes_it_panic_and_every_caret_lies_in_the_text(pieces in proptest::collection::vec(piece(), 0..24)) {
        let grammar = Grammar::new(&CATALOG);
        let text = pieces.concat();
        let mut errors = vec![grammar.parse_entry(&text).err(), grammar.parse_attribute(&text).err()];
        errors.extend(AttributeKind::ALL.map(|kind| grammar.parse_arguments(kind, &text).err()));
        for kind in AttributeKind::ALL {
            match grammar.parse_arguments_partly(kind, &text) {
                Ok((_, refused)) => errors.extend(refused.into_iter().map(Some)),
                Err(error) => errors.push(Some(error)),
            }
        }
        for error in errors.into_iter().flatten() {
            let span = error.span();
            prop_assert!(span.start <= span.end && span.end <= text.len());
            prop_assert!(text.is_char_boundary(span.start) && text.is_char_boundary(span.end));
            let message = error.to_string();
            prop_assert!(!message.is_empty() && !message.ends_with('.'));
        }
    }

    #[test]
    fn partial_parsing_agrees_with_full_parsing_except_for_refusals(
        configs in proptest::collection::vec(config(), 1..5),
        stranger in select(vec!["openvmm_uefi_x64(vhd(beos_5_x64))", "openvmm_bios_x64", "7", "ignore(now)"]),
        at in 0_usize..5,
    ) {
        let grammar = Grammar::new(&CATALOG);
        let strict: Vec<String> = configs.iter().map(|config| Spelled(config).to_string()).collect();
        let text = strict.join(", ");
        let whole = grammar.parse_arguments(AttributeKind::VmmTest, &text);
        let partly = grammar.parse_arguments_partly(AttributeKind::VmmTest, &text);
        if let Ok(whole) = &whole {
            prop_assert_eq!(partly, Ok((whole.clone(), Vec::new())));
        }
        // A stranger among them is refused alone.
        let mut strange = strict.clone();
        strange.insert(at.min(strict.len()), stranger.to_owned());
        prop_assert!(grammar.parse_arguments(AttributeKind::VmmTest, &strange.join(", ")).is_err());
        if whole.is_ok() {
            let (read, refused) = grammar
                .parse_arguments_partly(AttributeKind::VmmTest, &strange.join(", "))
                .expect("the others are legal");
            let read: Vec<String> = read.entries.iter().map(|entry| Spelled(&entry.config).to_string()).collect();
            prop_assert_eq!(read, strict);
            prop_assert_eq!(refused.len(), 1);
        }
    }

    #[test]
    fn parsed_configurations_survive_printing(pieces in proptest::collection::vec(piece(), 0..8)) {
        let grammar = Grammar::new(&CATALOG);
        if let Ok(config) = grammar.parse_config(&pieces.concat()) {
            prop_assert_eq!(grammar.parse_config(&Spelled(&config).to_string()), Ok(config));
        }
    }
}

#[test]
fn deep_nesting_is_refused_and_does_not_exhaust_the_stack() {
    let grammar = Grammar::new(&CATALOG);
    for (open, close) in [("ignore(reason = \"\", ", ")"), ("(", ")"), ("[", "]"), ("A<", ">"), ("&", "")] {
        let inner = format!("{}{}", open.repeat(20_000), close.repeat(20_000));
        assert!(grammar.parse_entry(&inner).is_err());
        assert!(grammar.parse_entry(&format!("openvmm_linux_direct_x64[{inner}]")).is_err());
    }
}
