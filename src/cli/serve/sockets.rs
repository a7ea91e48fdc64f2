//! Which sockets the daemon listens on: those that systemd hands over, and what the configuration names besides.
//!
//! `FileDescriptorName=` says what a socket is for: `webhooks` for webhooks alone, anything else for pages and API.
//! What systemd does not hand over is bound here.

use std::io;

use listenfd::ListenFd;

use crate::config::Server;
use crate::web::Listeners;

/// The name of a socket that takes webhooks alone.
const WEBHOOKS: &str = "webhooks";

/// Returns the sockets that the daemon listens on.
///
/// # Errors
/// An address is taken or not ours, or a socket that was handed over is no listening TCP socket.
pub async fn listeners(server: &Server) -> io::Result<Listeners> {
    // Read first: taking the sockets over clears the environment of them.
    let names = std::env::var("LISTEN_FDNAMES").unwrap_or_default();
    let names: Vec<&str> = names.split(':').collect();
    let mut handed = ListenFd::from_env();
    let mut listeners = Listeners::default();
    for place in 0..handed.len() {
        let Some(socket) = handed.take_tcp_listener(place)? else { continue };
        let socket = Listeners::inherit(socket)?;
        let webhooks = names.get(place).is_some_and(|name| *name == WEBHOOKS);
        let (list, wanted) = if webhooks {
            (&mut listeners.webhooks, server.webhook_listen)
        } else {
            (&mut listeners.pages, Some(server.listen))
        };
        let address = socket.local_addr()?;
        if wanted.is_some_and(|wanted| wanted != address) {
            tracing::warn!(%address, "systemd handed over another address than the configuration names");
        }
        list.push(socket);
    }
    listeners.complete(server).await?;
    Ok(listeners)
}
