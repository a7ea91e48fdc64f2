//! Every text that a page names stands in the catalogue.

use std::collections::BTreeSet;
use std::path::Path;

use tagwarden::domain::notice::Notice;
use tagwarden::messages::{Language, say};

/// Ids that are put together at run time.
const MADE: [(&str, &[&str]); 8] = [
    (
        "page-phase-",
        &[
            "waiting",
            "deploying",
            "smoke",
            "watching",
            "announcing",
            "complete",
            "refused",
            "denied",
            "withdrawn",
            "superseded",
            "rolling-back",
            "rolled-back",
            "stuck",
        ],
    ),
    ("page-gate-", &["tag", "environment", "hold", "approval", "calendar", "host", "signoff"]),
    ("page-ask-", &["approve", "deny", "hold", "lift", "withdraw", "rollback", "retry", "brought-back"]),
    ("page-ask-", &["override", "confirm-override", "end-override"]),
    ("page-hint-", &["deny", "hold", "withdraw", "rollback", "retry", "brought-back", "override"]),
    ("page-done-", &["approve", "deny", "hold", "lift", "withdraw", "rollback", "retry", "brought-back"]),
    ("page-done-", &["tick", "sign-off", "override", "confirm-override", "end-override"]),
    ("page-override-", &["asked", "counts", "drilled", "over"]),
];

fn named(folder: &Path, found: &mut BTreeSet<String>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            named(&path, found);
        } else if path.extension().is_some_and(|ext| ext == "rs") {
            let text = std::fs::read_to_string(&path).unwrap();
            for part in text.split('"').filter(|part| part.starts_with("page-") || part.starts_with("web-")) {
                if !part.contains('{') {
                    found.insert(part.to_owned());
                }
            }
        }
    }
}

#[test]
fn every_text_that_a_page_names_is_in_the_catalogue() {
    let mut ids = BTreeSet::new();
    named(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src/web"), &mut ids);
    assert!(ids.len() > 60, "the pages' texts were not found");
    for (start, ends) in MADE {
        ids.extend(ends.iter().map(|end| format!("{start}{end}")));
    }
    for id in ids {
        for language in [Language::En, Language::Fr] {
            assert_ne!(say(language, &Notice::new(&id)), id, "{id} is not in the catalogue");
        }
    }
}
