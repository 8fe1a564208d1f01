//! Kernel modules and what they depend on, read from the modules themselves.

use std::collections::BTreeMap;

use object::{Object, ObjectSection};

use crate::ImageError;

/// The modules of one kernel package, by name.
#[derive(Default)]
pub(crate) struct Modules {
    by_name: BTreeMap<String, Module>,
}

/// One of them.
pub(crate) struct Module {
    /// Where it is in the guest, with a leading `/`.
    pub(crate) path: String,
    pub(crate) content: Vec<u8>,
    depends: Vec<String>,
    aliases: Vec<String>,
}

impl Modules {
    /// Takes in a module file.
    pub(crate) fn add(&mut self, path: &str, content: Vec<u8>) {
        let file = path.rsplit('/').next().unwrap_or(path);
        let name = file.trim_end_matches(".ko").replace('-', "_");
        let information = information(&content);
        let values = |key: &str| {
            let prefix = format!("{key}=");
            let found = information.iter().filter_map(|entry| entry.strip_prefix(&prefix));
            found.map(str::to_owned).collect::<Vec<_>>()
        };
        let depends = values("depends").concat();
        let depends = depends.split(',').filter(|name| !name.is_empty());
        let depends = depends.map(|name| name.replace('-', "_")).collect();
        let path = format!("/{path}");
        let module = Module { path, content, depends, aliases: values("alias") };
        self.by_name.insert(name, module);
    }

    /// The named modules and what they need, in the order to load them; what the kernel has built in is left out.
    pub(crate) fn closure(&self, names: &[String], built_in: &[String]) -> Result<Vec<&Module>, ImageError> {
        let mut order = Vec::new();
        for name in names {
            if built_in.contains(name) {
                continue;
            }
            self.visit(name, &mut order, 0)?;
        }
        Ok(order)
    }

    fn visit<'a>(&'a self, name: &str, order: &mut Vec<&'a Module>, depth: u8) -> Result<(), ImageError> {
        let module = self
            .by_name
            .get(name)
            .ok_or_else(|| ImageError::Tool { what: format!("the kernel package has no module {name}") })?;
        if order.iter().any(|known| known.path == module.path) {
            return Ok(());
        }
        if depth > 32 {
            return Err(ImageError::Tool {
                what: format!("the modules that {name} needs go round in a circle"),
            });
        }
        for needed in &module.depends {
            self.visit(needed, order, depth + 1)?;
        }
        order.push(module);
        Ok(())
    }

    /// `modules.alias`, by which `modprobe` finds a device's driver, of the given modules.
    pub(crate) fn alias_file(modules: &[&Module]) -> String {
        let lines = modules.iter().flat_map(|module| {
            let name = module.path.rsplit('/').next().unwrap_or_default().trim_end_matches(".ko");
            module.aliases.iter().map(move |alias| format!("alias {alias} {}\n", name.replace('-', "_")))
        });
        lines.collect()
    }

    /// `modules.dep`, as `modprobe` reads it, of the given modules.
    pub(crate) fn dependency_file(&self, modules: &[&Module], base: &str) -> Result<String, ImageError> {
        let mut text = String::new();
        for module in modules {
            let mut needed = Vec::new();
            for name in &module.depends {
                self.visit(name, &mut needed, 0)?;
            }
            let short = |path: &str| path.trim_start_matches(base).to_owned();
            text.push_str(&short(&module.path));
            text.push(':');
            // modprobe wants the nearest first.
            for other in needed.iter().rev() {
                text.push(' ');
                text.push_str(&short(&other.path));
            }
            text.push('\n');
        }
        Ok(text)
    }
}

/// The `key=value` entries of the module's information section.
fn information(content: &[u8]) -> Vec<String> {
    let section = object::File::parse(content)
        .ok()
        .and_then(|file| Some(file.section_by_name(".modinfo")?.data().ok()?.to_vec()));
    let section = section.unwrap_or_default();
    section.split(|byte| *byte == 0).map(|entry| String::from_utf8_lossy(entry).into_owned()).collect()
}
