//! Signed tags: real keys, real pushes, and the very answers of `ssh-keygen -Y verify` as of now.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::forge::{Forge, Pushed};

/// Who might sign, as the reference is asked about each.
const PEOPLE: [&str; 5] =
    ["ada@example.org", "grace@example.org", "eve@elsewhere.org", "root", "*@example.org"];
/// What the allowed-signers file may name people by.
const ADA: &str = "ada@example.org";

fn keygen(folder: &Path, words: &[&str]) -> std::process::Output {
    let mut keygen = Command::new("ssh-keygen");
    keygen.args(words).current_dir(folder).env_clear().env("PATH", std::env::var_os("PATH").unwrap());
    keygen.stdin(Stdio::null()).output().unwrap()
}

fn make(folder: &Path, words: &[&str]) {
    let output = keygen(folder, words);
    assert!(output.status.success(), "{words:?}: {}", String::from_utf8_lossy(&output.stderr));
}

/// A forge that wants signatures, and the keys of its people.
struct Keys {
    forge: Forge,
    folder: PathBuf,
    next: u64,
}

impl Keys {
    fn new() -> Self {
        let mut forge = Forge::usual();
        let folder = forge.folder().join("keys");
        std::fs::create_dir(&folder).unwrap();
        for (name, kind) in [
            ("ada", "ed25519"),
            ("rsa", "rsa"),
            ("ecdsa", "ecdsa"),
            ("eve", "ed25519"),
            ("ca", "ed25519"),
            ("ca2", "ed25519"),
        ] {
            make(&folder, &["-q", "-t", kind, "-N", "", "-C", name, "-f", name]);
        }
        std::fs::write(folder.join("allowed"), "").unwrap();
        forge.set("changelog = \"\"").set("signed = \"required\"");
        forge.set(&format!("allowed_signers = \"{}\"", folder.join("allowed").display()));
        Self { forge, folder, next: 1 }
    }

    fn public(&self, name: &str) -> String {
        let text = std::fs::read_to_string(self.folder.join(format!("{name}.pub"))).unwrap();
        text.split(' ').take(2).collect::<Vec<_>>().join(" ")
    }

    /// Makes a certificate for the key of a name, and a pair of files under another name that signs with it.
    fn certify(&self, name: &str, words: &[&str]) {
        let key = self.folder.join(name);
        for end in ["", ".pub"] {
            std::fs::copy(
                self.folder.join(format!("eve{end}")),
                key.with_extension(end.trim_start_matches('.')),
            )
            .unwrap();
        }
        let public = format!("{name}.pub");
        let words = [&["-q", "-I", name][..], words, &[&public]].concat();
        make(&self.folder, &words);
        std::fs::rename(
            self.folder.join(format!("{name}-cert.pub")),
            self.folder.join(format!("{name}.pub")),
        )
        .unwrap();
    }

    /// Returns the bytes of the next tag, without a signature.
    fn payload(&mut self, tagged_at: Option<i64>) -> (String, Vec<u8>) {
        let head = self.forge.commit("fix: one more");
        self.forge.push(&["main"]).accepted();
        let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs();
        let at = tagged_at.unwrap_or_else(|| i64::try_from(now).unwrap());
        let name = format!("v1.0.{}", self.next);
        let tagger = format!("tagger Ada <{ADA}> {at} +0000");
        let text = format!("object {head}\ntype commit\ntag {name}\n{tagger}\n\nRelease {name}\n");
        (name, text.into_bytes())
    }

    fn sign(&self, payload: &[u8], key: &str, namespace: &str) -> Vec<u8> {
        let file = self.folder.join("payload");
        std::fs::write(&file, payload).unwrap();
        let _ = std::fs::remove_file(self.folder.join("payload.sig"));
        // A certificate stands in the public file; the private one is found beside it.
        let certificate =
            std::fs::read_to_string(self.folder.join(format!("{key}.pub"))).unwrap().contains("cert-v01");
        let key = if certificate { format!("{key}.pub") } else { key.to_owned() };
        make(&self.folder, &["-q", "-Y", "sign", "-n", namespace, "-f", &key, "payload"]);
        std::fs::read(self.folder.join("payload.sig")).unwrap()
    }

    /// Returns whether the reference calls the signature good for anybody, now.
    fn reference(&self, payload: &[u8], signature: &[u8], revoked: Option<&str>) -> bool {
        let file = self.folder.join("reference.sig");
        std::fs::write(&file, signature).unwrap();
        PEOPLE.iter().any(|who| {
            let mut verify = Command::new("ssh-keygen");
            verify.args(["-Y", "verify", "-f", "allowed", "-n", "git", "-I", who, "-s", "reference.sig"]);
            verify.args(revoked.iter().flat_map(|file| ["-r", file]));
            verify
                .current_dir(&self.folder)
                .stdin(Stdio::piped())
                .stdout(Stdio::null())
                .stderr(Stdio::null());
            let mut running = verify.spawn().unwrap();
            let _ = running.stdin.take().unwrap().write_all(payload);
            running.wait().unwrap().success()
        })
    }

    /// Pushes a tag of these bytes.
    fn push(&mut self, name: &str, bytes: &[u8]) -> Pushed {
        let mut git = self
            .forge
            .command(&self.forge.work(), &["hash-object", "-t", "tag", "-w", "--stdin", "--literally"]);
        let mut git = git.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        git.stdin.take().unwrap().write_all(bytes).unwrap();
        let id = String::from_utf8(git.wait_with_output().unwrap().stdout).unwrap();
        self.forge.git(&["update-ref", &format!("refs/tags/{name}"), id.trim()]);
        let pushed = self.forge.push(&[&format!("refs/tags/{name}")]);
        self.next += u64::from(pushed.passed);
        pushed
    }
}

/// One row: what is allowed, who signs for what, and what is revoked.
struct Row {
    what: &'static str,
    allowed: String,
    key: &'static str,
    namespace: &'static str,
    revoked: Option<&'static str>,
    spoil: fn(&mut Vec<u8>, &mut Vec<u8>),
}

fn row(what: &'static str, allowed: String) -> Row {
    Row { what, allowed, key: "ada", namespace: "git", revoked: None, spoil: |_, _| {} }
}

fn plain_rows(keys: &Keys) -> Vec<Row> {
    let ada = keys.public("ada");
    let (past, future) = ("20200101", "20990101");
    let of = |options: &str| format!("{ADA} {options} {ada}\n");
    let mut rows = vec![
        row("the key is allowed", of("")),
        row("nobody is allowed", String::new()),
        row("somebody else is allowed", format!("{ADA} {}\n", keys.public("eve"))),
        row("there are comments around", format!("# people\n\n{ADA} {ada} a comment\n")),
        row("another line is nonsense", format!("nonsense\n{ADA} {ada}\n")),
        row("the line itself is nonsense", format!("{ADA} ssh-ed25519 AAAA\n")),
        row("only for git", of("namespaces=\"git\"")),
        row("only for files", of("namespaces=\"file\"")),
        row("for files and git", of("namespaces=\"file,git\"")),
        row("for what begins with g", of("namespaces=\"g*\"")),
        row("for all but git", of("namespaces=\"!git,*\"")),
        row("valid since long ago", of(&format!("valid-after=\"{past}\""))),
        row("not valid yet", of(&format!("valid-after=\"{future}\""))),
        row("expired", of(&format!("valid-before=\"{past}\""))),
        row("valid for long", of(&format!("valid-before=\"{future}\""))),
        row("within its time", of(&format!("valid-after=\"{past}\",valid-before=\"{future}\""))),
        row("within no time", of(&format!("valid-after=\"{future}\",valid-before=\"{past}\""))),
        row("everything at once", of(&format!("namespaces=\"git\",valid-before=\"{future}\""))),
        row("an option that nobody knows", of("permit-everything")),
        row("a date that is none", of("valid-before=\"soon\"")),
        row(
            "expired on one line and valid on the next",
            format!("{}{}", of(&format!("valid-before=\"{past}\"")), of("")),
        ),
        row(
            "valid on one line and expired on the next",
            format!("{}{}", of(""), of(&format!("valid-before=\"{past}\""))),
        ),
        row("a whole domain", format!("*@example.org {ada}\n")),
        row("another domain", format!("*@elsewhere.org {ada}\n")),
        row("a domain without her", format!("!{ADA},*@example.org {ada}\n")),
        row("several people with one key", format!("grace@example.org,{ADA} {ada}\n")),
        row("a certificate authority's line for a plain key", of("cert-authority")),
        row("lines that end like on Windows", format!("{ADA} {ada}\r\n")),
        row("no line feed at the end", format!("{ADA} {ada}")),
    ];
    for key in ["rsa", "ecdsa"] {
        rows.push(Row { key, ..row("another kind of key", format!("{ADA} {}\n", keys.public(key))) });
        rows.push(Row {
            key,
            ..row(
                "another kind of key, expired",
                format!("{ADA} valid-before=\"{past}\" {}\n", keys.public(key)),
            )
        });
    }
    rows
}

fn spoilt_rows(keys: &Keys) -> Vec<Row> {
    let good = || format!("{ADA} {}\n", keys.public("ada"));
    let spoilt = |what, spoil| Row { spoil, ..row(what, good()) };
    vec![
        Row { namespace: "file", ..row("signed as a file", good()) },
        Row { namespace: "git.example", ..row("signed for something that begins alike", good()) },
        Row { key: "eve", ..row("signed by a stranger", good()) },
        spoilt("the message was changed", |payload, _| {
            let last = payload.len() - 2;
            payload[last] ^= 1;
        }),
        spoilt("the signature was changed", |_, signature| {
            let middle = signature.len() / 2;
            signature[middle] = if signature[middle] == b'A' { b'B' } else { b'A' };
        }),
        spoilt("the signature lost a line", |_, signature| {
            let text = String::from_utf8(signature.clone()).unwrap();
            let lines: Vec<&str> =
                text.lines().enumerate().filter(|(n, _)| *n != 2).map(|(_, line)| line).collect();
            *signature = format!("{}\n", lines.join("\n")).into_bytes();
        }),
        Row { revoked: Some("ada.pub"), ..row("the key is revoked as it is", good()) },
        Row { revoked: Some("eve.pub"), ..row("another key is revoked", good()) },
        Row { revoked: Some("ada.krl"), ..row("the key is revoked in a list", good()) },
        Row { revoked: Some("empty.krl"), ..row("the list of the revoked is empty", good()) },
        Row { revoked: Some("nonsense"), ..row("the list of the revoked is nonsense", good()) },
    ]
}

fn certified_rows(keys: &Keys) -> Vec<Row> {
    let authority = |options: &str| format!("*@example.org cert-authority{options} {}\n", keys.public("ca"));
    let by = |key, what, allowed| Row { key, ..row(what, allowed) };
    vec![
        by("certified", "certified by the authority", authority("")),
        by("certified", "certified, for git only", authority(",namespaces=\"git\"")),
        by("certified", "certified, for files only", authority(",namespaces=\"file\"")),
        by("certified", "the authority has expired", authority(",valid-before=\"20200101\"")),
        by(
            "certified",
            "another authority",
            format!("*@example.org cert-authority {}\n", keys.public("ca2")),
        ),
        by("certified", "the authority's key as a person's", format!("{ADA} {}\n", keys.public("ca"))),
        by("outdated", "the certificate has expired", authority("")),
        by("early", "the certificate is not valid yet", authority("")),
        by("stranger", "certified for another domain", authority("")),
        by("machine", "certified as a machine", authority("")),
        Row { revoked: Some("ca.pub"), ..by("certified", "the authority is revoked", authority("")) },
        Row {
            revoked: Some("serial.krl"),
            ..by("certified", "the certificate is revoked by its number", authority(""))
        },
    ]
}

#[test]
fn the_door_and_ssh_keygen_agree_about_every_signature() {
    let mut keys = Keys::new();
    keys.certify("certified", &["-s", "ca", "-n", ADA, "-V", "-1d:+10d", "-z", "7"]);
    keys.certify("outdated", &["-s", "ca", "-n", ADA, "-V", "-10d:-1d"]);
    keys.certify("early", &["-s", "ca", "-n", ADA, "-V", "+1d:+10d"]);
    keys.certify("stranger", &["-s", "ca", "-n", "eve@elsewhere.org", "-V", "-1d:+10d"]);
    keys.certify("machine", &["-s", "ca", "-h", "-n", ADA, "-V", "-1d:+10d"]);
    make(&keys.folder, &["-q", "-k", "-f", "ada.krl", "ada.pub"]);
    make(&keys.folder, &["-q", "-k", "-f", "empty.krl"]);
    std::fs::write(keys.folder.join("serial"), "serial: 7\n").unwrap();
    make(&keys.folder, &["-q", "-k", "-f", "serial.krl", "-s", "ca.pub", "serial"]);
    std::fs::write(keys.folder.join("nonsense"), "nonsense\n").unwrap();

    let rows: Vec<Row> =
        [plain_rows(&keys), spoilt_rows(&keys), certified_rows(&keys)].into_iter().flatten().collect();
    assert!(rows.len() >= 50, "{} rows", rows.len());
    let mut good = 0;
    for row in &rows {
        std::fs::write(keys.folder.join("allowed"), &row.allowed).unwrap();
        let (name, mut payload) = keys.payload(None);
        let mut signature = keys.sign(&payload, row.key, row.namespace);
        (row.spoil)(&mut payload, &mut signature);
        match row.revoked {
            Some(file) => {
                keys.forge.set(&format!("revoked_signers = \"{}\"", keys.folder.join(file).display()))
            }
            None => keys.forge.unset("revoked_signers"),
        };
        let expected = keys.reference(&payload, &signature, row.revoked);
        let pushed = keys.push(&name, &[payload, signature].concat());
        assert_eq!(pushed.passed, expected, "{}: {}", row.what, pushed.said);
        good += usize::from(expected);
        if !expected {
            let id = pushed.ids().pop().unwrap();
            assert!(
                ["TW-T035", "TW-T036", "TW-T038"].contains(&id.as_str()),
                "{}: {}",
                row.what,
                pushed.said
            );
        }
    }
    assert!(good >= 12 && rows.len() - good >= 20, "{good} of {} are good", rows.len());
}

#[test]
fn the_four_answers_have_words_of_their_own() {
    let mut keys = Keys::new();
    std::fs::write(keys.folder.join("allowed"), format!("{ADA} {}\n", keys.public("ada"))).unwrap();
    let (name, payload) = keys.payload(None);
    keys.push(&name, &payload).refused(&["TW-T034"]).says("it is not signed");
    let by_eve = keys.sign(&payload, "eve", "git");
    keys.push(&name, &[&payload[..], &by_eve].concat()).refused(&["TW-T035"]);
    let other = keys.sign(b"something else", "ada", "git");
    keys.push(&name, &[&payload[..], &other].concat()).refused(&["TW-T036"]);
    let good = keys.sign(&payload, "ada", "git");
    for muddled in
        [[&good[..], b"more\n"].concat(), [&good[..], &good].concat(), [&good[..], &by_eve].concat()]
    {
        keys.push(&name, &[&payload[..], &muddled].concat()).refused(&["TW-T037"]);
    }
    let old = format!(
        "{ADA} valid-before=\"20200101\" {k}\n{ADA} namespaces=\"file\" {k}\n",
        k = keys.public("ada")
    );
    let allowed = std::fs::read_to_string(keys.folder.join("allowed")).unwrap();
    std::fs::write(keys.folder.join("allowed"), old).unwrap();
    keys.push(&name, &[&payload[..], &good].concat()).refused(&["TW-T038"]);
    std::fs::write(keys.folder.join("allowed"), allowed).unwrap();
    keys.push(&name, &[&payload[..], &good].concat()).accepted();
    // A lightweight tag cannot be signed; the way back needs no signature.
    keys.forge.commit("fix: last");
    keys.forge.git(&["tag", "v1.0.2"]);
    keys.forge.push(&["main", "v1.0.2"]).refused(&["TW-T020", "TW-T034"]);
    keys.forge.git(&["tag", "v1.0.1-rollback", "v1.0.0^{}"]);
    keys.forge.push(&["v1.0.1-rollback"]).accepted();
}

#[test]
fn a_date_of_long_ago_does_not_make_an_expired_key_good() {
    let mut keys = Keys::new();
    let ada = keys.public("ada");
    std::fs::write(keys.folder.join("allowed"), format!("{ADA} valid-before=\"20200101\" {ada}\n")).unwrap();
    // 2019: git, which believes the tagger, would call it good.
    let (name, payload) = keys.payload(Some(1_560_000_000));
    let signature = keys.sign(&payload, "ada", "git");
    assert!(!keys.push(&name, &[&payload[..], &signature].concat()).passed);
    std::fs::write(keys.folder.join("allowed"), format!("{ADA} {ada}\n")).unwrap();
    keys.push(&name, &[&payload[..], &signature].concat()).refused(&["TW-T039"]);
    let (name, payload) = keys.payload(Some(4_000_000_000));
    let signature = keys.sign(&payload, "ada", "git");
    keys.push(&name, &[&payload[..], &signature].concat()).refused(&["TW-T039"]);
}

#[test]
fn a_file_that_is_configured_and_not_there_is_an_error_and_no_warning() {
    let mut keys = Keys::new();
    std::fs::write(keys.folder.join("allowed"), format!("{ADA} {}\n", keys.public("ada"))).unwrap();
    let (name, payload) = keys.payload(None);
    let signed = [&payload[..], &keys.sign(&payload, "ada", "git")].concat();
    keys.forge.set("revoked_signers = \"/nonexistent/revoked\"");
    keys.push(&name, &signed).refused(&["TW-G010"]).says("/nonexistent/revoked");
    keys.forge.unset("revoked_signers").set("allowed_signers = \"/nonexistent/allowed\"");
    keys.push(&name, &signed).refused(&["TW-G010"]).says("/nonexistent/allowed");
}

#[test]
fn git_signs_and_the_door_believes_its_own_files_alone() {
    let keys = Keys::new();
    let allowed = keys.folder.join("allowed");
    std::fs::write(&allowed, format!("{ADA} {}\n", keys.public("ada"))).unwrap();
    // The machine's own configuration would allow everybody.
    let lax = keys.folder.join("lax");
    std::fs::write(&lax, format!("* {}\n", keys.public("eve"))).unwrap();
    let config = keys.forge.home().join(".gitconfig");
    std::fs::write(
        config,
        format!("[gpg]\n\tformat = ssh\n[gpg \"ssh\"]\n\tallowedSignersFile = {}\n", lax.display()),
    )
    .unwrap();
    for (key, passes) in [("eve", false), ("ada", true)] {
        keys.forge.commit("fix: more");
        let file = keys.folder.join(key);
        let sign = [
            "-c",
            "gpg.format=ssh",
            "-c",
            &format!("user.signingkey={}", file.display()),
            "tag",
            "-f",
            "-s",
            "v1.0.1",
            "-m",
            "Release v1.0.1",
        ];
        keys.forge.git(&sign);
        assert_eq!(keys.forge.push(&["main", "v1.0.1"]).passed, passes, "{key}");
    }
    let left = std::fs::read_dir(keys.forge.temporary()).unwrap().count();
    assert_eq!(left, 0, "a signature was left in the temporary folder");
}

/// A folder with an OpenPGP keyring; its agent is ended when dropped.
struct Ring(PathBuf);

impl Ring {
    fn new(folder: &Path) -> Self {
        use std::os::unix::fs::PermissionsExt;
        std::fs::create_dir(folder).unwrap();
        std::fs::set_permissions(folder, std::fs::Permissions::from_mode(0o700)).unwrap();
        Self(folder.to_owned())
    }

    fn gpg(&self, words: &[&str], input: &[u8]) -> Vec<u8> {
        let mut gpg = Command::new("gpg");
        gpg.args(["--batch", "--quiet", "--yes", "--pinentry-mode", "loopback", "--passphrase", ""])
            .args(words);
        gpg.env_clear().env("PATH", std::env::var_os("PATH").unwrap()).env("GNUPGHOME", &self.0);
        gpg.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut running = gpg.spawn().unwrap();
        running.stdin.take().unwrap().write_all(input).unwrap();
        let output = running.wait_with_output().unwrap();
        assert!(output.status.success(), "{words:?}: {}", String::from_utf8_lossy(&output.stderr));
        output.stdout
    }
}

impl Drop for Ring {
    fn drop(&mut self) {
        let mut end = Command::new("gpgconf");
        let _ = end.args(["--kill", "all"]).env("GNUPGHOME", &self.0).status();
    }
}

#[test]
fn openpgp_signatures_are_believed_when_their_key_is_in_the_ring() {
    let mut keys = Keys::new();
    // An agent's socket wants a short path.
    let short = tempfile::Builder::new().prefix("tw").tempdir_in("/tmp").unwrap();
    let signer = Ring::new(&short.path().join("a"));
    let door = Ring::new(&short.path().join("d"));
    for (who, expires) in [("ada@example.org", "never"), ("eve@elsewhere.org", "never")] {
        signer.gpg(&["--quick-generate-key", who, "ed25519", "sign", expires], b"");
    }
    signer.gpg(
        &[
            "--faked-system-time",
            "20190101T000000!",
            "--quick-generate-key",
            "old@example.org",
            "ed25519",
            "sign",
            "1m",
        ],
        b"",
    );
    for allowed in ["ada@example.org", "old@example.org"] {
        let exported = signer.gpg(&["--export", "--armor", allowed], b"");
        door.gpg(&["--import"], &exported);
    }
    keys.forge.set(&format!("openpgp_home = \"{}\"", door.0.display())).unset("allowed_signers");
    let (name, payload) = keys.payload(None);
    let by = |who: &str, payload: &[u8], more: &[&str]| {
        signer.gpg(&[more, &["--local-user", who, "--armor", "--detach-sign"]].concat(), payload)
    };
    let eve = by("eve@elsewhere.org", &payload, &[]);
    keys.push(&name, &[&payload[..], &eve].concat()).refused(&["TW-T035"]);
    let other = by("ada@example.org", b"something else", &[]);
    keys.push(&name, &[&payload[..], &other].concat()).refused(&["TW-T036"]);
    let old = by("old@example.org", &payload, &["--faked-system-time", "20190102T000000!"]);
    keys.push(&name, &[&payload[..], &old].concat()).refused(&["TW-T038"]);
    keys.push(&name, &payload).refused(&["TW-T034"]);
    let good = by("ada@example.org", &payload, &[]);
    keys.push(&name, &[&payload[..], &good].concat()).accepted();
    // An SSH signature where nobody may sign with SSH, and a ring that is not there.
    let (name, payload) = keys.payload(None);
    let ssh = keys.sign(&payload, "ada", "git");
    keys.push(&name, &[&payload[..], &ssh].concat()).refused(&["TW-T035"]);
    keys.forge.set("openpgp_home = \"/nonexistent/ring\"");
    let good = by("ada@example.org", &payload, &[]);
    keys.push(&name, &[&payload[..], &good].concat()).refused(&["TW-G010"]);
}
