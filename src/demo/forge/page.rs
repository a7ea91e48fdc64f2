//! What does a person see who opens the small forge in a browser? One page: releases, statuses, deliveries.
//!
//! It stands in for the pages of a real instance to which answers and messages link; it has no links and no forms.

use maud::{DOCTYPE, Markup, html};

use crate::demo::forge::answers::Reply;
use crate::demo::forge::courier::{Delivery, Fate};
use crate::demo::forge::shapes::instant;
use crate::demo::forge::world::{ReleaseSeen, StatusSeen, World};

/// The most rows of a table, the newest first.
const MOST_ROWS: usize = 50;
/// The most digits of a commit that are shown.
const SHORT_ID: usize = 10;
const STYLE: &str = "body{font:1rem/1.5 sans-serif;margin:1rem auto;max-width:70rem;padding:0 1rem}\
    table{border-collapse:collapse;display:block;overflow-x:auto}\
    td,th{border:1px solid #999;padding:.25rem .5rem;text-align:left;vertical-align:top}\
    pre{white-space:pre-wrap;margin:0}";

/// Returns the page.
pub fn page(world: &World) -> Reply {
    let content = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width";
                title { "A small forge" }
                style { (STYLE) }
            }
            body {
                h1 { "A small forge" }
                p { "It stands in for Forgejo: this is what it was told, and what it told others." }
                h2 { "Releases" }
                (releases(world.releases.iter().rev().take(MOST_ROWS)))
                h2 { "Commit statuses" }
                (statuses(world.statuses.iter().rev().take(MOST_ROWS)))
                h2 { "Webhook deliveries" }
                (deliveries(world.deliveries.iter().rev().take(MOST_ROWS)))
            }
        }
    };
    let headers = vec![
        ("content-type", "text/html; charset=utf-8".to_owned()),
        ("content-security-policy", "default-src 'none'; style-src 'unsafe-inline'".to_owned()),
    ];
    Reply { status: 200, headers, body: content.into_string() }
}

fn releases<'a>(all: impl Iterator<Item = &'a ReleaseSeen>) -> Markup {
    html! {
        table {
            tr { th { "Release" } th { "State" } th { "Notes" } th { "By" } }
            @for release in all {
                tr {
                    td { (release.repository) " " (release.name) }
                    td { (state_of(release)) }
                    td { pre { (release.body) } }
                    td { (release.author) ", " (instant(release.at)) }
                }
            }
        }
    }
}

fn state_of(release: &ReleaseSeen) -> &'static str {
    match (release.draft, release.prerelease) {
        (true, _) => "draft",
        (false, true) => "pre-release",
        (false, false) => "published",
    }
}

fn statuses<'a>(all: impl Iterator<Item = &'a StatusSeen>) -> Markup {
    html! {
        table {
            tr { th { "Commit" } th { "Context" } th { "State" } th { "Description" } th { "When" } }
            @for status in all {
                tr {
                    td { (status.repository) " " code { (status.commit.get(..SHORT_ID).unwrap_or_default()) } }
                    td { (status.context) }
                    td { (status.state) }
                    td { (status.description) }
                    td { (instant(status.at)) }
                }
            }
        }
    }
}

fn deliveries<'a>(all: impl Iterator<Item = &'a Delivery>) -> Markup {
    html! {
        table {
            tr { th { "No." } th { "Repository" } th { "Event" } th { "Ref" } th { "Answer" } }
            @for delivery in all {
                tr {
                    td { (delivery.number) }
                    td { (delivery.repository) }
                    td { (delivery.event) }
                    td { (reference(delivery)) }
                    td { (fate(&delivery.fate)) }
                }
            }
        }
    }
}

fn reference(delivery: &Delivery) -> String {
    let body: serde_json::Value = serde_json::from_str(&delivery.body).unwrap_or_default();
    let named = body["ref"].as_str().or_else(|| body["release"]["tag_name"].as_str());
    named.unwrap_or_default().to_owned()
}

fn fate(fate: &Fate) -> Markup {
    match fate {
        Fate::Answered { status, text } => html! { (status) ": " (text) },
        Fate::Failed => html! { "no answer; it is not sent again" },
        Fate::Lost => html! { "lost on the way" },
    }
}
