//! `lightest guide`: the guidance, made from the catalog: two pages for an OpenVMM Guide, and one to pick with.

use std::path::{Path, PathBuf};

use clap::Args as ClapArgs;
use lightest_model::catalog::Catalog;
use lightest_model::space::Space;

use crate::commands::sync;
use crate::failure::Failure;
use crate::framework::Framework;
use crate::guide::summary::{self, PAGE, PRINT, REFERENCE};
use crate::guide::{self, TITLE};
use crate::input::{self, ReadError};
use crate::session::Session;
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
    /// The Guide's folder, which holds `book.toml` [default: print the page]
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Write nothing; show a diff and exit with 1 where the Guide is stale
    #[arg(long, requires = "target", conflicts_with = "site")]
    check: bool,
    /// Also compare the facts with a checkout of OpenVMM, and exit with 1 where they differ
    #[arg(long, value_name = "DIR", requires = "check")]
    openvmm: Option<PathBuf>,
    /// The folder of Lightest's own book, whose generated pages are meant then
    #[arg(long, value_name = "DIR", hide = true)]
    book: Option<PathBuf>,
}

/// Prints the page, writes it, or says how it differs.
pub(crate) fn run(args: &Args, session: &Session) -> Result<u8, Failure> {
    // The folder of a page may lie anywhere; the Guide's lies within its checkout.
    let near = args.out.clone().unwrap_or_else(|| PathBuf::from("."));
    let framework = session.framework(&[near]);
    let space = Space::of_tests(session.catalog_of(framework)?);
    if let Some((name, page)) = framework.dialect().guide(&space) {
        let instead = format!("`lightest {}guide --out DIR` writes `{name}`", framework.argument());
        for (given, option) in [
            (&args.site, "the picker page"),
            (&args.book, "Lightest's own book"),
            (&args.openvmm, "`--openvmm`"),
        ] {
            if given.is_some() {
                let has_more = |known: Framework| known.dialect().guide(&space).is_none().then_some(());
                framework.part(has_more, &format!("{option} is"), &instead)?;
            }
        }
        return one_page(args, name, page);
    }
    let catalog = session.catalog()?;
    if let Some(folder) = &args.site {
        output::can_be_written(&folder.join("index.html"))?;
        for path in site::write(folder, catalog)? {
            output::data(&format!("{}\n", output::shown(&path)))?;
        }
        return Ok(exit::DONE);
    }
    let files = match (&args.out, &args.book) {
        (Some(out), _) => wanted(out, catalog)?,
        (None, Some(book)) => own(book, catalog)?,
        (None, None) => {
            output::page(&guide::page(catalog, &[]))?;
            return Ok(exit::DONE);
        }
    };
    let contradicted = || match &args.openvmm {
        Some(openvmm) => Ok(sync::differences(openvmm, session, session.framework(&[]))? > 0),
        None => Ok(false),
    };
    settle(args, &files, contradicted)
}

/// Prints, writes or compares the only page of a framework.
fn one_page(args: &Args, name: &str, page: String) -> Result<u8, Failure> {
    let Some(out) = &args.out else {
        output::page(&page)?;
        return Ok(exit::DONE);
    };
    let path = out.join(name);
    let is = read(&path)?;
    let like = String::from_utf8_lossy(is.as_deref().unwrap_or_default());
    let should = output::with_line_ends_of(&like, &page).into_owned().into_bytes();
    settle(args, &[Wanted { path, is, should }], || Ok(false))
}

/// Writes what is stale, or shows how it differs.
fn settle(
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
fn own(book: &Path, catalog: &Catalog) -> Result<Vec<Wanted>, Failure> {
    let source = book.join("src");
    guide::own_pages(catalog)
        .into_iter()
        .map(|(name, text)| {
            let path = source.join(name);
            Ok(Wanted { is: read(&path)?, path, should: text.into_bytes() })
        })
        .collect()
}

/// The files of the Guide at a folder: the pages, then the table of contents, which must never name a page that is not
/// there.
fn wanted(out: &Path, catalog: &Catalog) -> Result<Vec<Wanted>, Failure> {
    let source = out.join("src");
    let contents = source.join("SUMMARY.md");
    let is = read(&contents)?.ok_or_else(|| {
        Failure::new(format!("{} is not there", output::shown(&contents)))
            .help("name the folder of the Guide: the one that holds `book.toml` and `src/SUMMARY.md`")
    })?;
    let should = summary::with_page(&is, PAGE, TITLE)
        .and_then(|text| summary::with_page(&text, REFERENCE, guide::REFERENCE_TITLE))
        .ok_or_else(|| {
            Failure::new(format!("nothing in {} shows where the page belongs", output::shown(&contents)))
                .help(
                    "it goes next to the pages in `dev_guide/tests/vmm/`, or under `dev_guide/tests/vmm.md`",
                )
        })?;
    let mut neighbours = summary::neighbours(&is, PAGE);
    neighbours.retain(|page| !page.href.ends_with(guide::REFERENCE_FILE));
    let pages = [
        (PAGE, guide::page(catalog, &neighbours)),
        (PRINT, guide::PRINT.to_owned()),
        (REFERENCE, guide::reference(catalog)),
    ];
    let mut files = Vec::new();
    for (name, text) in pages {
        let path = source.join(name);
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
