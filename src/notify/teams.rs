//! How does a message look in Teams, and what does the answer of its Workflows webhook prove?

use serde_json::{Value, json};

use crate::notify::Arrival;
use crate::notify::message::{Message, Weight};

/// The largest body, in bytes; 28 KB are documented, and flows were seen to fail above 21.
const LARGEST_BODY: usize = 21 * 1000;
/// The most characters of the first line.
const LONGEST_HEADLINE: usize = 1000;
/// The longest address behind the button; longer ones leave no room for the message.
const LONGEST_LINK: usize = 2000;

/// Returns the body of the request.
pub fn body(message: &Message) -> String {
    let lines = message.lines();
    let mut kept = lines.chars().count();
    loop {
        let body = json!({ "type": "message", "attachments": [attachment(message, &cut(&lines, kept))] });
        let body = body.to_string();
        if body.len() <= LARGEST_BODY || kept == 0 {
            return body;
        }
        // A quarter less each time ends after some forty rounds at most.
        kept = kept * 3 / 4;
    }
}

/// Returns what an answer proves; a flow that took the message may still fail to post it.
pub fn arrival(status: u16) -> Option<Arrival> {
    matches!(status, 200 | 202).then_some(Arrival::Accepted)
}

fn attachment(message: &Message, lines: &str) -> Value {
    let colour = match message.weight {
        Weight::Quiet => "default",
        Weight::Good => "good",
        Weight::Loud => "attention",
    };
    let headline = cut(&message.headline(), LONGEST_HEADLINE);
    let mut blocks = vec![rich(&json!({
        "type": "TextRun", "text": headline, "weight": "bolder", "color": colour,
    }))];
    // A run does not break at the end of a line, so each line is a block of its own.
    blocks.extend(
        lines
            .lines()
            .filter(|line| !line.is_empty())
            .map(|line| rich(&json!({ "type": "TextRun", "text": line }))),
    );
    let mut card = json!({
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": "1.4",
        "msteams": { "width": "Full" },
        "body": blocks,
    });
    if let Some((label, url)) = message.safe_link().filter(|(_, url)| url.len() <= LONGEST_LINK) {
        card["actions"] = json!([{ "type": "Action.OpenUrl", "title": cut(&label, 100), "url": url }]);
    }
    json!({
        "contentType": "application/vnd.microsoft.card.adaptive",
        "contentUrl": Value::Null,
        "content": card,
    })
}

/// A block whose runs are shown as they are: unlike a `TextBlock` it knows no Markdown, so no text becomes a link.
fn rich(run: &Value) -> Value {
    json!({ "type": "RichTextBlock", "inlines": [run] })
}

fn cut(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    text.chars().take(most.saturating_sub(1)).chain(['…']).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::notify::message::tests::full;

    #[test]
    fn a_message_is_an_adaptive_card_in_its_outer_shape() {
        let parsed: Value = serde_json::from_str(&body(&full())).expect("the body is JSON");
        let line =
            |text: &str| json!({ "type": "RichTextBlock", "inlines": [{ "type": "TextRun", "text": text }] });
        let expected = json!({
            "type": "message",
            "attachments": [{
                "contentType": "application/vnd.microsoft.card.adaptive",
                "contentUrl": null,
                "content": {
                    "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
                    "type": "AdaptiveCard",
                    "version": "1.4",
                    "msteams": { "width": "Full" },
                    "body": [
                        { "type": "RichTextBlock", "inlines": [{
                            "type": "TextRun", "weight": "bolder", "color": "attention",
                            "text": "✗ school/bridge v1.4.0 · production · rolled back to v1.3.2 · ada",
                        }] },
                        line("The health check failed."),
                        line("a < b & c > d"),
                    ],
                    "actions": [{ "type": "Action.OpenUrl", "title": "Open",
                        "url": "https://release.example.org/r/7?a=1&b=2" }],
                },
            }],
        });
        assert_eq!(parsed, expected);
    }

    #[test]
    fn the_body_stays_below_its_limit_whatever_is_said() {
        for details in [vec!["é\"\\".repeat(50_000)], vec!["x".to_owned(); 20_000]] {
            let message = Message { details, result: "r".repeat(50_000), ..full() };
            let body = body(&message);
            assert!(body.len() <= LARGEST_BODY, "{}", body.len());
            assert!(body.contains('…'));
        }
    }

    #[test]
    fn a_taken_message_is_accepted_and_never_called_posted() {
        for (status, expected) in [
            (202, Some(Arrival::Accepted)),
            (200, Some(Arrival::Accepted)),
            (204, None),
            (302, None),
            (400, None),
        ] {
            assert_eq!(arrival(status), expected, "{status}");
        }
    }
}
