//! The issue of a release: what it shows, and what a comment in it does and does not.

use std::time::Duration;

use sha2::{Digest, Sha256};
use tagwarden::demo::forge::{CommentSeen, IssueSeen, webhook_headers};
use tagwarden::demo::{REPOSITORY, Rules, SECRET};
use tagwarden::domain::journal::Channel;
use tagwarden::domain::language::Language;
use tagwarden::domain::names::ReleaseId;
use tagwarden::domain::release::Phase;
use tagwarden::engine::Demand;
use tagwarden::engine::view::ReleaseView;
use tagwarden::store::OutboxState;

use crate::scene::{Scene, WEDNESDAY, rules, scene, with_approval};

/// A release that waits for an approval, and gets an issue.
fn with_issue() -> Rules {
    Rules {
        further: "[repository.issue]\nenabled = true\nlabels = [\"release\", \"unknown\"]\n".to_owned(),
        ..with_approval()
    }
}

impl Scene {
    /// Pushes 1.1.0 and waits until its issue shows the gates.
    async fn waits_in_issue(&self) -> (ReleaseView, IssueSeen) {
        self.push("1.1.0").await;
        let view = self.reaches("v1.1.0", Phase::Waiting).await.unwrap();
        let asked =
            |issue: &IssueSeen| issue.body.contains("`/approve ") && issue.body.contains("### Conditions");
        let issue = self.issue_is("what to approve, and what for", asked).await;
        self.looked_for_early_comments().await;
        // People read before they write.
        self.hand.advance(Duration::from_secs(2));
        (view, issue)
    }

    /// Waits until the daemon has asked for the comments that came before it knew the issue: from here on it hears of them by
    /// webhook, or by the next look.
    async fn looked_for_early_comments(&self) {
        self.until("the look after the issue was opened", |world| async move {
            let requests = world.ground.forge.requests();
            let opened =
                requests.iter().rposition(|one| one.method == "POST" && one.path.ends_with("/issues"));
            let looked = requests.iter().rposition(|one| one.path.contains("/issues/comments?"));
            Ok((opened.is_some() && looked > opened).then_some(()))
        })
        .await
        .unwrap();
    }

    /// Waits until the issue of the release says something.
    async fn issue_says(&self, text: &str) -> IssueSeen {
        self.issue_is(text, |issue| issue.body.contains(text)).await
    }

    async fn issue_is(&self, what: &str, is: impl Fn(&IssueSeen) -> bool) -> IssueSeen {
        let is = &is;
        self.until(&format!("the issue: {what}"), |world| async move {
            let mine = world.ground.forge.issues().into_iter().rfind(|issue| issue.author == "tagwarden");
            Ok(mine.filter(|issue| is(issue)))
        })
        .await
        .unwrap()
    }

    fn say(&self, issue: &IssueSeen, person: &str, text: &str) -> u64 {
        self.ground.forge.comment(REPOSITORY, issue.number, person, text).unwrap()
    }

    fn comment(&self, id: u64) -> CommentSeen {
        let issues = self.ground.forge.issues();
        issues.into_iter().flat_map(|issue| issue.comments).find(|comment| comment.id == id).unwrap()
    }

    /// Waits until a comment got this reaction from the daemon.
    async fn reaction(&self, id: u64, content: &str) {
        let wanted = ("tagwarden".to_owned(), content.to_owned());
        let wanted = &wanted;
        self.until(&format!("the reaction {content} to {id}"), |world| async move {
            let issues = world.ground.forge.issues();
            let comment = issues.iter().flat_map(|issue| &issue.comments).find(|comment| comment.id == id);
            Ok(comment.filter(|comment| comment.reactions.contains(wanted)).map(|_| ()))
        })
        .await
        .unwrap();
    }

    /// Waits until nothing of a release is still to be told.
    async fn told_everything(&self, release: ReleaseId) {
        self.until("everything is told", |world| async move {
            let rows = world.engine().store().read(move |r| r.outbox_of(release)).await.unwrap();
            Ok(rows.iter().all(|row| row.state != OutboxState::Due).then_some(()))
        })
        .await
        .unwrap();
    }

    /// Waits until it is known what came of a comment.
    async fn outcome(&self, id: u64) -> String {
        let repository = self.engine().places()[0].repository_id().unwrap();
        self.until(&format!("the outcome of {id}"), |world| async move {
            Ok(world.engine().store().read(move |r| r.outcome_of_comment(repository, id)).await.unwrap())
        })
        .await
        .unwrap()
    }

    /// Lets the time between two looks at the forge pass.
    fn next_look(&self) {
        self.hand.advance(Duration::from_secs(301));
    }

    /// Posts a webhook that is signed as the forge's own.
    async fn forge_says(&self, event: &str, body: &str) {
        let url = self.ground.forge.deliveries().last().unwrap().url.clone();
        let http = reqwest::Client::builder().no_proxy().build().unwrap();
        let mut request = http.post(url).body(body.to_owned());
        for (name, value) in webhook_headers(event, SECRET, body) {
            request = request.header(name, value);
        }
        assert!(request.send().await.unwrap().status().is_success());
    }

    async fn still_waits(&self) {
        assert_eq!(self.view("v1.1.0").await.unwrap().unwrap().row.phase, "waiting");
        assert_eq!(self.ground.done(), Vec::<String>::new());
    }
}

/// What the daemon said in an issue.
fn answers(issue: &IssueSeen) -> Vec<&str> {
    issue.comments.iter().filter(|comment| comment.author == "tagwarden").map(|c| c.body.as_str()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_release_has_one_issue_from_its_tag_to_its_end() {
    let scene = scene(WEDNESDAY, &with_issue()).await;
    scene.ground.forge.add_label(REPOSITORY, "release");
    let (view, issue) = scene.waits_in_issue().await;
    assert_eq!((issue.title.as_str(), issue.state.as_str()), ("Release v1.1.0 → production", "open"));
    assert_eq!(issue.labels, ["release"]);
    let short = format!("`/approve {}`", &view.binding[..12]);
    for text in
        ["✗ **Approval**", "@school/release", "> - The bridge learns 1.1.0.", view.commit.as_str(), &short]
    {
        assert!(issue.body.contains(text), "{text}: {}", issue.body);
    }
    assert!(issue.edits <= 2, "who is called by name is called when it is opened: {} changes", issue.edits);
    let edits = issue.edits;
    scene.approve(&view, "grace").await.unwrap();
    scene.reaches("v1.1.0", Phase::Watching).await.unwrap();
    scene.issue_says("`/rollback ").await;
    scene.watch_until("v1.1.0", Phase::Complete).await.unwrap();
    let issue = scene
        .issue_is("closed, with a last word", |issue| issue.state == "closed" && !answers(issue).is_empty());
    let issue = issue.await;
    assert!(answers(&issue).last().unwrap().contains("v1.1.0"), "{issue:?}");
    assert!(issue.edits - edits < 10, "changed {} times", issue.edits);
    assert_eq!(scene.ground.forge.issues().len(), 1);
    let events = scene.events(view.row.id).await;
    assert_eq!(events.iter().filter(|name| *name == "issue_opened").count(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_issue_whose_answer_was_lost_is_found_and_not_opened_again() {
    let mut scene = scene(WEDNESDAY, &with_issue()).await;
    // Whatever is written first does happen, and nobody hears of it.
    scene.ground.forge.lose_next_answers(4);
    scene.push("1.1.0").await;
    scene.issue_is("there", |_| true).await;
    scene.world.restart().await.unwrap();
    scene.hand.advance(Duration::from_secs(60));
    let issue = scene.issue_says("`/approve ").await;
    let id = scene.view("v1.1.0").await.unwrap().unwrap().row.id;
    scene
        .until("what it shows to be known", |world| async move {
            // Each lost answer is followed by a longer pause.
            world.hand.advance(Duration::from_secs(1));
            let shown = world.engine().store().read(move |r| r.shown(id)).await.unwrap();
            Ok((!shown.is_empty()).then_some(()))
        })
        .await
        .unwrap();
    scene.hand.advance(Duration::from_secs(2));
    let id = scene.say(&issue, "grace", "/approve");
    scene.reaches("v1.1.0", Phase::Watching).await.unwrap();
    scene.reaction(id, "+1").await;
    assert_eq!(scene.ground.forge.issues().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_mark_in_somebody_elses_issue_makes_it_none_of_ours() {
    let scene = scene(WEDNESDAY, &with_issue()).await;
    let repository = scene.engine().places()[0].repository_id().unwrap();
    scene.ground.forge.be_down(true);
    scene.push("1.1.0").await;
    let view = scene.reaches("v1.1.0", Phase::Waiting).await.unwrap();
    let key = format!("{repository}/production/v1.1.0/{}", view.object);
    let mark = format!("<!-- tagwarden:release:{} -->", &hex::encode(Sha256::digest(key))[..32]);
    let theirs = scene.ground.forge.open_issue(REPOSITORY, "eve", "Release v1.1.0", &mark);
    scene.ground.forge.be_down(false);
    scene.hand.advance(Duration::from_secs(60));
    let issue = scene.issue_says("`/approve ").await;
    assert!(issue.body.starts_with(&mark), "the very mark: {}", issue.body);
    assert_ne!(issue.number, theirs);
    scene.hand.advance(Duration::from_secs(2));
    scene.ground.forge.comment(REPOSITORY, theirs, "grace", "/approve").unwrap();
    scene.ground.forge.sync().await;
    scene.next_look();
    let ours = scene.say(&issue, "grace", "/hold first this one");
    scene.reaction(ours, "+1").await;
    scene.still_waits().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_approver_approves_by_comment_and_the_journal_says_how() {
    let scene = scene(WEDNESDAY, &with_issue()).await;
    let (view, issue) = scene.waits_in_issue().await;
    let id = scene.say(&issue, "grace", "I tried it.\n\n/approve");
    scene.reaches("v1.1.0", Phase::Watching).await.unwrap();
    scene.reaction(id, "+1").await;
    let entries = scene.engine().store().read(move |r| r.journal_of(view.row.id, 0)).await.unwrap();
    let stamp = entries.iter().map(|entry| &entry.stamp).find(|stamp| stamp.channel == Channel::Comment);
    assert_eq!(stamp.unwrap().actor.as_ref().unwrap().as_str(), "grace");
    assert!(scene.comment(id).reactions.len() == 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_approval_may_name_what_it_is_for() {
    let scene = scene(WEDNESDAY, &with_issue()).await;
    let (view, issue) = scene.waits_in_issue().await;
    let other = scene.say(&issue, "grace", "/approve v1.0.9");
    scene.reaction(other, "confused").await;
    let other = scene.say(&issue, "grace", "/approve 0123456789ab");
    assert_eq!(scene.outcome(other).await, "reply-not-shown");
    scene.still_waits().await;
    let this = scene.say(&issue, "grace", &format!("/approve {}", &view.binding[..12]));
    scene.reaction(this, "+1").await;
    scene.reaches("v1.1.0", Phase::Watching).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn who_may_not_is_told_so_and_nothing_happens() {
    let scene = scene(WEDNESDAY, &with_issue()).await;
    let (_, issue) = scene.waits_in_issue().await;
    for who in ["eve", "ada"] {
        let id = scene.say(&issue, who, "/approve");
        scene.reaction(id, "confused").await;
        assert_eq!(scene.outcome(id).await, "TW-P001", "{who}");
    }
    let issue = scene.issue_is("two answers", |issue| answers(issue).len() == 2).await;
    assert!(answers(&issue)[0].contains("eve"), "{issue:?}");
    scene.still_waits().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_command_is_answered_with_help_and_talk_is_not_answered() {
    let scene = scene(WEDNESDAY, &with_issue()).await;
    let (_, issue) = scene.waits_in_issue().await;
    let talk = scene.say(&issue, "grace", "> /approve\n\nShall I?");
    let unknown = scene.say(&issue, "grace", "/ship it");
    let several = scene.say(&issue, "grace", "/approve\n/hold no, wait");
    let unfit = scene.say(&issue, "grace", "/deny");
    for id in [unknown, several, unfit] {
        scene.reaction(id, "confused").await;
    }
    let issue = scene.issue_is("three answers", |issue| answers(issue).len() == 3).await;
    assert!(answers(&issue).iter().any(|answer| answer.contains("/signoff")), "{issue:?}");
    assert_eq!(scene.comment(talk).reactions, []);
    scene.still_waits().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_edited_comment_does_nothing_whoever_edited_it() {
    let scene = scene(WEDNESDAY, &with_issue()).await;
    let (_, issue) = scene.waits_in_issue().await;
    let own = scene.say(&issue, "grace", "I am looking at it.");
    let foreign = scene.say(&issue, "grace", "Me too.");
    scene.ground.forge.sync().await;
    scene.hand.advance(Duration::from_secs(1));
    scene.ground.forge.edit_comment(REPOSITORY, own, "grace", "/approve").unwrap();
    scene.ground.forge.edit_comment(REPOSITORY, foreign, "ada", "/approve").unwrap();
    scene.ground.forge.sync().await;
    scene.next_look();
    assert_eq!(scene.outcome(own).await, "changed");
    assert_eq!(scene.outcome(foreign).await, "changed");
    assert_eq!(scene.comment(own).reactions, []);
    scene.still_waits().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_command_that_was_changed_before_it_was_read_does_nothing() {
    let scene = scene(WEDNESDAY, &with_issue()).await;
    let (_, issue) = scene.waits_in_issue().await;
    scene.ground.forge.lose_next_webhook();
    let id = scene.say(&issue, "grace", "/hold the page is empty");
    scene.ground.forge.all_sent().await;
    scene.hand.advance(Duration::from_secs(1));
    scene.ground.forge.edit_comment(REPOSITORY, id, "ada", "/approve").unwrap();
    scene.next_look();
    assert_eq!(scene.outcome(id).await, "changed");
    scene.still_waits().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_webhook_that_says_something_else_than_the_forge_does_nothing() {
    let scene = scene(WEDNESDAY, &with_issue()).await;
    let (_, issue) = scene.waits_in_issue().await;
    let id = scene.say(&issue, "grace", "Looks good to me.");
    scene.ground.forge.all_sent().await;
    let sent = scene.ground.forge.deliveries().pop().unwrap();
    let forged = sent.body.replace("Looks good to me.", "/approve");
    assert_ne!(forged, sent.body);
    scene.forge_says("issue_comment", &forged).await;
    assert_eq!(scene.outcome(id).await, "changed");
    // Another's comment in an approver's name.
    let id = scene.say(&issue, "eve", "/approve");
    assert_eq!(scene.outcome(id).await, "TW-P001");
    let later = id + 100;
    let theirs = |sent: &tagwarden::demo::forge::Delivery| sent.body.contains("\"body\": \"/approve\"");
    let sent = scene.ground.forge.deliveries().into_iter().rfind(theirs).unwrap();
    let invented = sent.body.replace(&format!("\"id\": {id},"), &format!("\"id\": {later},"));
    scene.forge_says("issue_comment", &invented).await;
    assert_eq!(scene.outcome(later).await, "gone");
    scene.still_waits().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_command_whose_webhook_was_lost_is_found_by_the_next_look() {
    let mut scene = scene(WEDNESDAY, &with_issue()).await;
    let (_, issue) = scene.waits_in_issue().await;
    scene.ground.forge.lose_next_webhook();
    let id = scene.say(&issue, "grace", "/approve");
    scene.ground.forge.all_sent().await;
    scene.still_waits().await;
    scene.next_look();
    scene.reaches("v1.1.0", Phase::Watching).await.unwrap();
    scene.reaction(id, "+1").await;
    // And one that was written while nobody was there.
    scene.world.close().await.unwrap();
    let id = scene.say(&issue, "ada", "/rollback it is slow");
    scene.ground.forge.all_sent().await;
    scene.world.restart().await.unwrap();
    scene.reaches("v1.1.0", Phase::RolledBack).await.unwrap();
    scene.reaction(id, "+1").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_command_that_comes_twice_is_done_once() {
    let mut scene = scene(WEDNESDAY, &with_issue()).await;
    let (view, issue) = scene.waits_in_issue().await;
    scene.ground.forge.double_next_webhook();
    let hold = scene.say(&issue, "ada", "/hold wait for me");
    scene.reaction(hold, "+1").await;
    let sent = scene.ground.forge.deliveries().pop().unwrap();
    let lift = scene.say(&issue, "ada", "/lift");
    scene.reaction(lift, "+1").await;
    scene.ground.forge.redeliver(sent.number);
    scene.ground.forge.all_sent().await;
    scene.next_look();
    scene.world.restart().await.unwrap();
    scene.next_look();
    let last = scene.say(&issue, "ada", "/withdraw enough");
    scene.reaction(last, "+1").await;
    let events = scene.events(view.row.id).await;
    for name in ["held", "lifted", "withdrawn"] {
        assert_eq!(events.iter().filter(|event| *event == name).count(), 1, "{name}: {events:?}");
    }
    let issue = scene
        .issue_is("closed, with a last word", |issue| issue.state == "closed" && !answers(issue).is_empty())
        .await;
    assert_eq!(scene.comment(hold).reactions.len(), 1);
    assert_eq!(answers(&issue).len(), 1, "only the last word: {issue:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hostile_reason_stays_text() {
    let scene = scene(WEDNESDAY, &with_issue()).await;
    let (view, issue) = scene.waits_in_issue().await;
    let reason = "<img src=x> @all [a](http://example.org) **b** `c` <!-- d #12";
    let id = scene.say(&issue, "grace", &format!("/deny {reason}"));
    scene.reaction(id, "+1").await;
    let issue = scene
        .issue_is("closed, with a last word", |issue| issue.state == "closed" && !answers(issue).is_empty());
    let issue = issue.await;
    for text in [issue.body.as_str(), answers(&issue)[0]] {
        let (_, said) = text.split_once('\n').unwrap();
        for raw in [" @all", " <img", "[a](", "**b**", " `c`", " <!--", "#12"] {
            assert!(!said.contains(raw), "{raw}: {said}");
        }
        assert!(said.contains("\\<img"), "{said}");
    }
    let denied = scene.view("v1.1.0").await.unwrap().unwrap();
    assert_eq!((denied.row.phase, denied.row.id), ("denied", view.row.id));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_release_is_taken_back_by_comment_and_its_closed_issue_stays_closed() {
    let scene = scene(WEDNESDAY, &with_issue()).await;
    let (_, issue) = scene.waits_in_issue().await;
    scene.say(&issue, "grace", "/approve");
    scene.reaches("v1.1.0", Phase::Watching).await.unwrap();
    scene.watch_until("v1.1.0", Phase::Complete).await.unwrap();
    let issue = scene.issue_is("closed", |issue| issue.state == "closed").await;
    let id = scene.say(&issue, "ada", "/rollback it is slow");
    scene.reaches("v1.1.0", Phase::RolledBack).await.unwrap();
    scene.reaction(id, "+1").await;
    let said = scene.issue_is("why, and the end", |issue| answers(issue).len() >= 3).await;
    assert_eq!(said.state, "closed");
    assert!(said.body.lines().nth(1).unwrap().contains("v1.1.0"), "{}", said.body);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_issue_speaks_french() {
    let rules = Rules { language: Language::Fr, ..with_issue() };
    let scene = scene(WEDNESDAY, &rules).await;
    let (_, issue) = scene.waits_in_issue().await;
    assert_eq!(issue.title, "Version v1.1.0 → production");
    assert!(issue.body.contains("Approbation") && issue.body.contains("Ce qui change"), "{}", issue.body);
    let id = scene.say(&issue, "eve", "/approve");
    scene.reaction(id, "confused").await;
    let issue = scene.issue_is("an answer", |issue| answers(issue).len() == 1).await;
    assert!(answers(&issue)[0].contains("n’a pas ce droit"), "{issue:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_house_without_issues_opens_none_and_hears_no_comment() {
    let scene = scene(WEDNESDAY, &rules()).await;
    scene.push("1.1.0").await;
    let view = scene.reaches("v1.1.0", Phase::Watching).await.unwrap();
    assert_eq!(scene.ground.forge.issues(), []);
    let number = scene.ground.forge.open_issue(REPOSITORY, "ada", "talk", "");
    scene.ground.forge.comment(REPOSITORY, number, "ada", "/rollback it is slow").unwrap();
    scene.ground.forge.sync().await;
    let reason = "it is slow".to_owned();
    scene.demand(view.row.id, "ada", Demand::Rollback { reason }).await.unwrap();
    scene.reaches("v1.1.0", Phase::RolledBack).await.unwrap();
}

/// A checklist of two items, and a gate that is closed until somebody says otherwise.
const BY_PEOPLE: &str = r#"
[repository.environment.gates.signoff]
by = ["user:ada", "user:grace"]
[[repository.environment.gates.signoff.item]]
name = "login"
text = "Log in as a pupil."
[[repository.environment.gates.signoff.item]]
name = "marks"
text = "Enter a mark <b>twice</b>."
[[repository.environment.gates.command]]
name = "ready"
run = ["test", "-e", "{root}/ready"]
"#;

#[tokio::test(flavor = "multi_thread")]
async fn the_whole_road_of_people_is_gone_by_comment() {
    let rules = with_issue();
    let rules = Rules { further: format!("{BY_PEOPLE}{}", rules.further), ..rules };
    let scene = scene(WEDNESDAY, &rules).await;
    let (_, issue) = scene.waits_in_issue().await;
    assert!(issue.body.contains("- [ ] **login** Log in as a pupil."), "{}", issue.body);
    assert!(issue.body.contains("a mark \\<b\\>twice"), "{}", issue.body);
    scene.issue_says("`/override GATE REASON`").await;
    let strange = scene.say(&issue, "ada", "/signoff coffee");
    assert_eq!(scene.outcome(strange).await, "TW-P022");
    let one = scene.say(&issue, "ada", "/signoff login");
    scene.reaction(one, "+1").await;
    scene.issue_says("- [x] **login**").await;
    scene.hand.advance(Duration::from_secs(2));
    let all = scene.say(&issue, "ada", "/signoff");
    scene.reaction(all, "+1").await;
    scene.issue_says("- [x] **marks**").await;
    let asked = scene.say(&issue, "ada", "/override ready the machine burns");
    scene.reaction(asked, "+1").await;
    scene.hand.advance(Duration::from_secs(2));
    let own = scene.say(&issue, "ada", "/confirm ready");
    assert_eq!(scene.outcome(own).await, "TW-P030", "nobody is their own second person");
    let second = scene.say(&issue, "grace", "/confirm ready");
    scene.reaction(second, "+1").await;
    scene.issue_says("⚠").await;
    // Once she has read what the signature made of it.
    scene.hand.advance(Duration::from_secs(2));
    let approved = scene.say(&issue, "grace", "/approve");
    scene.reaction(approved, "+1").await;
    scene.reaches("v1.1.0", Phase::Watching).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn an_approval_counts_for_what_the_issue_showed_and_not_for_what_came_after() {
    let rules = with_issue();
    let rules = Rules { further: format!("{BY_PEOPLE}{}", rules.further), ..rules };
    let scene = scene(WEDNESDAY, &rules).await;
    let (view, issue) = scene.waits_in_issue().await;
    // Grace writes before the checklist is signed, and nobody hears of it until afterwards.
    scene.ground.forge.lose_next_webhook();
    let early = scene.say(&issue, "grace", "/approve");
    scene.ground.forge.all_sent().await;
    scene.hand.advance(Duration::from_secs(2));
    for demand in [
        Demand::Tick { item: "login".to_owned(), good: true, note: None },
        Demand::Tick { item: "marks".to_owned(), good: true, note: None },
        Demand::SignOff { note: None },
    ] {
        scene.demand(view.row.id, "ada", demand).await.unwrap();
    }
    let signed = scene.view("v1.1.0").await.unwrap().unwrap().binding;
    assert_ne!(signed, view.binding);
    scene.issue_says(&signed[..12]).await;
    scene.next_look();
    scene.reaction(early, "confused").await;
    assert_eq!(scene.outcome(early).await, "TW-P002");
    assert_eq!(scene.view("v1.1.0").await.unwrap().unwrap().approvals.len(), 0);
    let late = scene.say(&issue, "grace", "/approve");
    scene.reaction(late, "+1").await;
    assert_eq!(scene.view("v1.1.0").await.unwrap().unwrap().approvals.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_said_over_a_weekend_is_said_again_and_only_a_stop_still_counts() {
    let mut scene = scene(WEDNESDAY, &with_issue()).await;
    let (_, issue) = scene.waits_in_issue().await;
    scene.world.close().await.unwrap();
    let old = [
        scene.say(&issue, "grace", "/approve"),
        scene.say(&issue, "ada", "/lift"),
        scene.say(&issue, "ada", "/withdraw a typo"),
        scene.say(&issue, "ada", "/rollback it is slow"),
    ];
    let hold = scene.say(&issue, "ada", "/hold wait for me");
    scene.ground.forge.all_sent().await;
    scene.hand.advance(Duration::from_secs(3601));
    scene.world.restart().await.unwrap();
    for id in old {
        scene.reaction(id, "confused").await;
        assert_eq!(scene.outcome(id).await, "reply-too-old");
    }
    scene.reaction(hold, "+1").await;
    let view = scene.view("v1.1.0").await.unwrap().unwrap();
    assert_eq!((view.row.phase, view.approvals.len()), ("waiting", 0));
    let lift = scene.say(&issue, "ada", "/lift");
    scene.reaction(lift, "+1").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_checklist_that_the_issue_did_not_show_is_not_signed_by_comment() {
    let rules = with_issue();
    let rules = Rules { further: format!("{BY_PEOPLE}{}", rules.further), ..rules };
    let mut scene = scene(WEDNESDAY, &rules).await;
    let (view, issue) = scene.waits_in_issue().await;
    // Nothing is left to tell, so that what the new checklist shows comes from the new start alone.
    scene.told_everything(view.row.id).await;
    scene.world.close().await.unwrap();
    let early = [scene.say(&issue, "ada", "/signoff"), scene.say(&issue, "ada", "/signoff login")];
    scene.ground.forge.all_sent().await;
    let text = std::fs::read_to_string(scene.ground.config()).unwrap();
    let other = text.replace("Log in as a pupil.", "Log in as a teacher, and out again.");
    std::fs::write(scene.ground.config(), other).unwrap();
    scene.world.restart().await.unwrap();
    for id in early {
        assert_eq!(scene.outcome(id).await, "reply-other-checklist");
    }
    let list = scene.view("v1.1.0").await.unwrap().unwrap().checklist.unwrap();
    assert!(list.signed.is_none() && list.items.iter().all(|item| item.tick.is_none()), "{list:?}");
    scene.issue_says("and out again").await;
    scene.hand.advance(Duration::from_secs(2));
    let late = scene.say(&issue, "ada", "/signoff");
    scene.reaction(late, "+1").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_comment_confirms_no_override_that_was_asked_after_it_was_written() {
    let rules = with_issue();
    let rules = Rules { further: format!("{BY_PEOPLE}{}", rules.further), ..rules };
    let scene = scene(WEDNESDAY, &rules).await;
    let (view, issue) = scene.waits_in_issue().await;
    let pass = |hours: u64| Demand::Override {
        gate: "ready".to_owned(),
        reason: "the machine burns".to_owned(),
        lasting: Duration::from_secs(hours * 3600),
        drill: false,
    };
    scene.demand(view.row.id, "ada", pass(1)).await.unwrap();
    scene.hand.advance(Duration::from_secs(2));
    scene.ground.forge.lose_next_webhook();
    let early = scene.say(&issue, "grace", "/confirm ready");
    scene.ground.forge.all_sent().await;
    scene.hand.advance(Duration::from_secs(2));
    scene.demand(view.row.id, "ada", pass(24)).await.unwrap();
    scene.next_look();
    scene.reaction(early, "confused").await;
    assert_eq!(scene.outcome(early).await, "reply-override-later");
    assert_eq!(scene.view("v1.1.0").await.unwrap().unwrap().overrides[0].state, "asked");
    let late = scene.say(&issue, "grace", "/confirm ready");
    scene.reaction(late, "+1").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mark_that_was_copied_into_an_older_issue_makes_it_not_the_newer_ones() {
    let scene = scene(WEDNESDAY, &with_issue()).await;
    let repository = scene.engine().places()[0].repository_id().unwrap();
    let (view, first) = scene.waits_in_issue().await;
    scene.approve(&view, "grace").await.unwrap();
    scene.reaches("v1.1.0", Phase::Watching).await.unwrap();
    scene.watch_until("v1.1.0", Phase::Complete).await.unwrap();
    scene
        .issue_is("closed, with a last word", |issue| issue.state == "closed" && !answers(issue).is_empty())
        .await;
    scene.ground.forge.be_down(true);
    scene.push("1.2.0").await;
    let view = scene.reaches("v1.2.0", Phase::Waiting).await.unwrap();
    let key = format!("{repository}/production/v1.2.0/{}", view.object);
    let mark = format!("<!-- tagwarden:release:{} -->", &hex::encode(Sha256::digest(key))[..32]);
    scene.ground.forge.edit_issue(REPOSITORY, first.number, &mark).unwrap();
    scene.ground.forge.be_down(false);
    scene.hand.advance(Duration::from_secs(60));
    let second = scene.issue_is("another one", |issue| issue.number != first.number).await;
    assert!(second.body.starts_with(&mark) && second.title.contains("v1.2.0"), "{second:?}");
    let kept = scene.ground.forge.issues().into_iter().find(|issue| issue.number == first.number).unwrap();
    assert_eq!(kept.body, mark, "the older one is left as it is");
}

impl Scene {
    /// Leaves a comment as a daemon leaves it that is killed while it acts: begun at this end of the journal.
    fn leave_acting(&self, comment: u64, journal_end: u64) {
        let state = self.ground.root().join("state").join(tagwarden::store::FILE);
        let file = rusqlite::Connection::open(state).unwrap();
        let sql = "UPDATE comments SET state = 'acting', outcome = NULL, journal_end = ?2 WHERE comment = ?1";
        assert_eq!(file.execute(sql, (comment, journal_end)).unwrap(), 1);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_daemon_that_was_killed_while_it_acted_finds_out_whether_it_was_done() {
    let mut scene = scene(WEDNESDAY, &with_issue()).await;
    let (view, issue) = scene.waits_in_issue().await;
    let before = scene.engine().store().read(|r| r.journal_end()).await.unwrap().0;
    let hold = scene.say(&issue, "ada", "/hold wait for me");
    scene.reaction(hold, "+1").await;
    scene.demand(view.row.id, "ada", Demand::Lift).await.unwrap();
    // Killed after the act: it is not done again.
    scene.world.close().await.unwrap();
    scene.leave_acting(hold, before);
    scene.world.restart().await.unwrap();
    assert_eq!(scene.outcome(hold).await, "done");
    let held = |events: Vec<String>| events.iter().filter(|name| *name == "held").count();
    assert_eq!(held(scene.events(view.row.id).await), 1);
    // Killed before the act: it is done.
    let end = scene.engine().store().read(|r| r.journal_end()).await.unwrap().0;
    scene.world.close().await.unwrap();
    scene.leave_acting(hold, end);
    scene.world.restart().await.unwrap();
    assert_eq!(scene.outcome(hold).await, "done");
    assert_eq!(held(scene.events(view.row.id).await), 2);
    assert_eq!(scene.comment(hold).reactions.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stop_by_comment_waits_for_the_forge_and_is_not_lost() {
    let scene = scene(WEDNESDAY, &with_issue()).await;
    let (view, issue) = scene.waits_in_issue().await;
    scene.ground.forge.be_down(true);
    let hold = scene.say(&issue, "ada", "/hold wait for me");
    scene.ground.forge.all_sent().await;
    assert!(!scene.events(view.row.id).await.contains(&"held".to_owned()), "nothing was read back yet");
    scene.ground.forge.be_down(false);
    scene.hand.advance(Duration::from_secs(10));
    scene.reaction(hold, "+1").await;
    assert!(scene.events(view.row.id).await.contains(&"held".to_owned()));
}
