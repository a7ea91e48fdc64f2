//! From tags on the forge to releases: webhooks wake it, its own looks find what webhooks lost.
//!
//! One loop per repository. A look brings the mirror up to date, compares the tags with what is remembered, opens a
//! release per environment for every new tag, and settles the deliveries that waited for it. Deliveries are only a
//! reason to look: what a tag is, is read from the mirror.
//!
//! Races: (a) a look and a delivery find the same tag: both fold into one release by (repository, ref, object), in the
//! store; (b) the daemon is killed after a release was opened and before the tag was remembered: the next look finds
//! the tag new again and folds; (c) a tag is moved between the look and the deployment: the deployment asks the mirror
//! again right before it starts; (d) a delivery comes before the first look ever: the first look leaves the tags of
//! pending deliveries out of the history that it adopts.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use crate::domain::journal::{HouseEvent, Stamp};
use crate::domain::names::{ObjectId, Person, ReleaseId};
use crate::domain::notice::Notice;
use crate::domain::release::{Event, Kind, Opening, Phase, Source};
use crate::domain::version::{Tag, TagKind};
use crate::engine::error::chain;
use crate::engine::guarded::Guarded;
use crate::engine::{Engine, EngineError, Place};
use crate::git::mirror::MirrorTag;
use crate::points;
use crate::store::{Delivery, DeliveryOutcome, StoreError, TagNews, Writing};

/// How long a nudge waits for the next one: a pushed tag is told twice a moment apart, and one look serves both.
const GATHER: Duration = Duration::from_millis(100);
/// How long after the beginning of one look the next one begins at the earliest: in a flood of deliveries nothing is
/// asked of the forge more often, and what the machine can do goes into the answers.
const REST: Duration = Duration::from_secs(1);

/// What one look knows of a repository.
struct Look {
    repository_id: u64,
    tags: Vec<MirrorTag>,
}

impl Engine {
    /// Looks at one repository when it is nudged and every `reconcile_every`, until `stop`.
    pub(super) async fn attend(self, place: usize, stop: CancellationToken) {
        let guarded = &self.0.repositories[place];
        while !stop.is_cancelled() {
            let rested = tokio::time::sleep(REST);
            let pause = match self.look(guarded).await {
                Ok(()) => {
                    guarded.set_trouble(None);
                    self.0.config.forge.reconcile_every
                }
                Err(error) => {
                    tracing::warn!(repository = %guarded.repository.name, id = error.id(), "{}", chain(&error));
                    guarded.set_trouble(Some(error.notice()));
                    self.0.config.forge.reconcile_every.min(Duration::from_secs(30))
                }
            };
            tokio::select! {
                () = guarded.nudge.notified() => self.gather(guarded, rested, &stop).await,
                () = self.0.clock.pause(pause) => {}
                () = stop.cancelled() => {}
            }
        }
    }

    /// Waits a moment for what comes together, and until the last look is long enough ago.
    async fn gather(&self, guarded: &Guarded, rested: tokio::time::Sleep, stop: &CancellationToken) {
        tokio::select! {
            ((), ()) = async { tokio::join!(tokio::time::sleep(GATHER), rested) } => {}
            () = stop.cancelled() => {}
        }
        // What came in the meantime is served by the look that follows; later nudges are kept for the next one.
        let _ = tokio::time::timeout(Duration::ZERO, guarded.nudge.notified()).await;
    }

    /// Brings everything that is known of a repository's tags up to date.
    pub(super) async fn look(&self, guarded: &Guarded) -> Result<(), EngineError> {
        let repository_id = self.know_repository(guarded).await?;
        // Read before the fetch: what a delivery speaks of was on the forge before it was sent.
        let pending = self.0.store.read(move |r| r.pending_deliveries(repository_id)).await?;
        self.refresh(guarded).await?;
        let mirror = guarded.mirror.clone();
        let tags = tokio::task::spawn_blocking(move || mirror.list_tags()).await??;
        let look = Look { repository_id, tags };
        let mut opened: BTreeMap<String, Vec<u64>> = BTreeMap::new();
        self.adopt(guarded, &look).await?;
        for (ref_name, releases) in self.take_news(guarded, &look).await? {
            opened.entry(ref_name).or_default().extend(releases.into_iter().map(|id| id.0));
        }
        let mut settled = Vec::new();
        self.name_pushers(&look, &pending).await?;
        for delivery in pending {
            let releases =
                delivery.ref_name.as_ref().and_then(|name| opened.get(name)).cloned().unwrap_or_default();
            let notice =
                Notice::new(if releases.is_empty() { "delivery-nothing-new" } else { "delivery-opened" });
            settled.push((delivery.id, DeliveryOutcome { notice, releases }));
        }
        if settled.is_empty() {
            return Ok(());
        }
        // Together: a wave of deliveries is one commit here, not one for each.
        points::before("delivery-settled").map_err(StoreError::from)?;
        self.0.store.write(move |w: &Writing<'_>| w.settle_deliveries(&settled)).await?;
        Ok(points::after("delivery-settled").map_err(StoreError::from)?)
    }

    /// Learns the repository's number: from the forge, or, while that is away, from what was learnt before.
    async fn know_repository(&self, guarded: &Guarded) -> Result<u64, EngineError> {
        if let Some(id) = guarded.id() {
            return Ok(id);
        }
        let name = guarded.repository.name.to_string();
        let remembered = self.0.store.read(move |r| r.adopted(&name)).await?;
        points::before("repository").map_err(StoreError::from)?;
        let found = self.0.forge.repository(&guarded.repository.name).await;
        points::after("repository").map_err(StoreError::from)?;
        let id = match found {
            Ok(Some(found)) => found.id,
            Ok(None) => return Err(EngineError::NoRepository(guarded.repository.name.to_string())),
            Err(error) => remembered.ok_or(error)?,
        };
        guarded.know(id);
        for place in &self.0.places {
            if place.repository.name == guarded.repository.name {
                place.know(id);
                place.nudge.notify_one();
                // Before its number is known nothing of the repository can be found, so nothing was looked at.
                place.gates.nudge();
            }
        }
        Ok(id)
    }

    /// Brings the mirror up to date.
    pub(super) async fn refresh(&self, guarded: &Guarded) -> Result<(), EngineError> {
        let _only = guarded.fetching.lock().await;
        // Never closed; were it, a fetch too many would do no harm.
        let _place = self.0.fetches.acquire().await;
        let mirror = guarded.mirror.clone();
        points::before("mirror").map_err(StoreError::from)?;
        tokio::task::spawn_blocking(move || mirror.fetch()).await??;
        Ok(points::after("mirror").map_err(StoreError::from)?)
    }

    /// At the first look ever, takes the tags that are there for history, but for those that deliveries wait for.
    async fn adopt(&self, guarded: &Guarded, look: &Look) -> Result<(), EngineError> {
        let name = guarded.repository.name.to_string();
        let known = name.clone();
        if self.0.store.read(move |r| r.adopted(&known)).await?.is_some() {
            return Ok(());
        }
        // Read after the fetch: the delivery of a tag that came with it may have come while it ran.
        let number = look.repository_id;
        let pending = self.0.store.read(move |r| r.pending_deliveries(number)).await?;
        let awaited: BTreeSet<&str> =
            pending.iter().filter_map(|delivery| delivery.ref_name.as_deref()).collect();
        let history: Vec<(String, String)> = look
            .tags
            .iter()
            .filter(|tag| !awaited.contains(tag.full_ref().as_str()))
            .map(|tag| (tag.full_ref(), tag.object.to_string()))
            .collect();
        let (tags, at, repository_id) = (history.len(), self.0.clock.now(), look.repository_id);
        let what = HouseEvent::Adopted { repository: name.clone(), tags };
        self.note_with(what, Stamp::daemon(at), move |w| w.adopt(&name, repository_id, &history, at)).await
    }

    /// Deals with every tag that is new, moved or gone, and returns the releases that were opened, by ref.
    async fn take_news(
        &self,
        guarded: &Guarded,
        look: &Look,
    ) -> Result<Vec<(String, Vec<ReleaseId>)>, EngineError> {
        let now: BTreeMap<String, String> =
            look.tags.iter().map(|tag| (tag.full_ref(), tag.object.to_string())).collect();
        let repository_id = look.repository_id;
        let mut news = self.0.store.read(move |r| r.tag_news(repository_id, &now)).await?;
        news.sort_by_key(|item| self.rank(guarded, item));
        // What has not been judged yet counts as not being there: each tag is judged as if it came alone, in order.
        let mut unseen: BTreeSet<Vec<u8>> = news
            .iter()
            .filter_map(|item| match item {
                TagNews::New { ref_name, .. } | TagNews::Moved { ref_name, .. } => {
                    ref_name.strip_prefix("refs/tags/")
                }
                TagNews::Gone { .. } => None,
            })
            .map(|name| name.as_bytes().to_vec())
            .collect();
        let mut opened = Vec::new();
        for item in news {
            let (ref_name, before) = match item {
                TagNews::New { ref_name, .. } => (ref_name, None),
                TagNews::Moved { ref_name, before, .. } => (ref_name, Some(before)),
                TagNews::Gone { ref_name, before } => {
                    self.tag_gone(guarded, look, &ref_name, &before).await?;
                    continue;
                }
            };
            let Some(tag) = look.tags.iter().find(|tag| tag.full_ref() == ref_name) else { continue };
            let releases = self.consider(guarded, look, tag, before.as_deref(), unseen.clone()).await?;
            unseen.remove(&tag.name);
            let (object, at, name) = (tag.object.to_string(), self.0.clock.now(), ref_name.clone());
            points::before("tag-remembered").map_err(StoreError::from)?;
            self.0.store.write(move |w| w.remember_tag(repository_id, &name, &object, false, at)).await?;
            points::after("tag-remembered").map_err(StoreError::from)?;
            opened.push((ref_name, releases));
        }
        Ok(opened)
    }

    /// Lower versions first, so that each is judged and opened before what follows it.
    fn rank(&self, guarded: &Guarded, news: &TagNews) -> Option<(bool, semver::Version)> {
        let name = match news {
            TagNews::New { ref_name, .. }
            | TagNews::Moved { ref_name, .. }
            | TagNews::Gone { ref_name, .. } => ref_name.strip_prefix("refs/tags/"),
        }?;
        let tag = Tag::parse(name.as_bytes(), &guarded.repository.tag_prefix).ok()?;
        // What takes a version back comes behind every version.
        Some((tag.kind() == TagKind::Rollback, tag.version().clone()))
    }

    /// Judges a tag and opens what has to be opened for it.
    async fn consider(
        &self,
        guarded: &Guarded,
        look: &Look,
        found: &MirrorTag,
        before: Option<&str>,
        unseen: BTreeSet<Vec<u8>>,
    ) -> Result<Vec<ReleaseId>, EngineError> {
        if let Some(before) = before {
            self.tag_moved(guarded, look, found, before).await?;
        }
        let Ok(tag) = Tag::parse(&found.name, &guarded.repository.tag_prefix) else {
            // Not one of ours by name. The hook refuses what merely looks like one; here it opens nothing.
            return Ok(Vec::new());
        };
        let Some(commit) = found.commit.clone() else { return Ok(Vec::new()) };
        let mut findings = self.judge(guarded, found, unseen).await?;
        if let Some(before) = before {
            findings.insert(0, Notice::new("TW-E010").with("tag", tag.name()).with("before", before));
        }
        let pusher = self.pusher_of(look.repository_id, &found.full_ref(), &found.object).await?;
        let seen = Seen { tag, object: found.object.clone(), commit, pusher, findings };
        if seen.tag.kind() == TagKind::Rollback {
            return self.take_rollback_tag(guarded, look.repository_id, seen).await;
        }
        let mut opened = Vec::new();
        for place in self.places_of(guarded) {
            if seen.tag.kind() == TagKind::Prerelease && !place.environment.prereleases {
                continue;
            }
            opened.push(self.open_seen(&place, look.repository_id, &seen, Kind::Forward).await?);
        }
        Ok(opened)
    }

    pub(super) async fn open_seen(
        &self,
        place: &Place,
        repository_id: u64,
        seen: &Seen,
        kind: Kind,
    ) -> Result<ReleaseId, EngineError> {
        let source = if seen.pusher.is_some() { Source::Webhook } else { Source::Look };
        let opening = Opening {
            id: ReleaseId(0),
            repository: place.repository.name.clone(),
            repository_id,
            environment: place.environment.name.clone(),
            tag: seen.tag.clone(),
            object: seen.object.clone(),
            commit: seen.commit.clone(),
            pusher: seen.pusher.clone(),
            source,
            kind,
            target: place.target(),
        };
        let stamp = Stamp::daemon(self.0.clock.now());
        let id = match self.open(opening, seen.findings.clone(), stamp).await? {
            Ok(state) => state.opening.id,
            // Found again after something went wrong: whoever drives it may not have heard of it.
            Err(id) => {
                place.nudge.notify_one();
                id
            }
        };
        Ok(id)
    }

    async fn tag_moved(
        &self,
        guarded: &Guarded,
        look: &Look,
        found: &MirrorTag,
        before: &str,
    ) -> Result<(), EngineError> {
        let tag = String::from_utf8_lossy(&found.name).into_owned();
        let why = Notice::new("TW-E010").with("tag", &tag).with("before", before);
        self.refuse_waiting(look.repository_id, &tag, &why).await?;
        let what = HouseEvent::TagMoved {
            repository: guarded.repository.name.to_string(),
            tag,
            before: before.to_owned(),
            after: Some(found.object.to_string()),
        };
        self.note(what, Stamp::daemon(self.0.clock.now())).await
    }

    async fn tag_gone(
        &self,
        guarded: &Guarded,
        look: &Look,
        ref_name: &str,
        before: &str,
    ) -> Result<(), EngineError> {
        let tag = ref_name.strip_prefix("refs/tags/").unwrap_or(ref_name).to_owned();
        self.refuse_waiting(look.repository_id, &tag, &Notice::new("TW-E011").with("tag", &tag)).await?;
        let (id, name, at) = (look.repository_id, ref_name.to_owned(), self.0.clock.now());
        self.0.store.write(move |w| w.forget_tag(id, &name, at)).await?;
        let what = HouseEvent::TagMoved {
            repository: guarded.repository.name.to_string(),
            tag,
            before: before.to_owned(),
            after: None,
        };
        self.note(what, Stamp::daemon(at)).await
    }

    /// A release that has not begun goes no further when its tag is not what it was.
    async fn refuse_waiting(&self, repository_id: u64, tag: &str, why: &Notice) -> Result<(), EngineError> {
        let name = tag.to_owned();
        let records = self.0.store.read(move |r| r.releases_of_tag(repository_id, &name)).await?;
        for record in records.into_iter().filter(|record| record.phase == Phase::Waiting) {
            self.record(record.id, Event::Refused { findings: vec![why.clone()] }).await?;
        }
        Ok(())
    }

    /// Tells releases who pushed their tags, when a delivery says so after the look had found the tag already.
    async fn name_pushers(&self, look: &Look, pending: &[Delivery]) -> Result<(), EngineError> {
        let mut named = Vec::new();
        for delivery in pending {
            let tag = delivery.ref_name.as_deref().and_then(|name| name.strip_prefix("refs/tags/"));
            let pusher = delivery.pusher.as_deref().and_then(|login| Person::parse(login).ok());
            if let (Some(tag), Some(object), Some(pusher)) = (tag, delivery.object.clone(), pusher) {
                named.push((tag.to_owned(), object, pusher));
            }
        }
        let repository_id = look.repository_id;
        // One question for all of them: there may be thousands, and nearly all ask for nothing.
        let unnamed = self.0.store.read(move |r| {
            let mut unnamed: BTreeMap<ReleaseId, Person> = BTreeMap::new();
            for (tag, object, pusher) in named {
                let records = r.releases_of_tag(repository_id, &tag)?;
                for record in records.into_iter().filter(|record| record.object == object) {
                    if r.state_of(record.id)?.is_some_and(|state| state.opening.pusher.is_none()) {
                        unnamed.entry(record.id).or_insert_with(|| pusher.clone());
                    }
                }
            }
            Ok(unnamed)
        });
        for (id, pusher) in unnamed.await? {
            self.record(id, Event::PusherNamed { pusher }).await?;
        }
        Ok(())
    }

    async fn pusher_of(
        &self,
        repository_id: u64,
        ref_name: &str,
        object: &ObjectId,
    ) -> Result<Option<Person>, EngineError> {
        let (ref_name, object) = (ref_name.to_owned(), object.to_string());
        let named = self.0.store.read(move |r| r.pusher_of(repository_id, &ref_name, &object)).await?;
        Ok(named.and_then(|login| Person::parse(&login).ok()))
    }

    pub(super) fn places_of(&self, guarded: &Guarded) -> Vec<Arc<Place>> {
        self.0
            .places
            .iter()
            .filter(|place| place.repository.name == guarded.repository.name)
            .cloned()
            .collect()
    }

    /// Returns what keeps the looks at the forge from succeeding.
    pub(super) fn look_troubles(&self) -> Vec<Notice> {
        self.0.repositories.iter().filter_map(Guarded::trouble).collect()
    }
}

/// A tag that was seen and judged.
pub(super) struct Seen {
    pub tag: Tag,
    pub object: ObjectId,
    pub commit: ObjectId,
    pub pusher: Option<Person>,
    pub findings: Vec<Notice>,
}
