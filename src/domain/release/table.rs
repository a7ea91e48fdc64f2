//! The one table that says what every event means in every phase.
//!
//! Rows are events, columns are phases in the order of [`Phase::ALL`]. Whoever adds an event or a phase has to fill a
//! row or a column, or this file does not compile.

use super::{EventName, Phase};

/// What an event means in a phase.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cell {
    /// It cannot happen here.
    No,
    /// It is noted; the phase stays.
    Stay,
    /// It leads to this phase.
    To(Phase),
    /// The event itself says where it leads.
    Told,
}

/// An event that cannot happen in a phase.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("`{}` cannot happen to a release that is `{}`", event.name(), phase.name())]
pub struct Illegal {
    /// The event.
    pub event: EventName,
    /// The phase.
    pub phase: Phase,
}

const NO: Cell = Cell::No;
const STAY: Cell = Cell::Stay;
const TOLD: Cell = Cell::Told;
const DEPL: Cell = Cell::To(Phase::Deploying);
const SMOK: Cell = Cell::To(Phase::Smoke);
const WATC: Cell = Cell::To(Phase::Watching);
const ANNO: Cell = Cell::To(Phase::Announcing);
const COMP: Cell = Cell::To(Phase::Complete);
const REFU: Cell = Cell::To(Phase::Refused);
const DENI: Cell = Cell::To(Phase::Denied);
const WITH: Cell = Cell::To(Phase::Withdrawn);
const SUPE: Cell = Cell::To(Phase::Superseded);
const BACK: Cell = Cell::To(Phase::RollingBack);
const BRCK: Cell = Cell::To(Phase::RolledBack);
const STUC: Cell = Cell::To(Phase::Stuck);

/// The table.
#[rustfmt::skip]
pub const TABLE: [(EventName, [Cell; 13]); 34] = {
    use EventName as E;
    [   //                   waiting deploy  smoke   watch   annou   compl   refus   denied  withdr  supers  rollbk  rolled  stuck
        (E::Opened,            [ NO,     NO,     NO,     NO,     NO,     NO,     NO,     NO,     NO,     NO,     NO,     NO,     NO   ]),
        (E::PusherNamed,       [ STAY,   STAY,   STAY,   STAY,   STAY,   STAY,   STAY,   STAY,   STAY,   STAY,   STAY,   STAY,   STAY ]),
        (E::Refused,           [ REFU,   NO,     NO,     NO,     NO,     NO,     NO,     NO,     NO,     NO,     NO,     NO,     NO   ]),
        (E::Asked,             [ STAY,   NO,     NO,     NO,     NO,     NO,     NO,     NO,     NO,     NO,     NO,     NO,     NO   ]),
        (E::Seen,              [ STAY,   NO,     NO,     NO,     NO,     NO,     NO,     NO,     NO,     NO,     NO,     NO,     NO   ]),
        (E::Ticked,            [ STAY,   NO,     NO,     NO,     NO,     NO,     NO,     NO,     NO,     NO,     NO,     NO,     NO   ]),
        (E::SignedOff,         [ STAY,   NO,     NO,     NO,     NO,     NO,     NO,     NO,     NO,     NO,     NO,     NO,     NO   ]),
        (E::OverrideAsked,     [ STAY,   NO,     NO,     NO,     NO,     NO,     NO,     NO,     NO,     NO,     NO,     NO,     NO   ]),
        (E::OverrideConfirmed, [ STAY,   NO,     NO,     NO,     NO,     NO,     NO,     NO,     NO,     NO,     NO,     NO,     NO   ]),
        (E::OverrideEnded,     [ STAY,   NO,     NO,     NO,     NO,     NO,     NO,     NO,     NO,     NO,     NO,     NO,     NO   ]),
        (E::Approved,          [ STAY,   NO,     NO,     NO,     NO,     NO,     NO,     NO,     NO,     NO,     NO,     NO,     NO   ]),
        (E::ApprovalVoided,    [ STAY,   NO,     NO,     NO,     NO,     NO,     NO,     NO,     NO,     NO,     NO,     NO,     NO   ]),
        (E::Denied,            [ DENI,   NO,     NO,     NO,     NO,     NO,     NO,     NO,     NO,     NO,     NO,     NO,     NO   ]),
        (E::Withdrawn,         [ WITH,   NO,     NO,     NO,     NO,     NO,     NO,     NO,     NO,     NO,     NO,     NO,     NO   ]),
        (E::Superseded,        [ SUPE,   NO,     NO,     NO,     NO,     NO,     NO,     NO,     NO,     NO,     NO,     NO,     NO   ]),
        (E::Held,              [ STAY,   NO,     NO,     NO,     NO,     NO,     NO,     NO,     NO,     NO,     NO,     NO,     NO   ]),
        (E::Lifted,            [ STAY,   NO,     NO,     NO,     NO,     NO,     NO,     NO,     NO,     NO,     NO,     NO,     NO   ]),
        (E::Started,           [ DEPL,   NO,     NO,     NO,     NO,     NO,     NO,     NO,     NO,     NO,     NO,     NO,     NO   ]),
        (E::StepStarted,       [ NO,     STAY,   STAY,   NO,     NO,     NO,     NO,     NO,     NO,     NO,     STAY,   NO,     NO   ]),
        (E::StepEnded,         [ NO,     STAY,   STAY,   NO,     NO,     NO,     NO,     NO,     NO,     NO,     STAY,   NO,     NO   ]),
        (E::DeployProven,      [ NO,     SMOK,   NO,     NO,     NO,     NO,     NO,     NO,     NO,     NO,     NO,     NO,     NO   ]),
        (E::WatchStarted,      [ NO,     NO,     WATC,   NO,     NO,     NO,     NO,     NO,     NO,     NO,     NO,     NO,     NO   ]),
        (E::Looked,            [ NO,     NO,     NO,     STAY,   NO,     NO,     NO,     NO,     NO,     NO,     NO,     NO,     NO   ]),
        (E::WatchExtended,     [ NO,     NO,     NO,     STAY,   NO,     NO,     NO,     NO,     NO,     NO,     NO,     NO,     NO   ]),
        (E::WatchRestarted,    [ NO,     NO,     NO,     STAY,   NO,     NO,     NO,     NO,     NO,     NO,     NO,     NO,     NO   ]),
        (E::WatchPassed,       [ NO,     NO,     NO,     ANNO,   NO,     NO,     NO,     NO,     NO,     NO,     NO,     NO,     NO   ]),
        (E::Completed,         [ NO,     NO,     NO,     NO,     COMP,   NO,     NO,     NO,     NO,     NO,     NO,     NO,     NO   ]),
        (E::RollbackAsked,     [ NO,     STAY,   STAY,   STAY,   STAY,   STAY,   NO,     NO,     NO,     NO,     STAY,   NO,     NO   ]),
        (E::RollbackStarted,   [ NO,     BACK,   BACK,   BACK,   BACK,   BACK,   NO,     NO,     NO,     NO,     NO,     NO,     NO   ]),
        (E::RolledBack,        [ NO,     NO,     NO,     NO,     NO,     NO,     NO,     NO,     NO,     NO,     BRCK,   NO,     NO   ]),
        (E::RollbackTagSeen,   [ NO,     STAY,   STAY,   STAY,   STAY,   STAY,   NO,     NO,     NO,     NO,     STAY,   STAY,   STAY ]),
        (E::GotStuck,          [ NO,     STUC,   STUC,   STUC,   NO,     NO,     NO,     NO,     NO,     NO,     STUC,   NO,     NO   ]),
        (E::IssueOpened,       [ STAY,   STAY,   STAY,   STAY,   STAY,   STAY,   STAY,   STAY,   STAY,   STAY,   STAY,   STAY,   STAY ]),
        (E::LedOut,            [ NO,     NO,     NO,     NO,     NO,     NO,     NO,     NO,     NO,     NO,     NO,     NO,     TOLD ]),
    ]
};

/// Returns where `event` leads from `phase`; `None` = the event itself says.
///
/// # Errors
/// The event cannot happen there.
pub fn next_phase(phase: Phase, event: EventName) -> Result<Option<Phase>, Illegal> {
    let row = TABLE.iter().find(|(name, _)| *name == event).map(|(_, row)| row);
    match row.map(|row| row[phase as usize]) {
        Some(Cell::Stay) => Ok(Some(phase)),
        Some(Cell::To(next)) => Ok(Some(next)),
        Some(Cell::Told) => Ok(None),
        Some(Cell::No) | None => Err(Illegal { event, phase }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_event_has_exactly_one_row_and_every_phase_its_column() {
        for (place, (name, _)) in TABLE.iter().enumerate() {
            assert_eq!(*name as usize, place, "{} stands in the wrong row", name.name());
        }
        for (place, phase) in Phase::ALL.iter().enumerate() {
            assert_eq!(*phase as usize, place, "{} stands in the wrong column", phase.name());
        }
        assert_eq!(EventName::LedOut as usize + 1, TABLE.len(), "the last event has the last row");
    }

    #[test]
    fn nothing_but_a_name_an_issue_and_the_rollback_tag_reaches_a_release_that_is_over() {
        for phase in Phase::ALL.into_iter().filter(|phase| phase.is_over() && *phase != Phase::Complete) {
            for (event, _) in TABLE {
                let legal = next_phase(phase, event).is_ok();
                let expected = event == EventName::PusherNamed
                    || event == EventName::IssueOpened
                    || (event == EventName::RollbackTagSeen && phase == Phase::RolledBack);
                assert_eq!(legal, expected, "{} in {}", event.name(), phase.name());
            }
        }
    }

    #[test]
    fn only_started_leads_from_waiting_to_the_hosts() {
        for (event, row) in TABLE {
            if matches!(row[Phase::Waiting as usize], Cell::To(phase) if phase.occupies()) {
                assert_eq!(event, EventName::Started);
            }
        }
    }

    #[test]
    fn the_way_back_is_open_from_every_phase_that_touched_a_host() {
        for phase in [Phase::Deploying, Phase::Smoke, Phase::Watching, Phase::Announcing, Phase::Complete] {
            assert!(next_phase(phase, EventName::RollbackAsked).is_ok());
            assert_eq!(next_phase(phase, EventName::RollbackStarted), Ok(Some(Phase::RollingBack)));
        }
    }
}
