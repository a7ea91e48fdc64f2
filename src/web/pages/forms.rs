//! What may be asked of a release, as plain forms: they work without script, by keyboard and with a thumb.

use maud::{Markup, html};

use crate::domain::notice::Notice;
use crate::engine::view::ReleaseView;
use crate::messages::safe;
use crate::web::act_name::{ActName, LONGEST_REASON};
use crate::web::pages::reader::Reader;

/// Returns the section with the forms that are lawful now, or nothing when there are none.
pub fn forms(reader: &Reader<'_>, view: &ReleaseView, draft: Option<(ActName, &str)>) -> Markup {
    let lawful = |act: ActName| act.is_of_the_whole() && view.actions.contains(&act.name());
    let plain: Vec<ActName> =
        ActName::ALL.into_iter().filter(|act| lawful(*act) && !act.needs_reason()).collect();
    let reasoned: Vec<ActName> =
        ActName::ALL.into_iter().filter(|act| lawful(*act) && act.needs_reason()).collect();
    html! {
        section id="ask" data-live hidden[plain.is_empty() && reasoned.is_empty()] aria-labelledby="ask-title" {
            h2.hidden id="ask-title" { (reader.text("page-ask")) }
            div.asks {
                @for act in plain { (at_once(reader, view, act)) }
                @for act in reasoned {
                    (with_reason(reader, view, act, draft.filter(|(name, _)| *name == act).map(|(_, typed)| typed)))
                }
            }
        }
    }
}

fn common(reader: &Reader<'_>, view: &ReleaseView, act: ActName) -> Markup {
    html! {
        input type="hidden" name="csrf" value=(reader.csrf);
        @if act == ActName::Approve {
            input type="hidden" name="binding" value=(view.binding);
            input type="hidden" name="object" value=(view.object);
            input type="hidden" name="commit" value=(view.commit);
        }
    }
}

/// Returns what a button says: an act on exactly this release.
fn label(reader: &Reader<'_>, view: &ReleaseView, act: ActName) -> String {
    let notice = Notice::new(&format!("page-ask-{}", act.name())).with("tag", &view.row.tag);
    reader.voice.say(&notice)
}

fn at_once(reader: &Reader<'_>, view: &ReleaseView, act: ActName) -> Markup {
    html! {
        form.ask method="post" action={ "/releases/" (view.row.id) "/" (act.name()) } {
            (common(reader, view, act))
            button.go type="submit" { (label(reader, view, act)) }
            @if act == ActName::Approve {
                p.small {
                    (reader.text("page-approve-hint")) " " code { (view.commit.short()) } " → "
                    (view.row.environment)
                }
            }
        }
    }
}

fn with_reason(reader: &Reader<'_>, view: &ReleaseView, act: ActName, typed: Option<&str>) -> Markup {
    let field = format!("reason-{}", act.name());
    let grave = matches!(act, ActName::Deny | ActName::Rollback);
    let hint = format!("page-hint-{}", act.name());
    html! {
        details class=(if grave { "ask" } else { "ask small-ask" }) id={ "ask-" (act.name()) } open[typed.is_some()] {
            summary class=(if grave { "button grave" } else { "button" }) { (label(reader, view, act)) }
            form.card method="post" action={ "/releases/" (view.row.id) "/" (act.name()) } {
                (common(reader, view, act))
                p { (reader.text(&hint)) }
                label for=(field) { (reader.text("page-reason")) }
                textarea id=(field) name="reason" required maxlength=(LONGEST_REASON) rows="3" {
                    (typed.unwrap_or_default())
                }
                button class=(if grave { "grave" } else { "go" }) type="submit" {
                    (safe(&label(reader, view, act)))
                }
            }
        }
    }
}
