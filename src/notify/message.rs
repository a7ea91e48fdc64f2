//! What is said, before any channel gives it its form.

use crate::domain::release::Gravity;

/// How loud a message is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Weight {
    /// To be read some time.
    Quiet,
    /// Good news.
    Good,
    /// Something went wrong.
    Loud,
}

impl From<Gravity> for Weight {
    fn from(gravity: Gravity) -> Self {
        match gravity {
            Gravity::Quiet => Self::Quiet,
            Gravity::Good => Self::Good,
            Gravity::Loud => Self::Loud,
        }
    }
}

/// A place to read more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// What stands on the button.
    pub label: String,
    /// The address.
    pub url: String,
}

/// A message, worded in the language of its readers; plain text throughout.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// How loud it is.
    pub weight: Weight,
    /// What it is about: repository and tag.
    pub what: String,
    /// Where: the environment.
    pub place: String,
    /// What came of it, in one sentence.
    pub result: String,
    /// Who did it, when a person did.
    pub who: Option<String>,
    /// Further lines.
    pub details: Vec<String>,
    /// Where to read more.
    pub link: Option<Link>,
}

impl Message {
    /// Returns the first line: what, where, result, who, with a sign in front that needs no colour.
    pub fn headline(&self) -> String {
        let sign = match self.weight {
            Weight::Quiet => "•",
            Weight::Good => "✓",
            Weight::Loud => "✗",
        };
        let parts = [&self.what, &self.place, &self.result].into_iter().chain(&self.who);
        let parts: Vec<String> =
            parts.map(|part| tame(part).replace('\n', " ")).filter(|part| !part.is_empty()).collect();
        format!("{sign} {}", parts.join(" · "))
    }

    /// Returns the further lines as one text.
    pub(super) fn lines(&self) -> String {
        self.details.iter().map(|line| tame(line)).collect::<Vec<_>>().join("\n")
    }

    /// Returns the link when its address is one that a browser may open.
    pub(super) fn safe_link(&self) -> Option<(String, String)> {
        let link = self.link.as_ref()?;
        let url = reqwest::Url::parse(&link.url).ok()?;
        let web = matches!(url.scheme(), "http" | "https");
        // These three end or split a link in a chat's notation, and an address needs none of them.
        let url = url.to_string().replace('|', "%7C").replace('<', "%3C").replace('>', "%3E");
        web.then(|| (tame(&link.label).replace('\n', " "), url))
    }
}

/// Returns `text` without control characters and without words that ring everybody's bell.
fn tame(text: &str) -> String {
    let clean: String = text.chars().filter(|c| *c == '\n' || !c.is_control()).collect();
    let mut out = String::with_capacity(clean.len());
    let mut rest = clean.as_str();
    while let Some(at) = rest.find('@') {
        let (before, after) = rest.split_at(at + 1);
        out.push_str(before);
        let rings = ["channel", "here", "everyone", "all", "group"].iter().any(|word| {
            after.get(..word.len()).is_some_and(|start| start.eq_ignore_ascii_case(word))
                && !after[word.len()..].starts_with(|c: char| c.is_ascii_alphanumeric())
        });
        if rings {
            // A space of no width: people read the same, and the chat finds no name.
            out.push('\u{200b}');
        }
        rest = after;
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// A message with everything in it.
    pub fn full() -> Message {
        Message {
            weight: Weight::Loud,
            what: "school/bridge v1.4.0".to_owned(),
            place: "production".to_owned(),
            result: "rolled back to v1.3.2".to_owned(),
            who: Some("ada".to_owned()),
            details: vec!["The health check failed.".to_owned(), "a < b & c > d".to_owned()],
            link: Some(Link {
                label: "Open".to_owned(),
                url: "https://release.example.org/r/7?a=1&b=2".to_owned(),
            }),
        }
    }

    #[test]
    fn the_first_line_says_what_where_result_and_who() {
        assert_eq!(full().headline(), "✗ school/bridge v1.4.0 · production · rolled back to v1.3.2 · ada");
        let quiet = Message { weight: Weight::Quiet, who: None, ..full() };
        assert_eq!(quiet.headline(), "• school/bridge v1.4.0 · production · rolled back to v1.3.2");
    }

    #[test]
    fn nobody_can_ring_the_bell_through_a_commit_text() {
        for (text, expected) in [
            ("fix @channel now", "fix @\u{200b}channel now"),
            ("@HERE", "@\u{200b}HERE"),
            ("@everyone!", "@\u{200b}everyone!"),
            ("mail ada@hereford.example", "mail ada@hereford.example"),
            ("@ada", "@ada"),
            ("a@", "a@"),
            ("@é", "@é"),
            ("bell \u{7} and \u{1b}[2J", "bell  and [2J"),
        ] {
            assert_eq!(tame(text), expected);
        }
    }

    #[test]
    fn a_link_that_a_browser_should_not_open_is_left_out() {
        for url in ["javascript:alert(1)", "file:///etc/passwd", "no address", ""] {
            let message =
                Message { link: Some(Link { label: "x".to_owned(), url: url.to_owned() }), ..full() };
            assert_eq!(message.safe_link(), None, "{url}");
        }
    }
}
