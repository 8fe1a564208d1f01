//! Compares KubeVirt's source with the catalog: what the factories make, and the lines that facts rest on.

mod factories;

use lightest_model::catalog::{Catalog, Guest, Support};
use lightest_model::space::Space;
use lightest_sync::catalog_text::{CatalogText, Edit, New, Target};
use lightest_sync::evidence::Evidences;
use lightest_sync::{Compare, Project, Report, SourceFile, Stated, rules};

use crate::dialect::{KubeVirt, SUITE};
use crate::judge::{NEW_TESTS, answer};

pub use factories::{At, DISKS, FACTORIES, Factories, Factory, Gap};

impl Project for KubeVirt {
    fn source(&self) -> &'static str {
        "kubevirt"
    }

    fn title(&self) -> &'static str {
        "KubeVirt"
    }

    fn url(&self) -> &'static str {
        "https://github.com/kubevirt/kubevirt"
    }

    fn folders(&self) -> &'static [&'static str] {
        &[SUITE]
    }

    fn may_state_facts(&self, path: &str) -> bool {
        path == FACTORIES || path == DISKS
    }

    fn stated(&self, files: Vec<SourceFile>) -> Box<dyn Stated> {
        let mut files: Vec<SourceFile> =
            files.into_iter().filter(|file| self.may_state_facts(&file.path)).collect();
        files.sort_by(|one, other| one.path.cmp(&other.path));
        let factories = Factories::read(&files);
        Box::new(Read { files, factories })
    }
}

/// The facts of KubeVirt's source.
struct Read {
    files: Vec<SourceFile>,
    factories: Factories,
}

impl Stated for Read {
    fn files(&self) -> &[SourceFile] {
        &self.files
    }

    fn compare(&self, catalog: &Catalog, text: &CatalogText, evidence: &Evidences) -> Report {
        let mut work = Compare::new(KubeVirt.source(), &self.files, catalog, text, evidence);
        for gap in &self.factories.gaps {
            work.gap(&gap.what, &gap.because, gap.spot.clone());
        }
        let space = Space::of_tests(catalog);
        for factory in &self.factories.factories {
            match catalog.guests.iter().position(|guest| guest.id == factory.name.value) {
                Some(index) => self.same(&mut work, &space, factory, index),
                None => work
                    .differ(
                        rules::GUEST_MISSING,
                        format!("the factory `{}` is not in the catalog", factory.name.value),
                    )
                    .spot(Some(factory.name.spot.clone()), "it is defined here")
                    .help("add the guest with what it provides, each fact with its evidence")
                    .done(),
            }
        }
        // Where nothing of the factories is read, that is the gap.
        if !self.factories.factories.is_empty() {
            self.gone(&mut work);
        }
        work.finish(Vec::new())
    }

    fn summary(&self) -> String {
        format!(
            "{} factories, {} container disks",
            self.factories.factories.len(),
            self.factories.disks.len()
        )
    }
}

impl Read {
    fn gone(&self, work: &mut Compare<'_>) {
        for (index, guest) in work.catalog.guests.iter().enumerate() {
            if self.factories.factories.iter().all(|factory| factory.name.value != guest.id) {
                work.differ(rules::GUEST_GONE, format!("the factory `{}` is gone", guest.id))
                    .catalog(&Target::entry("guest", index), "the catalog has it")
                    .help("remove it and all statements on it, or give it its new name")
                    .done();
            }
        }
    }

    /// Compares a factory with its guest.
    fn same(&self, work: &mut Compare<'_>, space: &Space<'_>, factory: &Factory, index: usize) {
        let guest = &work.catalog.guests[index];
        let target = Target::entry("guest", index);
        memory(work, factory, guest, target.clone());
        self.disk(work, factory, guest, &target);
        let name = &factory.name;
        let given = [
            ("boot-disk", factory.disk.as_ref().map(|disk| &disk.spot), "the factory's disk"),
            ("rng", factory.rng.as_ref(), "a random number generator"),
            ("cloud-init-volume", factory.cloud_init.as_ref(), "a cloud-init volume"),
        ];
        for (requirement, spot, what) in given {
            let (support, place) = catalog_answer(space, guest, requirement);
            match (spot, support) {
                (Some(spot), Support::No) => work
                    .differ(rules::CAPABILITY_DIFFERS, format!("`{}` adds {what}", name.value))
                    .spot(Some(spot.clone()), "it is added here")
                    .catalog(&place, "the catalog says that it does not")
                    .help(format!("correct the statement on `{requirement}`, and cite these lines"))
                    .done(),
                (None, Support::Yes) => work
                    .differ(rules::CAPABILITY_DIFFERS, format!("`{}` does not add {what}", name.value))
                    .spot(Some(name.spot.clone()), "nothing here adds it")
                    .catalog(&place, "the catalog says that it does")
                    .help(format!("correct the statement on `{requirement}`, and cite these lines"))
                    .done(),
                _ => {}
            }
        }
        let (support, place) = catalog_answer(space, guest, NEW_TESTS);
        match (&factory.deprecated, support) {
            (Some(spot), Support::Yes | Support::Unknown) => work
                .differ(rules::CAPABILITY_DIFFERS, format!("`{}` is deprecated", name.value))
                .spot(Some(spot.clone()), "stated here")
                .catalog(&place, "the catalog lets new tests use it")
                .help("state in the catalog that new tests may not use it")
                .done(),
            (None, Support::No) => work
                .differ(rules::CAPABILITY_DIFFERS, format!("`{}` is not deprecated", name.value))
                .spot(Some(name.spot.clone()), "no comment above calls it deprecated")
                .catalog(&place, "the catalog forbids new tests to use it")
                .help("correct the statement on `new-tests`")
                .done(),
            _ => {}
        }
    }

    fn disk(&self, work: &mut Compare<'_>, factory: &Factory, guest: &Guest, target: &Target) {
        let image = guest.images.iter().position(|image| image.artifact.is_some());
        let (Some(disk), Some(image)) = (&factory.disk, image) else { return };
        let target = target.clone().key("image").at(image);
        let known = guest.images[image].artifact.as_deref().unwrap_or_default();
        if disk.value != known {
            work.differ(rules::IMAGE_DIFFERS, format!("`{}` has another container disk", guest.id))
                .spot(Some(disk.spot.clone()), format!("`{}`", disk.value))
                .catalog(&target.key("artifact"), format!("`{known}`"))
                .help("compare the catalog's statements on the guest with the new image")
                .done();
            return;
        }
        match (self.factories.disks.get(known), &guest.images[image].file) {
            (Some(now), Some(file)) if now.value != *file => work
                .differ(rules::IMAGE_DIFFERS, format!("`{known}` is another image"))
                .spot(Some(now.spot.clone()), format!("`{}`", now.value))
                .catalog(&target.key("file"), format!("`{file}`"))
                .help("compare the catalog's statements on the guest with the new image")
                .done(),
            (None, _) if !self.factories.disks.is_empty() => work
                .differ(rules::IMAGE_DIFFERS, format!("`{known}` is not among the container disks"))
                .catalog(&target.key("artifact"), "the catalog names it")
                .help("check what the factory uses instead")
                .done(),
            _ => {}
        }
    }
}

fn memory(work: &mut Compare<'_>, factory: &Factory, guest: &Guest, target: Target) {
    let Some(memory) = &factory.memory else { return };
    let known = guest.memory.as_deref().unwrap_or("none");
    if memory.value != known {
        let target = target.key("memory");
        work.differ(rules::GUEST_DIFFERS, format!("`{}` asks for other memory", guest.id))
            .spot(Some(memory.spot.clone()), format!("{} on x86-64", memory.value))
            .catalog(&target, known)
            .help("`lightest sync --write` corrects the amount; quirks and statements that name it need a decision")
            .edit(Edit { target, new: New::Str(memory.value.clone()) })
            .done();
    }
}

/// The catalog's answer for a guest, and the statement that decides.
fn catalog_answer(space: &Space<'_>, guest: &Guest, requirement: &str) -> (Support, Target) {
    let catalog = space.catalog();
    let answer = answer(space, guest, requirement);
    let index = answer
        .statement
        .and_then(|statement| catalog.capabilities.iter().position(|known| std::ptr::eq(known, statement)));
    let guest = catalog.guests.iter().position(|known| known.id == guest.id).unwrap_or_default();
    let target =
        index.map_or_else(|| Target::entry("guest", guest), |index| Target::entry("capability", index));
    (answer.support, target)
}
