//! The gate that is good while the newest backup is young enough and whole.
//!
//! A backup is looked for on a host, in the application's folder and with the host's own variables: passwords of restic
//! and borg are the host's matter and never travel. What was seen in a file is remembered under its identity, so that
//! a dump of a terabyte is read once and not at every look.

mod found;
mod take;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use self::found::{FileLines, Found};
use super::{Sight, host_of};
use crate::config::{Backup, BackupSource, Gate};
use crate::domain::gate::{Standing, zoned};
use crate::domain::notice::Notice;
use crate::domain::plan::{Output, Script};
use crate::domain::release::State;
use crate::engine::error::chain;
use crate::engine::{Engine, Place};
use crate::remote::{Host, RemoteError};
use crate::signals;

/// The longest that a list of backups may take: a repository far away is slow.
const LIST_LIMIT: Duration = Duration::from_secs(120);
/// The longest that reading the newest file to its end may take.
const FILE_LIMIT: Duration = Duration::from_secs(1800);

impl Engine {
    /// Looks for the newest backup, and takes one when the configuration says so and nothing else is in the way.
    pub(super) async fn look_for_backup(
        &self,
        place: &Place,
        state: &State,
        gate: &Gate,
        backup: &Backup,
    ) -> Sight {
        let Some((configured, host)) = host_of(place, backup.host.as_ref()) else {
            return Sight::new(Standing::Unknown, Notice::new("gate-no-host"), "");
        };
        let spot =
            Spot { place, gate, backup, host, name: configured.name.as_str(), folder: &configured.directory };
        let found = spot.look().await;
        let due = match (&found, &backup.take) {
            (Ok(Found::Newest { at, .. }), Some(take)) if spot.is_old(*at, self.0.clock.now()) => {
                Some((take, Some(*at)))
            }
            (Ok(Found::Bad { at, .. }), Some(take)) => Some((take, *at)),
            (Ok(_) | Err(_), Some(_) | None) => None,
        };
        match due {
            Some((take, need)) => {
                let sight = self.see_to_backup(&spot, state, take, need, spot.sight(found)).await;
                // Which try this is stands in the facts, and has to be in the journal before the next one.
                Sight { binds: sight.standing != Standing::Good, ..sight }
            }
            None => spot.sight(found),
        }
    }
}

/// Where a backup is looked for.
struct Spot<'a> {
    place: &'a Place,
    gate: &'a Gate,
    backup: &'a Backup,
    host: &'a Host,
    name: &'a str,
    folder: &'a str,
}

impl Spot<'_> {
    fn is_old(&self, at: Timestamp, now: Timestamp) -> bool {
        at.checked_add(self.gate.max_age).is_ok_and(|until| until <= now)
    }

    /// Returns the zone of times that carry none.
    fn zone<'z>(&'z self, configured: &'z Option<TimeZone>) -> &'z TimeZone {
        configured.as_ref().unwrap_or(&self.place.zone)
    }

    async fn look(&self) -> Result<Found, RemoteError> {
        match &self.backup.source {
            BackupSource::Restic { run } => Ok(found::restic(&self.run(run).await?)),
            BackupSource::Borg { run, zone } => Ok(found::borg(&self.run(run).await?, self.zone(zone))),
            BackupSource::Command { run } => Ok(found::command(&self.run(run).await?)),
            BackupSource::File { pattern, checksum, min_size } => {
                let ending = checksum.as_deref().unwrap_or_default();
                self.files(["file", pattern, ending], *min_size, None).await
            }
            BackupSource::Postgres { pattern, min_size, zone } => {
                self.files(["postgres", pattern, ""], *min_size, Some(self.zone(zone))).await
            }
        }
    }

    async fn run(&self, words: &[String]) -> Result<Output, RemoteError> {
        self.host.look(&self.script(BTreeMap::new(), words.to_vec()), LIST_LIMIT).await
    }

    async fn files(
        &self,
        [kind, pattern, ending]: [&str; 3],
        least: u64,
        zone: Option<&TimeZone>,
    ) -> Result<Found, RemoteError> {
        let (identity, before) = self.place.gates.seen_in_file(&self.gate.name);
        let least_text = least.to_string();
        let words = ["sh", "{step}/files.sh", pattern, kind, &least_text, ending, &identity];
        let files = [("files.sh".to_owned(), include_str!("files.sh").to_owned())].into();
        let script = self.script(files, words.map(ToOwned::to_owned).to_vec());
        let output = self.host.look(&script, FILE_LIMIT).await?;
        let unlisted = || {
            let said = signals::evidence(output.stderr.trim());
            Found::Unknown {
                why: Notice::new("gate-backup-unlisted").with("status", output.status).with("said", said),
            }
        };
        let Some(lines) = FileLines::read(&output.stdout, &before).filter(|_| output.status == 0) else {
            return Ok(unlisted());
        };
        if let Some((identity, seen)) = lines.seen() {
            self.place.gates.remember_file(&self.gate.name, identity, seen);
        }
        Ok(found::file(&lines, least, zone))
    }

    fn script(&self, files: BTreeMap<String, String>, command: Vec<String>) -> Script {
        Script {
            directory: Some(self.folder.to_owned()),
            env: BTreeMap::new(),
            files,
            commands: vec![command],
        }
    }

    /// Returns where was looked, for people.
    fn source(&self) -> String {
        let what = match &self.backup.source {
            BackupSource::Restic { run } | BackupSource::Borg { run, .. } | BackupSource::Command { run } => {
                run.join(" ")
            }
            BackupSource::File { pattern, .. } | BackupSource::Postgres { pattern, .. } => pattern.clone(),
        };
        signals::evidence(&format!("{}: {what}", self.name))
    }

    fn sight(&self, found: Result<Found, RemoteError>) -> Sight {
        match found {
            Ok(Found::Newest { at, what, facts }) => {
                let reason = Notice::new("gate-backup-good")
                    .with("made_at", zoned(at, &self.place.zone))
                    .with("what", what);
                Sight { facts, dated: Some(at), ..Sight::new(Standing::Good, reason, self.source()) }
            }
            Ok(Found::Bad { why, at }) => {
                Sight { dated: at, ..Sight::new(Standing::Bad, why, self.source()) }
            }
            Ok(Found::Unknown { why }) => Sight::new(Standing::Unknown, why, self.source()),
            Err(error) => {
                let reason = Notice::new("gate-unreached")
                    .with("what", self.name)
                    .with("why", signals::evidence(&chain(&error)));
                Sight::new(Standing::Unknown, reason, self.source())
            }
        }
    }
}
