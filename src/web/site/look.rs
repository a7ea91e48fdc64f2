//! Looking: the list, one release, the log of a step.

use hyper::StatusCode;
use std::convert::Infallible;
use std::sync::Arc;

use crate::domain::names::{EnvironmentName, ReleaseId, RepositoryName};
use crate::domain::notice::Notice;
use crate::engine::view::{JournalLine, ReleaseView};
use crate::web::act_name::ActName;
use crate::web::call::Windows;
use crate::web::house::{House, Read, ReleaseFilter};
use crate::web::log_text;
use crate::web::pages::{self, Banner, ListPage, LogTail, Reader, ReleasePage, StepPage};
use crate::web::reply::{self, Response};
use crate::web::site::Visit;
use crate::web::site::note::{self, Note};

/// Releases on one page of the list.
const PAGE: usize = 50;
/// Releases under way that are shown at most: one per environment is usual.
const UNDER_WAY: usize = 200;
/// Lines of a log on the page of a release.
const TAIL: usize = 30;
/// Lines of a log on its own page; the rest is in the plain text.
const LONG_TAIL: usize = 5000;

impl<H: House> Visit<H> {
    /// Returns who reads, for pages about times in `zone`.
    pub fn reader(&self, zone: &str) -> Reader<'_> {
        Reader::new(
            self.call.voice,
            self.call.windows.settings.clock.now(),
            zone,
            self.session.person.as_str(),
            &self.session.csrf,
        )
    }
}

/// Returns the list of releases.
pub async fn releases<H: House>(visit: Visit<H>) -> Response {
    let call = &visit.call;
    let environment = call.query.get("environment").and_then(|name| EnvironmentName::parse(name).ok());
    let repository = call.query.get("repository").and_then(|name| RepositoryName::parse(name).ok());
    let before = call.query.get("before").and_then(|id| id.parse().ok()).map(ReleaseId);
    let filter = ReleaseFilter { environment, repository, under_way: false, limit: PAGE + 1, before };
    let house = &call.windows.house;
    let under_way = match before {
        // The later pages are history.
        Some(_) => Ok(Vec::new()),
        None => {
            let filter = ReleaseFilter { under_way: true, limit: UNDER_WAY, ..filter.clone() };
            house.releases(filter).await
        }
    };
    let (under_way, mut earlier) = match (under_way, house.releases(filter.clone()).await) {
        (Ok(under_way), Ok(earlier)) => (under_way, earlier),
        (Err(trouble), _) | (_, Err(trouble)) => return call.trouble(&trouble),
    };
    let older = (earlier.len() > PAGE).then(|| {
        earlier.truncate(PAGE);
        earlier.last().map_or(ReleaseId(0), |row| row.id)
    });
    earlier.retain(|row| !under_way.iter().any(|shown| shown.id == row.id));
    let page = ListPage { under_way: &under_way, earlier: &earlier, filter: &filter, older };
    reply::page(StatusCode::OK, pages::list(&visit.reader("UTC"), &page))
}

/// Returns the page of a release, with what the last page left to say.
pub async fn release<H: House>(visit: Visit<H>) -> Response {
    let id = visit.places.release();
    let note = Note::of(&visit.call, id);
    let banner = note.as_ref().map(|note| match &note.typed {
        None => Banner::Done(note.act),
        Some(_) => Banner::NotSent,
    });
    let draft = note.as_ref().and_then(|note| Some((note.act, note.typed.as_deref()?)));
    let mut response = show(&visit, StatusCode::OK, banner, draft).await;
    if note.as_ref().is_some_and(|note| note.typed.is_none()) {
        note::forget(&visit.call, &mut response);
    }
    response
}

/// Returns the page of the visited release under a banner, with a reason that was typed already.
pub async fn show<H: House>(
    visit: &Visit<H>,
    status: StatusCode,
    banner: Option<Banner>,
    draft: Option<(ActName, &str)>,
) -> Response {
    let (call, id) = (&visit.call, visit.places.release());
    let (view, journal) = match read(&call.windows, id).await {
        Ok(Some(read)) => read,
        Ok(None) => return call.refuse(StatusCode::NOT_FOUND, &Notice::new("TW-E002").with("release", id)),
        Err(trouble) => return call.trouble(&trouble),
    };
    let tail = match of_interest(&view) {
        None => None,
        Some(key) => match tail(&call.windows, id, key, TAIL).await {
            Ok(tail) => tail,
            Err(trouble) => return call.trouble(&trouble),
        },
    };
    let all = call.query.get("journal") == Some("all");
    let page = ReleasePage { view: &view, journal: &journal, all, tail: tail.as_ref(), banner, draft };
    reply::page(status, pages::release(&visit.reader(&view.row.time_zone), &page))
}

async fn read<H: House>(
    windows: &Windows<H>,
    id: ReleaseId,
) -> Read<Option<(ReleaseView, Vec<JournalLine>)>> {
    // The journal first: what happens between the two reads is told again by the event stream, and never missed.
    let journal = windows.house.journal(id, 0).await?;
    Ok(windows.house.release(id).await?.map(|view| (view, journal)))
}

/// Returns the step whose log people want to see: the one that runs, else the last one that went wrong.
fn of_interest(view: &ReleaseView) -> Option<&str> {
    let known = || view.steps.iter().filter(|step| !step.key.is_empty());
    let running = known().rfind(|step| step.state == "running");
    let wrong = || known().rfind(|step| matches!(step.state, "failed" | "lost" | "unknown"));
    running.or_else(wrong).map(|step| step.key.as_str())
}

/// Returns the last `most` lines of a step's log, or `None` when there is no such step.
async fn tail<H: House>(
    windows: &Windows<H>,
    id: ReleaseId,
    key: &str,
    most: usize,
) -> Read<Option<LogTail>> {
    let mut tail = LogTail { key: key.to_owned(), lines: Vec::new(), before: 0, next: 0 };
    let mut rest = Vec::new();
    loop {
        let Some(piece) = windows.house.step_log(id, key, tail.next).await? else { return Ok(None) };
        let last = piece.bytes.is_empty();
        rest.extend_from_slice(&piece.bytes);
        let whole =
            if last { rest.len() } else { rest.iter().rposition(|b| *b == b'\n').map_or(0, |at| at + 1) };
        let lines: Vec<u8> = rest.drain(..whole).collect();
        tail.lines.extend(log_text::show(&lines, true).0.lines().map(ToOwned::to_owned));
        let beyond = tail.lines.len().saturating_sub(most);
        tail.lines.drain(..beyond);
        tail.before += beyond;
        if last {
            return Ok(Some(tail));
        }
        tail.next = piece.next;
    }
}

/// Returns the page with the log of a step.
pub async fn step<H: House>(visit: Visit<H>) -> Response {
    let (call, id, key) = (&visit.call, visit.places.release(), visit.places.word(0));
    let read = async {
        let view = call.windows.house.release(id).await?;
        Ok((view, tail(&call.windows, id, key, LONG_TAIL).await?))
    };
    let (view, tail) = match read.await {
        Ok((Some(view), Some(tail))) => (view, tail),
        Ok(_) => return call.not_found(),
        Err(trouble) => return call.trouble(&trouble),
    };
    let Some(step) = view.steps.iter().find(|step| step.key == key) else { return call.not_found() };
    let page = StepPage { row: &view.row, step, tail: &tail };
    reply::page(StatusCode::OK, pages::step(&visit.reader(&view.row.time_zone), &page))
}

/// Returns the log of a step as plain text.
pub async fn step_text<H: House>(visit: Visit<H>) -> Response {
    let Visit { call, places, .. } = visit;
    let (id, key) = (places.release(), places.word(0).to_owned());
    match call.windows.house.step_log(id, &key, 0).await {
        Ok(Some(_)) => {}
        Ok(None) => return call.not_found(),
        Err(trouble) => return call.trouble(&trouble),
    }
    let (out, pieces) = tokio::sync::mpsc::channel(2);
    let name = format!("{key}.txt");
    tokio::spawn(pour(Arc::clone(&call.windows), id, key, out));
    reply::download(pieces, &name)
}

async fn pour<H: House>(
    windows: Arc<Windows<H>>,
    id: ReleaseId,
    key: String,
    out: tokio::sync::mpsc::Sender<Result<String, Infallible>>,
) {
    let (mut from, mut rest) = (0, Vec::new());
    loop {
        // What cannot be read any more ends the text; the browser sees that it is shorter than before.
        let Ok(Some(piece)) = windows.house.step_log(id, &key, from).await else { return };
        let last = piece.bytes.is_empty();
        rest.extend_from_slice(&piece.bytes);
        let (text, taken) = log_text::show(&rest, last);
        rest.drain(..taken);
        if (!text.is_empty() && out.send(Ok(text)).await.is_err()) || last {
            return;
        }
        from = piece.next;
    }
}
