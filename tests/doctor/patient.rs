//! A house on the doctor's table: what is broken in it, and what is said about it.

use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;

use serde_json::Value;
use tagwarden::demo::REPOSITORY;

use crate::house::{House, Said, rules};

/// What differs from machine to machine, and is looked at by other tests.
pub const ELSEWHERE: [&str; 4] = ["--skip", "service", "--skip", "space"];

/// What was found by one check.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    pub check: String,
    pub about: String,
    pub state: String,
    pub id: String,
    pub message: String,
    pub hint: String,
}

/// A house without a daemon, whose token may look at everything.
pub struct Patient(pub House);

impl Patient {
    pub async fn lie_down() -> Self {
        Self::with("").await
    }

    /// With more tables in its configuration.
    pub async fn with(further: &str) -> Self {
        let house = House::lay(&rules(further)).await;
        house.ground.forge.make_admin("tagwarden");
        Self(house)
    }

    /// Writes the configuration anew, changed.
    pub fn rewrite(&self, change: impl Fn(String) -> String) {
        let path = self.0.ground.config();
        let text = std::fs::read_to_string(&path).unwrap();
        std::fs::write(path, change(text)).unwrap();
    }

    pub fn file(&self, name: &str) -> PathBuf {
        self.0.ground.root().join(name)
    }

    pub fn mode(&self, name: &str, mode: u32) {
        std::fs::set_permissions(self.file(name), std::fs::Permissions::from_mode(mode)).unwrap();
    }

    /// Asks the doctor, and returns the exit code with all that was found.
    pub fn asked(&self, words: &[&str]) -> (Option<i32>, Vec<Found>) {
        let said = self.said(&[words, &["--json"]].concat());
        (said.code, found(&said.json()))
    }

    pub fn said(&self, words: &[&str]) -> Said {
        self.0.run(&[&["doctor"], &ELSEWHERE[..], words].concat())
    }

    /// What one check found, as `state id`.
    pub fn by(&self, check: &str) -> Vec<String> {
        let (_, found) = self.asked(&[]);
        of(&found, check)
    }

    pub fn bare(&self) -> String {
        self.0.ground.bare().display().to_string()
    }

    /// Changes the webhook of the repository.
    pub fn webhook(&self, change: impl Fn(&mut tagwarden::demo::forge::WebhookSettings)) {
        self.0.ground.forge.set_webhooks(REPOSITORY, change).unwrap();
    }
}

/// Reads the JSON answer.
pub fn found(json: &Value) -> Vec<Found> {
    let text = |one: &Value, key: &str| one[key].as_str().unwrap_or_default().to_owned();
    let one = |one: &Value| Found {
        check: text(one, "check"),
        about: text(one, "about"),
        state: text(one, "state"),
        id: text(one, "id"),
        message: text(one, "message"),
        hint: text(one, "hint"),
    };
    json["checks"].as_array().unwrap().iter().map(one).collect()
}

/// What one check found, as `state id`.
pub fn of(found: &[Found], check: &str) -> Vec<String> {
    let mine = found.iter().filter(|one| one.check == check);
    mine.map(|one| format!("{} {}", one.state, one.id)).collect()
}
