//! What is said above a release: that something was done, or why it was not.

use maud::{Markup, html};

use crate::domain::notice::Notice;
use crate::engine::view::ReleaseView;
use crate::messages::safe;
use crate::web::act_name::ActName;
use crate::web::pages::reader::Reader;

/// What is said.
#[derive(Debug)]
pub enum Banner {
    /// It was done.
    Done(ActName),
    /// It was not sent: the sign-in had run out.
    NotSent,
    /// It was refused.
    Refused {
        /// Why.
        notice: Notice,
        /// What an approval was bound to, when that may be the reason.
        shown: Option<Shown>,
    },
}

/// What was on the page when a form was sent.
#[derive(Debug)]
pub struct Shown {
    /// The tag object.
    pub object: String,
    /// The commit.
    pub commit: String,
    /// The digest of everything.
    pub binding: String,
}

/// Returns the banner.
pub fn banner(reader: &Reader<'_>, banner: &Banner, view: &ReleaseView) -> Markup {
    match banner {
        Banner::Done(act) => html! {
            div.banner.good role="status" { p { (reader.text(&format!("page-done-{}", act.name()))) } }
        },
        Banner::NotSent => html! {
            div.banner.wait role="status" { p { (reader.text("page-not-sent")) } }
        },
        Banner::Refused { notice, shown } => {
            let worded = reader.word(notice);
            html! {
                div.banner.bad role="alert" {
                    p { (worded.what) }
                    @if let Some(hint) = worded.hint { p.hint { (hint) } }
                    @if let Some(shown) = shown { (changes(reader, shown, view)) }
                    p.small { (safe(&notice.id)) }
                }
            }
        }
    }
}

/// Returns what is not as it was shown.
fn changes(reader: &Reader<'_>, shown: &Shown, view: &ReleaseView) -> Markup {
    let now = [
        ("page-object", &shown.object, view.object.as_str()),
        ("page-commit", &shown.commit, view.commit.as_str()),
    ];
    let changed: Vec<_> = now.into_iter().filter(|(_, was, is)| was.as_str() != *is).collect();
    html! {
        @if shown.binding != view.binding {
            dl.pairs {
                @for (name, was, is) in &changed {
                    dt { (reader.text(name)) }
                    dd {
                        (reader.text("page-was-shown")) " " code { (safe(was)) } br;
                        (reader.text("page-is-now")) " " code { (is) }
                    }
                }
                @if changed.is_empty() {
                    dt { (reader.text("page-target")) }
                    dd { (reader.text("page-target-changed")) }
                }
            }
        }
    }
}
