//! The deliveries that two real instances sent, byte for byte.

use std::fs;
use std::path::{Path, PathBuf};

/// What all of them were signed with.
pub const SECRET: &str = "a-secret-of-the-fixtures-0123456789abcdef";
/// The folders of the two instances.
pub const VERSIONS: [&str; 2] = ["forgejo-15.0.3", "forgejo-16.0.0"];

/// A recorded delivery.
#[derive(Debug, Clone)]
pub struct Recorded {
    /// `NN-scene-event`.
    pub name: String,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

#[allow(dead_code, reason = "each test crate that includes this file uses another part of it")]
impl Recorded {
    pub fn all(&self, name: &str) -> Vec<&[u8]> {
        let mine = self.headers.iter().filter(|(n, _)| n.eq_ignore_ascii_case(name));
        mine.map(|(_, value)| value.as_bytes()).collect()
    }

    pub fn event(&self) -> &str {
        std::str::from_utf8(self.all("X-Forgejo-Event")[0]).unwrap()
    }

    /// The name without its number: what happened, and the event that told of it.
    pub fn scene(&self) -> &str {
        &self.name[3..]
    }
}

#[allow(dead_code, reason = "each test crate that includes this file uses another part of it")]
pub fn folder(version: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures").join(version)
}

/// All deliveries of a version, in the order in which they came.
pub fn deliveries(version: &str) -> Vec<Recorded> {
    let folder = folder(version).join("deliveries");
    let mut names: Vec<String> = fs::read_dir(&folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter_map(|name| name.strip_suffix(".body").map(ToOwned::to_owned))
        .collect();
    names.sort();
    let load = |name: String| {
        let headers = fs::read_to_string(folder.join(format!("{name}.headers"))).unwrap();
        let headers = headers.lines().filter_map(|line| line.split_once(": "));
        let headers = headers.map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        Recorded { headers, body: fs::read(folder.join(format!("{name}.body"))).unwrap(), name }
    };
    names.into_iter().map(load).collect()
}

#[allow(dead_code, reason = "each test crate that includes this file uses another part of it")]
pub fn delivery(version: &str, scene_and_event: &str) -> Recorded {
    let all = deliveries(version).into_iter();
    all.into_iter().find(|recorded| recorded.scene() == scene_and_event).expect("the scene was recorded")
}
