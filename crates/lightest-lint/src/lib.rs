//! Reads test source text and says where the guest is wrong.
