//! From the wish to the tag on the remote: foresee, show, ask, make, judge again, push, say what came of it.
//!
//! Every refusal that can be foreseen is said before the tag exists. A tag that the remote refuses is removed here
//! again, so that the same command can be run once more.
//!
//! Races: (a) killed after the tag was made and before it was pushed: the next run finds it here, as it should be, and
//! goes on; (b) the line is cut in the push: the remote is asked what it has, and when nobody can tell, that is said;
//! (c) somebody else pushes the same version: the remote's own hook refuses, and nothing of ours stays.

use std::io::{self, Write};

use jiff::Timestamp;

use super::back::rollback;
use super::draft::{Draft, foresee, is_signed, judge, refused, release};
use super::{Make, consent, watch};
use crate::cli::author::outlook::{Outlook, outlook};
use crate::cli::author::rules::without_login;
use crate::cli::author::{Desk, git_failed};
use crate::cli::exit::{Exit, Failure};
use crate::cli::terminal::Terminal;
use crate::clock::Clock;
use crate::domain::names::ObjectId;
use crate::domain::notice::Notice;
use crate::git::clone::PushOutcome;
use crate::git::model::Model;
use crate::messages::printed;

/// Does what was asked.
pub(super) fn run(make: &Make, terminal: &Terminal) -> Result<Exit, Failure> {
    let desk = Desk::open(&make.place, terminal)?;
    let draft = if make.rollback { rollback(make, &desk)? } else { release(make, &desk)? };
    if let Some(there) = desk.refs.tags.get(draft.tag.name())
        && desk.clone.tag_object(draft.tag.name()).map_err(|error| git_failed(&error))?.as_ref()
            == Some(there)
        && desk.model(&desk.refs)?.commit_of(there).ok().flatten().as_ref() == Some(&draft.commit)
    {
        let there = Notice::new("tag-there").with("tag", &draft.tag).with("remote", shown(&desk));
        terminal.answer(&there)?;
        return follow(make, &draft, &desk, terminal);
    }
    let now = Clock::machine().now();
    let model = desk.model(&desk.refs)?;
    foresee(&draft, &desk, &model, now, terminal)?;
    let standing = standing(make, &draft, &desk, &model, terminal)?;
    show(make, &draft, &desk, now, terminal)?;
    if make.dry_run {
        terminal.answer(&Notice::new("tag-dry"))?;
        return Ok(Exit::Ok);
    }
    let question = Notice::new(if make.no_push { "tag-question-here" } else { "tag-question" });
    if !make.yes && !consent::yes(&question, terminal)? {
        terminal.answer(&Notice::new("tag-not-made"))?;
        return Ok(Exit::Failed);
    }
    let object = match standing {
        Some(object) => object,
        None => create(make, &draft, &desk, &model, terminal)?,
    };
    if make.no_push {
        let push = Notice::new("tag-to-push").with("tag", &draft.tag).with("remote", shown(&desk));
        terminal.answer(&push)?;
        return Ok(Exit::Ok);
    }
    push(&draft, &object, &desk, terminal)?;
    follow(make, &draft, &desk, terminal)
}

fn shown(desk: &Desk) -> String {
    without_login(desk.remote_name())
}

/// Returns the tag that stands here already, when it is the one that would be made.
fn standing(
    make: &Make,
    draft: &Draft,
    desk: &Desk,
    model: &Model,
    terminal: &Terminal,
) -> Result<Option<ObjectId>, Failure> {
    let found = desk.clone.tag_object(draft.tag.name()).map_err(|error| git_failed(&error))?;
    let Some(object) = found else { return Ok(None) };
    let about = |id: &str| Failure::new(Exit::Conflict, Notice::new(id).with("tag", &draft.tag));
    if model.commit_of(&object).map_err(|error| git_failed(&error))?.as_ref() != Some(&draft.commit) {
        return Err(about("TW-V031"));
    }
    refused(&judge(draft, &object, desk, model)?, draft, desk, terminal)?;
    if wants_signature(make, desk)? && !signed(desk, &object)? {
        return Err(about("TW-V046"));
    }
    terminal.answer(&Notice::new("tag-resumed").with("tag", &draft.tag))?;
    Ok(Some(object))
}

/// Returns whether the person, their git or the repository's rules want a signature.
fn wants_signature(make: &Make, desk: &Desk) -> Result<bool, Failure> {
    if make.sign || (desk.rules.signed && !make.rollback) {
        return Ok(true);
    }
    desk.clone.signs_tags().map_err(|error| git_failed(&error))
}

fn signed(desk: &Desk, object: &ObjectId) -> Result<bool, Failure> {
    let bytes = desk.clone.tag_bytes(object).map_err(|error| git_failed(&error))?;
    Ok(bytes.is_some_and(|bytes| is_signed(&bytes)))
}

/// Shows the tag as it is going to be.
fn show(make: &Make, draft: &Draft, desk: &Desk, now: Timestamp, terminal: &Terminal) -> Result<(), Failure> {
    let head = Notice::new("tag-shown")
        .with("tag", &draft.tag)
        .with("commit", draft.commit.short())
        .with("place", &draft.place)
        .with("remote", shown(desk));
    terminal.answer(&head)?;
    for line in draft.message.lines() {
        terminal.print(format!("    {}", printed(line)).trim_end())?;
    }
    if let Some(branch) = &draft.branch {
        terminal.answer(&Notice::new("tag-with-branch").with("branch", branch))?;
    }
    terminal.answer(&Notice::new("tag-lawful"))?;
    desk.notes.iter().chain(&draft.warnings).for_each(|notice| terminal.warn(notice));
    if !make.no_push {
        next(&outlook(desk, &draft.tag, &draft.commit, now), terminal)?;
    }
    Ok(())
}

/// Says what will happen to the tag.
fn next(outlook: &Outlook, terminal: &Terminal) -> Result<(), Failure> {
    outlook.next.iter().try_for_each(|notice| terminal.answer(notice))?;
    if let (false, Some((slot, zone))) = (outlook.daemon, outlook.next_slot()) {
        let slot = slot.to_zoned_datetime(zone.clone()).to_string();
        terminal.answer(&Notice::new("plan-slot").with("slot_at", slot))?;
    }
    Ok(())
}

/// Makes the tag and judges what was made; a tag that would be refused does not stay.
fn create(
    make: &Make,
    draft: &Draft,
    desk: &Desk,
    model: &Model,
    terminal: &Terminal,
) -> Result<ObjectId, Failure> {
    let name = draft.tag.name();
    let message = model.keep("message", &draft.message).map_err(|error| git_failed(&error))?;
    let not_made = |why: &dyn std::error::Error| Failure::caused(Exit::Failed, Notice::new("TW-V035"), why);
    let sign = wants_signature(make, desk)?;
    desk.clone.make_tag(name, &draft.commit, &message, sign).map_err(|error| not_made(&error))?;
    let object = desk.clone.tag_object(name).map_err(|error| git_failed(&error))?;
    let gone = || Failure::new(Exit::Failed, Notice::new("TW-V035").with("why", "it is not there"));
    let object = object.ok_or_else(gone)?;
    // git makes the tag even when it cannot sign it, and hooks may do more: what was made is what is judged.
    let lawful = judge(draft, &object, desk, model)
        .and_then(|findings| refused(&findings, draft, desk, terminal))
        .and_then(|()| match sign && !signed(desk, &object)? {
            true => {
                Err(Failure::new(Exit::Failed, Notice::new("TW-V035").with("why", "git did not sign it")))
            }
            false => Ok(()),
        });
    if let Err(failure) = lawful {
        desk.clone.drop_tag(name, &object).map_err(|error| git_failed(&error))?;
        return Err(failure);
    }
    terminal.answer(&Notice::new("tag-made").with("tag", &draft.tag))?;
    Ok(object)
}

fn push(draft: &Draft, object: &ObjectId, desk: &Desk, terminal: &Terminal) -> Result<(), Failure> {
    let full = draft.tag.full_ref();
    let mut refs = vec![format!("{full}:{full}")];
    if let Some(branch) = &draft.branch {
        refs.push(format!("{}:refs/heads/{branch}", draft.commit));
    }
    let pushed = desk.clone.push(desk.remote_name(), &refs).map_err(|error| git_failed(&error))?;
    if !terminal.quiet || pushed.outcome != PushOutcome::Taken {
        let mut error = io::stderr().lock();
        for line in &pushed.said {
            // When nobody reads it, there is nobody left to tell.
            let _ = writeln!(error, "{}", printed(line));
        }
    }
    let outcome = match pushed.outcome {
        PushOutcome::Unknown => probe(draft, object, desk),
        PushOutcome::Taken | PushOutcome::Refused => pushed.outcome,
    };
    let about = |id: &str| Notice::new(id).with("tag", &draft.tag).with("remote", shown(desk));
    match outcome {
        PushOutcome::Taken => terminal.answer(&about("tag-pushed")),
        PushOutcome::Refused => {
            desk.clone.drop_tag(draft.tag.name(), object).map_err(|error| git_failed(&error))?;
            Err(Failure::new(Exit::Failed, about("TW-V036")))
        }
        PushOutcome::Unknown => Err(Failure::new(Exit::TryAgain, about("TW-V037"))),
    }
}

/// Asks the remote what became of a push of which nobody knows.
fn probe(draft: &Draft, object: &ObjectId, desk: &Desk) -> PushOutcome {
    match desk.clone.ask_refs(desk.remote_name()) {
        Ok(refs) if refs.tags.get(draft.tag.name()) == Some(object) => PushOutcome::Taken,
        // It may still be on its way in.
        Ok(_) | Err(_) => PushOutcome::Unknown,
    }
}

fn follow(make: &Make, draft: &Draft, desk: &Desk, terminal: &Terminal) -> Result<Exit, Failure> {
    if make.watch { watch::watch(&draft.tag, desk, terminal) } else { Ok(Exit::Ok) }
}
