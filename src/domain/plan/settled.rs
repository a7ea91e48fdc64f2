//! Do the containers stay up: three looks that must show the same, all running, none unhealthy.
//!
//! `up --wait` accepts a container in a crash loop at its first moment of running; only a start time and a restart
//! count that stay the same show that it does not fall again.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::domain::notice::Notice;
use crate::domain::plan::judge::{ONE_OFF, not_made, whole};
use crate::domain::plan::texts::sections;
use crate::domain::plan::{Facts, Output};

/// How often is looked.
const LOOKS: usize = 3;

#[derive(Deserialize)]
struct Container {
    id: String,
    name: String,
    status: String,
    exit: i64,
    started: String,
    restarts: u64,
    health: Option<String>,
    labels: Option<BTreeMap<String, String>>,
}

impl Container {
    fn one_off(&self) -> bool {
        let labels = self.labels.as_ref();
        labels.and_then(|labels| labels.get(ONE_OFF)).is_some_and(|value| value.eq_ignore_ascii_case("true"))
    }

    /// Returns what is wrong with it at one look.
    fn trouble(&self) -> Option<String> {
        match (self.status.as_str(), self.health.as_deref()) {
            ("running", None | Some("healthy" | "none" | "")) => None,
            ("running", Some(health)) => Some(health.to_owned()),
            ("exited", _) if self.exit == 0 => None,
            ("exited", _) => Some(format!("exited ({})", self.exit)),
            (status, _) => Some(status.to_owned()),
        }
    }
}

/// Judges the three looks.
pub(super) fn judge(output: &Output, _facts: &Facts) -> Result<Facts, Notice> {
    let found = sections(&output.stdout);
    let mut looks = Vec::new();
    for (_, lines) in found.iter().filter(|(name, _)| *name == "look") {
        let read = |line: &&str| serde_json::from_str::<Container>(line);
        let look: Result<Vec<Container>, _> =
            lines.iter().filter(|line| !line.is_empty()).map(read).collect();
        let look = look.map_err(|_| not_made("settled", output))?;
        looks.push(look.into_iter().filter(|one| !one.one_off()).collect::<Vec<_>>());
    }
    if output.status != 0 || looks.len() != LOOKS || !whole(&found) {
        return Err(not_made("settled", output));
    }
    let restless = |one: &Container, trouble: String| {
        Notice::new("TW-D015").with("container", one.name.trim_start_matches('/')).with("state", trouble)
    };
    for look in &looks {
        for one in look {
            if let Some(trouble) = one.trouble() {
                return Err(restless(one, trouble));
            }
        }
        if !look.iter().any(|one| one.status == "running") {
            return Err(Notice::new("TW-D014"));
        }
    }
    for pair in looks.windows(2) {
        for one in &pair[0] {
            let Some(later) = pair[1].iter().find(|later| later.id == one.id) else {
                return Err(restless(one, "gone".to_owned()));
            };
            if later.restarts != one.restarts || later.started != one.started {
                return Err(restless(one, "restarted".to_owned()));
            }
        }
    }
    Ok(Facts::new())
}
