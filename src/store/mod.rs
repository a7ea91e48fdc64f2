//! Everything that is kept: journal, deliveries, outbox, read views; the only room with SQL.
