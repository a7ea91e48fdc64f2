//! Who signed a tag, as of this very moment?
//!
//! `ssh-keygen` and `git verify-tag` are asked, which everybody trusts with it anyway, but with files of our own: no
//! configuration of the machine plays a part, and nothing is looked up over the network. The time that counts is now:
//! git itself asks for the tagger's date, which whoever tags can choose, so that a key that has expired would pass.

use std::fs;
use std::io::{self, Write};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use super::{GitError, command, id::Id};
use crate::domain::tag_policy::{
    SignatureBlock, SignatureFact, SignatureFlaw, SignatureForm, Signers, TagObject,
};

/// The longest that one look at a signature may take; the programs need milliseconds.
const LIMIT: Duration = Duration::from_secs(5);
/// How far the tagger's clock may be off, in seconds: a day covers wrong time zones.
const SLACK: i64 = 24 * 60 * 60;
/// What git's signatures are made for.
const NAMESPACE: &str = "git";

/// A tag whose signature is asked for.
pub struct Signed<'a> {
    /// Its id.
    pub id: Id,
    /// Its bytes.
    pub bytes: &'a [u8],
    /// What they say.
    pub tag: &'a TagObject,
    /// When the commit was made, by its own words.
    pub committed_at: i64,
}

/// Returns who signed a tag.
///
/// # Errors
/// A file of the signers is missing, or a program cannot be run; nothing is known then.
pub fn look(
    signed: &Signed<'_>,
    signers: &Signers,
    folder: Option<&Path>,
) -> Result<SignatureFact, GitError> {
    let bad = |why| Ok(SignatureFact::Bad { why });
    let (form, at) = match signed.tag.signature {
        SignatureBlock::None => return Ok(SignatureFact::None),
        SignatureBlock::Muddled => return bad(SignatureFlaw::Muddled),
        SignatureBlock::One { form, at } => (form, at),
    };
    // Written for `ssh-keygen`; and its date is the machine's time as it is now, which this room does not know otherwise.
    let scratch = Scratch::new(&signed.bytes[at..])?;
    let found = match form {
        SignatureForm::Ssh => ssh(&signed.bytes[..at], &scratch.path, signers)?,
        SignatureForm::OpenPgp => openpgp(signed.id, signers, folder)?,
        SignatureForm::X509 => SignatureFact::Unknown,
    };
    let dated = signed.tag.tagged_at.is_some_and(|tagged| {
        (signed.committed_at.saturating_sub(SLACK)..=scratch.made_at.saturating_add(SLACK)).contains(&tagged)
    });
    match found {
        SignatureFact::Good { .. } if !dated => bad(SignatureFlaw::Date),
        found => Ok(found),
    }
}

fn ssh(payload: &[u8], signature: &Path, signers: &Signers) -> Result<SignatureFact, GitError> {
    let Some(allowed) = &signers.ssh else { return Ok(SignatureFact::Unknown) };
    for file in [Some(allowed), signers.revoked.as_ref()].into_iter().flatten() {
        // A file of revoked keys that is not there would only be a warning to some, and a hole to others.
        fs::File::open(file).map_err(|source| GitError::Signers { path: file.clone(), source })?;
    }
    let keygen = |verb: &str| {
        let mut keygen = Command::new("ssh-keygen");
        keygen.env_clear().env("LC_ALL", "C");
        if let Some(path) = std::env::var_os("PATH") {
            keygen.env("PATH", path);
        }
        keygen.args(["-Y", verb, "-s"]).arg(signature);
        keygen
    };
    let mut find = keygen("find-principals");
    find.arg("-f").arg(allowed);
    let (found, principals) = run(find, b"")?;
    for principal in principals.lines().filter(|_| found) {
        let mut verify = keygen("verify");
        verify.args(["-n", NAMESPACE, "-I", principal, "-f"]).arg(allowed);
        if let Some(revoked) = &signers.revoked {
            verify.arg("-r").arg(revoked);
        }
        if run(verify, payload)?.0 {
            return Ok(SignatureFact::Good { by: principal.to_owned() });
        }
    }
    let mut alone = keygen("check-novalidate");
    alone.args(["-n", NAMESPACE]);
    let (holds, _) = run(alone, payload)?;
    Ok(match (holds, found) {
        (false, _) => SignatureFact::Bad { why: SignatureFlaw::Wrong },
        (true, true) => SignatureFact::Bad { why: SignatureFlaw::KeyNotValid },
        (true, false) => SignatureFact::Unknown,
    })
}

/// Asks `git verify-tag` with a keyring of our own; `folder` is `None` where the environment says which repository.
fn openpgp(id: Id, signers: &Signers, folder: Option<&Path>) -> Result<SignatureFact, GitError> {
    let Some(home) = &signers.openpgp else { return Ok(SignatureFact::Unknown) };
    fs::read_dir(home).map_err(|source| GitError::Signers { path: home.clone(), source })?;
    let mut git = match folder {
        None => command::git_in_hook(Path::new(".")),
        Some(folder) => command::git(folder),
    };
    git.env("GNUPGHOME", home).args([
        "-c",
        "gpg.format=openpgp",
        "-c",
        "gpg.program=gpg",
        "-c",
        "gpg.minTrustLevel=undefined",
    ]);
    git.args(["verify-tag", "--raw"]).arg(id.to_string()).stderr(Stdio::piped());
    let output = command::finish(git, "verify-tag", LIMIT)?;
    let said = String::from_utf8_lossy(&output.said);
    let status: Vec<&str> = said.lines().filter_map(|line| line.strip_prefix("[GNUPG:] ")).collect();
    let says = |word: &str| status.iter().find_map(|line| line.strip_prefix(word)?.strip_prefix(' '));
    if let (true, Some(by)) = (output.success, says("GOODSIG")) {
        let by = by.split_once(' ').map_or(by, |(_, name)| name);
        return Ok(SignatureFact::Good { by: by.to_owned() });
    }
    Ok(if says("BADSIG").is_some() {
        SignatureFact::Bad { why: SignatureFlaw::Wrong }
    } else if ["EXPSIG", "EXPKEYSIG", "REVKEYSIG"].iter().any(|word| says(word).is_some()) {
        SignatureFact::Bad { why: SignatureFlaw::KeyNotValid }
    } else {
        SignatureFact::Unknown
    })
}

/// Runs a program with something on its standard input; returns whether it was content, and what it printed.
fn run(mut command: Command, input: &[u8]) -> Result<(bool, String), GitError> {
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
    let mut child = command.spawn().map_err(GitError::Keygen)?;
    if let Some(mut stdin) = child.stdin.take() {
        // Whoever has made up their mind may hang up; the exit status tells.
        let _ = stdin.write_all(input);
    }
    let output = child.wait_with_output().map_err(GitError::Keygen)?;
    Ok((output.status.success(), String::from_utf8_lossy(&output.stdout).into_owned()))
}

/// A file in the machine's temporary folder, as `ssh-keygen` wants the signature in one; removed when dropped.
struct Scratch {
    path: PathBuf,
    /// When it was written, in seconds since 1970.
    made_at: i64,
}

impl Scratch {
    fn new(bytes: &[u8]) -> Result<Self, GitError> {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let folder = std::env::temp_dir();
        let unusable = |source: io::Error| GitError::Folder { path: folder.clone(), source };
        // A file that a killed hook left behind, or that somebody else put there, is never written to.
        for _ in 0..1000 {
            let name = format!(
                "tagwarden-signature-{}-{}",
                std::process::id(),
                NEXT.fetch_add(1, Ordering::Relaxed)
            );
            let path = folder.join(name);
            match fs::OpenOptions::new().write(true).create_new(true).open(&path) {
                Ok(mut file) => {
                    let mut scratch = Self { path, made_at: 0 };
                    file.write_all(bytes).map_err(unusable)?;
                    scratch.made_at = file.metadata().map_err(unusable)?.mtime();
                    return Ok(scratch);
                }
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                Err(error) => return Err(unusable(error)),
            }
        }
        Err(unusable(io::Error::from(io::ErrorKind::AlreadyExists)))
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        // What is left in the temporary folder is a public signature.
        let _ = fs::remove_file(&self.path);
    }
}
