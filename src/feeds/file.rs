//! Reads a feed from a file.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use jiff::Timestamp;

use super::FeedError;
use crate::domain::calendar::feed::LARGEST;

/// What stands in a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// All of it.
    pub bytes: Vec<u8>,
    /// When it was last written.
    pub written_at: Timestamp,
}

/// Returns what stands in the file at `path`; the calling thread waits for the disk.
///
/// # Errors
/// It is no plain file, too large, or cannot be read.
pub fn read_file(path: &Path) -> Result<Found, FeedError> {
    // Looked at before it is opened: a pipe would be waited for without end.
    if !path.metadata().map_err(FeedError::File)?.is_file() {
        return Err(FeedError::NoFile);
    }
    let file = File::open(path).map_err(FeedError::File)?;
    let written = file.metadata().and_then(|about| about.modified()).map_err(FeedError::File)?;
    let mut bytes = Vec::new();
    file.take(LARGEST as u64 + 1).read_to_end(&mut bytes).map_err(FeedError::File)?;
    if bytes.len() > LARGEST {
        return Err(FeedError::TooLarge);
    }
    // A file from before the year 1 or after 9999 was written by nobody.
    let written_at = Timestamp::try_from(written).unwrap_or(Timestamp::MIN);
    Ok(Found { bytes, written_at })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_read_whole_and_anything_else_is_refused() {
        let folder = tempfile::TempDir::new().unwrap();
        let path = folder.path().join("a.ics");
        std::fs::write(&path, "BEGIN").unwrap();
        assert_eq!(read_file(&path).unwrap().bytes, b"BEGIN");
        assert!(matches!(read_file(folder.path()), Err(FeedError::NoFile)));
        assert!(matches!(read_file(Path::new("/dev/zero")), Err(FeedError::NoFile)));
        assert!(matches!(read_file(&folder.path().join("none")), Err(FeedError::File(_))));
        File::options().write(true).open(&path).unwrap().set_len(LARGEST as u64 + 1).unwrap();
        assert!(matches!(read_file(&path), Err(FeedError::TooLarge)));
    }
}
