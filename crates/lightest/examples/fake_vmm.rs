//! Plays a VMM for tests: takes the command line of OpenVMM or PowerShell, opens the same sockets, and plays the scene
//! that its guest's command line (`scene=NAME`) or its memory names. Nothing here is virtual: no guest runs.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a VMM says things on its own streams")]

use std::io::{self, BufRead as _, Read as _, Write as _};
use std::os::unix::net::{UnixListener, UnixStream};
use std::process::exit;
use std::sync::mpsc::{Sender, channel};
use std::thread;
use std::time::Duration;

use lightest_agent::VSOCK_PORT;
use lightest_agent::message::{Hello, ProgramEnd, Reply, Request, VERSION};
use lightest_agent::wire::Decoder;

/// Events of the machine; each VMM reports them in its own form.
#[derive(Clone, Copy)]
enum GuestEvent {
    Reset,
    PowerOff,
    Crash,
    Quit,
}

fn main() {
    let args: Vec<String> = std::env::args().skip(1).collect();
    if args.iter().any(|arg| arg == "--version") {
        println!("fake vmm 1.0");
        return;
    }
    if args.iter().any(|arg| arg == "--refuse") {
        eprintln!("error: unexpected argument '--refuse' found");
        exit(2);
    }
    if args.iter().any(|arg| arg == "-EncodedCommand") {
        hyperv();
    } else {
        openvmm(&args);
    }
}

/// The argument of an option.
fn after<'a>(args: &'a [String], option: &str) -> Option<&'a str> {
    let at = args.iter().position(|arg| arg == option)?;
    args.get(at + 1).map(String::as_str)
}

fn scene(args: &[String]) -> String {
    let cmdline = after(args, "--cmdline").unwrap_or_default();
    cmdline.split(' ').find_map(|word| word.strip_prefix("scene=")).unwrap_or("boots").to_owned()
}

fn openvmm(args: &[String]) {
    assert!(args.iter().any(|arg| arg == "--paused"));
    let serial = after(args, "--com1").and_then(|com1| com1.strip_prefix("listen=")).expect("a console");
    let serial = UnixListener::bind(serial).expect("a socket");
    let vsock = after(args, "--virtio-vsock-path").or(after(args, "--vmbus-vsock-path")).map(str::to_owned);
    let code = |option: &str| -> i32 {
        let action = after(args, option).and_then(|action| action.strip_prefix("exit:"));
        action.and_then(|code| code.parse().ok()).expect("a status")
    };
    let (off, crash) = (code("--guest-shutdown-action"), code("--guest-crash-action"));
    let (send, news) = channel();
    let story = scene(args);
    let sender = send.clone();
    thread::spawn(move || {
        let mut parts = Some((story, serial, vsock));
        // As on a terminal: the prompt comes after whatever was printed.
        print!("openvmm> ");
        let _ = io::stdout().flush();
        for line in io::stdin().lock().lines().map_while(Result::ok) {
            match line.trim() {
                "resume" => {
                    if let Some((story, serial, vsock)) = parts.take() {
                        guest(story, serial, vsock, sender.clone());
                    }
                }
                "inspect vm" => println!("{{\n    partition: _,\n}}"),
                "shutdown" => println!("no shutdown ic configured"),
                "quit" => drop(sender.send(GuestEvent::Quit)),
                _ => {}
            }
            print!("openvmm> ");
            let _ = io::stdout().flush();
        }
        let _ = sender.send(GuestEvent::Quit);
    });
    for one in news {
        match one {
            GuestEvent::Reset => eprintln!("  0.5s  INFO openvmm: resetting VM on guest power event"),
            GuestEvent::PowerOff => exit(off),
            GuestEvent::Crash => exit(crash),
            GuestEvent::Quit => exit(0),
        }
    }
}

/// One story: the console comes over the same stream.
fn hyperv() {
    println!("{{\"ready\":\"fake 1.0\"}}");
    println!("{{\"event\":18601}}");
    // `guest: up\r\n`
    println!("{{\"console\":\"Z3Vlc3Q6IHVwDQo=\"}}");
    for line in io::stdin().lock().lines().map_while(Result::ok) {
        let id: String = line
            .split("\"id\":")
            .nth(1)
            .unwrap_or_default()
            .chars()
            .take_while(char::is_ascii_digit)
            .collect();
        if line.contains("power-button") {
            println!("{{\"id\":{id},\"answer\":\"done\"}}");
            println!("{{\"event\":18508}}");
            return;
        }
        println!("{{\"id\":{id},\"answer\":\"Running\"}}");
    }
}

/// The guest's part, on its console and, where it has one, with its agent.
fn guest(scene: String, serial: UnixListener, vsock: Option<String>, news: Sender<GuestEvent>) {
    thread::spawn(move || {
        let mut console = serial.accept().expect("a reader").0;
        let mut print = |text: &str| drop(console.write_all(text.as_bytes()));
        match scene.as_str() {
            "hangs" => {
                print("Linux version 0.0-fake\r\nwaiting for nothing\r\n");
                thread::sleep(Duration::from_secs(1000));
            }
            "panics" => print("Linux version 0.0-fake\r\nKernel panic - not syncing: the fake gives up\r\n"),
            "floods" => loop {
                if console.write_all(&[b'x'; 65536]).is_err() {
                    return;
                }
            },
            "crashes" => {
                print("Linux version 0.0-fake\r\n");
                let _ = news.send(GuestEvent::Crash);
            }
            _ => {
                print("Linux version 0.0-fake\r\nRun /init as init process\r\n");
                match vsock {
                    Some(base) => agent(&base, scene == "resets", &news),
                    // Nobody asks such a guest for anything.
                    None => drop(news.send(GuestEvent::PowerOff)),
                }
            }
        }
        // Its console stays open.
        thread::sleep(Duration::from_secs(1000));
    });
}

fn agent(base: &str, resets: bool, news: &Sender<GuestEvent>) {
    // No guest is up as soon as its kernel speaks.
    thread::sleep(Duration::from_millis(300));
    let mut host = UnixStream::connect(format!("{base}_{VSOCK_PORT}")).expect("the host listens");
    let mut start = 1;
    send_hello(&mut host, start);
    if resets {
        // A guest takes a while from its first program to its reset.
        thread::sleep(Duration::from_millis(300));
        let _ = news.send(GuestEvent::Reset);
        thread::sleep(Duration::from_millis(300));
        start += 1;
        send_hello(&mut host, start);
    }
    let mut decoder = Decoder::default();
    let mut piece = [0; 4096];
    while let Ok(read @ 1..) = host.read(&mut piece) {
        decoder.push(&piece[..read]);
        while let Some(frame) = decoder.next() {
            let mut reply = |reply: Reply| drop(host.write_all(&reply.to_frame(frame.job).to_bytes()));
            match Request::from_frame(&frame) {
                Ok(Request::Run(run)) => {
                    reply(Reply::Stdout(run.argv.join(&b' ')));
                    reply(Reply::Ended(ProgramEnd::Exited(0)));
                }
                Ok(Request::PowerOff) => {
                    reply(Reply::Done);
                    let _ = news.send(GuestEvent::PowerOff);
                }
                Ok(_) => reply(Reply::Done),
                Err(_) => reply(Reply::Failed(b"malformed".to_vec())),
            }
        }
    }
}

fn send_hello(host: &mut UnixStream, start: u64) {
    let hello = Hello {
        version: VERSION,
        boot_id: [u8::try_from(start).unwrap_or(0); 16],
        uptime_ns: 0,
        started_ns: start,
        pid: 1,
        kernel: b"0.0-fake".to_vec(),
    };
    let _ = host.write_all(&Reply::Hello(hello).to_frame(0).to_bytes());
}
