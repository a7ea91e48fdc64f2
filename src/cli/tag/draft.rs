//! The tag as it is going to be: name, commit and message, worked out and judged before anything is made.

use jiff::Timestamp;

use super::Make;
use crate::cli::author::sight::Sight;
use crate::cli::author::{Desk, git_failed};
use crate::cli::exit::{Exit, Failure};
use crate::cli::terminal::Terminal;
use crate::domain::names::ObjectId;
use crate::domain::notice::Notice;
use crate::domain::tag_policy::PlaceFact;
use crate::domain::version::{Tag, TagKind};
use crate::git::Update;
use crate::git::model::Model;
use crate::messages::{self, Worded, with_id};

/// The finding about a commit that no branch of the remote holds.
const OFF_MAIN: &str = "TW-T023";

/// A tag that is going to be made.
#[derive(Clone)]
pub(super) struct Draft {
    /// Its name.
    pub tag: Tag,
    /// What it points at.
    pub commit: ObjectId,
    /// Its message.
    pub message: String,
    /// Where the commit lies, in a word for people.
    pub place: String,
    /// The branch that is pushed with it.
    pub branch: Option<String>,
    /// What should be known before saying yes.
    pub warnings: Vec<Notice>,
}

/// Works out the tag of a release.
pub(super) fn release(make: &Make, desk: &Desk) -> Result<Draft, Failure> {
    let commit = desk.commit(&make.commit)?;
    let sight = desk.look(&commit)?;
    let policy = &desk.rules.policy;
    let tag = match &make.version {
        Some(typed) => parsed(typed, &policy.tag_prefix)?,
        None => proposed(&sight, desk)?,
    };
    let branch = match (make.with_branch, &sight.unpushed) {
        (false, _) => None,
        (true, Some(branch)) => Some(branch.clone()),
        (true, None) => pushed_already(desk, &commit)?,
    };
    let message = format!("Release {tag}\n{}", body(&tag, &sight));
    let place = match &sight.standpoint.place {
        PlaceFact::Main => policy.main.clone(),
        PlaceFact::Hotfix { branch } | PlaceFact::LooseHotfix { branch } => branch.clone(),
        PlaceFact::Nowhere => commit.short().to_owned(),
    };
    let mut warnings = sight.warnings;
    // The push is about to mend this one.
    warnings.retain(|notice| !(branch.is_some() && notice.id == "TW-V041"));
    // The tag that is about to be pushed is no leftover.
    warnings.retain(|notice| {
        !(notice.id == "TW-V042" && notice.values.get("tag").is_some_and(|name| name == tag.name()))
    });
    Ok(Draft { tag, commit, message, place, branch, warnings })
}

/// Returns the tag that was typed, with or without the prefix.
pub(super) fn parsed(typed: &str, prefix: &str) -> Result<Tag, Failure> {
    let bare = Tag::parse(typed.as_bytes(), prefix);
    let found = match bare {
        Err(_) if typed.starts_with(|c: char| c.is_ascii_digit()) => {
            Tag::parse(format!("{prefix}{typed}").as_bytes(), prefix)
        }
        other => other,
    };
    found.map_err(|notice| Failure::new(Exit::Usage, notice))
}

fn proposed(sight: &Sight, desk: &Desk) -> Result<Tag, Failure> {
    let nothing = || {
        let why = sight
            .warnings
            .iter()
            .find(|notice| ["TW-V001", "TW-V002", "TW-V004"].contains(&notice.id.as_str()));
        let notice =
            why.cloned().unwrap_or_else(|| Notice::new("TW-V032").with("commit", sight.head.short()));
        Failure::new(Exit::Conflict, notice)
    };
    let next = sight.proposal.next.as_ref().ok_or_else(nothing)?;
    parsed(&format!("{}{next}", desk.rules.policy.tag_prefix), &desk.rules.policy.tag_prefix)
}

/// Returns no branch when the remote has the commit at its tip already; a branch that cannot go along is a refusal.
fn pushed_already(desk: &Desk, commit: &ObjectId) -> Result<Option<String>, Failure> {
    let branch = desk.branch.clone().unwrap_or_else(|| desk.rules.policy.main.clone());
    if desk.refs.heads.get(&branch) == Some(commit) {
        return Ok(None);
    }
    let notice = Notice::new("TW-V034").with("branch", branch).with("remote", desk.remote_name());
    Err(Failure::new(Exit::Conflict, notice))
}

/// Returns what the changelog says about the version, behind a blank line; nothing when it says nothing.
fn body(tag: &Tag, sight: &Sight) -> String {
    let Some(changelog) = &sight.changelog else { return String::new() };
    let text = match tag.kind() {
        TagKind::Release => changelog.notes(tag.version()),
        // What a pre-release holds still stands under Unreleased.
        TagKind::Prerelease => changelog.unreleased_notes(),
        TagKind::Rollback => None,
    };
    text.filter(|text| !text.is_empty()).map(|text| format!("\n{text}\n")).unwrap_or_default()
}

/// Judges a tag object as the door will, with the branch that goes along.
pub(super) fn judge(
    draft: &Draft,
    object: &ObjectId,
    desk: &Desk,
    model: &Model,
) -> Result<Vec<Notice>, Failure> {
    let mut updates = vec![Update { name: draft.tag.full_ref().into_bytes(), new: Some(object.clone()) }];
    if let Some(branch) = &draft.branch {
        let name = format!("refs/heads/{branch}").into_bytes();
        updates.push(Update { name, new: Some(draft.commit.clone()) });
    }
    let judged = model.judge(&updates, &desk.rules.policy).map_err(|error| git_failed(&error))?;
    Ok(judged.into_iter().flat_map(|judged| judged.findings).collect())
}

/// Judges the tag before it exists.
///
/// # Errors
/// Everything that the door would refuse, and everything that can be foreseen besides.
pub(super) fn foresee(
    draft: &Draft,
    desk: &Desk,
    model: &Model,
    now: Timestamp,
    terminal: &Terminal,
) -> Result<(), Failure> {
    if !model.lacking.is_empty() {
        let names: Vec<&str> = model.lacking.iter().take(5).map(String::as_str).collect();
        let notice = Notice::new("TW-V030").with("refs", names.join(", ")).with("count", model.lacking.len());
        return Err(Failure::new(Exit::Conflict, notice.with("remote", desk.remote_name())));
    }
    let object = model
        .try_tag(draft.tag.name(), &draft.commit, &draft.message, now)
        .map_err(|error| git_failed(&error))?;
    let mut findings = judge(draft, &object, desk, model)?;
    if findings.iter().any(|notice| notice.id == OFF_MAIN) {
        // Which versions may follow is only known where the commit is going to lie.
        let branch = desk.unpushed(&draft.commit)?;
        let together = Draft { branch, ..draft.clone() };
        let more = judge(&together, &object, desk, model)?;
        findings.extend(more.into_iter().filter(|one| !findings.contains(one)).collect::<Vec<_>>());
    }
    refused(&findings, draft, desk, terminal)
}

/// Turns findings into a failure that says them all.
pub(super) fn refused(
    findings: &[Notice],
    draft: &Draft,
    desk: &Desk,
    terminal: &Terminal,
) -> Result<(), Failure> {
    if findings.is_empty() {
        return Ok(());
    }
    let off_main = findings.iter().any(|notice| notice.id == OFF_MAIN);
    let branch = if off_main { desk.unpushed(&draft.commit).ok().flatten() } else { None };
    let together = branch.map(|branch| terminal.say(&Notice::new("tag-branch-hint").with("branch", branch)));
    let said = findings.iter().map(|notice| {
        let worded = messages::word(terminal.language, notice);
        let hint = together.clone().filter(|_| notice.id == OFF_MAIN).or(worded.hint);
        Worded { what: with_id(&worded.what, &notice.id), hint }
    });
    Err(Failure::worded(Exit::Failed, said))
}

/// Returns whether a tag object carries a signature.
pub(super) fn is_signed(object: &[u8]) -> bool {
    let text = String::from_utf8_lossy(object);
    ["-----BEGIN SSH SIGNATURE-----", "-----BEGIN PGP SIGNATURE-----", "-----BEGIN SIGNED MESSAGE-----"]
        .iter()
        .any(|mark| text.lines().any(|line| line == *mark))
}
