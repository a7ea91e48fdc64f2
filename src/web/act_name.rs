//! What people and programs may ask of a release, by name: the same list for forms and for the API.

use crate::config::length;
use crate::domain::notice::Notice;
use crate::engine::Demand;

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
    Tick,
    SignOff,
    Override,
    ConfirmOverride,
    EndOverride,
    Rollback,
    Retry,
    BroughtBack,
}

/// What was written for an act, in a form or in a body; each act takes what belongs to it.
#[derive(Debug, Clone, Copy, Default)]
pub struct Written<'a> {
    /// What the person was shown, as a digest.
    pub binding: Option<&'a str>,
    /// Why.
    pub reason: Option<&'a str>,
    /// An item of the checklist.
    pub item: Option<&'a str>,
    /// Whether the item was well.
    pub good: Option<bool>,
    /// What was noted.
    pub note: Option<&'a str>,
    /// A gate.
    pub gate: Option<&'a str>,
    /// For how long: `2h`, `45m`.
    pub lasting: Option<&'a str>,
    /// It only proves that the way works.
    pub drill: bool,
    /// The override that the person was shown, as a digest.
    pub asked: Option<&'a str>,
}

impl ActName {
    /// All of them, in the order in which pages show them.
    pub const ALL: [Self; 13] = [
        Self::Approve,
        Self::Deny,
        Self::Hold,
        Self::Lift,
        Self::Withdraw,
        Self::Tick,
        Self::SignOff,
        Self::Override,
        Self::ConfirmOverride,
        Self::EndOverride,
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
            Self::Tick => "tick",
            Self::SignOff => "sign-off",
            Self::Override => "override",
            Self::ConfirmOverride => "confirm-override",
            Self::EndOverride => "end-override",
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
            Self::Approve
            | Self::Lift
            | Self::Tick
            | Self::SignOff
            | Self::ConfirmOverride
            | Self::EndOverride => false,
            Self::Deny
            | Self::Withdraw
            | Self::Hold
            | Self::Override
            | Self::Rollback
            | Self::Retry
            | Self::BroughtBack => true,
        }
    }

    /// Returns whether it concerns the release as a whole, and not one item or one gate of it.
    pub fn is_of_the_whole(self) -> bool {
        match self {
            Self::Approve
            | Self::Deny
            | Self::Withdraw
            | Self::Hold
            | Self::Lift
            | Self::Rollback
            | Self::Retry
            | Self::BroughtBack => true,
            Self::Tick | Self::SignOff | Self::Override | Self::ConfirmOverride | Self::EndOverride => false,
        }
    }

    /// Returns the act, or what is missing for it.
    pub fn with(self, written: &Written<'_>) -> Result<Demand, Notice> {
        let needed = |value: Option<&str>, name: &str| {
            filled(value)?.ok_or_else(|| Notice::new("TW-W014").with("name", name))
        };
        let reason = match self.needs_reason() {
            true => needed(written.reason, "reason")?,
            false => filled(written.reason)?.unwrap_or_default(),
        };
        Ok(match self {
            Self::Approve => Demand::Approve { binding: needed(written.binding, "binding")? },
            Self::Deny => Demand::Deny { reason },
            Self::Withdraw => Demand::Withdraw { reason },
            Self::Hold => Demand::Hold { reason },
            Self::Lift => Demand::Lift,
            Self::Tick => Demand::Tick {
                item: needed(written.item, "item")?,
                good: written.good.ok_or_else(|| Notice::new("TW-W014").with("name", "good"))?,
                note: filled(written.note)?,
            },
            Self::SignOff => Demand::SignOff { note: filled(written.note)? },
            Self::Override => {
                let text = needed(written.lasting, "for")?;
                let lasting = length::parse(&text);
                let unreadable =
                    || Notice::new("TW-W013").with("name", "for").with("why", format!("`{text}`: 45m, 2h"));
                let (gate, drill) = (needed(written.gate, "gate")?, written.drill);
                Demand::Override { gate, reason, lasting: lasting.ok_or_else(unreadable)?, drill }
            }
            Self::ConfirmOverride => Demand::ConfirmOverride {
                gate: needed(written.gate, "gate")?,
                asked: needed(written.asked, "asked")?,
            },
            Self::EndOverride => Demand::EndOverride { gate: needed(written.gate, "gate")? },
            Self::Rollback => Demand::Rollback { reason },
            Self::Retry => Demand::Retry { reason },
            Self::BroughtBack => Demand::BroughtBack { reason },
        })
    }
}

/// Returns what was written without blanks around it; `None` when nothing is left.
fn filled(value: Option<&str>) -> Result<Option<String>, Notice> {
    let value = value.map(str::trim).filter(|value| !value.is_empty());
    if value.is_some_and(|value| value.chars().count() > LONGEST_REASON) {
        return Err(Notice::new("TW-W018").with("limit", LONGEST_REASON));
    }
    Ok(value.map(ToOwned::to_owned))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Everything that any act may want, with this reason.
    fn written(reason: Option<&str>) -> Written<'_> {
        Written {
            binding: Some("b"),
            reason,
            item: Some("login"),
            good: Some(true),
            note: None,
            gate: Some("calendar"),
            lasting: Some("2h"),
            drill: false,
            asked: Some("a"),
        }
    }

    #[test]
    fn what_needs_a_reason_is_not_asked_without_one() {
        for act in ActName::ALL {
            assert_eq!(ActName::named(act.name()), Some(act));
            assert_eq!(act.with(&written(Some(" \n"))).is_err(), act.needs_reason(), "{}", act.name());
            assert!(act.with(&written(Some(&"é".repeat(LONGEST_REASON)))).is_ok());
            assert!(act.with(&written(Some(&"é".repeat(LONGEST_REASON + 1)))).is_err());
        }
        let unshown = Written { binding: None, ..written(Some("fine")) };
        assert!(ActName::Approve.with(&unshown).is_err(), "nobody approves what they were not shown");
        assert!(ActName::Approve.with(&Written { binding: Some(""), ..unshown }).is_err());
    }

    #[test]
    fn an_override_wants_its_gate_and_a_length_and_a_tick_its_item_and_finding() {
        let whole = written(Some("exams"));
        for lacking in [
            Written { gate: None, ..whole },
            Written { lasting: None, ..whole },
            Written { lasting: Some("soon"), ..whole },
            Written { lasting: Some("-2h"), ..whole },
        ] {
            assert!(ActName::Override.with(&lacking).is_err(), "{lacking:?}");
        }
        assert!(ActName::Tick.with(&Written { item: Some(" "), ..whole }).is_err());
        assert!(ActName::Tick.with(&Written { good: None, ..whole }).is_err());
        assert!(ActName::ConfirmOverride.with(&Written { gate: None, ..whole }).is_err());
        assert!(ActName::ConfirmOverride.with(&Written { asked: None, ..whole }).is_err(), "unseen");
    }
}
