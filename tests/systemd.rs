//! The units are understood by systemd without a word, and stay as hardened as they were meant to be.
#![expect(clippy::unwrap_used, reason = "what fails here fails the test, as it should")]

mod machine;

mod tier4 {
    use std::fs;
    use std::path::Path;
    use std::process::{Command, Output};

    use crate::machine::Machine;

    /// Everything that is shipped.
    const UNITS: [&str; 4] =
        ["tagwarden.service", "tagwarden.socket", "tagwarden-hooks.service", "tagwarden-hooks.timer"];

    /// Copies the units, and the drop-in when asked for, to a folder where the program they start exists.
    fn units(drop_in: bool) -> tempfile::TempDir {
        let from = Path::new(env!("CARGO_MANIFEST_DIR")).join("systemd");
        let to = tempfile::tempdir().unwrap();
        for name in UNITS {
            let unit = fs::read_to_string(from.join(name)).unwrap();
            fs::write(to.path().join(name), unit.replace("/usr/bin/tagwarden", "/bin/true")).unwrap();
        }
        if drop_in {
            // Its commented lines are switched on: they must be right too.
            let text = fs::read_to_string(from.join("local-host.conf")).unwrap();
            let folder = to.path().join("tagwarden.service.d");
            fs::create_dir(&folder).unwrap();
            let text = text.replace("#SupplementaryGroups=docker", "SupplementaryGroups=root");
            fs::write(folder.join("local-host.conf"), text.replace("#ReadWritePaths", "ReadWritePaths"))
                .unwrap();
        }
        to
    }

    fn analyze(folder: &Path, arguments: &[&str]) -> Output {
        Command::new("systemd-analyze").args(arguments).current_dir(folder).output().unwrap()
    }

    /// Returns what `verify` says; an unknown key is only a line on standard error, with exit status 0.
    fn complaints(folder: &Path) -> String {
        // Manual pages are not installed beside the sources.
        let units = UNITS.map(|name| format!("./{name}"));
        let words = ["verify", "--man=no"].into_iter().chain(units.iter().map(String::as_str));
        let output = analyze(folder, &words.collect::<Vec<_>>());
        let text = String::from_utf8(output.stderr).unwrap();
        assert!(output.status.success() || !text.is_empty());
        text
    }

    #[test]
    #[ignore = "tier 4: systemd's tools"]
    fn systemd_has_nothing_to_say_about_the_units() {
        assert_eq!(complaints(units(false).path()), "");
        assert_eq!(complaints(units(true).path()), "");
    }

    #[test]
    #[ignore = "tier 4: systemd's tools"]
    fn a_mistake_in_a_unit_would_be_noticed() {
        let folder = units(false);
        let path = folder.path().join("tagwarden.service");
        let unit = fs::read_to_string(&path).unwrap();
        fs::write(&path, unit.replace("NoNewPrivileges=", "NoNewPriviliges=")).unwrap();
        assert!(complaints(folder.path()).contains("NoNewPriviliges"));
        fs::write(&path, unit.replace("WatchdogSec=30s", "WatchdogSec=often")).unwrap();
        assert!(complaints(folder.path()).contains("often"));
        fs::write(&path, &unit).unwrap();
        for (name, from, to) in [
            ("tagwarden-hooks.timer", "OnUnitActiveSec=1min", "OnUnitActiveSec=now and then"),
            ("tagwarden-hooks.service", "ProtectSystem=strict", "ProtectSystem=somewhat"),
        ] {
            let path = folder.path().join(name);
            let unit = fs::read_to_string(&path).unwrap();
            fs::write(&path, unit.replace(from, to)).unwrap();
            let word = to.rsplit(['=', ' ']).next().unwrap();
            assert!(complaints(folder.path()).contains(word), "{name}");
            fs::write(&path, unit).unwrap();
        }
        assert_eq!(complaints(folder.path()), "");
    }

    #[test]
    #[ignore = "tier 4: systemd's tools"]
    fn the_daemon_is_exposed_no_more_than_promised() {
        let security = ["security", "--offline=true", "--threshold=11", "--no-pager", "./tagwarden.service"];
        let folder = units(false);
        let output = analyze(folder.path(), &security);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
        let path = folder.path().join("tagwarden.service");
        let unit = fs::read_to_string(&path).unwrap();
        fs::write(&path, unit.replace("RestrictNamespaces=yes\n", "")).unwrap();
        assert!(!analyze(folder.path(), &security).status.success(), "the threshold does not bite");
    }

    #[test]
    #[ignore = "tier 4: systemd's tools"]
    fn account_and_folders_are_made_as_written() {
        let root = tempfile::tempdir().unwrap();
        let from = Path::new(env!("CARGO_MANIFEST_DIR")).join("systemd");
        fs::create_dir_all(root.path().join("etc")).unwrap();
        let at_root = format!("--root={}", root.path().display());
        let file = |kind: &str| from.join(kind).join("tagwarden.conf").display().to_string();
        let run = |program: &str, arguments: &[&str]| {
            let output = Command::new(program).arg(&at_root).args(arguments).output().unwrap();
            assert!(output.status.success(), "{program}: {}", String::from_utf8_lossy(&output.stderr));
        };
        run("systemd-sysusers", &[&file("sysusers.d")]);
        let passwd = fs::read_to_string(root.path().join("etc/passwd")).unwrap();
        let line = passwd.lines().find(|line| line.starts_with("tagwarden:")).unwrap();
        assert!(line.ends_with(":tagwarden:/var/lib/tagwarden:/usr/sbin/nologin"), "{line}");

        fs::write(root.path().join("etc/passwd"), format!("root:x:0:0:root:/root:/bin/sh\n{passwd}"))
            .unwrap();
        let group = fs::read_to_string(root.path().join("etc/group")).unwrap();
        fs::write(root.path().join("etc/group"), format!("root:x:0:\n{group}")).unwrap();
        run("systemd-tmpfiles", &["--create", &file("tmpfiles.d")]);
        let mode = |path: &str| {
            use std::os::unix::fs::PermissionsExt;
            fs::metadata(root.path().join(path)).unwrap().permissions().mode() & 0o7777
        };
        assert_eq!((mode("etc/tagwarden"), mode("etc/tagwarden/credentials")), (0o755, 0o700));
    }

    /// What the daemon does all day, done by hand: each line must work under the unit's restrictions, and the last
    /// ones must not.
    const DAY: &str = r#"#!/bin/sh
set -eu
cd "$STATE_DIRECTORY"
export GIT_AUTHOR_NAME=Ana GIT_AUTHOR_EMAIL=ana@example.org GIT_COMMITTER_NAME=Ana GIT_COMMITTER_EMAIL=ana@example.org
git init -q -b main a && git -C a commit -q --allow-empty -m first && git clone -q --mirror a b && echo git works
python3 -c '
import sqlite3
base = sqlite3.connect("store.sqlite3")
assert base.execute("PRAGMA journal_mode=WAL").fetchone() == ("wal",)
base.execute("PRAGMA synchronous=FULL")
base.execute("CREATE TABLE t (n)")
with base: base.execute("INSERT INTO t VALUES (1)")
' && echo SQLite works
ssh="ssh -F none -p 2222 -i $CREDENTIALS_DIRECTORY/ssh-key -o IdentitiesOnly=yes -o BatchMode=yes
  -o UserKnownHostsFile=/etc/tagwarden/known_hosts -o StrictHostKeyChecking=yes
  -o ControlMaster=auto -o ControlPersist=60 -o ControlPath=$RUNTIME_DIRECTORY/%C root@127.0.0.1"
$ssh true && $ssh -O check 2>/dev/null && $ssh "echo the host answers"
stat -c "runtime %a %U:%G" "$RUNTIME_DIRECTORY"
stat -c "state %a %U:%G" "$STATE_DIRECTORY"
cat /etc/tagwarden/tagwarden.toml
for forbidden in "touch /etc/tagwarden/x" "ls /root" "ls /home" "unshare -m true" "cat /etc/tagwarden/credentials/ssh-key"; do
  if $forbidden >/dev/null 2>&1; then echo "allowed: $forbidden"; fi
done
"#;

    const DAY_GOES_WELL: &str = "git works\nSQLite works\nthe host answers\nruntime 750 tagwarden:tagwarden\n\
        state 700 tagwarden:tagwarden\n# configuration\n";

    #[test]
    #[ignore = "tier 4: systemd-nspawn"]
    fn ssh_git_and_sqlite_work_under_the_unit_as_shipped() {
        let from = Path::new(env!("CARGO_MANIFEST_DIR")).join("systemd");
        let machine = Machine::boot();
        for (file, place) in [
            ("sysusers.d/tagwarden.conf", "/usr/lib/sysusers.d"),
            ("tmpfiles.d/tagwarden.conf", "/usr/lib/tmpfiles.d"),
        ] {
            machine.write(&format!("{place}/tagwarden.conf"), &fs::read(from.join(file)).unwrap(), "644");
        }
        machine.must("systemd-sysusers tagwarden.conf && systemd-tmpfiles --create tagwarden.conf");
        machine.write("/etc/tagwarden/tagwarden.toml", b"# configuration\n", "644");
        machine.must(
            "cd /etc/tagwarden/credentials && ssh-keygen -q -t ed25519 -N '' -f ssh-key
             ssh-keygen -q -t ed25519 -N '' -f /etc/hostkey && mkdir -p /run/sshd
             echo \"[127.0.0.1]:2222 $(cut -d' ' -f1,2 /etc/hostkey.pub)\" > /etc/tagwarden/known_hosts
             /usr/sbin/sshd -f /dev/null -p 2222 -h /etc/hostkey -o ListenAddress=127.0.0.1 -o UsePAM=no \\
               -o AuthorizedKeysFile=/etc/tagwarden/credentials/ssh-key.pub -o StrictModes=no",
        );
        machine.write("/usr/bin/tagwarden", DAY.as_bytes(), "755");
        // Only what belongs to a daemon is taken out: the stand-in neither notifies nor stays.
        let unit = fs::read_to_string(from.join("tagwarden.service")).unwrap();
        let unit = unit
            .replace("Type=notify", "Type=oneshot")
            .replace("WatchdogSec=30s\n", "")
            .replace("Restart=on-failure\n", "")
            .replace("#LoadCredential=forgejo-token:/etc/tagwarden/credentials/forgejo-token",
                "LoadCredential=ssh-key:/etc/tagwarden/credentials/ssh-key\nStandardOutput=file:/run/day.out\nStandardError=file:/run/day.err");
        machine.write("/etc/systemd/system/tagwarden.service", unit.as_bytes(), "644");
        let started = machine.run("systemctl daemon-reload && systemctl start tagwarden.service");
        let out = machine.must("cat /run/day.out; cat /run/day.err >&2");
        let why = String::from_utf8_lossy(&started.stderr).into_owned();
        let err = machine.must("cat /run/day.err");
        assert_eq!(out, DAY_GOES_WELL, "{why}\n{err}");
        assert!(started.status.success(), "{why}\n{err}");
    }

    /// A repository as a Forgejo of v15 lays it out, made as its account.
    const REPOSITORY: &str = "set -eu
        folder=/var/lib/forgejo/data/forgejo-repositories/school/$1.git
        git init -q --bare -b main $folder
        mkdir -p $folder/hooks/pre-receive.d
        printf '#!/bin/bash\\ncat >/dev/null\\n' >$folder/hooks/pre-receive.d/gitea
        cp $folder/hooks/pre-receive.d/gitea $folder/hooks/pre-receive
        chmod 755 $folder/hooks/pre-receive $folder/hooks/pre-receive.d/gitea
";

    #[test]
    #[ignore = "tier 4: systemd-nspawn"]
    fn the_timer_guards_old_and_new_repositories_of_a_forge_of_v15() {
        let from = Path::new(env!("CARGO_MANIFEST_DIR")).join("systemd");
        let machine = Machine::boot();
        for (name, program) in [
            ("tagwarden", env!("CARGO_BIN_EXE_tagwarden")),
            ("tagwarden-hook", env!("CARGO_BIN_EXE_tagwarden-hook")),
        ] {
            machine.write(&format!("/usr/bin/{name}"), &fs::read(program).unwrap(), "755");
        }
        machine.must(
            "useradd --system --home-dir /var/lib/forgejo --create-home forgejo
             install -d -o forgejo /var/lib/forgejo/data /var/lib/forgejo/data/forgejo-repositories",
        );
        machine.write("/usr/bin/make-repository", format!("#!/bin/sh\n{REPOSITORY}").as_bytes(), "755");
        machine.must("runuser -u forgejo -- make-repository old");
        for name in ["tagwarden-hooks.service", "tagwarden-hooks.timer"] {
            let mut unit = fs::read_to_string(from.join(name)).unwrap();
            // The waits alone are shorter: a minute is long for a test.
            unit = unit.replace("=1min", "=1s").replace("AccuracySec=10s", "AccuracySec=100ms");
            machine.write(&format!("/etc/systemd/system/{name}"), unit.as_bytes(), "644");
        }
        machine.must("systemctl daemon-reload && systemctl enable --now tagwarden-hooks.timer");
        let wait = |name: &str| {
            machine.must(&format!(
                "folder=/var/lib/forgejo/data/forgejo-repositories/school/{name}.git/hooks
                 for _ in $(seq 300); do
                   [ -x $folder/pre-receive.d/zz-tagwarden ] && [ -x $folder/reference-transaction ] && break
                   sleep 0.1
                 done
                 stat -c '%a %U' $folder/pre-receive.d/zz-tagwarden $folder/reference-transaction
                 systemctl show tagwarden-hooks.service -p Result"
            ))
        };
        let good = "755 forgejo\n755 forgejo\nResult=success\n";
        assert_eq!(wait("old"), good);
        machine.must("runuser -u forgejo -- make-repository new");
        assert_eq!(wait("new"), good);
        // What the unit may not: write anywhere else.
        let said = machine.must("systemctl is-active tagwarden-hooks.timer; journalctl --no-pager -u tagwarden-hooks -p warning | cat");
        assert!(said.starts_with("active\n"), "{said}");
        let forbidden = machine.must(
            "systemctl stop tagwarden-hooks.timer
             mkdir -p /etc/systemd/system/tagwarden-hooks.service.d
             printf '[Service]\\nExecStart=\\nExecStart=/usr/bin/touch /var/lib/forgejo/x\\n' \\
               >/etc/systemd/system/tagwarden-hooks.service.d/x.conf
             systemctl daemon-reload; systemctl start tagwarden-hooks.service || echo refused; ls /var/lib/forgejo",
        );
        assert_eq!(forbidden, "refused\ndata\n");
    }
}
