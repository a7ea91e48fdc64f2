//! Python's `icalendar` and `dateutil` on the same files: two thousand random series, and every difference with its
//! reason.

mod tier5 {
    use std::collections::BTreeMap;
    use std::path::{Path, PathBuf};
    use std::process::Command;

    use serde_json::Value;
    use tagwarden::domain::calendar::feed::{FeedRules, read_feed};

    use crate::{instant, zone};

    /// Where the differences stand that have a reason.
    const KNOWN: &str = "tests/calendar/differences.txt";

    /// Returns the Python of a virtual environment with both packages, made when it is not there yet.
    fn python() -> PathBuf {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("python");
        let python = folder.join("bin/python");
        let ready = |python: &Path| {
            Command::new(python)
                .args(["-c", "import icalendar, dateutil"])
                .output()
                .is_ok_and(|done| done.status.success())
        };
        if !ready(&python) {
            let made = Command::new("python3").args(["-m", "venv"]).arg(&folder).status().unwrap();
            assert!(made.success(), "python3 -m venv fails");
            let words = ["-m", "pip", "install", "--quiet", "icalendar", "python-dateutil", "tzdata"];
            assert!(Command::new(&python).args(words).status().unwrap().success(), "pip install fails");
        }
        python
    }

    fn stretches(value: &Value) -> Vec<(i64, i64)> {
        let second = |value: &Value| value.as_i64().unwrap();
        value.as_array().unwrap().iter().map(|pair| (second(&pair[0]), second(&pair[1]))).collect()
    }

    #[test]
    #[ignore = "tier 5: python3 with venv, and a package registry"]
    fn two_thousand_series_come_out_as_in_python_or_differ_for_a_reason() {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/calendar/series.py");
        let output = Command::new(python()).arg(script).arg("2500").output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let (mut compared, mut reasons) = (0, BTreeMap::<String, usize>::new());
        for line in String::from_utf8(output.stdout).unwrap().lines() {
            let case: Value = serde_json::from_str(line).unwrap();
            let text = case["ics"].as_str().unwrap();
            let home = zone(case["home"].as_str().unwrap());
            let busy =
                read_feed(text.as_bytes(), &FeedRules::default(), &home, instant("2027-01-01T00:00:00Z"))
                    .unwrap_or_else(|why| panic!("{why:?}\n{text}"));
            let (from, to) = (instant("2026-01-01T00:00:00Z"), instant("2030-01-01T00:00:00Z"));
            let cut = |at: jiff::Timestamp| at.clamp(from, to).as_second();
            let ours: Vec<(i64, i64)> =
                busy.stretches(from, to).iter().map(|one| (cut(one.from), cut(one.to))).collect();
            assert_eq!(ours, stretches(&case["standard"]), "{text}");
            if ours != stretches(&case["python"]) {
                for reason in case["reasons"].as_array().unwrap() {
                    *reasons.entry(reason.as_str().unwrap().to_owned()).or_default() += 1;
                }
                assert!(
                    !case["reasons"].as_array().unwrap().is_empty(),
                    "a difference without a reason\n{text}"
                );
            }
            compared += 1;
        }
        assert!(compared >= 2000, "{compared}");
        println!("{compared} series; those that differ, by reason: {reasons:#?}");
        let known = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(KNOWN)).unwrap();
        for reason in reasons.keys() {
            assert!(
                known.lines().any(|line| line.starts_with(&format!("{reason}:"))),
                "{reason} is not explained"
            );
        }
    }
}
