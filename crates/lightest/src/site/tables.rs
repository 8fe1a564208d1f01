//! The tables of the page: what guests cost, which boot method runs where, and every legal configuration.

use lightest_model::catalog::{Catalog, Guest, Support, Vmm};
use lightest_model::config::Arch;
use lightest_model::space::{Asked, RequirementId, RowId, Space};

use super::Site;
use super::html::{capital, code, codes, escaped, evidence, text};
use crate::words;

/// Whether a configuration can run, and the statement that decides.
fn runs<'c>(space: &Space<'c>, row: RowId) -> lightest_model::space::Answer<'c> {
    let runs = space.runs();
    space.answer(row, runs, &Asked::default())
}

/// The head of a table whose columns scripts can sort by.
fn head(columns: &[&str]) -> String {
    let cells: String = columns.iter().map(|column| format!("<th scope=\"col\">{column}")).collect();
    format!("<thead><tr>{cells}</thead>")
}

/// Costs and capabilities of each guest.
pub(super) fn trade_offs(catalog: &Catalog, space: &Space<'_>) -> String {
    let columns = ["Guest", "Image", "Boot", "Architecture", "Used by", "Gives"];
    let mut html = format!(
        "<div class=\"lt-scroll\" tabindex=\"0\" role=\"region\" aria-label=\"Guests\"><table>{}<tbody>\n",
        head(&columns)
    );
    for guest in catalog.guests.iter().filter(|guest| guest.lab.is_empty()) {
        let rows: Vec<RowId> = RowId::all(space)
            .filter(|row| std::ptr::eq(space.row(*row).guest, guest))
            .filter(|row| runs(space, *row).support == Support::Yes)
            .collect();
        let lightest = rows.iter().min_by_key(|row| space.weight(**row, &Asked::default()));
        let class =
            lightest.map_or(guest.boot_class.as_str(), |row| space.price(*row, &Asked::default()).boot);
        let class = catalog.boot_classes.iter().find(|known| known.id == class);
        let archs: Vec<&str> = catalog
            .archs()
            .filter(|arch| rows.iter().any(|row| space.row(*row).config.arch == *arch))
            .map(Arch::word)
            .collect();
        let used = usize::try_from(guest.variants.unwrap_or(0)).unwrap_or(usize::MAX);
        html.push_str(&format!(
            "<tr><th scope=\"row\">{}<td>{}<td>{}<td>{}<td>{}<td>{}\n",
            text(&capital(&guest.title)),
            image(guest),
            class.map_or("", |class| class.title.as_str()),
            archs.join(", "),
            words::count(used, "variant"),
            gives(space, &rows)
        ));
    }
    html.push_str("</tbody></table></div>");
    html
}

fn image(guest: &Guest) -> String {
    let Some(image) = guest.images.first() else { return "none".to_owned() };
    let fetched = match (image.hosted, image.lazy_fetch) {
        (true, true) => "",
        (true, false) => ", downloaded whole",
        (false, _) => ", made locally",
    };
    match (image.bytes.filter(|bytes| *bytes > 0), &image.bytes_note) {
        (Some(bytes), _) => format!("{}{fetched}", words::bytes(bytes)),
        (None, Some(note)) => text(note),
        (None, None) => "not known".to_owned(),
    }
}

/// Requirements that all of some configurations provide, and those that only some do.
fn gives(space: &Space<'_>, rows: &[RowId]) -> String {
    let (mut always, mut sometimes) = (Vec::new(), Vec::new());
    for (index, requirement) in RequirementId::all(space.catalog()).zip(&space.catalog().requirements) {
        let Ok(asked) = Asked::new(space.catalog(), [requirement.id.as_str()]) else { continue };
        let gives = |row: &&RowId| space.answer(**row, index, &asked).support == Support::Yes;
        match rows.iter().filter(gives).count() {
            0 => {}
            count if count == rows.len() => always.push(requirement.id.as_str()),
            _ => sometimes.push(requirement.id.as_str()),
        }
    }
    if rows.is_empty() {
        return "no configuration is known to run".to_owned();
    }
    let total = space.catalog().requirements.len();
    format!(
        "<details><summary>{} of {total}</summary><p>{}</p><p>In some configurations: {}</p></details>",
        always.len() + sometimes.len(),
        codes(&always),
        codes(&sometimes)
    )
}

/// Where each boot method runs.
pub(super) fn architectures(catalog: &Catalog, space: &Space<'_>) -> String {
    let mut html = format!(
        "<div class=\"lt-scroll\" tabindex=\"0\" role=\"region\" aria-label=\"Boot methods\"><table>{}<tbody>\n",
        head(&["Boot method", "x64", "aarch64"])
    );
    for boot in &catalog.boot_methods {
        html.push_str(&format!("<tr><th scope=\"row\">{} {}", text(&boot.title), code(&boot.id)));
        for arch in catalog.archs() {
            if !boot.archs.contains(&arch) {
                html.push_str(&match boot.refused_archs.get(arch.word()) {
                    Some(reason) => format!("<td>no: <q>{}</q>", text(reason)),
                    None => "<td>no: the macros have no word for it".to_owned(),
                });
                continue;
            }
            let cells: Vec<String> = catalog
                .vmms
                .iter()
                .filter(|vmm| !vmm.lab)
                .map(|vmm| where_it_runs(catalog, space, &boot.id, arch, vmm))
                .collect();
            html.push_str(&format!("<td>{}", cells.join("<br>")));
        }
        html.push('\n');
    }
    html.push_str("</tbody></table></div>");
    html
}

fn where_it_runs(catalog: &Catalog, space: &Space<'_>, boot: &str, arch: Arch, vmm: &Vmm) -> String {
    let answers: Vec<_> = RowId::all(space)
        .filter(|row| {
            let row = space.row(*row);
            row.boot.id == boot
                && row.config.arch == arch
                && row.vmm.id == vmm.id
                && row.guest.arch.is_none_or(|own| own == arch)
        })
        .map(|row| runs(space, row))
        .collect();
    let of = |support: Support| answers.iter().find(|answer| answer.support == support);
    if of(Support::Yes).is_some() {
        return format!("<b>{}</b>: yes", text(&vmm.title));
    }
    let (word, answer) = match (of(Support::Unknown), of(Support::No)) {
        (Some(answer), _) => ("unproven", answer),
        (None, Some(answer)) => ("no", answer),
        (None, None) => return format!("{}: no guest", text(&vmm.title)),
    };
    let because = text(crate::json::because(answer.statement));
    let places = answer.statement.map_or(String::new(), |statement| evidence(catalog, &statement.evidence));
    format!("{}: {word}, {because} {places}", text(&vmm.title))
}

/// Every legal configuration, lightest first; scripts make it sortable, filtered and linked.
pub(super) fn configurations(site: &Site<'_, '_>) -> String {
    let (space, catalog) = (site.spelled.space, site.spelled.space.catalog());
    let columns = [
        "Configuration",
        "Guest",
        "Boot method",
        "VMM",
        "Isolation",
        "Arch",
        "Boot",
        "Image",
        "Quirks cost",
        "Host",
        "Runs",
    ];
    let mut html = format!(
        "<div class=\"lt-scroll\" tabindex=\"0\" role=\"region\" aria-label=\"Configurations\"><table id=\"lt-configs\">\
         <caption class=\"lt-hidden\">Every legal configuration</caption>{}<tbody>\n",
        head(&columns)
    );
    let nothing = Asked::default();
    let mut rows: Vec<RowId> = RowId::all(space).collect();
    rows.sort_by_cached_key(|row| space.weight(*row, &nothing));
    for id in rows {
        let row = space.row(id);
        let price = space.price(id, &nothing);
        let class = catalog.boot_classes.iter().find(|class| class.id == price.boot);
        html.push_str(&format!(
            "<tr><td>{}<td>{}<td>{}<td>{}<td>{}<td>{}<td>{}<td>{}<td>{}<td>{}<td>{}\n",
            escaped(&site.spelled.config(id)),
            text(&capital(words::short(&row.guest.title))),
            text(&row.boot.title),
            text(&row.vmm.title),
            row.config.isolation.map_or("none", |mode| mode.word()),
            row.config.arch,
            class.map_or("", |class| class.title.as_str()),
            price.image_bytes.filter(|bytes| *bytes > 0).map_or("none".to_owned(), words::bytes),
            price.quirks.brief().join(", "),
            escaped(price.host),
            match runs(space, id).support {
                Support::Yes => "yes",
                Support::No => "no",
                Support::Unknown => "unproven",
            }
        ));
    }
    html.push_str("</tbody></table></div>");
    html
}

/// The meanings of the words for hosts.
pub(super) fn hosts(catalog: &Catalog) -> String {
    let mut html = String::from(r#"<dl class="lt-hosts">"#);
    for host in &catalog.hosts {
        html.push_str(&format!("<dt>{}<dd>{}\n", code(&host.id), text(&host.title)));
    }
    html.push_str("</dl>");
    html
}
