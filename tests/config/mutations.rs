//! Files that went wrong in every way that comes to a machine's mind: always an answer, and one that names a reason.

use proptest::prelude::{Just, Strategy, any, prop, prop_oneof, proptest};

use crate::{load, sample};

/// What is done to one line of the sample.
#[derive(Debug, Clone)]
enum Change {
    Drop,
    Double,
    Value(&'static str),
    Key(&'static str),
    Cut(usize),
    Byte(usize, char),
}

fn change() -> impl Strategy<Value = Change> {
    let values = [
        "true",
        "0",
        "-1",
        "99999999999999999999",
        "0x7fffffffffffffff",
        "1.5",
        "nan",
        "[]",
        "[[]]",
        "{}",
        "{ a = {} }",
        "\"\"",
        "\"v\"",
        "\"{tag}\"",
        "\"{\"",
        "\"0s\"",
        "\"18446744073709551615d\"",
        "2026-12-01T08:00:00",
        "[1, \"a\"]",
        "\"https://\"",
        "\"a@b:1\"",
        "\"@\"",
        "\"user:\"",
        "\"team:/\"",
        "\"ssh-ed25519 AAAA\"",
        "\"é\"",
        "{ env = 1 }",
    ];
    let keys = ["name", "url", "kind", "\"\"", "\"a b\"", "a.b", "token", "deploy.recipe"];
    prop_oneof![
        Just(Change::Drop),
        Just(Change::Double),
        prop::sample::select(values.to_vec()).prop_map(Change::Value),
        prop::sample::select(keys.to_vec()).prop_map(Change::Key),
        (0_usize..80).prop_map(Change::Cut),
        (0_usize..80, any::<char>()).prop_map(|(at, character)| Change::Byte(at, character)),
    ]
}

fn apply(line: &str, change: &Change) -> String {
    let (key, value) = line.split_once(" = ").unwrap_or((line, ""));
    match change {
        Change::Drop => String::new(),
        Change::Double => format!("{line}\n{line}"),
        Change::Value(value) => format!("{key} = {value}"),
        Change::Key(key) => format!("{key} = {value}"),
        Change::Cut(at) => line.chars().take(*at).collect(),
        Change::Byte(at, character) => {
            line.chars().enumerate().map(|(n, old)| if n == *at { *character } else { old }).collect()
        }
    }
}

proptest! {
    #[test]
    fn a_damaged_file_gets_an_answer_that_names_a_reason(
        changes in prop::collection::vec((any::<prop::sample::Index>(), change()), 1..6)
    ) {
        let sample = std::fs::read_to_string(sample()).unwrap();
        let mut lines: Vec<String> =
            sample.lines().filter(|line| !line.is_empty() && !line.starts_with('#')).map(str::to_owned).collect();
        for (index, change) in &changes {
            let line = index.index(lines.len());
            lines[line] = apply(&lines[line], change);
        }
        let text = lines.join("\n");
        if let Err(problems) = load(&text) {
            assert!(!problems.list.is_empty());
            // TW-C099 says that the reason is not known.
            assert!(problems.list.iter().all(|problem| problem.notice.id != "TW-C099"), "{problems}\n{text}");
        }
    }
}
