//! Reads test source text and says where the guest is wrong.
pub mod calls;
pub mod dialect;
pub mod facts;
pub mod needs;
pub mod source;
