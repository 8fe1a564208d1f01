//! Boot methods and VMMs.

use std::collections::BTreeSet;

use crate::openvmm::facts::Boot;
use lightest_sync::catalog_text::{Edit, New, Target};
use lightest_sync::{quoted, rules};

use super::SyncContext;

pub(super) fn compare(work: &mut SyncContext<'_>) {
    let (facts, catalog) = (work.facts, work.compare.catalog);
    if facts.boots.is_empty() {
        return;
    }
    vmms(work);
    for (word, boot) in &facts.boots {
        match catalog.boot_methods.iter().position(|known| known.id == *word) {
            Some(index) => same(work, boot, index),
            None => {
                let archs = quoted(boot.archs.keys().map(|arch| arch.word()));
                let forms = quoted(boot.forms.iter().map(|form| form.word()));
                work.compare
                    .differ(
                        rules::BOOT_METHOD_MISSING,
                        format!("the boot method `{word}` is not in the catalog"),
                    )
                    .spot(Some(work.corpus.spot(&boot.place)), "it is legal here")
                    .note(format!("architectures {archs}; guests {forms}; `Firmware::{}`", boot.firmware))
                    .help("add it to boot-methods.toml, and state in capabilities what it provides")
                    .done();
            }
        }
    }
    for (index, known) in catalog.boot_methods.iter().enumerate() {
        if !facts.boots.contains_key(&known.id) {
            work.compare
                .differ(
                    rules::BOOT_METHOD_GONE,
                    format!("the boot method `{}` is no longer accepted", known.id),
                )
                .spot(facts.boot_list.as_ref().map(|place| work.corpus.spot(place)), "these are the words")
                .catalog(&Target::entry("boot_method", index), "the catalog still has it")
                .help("remove it, and all statements on it")
                .done();
        }
    }
}

fn vmms(work: &mut SyncContext<'_>) {
    let (facts, catalog) = (work.facts, work.compare.catalog);
    for (word, place) in &facts.vmms {
        if !catalog.vmms.iter().any(|vmm| !vmm.lab && vmm.id == *word) {
            let mut draft = work
                .compare
                .differ(rules::VMM_MISSING, format!("the VMM `{word}` is not in the catalog"))
                .spot(Some(work.corpus.spot(place)), "configurations may begin with it");
            if let Some(index) = catalog.vmms.iter().position(|vmm| vmm.lab && vmm.id == *word) {
                draft = draft
                    .catalog(&Target::entry("vmm", index), "the lab has a VMM of that word, which is another")
                    .note("give the lab's another word first: a configuration begins with one of them");
            }
            draft.help("add it to vmms.toml, and state in capabilities what runs on it").done();
        }
    }
    for (index, vmm) in catalog.vmms.iter().enumerate() {
        if !vmm.lab && !facts.vmms.contains_key(&vmm.id) {
            work.compare
                .differ(rules::VMM_GONE, format!("the VMM `{}` is no longer accepted", vmm.id))
                .spot(
                    facts.boot_list.as_ref().map(|place| work.corpus.spot(place)),
                    "no prefix of its name is read before these words",
                )
                .catalog(&Target::entry("vmm", index), "the catalog still has it")
                .done();
        }
    }
}

fn same(work: &mut SyncContext<'_>, boot: &Boot, index: usize) {
    let known = &work.compare.catalog.boot_methods[index];
    let word = boot.word.as_str();
    let target = |key: &str| Target::entry("boot_method", index).key(key);
    let archs: BTreeSet<_> = boot.archs.keys().copied().collect();
    let was: BTreeSet<_> = known.archs.iter().copied().collect();
    if archs != was {
        // The arm of what is new, or of the word where something went.
        let place =
            archs.difference(&was).next().and_then(|arch| boot.archs.get(arch)).unwrap_or(&boot.place);
        work.compare
            .differ(rules::BOOT_METHOD_DIFFERS, format!("`{word}` accepts other architectures"))
            .spot(
                Some(work.corpus.spot(place)),
                format!("{} here", quoted(archs.iter().map(|arch| arch.word()))),
            )
            .catalog(
                &target("archs"),
                format!("{} in the catalog", quoted(was.iter().map(|arch| arch.word()))),
            )
            .edit(Edit {
                target: target("archs"),
                new: New::List(archs.iter().map(|arch| arch.word().to_owned()).collect()),
            })
            .done();
    }
    for (arch, reason) in &boot.refused {
        if known.refused_archs.get(arch.word()) != Some(&reason.value) {
            let said = known.refused_archs.get(arch.word()).map_or("nothing", String::as_str);
            work.compare
                .differ(
                    rules::BOOT_METHOD_DIFFERS,
                    format!("`{word}` on {arch} is refused for another reason"),
                )
                .spot(Some(work.corpus.spot(&reason.place)), format!("`{}`", reason.value))
                .catalog(&target("refused_archs").key(arch.word()), format!("the catalog says: {said}"))
                .edit(Edit {
                    target: target("refused_archs").key(arch.word()),
                    new: New::Str(reason.value.clone()),
                })
                .done();
        }
    }
    let refused = |word: &str| boot.refused.keys().any(|arch| arch.word() == word);
    for arch in known.refused_archs.keys().filter(|arch| !refused(arch)) {
        work.compare
            .differ(rules::BOOT_METHOD_DIFFERS, format!("`{word}` on {arch} is no longer refused by name"))
            .spot(Some(work.corpus.spot(&boot.place)), "the words of this boot method")
            .catalog(&target("refused_archs").key(arch), "the catalog has a reason for it")
            .edit(Edit { target: target("refused_archs").key(arch), new: New::Gone })
            .done();
    }
    let was: BTreeSet<_> = known.forms.iter().copied().collect();
    if boot.forms != was {
        work.compare
            .differ(rules::BOOT_METHOD_DIFFERS, format!("`{word}` accepts other guests"))
            .spot(
                Some(work.corpus.spot(&boot.place)),
                format!("{} here", quoted(boot.forms.iter().map(|form| form.word()))),
            )
            .catalog(
                &target("forms"),
                format!("{} in the catalog", quoted(was.iter().map(|form| form.word()))),
            )
            .edit(Edit {
                target: target("forms"),
                new: New::List(boot.forms.iter().map(|form| form.word().to_owned()).collect()),
            })
            .done();
    }
    let is: BTreeSet<_> = boot.isolation.keys().copied().collect();
    let was: BTreeSet<_> = known.isolation.iter().copied().collect();
    if is != was {
        let place =
            is.difference(&was).next().and_then(|mode| boot.isolation.get(mode)).unwrap_or(&boot.place);
        work.compare
            .differ(rules::BOOT_METHOD_DIFFERS, format!("`{word}` accepts other isolation modes"))
            .spot(
                Some(work.corpus.spot(place)),
                format!("{} here", quoted(is.iter().map(|mode| mode.word()))),
            )
            .catalog(
                &target("isolation"),
                format!("{} in the catalog", quoted(was.iter().map(|mode| mode.word()))),
            )
            .edit(Edit {
                target: target("isolation"),
                new: New::List(is.iter().map(|mode| mode.word().to_owned()).collect()),
            })
            .done();
    }
    for (option, place) in &boot.options {
        work.compare
            .differ(rules::BOOT_METHOD_DIFFERS, format!("`{word}` accepts the option `{option}`"))
            .spot(Some(work.corpus.spot(place)), "it is no isolation mode")
            .catalog(&target("isolation"), "the catalog knows isolation modes only")
            .done();
    }
    if boot.generation != known.generation {
        let text = |generation: Option<u8>| generation.map_or("none".to_owned(), |number| number.to_string());
        work.compare
            .differ(rules::BOOT_METHOD_DIFFERS, format!("`{word}` makes machines of another generation"))
            .spot(Some(work.corpus.spot(&boot.place)), format!("{} here", text(boot.generation)))
            .catalog(&target("generation"), format!("{} in the catalog", text(known.generation)))
            .edit(Edit {
                target: target("generation"),
                new: boot.generation.map_or(New::Gone, |number| New::Int(number.into())),
            })
            .done();
    }
    if let Some(part) = &boot.name_part
        && part.value != known.name_part
    {
        work.compare
            .differ(rules::BOOT_METHOD_DIFFERS, format!("`{word}` has another part in test names"))
            .spot(Some(work.corpus.spot(&part.place)), format!("`{}` here", part.value))
            .catalog(&target("name_part"), format!("`{}` in the catalog", known.name_part))
            .edit(Edit { target: target("name_part"), new: New::Str(part.value.clone()) })
            .done();
    }
    if boot.checks_guest_arch != known.checks_guest_arch {
        let text = |checks: bool| if checks { "checked" } else { "not checked" };
        work.compare
            .differ(
                rules::BOOT_METHOD_DIFFERS,
                format!("whether an image's architecture is checked under `{word}`"),
            )
            .spot(
                Some(work.corpus.spot(&boot.place)),
                format!("{} by the macros", text(boot.checks_guest_arch)),
            )
            .catalog(
                &target("checks_guest_arch"),
                format!("{} in the catalog", text(known.checks_guest_arch)),
            )
            .edit(Edit { target: target("checks_guest_arch"), new: New::Bool(boot.checks_guest_arch) })
            .done();
    }
    let openhcl = boot.firmware.starts_with("Openhcl");
    if openhcl != known.openhcl {
        work.compare
            .differ(rules::BOOT_METHOD_DIFFERS, format!("whether `{word}` has the paravisor"))
            .spot(Some(work.corpus.spot(&boot.place)), format!("it is `Firmware::{}`", boot.firmware))
            .catalog(&target("openhcl"), format!("`{}` in the catalog", known.openhcl))
            .edit(Edit { target: target("openhcl"), new: New::Bool(openhcl) })
            .done();
    }
}
