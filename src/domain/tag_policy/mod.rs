//! Facts about a tag and the policy of its repository, judged into findings.
