//! When is a checkpoint of the journal made, and how does it get outside?
//!
//! A checkpoint is signed and kept in the transaction of every event from which something irrevocable may follow, and
//! every [`EVERY`] when anything was added. The same transaction puts it into the outbox, so it goes outside at least
//! once; what stands there already is found and not written again.
//!
//! Races: (a) a checkpoint is overtaken before it went outside: only the newest is sent, which vouches for all before
//! it; (b) the file outside was written and the answer was lost: it is read before it is written; (c) somebody else
//! writes the file between these two: the forge refuses a change of what is not there any more, and it is read again.

use std::time::Duration;

use tokio_util::sync::CancellationToken;

use crate::config::{AuditFile, Config};
use crate::domain::checkpoint::Note;
use crate::domain::notice::Notice;
use crate::engine::error::chain;
use crate::engine::outbox::{Sent, from_forge, later_or_never};
use crate::engine::{Engine, EngineError, tell};
use crate::messages;
use crate::notify::{self, Message, Weight};
use crate::seal::PublicKey;

/// How often a checkpoint is made when nothing asks for one: what an intruder on the host could take back unseen.
const EVERY: Duration = Duration::from_secs(300);
/// The lane of the file on the forge, behind [`tell::CHECKPOINT`].
const FILE: &str = "file";
/// What the lane of a channel begins with, behind [`tell::CHECKPOINT`].
const CHAT: &str = "chat:";

/// Returns the lanes of the outbox by which checkpoints go outside.
pub fn lanes(config: &Config) -> Vec<String> {
    let file = config.audit.file.as_ref().map(|_| format!("{}{FILE}", tell::CHECKPOINT));
    let chat = config.audit.notify.as_ref().map(|name| format!("{}{CHAT}{name}", tell::CHECKPOINT));
    file.into_iter().chain(chat).collect()
}

impl Engine {
    /// Returns the text of the newest checkpoint, signature included, to be put wherever it is safe.
    ///
    /// # Errors
    /// The store could not be read.
    pub async fn newest_checkpoint(&self) -> Result<Option<String>, EngineError> {
        Ok(self.0.store.read(|r| Ok(r.newest_checkpoint()?.map(|kept| kept.note))).await?)
    }

    /// Makes checkpoints until `stop`, and a last one then.
    pub(super) async fn keep_checkpoints(self, stop: CancellationToken) {
        loop {
            let stopped = tokio::select! {
                () = self.0.clock.pause(EVERY) => false,
                () = stop.cancelled() => true,
            };
            let now = self.0.clock.now();
            match self.0.store.write(move |w| w.checkpoint(now)).await {
                Ok(true) => self.0.outbox.notify_one(),
                Ok(false) => {}
                // A store that cannot be written ends the daemon; this is only said.
                Err(error) => tracing::warn!(id = error.id(), "{}", chain(&error)),
            }
            if stopped {
                return;
            }
        }
    }

    /// Puts a checkpoint outside.
    pub(super) async fn send_checkpoint(&self, place: &str, note: &str) -> Result<Sent, EngineError> {
        let Some(parsed) = Note::parse(note) else {
            return Ok(Sent::Never("the row cannot be read by this version".into()));
        };
        match (place.strip_prefix(CHAT), &self.0.config.audit.file) {
            (Some(name), _) => Ok(self.tell_checkpoint(name, &parsed).await),
            (None, Some(file)) => self.file_checkpoint(file, &parsed).await,
            (None, None) => Ok(Sent::Never("checkpoints do not go there any more".into())),
        }
    }

    async fn tell_checkpoint(&self, name: &str, note: &Note) -> Sent {
        let Some(channel) = self.0.config.notify.iter().find(|channel| channel.name == name) else {
            return Sent::Never("the channel is not configured any more".into());
        };
        let checkpoint = &note.checkpoint;
        let told =
            Notice::new("audit-told").with("size", checkpoint.size).with("checkpoint", checkpoint.number);
        let message = Message {
            weight: Weight::Quiet,
            what: checkpoint.origin.clone(),
            place: String::new(),
            result: messages::say(self.language(), &told),
            who: None,
            details: vec![note.written()],
            link: None,
        };
        match notify::send(channel, &message, &self.0.http).await {
            Ok(receipt) => Sent::Arrived(receipt.to_string()),
            Err(error) => later_or_never(&error),
        }
    }

    /// Writes the checkpoint into the file on the forge, unless the journal is not what that file vouches for.
    async fn file_checkpoint(&self, file: &AuditFile, note: &Note) -> Result<Sent, EngineError> {
        let (repository, branch, path) = (&file.repository, file.branch.as_str(), file.path.as_str());
        let standing = match self.0.forge.file(repository, branch, path).await {
            Ok(standing) => standing,
            Err(error) => return Ok(from_forge(Err(error))),
        };
        let text = note.written();
        if let Some(standing) = &standing {
            if standing.text == text {
                return Ok(Sent::Arrived("it stands there".into()));
            }
            if let Some(why) = self.disowned(&standing.text, note).await? {
                // The file is the only witness: it is left as it is.
                tracing::error!(repository = %repository, path, "{why}");
                return Ok(Sent::Never(why));
            }
        }
        let said = Notice::new("audit-commit")
            .with("checkpoint", note.checkpoint.number)
            .with("size", note.checkpoint.size);
        let message = messages::say(self.language(), &said);
        let before = standing.map(|standing| standing.sha);
        let written = self.0.forge.write_file(repository, branch, path, &text, &message, before).await;
        Ok(from_forge(written.map(|()| format!("checkpoint {}", note.checkpoint.number))))
    }

    /// Returns why the file that stands outside must not be replaced: our own key signed another story there.
    async fn disowned(&self, standing: &str, note: &Note) -> Result<Option<String>, EngineError> {
        let Some(theirs) = Note::parse(standing) else { return Ok(None) };
        let ours =
            |note: &Note| self.0.store.checkpoint_key().is_some_and(|key: &PublicKey| key.signed(note));
        if !ours(&theirs) {
            return Ok(None);
        }
        let (size, link) = (theirs.checkpoint.size, theirs.checkpoint.link);
        let found = self.0.store.read(move |r| r.link_at(size)).await?;
        let told = theirs.checkpoint.size > note.checkpoint.size || found != Some(link);
        Ok(told.then(|| {
            format!("the checkpoint of {size} entries that stands there is not of this journal: it was set back or written anew")
        }))
    }
}
