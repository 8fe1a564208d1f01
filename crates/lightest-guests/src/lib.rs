//! Guests made here: built from recipes, kept in the user's cache, each with the hashes of all that went into it.

mod agent;
mod apt;
mod compiler;
mod disk;
mod full_disk;
pub mod host;
mod initrd;
mod kernel;
mod linux_direct;
mod modules;
pub mod recipe;
pub mod seed;
mod small_disk;
mod toolchain;
mod uefi_app;

use std::collections::BTreeMap;
use std::fmt;
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use host::{Host, Missing};
use lightest_model::config::Arch;
use recipe::Recipe;

/// Part of every guest's key: raised when the builder makes other bytes from the same inputs.
const BUILDER_VERSION: u32 = 2;

/// Why a guest cannot be made or found.
#[derive(Debug, thiserror::Error)]
pub enum ImageError {
    /// There is no recipe of this name.
    #[error("there is no recipe for a guest `{name}`; there are: {}", known.join(", "))]
    Unknown {
        /// The name.
        name: String,
        /// The names that exist.
        known: Vec<&'static str>,
    },
    /// It was not built yet, or from other inputs than today's.
    #[error("the guest `{name}` {}: run `lightest image build {name}`", not_built(stale.as_deref()))]
    NotBuilt {
        /// The name.
        name: String,
        /// The reason why a built guest is out of date.
        stale: Option<String>,
    },
    /// Packages are missing on this host.
    #[error(transparent)]
    Missing(#[from] Missing),
    /// A program or a package is not as expected.
    #[error("{what}")]
    Tool {
        /// The outcome.
        what: String,
    },
    /// The operating system refused something.
    #[error("{}: {error}", path.display())]
    Io {
        /// Where.
        path: PathBuf,
        /// The reason.
        #[source]
        error: io::Error,
    },
}

fn not_built(stale: Option<&str>) -> String {
    stale.map_or_else(|| "is not built yet".to_owned(), |why| format!("was built before {why} changed"))
}

impl ImageError {
    fn io(path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |error| Self::Io { path, error }
    }
}

/// A guest that was built.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Built {
    /// Its recipe's name.
    pub name: String,
    /// Hash of all inputs; also the name of its directory.
    pub key: String,
    /// Every input and its hash.
    pub inputs: BTreeMap<String, String>,
    /// Every file that was made and its hash.
    pub outputs: BTreeMap<String, String>,
    /// The kernel's command line, for Linux Direct.
    #[serde(default)]
    pub cmdline: String,
    /// Where it is; not part of what is written down.
    #[serde(skip)]
    pub dir: PathBuf,
}

impl Built {
    /// The path of one of its files.
    #[must_use]
    pub fn file(&self, name: &str) -> PathBuf {
        self.dir.join(name)
    }

    /// How many bytes its files have together.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        let sizes = self.outputs.keys().map(|name| fs::metadata(self.file(name)));
        sizes.filter_map(|meta| meta.ok().map(|meta| meta.len())).sum()
    }
}

/// The cache of guests and packages.
#[derive(Clone, Debug)]
pub struct Store {
    cache: PathBuf,
}

/// Inputs and outputs of a build, before it is kept.
pub(crate) struct BuildRecord {
    pub(crate) inputs: BTreeMap<String, String>,
    pub(crate) files: Vec<(String, Vec<u8>)>,
    pub(crate) cmdline: String,
}

impl Store {
    /// The cache in the given directory.
    #[must_use]
    pub fn at(cache: impl Into<PathBuf>) -> Self {
        Self { cache: cache.into() }
    }

    /// The user's cache: `$XDG_CACHE_HOME/lightest`, else `~/.cache/lightest`.
    ///
    /// # Errors
    /// When neither variable is set.
    pub fn of_user() -> Result<Self, ImageError> {
        let absolute = |name: &str| {
            let value = std::env::var_os(name).map(PathBuf::from);
            value.filter(|path| path.is_absolute())
        };
        let base = absolute("XDG_CACHE_HOME").or_else(|| Some(absolute("HOME")?.join(".cache")));
        base.map(|base| Self::at(base.join("lightest"))).ok_or_else(|| ImageError::Tool {
            what: "neither XDG_CACHE_HOME nor HOME names a directory for the cache".to_owned(),
        })
    }

    /// Where everything is kept.
    #[must_use]
    pub fn dir(&self) -> &Path {
        &self.cache
    }

    /// A guest that was built from today's recipe and agent.
    ///
    /// # Errors
    /// When there is none.
    pub fn find(&self, name: &str) -> Result<Built, ImageError> {
        let text = recipe_text(name)?;
        let record = self.cache.join("guests").join(format!("{name}.json"));
        let not_built = |stale: Option<&str>| ImageError::NotBuilt {
            name: name.to_owned(),
            stale: stale.map(str::to_owned),
        };
        let json = fs::read(&record).map_err(|_| not_built(None))?;
        let mut built: Built = serde_json::from_slice(&json).map_err(|_| not_built(None))?;
        built.dir = self.cache.join("guests").join(&built.key);
        let own = [
            ("recipe", hash(text.as_bytes())),
            ("builder", BUILDER_VERSION.to_string()),
            ("agent-source", agent::source_hash()),
            ("application-source", uefi_app::source_hash()),
        ];
        for (input, now) in own {
            if built.inputs.get(input).is_some_and(|then| *then != now) {
                return Err(not_built(Some(match input {
                    "recipe" => "its recipe",
                    "builder" => "the builder",
                    "application-source" => "the application",
                    _ => "the agent",
                })));
            }
        }
        if built.outputs.keys().any(|file| !built.file(file).exists()) {
            return Err(not_built(None));
        }
        Ok(built)
    }

    /// Builds a guest, or finds that the same inputs were built before; `progress` gets each step.
    ///
    /// # Errors
    /// When something is missing or fails.
    pub fn build(
        &self,
        name: &str,
        host: &Host,
        progress: &mut dyn FnMut(&str),
    ) -> Result<Built, ImageError> {
        let text = recipe_text(name)?;
        host.require(&["image"])?;
        let recipe: Recipe = toml::from_str(text)
            .map_err(|error| ImageError::Tool { what: format!("the recipe of {name}: {error}") })?;
        let mut made = match &recipe {
            Recipe::LinuxDirect(recipe) => linux_direct::make(recipe, &self.cache, progress)?,
            Recipe::UefiApp(recipe) => uefi_app::make(recipe, &self.cache, progress)?,
            Recipe::FullDisk(recipe) => {
                host.require(&["image-full"])?;
                full_disk::make(recipe, host, &self.cache, progress)?
            }
            Recipe::SmallDisk(recipe) => {
                if recipe.bios {
                    host.require(&["image-bios"])?;
                }
                small_disk::make(recipe, host, &self.cache, progress)?
            }
        };
        made.inputs.insert("recipe".to_owned(), hash(text.as_bytes()));
        made.inputs.insert("builder".to_owned(), BUILDER_VERSION.to_string());
        self.keep(name, made)
    }

    /// A guest, built now if it was not built from today's recipe yet.
    ///
    /// # Errors
    /// When it cannot be built.
    pub fn ensure(
        &self,
        name: &str,
        host: &Host,
        progress: &mut dyn FnMut(&str),
    ) -> Result<Built, ImageError> {
        match self.find(name) {
            Err(ImageError::NotBuilt { .. }) => self.build(name, host, progress),
            other => other,
        }
    }

    /// The seed disk that brings the agent into a cloud image.
    ///
    /// # Errors
    /// When there is no agent for the architecture, or it cannot be kept.
    pub fn seed(&self, arch: Arch, progress: &mut dyn FnMut(&str)) -> Result<PathBuf, ImageError> {
        let content = seed::seed(arch, &self.cache, progress)?;
        let dir = self.cache.join("seeds");
        let path = dir.join(format!("{}-{}.img", arch.word(), &hash(&content)[..16]));
        if !path.exists() {
            fs::create_dir_all(&dir).map_err(ImageError::io(&dir))?;
            let mut file = tempfile::NamedTempFile::new_in(&dir).map_err(ImageError::io(&dir))?;
            io::Write::write_all(&mut file, &content).map_err(ImageError::io(&path))?;
            file.persist(&path).map_err(|error| ImageError::io(&path)(error.error))?;
        }
        Ok(path)
    }

    fn keep(&self, name: &str, made: BuildRecord) -> Result<Built, ImageError> {
        let mut all = Sha256::new();
        for (input, hash) in &made.inputs {
            all.update(format!("{input}={hash}\n"));
        }
        let key = format!("{name}-{}", &hex(&all.finalize())[..16]);
        let guests = self.cache.join("guests");
        let dir = guests.join(&key);
        fs::create_dir_all(&guests).map_err(ImageError::io(&guests))?;
        // Made aside and renamed whole: another process never sees half a guest.
        let aside =
            tempfile::Builder::new().prefix(".new-").tempdir_in(&guests).map_err(ImageError::io(&guests))?;
        let mut outputs = BTreeMap::new();
        for (file, content) in &made.files {
            let path = aside.path().join(file);
            fs::write(&path, content).map_err(ImageError::io(&path))?;
            outputs.insert(file.clone(), hash(content));
        }
        let same =
            |(file, hash): (&String, &String)| hash_file(&dir.join(file)).is_ok_and(|kept| kept == *hash);
        // The same bytes stay where they are: a machine may be starting from them now.
        if !outputs.iter().all(same) {
            if dir.exists() {
                fs::remove_dir_all(&dir).map_err(ImageError::io(&dir))?;
            }
            let aside = aside.keep();
            fs::rename(&aside, &dir).map_err(ImageError::io(&dir))?;
        }
        let built =
            Built { name: name.to_owned(), key, inputs: made.inputs, outputs, cmdline: made.cmdline, dir };
        let record = guests.join(format!("{name}.json"));
        let json = serde_json::to_vec_pretty(&built)
            .map_err(|error| ImageError::Io { path: record.clone(), error: error.into() })?;
        let mut file = tempfile::NamedTempFile::new_in(&guests).map_err(ImageError::io(&guests))?;
        io::Write::write_all(&mut file, &json).map_err(ImageError::io(&record))?;
        file.persist(&record).map_err(|error| ImageError::io(&record)(error.error))?;
        Ok(built)
    }
}

fn recipe_text(name: &str) -> Result<&'static str, ImageError> {
    recipe::text(name).ok_or_else(|| ImageError::Unknown { name: name.to_owned(), known: recipe::names() })
}

/// SHA-256 in hexadecimal.
#[must_use]
pub fn hash(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

/// SHA-256 of a file's content.
///
/// # Errors
/// When it cannot be read.
pub fn hash_file(path: &Path) -> Result<String, ImageError> {
    let mut file = File::open(path).map_err(ImageError::io(path))?;
    let mut state = Sha256::new();
    let mut piece = vec![0; 256 * 1024];
    loop {
        let read = file.read(&mut piece).map_err(ImageError::io(path))?;
        if read == 0 {
            return Ok(hex(&state.finalize()));
        }
        state.update(&piece[..read]);
    }
}

fn hex(bytes: &[u8]) -> String {
    use fmt::Write as _;
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}
