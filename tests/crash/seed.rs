//! Chance that can be told again: one number, printed, and whatever is drawn from it.

use std::time::{SystemTime, UNIX_EPOCH};

use crate::figures::show;

/// A stream of numbers from a seed (SplitMix64).
pub struct Chance(u64);

impl Chance {
    /// Takes the seed from `TAGWARDEN_SEED`, or a new one, and prints it.
    pub fn new() -> Self {
        let given = std::env::var("TAGWARDEN_SEED").ok().and_then(|seed| seed.parse().ok());
        let seed = given.unwrap_or_else(|| {
            let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
            now.as_nanos() as u64 % 1_000_000_007
        });
        show(&format!("TAGWARDEN_SEED={seed}"));
        Self(seed)
    }

    /// Another stream, for one of several who draw at the same time.
    pub fn branch(&mut self) -> Self {
        Self(self.next())
    }

    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number from `from` up to and without `to`.
    pub fn between(&mut self, from: u64, to: u64) -> u64 {
        from + self.next() % (to - from)
    }
}
