//! An engine on a store of its own: no forge answers it and none of its loops runs, so it does what it is asked and no more.

use std::sync::Arc;

use jiff::Timestamp;
use tagwarden::clock::{Clock, Hand};
use tagwarden::config::{self, Secret};
use tagwarden::domain::names::{EnvironmentName, ObjectId, Person, ReleaseId, RepositoryName};
use tagwarden::domain::release::{Kind, Opening, Source};
use tagwarden::domain::version::Tag;
use tagwarden::engine::{Engine, Parts};
use tagwarden::forgejo::Forge;
use tagwarden::store::Store;

/// The configuration of a school whose weekends are closed.
const FILE: &str = r#"
[server]
public_url = "http://127.0.0.1:8787"
state_dir = "STATE"
[forge]
url = "http://127.0.0.1:1"
token = { file = "STATE/secret" }
webhook_secrets = [ { file = "STATE/secret" } ]
[[calendar]]
name = "school"
time_zone = "Europe/Paris"
closed = [ { name = "weekend", from = "Fri 16:00", to = "Mon 07:00" } ]
[[repository]]
name = "school/bridge"
[[repository.environment]]
name = "production"
calendars = ["school"]
ROLES
[[repository.environment.host]]
name = "prod-1"
address = "local"
directory = "STATE"
[repository.environment.deploy]
recipe = "script"
[[repository.environment.deploy.step]]
name = "up"
run = ["true"]
"#;

/// The engine, its clock, and the folder that goes with it.
pub struct Still {
    pub engine: Engine,
    pub clock: Clock,
    pub _hand: Hand,
    pub _folder: tempfile::TempDir,
}

impl Still {
    /// Opens it at an instant; `roles` are keys of the environment, `further` are tables at the end.
    pub fn open(at: Timestamp, roles: &str, further: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let text = FILE.replace("STATE", folder.path().to_str().unwrap()).replace("ROLES", roles) + further;
        std::fs::write(folder.path().join("secret"), "a-secret-of-twenty-four-bytes").unwrap();
        let file = folder.path().join("tagwarden.toml");
        std::fs::write(&file, text).unwrap();
        let config = Arc::new(config::load(&file).unwrap_or_else(|problems| panic!("{problems:?}")));
        let (clock, hand) = Clock::movable(at);
        let parts = Parts {
            store: Store::open(folder.path()).unwrap(),
            clock: clock.clone(),
            forge: Forge::new(&config.forge.url, &Secret::new("token".to_owned())).unwrap(),
            http: reqwest::Client::new(),
            runtime: folder.path().to_owned(),
            config,
        };
        Self { engine: Engine::new(parts).unwrap(), clock, _hand: hand, _folder: folder }
    }

    /// Returns what opens a release of `tag`, as a webhook told of it.
    pub fn opening(&self, tag: &str, repository_id: u64, pusher: Option<Person>) -> Opening {
        Opening {
            id: ReleaseId(0),
            repository: RepositoryName::parse("school/bridge").unwrap(),
            repository_id,
            environment: EnvironmentName::parse("production").unwrap(),
            tag: Tag::parse(tag.as_bytes(), "v").unwrap(),
            object: ObjectId::parse(&"a".repeat(40)).unwrap(),
            commit: ObjectId::parse(&"b".repeat(40)).unwrap(),
            pusher,
            source: Source::Webhook,
            kind: Kind::Forward,
            target: self.engine.places()[0].target(),
        }
    }
}
