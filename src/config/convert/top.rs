//! Tables `[server]`, `[forge]` and `[[notify]]`, as meant.

use std::net::SocketAddr;
use std::path::PathBuf;

use crate::config::checked::{Channel, ChannelKind, Forge, Server};
use crate::config::problem::Path;
use crate::config::raw;
use crate::domain::language::Language;
use crate::domain::notice::Notice;

use super::Findings;
use super::text::{self, hours, seconds};

/// The shortest webhook secret, in bytes: what 192 bits of chance need, and longer than anything one would invent.
const SHORTEST_WEBHOOK_SECRET: usize = 24;

/// The longest path of a Unix socket on Linux, in bytes.
const LONGEST_SOCKET: usize = 107;

/// Returns table `[server]`.
pub fn server(raw: &raw::Server, at: &Path, found: &mut Findings<'_>) -> Option<Server> {
    let listen = socket_address(&raw.listen, &at.key("listen"), found);
    let webhook_listen = match &raw.webhook_listen {
        Some(text) => socket_address(text, &at.key("webhook_listen"), found).map(Some),
        None => Some(None),
    };
    if let (Some(one), Some(Some(other))) = (listen, webhook_listen)
        && one == other
        && one.port() != 0
    {
        found.report(&at.key("webhook_listen"), Notice::new("TW-C029"));
    }
    let public_url = text::url(&raw.public_url, &at.key("public_url"), found);
    let state_dir = text::absolute(&raw.state_dir, &at.key("state_dir"), found);
    let control_socket = control_socket(raw, at, found);
    let language = match raw.language {
        raw::Language::En => Language::En,
        raw::Language::Fr => Language::Fr,
    };
    Some(Server {
        listen: listen?,
        webhook_listen: webhook_listen?,
        public_url: public_url?,
        state_dir: state_dir?,
        control_socket: control_socket?,
        language,
    })
}

fn socket_address(text: &str, at: &Path, found: &mut Findings<'_>) -> Option<SocketAddr> {
    text.parse().ok().or_else(|| found.refuse(at, Notice::new("TW-C024").with("value", text)))
}

fn control_socket(raw: &raw::Server, at: &Path, found: &mut Findings<'_>) -> Option<PathBuf> {
    let (place, path) = match &raw.control_socket {
        Some(text) => (at.key("control_socket"), text::absolute(text, &at.key("control_socket"), found)?),
        None => (at.key("state_dir"), PathBuf::from(&raw.state_dir).join("control.sock")),
    };
    if path.as_os_str().len() > LONGEST_SOCKET {
        return found.refuse(&place, Notice::new("TW-C045").with("longest", LONGEST_SOCKET));
    }
    Some(path)
}

/// Returns table `[forge]`.
pub fn forge(raw: &raw::Forge, at: &Path, found: &mut Findings<'_>) -> Option<Forge> {
    let url = text::url(&raw.url, &at.key("url"), found);
    if url.as_deref().is_some_and(text::is_overheard) {
        found.warn(&at.key("url"), Notice::new("TW-C065"));
    }
    let token = found.secret(&raw.token, &at.key("token"));
    let place = at.key("webhook_secrets");
    let webhook_secrets = found.each(&raw.webhook_secrets, &place, |reference, at, found| {
        found.long_secret(reference, SHORTEST_WEBHOOK_SECRET, at)
    });
    if raw.webhook_secrets.is_empty() && found.clean(&place) {
        found.report(&place, Notice::new("TW-C009"));
    }
    // Below a second the forge would be asked without pause, above a day a lost webhook would look like a bug.
    let every = text::length(&raw.reconcile_every, seconds(1)..=hours(24), &at.key("reconcile_every"), found);
    Some(Forge { url: url?, token: token?, webhook_secrets: webhook_secrets?, reconcile_every: every? })
}

/// Returns one table `[[notify]]`.
pub fn channel(raw: &raw::Channel, at: &Path, found: &mut Findings<'_>) -> Option<Channel> {
    let kind = match raw.kind {
        raw::ChannelKind::Slack => Some(ChannelKind::Slack),
        raw::ChannelKind::Teams => Some(ChannelKind::Teams),
        raw::ChannelKind::Mattermost => later("kind = \"mattermost\"", &at.key("kind"), found),
        raw::ChannelKind::Matrix => later("kind = \"matrix\"", &at.key("kind"), found),
        raw::ChannelKind::Ntfy => later("kind = \"ntfy\"", &at.key("kind"), found),
        raw::ChannelKind::Email => later("kind = \"email\"", &at.key("kind"), found),
        raw::ChannelKind::Webhook => later("kind = \"webhook\"", &at.key("kind"), found),
    };
    let name = text::word(raw.name.as_deref().unwrap_or_default(), &at.key("name"), found);
    let url = found.secret(&raw.url, &at.key("url"));
    if let Some(secret) = &url
        && !found.secret_passes(secret, text::is_http)
    {
        found.report(&at.key("url"), Notice::new("TW-C025"));
    }
    Some(Channel { name: name?, kind: kind?, url: url? })
}

/// Refuses politely what the file may ask for but this version cannot do.
pub fn later<T>(what: &str, at: &Path, found: &mut Findings<'_>) -> Option<T> {
    found.refuse(at, Notice::new("TW-C030").with("what", what))
}
