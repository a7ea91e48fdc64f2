//! Sends prepared requests over several connections, one at a time on each, as fast as the server answers.
//!
//! usage: flood PORT CONNECTIONS FILE WORD      FILE holds requests, each behind its length in four little-endian bytes;
//! an answer without WORD or without a status of 200 to 299 ends everything. `benches/run webhook` builds and runs it: a
//! client in Python needs as much time for a request as the servers that it is to compare.

use std::io::{self, BufRead, BufReader, Write};
use std::net::{Ipv4Addr, TcpStream};
use std::sync::Mutex;
use std::time::{Duration, Instant};
use std::{env, fs, thread};

/// Requests that nobody has sent yet, and how long each answer took.
type Shared<'a> = (Mutex<Vec<&'a [u8]>>, Mutex<Vec<Duration>>);

fn main() {
    let words: Vec<String> = env::args().skip(1).collect();
    let [port, connections, file, word] = &words[..] else {
        panic!("usage: flood PORT CONNECTIONS FILE WORD")
    };
    let (port, connections): (u16, usize) = (port.parse().unwrap(), connections.parse().unwrap());
    let bytes = fs::read(file).unwrap();
    let mut requests = cut(&bytes);
    requests.reverse();
    let count = requests.len();
    let shared: Shared<'_> = (Mutex::new(requests), Mutex::new(Vec::with_capacity(count)));
    let begun = Instant::now();
    thread::scope(|scope| {
        for _ in 0..connections {
            let shared = &shared;
            scope.spawn(move || {
                let stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).unwrap();
                stream.set_nodelay(true).unwrap();
                stream.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
                speak(&stream, shared, word.as_bytes()).unwrap();
            });
        }
    });
    let seconds = begun.elapsed().as_secs_f64();
    let mut took = shared.1.into_inner().unwrap();
    took.sort();
    let late = took[count * 99 / 100].as_secs_f64() * 1000.0;
    println!("{{\"rate\": {}, \"late_ms\": {late}}}", count as f64 / seconds);
}

fn cut(mut bytes: &[u8]) -> Vec<&[u8]> {
    let mut requests = Vec::new();
    while let Some((length, rest)) = bytes.split_first_chunk::<4>() {
        let (request, rest) = rest.split_at(u32::from_le_bytes(*length) as usize);
        requests.push(request);
        bytes = rest;
    }
    requests
}

fn speak(mut stream: &TcpStream, shared: &Shared<'_>, word: &[u8]) -> io::Result<()> {
    let mut answers = BufReader::new(stream);
    let mut mine = Vec::new();
    loop {
        let Some(request) = shared.0.lock().unwrap().pop() else { break };
        let sent = Instant::now();
        stream.write_all(request)?;
        let (status, body) = answer(&mut answers)?;
        let said = word.is_empty() || body.windows(word.len()).any(|part| part == word);
        assert!((200..300).contains(&status) && said, "{status} {}", String::from_utf8_lossy(&body));
        mine.push(sent.elapsed());
    }
    shared.1.lock().unwrap().extend(mine);
    Ok(())
}

fn answer(from: &mut impl BufRead) -> io::Result<(u16, Vec<u8>)> {
    let mut line = String::new();
    from.read_line(&mut line)?;
    let status = line.split(' ').nth(1).and_then(|status| status.parse().ok()).expect("a status line");
    let mut length = 0;
    loop {
        line.clear();
        from.read_line(&mut line)?;
        let Some((name, value)) = line.split_once(':') else { break };
        if name.eq_ignore_ascii_case("content-length") {
            length = value.trim().parse().expect("a length");
        }
    }
    let mut body = vec![0; length];
    from.read_exact(&mut body)?;
    Ok((status, body))
}
