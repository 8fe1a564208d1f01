//! `lightest explain`: everything the catalog says of one thing.

mod issue;
mod others;

use clap::Args as ClapArgs;
use lightest_lint::rules::Rule;
use lightest_model::catalog::{Catalog, Evidence, Support, When};
use lightest_model::config::Config;
use lightest_model::space::{ALWAYS, Asked, Space};
use lightest_model::suggest::nearest;
use lightest_petri::Spelled;
use lightest_petri::grammar::Grammar;
use serde_json::{Value, json};

use crate::args::Format;
use crate::commands::parse;
use crate::failure::Failure;
use crate::framework::{self, Framework};
use crate::json::{SCHEMA_VERSION, because, evidence, price, statement_evidence};
use crate::session::Session;
use crate::style::{answer as green, aside, heading, refused};
use crate::{address, condition, exit, output, words};

/// What was explained: for programs, and for people.
struct Explained {
    value: Value,
    text: String,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct Args {
    /// A configuration, or the identifier of a guest, requirement, quirk, boot method, VMM or blocker
    #[arg(value_name = "WHAT")]
    what: String,
    /// How to print the answer
    #[arg(long, value_enum, default_value = "text")]
    format: Format,
}

/// Prints the explanation.
pub(crate) fn run(args: &Args, session: &Session) -> Result<u8, Failure> {
    let framework = session.framework(&[]);
    let catalog = session.catalog_of(framework)?;
    let explained = explain(catalog, framework, &args.what)?;
    match args.format {
        Format::Json => {
            let mut value = json!({"schema_version": SCHEMA_VERSION});
            if let (Value::Object(whole), Value::Object(more)) = (&mut value, explained.value) {
                whole.extend(more);
            }
            output::json(&value)?;
        }
        Format::Text => output::data(&explained.text)?,
    }
    Ok(exit::DONE)
}

fn explain(catalog: &Catalog, framework: Framework, what: &str) -> Result<Explained, Failure> {
    let what = what.trim();
    if let Some(rule) = Rule::among(framework.rules(), what).or_else(|| framework::rule(what)) {
        return Ok(explained_rule(rule));
    }
    if let Some(explained) = entry(catalog, what).or_else(|| issue::explain(catalog, what)) {
        return Ok(explained);
    }
    match Grammar::new(catalog).parse_config(what) {
        Ok(config) => Ok(configuration(catalog, &config)),
        // Something that looks like a configuration gets the grammar's answer, a lone word a suggestion.
        Err(error) if what.contains(['(', '[']) => Err(parse::failure(what, &error)),
        Err(_) => {
            let known = identifiers(catalog);
            let failure = Failure::new(format!("`{what}` is not in the catalog"));
            if let Some(near) = catalog.related(what) {
                return Err(failure.help(format!("did you mean `{near}`?")));
            }
            Err(match nearest(what, known.iter().map(String::as_str)) {
                Some(near) => failure.help(format!("did you mean `{near}`?")),
                None => failure.help("name a configuration, or something that `lightest list ..` lists"),
            })
        }
    }
}

/// A rule of `check`: its own documentation.
fn explained_rule(rule: &Rule) -> Explained {
    let explanation = rule.explanation();
    Explained {
        value: json!({
            "kind": "rule",
            "id": rule.name,
            "aliases": rule.aliases,
            "pedantic": rule.pedantic,
            "summary": rule.summary(),
            "explanation": explanation,
        }),
        text: format!("{}\n\n{explanation}", heading(rule.name)),
    }
}

fn identifiers(catalog: &Catalog) -> Vec<String> {
    let mut known: Vec<String> = Vec::new();
    known.extend(Framework::all().flat_map(|framework| framework.rules()).map(|rule| rule.name.to_owned()));
    known.dedup();
    known.extend(catalog.requirements.iter().map(|entry| entry.id.clone()));
    known.extend(catalog.guests.iter().map(|entry| entry.id.clone()));
    known.extend(catalog.quirks.iter().map(|entry| entry.id.clone()));
    known.extend(catalog.blockers.iter().map(|entry| entry.id.clone()));
    known.extend(catalog.boot_methods.iter().map(|entry| entry.id.clone()));
    known.extend(catalog.vmms.iter().map(|entry| entry.id.clone()));
    known.extend(catalog.test_capabilities.iter().map(|entry| entry.id.clone()));
    known.extend(catalog.hosts.iter().map(|entry| entry.id.clone()));
    let space = Space::of(catalog, |_| true);
    known.extend(space.rows().iter().map(|row| Spelled(&row.config).to_string()));
    known
}

/// The entries of that identifier; a guest and a boot method may share one, as Linux Direct does.
fn entry(catalog: &Catalog, id: &str) -> Option<Explained> {
    let mut found: Vec<Explained> = Vec::new();
    if catalog.requirement(id).is_some() {
        found.push(requirement(catalog, id)?);
    }
    for guest in catalog.guests.iter().filter(|guest| guest.id == id) {
        let mut explained = plain(catalog, "guest", &guest.id, &guest.title, &guest.evidence);
        explained.value["family"] = json!(guest.family);
        explained.value["os"] = json!(guest.os.word());
        explained.value["arch"] = json!(guest.arch);
        if let Some(agent) = &guest.agent {
            explained.text.push_str(&format!("  agent: {agent}\n"));
        }
        for image in &guest.images {
            let size = match (image.bytes, &image.bytes_note) {
                (Some(bytes), _) => format!("{} ({bytes} bytes)", words::bytes(bytes)),
                (None, note) => note.clone().unwrap_or_default(),
            };
            let name = image.file.as_deref().or(image.artifact.as_deref()).unwrap_or("image");
            let fetched = match (image.hosted, image.lazy_fetch) {
                (true, true) => "downloaded, or read block by block as it boots",
                (true, false) => "downloaded whole",
                (false, _) => "made locally",
            };
            explained.text.push_str(&format!("  {name}: {size}, {fetched}\n"));
        }
        let quirks = catalog.quirks.iter().filter(|quirk| may_select(&quirk.when, guest));
        for quirk in quirks {
            explained.text.push_str(&format!("  {} {} (`{}`)\n", refused("quirk:"), quirk.title, quirk.id));
        }
        explained
            .text
            .push_str(&given(catalog, |row| row.guest.id == guest.id && row.guest.form == guest.form));
        found.push(explained);
    }
    if let Some(quirk) = catalog.quirk(id) {
        let mut explained = plain(catalog, "quirk", &quirk.id, &quirk.title, &quirk.evidence);
        explained.value["waits_s"] = json!(quirk.cost.waits_s);
        explained.value["reboots"] = json!(quirk.cost.reboots);
        explained.value["handling"] = json!(quirk.handling);
        explained.value["advice"] = json!(quirk.advice);
        if quirk.cost.waits_s > 0 {
            explained.text.push_str(&format!("  costs {} s each time\n", quirk.cost.waits_s));
        }
        if quirk.cost.reboots > 0 {
            let boots = words::count(usize::try_from(quirk.cost.reboots).unwrap_or(usize::MAX), "boot");
            explained.text.push_str(&format!("  costs {boots} more\n"));
        }
        explained.text.push_str(&format!("  handled: {}\n  advice: {}\n", quirk.handling, quirk.advice));
        let space = Space::of(catalog, |_| true);
        let mut guests: Vec<&str> = Vec::new();
        for row in space.rows() {
            if quirk.when.selects(&row.config, row.guest, row.boot.openhcl)
                && !guests.contains(&row.guest.id.as_str())
            {
                guests.push(&row.guest.id);
            }
        }
        explained.value["guests"] = json!(guests);
        explained.text.push_str(&format!("  guests: {}\n", guests.join(", ")));
        found.push(explained);
    }
    if let Some(blocker) = catalog.blockers.iter().find(|blocker| blocker.id == id) {
        let mut explained = plain(catalog, "blocker", &blocker.id, &blocker.title, &blocker.evidence);
        explained.value["issue"] = json!(blocker.issue);
        explained.value["since"] = json!(blocker.since);
        let state = match &blocker.since {
            Some(since) => format!("lifted since {since}"),
            None => "open".to_owned(),
        };
        explained.value["state"] = json!(state);
        explained.text.push_str(&format!("  {}: {state}\n", blocker.issue));
        found.push(explained);
    }
    if let Some(boot) = catalog.boot_method(id) {
        let mut explained = plain(catalog, "boot method", &boot.id, &boot.title, &boot.evidence);
        explained.value["archs"] = json!(boot.archs);
        let archs: Vec<&str> = boot.archs.iter().map(|arch| arch.word()).collect();
        explained.text.push_str(&format!("  architectures: {}\n", archs.join(", ")));
        explained.text.push_str(&given(catalog, |row| row.boot.id == boot.id));
        found.push(explained);
    }
    if let Some(vmm) = catalog.vmm(id).filter(|_| catalog.requirement(id).is_none()) {
        found.push(plain(catalog, "VMM", &vmm.id, &vmm.title, &vmm.evidence));
    }
    found.extend(others::entries(catalog, id));
    found.into_iter().reduce(|mut all, more| {
        all.text.push('\n');
        all.text.push_str(&more.text);
        all.value["also"] = more.value;
        all
    })
}

fn plain(catalog: &Catalog, kind: &str, id: &str, title: &str, places: &[Evidence]) -> Explained {
    let links = address::all(catalog, places);
    let lines: String = links.iter().map(|link| format!("  {}\n", aside(link))).collect();
    Explained {
        value: json!({"kind": kind, "id": id, "title": title, "evidence": evidence(places), "links": links}),
        text: format!(
            "{} {}\n  {title}\n  {}\n{lines}",
            heading(id),
            aside(format!("({kind})")),
            aside(evidence(places))
        ),
    }
}

/// Whether a condition can select some configuration of a guest.
fn may_select(when: &When, guest: &lightest_model::catalog::Guest) -> bool {
    let names = |list: &[String], word: &str| list.is_empty() || list.iter().any(|entry| entry == word);
    names(&when.guest, &guest.id)
        && names(&when.family, &guest.family)
        && (when.os.is_empty() || when.os.contains(&guest.os))
        && (when.form.is_empty() || when.form.contains(&guest.form))
        && (when.arch.is_empty() || guest.arch.is_none_or(|arch| when.arch.contains(&arch)))
}

/// What all of some configurations give, and what only some do.
fn given(catalog: &Catalog, wanted: impl Fn(&lightest_model::space::Row<'_>) -> bool) -> String {
    let space = Space::of(catalog, |_| true);
    let runs = space.requirement_index("runs");
    let rows: Vec<usize> = (0..space.rows().len())
        .filter(|row| wanted(&space.rows()[*row]))
        .filter(|row| {
            runs.is_some_and(|runs| space.answer(*row, runs, &Asked::default()).support == Support::Yes)
        })
        .collect();
    let (mut always, mut sometimes) = (Vec::new(), Vec::new());
    for (index, requirement) in catalog.requirements.iter().enumerate() {
        let Ok(asked) = Asked::new(catalog, [requirement.id.as_str()]) else { continue };
        let gives =
            rows.iter().filter(|row| space.answer(**row, index, &asked).support == Support::Yes).count();
        if gives == rows.len() && gives > 0 {
            always.push(requirement.id.as_str());
        } else if gives > 0 {
            sometimes.push(requirement.id.as_str());
        }
    }
    let mut text = String::new();
    if !always.is_empty() {
        text.push_str(&format!("  gives: {}\n", always.join(", ")));
    }
    if !sometimes.is_empty() {
        text.push_str(&format!("  in some configurations: {}\n", sometimes.join(", ")));
    }
    text
}

fn requirement(catalog: &Catalog, id: &str) -> Option<Explained> {
    let requirement = catalog.requirement(id)?;
    let space = Space::of_tests(catalog);
    let asked = Asked::new(catalog, [requirement.id.as_str()]).ok()?;
    let mut text = format!(
        "{} {}\n  {}\n",
        heading(&requirement.id),
        aside(format!("({} requirement)", requirement.group)),
        requirement.meaning
    );
    if !requirement.implies.is_empty() {
        text.push_str(&format!("  implies: {}\n", requirement.implies.join(", ")));
    }
    let mut statements = Vec::new();
    for capability in
        catalog.capabilities.iter().filter(|capability| capability.requirement == requirement.id)
    {
        statements.push(json!({
            "support": capability.support.word(),
            "when": condition::in_words(&capability.when),
            "because": capability.because,
            "evidence": evidence(&capability.evidence),
            "links": address::all(catalog, &capability.evidence),
        }));
        let support = capability.support.word();
        text.push_str(&format!(
            "  {support:<8}{}: {} {}\n",
            condition::in_words(&capability.when),
            capability.because,
            aside(format!("({})", address::linked(catalog, &capability.evidence)))
        ));
    }
    let mut lightest = Vec::new();
    for arch in catalog.archs() {
        if let Some(row) = lightest_model::chooser::lightest_for(&space, &asked, arch) {
            let config = Spelled(&space.rows()[row].config).to_string();
            text.push_str(&format!("  lightest on {arch}: {}\n", green(&config)));
            lightest.push(json!({"arch": arch, "config": config}));
        }
    }
    Some(Explained {
        value: json!({
            "kind": "requirement",
            "id": requirement.id,
            "title": requirement.title,
            "meaning": requirement.meaning,
            "implies": requirement.implies,
            "statements": statements,
            "lightest": lightest,
        }),
        text,
    })
}

fn configuration(catalog: &Catalog, config: &Config) -> Explained {
    let space = Space::of(catalog, |_| true);
    let asked = Asked::default();
    let Some(row) = space.position(config) else {
        // Without a VMM there is no one configuration to answer for.
        let config = Spelled(config);
        return Explained {
            value: json!({"kind": "configuration", "config": config.to_string()}),
            text: format!("{config}\n  names no VMM: write `openvmm_{config}` to have it explained\n"),
        };
    };
    let price_of = space.price(row, &asked);
    let mut text = format!("{}\n", heading(Spelled(config)));
    let guest = space.rows()[row].guest;
    let size = price_of
        .image_bytes
        .filter(|bytes| *bytes > 0)
        .map(|bytes| format!(", {} image", words::bytes(bytes)));
    let host =
        catalog.hosts.iter().find(|host| host.id == price_of.host).map_or("", |host| host.title.as_str());
    text.push_str(&format!(
        "  {}{}, {} boot, host: {host}\n",
        guest.title,
        size.unwrap_or_default(),
        price_of.boot
    ));
    let mut answers = Vec::new();
    let ids =
        ALWAYS.into_iter().chain(catalog.requirements.iter().map(|requirement| requirement.id.as_str()));
    for id in ids {
        let Some(index) = space.requirement_index(id) else { continue };
        let asked = Asked::new(catalog, [id]).unwrap_or_default();
        let answer = space.answer(row, index, &asked);
        answers.push(json!({
            "requirement": id,
            "support": answer.support.word(),
            "because": because(answer.statement),
            "evidence": statement_evidence(answer.statement),
            "links": answer.statement.map_or_else(Vec::new, |statement| address::all(catalog, &statement.evidence)),
        }));
        let support = answer.support.word();
        text.push_str(&format!("  {support:<8}{id:<20} {}\n", aside(because(answer.statement))));
    }
    let mut quirks = Vec::new();
    for quirk in &catalog.quirks {
        let row = &space.rows()[row];
        if quirk.when.selects(&row.config, row.guest, row.boot.openhcl) {
            quirks.push(quirk.id.as_str());
            text.push_str(&format!("  {} {} (`{}`)\n", refused("quirk:"), quirk.title, quirk.id));
        }
    }
    Explained {
        value: json!({
            "kind": "configuration",
            "config": Spelled(config).to_string(),
            "cost": price(&price_of),
            "answers": answers,
            "quirks": quirks,
        }),
        text,
    }
}
