//! What happened, in order: event types and the hash chain.
