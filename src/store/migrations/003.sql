-- Who was in a team when the forge was asked last, for the day on which it cannot be asked and something must be
-- stopped or taken back.
CREATE TABLE team_members (
    organisation TEXT NOT NULL COLLATE NOCASE,
    team         TEXT NOT NULL COLLATE NOCASE,
    person       TEXT NOT NULL COLLATE NOCASE,
    seen_at      TEXT NOT NULL,
    PRIMARY KEY (organisation, team, person)
) STRICT, WITHOUT ROWID;
