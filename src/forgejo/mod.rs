//! What Forgejo sends and answers: signatures, payload shapes, the API client.

mod client;
pub mod payload;
pub mod signature;

pub use client::{
    Author, Comment, CommitStatus, Forge, ForgeError, Greeting, Issue, Permission, Protected, Published,
    Reaction, ReleaseNotes, Repository, Rights, Started, StatusState, Support, Tag, TagProtection, Team,
    Webhook,
};
