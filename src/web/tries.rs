//! Which addresses have failed too often lately (a wrong token, a wrong signature) and have to wait?
//!
//! An address that has succeeded within the window is never made to wait, so nobody can lock out the forge or a
//! reverse proxy by failing from behind the same address.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use jiff::Timestamp;

/// Addresses that are remembered at most; beyond that the table is emptied of what is old, then of all that never
/// succeeded: nobody may push out the forge by failing from many addresses.
const MOST_ADDRESSES: usize = 10_000;

/// The failed tries of every address.
#[derive(Debug)]
pub struct Tries {
    allowed: u32,
    window: Duration,
    seen: Mutex<HashMap<IpAddr, Record>>,
}

#[derive(Debug, Clone, Copy)]
struct Record {
    failures: u32,
    since: Timestamp,
    succeeded: Option<Timestamp>,
}

impl Tries {
    /// Returns an empty table.
    pub fn new(allowed: u32, window: Duration) -> Self {
        Self { allowed, window, seen: Mutex::default() }
    }

    /// Returns how long `address` has to wait, in seconds; `None` = it may try.
    pub fn wait(&self, address: IpAddr, now: Timestamp) -> Option<u64> {
        let seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let record = seen.get(&address)?;
        let trusted = record.succeeded.is_some_and(|at| !self.is_over(at, now));
        if trusted || record.failures < self.allowed || self.is_over(record.since, now) {
            return None;
        }
        let passed = Duration::try_from(record.since.duration_until(now)).unwrap_or_default();
        Some(self.window.saturating_sub(passed).as_secs().max(1))
    }

    /// Counts a failure.
    pub fn failed(&self, address: IpAddr, now: Timestamp) {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        if seen.len() >= MOST_ADDRESSES && !seen.contains_key(&address) {
            let is_fresh = |at| !self.is_over(at, now);
            seen.retain(|_, record| is_fresh(record.since) || record.succeeded.is_some_and(is_fresh));
            if seen.len() >= MOST_ADDRESSES {
                seen.retain(|_, record| record.succeeded.is_some_and(|at| !self.is_over(at, now)));
            }
        }
        let record = seen.entry(address).or_insert(Record { failures: 0, since: now, succeeded: None });
        if record.failures == 0 || self.is_over(record.since, now) {
            (record.failures, record.since) = (0, now);
        }
        record.failures = record.failures.saturating_add(1);
    }

    /// Remembers a success.
    pub fn succeeded(&self, address: IpAddr, now: Timestamp) {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let record = seen.entry(address).or_insert(Record { failures: 0, since: now, succeeded: None });
        record.succeeded = Some(now);
    }

    fn is_over(&self, since: Timestamp, now: Timestamp) -> bool {
        // A clock that went back must not keep anybody out.
        Duration::try_from(since.duration_until(now)).map_or(true, |passed| passed >= self.window)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const A: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(192, 0, 2, 1));

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    #[test]
    fn who_fails_too_often_waits_until_the_window_is_over() {
        let tries = Tries::new(2, Duration::from_secs(60));
        tries.failed(A, at(0));
        assert_eq!(tries.wait(A, at(1)), None);
        tries.failed(A, at(10));
        assert_eq!(tries.wait(A, at(20)), Some(40));
        assert_eq!(tries.wait(A, at(60)), None);
        tries.failed(A, at(61));
        assert_eq!(tries.wait(A, at(61)), None, "the count starts again");
        assert_eq!(tries.wait(A, at(-5)), None, "the clock went back");
    }

    #[test]
    fn who_has_succeeded_lately_never_waits() {
        let tries = Tries::new(1, Duration::from_secs(60));
        tries.succeeded(A, at(0));
        tries.failed(A, at(30));
        assert_eq!(tries.wait(A, at(31)), None);
        assert_eq!(tries.wait(A, at(61)), Some(29));
    }

    #[test]
    fn many_failing_addresses_do_not_push_out_the_one_that_succeeded() {
        let tries = Tries::new(1, Duration::from_secs(60));
        tries.succeeded(A, at(0));
        for n in 0..(MOST_ADDRESSES as u32 + 5) {
            tries.failed(IpAddr::from(n.to_be_bytes()), at(1));
        }
        tries.failed(A, at(2));
        assert_eq!(tries.wait(A, at(3)), None);
    }

    #[test]
    fn the_table_does_not_grow_without_end() {
        let tries = Tries::new(1, Duration::from_secs(60));
        for n in 0..(MOST_ADDRESSES as u32 + 5) {
            tries.failed(IpAddr::from(n.to_be_bytes()), at(0));
        }
        assert!(tries.seen.lock().unwrap().len() <= MOST_ADDRESSES);
    }
}
