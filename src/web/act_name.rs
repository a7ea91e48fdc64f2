//! What people and programs may ask of a release, by name: the same list for forms and for the API.

use crate::domain::notice::Notice;
use crate::web::house::Act;

/// The longest reason, in characters: a paragraph; it ends up in a cookie when a sign-in runs out.
pub const LONGEST_REASON: usize = 500;

/// The name of an act.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ActName {
    Approve,
    Deny,
    Withdraw,
    Hold,
    Lift,
    Rollback,
    Retry,
    BroughtBack,
}

impl ActName {
    /// All of them, in the order in which pages show them.
    pub const ALL: [Self; 8] = [
        Self::Approve,
        Self::Deny,
        Self::Hold,
        Self::Lift,
        Self::Withdraw,
        Self::Rollback,
        Self::Retry,
        Self::BroughtBack,
    ];

    /// Returns the stable name, as it stands in paths and in a release's list of actions.
    pub fn name(self) -> &'static str {
        match self {
            Self::Approve => "approve",
            Self::Deny => "deny",
            Self::Withdraw => "withdraw",
            Self::Hold => "hold",
            Self::Lift => "lift",
            Self::Rollback => "rollback",
            Self::Retry => "retry",
            Self::BroughtBack => "brought-back",
        }
    }

    /// Returns the act with this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|act| act.name() == name)
    }

    /// Returns whether a reason belongs to it.
    pub fn needs_reason(self) -> bool {
        match self {
            Self::Approve | Self::Lift => false,
            Self::Deny | Self::Withdraw | Self::Hold | Self::Rollback | Self::Retry | Self::BroughtBack => {
                true
            }
        }
    }

    /// Returns the act, or what is missing for it.
    pub fn with(self, binding: Option<&str>, reason: Option<&str>) -> Result<Act, Notice> {
        let missing = |name: &str| Notice::new("TW-W014").with("name", name);
        let reason = match reason.map(str::trim).filter(|reason| !reason.is_empty()) {
            Some(reason) if reason.chars().count() > LONGEST_REASON => {
                return Err(Notice::new("TW-W018").with("limit", LONGEST_REASON));
            }
            Some(reason) => reason.to_owned(),
            None if self.needs_reason() => return Err(missing("reason")),
            None => String::new(),
        };
        Ok(match self {
            Self::Approve => {
                let binding = binding.filter(|binding| !binding.is_empty());
                Act::Approve { binding: binding.ok_or_else(|| missing("binding"))?.to_owned() }
            }
            Self::Deny => Act::Deny { reason },
            Self::Withdraw => Act::Withdraw { reason },
            Self::Hold => Act::Hold { reason },
            Self::Lift => Act::Lift,
            Self::Rollback => Act::Rollback { reason },
            Self::Retry => Act::Retry { reason },
            Self::BroughtBack => Act::BroughtBack { reason },
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_needs_a_reason_is_not_asked_without_one() {
        for act in ActName::ALL {
            assert_eq!(ActName::named(act.name()), Some(act));
            assert_eq!(act.with(Some("b"), Some(" \n")).is_err(), act.needs_reason(), "{}", act.name());
            assert!(act.with(Some("b"), Some(&"é".repeat(LONGEST_REASON))).is_ok());
            assert!(act.with(Some("b"), Some(&"é".repeat(LONGEST_REASON + 1))).is_err());
        }
        assert!(
            ActName::Approve.with(None, Some("fine")).is_err(),
            "nobody approves what they were not shown"
        );
        assert!(ActName::Approve.with(Some(""), None).is_err());
    }
}
