//! Text that comes from outside (file names, source, images, guests), escaped once for each place where it is shown.

use std::borrow::Cow;
use std::fmt::{self, Display, Write as _};
use std::path::Path;

use super::named::{named, named_for_github};

/// No more of one text is shown, in characters.
const MOST: usize = 2_000;

/// A text on one line of a terminal: control characters, line breaks and what changes the order of letters are spelled out,
/// what is too long is cut, and nothing in it is a command to a GitHub workflow.
pub(crate) fn line(text: &str) -> impl Display + '_ {
    Line(text)
}

/// A path as programs are given it in text; what is not Unicode is replaced.
pub(crate) fn path_text(path: &Path) -> String {
    String::from_utf8_lossy(&named(path)).into_owned()
}

/// A path as people read it: on one line, as seen from the current folder.
pub(crate) fn shown(path: &Path) -> impl Display + use<> {
    let text = path_text(path);
    // At the start of a line, this would be a command to a GitHub workflow.
    let text = if text.trim_start().starts_with("::") { format!("./{text}") } else { text };
    Line(text)
}

struct Line<T>(T);

impl<T: AsRef<str>> Display for Line<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = self.0.as_ref();
        for (at, letter) in text.chars().enumerate() {
            if at == MOST {
                return write!(f, " [{} characters more]", text.chars().count() - MOST);
            }
            match letter {
                '\t' => f.write_char(' ')?,
                letter if is_unsafe(letter) => write!(f, "{}", spelled(letter))?,
                letter => f.write_char(letter)?,
            }
        }
        Ok(())
    }
}

/// Whether a character does more on a terminal than take a place: C0, C1, and what changes the direction of text.
pub(crate) fn is_unsafe(letter: char) -> bool {
    letter.is_control()
        || matches!(letter, '\u{2028}' | '\u{2029}')
        || matches!(letter, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// A character by its number, as Rust writes it.
fn spelled(letter: char) -> impl Display {
    letter.escape_default()
}

/// A text of several lines for a terminal: lines stay lines, and nothing else in it is more than text.
pub(crate) fn block(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for (at, one) in text.split('\n').enumerate() {
        if at > 0 {
            safe.push('\n');
        }
        let _ = write!(safe, "{}", line(one));
    }
    safe
}

/// Everything that goes to a terminal passes here last, whatever it was made of: lines stay lines, of control characters only
/// our own colours and links stay, and no line is a command to a GitHub workflow.
pub(crate) fn terminal(text: &str) -> String {
    safe(text, true)
}

/// The same for what shows no colours: without them, a line may begin with what stood behind one.
pub(crate) fn plain(text: &str) -> String {
    safe(text, false)
}

fn safe(text: &str, colours: bool) -> String {
    let mut safe = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(|letter| is_unsafe(letter) && letter != '\n' && letter != '\t') {
        safe.push_str(&rest[..at]);
        rest = &rest[at..];
        let length = own_sequence(rest);
        safe.push_str(if colours { &rest[..length] } else { "" });
        rest = &rest[length..];
        if let (0, Some(letter)) = (length, rest.chars().next()) {
            let _ = write!(safe, "{}", spelled(letter));
            rest = &rest[letter.len_utf8()..];
        }
    }
    safe.push_str(rest);
    if safe.contains("::") || safe.contains(COMMAND) { without_commands(&safe) } else { safe }
}

/// Begins an older command to a GitHub workflow, which may stand anywhere in a line.
pub(super) const COMMAND: &str = "##[";
/// The commands that a GitHub workflow takes from what a step prints.
const COMMANDS: [&str; 15] = [
    "add-mask",
    "add-matcher",
    "add-path",
    "debug",
    "echo",
    "endgroup",
    "error",
    "group",
    "notice",
    "remove-matcher",
    "save-state",
    "set-env",
    "set-output",
    "stop-commands",
    "warning",
];

/// The same text, in which no command stands at the start of a line (`::error ..`), nor an older one anywhere (`##[error]..`).
fn without_commands(text: &str) -> String {
    let named = |rest: &str, ends: &[char]| {
        COMMANDS.iter().any(|name| {
            rest.get(..name.len()).is_some_and(|word| word.eq_ignore_ascii_case(name))
                && rest[name.len()..].starts_with(ends)
        })
    };
    let mut safe = String::with_capacity(text.len());
    for line in text.split_inclusive('\n') {
        let body = line.trim_start();
        let mut rest = line;
        if let Some(command) = body.strip_prefix("::")
            && named(command, &[' ', ':'])
        {
            safe.push_str(&line[..line.len() - body.len()]);
            safe.push_str("\\u{3a}:");
            rest = command;
        }
        while let Some(at) = rest.find(COMMAND) {
            let (before, command) = rest.split_at(at);
            safe.push_str(before);
            safe.push_str(if named(&command[3..], &[' ', ']']) { "#\\u{23}[" } else { "##[" });
            rest = &command[3..];
        }
        safe.push_str(rest);
    }
    safe
}

/// The length of a colour (`ESC [ .. m`) or a link (`ESC ] 8 ; ; .. ESC \`) at the start of a text; 0 where there is none.
fn own_sequence(text: &str) -> usize {
    if let Some(rest) = text.strip_prefix("\u{1b}[") {
        let digits = rest.bytes().take_while(|byte| byte.is_ascii_digit() || *byte == b';').count();
        return if rest[digits..].starts_with('m') { 2 + digits + 1 } else { 0 };
    }
    if let Some(rest) = text.strip_prefix("\u{1b}]8;;") {
        let end = rest.find(is_unsafe).unwrap_or(rest.len());
        return if rest[end..].starts_with("\u{1b}\\") { 5 + end + 2 } else { 0 };
    }
    0
}

/// A word as a shell takes it for one. What contains a NUL byte is a word of none, and stays as it is.
pub(crate) fn shell_word(word: &str) -> String {
    shlex::try_quote(word).map_or_else(|_| word.to_owned(), Cow::into_owned)
}

/// A path as a URI reference: what is not a letter, a digit or one of `-._~/` is escaped, byte by byte.
pub(crate) fn uri(path: &Path) -> String {
    let name = named_for_github(path);
    // `/a`, `//server/share/a` and `C:/a` are the paths of whole URIs.
    let (mut escaped, rest) = match name.as_slice() {
        [b'/', b'/', ..] => ("file:".to_owned(), name.as_slice()),
        [b'/', ..] => ("file://".to_owned(), name.as_slice()),
        [letter, b':', b'/', ..] if cfg!(windows) => {
            (format!("file:///{}:", char::from(*letter)), &name[2..])
        }
        _ => (String::new(), name.as_slice()),
    };
    for byte in rest {
        match byte {
            byte if byte.is_ascii_alphanumeric() || b"-._~/".contains(byte) => {
                escaped.push(char::from(*byte))
            }
            byte => {
                let _ = write!(escaped, "%{byte:02X}");
            }
        }
    }
    escaped
}

/// JSON in which what a terminal or a GitHub workflow might act on is spelled out; it stands in strings only, where JSON may
/// write it so.
pub(crate) fn json(text: &str) -> String {
    let text = if text.contains(COMMAND) { text.replace(COMMAND, "#\\u0023[") } else { text.to_owned() };
    if !text.chars().any(|letter| is_unsafe(letter) && letter != '\n') {
        return text;
    }
    let mut safe = String::with_capacity(text.len());
    for letter in text.chars() {
        if is_unsafe(letter) && letter != '\n' {
            let _ = write!(safe, "\\u{:04x}", u32::from(letter));
        } else {
            safe.push(letter);
        }
    }
    safe
}

/// The text of a command to a GitHub workflow.
pub(crate) fn github_data(text: &str) -> String {
    block(text).replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// The property of a command to a GitHub workflow that names a file.
pub(crate) fn github_path(path: &Path) -> String {
    github_property(&String::from_utf8_lossy(&named_for_github(path)))
}

/// A property of a command to a GitHub workflow.
pub(crate) fn github_property(text: &str) -> String {
    github_data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn control_characters_are_spelled_out() {
        let hostile = "a\u{1b}]0;title\u{7}b\u{1b}[2Jc\u{9b}d\u{202e}e\nf\rg\th";
        let expected = "a\\u{1b}]0;title\\u{7}b\\u{1b}[2Jc\\u{9b}d\\u{202e}e\\nf\\rg h";
        assert_eq!(line(hostile).to_string(), expected);
        assert_eq!(shown(Path::new("./a\n::error::b.rs")).to_string(), "a\\n::error::b.rs");
        assert_eq!(shown(Path::new("::error::b.rs")).to_string(), "./::error::b.rs");
    }

    #[test]
    fn no_text_is_longer_than_anybody_reads() {
        let long = line(&"é".repeat(65_000)).to_string();
        assert!(long.ends_with("é [63000 characters more]"), "{}", &long[long.len() - 40..]);
        assert_eq!(long.matches('é').count(), MOST);
    }

    #[test]
    fn our_own_colours_and_links_stay_and_nothing_else_does() {
        let ours = "\u{1b}[1m\u{1b}[38;5;9mred\u{1b}[0m \u{1b}]8;;https://example.org/\u{1b}\\link\u{1b}]8;;\u{1b}\\\n\tx";
        assert_eq!(terminal(ours), ours);
        assert_eq!(
            terminal("\u{1b}[2J\u{1b}[1A\u{1b}]0;t\u{7}\u{1b}]8;;a\u{7}\u{202e}"),
            "\\u{1b}[2J\\u{1b}[1A\\u{1b}]0;t\\u{7}\\u{1b}]8;;a\\u{7}\\u{202e}"
        );
        assert_eq!(terminal("\u{1b}"), "\\u{1b}");
    }

    #[test]
    fn no_line_is_a_command_to_a_workflow() {
        assert_eq!(terminal("a\n ::error file=x::y\n"), "a\n \\u{3a}:error file=x::y\n");
        assert_eq!(terminal("::endgroup::"), "\\u{3a}:endgroup::");
        assert_eq!(
            terminal("x ##[Error]y ##[errors] ###[group]"),
            "x #\\u{23}[Error]y ##[errors] ##\\u{23}[group]"
        );
        assert_eq!(
            plain("\u{1b}[1m::error::x\u{1b}[0m #\u{1b}[0m#[group]"),
            "\\u{3a}:error::x #\\u{23}[group]"
        );
        let harmless = "x ::error::\n::std::fmt::Error\n::errors::";
        assert_eq!(terminal(harmless), harmless);
    }

    #[test]
    fn a_uri_names_the_same_file() {
        assert_eq!(uri(Path::new("./a b/ü%.rs")), "a%20b/%C3%BC%25.rs");
        assert_eq!(uri(Path::new("/else where/a.rs")), "file:///else%20where/a.rs");
        #[cfg(unix)]
        {
            use std::os::unix::ffi::OsStrExt as _;
            assert_eq!(uri(Path::new("back\\slash.rs")), "back%5Cslash.rs");
            assert_eq!(uri(Path::new(std::ffi::OsStr::from_bytes(b"bad\xff.rs"))), "bad%FF.rs");
        }
    }
}
