//! Evaluates the constant expressions that facts are written with.

use lightest_model::config::Arch;

use crate::openvmm::corpus::View;
use crate::openvmm::items::constants;
use lightest_petri_reader::rust::tokens::Kind;

/// The value of a product, sum or named constant of integers, such as `4 * 1024 * 1024 * 1024`.
pub(crate) fn integer(view: View<'_>) -> Option<u64> {
    integer_within(view, 4)
}

fn integer_within(view: View<'_>, depth: u8) -> Option<u64> {
    if view.is_empty() || depth == 0 {
        return None;
    }
    let sums = view.split('+');
    if sums.len() > 1 {
        return sums
            .into_iter()
            .try_fold(0_u64, |sum, part| sum.checked_add(integer_within(part, depth - 1)?));
    }
    let mut product = 1_u64;
    for factor in view.split('*') {
        product = product.checked_mul(atom(factor, depth)?)?;
    }
    Some(product)
}

fn atom(view: View<'_>, depth: u8) -> Option<u64> {
    let single = view.next(view.from) == view.to;
    match view.kind(view.from)? {
        Kind::Int(value) if single => Some(*value),
        Kind::Open('(') if single => integer_within(view.inside(view.from), depth - 1),
        Kind::Ident => {
            // A named constant: the last segment of a path, looked up in this file first.
            let mut name = None;
            for at in view.outer() {
                match view.kind(at) {
                    Some(Kind::Ident) => name = view.ident(at),
                    Some(Kind::Punct(':')) => {}
                    _ => return None,
                }
            }
            named(view, name?, depth)
        }
        _ => None,
    }
}

fn named(view: View<'_>, name: &str, depth: u8) -> Option<u64> {
    let own = view.corpus.view(view.file);
    let others = view.corpus.views().filter(|other| other.file != view.file);
    for file in std::iter::once(own).chain(others) {
        let at = file.all().find(|at| file.reads(*at, &["const", name, ":"]));
        if let Some(at) = at {
            let item = file.slice(at, (at + 256).min(file.to));
            return constants(item).first().and_then(|(_, value, _)| integer_within(*value, depth - 1));
        }
    }
    None
}

/// The seconds of `..::from_secs(..)` or a whole number of them of `..::from_millis(..)`.
pub(crate) fn seconds(view: View<'_>) -> Option<u64> {
    for at in view.all() {
        if view.is_ident(at, "from_secs") && view.is_open(at + 1, '(') {
            return integer(view.inside(at + 1));
        }
        if view.is_ident(at, "from_millis") && view.is_open(at + 1, '(') {
            let millis = integer(view.inside(at + 1))?;
            return (millis % 1000 == 0).then_some(millis / 1000);
        }
    }
    None
}

/// The architecture of a member of `MachineArch`.
pub(crate) fn arch(member: &str) -> Option<Arch> {
    match member {
        "X86_64" => Some(Arch::X64),
        "Aarch64" => Some(Arch::Aarch64),
        _ => None,
    }
}

/// The only member of `MachineArch` that is named in view.
pub(crate) fn only_arch(view: View<'_>) -> Option<Arch> {
    let mut archs: Vec<Option<Arch>> =
        view.members_of("MachineArch").map(|(_, member)| arch(member)).collect();
    archs.dedup();
    match archs.as_slice() {
        [one] => *one,
        _ => None,
    }
}

/// A word with its architecture's suffix taken off.
pub(crate) fn split_arch(word: &str) -> Option<(&str, Arch)> {
    crate::ARCHS.into_iter().find_map(|arch| {
        let stem = word.strip_suffix(arch.word())?.strip_suffix('_')?;
        (!stem.is_empty()).then_some((stem, arch))
    })
}
