//! Who is connected, and who has to leave when it gets too full.
//!
//! A connection is *busy* while its request is being answered and *idle* otherwise: waiting for a head, for the rest of
//! a body, or kept alive. When a limit is reached the longest-idle connection gives way to the new one, first among
//! those of the same address; only when all of them are busy is the new one refused. So a thousand clients that send
//! nothing push out each other and never somebody who asks something.
//!
//! Races: (a) a connection becomes busy in the moment in which it is told to leave: it is dropped, as if the message
//! had come a moment earlier; the forge's lost delivery is found by the look at the tags. (b) A place is given back by
//! the eviction and by the ticket's drop: the guest is taken out of the list once, the second finds nothing.

use std::collections::{BTreeMap, HashMap};
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio_util::sync::CancellationToken;

/// Everybody who is connected to one listening address.
#[derive(Debug)]
pub struct Crowd {
    most: usize,
    most_per_address: usize,
    inside: Mutex<Inside>,
}

#[derive(Debug, Default)]
struct Inside {
    /// Grows with every arrival and every turn to idle, so that it orders them.
    turn: u64,
    guests: BTreeMap<u64, Guest>,
    per_address: HashMap<IpAddr, usize>,
}

#[derive(Debug)]
struct Guest {
    address: IpAddr,
    /// `None` while busy.
    idle_since: Option<u64>,
    leave: CancellationToken,
}

/// A place in the crowd; dropping it gives the place back.
#[derive(Debug)]
pub struct Ticket {
    number: u64,
    crowd: Arc<Crowd>,
    leave: CancellationToken,
}

impl Crowd {
    /// Returns an empty crowd with these limits.
    pub fn new(most: usize, most_per_address: usize) -> Arc<Self> {
        Arc::new(Self { most, most_per_address, inside: Mutex::default() })
    }

    /// Lets a connection in, sending the longest-idle one away when it is full; `None` when all are busy.
    pub fn admit(self: &Arc<Self>, address: IpAddr) -> Option<Ticket> {
        let mut inside = self.lock();
        if inside.per_address.get(&address).copied().unwrap_or(0) >= self.most_per_address {
            inside.send_away(Some(address))?;
        }
        if inside.guests.len() >= self.most {
            inside.send_away(None)?;
        }
        inside.turn += 1;
        let number = inside.turn;
        let leave = CancellationToken::new();
        inside.guests.insert(number, Guest { address, idle_since: Some(number), leave: leave.clone() });
        *inside.per_address.entry(address).or_default() += 1;
        Some(Ticket { number, crowd: Arc::clone(self), leave })
    }

    fn lock(&self) -> MutexGuard<'_, Inside> {
        self.inside.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Inside {
    fn send_away(&mut self, address: Option<IpAddr>) -> Option<()> {
        let candidates = self.guests.iter().filter(|(_, guest)| address.is_none_or(|a| a == guest.address));
        let (_, number) =
            candidates.filter_map(|(number, guest)| guest.idle_since.map(|since| (since, *number))).min()?;
        if let Some(guest) = self.take_out(number) {
            guest.leave.cancel();
        }
        Some(())
    }

    fn take_out(&mut self, number: u64) -> Option<Guest> {
        let guest = self.guests.remove(&number)?;
        if let Some(count) = self.per_address.get_mut(&guest.address) {
            *count -= 1;
            if *count == 0 {
                self.per_address.remove(&guest.address);
            }
        }
        Some(guest)
    }
}

impl Ticket {
    /// Marks the connection as busy: it is not sent away.
    pub fn busy(&self) {
        if let Some(guest) = self.crowd.lock().guests.get_mut(&self.number) {
            guest.idle_since = None;
        }
    }

    /// Marks the connection as idle from now on.
    pub fn idle(&self) {
        let mut inside = self.crowd.lock();
        inside.turn += 1;
        let turn = inside.turn;
        if let Some(guest) = inside.guests.get_mut(&self.number) {
            guest.idle_since = Some(turn);
        }
    }

    /// Returns once the connection has to leave.
    pub async fn sent_away(&self) {
        self.leave.cancelled().await;
    }
}

impl Drop for Ticket {
    fn drop(&mut self) {
        self.crowd.lock().take_out(self.number);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const A: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(192, 0, 2, 1));
    const B: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(192, 0, 2, 2));

    fn is_away(ticket: &Ticket) -> bool {
        ticket.leave.is_cancelled()
    }

    #[test]
    fn the_longest_idle_of_the_same_address_gives_way_first() {
        let crowd = Crowd::new(10, 2);
        let other = crowd.admit(B).unwrap();
        let first = crowd.admit(A).unwrap();
        let second = crowd.admit(A).unwrap();
        first.busy();
        first.idle();
        let _third = crowd.admit(A).unwrap();
        assert!(is_away(&second) && !is_away(&first) && !is_away(&other));
    }

    #[test]
    fn the_busy_stay_and_the_new_one_is_refused_when_all_are_busy() {
        let crowd = Crowd::new(2, 2);
        let (first, second) = (crowd.admit(A).unwrap(), crowd.admit(B).unwrap());
        first.busy();
        let third = crowd.admit(A).unwrap();
        assert!(is_away(&second) && !is_away(&first));
        third.busy();
        assert!(crowd.admit(B).is_none());
    }

    #[test]
    fn a_place_is_given_back_once() {
        let crowd = Crowd::new(1, 1);
        let first = crowd.admit(A).unwrap();
        let second = crowd.admit(A).unwrap();
        assert!(is_away(&first));
        drop(first);
        second.busy();
        assert!(crowd.admit(A).is_none(), "the drop of an evicted ticket must not free the other's place");
        drop(second);
        assert!(crowd.admit(B).is_some());
        assert!(crowd.lock().per_address.is_empty());
    }
}
