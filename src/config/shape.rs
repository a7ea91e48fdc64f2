//! Whether a file has the shape that the schema asks for: keys that exist, values of the right kind.
//!
//! What is wrong is reported and left out, so that the rest can still be judged: one run shows every problem. No
//! value is ever repeated in a message here, except a word that should have been one of a short list, and never
//! where a secret should stand.

use serde_json::{Map, Value};
use toml::de::{DeTable, DeValue};

use crate::config::convert::Findings;
use crate::config::problem::Path;
use crate::domain::notice::Notice;

/// Returns what is right in `table` as JSON, and reports what is wrong.
pub fn table(table: &DeTable<'_>, schema: &Value, at: &Path, found: &mut Findings<'_>) -> Value {
    let known = schema.get("properties").and_then(Value::as_object);
    let mut out = Map::new();
    for (key, value) in table.iter() {
        let key: &str = key.get_ref();
        let place = at.key(key);
        let inner =
            match known.and_then(|known| known.get(key)).or_else(|| schema.get("additionalProperties")) {
                Some(Value::Bool(false)) => {
                    unknown(key, known, at, found);
                    continue;
                }
                inner => inner.unwrap_or(&Value::Bool(true)),
            };
        if let Some(good) = self::value(value.get_ref(), inner, &place, found) {
            out.insert(key.to_owned(), good);
        }
    }
    for key in
        schema.get("required").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str)
    {
        if !table.iter().any(|(name, _)| name.get_ref() == key) {
            found.report(&at.key(key), Notice::new("TW-C006"));
        }
    }
    Value::Object(out)
}

fn unknown(key: &str, known: Option<&Map<String, Value>>, at: &Path, found: &mut Findings<'_>) {
    let names: Vec<&str> = known.into_iter().flatten().map(|(name, _)| name.as_str()).collect();
    match nearest(key, &names) {
        Some(near) => found.misspelt(&at.key(key), at.key(near), Notice::new("TW-C003").with("near", near)),
        None => found.report(&at.key(key), Notice::new("TW-C004").with("known", names.join(", "))),
    }
}

/// Returns the one of `names` that `typed` was probably meant to be.
pub fn nearest<'n>(typed: &str, names: &[&'n str]) -> Option<&'n str> {
    let likeness = |name: &str| strsim::jaro_winkler(&typed.to_ascii_lowercase(), &name.to_ascii_lowercase());
    let best = names.iter().max_by(|a, b| likeness(a).total_cmp(&likeness(b)))?;
    // 0.8 finds swapped, missing and doubled letters, singular and plural, but not words that merely begin alike.
    (likeness(best) >= 0.8).then_some(best)
}

fn value(value: &DeValue<'_>, schema: &Value, at: &Path, found: &mut Findings<'_>) -> Option<Value> {
    if schema.get("x-secret").is_some() && !matches!(value, DeValue::Table(_)) {
        found.report(at, Notice::new("TW-C015").with("key", at.last_key()));
        return None;
    }
    match (expected(schema), value) {
        (Expected::Text, DeValue::String(text)) => Some(Value::String(text.to_string())),
        (Expected::Text, _) => found.refuse(at, Notice::new("TW-C010")),
        (Expected::Word, DeValue::String(text)) => {
            let valid = words(schema);
            if valid.contains(&text.as_ref()) {
                return Some(Value::String(text.to_string()));
            }
            let notice = match nearest(text, &valid) {
                Some(near) => Notice::new("TW-C007").with("near", near),
                None => Notice::new("TW-C008"),
            };
            found.refuse(at, notice.with("value", text).with("valid", valid.join(", ")))
        }
        (Expected::Word, _) => found.refuse(at, Notice::new("TW-C010")),
        (Expected::Number, DeValue::Integer(number)) => {
            match i64::from_str_radix(number.as_str(), number.radix()) {
                Ok(number) => Some(number.into()),
                Err(_) => found.refuse(at, Notice::new("TW-C011")),
            }
        }
        (Expected::Number, _) => found.refuse(at, Notice::new("TW-C011")),
        (Expected::Truth, DeValue::Boolean(truth)) => Some(Value::Bool(*truth)),
        (Expected::Truth, _) => found.refuse(at, Notice::new("TW-C012")),
        (Expected::List, DeValue::Array(items)) => {
            let inner = schema.get("items").unwrap_or(&Value::Bool(true));
            let good: Vec<Option<Value>> = items
                .iter()
                .enumerate()
                .map(|(index, item)| self::value(item.get_ref(), inner, &at.index(index), found))
                .collect();
            // An item left out would shift the places of those behind it.
            good.into_iter().collect::<Option<Vec<Value>>>().map(Value::Array)
        }
        (Expected::List, _) => found.refuse(at, Notice::new("TW-C013")),
        (Expected::Table, DeValue::Table(inner)) => Some(table(inner, schema, at, found)),
        (Expected::Table, _) => found.refuse(at, Notice::new("TW-C014")),
        (Expected::Anything, _) => Some(Value::Bool(true)),
    }
}

/// The kinds of value that our own schema knows.
enum Expected {
    Text,
    Word,
    Number,
    Truth,
    List,
    Table,
    Anything,
}

fn expected(schema: &Value) -> Expected {
    if schema.get("enum").is_some() || schema.get("oneOf").is_some() {
        return Expected::Word;
    }
    match schema.get("type").and_then(Value::as_str) {
        Some("string") => Expected::Text,
        Some("integer") => Expected::Number,
        Some("boolean") => Expected::Truth,
        Some("array") => Expected::List,
        Some("object") => Expected::Table,
        Some(_) | None => Expected::Anything,
    }
}

/// Returns the words that an enumeration allows.
fn words(schema: &Value) -> Vec<&str> {
    let plain = schema.get("enum").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str);
    let choices = schema.get("oneOf").and_then(Value::as_array).into_iter().flatten();
    let described = choices.flat_map(|choice| match choice.get("const") {
        Some(word) => word.as_str().into_iter().collect(),
        None => words(choice),
    });
    plain.chain(described).collect()
}
