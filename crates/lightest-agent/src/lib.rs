//! The guest agent: wire format, messages and service, one static binary without dependencies.
//!
//! [`wire`] and [`message`] are shared with the host side in `lightest-lab`. Everything else runs only inside a guest.
//! Neither side trusts a length, a count or an order that comes from the other.

pub mod message;
pub mod wire;

#[cfg(target_os = "linux")]
mod files;
#[cfg(target_os = "linux")]
mod init;
#[cfg(target_os = "linux")]
mod jobs;
#[cfg(target_os = "linux")]
mod port;
#[cfg(target_os = "linux")]
mod serve;
#[cfg(target_os = "linux")]
mod sys;

/// The name of the virtio-serial port that the two sides meet on.
pub const PORT_NAME: &str = "lightest.agent";

/// The host's vsock port that they meet on where the VMM has no virtio-serial.
pub const VSOCK_PORT: u32 = 7450;

/// The entry point of the guest binary.
#[cfg(target_os = "linux")]
pub fn main() {
    serve::main();
}
