//! What does a comment in a release's issue ask?
//!
//! A command is a line that begins with `/` and a plain word, outside of code fences, quotes and HTML comments. A
//! comment holds one command or none: of two, nobody could say which one its author meant in the end.

/// The longest reason.
pub const LONGEST_REASON: usize = 500;
/// The fewest digits of a binding that name it: as many as the issue shows.
pub const SHORT_BINDING: usize = 12;
/// The most words after `/signoff`.
const MOST_ITEMS: usize = 50;

/// What a person asks by comment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    /// Tick these items of the checklist, or, without any, all of them and sign.
    SignOff {
        /// The items' names.
        items: Vec<String>,
    },
    /// Approve what the issue showed.
    Approve {
        /// The tag or the beginning of the binding, when the person named one.
        named: Option<String>,
    },
    /// Say no.
    Deny {
        /// Why.
        reason: String,
    },
    /// Stop it.
    Hold {
        /// Why.
        reason: String,
    },
    /// Let it go on.
    Lift,
    /// Let it pass a closed gate.
    Override {
        /// Which gate.
        gate: String,
        /// Why.
        reason: String,
    },
    /// Confirm that it may pass a closed gate.
    Confirm {
        /// Which gate.
        gate: String,
    },
    /// Bring back what ran before.
    Rollback {
        /// Why.
        reason: String,
    },
    /// Take it off the road.
    Withdraw {
        /// Why.
        reason: String,
    },
}

/// What a comment asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Asked {
    /// Nothing: people talk.
    Nothing,
    /// This.
    One(Command),
    /// More than one thing, so nothing is done.
    Several,
    /// Something that is no command.
    Unknown {
        /// The word behind the stroke.
        word: String,
    },
    /// A command whose words do not fit.
    Unfit {
        /// How it is written.
        usage: &'static str,
    },
    /// A command with too long a reason.
    TooLong,
}

/// Returns what a comment asks.
pub fn read(comment: &str) -> Asked {
    let lines = command_lines(comment);
    match lines.as_slice() {
        [] => Asked::Nothing,
        [(word, rest)] => command(word, rest),
        _ => Asked::Several,
    }
}

fn command(word: &str, rest: &str) -> Asked {
    let words: Vec<&str> = rest.split_whitespace().collect();
    let reasoned = |usage, make: fn(String) -> Command| match rest {
        "" => Asked::Unfit { usage },
        long if long.chars().count() > LONGEST_REASON => Asked::TooLong,
        reason => Asked::One(make(reason.to_owned())),
    };
    match (word, words.as_slice()) {
        ("signoff", [] | ["all"]) => Asked::One(Command::SignOff { items: Vec::new() }),
        ("signoff", items) if items.len() <= MOST_ITEMS && !items.contains(&"all") => {
            Asked::One(Command::SignOff { items: items.iter().map(ToString::to_string).collect() })
        }
        ("signoff", _) => Asked::Unfit { usage: "/signoff [ITEM…|all]" },
        ("approve", []) => Asked::One(Command::Approve { named: None }),
        ("approve", [named]) => Asked::One(Command::Approve { named: Some((*named).to_owned()) }),
        ("approve", _) => Asked::Unfit { usage: "/approve [BINDING|TAG]" },
        ("lift", []) => Asked::One(Command::Lift),
        ("lift", _) => Asked::Unfit { usage: "/lift" },
        ("confirm", [gate]) => Asked::One(Command::Confirm { gate: (*gate).to_owned() }),
        ("confirm", _) => Asked::Unfit { usage: "/confirm GATE" },
        ("override", [gate, _, ..]) => {
            let reason = rest.split_once(char::is_whitespace).map_or("", |(_, reason)| reason.trim());
            match reason.chars().count() > LONGEST_REASON {
                true => Asked::TooLong,
                false => {
                    Asked::One(Command::Override { gate: (*gate).to_owned(), reason: reason.to_owned() })
                }
            }
        }
        ("override", _) => Asked::Unfit { usage: "/override GATE REASON" },
        ("deny", _) => reasoned("/deny REASON", |reason| Command::Deny { reason }),
        ("hold", _) => reasoned("/hold REASON", |reason| Command::Hold { reason }),
        ("rollback", _) => reasoned("/rollback REASON", |reason| Command::Rollback { reason }),
        ("withdraw", _) => reasoned("/withdraw REASON", |reason| Command::Withdraw { reason }),
        _ => Asked::Unknown { word: word.to_owned() },
    }
}

/// A code fence that is open: its character and its length.
type Fence = (char, usize);

/// Returns the word and the rest of every line that is a command.
fn command_lines(comment: &str) -> Vec<(String, &str)> {
    let mut found = Vec::new();
    let (mut fence, mut hidden, mut quoted): (Option<Fence>, bool, bool) = (None, false, false);
    for line in comment.lines() {
        let inner = line.trim_start_matches(' ');
        let indented = line.len() - inner.len() > 3;
        if let Some(open) = fence {
            if !indented && closes(inner, open) {
                fence = None;
            }
            continue;
        }
        if hidden {
            hidden = !line.contains("-->");
            continue;
        }
        if line.trim().is_empty() {
            quoted = false;
            continue;
        }
        // What follows a quoted line directly still belongs to the quote.
        quoted |= !indented && inner.starts_with('>');
        if quoted {
            continue;
        }
        fence = if indented { None } else { opens(inner) };
        hidden = line.rfind("<!--").is_some_and(|at| !line[at..].contains("-->"));
        if fence.is_none() {
            found.extend(words_of(line));
        }
    }
    found
}

/// Returns the word behind the stroke, and the rest, when the line begins with a stroke and a plain word.
fn words_of(line: &str) -> Option<(String, &str)> {
    let rest = line.strip_prefix('/')?;
    let end = rest.find(char::is_whitespace).unwrap_or(rest.len());
    let (word, rest) = rest.split_at(end);
    let plain = !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_alphabetic() || byte == b'-');
    plain.then(|| (word.to_ascii_lowercase(), rest.trim()))
}

fn opens(line: &str) -> Option<Fence> {
    let mark = line.chars().next().filter(|c| matches!(c, '`' | '~'))?;
    let rest = line.trim_start_matches(mark);
    let length = line.len() - rest.len();
    (length >= 3 && (mark == '~' || !rest.contains('`'))).then_some((mark, length))
}

fn closes(line: &str, (mark, length): Fence) -> bool {
    let rest = line.trim_start_matches(mark);
    line.len() - rest.len() >= length && rest.trim().is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn deny(reason: &str) -> Asked {
        Asked::One(Command::Deny { reason: reason.to_owned() })
    }

    #[test]
    fn every_command_is_read_with_its_words() {
        let one = Asked::One;
        let named = |word: &str| Some(word.to_owned());
        let rows = [
            ("/approve", one(Command::Approve { named: None })),
            ("/approve 3f2a9c01b2d4", one(Command::Approve { named: named("3f2a9c01b2d4") })),
            ("/Approve v1.2.0  ", one(Command::Approve { named: named("v1.2.0") })),
            ("/approve it all", Asked::Unfit { usage: "/approve [BINDING|TAG]" }),
            ("/signoff", one(Command::SignOff { items: Vec::new() })),
            ("/signoff all", one(Command::SignOff { items: Vec::new() })),
            ("/signoff login marks", one(Command::SignOff { items: vec!["login".into(), "marks".into()] })),
            ("/signoff all login", Asked::Unfit { usage: "/signoff [ITEM…|all]" }),
            ("/deny not before the exams", deny("not before the exams")),
            ("/deny", Asked::Unfit { usage: "/deny REASON" }),
            ("/hold\u{a0}", Asked::Unfit { usage: "/hold REASON" }),
            ("/lift", one(Command::Lift)),
            ("/lift please", Asked::Unfit { usage: "/lift" }),
            (
                "/override e2e  the runner burns",
                one(Command::Override { gate: "e2e".into(), reason: "the runner burns".into() }),
            ),
            ("/override e2e", Asked::Unfit { usage: "/override GATE REASON" }),
            ("/confirm e2e", one(Command::Confirm { gate: "e2e".into() })),
            ("/rollback it is slow", one(Command::Rollback { reason: "it is slow".into() })),
            ("/withdraw a typo", one(Command::Withdraw { reason: "a typo".into() })),
            ("/ship it", Asked::Unknown { word: "ship".into() }),
        ];
        for (comment, expected) in rows {
            assert_eq!(read(comment), expected, "{comment}");
        }
        assert_eq!(read(&format!("/deny {}", "x".repeat(LONGEST_REASON + 1))), Asked::TooLong);
    }

    #[test]
    fn people_may_talk_around_a_command() {
        assert_eq!(
            read("I looked at it.\r\n\r\n/deny the page is empty\r\n\r\nSorry!"),
            deny("the page is empty")
        );
        assert_eq!(read("/deny one\n/deny two"), Asked::Several);
    }

    #[test]
    fn what_is_quoted_fenced_hidden_or_within_a_line_asks_nothing() {
        for comment in [
            "",
            "approve",
            " /approve",
            "    /approve",
            "please /approve",
            "`/approve`",
            "> /approve",
            "> somebody wrote\n/approve",
            "```\n/approve\n```",
            "~~~~ text\n/approve\n~~~\n/approve\n~~~~",
            "```\n/approve",
            "<!--\n/approve\n-->",
            "look <!-- here\n/approve",
            "/etc/passwd is a file",
            "/",
            "// approve",
            "/approve2",
            "/\u{430}pprove",
        ] {
            assert_eq!(read(comment), Asked::Nothing, "{comment:?}");
        }
        assert_eq!(read("```\n/approve\n```\n/deny so"), deny("so"));
        assert_eq!(read("> quoted\n\n/deny so"), deny("so"));
        assert_eq!(read("<!-- a --> b\n/deny so"), deny("so"));
    }
}
