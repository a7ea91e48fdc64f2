//! What is wrong with a configuration file: every problem with its place, in one list.

use std::fmt;
use std::path::{Path as FilePath, PathBuf};

use crate::domain::notice::{Located, Notice};

/// A place in the configuration: `repository[0].environment[1].host`.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Path(Vec<Step>);

/// One step of a [`Path`].
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Step {
    /// Into a table, by its key.
    Key(String),
    /// Into a list, counted from 0.
    Index(usize),
}

impl Path {
    /// Returns the place of the whole file.
    pub fn root() -> Self {
        Self::default()
    }

    /// Returns the place of `key` in this table.
    pub fn key(&self, key: &str) -> Self {
        self.and(Step::Key(key.to_owned()))
    }

    /// Returns the place of an item of this list.
    pub fn index(&self, index: usize) -> Self {
        self.and(Step::Index(index))
    }

    fn and(&self, step: Step) -> Self {
        let mut steps = self.0.clone();
        steps.push(step);
        Self(steps)
    }

    /// Returns the steps from the root.
    pub fn steps(&self) -> &[Step] {
        &self.0
    }

    /// Returns the last key of the path.
    pub fn last_key(&self) -> &str {
        let key = |step: &Step| matches!(step, Step::Key(_));
        match self.0.iter().rfind(|step| key(step)) {
            Some(Step::Key(key)) => key,
            Some(Step::Index(_)) | None => "",
        }
    }

    /// Returns whether this place is `other` or lies in it.
    pub fn is_in(&self, other: &Path) -> bool {
        self.0.starts_with(&other.0)
    }
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, step) in self.0.iter().enumerate() {
            match step {
                Step::Index(index) => write!(f, "[{index}]")?,
                Step::Key(key) if position == 0 => write!(f, "{key}")?,
                Step::Key(key) => write!(f, ".{key}")?,
            }
        }
        Ok(())
    }
}

/// One problem.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Where: the place in the configuration.
    pub path: Path,
    /// Where: the line in the file, counted from 1, when it is known.
    pub line: Option<usize>,
    /// What, and what to do about it.
    pub notice: Notice,
}

impl Problem {
    /// Returns the problem as a message about its place in `file`.
    pub fn located(&self, file: &FilePath) -> Located {
        Located {
            file: file.display().to_string(),
            line: self.line,
            place: self.path.to_string(),
            notice: self.notice.clone(),
        }
    }
}

/// Everything that is wrong with one configuration file, in the order of its lines; never empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problems {
    /// The file.
    pub file: PathBuf,
    /// The problems.
    pub list: Vec<Problem>,
}

impl Problems {
    /// Returns one problem with the file itself.
    pub fn with_file(file: &FilePath, notice: Notice) -> Self {
        let problem = Problem { path: Path::root(), line: None, notice };
        Self { file: file.to_owned(), list: vec![problem] }
    }

    /// Returns every problem as a message about its place; `messages::word_located` puts it into words.
    pub fn located(&self) -> Vec<Located> {
        self.list.iter().map(|problem| problem.located(&self.file)).collect()
    }
}

impl fmt::Display for Problems {
    /// Names places and ids only: sentences belong to `messages`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` is not a good configuration:", self.file.display())?;
        for problem in &self.list {
            write!(f, " {}", problem.notice.id)?;
            if let Some(line) = problem.line {
                write!(f, " in line {line}")?;
            }
            if !problem.path.steps().is_empty() {
                write!(f, " (`{}`)", problem.path)?;
            }
            f.write_str(";")?;
        }
        Ok(())
    }
}

impl std::error::Error for Problems {}
