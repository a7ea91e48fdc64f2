//! Lets connections in, and sends them away in order when the daemon stops.
//!
//! HTTP/1 alone is spoken: it is what Forgejo and reverse proxies use, and it has no frames to flood us with. The time
//! for a head, the room for it, the time for a body and the time an answer may stay unread are bounded, see
//! [`crate::web::Limits`].
//!
//! The stop, in three moves: `/readyz` says so at once while new connections are still taken for a moment; then the
//! listeners close, event streams end, and requests that have begun are finished; what is left after the deadline is
//! cut. With sockets inherited from systemd the kernel keeps whoever comes in between.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::{GracefulShutdown, Watcher};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use crate::config::Server;
use crate::web::call::Windows;
use crate::web::crowd::{Crowd, Ticket};
use crate::web::house::House;
use crate::web::routes::Front;
use crate::web::service::Answering;
use crate::web::settings::{Limits, Settings};
use crate::web::steady::Steady;
use crate::web::tries::Tries;

/// The largest head of a request; browsers and Forgejo stay below a tenth of it.
const HEAD_BYTES: usize = 32 << 10;
/// The pause after a failed accept: without it a lack of file descriptors would turn into a busy loop.
const AFTER_FAILED_ACCEPT: Duration = Duration::from_millis(100);

/// The sockets that are listened on.
#[derive(Debug, Default)]
pub struct Listeners {
    /// For pages and API.
    pub pages: Vec<TcpListener>,
    /// For webhooks alone; when empty, webhooks come in with the pages.
    pub webhooks: Vec<TcpListener>,
}

impl Listeners {
    /// Binds what the configuration names.
    ///
    /// # Errors
    /// Says which address is taken or not ours.
    pub async fn bind(server: &Server) -> io::Result<Self> {
        let mut listeners = Self::default();
        listeners.complete(server).await?;
        Ok(listeners)
    }

    /// Binds what the configuration names and nobody has handed over yet.
    ///
    /// # Errors
    /// Says which address is taken or not ours.
    pub async fn complete(&mut self, server: &Server) -> io::Result<()> {
        if self.pages.is_empty() {
            self.pages.push(bind(server.listen).await?);
        }
        if let Some(address) = server.webhook_listen.filter(|_| self.webhooks.is_empty()) {
            self.webhooks.push(bind(address).await?);
        }
        Ok(())
    }

    /// Takes a socket over that was opened by somebody else, such as systemd.
    ///
    /// # Errors
    /// Says when the socket cannot be used.
    pub fn inherit(socket: std::net::TcpListener) -> io::Result<TcpListener> {
        socket.set_nonblocking(true)?;
        TcpListener::from_std(socket)
    }
}

async fn bind(address: SocketAddr) -> io::Result<TcpListener> {
    let named = |error: io::Error| io::Error::new(error.kind(), format!("`{address}`: {error}"));
    TcpListener::bind(address).await.map_err(named)
}

/// Serves until `stop` is cancelled and what has begun is finished; returns before that when a door has broken.
pub async fn serve<H: House>(
    listeners: Listeners,
    house: Arc<H>,
    settings: Settings,
    stop: CancellationToken,
) {
    let limits = settings.limits.clone();
    let closing = CancellationToken::new();
    let tries = Tries::new(limits.tries, limits.try_window);
    let windows = Arc::new(Windows {
        house,
        settings,
        tries,
        once: Arc::default(),
        stopping: stop.clone(),
        closing: closing.clone(),
    });
    let apart = !listeners.webhooks.is_empty();
    let pages = Answering::new(&windows, if apart { Front::Pages } else { Front::Both });
    let webhooks = Answering::new(&windows, Front::Webhooks);
    let fronts = listeners.pages.into_iter().map(|listener| (listener, pages.clone()));
    let fronts = fronts.chain(listeners.webhooks.into_iter().map(|listener| (listener, webhooks.clone())));

    let mut doors = JoinSet::new();
    for (listener, answering) in fronts {
        let (limits, closing) = (limits.clone(), closing.clone());
        doors.spawn(async move { Door::new(listener, answering, limits).keep(closing).await });
    }
    tokio::select! {
        () = stop.cancelled() => {}
        // A door that panicked lets nobody in any more, so the house must not pretend to be open.
        Some(_) = doors.join_next() => return,
    }
    tokio::time::sleep(limits.linger).await;
    closing.cancel();
    while doors.join_next().await.is_some() {}
}

/// One listening address.
struct Door {
    listener: TcpListener,
    answering: Answering,
    limits: Limits,
    crowd: Arc<Crowd>,
}

impl Door {
    fn new(listener: TcpListener, answering: Answering, limits: Limits) -> Self {
        let crowd = Crowd::new(limits.connections, limits.connections_per_address);
        Self { listener, answering, limits, crowd }
    }

    /// Lets connections in until `closing`, then waits for those inside, at most until the deadline.
    async fn keep(self, closing: CancellationToken) {
        let Self { listener, answering, limits, crowd } = self;
        let graceful = GracefulShutdown::new();
        let deadline = CancellationToken::new();
        loop {
            let accepted = tokio::select! {
                accepted = listener.accept() => accepted,
                () = closing.cancelled() => break,
            };
            match accepted {
                Ok((stream, peer)) => {
                    let address = peer.ip().to_canonical();
                    let Some(ticket) = crowd.admit(address) else {
                        tracing::warn!(peer = %address, "a connection was refused: all places are busy");
                        continue;
                    };
                    let guest = Guest { stream, address, ticket, watcher: graceful.watcher() };
                    tokio::spawn(guest.attend(answering.clone(), limits.clone(), deadline.clone()));
                }
                Err(error) => {
                    tracing::warn!(%error, "a connection could not be accepted");
                    tokio::time::sleep(AFTER_FAILED_ACCEPT).await;
                }
            }
        }
        drop(listener);
        if tokio::time::timeout(limits.farewell, graceful.shutdown()).await.is_err() {
            tracing::warn!("some requests were cut off at the end");
            deadline.cancel();
        }
    }
}

/// One connection.
struct Guest {
    stream: TcpStream,
    address: IpAddr,
    ticket: Ticket,
    watcher: Watcher,
}

impl Guest {
    async fn attend(self, answering: Answering, limits: Limits, deadline: CancellationToken) {
        let Self { stream, address, ticket, watcher } = self;
        // Answers are small; waiting for more to send would only delay them.
        let _ = stream.set_nodelay(true);
        let ticket = Arc::new(ticket);
        let place = Arc::clone(&ticket);
        let service =
            service_fn(move |request| answering.clone().answer(request, address, Arc::clone(&place)));
        let connection = http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(limits.head)
            .max_buf_size(HEAD_BYTES)
            .serve_connection(TokioIo::new(Steady::new(stream, limits.unread)), service);
        tokio::select! {
            outcome = watcher.watch(connection) => if let Err(error) = outcome {
                tracing::debug!(peer = %address, %error, "a connection ended early");
            },
            () = ticket.sent_away() => tracing::debug!(peer = %address, "an idle connection gave way"),
            () = deadline.cancelled() => {}
        }
    }
}
