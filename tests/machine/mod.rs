//! A booted systemd in a container: this machine's own files, every change thrown away at the end, no network but
//! loopback. For what only a running service manager can show.

use std::io::Write;
use std::path::PathBuf;
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

/// Far more than the three seconds that a boot takes.
const LONGEST_BOOT: Duration = Duration::from_secs(60);

/// The container; it is powered off when dropped.
pub struct Machine {
    folder: tempfile::TempDir,
    container: Child,
    leader: String,
}

impl Machine {
    /// Boots and returns once systemd has started what it wants to start.
    pub fn boot() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().join("root");
        std::fs::create_dir(&root).unwrap();
        let bound = Command::new("mount").args(["--bind", "/"]).arg(&root).status().unwrap();
        assert!(bound.success(), "this machine's files cannot be bound");
        let log = std::fs::File::create(folder.path().join("console.log")).unwrap();
        let container = Command::new("systemd-nspawn")
            .arg("-D")
            .arg(&root)
            .args(["-b", "--register=no", "--keep-unit", "--console=pipe", "--volatile=overlay"])
            .args(["--private-network", "--link-journal=no", "-M"])
            .arg(format!("tw-{}", std::process::id()))
            .stdin(Stdio::null())
            .stdout(log.try_clone().unwrap())
            .stderr(log)
            .spawn()
            .unwrap();
        let mut machine = Self { folder, container, leader: String::new() };
        let began = Instant::now();
        let mut state = String::new();
        while state != "running" && state != "degraded" {
            assert!(began.elapsed() < LONGEST_BOOT, "no boot; the console says: {}", machine.console());
            if machine.leader.is_empty() {
                let parent = machine.container.id().to_string();
                let found = Command::new("pgrep").args(["-x", "-P", &parent, "systemd"]).output().unwrap();
                machine.leader = String::from_utf8_lossy(&found.stdout).trim().to_owned();
            } else {
                let asked = machine.run("systemctl is-system-running");
                state = String::from_utf8_lossy(&asked.stdout).trim().to_owned();
            }
            std::thread::yield_now();
        }
        machine
    }

    /// Runs a script inside, as root.
    pub fn run(&self, script: &str) -> Output {
        let mut child = Command::new("nsenter")
            .args(["-t", &self.leader, "-a", "/bin/sh", "-eu"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        child.stdin.take().unwrap().write_all(script.as_bytes()).unwrap();
        child.wait_with_output().unwrap()
    }

    /// Runs a script inside that must succeed, and returns what it printed.
    #[track_caller]
    pub fn must(&self, script: &str) -> String {
        let output = self.run(script);
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(output.status.success(), "{script}\n{text}\n{}", String::from_utf8_lossy(&output.stderr));
        text
    }

    /// Writes a file inside.
    pub fn write(&self, path: &str, content: &[u8], mode: &str) {
        let mut child = Command::new("nsenter")
            .args(["-t", &self.leader, "-a", "/usr/bin/install", "-D", "-m", mode, "/dev/stdin", path])
            .stdin(Stdio::piped())
            .spawn()
            .unwrap();
        child.stdin.take().unwrap().write_all(content).unwrap();
        assert!(child.wait().unwrap().success(), "{path}");
    }

    fn root(&self) -> PathBuf {
        self.folder.path().join("root")
    }

    fn console(&self) -> String {
        std::fs::read_to_string(self.folder.path().join("console.log")).unwrap_or_default()
    }
}

impl Drop for Machine {
    fn drop(&mut self) {
        // The signal that means "power off" to systemd; without a leader there is only the container to be ended.
        let (signal, target) = match self.leader.as_str() {
            "" => ("TERM", self.container.id().to_string()),
            leader => ("RTMIN+4", leader.to_owned()),
        };
        let _ = Command::new("kill").args(["-s", signal, &target]).status();
        let _ = self.container.wait();
        let _ = Command::new("umount").arg("-l").arg(self.root()).stderr(Stdio::null()).status();
    }
}
