//! Every delivery that a real instance sent gets its answer, leaves its row and opens what it should.

use serde_json::Value;

use crate::ground::{BRIDGE, House, Setting};
use crate::traffic::{Recorded, VERSIONS, deliveries};
use crate::wire::replay;

/// What the recorded life of the repository opens, and how each of it ends while nobody approves anything.
const OPENED: [(&str, &str); 15] = [
    ("v1.0.0", "superseded"),
    ("v1.0.1", "superseded"),
    ("v1.0.2", "superseded"),
    ("v1.0.3", "superseded"),
    // Moved: neither what it was nor what it is goes anywhere.
    ("v1.0.4", "refused"),
    ("v1.0.4", "refused"),
    // Deleted while it waited; the next one is then no proper successor of v1.0.4.
    ("v1.1.0", "refused"),
    ("v1.2.0", "refused"),
    ("v2.0.0", "superseded"),
    ("v2.1.0", "superseded"),
    ("v2.2.0", "superseded"),
    ("v2.2.1", "superseded"),
    ("v2.2.2", "superseded"),
    ("v2.2.3", "superseded"),
    ("v2.2.4", "waiting"),
];

fn told(recorded: &Recorded) -> Value {
    serde_json::from_slice(&recorded.body).unwrap()
}

/// The sentence that a person reads in the forge's list of deliveries.
fn sentence(recorded: &Recorded) -> String {
    let body = told(recorded);
    let reference = body["ref"].as_str().unwrap_or_default();
    match (recorded.event(), reference.strip_prefix("refs/tags/")) {
        ("push" | "create", None) => "Ignored: branch main is no tag.".to_owned(),
        ("push", Some(tag)) if body["after"] == "0".repeat(40) => deletion(tag),
        ("push" | "create", Some(tag)) => format!("Tag {tag} of school/bridge was noted."),
        ("delete", Some(tag)) => deletion(tag),
        ("issue_comment", _) if body["action"] == "created" => {
            "Ignored: the comment asks nothing, or no issue is kept for releases.".to_owned()
        }
        ("issue_comment", _) => {
            "Ignored: only a new comment of its own author in an issue can ask something.".to_owned()
        }
        (other, _) => format!("Ignored: events of the kind “{other}” are not needed here."),
    }
}

fn deletion(tag: &str) -> String {
    format!("The deletion of tag {tag} of school/bridge was noted.")
}

/// Does to the small forge, unheard, what the delivery tells of, if it was not done yet.
fn bring_about(house: &House, recorded: &Recorded) {
    let body = told(recorded);
    let scene = recorded.scene();
    let Some(tag) = body["ref"].as_str().and_then(|name| name.strip_prefix("refs/tags/")) else { return };
    let bare = house.bare(BRIDGE).to_string_lossy().into_owned();
    if scene == "deleted-tag-push" || scene == "tag-deleted-by-api-push" {
        house.git(&["push", "--quiet", &bare, "--delete", tag]);
    } else if scene == "moved-tag-push" {
        house.git(&["tag", "-f", "-a", "-m", "moved", tag]);
        house.push(BRIDGE, &[tag]);
    } else if recorded.event() == "push" && tag.ends_with("-rollback") {
        house.git(&["tag", tag]);
        house.push(BRIDGE, &[tag]);
    } else if recorded.event() == "push" {
        house.release(&tag[1..]);
    }
}

async fn play(version: &str) {
    let house = House::open(&Setting::waiting()).await;
    let mut kept = 0;
    for recorded in deliveries(version) {
        bring_about(&house, &recorded);
        let answer = house.ask(&replay(&recorded)).await;
        assert_eq!(
            (answer.status, answer.body.trim_end()),
            (200, sentence(&recorded).as_str()),
            "{}",
            recorded.name
        );
        assert_eq!(answer.header("content-type"), "text/plain; charset=utf-8");
        kept += u64::from(!answer.body.starts_with("Ignored"));
        assert_eq!(house.count("SELECT count(*) FROM deliveries"), kept, "{}", recorded.name);
        house.settled().await;
        house
            .until("older releases to give way", async |house| {
                let waiting = house.releases().await.iter().filter(|(_, phase)| *phase == "waiting").count();
                (waiting <= 1).then_some(())
            })
            .await;
    }
    let bodies: u64 = house.count("SELECT count(DISTINCT body) FROM deliveries WHERE times = 1");
    assert_eq!(bodies, kept, "the exact bytes are kept, each once");
    let opened: Vec<(String, &str)> = house.releases().await;
    let opened: Vec<(&str, &str)> = opened.iter().map(|(tag, phase)| (tag.as_str(), *phase)).collect();
    assert_eq!(opened, OPENED);
    house.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_deliveries_of_version_15_are_understood() {
    play(VERSIONS[0]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_deliveries_of_version_16_are_understood() {
    play(VERSIONS[1]).await;
}
