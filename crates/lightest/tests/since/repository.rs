//! A repository with a package of tests.

use std::fs;
use std::path::PathBuf;

use crate::git::git;
use crate::support::{Outcome, lightest};

/// A test whose guest is too heavy, by name.
pub(crate) fn heavy(name: &str, body: &str) -> String {
    format!(
        "#[openvmm_test(uefi_x64(vhd(ubuntu_2504_server_x64)))]\n\
         async fn {name}(config: PetriVmBuilder<OpenVmmPetriBackend>) -> anyhow::Result<()> {{\n    \
         let (vm, agent) = config.run().await?;\n{body}    agent.ping().await?;\n    Ok(())\n}}\n"
    )
}

/// A repository with a package of tests: `one` and `two` in `tests/a.rs`, of which `two` calls a helper of `tests/common.rs`.
pub(crate) struct Repository {
    _folder: tempfile::TempDir,
    pub(crate) top: PathBuf,
}

impl Repository {
    pub(crate) fn empty() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let top = folder.path().join("a repository");
        fs::create_dir_all(&top).expect("created");
        let repository = Self { _folder: folder, top };
        repository.git(&["init", "--quiet", "--initial-branch=main"]);
        repository
    }

    pub(crate) fn new() -> Self {
        let repository = Self::empty();
        repository.write("Cargo.toml", "[package]\nname = \"vmm_tests\"\nversion = \"0.0.0\"\n");
        repository.write("tests/a.rs", &format!("{}\n{}", heavy("one", ""), heavy("two", CALLS)));
        repository.write("tests/common.rs", HELPERS);
        repository.commit("first");
        repository
    }

    pub(crate) fn write(&self, path: &str, text: &str) {
        let path = self.top.join(path);
        fs::create_dir_all(path.parent().expect("a folder")).expect("created");
        fs::write(path, text).expect("written");
    }

    pub(crate) fn read(&self, path: &str) -> String {
        fs::read_to_string(self.top.join(path)).expect("there")
    }

    /// Puts a text in the place of another, which is there once.
    pub(crate) fn replace(&self, path: &str, old: &str, new: &str) {
        let text = self.read(path);
        assert_eq!(text.matches(old).count(), 1, "{old:?} in {text}");
        self.write(path, &text.replace(old, new));
    }

    pub(crate) fn git(&self, args: &[&str]) -> String {
        git(&self.top, args)
    }

    pub(crate) fn commit(&self, message: &str) {
        self.git(&["add", "--all"]);
        self.git(&["commit", "--quiet", "--message", message]);
    }

    pub(crate) fn check(&self, args: &[&str]) -> Outcome {
        lightest(
            &self.top,
            &[&["check", "--message-format", "short", "--rule", "heavier-than-needed"], args].concat(),
        )
    }

    /// The tests that are found too heavy since a commit, in the order of the report.
    pub(crate) fn touched(&self, since: &str) -> Vec<String> {
        let result = lightest(&self.top, &["check", "--message-format", "json", "--since", since]);
        assert!((0..=1).contains(&result.code), "{}", result.err);
        let found: Vec<String> = result
            .out
            .lines()
            .map(|line| serde_json::from_str::<serde_json::Value>(line).expect("JSON"))
            .filter_map(|line| line["lightest"]["test"].as_str().map(str::to_owned))
            .map(|test| test.rsplit("::").next().unwrap_or_default().to_owned())
            .collect();
        assert_eq!(result.code == 1, !found.is_empty(), "{}", result.err);
        found
    }
}

pub(crate) const CALLS: &str = "    look(&agent, LIMIT, Look::default()).await?;\n";

pub(crate) const HELPERS: &str = "use pipette_client::PipetteClient;\n\nconst LIMIT: u32 = 3;\n\n\
    #[derive(Default)]\nstruct Look {\n    times: u32,\n}\n\n\
    // A helper of `look`.\nasync fn inner(agent: &PipetteClient) -> anyhow::Result<()> {\n    agent.ping().await?;\n    Ok(())\n}\n\n\
    async fn look(agent: &PipetteClient, limit: u32, look: Look) -> anyhow::Result<()> {\n    inner(agent).await\n}\n\n\
    async fn unused() {}\n";
