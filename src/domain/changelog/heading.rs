//! What a heading says: a version with its date, `Unreleased`, or something else; and how it is written.

use jiff::civil::Date;

/// How a heading is written, so that the next one can be written alike.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Style {
    /// The number of `#`, or 0 for an underlined heading.
    pub hashes: usize,
    /// What an underlined heading is underlined with.
    pub underline: String,
    /// Whether the version stands in brackets.
    pub brackets: bool,
    /// What stands before the version's numbers: `v` or nothing.
    pub prefix: String,
    /// The address of an inline link behind the brackets.
    pub inline: Option<String>,
    /// What stands between version and date, such as ` - `.
    pub dash: String,
    /// What closes the date: a bracket or nothing.
    pub after: String,
    /// Hashes that close the heading.
    pub closing: String,
}

/// What a heading says.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Said {
    Unreleased,
    Version {
        version: semver::Version,
        date: Option<Date>,
        yanked: bool,
        odd_date: bool,
    },
    /// It begins like a version, but is none.
    AlmostVersion,
    Other,
}

/// Returns what the raw lines of a heading say, and how.
pub(super) fn read(raw: &str) -> (Said, Style) {
    let mut style = Style {
        hashes: 0,
        underline: String::new(),
        brackets: false,
        prefix: String::new(),
        inline: None,
        dash: " - ".to_owned(),
        after: String::new(),
        closing: String::new(),
    };
    let first = raw.lines().next().unwrap_or_default();
    let trimmed = first.trim_start();
    // Only an underlined heading has more than one line, and hashes at its beginning are text like any other.
    match raw.lines().count() {
        0 | 1 => style.hashes = trimmed.bytes().take_while(|byte| *byte == b'#').count(),
        2 => style.underline = raw.lines().nth(1).unwrap_or_default().trim().to_owned(),
        _ => return (Said::Other, style),
    }
    let mut text = trimmed[style.hashes..].trim();
    let open = text.trim_end_matches('#');
    if style.hashes > 0 && open.len() < text.len() && (open.is_empty() || open.ends_with([' ', '\t'])) {
        style.closing = format!(" {}", &text[open.len()..]);
        text = open.trim_end();
    }
    (meaning(text, &mut style), style)
}

fn meaning(text: &str, style: &mut Style) -> Said {
    let (name, rest) = match text.strip_prefix('[').and_then(|inner| inner.split_once(']')) {
        Some((name, rest)) => {
            style.brackets = true;
            match rest.strip_prefix('(').and_then(|inner| inner.split_once(')')) {
                Some((address, rest)) => {
                    style.inline = Some(address.to_owned());
                    (name, rest)
                }
                None => (name, rest),
            }
        }
        None => text.split_once([' ', '\t']).map_or((text, ""), |(name, _)| (name, &text[name.len()..])),
    };
    if name.eq_ignore_ascii_case("unreleased") {
        return Said::Unreleased;
    }
    let numbers = name.strip_prefix(['v', 'V']).unwrap_or(name);
    style.prefix = name[..name.len() - numbers.len()].to_owned();
    let Ok(version) = semver::Version::parse(numbers) else {
        let looks = numbers.starts_with(|c: char| c.is_numeric()) && numbers.contains('.');
        return if looks { Said::AlmostVersion } else { Said::Other };
    };
    let yanked = rest.to_ascii_lowercase().contains("yanked");
    let (date, odd_date) = date(rest, style);
    Said::Version { version, date, yanked, odd_date }
}

/// Returns the date behind a version, and whether something stands there that is none.
fn date(rest: &str, style: &mut Style) -> (Option<Date>, bool) {
    let Some(place) = rest.find(|c: char| c.is_ascii_digit()) else { return (None, false) };
    let word: String = rest[place..].chars().take_while(|c| c.is_ascii_digit() || *c == '-').collect();
    match word.parse::<Date>() {
        Ok(date) if word.len() == 10 => {
            // A mark that this version was withdrawn is no part of the style.
            let marked = rest[..place].to_ascii_lowercase().contains("yanked");
            style.dash = if marked { " - " } else { &rest[..place] }.to_owned();
            let behind = &rest[place + word.len()..];
            style.after = behind.chars().take_while(|c| matches!(c, ')' | ']')).collect();
            (Some(date), false)
        }
        Ok(_) | Err(_) => (None, true),
    }
}

impl Style {
    /// Returns the lines of a heading for `version` written like this one, without an end of line.
    pub fn write(&self, version: &str, date: Date, address: Option<&str>, end: &str) -> String {
        let name = format!("{}{version}", self.prefix);
        let shown = if self.brackets { format!("[{name}]") } else { name };
        let linked = match address {
            Some(address) => format!("{shown}({address})"),
            None => shown,
        };
        let text = format!("{linked}{}{date}{}", self.dash, self.after);
        if self.hashes == 0 {
            let line: String =
                self.underline.chars().next().unwrap_or('-').to_string().repeat(text.chars().count());
            return format!("{text}{end}{line}");
        }
        format!("{} {text}{}", "#".repeat(self.hashes), self.closing)
    }
}
