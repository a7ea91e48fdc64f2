//! Links the hook without shared libraries: it also has to run inside the forge's container, whatever libraries that
//! holds, and every push waits until it has started.
//!
//! Cargo's own switch for this (`target-feature=+crt-static`) holds for all programs at once, and the daemon needs the
//! shared ones: glibc looks up names in them. So for the hook alone each library's name leads to its archive. Where an
//! archive is missing, some systems have them in a package of their own, the hook is linked like any other program.

use std::env;
use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// What the compiler asks for as a shared library, and the archives that hold the same.
const LIBRARIES: [(&str, &[&str]); 8] = [
    ("c", &["c", "gcc_eh", "gcc"]),
    ("gcc_s", &["gcc_eh", "gcc"]),
    ("m", &["m"]),
    ("z", &["z"]),
    ("dl", &["dl"]),
    ("pthread", &["pthread"]),
    ("rt", &["rt"]),
    ("util", &["util"]),
];
/// Without these nothing can be linked; the others may be part of them or not asked for at all.
const NEEDED: [&str; 2] = ["c", "gcc_s"];

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed=build.rs");
    let is = |name: &str, value: &str| env::var(name).is_ok_and(|found| found == value);
    let configured = env::var_os("RUSTC_LINKER");
    // Elsewhere the compiler links static by itself, or not at all; another machine's libraries are not asked for here.
    let ours = is("CARGO_CFG_TARGET_OS", "linux") && is("CARGO_CFG_TARGET_ENV", "gnu");
    if !ours || (configured.is_none() && env::var("HOST")? != env::var("TARGET")?) {
        return Ok(());
    }
    let linker = configured.unwrap_or_else(|| "cc".into());
    let folder = PathBuf::from(env::var("OUT_DIR")?).join("archives");
    fs::create_dir_all(&folder)?;
    for (library, archives) in LIBRARIES {
        let found: Option<Vec<PathBuf>> =
            archives.iter().map(|name| archive(Path::new(&linker), name)).collect();
        match found {
            Some(found) => fs::write(folder.join(format!("lib{library}.so")), script(&found))?,
            None if NEEDED.contains(&library) => {
                println!(
                    "cargo::warning=the hook is linked against shared libraries: lib{library}.a was not found"
                );
                return Ok(());
            }
            None => {}
        }
    }
    // A fixed address spares the hook the adjusting of thirteen thousand pointers, which is a fifth of its whole start.
    for argument in [format!("-L{}", folder.display()), "-static".to_owned(), "-no-pie".to_owned()] {
        println!("cargo::rustc-link-arg-bin=tagwarden-hook={argument}");
    }
    Ok(())
}

/// Returns where the linker finds an archive.
fn archive(linker: &Path, name: &str) -> Option<PathBuf> {
    let asked = Command::new(linker).arg(format!("-print-file-name=lib{name}.a")).output().ok()?;
    let path = PathBuf::from(String::from_utf8(asked.stdout).ok()?.trim());
    // What is not found is answered with its bare name.
    path.is_absolute().then_some(path)
}

/// Returns a linker script that stands for these archives.
fn script(archives: &[PathBuf]) -> String {
    let all: String = archives.iter().map(|path| format!(" \"{}\"", path.display())).collect();
    format!("GROUP({all} )\n")
}
