//! Is the webhook there, right and active, and does anything come from it?

use std::net::IpAddr;
use std::time::Duration;

use reqwest::Url;

use super::finding::{Check, Finding};
use super::repository::Asked;
use crate::domain::notice::Notice;
use crate::forgejo::Webhook;
use crate::messages::when;
use crate::store::Arrival;

/// Where webhooks are taken.
const PATH: &str = "/webhooks/forgejo";
/// What a webhook has to tell.
const EVENTS: [&str; 3] = ["push", "create", "delete"];
/// What it has to tell besides, where people decide in the issue of a release.
const COMMENTS: &str = "issue_comment";
/// How long the address of a name may be looked for.
const PATIENCE: Duration = Duration::from_secs(1);

/// What is known about webhooks that came.
#[derive(Debug)]
enum Came {
    /// The newest one.
    Yes(Arrival),
    /// None ever.
    Never,
    /// The daemon does not tell.
    Untold,
}

/// Looks at the webhooks of the repository.
pub async fn check(asked: &Asked) -> Finding {
    let name = &asked.repository.name;
    let came = match &asked.arrivals {
        None => Came::Untold,
        Some(arrivals) => {
            let same = |arrival: &&Arrival| arrival.repository.eq_ignore_ascii_case(&name.to_string());
            arrivals.iter().find(same).cloned().map_or(Came::Never, Came::Yes)
        }
    };
    let hooks = match asked.forge.webhooks(name).await {
        Ok(hooks) => hooks,
        Err(error) => {
            return match &came {
                // What arrives is proof enough.
                Came::Yes(arrival) => Check::Webhook.ok(name, arrived("doctor-webhook", arrival, asked)),
                Came::Never | Came::Untold => asked.untold(Check::Webhook, &error, "settings/hooks"),
            };
        }
    };
    let ours: Vec<&Webhook> = hooks.iter().filter(|hook| is_ours(hook, asked)).collect();
    // Of several the best one counts: the others are merely superfluous.
    match ours.iter().find(|hook| fault(hook, asked).is_none()).or(ours.first()) {
        Some(hook) => match fault(hook, asked) {
            Some(fault) => Check::Webhook.error(name, with_page(fault, hook, asked)),
            None => telling(hook, &came, asked).await,
        },
        None => match &came {
            // The organisation's or the instance's own webhooks are not in the repository's list.
            Came::Yes(arrival) => {
                Check::Webhook.ok(name, arrived("doctor-webhook-elsewhere", arrival, asked))
            }
            Came::Never | Came::Untold => Check::Webhook.error(name, missing(asked)),
        },
    }
}

fn is_ours(hook: &Webhook, asked: &Asked) -> bool {
    let public = &asked.case.config.server.public_url;
    hook.config.url == format!("{public}{PATH}") || hook.config.url.ends_with(PATH)
}

fn missing(asked: &Asked) -> Notice {
    Notice::new("TW-Q050")
        .with("page", asked.page("settings/hooks/forgejo/new"))
        .with("url", format!("{}{PATH}", asked.case.config.server.public_url))
        .with("events", events(asked).join(", "))
}

/// Returns what a webhook of the repository has to tell.
fn events(asked: &Asked) -> Vec<&'static str> {
    let comments = asked.repository.issue.as_ref().map(|_| COMMENTS);
    EVENTS.into_iter().chain(comments).collect()
}

fn with_page(notice: Notice, hook: &Webhook, asked: &Asked) -> Notice {
    notice.with("page", asked.page(&format!("settings/hooks/{}", hook.id)))
}

/// Returns what keeps a webhook from telling everything in the right form.
fn fault(hook: &Webhook, asked: &Asked) -> Option<Notice> {
    let lacking: Vec<&str> =
        events(asked).into_iter().filter(|event| !hook.events.iter().any(|told| told == event)).collect();
    if !hook.active {
        Some(Notice::new("TW-Q051"))
    } else if hook.kind != "forgejo" {
        Some(Notice::new("TW-Q052").with("kind", &hook.kind))
    } else if hook.config.content_type != "json" {
        Some(Notice::new("TW-Q053").with("form", &hook.config.content_type))
    } else if !lacking.is_empty() {
        Some(Notice::new("TW-Q054").with("events", lacking.join(", ")))
    } else {
        None
    }
}

/// Returns what is to be said about a webhook without a fault.
async fn telling(hook: &Webhook, came: &Came, asked: &Asked) -> Finding {
    let name = &asked.repository.name;
    let public = format!("{}{PATH}", asked.case.config.server.public_url);
    let about = |id: &str| with_page(Notice::new(id), hook, asked).with("url", &hook.config.url);
    let nearness = nearness(&hook.config.url).await;
    let list = nearness.allowed();
    match came {
        Came::Yes(arrival) => Check::Webhook.ok(name, arrived("doctor-webhook", arrival, asked)),
        Came::Never => Check::Webhook.warning(name, about("TW-Q055").with("list", list)),
        Came::Untold if hook.config.url != public => {
            Check::Webhook.warning(name, about("TW-Q056").with("public", public))
        }
        Came::Untold => match nearness {
            Nearness::Loopback | Nearness::Private => {
                Check::Webhook.warning(name, about("TW-Q057").with("list", list))
            }
            Nearness::Far => Check::Webhook.ok(name, about("doctor-webhook-untold")),
        },
    }
}

fn arrived(id: &str, arrival: &Arrival, asked: &Asked) -> Notice {
    let age = asked.case.now.duration_since(arrival.received_at).unsigned_abs();
    let length = when::length(asked.case.terminal.language, Duration::from_secs(age.as_secs()));
    Notice::new(id).with("length", length).with("event", &arrival.event)
}

/// From how near the forge would have to call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Nearness {
    /// The same machine.
    Loopback,
    /// The same network.
    Private,
    /// Anywhere.
    Far,
}

impl Nearness {
    /// Returns the word of `[webhook] ALLOWED_HOST_LIST` that lets such an address be called.
    fn allowed(self) -> &'static str {
        match self {
            Self::Loopback => "loopback",
            Self::Private => "private",
            Self::Far => "external",
        }
    }
}

/// Returns how near an address is, as this machine resolves its name.
async fn nearness(url: &str) -> Nearness {
    let Ok(url) = Url::parse(url) else { return Nearness::Far };
    let Some(host) = url.host_str() else { return Nearness::Far };
    let host = host.trim_matches(['[', ']']);
    let port = url.port_or_known_default().unwrap_or(443);
    let found = tokio::time::timeout(PATIENCE, tokio::net::lookup_host((host, port))).await;
    let Ok(Ok(addresses)) = found else { return Nearness::Far };
    addresses.map(|address| of_address(address.ip())).next().unwrap_or(Nearness::Far)
}

fn of_address(address: IpAddr) -> Nearness {
    let private = match address.to_canonical() {
        IpAddr::V4(address) => address.is_private() || address.is_link_local(),
        IpAddr::V6(address) => address.is_unique_local() || address.is_unicast_link_local(),
    };
    match (address.to_canonical().is_loopback(), private) {
        (true, _) => Nearness::Loopback,
        (false, true) => Nearness::Private,
        (false, false) => Nearness::Far,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn an_address_is_as_near_as_its_network() {
        for (url, nearness_of) in [
            ("http://127.0.0.1:8787/webhooks/forgejo", Nearness::Loopback),
            ("http://[::1]:8787/webhooks/forgejo", Nearness::Loopback),
            ("http://[::ffff:10.0.0.1]/webhooks/forgejo", Nearness::Private),
            ("http://192.168.1.4/webhooks/forgejo", Nearness::Private),
            ("http://[fd00::1]/webhooks/forgejo", Nearness::Private),
            ("http://169.254.1.1/webhooks/forgejo", Nearness::Private),
            ("https://192.0.2.7/webhooks/forgejo", Nearness::Far),
            ("https://[2001:db8::1]/webhooks/forgejo", Nearness::Far),
            ("nonsense", Nearness::Far),
        ] {
            assert_eq!(nearness(url).await, nearness_of, "{url}");
        }
    }
}
