//! Does the daemon run, in this version, and what troubles it?

use std::io::ErrorKind;
use std::time::Duration;

use serde::Deserialize;
use serde_json::Value;

use super::case::Case;
use super::finding::{Check, Finding};
use crate::control::{Answer, Ask, Client, ControlError, Request, VERSION};
use crate::domain::notice::Notice;
use crate::store::Arrival;

/// How long the daemon may take for an answer that it has at hand.
const PATIENCE: Duration = Duration::from_secs(4);

/// What the daemon tells of itself.
#[derive(Debug, Clone, Deserialize)]
pub struct About {
    /// Its version.
    pub version: String,
    /// The newest webhook of every repository.
    pub arrivals: Vec<Arrival>,
    /// What keeps it from working.
    pub troubles: Vec<Notice>,
}

/// What was learnt.
pub struct Asked {
    /// What it means.
    pub findings: Vec<Finding>,
    /// What the daemon said, when it did.
    pub about: Option<About>,
}

/// Asks the daemon over the control socket.
pub async fn ask(case: &Case) -> Asked {
    let path = case.config.server.control_socket.clone();
    let asked = tokio::task::spawn_blocking(move || {
        let call = Ask::Call { token: None, verb: "about".to_owned(), args: Value::Null };
        Client::connect(&path, Some(PATIENCE))?.ask(&Request { v: VERSION, ask: call })
    });
    // A socket whose owner hangs can keep even the connection waiting.
    let answer = match tokio::time::timeout(PATIENCE + Duration::from_secs(1), asked).await {
        Ok(Ok(answer)) => answer,
        Ok(Err(_)) | Err(_) => Err(ControlError::Cut(ErrorKind::TimedOut.into())),
    };
    let (mut findings, about) = judge(answer);
    if !case.wants(Check::Daemon) {
        findings.clear();
    }
    Asked { findings, about }
}

fn judge(answer: Result<Answer, ControlError>) -> (Vec<Finding>, Option<About>) {
    let one = |finding| (vec![finding], None);
    let value = match answer {
        Ok(Answer::Ok { value }) => value,
        // A daemon of another version may know neither the question nor the language.
        Ok(Answer::Refused { .. } | Answer::Forecast { .. } | Answer::Line { .. } | Answer::End)
        | Err(ControlError::Strange(_)) => return one(Check::Daemon.warning("", other("?"))),
        Err(ControlError::Away { path, source }) if source.kind() == ErrorKind::PermissionDenied => {
            return one(Check::Daemon.unknown("", Notice::new("TW-Q012").with("path", path.display())));
        }
        Err(ControlError::Away { path, .. }) => {
            return one(Check::Daemon.error("", Notice::new("TW-Q010").with("path", path.display())));
        }
        Err(ControlError::Cut(why)) => {
            return one(Check::Daemon.error("", Notice::new("TW-Q013").with("why", why)));
        }
    };
    let Ok(about) = serde_json::from_value::<About>(value) else {
        return one(Check::Daemon.warning("", other("?")));
    };
    let own = env!("CARGO_PKG_VERSION");
    let mut findings = vec![if about.version == own {
        Check::Daemon.ok("", Notice::new("doctor-daemon").with("version", own))
    } else {
        Check::Daemon.warning("", other(&about.version))
    }];
    findings.extend(about.troubles.iter().map(|trouble| Check::Daemon.warning("", trouble.clone())));
    (findings, Some(about))
}

fn other(theirs: &str) -> Notice {
    Notice::new("TW-Q011").with("theirs", theirs).with("ours", env!("CARGO_PKG_VERSION"))
}
