//! Drivers found on this host, and machines refused before anything starts.

use std::fs;
use std::process::Command;

use serde_json::Value;

use crate::stage::{Stage, boot_of};

#[test]
fn the_list_of_vmms_shows_found_and_proven_drivers() {
    let stage = Stage::new();
    let output = stage.command(&["list", "vmms", "--format", "json"]).output().expect("it starts");
    let value: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let all = value["vmms"].as_array().expect("a list").iter();
    let found: Vec<_> = all
        .map(|vmm| {
            let variable = vmm["variable"].as_str().unwrap_or("none");
            format!("{} proven {} in {variable}", vmm["id"].as_str().expect("a name"), vmm["proven"])
        })
        .collect();
    assert_eq!(
        found,
        [
            "qemu proven true in none",
            "openvmm proven false in LIGHTEST_OPENVMM",
            "hyperv proven false in LIGHTEST_POWERSHELL",
        ]
    );
    let without =
        stage.command(&["list", "vmms"]).env("PATH", "/nowhere").env_remove("LIGHTEST_OPENVMM").output();
    let text = String::from_utf8_lossy(&without.expect("it starts").stdout).into_owned();
    assert!(
        text.contains("not found: put it on PATH, or name it in the environment variable LIGHTEST_OPENVMM"),
        "{text}"
    );
    assert!(text.contains("written from the source, never run"), "{text}");
}

#[test]
fn impossible_machines_are_refused_before_the_start() {
    let stage = Stage::new();
    for (args, code, words) in [
        (&["boot", "openvmm_openhcl_uefi_x64[snp](none)"][..], 4, "isolates a guest"),
        (&["boot", "openvmm_openhcl_uefi_x64(none)"][..], 4, "no way to boot by `openhcl_uefi`"),
        (&["boot", "lab_linux_direct_x64", "--vmm", "hyperv"][..], 4, "no way to boot x64 by `linux_direct`"),
        (&["boot", "openvmm_uefi_x64(none)", "--accel", "tcg"][..], 4, "does not run guests with `tcg`"),
        (
            &["boot", "hyperv_uefi_x64(none)", "--vmm", "openvmm"][..],
            2,
            "names hyperv, and `--vmm` names openvmm",
        ),
        (
            &["boot", "uefi_x64(none)", "--vmm", "firecracker"][..],
            2,
            "no driver for a VMM called `firecracker`",
        ),
        (&["boot", "lab_linux_direct_x64", "--image", "/proc/version"][..], 2, "`--image` has no effect"),
        (&["boot", "lab_uefi_x64(none)", "--append", "quiet"][..], 2, "`--append` has no effect"),
        (&["boot", "lab_uefi_x64(none)", "--kernel", "/proc/version"][..], 2, "`--kernel` has no effect"),
        (&["boot", "lab_linux_direct_x64", "--memory", "0"][..], 2, "invalid value '0'"),
        (&["boot", "lab_linux_direct_x64", "--until", ""][..], 2, "a value is required for '--until"),
        (&["boot", "openvmm_uefi_x64(none)", "--warm"][..], 4, "cannot save a machine"),
    ] {
        let output = stage.command(args).output().expect("it starts");
        let text = String::from_utf8_lossy(&output.stderr);
        assert!(text.contains(words), "{args:?}: {text}");
        assert_eq!(output.status.code(), Some(code), "{args:?}: {text}");
        stage.assert_clean();
    }
}

#[test]
fn a_machine_that_cannot_be_started_takes_nothing_from_the_others() {
    let stage = Stage::new();
    let (kernel, initrd) = (stage.path("kernel"), stage.path("initrd"));
    let output = stage
        .command(&["boot", "openvmm_uefi_x64(none)", "openvmm_linux_direct_x64", "--format", "json"])
        .args(
            [kernel.as_os_str(), initrd.as_os_str()]
                .iter()
                .zip(["--kernel", "--initrd"])
                .flat_map(|(path, option)| [std::ffi::OsStr::new(option), path]),
        )
        .env_remove("LIGHTEST_OPENVMM_UEFI_FIRMWARE_X64")
        .output()
        .expect("it starts");
    let boot = boot_of(&output);
    let words = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(4), "{words}");
    assert!(words.contains("LIGHTEST_OPENVMM_UEFI_FIRMWARE_X64"), "{words}");
    assert_eq!(boot["config"], "openvmm_linux_direct_x64");
    assert!(boot["reached_s"].is_f64(), "{boot:#}");
    stage.assert_clean();
}

/// A qcow2 header with a backing file, or with incompatible features.
fn qcow2(backing: bool, features: u64) -> Vec<u8> {
    let mut image = vec![0; 4096];
    image[..8].copy_from_slice(b"QFI\xfb\0\0\0\x03");
    if backing {
        image[8..16].copy_from_slice(&512_u64.to_be_bytes());
        image[16..20].copy_from_slice(&11_u32.to_be_bytes());
        image[512..523].copy_from_slice(b"/etc/passwd");
    }
    image[20..24].copy_from_slice(&16_u32.to_be_bytes());
    image[24..32].copy_from_slice(&(1_u64 << 20).to_be_bytes());
    image[72..80].copy_from_slice(&features.to_be_bytes());
    image
}

/// A VHD with one footer that declares a differencing disk.
fn vhd(first: u32, last: u32) -> Vec<u8> {
    let mut image = vec![0; 4096];
    for (at, kind) in [(0, first), (4096 - 512, last)] {
        image[at..at + 8].copy_from_slice(b"conectix");
        image[at + 60..at + 64].copy_from_slice(&kind.to_be_bytes());
    }
    image
}

#[test]
fn an_image_that_names_another_file_is_refused_before_anything_starts() {
    let descriptor = b"# Disk DescriptorFile\nversion=1\nRW 63 FLAT \"/etc/passwd\" 0\n".to_vec();
    let images: [(&str, Vec<u8>, &str); 8] = [
        ("backing.qcow2", qcow2(true, 0), "its backing file"),
        ("data.qcow2", qcow2(false, 1 << 2), "its data file"),
        ("first.vhd", vhd(4, 3), "its parent"),
        ("last.vhd", vhd(3, 4), "its parent"),
        ("descriptor.vmdk", descriptor.clone(), "VMDK descriptor"),
        ("descriptor.raw", descriptor, "VMDK descriptor"),
        ("sparse.img", b"KDMV\x01\0\0\0".to_vec(), "VMDK image"),
        ("old.qed", b"QED\0".to_vec(), "QED image"),
    ];
    for (name, content, words) in images {
        let stage = Stage::new();
        let image = stage.path(name);
        fs::write(&image, content).expect("a file");
        let image = image.to_str().expect("a name");
        for config in ["hyperv_uefi_x64(vhd(ubuntu_2504_server_x64))", "lab_uefi_x64(vhd(small_x64))"] {
            let vmm: &[&str] = if config.starts_with("lab") { &["--vmm", "openvmm"] } else { &[] };
            let args = [&["boot", config, "--image", image], vmm].concat();
            let output = stage.command(&args).output().expect("it starts");
            let text = String::from_utf8_lossy(&output.stderr);
            assert_eq!(output.status.code(), Some(4), "{name}: {text}");
            assert!(text.contains(words), "{name}: {text}");
            assert!(!text.contains("VMM started"), "{name}: {text}");
            stage.assert_clean();
        }
    }
}

#[test]
fn an_image_that_is_no_regular_file_is_not_waited_for() {
    let stage = Stage::new();
    let pipe = stage.path("pipe.img");
    assert!(Command::new("mkfifo").arg(&pipe).status().expect("mkfifo").success());
    let pipe = pipe.to_str().expect("a name");
    for args in [
        &["probe", "--image", pipe][..],
        &["boot", "hyperv_uefi_x64(vhd(ubuntu_2504_server_x64))", "--image", pipe][..],
    ] {
        let output = stage.command(args).output().expect("it starts");
        let text = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{text}");
        assert!(text.contains("it is not a regular file"), "{text}");
    }
}
