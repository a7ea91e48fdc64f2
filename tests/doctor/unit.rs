//! What is found under a running systemd: the unit, its credentials, its exposure.

mod tier4 {
    use std::fs;
    use std::path::Path;

    use crate::machine::Machine;
    use crate::patient::{Found, found, of};

    const CONFIG: &str = r#"
[server]
public_url = "http://127.0.0.1:8787"
control_socket = "/run/tagwarden/control.sock"
[forge]
url = "http://127.0.0.1:9"
token = { credential = "forgejo-token" }
webhook_secrets = [ { credential = "webhook-secret" } ]
"#;

    /// Asks the doctor inside, as this account.
    fn doctor(machine: &Machine, account: &str) -> Vec<Found> {
        let said =
            machine.run(&format!("runuser -u {account} -- /usr/bin/tagwarden doctor --json --skip hook"));
        found(&serde_json::from_slice(&said.stdout).unwrap())
    }

    #[test]
    #[ignore = "tier 4: systemd-nspawn"]
    fn the_unit_is_looked_at_where_systemd_runs_and_its_credentials_are_found() {
        let from = Path::new(env!("CARGO_MANIFEST_DIR")).join("systemd");
        let machine = Machine::boot();
        machine.write("/usr/bin/tagwarden", &fs::read(env!("CARGO_BIN_EXE_tagwarden")).unwrap(), "755");
        for kind in ["sysusers.d", "tmpfiles.d"] {
            let file = fs::read(from.join(kind).join("tagwarden.conf")).unwrap();
            machine.write(&format!("/usr/lib/{kind}/tagwarden.conf"), &file, "644");
        }
        machine.must("systemd-sysusers tagwarden.conf && systemd-tmpfiles --create tagwarden.conf");
        machine.write("/etc/tagwarden/tagwarden.toml", CONFIG.as_bytes(), "644");
        machine.write(
            "/etc/tagwarden/credentials/forgejo-token",
            b"0123456789012345678901234567890123456789",
            "600",
        );
        machine.write(
            "/etc/tagwarden/credentials/webhook-secret",
            b"a-secret-for-a-machine-that-lives-a-minute",
            "600",
        );

        let before = doctor(&machine, "root");
        assert_eq!(of(&before, "service"), ["warning TW-Q085"]);
        assert_eq!(of(&before, "secrets"), ["unknown TW-Q007", "unknown TW-Q007"]);
        assert_eq!(of(&before, "daemon"), ["error TW-Q010"]);

        let unit = fs::read_to_string(from.join("tagwarden.service")).unwrap();
        let unit = unit
            .replace("#LoadCredential=forgejo", "LoadCredential=forgejo")
            .replace("#LoadCredential=webhook", "LoadCredential=webhook");
        machine.write("/etc/systemd/system/tagwarden.service", unit.as_bytes(), "644");
        machine.must("systemctl daemon-reload && systemctl start tagwarden.service");
        let started = doctor(&machine, "tagwarden");
        assert_eq!(of(&started, "service"), ["warning TW-Q086"]);
        assert_eq!(of(&started, "secrets"), ["ok doctor-secret", "ok doctor-secret"]);
        assert!(of(&started, "daemon").contains(&"ok doctor-daemon".to_owned()), "{started:#?}");
        assert!(of(&started, "database").contains(&"ok doctor-database".to_owned()), "{started:#?}");
        assert_eq!(of(&started, "forge"), ["error TW-Q024"]);
        // Somebody else sees neither, and is told as whom to ask.
        let stranger = doctor(&machine, "nobody");
        assert_eq!(of(&stranger, "daemon"), ["unknown TW-Q012"]);
        assert!(of(&stranger, "secrets").iter().all(|one| one.starts_with("unknown ")), "{stranger:#?}");
        assert!(of(&stranger, "database").contains(&"unknown TW-Q032".to_owned()), "{stranger:#?}");

        machine.must("systemctl enable tagwarden.service");
        assert_eq!(of(&doctor(&machine, "tagwarden"), "service"), ["ok doctor-service"]);
        machine.must(
            "mkdir -p /etc/systemd/system/tagwarden.service.d
             printf '[Service]\\nCapabilityBoundingSet=~\\nNoNewPrivileges=no\\nSystemCallFilter=\\n' \\
               > /etc/systemd/system/tagwarden.service.d/weak.conf
             systemctl daemon-reload",
        );
        let weak = doctor(&machine, "tagwarden");
        assert_eq!(of(&weak, "service"), ["ok doctor-service", "warning TW-Q087"]);
        machine.must(
            "rm -r /etc/systemd/system/tagwarden.service.d && echo nonsense > /etc/tagwarden/tagwarden.toml
             systemctl daemon-reload; systemctl restart tagwarden.service || true
             while [ \"$(systemctl is-failed tagwarden.service)\" != failed ]; do systemctl restart tagwarden.service || true; done",
        );
        machine.write("/etc/tagwarden/tagwarden.toml", CONFIG.as_bytes(), "644");
        assert_eq!(of(&doctor(&machine, "root"), "service"), ["error TW-Q088"]);
    }
}
