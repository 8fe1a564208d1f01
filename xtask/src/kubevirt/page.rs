//! The page on how `check` was judged on KubeVirt's tests.

use std::fmt::Write as _;

use super::{Corpus, Place, Verdict};

/// The whole page.
pub(super) fn write(corpus: &Corpus) -> String {
    let mut page = format!(
        "# How `check` was judged on KubeVirt's tests\n\n\
         <!-- Made by `cargo xtask corpus --framework kubevirt --repo DIR`; verdicts are in `corpus/kubevirt-*.tsv`. -->\n\n\
         Nothing was booted: findings and verdicts come from reading the source.\n\n\
         ## Before the conversions\n\n\
         Read was kubevirt/kubevirt at `{}`, just before its maintainers turned guests of {} factory calls into \
         guestless machines (#17276, #17307): {} tests, {} factory calls.\n\n\
         | | converted, found | not converted, found |\n| --- | --- | --- |\n\
         | `check` | {} of {} | {} |\n\
         | a search for words of the guest in the enclosing test | {} of {} | {} |\n\n",
        corpus.before,
        corpus.converted,
        corpus.tests,
        corpus.sites,
        corpus.found,
        corpus.converted,
        corpus.others.len(),
        corpus.naive.0,
        corpus.converted,
        corpus.naive.1,
    );
    if !corpus.missed.is_empty() {
        let _ = writeln!(page, "Not found: {}.\n", places(&corpus.missed));
    }
    let _ = writeln!(
        page,
        "Of {} guestless machines that tests boot alone or beside others, {} are read as asking nothing of a guest.\n",
        corpus.guestless.1, corpus.guestless.0
    );
    page.push_str("Each of the findings that nobody converted then was judged by reading the test:\n\n");
    counts(&mut page, corpus.others.iter());
    page.push_str("| place | verdict | reason |\n| --- | --- | --- |\n");
    for verdict in &corpus.others {
        row(&mut page, verdict, None);
    }
    page.push_str(
        "\n## Later conversions\n\n| change | converted | found at its parent |\n| --- | --- | --- |\n",
    );
    for later in &corpus.later {
        let found = later.converted.len() - later.missed.len();
        let _ =
            writeln!(page, "| {} (`{}`) | {} | {found} |", later.name, later.commit, later.converted.len());
    }
    let _ = writeln!(
        page,
        "\n## Now\n\nAt `{}`, {} findings; something is not understood of {} of {} tests, on which nothing is said.\n",
        corpus.head,
        corpus.now.len(),
        corpus.open_now.0,
        corpus.open_now.1
    );
    counts(&mut page, corpus.now.iter().map(|(verdict, _)| verdict));
    page.push_str("| place | finding | verdict | reason |\n| --- | --- | --- | --- |\n");
    for (verdict, message) in &corpus.now {
        row(&mut page, verdict, Some(message));
    }
    page
}

fn places(places: &[Place]) -> String {
    places.iter().map(|(path, line)| format!("`{path}:{line}`")).collect::<Vec<_>>().join(", ")
}

fn counts<'v>(page: &mut String, verdicts: impl Iterator<Item = &'v Verdict>) {
    let (mut real, mut idle, mut wrong) = (0, 0, 0);
    for verdict in verdicts {
        match verdict.word.as_str() {
            "real" => real += 1,
            "idle" => idle += 1,
            _ => wrong += 1,
        }
    }
    let _ = writeln!(
        page,
        "- *real*: nothing is asked of the guest: {real}\n\
         - *idle*: nothing is asked, and the machine is never started or is refused, so that no boot is saved: {idle}\n\
         - *false*: a maintainer would keep the guest: {wrong}\n"
    );
}

fn row(page: &mut String, verdict: &Verdict, message: Option<&str>) {
    let (path, line) = &verdict.place;
    let message = message.map_or_else(String::new, |message| format!(" {message} |"));
    let _ = writeln!(page, "| `{path}:{line}` |{message} {} | {} |", verdict.word, verdict.reason);
}
