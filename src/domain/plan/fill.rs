//! Fills the placeholders of a script with what earlier steps found out.
//!
//! Only the names of known facts are placeholders; any other braces belong to the command (`{{json .}}`, `${HOME}`).
//! A program's name is never filled: what a host printed must not choose what runs there. One pass over each text, so
//! that a value that looks like a placeholder stays as it is.

use std::collections::BTreeMap;

use crate::domain::notice::Notice;
use crate::domain::plan::{
    FACT_COMMIT_BEFORE, FACT_HEAD_BEFORE, FACT_IMAGES, FACT_KEEP, FACT_LOCK, FACT_SERVICES_BEFORE,
    FACT_TAG_BEFORE, FACT_UP_LIMIT, FACT_VERSION_BEFORE, Facts, Script,
};

const KNOWN: &[&str] = &[
    FACT_COMMIT_BEFORE,
    FACT_HEAD_BEFORE,
    FACT_IMAGES,
    FACT_KEEP,
    FACT_LOCK,
    FACT_SERVICES_BEFORE,
    FACT_TAG_BEFORE,
    FACT_UP_LIMIT,
    FACT_VERSION_BEFORE,
];

impl Script {
    /// Returns the script with every fact filled in; `{step}` is left for the host.
    ///
    /// # Errors
    /// Names the fact that is missing.
    pub fn fill(&self, facts: &Facts) -> Result<Script, Notice> {
        let map = |texts: &BTreeMap<String, String>| {
            let one = |(name, text): (&String, &String)| Ok((name.clone(), filled(text, facts)?));
            texts.iter().map(one).collect::<Result<BTreeMap<String, String>, Notice>>()
        };
        let command = |words: &Vec<String>| {
            let word =
                |(n, word): (usize, &String)| if n == 0 { Ok(word.clone()) } else { filled(word, facts) };
            words.iter().enumerate().map(word).collect()
        };
        Ok(Script {
            directory: self.directory.clone(),
            env: map(&self.env)?,
            files: map(&self.files)?,
            commands: self.commands.iter().map(command).collect::<Result<_, Notice>>()?,
        })
    }
}

fn filled(text: &str, facts: &Facts) -> Result<String, Notice> {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('{') {
        let (before, from) = rest.split_at(at);
        out.push_str(before);
        let name =
            KNOWN.iter().find(|name| from[1..].strip_prefix(**name).is_some_and(|t| t.starts_with('}')));
        match name {
            Some(name) => {
                let value = facts.get(*name).ok_or_else(|| Notice::new("TW-D019").with("fact", name))?;
                out.push_str(value);
                rest = &from[name.len() + 2..];
            }
            None => {
                out.push('{');
                rest = &from[1..];
            }
        }
    }
    out.push_str(rest);
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn facts() -> Facts {
        [("up_limit", "90"), ("lock_file", "{up_limit}")].map(|(a, b)| (a.to_owned(), b.to_owned())).into()
    }

    #[test]
    fn only_known_facts_are_placeholders_and_values_are_not_filled_again() {
        for (text, expected) in [
            ("", Some("")),
            ("--wait-timeout={up_limit}s", Some("--wait-timeout=90s")),
            ("{lock_file}{up_limit}", Some("{up_limit}90")),
            ("{{json .}} ${HOME} {step} {x", Some("{{json .}} ${HOME} {step} {x")),
            ("{up_limit", Some("{up_limit")),
            ("é{up_limit}é", Some("é90é")),
            ("{tag_before}", None),
        ] {
            assert_eq!(filled(text, &facts()).ok().as_deref(), expected, "{text}");
        }
    }

    #[test]
    fn a_program_is_never_filled() {
        let script = Script {
            commands: vec![vec!["{up_limit}".to_owned(), "{up_limit}".to_owned()]],
            ..Script::default()
        };
        assert_eq!(script.fill(&facts()).unwrap().commands, [["{up_limit}", "90"]]);
    }
}
