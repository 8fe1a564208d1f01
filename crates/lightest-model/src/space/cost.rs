//! The cost of a configuration, and the order of lightness.

use std::cmp::Reverse;

use crate::catalog::{Blocker, BlockerState, BootMethod, Catalog, Cost, Guest, Image, Quirk, When};

use super::{Asked, Bits, RequirementId, Row, RowId, Space};

/// The costs of a configuration that do not depend on the query.
#[derive(Clone, Debug)]
pub(crate) struct FixedCost {
    /// Index of the boot class in the catalog.
    class: usize,
    bytes: u64,
    used: Reverse<u32>,
    usual: Reverse<u32>,
}

impl FixedCost {
    pub(crate) fn of(catalog: &Catalog, boot: &BootMethod, guest: &Guest, image: Option<&Image>) -> Self {
        let rank =
            |id: &str| catalog.boot_classes.iter().position(|class| class.id == id).unwrap_or(usize::MAX);
        Self {
            class: rank(&boot.boot_class).max(rank(&guest.boot_class)),
            bytes: image.and_then(|image| image.bytes).unwrap_or(0),
            used: Reverse(guest.variants.unwrap_or(0)),
            usual: Reverse(boot.variants.unwrap_or(0)),
        }
    }
}

/// The order of lightness. Smaller is lighter: first the scarcity of the host, then the boot class, bytes of image,
/// and the cost of quirks. Between equals, what has fewer known limits, what does without the paravisor, what more
/// tests use, then the order of the catalog.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Weight {
    host: usize,
    class: usize,
    bytes: u64,
    quirks: Cost,
    limits: usize,
    openhcl: bool,
    used: Reverse<u32>,
    usual: Reverse<u32>,
    row: RowId,
}

/// The cost of one configuration, for people.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Price<'c> {
    /// Size of the image in bytes; `None` where it is not known or there is none.
    pub image_bytes: Option<u64>,
    /// Why the size is not known, or that there is no image.
    pub image_note: Option<&'c str>,
    /// Identifier of the boot class.
    pub boot: &'c str,
    /// The total cost of its quirks.
    pub quirks: Cost,
    /// Identifier of the kind of host it needs.
    pub host: &'c str,
}

/// An item that applies to some configurations, perhaps only when certain requirements are asked for.
#[derive(Debug)]
pub(super) struct Scoped<T> {
    rows: Bits,
    with: Vec<RequirementId>,
    /// Requirements any of which, asked for as well, takes it away.
    unless: Vec<RequirementId>,
    /// Whether they must be asked for by name, so that what only follows from another settles nothing.
    by_name: bool,
    what: T,
}

impl<T> Scoped<T> {
    fn applies(&self, row: RowId, asked: &Asked) -> bool {
        self.rows.contains(row)
            && self.with.iter().all(|index| asked.contains(*index))
            && !self.unless.iter().any(|index| {
                if self.by_name { asked.named().contains(index) } else { asked.contains(*index) }
            })
    }
}

impl<'c> Space<'c> {
    fn scoped<T>(&self, when: &When, unless: &[String], what: T) -> Scoped<T> {
        let indices = |words: &[String]| words.iter().filter_map(|word| self.requirement(word)).collect();
        let (with, unless) = (indices(&when.with), indices(unless));
        Scoped { rows: self.index.select(when), with, unless, by_name: false, what }
    }

    /// The kinds of host, commonest first.
    fn hosts(&self) -> &[Scoped<()>] {
        self.hosts.get_or_init(|| {
            self.catalog().hosts.iter().map(|host| self.scoped(&host.when, &[], ())).collect()
        })
    }

    /// The kind of host that a configuration needs, by its index in the catalog.
    pub(crate) fn host(&self, row: RowId, asked: &Asked) -> Option<usize> {
        self.hosts().iter().rposition(|scoped| scoped.applies(row, asked))
    }

    fn quirk_rows(&self) -> &[Scoped<&'c Quirk>] {
        // Who asks for what implies a cost's remedy has not applied it.
        let scoped =
            |quirk: &'c Quirk| Scoped { by_name: true, ..self.scoped(&quirk.when, &quirk.unless, quirk) };
        self.quirks.get_or_init(|| self.catalog().quirks.iter().map(scoped).collect())
    }

    /// The quirks of a configuration that matter to a query.
    pub fn quirks(&self, row: RowId, asked: &Asked) -> impl Iterator<Item = &'c Quirk> {
        self.quirk_rows().iter().filter(move |scoped| scoped.applies(row, asked)).map(|scoped| scoped.what)
    }

    fn blocker_rows(&self) -> &[Scoped<&'c Blocker>] {
        let scoped = |blocker: &'c Blocker| self.scoped(&blocker.when, &blocker.unless, blocker);
        let open = |blocker: &&Blocker| blocker.state == BlockerState::Open;
        self.blockers.get_or_init(|| self.catalog().blockers.iter().filter(open).map(scoped).collect())
    }

    /// The blockers that stand against a configuration for what is asked, and are not lifted.
    #[must_use]
    pub fn limits(&self, row: RowId, asked: &Asked) -> Vec<&'c Blocker> {
        let standing = self.blocker_rows().iter().filter(|scoped| scoped.applies(row, asked));
        standing.map(|scoped| scoped.what).collect()
    }

    /// Where a configuration stands in the order of lightness.
    #[must_use]
    pub fn weight(&self, row: RowId, asked: &Asked) -> Weight {
        let Row { fixed, boot, .. } = self.row(row);
        let costs = self.quirks(row, asked).map(|quirk| quirk.cost);
        Weight {
            host: self.host(row, asked).unwrap_or(0),
            class: fixed.class,
            bytes: fixed.bytes,
            quirks: costs.fold(Cost::default(), |sum, cost| sum.combined(cost, u32::saturating_add)),
            limits: self.blocker_rows().iter().filter(|scoped| scoped.applies(row, asked)).count(),
            openhcl: boot.openhcl,
            used: fixed.used,
            usual: fixed.usual,
            row,
        }
    }

    /// The costs of a configuration when `asked` is asked for.
    #[must_use]
    pub fn price(&self, row: RowId, asked: &Asked) -> Price<'c> {
        let weight = self.weight(row, asked);
        let Row { image, .. } = self.row(row);
        let catalog = self.catalog();
        Price {
            image_bytes: image.and_then(|image| image.bytes),
            image_note: image.and_then(|image| image.bytes_note.as_deref()),
            boot: catalog.boot_classes.get(weight.class).map_or("", |class| &class.id),
            quirks: weight.quirks,
            host: catalog.hosts.get(weight.host).map_or("", |host| &host.id),
        }
    }
}

impl Weight {
    /// Whether it is strictly lighter by something that costs, not merely by the order of listing.
    #[must_use]
    pub fn is_lighter_than(&self, other: &Self) -> bool {
        let cost = |weight: &Self| (weight.host, weight.class, weight.bytes, weight.quirks);
        cost(self) < cost(other)
    }
}
