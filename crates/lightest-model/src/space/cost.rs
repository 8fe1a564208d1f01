//! What a configuration costs, and which of two is lighter.

use std::cmp::Reverse;

use crate::catalog::{BootMethod, Catalog, Guest, Image, Quirk};
use crate::config::Config;

use super::{Asked, Bits, Row, Space};

/// What a configuration costs whatever is asked of it.
#[derive(Clone, Debug)]
pub(crate) struct Fixed {
    /// The kinds of host that it needs, commonest first: index in the catalog, and the indices of the requirements
    /// that must be asked for.
    hosts: Vec<(usize, Vec<usize>)>,
    /// Index of the boot class in the catalog.
    class: usize,
    bytes: u64,
    used: Reverse<u32>,
    usual: Reverse<u32>,
}

impl Fixed {
    pub(crate) fn of(
        catalog: &Catalog,
        config: &Config,
        boot: &BootMethod,
        guest: &Guest,
        image: Option<&Image>,
    ) -> Self {
        let position = |word: &String| catalog.requirements.iter().position(|known| known.id == *word);
        let hosts = catalog
            .hosts
            .iter()
            .enumerate()
            .filter(|(_, host)| host.when.selects(config, guest, boot.openhcl))
            .map(|(index, host)| (index, host.when.with.iter().filter_map(position).collect()))
            .collect();
        let rank =
            |id: &str| catalog.boot_classes.iter().position(|class| class.id == id).unwrap_or(usize::MAX);
        Self {
            hosts,
            class: rank(&boot.boot_class).max(rank(&guest.boot_class)),
            bytes: image.and_then(|image| image.bytes).unwrap_or(0),
            used: Reverse(guest.variants.unwrap_or(0)),
            usual: Reverse(boot.variants.unwrap_or(0)),
        }
    }
}

/// The order of lightness. Smaller is lighter: first the scarcity of the host, then the boot class, bytes of image,
/// additional boots, fixed waits. Between equals, what more tests use, then the order of the catalog.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Weight {
    host: usize,
    class: usize,
    bytes: u64,
    reboots: u32,
    waits_s: u32,
    openhcl: bool,
    used: Reverse<u32>,
    usual: Reverse<u32>,
    row: usize,
}

/// What one configuration costs, for people.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Price<'c> {
    /// Size of the image in bytes; `None` where it is not known or there is none.
    pub image_bytes: Option<u64>,
    /// Why the size is not known, or that there is no image.
    pub image_note: Option<&'c str>,
    /// Identifier of the boot class.
    pub boot: &'c str,
    /// Fixed waits, in seconds.
    pub waits_s: u32,
    /// Boots beyond the first.
    pub reboots: u32,
    /// Identifier of the kind of host it needs.
    pub host: &'c str,
}

impl<'c> Space<'c> {
    fn quirk_rows(&self) -> &[(Bits, &'c Quirk)] {
        self.quirks.get_or_init(|| {
            let of_quirk = |quirk: &'c Quirk| {
                let mut rows = Bits::none(self.rows().len());
                for (index, row) in self.rows().iter().enumerate() {
                    if quirk.when.selects(&row.config, row.guest, row.boot.openhcl) {
                        rows.insert(index);
                    }
                }
                (rows, quirk)
            };
            self.catalog().quirks.iter().map(of_quirk).collect()
        })
    }

    /// The quirks of a configuration that matter to what is asked of it.
    pub fn quirks(&self, row: usize, asked: &Asked) -> impl Iterator<Item = &'c Quirk> {
        self.quirk_rows().iter().filter(move |(rows, _)| rows.contains(row)).map(|(_, quirk)| *quirk).filter(
            |quirk| {
                let with = quirk.when.with.iter();
                with.filter_map(|word| self.requirement_index(word)).all(|index| asked.holds(index))
            },
        )
    }

    /// Where a configuration stands in the order of lightness.
    #[must_use]
    pub fn weight(&self, row: usize, asked: &Asked) -> Weight {
        let Row { fixed, boot, .. } = &self.rows()[row];
        let (mut waits_s, mut reboots) = (0, 0);
        for quirk in self.quirks(row, asked) {
            waits_s += quirk.cost.waits_s;
            reboots += quirk.cost.reboots;
        }
        let needed = fixed.hosts.iter().rfind(|(_, with)| with.iter().all(|index| asked.holds(*index)));
        Weight {
            host: needed.map_or(0, |(index, _)| *index),
            class: fixed.class,
            bytes: fixed.bytes,
            reboots,
            waits_s,
            openhcl: boot.openhcl,
            used: fixed.used,
            usual: fixed.usual,
            row,
        }
    }

    /// What a configuration costs, when `asked` is asked of it.
    #[must_use]
    pub fn price(&self, row: usize, asked: &Asked) -> Price<'c> {
        let weight = self.weight(row, asked);
        let Row { image, .. } = &self.rows()[row];
        let catalog = self.catalog();
        Price {
            image_bytes: image.and_then(|image| image.bytes),
            image_note: image.and_then(|image| image.bytes_note.as_deref()),
            boot: catalog.boot_classes.get(weight.class).map_or("", |class| &class.id),
            waits_s: weight.waits_s,
            reboots: weight.reboots,
            host: catalog.hosts.get(weight.host).map_or("", |host| &host.id),
        }
    }
}

impl Weight {
    /// Whether it is strictly lighter by something that costs, not merely by the order of listing.
    #[must_use]
    pub fn is_lighter_than(&self, other: &Self) -> bool {
        let cost = |weight: &Self| (weight.host, weight.class, weight.bytes, weight.reboots, weight.waits_s);
        cost(self) < cost(other)
    }
}
