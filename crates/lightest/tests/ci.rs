//! The composite action and the pre-commit hook, run as their hosts run them, from the files themselves.
#![cfg(unix)]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::{env, fs};

use saphyr::{LoadableYamlNode as _, Yaml};

#[path = "support/git.rs"]
mod git;
use git::git;
#[path = "support/heavy.rs"]
mod heavy;
use heavy::TEST;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().expect("the workspace")
}

/// A checkout with one finding, in a folder whose name has a blank.
fn checkout() -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().expect("a folder");
    let tests = folder.path().join("a checkout/vmm_tests/tests");
    fs::create_dir_all(&tests).expect("created");
    fs::write(tests.join("a.rs"), TEST).expect("written");
    let checkout = folder.path().join("a checkout");
    (folder, checkout)
}

/// `PATH` with a `cargo` in front that records its arguments, and installs the program that was built already.
fn path(folder: &Path) -> String {
    use std::os::unix::fs::PermissionsExt as _;
    let bin = folder.join("bin");
    fs::create_dir_all(&bin).expect("created");
    let cargo = bin.join("cargo");
    let script = format!(
        "#!/bin/sh\necho \"$@\" >> '{}/cargo-was-asked'\n\
         while [ $# -gt 1 ]; do shift; done\nmkdir -p \"$1/bin\" && cp '{}' \"$1/bin/lightest\"\n",
        folder.display(),
        env!("CARGO_BIN_EXE_lightest"),
    );
    fs::write(&cargo, script).expect("written");
    fs::set_permissions(&cargo, fs::Permissions::from_mode(0o755)).expect("set");
    format!("{}:{}", bin.display(), env::var("PATH").unwrap_or_default())
}

/// The context of a workflow: the values of `${{ .. }}`.
type Values = BTreeMap<String, String>;

/// What the runner makes of a text with `${{ .. }}`. An expression that is not known here is a failure.
fn filled(text: &str, values: &Values) -> String {
    let mut parts = text.split("${{");
    let mut filled = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (expression, rest) = part.split_once("}}").expect("it is closed");
        let expression = expression.trim();
        let value = values.get(expression).unwrap_or_else(|| panic!("nothing is known of `{expression}`"));
        filled.push_str(value);
        filled.push_str(rest);
    }
    filled
}

/// Where the releases of the action's version are.
const RELEASES: &str = "startsWith(github.action_ref, 'v') && format('{0}/{1}/releases/download/{2}', \
                        github.server_url, github.action_repository, github.action_ref) || ''";

/// The result of the action.
struct ActionRun {
    /// The code of the last step that ran.
    code: i32,
    /// The outputs of the last step.
    outputs: String,
    /// How the program came there.
    installed: String,
    printed: String,
}

/// Runs the action's steps with some inputs, where this folder contains the releases.
fn act(folder: &Path, checkout: &Path, given: &[(&str, &str)], releases: Option<&Path>) -> ActionRun {
    let text = fs::read_to_string(root().join("action.yml")).expect("the action");
    let action = &Yaml::load_from_str(&text).expect("it is YAML")[0];
    let mut values = Values::new();
    for (name, input) in action["inputs"].as_mapping().expect("inputs") {
        let default = input["default"].as_str().unwrap_or_default();
        values.insert(format!("inputs.{}", name.as_str().expect("a name")), default.to_owned());
    }
    for (name, value) in given {
        let before = values.insert(format!("inputs.{name}"), (*value).to_owned());
        assert!(before.is_some(), "no input `{name}`");
    }
    let releases = releases.map_or_else(String::new, |folder| format!("file://{}", folder.display()));
    values.extend([
        ("runner.os".to_owned(), "Linux".to_owned()),
        ("runner.arch".to_owned(), "X64".to_owned()),
        (RELEASES.to_owned(), releases),
    ]);
    let (mut code, mut printed, mut outputs) = (0, String::new(), String::new());
    let mut search = path(folder);
    for step in action["runs"]["steps"].as_sequence().expect("steps") {
        if let Some(other) = step.as_mapping_get("uses").and_then(|uses| uses.as_str()) {
            // The cache: it keeps a folder, which here stays where it is.
            assert_eq!(other, "actions/cache@v4");
            let kept = filled(step["with"]["path"].as_str().expect("a path"), &values);
            assert_eq!(Some(kept), values.get("steps.version.outputs.home").cloned());
            filled(step["with"]["key"].as_str().expect("a key"), &values);
            continue;
        }
        assert_eq!(step["shell"].as_str(), Some("bash"));
        let script = folder.join("step.sh");
        fs::write(&script, filled(step["run"].as_str().expect("a script"), &values)).expect("written");
        let [written, paths] = ["outputs", "paths"].map(|name| folder.join(name));
        for file in [&written, &paths] {
            fs::write(file, "").expect("written");
        }
        let mut command = Command::new("bash");
        // As the runner's `shell: bash`.
        command.args(["--noprofile", "--norc", "-eo", "pipefail"]).arg(&script);
        command
            .current_dir(checkout)
            .stdin(Stdio::null())
            .env("PATH", &search)
            .env("HOME", folder)
            .env("GITHUB_ACTION_PATH", root())
            .env("GITHUB_WORKSPACE", checkout)
            .env("GITHUB_PATH", &paths)
            .env("GITHUB_OUTPUT", &written);
        if let Some(variables) = step.as_mapping_get("env").and_then(|env| env.as_mapping()) {
            for (name, value) in variables {
                command.env(name.as_str().expect("a name"), filled(value.as_str().expect("a text"), &values));
            }
        }
        let output = command.output().expect("bash starts");
        printed.push_str(&String::from_utf8_lossy(&output.stdout));
        printed.push_str(&String::from_utf8_lossy(&output.stderr));
        outputs = fs::read_to_string(written).expect("there");
        for (name, value) in outputs.lines().filter_map(|line| line.split_once('=')) {
            let id =
                step.as_mapping_get("id").and_then(|id| id.as_str()).expect("a step with outputs has an id");
            values.insert(format!("steps.{id}.outputs.{name}"), value.to_owned());
        }
        for folder in fs::read_to_string(paths).expect("there").lines() {
            search = format!("{folder}:{search}");
        }
        code = output.status.code().expect("it exits");
        if code != 0 {
            break;
        }
    }
    let installed = values.get("steps.install.outputs.how").cloned().unwrap_or_default();
    ActionRun { code, outputs, installed, printed }
}

/// The arguments of cargo, once it was called.
fn asked(folder: &Path) -> Option<String> {
    fs::read_to_string(folder.join("cargo-was-asked")).ok()
}

#[test]
fn the_action_reports_beside_the_change_and_fails_with_the_code_of_the_program() {
    let (folder, checkout) = checkout();
    let acted = act(folder.path(), &checkout, &[("path", "vmm_tests")], None);
    assert_eq!((acted.code, acted.outputs.as_str()), (1, "code=1\n"), "{}", acted.printed);
    assert!(acted.printed.contains("::warning file=vmm_tests/tests/a.rs,line=1,"), "{}", acted.printed);
}

#[test]
fn the_action_compiles_once_and_takes_the_cached_program_then() {
    let (folder, checkout) = checkout();
    let acted = act(folder.path(), &checkout, &[], None);
    assert_eq!((acted.code, acted.installed.as_str()), (1, "compiled"), "{}", acted.printed);
    let call = asked(folder.path()).expect("cargo was asked");
    let package = root().join("crates/lightest");
    let start = format!("install --locked --quiet --profile dist --path {} --root ", package.display());
    assert!(call.starts_with(&start) && call.lines().count() == 1, "{call}");
    assert!(package.join("Cargo.toml").is_file());
    let acted = act(folder.path(), &checkout, &[], None);
    assert_eq!((acted.code, acted.installed.as_str()), (1, "cached"), "{}", acted.printed);
    assert_eq!(asked(folder.path()), Some(call));
}

#[test]
fn the_action_takes_a_released_program_only_when_its_checksum_is_right() {
    let (folder, checkout) = checkout();
    let releases = folder.path().join("releases");
    let programs = Path::new(env!("CARGO_BIN_EXE_lightest")).parent().expect("a folder");
    let target = format!("{}-unknown-linux-gnu", env::consts::ARCH);
    let packed = Command::new("bash")
        .arg(root().join(".github/package.sh"))
        .args([target.as_ref(), programs, &releases])
        .status();
    assert!(packed.is_ok_and(|status| status.success()));
    let acted = act(folder.path(), &checkout, &[], Some(&releases));
    assert_eq!((acted.code, acted.installed.as_str()), (1, "released"), "{}", acted.printed);
    assert_eq!(asked(folder.path()), None);

    let (folder, checkout) = self::checkout();
    let archive = releases.join(format!("lightest-{target}.tar.gz"));
    let mut bytes = fs::read(&archive).expect("packed");
    *bytes.last_mut().expect("not empty") ^= 1;
    fs::write(&archive, bytes).expect("written");
    let acted = act(folder.path(), &checkout, &[], Some(&releases));
    assert_eq!((acted.code, acted.installed.as_str()), (1, "compiled"), "{}", acted.printed);
    assert!(acted.printed.contains("is wrong: it is not used"), "{}", acted.printed);
}

#[test]
fn the_release_packs_its_builds_for_every_system() {
    let text = fs::read_to_string(root().join(".github/workflows/release.yml")).expect("the workflow");
    let workflow = &Yaml::load_from_str(&text).expect("it is YAML")[0];
    let build = &workflow["jobs"]["build"];
    let targets: Vec<&str> = build["strategy"]["matrix"]["include"]
        .as_sequence()
        .expect("targets")
        .iter()
        .filter_map(|entry| entry["target"].as_str())
        .collect();
    for system in ["linux", "windows", "apple"] {
        assert!(targets.iter().any(|target| target.contains(system)), "{targets:?}");
    }
    let step = |name: &str| {
        let mut steps = build["steps"].as_sequence().expect("steps").iter();
        let step = steps
            .find(|step| step.as_mapping_get("name").and_then(|it| it.as_str()) == Some(name))
            .expect("a step");
        step["run"].as_str().expect("a script").to_owned()
    };
    let (folder, _) = checkout();
    let values = Values::from([("matrix.target".to_owned(), "here".to_owned())]);
    // As after the build, in a folder that has our scripts and what they pack.
    let built = folder.path().join("target/here/dist");
    fs::create_dir_all(&built).expect("created");
    for program in [env!("CARGO_BIN_EXE_lightest"), env!("CARGO_BIN_EXE_cargo-lightest")] {
        let name = Path::new(program).file_name().expect("a name");
        std::os::unix::fs::symlink(program, built.join(name)).expect("linked");
    }
    std::os::unix::fs::symlink(root().join(".github"), folder.path().join(".github")).expect("linked");
    let packed = Command::new("bash")
        .args(["-eo", "pipefail", "-c", &filled(&step("Pack"), &values)])
        .current_dir(folder.path())
        .status();
    assert!(packed.is_ok_and(|status| status.success()));
    let listed = Command::new("tar")
        .args(["-tzf", "packed/lightest-here.tar.gz"])
        .current_dir(folder.path())
        .output()
        .expect("it starts");
    let listed = String::from_utf8_lossy(&listed.stdout).into_owned();
    for file in ["lightest", "cargo-lightest", "completions/lightest.zsh", "LICENSE-MIT"] {
        assert!(listed.lines().any(|line| line == format!("lightest-here/{file}")), "{file}: {listed}");
    }
    assert!(step("Build").contains("--profile dist"));
}

#[test]
fn the_action_writes_sarif_and_hands_on_arguments() {
    let (folder, checkout) = checkout();
    let inputs = [("sarif", "out.sarif"), ("args", "--rule runs-nowhere")];
    let acted = act(folder.path(), &checkout, &inputs, None);
    assert_eq!((acted.code, acted.outputs.as_str()), (0, "code=0\n"), "{}", acted.printed);
    let sarif = fs::read_to_string(checkout.join("out.sarif")).expect("written");
    let sarif: serde_json::Value = serde_json::from_str(&sarif).expect("it is JSON");
    assert_eq!(sarif["version"], "2.1.0");
}

#[test]
fn the_action_uses_a_baseline_and_distinguishes_errors_from_findings() {
    let (folder, checkout) = checkout();
    let baseline = [("baseline", "known.toml")];
    let acted = act(folder.path(), &checkout, &baseline, None);
    assert_eq!((acted.code, acted.outputs.as_str()), (2, "code=2\n"), "{}", acted.printed);
    let both = [("baseline", "known.toml"), ("args", "--update-baseline")];
    assert_eq!(act(folder.path(), &checkout, &both, None).code, 0);
    let acted = act(folder.path(), &checkout, &baseline, None);
    assert_eq!((acted.code, acted.outputs.as_str()), (0, "code=0\n"), "{}", acted.printed);
}

#[test]
fn the_hook_runs_its_defined_command() {
    let text = fs::read_to_string(root().join(".pre-commit-hooks.yaml")).expect("the hooks");
    let hook = &Yaml::load_from_str(&text).expect("it is YAML")[0][0];
    assert_eq!(hook["id"].as_str(), Some("lightest-check"));
    assert_eq!(hook["language"].as_str(), Some("script"));
    // The entry of a script is a file of the hook's repository; it runs in the user's.
    let entry = root().join(hook["entry"].as_str().expect("an entry"));
    let args: Vec<&str> =
        hook["args"].as_sequence().expect("arguments").iter().filter_map(|arg| arg.as_str()).collect();
    let (_folder, checkout) = checkout();
    git(&checkout, &["init", "--quiet"]);
    let programs = Path::new(env!("CARGO_BIN_EXE_lightest")).parent().expect("a folder");
    let run = || {
        let search = format!("{}:{}", programs.display(), env::var("PATH").unwrap_or_default());
        let mut command = Command::new(&entry);
        command.args(&args).current_dir(&checkout).stdin(Stdio::null()).env("PATH", search);
        let output = command.output().expect("it starts");
        (output.status.code(), String::from_utf8_lossy(&output.stdout).into_owned())
    };
    let (code, result) = run();
    assert_eq!(code, Some(1), "{result}");
    assert!(result.starts_with("vmm_tests/tests/a.rs:1:16: warning[heavier-than-needed]"), "{result}");
    // What is committed already is nothing to the next commit.
    git(&checkout, &["add", "--all"]);
    git(&checkout, &["commit", "--quiet", "--message", "first"]);
    assert_eq!(run(), (Some(0), String::new()));
}

#[test]
fn the_action_reports_on_the_lines_of_a_pull_request() {
    let (folder, checkout) = checkout();
    let tests = checkout.join("vmm_tests/tests");
    git(&checkout, &["init", "--quiet", "--initial-branch=main"]);
    git(&checkout, &["add", "--all"]);
    git(&checkout, &["commit", "--quiet", "--message", "first"]);
    git(&checkout, &["checkout", "--quiet", "-b", "topic"]);
    let changed = TEST.replace("answers", "more").replace("    agent", "    agent.ping().await?;\n    agent");
    fs::write(tests.join("b.rs"), TEST.replace("answers", "others")).expect("written");
    fs::write(tests.join("a.rs"), format!("{TEST}\n{changed}")).expect("written");
    git(&checkout, &["add", "--all"]);
    git(&checkout, &["commit", "--quiet", "--message", "second"]);
    git(&checkout, &["checkout", "--quiet", "main"]);
    fs::write(tests.join("c.rs"), TEST).expect("written");
    git(&checkout, &["add", "--all"]);
    git(&checkout, &["commit", "--quiet", "--message", "meanwhile"]);
    git(&checkout, &["merge", "--quiet", "--no-ff", "--message", "as GitHub does", "topic"]);
    let acted =
        act(folder.path(), &checkout, &[("since", "HEAD^1"), ("args", "--rule heavier-than-needed")], None);
    assert_eq!((acted.code, acted.outputs.as_str()), (1, "code=1\n"), "{}", acted.printed);
    let places: Vec<&str> = acted
        .printed
        .lines()
        .filter_map(|line| line.strip_prefix("::warning file=")?.split(",endLine").next())
        .collect();
    assert_eq!(places, ["vmm_tests/tests/a.rs,line=8", "vmm_tests/tests/b.rs,line=1"]);
    // A text that looks like an option is none.
    let acted = act(folder.path(), &checkout, &[("since", "--output=x")], None);
    assert_eq!(acted.code, 2, "{}", acted.printed);
}
