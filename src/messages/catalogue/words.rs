//! Messages of the group `words`.

use super::texts;
use crate::messages::Text;

/// The messages of this group.
pub const TEXTS: &[Text] = texts! {};
