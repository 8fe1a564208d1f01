//! The guest agent's binary: everything is in the library.
fn main() {
    #[cfg(target_os = "linux")]
    lightest_agent::main();
}
