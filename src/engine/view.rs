//! What windows see of a release: facts ready to be shown, none of them worded yet.

use std::time::Duration;

use jiff::Timestamp;
use serde::Serialize;

use crate::domain::calendar::Calendar;
use crate::domain::gate::{Answer, GateReading, Standing};
use crate::domain::names::{EnvironmentName, HostName, ObjectId, Person, ReleaseId, RepositoryName};
use crate::domain::notice::Notice;
use crate::domain::watch::Look;

/// One release, as a list shows it.
#[derive(Debug, Clone, Serialize)]
pub struct ReleaseRow {
    /// Its number.
    pub id: ReleaseId,
    /// Its repository.
    pub repository: RepositoryName,
    /// Where it goes.
    pub environment: EnvironmentName,
    /// The tag's name.
    pub tag: String,
    /// The phase, such as `waiting`; stable, never translated.
    pub phase: &'static str,
    /// What it does or waits for, in one sentence.
    pub headline: Notice,
    /// Who pushed the tag, when that is known.
    pub pusher: Option<Person>,
    /// The zone in which its people read times, by its IANA name.
    pub time_zone: String,
    /// When the tag was first seen.
    pub opened_at: Timestamp,
    /// When something last happened to it.
    pub changed_at: Timestamp,
    /// When it will be looked at again by itself.
    pub wake_at: Option<Timestamp>,
}

/// One release, with everything.
#[derive(Debug, Clone, Serialize)]
pub struct ReleaseView {
    /// What the list shows.
    #[serde(flatten)]
    pub row: ReleaseRow,
    /// The id that the tag ref points at (a tag object, or a commit).
    pub object: ObjectId,
    /// The commit that would run.
    pub commit: ObjectId,
    /// The gates, with reason and age.
    pub gates: Vec<GateReading>,
    /// The approvals that count.
    pub approvals: Vec<VoteView>,
    /// How many approvals are needed.
    pub approvals_needed: u32,
    /// The approvals that count no more, oldest first.
    pub voided: Vec<VoidView>,
    /// The checklist of its environment, when there is one.
    pub checklist: Option<ChecklistView>,
    /// The closed gates that people let it pass, or asked that it may.
    pub overrides: Vec<OverrideView>,
    /// The steps of the deployment and of the way back, in order.
    pub steps: Vec<StepView>,
    /// The watch, once it has begun.
    pub watch: Option<WatchView>,
    /// What may be asked of it now: `approve`, `deny`, `withdraw`, `hold`, `lift`, `tick`, `sign-off`, `override`,
    /// `confirm-override`, `end-override`, `rollback`, `retry`, `brought-back`.
    pub actions: Vec<&'static str>,
    /// What an approval is bound to; a form sends it back so that nobody approves what they did not see.
    pub binding: String,
}

/// One person's decision.
#[derive(Debug, Clone, Serialize)]
pub struct VoteView {
    /// Who decided.
    pub person: Person,
    /// When.
    pub at: Timestamp,
    /// Through which window: `web`, `cli`, ….
    pub channel: String,
    /// Until when it counts.
    pub expires_at: Timestamp,
}

/// An approval that counts no more.
#[derive(Debug, Clone, Serialize)]
pub struct VoidView {
    /// Whose.
    pub person: Person,
    /// Since when.
    pub at: Timestamp,
    /// What changed.
    pub why: Notice,
}

/// What has to be tried, and what people found.
#[derive(Debug, Clone, Serialize)]
pub struct ChecklistView {
    /// The items, in the order of the configuration.
    pub items: Vec<ItemView>,
    /// Who may tick and sign, as the configuration names them.
    pub who: Vec<String>,
    /// Who signed for all of it.
    pub signed: Option<SignatureView>,
}

/// One item of a checklist.
#[derive(Debug, Clone, Serialize)]
pub struct ItemView {
    /// Its short word.
    pub name: String,
    /// What to do.
    pub text: String,
    /// What came of it; `None` = nobody has said yet.
    pub tick: Option<TickView>,
}

/// What a person found when they tried an item.
#[derive(Debug, Clone, Serialize)]
pub struct TickView {
    /// Who.
    pub by: Person,
    /// When.
    pub at: Timestamp,
    /// Whether it was well.
    pub good: bool,
    /// What they noted, or a link.
    pub note: Option<String>,
}

/// A signature under a checklist.
#[derive(Debug, Clone, Serialize)]
pub struct SignatureView {
    /// Who.
    pub by: Person,
    /// When.
    pub at: Timestamp,
    /// Until when it is young enough.
    pub good_until: Timestamp,
    /// What they noted.
    pub note: Option<String>,
}

/// A closed gate that people let the release pass, or asked that it may.
#[derive(Debug, Clone, Serialize)]
pub struct OverrideView {
    /// Which gate.
    pub gate: String,
    /// `asked`, `counts`, `drilled` or `over`; stable, never translated.
    pub state: &'static str,
    /// Who asked.
    pub by: Person,
    /// When.
    pub at: Timestamp,
    /// Why.
    pub reason: String,
    /// Until when it counts.
    pub until: Timestamp,
    /// It only proves that the way works.
    pub drill: bool,
    /// The second person.
    pub confirmed_by: Option<Person>,
    /// The digest of what was asked; whoever confirms names it.
    pub asked: String,
}

/// One step.
#[derive(Debug, Clone, Serialize)]
pub struct StepView {
    /// The key under which its log is kept.
    pub key: String,
    /// Its name.
    pub name: String,
    /// Where it happens.
    pub host: HostName,
    /// `do` or `undo`.
    pub direction: &'static str,
    /// `planned`, `running`, `done`, `failed`, `lost` or `unknown`.
    pub state: &'static str,
    /// When it was started.
    pub started_at: Option<Timestamp>,
    /// When its outcome was known.
    pub ended_at: Option<Timestamp>,
    /// What came of it, for people.
    pub outcome: Option<Notice>,
}

/// The watch.
#[derive(Debug, Clone, Serialize)]
pub struct WatchView {
    /// When it began.
    pub since: Timestamp,
    /// When it ends.
    pub until: Timestamp,
    /// The newest look of every signal.
    pub looks: Vec<Look>,
    /// How many looks were taken in all.
    pub taken: usize,
}

/// A line of a release's journal.
#[derive(Debug, Clone, Serialize)]
pub struct JournalLine {
    /// The sequence number in the whole journal.
    pub seq: u64,
    /// When it was written.
    pub at: Timestamp,
    /// Who caused it; `None` = the daemon itself.
    pub actor: Option<Person>,
    /// The event's name, such as `step_started`; stable, never translated.
    pub kind: String,
    /// The key of the step that it is about, if it is about one.
    pub step: Option<String>,
    /// The event in words.
    pub text: Notice,
}

/// What the hook tells the pusher about a tag that was accepted.
#[derive(Debug, Clone, Serialize, serde::Deserialize)]
pub struct Forecast {
    /// Whether this repository and its environments are known to the daemon.
    pub known: bool,
    /// What happens next, in sentences, one per environment.
    pub next: Vec<Notice>,
    /// Where to follow it.
    pub link: String,
    /// What the gates of each environment say of a release that would come now.
    pub places: Vec<(EnvironmentName, Answer)>,
}

/// Returns the word and the sign for a standing; never colour alone.
pub fn standing_sign(standing: Standing) -> (&'static str, &'static str) {
    match standing {
        Standing::Good => ("good", "✓"),
        Standing::Bad => ("bad", "✗"),
        Standing::Unknown => ("unknown", "?"),
    }
}

/// A calendar feed: how fresh it is, and what is wrong with it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FeedView {
    /// The calendar that it belongs to.
    pub calendar: String,
    /// Its name.
    pub feed: String,
    /// Whether it is believed; when not, its calendar is closed.
    pub believed: bool,
    /// When its copy was last known to be good.
    pub good_at: Option<Timestamp>,
    /// How many events the copy has.
    pub events: usize,
    /// How many of them are not understood.
    pub malformed: usize,
    /// Why the last try to read it brought nothing.
    pub trouble: Option<Notice>,
}

/// An environment, as the page of calendars shows it.
#[derive(Debug, Clone)]
pub struct EnvironmentView {
    /// Its repository.
    pub repository: RepositoryName,
    /// Its name.
    pub environment: EnvironmentName,
    /// The zone in which its people read times.
    pub time_zone: String,
    /// Its calendars, with what their feeds say now.
    pub calendars: Vec<Calendar>,
    /// What a slot needs.
    pub room: Duration,
    /// Its newest releases, newest first.
    pub releases: Vec<ReleaseRow>,
    /// The stops on it.
    pub holds: Vec<HoldView>,
}

impl EnvironmentView {
    /// Returns the name under which people hold it.
    pub fn scope(&self) -> String {
        format!("{} {}", self.repository, self.environment)
    }
}

/// A stop that a person put on an environment or on everything.
#[derive(Debug, Clone)]
pub struct HoldView {
    /// `*`, or `repository environment`.
    pub scope: String,
    /// Who.
    pub person: String,
    /// Why.
    pub reason: String,
    /// Since when.
    pub at: Timestamp,
    /// Until when; `None` = until it is lifted.
    pub until: Option<Timestamp>,
}
