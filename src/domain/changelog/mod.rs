//! Finds, checks and rewrites the sections of a changelog by splicing bytes.
//!
//! The form is that of [Keep a Changelog](https://keepachangelog.com/): a heading per version, newest first, with an
//! `Unreleased` one on top. What is a heading is decided by Markdown's block rules, so a `##` in a code fence, a
//! comment, a quote or a list is none. Nothing is ever written back from a model: a change replaces a few byte ranges
//! and leaves every other byte as it was.

mod heading;
mod lint;
mod release;
mod scan;

pub use lint::slipped_in;
pub use release::{ReleaseError, Released};

use jiff::civil::Date;

use crate::domain::notice::Notice;

/// A changelog as it was read.
#[derive(Debug, Clone)]
pub struct Changelog {
    text: String,
    sections: Vec<Section>,
    unreleased: Vec<Section>,
    definitions: Vec<Definition>,
    problems: Vec<Problem>,
}

/// The section of one version, or the one of what is not released yet.
#[derive(Debug, Clone, PartialEq)]
pub struct Section {
    /// The version; `None` for the unreleased section.
    pub version: Option<semver::Version>,
    /// The date of the heading.
    pub date: Option<Date>,
    /// Whether the heading says that the version was withdrawn.
    pub yanked: bool,
    /// The line of the heading, from 1 on.
    pub line: usize,
    /// The entries, in order.
    pub entries: Vec<Entry>,
    /// Whether there is anything in it but group names and comments.
    pub has_content: bool,
    style: heading::Style,
    heading: std::ops::Range<usize>,
    body: std::ops::Range<usize>,
}

/// One entry of a section.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The group that it stands in, such as `Added`; empty when it stands in none.
    pub group: String,
    /// Its text on one line.
    pub text: String,
    /// Its line, from 1 on.
    pub line: usize,
}

/// A link definition: `[label]: address`.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Definition {
    label: String,
    address: String,
    span: std::ops::Range<usize>,
}

/// Something that is wrong with the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Where, from line 1 on.
    pub line: usize,
    /// What.
    pub notice: Notice,
}

impl Changelog {
    /// Returns what stands in `bytes`; whatever is wrong with them is among the problems.
    pub fn parse(bytes: &[u8]) -> Self {
        scan::scan(bytes)
    }

    /// Returns the bytes that were read; none when they were no text.
    pub fn bytes(&self) -> &[u8] {
        self.text.as_bytes()
    }

    /// Returns the released sections, in the order of the file.
    pub fn sections(&self) -> &[Section] {
        &self.sections
    }

    /// Returns the section of a version; the first one when it stands twice, which is a problem of its own.
    pub fn section(&self, version: &semver::Version) -> Option<&Section> {
        self.sections.iter().find(|section| section.version.as_ref() == Some(version))
    }

    /// Returns how many sections a version has.
    pub fn count(&self, version: &semver::Version) -> usize {
        self.sections.iter().filter(|section| section.version.as_ref() == Some(version)).count()
    }

    /// Returns the section of what is not released yet.
    pub fn unreleased(&self) -> Option<&Section> {
        self.unreleased.first()
    }

    /// Returns everything that is wrong with the file, by line.
    pub fn problems(&self) -> &[Problem] {
        &self.problems
    }

    /// Returns the text of a version's section, without its heading and with the link definitions that it uses.
    pub fn notes(&self, version: &semver::Version) -> Option<String> {
        self.section(version).map(|section| self.text_of(section))
    }

    /// Returns the text of what is not released yet, as [`Changelog::notes`] does.
    pub fn unreleased_notes(&self) -> Option<String> {
        self.unreleased().map(|section| self.text_of(section))
    }

    fn text_of(&self, section: &Section) -> String {
        let mut notes = self.without_definitions(&section.body);
        let used = scan::used_labels(&self.text, &section.body);
        let definitions: Vec<&str> = self
            .definitions
            .iter()
            .filter(|definition| used.contains(&definition.label.to_lowercase()))
            .map(|definition| self.text[definition.span.clone()].trim())
            .collect();
        if !definitions.is_empty() {
            notes.push_str("\n\n");
            notes.push_str(&definitions.join("\n"));
        }
        notes
    }

    fn without_definitions(&self, range: &std::ops::Range<usize>) -> String {
        let mut text = String::new();
        let mut from = range.start;
        for definition in &self.definitions {
            if definition.span.start >= from && definition.span.end <= range.end {
                text.push_str(&self.text[from..definition.span.start]);
                from = definition.span.end;
            }
        }
        text.push_str(&self.text[from..range.end]);
        text.trim().replace("\r\n", "\n")
    }
}

/// Returns the line of a byte, from 1 on.
fn line_of(text: &str, offset: usize) -> usize {
    1 + text.as_bytes()[..offset.min(text.len())].iter().filter(|byte| **byte == b'\n').count()
}
