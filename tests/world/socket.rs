//! A daemon's socket that answers what a test says, connection by connection, and remembers what it was asked.

use std::io::{BufRead, BufReader, Write};
use std::os::unix::net::UnixListener;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::thread;

use serde_json::Value;

/// The answering side.
pub struct Daemon {
    asked: Arc<Mutex<Vec<Value>>>,
}

impl Daemon {
    /// Returns what was asked so far.
    pub fn asked(&self) -> Vec<Value> {
        self.asked.lock().unwrap().clone()
    }
}

/// Answers the connections in `state` in order, each with its lines; further ones are refused.
pub fn answering(state: &Path, connections: Vec<Vec<Value>>) -> Daemon {
    std::fs::create_dir_all(state).unwrap();
    let listener = UnixListener::bind(state.join("control.sock")).unwrap();
    let asked = Arc::new(Mutex::new(Vec::new()));
    let heard = Arc::clone(&asked);
    // It ends with the last connection, or with the test.
    thread::spawn(move || {
        for lines in connections {
            let (stream, _) = listener.accept().unwrap();
            let mut question = String::new();
            BufReader::new(&stream).read_line(&mut question).unwrap();
            heard.lock().unwrap().push(serde_json::from_str(&question).unwrap());
            for line in lines {
                // A client that has heard enough may be gone.
                let _ = writeln!(&stream, "{line}");
            }
        }
    });
    Daemon { asked }
}
