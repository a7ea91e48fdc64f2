-- Which checklist the issue of a release showed, as a digest; empty = none, or it is not known.
ALTER TABLE issue_bindings ADD COLUMN checklist TEXT NOT NULL DEFAULT '';
