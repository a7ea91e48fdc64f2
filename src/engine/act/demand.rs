//! What a person may ask of a release, and what kind of asking each is.

use std::time::Duration;

use crate::domain::journal::Channel;

/// What a person asks of a release.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Demand {
    /// Approve exactly what `binding` stands for.
    Approve {
        /// The digest of what the person saw.
        binding: String,
    },
    /// Say no.
    Deny {
        /// Why.
        reason: String,
    },
    /// Take it off the road.
    Withdraw {
        /// Why.
        reason: String,
    },
    /// Stop it.
    Hold {
        /// Why.
        reason: String,
    },
    /// Let it go on.
    Lift,
    /// Bring back what ran before.
    Rollback {
        /// Why.
        reason: String,
    },
    /// It is stuck: try the failed step of the way back once more.
    Retry {
        /// Why.
        reason: String,
    },
    /// It is stuck: what ran before was brought back by hand.
    BroughtBack {
        /// Why, and how.
        reason: String,
    },
    /// Say what came of one item of the checklist.
    Tick {
        /// The item's name.
        item: String,
        /// Whether it was well.
        good: bool,
        /// What was noted, or a link; a faulty item needs one.
        note: Option<String>,
    },
    /// Sign for the whole checklist.
    SignOff {
        /// What was noted.
        note: Option<String>,
    },
    /// Let it pass one closed gate; counts once a second person has confirmed it.
    Override {
        /// Which gate.
        gate: String,
        /// Why.
        reason: String,
        /// For how long from now on.
        lasting: Duration,
        /// Only prove that the way works; nothing is opened.
        drill: bool,
    },
    /// Be the second person of an override.
    ConfirmOverride {
        /// Which gate.
        gate: String,
        /// The digest of what the person saw that was asked.
        asked: String,
    },
    /// Take an override back.
    EndOverride {
        /// Which gate.
        gate: String,
    },
}

impl Demand {
    /// Returns whether it stops or takes back, and must therefore work while the forge cannot say who is in which team.
    pub(super) fn makes_safe(&self) -> bool {
        match self {
            Self::Hold { .. }
            | Self::Rollback { .. }
            | Self::Retry { .. }
            | Self::BroughtBack { .. }
            | Self::EndOverride { .. } => true,
            Self::Approve { .. }
            | Self::Deny { .. }
            | Self::Withdraw { .. }
            | Self::Lift
            | Self::Tick { .. }
            | Self::SignOff { .. }
            | Self::Override { .. }
            | Self::ConfirmOverride { .. } => false,
        }
    }

    /// Returns whether it rests on what the release looks like, and is judged again when that changes meanwhile.
    pub(super) fn rests_on_ground(&self) -> bool {
        match self {
            Self::Approve { .. }
            | Self::SignOff { .. }
            | Self::Tick { .. }
            | Self::Override { .. }
            | Self::ConfirmOverride { .. }
            | Self::EndOverride { .. } => true,
            Self::Deny { .. }
            | Self::Withdraw { .. }
            | Self::Hold { .. }
            | Self::Lift
            | Self::Rollback { .. }
            | Self::Retry { .. }
            | Self::BroughtBack { .. } => false,
        }
    }

    /// Returns whether it is only heard from a person at a window, never from whoever holds a token.
    pub(super) fn wants_a_human(&self) -> bool {
        match self {
            Self::Override { .. } | Self::ConfirmOverride { .. } => true,
            Self::Approve { .. }
            | Self::Deny { .. }
            | Self::Withdraw { .. }
            | Self::Hold { .. }
            | Self::Lift
            | Self::Rollback { .. }
            | Self::Retry { .. }
            | Self::BroughtBack { .. }
            | Self::Tick { .. }
            | Self::SignOff { .. }
            | Self::EndOverride { .. } => false,
        }
    }
}

/// Returns whether a person sits at that window.
///
/// At the terminal they are at the machine and through the socket's mode besides holding a token; a request with
/// nothing but a token may come from anything that the token was given to.
pub(super) fn is_human(channel: Channel) -> bool {
    match channel {
        Channel::Web | Channel::Cli | Channel::Comment => true,
        Channel::Api | Channel::Push | Channel::Daemon => false,
    }
}
