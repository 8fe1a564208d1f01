//! Debian's packages of a compiler, by `guests/toolchain.toml`. The lab reads the list here, and so does `cargo xtask windows`.

use serde::Deserialize;

const LIST: &str = include_str!("../../../guests/toolchain.toml");

/// The list.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Packages {
    host: Vec<String>,
    libraries: Vec<String>,
    pub(crate) source: String,
    pub(crate) std: String,
    pub(crate) libc_aarch64: Vec<String>,
}

impl Packages {
    /// Reads it.
    ///
    /// # Errors
    /// When the list is malformed.
    pub(crate) fn read() -> Result<Self, String> {
        toml::from_str(LIST).map_err(|error| format!("guests/toolchain.toml: {error}"))
    }

    /// The packages of the compiler on this host; `depends` gives the dependencies of a package.
    ///
    /// # Errors
    /// Those of `depends`, and a library that nothing depends on.
    pub(crate) fn compiler(
        &self,
        depends: &dyn Fn(&str) -> Result<Vec<String>, String>,
    ) -> Result<Vec<String>, String> {
        let mut known = vec![self.std.clone()];
        let mut next = 0;
        while let Some(package) = known.get(next) {
            for name in depends(package)? {
                if self.libraries.iter().any(|start| name.starts_with(start)) && !known.contains(&name) {
                    known.push(name);
                }
            }
            next += 1;
        }
        // In the list's order, so that what is named by them all has one name.
        let mut all = self.host.clone();
        for start in &self.libraries {
            let before = all.len();
            // The start of the search is left out.
            all.extend(known[1..].iter().filter(|name| name.starts_with(start)).cloned());
            if all.len() == before {
                return Err(format!("{} depends on no package whose name starts with `{start}`", self.std));
            }
        }
        Ok(all)
    }
}

/// The names in what `apt-cache depends` prints.
pub(crate) fn names(printed: &str) -> impl Iterator<Item = &str> {
    printed.lines().filter_map(|line| line.trim().strip_prefix("Depends: "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn libraries_are_found_whatever_their_version() {
        for (rust, llvm) in [("libstd-rust-web-1.96", "libllvm22"), ("libstd-rust-web-2.0", "libllvm99")] {
            let depends = |package: &str| {
                let printed = match package {
                    "libstd-rust-web-dev" => format!("{package}\n  Depends: {rust}\n  Conflicts: <rustup>\n"),
                    package if package == rust => format!("{package}\n  Depends: libc6\n  Depends: {llvm}\n"),
                    package if package == llvm => "x\n  Depends: libedit2\n  Depends: libz3-4\n".to_owned(),
                    _ => format!("{package}\n  Depends: libc6\n"),
                };
                Ok(names(&printed).map(str::to_owned).collect())
            };
            let packages = Packages::read().expect("the list");
            assert_eq!(
                packages.compiler(&depends).as_deref(),
                Ok(&["rustc-web", rust, llvm, "libz3-4", "libedit2"].map(str::to_owned)[..])
            );
        }
        let nothing = Packages::read().and_then(|packages| packages.compiler(&|_| Ok(Vec::new())));
        assert_eq!(
            nothing,
            Err("libstd-rust-web-dev depends on no package whose name starts with `libstd-rust-web-`"
                .to_owned())
        );
    }
}
