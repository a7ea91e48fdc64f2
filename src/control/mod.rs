//! The local socket's language and its small blocking client.
