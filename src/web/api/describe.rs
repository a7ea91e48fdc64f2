//! The description of the API (OpenAPI 3.1), made of the same table as its routes.

use serde_json::{Map, Value, json};

use super::operations::{Asked, Format, OPERATIONS, Operation};
use crate::web::act_name::{ActName, LONGEST_REASON};

/// Returns the document.
pub fn document(public_url: &str) -> Value {
    let mut paths = Map::new();
    for operation in OPERATIONS {
        let path = paths.entry(operation.template).or_insert_with(|| json!({}));
        path[operation.method.as_str().to_ascii_lowercase()] = describe(operation);
    }
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "tagwarden",
            "version": env!("CARGO_PKG_VERSION"),
            "description": "Version tags on their way into production. Fields may be added, never renamed; instants are \
                            RFC 3339 with an offset.",
            "license": { "name": "MIT", "identifier": "MIT" },
        },
        "servers": [{ "url": public_url }],
        "security": [{ "token": [] }],
        "paths": paths,
        "components": {
            "securitySchemes": {
                "token": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": "A personal token, made with `tagwarden token new NAME`.",
                },
            },
            "schemas": schemas(),
            "responses": {
                "Problem": {
                    "description": "It was not done, and why (RFC 9457).",
                    "content": { "application/problem+json": { "schema": reference("Problem") } },
                },
            },
        },
    })
}

fn reference(schema: &str) -> Value {
    json!({ "$ref": format!("#/components/schemas/{schema}") })
}

fn describe(operation: &Operation) -> Value {
    let mut parameters: Vec<Value> = Vec::new();
    if operation.template.contains("{id}") {
        parameters.push(json!({ "name": "id", "in": "path", "required": true, "schema": number(),
            "description": "The release's number." }));
    }
    if operation.template.contains("{key}") {
        parameters.push(json!({ "name": "key", "in": "path", "required": true,
            "schema": { "type": "string", "pattern": "^[a-z0-9][a-z0-9.-]{0,79}$" },
            "description": "The step's key, as the release shows it." }));
    }
    for query in operation.query {
        let schema = match query.format {
            Format::Text => json!({ "type": "string" }),
            Format::Number => number(),
            Format::Instant => instant(),
            Format::Flag => json!({ "type": "boolean" }),
        };
        parameters.push(json!({ "name": query.name, "in": "query", "required": false, "schema": schema,
            "description": query.about }));
    }
    let content = match operation.answer {
        Some(schema) => json!({ "application/json": { "schema": reference(schema) } }),
        None => json!({ "text/plain": { "schema": { "type": "string" } } }),
    };
    let mut described = json!({
        "operationId": operation.name,
        "summary": operation.about,
        "responses": {
            "200": { "description": operation.about, "content": content },
            "default": { "$ref": "#/components/responses/Problem" },
        },
    });
    if let Asked::Act(act) = operation.asked {
        parameters.push(json!({ "name": "Idempotency-Key", "in": "header", "required": false,
            "schema": { "type": "string", "minLength": 1, "maxLength": 200 },
            "description": "The same request under the same key is done once; its answer is kept for a day." }));
        described["requestBody"] = body(act);
    }
    described["parameters"] = json!(parameters);
    described
}

fn body(act: ActName) -> Value {
    let (schema, required) = match act {
        ActName::Approve => ("Approval", true),
        ActName::Tick => ("Tick", true),
        ActName::SignOff => ("Noted", false),
        ActName::Override => ("Override", true),
        ActName::ConfirmOverride => ("Confirmation", true),
        ActName::EndOverride => ("GateNamed", true),
        ActName::Deny
        | ActName::Withdraw
        | ActName::Hold
        | ActName::Rollback
        | ActName::Retry
        | ActName::BroughtBack => ("Reasoned", true),
        ActName::Lift => ("Empty", false),
    };
    json!({ "required": required, "content": { "application/json": { "schema": reference(schema) } } })
}

fn number() -> Value {
    json!({ "type": "integer", "minimum": 0 })
}

fn text() -> Value {
    json!({ "type": "string" })
}

fn instant() -> Value {
    json!({ "type": "string", "format": "date-time" })
}

fn maybe(schema: Value) -> Value {
    json!({ "anyOf": [schema, { "type": "null" }] })
}

fn list(schema: &str) -> Value {
    json!({ "type": "array", "items": reference(schema) })
}

fn words() -> Value {
    json!({ "type": "array", "items": { "type": "string" } })
}

/// Returns the schema of an object in which all of these fields stand, and perhaps others.
fn object(about: &str, fields: &[(&str, Value)]) -> Value {
    let names: Vec<&str> = fields.iter().map(|(name, _)| *name).collect();
    let properties: Map<String, Value> =
        fields.iter().map(|(name, schema)| ((*name).to_owned(), schema.clone())).collect();
    json!({ "type": "object", "description": about, "properties": properties, "required": names })
}

fn flag() -> Value {
    json!({ "type": "boolean" })
}

/// Returns the schema with further fields, which may be left out.
fn with_optional(mut schema: Value, fields: &[(&str, Value)]) -> Value {
    for (name, of_field) in fields {
        schema["properties"][*name] = of_field.clone();
    }
    schema
}

fn one_of(values: &[&str]) -> Value {
    json!({ "type": "string", "enum": values })
}

fn row() -> Vec<(&'static str, Value)> {
    let phases: Vec<&str> = crate::domain::release::Phase::ALL.iter().map(|phase| phase.name()).collect();
    vec![
        ("id", number()),
        ("repository", text()),
        ("environment", text()),
        ("tag", text()),
        ("phase", one_of(&phases)),
        ("headline", reference("Notice")),
        ("pusher", maybe(text())),
        ("time_zone", text()),
        ("opened_at", instant()),
        ("changed_at", instant()),
        ("wake_at", maybe(instant())),
    ]
}

fn release() -> Value {
    let acts: Vec<&str> = ActName::ALL.iter().map(|act| act.name()).collect();
    let mut fields = row();
    fields.extend([
        ("object", text()),
        ("commit", text()),
        ("gates", list("Gate")),
        ("approvals", list("Vote")),
        ("approvals_needed", number()),
        ("voided", list("Void")),
        ("checklist", maybe(reference("Checklist"))),
        ("overrides", list("Passed")),
        ("steps", list("Step")),
        ("watch", maybe(reference("Watch"))),
        ("actions", json!({ "type": "array", "items": one_of(&acts) })),
        ("binding", text()),
    ]);
    object("One release with everything.", &fields)
}

fn schemas() -> Value {
    let reason = json!({ "type": "string", "minLength": 1, "maxLength": LONGEST_REASON });
    let mut notice = object("A message by its id and values, not worded.", &[("id", text())]);
    notice["properties"]["values"] =
        json!({ "type": "object", "additionalProperties": { "type": "string" } });
    let mut schemas = json!({
        "Description": { "type": "object", "description": "An OpenAPI document." },
        "Empty": { "type": "object", "additionalProperties": false },
        "Approval": object("What is approved.", &[("binding", text())]),
        "Reasoned": object("Why.", &[("reason", reason.clone())]),
        "Notice": notice,
        "Problem": object("A problem document.", &[
            ("type", text()), ("title", text()), ("status", number()), ("detail", text()), ("hint", maybe(text())),
            ("id", text()), ("request", text()),
        ]),
        "Releases": object("A page of releases.", &[
            ("releases", list("Row")), ("next_before", maybe(number())),
        ]),
        "Row": object("One release, as a list shows it.", &row()),
        "Release": release(),
        "Gate": with_optional(
            object("What one gate says.", &[
                ("gate", text()), ("standing", one_of(&["good", "bad", "unknown"])), ("reason", reference("Notice")),
                ("seen_at", instant()), ("who", words()), ("opens_at", maybe(instant())),
            ]),
            &[
                ("good_until", instant()), ("source", text()), ("link", text()), ("overridden", flag()),
                ("facts", json!({ "type": "object", "additionalProperties": { "type": "string" } })),
            ],
        ),
        "Vote": object("One person's approval.", &[
            ("person", text()), ("at", instant()), ("channel", text()), ("expires_at", instant()),
        ]),
        "Step": object("One try of a step, or one that is still to come.", &[
            ("key", text()), ("name", text()), ("host", text()), ("direction", one_of(&["do", "undo"])),
            ("state", one_of(&["planned", "running", "done", "failed", "lost", "unknown"])),
            ("started_at", maybe(instant())), ("ended_at", maybe(instant())), ("outcome", maybe(reference("Notice"))),
        ]),
        "Watch": object("The watch.", &[
            ("since", instant()), ("until", instant()), ("looks", list("Look")), ("taken", number()),
        ]),
        "Look": object("What a signal said last.", &[
            ("signal", text()), ("at", instant()), ("answer", one_of(&["ok", "bad", "no_data", "error"])),
            ("evidence", text()),
        ]),
        "Journal": object("Lines of a journal.", &[("lines", list("Line"))]),
        "Line": object("One line.", &[
            ("seq", number()), ("at", instant()), ("actor", maybe(text())), ("kind", text()),
            ("step", maybe(text())), ("text", reference("Notice")),
        ]),
        "Answer": object("Whether a release may deploy at an instant.", &[
            ("at", instant()), ("may_deploy", json!({ "type": "boolean" })), ("gates", list("Gate")),
            ("next_slot", maybe(instant())),
        ]),
    });
    if let (Some(all), Value::Object(people)) = (schemas.as_object_mut(), of_people(&reason)) {
        all.extend(people);
    }
    schemas
}

/// Returns the schemas of what people say of a release: checklist, overrides, approvals that count no more.
fn of_people(reason: &Value) -> Value {
    json!({
        "Void": object("An approval that counts no more, and why.", &[
            ("person", text()), ("at", instant()), ("why", reference("Notice")),
        ]),
        "Checklist": object("What has to be tried, and what people found.", &[
            ("items", list("Item")), ("who", words()), ("signed", maybe(reference("Signature"))),
        ]),
        "Item": object("One item of a checklist.", &[
            ("name", text()), ("text", text()), ("tick", maybe(reference("Found"))),
        ]),
        "Found": object("What a person found.", &[
            ("by", text()), ("at", instant()), ("good", flag()), ("note", maybe(text())),
        ]),
        "Signature": object("Who signed for all of it.", &[
            ("by", text()), ("at", instant()), ("good_until", instant()), ("note", maybe(text())),
        ]),
        "Passed": object("A closed gate that people let the release pass, or asked that it may.", &[
            ("gate", text()), ("state", one_of(&["asked", "counts", "drilled", "over"])), ("by", text()),
            ("at", instant()), ("reason", text()), ("until", instant()), ("drill", flag()),
            ("confirmed_by", maybe(text())), ("asked", text()),
        ]),
        "Tick": with_optional(
            object("What came of one item of the checklist.", &[("item", text()), ("good", flag())]),
            &[("note", reason.clone())],
        ),
        "Noted": with_optional(object("What was noted.", &[]), &[("note", reason.clone())]),
        "Override": with_optional(
            object("Which gate it may pass, why, and for how long (`2h`, at most `24h`).", &[
                ("gate", text()), ("reason", reason.clone()), ("for", text()),
            ]),
            &[("drill", flag())],
        ),
        "Confirmation": object("A gate, and the `asked` of the override that was seen there.", &[
            ("gate", text()), ("asked", text()),
        ]),
        "GateNamed": object("A gate.", &[("gate", text())]),
    })
}
