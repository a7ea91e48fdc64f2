//! Which events of a feed count.

use super::event::Event;

/// A pattern in which `*` stands for anything; case does not count.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pattern(Vec<char>);

/// What is asked of an event; empty lists ask for nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Filter {
    /// It must be in one of these categories.
    pub categories: Vec<String>,
    /// Its summary must look like one of these.
    pub summary: Vec<Pattern>,
    /// It must keep its people busy.
    pub only_busy: bool,
}

impl Pattern {
    /// Returns the pattern that `text` says.
    pub fn new(text: &str) -> Self {
        Self(text.to_lowercase().chars().collect())
    }

    /// Returns whether all of `text` looks like it.
    pub fn matches(&self, text: &str) -> bool {
        let text: Vec<char> = text.to_lowercase().chars().collect();
        let (mut at, mut place) = (0, 0);
        // After a mismatch the last star takes one more character; no earlier star needs to be tried again.
        let mut star: Option<(usize, usize)> = None;
        while at < text.len() {
            match self.0.get(place) {
                Some('*') => {
                    star = Some((place, at));
                    place += 1;
                }
                Some(c) if *c == text[at] => {
                    at += 1;
                    place += 1;
                }
                Some(_) | None => match &mut star {
                    Some((of, taken)) => {
                        *taken += 1;
                        (place, at) = (*of + 1, *taken);
                    }
                    None => return false,
                },
            }
        }
        self.0[place..].iter().all(|c| *c == '*')
    }
}

impl Filter {
    /// Returns whether the event counts; one that is cancelled never does.
    pub fn takes(&self, event: &Event) -> bool {
        let in_category = |wanted: &String| {
            let wanted = wanted.to_lowercase();
            event.categories.iter().any(|category| category.to_lowercase() == wanted)
        };
        let blocks = !event.cancelled && (!self.only_busy || !event.free);
        blocks
            && (self.categories.is_empty() || self.categories.iter().any(in_category))
            && (self.summary.is_empty() || self.summary.iter().any(|pattern| pattern.matches(&event.summary)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_stands_for_anything_and_case_does_not_count() {
        for (pattern, text, matches) in [
            ("*exam*", "Final EXAM of maths", true),
            ("exam*", "Final exam", false),
            ("Été", "été", true),
            ("*", "", true),
            ("", "", true),
            ("", "a", false),
            ("a*b*c", "aXbXbXc", true),
            ("a*b*c", "aXbXbX", false),
            ("**a", "bba", true),
        ] {
            assert_eq!(Pattern::new(pattern).matches(text), matches, "{pattern} {text}");
        }
    }
}
