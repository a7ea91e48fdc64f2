//! What stands in a file of a branch, and how is it replaced without losing what somebody else wrote meanwhile?
//!
//! Race: the file is changed between the look and the change: the change names the blob that it replaces, and the
//! forge refuses it when another one stands there.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use reqwest::Method;
use serde::Deserialize;
use serde_json::json;

use crate::domain::names::RepositoryName;
use crate::forgejo::client::{Ask, Forge, ForgeError, found};

/// A file as it stands on a branch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StandingFile {
    /// What is in it; what is no UTF-8 is replaced.
    pub text: String,
    /// The id of its blob.
    pub sha: String,
}

#[derive(Deserialize)]
struct Contents {
    sha: String,
    #[serde(default)]
    content: Option<String>,
}

impl Forge {
    /// Returns a file of a branch, or `None` when there is none.
    ///
    /// # Errors
    /// As every call: see [`ForgeError`].
    pub async fn file(
        &self,
        repository: &RepositoryName,
        branch: &str,
        path: &str,
    ) -> Result<Option<StandingFile>, ForgeError> {
        let call = "read file";
        let segments = segments(repository, path);
        let query = vec![("ref", branch.to_owned())];
        let ask = Ask { call, method: Method::GET, path: &segments, query, body: None };
        let answer = match found(self.ask(ask).await)? {
            None => return Ok(None),
            Some(answer) => answer,
        };
        let contents: Contents = answer.json()?;
        // The forge breaks long lines in some versions.
        let packed: String = contents.content.unwrap_or_default().split_whitespace().collect();
        let bytes = BASE64.decode(packed).map_err(|_| ForgeError::Unreadable {
            call,
            why: "the file is not in base64",
            source: None,
        })?;
        let text = String::from_utf8_lossy(&bytes).into_owned();
        Ok(Some(StandingFile { text, sha: contents.sha }))
    }

    /// Writes a file on a branch in a commit of its own; `before` is the blob that it replaces, none for a new file.
    ///
    /// # Errors
    /// As every call; a file that was changed meanwhile is [`ForgeError::Busy`].
    pub async fn write_file(
        &self,
        repository: &RepositoryName,
        branch: &str,
        path: &str,
        text: &str,
        message: &str,
        before: Option<String>,
    ) -> Result<(), ForgeError> {
        let call = "write file";
        let content = BASE64.encode(text);
        let (method, body) = match before {
            None => (Method::POST, json!({ "branch": branch, "message": message, "content": content })),
            Some(sha) => {
                (Method::PUT, json!({ "branch": branch, "message": message, "content": content, "sha": sha }))
            }
        };
        match self.send(call, method, &segments(repository, path), body).await {
            Ok(_) => Ok(()),
            // Another one stands there by now; whoever asks looks again.
            Err(ForgeError::Refused { status: status @ (409 | 422), .. }) => {
                Err(ForgeError::Busy { call, status, retry_after: None })
            }
            Err(error) => Err(error),
        }
    }
}

fn segments<'a>(repository: &'a RepositoryName, path: &'a str) -> Vec<&'a str> {
    let mut segments = vec!["repos", repository.owner(), repository.name(), "contents"];
    segments.extend(path.split('/').filter(|part| !part.is_empty() && *part != "."));
    segments
}
