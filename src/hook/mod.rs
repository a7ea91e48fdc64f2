//! The pre-receive use case: read lines, gather facts, judge, ask the daemon, speak.
