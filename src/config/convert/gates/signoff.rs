//! Table `[repository.environment.gates.signoff]`, as meant.

use crate::config::checked::Who;
use crate::config::convert::environment::who;
use crate::config::convert::{Findings, text};
use crate::config::gates::{Item, Signoff};
use crate::config::problem::Path;
use crate::config::raw;
use crate::domain::notice::Notice;

use super::max_age;

/// The longest sentence of an item: what fits on a phone without scrolling.
const LONGEST_TEXT: usize = 300;

/// Returns the checklist; without names the release managers sign it.
pub fn signoff(
    raw: &raw::Signoff,
    managers: Option<&[Who]>,
    at: &Path,
    found: &mut Findings<'_>,
) -> Option<Signoff> {
    let items = found.each(&raw.item, &at.key("item"), item);
    if raw.item.is_empty() && found.clean(&at.key("item")) {
        found.report(&at.key("item"), Notice::new("TW-C009"));
    }
    found.distinct(&at.key("item"), "name", raw.item.iter().map(|item| item.name.clone()));
    let by = found.each(&raw.by, &at.key("by"), who);
    let max_age = max_age(&raw.max_age, at, found);
    let by = match by? {
        named if !named.is_empty() => named,
        _ => managers?.to_vec(),
    };
    if by.is_empty() {
        return found.refuse(&at.key("by"), Notice::new("TW-C093"));
    }
    Some(Signoff { items: items?, by, max_age: max_age? })
}

fn item(raw: &raw::gates::Item, at: &Path, found: &mut Findings<'_>) -> Option<Item> {
    let name = text::word(&raw.name, &at.key("name"), found);
    let sentence = raw.text.trim();
    let good = !sentence.is_empty()
        && sentence.chars().count() <= LONGEST_TEXT
        && !sentence.chars().any(char::is_control);
    let sentence = if good {
        Some(sentence.to_owned())
    } else {
        found.refuse(&at.key("text"), Notice::new("TW-C094").with("longest", LONGEST_TEXT))
    };
    Some(Item { name: name?, text: sentence? })
}
