//! The gate that is good when an address answers as expected.

use crate::config::{HttpCheck, Secret};
use crate::domain::gate::Standing;
use crate::domain::notice::Notice;
use crate::engine::Engine;
use crate::engine::looks::ask_of;
use crate::signals::{self, http};

use super::Sight;

impl Engine {
    /// Asks the address once; that it cannot be reached says nothing, good or bad.
    pub(super) async fn look_at_address(
        &self,
        check: &HttpCheck,
        value: Option<&(String, String)>,
        token: Option<&Secret>,
    ) -> Sight {
        let ask = ask_of(check);
        let extras = http::Extras { token: token.map(Secret::reveal), form: &[] };
        let source = signals::evidence(&format!("GET {}", check.url));
        let page = match http::read(&self.0.http, &ask, &extras).await {
            Ok(page) => page,
            Err(why) => {
                let reason = Notice::new("gate-unreached").with("what", signals::evidence(&check.url));
                return Sight::new(Standing::Unknown, reason.with("why", signals::evidence(&why)), source);
            }
        };
        let (standing, reason) = judge(check, value, &page);
        Sight::new(standing, reason, source)
    }
}

/// Returns what an answer says; one that was cut at the cap proves nothing about what it holds.
fn judge(check: &HttpCheck, value: Option<&(String, String)>, page: &http::Page) -> (Standing, Notice) {
    if page.status != check.status {
        let reason =
            Notice::new("gate-http-status").with("status", page.status).with("expected", check.status);
        return (Standing::Bad, reason);
    }
    if let Some(text) = check.contains.as_ref().filter(|text| !page.holds(text)) {
        return (Standing::Bad, Notice::new("gate-http-text").with("text", text));
    }
    let Some((pointer, expected)) = value else {
        return (Standing::Good, Notice::new("gate-http-good").with("status", page.status));
    };
    let about = |id: &str| Notice::new(id).with("pointer", pointer).with("expected", expected);
    let parsed: Option<serde_json::Value> = serde_json::from_slice(&page.body).ok().filter(|_| page.whole);
    match parsed.as_ref().map(|json| json.pointer(pointer)) {
        None => (Standing::Unknown, about("gate-http-no-json")),
        Some(None) => (Standing::Bad, about("gate-http-no-value")),
        Some(Some(found)) => {
            let found = found.as_str().map_or_else(|| found.to_string(), ToOwned::to_owned);
            let same = found == *expected;
            let (standing, id) = if same {
                (Standing::Good, "gate-http-value")
            } else {
                (Standing::Bad, "gate-http-other-value")
            };
            (standing, about(id).with("found", signals::evidence(&found)))
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn check() -> HttpCheck {
        HttpCheck {
            url: "http://127.0.0.1/".to_owned(),
            status: 200,
            contains: None,
            latency: Duration::from_secs(1),
            limit: Duration::from_secs(1),
        }
    }

    #[test]
    fn the_value_at_the_pointer_is_compared_as_text() {
        let page = |status, body: &str, whole| http::Page { status, body: body.as_bytes().to_vec(), whole };
        let value = |pointer: &str, expected: &str| Some((pointer.to_owned(), expected.to_owned()));
        for (page, value, standing, id) in [
            (page(200, "", true), None, Standing::Good, "gate-http-good"),
            (page(503, "", true), None, Standing::Bad, "gate-http-status"),
            (page(200, r#"{"a":"ok"}"#, true), value("/a", "ok"), Standing::Good, "gate-http-value"),
            (
                page(200, r#"{"a":{"b":[1,true]}}"#, true),
                value("/a/b/1", "true"),
                Standing::Good,
                "gate-http-value",
            ),
            (page(200, r#"{"a":7}"#, true), value("/a", "7"), Standing::Good, "gate-http-value"),
            (page(200, r#"{"a":"late"}"#, true), value("/a", "ok"), Standing::Bad, "gate-http-other-value"),
            (page(200, r#"{"b":1}"#, true), value("/a", "1"), Standing::Bad, "gate-http-no-value"),
            (page(200, "ok", true), value("/a", "ok"), Standing::Unknown, "gate-http-no-json"),
            (page(200, r#"{"a":"ok"}"#, false), value("/a", "ok"), Standing::Unknown, "gate-http-no-json"),
        ] {
            let (found, reason) = judge(&check(), value.as_ref(), &page);
            assert_eq!((found, reason.id.as_str()), (standing, id));
        }
    }
}
