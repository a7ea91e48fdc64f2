//! A daemon that may open few files keeps some for its work, however many clients come.

use std::net::SocketAddr;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use tagwarden::clock::Stopwatch;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;

use crate::alone;
use crate::ground::{House, Setting, database};
use crate::wire::{Post, ask};

/// A daemon in a process of its own, ended with the test.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Waits until somebody listens.
async fn listening(address: SocketAddr) {
    let waited = Stopwatch::start();
    while TcpStream::connect(address).await.is_err() {
        assert!(waited.elapsed() < Duration::from_secs(20), "the daemon does not come up");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn three_hundred_silent_clients_do_not_use_up_the_hundred_files_of_the_daemon() {
    let _alone = alone().await;
    let house = House::open(&Setting::waiting()).await;
    let tagged = house.release("1.0.0");
    let (address, post) = (house.address, Post::push(&tagged));
    // The forge goes away with the house: the daemon knows the repository from before, and its clone is a folder.
    let folder = house.close().await;
    let serving = Command::new("prlimit")
        .args(["--nofile=100", env!("CARGO_BIN_EXE_tagwarden"), "serve", "--config"])
        .arg(folder.path().join("tagwarden.toml"))
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let _running = Running(serving);
    listening(address).await;
    let mut silent = Vec::new();
    for _ in 0..300 {
        let mut stream = TcpStream::connect(address).await.unwrap();
        let _ = stream.write_all(b"POST /webhooks/forgejo HTTP/1.1\r\n").await;
        silent.push(stream);
        if silent.len() % 30 == 0 {
            let asked = Stopwatch::start();
            assert_eq!(ask(address, &post.again(silent.len()).bytes()).await.status, 200);
            assert!(asked.elapsed() < Duration::from_secs(1), "{:?}", asked.elapsed());
        }
    }
    // Git and the store still find files to open.
    let waited = Stopwatch::start();
    let opened = || -> u64 {
        let releases = "SELECT count(*) FROM releases WHERE tag = 'v1.0.0'";
        database(folder.path()).query_row(releases, [], |row| row.get(0)).unwrap()
    };
    while opened() == 0 {
        assert!(waited.elapsed() < Duration::from_secs(20), "no release was opened");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}
