//! Programs and paths of a command line, also within `sh -c '..'` and `powershell -Command ..`.

/// A program, and the line that runs it.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Run {
    pub(super) program: String,
    /// The program as it is written.
    pub(super) path: String,
    pub(super) line: String,
}

/// The programs of a line as `cmd!` takes it: one program with its arguments.
pub(super) fn programs(line: &str) -> Vec<Run> {
    let words = words(line);
    let mut runs = Vec::new();
    command(&words, line, 0, &mut runs);
    runs
}

/// Words that stand before another program.
const PREFIXES: [&str; 9] = ["sudo", "nohup", "timeout", "taskset", "env", "exec", "time", "nice", "setsid"];

fn command(words: &[String], line: &str, depth: usize, runs: &mut Vec<Run>) {
    let Some(first) = words.first() else { return };
    let name = first.rsplit(['/', '\\']).next().unwrap_or(first).to_owned();
    runs.push(Run {
        program: if first.contains('{') || is_elsewhere(first) { first.clone() } else { name.clone() },
        path: first.clone(),
        line: line.to_owned(),
    });
    if depth > 4 {
        return;
    }
    if matches!(name.as_str(), "chroot" | "nsenter" | "unshare" | "ssh") {
        // What is run there is none of this system's.
        return;
    }
    if matches!(name.as_str(), "sh" | "bash" | "ash") {
        let script = words.iter().position(|word| word.starts_with('-') && word.ends_with('c'));
        if let Some(script) = script.and_then(|at| words.get(at + 1)) {
            self::script(script, depth + 1, runs);
        }
    } else if PREFIXES.contains(&name.as_str()) {
        // The prefix's own arguments: options, numbers, lists of processors, assignments.
        let own = |word: &String| {
            word.starts_with('-')
                || word.contains(['=', '<', '>'])
                || word.chars().all(|c| c.is_ascii_digit() || matches!(c, ',' | '-' | '.' | 's'))
                || (name == "taskset" && word.contains('{'))
        };
        let rest = words[1..].iter().position(|word| !own(word)).map_or(&[][..], |at| &words[1 + at..]);
        command(rest, line, depth + 1, runs);
    }
}

/// Whether a program stands where no system keeps its own, such as one that the test brought along.
fn is_elsewhere(path: &str) -> bool {
    const PLACES: [&str; 11] = [
        "/bin/",
        "/sbin/",
        "/usr/bin/",
        "/usr/sbin/",
        "/usr/local/bin/",
        "/usr/local/sbin/",
        "/lib/",
        "/usr/lib/",
        "/usr/libexec/",
        "/snap/bin/",
        "/opt/",
    ];
    path.starts_with('/') && !PLACES.iter().any(|place| path.starts_with(place))
}

/// The programs of a shell script, roughly: what stands first between separators.
fn script(script: &str, depth: usize, runs: &mut Vec<Run>) {
    let spread = script.replace("$(", "\n").replace(['`', '(', ')'], "\n");
    for part in spread.split([';', '|', '&', '\n']) {
        let mut words = words(part);
        while words.first().is_some_and(|word| {
            matches!(
                word.as_str(),
                "if" | "then"
                    | "else"
                    | "elif"
                    | "while"
                    | "until"
                    | "do"
                    | "!"
                    | "{"
                    | "}"
                    | "fi"
                    | "done"
                    | "esac"
            ) || is_assignment(word)
                || word.starts_with(['>', '<'])
                || word.starts_with("2>")
        }) {
            words.remove(0);
        }
        match words.first().map(String::as_str) {
            Some("for" | "case" | "in" | "#") | None => {}
            // A redirection that was cut at its `&`.
            Some(word) if word.chars().all(|c| c.is_ascii_digit() || matches!(c, '>' | '<' | '-')) => {}
            // What a string within `$( )` leaves behind.
            Some(word) if word.starts_with(['"', '\'', '#', '$', '+', '*']) || word.ends_with(')') => {}
            Some(_) => command(&words, part.trim(), depth, runs),
        }
    }
}

fn is_assignment(word: &str) -> bool {
    word.split_once('=').is_some_and(|(name, _)| {
        !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
    })
}

/// Room for most words, in bytes.
const MANY: usize = 24;

/// Splits at white space outside quotes, and takes the quotes off.
pub(super) fn words(line: &str) -> Vec<String> {
    let (mut words, mut word, mut quote, mut any) = (Vec::new(), String::new(), None, false);
    for c in line.chars() {
        if word.capacity() == 0 {
            word.reserve(MANY);
        }
        match quote {
            Some(open) if c == open => quote = None,
            None if c == '\'' || c == '"' => {
                quote = Some(c);
                any = true;
            }
            None if c.is_whitespace() => {
                if any || !word.is_empty() {
                    words.push(std::mem::take(&mut word));
                }
                any = false;
            }
            _ => word.push(c),
        }
    }
    if any || !word.is_empty() {
        words.push(word);
    }
    words
}

/// The absolute paths in a text, as a shell of that role has them.
pub(super) fn paths(shell: &str, text: &str) -> Vec<String> {
    if shell == "windows-shell" {
        // A slash begins an option there.
        let drive = |word: &str| {
            word.as_bytes().get(1) == Some(&b':') && word.starts_with(|c: char| c.is_ascii_uppercase())
        };
        let words = text.split(|c: char| c.is_whitespace() || matches!(c, '\'' | '"'));
        return words.filter(|word| drive(word) || word.starts_with("HKLM")).map(str::to_owned).collect();
    }
    let ends = |c: char| {
        c.is_whitespace() || matches!(c, '\'' | '"' | ';' | '|' | ')' | '(' | ',' | '>' | '<' | '=')
    };
    let mut found = Vec::new();
    for word in text.split(ends) {
        if word.len() > 1
            && word.starts_with('/')
            && !word.starts_with("//")
            && word[1..].starts_with(char::is_alphabetic)
        {
            found.push(word.to_owned());
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::{paths, programs};

    fn names(line: &str) -> Vec<String> {
        programs(line).into_iter().map(|run| run.program).collect()
    }

    #[test]
    fn programs_are_found_within_scripts_and_behind_prefixes() {
        assert_eq!(names("cat /proc/cpuinfo"), ["cat"]);
        assert_eq!(names("sudo dd if=/dev/zero"), ["sudo", "dd"]);
        assert_eq!(
            names("/usr/lib/systemd/systemd-networkd-wait-online --any"),
            ["systemd-networkd-wait-online"]
        );
        assert_eq!(names("sh -c 'ls /dev | wc -l'"), ["sh", "ls", "wc"]);
        assert_eq!(names("sh -c 'A=1 foo && if test -e /x; then bar; fi'"), ["sh", "foo", "test", "bar"]);
        assert_eq!(names("sh -c 'echo $(uname -r)'"), ["sh", "echo", "uname"]);
        assert_eq!(names("taskset -c 3 dd of=x"), ["taskset", "dd"]);
        assert_eq!(names("{tool} --flag"), ["{tool}"]);
        assert_eq!(names(""), Vec::<String>::new());
    }

    #[test]
    fn absolute_paths_are_found_in_arguments() {
        assert_eq!(paths("unix-shell", "dd if=/dev/vda of=/tmp/x bs=1"), ["/dev/vda", "/tmp/x"]);
        assert_eq!(paths("windows-shell", r"cmd.exe /c mkdir C:\drivers"), [r"C:\drivers"]);
        assert_eq!(paths("unix-shell", "no path"), Vec::<String>::new());
    }
}
