//! How much space is free where the state is kept, and what kind of file system is that?

use std::path::{Path, PathBuf};

use super::case::Case;
use super::finding::{Check, Finding};
use crate::domain::notice::Notice;

const MIB: u64 = 1 << 20;
/// Below this the next release may find no room for its mirror clone and logs.
const SCARCE: u64 = 1024 * MIB;
/// Below this the database itself soon cannot be written.
const SPENT: u64 = 64 * MIB;
/// File systems whose locks SQLite cannot rely on.
const NETWORK: &[&str] = &[
    "nfs",
    "nfs4",
    "cifs",
    "smb3",
    "smbfs",
    "ceph",
    "9p",
    "afs",
    "lustre",
    "gfs2",
    "ocfs2",
    "davfs",
    "fuse.sshfs",
    "fuse.glusterfs",
    "fuse.ceph",
    "fuse.davfs2",
    "fuse.rclone",
    "fuse.s3fs",
];
/// File systems that a reboot empties.
const MEMORY: &[&str] = &["tmpfs", "ramfs"];

/// What kind of file system it is.
#[derive(Debug, PartialEq, Eq)]
pub enum FileSystem {
    /// On this machine, as far as is known.
    Local,
    /// On another machine; its name.
    Network(String),
    /// In memory; its name.
    Memory(String),
}

/// Looks at the space that is free for the state folder.
pub fn check(case: &Case) -> Vec<Finding> {
    let folder = nearest(&case.config.server.state_dir);
    let about = folder.display().to_string();
    vec![match rustix::fs::statvfs(&folder) {
        Ok(found) => judge(found.f_bavail.saturating_mul(found.f_frsize), &folder),
        Err(error) => {
            let notice = Notice::new("TW-Q038").with("path", &about).with("why", error);
            Check::Space.unknown(about, notice)
        }
    }]
}

fn judge(free: u64, folder: &Path) -> Finding {
    let about = folder.display().to_string();
    let notice = |id: &str| Notice::new(id).with("free", size(free)).with("path", &about);
    match free {
        0..SPENT => Check::Space.error(&about, notice("TW-Q036")),
        SPENT..SCARCE => Check::Space.warning(&about, notice("TW-Q037")),
        SCARCE.. => Check::Space.ok(&about, notice("doctor-space")),
    }
}

/// Returns a size in the unit that people read it in.
fn size(bytes: u64) -> String {
    if bytes < 1024 * MIB { format!("{} MiB", bytes / MIB) } else { format!("{} GiB", bytes / MIB / 1024) }
}

/// Returns the folder, or the one above it that exists already.
fn nearest(folder: &Path) -> PathBuf {
    folder.ancestors().find(|path| path.exists()).unwrap_or(Path::new("/")).to_owned()
}

/// Returns what kind of file system the folder lies on, as the kernel says.
pub fn file_system(folder: &Path) -> FileSystem {
    let folder = nearest(folder);
    let folder = folder.canonicalize().unwrap_or(folder);
    let mounts = std::fs::read_to_string("/proc/self/mountinfo").unwrap_or_default();
    let kind = kind_of(&folder, &mounts).unwrap_or_default();
    if NETWORK.contains(&kind) {
        FileSystem::Network(kind.to_owned())
    } else if MEMORY.contains(&kind) {
        FileSystem::Memory(kind.to_owned())
    } else {
        FileSystem::Local
    }
}

/// Returns the type of the innermost mount that holds `folder`; of several on one place the last hides the others.
fn kind_of<'a>(folder: &Path, mounts: &'a str) -> Option<&'a str> {
    let mut best: Option<(usize, &str)> = None;
    for line in mounts.lines() {
        let Some((place, kind)) = line.split_once(" - ") else { continue };
        let Some(point) = place.split(' ').nth(4).map(|point| point.replace("\\040", " ")) else { continue };
        let length = Path::new(&point).components().count();
        if folder.starts_with(&point) && best.is_none_or(|(longest, _)| length >= longest) {
            best = Some((length, kind.split(' ').next().unwrap_or_default()));
        }
    }
    best.map(|(_, kind)| kind)
}

#[cfg(test)]
mod tests {
    use super::super::finding::State;
    use super::*;

    const MOUNTS: &str = "22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw
41 22 0:40 / /var/lib/my\\040state rw shared:2 - nfs4 nas:/state rw
42 22 0:41 / /var/lib rw - xfs /dev/sdb rw
43 41 0:42 / /var/lib/my\\040state/run rw - tmpfs tmpfs rw
44 42 0:43 / /var/lib/twice rw - ext4 /dev/sdc rw
45 44 0:44 / /var/lib/twice rw - fuse.sshfs far:/ rw
";

    #[test]
    fn the_innermost_mount_counts_and_of_two_the_one_on_top() {
        for (folder, kind) in [
            ("/home", "ext4"),
            ("/var/lib/tagwarden", "xfs"),
            ("/var/library", "ext4"),
            ("/var/lib/my state", "nfs4"),
            ("/var/lib/my state/db", "nfs4"),
            ("/var/lib/my state/run/x", "tmpfs"),
            ("/var/lib/twice/a", "fuse.sshfs"),
        ] {
            assert_eq!(kind_of(Path::new(folder), MOUNTS), Some(kind), "{folder}");
        }
        assert_eq!(kind_of(Path::new("/"), ""), None);
    }

    #[test]
    fn little_space_is_warned_about_and_almost_none_is_an_error() {
        for (free, state, said) in [
            (SPENT - 1, State::Error, "63 MiB"),
            (SPENT, State::Warning, "64 MiB"),
            (SCARCE - 1, State::Warning, "1023 MiB"),
            (SCARCE, State::Ok, "1 GiB"),
            (500 * SCARCE, State::Ok, "500 GiB"),
        ] {
            let finding = judge(free, Path::new("/srv"));
            assert_eq!((finding.state, finding.notice.values["free"].as_str()), (state, said));
        }
    }
}
