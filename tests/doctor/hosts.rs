//! What is found about hosts, over a real sshd.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;

use tempfile::TempDir;

use crate::patient::{Patient, of};
use crate::sshd::{Sshd, key, me, run};

/// A Docker that answers as a real one does, as far as the doctor asks.
const DOCKER: &str = "#!/bin/sh
case \"$1 $2\" in
'compose version') echo 2.29.1 ;;
'version --format') echo 27.0.3 ;;
*) exit 64 ;;
esac
";

/// A host with the programs that a test wants, and a clone.
struct Far {
    sshd: Sshd,
    programs: TempDir,
    clone: TempDir,
}

impl Far {
    fn new() -> Self {
        let (programs, clone) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        run(Command::new("git").args(["init", "--quiet"]).arg(clone.path()));
        let far = Self { sshd: Sshd::with_programs(programs.path()), programs, clone };
        far.program("docker", DOCKER);
        far
    }

    fn program(&self, name: &str, text: &str) {
        let path = self.programs.path().join(name);
        fs::write(&path, text).unwrap();
        fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
    }

    /// The table of the host in the configuration.
    fn table(&self, host_key: &str, identity: &str, directory: &Path) -> String {
        let folder = self.sshd.folder.path();
        format!(
            r#"
[[repository.environment]]
name = "staging"
approvals = 0
[[repository.environment.host]]
name = "far"
address = "{}@127.0.0.1:{}"
host_key = "{}"
identity = "{}"
directory = "{}"
[repository.environment.deploy]
recipe = "compose"
project = "bridge"
[repository.environment.healthcheck]
url = "http://127.0.0.1:9/"
"#,
            me(),
            self.sshd.port,
            key(&folder.join(host_key)),
            folder.join(identity).display(),
            directory.display(),
        )
    }

    /// What the doctor says about it.
    async fn judged(&self, host_key: &str, identity: &str, directory: &Path) -> (String, String, String) {
        let patient = Patient::with(&self.table(host_key, identity, directory)).await;
        let (_, all) = patient.asked(&["--skip", "hook"]);
        assert_eq!(of(&all, "host")[0], "ok doctor-host-reached", "the other host is this machine");
        let far = all.into_iter().filter(|one| one.check == "host").nth(1).unwrap();
        assert_eq!(far.about, "far (school/bridge staging)");
        (format!("{} {}", far.state, far.id), far.message, far.hint)
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_host_that_is_well_shows_its_versions() {
    let far = Far::new();
    let (state, message, _) = far.judged("hostkey.pub", "client", far.clone.path()).await;
    assert_eq!(state, "ok doctor-host", "{message}");
    assert!(message.ends_with("Docker Compose 2.29.1, Docker 27.0.3"), "{message}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn another_key_a_stranger_and_silence_are_told_apart() {
    let mut far = Far::new();
    let clone = far.clone.path().to_owned();
    let port = far.sshd.port;
    let (state, _, hint) = far.judged("otherkey.pub", "client", &clone).await;
    assert_eq!(state, "error TW-Q072");
    assert!(hint.contains(&format!("ssh-keyscan -p {port} 127.0.0.1")), "{hint}");
    let (state, message, hint) = far.judged("hostkey.pub", "stranger", &clone).await;
    assert_eq!(state, "error TW-Q071", "{message}");
    assert!(hint.contains("ssh-copy-id"), "{hint}");
    far.sshd.away();
    let (state, message, hint) = far.judged("hostkey.pub", "client", &clone).await;
    assert_eq!(state, "error TW-Q070", "{message}");
    assert!(hint.contains(&format!("-p {port}")), "{hint}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn what_a_deployment_needs_is_missed_one_by_one() {
    let far = Far::new();
    let clone = far.clone.path();
    let nowhere = clone.join("nowhere");
    assert_eq!(far.judged("hostkey.pub", "client", &nowhere).await.0, "error TW-Q076");
    assert_eq!(far.judged("hostkey.pub", "client", far.programs.path()).await.0, "error TW-Q077");
    far.program("docker", "#!/bin/sh\necho \"docker: 'compose' is not a docker command.\" >&2\nexit 1\n");
    let (state, message, _) = far.judged("hostkey.pub", "client", clone).await;
    assert_eq!(state, "error TW-Q078");
    assert!(message.contains("is not a docker command"), "{message}");
    far.program("docker", &DOCKER.replace("2.29.1", "1.29.2"));
    assert_eq!(far.judged("hostkey.pub", "client", clone).await.0, "error TW-Q078");
    far.program(
        "docker",
        &DOCKER.replace("echo 27.0.3", "echo 'permission denied: docker.sock' >&2; exit 1"),
    );
    let (state, message, hint) = far.judged("hostkey.pub", "client", clone).await;
    assert_eq!(state, "error TW-Q074");
    assert!(message.contains("permission denied") && hint.contains("usermod -aG docker"), "{message} {hint}");
    far.program("git", "#!/bin/sh\necho 'no such program' >&2\nexit 127\n");
    assert_eq!(far.judged("hostkey.pub", "client", clone).await.0, "error TW-Q075");
}
