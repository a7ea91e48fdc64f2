//! From the configuration as written to the configuration as meant; the only conversion, and it finds every problem.
//!
//! Each part returns `None` when something in it was reported, and always looks at all of its parts first, so that
//! one run shows the whole list.

mod audit;
mod calendar;
mod deploy;
mod environment;
mod feed;
mod found;
mod gates;
mod host;
mod repository;
mod text;
mod top;
mod watch;

pub use found::{Findings, Scope};

use std::collections::BTreeMap;

use crate::config::checked::Config;
use crate::config::problem::Path;
use crate::config::raw;

/// Returns the configuration as meant; `None` when `found` holds the reasons why there is none.
pub fn config(raw: &raw::Config, found: &mut Findings<'_>) -> Option<Config> {
    let root = Path::root();
    let server = top::server(&raw.server, &root.key("server"), found);
    let forge = top::forge(&raw.forge, &root.key("forge"), found);
    let calendars = match found.scope() {
        Scope::All | Scope::Offline => found.each(&raw.calendar, &root.key("calendar"), calendar::calendar),
        Scope::Door => Some(Vec::new()),
    };
    found.distinct(&root.key("calendar"), "name", raw.calendar.iter().map(|calendar| calendar.name.clone()));
    let repositories = found.each(&raw.repository, &root.key("repository"), repository::repository);
    found.distinct(
        &root.key("repository"),
        "name",
        raw.repository.iter().map(|repository| repository.name.clone()),
    );
    let notify = found.each(&raw.notify, &root.key("notify"), top::channel);
    let names = raw.notify.iter().map(|channel| channel.name.clone().unwrap_or_default());
    found.distinct(&root.key("notify"), "name", names);
    let audit = audit::audit(raw, &root.key("audit"), found);
    environment::references(raw, found);
    gates::after(raw, found);
    host::shared_folders(raw, found);
    let mut feeds = Vec::new();
    let calendars: BTreeMap<_, _> = calendars?
        .into_iter()
        .map(|(calendar, sources)| {
            feeds.extend(sources);
            (calendar.name.clone(), calendar)
        })
        .collect();
    let (repositories, notify, audit) = (repositories?, notify?, audit?);
    Some(Config { server: server?, forge: forge?, calendars, feeds, repositories, notify, audit })
}
