//! A whole world on one machine, to be shown.

pub mod forge;
