//! Is the record what was once written? The walk along the journal's lines, and everything that it can find.
//!
//! What it can find: any change, removal, insertion or swap up to the newest checkpoint, even by somebody who computes
//! all hashes anew, as long as they do not have the key; and lines behind the newest checkpoint that do not fit. What
//! it cannot find by itself: that journal and checkpoints were both set back to an earlier moment, or written anew by
//! somebody who has the key. Only a checkpoint that is kept elsewhere shows that.

use std::borrow::Cow;

use serde::Deserialize;

use crate::domain::checkpoint::Checkpoint;
use crate::domain::journal::{Broken, Entry, Link};
use crate::domain::notice::Notice;
use crate::domain::release::EventName;

/// One line of the journal as it is kept, labels included.
#[derive(Debug, Clone, Copy)]
pub struct Line<'a> {
    /// Its place.
    pub seq: u64,
    /// The canonical bytes.
    pub body: &'a str,
    /// The hash of the line before.
    pub before: Link,
    /// Its hash.
    pub link: Link,
    /// The release that it is filed under.
    pub release: Option<u64>,
    /// The instant that it is filed under.
    pub at: &'a str,
    /// The kind that it is filed under.
    pub kind: &'a str,
}

/// What is wrong with the record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// A line of the journal.
    Line(Broken),
    /// The entries are not those that a checkpoint counted.
    Rewritten {
        /// The checkpoint.
        checkpoint: Box<Checkpoint>,
        /// The last entry that an earlier checkpoint vouches for.
        after: u64,
        /// Whether the checkpoint was kept outside.
        outside: bool,
    },
    /// Entries that a checkpoint counted are not there.
    Cut {
        /// The checkpoint.
        checkpoint: Box<Checkpoint>,
        /// The last entry that is there.
        last: u64,
        /// Whether the checkpoint was kept outside.
        outside: bool,
    },
    /// An entry that is never written without a checkpoint has none.
    Unsealed(u64),
    /// A checkpoint is missing.
    Missing(u64),
    /// A checkpoint cannot be read, or is filed under what it does not say.
    Unreadable(u64),
    /// A checkpoint is not signed by the key that was in use.
    Foreign(u64),
    /// A checkpoint that was kept outside is not signed by the key that was in use.
    ForeignOutside(u64),
}

impl From<Broken> for Fault {
    fn from(broken: Broken) -> Self {
        Self::Line(broken)
    }
}

impl Fault {
    /// Returns what to tell people.
    pub fn notice(&self) -> Notice {
        let counted = |id: &str, checkpoint: &Checkpoint| {
            Notice::new(id)
                .with("checkpoint", checkpoint.number)
                .with("size", checkpoint.size)
                .with("counted_at", checkpoint.at)
        };
        match self {
            Self::Line(broken) => broken.notice(),
            Self::Rewritten { checkpoint, after, outside: false } => {
                counted("TW-A036", checkpoint).with("from", after + 1)
            }
            Self::Rewritten { checkpoint, after, outside: true } => {
                counted("TW-A035", checkpoint).with("from", after + 1)
            }
            Self::Cut { checkpoint, last, outside: false } => {
                counted("TW-A038", checkpoint).with("last", last)
            }
            Self::Cut { checkpoint, last, outside: true } => {
                counted("TW-A037", checkpoint).with("last", last)
            }
            Self::Unsealed(seq) => Notice::new("TW-A039").with("entry", seq),
            Self::Missing(number) => Notice::new("TW-A040").with("checkpoint", number),
            Self::Unreadable(number) => Notice::new("TW-A041").with("checkpoint", number),
            Self::Foreign(number) => Notice::new("TW-A042").with("checkpoint", number),
            Self::ForeignOutside(number) => Notice::new("TW-A043").with("checkpoint", number),
        }
    }
}

impl Broken {
    /// Returns what to tell people.
    pub fn notice(&self) -> Notice {
        match self {
            Self::Gap { expected, found } => {
                Notice::new("TW-A030").with("expected", expected).with("found", found)
            }
            Self::Chain(seq) => Notice::new("TW-A031").with("entry", seq),
            Self::Hash(seq) => Notice::new("TW-A032").with("entry", seq),
            Self::Unreadable(seq, why) => Notice::new("TW-A033").with("entry", seq).with("why", why),
            Self::Label(seq) => Notice::new("TW-A034").with("entry", seq),
        }
    }
}

/// What every version of the program has to understand of an entry.
#[derive(Deserialize)]
struct Told<'a> {
    seq: u64,
    #[serde(borrow)]
    at: Cow<'a, str>,
    #[serde(borrow)]
    fact: ToldFact<'a>,
}

#[derive(Deserialize)]
struct ToldFact<'a> {
    release: Option<u64>,
    #[serde(borrow)]
    event: Option<Cow<'a, str>>,
    #[serde(borrow)]
    what: Option<ToldOfHouse<'a>>,
}

#[derive(Deserialize)]
struct ToldOfHouse<'a> {
    #[serde(borrow)]
    event: Cow<'a, str>,
    checkpoint_key: Option<String>,
}

/// A walk along the journal, from a line that is known to be good.
#[derive(Debug)]
pub struct Walk {
    end: (u64, Link),
    heads: Vec<(Checkpoint, bool)>,
    next: usize,
    vouched: u64,
    keys: Vec<(u64, Option<String>)>,
    wrong: Option<Fault>,
}

impl Walk {
    /// Begins behind `end`, with the checkpoints that are to be met on the way (`true` = kept outside) and the key
    /// that is in use so far.
    pub fn new(end: (u64, Link), key: Option<String>, heads: Vec<(Checkpoint, bool)>) -> Self {
        let mut heads = heads;
        heads.retain(|(head, _)| head.size > end.0);
        heads.sort_by_key(|(head, _)| head.size);
        Self { end, heads, next: 0, vouched: end.0, keys: vec![(end.0, key)], wrong: None }
    }

    /// Goes over one line.
    ///
    /// # Errors
    /// Says what is wrong with the line.
    pub fn take(&mut self, line: &Line<'_>) -> Result<(), Broken> {
        Entry::check(line.seq, line.body, line.before, line.link, self.end)?;
        let told: Told<'_> = serde_json::from_str(line.body)
            .map_err(|error| Broken::Unreadable(line.seq, error.to_string()))?;
        let kind = told.fact.event.as_deref().unwrap_or("house");
        if told.seq != line.seq
            || told.at != line.at
            || told.fact.release != line.release
            || kind != line.kind
        {
            return Err(Broken::Label(line.seq));
        }
        if let Some(what) = told.fact.what
            && what.event == "opened"
        {
            self.keys.push((line.seq, what.checkpoint_key));
        }
        self.end = (line.seq, line.link);
        let sealed = self.meet(line);
        let keyed = self.keys.last().is_some_and(|(_, key)| key.is_some());
        if keyed && !sealed && EventName::SEALED.iter().any(|name| name.name() == kind) {
            self.wrong.get_or_insert(Fault::Unsealed(line.seq));
        }
        Ok(())
    }

    /// Compares the line with the checkpoints that end with it, and returns whether one that is kept here does.
    fn meet(&mut self, line: &Line<'_>) -> bool {
        let mut sealed = false;
        while let Some((head, outside)) = self.heads.get(self.next)
            && head.size == line.seq
        {
            if head.link == line.link {
                self.vouched = line.seq;
            } else {
                let checkpoint = Box::new(head.clone());
                self.wrong.get_or_insert(Fault::Rewritten {
                    checkpoint,
                    after: self.vouched,
                    outside: *outside,
                });
            }
            sealed |= !outside;
            self.next += 1;
        }
        sealed
    }

    /// Returns the key that was in use when the journal had `size` entries.
    pub fn key_at(&self, size: u64) -> Option<&str> {
        let known = self.keys.iter().rev().find(|(seq, _)| *seq <= size);
        known.and_then(|(_, key)| key.as_deref())
    }

    /// Returns the last line and its hash.
    pub fn end(&self) -> (u64, Link) {
        self.end
    }

    /// Ends the walk behind the last line.
    ///
    /// # Errors
    /// What the checkpoints show.
    pub fn finish(self) -> Result<(u64, Link), Fault> {
        if let Some(wrong) = self.wrong {
            return Err(wrong);
        }
        match self.heads.into_iter().nth(self.next) {
            Some((head, outside)) => {
                Err(Fault::Cut { checkpoint: Box::new(head), last: self.end.0, outside })
            }
            None => Ok(self.end),
        }
    }
}
