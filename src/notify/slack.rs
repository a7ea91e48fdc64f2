//! How does a message look in Slack, and what does Slack's answer prove?

use serde_json::{Value, json};

use crate::notify::Arrival;
use crate::notify::message::Message;

/// The most characters of one section.
const LONGEST_SECTION: usize = 3000;
/// The most characters of the text that notifications show; Slack cuts at 40 000, nobody reads a tenth of it.
const LONGEST_TEXT: usize = 4000;

/// Returns the body of the request.
///
/// Three blocks at most, below 10 000 characters together: well under Slack's 50 blocks, and under the 13 200
/// characters near which it fails without saying why.
pub fn body(message: &Message) -> String {
    let headline = escaped(&message.headline(), LONGEST_SECTION - 2);
    let mut blocks = vec![section(&format!("*{headline}*"))];
    let lines = message.lines();
    if !lines.is_empty() {
        blocks.push(section(&escaped(&lines, LONGEST_SECTION)));
    }
    let link = message.safe_link().map(|(label, url)| {
        format!("<{}|{}>", url.replace('&', "&amp;"), escaped(&label, LONGEST_SECTION / 10))
    });
    if let Some(link) = link.filter(|link| link.chars().count() <= LONGEST_SECTION) {
        blocks.push(section(&link));
    }
    let text = escaped(&message.headline(), LONGEST_TEXT);
    json!({ "text": text, "blocks": blocks }).to_string()
}

/// Returns what an answer proves; Slack says `ok` with status 200 and nothing else when a message was posted.
pub fn arrival(status: u16, answer: &str) -> Option<Arrival> {
    (status == 200 && answer == "ok").then_some(Arrival::Posted)
}

fn section(text: &str) -> Value {
    // Verbatim: addresses and names in the text stay text.
    json!({ "type": "section", "text": { "type": "mrkdwn", "text": text, "verbatim": true } })
}

/// Returns `text` with Slack's three special characters escaped, cut to `most` characters but never inside of one.
fn escaped(text: &str, most: usize) -> String {
    let mut out = String::with_capacity(text.len());
    let mut length = 0;
    for character in text.chars() {
        let mut own = [0; 4];
        let piece = match character {
            '&' => "&amp;",
            '<' => "&lt;",
            '>' => "&gt;",
            other => other.encode_utf8(&mut own),
        };
        let size = piece.chars().count();
        if length + size >= most {
            out.push('…');
            return out;
        }
        length += size;
        out.push_str(piece);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::notify::message::tests::full;

    fn parsed(message: &Message) -> Value {
        serde_json::from_str(&body(message)).expect("the body is JSON")
    }

    #[test]
    fn a_message_has_a_text_for_notifications_and_three_sections() {
        let expected = json!({
            "text": "✗ school/bridge v1.4.0 · production · rolled back to v1.3.2 · ada",
            "blocks": [
                { "type": "section", "text": { "type": "mrkdwn", "verbatim": true,
                    "text": "*✗ school/bridge v1.4.0 · production · rolled back to v1.3.2 · ada*" } },
                { "type": "section", "text": { "type": "mrkdwn", "verbatim": true,
                    "text": "The health check failed.\na &lt; b &amp; c &gt; d" } },
                { "type": "section", "text": { "type": "mrkdwn", "verbatim": true,
                    "text": "<https://release.example.org/r/7?a=1&amp;b=2|Open>" } },
            ],
        });
        assert_eq!(parsed(&full()), expected);
    }

    #[test]
    fn hostile_texts_stay_texts() {
        let message = Message {
            result: "<!channel> <https://evil.example|Open>".to_owned(),
            details: vec!["<@U123>".to_owned()],
            ..full()
        };
        let body = body(&message);
        assert!(!body.contains("<!") && !body.contains("<@") && !body.contains("<https://evil"), "{body}");
    }

    #[test]
    fn every_limit_holds_and_no_escape_is_cut_in_two() {
        let message = Message { details: vec!["&".repeat(50_000)], result: "<".repeat(50_000), ..full() };
        let parsed = parsed(&message);
        for block in parsed["blocks"].as_array().expect("blocks") {
            assert!(block["text"]["text"].as_str().expect("a text").chars().count() <= LONGEST_SECTION);
        }
        let details = parsed["blocks"][1]["text"]["text"].as_str().expect("a text");
        assert!(details.ends_with("&amp;…"), "{}", &details[details.len() - 20..]);
        assert!(parsed["text"].as_str().expect("a text").chars().count() <= LONGEST_TEXT);
    }

    #[test]
    fn only_status_200_with_ok_is_posted() {
        assert_eq!(arrival(200, "ok"), Some(Arrival::Posted));
        for (status, answer) in
            [(200, ""), (200, "<html>"), (202, "ok"), (204, ""), (400, "invalid_blocks"), (302, "")]
        {
            assert_eq!(arrival(status, answer), None, "{status} {answer}");
        }
    }
}
