//! The page on how `check` was judged: findings with verdicts, what it leaves alone and why, and the history.

use std::fmt::Write as _;

use serde_json::Value;

use super::history::{Agreement, History};
use super::{Cases, Finding, Verdict, Verdicts};

/// The whole page.
pub(super) fn write(
    commit: &str,
    read: &Value,
    usual: &[Finding],
    pedantic: &[Finding],
    verdicts: &Verdicts,
    cases: &Cases,
    history: &History,
) -> String {
    let tests = read["tests"].as_array().map_or(0, Vec::len);
    let variants: usize = read["tests"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|test| test["configurations"].as_array().map_or(0, Vec::len))
        .sum();
    let open = read["tests"].as_array().into_iter().flatten().filter(|test| test["open"] == true).count();
    let mut page = format!(
        "# How `check` was judged\n\n\
         <!-- Made by `cargo xtask corpus --openvmm DIR`; verdicts are in `corpus/verdicts.toml`. -->\n\n\
         Read was microsoft/openvmm at `{commit}`: {tests} test functions and {variants} variants, whose names equal those of \
         the macros' own expansion (`corpus/variants.tsv`). The inference is open for {open} functions. The table of calls was \
         written from these same tests, so this page shows how well it fits them, not how well it fits others; the history \
         below is the nearest thing to others.\n\n"
    );
    findings(&mut page, usual, verdicts);
    unresolved(&mut page, read);
    kept(&mut page, cases);
    weights(&mut page, read);
    unreported(&mut page, usual, pedantic, verdicts);
    past(&mut page, history);
    page
}

fn verdict<'v>(verdicts: &'v Verdicts, finding: &Finding) -> Option<&'v Verdict> {
    let of_it = || {
        verdicts.verdict.iter().filter(|verdict| verdict.test == finding.test && verdict.rule == finding.rule)
    };
    // One on this very configuration outranks one on the whole test.
    of_it()
        .find(|verdict| verdict.config.is_some() && verdict.config == finding.config)
        .or_else(|| of_it().find(|verdict| verdict.config.is_none()))
}

fn findings(page: &mut String, usual: &[Finding], verdicts: &Verdicts) {
    let judged: Vec<_> = usual.iter().map(|finding| (finding, verdict(verdicts, finding))).collect();
    let accepted =
        judged.iter().filter(|(_, verdict)| verdict.is_some_and(|verdict| verdict.accepted)).count();
    let unjudged = judged.iter().filter(|(_, verdict)| verdict.is_none()).count();
    let _ = writeln!(
        page,
        "## Findings\n\nThe question for each, answered by reading the test: would a maintainer accept it? {accepted} of {} \
         would be accepted in our judgement; {unjudged} are not judged. OpenVMM's maintainers were not asked.\n",
        judged.len()
    );
    let _ = writeln!(page, "| place | rule | suggested | accepted | why |\n| --- | --- | --- | --- | --- |");
    for (finding, verdict) in judged {
        let (answer, why) = match verdict {
            Some(verdict) if verdict.accepted => ("yes", verdict.why.as_str()),
            Some(verdict) => ("no", verdict.why.as_str()),
            None => ("not judged", ""),
        };
        let suggested = finding.suggested.as_ref().map_or(String::new(), |config| format!("`{config}`"));
        let _ = writeln!(page, "| `{}` | {} | {suggested} | {answer} | {why} |", finding.place, finding.rule);
    }
}

/// Which tests are open, and why: no finding rests on one of them.
fn unresolved(page: &mut String, read: &Value) {
    let tests: Vec<&Value> = read["tests"].as_array().into_iter().flatten().collect();
    let open: Vec<&&Value> = tests.iter().filter(|test| test["open"] == true).collect();
    let _ = writeln!(
        page,
        "\n## Open tests\n\n{} of {} tests contain something whose requirements are not known. No configuration of such a test is reported as \
         too heavy.\n",
        open.len(),
        tests.len()
    );
    let _ = writeln!(page, "| test | not known |\n| --- | --- |");
    for test in open {
        let mut words: Vec<&str> = Vec::new();
        for word in
            test["unknown"].as_array().into_iter().flatten().filter_map(|known| known["what"].as_str())
        {
            if !words.contains(&word) {
                words.push(word);
            }
        }
        let name = test["test"].as_str().unwrap_or_default();
        let module = test["module"].as_str().filter(|module| !module.is_empty());
        let name = module.map_or_else(|| name.to_owned(), |module| format!("{module}::{name}"));
        let _ = writeln!(page, "| `{name}` | {} |", words.join("; ").replace('|', "\\|"));
    }
}

/// Cases that were once read wrongly.
fn kept(page: &mut String, cases: &Cases) {
    let _ = writeln!(
        page,
        "\n## Cases\n\nInputs made from public issues, pull requests and review threads that were once read wrongly. Each is kept \
         right by fixtures of `crates/lightest/tests/ui`.\n"
    );
    let _ = writeln!(page, "| case | what it is about | right | kept by |\n| --- | --- | --- | --- |");
    for case in &cases.case {
        let kept: Vec<String> = case.kept_by.iter().map(|name| format!("`{name}`")).collect();
        let _ = writeln!(page, "| {} | {} | {} | {} |", case.id, case.kind, case.right, kept.join(", "));
    }
}

/// How heavy the variants are, and why a lighter configuration that is known is not proposed.
fn weights(page: &mut String, read: &Value) {
    let tests = read["tests"].as_array().into_iter().flatten();
    let variants: Vec<&Value> =
        tests.flat_map(|test| test["configurations"].as_array().into_iter().flatten()).collect();
    let of = |answer: Value| variants.iter().filter(|variant| variant["lightest"] == answer).count();
    let _ = writeln!(
        page,
        "\n## Weighed\n\nEach variant was compared with the lightest configuration that keeps its VMM, architecture, paravisor and \
         isolation, as `lightest requirements` shows: {} are the lightest already, for {} no configuration is known to \
         provide everything that the test uses, and for {} a lighter one is known to suffice. `heavier-than-needed` reports of those:\n",
        of(Value::Bool(true)),
        of(Value::Null),
        of(Value::Bool(false)),
    );
    let _ = writeln!(page, "| variants | report |\n| --- | --- |");
    let mut reasons: Vec<(String, usize)> = Vec::new();
    for variant in variants.iter().filter(|variant| variant["lightest"] == false) {
        let reason = match variant["silent_because"].as_str() {
            Some(reason) => format!("nothing: {reason}"),
            None => "a finding".to_owned(),
        };
        match reasons.iter_mut().find(|(known, _)| *known == reason) {
            Some((_, count)) => *count += 1,
            None => reasons.push((reason, 1)),
        }
    }
    reasons.sort_by(|one, other| other.1.cmp(&one.1).then_with(|| one.0.cmp(&other.0)));
    for (report, count) in reasons {
        let _ = writeln!(page, "| {count} | {report} |");
    }
}

fn unreported(page: &mut String, usual: &[Finding], pedantic: &[Finding], verdicts: &Verdicts) {
    let more: Vec<&Finding> = pedantic
        .iter()
        .filter(|finding| {
            !usual.iter().any(|known| {
                known.place == finding.place && known.rule == finding.rule && known.config == finding.config
            })
        })
        .collect();
    let _ = writeln!(
        page,
        "\n## What it leaves alone\n\nWith `--pedantic` it reports {} more, about matters of taste: heavy members of a matrix, \
         images that boot no faster, isolation. For each test, why it is not reported otherwise.\n",
        more.len()
    );
    let _ = writeln!(page, "| test | rule | findings | why it is left alone |\n| --- | --- | --- | --- |");
    let mut seen: Vec<(&str, &str)> = Vec::new();
    for finding in &more {
        let key = (finding.test.as_str(), finding.rule.as_str());
        if seen.contains(&key) {
            continue;
        }
        seen.push(key);
        let count = more.iter().filter(|other| (other.test.as_str(), other.rule.as_str()) == key).count();
        let why = verdict(verdicts, finding).map_or("", |verdict| verdict.why.as_str());
        let _ = writeln!(page, "| `{}` | {} | {count} | {why} |", finding.test, finding.rule);
    }
}

fn past(page: &mut String, history: &History) {
    let of =
        |agreement: Agreement| history.changes.iter().filter(|change| change.agreement == agreement).count();
    let _ = writeln!(
        page,
        "\n## The history\n\nOf {} commits on the main line that touched the tests, {} changed the configurations of tests that \
         were there before and after; {} more changed none that is read, but contain words that today's grammar does not know \
         (macros, options and images that are gone). Where a list contains such a word, nothing is reported as missing from it. For each, `check` read the commit before, with today's catalog: what a configuration provides \
         today it may not have provided then. *Same* means that a finding speaks against a configuration that the commit removed, or \
         suggests one that it added: {}. *Other*: findings on those tests, of something else: {}. *Nothing*: {}. Most changes \
         add coverage or follow new features, which no linter can foresee.\n",
        history.commits,
        history.changes.len(),
        history.unread,
        of(Agreement::Same),
        of(Agreement::Other),
        of(Agreement::Nothing),
    );
    let _ = writeln!(
        page,
        "| commit | date | pull request | tests | added | removed | `check` on the commit before | rules |\n\
         | --- | --- | --- | --- | --- | --- | --- | --- |"
    );
    for change in &history.changes {
        let agreement = match change.agreement {
            Agreement::Same => "same",
            Agreement::Other => "other",
            Agreement::Nothing => "nothing",
        };
        let pull = if change.pull.is_empty() { String::new() } else { format!("#{}", change.pull) };
        let _ = writeln!(
            page,
            "| `{}` | {} | {pull} | {} | {} | {} | {agreement} | {} |",
            change.commit,
            change.date,
            change.tests,
            change.added,
            change.removed,
            change.findings.join(", ")
        );
    }
}
