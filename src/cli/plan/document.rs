//! The plan as JSON; keys are never renamed.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde_json::{Value, json};

use super::Plan;
use crate::cli::terminal::Terminal;
use crate::domain::notice::Notice;
use crate::domain::proposal::message::Shape;
use crate::domain::proposal::{Because, Commit};
use crate::domain::tag_policy::PlaceFact;
use crate::messages;

/// Returns the whole plan.
pub(super) fn document(plan: &Plan<'_>, terminal: &Terminal) -> Value {
    let sight = plan.sight;
    let proposal = &sight.proposal;
    let said = |notices: &[Notice]| -> Vec<Value> { notices.iter().map(|one| said(one, terminal)).collect() };
    let warnings: Vec<Notice> = plan.desk.notes.iter().chain(&sight.warnings).cloned().collect();
    json!({
        "last": sight.standpoint.base.as_ref().map(|base| plan.tag(base)),
        "next": proposal.next.as_ref().map(|next| plan.tag(next)),
        "bump": proposal.bump.map(|bump| bump.name()),
        "because": proposal.because.iter().map(|one| because(one, &sight.commits)).collect::<Vec<_>>(),
        "commits": commits(plan),
        "gates": gates(plan, terminal),
        "next_slot": plan.outlook.next_slot().map(|(slot, zone)| spelled(slot, zone)),
        "slots": slots(plan),
        "happens_next": said(&plan.outlook.next),
        "daemon": plan.outlook.daemon,
        "link": plan.outlook.link,
        "commit": sight.head,
        "place": place(&sight.standpoint.place),
        "branch": branch(plan),
        "unpushed": sight.unpushed.is_some(),
        "remote": plan.desk.remote.as_deref().map(crate::cli::author::rules::without_login),
        "repository": plan.desk.rules.repository.as_ref().map(|repository| &repository.name),
        "candidates": proposal.candidates.iter().map(|one| json!({
            "bump": one.level.name(), "tag": plan.tag(&one.version), "allowed": one.allowed,
        })).collect::<Vec<_>>(),
        "series": proposal.series.as_ref().map(|newest| plan.tag(newest)),
        "rules": said(&proposal.rules),
        "changelog": changelog(plan),
        "hotfix_lines": sight.lines.iter().map(|line| json!({
            "branch": line.branch,
            "base": line.base.as_ref().map(|base| plan.tag(base)),
            "next": line.next.as_ref().map(|next| plan.tag(next)),
        })).collect::<Vec<_>>(),
        "lacking_hotfixes": sight.lacking.iter().map(|one| json!({
            "tag": plan.tag(&one.version),
            "commits": one.commits.iter().map(|(id, subject)| json!({ "commit": id, "subject": subject })).collect::<Vec<_>>(),
        })).collect::<Vec<_>>(),
        "warnings": said(&warnings),
    })
}

fn said(notice: &Notice, terminal: &Terminal) -> Value {
    let worded = messages::word(terminal.language, notice);
    json!({ "id": notice.id, "message": worded.what, "hint": worded.hint })
}

fn spelled(at: Timestamp, zone: &TimeZone) -> String {
    at.display_with_offset(zone.to_offset(at)).to_string()
}

fn because(because: &Because, commits: &[Commit]) -> Value {
    match because {
        Because::Commit { place, mark } => {
            let commit = &commits[*place];
            json!({
                "commit": commit.id, "subject": commit.subject, "author": commit.author, "mark": mark,
                "source": "commit", "line": null,
            })
        }
        Because::Changelog { line, text } => {
            json!({ "commit": null, "subject": text, "author": null, "mark": null, "source": "changelog", "line": line })
        }
    }
}

fn commits(plan: &Plan<'_>) -> Vec<Value> {
    let sight = plan.sight;
    let all = sight.commits.iter().zip(&sight.proposal.effects);
    all.map(|(commit, effect)| {
        let (kind, scope) = match &commit.message.shape {
            Shape::Conventional { kind, scope, description: _ } => (Some(kind), scope.as_ref()),
            Shape::Revert { .. } | Shape::Merge | Shape::Other => (None, None),
        };
        json!({
            "commit": commit.id,
            "subject": commit.subject,
            "author": commit.author,
            "at": commit.at,
            "group": effect.group.name(),
            "bump": effect.level.map(|level| level.name()),
            "type": kind,
            "scope": scope,
            "breaking": commit.message.breaking,
        })
    })
    .collect()
}

fn gates(plan: &Plan<'_>, terminal: &Terminal) -> Vec<Value> {
    let mut gates = Vec::new();
    for (environment, zone, answer) in &plan.outlook.places {
        for gate in &answer.gates {
            gates.push(json!({
                "environment": environment,
                "gate": gate.gate,
                "standing": gate.standing,
                "reason": said(&gate.reason, terminal),
                "who": gate.who,
                "opens_at": gate.opens_at.map(|at| spelled(at, zone)),
            }));
        }
    }
    gates
}

fn slots(plan: &Plan<'_>) -> Vec<Value> {
    let places = plan.outlook.places.iter();
    places
        .map(|(environment, zone, answer)| {
            json!({ "environment": environment, "next_slot": answer.next_slot.map(|slot| spelled(slot, zone)) })
        })
        .collect()
}

fn place(place: &PlaceFact) -> &'static str {
    match place {
        PlaceFact::Main => "main",
        PlaceFact::Hotfix { .. } => "hotfix",
        PlaceFact::LooseHotfix { .. } => "loose_hotfix",
        PlaceFact::Nowhere => "nowhere",
    }
}

fn branch(plan: &Plan<'_>) -> Option<String> {
    match &plan.sight.standpoint.place {
        PlaceFact::Main => Some(plan.desk.rules.policy.main.clone()),
        PlaceFact::Hotfix { branch } | PlaceFact::LooseHotfix { branch } => Some(branch.clone()),
        PlaceFact::Nowhere => None,
    }
}

fn changelog(plan: &Plan<'_>) -> Value {
    let sight = plan.sight;
    let (Some(pending), Some(comparison)) = (&sight.pending, &sight.comparison) else { return Value::Null };
    let named = |places: &[usize]| -> Vec<Value> {
        let one = |place: &usize| {
            let commit = &sight.commits[*place];
            json!({ "commit": commit.id, "subject": commit.subject })
        };
        places.iter().map(one).collect()
    };
    let misfiled = comparison.misfiled.iter().map(|one| {
        json!({
            "line": one.line, "text": one.text, "group": one.group, "expected": one.expected,
            "commit": sight.commits[one.commit].id,
        })
    });
    json!({
        "path": plan.desk.rules.policy.changelog,
        "entries": pending.entries.len(),
        "bump": pending.level().map(|(level, _)| level.name()),
        "ready": pending.ready.iter().map(|(version, line)| json!({ "version": version.to_string(), "line": line })).collect::<Vec<_>>(),
        "missing": named(&comparison.missing),
        "unclear": named(&comparison.unclear),
        "unknown": comparison.unknown.iter().map(|one| json!({ "line": one.line, "text": one.text })).collect::<Vec<_>>(),
        "misfiled": misfiled.collect::<Vec<_>>(),
        "slipped": sight.slipped.iter().map(|one| json!({ "line": one.line, "values": one.notice.values })).collect::<Vec<_>>(),
    })
}
