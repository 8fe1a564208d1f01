//! Kernel modules and what they depend on, read from the modules themselves.

use std::collections::BTreeMap;

use object::{Object, ObjectSection};

use super::ImageError;

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
}

impl Modules {
    /// Takes in a module file.
    pub(crate) fn add(&mut self, path: &str, content: Vec<u8>) {
        let file = path.rsplit('/').next().unwrap_or(path);
        let name = file.trim_end_matches(".ko").replace('-', "_");
        let depends = depends(&content);
        let path = format!("/{path}");
        let module = Module { path, content, depends };
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

/// The names after `depends=` in the module's information section.
fn depends(content: &[u8]) -> Vec<String> {
    let section = object::File::parse(content)
        .ok()
        .and_then(|file| Some(file.section_by_name(".modinfo")?.data().ok()?.to_vec()));
    let section = section.unwrap_or_default();
    let mut entries = section.split(|byte| *byte == 0);
    let names = entries.find_map(|entry| entry.strip_prefix(b"depends="));
    let names = String::from_utf8_lossy(names.unwrap_or_default()).into_owned();
    names.split(',').filter(|name| !name.is_empty()).map(|name| name.replace('-', "_")).collect()
}
