//! The units are understood by systemd without a word, and stay as hardened as they were meant to be.
#![expect(clippy::unwrap_used, reason = "what fails here fails the test, as it should")]

mod tier4 {
    use std::fs;
    use std::path::Path;
    use std::process::{Command, Output};

    /// Copies the units, and the drop-in when asked for, to a folder where the program they start exists.
    fn units(drop_in: bool) -> tempfile::TempDir {
        let from = Path::new(env!("CARGO_MANIFEST_DIR")).join("systemd");
        let to = tempfile::tempdir().unwrap();
        for name in ["tagwarden.service", "tagwarden.socket"] {
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
        let output = analyze(folder, &["verify", "--man=no", "./tagwarden.service", "./tagwarden.socket"]);
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
}
