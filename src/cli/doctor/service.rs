//! Is the daemon's unit installed and as hardened as it was shipped, where systemd runs?

use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use super::case::Case;
use super::finding::{Check, Finding};
use crate::domain::notice::Notice;

/// The unit.
const UNIT: &str = "tagwarden.service";
/// The greatest exposure that the shipped unit has, with the drop-in for hosts on this machine: of ten.
const EXPOSED: f32 = 2.5;
/// How long a tool of systemd may take.
const PATIENCE: Duration = Duration::from_secs(4);

/// Looks at the unit; without systemd there is nothing to look at.
pub async fn check(case: &Case) -> Vec<Finding> {
    if !case.wants(Check::Service) || !systemd_runs() {
        return Vec::new();
    }
    let shown =
        ask("systemctl", &["show", UNIT, "-p", "LoadState", "-p", "ActiveState", "-p", "UnitFileState"]);
    let Some(shown) = shown.await else {
        return vec![Check::Service.unknown(UNIT, Notice::new("TW-Q089"))];
    };
    let value = |key: &str| {
        let found = shown.lines().find_map(|line| line.strip_prefix(key)?.strip_prefix('='));
        found.unwrap_or_default()
    };
    if value("LoadState") != "loaded" {
        return vec![Check::Service.warning(UNIT, Notice::new("TW-Q085"))];
    }
    let state = value("ActiveState");
    let mut findings = vec![if state == "failed" {
        Check::Service.error(UNIT, Notice::new("TW-Q088"))
    } else if value("UnitFileState") == "disabled" {
        Check::Service.warning(UNIT, Notice::new("TW-Q086"))
    } else {
        Check::Service.ok(UNIT, Notice::new("doctor-service").with("state", state))
    }];
    let security = ask("systemd-analyze", &["security", "--no-pager", UNIT]).await;
    if let Some(exposure) = security.as_deref().and_then(exposure)
        && exposure > EXPOSED
    {
        findings.push(Check::Service.warning(UNIT, Notice::new("TW-Q087").with("exposure", exposure)));
    }
    findings
}

/// Returns whether this machine was booted by systemd.
pub fn systemd_runs() -> bool {
    Path::new("/run/systemd/system").is_dir()
}

/// Returns what a tool prints, whatever its exit status; nothing when it cannot be had in time.
pub async fn ask(program: &str, words: &[&str]) -> Option<String> {
    let mut command = tokio::process::Command::new(program);
    command.args(words).env("LC_ALL", "C").stdin(Stdio::null()).stderr(Stdio::null()).kill_on_drop(true);
    let output = tokio::time::timeout(PATIENCE, command.output()).await.ok()?.ok()?;
    String::from_utf8(output.stdout).ok()
}

/// Returns the figure of the last line: `→ Overall exposure level for tagwarden.service: 1.1 OK`.
fn exposure(text: &str) -> Option<f32> {
    let line = text.lines().rev().find(|line| line.contains("Overall exposure level"))?;
    line.rsplit_once(": ")?.1.split(' ').next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_exposure_is_the_figure_of_the_last_line() {
        let text = "  NAME DESCRIPTION EXPOSURE\n✗ PrivateNetwork= … 0.5\n\n→ Overall exposure level for tagwarden.service: 1.1 OK 🙂\n";
        assert_eq!(exposure(text), Some(1.1));
        assert_eq!(exposure("Unit tagwarden.service not found.\n"), None);
    }
}
