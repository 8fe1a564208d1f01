//! How a boot is shown to people: events as they come, and what to look at when it failed.

use std::fmt::Write as _;

use lightest_lab::outcome::Report;
use lightest_lab::timeline::{Event, EventKind, Initiator, Source};

use crate::output::shell_word;
use crate::style::{aside, heading, refused};

/// One line of the timeline.
pub(crate) fn event(event: &Event) -> String {
    let what = match &event.kind {
        EventKind::Spawned => "VMM started".to_owned(),
        EventKind::VmmReady { version } => format!("VMM answers ({version})"),
        EventKind::Firmware => "firmware".to_owned(),
        EventKind::NothingToBoot => "firmware finds nothing to boot".to_owned(),
        EventKind::Kernel => "kernel".to_owned(),
        EventKind::Init => "init".to_owned(),
        EventKind::Marker { line } => format!("console: {line}"),
        EventKind::AgentReady { kernel, pid1, start } => {
            let role = if *pid1 { "PID 1" } else { "a service" };
            let again = if *start > 1 { format!(", start {start}") } else { String::new() };
            format!("agent ready (Linux {kernel}, {role}{again})")
        }
        EventKind::Reset { by } => format!("reset by {}", initiator(*by)),
        EventKind::ShutdownAsked { how } => format!("shutdown requested ({how})"),
        EventKind::Shutdown { by } => format!("turned off by {}", initiator(*by)),
        EventKind::Panicked { what } => format!("panic: {what}"),
        EventKind::Restored => "restored".to_owned(),
        EventKind::Exited { status } => format!("VMM exited ({status})"),
    };
    let from = match event.source {
        Source::GuestClock => aside("  by the guest's clock").to_string(),
        _ => String::new(),
    };
    format!("{:>8.3} s  {what}{from}", event.at.as_secs_f64())
}

fn initiator(by: Initiator) -> &'static str {
    match by {
        Initiator::Guest => "the guest",
        Initiator::Host => "the host",
        Initiator::Unknown => "somebody",
    }
}

/// Why it failed, and what there is to look at.
pub(crate) fn failure(report: &Report) -> String {
    let mut text = String::new();
    let Some(failure) = &report.failure else { return text };
    let _ = writeln!(text, "{} {}: {failure}", refused("failed:"), report.config);
    let Some(diagnosis) = &report.diagnosis else { return text };
    if let Some(state) = &diagnosis.vmm_state {
        let _ = writeln!(text, "{} {state}", heading("state of the machine:"));
    }
    if !diagnosis.vmm_stderr.is_empty() {
        let _ = writeln!(text, "{}", heading("the VMM's last messages:"));
        for line in &diagnosis.vmm_stderr {
            let _ = writeln!(text, "  {line}");
        }
    }
    if diagnosis.console_tail.is_empty() {
        let _ = writeln!(text, "{}", heading("the console is empty"));
    } else {
        let _ = writeln!(text, "{}", heading("the console's last lines:"));
        for line in &diagnosis.console_tail {
            let _ = writeln!(text, "  {line}");
        }
    }
    let _ = writeln!(text, "{} {}", heading("started with:"), words(&diagnosis.command));
    text
}

/// As one could paste it.
fn words(words: &[String]) -> String {
    words.iter().map(|word| shell_word(word)).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::words;

    #[test]
    fn a_command_line_can_be_pasted_into_a_shell() {
        let command = ["qemu", "-append", "console=ttyS0 quiet", "it's"].map(str::to_owned);
        assert_eq!(words(&command), r#"qemu -append 'console=ttyS0 quiet' "it's""#);
    }
}
