//! Answers the commands of the terminal: what may be seen, and what a person asks.

use std::time::Duration;

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::config::length;
use crate::control::{Answer, Status};
use crate::domain::gate;
use crate::domain::journal::Channel;
use crate::domain::names::{Person, ReleaseId};
use crate::domain::notice::Notice;
use crate::engine::{Demand, Engine, Filter, Foreseen, Found};
use crate::store::HoldRow;
use crate::web::socket::{Said, failed, of_act};

/// How many releases a list holds when nobody says, and at most.
const ROWS: (usize, usize) = (20, 1000);
/// The longest reason, in characters: some sentences; it goes into chats and onto pages.
const LONGEST_REASON: usize = 2000;

fn ok(value: Value) -> Said {
    Ok(Answer::Ok { value })
}

/// Returns the answer to a command.
pub(super) async fn call(
    engine: &Engine,
    admin: bool,
    token: Option<&str>,
    verb: &str,
    args: &Value,
) -> Said {
    match verb {
        "about" => about(engine).await,
        "status" => status(engine, args).await,
        "show" => ok(shown(engine, meant(engine, args).await?).await?),
        "explain" => explain(engine, args).await,
        "approve" | "deny" | "withdraw" | "rollback" | "retry" | "brought-back" | "tick" | "sign-off"
        | "override" | "confirm-override" | "end-override" => {
            let who = person(engine, token).await?;
            let id = meant(engine, args).await?;
            let demand = demand(engine, id, verb, args).await?;
            engine.demand(id, &who, Channel::Cli, demand).await.map_err(of_act)?;
            ok(shown(engine, id).await?)
        }
        "hold" => hold(engine, token, args).await,
        "lift" => lift(engine, token, args).await,
        "token-new" | "token-list" | "token-revoke" if !admin => {
            Err((Status::NotAllowed, Notice::new("TW-P010")))
        }
        "token-new" => {
            let name = named(args)?;
            let token = engine.new_token(&name).await.map_err(failed)?;
            ok(json!({ "name": name, "token": token }))
        }
        "token-list" => tokens(engine).await,
        "token-revoke" => {
            let name = named(args)?;
            let revoked = engine.revoke_tokens(&name).await.map_err(failed)?;
            ok(json!({ "name": name, "revoked": revoked }))
        }
        _ => Err((Status::Usage, Notice::new("TW-X012").with("verb", verb))),
    }
}

/// Returns what a doctor asks the daemon.
async fn about(engine: &Engine) -> Said {
    let arrivals = engine.arrivals().await.map_err(failed)?;
    ok(json!({
        "version": env!("CARGO_PKG_VERSION"),
        "now": engine.now(),
        "arrivals": arrivals,
        "troubles": engine.troubles(),
    }))
}

async fn status(engine: &Engine, args: &Value) -> Said {
    let asked = args["limit"].as_u64().and_then(|limit| usize::try_from(limit).ok());
    let filter = Filter {
        repository: text(args, "repository"),
        environment: text(args, "environment"),
        under_way: args["under_way"].as_bool().unwrap_or_default(),
        limit: asked.unwrap_or(ROWS.0).min(ROWS.1),
        ..Filter::default()
    };
    let rows = engine.rows(filter).await.map_err(failed)?;
    let now = engine.now();
    let holds = engine.store().read(|r| r.holds()).await.map_err(|error| failed(error.into()))?;
    let holds: Vec<Value> =
        holds.iter().filter(|hold| hold.until.is_none_or(|until| now < until)).map(as_json).collect();
    ok(json!({ "now": now, "releases": rows, "holds": holds, "troubles": engine.troubles() }))
}

fn as_json(hold: &HoldRow) -> Value {
    json!({
        "scope": hold.scope,
        "person": hold.person,
        "reason": hold.reason,
        "at": hold.at,
        "until": hold.until,
    })
}

async fn tokens(engine: &Engine) -> Said {
    let rows = engine.tokens().await.map_err(failed)?;
    let tokens: Vec<Value> = rows
        .into_iter()
        .map(|row| json!({ "name": row.person, "made_at": row.made_at, "revoked_at": row.revoked_at }))
        .collect();
    ok(json!(tokens))
}

fn text(args: &Value, name: &str) -> Option<String> {
    args[name].as_str().map(ToOwned::to_owned)
}

/// Returns the refusal for a release that is not there.
pub(super) fn unknown(release: &str) -> (Status, Notice) {
    (Status::NotFound, Notice::new("TW-E002").with("release", release))
}

async fn shown(engine: &Engine, id: ReleaseId) -> Result<Value, (Status, Notice)> {
    let view = engine.view(id).await.map_err(failed)?.ok_or_else(|| unknown(&id.to_string()))?;
    let mut value = json!(view);
    // Ages are reckoned from the clock of the house, which need not be that of the terminal.
    value["now"] = json!(engine.now());
    Ok(value)
}

/// Returns the one release that is meant.
pub(super) async fn meant(engine: &Engine, args: &Value) -> Result<ReleaseId, (Status, Notice)> {
    let release = text(args, "release").unwrap_or_default();
    match engine.find(&release).await.map_err(failed)? {
        Found::One(id) => Ok(id),
        Found::Nothing => Err(unknown(&release)),
        Found::Several(several) => {
            Err((Status::Conflict, ambiguous("TW-E005", &release, several.iter().map(ToString::to_string))))
        }
    }
}

fn ambiguous(id: &str, typed: &str, meanings: impl Iterator<Item = String>) -> Notice {
    let meanings: Vec<String> = meanings.collect();
    Notice::new(id).with("release", typed).with("meanings", meanings.join(", "))
}

fn named(args: &Value) -> Result<Person, (Status, Notice)> {
    Person::parse(&text(args, "name").unwrap_or_default())
        .map_err(|error| (Status::Usage, Notice::new("TW-P013").with("why", error)))
}

async fn person(engine: &Engine, token: Option<&str>) -> Result<Person, (Status, Notice)> {
    let Some(token) = token else { return Err((Status::NotAllowed, Notice::new("TW-P011"))) };
    let found = engine.person_of_token(token).await.map_err(failed)?;
    found.ok_or_else(|| (Status::NotAllowed, Notice::new("TW-P012")))
}

/// Returns the reason, which every act but an approval and a lift must have.
fn reason(args: &Value) -> Result<String, (Status, Notice)> {
    let reason = text(args, "reason").unwrap_or_default().trim().to_owned();
    if reason.is_empty() {
        return Err((Status::Usage, Notice::new("TW-X015")));
    }
    if reason.chars().count() > LONGEST_REASON {
        return Err((Status::Usage, Notice::new("TW-X016").with("most", LONGEST_REASON)));
    }
    Ok(reason)
}

/// Returns what was noted, when anything was.
fn note(args: &Value) -> Result<Option<String>, (Status, Notice)> {
    let note = text(args, "note").map(|note| note.trim().to_owned()).filter(|note| !note.is_empty());
    match note {
        Some(note) if note.chars().count() > LONGEST_REASON => {
            Err((Status::Usage, Notice::new("TW-X016").with("most", LONGEST_REASON)))
        }
        note => Ok(note),
    }
}

/// Returns for how long something is asked for.
fn lasting(args: &Value) -> Result<Duration, (Status, Notice)> {
    let written = text(args, "for").unwrap_or_default();
    let unreadable = || (Status::Usage, Notice::new("TW-X019").with("value", &written));
    length::parse(&written).ok_or_else(unreadable)
}

fn instant(args: &Value, name: &str) -> Result<Option<Timestamp>, (Status, Notice)> {
    let unreadable = |text| (Status::Usage, Notice::new("TW-K011").with("value", text));
    text(args, name).map(|text| text.parse().map_err(|_| unreadable(text))).transpose()
}

async fn explain(engine: &Engine, args: &Value) -> Said {
    let release = text(args, "release").unwrap_or_default();
    let at = instant(args, "at")?.unwrap_or_else(|| engine.now());
    match engine.find(&release).await.map_err(failed)? {
        Found::One(id) => {
            let answer = engine.explain(id, at).await.map_err(failed)?;
            let view = shown(engine, id).await?;
            let Some(mut answer) = answer else { return Err(unknown(&release)) };
            // A release that has left the gates behind does not deploy again, whatever they say.
            answer.may_deploy &= view["phase"] == "waiting";
            ok(explained(&answer, &view))
        }
        Found::Several(several) => {
            Err((Status::Conflict, ambiguous("TW-E005", &release, several.iter().map(ToString::to_string))))
        }
        Found::Nothing => {
            let mut foreseen = engine.foresee(&release, at).await.map_err(failed)?;
            match (foreseen.pop(), foreseen.is_empty()) {
                (None, _) => Err(unknown(&release)),
                (Some(one), true) => ok(explained(&one.answer, &imagined(&one))),
                (Some(one), false) => {
                    foreseen.push(one);
                    let meanings = foreseen.iter().map(Foreseen::name);
                    Err((Status::Conflict, ambiguous("TW-E006", &release, meanings)))
                }
            }
        }
    }
}

/// Returns what stands in the place of a release's facts when there is only a tag that may come.
fn imagined(foreseen: &Foreseen) -> Value {
    json!({
        "id": null,
        "tag": foreseen.tag.name(),
        "repository": foreseen.place.repository.name,
        "environment": foreseen.place.environment.name,
        "phase": null,
        "headline": null,
        "time_zone": foreseen.place.zone.iana_name(),
    })
}

fn explained(answer: &gate::Answer, release: &Value) -> Value {
    let mut value = json!(answer);
    for name in ["id", "tag", "repository", "environment", "phase", "headline", "time_zone"] {
        value[name] = release[name].clone();
    }
    value
}

async fn demand(
    engine: &Engine,
    id: ReleaseId,
    verb: &str,
    args: &Value,
) -> Result<Demand, (Status, Notice)> {
    Ok(match verb {
        "approve" => {
            // The terminal may name what was looked at; without it, what stands there now is meant.
            let binding = match text(args, "binding") {
                Some(binding) => binding,
                None => {
                    let view = engine.view(id).await.map_err(failed)?;
                    view.ok_or_else(|| unknown(&id.to_string()))?.binding
                }
            };
            Demand::Approve { binding }
        }
        "tick" => Demand::Tick {
            item: text(args, "item").unwrap_or_default(),
            good: args["good"].as_bool().unwrap_or_default(),
            note: note(args)?,
        },
        "sign-off" => Demand::SignOff { note: note(args)? },
        "override" => Demand::Override {
            gate: text(args, "gate").unwrap_or_default(),
            reason: reason(args)?,
            lasting: lasting(args)?,
            drill: args["drill"].as_bool().unwrap_or_default(),
        },
        "confirm-override" => Demand::ConfirmOverride {
            gate: text(args, "gate").unwrap_or_default(),
            asked: text(args, "asked").unwrap_or_default(),
        },
        "end-override" => Demand::EndOverride { gate: text(args, "gate").unwrap_or_default() },
        "deny" => Demand::Deny { reason: reason(args)? },
        "withdraw" => Demand::Withdraw { reason: reason(args)? },
        "rollback" => Demand::Rollback { reason: reason(args)? },
        "brought-back" => Demand::BroughtBack { reason: reason(args)? },
        _ => Demand::Retry { reason: reason(args)? },
    })
}

async fn hold(engine: &Engine, token: Option<&str>, args: &Value) -> Said {
    let who = person(engine, token).await?;
    let reason = reason(args)?;
    if let Some(scope) = text(args, "scope") {
        let until = instant(args, "until")?;
        let now = engine.now();
        if until.is_some_and(|until| until <= now) {
            return Err((Status::Usage, Notice::new("TW-X017")));
        }
        engine.hold_scope(&scope, &who, Channel::Cli, &reason, until).await.map_err(of_act)?;
        let hold = HoldRow { scope, person: who.to_string(), reason, at: now, until };
        return ok(as_json(&hold));
    }
    let id = meant(engine, args).await?;
    engine.demand(id, &who, Channel::Cli, Demand::Hold { reason }).await.map_err(of_act)?;
    ok(shown(engine, id).await?)
}

async fn lift(engine: &Engine, token: Option<&str>, args: &Value) -> Said {
    let who = person(engine, token).await?;
    if let Some(scope) = text(args, "scope") {
        engine.lift_scope(&scope, &who, Channel::Cli).await.map_err(of_act)?;
        return ok(json!({ "scope": scope }));
    }
    let id = meant(engine, args).await?;
    engine.demand(id, &who, Channel::Cli, Demand::Lift).await.map_err(of_act)?;
    ok(shown(engine, id).await?)
}
