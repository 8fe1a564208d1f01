//! Builds the Linux Direct pair and boots it once: `cargo run -p lightest-boot --example direct`.
#![expect(clippy::print_stdout, reason = "an example talks to its reader")]

use std::error::Error;
use std::time::Duration;

use lightest_boot::host::Host;
use lightest_boot::images::Store;
use lightest_boot::machine::Machine;
use lightest_boot::message::Run;
use lightest_boot::qemu::Qemu;
use lightest_boot::spec::{Accelerator, Arch, BootSpec, Goal, Payload};

fn main() -> Result<(), Box<dyn Error>> {
    let host = Host::discover();
    let store = Store::of_user()?;
    let built = store.build("linux_direct_x64", &host, &mut |what| println!("{what}"))?;
    let spec = BootSpec {
        config: "qemu_linux_direct_x64".to_owned(),
        arch: Arch::X64,
        accelerator: Accelerator::Tcg,
        payload: Payload::LinuxDirect {
            kernel: built.file("kernel"),
            initrd: built.file("initrd.cpio"),
            cmdline: built.cmdline.clone(),
        },
        disks: Vec::new(),
        memory_mib: 256,
        cpus: 1,
        network: false,
        tpm: false,
        agent: true,
        goal: Goal::AgentReady { resets: 0 },
        ends_itself: false,
        limit: Duration::from_secs(60),
        max_resets: 0,
        keep_writes: false,
        restore: None,
        extra_args: Vec::new(),
    };
    let mut watch = |event: &lightest_boot::timeline::Event| {
        println!("{:8.3} {:?}", event.at.as_secs_f64(), event.kind);
    };
    let mut machine = Machine::start(&Qemu, &spec, &host, &mut watch)?;
    let mut result = machine.boot(&mut watch);
    if result.is_ok()
        && let Some(agent) = machine.agent()
    {
        let limit = Duration::from_secs(10);
        let argv = ["sh", "-c", "uname -a; cat; ls /bin | wc -l; exit 3"].map(|arg| arg.as_bytes().to_vec());
        let run = Run { argv: argv.to_vec(), ..Run::default() };
        println!("{:?}", agent.run(&run, b"typed in\n", 1 << 20, limit));
        println!("{:?}", agent.ping(limit));
        println!(
            "{:?}",
            agent
                .read_file("/proc/modules", 1 << 20, limit)
                .map(|all| String::from_utf8_lossy(&all).into_owned())
        );
        println!("{:?}", agent.write_file("/tmp/x", 0o600, &[b'x'; 200_000], limit));
        println!("{:?}", agent.read_file("/tmp/x", 1 << 20, limit).map(|all| all.len()));
        result = machine.shut_down(limit, &mut watch);
    }
    let report = machine.finish(result);
    println!("{:?} {:?}", report.failure, report.diagnosis);
    Ok(())
}
