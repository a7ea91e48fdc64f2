//! Moves what is unreleased under a version, by splicing.

use std::ops::Range;

use jiff::civil::Date;

use super::{Changelog, Definition, Problem, Section, heading};
use crate::domain::notice::Notice;

/// What became of the wish to release.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Released {
    /// The new bytes of the file.
    Written(Vec<u8>),
    /// The version has its section already, in this line.
    Already(usize),
}

/// Why it cannot be released; the file is as it was.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {}: {}", .0.line, .0.notice.id)]
pub struct ReleaseError(pub Problem);

/// A part of the file and what stands there afterwards.
struct Splice {
    range: Range<usize>,
    with: String,
}

impl Changelog {
    /// Moves the unreleased entries under `version`, dated `date`, and leaves an empty unreleased section.
    ///
    /// # Errors
    /// The file is ambiguous, or there is nothing to release.
    pub fn release(&self, version: &semver::Version, date: Date) -> Result<Released, ReleaseError> {
        if let Some(section) = self.section(version)
            && self.count(version) == 1
        {
            return Ok(Released::Already(section.line));
        }
        if let Some(problem) = self.ambiguity() {
            return Err(ReleaseError(problem.clone()));
        }
        let refuse = |line: usize, id: &str| ReleaseError(Problem { line, notice: Notice::new(id) });
        let unreleased = self.unreleased().ok_or_else(|| refuse(self.last_line(), "TW-L011"))?;
        if !unreleased.has_content {
            return Err(refuse(unreleased.line, "TW-L012"));
        }
        let mut splices = vec![self.new_heading(unreleased, version, date)];
        splices.extend(self.new_links(version));
        let written = self.spliced(splices);
        if !self.became(&Self::parse(&written), version, date) {
            return Err(refuse(unreleased.line, "TW-L022"));
        }
        Ok(Released::Written(written))
    }

    /// Returns whether `after` is what a release makes of this file, as Markdown reads it.
    ///
    /// Where Markdown and the eye disagree about what a heading is (lines that end in a carriage return alone, a heading
    /// that is underlined in its middle), bytes that look right can say something else; such a file is left alone.
    fn became(&self, after: &Self, version: &semver::Version, date: Date) -> bool {
        let (Some(old), Some(new)) = (self.unreleased(), after.section(version)) else { return false };
        after.count(version) == 1
            && new.date == Some(date)
            && !new.yanked
            && after.sections.len() == self.sections.len() + 1
            && after.unreleased().is_some_and(|unreleased| !unreleased.has_content)
            && self.prose(old) == after.prose(new)
    }

    /// Returns the lines of a section that say something; definitions come and go with a release.
    fn prose(&self, section: &Section) -> Vec<String> {
        let text = self.without_definitions(&section.body);
        text.lines().map(str::trim_end).filter(|line| !line.is_empty()).map(ToOwned::to_owned).collect()
    }

    fn new_heading(&self, unreleased: &Section, version: &semver::Version, date: Date) -> Splice {
        let newest = self.sections.first();
        let style = newest.map_or(&unreleased.style, |section| &section.style);
        let address = newest.and_then(|section| {
            let previous = self.sections.get(1).and_then(|section| section.version.as_ref());
            followed(section.style.inline.as_deref()?, section.version.as_ref()?, previous, version)
        });
        // Whatever level the others have, the new version must not stand below Unreleased.
        let (hashes, underline) = (unreleased.style.hashes, unreleased.style.underline.clone());
        let style = heading::Style { hashes, underline, ..style.clone() };
        // Blanks behind the heading stay in its line.
        let behind = &self.text[unreleased.heading.end..];
        let at = unreleased.heading.end + behind.find(['\r', '\n']).unwrap_or(behind.len());
        let end = self.end_at(at);
        let heading = style.write(&version.to_string(), date, address.as_deref(), end);
        Splice { range: at..at, with: format!("{end}{end}{heading}") }
    }

    /// Returns the changes to the link definitions, following the file's own pattern; none is invented.
    fn new_links(&self, version: &semver::Version) -> Vec<Splice> {
        let last = self.sections.first().and_then(|section| section.version.as_ref());
        let prefix = self.sections.first().map_or("", |section| section.style.prefix.as_str());
        let label = format!("{prefix}{version}");
        if let (Some(open), Some(last)) = (self.definition("unreleased"), last)
            && let Some((from, to)) = open.address.split_once("...")
            && let Some(tag) = tag_in(from, last)
        {
            let next_tag = tag.replace(&last.to_string(), &version.to_string());
            let stem = &from[..from.len() - tag.len()];
            let own = format!("{stem}{tag}...{next_tag}");
            let at = self.line_end(open.span.end);
            let line = self.definition_line(open, &label, &own, self.end_at(at));
            let address = self.address_range(open);
            return vec![
                Splice { range: address, with: format!("{stem}{next_tag}...{to}") },
                Splice { range: at..at, with: line },
            ];
        }
        let Some(last) = last else { return Vec::new() };
        let newest = [format!("{prefix}{last}"), last.to_string()]
            .into_iter()
            .find_map(|label| self.definition(&label));
        let previous = self.sections.get(1).and_then(|section| section.version.as_ref());
        match newest.and_then(|newest| Some((newest, followed(&newest.address, last, previous, version)?))) {
            Some((newest, own)) => {
                let start = self.line_start(newest.span.start);
                let end = self.end_at(self.line_end(newest.span.end));
                vec![Splice { range: start..start, with: format!("[{label}]: {own}{end}") }]
            }
            None => Vec::new(),
        }
    }

    fn definition_line(&self, like: &Definition, label: &str, address: &str, end: &str) -> String {
        let bracketed = self.text[like.span.clone()].contains(&format!("<{}>", like.address));
        if bracketed { format!("{end}[{label}]: <{address}>") } else { format!("{end}[{label}]: {address}") }
    }

    /// Returns the definition of a label that has its line to itself; one in a list or a quote is no pattern to follow.
    fn definition(&self, label: &str) -> Option<&Definition> {
        let alone =
            |span: &Range<usize>| self.text[self.line_start(span.start)..span.start].trim().is_empty();
        self.definitions
            .iter()
            .find(|definition| definition.label.eq_ignore_ascii_case(label) && alone(&definition.span))
    }

    fn line_start(&self, at: usize) -> usize {
        self.text[..at].rfind(['\r', '\n']).map_or(0, |before| before + 1)
    }

    fn address_range(&self, definition: &Definition) -> Range<usize> {
        let raw = &self.text[definition.span.clone()];
        let place =
            raw.find(&definition.address).map_or(definition.span.end, |at| definition.span.start + at);
        place..(place + definition.address.len()).min(definition.span.end)
    }

    /// Returns how the line that ends at `at` ends; the last line of a file ends like the others.
    fn end_at(&self, at: usize) -> &'static str {
        let behind = &self.text[at..];
        let windows = behind.starts_with("\r\n") || (behind.is_empty() && self.text.contains("\r\n"));
        match behind.chars().next() {
            _ if windows => "\r\n",
            Some('\r') => "\r",
            _ => "\n",
        }
    }

    fn line_end(&self, at: usize) -> usize {
        // A span may or may not hold the end of its line.
        self.text[..at].trim_end_matches(['\r', '\n']).len()
    }

    fn spliced(&self, mut splices: Vec<Splice>) -> Vec<u8> {
        splices.sort_by_key(|splice| splice.range.start);
        let mut bytes = Vec::with_capacity(self.text.len() + 256);
        let mut from = 0;
        for splice in splices {
            bytes.extend_from_slice(&self.text.as_bytes()[from..splice.range.start]);
            bytes.extend_from_slice(splice.with.as_bytes());
            from = splice.range.end;
        }
        bytes.extend_from_slice(&self.text.as_bytes()[from..]);
        bytes
    }
}

/// Returns the tag at the end of an address that names `version`, such as `v1.0.0`.
fn tag_in<'a>(address: &'a str, version: &semver::Version) -> Option<&'a str> {
    let tag = address.rsplit('/').next()?;
    tag.ends_with(&version.to_string()).then_some(tag)
}

/// Returns the address that follows `address` (of version `last`, after `previous`) for `version`.
fn followed(
    address: &str,
    last: &semver::Version,
    previous: Option<&semver::Version>,
    version: &semver::Version,
) -> Option<String> {
    let last_text = last.to_string();
    if !address.contains(&last_text) {
        return None;
    }
    // A mark that no address holds keeps the two replacements apart.
    let marked = address.replace(&last_text, "\u{0}");
    let moved = match previous {
        Some(previous) => marked.replace(&previous.to_string(), &last_text),
        None => marked,
    };
    Some(moved.replace('\u{0}', &version.to_string()))
}
