-- The issue of each release on the forge, and what it last said.
CREATE TABLE issues (
    release       INTEGER PRIMARY KEY,
    repository_id INTEGER NOT NULL,
    number        INTEGER NOT NULL,
    -- A digest of the text that was written last; empty = unknown.
    said          TEXT NOT NULL,
    closed        INTEGER NOT NULL,
    UNIQUE (repository_id, number)
) STRICT;
-- What an approval by comment would have been bound to, and since when (by the forge's clock) the issue shows it.
CREATE TABLE issue_bindings (
    id       INTEGER PRIMARY KEY,
    release  INTEGER NOT NULL,
    shown_at TEXT NOT NULL,
    binding  TEXT NOT NULL
) STRICT;
CREATE INDEX issue_bindings_of_release ON issue_bindings (release, id);
-- Comments that may ask something: each is dealt with once, whatever brings it.
CREATE TABLE comments (
    repository_id INTEGER NOT NULL,
    comment       INTEGER NOT NULL,
    issue         INTEGER NOT NULL,
    author        INTEGER NOT NULL,
    -- A digest of its words when it was first heard of.
    words         TEXT NOT NULL,
    seen_at       TEXT NOT NULL,
    -- `due`, `acting` or `done`.
    state         TEXT NOT NULL DEFAULT 'due',
    -- The end of the journal when it began to be acted upon.
    journal_end   INTEGER NOT NULL DEFAULT 0,
    -- What came of it, by the id of the message.
    outcome       TEXT,
    PRIMARY KEY (repository_id, comment)
) STRICT, WITHOUT ROWID;
CREATE INDEX comments_to_do ON comments (repository_id, comment) WHERE state <> 'done';
-- Until when (by the forge's clock) a repository's comments were looked at.
CREATE TABLE comment_looks (
    repository_id INTEGER PRIMARY KEY,
    until         TEXT NOT NULL
) STRICT;
