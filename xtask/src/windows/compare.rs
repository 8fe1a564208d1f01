//! Commands that need no virtual machine, on the same inputs here and under Wine: exit code, both streams, and the files that
//! they leave, byte for byte. What needs `git` (`sync` of a checkout, `check --since`) is not among them: Wine has none.

use std::collections::BTreeMap;
use std::fs;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use flate2::read::GzDecoder;

use super::toolchain::Toolchain;
use crate::run::{report, root, run};

const WINE: &str = "/usr/lib/wine/wine64";
/// Ends what Wine leaves running.
const WINE_SERVER: &str = "/usr/lib/wine/wineserver64";

/// What current Rust programs ask Windows for and Wine 8 lacks: random bytes.
const RANDOM: &str = "\
#include <windows.h>
BOOLEAN WINAPI SystemFunction036(PVOID, ULONG);
__declspec(dllexport) BOOL WINAPI ProcessPrng(PBYTE data, SIZE_T length) { return SystemFunction036(data, length); }
";

/// The commands, one a line; each is run in a fresh copy of the inputs.
const COMMANDS: &str = "\
--version
--help
help check
help boot
pick --requires tpm,systemd --arch x64
pick --requires tpm,systemd --format json
pick --requires openhcl
pick --requires no-such-thing
pick --requires windows,no-vmbus
pick --requires openhcl,agent --here=windows,x64,hyper-v
pick --requires agent --here=linux,x64,kvm --format json
pick --from bare/unseen.rs --test vbs_boots
pick --from bare/unseen.rs --test replaced_twice --format json
pick --from bare/unseen.rs --test no_such_test
pick --framework kubevirt --requires agent,acpi
fill bare
fill --write bare
fill vmm_tests
check
check .
check vmm_tests
check ./vmm_tests/tests/heavier-than-needed.rs
check vmm_tests/tests/no-such-file.rs
check --message-format short
check --message-format json
check --message-format sarif
check --message-format github
check --message-format junit
check --pedantic
check --diff
check --diff --unsafe-fixes
check --fix
check --fix --unsafe-fixes
check --baseline known.toml --update-baseline
check empty
check crlf
check --fix --unsafe-fixes crlf
requirements .
requirements . --format json
parse openvmm_uefi_x64(vhd(ubuntu_2504_server_x64))
parse openvmm_uefi_x64(vhd(
explain tpm
explain heavier-than-needed
explain heavier-than-needed --format json
explain no-such-thing
list requirements
list guests --format json
list rules
list quirks
list configs
list blockers
list tests vmm_tests
unknowns vmm_tests
unknowns vmm_tests --format json
unknowns vmm_tests --try 2
unknowns vmm_tests --try 2 --write
learn report.xml --tests vmm_tests
learn report.xml --tests vmm_tests --into learned
learn nextest.xml --tests vmm_tests
learn own/guests.toml --tests vmm_tests
suite vmm_tests --junit report.xml nextest.xml
suite vmm_tests --junit report.xml --format json
suite vmm_tests --junit report.xml --shards 2 --shard-format matrix
sync --repo vmm_tests
probe --image disk.raw
probe --image disk.qcow2 --format json
probe --image report.xml
guide
guide --framework kubevirt
guide --framework kubevirt --out own
guide --framework kubevirt --out own --check
guide --site site
completions bash
completions powershell
--catalog own pick --requires tpm
";

/// Commands that are run in a folder of the inputs, which is the first word. `ROOM` is the whole path of the inputs, as each
/// system spells it.
const ELSEWHERE: &str = "\
vmm_tests check --message-format short tests
vmm_tests check --message-format json ../vmm_tests/tests
empty check --message-format github ../vmm_tests
empty check --diff ../vmm_tests
empty check --message-format sarif ROOM/vmm_tests
. check --message-format short ROOM
. check --message-format github ROOM/vmm_tests/tests/heavier-than-needed.rs
. check --message-format sarif ROOM
. check --message-format junit ROOM/vmm_tests
. check --diff --unsafe-fixes ROOM/vmm_tests
. check ROOM/vmm_tests/tests/no-such-file.rs
. requirements ROOM/vmm_tests --format json
kubevirt check
kubevirt check --message-format json tests
kubevirt check --fix --unsafe-fixes
kubevirt requirements
kubevirt pick --from tests/sample_test.go --line 31
kubevirt list tests
bare pick --from unseen.rs --test vbs_boots
bare fill --write unseen.rs
vmm_tests learn ../report.xml --into ../learned
. fill ROOM/bare
. pick --from ROOM/bare/unseen.rs --test vbs_boots
. suite ROOM/vmm_tests --junit ROOM/report.xml
. learn ROOM/report.xml --tests ROOM/vmm_tests --into ROOM/learned
. unknowns ROOM/vmm_tests --try 1
. probe --image ROOM/disk.raw
own --catalog ROOM/own pick --requires tpm
empty --catalog ../own pick --requires tpm
vmm_tests check --baseline ../known.toml --update-baseline
";

/// Results of two of the fixtures' variants.
const REPORT: &str = "\
<?xml version=\"1.0\"?>
<testsuites name=\"nextest-run\" uuid=\"0001\" timestamp=\"2026-09-01T08:00:00.000+00:00\">
  <testsuite name=\"vmm_tests::tests\">
    <testcase name=\"openvmm_uefi_x64_ubuntu_2504_server_x64_vendor\" classname=\"vmm_tests::tests\" time=\"4.5\"/>
    <testcase name=\"hyperv_openhcl_uefi_x64_ubuntu_2504_server_x64_seals\" classname=\"vmm_tests::tests\" time=\"61.25\"/>
  </testsuite>
</testsuites>
";

/// Commands of the lab, which report in one line that there is none on Windows.
const OF_THE_LAB: [&str; 4] =
    ["boot lab_linux_direct_x64", "image list", "list vmms", "measure lab_linux_direct_x64"];

/// The result of a command.
#[derive(PartialEq, Eq)]
struct RunOutcome {
    code: Option<i32>,
    out: Vec<u8>,
    err: Vec<u8>,
    files: BTreeMap<String, Vec<u8>>,
}

/// Runs all commands with both programs.
///
/// # Errors
/// The commands whose results differ.
pub(super) fn all(toolchain: &Toolchain, here: &Path, there: &Path) -> Result<(), String> {
    let folder = toolchain.folder();
    let failed = |error: std::io::Error| format!("{}: {error}", folder.display());
    let prefix = prefix(toolchain)?;
    let wine = |folder: &Path| {
        // A Windows that hangs is a failure, not something to wait for.
        let mut command = Command::new("timeout");
        command
            .args(["300", WINE])
            .arg(there)
            .env("WINEPREFIX", &prefix)
            .env("WINEDEBUG", "-all")
            .current_dir(folder);
        command
    };
    let native = |folder: &Path| {
        let mut command = Command::new(here);
        command.current_dir(folder);
        command
    };
    let room = folder.join("room");
    let mut wrong = Vec::new();
    let mut compared = 0;
    for line in COMMANDS.lines() {
        let args: Vec<&str> = line.split(' ').collect();
        let mut results = Vec::new();
        for under_wine in [false, true] {
            inputs(&room).map_err(failed)?;
            let mut command = if under_wine { wine(&room) } else { native(&room) };
            command.args(&args);
            results.push(did(command, &room).map_err(failed)?);
        }
        compared += 1;
        check_not_empty(line, &results[0], &mut wrong);
        if results[0] != results[1] {
            wrong.push(format!("`lightest {line}` differs:\n{}", difference(&results[0], &results[1])));
        }
    }
    let whole = fs::canonicalize(&room).map_err(failed)?;
    for line in ELSEWHERE.lines() {
        let Some((place, line)) = line.split_once(' ') else { continue };
        inputs(&room).map_err(failed)?;
        let mut command = native(&room.join(place));
        command.args(line.split(' ').map(|arg| arg.replace("ROOM", &whole.display().to_string())));
        let expected = did(command, &room).map_err(failed)?;
        check_not_empty(line, &expected, &mut wrong);
        // Wine shows the whole file system as a drive. A path may also be given as one to take as it is.
        let drive = format!("Z:{}", whole.display()).replace('/', "\\");
        let spellings = [drive.clone(), format!(r"\\?\{drive}")];
        for spelled in spellings.iter().take(if line.contains("ROOM") { 2 } else { 1 }) {
            inputs(&room).map_err(failed)?;
            let mut command = wine(&room.join(place));
            command.args(line.split(' ').map(|arg| {
                if arg.contains("ROOM") {
                    arg.replace('/', "\\").replace("ROOM", spelled)
                } else {
                    arg.to_owned()
                }
            }));
            let there = did(command, &room).map_err(failed)?;
            compared += 1;
            if expected != there {
                let what = line.replace("ROOM", spelled);
                wrong.push(format!(
                    "`lightest {what}` in {place} differs:\n{}",
                    difference(&expected, &there)
                ));
            }
        }
    }
    inputs(&room).map_err(failed)?;
    for line in OF_THE_LAB {
        let mut command = wine(&room);
        command.args(line.split(' '));
        let did = did(command, &room).map_err(failed)?;
        let lines = String::from_utf8_lossy(&did.err).lines().count();
        if did.code != Some(4) || !did.out.is_empty() || lines != 1 {
            wrong.push(format!("`lightest {line}` does not end with 4 and one line: {}", shown(&did)));
        }
    }
    // A pattern that no shell expands, with the separator of the system.
    let mut pattern = wine(&room);
    pattern.args(["check", "--message-format", "short", r"vmm_tests\tests\l*.rs"]);
    let mut named = native(&room);
    named.args(["check", "--message-format", "short"]);
    let mut files: Vec<String> = fs::read_dir(room.join("vmm_tests/tests"))
        .map_err(failed)?
        .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
        .filter(|name| name.starts_with('l'))
        .collect();
    files.sort();
    named.args(files.iter().map(|name| format!("vmm_tests/tests/{name}")));
    let (pattern, named) = (did(pattern, &room).map_err(failed)?, did(named, &room).map_err(failed)?);
    if pattern != named {
        wrong.push(format!("a pattern differs from the files it names:\n{}", difference(&named, &pattern)));
    }
    if let Err(error) = closed_pipe(wine(&room)) {
        wrong.push(error);
    }
    let mut end = Command::new(WINE_SERVER);
    end.arg("--kill").env("WINEPREFIX", &prefix);
    // It may have ended by itself.
    let _ = end.status();
    if wrong.is_empty() {
        report(&format!("{compared} commands do the same under Wine, byte for byte"));
        return Ok(());
    }
    Err(wrong.join("\n"))
}

/// Where a command finds nothing to look at, nothing is compared: that is meant only where its words show it.
fn check_not_empty(line: &str, did: &RunOutcome, wrong: &mut Vec<String>) {
    let nothing = ["empty", "nextest.xml"].iter().any(|word| line.contains(word));
    let no_test = did.code == Some(2) && line.contains("pick --from") && !line.contains("no_such");
    if (did.code == Some(3) && !nothing) || no_test {
        wrong.push(format!("`lightest {line}` finds nothing to look at: {}", shown(did)));
    }
}

/// A reader that goes away ends the program quietly.
fn closed_pipe(mut command: Command) -> Result<(), String> {
    let failed = |error: std::io::Error| format!("a closed pipe: {error}");
    command.args(["list", "guests", "--format", "json"]);
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().map_err(failed)?;
    drop(child.stdout.take());
    let output = child.wait_with_output().map_err(failed)?;
    if output.status.code() == Some(0) && output.stderr.is_empty() {
        return Ok(());
    }
    Err(format!(
        "with a closed pipe the program ends with {:?} and says: {}",
        output.status.code(),
        String::from_utf8_lossy(&output.stderr)
    ))
}

/// A Windows for Wine, with what it lacks.
fn prefix(toolchain: &Toolchain) -> Result<PathBuf, String> {
    let prefix = toolchain.folder().join("prefix");
    let failed = |error: std::io::Error| format!("{}: {error}", prefix.display());
    let system = prefix.join("drive_c/windows/system32");
    let library = system.join("bcryptprimitives.dll");
    if library.is_file() {
        return Ok(prefix);
    }
    fs::create_dir_all(&prefix).map_err(failed)?;
    let mut boot = Command::new("timeout");
    boot.args(["300", WINE, "wineboot.exe", "--init"]).env("WINEPREFIX", &prefix).env("WINEDEBUG", "-all");
    // Nothing is to be shown, and nothing to be installed for other languages.
    boot.env("WINEDLLOVERRIDES", "mscoree,mshtml=").env_remove("DISPLAY").stderr(Stdio::null());
    run(boot)?;
    let source = toolchain.folder().join("random.c");
    fs::write(&source, RANDOM).map_err(failed)?;
    let mut compile = toolchain.gcc();
    compile.args(["-shared", "-o"]).arg(&library).arg(&source).arg("-ladvapi32");
    run(compile)?;
    Ok(prefix)
}

/// A fresh copy of what the commands read: the fixtures of `check`, also with lines that end in CR LF; tests without lists; a
/// tree of KubeVirt's kind; results; images; and a catalog of a user.
fn inputs(room: &Path) -> std::io::Result<()> {
    if room.exists() {
        fs::remove_dir_all(room)?;
    }
    let tests = room.join("vmm_tests/tests");
    for folder in ["vmm_tests/tests", "crlf", "empty", "own", "bare", "kubevirt/tests/libvmifact"] {
        fs::create_dir_all(room.join(folder))?;
    }
    let crates = root().join("crates");
    for (from, to) in [
        ("lightest/tests/bodies/unseen.rs", "bare/unseen.rs"),
        ("lightest/tests/kubevirt/factory.go", "kubevirt/tests/libvmifact/factory.go"),
        ("lightest/tests/kubevirt/sample_test.go", "kubevirt/tests/sample_test.go"),
        ("lightest/tests/kubevirt/status_test.go", "kubevirt/tests/status_test.go"),
        ("lightest-results/tests/reports/nextest.xml", "nextest.xml"),
    ] {
        fs::copy(crates.join(from), room.join(to))?;
    }
    fs::write(room.join("kubevirt/go.mod"), "module kubevirt.io/kubevirt\n")?;
    fs::write(room.join("report.xml"), REPORT)?;
    for image in ["disk.raw", "disk.qcow2"] {
        let packed = fs::File::open(crates.join(format!("lightest-inspect/tests/images/{image}.gz")))?;
        let mut bytes = Vec::new();
        GzDecoder::new(packed).read_to_end(&mut bytes)?;
        fs::write(room.join(image), bytes)?;
    }
    for package in ["vmm_tests", "bare"] {
        fs::write(room.join(package).join("Cargo.toml"), format!("[package]\nname = \"{package}\"\n"))?;
    }
    for entry in fs::read_dir(root().join("crates/lightest/tests/ui"))? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "rs") {
            let text = fs::read_to_string(&path)?;
            let name = path.file_name().unwrap_or_default();
            fs::write(room.join("crlf").join(name), text.replace('\n', "\r\n"))?;
            fs::write(tests.join(name), text)?;
        }
    }
    fs::write(room.join("own/guests.toml"), "[[question]]\nid = \"broken\"\nno_such_key = 1\n")
}

/// Runs a command, and reads what it left in its folder.
fn did(mut command: Command, room: &Path) -> std::io::Result<RunOutcome> {
    let output = command
        .stdin(Stdio::null())
        .env("COLUMNS", "100")
        .env_remove("CLICOLOR_FORCE")
        .env_remove("GITHUB_WORKSPACE")
        .output()?;
    let mut files = BTreeMap::new();
    let mut folders = vec![room.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder)? {
            let path = entry?.path();
            if path.is_dir() {
                folders.push(path);
            } else {
                files
                    .insert(path.strip_prefix(room).unwrap_or(&path).display().to_string(), fs::read(&path)?);
            }
        }
    }
    Ok(RunOutcome {
        code: output.status.code(),
        out: output.stdout,
        err: without_system_words(output.stderr),
        files,
    })
}

/// Messages without what a system calls its own error: `.. cannot be read: No such file or directory (os error 2)`.
fn without_system_words(text: Vec<u8>) -> Vec<u8> {
    let Ok(text) = String::from_utf8(text) else { return Vec::new() };
    let line = |line: &str| match line.split_once(" (os error ") {
        Some((before, _)) => {
            format!("{}: (the system's words)", before.rsplit_once(": ").map_or(before, |(head, _)| head))
        }
        None => line.to_owned(),
    };
    text.split('\n').map(line).collect::<Vec<_>>().join("\n").into_bytes()
}

/// The first line in which two results differ.
fn difference(here: &RunOutcome, there: &RunOutcome) -> String {
    if here.code != there.code {
        return format!("  here:  {}\n  there: {}", shown(here), shown(there));
    }
    let mut pairs =
        vec![("standard output", &here.out, &there.out), ("standard error", &here.err, &there.err)];
    for name in here.files.keys().chain(there.files.keys()) {
        let of = |did: &'_ RunOutcome| -> Option<usize> { did.files.get(name).map(Vec::len) };
        if of(here).is_none() || of(there).is_none() {
            return format!("  {name} is there in only one of the two");
        }
        pairs.push((name, &here.files[name], &there.files[name]));
    }
    for (what, one, other) in pairs {
        let lines = |bytes: &Vec<u8>| -> Vec<String> {
            String::from_utf8_lossy(bytes).split('\n').map(str::to_owned).collect()
        };
        let (one, other) = (lines(one), lines(other));
        let first = (0..one.len().max(other.len())).find(|at| one.get(*at) != other.get(*at));
        if let Some(at) = first {
            return format!(
                "  {what}, line {}\n  here:  {:?}\n  there: {:?}",
                at + 1,
                one.get(at).unwrap_or(&String::new()),
                other.get(at).unwrap_or(&String::new())
            );
        }
    }
    String::new()
}

fn shown(did: &RunOutcome) -> String {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).chars().take(300).collect::<String>();
    format!("exit code {:?}, {:?}, {:?}", did.code, text(&did.out), text(&did.err))
}
