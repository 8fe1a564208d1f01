//! Defaults of a machine: memory and processors.

use crate::openvmm::corpus::Corpus;
use crate::openvmm::items::impls;

use super::value::integer;
use super::{At, Facts};

pub(super) fn read(corpus: &Corpus, facts: &mut Facts) {
    facts.memory = field(corpus, "MemoryConfig", "startup_bytes");
    if facts.memory.is_none() {
        facts.memory = anywhere(corpus, "mem_size");
    }
    facts.processors = field(corpus, "ProcessorTopology", "vp_count");
    if facts.processors.is_none() {
        facts.processors = anywhere(corpus, "proc_count");
    }
    for (missing, what, kind) in [
        (facts.memory.is_none(), "a machine's memory by default", "MemoryConfig"),
        (facts.processors.is_none(), "a machine's processors by default", "ProcessorTopology"),
    ] {
        if missing {
            facts.gap(what, format!("no `impl Default for {kind}` gives a constant"), None);
        }
    }
}

/// The constant that `impl Default for KIND` gives the field.
fn field(corpus: &Corpus, kind: &str, name: &str) -> Option<At<u64>> {
    for item in corpus.views().flat_map(|view| impls(view, "Default")).filter(|item| item.name == kind) {
        let Some(at) = item.body.find(&[name, ":"]) else { continue };
        let rest = item.body.slice(at, item.body.to.min(at + 64));
        let part = rest.split(',').into_iter().next()?;
        let value = integer(part.slice(at + 2, part.to))?;
        return Some(At::new(value, part.place()));
    }
    None
}

/// Before petri had types for them, the fields stood where OpenVMM's configuration is made; the least that they may be.
fn anywhere(corpus: &Corpus, name: &str) -> Option<At<u64>> {
    for view in corpus.views() {
        if !view.corpus.files()[view.file].path.starts_with("petri/src/vm/") {
            continue;
        }
        let Some(at) = view.find(&[name, ":"]) else { continue };
        let rest = view.slice(at, view.to.min(at + 64));
        let part = rest.split(',').into_iter().next()?;
        if let Some(value) = integer(part.slice(at + 2, part.to)) {
            return Some(At::new(value, part.place()));
        }
        // `if .. { A } else { B }`: what is given without OpenHCL comes last.
        let last = part.outer().filter(|at| part.is_open(*at, '{')).last()?;
        return Some(At::new(integer(part.inside(last))?, part.place()));
    }
    None
}
