//! The system calls that std does not offer; the only file of the project that may contain unsafe code.
#![expect(
    unsafe_code,
    reason = "std has no call for mount, module loading, reboot, waitpid(-1), kill, CLOCK_BOOTTIME and vsock"
)]

use std::ffi::{CStr, c_char, c_int, c_long, c_ulong, c_void};
use std::io;
use std::os::fd::{AsRawFd, BorrowedFd, FromRawFd, OwnedFd};

use crate::message::ProgramEnd;

#[repr(C)]
struct Timespec {
    seconds: i64,
    nanoseconds: c_long,
}

unsafe extern "C" {
    fn mount(
        source: *const c_char,
        target: *const c_char,
        kind: *const c_char,
        flags: c_ulong,
        data: *const c_void,
    ) -> c_int;
    fn syscall(number: c_long, ...) -> c_long;
    fn reboot(how: c_int) -> c_int;
    fn sync();
    fn waitpid(pid: c_int, status: *mut c_int, options: c_int) -> c_int;
    fn kill(pid: c_int, signal: c_int) -> c_int;
    fn clock_gettime(clock: c_int, time: *mut Timespec) -> c_int;
    fn socket(domain: c_int, kind: c_int, protocol: c_int) -> c_int;
    fn connect(socket: c_int, address: *const SockaddrVm, length: u32) -> c_int;
}

/// The kernel's address of a vsock socket.
#[repr(C)]
struct SockaddrVm {
    family: u16,
    reserved: u16,
    port: u32,
    cid: u32,
    zero: [u8; 4],
}

const AF_VSOCK: u16 = 40;
const SOCK_STREAM_CLOEXEC: c_int = 0o2_000_001;
/// The host, seen from a guest.
const CID_HOST: u32 = 2;

const CLOCK_BOOTTIME: c_int = 7;
const RB_AUTOBOOT: c_int = 0x0123_4567;
const RB_POWER_OFF: c_int = 0x4321_fedc;
#[cfg(target_arch = "x86_64")]
const SYS_FINIT_MODULE: c_long = 313;
#[cfg(target_arch = "aarch64")]
const SYS_FINIT_MODULE: c_long = 273;

/// `O_NONBLOCK`, the same number on both architectures.
pub(crate) const O_NONBLOCK: c_int = 0o4000;

/// Nanoseconds since the kernel started.
pub(crate) fn boot_clock() -> u64 {
    let mut time = Timespec { seconds: 0, nanoseconds: 0 };
    // SAFETY: `time` is a valid timespec of the kernel's 64-bit layout that outlives the call.
    if unsafe { clock_gettime(CLOCK_BOOTTIME, &raw mut time) } != 0 {
        return 0;
    }
    let seconds = u64::try_from(time.seconds).unwrap_or(0);
    seconds * 1_000_000_000 + u64::try_from(time.nanoseconds).unwrap_or(0)
}

/// Mounts a file system that needs no device.
pub(crate) fn mount_virtual(kind: &CStr, target: &CStr) -> io::Result<()> {
    // SAFETY: all pointers are NUL-terminated strings that outlive the call; no data is passed.
    let result = unsafe { mount(kind.as_ptr(), target.as_ptr(), kind.as_ptr(), 0, std::ptr::null()) };
    checked(result.into()).map(|_| ())
}

/// Loads a kernel module from an open file.
pub(crate) fn load_module(file: BorrowedFd<'_>) -> io::Result<()> {
    // SAFETY: the descriptor is open for the call, the parameters are an empty string, the flags are zero.
    let result = unsafe { syscall(SYS_FINIT_MODULE, file.as_raw_fd(), c"".as_ptr(), 0) };
    checked(result).map(|_| ())
}

/// Connects to a port of the host by vsock; fails at once where there is no such device.
pub(crate) fn connect_vsock(port: u32) -> io::Result<OwnedFd> {
    // SAFETY: takes numbers; the answer is checked before it is used.
    let fd = unsafe { socket(c_int::from(AF_VSOCK), SOCK_STREAM_CLOEXEC, 0) };
    checked(fd.into())?;
    // SAFETY: the descriptor was just created, and nobody else has it.
    let socket = unsafe { OwnedFd::from_raw_fd(fd) };
    let address = SockaddrVm { family: AF_VSOCK, reserved: 0, port, cid: CID_HOST, zero: [0; 4] };
    let length = u32::try_from(size_of::<SockaddrVm>()).unwrap_or(0);
    // SAFETY: `address` is of the kernel's layout, of the given length, and outlives the call.
    let result = unsafe { connect(socket.as_raw_fd(), &raw const address, length) };
    checked(result.into())?;
    Ok(socket)
}

/// Writes dirty pages to disk.
pub(crate) fn sync_disks() {
    // SAFETY: takes nothing and cannot fail.
    unsafe { sync() }
}

/// Turns the machine off; returns only on failure.
pub(crate) fn power_off() -> io::Error {
    // SAFETY: takes a number.
    unsafe { reboot(RB_POWER_OFF) };
    io::Error::last_os_error()
}

/// Starts the machine again; returns only on failure.
pub(crate) fn restart() -> io::Error {
    // SAFETY: takes a number.
    unsafe { reboot(RB_AUTOBOOT) };
    io::Error::last_os_error()
}

/// Waits for any child and takes its status; `None` when there is no child.
pub(crate) fn wait_any() -> Option<(u32, ProgramEnd)> {
    loop {
        let mut status: c_int = 0;
        // SAFETY: `status` is a valid integer that outlives the call.
        let pid = unsafe { waitpid(-1, &raw mut status, 0) };
        match u32::try_from(pid) {
            Ok(pid) => return Some((pid, ended(status))),
            Err(_) if io::Error::last_os_error().kind() == io::ErrorKind::Interrupted => {}
            Err(_) => return None,
        }
    }
}

/// Sends a signal to a process group.
pub(crate) fn signal_group(group: u32, signal: u8) -> io::Result<()> {
    let group = c_int::try_from(group).ok().filter(|group| *group > 1).ok_or(io::ErrorKind::InvalidInput)?;
    // SAFETY: takes two numbers.
    let result = unsafe { kill(-group, c_int::from(signal)) };
    checked(result.into()).map(|_| ())
}

fn ended(status: c_int) -> ProgramEnd {
    match status & 0x7f {
        0 => ProgramEnd::Exited((status >> 8) & 0xff),
        signal => ProgramEnd::Signalled(signal),
    }
}

fn checked(result: c_long) -> io::Result<c_long> {
    if result < 0 { Err(io::Error::last_os_error()) } else { Ok(result) }
}
