//! What do people and programs see, and what may they ask? Webhook, API, pages and event stream.
//!
//! The whole room stands on one narrow trait, [`House`]; what is behind it decides. [`serve`] is the entrance.

#![expect(clippy::result_large_err, reason = "the error is the answer itself, made once per request")]

mod act_name;
mod api;
mod assets;
mod body;
mod call;
mod crowd;
mod door;
mod encoding;
mod engine;
mod house;
mod identity;
mod log_text;
mod pages;
mod probes;
mod reply;
mod routes;
mod service;
mod settings;
mod site;
pub mod socket;
mod steady;
mod template;
mod tries;
mod voice;
mod webhook;

pub use call::LANGUAGE_COOKIE;
pub use door::{Listeners, serve};
pub use house::{
    DeliveryError, House, LogPiece, RawDelivery, Read, Receipt, Refused, RefusedStatus, ReleaseFilter,
    Session, Stop, Trouble,
};
pub use settings::{Limits, Settings};
