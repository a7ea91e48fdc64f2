//! What does this delivery hint at?
//!
//! A delivery is a hint and nothing more: the truth is looked up afterwards. Therefore only what is certain is read
//! (ids, ref and the objects), everything else may be missing or strange, and nothing in a body can make this fail:
//! what is not understood is ignored with a reason.
//!
//! The event's name stands in a header that is not signed. It decides nothing alone: the shape of the signed body
//! must say the same, or the delivery is ignored.

use serde::Deserialize;
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::domain::names::{ObjectId, Person, RepositoryName};
use crate::domain::notice::Notice;

/// The deepest nesting that is read; Forgejo's own bodies stay below ten.
const DEEPEST: usize = 64;

/// The repository that a delivery speaks of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RepositoryRef {
    /// Its number on the forge; it outlives renames.
    pub id: u64,
    /// Its full name at the time of the delivery.
    pub name: RepositoryName,
}

/// Who did it, as the payload says; no proof of anything.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pusher {
    /// The number of the account; negative for Forgejo's own ones.
    pub id: i64,
    /// Its login.
    pub login: Person,
}

/// A tag that came into being or was moved; Forgejo does not say which.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TagSeen {
    /// Where.
    pub repository: RepositoryRef,
    /// The name without `refs/tags/`, not checked by any grammar.
    pub tag: String,
    /// What the ref points at: the tag object after a push, the commit after a click or a call of the API.
    pub object: ObjectId,
    /// The commit behind it, when the delivery says so.
    pub commit: Option<ObjectId>,
    /// Who did it.
    pub pusher: Option<Pusher>,
}

/// A new comment in an issue, as the payload has it; it is read back before it counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CommentMade {
    /// Where.
    pub repository: RepositoryRef,
    /// The number of the issue.
    pub issue: u64,
    /// The number of the comment.
    pub comment: u64,
    /// The number of its author's account, who is also the sender.
    pub author: i64,
    /// What it says.
    pub words: String,
}

/// What a delivery hints at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Hint {
    /// Event `push` of a tag.
    TagPushed(TagSeen),
    /// Event `create` of a tag; with the same content as the `push` beside it.
    TagCreated(TagSeen),
    /// A tag is gone: event `push` with an object, event `delete` without.
    TagDeleted {
        /// Where.
        repository: RepositoryRef,
        /// The name without `refs/tags/`.
        tag: String,
        /// What it pointed at, when the delivery says so.
        was: Option<ObjectId>,
        /// Who did it.
        pusher: Option<Pusher>,
    },
    /// A branch was made, moved or (without an object) deleted.
    BranchMoved {
        /// Where.
        repository: RepositoryRef,
        /// The name without `refs/heads/`.
        branch: String,
        /// Where it points now.
        to: Option<ObjectId>,
    },
    /// Somebody commented on an issue.
    CommentMade(CommentMade),
    /// The button "Test delivery" was pressed.
    TestDelivery {
        /// Where.
        repository: RepositoryRef,
    },
    /// Nothing that concerns us.
    Ignored {
        /// Why, for the person who reads Forgejo's list of deliveries.
        why: Notice,
    },
}

/// What makes two deliveries the same: the signed content, never the delivery's own number.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ContentKey {
    /// The repository's number.
    pub repository_id: u64,
    /// `tag-pushed`, `tag-created`, `tag-deleted`, `comment`.
    pub kind: &'static str,
    /// The full ref, or `comments/` and the number of the comment.
    pub reference: String,
    /// The object, zeros for a deletion that does not name one; for a comment a digest of its words.
    pub object: String,
}

impl std::fmt::Display for ContentKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // The ref comes last but one field of fixed alphabet, so two keys are never written alike.
        write!(f, "{}/{}/{}/{}", self.repository_id, self.kind, self.object, self.reference)
    }
}

impl Hint {
    /// Returns what makes this delivery the same as another one; `None` for what is not kept.
    pub fn key(&self) -> Option<ContentKey> {
        let key = |repository: &RepositoryRef, kind, tag: &str, object: &str| ContentKey {
            repository_id: repository.id,
            kind,
            reference: format!("refs/tags/{tag}"),
            object: object.to_owned(),
        };
        match self {
            Self::TagPushed(seen) => {
                Some(key(&seen.repository, "tag-pushed", &seen.tag, seen.object.as_str()))
            }
            Self::TagCreated(seen) => {
                Some(key(&seen.repository, "tag-created", &seen.tag, seen.object.as_str()))
            }
            Self::TagDeleted { repository, tag, was, pusher: _ } => {
                let none = "0".repeat(40);
                Some(key(repository, "tag-deleted", tag, was.as_ref().map_or(&none, ObjectId::as_str)))
            }
            Self::CommentMade(made) => Some(ContentKey {
                repository_id: made.repository.id,
                kind: "comment",
                reference: format!("comments/{}", made.comment),
                object: digest_of_words(&made.words),
            }),
            Self::BranchMoved { .. } | Self::TestDelivery { .. } | Self::Ignored { .. } => None,
        }
    }

    /// Returns the repository that the delivery speaks of, when it concerns us.
    pub fn repository(&self) -> Option<&RepositoryRef> {
        match self {
            Self::TagPushed(seen) | Self::TagCreated(seen) => Some(&seen.repository),
            Self::CommentMade(made) => Some(&made.repository),
            Self::TagDeleted { repository, .. }
            | Self::BranchMoved { repository, .. }
            | Self::TestDelivery { repository } => Some(repository),
            Self::Ignored { .. } => None,
        }
    }

    /// Returns the sentence for Forgejo's list of deliveries, as far as the delivery alone tells.
    pub fn answer(&self) -> Notice {
        match self {
            Self::TagPushed(seen) | Self::TagCreated(seen) => Notice::new("delivery-tag-noted")
                .with("tag", &seen.tag)
                .with("repository", &seen.repository.name),
            Self::TagDeleted { repository, tag, .. } => {
                Notice::new("delivery-deletion-noted").with("tag", tag).with("repository", &repository.name)
            }
            Self::CommentMade(made) => Notice::new("delivery-comment-noted")
                .with("issue", made.issue)
                .with("repository", &made.repository.name),
            Self::BranchMoved { branch, .. } => Notice::new("delivery-branch-ignored").with("branch", branch),
            Self::TestDelivery { repository } => {
                Notice::new("delivery-test").with("repository", &repository.name)
            }
            Self::Ignored { why } => why.clone(),
        }
    }
}

/// The certain fields of a body, and a few that are shown when they are there.
#[derive(Deserialize)]
struct Body {
    #[serde(rename = "ref")]
    reference: Option<String>,
    before: Option<String>,
    after: Option<String>,
    sha: Option<String>,
    ref_type: Option<String>,
    pusher_type: Option<Value>,
    repository: Option<BodyRepository>,
    head_commit: Option<Value>,
    pusher: Option<Value>,
    sender: Option<Value>,
    action: Option<Value>,
    issue: Option<Value>,
    comment: Option<Value>,
    is_pull: Option<Value>,
}

#[derive(Deserialize)]
struct BodyRepository {
    id: u64,
    full_name: String,
}

/// The shape of a body, which must agree with the event's name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Shape {
    Push,
    Create,
    Delete,
    Comment,
    Other,
}

/// Returns what the raw `body` hints at; `event` is the value of `X-Forgejo-Event`, if there is exactly one.
pub fn read(event: Option<&str>, body: &[u8]) -> Hint {
    interpret(event, body).unwrap_or_else(|why| Hint::Ignored { why })
}

fn interpret(event: Option<&str>, body: &[u8]) -> Result<Hint, Notice> {
    let event = event.ok_or_else(|| Notice::new("TW-F001"))?;
    let wanted = match event {
        "push" => Shape::Push,
        "create" => Shape::Create,
        "delete" => Shape::Delete,
        "issue_comment" => Shape::Comment,
        other => return Err(Notice::new("TW-F002").with("event", other)),
    };
    if too_deep(body) {
        return Err(Notice::new("TW-F003"));
    }
    let body: Body = serde_json::from_slice(body).map_err(|_| Notice::new("TW-F003"))?;
    if shape(&body) != wanted {
        return Err(Notice::new("TW-F004").with("event", event));
    }
    let Some(repository) = &body.repository else {
        return Err(Notice::new("TW-F004").with("event", event));
    };
    let name = RepositoryName::parse(&repository.full_name)
        .map_err(|_| Notice::new("TW-F005").with("repository", &repository.full_name))?;
    let repository = RepositoryRef { id: repository.id, name };
    if wanted == Shape::Comment {
        return comment(&body, repository);
    }
    let Some(reference) = &body.reference else {
        return Err(Notice::new("TW-F004").with("event", event));
    };
    match wanted {
        Shape::Push => push(&body, repository, reference),
        Shape::Create => create(&body, repository, reference),
        Shape::Delete => delete(&body, repository, reference),
        Shape::Comment | Shape::Other => Err(Notice::new("TW-F002").with("event", event)),
    }
}

fn shape(body: &Body) -> Shape {
    match (&body.after, &body.sha, &body.ref_type) {
        (Some(_), None, None) if body.before.is_some() => Shape::Push,
        (None, Some(_), Some(_)) => Shape::Create,
        (None, None, Some(_)) if body.pusher_type.is_some() => Shape::Delete,
        (None, None, None) if body.comment.is_some() && body.issue.is_some() => Shape::Comment,
        (Some(_) | None, Some(_) | None, Some(_) | None) => Shape::Other,
    }
}

fn push(body: &Body, repository: RepositoryRef, reference: &str) -> Result<Hint, Notice> {
    let before = object(body.before.as_deref())?;
    let after = object(body.after.as_deref())?;
    if before == after {
        return Ok(Hint::TestDelivery { repository });
    }
    if let Some(branch) = reference.strip_prefix("refs/heads/") {
        let to = (!after.is_zero()).then_some(after);
        return Ok(Hint::BranchMoved { repository, branch: branch.to_owned(), to });
    }
    let tag = tag_name(reference)?;
    let pusher = person(body.pusher.as_ref()).or_else(|| person(body.sender.as_ref()));
    if after.is_zero() {
        return Ok(Hint::TagDeleted { repository, tag, was: Some(before), pusher });
    }
    let commit = body.head_commit.as_ref().and_then(|head| head.get("id")?.as_str());
    let commit = commit.and_then(|id| ObjectId::parse(id).ok());
    Ok(Hint::TagPushed(TagSeen { repository, tag, object: after, commit, pusher }))
}

fn create(body: &Body, repository: RepositoryRef, reference: &str) -> Result<Hint, Notice> {
    let to = object(body.sha.as_deref())?;
    if let Some(branch) = reference.strip_prefix("refs/heads/") {
        return Ok(Hint::BranchMoved { repository, branch: branch.to_owned(), to: Some(to) });
    }
    let tag = tag_name(reference)?;
    let pusher = person(body.sender.as_ref());
    Ok(Hint::TagCreated(TagSeen { repository, tag, object: to, commit: None, pusher }))
}

fn delete(body: &Body, repository: RepositoryRef, reference: &str) -> Result<Hint, Notice> {
    if let Some(branch) = reference.strip_prefix("refs/heads/") {
        return Ok(Hint::BranchMoved { repository, branch: branch.to_owned(), to: None });
    }
    let tag = tag_name(reference)?;
    Ok(Hint::TagDeleted { repository, tag, was: None, pusher: person(body.sender.as_ref()) })
}

/// Only what was just written, by its own author, in an issue: whoever may write can change what others wrote.
fn comment(body: &Body, repository: RepositoryRef) -> Result<Hint, Notice> {
    let (Some(issue), Some(comment)) = (&body.issue, &body.comment) else {
        return Err(Notice::new("TW-F003"));
    };
    let author = comment.get("user").and_then(|user| user.get("id")).and_then(Value::as_i64);
    let sender = body.sender.as_ref().and_then(|sender| sender.get("id")).and_then(Value::as_i64);
    let created = body.action.as_ref().and_then(Value::as_str) == Some("created");
    let pull = body.is_pull.as_ref().is_some_and(|pull| *pull != Value::Bool(false));
    if !created || pull || author.is_none() || author != sender {
        return Err(Notice::new("TW-F007"));
    }
    let number = |value: &Value, key: &str| value.get(key).and_then(Value::as_u64);
    let words = comment.get("body").and_then(Value::as_str);
    match (number(issue, "number"), number(comment, "id"), author, words) {
        (Some(issue), Some(comment), Some(author), Some(words)) => {
            let words = words.to_owned();
            Ok(Hint::CommentMade(CommentMade { repository, issue, comment, author, words }))
        }
        (Some(_) | None, Some(_) | None, Some(_) | None, Some(_) | None) => Err(Notice::new("TW-F003")),
    }
}

/// Returns the digest by which the words of a comment are compared.
pub fn digest_of_words(words: &str) -> String {
    hex::encode(Sha256::digest(words.as_bytes()))
}

fn tag_name(reference: &str) -> Result<String, Notice> {
    match reference.strip_prefix("refs/tags/") {
        Some(tag) if !tag.is_empty() => Ok(tag.to_owned()),
        // A hook of the type `gitea` shortens the ref, and then a tag cannot be told from a branch for certain.
        Some(_) | None => Err(Notice::new("TW-F006").with("ref", reference)),
    }
}

fn object(text: Option<&str>) -> Result<ObjectId, Notice> {
    text.and_then(|text| ObjectId::parse(text).ok()).ok_or_else(|| Notice::new("TW-F003"))
}

fn person(value: Option<&Value>) -> Option<Pusher> {
    let value = value?;
    let login = Person::parse(value.get("login")?.as_str()?).ok()?;
    Some(Pusher { id: value.get("id")?.as_i64()?, login })
}

/// Returns whether the brackets outside of texts nest deeper than [`DEEPEST`]; one pass, no recursion.
fn too_deep(body: &[u8]) -> bool {
    let (mut depth, mut in_text, mut escaped) = (0_usize, false, false);
    for byte in body {
        match (in_text, byte) {
            (true, _) if escaped => escaped = false,
            (true, b'\\') => escaped = true,
            (true, b'"') => in_text = false,
            (false, b'"') => in_text = true,
            (false, b'[' | b'{') => depth += 1,
            (false, b']' | b'}') => depth = depth.saturating_sub(1),
            (true | false, _) => {}
        }
        if depth > DEEPEST {
            return true;
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    const A: &str = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
    const B: &str = "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb";
    const ZERO: &str = "0000000000000000000000000000000000000000";
    const REPOSITORY: &str = r#""repository":{"id":7,"full_name":"school/bridge"}"#;

    fn push_body(reference: &str, before: &str, after: &str, more: &str) -> String {
        format!(r#"{{"ref":"{reference}","before":"{before}","after":"{after}",{REPOSITORY}{more}}}"#)
    }

    fn ignored(hint: &Hint) -> &str {
        match hint {
            Hint::Ignored { why } => &why.id,
            other => panic!("not ignored: {other:?}"),
        }
    }

    #[test]
    fn push_and_create_of_one_tag_name_the_same_thing() {
        let push = push_body("refs/tags/v1.0.0", ZERO, A, &format!(r#","head_commit":{{"id":"{B}"}}"#));
        let create = format!(r#"{{"sha":"{A}","ref":"refs/tags/v1.0.0","ref_type":"tag",{REPOSITORY}}}"#);
        let (Hint::TagPushed(pushed), Hint::TagCreated(created)) =
            (read(Some("push"), push.as_bytes()), read(Some("create"), create.as_bytes()))
        else {
            panic!("both are tags")
        };
        assert_eq!(
            (&pushed.repository, &pushed.tag, &pushed.object),
            (&created.repository, &created.tag, &created.object)
        );
        assert_eq!(pushed.commit.as_ref().map(ObjectId::as_str), Some(B));
        assert_eq!(pushed.repository.id, 7);
    }

    #[test]
    fn what_is_pushed_is_told_apart() {
        assert!(matches!(
            read(Some("push"), push_body("refs/heads/main", A, A, "").as_bytes()),
            Hint::TestDelivery { .. }
        ));
        let gone = read(Some("push"), push_body("refs/tags/v1", A, ZERO, "").as_bytes());
        assert!(matches!(&gone, Hint::TagDeleted { was: Some(was), .. } if was.as_str() == A), "{gone:?}");
        let branch = read(Some("push"), push_body("refs/heads/a/b", A, B, "").as_bytes());
        assert!(
            matches!(&branch, Hint::BranchMoved { branch, to: Some(_), .. } if branch == "a/b"),
            "{branch:?}"
        );
        let other = read(Some("push"), push_body("refs/notes/x", A, B, "").as_bytes());
        assert_eq!(ignored(&other), "TW-F006");
    }

    #[test]
    fn a_header_that_does_not_fit_the_body_decides_nothing() {
        let push = push_body("refs/tags/v1.0.0", ZERO, A, "");
        let create = format!(r#"{{"sha":"{A}","ref":"refs/tags/v1","ref_type":"tag",{REPOSITORY}}}"#);
        let delete =
            format!(r#"{{"ref":"refs/tags/v1","ref_type":"tag","pusher_type":"user",{REPOSITORY}}}"#);
        let rows = [
            ("push", &push, None),
            ("create", &push, Some("TW-F004")),
            ("delete", &push, Some("TW-F004")),
            ("release", &push, Some("TW-F002")),
            ("create", &create, None),
            ("push", &create, Some("TW-F004")),
            ("delete", &create, Some("TW-F004")),
            ("delete", &delete, None),
            ("create", &delete, Some("TW-F004")),
            ("", &push, Some("TW-F002")),
        ];
        for (event, body, expected) in rows {
            let hint = read(Some(event), body.as_bytes());
            match expected {
                Some(id) => assert_eq!(ignored(&hint), id, "{event} {body}"),
                None => assert!(hint.key().is_some(), "{event} {hint:?}"),
            }
        }
        assert_eq!(ignored(&read(None, push.as_bytes())), "TW-F001");
    }

    #[test]
    fn hostile_bodies_are_ignored_and_break_nothing() {
        let nested = format!(r#"{{"ref":{}{}}}"#, "[".repeat(10_000), "]".repeat(10_000));
        let hidden = push_body(
            "refs/tags/v1",
            ZERO,
            A,
            &format!(r#","x":{}{}"#, "[".repeat(10_000), "]".repeat(10_000)),
        );
        let objects = r#"{"a":"#.repeat(10_000);
        let double = push_body("refs/tags/v1", ZERO, A, r#","ref":"refs/tags/v2""#);
        let double_repository = push_body("refs/tags/v1", ZERO, A, &format!(",{REPOSITORY}"));
        let number =
            r#"{"ref":"refs/tags/v1","before":"x","after":"y","repository":{"id":1e400,"full_name":"a/b"}}"#;
        let negative = push_body("refs/tags/v1", ZERO, A, "").replace("\"id\":7", "\"id\":-7");
        let bad_object = push_body("refs/tags/v1", ZERO, "main", "");
        let rows: [&[u8]; 13] = [
            b"",
            b"null",
            b"[]",
            b"\"x\"",
            b"{",
            b"\xff\xfe",
            nested.as_bytes(),
            hidden.as_bytes(),
            objects.as_bytes(),
            double.as_bytes(),
            double_repository.as_bytes(),
            number.as_bytes(),
            negative.as_bytes(),
        ];
        for body in rows.into_iter().chain([bad_object.as_bytes()]) {
            let hint = read(Some("push"), body);
            assert!(matches!(ignored(&hint), "TW-F003" | "TW-F004"), "{hint:?}");
        }
    }

    #[test]
    fn strange_values_beside_the_certain_fields_do_no_harm() {
        for more in [
            r#","pusher":null,"head_commit":[1,2]"#,
            r#","pusher":{"id":"x","login":7}"#,
            r#","total_commits":1e400,"commits":"none""#,
            r#","pusher":{"id":1,"login":"../../etc"}"#,
            r#","text":"[[[[ \" {{{{""#,
        ] {
            let hint = read(Some("push"), push_body("refs/tags/v1", ZERO, A, more).as_bytes());
            assert!(matches!(&hint, Hint::TagPushed(seen) if seen.pusher.is_none()), "{more}: {hint:?}");
        }
    }

    #[test]
    fn a_shortened_ref_and_a_strange_repository_name_are_ignored_with_their_reason() {
        let short = push_body("v1.0.0", ZERO, A, "");
        assert_eq!(ignored(&read(Some("push"), short.as_bytes())), "TW-F006");
        let strange = push_body("refs/tags/v1", ZERO, A, "").replace("school/bridge", "../bridge");
        assert_eq!(ignored(&read(Some("push"), strange.as_bytes())), "TW-F005");
    }

    fn comment_body(action: &str, sender: i64, more: &str) -> String {
        format!(
            r#"{{"action":"{action}","issue":{{"number":4}},"comment":{{"id":9,"body":"/approve","user":{{"id":3}}}},
            {REPOSITORY},"sender":{{"id":{sender}}}{more}}}"#
        )
    }

    #[test]
    fn only_a_new_comment_of_its_sender_in_an_issue_counts() {
        let read = |body: String| super::read(Some("issue_comment"), body.as_bytes());
        let Hint::CommentMade(made) = read(comment_body("created", 3, r#","is_pull":false"#)) else {
            panic!("it counts")
        };
        assert_eq!((made.issue, made.comment, made.author, made.words.as_str()), (4, 9, 3, "/approve"));
        for body in [
            comment_body("edited", 3, ""),
            comment_body("deleted", 3, ""),
            comment_body("created", 2, ""),
            comment_body("created", 3, r#","is_pull":true"#),
            comment_body("created", 3, "").replace(r#""user":{"id":3}"#, r#""user":null"#),
        ] {
            assert_eq!(ignored(&read(body.clone())), "TW-F007", "{body}");
        }
        let fitting = comment_body("created", 3, "");
        assert_eq!(ignored(&read(fitting.replace("\"id\":9", "\"id\":-9"))), "TW-F003");
        assert_eq!(ignored(&read(push_body("refs/tags/v1.0.0", ZERO, A, ""))), "TW-F004");
        assert_eq!(ignored(&super::read(Some("push"), fitting.as_bytes())), "TW-F004");
        let other = fitting.replace("/approve", "/deny no");
        assert_ne!(read(fitting).key(), read(other).key());
    }

    #[test]
    fn the_key_holds_the_content_and_nothing_else() {
        let one = push_body("refs/tags/v1", ZERO, A, r#","pusher":{"id":1,"login":"ada"}"#);
        let two = push_body("refs/tags/v1", ZERO, A, r#","pusher":{"id":2,"login":"eve"}"#);
        let moved = push_body("refs/tags/v1", ZERO, B, "");
        let key = |body: &str| read(Some("push"), body.as_bytes()).key().expect("a tag has a key");
        assert_eq!(key(&one), key(&two));
        assert_ne!(key(&one), key(&moved));
        assert_eq!(key(&one).to_string(), format!("7/tag-pushed/{A}/refs/tags/v1"));
    }

    #[test]
    fn every_answer_stands_in_the_catalogue_in_both_languages() {
        let rows = [
            read(Some("push"), push_body("refs/tags/v1", ZERO, A, "").as_bytes()),
            read(Some("push"), push_body("refs/tags/v1", A, ZERO, "").as_bytes()),
            read(Some("push"), push_body("refs/heads/main", A, B, "").as_bytes()),
            read(Some("push"), push_body("refs/heads/main", A, A, "").as_bytes()),
            read(Some("push"), push_body("x", ZERO, A, "").as_bytes()),
            read(Some("push"), b"{"),
            read(Some("push"), b"{}"),
            read(Some("wiki"), b"{}"),
            read(None, b"{}"),
            read(
                Some("push"),
                push_body("refs/tags/v1", ZERO, A, "").replace("school/bridge", "x").as_bytes(),
            ),
        ];
        for hint in rows {
            for language in [crate::messages::Language::En, crate::messages::Language::Fr] {
                let said = crate::messages::say(language, &hint.answer());
                assert!(said.ends_with('.') && !said.contains('{') && !said.starts_with("TW-"), "{said}");
            }
        }
    }
}
