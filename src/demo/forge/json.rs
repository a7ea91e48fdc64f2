//! JSON whose keys keep their order, written as Forgejo's Go code writes it.

use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};
use serde_json::Value;

/// A value whose objects keep the order in which they were written down.
#[derive(Debug, Clone)]
pub enum Json {
    /// Anything without inner order.
    Plain(Value),
    /// A list.
    List(Vec<Json>),
    /// An object.
    Object(Vec<(&'static str, Json)>),
}

impl Json {
    /// Returns the value as one line.
    pub fn line(&self) -> String {
        go_escapes(&serde_json::to_string(self).expect("values without foreign map keys serialise"))
    }

    /// Returns the value indented by two blanks per level.
    pub fn indented(&self) -> String {
        go_escapes(&serde_json::to_string_pretty(self).expect("values without foreign map keys serialise"))
    }

    /// Returns the object with one more key.
    #[must_use]
    pub fn with(self, key: &'static str, value: impl Into<Json>) -> Self {
        match self {
            Self::Object(mut entries) => {
                entries.push((key, value.into()));
                Self::Object(entries)
            }
            other @ (Self::Plain(_) | Self::List(_)) => other,
        }
    }
}

/// Go writes these three as escapes, so that JSON can stand inside of HTML; they occur in texts only.
fn go_escapes(json: &str) -> String {
    json.replace('<', "\\u003c").replace('>', "\\u003e").replace('&', "\\u0026")
}

impl Serialize for Json {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Plain(value) => value.serialize(serializer),
            Self::List(items) => items.serialize(serializer),
            Self::Object(entries) => {
                let mut map = serializer.serialize_map(Some(entries.len()))?;
                for (key, value) in entries {
                    map.serialize_entry(key, value)?;
                }
                map.end()
            }
        }
    }
}

/// Lets these types stand in an object as they are.
macro_rules! plain {
    ($($kind:ty),*) => {
        $(impl From<$kind> for Json {
            fn from(value: $kind) -> Self {
                Self::Plain(Value::from(value))
            }
        })*
    };
}
plain!(&str, String, bool, i32, u64, usize, Vec<String>, Vec<&str>, Value);

impl From<Vec<Json>> for Json {
    fn from(items: Vec<Json>) -> Self {
        Self::List(items)
    }
}

/// Writes an object down: `object! { "id": 1, "name": "bridge" }`.
macro_rules! object {
    ($($key:literal: $value:expr),* $(,)?) => {
        $crate::demo::forge::json::Json::Object(vec![$(($key, $crate::demo::forge::json::Json::from($value))),*])
    };
}
pub(super) use object;
