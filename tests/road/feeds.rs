//! Calendars that are fed from outside: lessons hold releases, and a feed that breaks holds them too, but never the
//! way back.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tagwarden::demo::Rules;
use tagwarden::domain::release::Phase;
use tagwarden::engine::Demand;

use crate::scene::{Scene, WEDNESDAY, rules, scene};

/// A lesson on that Wednesday from nine to eleven in Paris.
const LESSON: &str = "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:1\r\nDTSTART:20261125T080000Z\r\n\
                      DTEND:20261125T100000Z\r\nSUMMARY:Algebra\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n";
/// The same an hour earlier, so that it is over.
const EARLIER: &str = "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:1\r\nDTSTART:20261125T070000Z\r\n\
                       DTEND:20261125T080000Z\r\nSUMMARY:Algebra\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n";

fn fed_by(place: &str) -> Rules {
    let further = format!("[[calendar.feed]]\nname = \"courses\"\n{place}\n");
    Rules { further, ..rules() }
}

fn file(path: &Path) -> Rules {
    fed_by(&format!("path = \"{}\"\nrefresh = \"1s\"", path.display()))
}

/// Replaces a file as whoever exports calendars should: by renaming.
fn export(path: &Path, text: &str) {
    let new = path.with_extension("new");
    std::fs::write(&new, text).unwrap();
    std::fs::rename(new, path).unwrap();
}

/// Waits until what holds the release is told by the message with this id.
async fn held_by(scene: &Scene, tag: &str, id: &str) {
    scene
        .until(
            id,
            |world| async move { Ok(world.view(tag).await?.filter(|view| view.row.headline.id == id)) },
        )
        .await
        .unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lesson_holds_a_release_until_it_is_over() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("courses.ics");
    export(&path, LESSON);
    let scene = scene(WEDNESDAY, &file(&path)).await;
    let said = scene.push("1.1.0").await;
    assert!(said.contains("courses") && said.contains("11:00"), "the push says why and until when: {said}");
    scene.reaches("v1.1.0", Phase::Waiting).await.unwrap();
    scene.hand.advance(Duration::from_secs(3600 - 1));
    assert_eq!(scene.ground.done(), Vec::<String>::new());
    scene.hand.advance(Duration::from_secs(1));
    scene.reaches("v1.1.0", Phase::Watching).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lesson_that_is_moved_lets_the_release_go_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("courses.ics");
    export(&path, LESSON);
    let scene = scene(WEDNESDAY, &file(&path)).await;
    scene.push("1.1.0").await;
    held_by(&scene, "v1.1.0", "gate-calendar-closed").await;
    export(&path, EARLIER);
    scene.reaches("v1.1.0", Phase::Watching).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_broken_feed_keeps_its_last_copy_until_that_is_too_old() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("courses.ics");
    export(&path, EARLIER);
    let scene = scene(WEDNESDAY, &file(&path)).await;
    export(&path, "<html>Sign in</html>");
    scene
        .until("the trouble to be known", |world| async move {
            let views = world.engine().feed_views();
            Ok(views.into_iter().find(|view| view.trouble.as_ref().is_some_and(|why| why.id == "TW-K040")))
        })
        .await
        .unwrap();
    scene.complete("1.1.0").await;
    scene.hand.advance(Duration::from_secs(25 * 3600));
    let said = scene.push("1.2.0").await;
    assert!(said.contains("courses cannot be read since"), "{said}");
    held_by(&scene, "v1.2.0", "gate-calendar-stale").await;
    let metrics = scene.engine().metrics().await.unwrap();
    let line = "tagwarden_feed_believed{calendar=\"office\",feed=\"courses\"} 0";
    assert!(metrics.contains(line), "{metrics}");
    export(&path, EARLIER);
    scene.reaches("v1.2.0", Phase::Watching).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn the_way_back_is_open_with_a_feed_that_cannot_be_read() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("courses.ics");
    export(&path, EARLIER);
    let scene = scene(WEDNESDAY, &file(&path)).await;
    let before = scene.complete("1.1.0").await.commit.to_string();
    scene.push("1.2.0").await;
    let view = scene.reaches("v1.2.0", Phase::Watching).await.unwrap();
    export(&path, LESSON);
    std::fs::remove_file(&path).unwrap();
    scene
        .until("the file to be missed", |world| async move {
            Ok(world.engine().feed_views().into_iter().find(|view| view.trouble.is_some()))
        })
        .await
        .unwrap();
    let reason = "orders are lost".to_owned();
    scene.demand(view.row.id, "ada", Demand::Rollback { reason }).await.unwrap();
    scene.reaches("v1.2.0", Phase::RolledBack).await.unwrap();
    assert_eq!(scene.running(), before);
}

/// A server of one calendar that can be switched off; it says when a copy is still good.
fn calendar_server(up: Arc<AtomicBool>) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/courses.ics", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let mut request = [0; 8192];
            let count = stream.read(&mut request).unwrap_or(0);
            let known = String::from_utf8_lossy(&request[..count]).contains("if-none-match: \"1\"");
            let answer = match (up.load(Ordering::Acquire), known) {
                (false, _) => {
                    "HTTP/1.1 503 Down\r\ncontent-length: 0\r\nconnection: close\r\n\r\n".to_owned()
                }
                (true, true) => "HTTP/1.1 304 Same\r\nconnection: close\r\n\r\n".to_owned(),
                (true, false) => format!(
                    "HTTP/1.1 200 OK\r\netag: \"1\"\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{LESSON}",
                    LESSON.len()
                ),
            };
            // Whoever has heard enough hangs up.
            let _ = stream.write_all(answer.as_bytes());
        }
    });
    url
}

#[tokio::test(flavor = "multi_thread")]
async fn a_fetched_feed_is_kept_over_a_restart_without_its_server() {
    let up = Arc::new(AtomicBool::new(true));
    let url = calendar_server(Arc::clone(&up));
    let mut scene = scene(WEDNESDAY, &fed_by(&format!("url = \"{url}\"\nallow_private = true"))).await;
    let fetched = |scene: &Scene| scene.engine().feed_views().remove(0);
    scene
        .until("the feed to be fetched", |world| async move {
            Ok(world.engine().feed_views().into_iter().find(|view| view.believed))
        })
        .await
        .unwrap();
    let first = fetched(&scene).good_at;
    // Asked again, the server says that nothing changed; the copy is as good as new.
    scene.hand.advance(Duration::from_secs(16 * 60));
    scene
        .until("the copy to be confirmed", |world| async move {
            Ok(world.engine().feed_views().into_iter().find(|view| view.good_at > first))
        })
        .await
        .unwrap();
    up.store(false, Ordering::Release);
    scene.world.restart().await.unwrap();
    let view = fetched(&scene);
    assert!(view.believed && view.events == 1, "{view:?}");
    let said = scene.push("1.1.0").await;
    assert!(said.contains("courses"), "{said}");
}
