//! Reads the bytes of a changelog by Markdown's block rules.

use std::collections::BTreeSet;
use std::ops::Range;

use pulldown_cmark::{Event, HeadingLevel, LinkType, Options, Parser, Tag, TagEnd};

use super::heading::{self, Said};
use super::{Changelog, Definition, Entry, Problem, Section, lint};
use crate::domain::notice::Notice;

/// A heading at the top of the document: not in a quote, a list or the like.
struct Heading {
    level: HeadingLevel,
    range: Range<usize>,
}

/// Something in the document that fills a section.
enum Filling {
    Group { at: usize, name: String },
    Item { range: Range<usize> },
    Prose { at: usize },
}

impl Filling {
    fn at(&self) -> usize {
        match self {
            Self::Group { at, .. } | Self::Prose { at } => *at,
            Self::Item { range } => range.start,
        }
    }
}

/// Where the lines of a text end: a changelog with ten thousand sections is not counted through for each of them.
struct Lines(Vec<usize>);

impl Lines {
    fn of(text: &str) -> Self {
        Self(text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n').map(|(at, _)| at).collect())
    }

    /// Returns the line of a byte, from 1 on.
    fn line(&self, offset: usize) -> usize {
        1 + self.0.partition_point(|end| *end < offset)
    }
}

/// Returns what stands in `bytes`.
pub(super) fn scan(bytes: &[u8]) -> Changelog {
    let Ok(text) = std::str::from_utf8(bytes) else {
        let line = 1 + bytes.iter().take_while(|byte| byte.is_ascii()).filter(|byte| **byte == b'\n').count();
        return Changelog {
            text: String::new(),
            sections: Vec::new(),
            unreleased: Vec::new(),
            definitions: Vec::new(),
            problems: vec![Problem { line, notice: Notice::new("TW-L009") }],
        };
    };
    let (headings, fillings, definitions) = blocks(text);
    let lines = Lines::of(text);
    let mut changelog = Changelog {
        text: text.to_owned(),
        sections: Vec::new(),
        unreleased: Vec::new(),
        definitions,
        problems: Vec::new(),
    };
    for (place, found) in headings.iter().enumerate() {
        let (said, style) = heading::read(&text[found.range.clone()]);
        let line = lines.line(found.range.start);
        let (version, date, yanked) = match said {
            Said::Unreleased => (None, None, false),
            Said::Version { version, date, yanked, odd_date } => {
                if odd_date {
                    let notice = Notice::new("TW-L004").with("version", &version);
                    changelog.problems.push(Problem { line, notice });
                }
                (Some(version), date, yanked)
            }
            Said::AlmostVersion => {
                let shown = text[found.range.clone()].lines().next().unwrap_or_default();
                let notice = Notice::new("TW-L005").with("heading", shown);
                changelog.problems.push(Problem { line, notice });
                continue;
            }
            Said::Other => continue,
        };
        let end = headings[place + 1..]
            .iter()
            .find(|next| next.level <= found.level || is_section(&text[next.range.clone()]))
            .map_or(text.len(), |next| next.range.start);
        let body = found.range.end..end;
        let (entries, has_content) = fill(text, &body, &fillings, &lines);
        let heading = found.range.clone();
        let section = Section { version, date, yanked, line, entries, has_content, style, heading, body };
        match section.version {
            Some(_) => changelog.sections.push(section),
            None => changelog.unreleased.push(section),
        }
    }
    changelog.problems.extend(lint::problems(&changelog));
    changelog.problems.sort_by_key(|problem| problem.line);
    changelog
}

fn is_section(raw: &str) -> bool {
    matches!(heading::read(raw).0, Said::Unreleased | Said::Version { .. })
}

/// Returns the top headings, what fills sections, and the link definitions, each in order.
fn blocks(text: &str) -> (Vec<Heading>, Vec<Filling>, Vec<Definition>) {
    // The parser does not know the byte order mark; a blank of the same length keeps every offset.
    let marked = text.strip_prefix('\u{feff}').map(|rest| format!("   {rest}"));
    let source = marked.as_deref().unwrap_or(text);
    let mut headings = Vec::new();
    let mut fillings = Vec::new();
    let mut depth = 0_usize;
    let parser = Parser::new_ext(source, Options::empty());
    let mut definitions: Vec<Definition> = parser
        .reference_definitions()
        .iter()
        .map(|(label, definition)| Definition {
            label: label.to_owned(),
            address: definition.dest.to_string(),
            span: definition.span.clone(),
        })
        .collect();
    definitions.sort_by_key(|definition| definition.span.start);
    for (event, range) in parser.into_offset_iter() {
        match event {
            Event::Start(Tag::Heading { level, .. }) if depth == 0 => {
                let raw = source[range.clone()].trim_end();
                let range = range.start..range.start + raw.len();
                if !is_section(raw) {
                    let name = raw.trim_start_matches('#').lines().next().unwrap_or_default();
                    fillings.push(Filling::Group {
                        at: range.start,
                        name: name.trim().trim_end_matches('#').trim().into(),
                    });
                }
                headings.push(Heading { level, range });
                depth += 1;
            }
            Event::Start(Tag::Item) => {
                // One list deep: deeper items belong to the text of their parent.
                if depth == 1 {
                    fillings.push(Filling::Item { range: range.clone() });
                }
                depth += 1;
            }
            Event::Start(Tag::Paragraph | Tag::CodeBlock(_)) if depth == 0 => {
                fillings.push(Filling::Prose { at: range.start });
                depth += 1;
            }
            Event::Start(_) => depth += 1,
            Event::End(TagEnd::Heading(_)) | Event::End(_) => depth -= 1,
            Event::Text(_)
            | Event::Code(_)
            | Event::InlineMath(_)
            | Event::DisplayMath(_)
            | Event::Html(_)
            | Event::InlineHtml(_)
            | Event::FootnoteReference(_)
            | Event::SoftBreak
            | Event::HardBreak
            | Event::Rule
            | Event::TaskListMarker(_) => {}
        }
    }
    (headings, fillings, definitions)
}

/// Returns the entries in `body`, and whether it holds anything but group names and comments.
fn fill(text: &str, body: &Range<usize>, fillings: &[Filling], lines: &Lines) -> (Vec<Entry>, bool) {
    let mut group = String::new();
    let mut entries = Vec::new();
    let mut prose = false;
    // They stand in the order of the text.
    let from = fillings.partition_point(|filling| filling.at() < body.start);
    for filling in fillings[from..].iter().take_while(|filling| filling.at() < body.end) {
        match filling {
            Filling::Group { name, .. } => group.clone_from(name),
            Filling::Item { range } => entries.push(Entry {
                group: group.clone(),
                text: one_line(&text[range.clone()]),
                line: lines.line(range.start),
            }),
            Filling::Prose { .. } => prose = true,
        }
    }
    let content = prose || entries.iter().any(|entry| !entry.text.is_empty());
    (entries, content)
}

/// Returns the text of a list item on one line, without its marker.
fn one_line(raw: &str) -> String {
    let raw = raw.trim_start();
    let digits = raw.bytes().take_while(u8::is_ascii_digit).count();
    let inner = match raw.as_bytes().get(digits) {
        Some(b'.' | b')') if digits > 0 => &raw[digits + 1..],
        _ => raw.strip_prefix(['-', '*', '+']).unwrap_or(raw),
    };
    inner.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Returns the labels, in lower case, of the reference links in a part of the text.
pub(super) fn used_labels(text: &str, part: &Range<usize>) -> BTreeSet<String> {
    let mut used = BTreeSet::new();
    for (event, range) in Parser::new_ext(text, Options::empty()).into_offset_iter() {
        if !part.contains(&range.start) {
            continue;
        }
        if let Event::Start(Tag::Link { link_type, id, .. } | Tag::Image { link_type, id, .. }) = event
            && matches!(link_type, LinkType::Reference | LinkType::Collapsed | LinkType::Shortcut)
        {
            used.insert(id.to_lowercase());
        }
    }
    used
}

#[cfg(test)]
mod tests {
    use super::super::line_of;
    use super::*;
    use proptest::prelude::*;

    /// The same question answered by looking through everything: slow, and plainly right.
    fn filled_one_by_one(text: &str, body: &Range<usize>, fillings: &[Filling]) -> (Vec<Entry>, bool) {
        let (mut group, mut entries, mut prose) = (String::new(), Vec::new(), false);
        for filling in fillings.iter().filter(|filling| body.contains(&filling.at())) {
            match filling {
                Filling::Group { name, .. } => group.clone_from(name),
                Filling::Prose { .. } => prose = true,
                Filling::Item { range } => entries.push(Entry {
                    group: group.clone(),
                    text: one_line(&text[range.clone()]),
                    line: line_of(text, range.start),
                }),
            }
        }
        let content = prose || entries.iter().any(|entry| !entry.text.is_empty());
        (entries, content)
    }

    /// Lines that change what a later line is: fences, comments, quotes, lists, a mark at the beginning, ends of lines.
    const TEXTS: &str = "(\u{feff})?((## \\[1\\.0\\.0\\] - 2026-01-15|## 1\\.1\\.0|# Changelog|### Added|## Unreleased|- a|- |  - b\
                         |1\\. c|> |> ## 2\\.0\\.0|```|~~~|<!--|-->|<div>|    |\t|---|===|\\[l\\]: x|\u{feff}|é words)\
                         (\r\n|\n|\n\n|\n|\r|)){0,40}";

    proptest! {
        #![proptest_config(ProptestConfig { cases: 500, failure_persistence: None, ..ProptestConfig::default() })]
        #[test]
        fn each_section_holds_what_looking_through_everything_finds(text in TEXTS) {
            let (_, fillings, _) = blocks(&text);
            prop_assert!(fillings.is_sorted_by_key(Filling::at), "fillings are out of order");
            let lines = Lines::of(&text);
            for offset in 0..=text.len() {
                prop_assert_eq!(lines.line(offset), line_of(&text, offset));
            }
            let read = scan(text.as_bytes());
            for section in read.sections.iter().chain(&read.unreleased) {
                let expected = filled_one_by_one(&text, &section.body, &fillings);
                prop_assert_eq!((section.entries.clone(), section.has_content), expected);
                prop_assert_eq!(section.line, line_of(&text, section.heading.start));
            }
        }
    }
}
