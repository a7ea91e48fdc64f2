//! What a rule wants to tell a person: an id that never changes and the values that belong to it.
//!
//! Rules do not word sentences. They name the message and hand over its values; `messages` holds the sentence in
//! every language and escapes the values when it fills them in.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

/// A message to a person, by id (such as `TW-T012`) and values, not yet worded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Notice {
    /// The id of the message in the catalogue; it never changes and is never reused.
    pub id: String,
    /// The values for the placeholders of the message, unescaped.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub values: BTreeMap<String, String>,
}

impl Notice {
    /// Returns the message `id` without values.
    pub fn new(id: &str) -> Self {
        Self { id: id.to_owned(), values: BTreeMap::new() }
    }

    /// Returns the same message with one more value.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl ToString) -> Self {
        self.values.insert(name.to_owned(), value.to_string());
        self
    }

    /// Returns the same message with its instants (values whose names end in `_at`) as clocks in `zone` show them.
    #[must_use]
    pub fn in_zone(mut self, zone: &TimeZone) -> Self {
        for (_, value) in self.values.iter_mut().filter(|(name, _)| name.ends_with("_at")) {
            // What carries its own zone already is no bare instant, and stays.
            if !value.contains('[')
                && let Ok(at) = value.parse::<Timestamp>()
            {
                *value = at.to_zoned_datetime(zone.clone()).to_string();
            }
        }
        self
    }
}

/// A message about a place in a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Located {
    /// The file.
    pub file: String,
    /// The line, counted from 1, when it is known.
    pub line: Option<usize>,
    /// The place within the file in its own terms, such as `repository[0].name`; empty for the whole file.
    pub place: String,
    /// The message.
    pub notice: Notice,
}
