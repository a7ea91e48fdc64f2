//! How much a change asks of the version: patch, minor or major, below 1.0.0 too.

use super::Group;
use super::message::{Message, Shape};
use crate::domain::version::successors;

/// How far a version moves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// The third number.
    Patch,
    /// The second number.
    Minor,
    /// The first number.
    Major,
}

impl Level {
    /// Returns its name, which never changes.
    pub fn name(self) -> &'static str {
        match self {
            Self::Patch => "patch",
            Self::Minor => "minor",
            Self::Major => "major",
        }
    }

    /// Returns the version that is so far from `base`; `None` when numbers reach no farther.
    pub fn after(self, base: &semver::Version) -> Option<semver::Version> {
        successors(base).into_iter().find(|next| Self::between(base, next) == Some(self))
    }

    /// Returns how far `next` is from `base`, when it is a successor.
    pub fn between(base: &semver::Version, next: &semver::Version) -> Option<Self> {
        if !successors(base).contains(next) {
            return None;
        }
        Some(match (next.major == base.major, next.minor == base.minor) {
            (false, _) => Self::Major,
            (true, false) => Self::Minor,
            (true, true) => Self::Patch,
        })
    }
}

/// What a breaking change does below 1.0.0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum BelowOne {
    /// It raises the second number: 0.4.2 → 0.5.0.
    #[default]
    Minor,
    /// It leads to 1.0.0.
    Major,
}

/// What a commit asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Effect {
    /// The group in which it is shown.
    pub group: Group,
    /// The least that it forces; `None` = nothing, or nobody can tell.
    pub level: Option<Level>,
    /// Whether people who use the product should read about it.
    pub notable: bool,
}

/// Returns what a commit with this message asks for.
pub fn effect(message: &Message) -> Effect {
    if message.breaking.is_some() {
        return Effect { group: Group::Breaking, level: Some(Level::Major), notable: true };
    }
    let (group, level, notable) = match &message.shape {
        Shape::Conventional { kind, .. } => match kind.as_str() {
            "feat" | "feature" => (Group::Features, Some(Level::Minor), true),
            "fix" | "bugfix" | "hotfix" | "perf" | "security" => (Group::Fixes, Some(Level::Patch), true),
            "revert" => (Group::Reverts, Some(Level::Patch), true),
            _ => (Group::Rest, None, false),
        },
        Shape::Revert { .. } => (Group::Reverts, Some(Level::Patch), true),
        Shape::Merge => (Group::Merges, None, false),
        Shape::Other => (Group::Other, None, false),
    };
    Effect { group, level, notable }
}
