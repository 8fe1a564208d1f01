//! The firmware's tables; the only file of the application with unsafe code.
#![allow(unsafe_code)]

use core::ffi::c_void;
use core::fmt;
use core::slice;

/// The result of a firmware call.
#[derive(Clone, Copy, PartialEq, Eq)]
#[repr(transparent)]
pub(crate) struct Status(usize);

impl Status {
    const ERROR: usize = 1 << (usize::BITS - 1);
    pub(crate) const NOT_FOUND: Self = Self(Self::ERROR | 14);

    pub(crate) fn is_success(self) -> bool {
        self.0 == 0
    }
    fn result(self) -> Result<(), Self> {
        if self.is_success() { Ok(()) } else { Err(self) }
    }
}

#[derive(Clone, Copy)]
#[repr(C)]
pub(crate) struct Guid(u32, u16, u16, [u8; 8]);

/// EFI_GLOBAL_VARIABLE.
pub(crate) const GLOBAL: Guid =
    Guid(0x8be4_df61, 0x93ca, 0x11d2, [0xaa, 0x0d, 0x00, 0xe0, 0x98, 0x03, 0x2b, 0x8c]);
/// This application's own variables.
pub(crate) const OURS: Guid =
    Guid(0x6c69_6768, 0x7465, 0x4374, [0x80, 0x67, 0x75, 0x65, 0x73, 0x74, 0x00, 0x01]);

#[repr(C)]
struct Header {
    signature: u64,
    revision: u32,
    size: u32,
    crc: u32,
    reserved: u32,
}

#[repr(C)]
struct TextOutput {
    reset: usize,
    output_string: unsafe extern "efiapi" fn(*mut TextOutput, *const u16) -> Status,
}

#[repr(C)]
struct SystemTable {
    header: Header,
    vendor: *const u16,
    firmware_revision: u32,
    console_in_handle: *mut c_void,
    console_in: *mut c_void,
    console_out_handle: *mut c_void,
    console_out: *mut TextOutput,
    error_handle: *mut c_void,
    error: *mut c_void,
    runtime: *mut RuntimeServices,
    boot: *mut BootServices,
}

#[repr(C)]
struct BootServices {
    header: Header,
    raise_tpl: usize,
    restore_tpl: usize,
    allocate_pages: unsafe extern "efiapi" fn(u32, u32, usize, *mut u64) -> Status,
    free_pages: unsafe extern "efiapi" fn(u64, usize) -> Status,
    get_memory_map: unsafe extern "efiapi" fn(*mut usize, *mut u8, *mut usize, *mut usize, *mut u32) -> Status,
    /// AllocatePool to SetWatchdogTimer's predecessor but one, of which none is used here.
    others: [usize; 23],
    stall: unsafe extern "efiapi" fn(usize) -> Status,
}

#[repr(C)]
struct RuntimeServices {
    header: Header,
    get_time: unsafe extern "efiapi" fn(*mut Time, *mut c_void) -> Status,
    others: [usize; 5],
    get_variable:
        unsafe extern "efiapi" fn(*const u16, *const Guid, *mut u32, *mut usize, *mut u8) -> Status,
    get_next_variable_name: usize,
    set_variable: unsafe extern "efiapi" fn(*const u16, *const Guid, u32, usize, *const u8) -> Status,
    get_next_high_monotonic_count: usize,
    reset_system: unsafe extern "efiapi" fn(u32, Status, usize, *const c_void) -> !,
}

/// EFI_TIME.
#[derive(Default)]
#[repr(C)]
pub(crate) struct Time {
    pub(crate) year: u16,
    pub(crate) month: u8,
    pub(crate) day: u8,
    pub(crate) hour: u8,
    pub(crate) minute: u8,
    second: u8,
    pad1: u8,
    nanosecond: u32,
    time_zone: i16,
    daylight: u8,
    pad2: u8,
}

/// A summary of the memory map.
#[derive(Default)]
pub(crate) struct MapSummary {
    pub(crate) descriptors: usize,
    pub(crate) free_pages: u64,
    pub(crate) unaligned: bool,
}

/// The firmware, as long as boot services last.
pub(crate) struct Firmware {
    system: *mut SystemTable,
}

/// A name as firmware wants it, NUL-terminated; longer ones are cut.
pub(crate) fn name(text: &str) -> [u16; 24] {
    let mut out = [0; 24];
    for (place, unit) in out[..23].iter_mut().zip(text.encode_utf16()) {
        *place = unit;
    }
    out
}

const NON_VOLATILE_BOOT_RUNTIME: u32 = 1 | 2 | 4;
const CONVENTIONAL_MEMORY: u32 = 7;
const PAGE: usize = 4096;

impl Firmware {
    fn boot(&self) -> &BootServices {
        // SAFETY: firmware's tables live until ExitBootServices, which is never called.
        unsafe { &*(*self.system).boot }
    }

    fn runtime(&self) -> &RuntimeServices {
        // SAFETY: as above.
        unsafe { &*(*self.system).runtime }
    }

    pub(crate) fn console(&self) -> Console {
        // SAFETY: as above.
        Console(unsafe { (*self.system).console_out })
    }

    pub(crate) fn revision(&self) -> u32 {
        // SAFETY: as above.
        unsafe { (*self.system).header.revision }
    }

    pub(crate) fn signatures_are_right(&self) -> bool {
        // SAFETY: as above.
        let system = unsafe { (*self.system).header.signature };
        system.to_le_bytes() == *b"IBI SYST"
            && self.boot().header.signature.to_le_bytes() == *b"BOOTSERV"
            && self.runtime().header.signature.to_le_bytes() == *b"RUNTSERV"
    }

    pub(crate) fn stall(&self, microseconds: usize) -> Status {
        // SAFETY: takes a number.
        unsafe { (self.boot().stall)(microseconds) }
    }

    /// Lends one page of new memory.
    pub(crate) fn with_page(&self, lent: impl FnOnce(&mut [u8]) -> bool) -> Result<bool, Status> {
        let mut address = 0_u64;
        // SAFETY: any pages (0) of loader data (2); `address` outlives the call.
        unsafe { (self.boot().allocate_pages)(0, 2, 1, &mut address) }.result()?;
        // SAFETY: firmware just gave this page to us alone, and memory is mapped one to one.
        let page = unsafe { slice::from_raw_parts_mut(address as *mut u8, PAGE) };
        page.fill(0);
        let answer = lent(page);
        // SAFETY: it came from AllocatePages and the slice is not used any more.
        unsafe { (self.boot().free_pages)(address, 1) }.result()?;
        Ok(answer)
    }

    pub(crate) fn memory_map(&self) -> Result<MapSummary, Status> {
        const PAGES: usize = 8;
        let mut address = 0_u64;
        // SAFETY: as in `with_page`.
        unsafe { (self.boot().allocate_pages)(0, 2, PAGES, &mut address) }.result()?;
        let (mut size, mut key, mut step, mut version) = (PAGES * PAGE, 0, 0, 0);
        let buffer = address as *mut u8;
        // SAFETY: the buffer has `size` bytes; the other pointers outlive the call.
        unsafe { (self.boot().get_memory_map)(&mut size, buffer, &mut key, &mut step, &mut version) }.result()?;
        // SAFETY: firmware filled at most the size that it was given.
        let map = unsafe { slice::from_raw_parts(buffer, size.min(PAGES * PAGE)) };
        let mut summary = MapSummary::default();
        for descriptor in map.chunks_exact(step.max(40)) {
            let word = |at: usize| u64::from_le_bytes(descriptor[at..at + 8].try_into().unwrap_or([0; 8]));
            summary.descriptors += 1;
            summary.unaligned |= word(8) % PAGE as u64 != 0;
            if word(0) as u32 == CONVENTIONAL_MEMORY {
                summary.free_pages += word(24);
            }
        }
        Ok(summary)
    }

    pub(crate) fn variable(&self, name: &[u16; 24], vendor: &Guid, value: &mut [u8]) -> Result<usize, Status> {
        let mut size = value.len();
        // SAFETY: the name ends in NUL; firmware writes at most `size` bytes.
        unsafe {
            (self.runtime().get_variable)(
                name.as_ptr(),
                vendor,
                core::ptr::null_mut(),
                &mut size,
                value.as_mut_ptr(),
            )
        }
        .result()?;
        Ok(size)
    }

    pub(crate) fn set_variable(&self, name: &[u16; 24], vendor: &Guid, value: &[u8]) -> Status {
        // SAFETY: the name ends in NUL; firmware reads `value.len()` bytes.
        unsafe {
            (self.runtime().set_variable)(
                name.as_ptr(),
                vendor,
                NON_VOLATILE_BOOT_RUNTIME,
                value.len(),
                value.as_ptr(),
            )
        }
    }

    pub(crate) fn time(&self) -> Result<Time, Status> {
        let mut time = Time::default();
        // SAFETY: `time` has the layout of EFI_TIME; capabilities are not asked for.
        unsafe { (self.runtime().get_time)(&mut time, core::ptr::null_mut()) }.result()?;
        Ok(time)
    }

    fn shut_down(&self) -> ! {
        // SAFETY: EfiResetShutdown (2), success, no data.
        unsafe { (self.runtime().reset_system)(2, Status(0), 0, core::ptr::null()) }
    }
}

/// The console of the firmware.
pub(crate) struct Console(*mut TextOutput);

impl fmt::Write for Console {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        for unit in text.encode_utf16() {
            let piece = [unit, 0];
            let line_end = [13_u16, 10, 0];
            let units: &[u16] = if unit == 10 { &line_end } else { &piece };
            // SAFETY: the console lives as long as boot services; the text ends in NUL.
            unsafe { ((*self.0).output_string)(self.0, units.as_ptr()) };
        }
        Ok(())
    }
}

/// Where firmware starts the application.
#[unsafe(no_mangle)]
pub extern "efiapi" fn efi_main(_image: *mut c_void, system: *mut c_void) -> usize {
    let firmware = Firmware { system: system.cast() };
    crate::run(&firmware);
    firmware.shut_down()
}

#[panic_handler]
fn panic(info: &core::panic::PanicInfo<'_>) -> ! {
    let _ = info;
    // Nothing can be printed without the tables; the host sees that the machine hangs.
    loop {
        core::hint::spin_loop();
    }
}
