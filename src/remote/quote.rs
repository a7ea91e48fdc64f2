//! Renders a script as text for a POSIX shell: every value in single quotes, nothing expanded but the step's folder.
//!
//! Values with control characters are refused: shells disagree about some of them, and no command here needs one. The
//! text goes into a file on the host that only the login can read, never onto a command line.

use crate::domain::plan::Script;
use crate::remote::RemoteError;

/// What stands for the step's own folder.
const STEP: &str = "{step}";

/// Returns the text that runs the script; its first argument there is the step's folder.
///
/// # Errors
/// A value cannot be carried.
pub(super) fn render(script: &Script) -> Result<String, RemoteError> {
    let mut text = String::from("tagwarden_step=$1\nshift\nunset CDPATH\n");
    for (name, value) in &script.env {
        if !is_variable(name) {
            return refuse(&format!("`{}` is no name for a variable", name.escape_debug()));
        }
        text.push_str(&format!("export {name}={}\n", quoted(value, false)?));
    }
    for (name, content) in &script.files {
        if !is_file(name) {
            return refuse(&format!("`{}` is no plain file name", name.escape_debug()));
        }
        let content = quoted(content, true)?;
        text.push_str(&format!("printf %s {content} >\"$tagwarden_step/{name}\" || exit 125\n"));
    }
    text.push_str("cd -- \"$HOME\" || exit 125\n");
    if let Some(directory) = &script.directory {
        text.push_str(&format!("cd -- {} || exit 125\n", quoted(directory, false)?));
    }
    for command in &script.commands {
        if command.first().is_none_or(String::is_empty) {
            return refuse("a command without a program");
        }
        let words: Vec<String> = command.iter().map(|word| quoted(word, false)).collect::<Result<_, _>>()?;
        text.push_str(&words.join(" "));
        text.push_str(" || exit $?\n");
    }
    Ok(text)
}

fn refuse<T>(why: &str) -> Result<T, RemoteError> {
    Err(RemoteError::NotCarried { why: why.to_owned() })
}

fn is_variable(name: &str) -> bool {
    name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
        && !name.starts_with(|c: char| c.is_ascii_digit())
        && !name.is_empty()
}

fn is_file(name: &str) -> bool {
    name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-'))
        && !name.is_empty()
        && !name.starts_with(['.', '-'])
        && !["cmd", "boot", "token", "lock", "log", "pgid", "rc", "run", "cancelled", "expired", "ending"]
            .contains(&name)
        && !name.ends_with(".new")
}

/// Returns a value as one word, with the step's folder filled in; `lines` = line ends and tabs may stand in it.
fn quoted(value: &str, lines: bool) -> Result<String, RemoteError> {
    if let Some(bad) = value.chars().find(|c| c.is_control() && !(lines && matches!(c, '\n' | '\t'))) {
        return refuse(&format!("the control character {} in a value", bad.escape_unicode()));
    }
    let parts: Vec<String> =
        value.split(STEP).map(|part| format!("'{}'", part.replace('\'', r"'\''"))).collect();
    Ok(parts.join("\"$tagwarden_step\""))
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use proptest::prelude::*;

    use super::*;

    fn script(words: &[&str]) -> Script {
        Script { commands: vec![words.iter().map(|word| (*word).to_owned()).collect()], ..Script::default() }
    }

    #[test]
    fn what_cannot_be_carried_is_refused() {
        let with = |change: fn(&mut Script)| {
            let mut script = script(&["true"]);
            change(&mut script);
            script
        };
        for bad in [
            script(&["echo", "a\nb"]),
            script(&["echo", "a\0b"]),
            script(&["echo", "\u{1b}[2J"]),
            script(&["echo", "\u{9b}2J"]),
            script(&[]),
            script(&["", "a"]),
            with(|s| s.directory = Some("/a\r".to_owned())),
            with(|s| drop(s.env.insert("A B".to_owned(), String::new()))),
            with(|s| drop(s.env.insert("1A".to_owned(), String::new()))),
            with(|s| drop(s.env.insert("A".to_owned(), "\n".to_owned()))),
            with(|s| drop(s.files.insert("../a".to_owned(), String::new()))),
            with(|s| drop(s.files.insert("cmd".to_owned(), String::new()))),
            with(|s| drop(s.files.insert(".hidden".to_owned(), String::new()))),
        ] {
            assert!(matches!(render(&bad), Err(RemoteError::NotCarried { .. })), "{bad:?}");
        }
    }

    #[test]
    fn the_step_folder_is_the_only_thing_that_is_filled_in() {
        assert_eq!(quoted("{step}/a", false).unwrap(), r#"''"$tagwarden_step"'/a'"#);
        assert_eq!(quoted("$HOME `id` it's", false).unwrap(), r"'$HOME `id` it'\''s'");
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 96, ..ProptestConfig::default() })]
        #[test]
        fn every_shell_hands_on_exactly_what_was_written(
            words in proptest::collection::vec(r#"[^\p{Cc}]{0,12}|['"\\$`!*?~ #;&|<>(){}\[\]^=%-]{0,8}"#, 1..5),
            value in r"[^\p{Cc}]{0,20}",
            content in r"[^\p{Cc}]{0,10}\n?[^\p{Cc}]{0,10}\n{0,2}",
        ) {
            let folder = tempfile::tempdir().unwrap();
            let step = folder.path().to_str().unwrap();
            let mut command = vec!["printf".to_owned(), "%s\\0".to_owned()];
            command.extend(words.iter().cloned());
            let script = Script {
                directory: Some(step.to_owned()),
                env: [("TW_VALUE".to_owned(), value.clone())].into(),
                files: [("note".to_owned(), content.clone())].into(),
                commands: vec![command, vec!["env".to_owned(), "-0".to_owned()]],
            };
            let cmd = folder.path().join("cmd");
            std::fs::write(&cmd, render(&script).unwrap()).unwrap();
            for shell in [&["dash"][..], &["bash", "--posix"], &["bash"], &["busybox", "sh"]] {
                let output = Command::new(shell[0]).args(&shell[1..]).arg(&cmd).arg(step).output().unwrap();
                prop_assert!(output.status.success(), "{:?}: {:?}", shell, output);
                let printed: Vec<&[u8]> = output.stdout.split(|byte| *byte == 0).collect();
                for (word, printed) in words.iter().zip(&printed) {
                    let word = word.replace("{step}", step);
                    prop_assert_eq!(word.as_bytes(), *printed, "{:?}", shell);
                }
                let expected = format!("TW_VALUE={}", value.replace("{step}", step));
                prop_assert!(printed.contains(&expected.as_bytes()), "{:?}", shell);
                let note = std::fs::read_to_string(folder.path().join("note")).unwrap();
                prop_assert_eq!(note, content.replace("{step}", step), "{:?}", shell);
            }
        }
    }
}
