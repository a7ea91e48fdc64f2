//! Event streams: what tells an open page that something changed, and brings new lines of a log.
//!
//! Every stream can be resumed: the id of an event is a place (in the journal, in the log), and a browser that comes
//! back names the last one it has seen. The right to look is looked up again before anything is sent.
//!
//! Races: (a) something happens between the page and its stream: the page names the place up to which it was made;
//! (b) more changes come than a slow reader takes: they are folded into one more look at the journal; (c) a step ends
//! while its log is read: whether it has ended is asked first, so what it printed last is read after that.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use serde_json::json;
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::{broadcast, mpsc};
use warp::sse::Event;

use crate::domain::names::ReleaseId;
use crate::web::call::Windows;
use crate::web::house::{House, Session};
use crate::web::log_text;
use crate::web::reply::{self, Response};
use crate::web::site::Visit;

/// How long a browser waits before it comes back.
const COME_BACK: Duration = Duration::from_secs(2);
/// Events that wait for a slow reader; more would only be memory.
const WAITING: usize = 16;

/// Where the reader is: somebody with a session, on a connection that may go away.
struct Line<H> {
    windows: Arc<Windows<H>>,
    session: Arc<Session>,
    out: mpsc::Sender<Result<Event, Infallible>>,
}

/// Why a line woke up.
enum Woken {
    /// Something changed, at this place in the journal when it is known.
    Changed(Option<u64>),
    /// Nothing happened for as long as one waits.
    Quiet,
}

impl<H: House> Line<H> {
    /// Returns the answer, and the line behind it.
    fn open(visit: Visit<H>) -> (Response, Self) {
        let heartbeat = visit.call.windows.settings.limits.heartbeat;
        let (out, events) = mpsc::channel(WAITING);
        // Never fails: the channel is empty and open.
        let _ = out.try_send(Ok(Event::default().retry(COME_BACK).comment("open")));
        let line = Self { windows: visit.call.windows, session: visit.session, out };
        (reply::events(events, heartbeat), line)
    }

    /// Sends an event to whoever may still look; `None` = nobody does.
    async fn send(&self, event: Event) -> Option<()> {
        self.may_look().await?;
        self.out.send(Ok(event)).await.ok()
    }

    async fn may_look(&self) -> Option<()> {
        let found = self.windows.house.session(&self.session.secret).await.ok()??;
        let same = found.person.same_as(&self.session.person);
        (same && found.expires > self.windows.settings.clock.now()).then_some(())
    }

    /// Waits until something may have changed, for at most `longest`; `None` = it is over.
    async fn wait(
        &self,
        changes: &mut broadcast::Receiver<(ReleaseId, u64)>,
        only: Option<ReleaseId>,
        longest: Duration,
    ) -> Option<Woken> {
        let timer = tokio::time::sleep(longest);
        tokio::pin!(timer);
        loop {
            tokio::select! {
                changed = changes.recv() => match changed {
                    Ok((id, seq)) if only.is_none_or(|only| only == id) => return Some(Woken::Changed(Some(seq))),
                    Ok(_) => {}
                    Err(RecvError::Lagged(_)) => return Some(Woken::Changed(None)),
                    Err(RecvError::Closed) => return None,
                },
                () = &mut timer => {
                    self.may_look().await?;
                    return Some(Woken::Quiet);
                }
                () = self.windows.closing.cancelled() => return None,
                () = self.out.closed() => return None,
            }
        }
    }
}

/// Returns the place that the reader has seen: as the browser says when it comes back, else as its page says.
fn seen<H>(visit: &Visit<H>) -> u64 {
    let again = visit.call.headers.get("last-event-id").and_then(|id| id.to_str().ok()?.trim().parse().ok());
    again.or_else(|| visit.call.query.get("after")?.parse().ok()).unwrap_or(0)
}

/// Tells of every change to any release.
pub fn of_all<H: House>(visit: Visit<H>) -> Response {
    let again = visit.call.headers.contains_key("last-event-id");
    let mut changes = visit.call.windows.house.changes();
    let (response, line) = Line::open(visit);
    tokio::spawn(async move {
        let heartbeat = line.windows.settings.limits.heartbeat;
        if again {
            // What happened while the line was cut is not known; the page looks for itself.
            line.send(Event::default().event("change").data("{}")).await?;
        }
        loop {
            if let Woken::Changed(seq) = line.wait(&mut changes, None, heartbeat).await? {
                let event = Event::default().event("change").data(json!({ "seq": seq }).to_string());
                let event = match seq {
                    Some(seq) => event.id(seq.to_string()),
                    None => event,
                };
                line.send(event).await?;
            }
        }
        #[expect(unreachable_code, reason = "names the type of a loop that only `?` leaves")]
        Some(())
    });
    response
}

/// Tells of every new line in a release's journal.
pub fn of_release<H: House>(visit: Visit<H>) -> Response {
    let (id, mut after) = (visit.places.release(), seen(&visit));
    let mut changes = visit.call.windows.house.changes();
    let (response, line) = Line::open(visit);
    tokio::spawn(async move {
        let heartbeat = line.windows.settings.limits.heartbeat;
        loop {
            for news in line.windows.house.journal(id, after).await.ok()? {
                after = news.seq;
                let data = json!({ "seq": news.seq, "at": news.at, "kind": news.kind }).to_string();
                line.send(Event::default().event("change").id(news.seq.to_string()).data(data)).await?;
            }
            line.wait(&mut changes, Some(id), heartbeat).await?;
        }
        #[expect(unreachable_code, reason = "names the type of a loop that only `?` leaves")]
        Some(())
    });
    response
}

/// Brings what a step prints, from the place that was seen, until it has ended.
pub fn of_step<H: House>(visit: Visit<H>) -> Response {
    let (id, key, from) = (visit.places.release(), visit.places.word(0).to_owned(), seen(&visit));
    let (response, line) = Line::open(visit);
    tokio::spawn(async move { follow(&line, id, &key, from).await });
    response
}

async fn follow<H: House>(line: &Line<H>, id: ReleaseId, key: &str, mut from: u64) -> Option<()> {
    let house = &line.windows.house;
    let mut changes = house.changes();
    let (mut read, mut rest) = (from, Vec::new());
    loop {
        let view = house.release(id).await.ok()??;
        let over = view.steps.iter().find(|step| step.key == key)?.state != "running";
        loop {
            let piece = house.step_log(id, key, read).await.ok()??;
            let at_the_end = piece.bytes.is_empty();
            rest.extend_from_slice(&piece.bytes);
            read = piece.next.max(read);
            let (text, taken) = log_text::show(&rest, at_the_end && over);
            rest.drain(..taken);
            from += taken as u64;
            if !text.is_empty() {
                let data = json!({ "text": text }).to_string();
                line.send(Event::default().event("log").id(from.to_string()).data(data)).await?;
            }
            if at_the_end {
                break;
            }
        }
        if over {
            return line.send(Event::default().event("end").id(from.to_string()).data("{}")).await;
        }
        line.wait(&mut changes, Some(id), line.windows.settings.limits.log_every).await?;
    }
}
