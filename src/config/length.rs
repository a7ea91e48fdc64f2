//! Lengths of time as people write them: `45m`, `30s`, `1h30m`, `500ms`, `7d`.

use std::time::Duration;

/// The units, longest first, in milliseconds.
const UNITS: &[(&str, u64)] = &[("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1_000), ("ms", 1)];

/// Returns the length that `text` says; units fall (`1h30m`, not `30m1h`) and none stands twice.
pub fn parse(text: &str) -> Option<Duration> {
    let mut rest = text;
    let mut total: u64 = 0;
    let mut smallest = u64::MAX;
    while !rest.is_empty() {
        let digits = rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_digit()).len();
        let number: u64 = rest[..digits].parse().ok()?;
        rest = &rest[digits..];
        let letters = rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_lowercase()).len();
        let (_, unit) = UNITS.iter().find(|(name, _)| *name == &rest[..letters])?;
        rest = &rest[letters..];
        if *unit >= smallest {
            return None;
        }
        smallest = *unit;
        total = total.checked_add(number.checked_mul(*unit)?)?;
    }
    (smallest != u64::MAX).then_some(Duration::from_millis(total))
}

/// Returns `length` as one would write it.
pub fn show(length: Duration) -> String {
    let mut left = u64::try_from(length.as_millis()).unwrap_or(u64::MAX);
    let mut out = String::new();
    for (name, unit) in UNITS {
        if left >= *unit {
            out.push_str(&format!("{}{name}", left / unit));
            left %= unit;
        }
    }
    if out.is_empty() { "0s".to_owned() } else { out }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_are_read_as_people_write_them() {
        for (text, milliseconds) in [
            ("45m", 2_700_000),
            ("30s", 30_000),
            ("2h", 7_200_000),
            ("1h30m", 5_400_000),
            ("7d", 604_800_000),
            ("500ms", 500),
            ("1m500ms", 60_500),
            ("0s", 0),
        ] {
            assert_eq!(parse(text), Some(Duration::from_millis(milliseconds)), "{text}");
        }
        for bad in [
            "",
            "45",
            "m",
            "45 m",
            "30m1h",
            "1m1m",
            "1.5h",
            "-5m",
            "5M",
            "5min",
            "9e9s",
            "99999999999999999999d",
            "213503982335d",
        ] {
            assert_eq!(parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn a_shown_length_reads_back_the_same() {
        for text in ["45m", "1h30m", "7d", "500ms", "1m500ms", "0s"] {
            assert_eq!(parse(text).map(show).as_deref(), Some(text));
        }
    }
}
