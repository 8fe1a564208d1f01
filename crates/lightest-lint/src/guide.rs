//! The seam for a framework's guidance: the pages that its authors read, made from the catalog.

use lightest_model::space::Space;

/// A page that another points to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Neighbour {
    /// Its title.
    pub title: String,
    /// Where it is, seen from the other.
    pub href: String,
}

/// A page of Markdown.
#[derive(Clone, Copy, Debug)]
pub struct Page {
    /// Its title, and its line in a table of contents.
    pub title: &'static str,
    /// Its file, with `/` between the parts: below the folder that it is written into, or below the `src` of its book.
    pub path: &'static str,
    /// Makes its text, which may point to the pages that stand beside it in its book.
    pub text: fn(&Space<'_>, &[Neighbour]) -> String,
}

impl Page {
    /// The name of its file.
    #[must_use]
    pub fn file(&self) -> &'static str {
        file(self.path)
    }
}

/// A file without an entry in the framework's table of contents: a style, or a page of Lightest's own book alone.
#[derive(Clone, Copy, Debug)]
pub struct ExtraFile {
    /// Its file, as that of a [`Page`].
    pub path: &'static str,
    /// Makes its text.
    pub text: fn(&Space<'_>) -> String,
}

impl ExtraFile {
    /// The name of its file.
    #[must_use]
    pub fn file(&self) -> &'static str {
        file(self.path)
    }
}

/// The last part of a path.
fn file(path: &'static str) -> &'static str {
    path.rsplit('/').next().unwrap_or(path)
}

/// A framework's guidance.
#[derive(Clone, Copy, Debug)]
pub struct Guide {
    /// The page that is printed.
    pub page: Page,
    /// The other generated files, where that page belongs to an mdBook.
    pub book: Option<Book>,
}

/// The generated files beside a page that belongs to an mdBook.
#[derive(Clone, Copy, Debug)]
pub struct Book {
    /// The style with which the first page is printed.
    pub style: ExtraFile,
    /// The page that everything else stands on.
    pub reference: Page,
    /// Pages that Lightest's own book has besides.
    pub lists: &'static [ExtraFile],
    /// The sections of the first page, each with its title, for the picker page.
    pub sections: fn(&Space<'_>) -> Vec<(&'static str, String)>,
    /// The word for whatever accepts configurations, in the plural: for the picker page.
    pub accepted_by: &'static str,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_named_by_the_last_part_of_its_path() {
        let sheet = |path| ExtraFile { path, text: |_| String::new() };
        assert_eq!(sheet("dev_guide/tests/guests.md").file(), "guests.md");
        assert_eq!(sheet("guests.css").file(), "guests.css");
        let page = Page { title: "Guests", path: "tests/guests.md", text: |_, _| String::new() };
        assert_eq!(page.file(), "guests.md");
    }
}
