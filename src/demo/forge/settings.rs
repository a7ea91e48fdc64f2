//! What an administrator of the forge may have set otherwise: its version, limits of tokens, webhooks, protected tags.

use std::io;

use crate::demo::forge::FakeForge;

/// The settings of a webhook that can be wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WebhookSettings {
    /// Its type.
    pub kind: String,
    /// Where it goes.
    pub url: String,
    /// `json` or `form`.
    pub content_type: String,
    /// What it tells.
    pub events: Vec<String>,
    /// Whether it is sent.
    pub active: bool,
}

impl FakeForge {
    /// Says another version from now on.
    pub fn be_version(&self, version: &str) {
        version.clone_into(&mut self.shared.world().version);
    }

    /// Limits the token of a person to these scopes, such as `read:repository`.
    pub fn limit_token(&self, login: &str, scopes: &[&str]) {
        let mut world = self.shared.world();
        for user in world.users.iter_mut().filter(|user| user.login.eq_ignore_ascii_case(login)) {
            user.scopes = Some(scopes.iter().map(ToString::to_string).collect());
        }
    }

    /// Changes every webhook of a repository.
    ///
    /// # Errors
    /// There is no such repository.
    pub fn set_webhooks(&self, repository: &str, change: impl Fn(&mut WebhookSettings)) -> io::Result<()> {
        let mut world = self.shared.world();
        let place = world.place_of(repository).ok_or(io::ErrorKind::NotFound)?;
        for hook in &mut world.repositories[place].hooks {
            let mut settings = WebhookSettings {
                kind: hook.kind.clone(),
                url: hook.url.clone(),
                content_type: hook.content_type.clone(),
                events: hook.events.clone(),
                active: hook.active,
            };
            change(&mut settings);
            hook.kind = settings.kind;
            hook.url = settings.url;
            hook.content_type = settings.content_type;
            hook.events = settings.events;
            hook.active = settings.active;
        }
        Ok(())
    }

    /// Takes every webhook of a repository away.
    ///
    /// # Errors
    /// There is no such repository.
    pub fn remove_webhooks(&self, repository: &str) -> io::Result<()> {
        let mut world = self.shared.world();
        let place = world.place_of(repository).ok_or(io::ErrorKind::NotFound)?;
        world.repositories[place].hooks.clear();
        Ok(())
    }
}
