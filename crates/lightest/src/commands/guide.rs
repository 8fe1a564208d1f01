//! `lightest guide`: a framework's guidance, made from the catalog: its pages, and one to pick with.

mod contents;

use std::path::{Path, PathBuf};

use clap::Args as ClapArgs;
use lightest_lint::guide::{Book, Page};
use lightest_model::space::Space;

use crate::commands::sync;
use crate::failure::Failure;
use crate::framework::Framework;
use crate::input::{self, ReadError};
use crate::session::Session;
use crate::spelled::Spelled;
use crate::{exit, output, site};

/// A file of the Guide: what it is, and what it should be.
struct Wanted {
    path: PathBuf,
    /// `None` where there is none yet.
    is: Option<Vec<u8>>,
    should: Vec<u8>,
}

#[derive(Debug, ClapArgs)]
#[command(group = clap::ArgGroup::new("target").args(["out", "book", "site"]))]
pub(crate) struct Args {
    /// Write the picker page into this folder: `index.html`, and `picker.md` for an mdBook
    #[arg(long, value_name = "DIR")]
    site: Option<PathBuf>,
    /// The Guide's folder, with `book.toml` [default: print the page]
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Write nothing; show a diff and exit with 1 where the Guide is stale
    #[arg(long, requires = "target", conflicts_with = "site")]
    check: bool,
    /// Also compare the facts with a checkout of OpenVMM, and exit with 1 where they differ
    #[arg(long = "openvmm", value_name = "DIR", requires = "check")]
    repo: Option<PathBuf>,
    /// The folder of Lightest's own book, whose generated pages are meant then
    #[arg(long, value_name = "DIR", hide = true)]
    book: Option<PathBuf>,
}

/// Prints the page, writes it, or reports differences.
pub(crate) fn run(args: &Args, session: &Session) -> Result<u8, Failure> {
    // The folder of a page may lie anywhere; the Guide's lies within its checkout.
    let near = args.out.clone().unwrap_or_else(|| PathBuf::from("."));
    let framework = session.framework(&[near]);
    let guide = |framework: Framework| framework.dialect().guide();
    let guide = framework.part(guide, "`guide` is", "`lightest list requirements` shows what there is")?;
    let space = Space::of_tests(session.catalog_of(framework)?);
    let Some(book) = &guide.book else {
        let name = guide.page.path;
        let instead = format!("`lightest {}guide --out DIR` writes `{name}`", framework.argument());
        for (given, option) in [
            (&args.site, "the picker page"),
            (&args.book, "Lightest's own book"),
            (&args.repo, "`--openvmm`"),
        ] {
            if given.is_some() {
                let book = |framework: Framework| framework.dialect().guide()?.book.as_ref();
                framework.part(book, &format!("{option} is"), &instead)?;
            }
        }
        return one_page(args, &guide.page, &space);
    };
    if let Some(folder) = &args.site {
        output::can_be_written(&folder.join("index.html"))?;
        for path in site::write(folder, &site::Site { spelled: Spelled { framework, space: &space }, book })?
        {
            output::data(&format!("{}\n", output::shown(&path)))?;
        }
        return Ok(exit::DONE);
    }
    let files = match (&args.out, &args.book) {
        (Some(out), _) => wanted(out, &guide.page, book, &space)?,
        (None, Some(folder)) => own(folder, &guide.page, book, &space)?,
        (None, None) => {
            output::page(&(guide.page.text)(&space, &[]))?;
            return Ok(exit::DONE);
        }
    };
    let contradicted = || match &args.repo {
        Some(repo) => Ok(sync::differences(repo, session, framework)? > 0),
        None => Ok(false),
    };
    write_or_compare(args, &files, contradicted)
}

/// Prints, writes or compares the only page of a framework.
fn one_page(args: &Args, page: &Page, space: &Space<'_>) -> Result<u8, Failure> {
    let text = (page.text)(space, &[]);
    let Some(out) = &args.out else {
        output::page(&text)?;
        return Ok(exit::DONE);
    };
    let path = out.join(page.path);
    let is = read(&path)?;
    let like = String::from_utf8_lossy(is.as_deref().unwrap_or_default());
    let should = output::with_line_ends_of(&like, &text).into_owned().into_bytes();
    write_or_compare(args, &[Wanted { path, is, should }], || Ok(false))
}

/// Writes what is stale, or shows how it differs.
fn write_or_compare(
    args: &Args,
    files: &[Wanted],
    contradicted: impl FnOnce() -> Result<bool, Failure>,
) -> Result<u8, Failure> {
    let stale: Vec<&Wanted> = files.iter().filter(|file| file.is.as_deref() != Some(&file.should)).collect();
    if args.check {
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let mut patch = output::Patch::default();
        for file in &stale {
            patch.add(&file.path, file.is.as_deref().map(text).as_deref(), &text(&file.should));
        }
        patch.print()?;
        // Facts are compared whether or not a page is stale.
        let contradicted = contradicted()?;
        return Ok(if stale.is_empty() && !contradicted { exit::DONE } else { exit::FINDINGS });
    }
    let mut writing = output::Files::default();
    for file in &stale {
        match &file.is {
            Some(is) => writing.replace(&file.path, is, &file.should),
            None => writing.put(&file.path, &file.should),
        }
    }
    writing.write()?;
    for file in stale {
        output::message(&format!("wrote {}", output::shown(&file.path)));
    }
    Ok(exit::DONE)
}

/// The generated pages of Lightest's own book.
fn own(folder: &Path, page: &Page, book: &Book, space: &Space<'_>) -> Result<Vec<Wanted>, Failure> {
    let source = folder.join("src");
    let pages = [page, &book.reference].map(|page| (page.file(), (page.text)(space, &[])));
    let sheets = [&book.style].into_iter().chain(book.lists);
    let sheets = sheets.map(|sheet| (sheet.file(), (sheet.text)(space)));
    pages
        .into_iter()
        .chain(sheets)
        .chain([("exit_codes.md", exit::page())])
        .map(|(name, text)| {
            let path = source.join(name);
            Ok(Wanted { is: read(&path)?, path, should: text.into_bytes() })
        })
        .collect()
}

/// The files of the Guide at a folder: the pages, then the table of contents, which must never name a page that is not
/// there.
fn wanted(out: &Path, page: &Page, book: &Book, space: &Space<'_>) -> Result<Vec<Wanted>, Failure> {
    let reference = &book.reference;
    let source = out.join("src");
    let contents = source.join("SUMMARY.md");
    let is = read(&contents)?.ok_or_else(|| {
        Failure::new(format!("{} is not there", output::shown(&contents)))
            .help("name the folder of the Guide: the one with `book.toml` and `src/SUMMARY.md`")
    })?;
    let should = contents::with_page(&is, page.path, page.title)
        .and_then(|text| contents::with_page(&text, reference.path, reference.title))
        .ok_or_else(|| {
            let folder = contents::folder(page.path);
            Failure::new(format!("nothing in {} shows where the page belongs", output::shown(&contents)))
                .help(format!("it goes next to the pages in `{folder}/`, or under `{folder}.md`"))
        })?;
    let mut neighbours = contents::neighbours(&is, page.path);
    neighbours.retain(|other| !other.href.ends_with(reference.file()));
    let mut files = Vec::new();
    let pages = [page, reference].map(|page| (page.path, (page.text)(space, &neighbours)));
    for (path, text) in pages.into_iter().chain([(book.style.path, (book.style.text)(space))]) {
        let path = source.join(path);
        let old = read(&path)?;
        // A checkout for Windows may have other line ends; the page follows the file it replaces, or its neighbours.
        let like = String::from_utf8_lossy(old.as_ref().unwrap_or(&is)).into_owned();
        let should = output::with_line_ends_of(&like, &text).into_owned().into_bytes();
        files.push(Wanted { path, is: old, should });
    }
    files.push(Wanted { path: contents, is: Some(is), should });
    Ok(files)
}

fn read(path: &Path) -> Result<Option<Vec<u8>>, Failure> {
    match input::bytes(path) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(ReadError::Missing) => Ok(None),
        Err(error) => Err(error.failure(path)),
    }
}
