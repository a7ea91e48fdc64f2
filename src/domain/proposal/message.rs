//! What a commit message says about the next version: its type, its breaking mark, what it takes back.
//!
//! A breaking change is marked by `!` before the colon of the subject or by a `BREAKING CHANGE:` footer, and by nothing
//! else. The footer block is made of the last paragraphs, each of which begins with a footer; whatever stands above is
//! prose, and prose has caused false majors.

/// A commit message as the next version sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// What the subject is.
    pub shape: Shape,
    /// The line that marks it as breaking.
    pub breaking: Option<String>,
    /// A line that looks like a breaking mark and counts as none: in prose, or with nothing to say.
    pub doubtful: Option<String>,
    /// The ids of the commits that it takes back, as written.
    pub takes_back: Vec<TakenBack>,
}

/// What a subject is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Shape {
    /// `type(scope)!: description`.
    Conventional {
        /// The type in lower case.
        kind: String,
        /// The scope.
        scope: Option<String>,
        /// What was done.
        description: String,
    },
    /// `Revert "…"`, as git writes it.
    Revert {
        /// The subject of what is taken back.
        description: String,
    },
    /// A merge whose subject is none of the above.
    Merge,
    /// Anything else; shown as it is.
    Other,
}

/// A commit that a revert names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TakenBack {
    /// Its id or the beginning of it, in lower case.
    pub id: String,
    /// For a merge: the parent that stays, everything else that it brought goes.
    pub but: Option<String>,
}

/// Returns what a message says; `merge` = the commit has several parents.
pub fn read(message: &str, merge: bool) -> Message {
    let mut lines = message.lines().map(|line| line.trim_end_matches('\r'));
    let subject = lines.next().unwrap_or_default().trim();
    let body: Vec<&str> = lines.collect();
    let (shape, mark) = subject_of(subject, merge);
    let footers = footers(&body);
    let mut breaking = mark.then(|| subject.to_owned());
    let mut doubtful = None;
    for (at, footer) in &footers.list {
        if !footer.breaking {
            continue;
        }
        let line = body.get(*at).copied().unwrap_or_default().trim().to_owned();
        if says_nothing(&footer.value) {
            doubtful = doubtful.or(Some(line));
        } else {
            breaking = breaking.or(Some(line));
        }
    }
    doubtful = doubtful.or_else(|| in_prose(&body[..footers.from]));
    let takes_back = taken_back(&body, &shape, &footers);
    Message { shape, breaking, doubtful, takes_back }
}

fn subject_of(subject: &str, merge: bool) -> (Shape, bool) {
    if let Some((kind, scope, mark, description)) = conventional(subject) {
        return (Shape::Conventional { kind, scope, description }, mark);
    }
    if let Some(rest) = subject.strip_prefix("Revert \"") {
        return (Shape::Revert { description: rest.trim_end_matches('"').to_owned() }, false);
    }
    (if merge { Shape::Merge } else { Shape::Other }, false)
}

/// Returns type, scope, mark and description of a conventional subject.
fn conventional(subject: &str) -> Option<(String, Option<String>, bool, String)> {
    let end = subject.find(|c: char| !(c.is_ascii_alphanumeric() || c == '-' || c == '_'))?;
    let (kind, mut rest) = subject.split_at(end);
    if !kind.starts_with(|c: char| c.is_ascii_alphabetic()) {
        return None;
    }
    let mut scope = None;
    if let Some(inner) = rest.strip_prefix('(') {
        let (name, after) = inner.split_once(')')?;
        if name.trim().is_empty() || name.contains('(') {
            return None;
        }
        scope = Some(name.trim().to_owned());
        rest = after;
    }
    let (mark, rest) = rest.strip_prefix('!').map_or((false, rest), |after| (true, after));
    let description = rest.strip_prefix(": ")?.trim();
    (!description.is_empty()).then(|| (kind.to_ascii_lowercase(), scope, mark, description.to_owned()))
}

/// One footer.
struct Footer {
    token: String,
    breaking: bool,
    value: String,
}

/// The footers of a body: where their block begins, and each with its line.
struct Footers {
    from: usize,
    list: Vec<(usize, Footer)>,
}

fn footers(body: &[&str]) -> Footers {
    let mut from = body.len();
    let mut end = body.len();
    loop {
        while end > 0 && body[end - 1].trim().is_empty() {
            end -= 1;
        }
        let start = (0..end).rev().take_while(|at| !body[*at].trim().is_empty()).last();
        match start {
            // The body begins behind a blank line; text right below the subject belongs to the subject.
            Some(start) if start > 0 && footer(body[start]).is_some() => {
                from = start;
                end = start;
            }
            Some(_) | None => break,
        }
    }
    let mut list: Vec<(usize, Footer)> = Vec::new();
    for (at, line) in body.iter().enumerate().skip(from) {
        match (footer(line), list.last_mut()) {
            (Some(found), _) => list.push((at, found)),
            (None, Some((_, open))) if !line.trim().is_empty() => {
                open.value.push(' ');
                open.value.push_str(line.trim());
            }
            (None, _) => {}
        }
    }
    Footers { from, list }
}

/// Returns the footer that a line begins: `Token: value`, `Token #value`, `BREAKING CHANGE: value`.
fn footer(line: &str) -> Option<Footer> {
    for mark in ["BREAKING CHANGE", "BREAKING-CHANGE"] {
        if let Some(value) = line.strip_prefix(mark).and_then(separated) {
            return Some(Footer { token: mark.to_owned(), breaking: true, value });
        }
    }
    let end = line.find(|c: char| !(c.is_ascii_alphanumeric() || c == '-'))?;
    let (token, rest) = line.split_at(end);
    if token.is_empty() {
        return None;
    }
    separated(rest).map(|value| Footer { token: token.to_ascii_lowercase(), breaking: false, value })
}

fn separated(rest: &str) -> Option<String> {
    if rest.trim_end() == ":" {
        return Some(String::new());
    }
    rest.strip_prefix(": ").or_else(|| rest.strip_prefix(" #")).map(|value| value.trim().to_owned())
}

/// Returns whether the value of a breaking mark is only what a template put there.
fn says_nothing(value: &str) -> bool {
    let plain = value.trim().trim_end_matches('.').to_ascii_lowercase();
    matches!(plain.as_str(), "" | "-" | "no" | "none" | "n/a" | "na" | "nothing" | "non" | "aucun" | "aucune")
}

/// Returns the first line outside the footer block that looks like a breaking mark.
fn in_prose(prose: &[&str]) -> Option<String> {
    let looks = |line: &&&str| line.contains("BREAKING CHANGE") || line.contains("BREAKING-CHANGE");
    prose.iter().find(looks).map(|line| line.trim().to_owned())
}

fn taken_back(body: &[&str], shape: &Shape, footers: &Footers) -> Vec<TakenBack> {
    let mut found = Vec::new();
    let text = body.join(" ");
    for part in text.split("This reverts commit ").skip(1) {
        let Some(id) = hex(part) else { continue };
        // git writes it over two lines for a merge, and a period ends the sentence.
        let rest = part[id.len()..].trim_start_matches(',').split_whitespace().collect::<Vec<_>>().join(" ");
        let but = rest.strip_prefix("reversing changes made to ").and_then(hex).map(ToOwned::to_owned);
        found.push(TakenBack { id: id.to_owned(), but });
    }
    let revert = matches!(shape, Shape::Conventional { kind, .. } if kind == "revert");
    if revert && found.is_empty() {
        let refs =
            footers.list.iter().filter(|(_, footer)| matches!(footer.token.as_str(), "refs" | "reverts"));
        for (_, footer) in refs {
            let ids = footer.value.split([',', ' ']).filter_map(|word| hex(word).filter(|id| *id == word));
            found.extend(ids.map(|id| TakenBack { id: id.to_owned(), but: None }));
        }
    }
    found
}

/// Returns the object id, or the beginning of one, that a text begins with.
fn hex(text: &str) -> Option<&str> {
    let end = text.bytes().take_while(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f')).count();
    // git never shortens an id below seven digits on its own.
    (7..=64).contains(&end).then(|| &text[..end])
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::{any, prop, prop_assert, prop_assert_eq, proptest};

    fn breaking(message: &str) -> Option<String> {
        read(message, false).breaking
    }

    #[test]
    fn a_mark_or_a_footer_breaks_and_prose_never_does() {
        for (message, line) in [
            ("feat!: drop the old page", "feat!: drop the old page"),
            ("fix(api)!: another answer", "fix(api)!: another answer"),
            ("fix: x\n\nBREAKING CHANGE: the answer is a list", "BREAKING CHANGE: the answer is a list"),
            ("fix: x\r\n\r\nBREAKING-CHANGE: a list\r\n", "BREAKING-CHANGE: a list"),
            ("chore: x\n\nWhy.\n\nBREAKING CHANGE: a\nlong one\n\nSigned-off-by: Ada", "BREAKING CHANGE: a"),
            ("a plain subject\n\nBREAKING CHANGE: yes", "BREAKING CHANGE: yes"),
            ("fix: x\n\nBREAKING CHANGE:\nthe answer is a list", "BREAKING CHANGE:"),
        ] {
            assert_eq!(breaking(message).as_deref(), Some(line), "{message}");
        }
        for message in [
            "fix: read the BREAKING CHANGE: footer",
            "fix: x\n\nA BREAKING CHANGE: is found in footers.",
            "fix: x\n\nBREAKING CHANGE: see below\n\nand here is what follows.",
            "fix: x\n\nsome text\nBREAKING CHANGE: in the middle of it",
            "fix: x\n\nbreaking change: no capitals",
            "fix: x\nBREAKING CHANGE: right below the subject",
            "fix !: a blank before the mark",
            "feat!(api): the mark in the wrong place",
            "fix: x\n\nBREAKING CHANGE: none\n",
            "Oh no!: it broke",
        ] {
            assert_eq!(breaking(message), None, "{message}");
        }
    }

    #[test]
    fn a_mark_that_does_not_count_is_told() {
        let told = |message: &str| read(message, false).doubtful;
        assert_eq!(told("fix: x\n\nNo BREAKING CHANGE here").as_deref(), Some("No BREAKING CHANGE here"));
        assert_eq!(told("fix: x\n\nBREAKING CHANGE: N/A.").as_deref(), Some("BREAKING CHANGE: N/A."));
        assert_eq!(told("fix: x\n\nBREAKING CHANGE: a list"), None);
    }

    #[test]
    fn subjects_are_taken_apart() {
        let kind = |subject: &str| match read(subject, false).shape {
            Shape::Conventional { kind, scope, description } => {
                format!("{kind}/{}/{description}", scope.unwrap_or_default())
            }
            Shape::Revert { description } => format!("revert of {description}"),
            Shape::Merge => "merge".into(),
            Shape::Other => "other".into(),
        };
        for (subject, said) in [
            ("feat: a page", "feat//a page"),
            ("Fix(web api): x", "fix/web api/x"),
            ("feat:no blank", "other"),
            ("feat(): x", "other"),
            ("feat: ", "other"),
            (": x", "other"),
            ("fixup! feat: x", "other"),
            ("https://example.org", "other"),
            ("Update README", "other"),
            ("Revert \"feat: a page\"", "revert of feat: a page"),
            ("Revert \"Revert \"feat: a page\"\"", "revert of Revert \"feat: a page"),
            ("", "other"),
        ] {
            assert_eq!(kind(subject), said, "{subject}");
        }
        assert_eq!(read("Merge branch 'x'", true).shape, Shape::Merge);
        assert!(matches!(read("feat: x (#12)", true).shape, Shape::Conventional { .. }));
    }

    #[test]
    fn a_revert_names_what_it_takes_back() {
        let (a, b) = ("a".repeat(40), "b".repeat(40));
        let named = |message: &str| read(message, false).takes_back;
        let one = |id: &str, but: Option<&str>| TakenBack { id: id.into(), but: but.map(Into::into) };
        assert_eq!(named(&format!("Revert \"x\"\n\nThis reverts commit {a}.")), [one(&a, None)]);
        assert_eq!(
            named(&format!("Revert \"m\"\n\nThis reverts commit {a}, reversing\nchanges made to {b}.")),
            [one(&a, Some(&b))]
        );
        assert_eq!(
            named("revert: x\n\nRefs: aaaaaaa, bbbbbbb"),
            [one("aaaaaaa", None), one("bbbbbbb", None)]
        );
        assert_eq!(named("fix: x\n\nRefs: aaaaaaa"), []);
        assert_eq!(named("This reverts commit nothing"), []);
    }

    proptest! {
        #[test]
        fn no_text_can_make_it_fail(text in any::<String>(), merge in any::<bool>()) {
            let _ = read(&text, merge);
        }

        #[test]
        fn no_lines_can_make_it_fail(
            parts in prop::collection::vec(prop::sample::select(vec![
                "feat", "(", ")", "!", ": ", "BREAKING CHANGE: ", "BREAKING CHANGE", "\n", "\r\n", "\n\n", " #",
                "Refs: ", "This reverts commit ", "aaaaaaaa", "é", "\u{1b}", "x", ",",
            ]), 0..40)
        ) {
            let text = parts.concat();
            let said = read(&text, false);
            // Whatever is quoted stands in the message.
            for line in said.breaking.iter().chain(&said.doubtful) {
                prop_assert!(text.contains(line.as_str()));
            }
        }

        #[test]
        fn what_is_written_by_the_book_is_read_back(
            kind in "[a-z]{1,12}", scope in prop::option::of("[a-z]{1,8}"), mark in any::<bool>(),
            description in "[a-z][a-z ]{0,30}[a-z]", footer in prop::option::of("[a-z][a-z ]{4,20}[a-z]"),
        ) {
            let scoped = scope.as_ref().map(|scope| format!("({scope})")).unwrap_or_default();
            let mut text = format!("{kind}{scoped}{}: {description}\n\nWhy it is so.\n", if mark { "!" } else { "" });
            if let Some(footer) = &footer {
                text.push_str(&format!("\nBREAKING CHANGE: {footer}\nRefs: #1\n"));
            }
            let said = read(&text, false);
            prop_assert_eq!(said.shape, Shape::Conventional { kind, scope, description });
            prop_assert_eq!(said.breaking.is_some(), mark || footer.is_some());
        }
    }
}
