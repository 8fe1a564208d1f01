//! `lightest explain`: everything the catalog states about one thing.

mod issue;
mod mentions;
mod others;

use clap::Args as ClapArgs;
use lightest_lint::rules::Rule;
use lightest_model::catalog::{Blocker, Catalog, Evidence, Guest, Quirk, Support, Vmm};
use lightest_model::config::{Arch, Config};
use lightest_model::space::{ALWAYS, Asked, RequirementId, RowId, Space};
use lightest_model::suggest::nearest;

use crate::args::Format;
use crate::commands::parse;
use crate::failure::Failure;
use crate::framework::{self, Framework};
use crate::json::{because, evidence, statement_evidence};
use crate::schema::explain::{
    Answer, Answered, Configuration, Entry, Known, Lightest, Statement, Titled, What,
};
use crate::schema::shared::Price;
use crate::session::Session;
use crate::style::{answer as green, aside, heading, refused};
use crate::{address, condition, exit, output, words};

/// An explanation, for programs and for people.
struct Explained<'c> {
    entry: Entry<'c>,
    text: String,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct Args {
    /// A configuration, an issue (`#1798`), or the identifier of a guest, requirement, quirk, boot method, VMM, host, blocker or rule
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
        Format::Json => output::json(&Answer::from(explained.entry))?,
        Format::Text => output::data(&explained.text)?,
    }
    Ok(exit::DONE)
}

fn explain<'c>(catalog: &'c Catalog, framework: Framework, what: &'c str) -> Result<Explained<'c>, Failure> {
    let what = what.trim();
    if let Some(rule) = Rule::among(framework.rules(), what).or_else(|| framework::rule(what)) {
        return Ok(explained_rule(rule));
    }
    if let Some(explained) = entry(catalog, framework, what).or_else(|| issue::explain(catalog, what)) {
        return Ok(explained);
    }
    // People write `Secure Boot` for `secure-boot`.
    let plain = what.to_lowercase().replace([' ', '_'], "-");
    let requirement = catalog.requirements.iter().find(|requirement| requirement.id == plain);
    if let Some(explained) = requirement.and_then(|requirement| entry(catalog, framework, &requirement.id)) {
        return Ok(explained);
    }
    let space = Space::of(catalog, |_| true);
    if let Some(row) = space.rows().iter().find(|row| framework.dialect().name_of(&row.config) == what) {
        return Ok(configuration(&space, framework, &row.config));
    }
    match framework.dialect().spelling().map(|spelling| spelling.config(catalog, what)) {
        Some(Ok(config)) => Ok(configuration(&space, framework, &config)),
        // Something that looks like a configuration gets the framework's answer, a lone word a suggestion.
        Some(Err(error)) if what.contains(['(', '[']) => Err(parse::failure(what, error)),
        _ => {
            let known = identifiers(&space, framework);
            let failure = Failure::new(format!("`{what}` is not in the catalog"));
            let near = catalog.related(what).or_else(|| nearest(what, known.iter().map(String::as_str)));
            if let Some(near) = near {
                return Err(failure.help(format!("did you mean `{near}`?")));
            }
            Err(match mentions::of(catalog, what).as_slice() {
                [] => failure
                    .note("no entry was found that mentions it")
                    .help("name a configuration, or something that `lightest list ..` lists"),
                ids => {
                    let ids: Vec<String> = ids.iter().map(|id| format!("`{id}`")).collect();
                    failure.help(format!("explain what mentions it: {}", words::list(&ids, "or")))
                }
            })
        }
    }
}

/// A rule of `check`: its own documentation.
fn explained_rule(rule: &'static Rule) -> Explained<'static> {
    let explanation = rule.explanation();
    Explained {
        entry: Entry::from(What::Rule {
            id: rule.name.as_str(),
            aliases: rule.aliases,
            pedantic: rule.pedantic,
            summary: rule.summary(),
            explanation: explanation.clone(),
        }),
        text: format!("{}\n\n{explanation}", heading(rule.name.as_str())),
    }
}

fn identifiers(space: &Space<'_>, framework: Framework) -> Vec<String> {
    let catalog = space.catalog();
    let mut known: Vec<String> = Vec::new();
    known.extend(Framework::all().flat_map(|framework| framework.rules()).map(|rule| rule.name.to_string()));
    known.dedup();
    known.extend(catalog.requirements.iter().map(|entry| entry.id.clone()));
    known.extend(catalog.guests.iter().map(|entry| entry.id.clone()));
    known.extend(catalog.quirks.iter().map(|entry| entry.id.clone()));
    known.extend(catalog.blockers.iter().map(|entry| entry.id.clone()));
    known.extend(catalog.boot_methods.iter().map(|entry| entry.id.clone()));
    known.extend(catalog.vmms.iter().map(|entry| entry.id.clone()));
    known.extend(catalog.test_capabilities.iter().map(|entry| entry.id.clone()));
    known.extend(catalog.hosts.iter().map(|entry| entry.id.clone()));
    known.extend(space.rows().iter().map(|row| framework.dialect().name_of(&row.config)));
    known
}

/// The entries of that identifier; a guest and a boot method may share one, as Linux Direct does.
fn entry<'c>(catalog: &'c Catalog, framework: Framework, id: &'c str) -> Option<Explained<'c>> {
    let mut found: Vec<Explained<'c>> = Vec::new();
    found.extend(requirement(catalog, framework, id));
    for entry in catalog.guests.iter().filter(|guest| guest.id == id) {
        found.push(guest(catalog, entry));
    }
    found.extend(catalog.quirk(id).map(|entry| quirk(catalog, entry)));
    found.extend(
        catalog.blockers.iter().find(|blocker| blocker.id == id).map(|entry| blocker(catalog, entry)),
    );
    if let Some(boot) = catalog.boot_method(id) {
        let archs: Vec<&str> = boot.archs.iter().map(|arch| arch.word()).collect();
        let (entry, mut text) = titled(catalog, "boot method", &boot.id, &boot.title, &boot.evidence);
        text.push_str(&format!("  architectures: {}\n", archs.join(", ")));
        text.push_str(&given(catalog, |row| row.boot.id == boot.id));
        found.push(Explained { entry: Entry::from(What::BootMethod { entry, archs }), text });
    }
    if let Some(vmm) = catalog.vmm(id).filter(|_| catalog.requirement(id).is_none()) {
        let (entry, text) = titled(catalog, "VMM", &vmm.id, &vmm.title, &vmm.evidence);
        found.push(Explained { entry: Entry::from(What::Vmm(entry)), text });
    }
    found.extend(others::entries(catalog, framework, id));
    found.into_iter().rev().reduce(|more, mut one| {
        one.text.push('\n');
        one.text.push_str(&more.text);
        one.entry.also = Some(Box::new(more.entry));
        one
    })
}

fn guest<'c>(catalog: &'c Catalog, guest: &'c Guest) -> Explained<'c> {
    let (entry, mut text) = titled(catalog, "guest", &guest.id, &guest.title, &guest.evidence);
    if let Some(agent) = &guest.agent {
        text.push_str(&format!("  agent: {agent}\n"));
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
        text.push_str(&format!("  {name}: {size}, {fetched}\n"));
    }
    for quirk in catalog.quirks.iter().filter(|quirk| quirk.when.may_select(guest)) {
        text.push_str(&format!("  {} {} (`{}`)\n", refused("quirk:"), quirk.title, quirk.id));
    }
    text.push_str(&given(catalog, |row| row.guest.id == guest.id && row.guest.form == guest.form));
    let arch = guest.arch.map(Arch::word);
    let what = What::Guest { entry, family: &guest.family, os: guest.os.word(), arch };
    Explained { entry: Entry::from(what), text }
}

fn quirk<'c>(catalog: &'c Catalog, quirk: &'c Quirk) -> Explained<'c> {
    let (entry, mut text) = titled(catalog, "quirk", &quirk.id, &quirk.title, &quirk.evidence);
    let cost = quirk.cost;
    for part in cost.words() {
        text.push_str(&format!("  costs {part} each time\n"));
    }
    text.push_str(&format!("  handled: {}\n  advice: {}\n", quirk.handling, quirk.advice));
    let space = Space::of(catalog, |_| true);
    let mut guests: Vec<&'c str> = Vec::new();
    for row in space.rows() {
        if row.is_selected_by(&quirk.when) && !guests.contains(&row.guest.id.as_str()) {
            guests.push(&row.guest.id);
        }
    }
    text.push_str(&format!("  guests: {}\n", guests.join(", ")));
    let (handling, advice) = (&quirk.handling, &quirk.advice);
    Explained { entry: Entry::from(What::Quirk { entry, cost, handling, advice, guests }), text }
}

fn blocker<'c>(catalog: &'c Catalog, blocker: &'c Blocker) -> Explained<'c> {
    let (entry, mut text) = titled(catalog, "blocker", &blocker.id, &blocker.title, &blocker.evidence);
    let since = blocker.since.as_deref();
    let state = blocker.standing();
    text.push_str(&format!("  {}: {state}\n", blocker.issue));
    Explained { entry: Entry::from(What::Blocker { entry, issue: &blocker.issue, since, state }), text }
}

/// An entry's identifier, name and evidence: for programs, and as the first lines for people.
fn titled<'c>(
    catalog: &Catalog,
    kind: &str,
    id: &'c str,
    title: &'c str,
    places: &[Evidence],
) -> (Titled<'c>, String) {
    let links = address::all(catalog, places);
    let lines: String = links.iter().map(|link| format!("  {}\n", aside(link))).collect();
    let text = format!(
        "{} {}\n  {title}\n  {}\n{lines}",
        heading(id),
        aside(format!("({kind})")),
        aside(evidence(places))
    );
    (Titled { id, title, evidence: evidence(places), links }, text)
}

/// Requirements that all of some configurations provide, and those that only some do.
fn given(catalog: &Catalog, wanted: impl Fn(&lightest_model::space::Row<'_>) -> bool) -> String {
    let space = Space::of(catalog, |_| true);
    let rows: Vec<RowId> = RowId::all(&space)
        .filter(|row| wanted(space.row(*row)))
        .filter(|row| space.answer(*row, space.runs(), &Asked::default()).support == Support::Yes)
        .collect();
    let (mut always, mut sometimes) = (Vec::new(), Vec::new());
    for (index, requirement) in RequirementId::all(catalog).zip(&catalog.requirements) {
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

fn requirement<'c>(catalog: &'c Catalog, framework: Framework, id: &str) -> Option<Explained<'c>> {
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
        statements.push(Statement {
            support: capability.support.into(),
            when: condition::in_words(&capability.when),
            because: &capability.because,
            evidence: evidence(&capability.evidence),
            links: address::all(catalog, &capability.evidence),
        });
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
            let config = framework.dialect().name_of(&space.row(row).config);
            text.push_str(&format!("  lightest on {arch}: {}\n", green(&config)));
            lightest.push(Lightest { arch: arch.word(), config });
        }
    }
    Some(Explained {
        entry: Entry::from(What::Requirement {
            id: &requirement.id,
            title: &requirement.title,
            meaning: &requirement.meaning,
            implies: &requirement.implies,
            statements,
            lightest,
        }),
        text,
    })
}

fn configuration<'c>(space: &Space<'c>, framework: Framework, config: &Config) -> Explained<'c> {
    let catalog = space.catalog();
    let name = framework.dialect().name_of(config);
    let asked = Asked::default();
    let Some(row) = space.position(config) else {
        // Without a VMM there is no one configuration to answer for.
        let with_vmm = |vmm: &Vmm| Config { vmm: Some(vmm.id.clone()), ..config.clone() };
        let instead = catalog.vmms.iter().map(with_vmm).find(|config| space.position(config).is_some());
        let instead = instead.map_or_else(String::new, |config| {
            format!(": explain `{}` instead", framework.dialect().name_of(&config))
        });
        return Explained {
            entry: Entry::from(What::Configuration(Configuration { config: name.clone(), known: None })),
            text: format!("{name}\n  names no VMM{instead}\n"),
        };
    };
    let price_of = space.price(row, &asked);
    let mut text = format!("{}\n", heading(&name));
    let guest = space.row(row).guest;
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
        let Some(index) = space.requirement(id) else { continue };
        let asked = Asked::new(catalog, [id]).unwrap_or_default();
        let answer = space.answer(row, index, &asked);
        answers.push(Answered {
            requirement: id,
            support: answer.support.into(),
            because: because(answer.statement),
            evidence: statement_evidence(answer.statement),
            links: answer
                .statement
                .map_or_else(Vec::new, |statement| address::all(catalog, &statement.evidence)),
        });
        let support = answer.support.word();
        text.push_str(&format!("  {support:<8}{id:<20} {}\n", aside(because(answer.statement))));
    }
    let mut quirks = Vec::new();
    for quirk in &catalog.quirks {
        let row = space.row(row);
        if row.is_selected_by(&quirk.when) {
            quirks.push(quirk.id.as_str());
            text.push_str(&format!("  {} {} (`{}`)\n", refused("quirk:"), quirk.title, quirk.id));
        }
    }
    Explained {
        entry: Entry::from(What::Configuration(Configuration {
            config: name,
            known: Some(Known { cost: Price::from(&price_of), answers, quirks }),
        })),
        text,
    }
}
