//! The table of contents of an mdBook: finds a page's neighbours, and adds its line, byte for byte.

use lightest_lint::guide::Neighbour;

/// One line of the table of contents that links to a page.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Line {
    /// Its place among all lines.
    at: usize,
    indent: Vec<u8>,
    bullet: u8,
    title: String,
    /// Whether its link starts with `./`.
    dotted: bool,
    /// The page, below `src`.
    path: String,
}

/// Splits into lines that keep their ends.
fn lines(text: &[u8]) -> Vec<&[u8]> {
    text.split_inclusive(|byte| *byte == b'\n').collect()
}

/// The lines that link to pages, outside comments.
fn links(text: &[u8]) -> Vec<Line> {
    let mut found = Vec::new();
    let mut comment = false;
    for (at, line) in lines(text).iter().enumerate() {
        let line = String::from_utf8_lossy(line);
        comment |= line.contains("<!--");
        if !comment {
            found.extend(link(at, &line));
        }
        comment &= !line.contains("-->");
    }
    found
}

fn link(at: usize, line: &str) -> Option<Line> {
    let text = line.trim_start_matches([' ', '\t']);
    let indent = &line[..line.len() - text.len()];
    let bullet = text.bytes().next().filter(|byte| b"-*+".contains(byte))?;
    let text = text[1..].trim();
    let (title, target) = text.strip_prefix('[')?.split_once("](")?;
    let target = target.strip_suffix(')')?;
    let path = target.strip_prefix("./");
    Some(Line {
        at,
        indent: indent.as_bytes().to_vec(),
        bullet,
        title: title.to_owned(),
        dotted: path.is_some(),
        path: path.unwrap_or(target).to_owned(),
    })
}

/// The folder of a page.
pub(super) fn folder(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}

/// The page that `page` stands under, and the others under it: what it should point to.
pub(super) fn neighbours(text: &[u8], page: &str) -> Vec<Neighbour> {
    let folder = folder(page);
    let parent = format!("{folder}.md");
    let mut found = Vec::new();
    for line in links(text) {
        let href = match line.path.strip_prefix(folder).and_then(|rest| rest.strip_prefix('/')) {
            Some(file) if line.path != page && !file.contains('/') => format!("./{file}"),
            _ if line.path == parent => format!("../{}", parent.rsplit('/').next().unwrap_or(&parent)),
            _ => continue,
        };
        found.push(Neighbour { title: line.title, href });
    }
    found
}

/// The table of contents with the page's line in it; `None` where nothing shows where it belongs.
pub(super) fn with_page(text: &[u8], page: &str, title: &str) -> Option<Vec<u8>> {
    let found = links(text);
    if found.iter().any(|line| line.path == page) {
        return Some(text.to_vec());
    }
    let folder = folder(page);
    let parent = format!("{folder}.md");
    let sibling = found.iter().rev().find(|line| {
        line.path
            .strip_prefix(folder)
            .is_some_and(|rest| rest.strip_prefix('/').is_some_and(|file| !file.contains('/')))
    });
    let (next_to, indent) = match sibling {
        Some(line) => (line, line.indent.clone()),
        None => {
            let line = found.iter().find(|line| line.path == parent)?;
            let mut indent = line.indent.clone();
            indent.extend(if indent.contains(&b'\t') { &b"\t"[..] } else { b"  " });
            (line, indent)
        }
    };
    let after = after(&found, next_to, sibling.is_some());
    let dot = if next_to.dotted { "./" } else { "" };
    let mut line = indent;
    line.push(next_to.bullet);
    line.extend_from_slice(format!(" [{title}]({dot}{page})").as_bytes());
    Some(insert(text, after, &line))
}

/// The last line below a line, or the line itself; a child comes right after its parent.
fn after(found: &[Line], line: &Line, sibling: bool) -> usize {
    if !sibling {
        return line.at;
    }
    let below = |other: &&Line| other.at > line.at;
    let deeper = |other: &&Line| other.indent.len() > line.indent.len();
    found.iter().filter(below).take_while(deeper).last().map_or(line.at, |last| last.at)
}

/// Inserts a line after that one, with the ending that lines there have.
fn insert(text: &[u8], after: usize, line: &[u8]) -> Vec<u8> {
    let lines = lines(text);
    let ending: &[u8] = if lines.iter().any(|line| line.ends_with(b"\r\n")) { b"\r\n" } else { b"\n" };
    let mut out = Vec::with_capacity(text.len() + line.len() + 2);
    for (at, known) in lines.iter().enumerate() {
        out.extend_from_slice(known);
        if at == after {
            if known.ends_with(b"\n") {
                out.extend_from_slice(line);
                out.extend_from_slice(ending);
            } else {
                // The last line had no end, and the new last line has none either.
                out.extend_from_slice(ending);
                out.extend_from_slice(line);
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &str = "dev_guide/tests/vmm/guest_selection.md";
    const BOOK: &str = "# Summary\n\n- [Testing](./dev_guide/tests.md)\n  - [VMM Tests](./dev_guide/tests/vmm.md)\n    \
        - [Images](./dev_guide/tests/vmm/images.md)\n      - [Deep](./dev_guide/tests/vmm/images/deep.md)\n  \
        - [Fuzzing](./dev_guide/tests/fuzzing.md)\n";

    fn with(text: &str) -> Option<String> {
        with_page(text.as_bytes(), PAGE, "Page").map(|bytes| String::from_utf8(bytes).expect("it was text"))
    }

    #[test]
    fn the_line_stands_behind_its_last_sibling_and_its_children() {
        let line = "    - [Page](./dev_guide/tests/vmm/guest_selection.md)\n";
        assert_eq!(with(BOOK), Some(BOOK.replace("  - [Fuzz", &format!("{line}  - [Fuzz"))));
    }

    #[test]
    fn adding_it_again_changes_nothing() {
        let once = with(BOOK).expect("it has a place");
        assert_eq!(with(&once), Some(once.clone()));
        let undotted = once.replace("./dev_guide", "dev_guide");
        assert_eq!(with(&undotted), Some(undotted.clone()));
    }

    #[test]
    fn line_ends_and_a_missing_last_one_stay_as_they_are() {
        let dos = BOOK.replace('\n', "\r\n");
        let added = with(&dos).expect("it has a place");
        assert!(!added.replace("\r\n", "").contains('\n'), "{added:?}");
        let cut = "- [VMM Tests](dev_guide/tests/vmm.md)";
        assert_eq!(with(cut), Some(format!("{cut}\n  - [Page](dev_guide/tests/vmm/guest_selection.md)")));
    }

    #[test]
    fn bytes_that_are_no_text_are_kept() {
        let mut bytes = b"\xff\xfe\n".to_vec();
        bytes.extend_from_slice(BOOK.as_bytes());
        let added = with_page(&bytes, PAGE, "Page").expect("it has a place");
        assert!(added.starts_with(b"\xff\xfe\n"));
    }

    #[test]
    fn a_book_without_its_folder_has_no_place_for_it() {
        assert_eq!(with("# Summary\n\n- [A](./a.md)\n"), None);
        assert_eq!(with("<!--\n- [VMM Tests](./dev_guide/tests/vmm.md)\n-->\n"), None);
    }

    #[test]
    fn its_neighbours_are_its_parent_and_its_siblings() {
        let found = neighbours(BOOK.as_bytes(), PAGE);
        let hrefs: Vec<(&str, &str)> =
            found.iter().map(|page| (page.title.as_str(), page.href.as_str())).collect();
        assert_eq!(hrefs, [("VMM Tests", "../vmm.md"), ("Images", "./images.md")]);
    }
}
