//! A push client made by hand, which sends what git's own never would.

use std::io::{Read, Write};
use std::process::{Command, Stdio};

use crate::forge::{Forge, Pushed};

/// One command of a push: old id, new id, name. Any bytes.
pub struct Line {
    pub old: String,
    pub new: String,
    pub name: Vec<u8>,
}

impl Forge {
    /// Sends refs of the clone under their own names, in this order and with honest old ids.
    pub fn send(&self, names: &[&str]) -> Pushed {
        let zero = self.zero();
        let line = |name: &&str| Line {
            old: self.at_forge(name).unwrap_or_else(|| zero.clone()),
            new: self.git(&["rev-parse", name]),
            name: name.as_bytes().to_vec(),
        };
        self.send_lines(&names.iter().map(line).collect::<Vec<_>>())
    }

    /// Returns the id that stands for nothing.
    pub fn zero(&self) -> String {
        "0".repeat(self.git(&["rev-parse", "HEAD"]).len())
    }

    /// Sends any lines, with every object that they name.
    pub fn send_lines(&self, lines: &[Line]) -> Pushed {
        let zero = self.zero();
        let wanted: Vec<&str> =
            lines.iter().map(|line| line.new.as_str()).filter(|new| **new != zero).collect();
        let mut receive = Command::new(self.receive_pack())
            .arg(self.bare())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut stdout = receive.stdout.take().unwrap();
        while packet(&mut stdout).is_some_and(|body| !body.is_empty()) {}
        let mut stdin = receive.stdin.take().unwrap();
        let mut sent = Vec::new();
        for (n, line) in lines.iter().enumerate() {
            let mut body = format!("{} {} ", line.old, line.new).into_bytes();
            body.extend(&line.name);
            if n == 0 {
                body.extend(format!("\0report-status side-band-64k object-format={}", self.format()).bytes());
            }
            sent.extend(format!("{:04x}", body.len() + 4).bytes());
            sent.extend(body);
        }
        sent.extend(b"0000");
        if !wanted.is_empty() {
            sent.extend(self.pack(&wanted));
        }
        // The other side may have hung up already; what it said tells why.
        let _ = stdin.write_all(&sent);
        drop(stdin);
        let (mut report, mut said) = (Vec::new(), Vec::new());
        while let Some(body) = packet(&mut stdout) {
            match body.split_first() {
                Some((1, rest)) => report.extend(rest),
                Some((2, rest)) => said.extend(rest),
                _ => {}
            }
        }
        let ended = receive.wait_with_output().unwrap();
        said.extend(ended.stderr);
        let report = String::from_utf8_lossy(&report).into_owned();
        let passed = report.contains("unpack ok") && !report.contains("ng ");
        Pushed { passed, said: format!("{}{report}\n", String::from_utf8_lossy(&said)) }
    }

    fn format(&self) -> String {
        self.git(&["rev-parse", "--show-object-format"])
    }

    fn pack(&self, wanted: &[&str]) -> Vec<u8> {
        let mut git = self.command(&self.work(), &["pack-objects", "-q", "--stdout", "--revs"]);
        let mut git = git.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        git.stdin.take().unwrap().write_all(format!("{}\n", wanted.join("\n")).as_bytes()).unwrap();
        git.wait_with_output().unwrap().stdout
    }
}

/// Returns the body of the next packet, empty for a flush; `None` at the end.
fn packet(from: &mut impl Read) -> Option<Vec<u8>> {
    let mut length = [0; 4];
    from.read_exact(&mut length).ok()?;
    let length = usize::from_str_radix(std::str::from_utf8(&length).ok()?, 16).ok()?;
    let mut body = vec![0; length.saturating_sub(4)];
    from.read_exact(&mut body).ok()?;
    Some(body)
}
