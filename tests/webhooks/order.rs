//! Twice, in the wrong order, late, forged, cut off: one tag is one release, and nothing else is one.

use std::time::Duration;

use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;

use crate::ground::{BRIDGE, House, Setting};
use crate::wire::{Post, ask, read_answer};

async fn house() -> House {
    House::open(&Setting::waiting()).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn push_and_create_of_a_tag_open_one_release_whatever_comes_first() {
    let house = house().await;
    for (version, create_first) in [("1.0.0", false), ("1.1.0", true)] {
        let tagged = house.release(version);
        let mut pair = [Post::push(&tagged), Post::create(&tagged)];
        if create_first {
            pair.reverse();
        }
        for post in &pair {
            let said = house.deliver(post).await;
            assert_eq!(said, format!("Tag v{version} of {BRIDGE} was noted."));
        }
        house.settled().await;
        let row = house.reaches(&tagged.tag, "waiting").await;
        assert_eq!(house.pusher(row.id).await.as_deref(), Some("ada"));
    }
    house.reaches("v1.0.0", "superseded").await;
    assert_eq!(house.rows().await.len(), 2);
    house.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_redelivery_is_known_by_what_it_says_and_not_by_its_number() {
    let house = house().await;
    let post = Post::push(&house.release("1.0.0"));
    house.deliver(&post).await;
    house.settled().await;
    let before = house.row_counts();
    for times in 2..5 {
        let said = house.deliver(&post.again(times)).await;
        assert_eq!(said, format!("Known already: the same was delivered {times} times."));
    }
    // A look that is asked for now comes after those that the doubles asked for.
    let next = house.release("1.0.1");
    house.deliver(&Post::push(&next)).await;
    house.settled().await;
    assert_eq!(house.rows().await.len(), 2);
    assert_eq!(house.row_counts()[2], before[2] + 1, "a double leaves no row of its own");
    house.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_hundred_equal_bodies_at_once_open_one_release() {
    let house = house().await;
    let tagged = house.release("1.0.0");
    let (push, create) = (Post::push(&tagged), Post::create(&tagged));
    let mut asked = tokio::task::JoinSet::new();
    for number in 0..100 {
        let post = if number % 2 == 0 { &push } else { &create };
        let (address, request) = (house.address, post.again(number).bytes());
        asked.spawn(async move { ask(address, &request).await });
    }
    let answers = asked.join_all().await;
    let noted = answers.iter().filter(|answer| answer.body.contains("was noted")).count();
    let known = answers.iter().filter(|answer| answer.body.starts_with("Known already")).count();
    assert_eq!((noted, known), (2, 98), "{answers:?}");
    house.settled().await;
    assert_eq!(house.count("SELECT sum(times) FROM deliveries"), 100);
    assert_eq!(house.releases().await, [("v1.0.0".to_owned(), "waiting")]);
    house.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_deletion_that_overtakes_its_tag_deletes_nothing() {
    let house = house().await;
    let tagged = house.release("1.0.0");
    let said = house.deliver(&Post::delete(&tagged)).await;
    assert_eq!(said, format!("The deletion of tag v1.0.0 of {BRIDGE} was noted."));
    house.deliver(&Post::create(&tagged)).await;
    house.settled().await;
    house.reaches("v1.0.0", "waiting").await;
    assert_eq!(house.rows().await.len(), 1);
    house.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_old_delivery_of_a_moved_tag_is_kept_and_does_nothing() {
    let house = house().await;
    let old = house.release("1.0.0");
    let [push, create] = [Post::push(&old), Post::create(&old)];
    house.deliver(&push).await;
    house.settled().await;
    house.git(&["commit", "--quiet", "--allow-empty", "-m", "fix: more"]);
    house.git(&["tag", "-f", "-a", "-m", "moved", "v1.0.0"]);
    house.push(BRIDGE, &["v1.0.0"]);
    house.deliver(&Post::push(&house.tagged("v1.0.0"))).await;
    house.settled().await;
    let after_the_move = [("v1.0.0".to_owned(), "refused"), ("v1.0.0".to_owned(), "refused")];
    assert_eq!(house.releases().await, after_the_move);
    let journal = house.count("SELECT count(*) FROM journal");
    // One that was captured and not delivered before, and one that was.
    house.deliver(&create).await;
    house.deliver(&push.again(7)).await;
    house.settled().await;
    assert_eq!(house.releases().await, after_the_move);
    assert_eq!(house.count("SELECT count(*) FROM journal"), journal, "nothing happened that is worth a line");
    house.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_old_delivery_of_a_deleted_tag_is_kept_and_does_nothing() {
    let house = house().await;
    let tagged = house.release("1.0.0");
    house.deliver(&Post::push(&tagged)).await;
    house.settled().await;
    let bare = house.bare(BRIDGE).to_string_lossy().into_owned();
    house.git(&["push", "--quiet", &bare, "--delete", "v1.0.0"]);
    house.deliver(&Post::delete(&tagged)).await;
    house.settled().await;
    house.reaches("v1.0.0", "refused").await;
    house.deliver(&Post::push(&tagged).again(2)).await;
    house.deliver(&Post::create(&tagged)).await;
    house.settled().await;
    assert_eq!(house.releases().await, [("v1.0.0".to_owned(), "refused")]);
    assert_eq!(house.count("SELECT count(*) FROM deliveries"), 3);
    house.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_tag_that_came_back_after_its_deletion_is_considered_again() {
    let house = house().await;
    let tagged = house.release("1.0.0");
    house.deliver(&Post::push(&tagged)).await;
    house.settled().await;
    let bare = house.bare(BRIDGE).to_string_lossy().into_owned();
    house.git(&["push", "--quiet", &bare, "--delete", "v1.0.0"]);
    house.deliver(&Post::delete(&tagged)).await;
    house.settled().await;
    house.git(&["tag", "-f", "-a", "-m", "once more", "v1.0.0"]);
    house.push(BRIDGE, &["v1.0.0"]);
    house.deliver(&Post::push(&house.tagged("v1.0.0"))).await;
    house.settled().await;
    let rows = house.releases().await;
    assert_eq!(rows.len(), 2, "{rows:?}");
    assert_eq!(rows[0].1, "refused");
    house.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_delivery_that_breaks_off_changes_nothing() {
    let house = house().await;
    let post = Post::push(&house.release("1.0.0"));
    let whole = post.bytes();
    let before = house.row_counts();
    for part in [whole.len() / 3, whole.len() - post.body.len(), whole.len() - 1] {
        let mut stream = TcpStream::connect(house.address).await.unwrap();
        stream.write_all(&whole[..part]).await.unwrap();
        stream.shutdown().await.unwrap();
        let answer = read_answer(&mut stream).await;
        assert!(answer.as_ref().is_none_or(|answer| answer.status == 400), "{part}: {answer:?}");
    }
    // Whole by its length, but not what was signed.
    let mut cut = post.clone();
    cut.body.pop();
    let answer = house.ask(&cut.signed(&[post.signature().as_bytes()])).await;
    assert_eq!(answer.status, 401);
    assert_eq!(house.row_counts(), before);
    house.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lie_about_a_tag_is_only_a_reason_to_look() {
    let house = house().await;
    let mut tagged = house.write("1.0.0");
    // Signed, but there is no such tag on the forge; then there is one, but another object.
    house.deliver(&Post::push(&tagged)).await;
    house.settled().await;
    assert_eq!(house.releases().await, []);
    house.push(BRIDGE, &["v1.0.0"]);
    let truth = tagged.object.clone();
    tagged.object = "1".repeat(40);
    house.deliver(&Post::push(&tagged)).await;
    house.settled().await;
    let row = house.reaches("v1.0.0", "waiting").await;
    let view = house.engine.view(row.id).await.unwrap().unwrap();
    assert_eq!(view.object.to_string(), truth);
    house.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lost_webhook_is_made_good_by_the_next_look() {
    let house = house().await;
    house.release("1.0.0");
    house.hand.advance(Duration::from_secs(301));
    house.reaches("v1.0.0", "waiting").await;
    house.close().await;
}
