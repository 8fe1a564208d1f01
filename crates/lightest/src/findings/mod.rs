//! What `check` and `requirements` share: reading sources, the table of calls, and the forms that findings take.

pub(crate) mod sources;
pub(crate) mod table;
