//! `calendar show` as people see it: in both languages, plain and in colour, over a change of the clocks.

use std::path::Path;
use std::process::Command;

/// Where the expected pictures stand; with `TAGWARDEN_GOLDEN=write` they are written instead of compared.
const GOLDEN: &str = "tests/calendar/golden";

fn shown(words: &[&str]) -> String {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("c.toml");
    let feeds = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/feeds");
    let text = format!(
        "[server]\npublic_url = \"https://a.example\"\nstate_dir = \"{}\"\n[forge]\nurl = \"https://b.example\"\n\
         token = {{ env = \"A\" }}\nwebhook_secrets = [ {{ env = \"B\" }} ]\n\
         [[calendar]]\nname = \"school\"\ntime_zone = \"Europe/Paris\"\n\
         closed = [ {{ name = \"weekend\", from = \"Fri 16:00\", to = \"Mon 07:00\" }},\n\
         {{ name = \"nights\", days = [\"Mon\", \"Tue\", \"Wed\", \"Thu\"], from = \"22:00\", to = \"06:00\" }} ]\n\
         [[calendar.freeze]]\nname = \"hours deadline\"\nfrom = \"2026-12-01T08:00\"\nto = \"2026-12-02T12:00\"\n\
         [[calendar.feed]]\nname = \"courses\"\npath = \"{feeds}/google.ics\"\n\
         [[calendar.feed]]\nname = \"holidays\"\npath = \"{feeds}/gov-uk.ics\"\nday_before_holiday = true\n",
        folder.path().display(),
        feeds = feeds.display()
    );
    std::fs::write(&file, text).unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_tagwarden"))
        .args(["calendar", "show", "--config"])
        .arg(file)
        .args(words)
        .env_clear()
        .output()
        .unwrap();
    assert!(
        output.status.success() && output.stderr.is_empty(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8(output.stdout).unwrap()
}

#[track_caller]
fn is_golden(name: &str, words: &[&str]) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(GOLDEN).join(name);
    let shown = shown(words);
    if std::env::var_os("TAGWARDEN_GOLDEN").is_some_and(|asked| asked == "write") {
        std::fs::write(&path, &shown).unwrap();
    }
    assert_eq!(shown, std::fs::read_to_string(&path).unwrap(), "{name}");
}

const WEEKS: [&str; 6] = ["--from", "2026-11-26", "--weeks", "5", "--room", "45m"];

#[test]
fn the_coming_weeks_are_drawn_in_english() {
    is_golden("show.en.txt", &WEEKS);
}

#[test]
fn the_coming_weeks_are_drawn_in_french() {
    is_golden("show.fr.txt", &[&WEEKS[..], &["--lang", "fr"]].concat());
}

#[test]
fn colour_only_repeats_what_the_signs_say() {
    let words = [&WEEKS[..], &["--color", "always"]].concat();
    is_golden("show.colour.txt", &words);
    let mut plain = String::new();
    for part in shown(&words).split('\u{1b}') {
        plain.push_str(
            part.strip_prefix('[').and_then(|code| code.split_once('m')).map_or(part, |(_, rest)| rest),
        );
    }
    assert_eq!(plain, shown(&WEEKS));
}

#[test]
fn the_lost_hour_is_a_gap() {
    is_golden("show.clocks.txt", &["--from", "2027-03-28", "--weeks", "1"]);
}

#[test]
fn the_pieces_of_a_week_touch_each_other() {
    let json: serde_json::Value =
        serde_json::from_str(&shown(&["--from", "2026-11-26", "--weeks", "2", "--json"])).unwrap();
    let pieces = json[0]["pieces"].as_array().unwrap();
    assert_eq!(pieces[0]["from"], "2026-11-23T00:00:00+01:00");
    assert_eq!(pieces.last().unwrap()["to"], "2026-12-07T00:00:00+01:00");
    assert!(
        pieces.windows(2).all(|two| two[0]["to"] == two[1]["from"] && two[0]["reasons"] != two[1]["reasons"])
    );
    assert!(pieces.iter().all(|piece| piece["open"] == piece["reasons"].as_array().unwrap().is_empty()));
}
