-- The append-only, hash-chained list of everything that happened.
CREATE TABLE journal (
    seq      INTEGER PRIMARY KEY,
    release  INTEGER,
    at       TEXT NOT NULL,
    kind     TEXT NOT NULL,
    body     TEXT NOT NULL,
    before   BLOB NOT NULL,
    link     BLOB NOT NULL
) STRICT;
CREATE INDEX journal_of_release ON journal (release, seq);
CREATE TRIGGER journal_is_never_changed BEFORE UPDATE ON journal
BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
CREATE TRIGGER journal_is_never_cut BEFORE DELETE ON journal
BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;

-- A cache of the fold of each release's events, for lists and for finding work.
CREATE TABLE releases (
    id            INTEGER PRIMARY KEY,
    repository    TEXT NOT NULL,
    repository_id INTEGER NOT NULL,
    environment   TEXT NOT NULL,
    tag           TEXT NOT NULL,
    object        TEXT NOT NULL,
    phase         TEXT NOT NULL,
    headline      TEXT NOT NULL,
    at_rest       INTEGER NOT NULL,
    opened_at     TEXT NOT NULL,
    changed_at    TEXT NOT NULL,
    wake_at       TEXT,
    UNIQUE (repository_id, environment, tag, object)
) STRICT;
CREATE INDEX releases_at_work ON releases (at_rest, repository_id, environment) WHERE at_rest = 0;

-- Webhooks as they came.
CREATE TABLE deliveries (
    id            INTEGER PRIMARY KEY,
    received_at   TEXT NOT NULL,
    uuid          TEXT NOT NULL,
    event         TEXT NOT NULL,
    content_key   TEXT NOT NULL UNIQUE,
    repository    TEXT,
    repository_id INTEGER,
    ref_name      TEXT,
    object        TEXT,
    pusher        TEXT,
    body          BLOB NOT NULL,
    times         INTEGER NOT NULL DEFAULT 1,
    outcome       TEXT
) STRICT;
CREATE INDEX deliveries_pending ON deliveries (repository_id, id) WHERE outcome IS NULL;

-- What is told to the outside.
CREATE TABLE outbox (
    id         INTEGER PRIMARY KEY,
    release    INTEGER NOT NULL,
    key        TEXT NOT NULL UNIQUE,
    lane       TEXT NOT NULL,
    payload    TEXT NOT NULL,
    attempts   INTEGER NOT NULL DEFAULT 0,
    due_at     TEXT NOT NULL,
    state      TEXT NOT NULL DEFAULT 'due',
    answer     TEXT,
    changed_at TEXT NOT NULL
) STRICT;
CREATE INDEX outbox_due ON outbox (due_at) WHERE state = 'due';
CREATE INDEX outbox_of_release ON outbox (release);

-- Where every tag pointed when it was first seen: the only way to notice that one was moved.
CREATE TABLE tags (
    repository_id INTEGER NOT NULL,
    ref_name      TEXT NOT NULL,
    object        TEXT NOT NULL,
    seen_at       TEXT NOT NULL,
    adopted       INTEGER NOT NULL,
    gone_at       TEXT,
    PRIMARY KEY (repository_id, ref_name, object)
) STRICT, WITHOUT ROWID;

-- Repositories whose tags were looked at once, so that old tags are history and not releases.
CREATE TABLE repositories (
    name          TEXT PRIMARY KEY,
    repository_id INTEGER NOT NULL,
    adopted_at    TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- People's tokens and sign-ins, as hashes.
CREATE TABLE tokens (
    hash       BLOB PRIMARY KEY,
    person     TEXT NOT NULL,
    made_at    TEXT NOT NULL,
    revoked_at TEXT
) STRICT, WITHOUT ROWID;
CREATE TABLE sessions (
    hash       BLOB PRIMARY KEY,
    person     TEXT NOT NULL,
    csrf       TEXT NOT NULL,
    expires_at TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- Stops on an environment (`repository environment`) or on everything (`*`).
CREATE TABLE holds (
    scope  TEXT PRIMARY KEY,
    person TEXT NOT NULL,
    reason TEXT NOT NULL,
    at     TEXT NOT NULL,
    until  TEXT
) STRICT, WITHOUT ROWID;

-- What steps printed, as far as it was read from the hosts.
CREATE TABLE step_logs (
    release INTEGER NOT NULL,
    key     TEXT NOT NULL,
    place   INTEGER NOT NULL,
    text    BLOB NOT NULL,
    PRIMARY KEY (release, key, place)
) STRICT, WITHOUT ROWID;

-- Small values that belong to the house.
CREATE TABLE house (
    name  TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;
