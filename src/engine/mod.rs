//! Events in, decisions by the rules, effects through the adapters.

pub mod view;
