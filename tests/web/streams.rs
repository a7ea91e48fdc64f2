//! Event streams: what they bring, and how one goes on after the line was cut.

use crate::samples::friday_evening;
use crate::world::world;

#[tokio::test]
async fn a_page_is_told_of_what_happened_since_it_was_made_and_after() {
    let (world, _hand) = world().await;
    let ada = world.person("ada", true).await;
    let cookie = ada.cookie_line();
    let mut events = world.listen("/releases/14/events?after=31", &[("cookie", &cookie)]).await;
    let (name, id, data) = events.next().await.unwrap();
    assert_eq!((name.as_str(), id.as_str()), ("change", "32"));
    assert!(data.contains("\"kind\":\"pusher_named\""), "{data}");
    world.house.happens(13, "step_ended");
    let seq = world.house.happens(14, "approved");
    let (_, id, data) = events.next().await.unwrap();
    assert_eq!(id, seq.to_string(), "other releases are not told of: {data}");
    drop(events);

    let missed = [world.house.happens(14, "held"), world.house.happens(14, "lifted")];
    let last = seq.to_string();
    let again = [("cookie", cookie.as_str()), ("last-event-id", last.as_str())];
    let mut events = world.listen("/releases/14/events?after=31", &again).await;
    for seq in missed {
        assert_eq!(
            events.next().await.unwrap().1,
            seq.to_string(),
            "nothing is lost and nothing comes twice"
        );
    }
    world.close().await;
    assert_eq!(events.next().await, None, "a stream ends when the windows close");
}

#[tokio::test]
async fn the_list_is_told_of_every_change() {
    let (world, _hand) = world().await;
    let ada = world.person("ada", true).await;
    let cookie = ada.cookie_line();
    let mut events = world.listen("/releases/events", &[("cookie", &cookie), ("last-event-id", "3")]).await;
    assert_eq!(events.next().await.unwrap().0, "change", "who comes back looks again");
    let seq = world.house.happens(13, "step_ended");
    assert_eq!(events.next().await.unwrap().1, seq.to_string());
    world.close().await;
}

#[tokio::test]
async fn a_log_grows_while_it_is_read_and_goes_on_where_it_was_cut() {
    let (world, _hand) = world().await;
    let ada = world.person("ada", true).await;
    let cookie = ada.cookie_line();
    let (path, key) = ("/releases/13/steps/13.do.2-pull.1/events", (13, "13.do.2-pull.1".to_owned()));
    let text = |data: &str| {
        let value: serde_json::Value = serde_json::from_str(data).unwrap();
        value["text"].as_str().unwrap().to_owned()
    };
    let mut events = world.listen(path, &[("cookie", &cookie)]).await;
    let (mut shown, mut last) = (String::new(), String::new());
    while shown != "Pulling web\nweb pulled\n" {
        let (name, id, data) = events.next().await.unwrap();
        assert_eq!(name, "log");
        shown.push_str(&text(&data));
        last = id;
    }
    assert_eq!(last, "23", "the id is the place in the log");
    drop(events);

    world.house.known().logs.get_mut(&key).unwrap().extend("dïgest".as_bytes());
    let again = [("cookie", cookie.as_str()), ("last-event-id", last.as_str())];
    let mut events = world.listen(path, &again).await;
    let mut shown = String::new();
    while shown != "dïgest" {
        shown.push_str(&text(&events.next().await.unwrap().2));
    }
    {
        let mut known = world.house.known();
        known.logs.get_mut(&key).unwrap().extend(b" ok\r\n");
        let view = known.views.get_mut(&13).unwrap();
        view.steps[2].state = "done";
        view.steps[2].ended_at = Some(friday_evening());
    }
    let mut rest = String::new();
    loop {
        let (name, _, data) = events.next().await.unwrap();
        if name == "end" {
            break;
        }
        rest.push_str(&text(&data));
    }
    assert_eq!(rest, " ok\n", "what it printed last comes before the end");
    assert_eq!(events.next().await, None);
    world.close().await;
}

#[tokio::test]
async fn a_stream_ends_when_its_reader_loses_the_right_to_look() {
    let (world, hand) = world().await;
    for path in [
        "/releases/events",
        "/releases/14/events?after=99",
        "/releases/13/steps/13.do.2-pull.1/events?after=23",
    ] {
        let ada = world.person("ada", true).await;
        let mut events = world.listen(path, &[("cookie", &ada.cookie_line())]).await;
        world.house.known().sessions.clear();
        world.house.happens(14, "held");
        assert_eq!(events.next().await, None, "{path}: revoked");
    }
    let ada = world.person("ada", true).await;
    let mut events = world.listen("/releases/events", &[("cookie", &ada.cookie_line())]).await;
    hand.set(crate::world::at("2026-11-28T16:30:00Z"));
    world.house.happens(14, "lifted");
    assert_eq!(events.next().await, None, "it ran out");
    world.close().await;
}

#[tokio::test]
async fn a_log_has_a_page_with_numbered_lines_and_a_plain_text() {
    let (world, _hand) = world().await;
    let mut ada = world.person("ada", true).await;
    let long: String = (1..=6000).map(|n| format!("line {n}\n")).collect();
    world.house.known().logs.insert((11, "11.do.3-up.1".to_owned()), long.clone().into_bytes());
    let page = ada.get("/releases/11/steps/11.do.3-up.1").await.body;
    assert!(page.contains("1000 lines before these are in the plain text."), "a page has an end");
    assert!(page.contains("id=\"L1001\" href=\"#L1001\"") && !page.contains("id=\"L1000\""));
    assert!(page.contains("line 6000\n"));
    let text = ada.get("/releases/11/steps/11.do.3-up.1/log.txt").await;
    assert_eq!(text.body, long, "the text is whole");
    assert_eq!(text.one("content-disposition"), "inline; filename=\"11.do.3-up.1.txt\"");
    let release = ada.get("/releases/11").await.body;
    assert!(release.contains("Log of") && release.contains("line 6000") && !release.contains("line 5900\n"));
    world.close().await;
}
