//! Does the real store go the way that a small model of a release goes, whatever happens in whatever order?
//!
//! The model (`model/rules.rs`) is a table of its own that never asks the machine of the product. Every story opens a
//! few releases in a fresh store and lets lawful and unlawful things happen to them; what the model forbids must be
//! refused by name and leave everything as it was, and at the end the journal, the rows and a store that is opened
//! again must tell the same.

#![expect(clippy::unwrap_used, reason = "a broken assumption fails the test, as it should")]
#![allow(missing_docs, reason = "tests")]

#[path = "world/figures.rs"]
mod figures;
#[path = "model/rules.rs"]
mod rules;

use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use figures::show;
use jiff::Timestamp;
use proptest::prelude::{BoxedStrategy, Just, Strategy, any, prop_oneof};
use proptest::sample::select;
use proptest::test_runner::{Config, RngAlgorithm, TestCaseError, TestRng, TestRunner};
use proptest_state_machine::{ReferenceStateMachine, StateMachineTest};
use rules::{Model, RELEASES, RULES, opening};
use tagwarden::domain::journal::Stamp;
use tagwarden::domain::names::ReleaseId;
use tagwarden::domain::release::{Effect, EventName, State, TABLE};
use tagwarden::store::{Advanced, NewOutbox, ReleaseRecord, Store, StoreError};
use tempfile::TempDir;
use tokio::runtime::Runtime;

/// How many stories are told in all, and how many steps each has.
const STORIES: u32 = 2_000;
const STEPS: usize = 50;
/// They are told by so many threads, one for each core of a small machine.
const TELLERS: u32 = 2;

static HAPPENED: AtomicU64 = AtomicU64::new(0);
static REFUSED: AtomicU64 = AtomicU64::new(0);

/// One thing that is tried.
#[derive(Debug, Clone, Copy)]
enum Step {
    /// The tag of this release is seen.
    Open(usize),
    /// This rule's event happens to this release; the number picks among its shapes.
    Happen(usize, usize, u8),
}

/// All releases of a story, as the model sees them.
#[derive(Debug, Clone, Default)]
struct Story {
    releases: [Option<Model>; RELEASES],
    /// The order in which they were opened.
    opened: Vec<usize>,
    /// How many things have happened.
    entries: u64,
    /// Whether the last step was lawful.
    lawful: bool,
    /// How many steps were tried: the clock of the story.
    tried: i64,
}

impl ReferenceStateMachine for Story {
    type State = Self;
    type Transition = Step;

    fn init_state() -> BoxedStrategy<Self> {
        Just(Self::default()).boxed()
    }

    fn transitions(state: &Self) -> BoxedStrategy<Step> {
        let anything = (0..RELEASES, 0..RULES.len(), any::<u8>())
            .prop_map(|(release, rule, shape)| Step::Happen(release, rule, shape));
        let open = (0..RELEASES).prop_map(Step::Open);
        let lawful: Vec<(usize, usize)> = (0..RELEASES)
            .filter_map(|release| Some((release, state.releases[release].as_ref()?)))
            .flat_map(|(release, model)| {
                let rules = (0..RULES.len()).filter(|rule| RULES[*rule].leads(model.phase).is_some());
                rules.map(move |rule| (release, rule))
            })
            .collect();
        if lawful.is_empty() {
            return prop_oneof![3 => open, 1 => anything].boxed();
        }
        let lawful = (select(lawful), any::<u8>())
            .prop_map(|((release, rule), shape)| Step::Happen(release, rule, shape));
        prop_oneof![8 => lawful, 3 => anything, 1 => open].boxed()
    }

    fn apply(mut state: Self, step: &Step) -> Self {
        state.tried += 1;
        state.lawful = match *step {
            Step::Open(release) if state.releases[release].is_some() => false,
            Step::Open(release) => {
                state.releases[release] = Some(Model::default());
                state.opened.push(release);
                true
            }
            Step::Happen(release, rule, shape) => {
                state.releases[release].as_mut().is_some_and(|model| model.take(&RULES[rule], shape))
            }
        };
        state.entries += u64::from(state.lawful);
        state
    }
}

/// The real store of one story.
struct Kept {
    folder: TempDir,
    store: Store,
    runtime: Runtime,
}

/// A folder in memory where there is one: the matter here is what is kept, and not that it survives a power loss.
fn folder() -> TempDir {
    let memory = PathBuf::from("/dev/shm");
    let made = if memory.is_dir() { tempfile::tempdir_in(memory) } else { tempfile::tempdir() };
    made.unwrap()
}

fn told(_: &State, effect: &Effect) -> Vec<NewOutbox> {
    let lane = match effect {
        Effect::Status { .. } => "status",
        Effect::Chat { .. } => "chat:team",
        _ => "release",
    };
    vec![NewOutbox { lane: lane.into(), payload: "{}".into() }]
}

fn stamp(story: &Story) -> Stamp {
    Stamp::daemon(Timestamp::from_second(1_764_000_000 + story.tried).unwrap())
}

/// What can be seen of a release: its row and the fold of its journal.
type Seen = (Option<ReleaseRecord>, Option<State>);

impl Kept {
    fn see(&self, id: ReleaseId) -> Seen {
        self.store.read_now(|r| Ok((r.release_record(id)?, r.state_of(id)?))).unwrap()
    }

    fn entries(&self) -> u64 {
        self.store.read_now(|r| r.journal_end()).unwrap().0
    }

    fn open(&self, story: &Story, release: usize) {
        let stamp = stamp(story);
        let opened: Result<_, StoreError> =
            self.runtime.block_on(self.store.write(move |w| w.open_release(opening(release), &stamp, &told)));
        let id = opened.unwrap().map_or_else(|known| known, |state| state.opening.id);
        assert_eq!(id, number(story, release).unwrap(), "the same tag object is the same release");
    }

    fn happen(&self, story: &Story, release: usize, rule: usize, shape: u8) {
        let event = (RULES[rule].make)(shape);
        let name = event.name();
        assert_eq!(name, RULES[rule].event, "the rule makes what it speaks of");
        let id = number(story, release).unwrap_or(ReleaseId(99));
        let before = (!story.lawful).then(|| self.see(id));
        let stamp = stamp(story);
        let advanced: Result<Advanced, StoreError> =
            self.runtime.block_on(self.store.write(move |w| w.advance(id, &event, &stamp, &told)));
        match advanced.unwrap() {
            Advanced::Done { state, .. } => {
                assert!(story.lawful, "{name:?} happened to {story:?}");
                HAPPENED.fetch_add(1, Ordering::Relaxed);
                let (_, fold) = self.see(id);
                assert_eq!(Some(*state), fold, "what was answered is what is kept");
            }
            Advanced::Illegal(illegal) => {
                assert!(!story.lawful, "{illegal}: {story:?}");
                REFUSED.fetch_add(1, Ordering::Relaxed);
                let model = story.releases[release].as_ref().unwrap();
                assert_eq!((illegal.event, illegal.phase), (name, model.phase), "the refusal names both");
                assert_eq!(before, Some(self.see(id)), "what is refused changes nothing");
            }
            Advanced::Unknown => assert!(story.releases[release].is_none(), "{story:?}"),
        }
    }

    /// Compares a release with its model.
    fn agrees(&self, story: &Story, release: usize) {
        let (Some(id), Some(model)) = (number(story, release), &story.releases[release]) else { return };
        let (Some(row), Some(fold)) = self.see(id) else { panic!("release {id} is lost") };
        assert_eq!(model.difference(&fold), None);
        let of_fold =
            (fold.phase, fold.headline(), fold.opened_at, fold.changed_at, fold.opening.tag.to_string());
        assert_eq!((row.phase, row.headline, row.opened_at, row.changed_at, row.tag), of_fold);
    }
}

/// The number that the store must have given a release.
fn number(story: &Story, release: usize) -> Option<ReleaseId> {
    let place = story.opened.iter().position(|opened| *opened == release)?;
    Some(ReleaseId(place as u64 + 1))
}

struct RealStore;

impl StateMachineTest for RealStore {
    type SystemUnderTest = Kept;
    type Reference = Story;

    fn init_test(_: &Story) -> Kept {
        let folder = folder();
        let store = Store::open(folder.path()).unwrap();
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        Kept { folder, store, runtime }
    }

    fn apply(kept: Kept, story: &Story, step: Step) -> Kept {
        match step {
            Step::Open(release) => kept.open(story, release),
            Step::Happen(release, rule, shape) => kept.happen(story, release, rule, shape),
        }
        let (Step::Open(touched) | Step::Happen(touched, ..)) = step;
        kept.agrees(story, touched);
        assert_eq!(kept.entries(), story.entries, "one entry for each thing that happened");
        kept
    }

    fn teardown(kept: Kept, story: Story) {
        let all =
            |kept: &Kept| -> Vec<Seen> { (1..=RELEASES as u64).map(|id| kept.see(ReleaseId(id))).collect() };
        let before = all(&kept);
        let at_rest = |kept: &Kept| kept.store.read_now(|r| r.at_work(7, "production")).unwrap();
        let at_work = at_rest(&kept);
        let folded: Vec<ReleaseId> = before
            .iter()
            .filter_map(|(_, fold)| fold.as_ref())
            .filter(|fold| !fold.at_rest())
            .map(|fold| fold.opening.id)
            .collect();
        assert_eq!(at_work, folded, "who is at work");
        let Kept { folder, store, runtime } = kept;
        drop(store);
        let store = Store::open(folder.path()).unwrap();
        let again = Kept { folder, store, runtime };
        let verified =
            again.store.read_now(|r| r.audit(tagwarden::store::Trust::default())).unwrap().unwrap();
        assert_eq!(verified.entries, story.entries);
        assert_eq!(all(&again), before, "a store that is opened again tells the same");
        for release in 0..RELEASES {
            again.agrees(&story, release);
        }
    }
}

/// The seed of one teller: from the surroundings to tell the same stories again, else a new one; it is printed.
fn seed(teller: u32) -> [u8; 32] {
    let given = std::env::var("TAGWARDEN_SEED").ok().and_then(|seed| seed.parse().ok());
    let seed: u64 = given.unwrap_or_else(|| {
        let now = Timestamp::now().as_nanosecond() ^ i128::from(std::process::id());
        (now & 0xffff_ffff) as u64
    });
    show(&format!("teller {teller}: TAGWARDEN_SEED={seed}"));
    let mut bytes = [0; 32];
    bytes[..8].copy_from_slice(&seed.to_be_bytes());
    bytes[8..12].copy_from_slice(&teller.to_be_bytes());
    bytes
}

fn tell(teller: u32) {
    let config = Config { cases: STORIES / TELLERS, failure_persistence: None, ..Config::default() };
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &seed(teller));
    let mut runner = TestRunner::new_with_rng(config.clone(), rng);
    let told = runner.run(&Story::sequential_strategy(STEPS), |(first, steps, seen)| {
        RealStore::test_sequential(config.clone(), first, steps, seen);
        Ok::<(), TestCaseError>(())
    });
    told.unwrap_or_else(|why| panic!("{why}"));
}

#[test]
fn whatever_happens_in_whatever_order_nothing_unlawful_is_written_and_all_of_it_is_kept() {
    let begun = std::time::Instant::now();
    std::thread::scope(|scope| {
        let tellers: Vec<_> = (0..TELLERS).map(|teller| scope.spawn(move || tell(teller))).collect();
        for teller in tellers {
            teller.join().unwrap_or_else(|why| std::panic::resume_unwind(why));
        }
    });
    let (happened, refused) = (HAPPENED.load(Ordering::Relaxed), REFUSED.load(Ordering::Relaxed));
    let took: Duration = begun.elapsed();
    show(&format!(
        "{STORIES} stories of {STEPS} steps in {took:.1?}: {happened} lawful events written, \
         {refused} unlawful ones refused, 0 written"
    ));
    assert!(happened > 20_000 && refused > 5_000, "both kinds were tried");
}

#[test]
fn the_model_speaks_of_every_event() {
    let known: Vec<EventName> = RULES.iter().map(|rule| rule.event).collect();
    for (event, _) in TABLE {
        assert!(known.contains(&event), "add a row for `{}` to tests/model/rules.rs", event.name());
    }
    assert_eq!(known.len(), TABLE.len());
}
