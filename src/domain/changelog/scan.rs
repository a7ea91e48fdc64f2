//! Reads the bytes of a changelog by Markdown's block rules.

use std::collections::BTreeSet;
use std::ops::Range;

use pulldown_cmark::{Event, HeadingLevel, LinkType, Options, Parser, Tag, TagEnd};

use super::heading::{self, Said};
use super::{Changelog, Definition, Entry, Problem, Section, line_of, lint};
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
    let mut changelog = Changelog {
        text: text.to_owned(),
        sections: Vec::new(),
        unreleased: Vec::new(),
        definitions,
        problems: Vec::new(),
    };
    for (place, found) in headings.iter().enumerate() {
        let (said, style) = heading::read(&text[found.range.clone()]);
        let line = line_of(text, found.range.start);
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
        let (entries, has_content) = fill(text, &body, &fillings);
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
fn fill(text: &str, body: &Range<usize>, fillings: &[Filling]) -> (Vec<Entry>, bool) {
    let mut group = String::new();
    let mut entries = Vec::new();
    let mut prose = false;
    for filling in fillings {
        match filling {
            Filling::Group { at, name } if body.contains(at) => group.clone_from(name),
            Filling::Item { range } if body.contains(&range.start) => entries.push(Entry {
                group: group.clone(),
                text: one_line(&text[range.clone()]),
                line: line_of(text, range.start),
            }),
            Filling::Prose { at } if body.contains(at) => prose = true,
            Filling::Group { .. } | Filling::Item { .. } | Filling::Prose { .. } => {}
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
