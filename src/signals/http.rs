//! Asks an address and says whether it answered as it should: health check, smoke test and watch alike.
//!
//! Every question goes over a fresh connection and straight to the address, as a new visitor's would; a redirect is an
//! answer and is not followed. An answer that comes too late is bad. What hinders us from asking at all (the name
//! cannot be looked up, our own network is down, the address is no address) is an error and says nothing about the
//! application.

use std::error::Error;
use std::io::ErrorKind;
use std::time::Duration;

use jiff::Timestamp;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};

use super::evidence;
use crate::clock::Stopwatch;
use crate::domain::plan::Ask;
use crate::domain::watch::{Answer, Look};

/// How much of an answer is read: enough for any health page, little enough for a daemon of 20 MB.
const LARGEST_ANSWER: usize = 1024 * 1024;

/// What came back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    /// Whether everything was as expected.
    pub ok: bool,
    /// The same as one of the four answers: not everything that is not ok counts against the application.
    pub answer: Answer,
    /// The status, when there was an answer.
    pub status: Option<u16>,
    /// How long it took, to the end of the answer or to the failure.
    pub latency: Duration,
    /// What was asked, what came back, and what was expected, in one line without secrets.
    pub evidence: String,
}

impl Asked {
    /// Returns it as a look at the signal `signal`.
    pub fn look(&self, signal: &str, at: Timestamp) -> Look {
        Look { signal: signal.to_owned(), at, answer: self.answer, evidence: self.evidence.clone() }
    }
}

/// Returns the client to ask with; one is enough for all questions.
pub fn client() -> Result<reqwest::Client, reqwest::Error> {
    reqwest::Client::builder()
        .user_agent(concat!("tagwarden/", env!("CARGO_PKG_VERSION")))
        .redirect(reqwest::redirect::Policy::none())
        .no_proxy()
        .pool_max_idle_per_host(0)
        .dns_resolver(MachineResolver)
        .build()
}

/// Asks once.
pub async fn ask(client: &reqwest::Client, ask: &Ask) -> Asked {
    let limit = Duration::from_millis(ask.latency_ms);
    let watch = Stopwatch::start();
    let found = match tokio::time::timeout(limit, fetch(client, ask, &Extras::default())).await {
        Ok(Ok(page)) => judge(ask, &page),
        Ok(Err(error)) => Found { answer: blame(&error), status: None, what: innermost(&error) },
        Err(_) => Found { answer: Answer::Bad, status: None, what: "no whole answer in time".to_owned() },
    };
    let latency = watch.elapsed();
    let evidence = evidence(&format!(
        "GET {}: {} after {} ms (expected {}{} within {} ms)",
        ask.url,
        found.what,
        latency.as_millis(),
        ask.status,
        if ask.contains.is_some() { " and a text" } else { "" },
        ask.latency_ms,
    ));
    Asked { ok: found.answer == Answer::Ok, answer: found.answer, status: found.status, latency, evidence }
}

/// What goes along with a question.
#[derive(Default)]
pub struct Extras<'a> {
    /// What is sent as `Authorization: Bearer …`.
    pub token: Option<&'a str>,
    /// The fields of a form; with them the question is a POST.
    pub form: &'a [(&'a str, &'a str)],
}

/// Reads an address.
///
/// # Errors
/// Why there is no answer, without the address.
pub async fn read(client: &reqwest::Client, ask: &Ask, extras: &Extras<'_>) -> Result<Page, String> {
    let limit = Duration::from_millis(ask.latency_ms);
    match tokio::time::timeout(limit, fetch(client, ask, extras)).await {
        Ok(Ok(page)) => Ok(page),
        Ok(Err(error)) => Err(innermost(&error)),
        Err(_) => Err("no whole answer in time".to_owned()),
    }
}

/// An answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// Its status.
    pub status: u16,
    /// Its body, at most one MiB of it.
    pub body: Vec<u8>,
    /// Whether that is all of the body.
    pub whole: bool,
}

impl Page {
    /// Returns whether `text` stands in the body.
    pub fn holds(&self, text: &str) -> bool {
        text.is_empty() || self.body.windows(text.len()).any(|window| window == text.as_bytes())
    }
}

struct Found {
    answer: Answer,
    status: Option<u16>,
    what: String,
}

async fn fetch(client: &reqwest::Client, ask: &Ask, extras: &Extras<'_>) -> Result<Page, reqwest::Error> {
    let mut request = match extras.form {
        [] => client.get(&ask.url),
        fields => client.post(&ask.url).form(fields),
    };
    if let Some(token) = extras.token {
        request = request.bearer_auth(token);
    }
    let mut response = request.send().await?;
    let status = response.status().as_u16();
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await? {
        let room = LARGEST_ANSWER - body.len();
        body.extend_from_slice(&chunk[..chunk.len().min(room)]);
        if chunk.len() > room {
            return Ok(Page { status, body, whole: false });
        }
    }
    Ok(Page { status, body, whole: true })
}

fn judge(ask: &Ask, page: &Page) -> Found {
    let found = |answer, what| Found { answer, status: Some(page.status), what };
    if page.status != ask.status {
        return found(Answer::Bad, format!("answered {}", page.status));
    }
    match &ask.contains {
        Some(text) if !page.holds(text) => {
            let part = if page.whole { "the answer" } else { "its first MiB" };
            found(Answer::Bad, format!("answered {}, but {part} does not contain `{text}`", page.status))
        }
        Some(_) | None => found(Answer::Ok, format!("answered {}", page.status)),
    }
}

/// Returns whether a failure counts against the application or only says that we could not ask.
fn blame(error: &reqwest::Error) -> Answer {
    let ours = error.is_builder()
        || causes(error).any(|cause| {
            let io = cause.downcast_ref::<std::io::Error>().map(std::io::Error::kind);
            cause.is::<LookupFailed>()
                || matches!(io, Some(ErrorKind::NetworkUnreachable | ErrorKind::NetworkDown))
        });
    if ours { Answer::Error } else { Answer::Bad }
}

fn causes<'a>(error: &'a (dyn Error + 'static)) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    std::iter::successors(Some(error), |cause| {
        let cause: &'a (dyn Error + 'static) = *cause;
        cause.source()
    })
}

/// Returns the last cause in the chain: the outer ones only say that a request failed, and name the address again.
fn innermost(error: &reqwest::Error) -> String {
    causes(error).last().map(ToString::to_string).unwrap_or_default()
}

/// The machine's own name service, with a failure that can be told apart from all others.
struct MachineResolver;

#[derive(Debug, thiserror::Error)]
#[error("the name cannot be looked up: {reason}")]
struct LookupFailed {
    reason: String,
}

impl Resolve for MachineResolver {
    fn resolve(&self, name: Name) -> Resolving {
        Box::pin(async move {
            let found = tokio::net::lookup_host((name.as_str(), 0)).await;
            let addresses = found.map_err(|error| LookupFailed { reason: error.to_string() })?;
            Ok(Box::new(addresses.collect::<Vec<_>>().into_iter()) as Addrs)
        })
    }
}

#[cfg(test)]
mod tests {
    use std::io::{Read, Write};
    use std::net::TcpListener;

    use super::*;

    /// Answers one connection with these bytes and then holds it open or closes it.
    fn serve(answer: &'static [u8], hold: bool) -> String {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        std::thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let mut request = [0; 4096];
            assert!(stream.read(&mut request).unwrap() > 0);
            stream.write_all(answer).unwrap();
            if hold {
                // Ends when the client has given up.
                while stream.read(&mut request).is_ok_and(|count| count > 0) {}
            }
        });
        format!("http://{address}/healthz?token=abc")
    }

    fn question(url: &str, contains: Option<&str>, latency_ms: u64) -> Ask {
        Ask { url: url.to_owned(), status: 200, contains: contains.map(ToOwned::to_owned), latency_ms }
    }

    #[tokio::test]
    async fn the_answer_is_compared_with_what_was_expected() {
        let ok: &[u8] = b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhello";
        let moved: &[u8] =
            b"HTTP/1.1 302 Found\r\nlocation: http://127.0.0.1:1/\r\ncontent-length: 0\r\n\r\n";
        let short: &[u8] = b"HTTP/1.1 200 OK\r\ncontent-length: 50\r\n\r\nhello";
        let down: &[u8] = b"HTTP/1.1 503 Down\r\ncontent-length: 0\r\n\r\n";
        let client = client().unwrap();
        for (answer, hold, contains, expected, says) in [
            (ok, false, None, Answer::Ok, "answered 200"),
            (ok, false, Some("ell"), Answer::Ok, "answered 200"),
            (ok, false, Some("bye"), Answer::Bad, "does not contain `bye`"),
            (moved, false, None, Answer::Bad, "answered 302"),
            (down, false, None, Answer::Bad, "answered 503"),
            (short, false, None, Answer::Bad, ""),
            (short, true, None, Answer::Bad, "no whole answer in time"),
            (b"nonsense\r\n\r\n", false, None, Answer::Bad, ""),
        ] {
            let limit = if hold { 300 } else { 20_000 };
            let asked = ask(&client, &question(&serve(answer, hold), contains, limit)).await;
            assert_eq!(asked.answer, expected, "{}", asked.evidence);
            assert_eq!(asked.ok, expected == Answer::Ok);
            assert!(asked.evidence.contains(says), "{}", asked.evidence);
            assert!(asked.evidence.contains("token=[secret]"), "{}", asked.evidence);
        }
    }

    #[tokio::test]
    async fn a_large_answer_is_read_up_to_the_cap() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/", listener.local_addr().unwrap());
        std::thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            assert!(stream.read(&mut [0; 4096]).unwrap() > 0);
            let _ = stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n");
            // The client hangs up at its cap; until then the answer never ends.
            while stream.write_all(&[b'a'; 65536]).is_ok() {}
        });
        let asked = ask(&client().unwrap(), &question(&url, Some("b"), 20_000)).await;
        assert_eq!(asked.answer, Answer::Bad);
        assert!(asked.evidence.contains("its first MiB"), "{}", asked.evidence);
    }

    #[tokio::test]
    async fn a_closed_port_is_bad_and_what_cannot_be_asked_is_an_error() {
        let client = client().unwrap();
        let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let refused = ask(&client, &question(&format!("http://{free}/"), None, 5000)).await;
        assert_eq!((refused.answer, refused.status), (Answer::Bad, None), "{}", refused.evidence);
        let no_address = ask(&client, &question("not an address", None, 5000)).await;
        assert_eq!(no_address.answer, Answer::Error, "{}", no_address.evidence);
        let no_name = ask(&client, &question("http://a..b/", None, 20_000)).await;
        assert_eq!(no_name.answer, Answer::Error, "{}", no_name.evidence);
    }
}
