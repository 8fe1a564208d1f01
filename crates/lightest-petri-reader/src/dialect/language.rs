//! Items of the language that ask for nothing: its own types, and names that cannot stand for anything else.

/// Types of the language and its standard library whose values only contain what they were made from.
const TYPES: [&str; 44] = [
    "Arc",
    "AtomicBool",
    "AtomicU32",
    "AtomicU64",
    "AtomicUsize",
    "BTreeMap",
    "BTreeSet",
    "Box",
    "Cell",
    "Cow",
    "Default",
    "Duration",
    "Err",
    "File",
    "HashMap",
    "HashSet",
    "Instant",
    "Mutex",
    "None",
    "Ok",
    "OnceCell",
    "Option",
    "OsStr",
    "OsString",
    "Path",
    "PathBuf",
    "PhantomData",
    "Pin",
    "Range",
    "Rc",
    "RefCell",
    "Result",
    "RwLock",
    "Some",
    "String",
    "SystemTime",
    "Vec",
    "VecDeque",
    "Ordering",
    "Iterator",
    "IntoIterator",
    "From",
    "Into",
    "AsRef",
];

/// Types that are part of the language.
const PRIMITIVES: [&str; 17] = [
    "u8", "u16", "u32", "u64", "u128", "usize", "i8", "i16", "i32", "i64", "i128", "isize", "f32", "f64",
    "bool", "char", "str",
];

/// Whether a path names something of the language.
pub(super) fn is_harmless(path: &str) -> bool {
    let mut parts = path.rsplit("::");
    let last = parts.next().unwrap_or(path);
    let before = parts.next();
    let of_language = |part: &str| TYPES.contains(&part) || PRIMITIVES.contains(&part);
    of_language(last) || before.is_some_and(of_language)
}

/// How methods of builders begin.
pub(super) const BUILDS: [&str; 4] = ["with_", "without_", "add_", "modify_backend"];
