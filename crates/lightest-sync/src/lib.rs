//! Reads a VMM project's own source and says which facts it states.
