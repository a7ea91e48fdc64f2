//! A host, reached over SSH or on this machine: detached steps and their true state.
