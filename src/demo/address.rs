//! On which address can a daemon listen, and listen again after it was stopped?

use std::io;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};

/// Ports that Linux gives to nobody unasked: its own choice for outgoing connections begins at 32768.
///
/// A port that the system chose can be the near end of somebody's connection by the time that it is wanted again.
const PORTS: std::ops::Range<u16> = 15_000..32_000;

/// Listens on a port of this machine that stays free for whoever was there.
///
/// # Errors
/// No port is free, or the system gives no random number.
pub fn listen_here() -> io::Result<TcpListener> {
    let mut refused = io::Error::from(io::ErrorKind::AddrInUse);
    for _ in 0..100 {
        let random = getrandom::u32().map_err(io::Error::other)?;
        let span = u32::from(PORTS.end - PORTS.start);
        let port = PORTS.start + u16::try_from(random % span).unwrap_or_default();
        match TcpListener::bind(SocketAddr::from((Ipv4Addr::LOCALHOST, port))) {
            Ok(listener) => return Ok(listener),
            Err(error) => refused = error,
        }
    }
    Err(refused)
}
