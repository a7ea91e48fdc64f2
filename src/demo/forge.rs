//! What would a Forgejo send and answer? A small one, on loopback, for the demo and for tests.
//!
//! It keeps bare repositories on disk and does what the recorded instances did: webhooks in their order and shapes,
//! signed over the raw bytes, sent once and never again; the API calls that we use, with their traps. People push
//! over the file system; whose hand it is stands in `GITEA_PUSHER_NAME`, as for a real one's hooks.
//!
//! How pushes are noticed: every repository has the hook folders of a real instance, and a script in
//! `post-receive.d` writes each changed ref into a file that is read every [`TICK`]. What changes a ref without a
//! push (libgit2, `git update-ref`) is found by comparing the refs. [`FakeForge::sync`] does both at once and waits
//! until every webhook is out.
//!
//! Races: (a) a ref changes before its post-receive script has run: a difference counts only when it is seen in two
//! comparisons, so that the script can tell who did it; (b) a webhook's receiver asks the API while the delivery is
//! under way: deliveries hold no lock.

mod answers;
mod api;
mod courier;
mod json;
mod page;
mod refs;
mod runs;
mod settings;
mod shapes;
mod talk;
mod threads;
mod watch;
mod world;

use std::io;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::sync::{mpsc, watch as signal};
use tokio::task::JoinHandle;

use crate::clock::Clock;

pub use courier::{Delivery, Fate, headers as webhook_headers};
pub use runs::RunSeen;
pub use settings::WebhookSettings;
pub use world::{CommentSeen, FileSeen, IssueSeen, ReleaseSeen, RequestSeen, StatusSeen};

use courier::Job;
use world::World;

/// The time between two looks into the files of the post-receive scripts.
const TICK: Duration = Duration::from_millis(50);
/// The refs are compared at every so many looks: about three times a second.
const COMPARE_EVERY: u32 = 6;

/// A forge that listens on loopback until it is dropped.
#[derive(Debug)]
pub struct FakeForge {
    shared: Arc<Shared>,
    address: SocketAddr,
    tasks: Vec<JoinHandle<()>>,
}

/// What the server, the watcher and the courier share.
#[derive(Debug)]
struct Shared {
    world: Mutex<World>,
    clock: Clock,
    outgoing: mpsc::UnboundedSender<Job>,
    /// How many webhooks are not out yet.
    pending: signal::Sender<usize>,
}

impl Shared {
    fn world(&self) -> MutexGuard<'_, World> {
        // A test that panicked while it held the lock has already failed.
        self.world.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Hands webhooks to the courier, in this order.
    fn post(&self, jobs: Vec<Job>) {
        for job in jobs {
            self.pending.send_modify(|count| *count += 1);
            if self.outgoing.send(job).is_err() {
                self.pending.send_modify(|count| *count -= 1);
            }
        }
    }
}

impl FakeForge {
    /// Starts a forge whose repositories lie below `root`, on a free port of loopback.
    ///
    /// # Errors
    /// When no port can be had.
    pub async fn start(root: &Path, clock: Clock) -> io::Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let address = listener.local_addr()?;
        let (outgoing, jobs) = mpsc::unbounded_channel();
        let world = World::new(root.to_owned(), format!("http://{address}"), clock.now());
        let pending = signal::Sender::new(0);
        let shared = Arc::new(Shared { world: Mutex::new(world), clock, outgoing, pending });
        let tasks = vec![
            tokio::spawn(api::serve(listener, Arc::clone(&shared))),
            tokio::spawn(courier::carry(jobs, Arc::clone(&shared))),
            tokio::spawn(look_around(Arc::clone(&shared))),
        ];
        Ok(Self { shared, address, tasks })
    }

    /// Returns the address of the instance, without a trailing slash.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Adds a person (or finds them) and returns their access token. The first one is taken for the pusher where no
    /// name is given.
    pub fn add_user(&self, login: &str) -> String {
        self.shared.world().add_user(login).token.clone()
    }

    /// Makes a person an administrator of the instance.
    pub fn make_admin(&self, login: &str) {
        let mut world = self.shared.world();
        world.add_user(login);
        world.make_admin(login);
    }

    /// Says who pushed where a push does not tell it: the daemon's account, for instance.
    pub fn default_pusher(&self, login: &str) {
        let mut world = self.shared.world();
        world.add_user(login);
        login.clone_into(&mut world.default_pusher);
    }

    /// Adds a team with the right to write, its organisation and its people; replaces its members if it exists.
    pub fn add_team(&self, organisation: &str, team: &str, members: &[&str]) {
        self.shared.world().add_team(organisation, team, members);
    }

    /// Makes an empty bare repository `owner/name` with the hook folders of a real instance; returns its folder.
    ///
    /// # Errors
    /// When the folder cannot be made.
    pub fn add_repository(&self, name: &str) -> io::Result<PathBuf> {
        let now = self.shared.clock.now();
        let path = self.shared.world().add_repository(name, now)?;
        refs::init(&path)?;
        Ok(path)
    }

    /// Adds a webhook of the type Forgejo, for pushes, tags, deletions and releases, with a secret.
    ///
    /// # Errors
    /// When there is no such repository.
    pub fn add_webhook(&self, repository: &str, url: &str, secret: &str) -> io::Result<()> {
        self.shared.world().add_webhook(repository, url, secret)
    }

    /// Notices everything that was pushed so far and returns when every webhook of it is out.
    pub async fn sync(&self) {
        let shared = Arc::clone(&self.shared);
        // The comparison reads files; its end is waited for, and it does not panic.
        let _ = tokio::task::spawn_blocking(move || watch::look(&shared, watch::Look::Everything)).await;
        self.all_sent().await;
    }

    /// Returns when no webhook is waiting or under way.
    pub async fn all_sent(&self) {
        // The sender lives as long as this forge, so the wait ends with the condition.
        let _ = self.shared.pending.subscribe().wait_for(|count| *count == 0).await;
    }

    /// Makes a tag as a click in the pages does: no pre-receive hook, and webhooks that name the commit. With a
    /// message it is annotated. Returns the id that the ref points at.
    ///
    /// # Errors
    /// When the repository or the target is missing, or the tag exists.
    pub fn make_tag_by_api(
        &self,
        repository: &str,
        tag: &str,
        target: &str,
        message: Option<&str>,
        person: &str,
    ) -> io::Result<String> {
        let now = self.shared.clock.now();
        let (object, jobs) = {
            let mut world = self.shared.world();
            world.add_user(person);
            world.make_tag(repository, tag, target, message, person, now)?
        };
        self.shared.post(jobs);
        Ok(object)
    }

    /// Sends a recorded delivery once more with a new number, as the button does; `number` as in [`Delivery`].
    pub fn redeliver(&self, number: usize) {
        let job = self.shared.world().deliveries.get(number).map(Job::again);
        self.shared.post(job.into_iter().collect());
    }

    /// Sends what the button for a test delivery sends.
    ///
    /// # Errors
    /// When there is no such repository.
    pub fn send_test_delivery(&self, repository: &str) -> io::Result<()> {
        let jobs = {
            let world = self.shared.world();
            let place = world.place_of(repository).ok_or(io::ErrorKind::NotFound)?;
            shapes::test_delivery(&world, place, &world.default_pusher)
        };
        self.shared.post(jobs);
        Ok(())
    }

    /// Loses the next webhook: it is recorded, but never sent.
    pub fn lose_next_webhook(&self) {
        self.lose_next_webhooks(1);
    }

    /// Loses the next `count` webhooks; a pushed tag makes two.
    pub fn lose_next_webhooks(&self, count: usize) {
        self.shared.world().lose += count;
    }

    /// Sends the next webhook twice, the second time with a new number.
    pub fn double_next_webhook(&self) {
        self.shared.world().double += 1;
    }

    /// Makes the API answer 503 to everything, or work again.
    pub fn be_down(&self, down: bool) {
        self.shared.world().down = down;
    }

    /// Answers the next `count` calls of the API with this status, without doing what they ask.
    pub fn fail_next_calls(&self, status: u16, count: usize) {
        self.shared.world().fail_next = (status, count);
    }

    /// Does what the next `count` writing calls ask, but answers 502, as a proxy does that lost the answer.
    pub fn lose_next_answers(&self, count: usize) {
        self.shared.world().lose_answers += count;
    }

    /// Returns every webhook so far, in the order in which they were made.
    pub fn deliveries(&self) -> Vec<Delivery> {
        self.shared.world().deliveries.clone()
    }

    /// Returns the statuses posted on a commit, oldest first.
    pub fn statuses(&self, commit: &str) -> Vec<StatusSeen> {
        let world = self.shared.world();
        world.statuses.iter().filter(|status| status.commit == commit).cloned().collect()
    }

    /// Returns all releases, oldest first.
    pub fn releases(&self) -> Vec<ReleaseSeen> {
        self.shared.world().releases.clone()
    }

    /// Returns all issues, oldest first.
    pub fn issues(&self) -> Vec<IssueSeen> {
        self.shared.world().issues.clone()
    }

    /// Returns every file that was written through the API, oldest first.
    pub fn files(&self) -> Vec<FileSeen> {
        self.shared.world().files.clone()
    }

    /// Returns every call of the API so far.
    pub fn requests(&self) -> Vec<RequestSeen> {
        self.shared.world().requests.clone()
    }
}

impl Drop for FakeForge {
    fn drop(&mut self) {
        for task in &self.tasks {
            task.abort();
        }
    }
}

async fn look_around(shared: Arc<Shared>) {
    for round in (1..=COMPARE_EVERY).cycle() {
        tokio::time::sleep(TICK).await;
        let look = if round == COMPARE_EVERY { watch::Look::Twice } else { watch::Look::Pushes };
        let shared = Arc::clone(&shared);
        if tokio::task::spawn_blocking(move || watch::look(&shared, look)).await.is_err() {
            return;
        }
    }
}
