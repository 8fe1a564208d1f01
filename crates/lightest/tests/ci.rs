//! The composite action and the pre-commit hook, run as their hosts run them: what the files say is what is run here.
#![cfg(unix)]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::{env, fs};

use saphyr::{LoadableYamlNode as _, Yaml};

const TEST: &str = "#[openvmm_test(uefi_x64(vhd(ubuntu_2504_server_x64)))]\n\
                    async fn answers(config: PetriVmBuilder<OpenVmmPetriBackend>) -> anyhow::Result<()> {\n    \
                    let (vm, agent) = config.run().await?;\n    agent.ping().await?;\n    Ok(())\n}\n";

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

/// `PATH` with a `cargo` in front that writes down what it is asked for, and then the program.
fn path(folder: &Path) -> String {
    use std::os::unix::fs::PermissionsExt as _;
    let bin = folder.join("bin");
    fs::create_dir_all(&bin).expect("created");
    let cargo = bin.join("cargo");
    fs::write(&cargo, format!("#!/bin/sh\necho \"$@\" >> '{}/cargo-was-asked'\n", folder.display()))
        .expect("written");
    fs::set_permissions(&cargo, fs::Permissions::from_mode(0o755)).expect("set");
    let program = Path::new(env!("CARGO_BIN_EXE_lightest")).parent().expect("a folder");
    format!("{}:{}:{}", bin.display(), program.display(), env::var("PATH").unwrap_or_default())
}

/// What the runner makes of `${{ inputs.x }}`.
fn filled(text: &str, inputs: &BTreeMap<String, String>) -> String {
    inputs.iter().fold(text.to_owned(), |text, (name, value)| {
        text.replace(&format!("${{{{ inputs.{name} }}}}"), value)
    })
}

/// Runs the action's steps with some inputs; the code of the last step, the steps' outputs, and what was printed.
fn act(folder: &Path, checkout: &Path, given: &[(&str, &str)]) -> (i32, String, String) {
    let text = fs::read_to_string(root().join("action.yml")).expect("the action");
    let action = &Yaml::load_from_str(&text).expect("it is YAML")[0];
    let mut inputs: BTreeMap<String, String> = BTreeMap::new();
    for (name, input) in action["inputs"].as_mapping().expect("inputs") {
        let default = input["default"].as_str().unwrap_or_default();
        inputs.insert(name.as_str().expect("a name").to_owned(), default.to_owned());
    }
    for (name, value) in given {
        assert!(inputs.insert((*name).to_owned(), (*value).to_owned()).is_some(), "no input `{name}`");
    }
    let outputs = folder.join("outputs");
    fs::write(&outputs, "").expect("written");
    let (mut code, mut printed) = (0, String::new());
    for step in action["runs"]["steps"].as_sequence().expect("steps") {
        assert_eq!(step["shell"].as_str(), Some("bash"));
        let script = folder.join("step.sh");
        fs::write(&script, filled(step["run"].as_str().expect("a script"), &inputs)).expect("written");
        let mut command = Command::new("bash");
        // As the runner's `shell: bash`.
        command.args(["--noprofile", "--norc", "-eo", "pipefail"]).arg(&script);
        command
            .current_dir(checkout)
            .stdin(Stdio::null())
            .env("PATH", path(folder))
            .env("GITHUB_ACTION_PATH", root())
            .env("GITHUB_WORKSPACE", checkout)
            .env("GITHUB_OUTPUT", &outputs);
        if let Some(variables) = step.as_mapping_get("env").and_then(|env| env.as_mapping()) {
            for (name, value) in variables {
                command.env(name.as_str().expect("a name"), filled(value.as_str().expect("a text"), &inputs));
            }
        }
        let output = command.output().expect("bash starts");
        printed.push_str(&String::from_utf8_lossy(&output.stdout));
        printed.push_str(&String::from_utf8_lossy(&output.stderr));
        code = output.status.code().expect("it exits");
        if code != 0 {
            break;
        }
    }
    (code, fs::read_to_string(outputs).expect("there"), printed)
}

#[test]
fn the_action_reports_beside_the_change_and_fails_with_the_code_of_the_program() {
    let (folder, checkout) = checkout();
    let (code, outputs, printed) = act(folder.path(), &checkout, &[("path", "vmm_tests")]);
    assert_eq!((code, outputs.as_str()), (1, "code=1\n"), "{printed}");
    assert!(printed.contains("::warning file=vmm_tests/tests/a.rs,line=1,"), "{printed}");
    let asked = fs::read_to_string(folder.path().join("cargo-was-asked")).expect("cargo was asked");
    let package = root().join("crates/lightest");
    assert_eq!(asked, format!("install --locked --quiet --path {}\n", package.display()));
    assert!(package.join("Cargo.toml").is_file());
}

#[test]
fn the_action_writes_sarif_and_hands_on_arguments() {
    let (folder, checkout) = checkout();
    let inputs = [("sarif", "out.sarif"), ("args", "--rule runs-nowhere")];
    let (code, outputs, printed) = act(folder.path(), &checkout, &inputs);
    assert_eq!((code, outputs.as_str()), (0, "code=0\n"), "{printed}");
    let sarif = fs::read_to_string(checkout.join("out.sarif")).expect("written");
    let sarif: serde_json::Value = serde_json::from_str(&sarif).expect("it is JSON");
    assert_eq!(sarif["version"], "2.1.0");
}

#[test]
fn the_action_knows_a_baseline_and_tells_a_mistake_from_findings() {
    let (folder, checkout) = checkout();
    let baseline = [("baseline", "known.toml")];
    let (code, outputs, printed) = act(folder.path(), &checkout, &baseline);
    assert_eq!((code, outputs.as_str()), (2, "code=2\n"), "{printed}");
    let both = [("baseline", "known.toml"), ("args", "--update-baseline")];
    assert_eq!(act(folder.path(), &checkout, &both).0, 0);
    let (code, outputs, printed) = act(folder.path(), &checkout, &baseline);
    assert_eq!((code, outputs.as_str()), (0, "code=0\n"), "{printed}");
}

#[test]
fn the_hook_runs_what_its_definition_names() {
    let text = fs::read_to_string(root().join(".pre-commit-hooks.yaml")).expect("the hooks");
    let hook = &Yaml::load_from_str(&text).expect("it is YAML")[0][0];
    assert_eq!(hook["id"].as_str(), Some("lightest-check"));
    assert_eq!(hook["language"].as_str(), Some("script"));
    // The entry of a script is a file of the hook's repository; it runs in the user's.
    let entry = root().join(hook["entry"].as_str().expect("an entry"));
    let args: Vec<&str> =
        hook["args"].as_sequence().expect("arguments").iter().filter_map(|arg| arg.as_str()).collect();
    let (folder, checkout) = checkout();
    let output = Command::new(entry)
        .args(&args)
        .current_dir(&checkout)
        .stdin(Stdio::null())
        .env("PATH", path(folder.path()))
        .output()
        .expect("it starts");
    let said = String::from_utf8_lossy(&output.stdout);
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.starts_with("vmm_tests/tests/a.rs:1:16: warning[heavier-than-needed]"), "{said}");
}
