//! The page on which people sign in.

use maud::{Markup, html};

use crate::domain::notice::Notice;
use crate::web::act_name::ActName;
use crate::web::pages::frame::Frame;
use crate::web::voice::Voice;

/// What the page holds.
#[derive(Debug, Clone, Copy, Default)]
pub struct SignInPage<'a> {
    /// Where one is led afterwards.
    pub next: &'a str,
    /// What was asked when the sign-in had run out, with the reason that was typed.
    pub draft: Option<(ActName, &'a str)>,
    /// What was wrong with the last try.
    pub problem: Option<&'a Notice>,
    /// What the form carries.
    pub csrf: &'a str,
    /// Whether the page asks for the same address again by itself, because the browser kept the session's cookie.
    pub again: bool,
}

/// Returns the page.
pub fn sign_in(voice: Voice, page: &SignInPage<'_>) -> Markup {
    let title = voice.text("page-sign-in");
    let frame = Frame { again: page.again, ..Frame::plain(voice, &title, page.next) };
    frame.around(html! {
        div.narrow {
            h1 { (title) }
            @if let Some(problem) = page.problem {
                @let worded = voice.word(problem);
                div.banner.bad role="alert" {
                    p { (worded.what) }
                    @if let Some(hint) = worded.hint { p.hint { (hint) } }
                }
            } @else if page.draft.is_some() {
                div.banner.wait role="alert" { p { (voice.text("page-sign-in-ran-out")) } }
            } @else {
                p.lead { (voice.text("page-sign-in-lead")) }
            }
            form.card method="post" action="/sign-in" {
                input type="hidden" name="csrf" value=(page.csrf);
                input type="hidden" name="next" value=(page.next);
                @if let Some((act, reason)) = page.draft {
                    input type="hidden" name="act" value=(act.name());
                    input type="hidden" name="reason" value=(reason);
                }
                label for="token" { (voice.text("page-token")) }
                input id="token" type="password" name="token" required autocomplete="current-password"
                    autocapitalize="none" spellcheck="false" autofocus aria-describedby="token-hint";
                p.small id="token-hint" { (voice.text("page-token-hint")) " " code { "tagwarden token new" } }
                button.go type="submit" { (title) }
            }
        }
    })
}
