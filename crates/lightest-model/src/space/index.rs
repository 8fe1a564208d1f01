//! Which configurations a condition selects, worked out on sets rather than one by one.

use crate::catalog::{Os, When};
use crate::config::{Arch, Form};

use super::{Bits, Row, RowId};

/// For each value of each part of a configuration, the configurations that have it.
#[derive(Debug)]
pub(super) struct Index<'c> {
    len: usize,
    vmm: Vec<(&'c str, Bits)>,
    boot: Vec<(&'c str, Bits)>,
    arch: Vec<(Arch, Bits)>,
    isolation: Vec<(&'static str, Bits)>,
    guest: Vec<(&'c str, Bits)>,
    family: Vec<(&'c str, Bits)>,
    os: Vec<(Os, Bits)>,
    form: Vec<(Form, Bits)>,
    openhcl: Vec<(bool, Bits)>,
    arch_mismatch: Vec<(bool, Bits)>,
}

fn note<T: PartialEq>(values: &mut Vec<(T, Bits)>, value: T, row: RowId, len: usize) {
    // Rows come grouped, so the value is most often the last one.
    let at = values.iter().rposition(|(known, _)| *known == value).unwrap_or_else(|| {
        values.push((value, Bits::none(len)));
        values.len() - 1
    });
    values[at].1.insert(row);
}

/// Keeps the rows that have one of the wanted values; no value wanted keeps all.
fn narrow<T: PartialEq<U>, U>(rows: &mut Bits, values: &[(T, Bits)], wanted: &[U], len: usize) {
    if wanted.is_empty() {
        return;
    }
    let mut any = Bits::none(len);
    for (value, having) in values {
        if wanted.iter().any(|wanted| *value == *wanted) {
            any.add(having);
        }
    }
    rows.keep(&any);
}

impl<'c> Index<'c> {
    pub(super) fn of(rows: &[Row<'c>]) -> Self {
        let len = rows.len();
        let mut index = Self {
            len,
            vmm: Vec::new(),
            boot: Vec::new(),
            arch: Vec::new(),
            isolation: Vec::new(),
            guest: Vec::new(),
            family: Vec::new(),
            os: Vec::new(),
            form: Vec::new(),
            openhcl: Vec::new(),
            arch_mismatch: Vec::new(),
        };
        for (at, row) in rows.iter().enumerate() {
            let at = RowId::new(at);
            note(&mut index.vmm, row.vmm.id.as_str(), at, len);
            note(&mut index.boot, row.boot.id.as_str(), at, len);
            note(&mut index.arch, row.config.arch, at, len);
            note(&mut index.isolation, row.config.isolation.map_or("none", |mode| mode.word()), at, len);
            note(&mut index.guest, row.guest.id.as_str(), at, len);
            note(&mut index.family, row.guest.family.as_str(), at, len);
            note(&mut index.os, row.guest.os, at, len);
            note(&mut index.form, row.guest.form, at, len);
            note(&mut index.openhcl, row.boot.openhcl, at, len);
            let mismatch = row.guest.arch.is_some_and(|arch| arch != row.config.arch);
            note(&mut index.arch_mismatch, mismatch, at, len);
        }
        index
    }

    /// The configurations that a condition selects; as [`When::selects`] decides for each.
    pub(super) fn select(&self, when: &When) -> Bits {
        let mut rows = Bits::all(self.len);
        let len = self.len;
        narrow(&mut rows, &self.vmm, &when.vmm, len);
        narrow(&mut rows, &self.boot, &when.boot, len);
        narrow(&mut rows, &self.arch, &when.arch, len);
        narrow(&mut rows, &self.isolation, &when.isolation, len);
        narrow(&mut rows, &self.guest, &when.guest, len);
        narrow(&mut rows, &self.family, &when.family, len);
        narrow(&mut rows, &self.os, &when.os, len);
        narrow(&mut rows, &self.form, &when.form, len);
        narrow(&mut rows, &self.openhcl, when.openhcl.as_slice(), len);
        narrow(&mut rows, &self.arch_mismatch, when.arch_mismatch.as_slice(), len);
        for (_, having) in self.guest.iter().filter(|(id, _)| when.except.iter().any(|except| except == id)) {
            rows.remove(having);
        }
        rows
    }
}
