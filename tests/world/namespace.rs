//! A network of its own for a host, whose packets can be dropped without a word to either side; wants root.

use std::process::Command;
use std::sync::atomic::{AtomicU8, Ordering};

use crate::sshd::run;

/// A namespace with one cable to us; gone when it is dropped.
pub struct Namespace {
    name: String,
    /// The host's address.
    pub address: String,
}

impl Namespace {
    pub fn new() -> Self {
        static COUNT: AtomicU8 = AtomicU8::new(1);
        let n = COUNT.fetch_add(1, Ordering::Relaxed);
        let pid = std::process::id();
        // An interface's name has at most 15 characters, and two runs share no network.
        let (name, net) = (format!("tw{pid}-{n}"), format!("10.77.{}", (pid + u32::from(n)) % 250));
        let (ours, theirs) = (format!("twa{pid}{n}"), format!("twb{pid}{n}"));
        let ip = |words: &str| run(Command::new("ip").args(words.split(' ')));
        ip(&format!("netns add {name}"));
        let namespace = Self { address: format!("{net}.2"), name: name.clone() };
        ip(&format!("link add {ours} type veth peer name {theirs} netns {name}"));
        ip(&format!("addr add {net}.1/24 dev {ours}"));
        ip(&format!("link set {ours} up"));
        ip(&format!("-n {name} addr add {net}.2/24 dev {theirs}"));
        ip(&format!("-n {name} link set {theirs} up"));
        ip(&format!("-n {name} link set lo up"));
        namespace
    }

    /// What a command begins with to run in there.
    pub fn enter(&self) -> Vec<String> {
        ["nsenter".to_owned(), format!("--net=/run/netns/{}", self.name)].to_vec()
    }

    /// Drops every packet from and to the host, or lets them pass again.
    pub fn silence(&self, silent: bool) {
        for chain in ["INPUT", "OUTPUT"] {
            let enter = self.enter();
            let change = if silent { "-I" } else { "-D" };
            run(Command::new(&enter[0]).args(&enter[1..]).args(["iptables", change, chain, "-j", "DROP"]));
        }
    }
}

impl Drop for Namespace {
    fn drop(&mut self) {
        // The cable goes with it.
        let _ = Command::new("ip").args(["netns", "del", &self.name]).output();
    }
}
