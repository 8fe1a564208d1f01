//! Sources that nobody would write, and places that cannot be read: each gets a clear line and the documented exit code.

use std::fs;
use std::path::Path;

mod support;
use support::{Outcome, lightest};
#[path = "support/heavy.rs"]
mod heavy;
use heavy::TEST;

fn check(folder: &Path, args: &[&str]) -> Outcome {
    lightest(folder, &[&["check"], args].concat())
}

fn folder() -> tempfile::TempDir {
    tempfile::tempdir().expect("a folder")
}

fn put(folder: &Path, name: &str, text: impl AsRef<[u8]>) {
    fs::write(folder.join(name), text).expect("written");
}

#[test]
fn a_folder_without_tests_differs_from_one_without_findings() {
    let folder = folder();
    put(folder.path(), "a.rs", "fn main() {}\n");
    let result = check(folder.path(), &[]);
    assert_eq!(result.code, 3, "{}", result.err);
    assert_eq!(result.err, "no test found in 1 file: looked for `#[vmm_test(..)]` and its relatives\n");
}

#[test]
fn a_path_that_is_not_there_is_a_mistake() {
    let result = check(folder().path(), &["nowhere"]);
    assert_eq!(result.code, 2);
    assert!(result.err.starts_with("error: nowhere cannot be read: "), "{}", result.err);
}

#[test]
fn a_file_that_is_not_utf_8_is_named_and_the_others_are_read() {
    let folder = folder();
    put(folder.path(), "a.rs", TEST);
    put(folder.path(), "latin.rs", b"#[vmm_test(openvmm_linux_direct_x64)]\nfn caf\xe9() {}\n");
    let result = check(folder.path(), &["--message-format", "short"]);
    assert_eq!(result.code, 2);
    assert!(result.err.contains("warning: not read: latin.rs: not UTF-8 in line 2\n"), "{}", result.err);
    assert!(result.out.contains("a.rs:1:16: warning[heavier-than-needed]"), "{}", result.out);
}

#[test]
fn a_byte_order_mark_and_carriage_returns_do_no_harm() {
    let folder = folder();
    put(folder.path(), "a.rs", format!("\u{feff}{}", TEST.replace('\n', "\r\n")));
    let result = check(folder.path(), &["--message-format", "short"]);
    assert_eq!(result.code, 1, "{}", result.err);
    assert_eq!(result.out.lines().count(), 1, "a mark is no part of the program: {}", result.out);
    let result = check(folder.path(), &["--fix"]);
    assert_eq!(result.code, 1, "the gap between architectures is left: {}", result.err);
    let text = fs::read_to_string(folder.path().join("a.rs")).expect("UTF-8");
    assert!(text.starts_with("\u{feff}#[openvmm_test(linux_direct_x64)]\r\n"), "{text:?}");
}

/// A file with a byte order mark has the lines and columns of the same file without one, in every format. Bytes count it: that is
/// where an edit goes.
#[test]
fn a_byte_order_mark_is_no_column() {
    let unused = "// lightest: expect(runs-nowhere): it is tried";
    let long = format!("/* {} */ {TEST}", "é".repeat(9000));
    for text in [TEST, &format!("{unused}\n{TEST}"), &format!("/* {unused} */ {TEST}"), &long] {
        let marked = format!("\u{feff}{text}");
        let said = |text: &str, format: &str| {
            let folder = folder();
            put(folder.path(), "a.rs", text);
            let said = check(folder.path(), &["--message-format", format]);
            assert_eq!(said.code, 1, "{format}: {}", said.err);
            said.out
        };
        for format in ["human", "short", "github", "junit"] {
            assert_eq!(said(&marked, format), said(text, format), "{format}");
        }
        for format in ["json", "sarif"] {
            let values = |text: &str, mark: u64| {
                let said = said(text, format);
                let values = serde_json::Deserializer::from_str(&said).into_iter::<serde_json::Value>();
                let mut values: Vec<_> = values.map(|value| value.expect("JSON")).collect();
                values.iter_mut().for_each(|value| count_less(value, mark));
                values
            };
            let (marked, plain) = (values(&marked, 3), values(text, 0));
            assert_eq!(marked.len(), plain.len(), "{format}");
            for (marked, plain) in marked.iter().zip(&plain) {
                assert!(marked == plain, "{format}: {marked:#} for {plain:#}");
            }
        }
        let fixed = |text: &str| {
            let folder = folder();
            put(folder.path(), "a.rs", text);
            check(folder.path(), &["--fix", "--unsafe-fixes"]);
            fs::read_to_string(folder.path().join("a.rs")).expect("UTF-8")
        };
        assert_eq!(fixed(&marked), format!("\u{feff}{}", fixed(text)));
    }
}

/// Takes so many bytes off each place that is given in bytes.
fn count_less(value: &mut serde_json::Value, bytes: u64) {
    let place = ["byte_start", "byte_end", "byteOffset"];
    match value {
        serde_json::Value::Array(values) => values.iter_mut().for_each(|value| count_less(value, bytes)),
        serde_json::Value::Object(fields) => {
            fields.iter_mut().for_each(|(name, value)| match value.as_u64() {
                Some(at) if place.contains(&name.as_str()) => *value = (at - bytes).into(),
                _ => count_less(value, bytes),
            })
        }
        _ => {}
    }
}

#[test]
fn a_file_of_100_megabytes_is_named_and_not_read() {
    let folder = folder();
    let file = fs::File::create(folder.path().join("large.rs")).expect("created");
    file.set_len(100 << 20).expect("made large");
    let result = check(folder.path(), &[]);
    assert_eq!(result.code, 2);
    assert!(result.err.contains("warning: not read: large.rs: larger than 16 MiB\n"), "{}", result.err);
}

#[test]
fn nesting_and_expressions_beyond_all_reason_are_named_and_not_read() {
    let cases = [
        ("(".repeat(100_000), "nested too deeply"),
        ("{".repeat(100_000), "nested too deeply"),
        ("!".repeat(1_000_000), "an expression is too long"),
        (format!("fn f() {{ let x = 1{}; }}", "+1".repeat(100_000)), "an expression is too long"),
        (format!("fn f() {{ x{}; }}", ".a()".repeat(100_000)), "an expression is too long"),
        (format!("fn f() {{ {} }}", "if a {} else ".repeat(100_000)), "an expression is too long"),
        (format!("fn f() {{ {} }}", "|| ".repeat(100_000)), "an expression is too long"),
        (format!("type T = {};", "&".repeat(100_000)), "an expression is too long"),
        // Comments and strings count for nothing, commas and braces only where they end something.
        (format!("fn f() {{ {} }}", "(/*);*/".repeat(100_000)), "nested too deeply"),
        (format!("fn f() {{ x{}; }}", ".a(1, 2)".repeat(100_000)), "an expression is too long"),
        (format!("type T = {};", "A<u8, ".repeat(100_000)), "an expression is too long"),
        (format!("fn f() {{ {} }}", "|a, b| ".repeat(100_000)), "an expression is too long"),
        (format!("fn f() {{ 1{}; }}", " + {}".repeat(100_000)), "an expression is too long"),
    ];
    for (text, reason) in cases {
        let folder = folder();
        put(folder.path(), "deep.rs", format!("{TEST}{text}"));
        put(folder.path(), "good.rs", TEST);
        let result = check(folder.path(), &["--message-format", "human"]);
        assert!(result.out.contains(reason), "{reason}: {:?} {} {}", result.code, result.out, result.err);
        assert!(result.out.contains("--> good.rs:1:16"), "the others are read: {}", result.out);
        assert_eq!(result.code, 2, "{}", result.err);
    }
}

#[test]
fn the_deepest_nesting_that_is_read_does_not_exhaust_the_stack() {
    let cases = [
        format!("fn f() {{ {}{} }}", "(".repeat(110), ")".repeat(110)),
        format!("fn f() {{ {} }}", "!".repeat(2_900)),
        format!("fn f() {{ x{}; }}", ".a()".repeat(700)),
        format!("fn f() {{ let x = 1{}; }}", "+1".repeat(1_400)),
        format!("fn f() {{ {} {{}} }}", "if a {} else ".repeat(700)),
        format!("fn f() {{ m!{}{}; }}", "(m!".repeat(50), ")".repeat(50)),
    ];
    for text in cases {
        let folder = folder();
        put(folder.path(), "deep.rs", format!("{TEST}{text}\n"));
        let result = check(folder.path(), &["--message-format", "short"]);
        assert_eq!(result.code, 1, "{}: {}", &text[..40], result.err);
    }
}

#[test]
fn helpers_that_call_each_other_in_circles_end() {
    let folder = folder();
    let calls = "a(agent); a(agent); b(agent); b(agent);".repeat(20);
    let text = format!(
        "{}\nasync fn a(agent: &PipetteClient) {{ {calls} }}\nasync fn b(agent: &PipetteClient) {{ {calls} }}\n",
        TEST.replace("agent.ping().await?;", "a(&agent);")
    );
    put(folder.path(), "a.rs", text);
    let result = check(folder.path(), &["--message-format", "short"]);
    assert!(result.code < 2, "{}", result.err);
}

#[cfg(unix)]
#[test]
fn links_in_circles_are_not_followed() {
    let folder = folder();
    put(folder.path(), "a.rs", TEST);
    std::os::unix::fs::symlink(".", folder.path().join("again")).expect("linked");
    std::os::unix::fs::symlink("loop.rs", folder.path().join("loop.rs")).expect("linked");
    let result = check(folder.path(), &["--message-format", "short"]);
    assert_eq!(result.code, 1, "{}", result.err);
    assert_eq!(result.out.lines().count(), 1, "{}", result.out);
    let result = check(folder.path(), &["loop.rs"]);
    assert_eq!(result.code, 2, "{}", result.err);
}

#[cfg(unix)]
#[test]
fn fixing_a_file_in_a_folder_that_cannot_be_written_leaves_it_whole() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = folder();
    let inner = folder.path().join("inner");
    fs::create_dir(&inner).expect("created");
    put(&inner, "a.rs", TEST);
    fs::set_permissions(&inner, fs::Permissions::from_mode(0o555)).expect("set");
    let result = check(folder.path(), &["--fix"]);
    fs::set_permissions(&inner, fs::Permissions::from_mode(0o755)).expect("set");
    let text = fs::read_to_string(inner.join("a.rs")).expect("UTF-8");
    // Who may write everywhere, as root may, gets it fixed.
    if result.code == 2 {
        assert_eq!(text, TEST);
        assert!(result.err.contains("cannot be written"), "{}", result.err);
    } else {
        assert!(text.starts_with("#[openvmm_test(linux_direct_x64)]"), "{text}");
    }
}

#[test]
fn a_baseline_covers_old_findings_and_only_shrinks() {
    let folder = folder();
    put(folder.path(), "a.rs", TEST);
    let flags = ["--baseline", "known.toml", "--message-format", "short"];
    let result = check(folder.path(), &flags);
    assert_eq!(result.code, 2, "there is none yet: {}", result.err);
    let mut fix = flags.to_vec();
    fix.push("--fix");
    assert_eq!(check(folder.path(), &fix).code, 2);
    let text = fs::read_to_string(folder.path().join("a.rs")).expect("there");
    assert_eq!(text, TEST, "what is bound to fail changes no file");
    let mut update = flags.to_vec();
    update.push("--update-baseline");
    assert_eq!(check(folder.path(), &update).code, 0);
    let first = fs::read_to_string(folder.path().join("known.toml")).expect("written");
    assert_eq!(check(folder.path(), &flags).code, 0);

    // A second one of the same kind is new, and updating does not add it.
    put(folder.path(), "b.rs", TEST.replace("answers", "replies"));
    let result = check(folder.path(), &update);
    assert_eq!(result.code, 1, "{}", result.err);
    assert!(result.out.contains("b.rs:1:16"), "{}", result.out);
    assert_eq!(fs::read_to_string(folder.path().join("known.toml")).expect("there"), first);

    // One that is fixed is taken out.
    put(
        folder.path(),
        "a.rs",
        TEST.replace("uefi_x64(vhd(ubuntu_2504_server_x64))", "linux_direct_x64, linux_direct_aarch64"),
    );
    let result = check(folder.path(), &update);
    assert_eq!(result.code, 1, "{}", result.err);
    let shrunk = fs::read_to_string(folder.path().join("known.toml")).expect("there");
    assert!(!shrunk.contains("a.rs") && !shrunk.contains("b.rs"), "{shrunk}");
}

#[test]
fn a_key_that_our_own_files_do_not_have_is_named_where_it_stands() {
    let folder = folder();
    put(folder.path(), "a.rs", TEST);
    put(folder.path(), "known.toml", "[[finding]]\npath = \"a.rs\"\ncuont = 1\n");
    fs::create_dir(folder.path().join("facts")).expect("made");
    put(folder.path(), "facts/learned.toml", "[[quirk]]\nid = \"a\"\n");
    put(folder.path(), "r.xml", "<testsuites/>");
    for (args, message, place, help) in [
        (
            &["check", "--baseline", "known.toml"][..],
            "unknown key `cuont`",
            "known.toml:3:1",
            "did you mean `count`?",
        ),
        (&["learn", "r.xml", "--into", "facts"], "unknown key `quirk`", "learned.toml:1:3", "known here: "),
    ] {
        let result = lightest(folder.path(), args);
        assert_eq!(result.code, 2, "{args:?}: {}", result.err);
        assert!(result.err.contains(&format!("error: {message}\n")), "{args:?}: {}", result.err);
        assert!(
            result.err.contains(place) && result.err.contains(&format!("help: {help}")),
            "{args:?}: {}",
            result.err
        );
    }
}

#[cfg(unix)]
#[test]
fn pipes_are_not_waited_for() {
    let folder = folder();
    put(folder.path(), "a.rs", TEST);
    let made = std::process::Command::new("mkfifo").arg(folder.path().join("pipe.rs")).status();
    assert!(made.is_ok_and(|status| status.success()), "no pipe was made");
    let result = check(folder.path(), &["--message-format", "short"]);
    assert_eq!(result.code, 1, "{}", result.err);
    let result = check(folder.path(), &["pipe.rs"]);
    assert_eq!(result.code, 2);
    assert_eq!(
        result.err,
        "error: pipe.rs cannot be read: it is neither a file nor a folder\n |\n = help: name files or folders of the checkout\n"
    );
}

#[cfg(unix)]
#[test]
fn unreadable_files_are_reported_and_the_rest_is_read() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = folder();
    put(folder.path(), "a.rs", TEST);
    put(folder.path(), "secret.rs", TEST);
    fs::create_dir(folder.path().join("closed")).expect("created");
    let shut = |name: &str, mode: u32| {
        fs::set_permissions(folder.path().join(name), fs::Permissions::from_mode(mode)).expect("set");
    };
    shut("secret.rs", 0o000);
    shut("closed", 0o000);
    let all_is_open = fs::read(folder.path().join("secret.rs")).is_ok();
    let result = check(folder.path(), &["--message-format", "short"]);
    shut("closed", 0o755);
    // Root may read everything.
    if all_is_open {
        assert_eq!(result.code, 1, "{}", result.err);
        return;
    }
    assert_eq!(result.code, 2, "{}", result.err);
    let warnings: Vec<&str> = result.err.lines().filter(|line| line.starts_with("warning")).collect();
    assert_eq!(
        warnings,
        [
            "warning: not read: closed: permission denied (os error 13)",
            "warning: not read: secret.rs: permission denied (os error 13)"
        ]
    );
    assert!(result.out.contains("a.rs:1:16: warning[heavier-than-needed]"), "{}", result.out);
}

#[test]
fn a_test_file_in_utf_16_is_reported() {
    let folder = folder();
    let wide = |text: &str| -> Vec<u8> {
        [0xfeff].into_iter().chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect()
    };
    put(folder.path(), "a.rs", TEST);
    put(folder.path(), "wide.rs", wide(TEST));
    put(folder.path(), "other.rs", wide("fn main() {}"));
    let result = check(folder.path(), &["--message-format", "short"]);
    assert_eq!(result.code, 2, "{}", result.err);
    let warnings: Vec<&str> = result.err.lines().filter(|line| line.starts_with("warning")).collect();
    assert_eq!(warnings, ["warning: not read: wide.rs: UTF-16, where UTF-8 is expected"]);
    assert!(result.out.contains("a.rs:1:16"), "{}", result.out);
}

#[test]
fn tabs_and_wide_letters_leave_the_markers_in_their_places() {
    let folder = folder();
    let text = "#[openvmm_test(\n\t/* 幅 \u{1f980} é */\tuefi_x64(vhd(ubuntu_2504_server_x64)), // 終\n)]\n\
                async fn antwortet_über(config: PetriVmBuilder<OpenVmmPetriBackend>) -> anyhow::Result<()> {\n\
                \tlet (vm, agent) = config.run().await?;\n\tagent.ping().await?;\n\tOk(())\n}\n";
    put(folder.path(), "a.rs", text);
    let result = check(folder.path(), &["--rule", "heavier-than-needed"]);
    assert_eq!(result.code, 1, "{}", result.err);
    insta::assert_snapshot!(result.out);
}

#[test]
fn a_file_with_carriage_returns_is_fixed_with_carriage_returns() {
    let folder = folder();
    let text =
        "#[openvmm_test(\n    linux_direct_x64,\n    openhcl_uefi_x64(vhd(ubuntu_2504_server_x64)),\n)]\n"
            .to_owned()
            + &TEST[TEST.find("async").expect("a function")..];
    put(folder.path(), "a.rs", text.replace('\n', "\r\n"));
    let result = check(folder.path(), &["--fix", "--unsafe-fixes"]);
    let fixed = fs::read_to_string(folder.path().join("a.rs")).expect("UTF-8");
    assert_ne!(fixed, text.replace('\n', "\r\n"), "nothing was fixed: {} {}", result.out, result.err);
    assert_eq!(fixed.matches('\n').count(), fixed.matches("\r\n").count(), "{fixed:?}");
}

#[cfg(unix)]
#[test]
fn a_file_that_is_read_only_is_replaced_only_where_its_folder_allows_it() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = folder();
    put(folder.path(), "a.rs", TEST);
    let path = folder.path().join("a.rs");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o444)).expect("set");
    let result = check(folder.path(), &["--fix"]);
    let text = fs::read_to_string(&path).expect("UTF-8");
    assert_eq!(result.code, 2, "{}", result.err);
    assert_eq!(text, TEST, "a file that says read-only is left alone");
    assert!(result.err.contains("a.rs cannot be written: it is read-only"), "{}", result.err);
}

#[test]
fn an_empty_path_is_an_error() {
    let folder = folder();
    put(folder.path(), "a.rs", TEST);
    for (settings, key) in [("catalog = \"\"", "catalog"), ("[check]\nbaseline = \"\"", "baseline")] {
        put(folder.path(), "lightest.toml", settings);
        let result = check(folder.path(), &[]);
        assert_eq!(result.code, 2, "{}", result.err);
        assert!(result.err.starts_with(&format!("error: `{key}` names nothing")), "{}", result.err);
        assert!(result.err.contains("--> lightest.toml:"), "{}", result.err);
    }
    fs::remove_file(folder.path().join("lightest.toml")).expect("removed");
    let result = check(folder.path(), &["--update-baseline"]);
    assert_eq!(result.code, 2, "{}", result.err);
    assert!(result.err.starts_with("error: no baseline is named that could be updated"), "{}", result.err);
    // A diff writes nothing, so that no baseline could be updated by what is left.
    let result = check(folder.path(), &["--diff", "--baseline", "b", "--update-baseline"]);
    assert_eq!(result.code, 2, "{}", result.err);
    for option in ["--commit", "--run", "--circumstances"] {
        let result = lightest(folder.path(), &["learn", "r.xml", option, ""]);
        assert!(result.err.contains(&format!("a value is required for '{option}")), "{}", result.err);
    }
}

#[test]
fn a_wrong_setting_is_shown_in_its_file() {
    let folder = folder();
    put(folder.path(), "a.rs", TEST);
    fs::create_dir(folder.path().join("empty")).expect("a folder");
    for (settings, key, message) in [
        ("catalog = 'gone'", "", "`catalog` names `gone`, which does not exist"),
        ("catalog = 'a.rs'", "", "`catalog` names `a.rs`, which is not a folder"),
        ("catalog = '../x'", "", "`catalog` names `../x`, which lies outside the repository"),
        ("catalog = 'empty'", "", "no TOML file in empty"),
        ("baseline = 'gone'", "check", "there is no baseline gone"),
        ("baseline = 'empty'", "check", "empty cannot be read: it is not a regular file"),
        ("baseline = '../x'", "check", "`baseline` names `../x`, which lies outside the repository"),
        ("heavier = 'deny'", "check.rules", "there is no rule `heavier`"),
    ] {
        let column = if key.ends_with("rules") { 1 } else { settings.find('\'').map_or(0, |at| at + 1) };
        for (file, table) in [("lightest.toml", ""), ("Cargo.toml", "workspace.metadata.lightest")] {
            let names: Vec<&str> = [table, key].into_iter().filter(|name| !name.is_empty()).collect();
            let table = if names.is_empty() { String::new() } else { format!("[{}]", names.join(".")) };
            put(folder.path(), file, format!("{table}\n{settings}\n"));
            for args in [&[][..], &["--diff"]] {
                let result = check(folder.path(), args);
                let lines: Vec<&str> = result.err.lines().collect();
                assert_eq!(
                    (result.code, lines[0]),
                    (2, format!("error: {message}").as_str()),
                    "{}",
                    result.err
                );
                assert_eq!(lines[1], format!(" --> {file}:2:{column}"), "{}", result.err);
            }
            fs::remove_file(folder.path().join(file)).expect("removed");
        }
    }
    let result = lightest(folder.path(), &["--catalog", "gone", "check"]);
    assert!(
        result.err.starts_with("error: gone cannot be read") && !result.err.contains("-->"),
        "{}",
        result.err
    );
}

#[test]
fn a_file_named_twice_is_read_once() {
    let folder = folder();
    put(folder.path(), "a.rs", TEST);
    let whole = folder.path().join("a.rs");
    let result = check(
        folder.path(),
        &[".", "a.rs", "./a.rs", &whole.display().to_string(), "--message-format", "short"],
    );
    assert_eq!(
        result.out.lines().filter(|line| line.contains("heavier-than-needed")).count(),
        1,
        "{}",
        result.out
    );
    assert!(result.err.contains("(1 file looked at)"), "{}", result.err);
    // One that cannot be read, neither.
    fs::write(&whole, [TEST.as_bytes(), &[0xff]].concat()).expect("written");
    let result = check(folder.path(), &["a.rs", "./a.rs", &whole.display().to_string()]);
    assert_eq!(result.err.matches("not UTF-8").count(), 1, "{}", result.err);
}

#[test]
fn fixes_that_touch_each_other_are_made_one_after_the_other() {
    let folder = folder();
    // Each variant is replaced by the same lighter one: the second must wait for a look at what the first left.
    let list =
        "linux_direct_aarch64, uefi_x64(vhd(ubuntu_2504_server_x64)), uefi_x64(vhd(ubuntu_2404_server_x64))";
    put(folder.path(), "a.rs", TEST.replace("uefi_x64(vhd(ubuntu_2504_server_x64))", list));
    check(folder.path(), &["--fix", "--unsafe-fixes", "--pedantic"]);
    let text = fs::read_to_string(folder.path().join("a.rs")).expect("UTF-8");
    let result = check(folder.path(), &["--diff", "--unsafe-fixes", "--pedantic"]);
    assert_eq!((result.code, result.out.as_str()), (0, ""), "something is left to fix in {text}");
    assert_eq!(text.matches("linux_direct_x64").count(), 1, "{text}");
}
