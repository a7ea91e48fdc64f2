//! Which contexts of commit statuses does a pattern mean?

/// A pattern for contexts: it must fit from the first to the last character, and `*` stands for anything.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContextPattern(String);

impl ContextPattern {
    /// Returns the pattern.
    pub fn new(text: &str) -> Self {
        Self(text.to_owned())
    }

    /// Returns the pattern as it was written.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns whether it means this context.
    pub fn fits(&self, context: &str) -> bool {
        let mut parts = self.0.split('*');
        // A split has at least one part.
        let Some(mut rest) = parts.next().and_then(|start| context.strip_prefix(start)) else { return false };
        let mut parts: Vec<&str> = parts.collect();
        let Some(end) = parts.pop() else { return rest.is_empty() };
        for part in parts {
            let Some(at) = rest.find(part) else { return false };
            rest = &rest[at + part.len()..];
        }
        rest.ends_with(end)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_fits_whole_contexts_only() {
        for (pattern, context, fits) in [
            ("ci", "ci", true),
            ("ci", "ci/lint", false),
            ("ci", "my-ci", false),
            ("ci/*", "ci/lint", true),
            ("ci/*", "ci/", true),
            ("ci/*", "evil-ci/lint", false),
            ("*", "", true),
            ("*", "anything / at all (push)", true),
            ("ci / * (push)", "ci / test (push)", true),
            ("ci / * (push)", "ci / test (pull_request)", false),
            ("a*b*c", "a-b-b-c", true),
            ("a*b*c", "a-c-b", false),
            ("a*a", "a", false),
            ("*é*", "café au lait", true),
            ("CI", "ci", false),
        ] {
            assert_eq!(ContextPattern::new(pattern).fits(context), fits, "{pattern} {context}");
        }
    }
}
