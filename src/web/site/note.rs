//! What a page has to remember until it is shown next: that something was done, or a reason that was typed when the
//! sign-in ran out. A cookie holds it, so that no address carries it and no other person sees it.

use crate::domain::names::ReleaseId;
use crate::web::act_name::{ActName, LONGEST_REASON};
use crate::web::call::Call;
use crate::web::encoding::cookie;
use crate::web::reply::{self, Response};

/// The cookie.
const NOTE_COOKIE: &str = "tagwarden_note";
/// How long a typed reason is kept: enough to look for a token.
const KEPT: i64 = 15 * 60;

/// A note to the next page of one release.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    /// Which release.
    pub release: ReleaseId,
    /// What it is about.
    pub act: ActName,
    /// `None` = it was done; otherwise it was not, and this is the reason that was typed.
    pub typed: Option<String>,
}

impl Note {
    /// Returns the note as a cookie's value.
    fn written(&self) -> String {
        let typed =
            self.typed.as_ref().map_or_else(|| "done".to_owned(), |typed| format!("x{}", hex::encode(typed)));
        format!("{}.{}.{typed}", self.release, self.act.name())
    }

    /// Returns the note that a cookie's value holds.
    fn read(text: &str) -> Option<Self> {
        let mut parts = text.splitn(3, '.');
        let release = ReleaseId(parts.next()?.parse().ok()?);
        let act = ActName::named(parts.next()?)?;
        let typed = match parts.next()? {
            "done" => None,
            typed => Some(String::from_utf8(hex::decode(typed.strip_prefix('x')?).ok()?).ok()?),
        };
        Some(Self { release, act, typed: typed.map(|typed| typed.chars().take(LONGEST_REASON).collect()) })
    }

    /// Returns the note that the caller brings for this release.
    pub fn of<H>(call: &Call<H>, release: ReleaseId) -> Option<Self> {
        Self::read(cookie(&call.headers, NOTE_COOKIE)?).filter(|note| note.release == release)
    }

    /// Leaves the note for the next page.
    pub fn leave<H>(&self, call: &Call<H>, response: &mut Response) {
        reply::set_cookie(response, NOTE_COOKIE, &self.written(), KEPT, call.windows.settings.is_https());
    }
}

/// Forgets the note.
pub fn forget<H>(call: &Call<H>, response: &mut Response) {
    reply::set_cookie(response, NOTE_COOKIE, "", 0, call.windows.settings.is_https());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_note_is_read_as_it_was_written_and_a_forged_one_is_none() {
        for typed in [None, Some("zu früh; a=b\r\n🚀".to_owned()), Some(String::new())] {
            let note = Note { release: ReleaseId(7), act: ActName::Deny, typed };
            assert_eq!(Note::read(&note.written()), Some(note));
        }
        for forged in ["", "7", "7.deny", "x.deny.done", "7.sing.done", "7.deny.", "7.deny.xzz", "7.deny.xff"]
        {
            assert_eq!(Note::read(forged), None, "{forged}");
        }
        let longest =
            Note { release: ReleaseId(7), act: ActName::Deny, typed: Some("🚀".repeat(LONGEST_REASON)) };
        assert!(longest.written().len() < 4050, "browsers keep no longer cookie");
    }
}
