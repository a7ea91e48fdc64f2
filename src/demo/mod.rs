//! A whole world on one machine, to be shown and to be tried in tests.

mod address;
mod app;
pub mod configuration;
pub mod forge;
mod ground;
mod stories;
mod world;

pub use address::listen_here;
pub use app::App;
pub use configuration::Rules;
pub use ground::{GitSaid, Ground, REPOSITORY, SECRET, Version};
pub use stories::{Narrator, Played, play};
pub use world::{World, WorldError};
