//! The gate that is good when a command on a host ends with the expected status.

use std::collections::BTreeMap;
use std::time::Duration;

use super::{Sight, host_of};
use crate::domain::gate::Standing;
use crate::domain::names::HostName;
use crate::domain::notice::Notice;
use crate::domain::plan::Script;
use crate::domain::release::State;
use crate::engine::error::chain;
use crate::engine::judge::target_of;
use crate::engine::{Engine, Place};
use crate::signals;

impl Engine {
    /// Runs the command in the application's folder and compares its exit status.
    pub(super) async fn look_by_command(
        &self,
        place: &Place,
        state: &State,
        host: Option<&HostName>,
        run: &[String],
        exit: i32,
        limit: Duration,
    ) -> Sight {
        let Some((configured, host)) = host_of(place, host) else {
            return Sight::new(Standing::Unknown, Notice::new("gate-no-host"), "");
        };
        let script = Script {
            directory: Some(configured.directory.clone()),
            env: BTreeMap::new(),
            files: BTreeMap::new(),
            commands: vec![target_of(state).command(run)],
        };
        let source = signals::evidence(&format!("{}: {}", configured.name, run.join(" ")));
        match host.look(&script, limit).await {
            Ok(output) if output.status == exit => {
                let reason = Notice::new("gate-command-good").with("exit", exit);
                Sight::new(Standing::Good, reason, source)
            }
            Ok(output) => {
                let said = [output.stderr.as_str(), output.stdout.as_str()]
                    .into_iter()
                    .find_map(|text| text.lines().rev().find(|line| !line.trim().is_empty()))
                    .unwrap_or_default();
                let reason = Notice::new("gate-command-bad")
                    .with("exit", output.status)
                    .with("expected", exit)
                    .with("said", signals::evidence(said));
                Sight::new(Standing::Bad, reason, source)
            }
            Err(error) => {
                let reason = Notice::new("gate-unreached")
                    .with("what", &configured.name)
                    .with("why", signals::evidence(&chain(&error)));
                Sight::new(Standing::Unknown, reason, source)
            }
        }
    }
}
