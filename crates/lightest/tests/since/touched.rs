//! Tests that a change touches.

use std::fs;

use crate::repository::{CALLS, Repository, heavy};
use crate::support::lightest;

#[test]
fn nothing_changed_is_success() {
    let repository = Repository::new();
    let result = repository.check(&["--since", "HEAD"]);
    assert_eq!((result.code, result.out.as_str()), (0, ""), "{}", result.err);
    assert!(
        result.err.contains(", where HEAD and `HEAD` part: none of 2 tests are touched"),
        "{}",
        result.err
    );
    // Blanks are no change to a test, nor is what stands beside them.
    repository.replace("tests/a.rs", "}\n\n#", "}\n\n\n\n#");
    repository.replace("tests/common.rs", "async fn unused() {}", "async fn unused() {\n    other();\n}");
    assert_eq!(repository.touched("HEAD"), [""; 0]);
    // A tree without any test is no success, as ever.
    let result = lightest(&repository.top, &["check", "tests/common.rs", "--since", "HEAD"]);
    assert_eq!(result.code, 3, "{}", result.err);
}

#[test]
fn body_list_attribute_and_comment_are_parts_of_a_test() {
    let one = "async fn one(";
    for (old, new) in [
        (
            "    let (vm, agent) = config.run().await?;\n    agent.ping",
            "    let (vm, agent) = config.run().await?;\n    let x = 1;\n    agent.ping",
        ),
        (
            "#[openvmm_test(uefi_x64(vhd(ubuntu_2504_server_x64)))]\nasync fn one",
            "#[openvmm_test(uefi_x64(vhd(ubuntu_2404_server_x64)))]\nasync fn one",
        ),
        (one, "#[cfg(target_os = \"linux\")]\nasync fn one("),
    ] {
        let repository = Repository::new();
        repository.replace("tests/a.rs", old, new);
        assert_eq!(repository.touched("HEAD"), ["one"], "{new}");
    }
    let repository = Repository::new();
    let text = repository.read("tests/a.rs");
    repository.write("tests/a.rs", &format!("/// What it is for.\n{text}"));
    assert_eq!(repository.touched("HEAD"), ["one"]);
    // A statement that is taken away from above a test.
    repository.write("tests/a.rs", &format!("// lightest: requires(guest-os): a reason\n{text}"));
    repository.commit("stated");
    repository.write("tests/a.rs", &text);
    assert_eq!(repository.touched("HEAD"), ["one"]);
}

#[test]
fn helpers_of_a_test_are_followed() {
    for (old, new) in [
        ("agent.ping().await?;", "agent.ping().await?;\n    agent.ping().await?;"),
        ("// A helper of `look`.", "// Another comment."),
        ("LIMIT: u32 = 3", "LIMIT: u32 = 4"),
        ("times: u32,", "times: u32,\n    more: u32,"),
        ("    inner(agent).await", "    inner(agent).await // x"),
    ] {
        let repository = Repository::new();
        repository.replace("tests/common.rs", old, new);
        assert_eq!(repository.touched("HEAD"), ["two"], "{new}");
    }
    // A line that is gone from a helper.
    let repository = Repository::new();
    repository.replace("tests/common.rs", "    agent.ping().await?;\n", "");
    assert_eq!(repository.touched("HEAD"), ["two"]);
    // A macro of the package, whatever it is made of.
    let repository = Repository::new();
    repository.replace(
        "tests/common.rs",
        "async fn unused",
        "macro_rules! say {\n    () => { 1 };\n}\n\nasync fn unused",
    );
    repository.write("tests/a.rs", &format!("{}\n{}", heavy("one", "    say!();\n"), heavy("two", "")));
    repository.commit("a macro");
    repository.replace("tests/common.rs", "{ 1 }", "{ 2 }");
    let result = repository.check(&["--since", "HEAD"]);
    assert!(result.err.contains("1 of 2 tests is touched"), "{}", result.err);
}

#[test]
fn tests_that_are_new_moved_or_gone_touch_no_others() {
    let repository = Repository::new();
    // Between two that begin alike.
    repository.replace("tests/a.rs", "}\n\n#", &format!("}}\n\n{}\n#", heavy("between", "")));
    assert_eq!(repository.touched("HEAD"), ["between"]);
    repository.commit("three");
    repository.write("tests/new.rs", &heavy("untracked", ""));
    assert_eq!(repository.touched("HEAD"), ["untracked"]);
    // Since the commit before, both; staged or not makes no difference.
    repository.git(&["add", "--all"]);
    assert_eq!(repository.touched("HEAD~1"), ["between", "untracked"]);
    fs::remove_file(repository.top.join("tests/new.rs")).expect("removed");
    repository.write("tests/a.rs", &format!("{}\n{}", heavy("one", ""), heavy("two", CALLS)));
    assert_eq!(repository.touched("HEAD"), [""; 0]);
    fs::remove_file(repository.top.join("tests/a.rs")).expect("removed");
    let result = repository.check(&["--since", "HEAD"]);
    assert_eq!(result.code, 3, "{}", result.err);
}

#[test]
fn a_renamed_file_is_compared_with_its_old_content() {
    let repository = Repository::new();
    repository.git(&["mv", "tests/a.rs", "tests/b.rs"]);
    assert_eq!(repository.touched("HEAD"), [""; 0]);
    repository.replace("tests/b.rs", CALLS, "    let x = 1;\n");
    assert_eq!(repository.touched("HEAD"), ["two"]);
    // Git need not track it.
    let repository = Repository::new();
    fs::rename(repository.top.join("tests/a.rs"), repository.top.join("tests/c.rs")).expect("renamed");
    assert_eq!(repository.touched("HEAD"), [""; 0]);
    // What is copied is new.
    let repository = Repository::new();
    repository.write("tests/copy.rs", &repository.read("tests/a.rs"));
    assert_eq!(repository.touched("HEAD"), ["one", "two"]);
}

#[test]
fn line_ends_are_no_change() {
    let repository = Repository::new();
    repository.write("tests/a.rs", &repository.read("tests/a.rs").replace('\n', "\r\n"));
    assert_eq!(repository.touched("HEAD"), [""; 0]);
    repository.replace("tests/a.rs", "async fn one(", "async fn renamed(");
    assert_eq!(repository.touched("HEAD"), ["renamed"]);
    let result = repository.check(&["--since", "HEAD", "--fix"]);
    assert_eq!(result.code, 0, "{}{}", result.out, result.err);
    let text = repository.read("tests/a.rs");
    assert_eq!(text.matches('\n').count(), text.matches("\r\n").count(), "{text:?}");
}

#[test]
fn a_branch_is_compared_with_where_it_began() {
    let repository = Repository::new();
    repository.git(&["checkout", "--quiet", "-b", "topic"]);
    repository.replace("tests/a.rs", "async fn one(", "async fn renamed(");
    repository.commit("on the topic");
    repository.git(&["checkout", "--quiet", "main"]);
    repository.replace("tests/a.rs", CALLS, "    let x = 1;\n");
    repository.commit("on main meanwhile");
    repository.git(&["checkout", "--quiet", "topic"]);
    assert_eq!(repository.touched("main"), ["renamed"]);
    // A tag, a name in full, and an ancestor are as good.
    repository.git(&["tag", "--annotate", "--message", "a tag", "begun", "main"]);
    let main = repository.git(&["rev-parse", "main"]);
    for name in ["begun", &main, "HEAD~1", "main^{commit}", "topic@{1}"] {
        assert_eq!(repository.touched(name), ["renamed"], "{name}");
    }
}

#[test]
fn only_touched_tests_are_fixed() {
    let repository = Repository::new();
    let before = repository.read("tests/a.rs");
    repository.replace("tests/a.rs", "async fn one(", "// A comment.\nasync fn one(");
    let result = lightest(&repository.top, &["check", "--since", "HEAD", "--diff"]);
    assert_eq!(result.out.matches("\n-#[openvmm_test").count(), 1, "{}", result.out);
    let result = repository.check(&["--since", "HEAD", "--fix"]);
    assert_eq!(result.code, 0, "{}{}", result.out, result.err);
    let after = repository.read("tests/a.rs");
    let second = |text: &str| text.split_once("async fn one").expect("there").1.to_owned();
    assert_eq!(second(&after), second(&before));
    assert_ne!(after.lines().next(), before.lines().next());
}

#[test]
fn a_baseline_and_every_format_go_with_it() {
    let repository = Repository::new();
    let result = repository.check(&["--baseline", "known.toml", "--update-baseline"]);
    assert_eq!(result.code, 0, "{}", result.err);
    repository.commit("known");
    repository.write("tests/new.rs", &heavy("fresh", ""));
    repository.replace("tests/a.rs", "async fn one(", "// A comment.\nasync fn one(");
    let result = repository.check(&["--since", "HEAD", "--baseline", "known.toml"]);
    assert_eq!((result.code, result.out.lines().count()), (1, 1), "{}{}", result.out, result.err);
    assert!(result.out.contains("tests/new.rs"), "{}", result.out);
    // Where nothing is touched, the baseline is asked for all the same.
    let result = repository.check(&["--since", "HEAD", "--baseline", "none.toml", "tests/common.rs"]);
    assert_eq!(result.code, 2, "{}", result.err);
    repository.commit("more");
    let result = repository.check(&["--since", "HEAD", "--baseline", "none.toml"]);
    assert!(result.code == 2 && result.err.contains("there is no baseline none.toml"), "{}", result.err);
    let result = repository.check(&["--since", "HEAD", "--baseline", "known.toml"]);
    assert_eq!(result.code, 0, "{}", result.err);
    assert!(!result.err.contains("no test found"), "{}", result.err);
    repository.git(&["reset", "--quiet", "HEAD~1"]);
    let result = repository.check(&["--since", "HEAD", "--baseline", "known.toml"]);
    // Those of tests that are not looked at are not gone.
    assert!(!result.err.contains("no longer there"), "{}", result.err);
    let result = repository.check(&["--since", "HEAD", "--baseline", "known.toml", "--update-baseline"]);
    assert_eq!(result.code, 2, "{}", result.err);
    for format in ["human", "short", "json", "sarif", "github", "junit"] {
        let result = lightest(&repository.top, &["check", "--message-format", format, "--since", "HEAD"]);
        assert_eq!(result.code, 1, "{}", result.err);
        assert!(result.out.contains("a.rs") && result.out.contains("new.rs"), "{format}: {}", result.out);
        assert!(!result.out.contains("::two"), "{format}: {}", result.out);
    }
}

#[test]
fn github_gets_lines_of_the_change() {
    let lines = |repository: &Repository| {
        let result = lightest(&repository.top, &["check", "--message-format", "github", "--since", "HEAD"]);
        result
            .out
            .lines()
            .map(|line| line.split(",endLine").next().unwrap_or_default().to_owned())
            .collect::<Vec<_>>()
    };
    let repository = Repository::new();
    // The body changed, the list is what is wrong.
    repository.replace("tests/a.rs", CALLS, &format!("    let x = 1;\n{CALLS}"));
    assert_eq!(lines(&repository), ["::warning file=tests/a.rs,line=11"]);
    let result = lightest(&repository.top, &["check", "--message-format", "github", "--since", "HEAD"]);
    assert!(result.out.contains("::tests/a.rs:8: "), "{}", result.out);
    // The helper changed.
    let repository = Repository::new();
    repository.replace("tests/common.rs", "    agent.ping().await?;\n", "    agent.ping().await?; // x\n");
    assert_eq!(lines(&repository), ["::warning file=tests/common.rs,line=12"]);
    // The list changed.
    let repository = Repository::new();
    repository.replace(
        "tests/a.rs",
        "2504_server_x64)))]\nasync fn one",
        "2404_server_x64)))]\nasync fn one",
    );
    assert_eq!(lines(&repository), ["::warning file=tests/a.rs,line=1"]);
}
