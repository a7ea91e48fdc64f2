//! The few files that pages need, in the binary, each under an address that changes with its content.

use std::fmt::Write;
use std::sync::LazyLock;

use sha2::{Digest, Sha256};

/// One file.
#[derive(Debug)]
pub struct Asset {
    name: &'static str,
    kind: &'static str,
    text: &'static str,
    digest: LazyLock<String>,
}

fn digest(text: &str) -> String {
    let full = Sha256::digest(text.as_bytes());
    full.iter().take(8).fold(String::new(), |mut out, byte| {
        let _ = write!(out, "{byte:02x}");
        out
    })
}

macro_rules! asset {
    ($(#[$doc:meta])* $name:ident, $file:literal, $kind:literal) => {
        $(#[$doc])*
        pub static $name: Asset = Asset {
            name: $file,
            kind: $kind,
            text: include_str!(concat!("assets/", $file)),
            digest: LazyLock::new(|| digest(include_str!(concat!("assets/", $file)))),
        };
    };
}

asset!(
    /// How pages look.
    STYLE, "style.css", "text/css; charset=utf-8"
);
asset!(
    /// What keeps pages fresh; they work without it.
    SCRIPT, "live.js", "text/javascript; charset=utf-8"
);
asset!(
    /// The sign in a browser's tab.
    ICON, "icon.svg", "image/svg+xml"
);

impl Asset {
    /// Returns the address.
    pub fn path(&self) -> String {
        format!("/assets/{}/{}", *self.digest, self.name)
    }

    /// Returns the content.
    pub fn text(&self) -> &'static str {
        self.text
    }

    /// Returns the media type.
    pub fn kind(&self) -> &'static str {
        self.kind
    }

    /// Returns the entity tag.
    pub fn etag(&self) -> String {
        format!("\"{}\"", *self.digest)
    }
}

/// Returns the file with this digest and name.
pub fn find(digest: &str, name: &str) -> Option<&'static Asset> {
    [&STYLE, &SCRIPT, &ICON].into_iter().find(|asset| asset.name == name && *asset.digest == digest)
}
