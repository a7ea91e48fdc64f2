//! The frame around every page, and the page that says no.

use hyper::StatusCode;
use maud::{DOCTYPE, Markup, html};

use crate::domain::notice::Notice;
use crate::messages::safe;
use crate::web::assets;
use crate::web::pages::reader::Reader;
use crate::web::voice::Voice;

/// What stands around a page's content.
#[derive(Debug, Clone, Copy)]
pub struct Frame<'a> {
    /// How the person is spoken to.
    pub voice: Voice,
    /// The page's title, without the program's name.
    pub title: &'a str,
    /// Who is signed in, with the CSRF value for the button that ends it.
    pub person: Option<(&'a str, &'a str)>,
    /// The address of this page, for the link to the other language.
    pub path: &'a str,
    /// Where the page hears of changes.
    pub events: Option<&'a str>,
    /// Whether to go to the same address again at once, see [`crate::web::pages::SignInPage`].
    pub again: bool,
}

impl<'a> Frame<'a> {
    /// Returns the frame of a page for `reader`.
    pub fn of(reader: &Reader<'a>, title: &'a str, path: &'a str) -> Self {
        Self { person: Some((reader.person, reader.csrf)), ..Self::plain(reader.voice, title, path) }
    }

    /// Returns the frame of a page for anybody.
    pub fn plain(voice: Voice, title: &'a str, path: &'a str) -> Self {
        Self { voice, title, person: None, path, events: None, again: false }
    }

    /// Returns the whole page.
    pub fn around(self, content: Markup) -> Markup {
        let voice = self.voice;
        html! {
            (DOCTYPE)
            html lang=(voice.tag()) {
                head {
                    meta charset="utf-8";
                    meta name="viewport" content="width=device-width, initial-scale=1";
                    meta name="color-scheme" content="light dark";
                    meta name="robots" content="noindex";
                    @if self.again { meta http-equiv="refresh" content="0"; }
                    title { (safe(self.title)) " · tagwarden" }
                    link rel="icon" type="image/svg+xml" href=(assets::ICON.path());
                    link rel="stylesheet" href=(assets::STYLE.path());
                    script src=(assets::SCRIPT.path()) defer {}
                }
                body data-events=[self.events] {
                    a.skip href="#content" { (voice.text("web-skip")) }
                    header.top {
                        a.brand href="/releases" {
                            img src=(assets::ICON.path()) alt="" width="24" height="24";
                            "tagwarden"
                        }
                        @if self.person.is_some() {
                            nav.main aria-label=(voice.text("page-navigation")) {
                                a href="/releases" { (voice.text("page-releases")) }
                                a href="/calendar" { (voice.text("page-calendar")) }
                            }
                        }
                        (self.corner())
                    }
                    main id="content" { (content) }
                    (self.foot())
                    p.hidden role="status" id="said" {}
                }
            }
        }
    }

    fn corner(self) -> Markup {
        html! {
            @if let Some((name, csrf)) = self.person {
                form.corner method="post" action="/sign-out" {
                    input type="hidden" name="csrf" value=(csrf);
                    span.who { (safe(name)) }
                    button.quiet type="submit" { (self.voice.text("web-sign-out")) }
                }
            }
        }
    }

    fn foot(self) -> Markup {
        let voice = self.voice;
        let mark = if self.path.contains('?') { '&' } else { '?' };
        html! {
            footer {
                @if self.events.is_some() {
                    // Filled by the script alone: without it the page is as fresh as its last loading.
                    p.live id="live" hidden data-on=(voice.text("page-live-on"))
                        data-off=(voice.text("page-live-off")) {}
                } @else {
                    p { (voice.text("web-footer")) }
                }
                nav aria-label=(voice.text("web-language")) {
                    a href={ (self.path) (mark) "lang=en" } lang="en" hreflang="en"
                        aria-current=[(voice.tag() == "en").then_some("true")] { "English" }
                    a href={ (self.path) (mark) "lang=fr" } lang="fr" hreflang="fr"
                        aria-current=[(voice.tag() == "fr").then_some("true")] { "Français" }
                }
            }
        }
    }
}

/// Returns the page that says what is not possible, why, and what to do.
pub fn refusal(voice: Voice, status: StatusCode, notice: &Notice, request: &str) -> Markup {
    let worded = voice.word(notice);
    let title = voice.text(match status.as_u16() {
        401 | 403 => "web-title-refused",
        404 => "web-title-not-found",
        _ => "web-title-failed",
    });
    Frame::plain(voice, &title, "/releases").around(html! {
        h1 { (title) }
        div.banner.bad role="alert" {
            p { (worded.what) }
            @if let Some(hint) = worded.hint { p.hint { (hint) } }
        }
        p { a.button href="/releases" { (voice.text("web-back")) } }
        p.small { (safe(&notice.id)) " · " (request) }
    })
}
