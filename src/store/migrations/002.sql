-- The last good copy of every feed, so that a restart or a server that is down closes nothing that need not be.
CREATE TABLE feeds (
    calendar      TEXT NOT NULL,
    name          TEXT NOT NULL,
    -- A digest of where it came from: a copy from another place is no copy of this feed.
    source        TEXT NOT NULL,
    body          BLOB NOT NULL,
    etag          TEXT,
    last_modified TEXT,
    -- When it was last known to be good.
    good_at       TEXT NOT NULL,
    PRIMARY KEY (calendar, name)
) STRICT;
