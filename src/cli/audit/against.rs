//! Checkpoints that were kept elsewhere: read from a file, an address or standard input.

use std::io::Read;
use std::time::Duration;

use crate::cli::exit::{Exit, Failure};
use crate::domain::checkpoint::Note;
use crate::domain::notice::Notice;
use crate::engine::chain;

/// The most that is read: more than ten years of checkpoints every five minutes.
const LARGEST: usize = 512 * 1024 * 1024;
/// The longest that an address may take to answer.
const LIMIT: Duration = Duration::from_secs(60);

/// Returns the checkpoints that stand there, one after the other.
///
/// # Errors
/// It cannot be read, or holds anything else.
pub fn notes(from: &str) -> Result<Vec<Note>, Failure> {
    let unreadable =
        |why: String| Failure::new(Exit::Failed, Notice::new("TW-A015").with("from", from).with("why", why));
    let bytes = match from {
        "-" => capped(std::io::stdin().lock()).map_err(|error| unreadable(error.to_string()))?,
        address if address.starts_with("https://") || address.starts_with("http://") => {
            fetched(address).map_err(|error| unreadable(chain(error.as_ref())))?
        }
        path => std::fs::File::open(path).and_then(capped).map_err(|error| unreadable(error.to_string()))?,
    };
    let text = String::from_utf8(bytes).map_err(|error| unreadable(error.to_string()))?;
    Note::parse_all(&text).ok_or_else(|| unreadable("it has another form".into()))
}

fn capped(from: impl Read) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    from.take(LARGEST as u64).read_to_end(&mut bytes)?;
    Ok(bytes)
}

fn fetched(address: &str) -> Result<Vec<u8>, Box<dyn std::error::Error>> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let client = reqwest::Client::builder().timeout(LIMIT).build()?;
        let mut response = client.get(address).send().await?.error_for_status()?;
        let mut bytes = Vec::new();
        while let Some(chunk) = response.chunk().await? {
            if bytes.len() + chunk.len() > LARGEST {
                return Err("it is too large".into());
            }
            bytes.extend_from_slice(&chunk);
        }
        Ok(bytes)
    })
}
