//! Conditions of the catalog as people read them: which configurations a statement is about.

use lightest_model::catalog::When;

use crate::words;

/// `family alpine, arch x64`; `every configuration` where nothing is named.
pub(crate) fn in_words(when: &When) -> String {
    let mut parts: Vec<String> = Vec::new();
    let mut add = |key: &str, values: &[&str]| {
        if !values.is_empty() {
            parts.push(format!("{key} {}", words::list(values, "or")));
        }
    };
    for (key, list) in [
        ("vmm", Vec::clone(&when.vmm)),
        ("boot", Vec::clone(&when.boot)),
        ("arch", when.arch.iter().map(ToString::to_string).collect()),
        ("isolation", Vec::clone(&when.isolation)),
        ("guest", Vec::clone(&when.guest)),
        ("family", Vec::clone(&when.family)),
        ("os", when.os.iter().map(|os| os.word().to_owned()).collect()),
        ("form", when.form.iter().map(|form| form.word().to_owned()).collect()),
    ] {
        add(key, &list.iter().map(String::as_str).collect::<Vec<_>>());
    }
    add("except guest", &when.except.iter().map(String::as_str).collect::<Vec<_>>());
    match when.openhcl {
        Some(true) => add("with", &["OpenHCL"]),
        Some(false) => add("without", &["OpenHCL"]),
        None => {}
    }
    if when.arch_mismatch == Some(true) {
        parts.push("a guest of another architecture".to_owned());
    }
    if !when.with.is_empty() {
        parts.push(format!("asked together with {}", words::list(&when.with, "and")));
    }
    if parts.is_empty() { "every configuration".to_owned() } else { parts.join(", ") }
}

#[cfg(test)]
mod tests {
    use lightest_model::catalog::When;
    use lightest_model::config::Arch;

    use super::in_words;

    #[test]
    fn each_key_is_named() {
        let when = When {
            vmm: vec!["openvmm".to_owned(), "hyperv".to_owned()],
            arch: vec![Arch::X64],
            except: vec!["old".to_owned()],
            openhcl: Some(false),
            with: vec!["agent".to_owned()],
            ..When::default()
        };
        assert_eq!(
            in_words(&when),
            "vmm openvmm or hyperv, arch x64, except guest old, without OpenHCL, asked together with agent"
        );
        assert_eq!(in_words(&When::default()), "every configuration");
    }
}
