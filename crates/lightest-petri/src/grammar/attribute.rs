//! Whole attributes: `vmm_test`, `vmm_test_with`, `openvmm_test`, `openvmm_test_no_agent`, and those of past releases.

use std::fmt;
use std::ops::Range;

use super::SyntaxError;
use super::config::{Context, Entry, Reason, entry, lab_vmm, reason};
use super::cursor::Cursor;
use super::former;
use lightest_model::catalog::Catalog;
use lightest_model::config::Config;
use lightest_model::suggest::nearest;

/// Which macro.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum AttributeKind {
    /// `#[vmm_test(..)]`.
    VmmTest,
    /// `#[vmm_test_with(.., configs(..))]`.
    VmmTestWith,
    /// `#[openvmm_test(..)]`.
    OpenvmmTest,
    /// `#[openvmm_test_no_agent(..)]`.
    OpenvmmTestNoAgent,
    /// `#[vmm_test_no_agent(..)]`, of July 2025 to March 2026.
    VmmTestNoAgent,
    /// `#[hyperv_test(..)]`, of early 2025 and of October 2025 to March 2026.
    HypervTest,
}

impl AttributeKind {
    /// Every macro of today.
    pub const ALL: [Self; 4] =
        [Self::VmmTest, Self::VmmTestWith, Self::OpenvmmTest, Self::OpenvmmTestNoAgent];

    /// Macros of the past, which release branches still use.
    pub const FORMER: [Self; 2] = [Self::VmmTestNoAgent, Self::HypervTest];

    /// The macro's name.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::VmmTest => "vmm_test",
            Self::VmmTestWith => "vmm_test_with",
            Self::OpenvmmTest => "openvmm_test",
            Self::OpenvmmTestNoAgent => "openvmm_test_no_agent",
            Self::VmmTestNoAgent => "vmm_test_no_agent",
            Self::HypervTest => "hyperv_test",
        }
    }

    /// The macro of that name, of today or of the past.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().chain(Self::FORMER).find(|kind| kind.word() == word)
    }
}

/// A host CPU vendor that a test is restricted to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Vendor {
    /// AMD.
    Amd,
    /// Intel.
    Intel,
}

impl Vendor {
    /// The word in an attribute.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Amd => "amd",
            Self::Intel => "intel",
        }
    }

    /// The vendor of that word.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        [Self::Amd, Self::Intel].into_iter().find(|vendor| vendor.word() == word)
    }
}

/// A parsed attribute. [`Display`](fmt::Display) writes it as rustfmt would, with lines of at most 100 columns.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attribute {
    /// Which macro.
    pub kind: AttributeKind,
    /// The VMM that `vmm_test_with` names.
    pub vmm: Option<String>,
    /// Whether `noagent` is given.
    pub noagent: bool,
    /// The host CPU vendor.
    pub vendor: Option<Vendor>,
    /// The words of `requires(..)`.
    pub requires: Vec<String>,
    /// Why all of it is skipped by default.
    pub ignored: Option<Reason>,
    /// Why no failure blocks.
    pub unstable: Option<Reason>,
    /// The configurations.
    pub entries: Vec<Entry>,
}

/// One configuration of an attribute, with everything that holds for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Variant<'a> {
    /// The configuration, its VMM named.
    pub config: Config,
    /// As it stands in the attribute.
    pub entry: &'a Entry,
    /// Whether the agent runs in the guest.
    pub agent: bool,
    /// Why it is skipped by default.
    pub ignored: Option<&'a Reason>,
    /// Why its failures do not block.
    pub unstable: Option<&'a Reason>,
}

impl Attribute {
    /// An attribute with nothing but configurations.
    #[must_use]
    pub fn of(configs: impl IntoIterator<Item = Config>) -> Self {
        let entries = configs
            .into_iter()
            .map(|config| Entry { config, config_span: 0..0, span: 0..0, ignored: None, unstable: None })
            .collect();
        Self {
            kind: AttributeKind::VmmTest,
            vmm: None,
            noagent: false,
            vendor: None,
            requires: Vec::new(),
            ignored: None,
            unstable: None,
            entries,
        }
    }

    /// The VMM that holds for all configurations.
    #[must_use]
    pub fn common_vmm(&self) -> Option<&str> {
        match self.kind {
            AttributeKind::OpenvmmTest | AttributeKind::OpenvmmTestNoAgent => Some("openvmm"),
            AttributeKind::HypervTest => Some("hyperv"),
            AttributeKind::VmmTest | AttributeKind::VmmTestWith | AttributeKind::VmmTestNoAgent => {
                self.vmm.as_deref()
            }
        }
    }

    /// Whether the agent runs in the guests.
    #[must_use]
    pub fn agent(&self) -> bool {
        let without = [AttributeKind::OpenvmmTestNoAgent, AttributeKind::VmmTestNoAgent];
        !without.contains(&self.kind) && !self.noagent
    }

    /// Each configuration with everything that holds for it.
    pub fn variants(&self) -> impl Iterator<Item = Variant<'_>> {
        self.entries.iter().map(|entry| {
            let mut config = entry.config.clone();
            if config.vmm.is_none() {
                config.vmm = self.common_vmm().map(str::to_owned);
            }
            Variant {
                config,
                entry,
                agent: self.agent(),
                ignored: entry.ignored.as_ref().or(self.ignored.as_ref()),
                unstable: entry.unstable.as_ref().or(self.unstable.as_ref()),
            }
        })
    }
}

/// Parses `#[name(..)]`.
pub(super) fn whole(catalog: &Catalog, cursor: &mut Cursor<'_>) -> Result<Attribute, SyntaxError> {
    let names =
        || AttributeKind::ALL.iter().map(|kind| format!("#[{}(..)]", kind.word())).collect::<Vec<_>>();
    if !cursor.eat('#') {
        return Err(cursor.error("expected an attribute", names()));
    }
    cursor.open('[', " after `#`")?;
    cursor.eat_path_separator();
    let mut name = cursor.ident("the name of a macro", names)?;
    while cursor.eat_path_separator() {
        name = cursor.ident("the name of a macro", names)?;
    }
    let (word, span) = name;
    let Some(kind) = AttributeKind::from_word(word) else {
        let near = nearest(word, AttributeKind::ALL.iter().map(|kind| kind.word()));
        return Err(SyntaxError {
            message: format!("`{word}` is not one of petri's test attributes"),
            span,
            expected: names(),
            help: near.map(|near| format!("did you mean `{near}`?")),
        });
    };
    if cursor.open_any().is_none() {
        return Err(cursor.error("expected at least one firmware entry", vec!["(".to_owned()]));
    }
    let attribute = arguments(catalog, kind, cursor, None)?;
    cursor.close("the arguments")?;
    cursor.close("the attribute")?;
    cursor.end("end of the attribute")?;
    Ok(attribute)
}

/// Where what the macros refuse is put, when the rest is to be read all the same.
pub(super) type Refused<'r> = Option<&'r mut Vec<SyntaxError>>;

/// Keeps an error for later, or fails with it.
pub(super) fn refuse(error: SyntaxError, refused: &mut Refused<'_>) -> Result<(), SyntaxError> {
    match refused {
        Some(refused) => {
            refused.push(error);
            Ok(())
        }
        None => Err(error),
    }
}

/// Parses what stands between an attribute's parentheses, up to the end of the group or text.
pub(super) fn arguments(
    catalog: &Catalog,
    kind: AttributeKind,
    cursor: &mut Cursor<'_>,
    mut refused: Refused<'_>,
) -> Result<Attribute, SyntaxError> {
    let mut attribute = Attribute { kind, ..Attribute::of([]) };
    if kind == AttributeKind::VmmTestWith {
        overrides(catalog, cursor, &mut attribute, &mut refused)?;
    } else {
        attribute.entries = entries(catalog, cursor, &mut refused)?;
    }
    if !cursor.ends() {
        return Err(cursor.error("unexpected token", Vec::new()));
    }
    let common = attribute.common_vmm().map(str::to_owned);
    let mut kept = Vec::new();
    for entry in std::mem::take(&mut attribute.entries) {
        match vmm_error(catalog, common.as_deref(), &entry) {
            Some(error) => refuse(error, &mut refused)?,
            None => kept.push(entry),
        }
    }
    attribute.entries = kept;
    Ok(attribute)
}

/// Reads an attribute whose list is missing or empty; `None` for one that has a list, or that the macros would refuse for
/// another reason.
pub(super) fn without_list(
    catalog: &Catalog,
    kind: AttributeKind,
    cursor: &mut Cursor<'_>,
) -> Option<Attribute> {
    let mut attribute = Attribute { kind, ..Attribute::of([]) };
    let mut position = 0_usize;
    while !cursor.ends() {
        if kind != AttributeKind::VmmTestWith {
            return None;
        }
        let start = cursor.position();
        if matches!(cursor.ident("an override", Vec::new), Ok(("configs", _))) {
            cursor.open('(', " after `configs`").ok()?;
            cursor.close("the configurations").ok()?;
            cursor.eat(',');
            return cursor.ends().then_some(attribute);
        }
        cursor.go_back(start);
        one_override(catalog, cursor, &mut attribute, &mut None, position).ok()?;
        position += 1;
        if !cursor.ends() && !cursor.eat(',') {
            return None;
        }
    }
    Some(attribute)
}

/// What is wrong with a configuration's VMM, beside the one that holds for all.
fn vmm_error(catalog: &Catalog, common: Option<&str>, entry: &Entry) -> Option<SyntaxError> {
    let message = match (common, entry.config.vmm.as_deref()) {
        (None, None) => "vmm must be specified",
        (Some(common), Some(own)) if common != own => "vmm mismatch",
        _ => return None,
    };
    let expected = match common {
        Some(common) => vec![Config { vmm: Some(common.to_owned()), ..entry.config.clone() }.to_string()],
        None => catalog
            .vmms
            .iter()
            .filter(|vmm| !vmm.lab)
            .map(|vmm| Config { vmm: Some(vmm.id.clone()), ..entry.config.clone() }.to_string())
            .collect(),
    };
    Some(SyntaxError { message: message.to_owned(), span: entry.config_span.clone(), expected, help: None })
}

pub(super) fn entries(
    catalog: &Catalog,
    cursor: &mut Cursor<'_>,
    refused: &mut Refused<'_>,
) -> Result<Vec<Entry>, SyntaxError> {
    let mut entries = Vec::new();
    while !cursor.ends() {
        let start = cursor.position();
        let context = Context { attribute: true, wrapped: false, former: refused.is_some() };
        match entry(catalog, cursor, context) {
            Ok(entry) => entries.push(entry),
            Err(error) => {
                refuse(error, refused)?;
                cursor.skip_from(start);
            }
        }
        if !cursor.eat(',') && !cursor.ends() {
            return Err(cursor.error("expected `,` between configurations", vec![",".to_owned()]));
        }
    }
    if entries.is_empty() && refused.as_ref().is_none_or(|refused| refused.is_empty()) {
        return Err(
            cursor.error("expected at least one firmware entry", vec!["openvmm_linux_direct_x64".to_owned()])
        );
    }
    Ok(entries)
}

/// The words that `vmm_test_with` understands.
const OVERRIDES: [&str; 7] = ["noagent", "amd", "intel", "requires", "unstable", "ignore", "configs"];

fn overrides(
    catalog: &Catalog,
    cursor: &mut Cursor<'_>,
    attribute: &mut Attribute,
    refused: &mut Refused<'_>,
) -> Result<(), SyntaxError> {
    if refused.is_some() && cursor.opens('(') {
        return former::tuple(catalog, cursor, attribute, refused);
    }
    let mut position = 0_usize;
    while !cursor.ends() {
        let start = cursor.position();
        match one_override(catalog, cursor, attribute, refused, position) {
            Ok(true) => return Ok(()),
            Ok(false) => {}
            Err(error) => {
                refuse(error, refused)?;
                cursor.skip_from(start);
            }
        }
        position += 1;
        if !cursor.ends() && !cursor.eat(',') {
            return Err(cursor.error("expected `,`", vec![",".to_owned()]));
        }
    }
    Err(cursor.error("expected a `configs(...)` group of firmware entries", vec!["configs(..)".to_owned()]))
}

/// Parses one argument of `vmm_test_with`; whether it was the last one, `configs(..)`.
pub(super) fn one_override(
    catalog: &Catalog,
    cursor: &mut Cursor<'_>,
    attribute: &mut Attribute,
    refused: &mut Refused<'_>,
    position: usize,
) -> Result<bool, SyntaxError> {
    let words = || {
        let form = |word: &&str| match *word {
            "requires" | "configs" => format!("{word}(..)"),
            "unstable" | "ignore" => format!("{word}(reason = \"..\")"),
            _ => (*word).to_owned(),
        };
        let vmms = catalog.vmms.iter().filter(|vmm| !vmm.lab).map(|vmm| vmm.id.clone());
        vmms.chain(OVERRIDES.iter().map(form)).collect::<Vec<_>>()
    };
    let conflict = |span: Range<usize>| SyntaxError {
        message: "conflicting override".to_owned(),
        span,
        expected: Vec::new(),
        help: Some("it is given already: remove one".to_owned()),
    };
    let (word, span) = cursor.ident("an override", words)?;
    if refused.is_some() && cursor.opens('(') && !cursor.opens_reason() && former::overrides(attribute, word)
    {
        // In an older grammar the configurations follow the words themselves: `noagent_openvmm(..)`.
        cursor.open('(', "")?;
        attribute.entries = entries(catalog, cursor, refused)?;
        cursor.close("the configurations")?;
        cursor.eat(',');
        return Ok(true);
    }
    match word {
        "configs" => {
            cursor.open('(', " after `configs`")?;
            attribute.entries = entries(catalog, cursor, refused)?;
            cursor.close("the configurations")?;
            cursor.eat(',');
            if !cursor.ends() {
                return Err(cursor.error("`configs(...)` must be the last argument", Vec::new()));
            }
            return Ok(true);
        }
        "requires" => requires(catalog, cursor, attribute)?,
        vmm if catalog.vmms.iter().any(|known| !known.lab && known.id == vmm) => {
            if position != 0 {
                return Err(SyntaxError {
                    message: "the vmm must be the first argument".to_owned(),
                    span,
                    expected: Vec::new(),
                    help: Some(format!("move `{word}` to the front")),
                });
            }
            attribute.vmm = Some(word.to_owned());
        }
        "unstable" | "ignore" if refused.is_none() || word == "ignore" || cursor.opens_reason() => {
            cursor.open('(', &format!(" after `{word}`"))?;
            let reason = reason(cursor)?;
            cursor.eat(',');
            if !cursor.ends() {
                let mut error =
                    cursor.error(format!("whole-list `{word}` takes only `reason = \"..\"`"), Vec::new());
                error.help = Some("wrap an individual configuration to scope it".to_owned());
                return Err(error);
            }
            cursor.close("the reason")?;
            let slot = if word == "ignore" { &mut attribute.ignored } else { &mut attribute.unstable };
            if slot.is_some() {
                return Err(conflict(span));
            }
            *slot = Some(reason);
        }
        "noagent" => {
            if attribute.noagent {
                return Err(conflict(span));
            }
            attribute.noagent = true;
        }
        "amd" | "intel" => {
            if attribute.vendor.is_some() {
                return Err(conflict(span));
            }
            attribute.vendor = Some(if word == "amd" { Vendor::Amd } else { Vendor::Intel });
        }
        // Release branches have it without a reason.
        word if refused.is_some() && former::overrides(attribute, word) => {}
        _ => {
            let known = catalog.vmms.iter().filter(|vmm| !vmm.lab).map(|vmm| vmm.id.as_str());
            let help = lab_vmm(catalog, word).or_else(|| {
                nearest(word, OVERRIDES.into_iter().chain(known))
                    .map(|near| format!("did you mean `{near}`?"))
            });
            return Err(SyntaxError {
                message: "unrecognized vmm test override".to_owned(),
                span,
                expected: words(),
                help,
            });
        }
    }
    Ok(false)
}

fn requires(
    catalog: &Catalog,
    cursor: &mut Cursor<'_>,
    attribute: &mut Attribute,
) -> Result<(), SyntaxError> {
    let words =
        || catalog.test_capabilities.iter().map(|capability| capability.id.clone()).collect::<Vec<_>>();
    cursor.open('(', " after `requires`")?;
    if cursor.ends() {
        return Err(cursor.error("requires expects at least one capability", words()));
    }
    while !cursor.ends() {
        let (word, span) = cursor.ident("a capability", words)?;
        let known = words();
        if !known.iter().any(|capability| capability == word) {
            return Err(SyntaxError {
                message: format!("unknown test capability `{word}`"),
                span,
                help: nearest(word, known.iter().map(String::as_str))
                    .map(|near| format!("did you mean `{near}`?")),
                expected: known,
            });
        }
        if attribute.requires.iter().any(|given| given == word) {
            return Err(SyntaxError {
                message: "duplicate required capability".to_owned(),
                span,
                expected: Vec::new(),
                help: Some("it is required already: remove one".to_owned()),
            });
        }
        attribute.requires.push(word.to_owned());
        if !cursor.eat(',') && !cursor.ends() {
            return Err(cursor.error("expected `,`", vec![",".to_owned(), ")".to_owned()]));
        }
    }
    cursor.close("the capabilities")
}

/// A string literal that reads as `text`.
#[must_use]
pub fn quoted(text: &str) -> String {
    format!("\"{}\"", text.escape_default().to_string().replace("\\'", "'"))
}

impl fmt::Display for Attribute {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut before = Vec::new();
        if self.kind == AttributeKind::VmmTestWith {
            before.extend(self.vmm.clone());
            before.extend(self.noagent.then(|| "noagent".to_owned()));
            before.extend(self.vendor.map(|vendor| vendor.word().to_owned()));
            if !self.requires.is_empty() {
                before.push(format!("requires({})", self.requires.join(", ")));
            }
            before.extend(
                self.unstable.iter().map(|reason| format!("unstable(reason = {})", quoted(&reason.text))),
            );
            before.extend(
                self.ignored.iter().map(|reason| format!("ignore(reason = {})", quoted(&reason.text))),
            );
        }
        let depth = if self.kind == AttributeKind::VmmTestWith { 8 } else { 4 };
        let entries: Vec<String> = self.entries.iter().map(|entry| written(entry, depth)).collect();
        let name = self.kind.word();
        let with_configs = self.kind == AttributeKind::VmmTestWith;
        let flat = if with_configs {
            let mut all = before.clone();
            all.push(format!("configs({})", entries.join(", ")));
            format!("#[{name}({})]", all.join(", "))
        } else {
            format!("#[{name}({})]", entries.join(", "))
        };
        // rustfmt keeps one configuration on one line where it fits, and lists several one a line.
        if flat.len() <= 100 && entries.len() <= 1 {
            return f.write_str(&flat);
        }
        writeln!(f, "#[{name}(")?;
        if with_configs {
            for line in &before {
                writeln!(f, "    {line},")?;
            }
            writeln!(f, "    configs(")?;
            for line in &entries {
                writeln!(f, "        {line},")?;
            }
            writeln!(f, "    )")?;
        } else {
            for line in &entries {
                writeln!(f, "    {line},")?;
            }
        }
        write!(f, ")]")
    }
}

/// One configuration with what is around it, indented by `depth` where it takes several lines.
fn written(entry: &Entry, depth: usize) -> String {
    let config = entry.config.to_string();
    let (word, reason) = match (&entry.ignored, &entry.unstable) {
        (Some(reason), _) => ("ignore", reason),
        (None, Some(reason)) => ("unstable", reason),
        (None, None) => return config,
    };
    let reason = quoted(&reason.text);
    let line = format!("{word}(reason = {reason}, {config})");
    if depth + line.len() < 100 {
        return line;
    }
    let outer = " ".repeat(depth);
    format!("{word}(\n{outer}    reason = {reason},\n{outer}    {config}\n{outer})")
}
