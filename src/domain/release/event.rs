//! What can happen to a release; these are the shapes that the journal keeps.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::domain::gate::{Answer, Evidence};
use crate::domain::names::{EnvironmentName, ObjectId, Person, ReleaseId, RepositoryName};
use crate::domain::notice::Notice;
use crate::domain::plan::{Facts, Plan};
use crate::domain::version::Tag;
use crate::domain::watch::Look;

/// What a release is, from the moment its tag was seen.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Opening {
    /// Its number.
    pub id: ReleaseId,
    /// The repository.
    pub repository: RepositoryName,
    /// The repository's number on the forge, which survives renaming.
    pub repository_id: u64,
    /// Where it goes.
    pub environment: EnvironmentName,
    /// Its tag.
    pub tag: Tag,
    /// What the tag ref points at.
    pub object: ObjectId,
    /// The commit to run.
    pub commit: ObjectId,
    /// Who pushed the tag, when the forge said so.
    pub pusher: Option<Person>,
    /// How the daemon learnt of it.
    pub source: Source,
    /// Forward, or a way back that a person asked for with a tag.
    pub kind: Kind,
    /// A digest of where and how it would be deployed; part of what an approval binds.
    pub target: String,
}

/// How the daemon learnt of a tag.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Source {
    /// By a webhook.
    Webhook,
    /// By its own look at the forge's tags: the webhook was lost.
    Look,
}

/// Which way a release goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Something new.
    Forward,
    /// A rollback tag for a release of which no snapshot is known: the tag's commit is deployed, ungated.
    Back,
}

/// Whether a step does or takes back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// A step of the deployment.
    Do,
    /// A step of the way back.
    Undo,
}

impl Direction {
    /// Returns the stable name, as it stands in step keys.
    pub fn name(self) -> &'static str {
        match self {
            Self::Do => "do",
            Self::Undo => "undo",
        }
    }
}

/// What came of a step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "outcome", rename_all = "snake_case")]
pub enum Outcome {
    /// It took effect, and a look proved it where there is one.
    Done,
    /// It did not, and nothing is left running.
    Failed {
        /// Why.
        why: Notice,
    },
}

/// How a named person leads a stuck release out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// The way back is tried again from the step that failed.
    Retry,
    /// The person has brought back by hand what ran before.
    BroughtBack,
}

/// What can happen to a release.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum Event {
    /// Its tag was seen for the first time.
    Opened {
        /// What it is.
        opening: Opening,
    },
    /// The forge named who pushed the tag.
    PusherNamed {
        /// Who.
        pusher: Person,
    },
    /// Its tag breaks rules.
    Refused {
        /// Which.
        findings: Vec<Notice>,
    },
    /// The gates were asked, and said something new.
    Asked {
        /// The whole answer.
        answer: Answer,
    },
    /// Automatic gates were looked at, and saw something new.
    Seen {
        /// What each of them saw.
        evidence: Vec<Evidence>,
    },
    /// A person tried an item of the checklist.
    Ticked {
        /// The item's name.
        item: String,
        /// Who.
        by: Person,
        /// Whether it was well; if not, the release goes back to be mended.
        good: bool,
        /// What they noted, or a link.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        note: Option<String>,
    },
    /// A person signed for the whole checklist.
    SignedOff {
        /// Who.
        by: Person,
        /// The digest of the checklist that they signed.
        checklist: String,
        /// What they noted.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        note: Option<String>,
    },
    /// A person asked that it may pass a closed gate.
    OverrideAsked {
        /// Who.
        by: Person,
        /// Which gate.
        gate: String,
        /// Why.
        reason: String,
        /// Until when.
        until: Timestamp,
        /// It only proves that the way works, and opens nothing.
        #[serde(default)]
        drill: bool,
    },
    /// A second person confirmed that it may pass a closed gate.
    OverrideConfirmed {
        /// Who.
        by: Person,
        /// Which gate.
        gate: String,
        /// It was a drill: the way works, and nothing was opened.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        drill: bool,
    },
    /// A person took an override back.
    OverrideEnded {
        /// Who.
        by: Person,
        /// Which gate.
        gate: String,
    },
    /// A person approved it.
    Approved {
        /// Who.
        by: Person,
        /// What was shown to them, as a digest.
        binding: String,
        /// Until when it counts.
        expires_at: Timestamp,
        /// The digests of the evidence and of the sign-off that were good then, by gate.
        #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
        seen: BTreeMap<String, String>,
    },
    /// What a person approved has changed, so that their approval counts no more.
    ApprovalVoided {
        /// Whose.
        by: Person,
        /// What changed.
        why: Notice,
    },
    /// A person said no.
    Denied {
        /// Who.
        by: Person,
        /// Why.
        reason: String,
    },
    /// A person took it off the road.
    Withdrawn {
        /// Who.
        by: Person,
        /// Why.
        reason: String,
    },
    /// A newer release contains it.
    Superseded {
        /// Which.
        by: ReleaseId,
        /// Its tag.
        tag: String,
    },
    /// A person stopped it.
    Held {
        /// Who.
        by: Person,
        /// Why.
        reason: String,
    },
    /// A person let it go on.
    Lifted {
        /// Who.
        by: Person,
    },
    /// Every gate was good, and the deployment began.
    Started {
        /// What the gates said at that instant.
        answer: Answer,
        /// What will be done.
        plan: Plan,
        /// The signals that were bad before, and are not held against the release.
        baseline: Vec<String>,
        /// The number under which hosts are asked; it only grows, so that an old daemon is refused.
        #[serde(default)]
        fence: u64,
    },
    /// A step is about to be done.
    StepStarted {
        /// Its place in the plan of its direction.
        index: usize,
        /// Which try this is, from 1 on.
        attempt: u32,
        /// Forward or back.
        direction: Direction,
        /// The key under which the host knows it.
        key: String,
    },
    /// The outcome of a step is known.
    StepEnded {
        /// Its key.
        key: String,
        /// What came of it.
        #[serde(flatten)]
        outcome: Outcome,
        /// What it found out.
        #[serde(default, skip_serializing_if = "Facts::is_empty")]
        facts: Facts,
    },
    /// Every deployment step is proven; the smoke tests begin.
    DeployProven,
    /// The smoke tests passed; the watch begins.
    WatchStarted {
        /// When it ends.
        until: Timestamp,
    },
    /// The signals were looked at.
    Looked {
        /// What they said.
        looks: Vec<Look>,
    },
    /// Too much was missing, so the watch goes on.
    WatchExtended {
        /// Until then.
        until: Timestamp,
    },
    /// The clock was set back behind what was looked at, so the watch begins anew.
    WatchRestarted {
        /// When it ends.
        until: Timestamp,
    },
    /// The watch is over and nothing is held against the release.
    WatchPassed {
        /// The required signals that said too little; empty = everything was seen to be well.
        unproven: Vec<String>,
    },
    /// People have been told, or told that they could not be told.
    Completed,
    /// A person asked for the way back.
    RollbackAsked {
        /// Who.
        by: Option<Person>,
        /// Why.
        reason: String,
        /// The rollback tag that they pushed, when that is how they asked.
        tag: Option<String>,
    },
    /// The way back began.
    RollbackStarted {
        /// Why.
        why: Notice,
        /// What will be done.
        plan: Plan,
        /// The commit that will run again; `None` = nothing ran before, or it is not known.
        #[serde(default)]
        before: Option<ObjectId>,
        /// The number under which hosts are asked, as for [`Event::Started`].
        #[serde(default)]
        fence: u64,
    },
    /// What ran before runs again, and that was verified.
    RolledBack,
    /// The rollback tag was seen on the forge.
    RollbackTagSeen {
        /// Its name.
        tag: String,
    },
    /// The way back failed.
    GotStuck {
        /// Why.
        why: Notice,
    },
    /// Its issue was opened on the forge.
    IssueOpened {
        /// The number of the issue.
        number: u64,
    },
    /// A named person led it out of being stuck.
    LedOut {
        /// Who.
        by: Person,
        /// Why.
        reason: String,
        /// How.
        verdict: Verdict,
    },
}

/// The name of an event, for the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "each is the name of the variant of `Event` that documents it")]
pub enum EventName {
    Opened,
    PusherNamed,
    Refused,
    Asked,
    Seen,
    Ticked,
    SignedOff,
    OverrideAsked,
    OverrideConfirmed,
    OverrideEnded,
    Approved,
    ApprovalVoided,
    Denied,
    Withdrawn,
    Superseded,
    Held,
    Lifted,
    Started,
    StepStarted,
    StepEnded,
    DeployProven,
    WatchStarted,
    Looked,
    WatchExtended,
    WatchRestarted,
    WatchPassed,
    Completed,
    RollbackAsked,
    RollbackStarted,
    RolledBack,
    RollbackTagSeen,
    GotStuck,
    IssueOpened,
    LedOut,
}

impl Event {
    /// Returns the key of the step that the event is about, if it is about one.
    pub fn step(&self) -> Option<&str> {
        if let Self::StepStarted { key, .. } | Self::StepEnded { key, .. } = self { Some(key) } else { None }
    }

    /// Returns the event's name.
    pub fn name(&self) -> EventName {
        match self {
            Self::Opened { .. } => EventName::Opened,
            Self::PusherNamed { .. } => EventName::PusherNamed,
            Self::Refused { .. } => EventName::Refused,
            Self::Asked { .. } => EventName::Asked,
            Self::Seen { .. } => EventName::Seen,
            Self::Ticked { .. } => EventName::Ticked,
            Self::SignedOff { .. } => EventName::SignedOff,
            Self::OverrideAsked { .. } => EventName::OverrideAsked,
            Self::OverrideConfirmed { .. } => EventName::OverrideConfirmed,
            Self::OverrideEnded { .. } => EventName::OverrideEnded,
            Self::Approved { .. } => EventName::Approved,
            Self::ApprovalVoided { .. } => EventName::ApprovalVoided,
            Self::Denied { .. } => EventName::Denied,
            Self::Withdrawn { .. } => EventName::Withdrawn,
            Self::Superseded { .. } => EventName::Superseded,
            Self::Held { .. } => EventName::Held,
            Self::Lifted { .. } => EventName::Lifted,
            Self::Started { .. } => EventName::Started,
            Self::StepStarted { .. } => EventName::StepStarted,
            Self::StepEnded { .. } => EventName::StepEnded,
            Self::DeployProven => EventName::DeployProven,
            Self::WatchStarted { .. } => EventName::WatchStarted,
            Self::Looked { .. } => EventName::Looked,
            Self::WatchExtended { .. } => EventName::WatchExtended,
            Self::WatchRestarted { .. } => EventName::WatchRestarted,
            Self::WatchPassed { .. } => EventName::WatchPassed,
            Self::Completed => EventName::Completed,
            Self::RollbackAsked { .. } => EventName::RollbackAsked,
            Self::RollbackStarted { .. } => EventName::RollbackStarted,
            Self::RolledBack => EventName::RolledBack,
            Self::RollbackTagSeen { .. } => EventName::RollbackTagSeen,
            Self::GotStuck { .. } => EventName::GotStuck,
            Self::IssueOpened { .. } => EventName::IssueOpened,
            Self::LedOut { .. } => EventName::LedOut,
        }
    }
}

impl EventName {
    /// The events that are never written without a signed checkpoint of the journal: from each of them on, something
    /// irrevocable may follow.
    pub const SEALED: &'static [Self] = &[Self::Approved, Self::Started, Self::RollbackStarted];

    /// Returns the stable name, as it stands in the journal.
    pub fn name(self) -> &'static str {
        match self {
            Self::Opened => "opened",
            Self::PusherNamed => "pusher_named",
            Self::Refused => "refused",
            Self::Asked => "asked",
            Self::Seen => "seen",
            Self::Ticked => "ticked",
            Self::SignedOff => "signed_off",
            Self::OverrideAsked => "override_asked",
            Self::OverrideConfirmed => "override_confirmed",
            Self::OverrideEnded => "override_ended",
            Self::Approved => "approved",
            Self::ApprovalVoided => "approval_voided",
            Self::Denied => "denied",
            Self::Withdrawn => "withdrawn",
            Self::Superseded => "superseded",
            Self::Held => "held",
            Self::Lifted => "lifted",
            Self::Started => "started",
            Self::StepStarted => "step_started",
            Self::StepEnded => "step_ended",
            Self::DeployProven => "deploy_proven",
            Self::WatchStarted => "watch_started",
            Self::Looked => "looked",
            Self::WatchExtended => "watch_extended",
            Self::WatchRestarted => "watch_restarted",
            Self::WatchPassed => "watch_passed",
            Self::Completed => "completed",
            Self::RollbackAsked => "rollback_asked",
            Self::RollbackStarted => "rollback_started",
            Self::RolledBack => "rolled_back",
            Self::RollbackTagSeen => "rollback_tag_seen",
            Self::GotStuck => "got_stuck",
            Self::IssueOpened => "issue_opened",
            Self::LedOut => "led_out",
        }
    }
}
