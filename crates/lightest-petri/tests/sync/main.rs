//! OpenVMM's source checked against the catalog.

mod checkout;
mod drift;
mod history;
mod hostile;
mod orchard;
mod source;
mod upkeep;
