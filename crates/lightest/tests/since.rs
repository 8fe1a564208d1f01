//! `lightest check --since` on real git repositories: what a change touches, and what git is kept from doing.

mod support;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use support::{Said, lightest};
#[path = "support/git.rs"]
mod git;
use git::git;

/// A test whose guest is too heavy, by name.
fn heavy(name: &str, body: &str) -> String {
    format!(
        "#[openvmm_test(uefi_x64(vhd(ubuntu_2504_server_x64)))]\n\
         async fn {name}(config: PetriVmBuilder<OpenVmmPetriBackend>) -> anyhow::Result<()> {{\n    \
         let (vm, agent) = config.run().await?;\n{body}    agent.ping().await?;\n    Ok(())\n}}\n"
    )
}

/// A repository with a package of tests: `one` and `two` in `tests/a.rs`, of which `two` calls a helper of `tests/common.rs`.
struct Repository {
    _folder: tempfile::TempDir,
    top: PathBuf,
}

impl Repository {
    fn empty() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let top = folder.path().join("a repository");
        fs::create_dir_all(&top).expect("created");
        let repository = Self { _folder: folder, top };
        repository.git(&["init", "--quiet", "--initial-branch=main"]);
        repository
    }

    fn new() -> Self {
        let repository = Self::empty();
        repository.write("Cargo.toml", "[package]\nname = \"vmm_tests\"\nversion = \"0.0.0\"\n");
        repository.write("tests/a.rs", &format!("{}\n{}", heavy("one", ""), heavy("two", CALLS)));
        repository.write("tests/common.rs", HELPERS);
        repository.commit("first");
        repository
    }

    fn write(&self, path: &str, text: &str) {
        let path = self.top.join(path);
        fs::create_dir_all(path.parent().expect("a folder")).expect("created");
        fs::write(path, text).expect("written");
    }

    fn read(&self, path: &str) -> String {
        fs::read_to_string(self.top.join(path)).expect("there")
    }

    /// Puts a text in the place of another, which is there once.
    fn replace(&self, path: &str, old: &str, new: &str) {
        let text = self.read(path);
        assert_eq!(text.matches(old).count(), 1, "{old:?} in {text}");
        self.write(path, &text.replace(old, new));
    }

    fn git(&self, args: &[&str]) -> String {
        git(&self.top, args)
    }

    fn commit(&self, message: &str) {
        self.git(&["add", "--all"]);
        self.git(&["commit", "--quiet", "--message", message]);
    }

    fn check(&self, args: &[&str]) -> Said {
        lightest(
            &self.top,
            &[&["check", "--message-format", "short", "--rule", "heavier-than-needed"], args].concat(),
        )
    }

    /// The tests that are found too heavy since a commit, in the order of the report.
    fn touched(&self, since: &str) -> Vec<String> {
        let said = lightest(&self.top, &["check", "--message-format", "json", "--since", since]);
        assert!((0..=1).contains(&said.code), "{}", said.err);
        let found: Vec<String> = said
            .out
            .lines()
            .map(|line| serde_json::from_str::<serde_json::Value>(line).expect("JSON"))
            .filter_map(|line| line["lightest"]["test"].as_str().map(str::to_owned))
            .map(|test| test.rsplit("::").next().unwrap_or_default().to_owned())
            .collect();
        assert_eq!(said.code == 1, !found.is_empty(), "{}", said.err);
        found
    }
}

const CALLS: &str = "    look(&agent, LIMIT, Look::default()).await?;\n";

const HELPERS: &str = "use pipette_client::PipetteClient;\n\nconst LIMIT: u32 = 3;\n\n\
    #[derive(Default)]\nstruct Look {\n    times: u32,\n}\n\n\
    // A helper of `look`.\nasync fn inner(agent: &PipetteClient) -> anyhow::Result<()> {\n    agent.ping().await?;\n    Ok(())\n}\n\n\
    async fn look(agent: &PipetteClient, limit: u32, look: Look) -> anyhow::Result<()> {\n    inner(agent).await\n}\n\n\
    async fn unused() {}\n";

#[test]
fn nothing_changed_is_success() {
    let repository = Repository::new();
    let said = repository.check(&["--since", "HEAD"]);
    assert_eq!((said.code, said.out.as_str()), (0, ""), "{}", said.err);
    assert!(said.err.contains(", where HEAD and `HEAD` part: none of 2 tests are touched"), "{}", said.err);
    // Blanks are no change to a test, nor is what stands beside them.
    repository.replace("tests/a.rs", "}\n\n#", "}\n\n\n\n#");
    repository.replace("tests/common.rs", "async fn unused() {}", "async fn unused() {\n    other();\n}");
    assert_eq!(repository.touched("HEAD"), [""; 0]);
    // A tree without any test is no success, as ever.
    let said = lightest(&repository.top, &["check", "tests/common.rs", "--since", "HEAD"]);
    assert_eq!(said.code, 3, "{}", said.err);
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
fn what_a_test_leads_to_is_followed() {
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
    let said = repository.check(&["--since", "HEAD"]);
    assert!(said.err.contains("1 of 2 tests is touched"), "{}", said.err);
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
    let said = repository.check(&["--since", "HEAD"]);
    assert_eq!(said.code, 3, "{}", said.err);
}

#[test]
fn a_renamed_file_is_what_it_was() {
    let repository = Repository::new();
    repository.git(&["mv", "tests/a.rs", "tests/b.rs"]);
    assert_eq!(repository.touched("HEAD"), [""; 0]);
    repository.replace("tests/b.rs", CALLS, "    let x = 1;\n");
    assert_eq!(repository.touched("HEAD"), ["two"]);
    // Git need not be told.
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
    let said = repository.check(&["--since", "HEAD", "--fix"]);
    assert_eq!(said.code, 0, "{}{}", said.out, said.err);
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
fn only_what_is_touched_is_fixed() {
    let repository = Repository::new();
    let before = repository.read("tests/a.rs");
    repository.replace("tests/a.rs", "async fn one(", "// A comment.\nasync fn one(");
    let said = lightest(&repository.top, &["check", "--since", "HEAD", "--diff"]);
    assert_eq!(said.out.matches("\n-#[openvmm_test").count(), 1, "{}", said.out);
    let said = repository.check(&["--since", "HEAD", "--fix"]);
    assert_eq!(said.code, 0, "{}{}", said.out, said.err);
    let after = repository.read("tests/a.rs");
    let second = |text: &str| text.split_once("async fn one").expect("there").1.to_owned();
    assert_eq!(second(&after), second(&before));
    assert_ne!(after.lines().next(), before.lines().next());
}

#[test]
fn a_baseline_and_every_format_go_with_it() {
    let repository = Repository::new();
    let said = repository.check(&["--baseline", "known.toml", "--update-baseline"]);
    assert_eq!(said.code, 0, "{}", said.err);
    repository.commit("known");
    repository.write("tests/new.rs", &heavy("fresh", ""));
    repository.replace("tests/a.rs", "async fn one(", "// A comment.\nasync fn one(");
    let said = repository.check(&["--since", "HEAD", "--baseline", "known.toml"]);
    assert_eq!((said.code, said.out.lines().count()), (1, 1), "{}{}", said.out, said.err);
    assert!(said.out.contains("tests/new.rs"), "{}", said.out);
    // Where nothing is touched, the baseline is asked for all the same.
    let said = repository.check(&["--since", "HEAD", "--baseline", "none.toml", "tests/common.rs"]);
    assert_eq!(said.code, 2, "{}", said.err);
    repository.commit("more");
    let said = repository.check(&["--since", "HEAD", "--baseline", "none.toml"]);
    assert!(said.code == 2 && said.err.contains("there is no baseline none.toml"), "{}", said.err);
    let said = repository.check(&["--since", "HEAD", "--baseline", "known.toml"]);
    assert_eq!(said.code, 0, "{}", said.err);
    assert!(!said.err.contains("no test found"), "{}", said.err);
    repository.git(&["reset", "--quiet", "HEAD~1"]);
    let said = repository.check(&["--since", "HEAD", "--baseline", "known.toml"]);
    // Those of tests that are not looked at are not gone.
    assert!(!said.err.contains("no longer there"), "{}", said.err);
    let said = repository.check(&["--since", "HEAD", "--baseline", "known.toml", "--update-baseline"]);
    assert_eq!(said.code, 2, "{}", said.err);
    for format in ["human", "short", "json", "sarif", "github", "junit"] {
        let said = lightest(&repository.top, &["check", "--message-format", format, "--since", "HEAD"]);
        assert_eq!(said.code, 1, "{}", said.err);
        assert!(said.out.contains("a.rs") && said.out.contains("new.rs"), "{format}: {}", said.out);
        assert!(!said.out.contains("::two"), "{format}: {}", said.out);
    }
}

#[test]
fn github_is_told_of_lines_of_the_change() {
    let lines = |repository: &Repository| {
        let said = lightest(&repository.top, &["check", "--message-format", "github", "--since", "HEAD"]);
        said.out
            .lines()
            .map(|line| line.split(",endLine").next().unwrap_or_default().to_owned())
            .collect::<Vec<_>>()
    };
    let repository = Repository::new();
    // The body changed, the list is what is wrong.
    repository.replace("tests/a.rs", CALLS, &format!("    let x = 1;\n{CALLS}"));
    assert_eq!(lines(&repository), ["::warning file=tests/a.rs,line=11"]);
    let said = lightest(&repository.top, &["check", "--message-format", "github", "--since", "HEAD"]);
    assert!(said.out.contains("::tests/a.rs:8: "), "{}", said.out);
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

#[test]
fn what_cannot_be_compared_is_an_error_with_a_way_out() {
    let repository = Repository::new();
    let refused = |folder: &Path, args: &[&str], message: &str, help: &str| {
        let said = lightest(folder, &[&["check"], args].concat());
        assert_eq!((said.code, said.out.as_str()), (2, ""), "{args:?}: {}", said.err);
        assert!(said.err.contains(message), "{args:?}: {}", said.err);
        assert!(said.err.contains(help), "{args:?}: {}", said.err);
    };
    let top = repository.top.as_path();
    refused(top, &["--since", "mian"], "there is no commit `mian`", "did you mean `main`?");
    refused(top, &["--since", "0123456789"], "there is no commit `0123456789`", "that is fetched");
    refused(top, &["--since", "HEAD:tests"], "there is no commit `HEAD:tests`", "");
    refused(top, &["--since", "HEAD..main"], "there is no commit", "");
    refused(top, &["--since", ""], "`` is not a revision", "--since origin/main");
    refused(top, &["--since", "--output=x"], "`--output=x` is not a revision", "--since origin/main");
    refused(top, &["--since=-h"], "`-h` is not a revision", "");
    refused(top, &["--since", "a\u{1b}[31m"], "there is no commit", "");
    assert!(!top.join("x").exists());
    let outside = tempfile::tempdir().expect("a folder");
    fs::write(outside.path().join("a.rs"), heavy("one", "")).expect("written");
    refused(outside.path(), &["--since", "HEAD"], "lies in no git repository", "leave out `--since`");
    let path = outside.path().display().to_string();
    refused(top, &[&path, "--since", "HEAD"], "lies in no git repository", "leave out `--since`");
    let other = Repository::new();
    let path = other.top.display().to_string();
    refused(top, &[".", &path, "--since", "HEAD"], "several git repositories", "by itself");
    // Another repository is as good as this one.
    other.replace("tests/a.rs", "async fn one(", "async fn renamed(");
    let said = lightest(top, &["check", "--message-format", "short", &path, "--since", "HEAD"]);
    assert_eq!((said.code, said.out.lines().count()), (1, 1), "{}{}", said.out, said.err);
    // Before the first commit, everything is new.
    let empty = Repository::empty();
    empty.write("a.rs", &heavy("one", ""));
    assert_eq!(empty.touched("HEAD"), ["one"]);
    refused(&empty.top, &["--since", "main"], "there is no commit `main`", "that is fetched");
    // Histories that never met.
    repository.git(&["checkout", "--quiet", "--orphan", "other"]);
    repository.commit("another beginning");
    refused(top, &["--since", "main"], "have no commit in common", "derived from");
}

#[test]
fn a_shallow_clone_says_so() {
    let repository = Repository::new();
    repository.git(&["checkout", "--quiet", "-b", "topic"]);
    for round in 0..2 {
        repository.write("other.txt", &round.to_string());
        repository.commit("more");
    }
    let room = tempfile::tempdir().expect("a folder");
    let from = format!("file://{}", repository.top.display());
    let clone = room.path().join("clone");
    git(room.path(), &["clone", "--quiet", "--depth", "1", "--no-single-branch", &from, "clone"]);
    for name in ["origin/main", "HEAD~1"] {
        let said = lightest(&clone, &["check", "--since", name]);
        assert_eq!(said.code, 2, "{}", said.err);
        assert!(
            said.err.contains("the clone is shallow") && said.err.contains("fetch-depth: 0"),
            "{}",
            said.err
        );
    }
    git(&clone, &["fetch", "--quiet", "--unshallow"]);
    let said = lightest(&clone, &["check", "--since", "origin/main"]);
    assert_eq!(said.code, 0, "{}", said.err);
    let said = lightest(&clone, &["check", "--since", "main"]);
    assert!(said.err.contains("did you mean `origin/main`?"), "{}", said.err);
}

#[test]
fn a_submodule_is_compared_with_the_commit_that_it_had() {
    let inner = Repository::new();
    let repository = Repository::empty();
    repository.git(&["submodule", "--quiet", "add", &inner.top.display().to_string(), "inner"]);
    repository.commit("with a submodule");
    assert_eq!(repository.touched("HEAD"), [""; 0]);
    repository.replace("inner/tests/a.rs", "async fn one(", "async fn renamed(");
    assert_eq!(repository.touched("HEAD"), ["renamed"]);
    git(&repository.top.join("inner"), &["commit", "--quiet", "--all", "--message", "moved on"]);
    assert_eq!(repository.touched("HEAD"), ["renamed"]);
    repository.commit("moved on");
    assert_eq!(repository.touched("HEAD"), [""; 0]);
    assert_eq!(repository.touched("HEAD~1"), ["renamed"]);
    // A repository within that is no submodule is new, as any folder.
    git(&repository.top, &["clone", "--quiet", &inner.top.display().to_string(), "guest"]);
    assert_eq!(repository.touched("HEAD"), ["one", "two"]);
}

/// No program that a configuration, an attribute or a variable names is started.
#[cfg(unix)]
#[test]
fn git_starts_no_program() {
    use std::os::unix::fs::PermissionsExt as _;

    let repository = Repository::new();
    let [witness, script] = ["witness", "script"].map(|name| repository.top.with_file_name(name));
    fs::write(&script, format!("#!/bin/sh\necho started >> '{}'\ncat\n", witness.display()))
        .expect("written");
    fs::set_permissions(&script, fs::Permissions::from_mode(0o755)).expect("set");
    let script = script.display().to_string();
    let quoted = format!("'{script}'");
    repository.write(".gitattributes", "*.rs diff=own filter=own\n");
    repository.commit("attributes");
    for key in [
        "diff.external",
        "diff.own.command",
        "diff.own.textconv",
        "filter.own.clean",
        "filter.own.smudge",
        "filter.own.process",
        "core.fsmonitor",
        "core.pager",
        "core.sshCommand",
    ] {
        repository.git(&["config", key, &quoted]);
    }
    repository.git(&["config", "log.showSignature", "true"]);
    repository.git(&["config", "gpg.program", &script]);
    for hook in ["post-index-change", "reference-transaction", "fsmonitor-watchman"] {
        let hook = repository.top.join(".git/hooks").join(hook);
        fs::create_dir_all(hook.parent().expect("a folder")).expect("created");
        fs::copy(&script, hook).expect("copied");
    }
    repository.replace("tests/a.rs", "async fn one(", "async fn renamed(");
    let elsewhere = Repository::new();
    let output = Command::new(env!("CARGO_BIN_EXE_lightest"))
        .args(["check", "--message-format", "short", "--since", "HEAD"])
        .current_dir(&repository.top)
        .env("GIT_EXTERNAL_DIFF", &script)
        .env("GIT_PAGER", &script)
        .env("GIT_SSH_COMMAND", &script)
        .env("GIT_DIR", elsewhere.top.join(".git"))
        .env("GIT_WORK_TREE", &elsewhere.top)
        .env("GIT_INDEX_FILE", elsewhere.top.join("none"))
        .output()
        .expect("it starts");
    let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert_eq!((output.status.code(), out.lines().count()), (Some(1), 1), "{out}{err}");
    assert!(out.contains("tests/a.rs"), "{out}");
    assert!(!witness.exists(), "a program was started");
}

#[test]
fn without_git_it_says_what_is_missing() {
    let repository = Repository::new();
    let output = Command::new(env!("CARGO_BIN_EXE_lightest"))
        .args(["check", "--since", "HEAD"])
        .current_dir(&repository.top)
        .env("PATH", repository.top.join("tests"))
        .output()
        .expect("it starts");
    let err = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{err}");
    assert!(err.contains("git cannot be started") && err.contains("install git"), "{err}");
}

/// A suite in which three tests boot a guest that is heavier than what they do with it: two with guests of their own, and one
/// that shares a helper's.
const SUITE: &str = r#"package tests

import (
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	v1 "kubevirt.io/api/core/v1"

	"kubevirt.io/kubevirt/pkg/libvmi"
	"kubevirt.io/kubevirt/tests/framework/kubevirt"
	"kubevirt.io/kubevirt/tests/libvmifact"
)

var _ = Describe("status", func() {
	const namespace = "ns"

	BeforeEach(func() {
		By("beginning")
	})

	// The first.
	It("reads", func() {
		vmi := libvmifact.NewAlpine(libvmi.WithLabel("a", "b"))
		vmi, err := kubevirt.Client().VirtualMachineInstance(namespace).Get(nil, vmi.Name, nil)
		Expect(err).ToNot(HaveOccurred())
	})

	It("reads again", func() {
		vmi := libvmifact.NewAlpine(libvmi.WithLabel("c", "d"))
		vmi, err := kubevirt.Client().VirtualMachineInstance(namespace).Get(nil, vmi.Name, nil)
		Expect(err).ToNot(HaveOccurred())
	})

	It("reads what a helper makes", func() {
		vmi := made()
		vmi, err := kubevirt.Client().VirtualMachineInstance(namespace).Get(nil, vmi.Name, nil)
		Expect(err).ToNot(HaveOccurred())
	})
})

func made() *v1.VirtualMachineInstance {
	return libvmifact.NewAlpine(libvmi.WithLabel("e", "f"))
}
"#;

const FACTORY: &str = r#"package libvmifact

import (
	v1 "kubevirt.io/api/core/v1"
	"kubevirt.io/kubevirt/pkg/libvmi"
)

func NewGuestless(opts ...libvmi.Option) *v1.VirtualMachineInstance { return libvmi.New(opts...) }
func NewAlpine(opts ...libvmi.Option) *v1.VirtualMachineInstance    { return libvmi.New(opts...) }
"#;

const CLIENT: &str = r#"package kubevirt

import "kubevirt.io/client-go/kubecli"

func Client() kubecli.KubevirtClient { return nil }
"#;

#[test]
fn a_factory_call_is_touched_by_itself_and_by_any_test_that_shares_it() {
    // Where the factory calls stand, by line.
    let (first, second, helper) = (23, 29, 42);
    let all = [first, second, helper];
    let cases: [(&str, &str, &[usize]); 11] = [
        ("WithLabel(\"a\"", "WithLabel(\"x\"", &[first]),
        ("It(\"reads again\"", "It(\"reads it again\"", &[second]),
        ("vmi := made()", "vmi := made() // x", &[helper]),
        ("WithLabel(\"e\"", "WithLabel(\"x\"", &[helper]),
        ("// The first.", "// lightest: requires(login): x", &[first]),
        ("By(\"beginning\")", "By(\"the beginning\")", &all),
        ("const namespace = \"ns\"", "const namespace = \"other\"", &all),
        ("Describe(\"status\"", "Describe(\"the status\"", &all),
        ("import (", "import ( // x", &[]),
        ("\n\tIt(\"reads again\"", "\n\n\t// About the next.\n\tIt(\"reads again\"", &[second]),
        ("func made()", "func more() {}\n\nfunc made()", &[]),
    ];
    for (old, new, expected) in cases {
        let repository = Repository::empty();
        repository.write("go.mod", "module kubevirt.io/kubevirt\n");
        repository.write("tests/libvmifact/factory.go", FACTORY);
        repository.write("tests/framework/kubevirt/client.go", CLIENT);
        repository.write("tests/own_test.go", SUITE);
        repository.commit("first");
        let lines = |said: Said| {
            assert!((0..=1).contains(&said.code), "{}", said.err);
            let line = |text: &str| text.split(':').nth(1).and_then(|line| line.parse::<usize>().ok());
            said.out.lines().filter_map(line).collect::<Vec<_>>()
        };
        let check = |args: &[&str]| {
            lightest(&repository.top, &[&["check", "--message-format", "short"], args].concat())
        };
        assert_eq!(lines(check(&[])), all);
        assert_eq!(lines(check(&["--since", "HEAD"])), [0; 0]);
        repository.replace("tests/own_test.go", old, new);
        let more = new.matches('\n').count() - old.matches('\n').count();
        let changed =
            old.matches('\n').count() + SUITE[..SUITE.find(old).expect("there")].matches('\n').count();
        let mut expected: Vec<usize> =
            expected.iter().map(|line| if *line > changed { line + more } else { *line }).collect();
        if new.contains("requires(login)") {
            // It is touched, and no longer too heavy.
            expected.clear();
            let said = check(&["--since", "HEAD"]);
            assert!(said.err.contains("1 of 3 factory calls is touched"), "{}", said.err);
        }
        assert_eq!(lines(check(&["--since", "HEAD"])), expected, "{new}");
    }
}
