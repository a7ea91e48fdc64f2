//! Finds, checks and rewrites the sections of a changelog by splicing bytes.
