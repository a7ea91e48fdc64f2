//! The schema of the configuration, made from the raw types.
//!
//! Making it takes longer than reading a file with it, and the hook reads the file at every tag. So it is also kept
//! as a file; a test compares the two.

use schemars::generate::SchemaSettings;
use serde_json::Value;

use crate::config::raw;

/// The schema as it is kept, for editors and for the reader.
const STORED: &str = include_str!("../../config/tagwarden.schema.json");

/// Returns the schema as it is kept.
pub fn stored() -> Value {
    serde_json::from_str(STORED).expect("a test holds the kept schema equal to the one made from the types")
}

/// Returns the JSON Schema of the configuration file, made from the types.
pub fn schema() -> Value {
    let settings = SchemaSettings::draft2020_12().with(|settings| settings.inline_subschemas = true);
    let mut schema = settings.into_generator().into_root_schema_for::<raw::Config>().to_value();
    tidy(&mut schema);
    schema
}

/// Takes out what TOML cannot write (null) and closes every table that lists its keys.
fn tidy(schema: &mut Value) {
    let Value::Object(object) = schema else { return };
    if let Some(Value::Array(types)) = object.get_mut("type") {
        types.retain(|name| name != "null");
        if let [only] = types.as_slice() {
            let only = only.clone();
            object.insert("type".to_owned(), only);
        }
    }
    if let Some(Value::Array(mut choices)) = object.remove("anyOf") {
        choices.retain(|choice| choice.get("type").is_none_or(|name| name != "null"));
        if let [Value::Object(only)] = choices.as_mut_slice() {
            for (key, value) in std::mem::take(only) {
                object.entry(key).or_insert(value);
            }
        }
    }
    // The default of a table is the defaults of its keys, and null is no default.
    if object.get("default").is_some_and(|value| value.is_null() || value.is_object()) {
        object.remove("default");
    }
    if object.contains_key("properties") {
        object.insert("additionalProperties".to_owned(), Value::Bool(false));
    }
    for inner in ["properties", "$defs"] {
        if let Some(Value::Object(all)) = object.get_mut(inner) {
            all.values_mut().for_each(tidy);
        }
    }
    for inner in ["items", "additionalProperties"] {
        if let Some(inner) = object.get_mut(inner) {
            tidy(inner);
        }
    }
}
