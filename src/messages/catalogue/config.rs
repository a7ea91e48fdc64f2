//! Messages of the configuration (`TW-C…`).

use super::texts;
use crate::messages::Text;

/// The messages of this group.
pub const TEXTS: &[Text] = texts! {};
