//! Reads a request's body with a limit of size and a limit of time, whether or not its length was declared.
//!
//! A body that is too large is read on for a moment and thrown away, as long as it keeps coming and is not absurd:
//! closing at once makes the client's system throw away our answer together with the connection.

use std::time::Duration;

use hyper::body::{Buf, Bytes};
use tokio_stream::{Stream, StreamExt};

/// How much of a body that is too large is read on, so that the client sees the answer.
const THROWN_AWAY: u64 = 16 << 20;
/// How long a pause in a body that is thrown away may be.
const PATIENCE: Duration = Duration::from_millis(200);

/// Why there is no body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cut {
    /// It is larger than the limit.
    TooLarge,
    /// It did not arrive in time.
    TooSlow,
    /// The connection broke, or the length was a lie.
    Broken,
}

/// Returns the whole body, or why there is none.
pub async fn read<S, B, E>(
    body: S,
    declared: Option<u64>,
    most: usize,
    within: Duration,
) -> Result<Bytes, Cut>
where
    S: Stream<Item = Result<B, E>>,
    B: Buf,
{
    let mut body = std::pin::pin!(body);
    let collected = collect(&mut body, declared, most);
    let cut = match tokio::time::timeout(within, collected).await {
        Ok(Ok(bytes)) => return Ok(bytes),
        Ok(Err(cut)) => cut,
        Err(_) => Cut::TooSlow,
    };
    if cut == Cut::TooLarge && declared.is_none_or(|length| length <= THROWN_AWAY) {
        // Ends by itself: each pause is bounded, and so is the sum.
        let _ = tokio::time::timeout(within, throw_away(&mut body)).await;
    }
    Err(cut)
}

async fn collect<S, B, E>(body: &mut S, declared: Option<u64>, most: usize) -> Result<Bytes, Cut>
where
    S: Stream<Item = Result<B, E>> + Unpin,
    B: Buf,
{
    if declared.is_some_and(|length| length > most as u64) {
        return Err(Cut::TooLarge);
    }
    let mut bytes = Vec::new();
    while let Some(piece) = body.next().await {
        let mut piece = piece.map_err(|_| Cut::Broken)?;
        if piece.remaining() > most - bytes.len() {
            return Err(Cut::TooLarge);
        }
        while piece.has_remaining() {
            let chunk = piece.chunk();
            bytes.extend_from_slice(chunk);
            let length = chunk.len();
            piece.advance(length);
        }
    }
    Ok(bytes.into())
}

async fn throw_away<S, B, E>(body: &mut S)
where
    S: Stream<Item = Result<B, E>> + Unpin,
    B: Buf,
{
    let mut left = THROWN_AWAY;
    while let Ok(Some(Ok(piece))) = tokio::time::timeout(PATIENCE, body.next()).await {
        left = left.saturating_sub(piece.remaining() as u64);
        if left == 0 {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    type Piece = Result<Bytes, ()>;

    async fn outcome(pieces: Vec<Piece>, declared: Option<u64>) -> Result<Bytes, Cut> {
        read(tokio_stream::iter(pieces), declared, 4, Duration::from_secs(1)).await
    }

    #[tokio::test]
    async fn the_limit_holds_for_what_is_declared_and_for_what_comes() {
        let piece = |text: &'static str| Ok(Bytes::from_static(text.as_bytes()));
        assert_eq!(outcome(vec![piece("ab"), piece("cd")], None).await, Ok(Bytes::from_static(b"abcd")));
        assert_eq!(outcome(vec![piece("ab"), piece("cde")], None).await, Err(Cut::TooLarge));
        assert_eq!(outcome(vec![piece("ab")], Some(5)).await, Err(Cut::TooLarge));
        assert_eq!(outcome(vec![piece("ab"), Err(())], Some(4)).await, Err(Cut::Broken));
        assert_eq!(outcome(vec![], None).await, Ok(Bytes::new()));
    }

    #[tokio::test]
    async fn a_body_that_never_ends_is_cut_off() {
        let endless = tokio_stream::pending::<Piece>();
        assert_eq!(read(endless, None, 4, Duration::from_millis(5)).await, Err(Cut::TooSlow));
    }
}
