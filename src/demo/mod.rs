//! A whole world on one machine, to be shown and to be tried in tests.

mod app;
pub mod forge;
mod ground;
mod world;

pub use app::App;
pub use ground::{GitSaid, Ground, REPOSITORY, Rules, SECRET, Version};
pub use world::{World, WorldError};
