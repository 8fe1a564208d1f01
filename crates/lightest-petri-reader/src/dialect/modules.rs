//! Module paths, from where a file stands in its package.

use lightest_model::config::Arch;

/// The modules of a file by its path within its package, as cargo lays packages out.
pub(super) fn of_file(local: &str) -> Vec<String> {
    let parts: Vec<&str> = local.split('/').filter(|part| !part.is_empty() && *part != ".").collect();
    let root = parts.iter().position(|part| matches!(*part, "src" | "tests" | "benches" | "examples"));
    let Some(root) = root else { return stem(parts.last().copied().unwrap_or_default()) };
    let mut rest = &parts[root + 1..];
    if parts[root] != "src" || rest.first() == Some(&"bin") {
        if rest.first() == Some(&"bin") && parts[root] == "src" {
            rest = &rest[1..];
        }
        // `tests/a.rs` is a crate of its own, and so is `tests/a/main.rs`, whose modules stand beside it.
        match rest {
            [] | [_] => return Vec::new(),
            [_, inner @ ..] => rest = inner,
        }
    }
    let Some((file, folders)) = rest.split_last() else { return Vec::new() };
    let mut modules: Vec<String> = folders.iter().map(|part| (*part).to_owned()).collect();
    if !(modules.is_empty() && matches!(*file, "main.rs" | "lib.rs")) {
        modules.extend(stem(file));
    }
    modules
}

fn stem(file: &str) -> Vec<String> {
    let stem = file.strip_suffix(".rs").unwrap_or(file);
    if matches!(stem, "mod" | "main" | "lib") { Vec::new() } else { vec![stem.to_owned()] }
}

/// The architectures that a module's name binds its tests to.
pub(super) fn bound_to(modules: &[String]) -> Vec<Arch> {
    let starts = |module: &str, word: &str| {
        module.strip_prefix(word).is_some_and(|rest| rest.is_empty() || rest.starts_with('_'))
    };
    for module in modules {
        if starts(module, "x86_64") || starts(module, "x64") {
            return vec![Arch::X64];
        }
        if starts(module, "aarch64") || starts(module, "arm64") {
            return vec![Arch::Aarch64];
        }
    }
    Vec::new()
}

#[cfg(test)]
mod tests {
    use super::of_file;

    #[test]
    fn modules_follow_cargos_layout() {
        let cases = [
            ("src/lib.rs", ""),
            ("src/a.rs", "a"),
            ("src/a/mod.rs", "a"),
            ("src/a/b.rs", "a::b"),
            ("src/bin/tool.rs", ""),
            ("src/bin/tool/part.rs", "part"),
            ("tests/smoke.rs", ""),
            ("tests/tests/main.rs", ""),
            ("tests/tests/multiarch.rs", "multiarch"),
            ("tests/tests/multiarch/tpm.rs", "multiarch::tpm"),
            ("loose.rs", "loose"),
            ("", ""),
        ];
        for (path, modules) in cases {
            assert_eq!(of_file(path).join("::"), modules, "{path}");
        }
    }
}
