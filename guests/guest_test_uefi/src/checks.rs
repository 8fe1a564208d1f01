//! The checks, one function each; the error states what was expected.

use core::fmt::Write as _;

use crate::text::Text;
use crate::uefi::{self, Firmware, Status};

type Check = fn(&Firmware, &mut Text) -> Result<(), &'static str>;

/// In this order.
pub(crate) const ALL: &[(&str, Check)] = &[
    ("boot-services", boot_services),
    ("memory", memory),
    ("memory-map", memory_map),
    ("variables", variables),
    ("secure-boot", secure_boot),
    ("time", time),
];

fn boot_services(firmware: &Firmware, detail: &mut Text) -> Result<(), &'static str> {
    if !firmware.signatures_are_right() {
        return Err("the tables' signatures are not those of the specification");
    }
    let _ = write!(detail, "UEFI {}.{}", firmware.revision() >> 16, (firmware.revision() & 0xffff) / 10);
    if firmware.stall(1000).is_success() { Ok(()) } else { Err("Stall did not succeed") }
}

fn memory(firmware: &Firmware, _: &mut Text) -> Result<(), &'static str> {
    firmware.with_page(|page| {
        for (number, byte) in page.iter_mut().enumerate() {
            *byte = number as u8;
        }
        page.iter().enumerate().all(|(number, byte)| *byte == number as u8)
    })
    .map_err(|_| "AllocatePages or FreePages did not succeed")
    .and_then(|same| if same { Ok(()) } else { Err("a page does not hold what was written") })
}

fn memory_map(firmware: &Firmware, detail: &mut Text) -> Result<(), &'static str> {
    let map = firmware.memory_map().map_err(|_| "GetMemoryMap did not succeed")?;
    let _ = write!(detail, "{} descriptors, {} MiB free", map.descriptors, map.free_pages >> 8);
    if map.descriptors == 0 || map.free_pages == 0 {
        return Err("no conventional memory");
    }
    if map.unaligned { Err("a descriptor is not page aligned") } else { Ok(()) }
}

fn variables(firmware: &Firmware, _: &mut Text) -> Result<(), &'static str> {
    let name = uefi::name("LightestTest");
    let value = *b"a value of 19 bytes";
    if !firmware.set_variable(&name, &uefi::OURS, &value).is_success() {
        return Err("SetVariable did not succeed");
    }
    let mut back = [0; 32];
    let length = firmware.variable(&name, &uefi::OURS, &mut back).map_err(|_| "GetVariable did not succeed")?;
    if back.get(..length) != Some(&value[..]) {
        return Err("a variable does not hold what was written");
    }
    if !firmware.set_variable(&name, &uefi::OURS, &[]).is_success() {
        return Err("a variable cannot be deleted");
    }
    match firmware.variable(&name, &uefi::OURS, &mut back) {
        Err(Status::NOT_FOUND) => Ok(()),
        _ => Err("a deleted variable is still there"),
    }
}

fn secure_boot(firmware: &Firmware, detail: &mut Text) -> Result<(), &'static str> {
    let mut value = [0; 1];
    match firmware.variable(&uefi::name("SecureBoot"), &uefi::GLOBAL, &mut value) {
        Ok(1) if value[0] <= 1 => {
            let state = if value[0] == 1 { "on" } else { "off" };
            let _ = write!(detail, "{state}");
            Ok(())
        }
        Err(Status::NOT_FOUND) => {
            let _ = write!(detail, "not supported");
            Ok(())
        }
        _ => Err("the variable SecureBoot is neither 0 nor 1"),
    }
}

fn time(firmware: &Firmware, detail: &mut Text) -> Result<(), &'static str> {
    let time = firmware.time().map_err(|_| "GetTime did not succeed")?;
    let _ = write!(detail, "{:04}-{:02}-{:02}", time.year, time.month, time.day);
    let plausible = (1998..=2100).contains(&time.year)
        && (1..=12).contains(&time.month)
        && (1..=31).contains(&time.day)
        && time.hour < 24
        && time.minute < 60;
    if plausible { Ok(()) } else { Err("the time is no date") }
}
