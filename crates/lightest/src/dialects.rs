//! The test frameworks whose tests are read.

use std::path::PathBuf;

use lightest_lint::dialect::Dialect;
use lightest_model::suggest::nearest;
use lightest_petri::Petri;

use crate::failure::Failure;

/// Every dialect. The first reads what no other one knows as its own.
static ALL: [&dyn Dialect; 1] = [&Petri];

/// The dialect of that name, or else the one whose marks stand in a folder at or above one of the paths.
pub(crate) fn chosen(framework: Option<&str>, paths: &[PathBuf]) -> Result<&'static dyn Dialect, Failure> {
    if let Some(name) = framework {
        return ALL.into_iter().find(|dialect| dialect.name() == name).ok_or_else(|| {
            let known = ALL.map(Dialect::name);
            let help = match nearest(name, known) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("known frameworks: `{}`", known.join("`, `")),
            };
            Failure::new(format!("there is no framework `{name}`")).help(help)
        });
    }
    let marked = |dialect: &&'static dyn Dialect| {
        paths.iter().any(|path| {
            let path = std::path::absolute(path).unwrap_or_else(|_| path.clone());
            path.ancestors().any(|folder| dialect.marks().iter().any(|mark| folder.join(mark).exists()))
        })
    };
    Ok(ALL.into_iter().find(marked).unwrap_or(ALL[0]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_forces_a_dialect_and_a_wrong_one_is_corrected() {
        assert_eq!(chosen(Some("petri"), &[]).map(Dialect::name).ok(), Some("petri"));
        let failure = chosen(Some("perti"), &[]).err().expect("there is none");
        assert_eq!(failure.message(), "there is no framework `perti`");
        assert_eq!(chosen(None, &[PathBuf::from("/")]).map(Dialect::name).ok(), Some("petri"));
    }
}
