-- Signed statements about how far the journal went, and with which hash. Counted without gaps.
CREATE TABLE checkpoints (
    number INTEGER PRIMARY KEY,
    size   INTEGER NOT NULL,
    note   TEXT NOT NULL
) STRICT;
CREATE TRIGGER checkpoints_are_never_changed BEFORE UPDATE ON checkpoints
BEGIN SELECT RAISE(ABORT, 'checkpoints are append-only'); END;
CREATE TRIGGER checkpoints_are_never_cut BEFORE DELETE ON checkpoints
BEGIN SELECT RAISE(ABORT, 'checkpoints are append-only'); END;

-- What would otherwise be looked for in the whole journal.
CREATE INDEX journal_starts ON journal (seq) WHERE kind IN ('started', 'rollback_started');
CREATE INDEX journal_openings ON journal (release) WHERE kind = 'opened';
CREATE INDEX journal_completions ON journal (release) WHERE kind = 'completed';
CREATE INDEX journal_of_house ON journal (seq) WHERE kind = 'house';

-- What would otherwise be looked for in all releases and all that was ever told.
CREATE INDEX releases_of_phase ON releases (repository_id, environment, phase, changed_at, id);
CREATE INDEX releases_by_tag ON releases (repository_id, tag);
CREATE INDEX outbox_states ON outbox (state);
