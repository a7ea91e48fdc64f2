//! The text of a configuration file with its places: which line says what.
//!
//! The parser's own error text is not used, because it shows the source line, and the source line may hold a secret
//! that somebody wrote in plain text.

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::config::problem::{Path, Problem, Step};
use crate::domain::notice::Notice;

/// A parsed file.
pub struct Document<'a> {
    text: &'a str,
    root: Spanned<DeTable<'a>>,
}

impl<'a> Document<'a> {
    /// Returns the parsed `text`.
    ///
    /// # Errors
    /// Every line at which the text is not TOML.
    pub fn parse(text: &'a str) -> Result<Self, Vec<Problem>> {
        let (root, errors) = DeTable::parse_recoverable(text);
        if errors.is_empty() {
            return Ok(Self { text, root });
        }
        let problem = |error: &toml::de::Error| Problem {
            path: Path::root(),
            line: error.span().map(|span| line_of(text, span.start)),
            notice: Notice::new("TW-C002").with("why", error.message()),
        };
        let mut problems: Vec<Problem> = errors.iter().map(problem).collect();
        // One slip often upsets the parser more than once on its line; the first complaint is the telling one.
        problems.sort_by_key(|problem| problem.line);
        problems.dedup_by_key(|problem| problem.line);
        Err(problems)
    }

    /// Returns the outermost table.
    pub fn root(&self) -> &DeTable<'a> {
        self.root.get_ref()
    }

    /// Returns the line of `path`, or of the innermost place around it that is written.
    pub fn line(&self, path: &Path) -> Option<usize> {
        self.walk(path).last().map(|start| line_of(self.text, start))
    }

    /// Returns whether `path` is written in the file.
    pub fn holds(&self, path: &Path) -> bool {
        self.walk(path).count() == path.steps().len()
    }

    /// Returns where each step of `path` begins in the text, as far as it is written.
    fn walk(&self, path: &Path) -> impl Iterator<Item = usize> {
        let mut inner: Option<&DeValue<'_>> = None;
        path.steps().iter().map_while(move |step| {
            let (start, value) = match (step, inner) {
                (Step::Key(key), None) => entry(self.root.get_ref(), key),
                (Step::Key(key), Some(DeValue::Table(table))) => entry(table, key),
                (Step::Index(index), Some(DeValue::Array(items))) => {
                    items.get(*index).map(|item| (item.span().start, item.get_ref()))
                }
                (Step::Key(_) | Step::Index(_), _) => None,
            }?;
            inner = Some(value);
            Some(start)
        })
    }
}

fn entry<'t>(table: &'t DeTable<'_>, key: &str) -> Option<(usize, &'t DeValue<'t>)> {
    table
        .iter()
        .find(|(name, _)| name.get_ref() == key)
        .map(|(name, value)| (name.span().start, value.get_ref()))
}

fn line_of(text: &str, offset: usize) -> usize {
    text.bytes().take(offset).filter(|byte| *byte == b'\n').count() + 1
}
