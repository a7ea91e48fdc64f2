//! Looks into a repository, quarantine included, and reports facts.
