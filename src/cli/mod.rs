//! The terminal: one file per command, the only map from errors to exit codes.
