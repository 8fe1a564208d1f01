//! The application: each check in turn, one line each, then off.
#![no_std]
#![no_main]
#![deny(unsafe_code)]

mod checks;
mod text;
mod uefi;

use core::fmt::Write as _;

use uefi::Firmware;

/// What `lightest boot` waits for; see `guests/console.toml` for the other outcome.
const PASSED: &str = "guest_test_uefi: all checks passed";

/// Called by `uefi::efi_main`.
fn run(firmware: &Firmware) {
    let mut console = firmware.console();
    let _ = writeln!(console, "guest_test_uefi: started");
    for (name, check) in checks::ALL {
        let mut detail = text::Text::new();
        match check(firmware, &mut detail) {
            Ok(()) => {
                let _ = writeln!(console, "guest_test_uefi: {name}: ok{detail}");
            }
            Err(why) => {
                let _ = writeln!(console, "guest_test_uefi: check failed: {name}: {why}{detail}");
                return;
            }
        }
    }
    let _ = writeln!(console, "{PASSED}");
}
