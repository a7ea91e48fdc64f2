//! Everything that programs may ask, in one table: the routes are looked up in it, and the description is made of it.

use hyper::Method;

use crate::web::act_name::ActName;

/// What is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asked {
    /// The description of all this.
    Description,
    /// The list of releases.
    Releases,
    /// One release.
    Release,
    /// A release's journal.
    Journal,
    /// What the gates say at an instant.
    Explain,
    /// The log of a step.
    StepLog,
    /// An act.
    Act(ActName),
}

/// A value in the query string.
#[derive(Debug)]
pub struct Query {
    /// Its name.
    pub name: &'static str,
    /// Its form, as the description names it.
    pub format: Format,
    /// What it means.
    pub about: &'static str,
}

/// The forms of values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// A text.
    Text,
    /// A whole number, not negative.
    Number,
    /// An instant, RFC 3339.
    Instant,
    /// Yes or no.
    Flag,
}

/// One operation.
#[derive(Debug)]
pub struct Operation {
    /// How it is asked for.
    pub method: Method,
    /// Where.
    pub template: &'static str,
    /// What.
    pub asked: Asked,
    /// Its name in the description.
    pub name: &'static str,
    /// What it does, in one sentence.
    pub about: &'static str,
    /// What may stand in the query string.
    pub query: &'static [Query],
    /// The schema of its answer; `None` = plain text.
    pub answer: Option<&'static str>,
}

const fn read(
    template: &'static str,
    asked: Asked,
    name: &'static str,
    about: &'static str,
    query: &'static [Query],
    answer: Option<&'static str>,
) -> Operation {
    Operation { method: Method::GET, template, asked, name, about, query, answer }
}

const fn act(template: &'static str, act: ActName, name: &'static str, about: &'static str) -> Operation {
    let asked = Asked::Act(act);
    Operation { method: Method::POST, template, asked, name, about, query: &[], answer: Some("Release") }
}

const fn query(name: &'static str, format: Format, about: &'static str) -> Query {
    Query { name, format, about }
}

/// All of them.
pub const OPERATIONS: &[Operation] = &[
    read(
        "/api/v1/openapi.json",
        Asked::Description,
        "describe",
        "Returns this document.",
        &[],
        Some("Description"),
    ),
    read(
        "/api/v1/releases",
        Asked::Releases,
        "listReleases",
        "Returns releases, newest first.",
        &[
            query("repository", Format::Text, "Only those of this repository, `owner/name`."),
            query("environment", Format::Text, "Only those of this environment."),
            query("under_way", Format::Flag, "`true`: only those that are not at rest, without pages."),
            query("limit", Format::Number, "At most so many, 1 to 200; 50 when it is not given."),
            query(
                "before",
                Format::Number,
                "Only those with a smaller number: `next_before` of the page before.",
            ),
        ],
        Some("Releases"),
    ),
    read("/api/v1/releases/{id}", Asked::Release, "getRelease", "Returns one release.", &[], Some("Release")),
    read(
        "/api/v1/releases/{id}/journal",
        Asked::Journal,
        "getJournal",
        "Returns the lines of a release's journal, oldest first.",
        &[query("after", Format::Number, "Only those after this place in the journal.")],
        Some("Journal"),
    ),
    read(
        "/api/v1/releases/{id}/explain",
        Asked::Explain,
        "explainRelease",
        "Answers whether the release may deploy at an instant, and if not, what is missing.",
        &[query("at", Format::Instant, "The instant; now when it is not given.")],
        Some("Answer"),
    ),
    read(
        "/api/v1/releases/{id}/steps/{key}/log",
        Asked::StepLog,
        "getStepLog",
        "Returns a piece of a step's log as it was printed; the header `tagwarden-next-offset` says where the next \
         piece begins, and an empty piece is the end so far.",
        &[query("offset", Format::Number, "The place at which the piece begins, in bytes.")],
        None,
    ),
    act(
        "/api/v1/releases/{id}/approve",
        ActName::Approve,
        "approve",
        "Approves exactly what `binding` stands for: the value that the release showed.",
    ),
    act("/api/v1/releases/{id}/deny", ActName::Deny, "deny", "Says no to the release; it ends."),
    act(
        "/api/v1/releases/{id}/withdraw",
        ActName::Withdraw,
        "withdraw",
        "Takes the release off the road before anything is changed.",
    ),
    act("/api/v1/releases/{id}/hold", ActName::Hold, "hold", "Stops the release until the hold is lifted."),
    act("/api/v1/releases/{id}/lift", ActName::Lift, "lift", "Lifts the hold."),
    act(
        "/api/v1/releases/{id}/tick",
        ActName::Tick,
        "tick",
        "Says what came of one item of the checklist; a faulty one needs a note.",
    ),
    act(
        "/api/v1/releases/{id}/sign-off",
        ActName::SignOff,
        "signOff",
        "Signs for the whole checklist; refused (409) while an item is open or faulty.",
    ),
    act(
        "/api/v1/releases/{id}/override",
        ActName::Override,
        "askOverride",
        "Asks that it may pass one closed gate. Refused (403) with a token: an override is a person's act, done on the \
         page, at the terminal or by a comment.",
    ),
    act(
        "/api/v1/releases/{id}/confirm-override",
        ActName::ConfirmOverride,
        "confirmOverride",
        "Confirms an override as its second person. Refused (403) with a token, as asking for one is.",
    ),
    act("/api/v1/releases/{id}/end-override", ActName::EndOverride, "endOverride", "Takes an override back."),
    act("/api/v1/releases/{id}/rollback", ActName::Rollback, "rollback", "Brings back what ran before."),
    act(
        "/api/v1/releases/{id}/retry",
        ActName::Retry,
        "retry",
        "Tries the step once more that left it stuck.",
    ),
    act(
        "/api/v1/releases/{id}/brought-back",
        ActName::BroughtBack,
        "broughtBack",
        "Notes that what ran before was brought back by hand.",
    ),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_act_has_its_operation_under_its_own_name() {
        for act in ActName::ALL {
            let operation = OPERATIONS.iter().find(|operation| operation.asked == Asked::Act(act));
            let template = operation.map(|operation| operation.template);
            assert_eq!(template, Some(format!("/api/v1/releases/{{id}}/{}", act.name()).as_str()));
        }
    }
}
