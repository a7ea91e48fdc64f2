//! The verdict on a watch, from all looks so far.
//!
//! - A run of bad looks anywhere in the watch decides, not only the newest: a verdict that was due while the daemon was
//!   away is still due.
//! - Errors and missing answers neither count as bad nor wash a bad look away: `bad, error, bad` is two in a row.
//! - Time in which nobody looked is not healthy time. What counts is time covered by answered looks, so that quick
//!   retries before a gap do not make up for the gap.

use std::collections::BTreeSet;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use super::{Answer, Course, Look, OnNoData, Rule, Verdict};
use crate::domain::notice::Notice;

/// Errors in a row that together mean "no data": four tries, 10 s apart, outlast a restart of the source.
const ERRORS_THAT_ARE_NO_DATA: u32 = 4;

/// After an error the source is asked again so much later, if its own rhythm is not quicker.
const RETRY_AFTER_ERROR: Duration = Duration::from_secs(10);

/// The share of the watch, in percent, that must be covered by answered looks.
const LEAST_COVERED: i128 = 80;

/// Returns what `looks` mean for the watch at `now`; the order of the looks does not matter.
pub fn judge(rules: &[Rule], looks: &[Look], course: &Course, now: Timestamp) -> Verdict {
    let deciding: Vec<&Rule> = rules.iter().filter(|rule| rule.decides()).collect();
    for rule in &deciding {
        let seen = seen(rule, looks, course.since);
        if let Some(notice) = failure(rule, &seen, course) {
            return Verdict::Failed { signal: rule.signal.clone(), notice };
        }
    }
    if now < course.until {
        return Verdict::Continue;
    }
    let unproven: Vec<&Rule> = deciding
        .iter()
        .copied()
        .filter(|rule| !proven(rule, &seen(rule, looks, course.since), course))
        .collect();
    // More time proves nothing about a signal that was bad before the release was there.
    let more_time_helps = unproven.iter().any(|rule| !course.baseline.contains(&rule.signal));
    if more_time_helps && !course.extended {
        return Verdict::Extend { until: later(now.max(course.until), course.length) };
    }
    if unproven.is_empty() && !deciding.is_empty() {
        return Verdict::Passed;
    }
    Verdict::PassedUnproven { signals: unproven.into_iter().map(|rule| rule.signal.clone()).collect() }
}

/// Returns the signals that are bad now: what a deployment that starts now must not be blamed for.
pub fn baseline(looks: &[Look]) -> BTreeSet<String> {
    let names: BTreeSet<&String> = looks.iter().map(|look| &look.signal).collect();
    let newest_answer = |name: &String| {
        let mine = looks.iter().filter(|look| look.signal == *name);
        mine.filter(|look| matches!(look.answer, Answer::Ok | Answer::Bad)).max_by_key(|look| look.at)
    };
    let bad = |name: &&String| newest_answer(name).is_some_and(|look| look.answer == Answer::Bad);
    names.into_iter().filter(bad).cloned().collect()
}

/// Returns when to look at the signal again, given the newest look at it.
pub fn due(rule: &Rule, newest: Option<&Look>, since: Timestamp) -> Timestamp {
    match newest {
        None => since,
        Some(look) if look.answer == Answer::Error => later(look.at, rule.every.min(RETRY_AFTER_ERROR)),
        Some(look) => later(look.at, rule.every),
    }
}

/// What a look comes to once the rule has been applied to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Weight {
    Good,
    Bad,
    Nothing,
}

/// Returns the looks of the rule's signal since the watch began, in order, each with its weight.
fn seen<'a>(rule: &Rule, looks: &'a [Look], since: Timestamp) -> Vec<(&'a Look, Weight)> {
    let mut mine: Vec<&Look> =
        looks.iter().filter(|look| look.signal == rule.signal && look.at >= since).collect();
    mine.sort_by_key(|look| look.at);
    let no_data = match rule.on_no_data {
        OnNoData::Ignore => Weight::Good,
        OnNoData::Pause => Weight::Nothing,
        OnNoData::Fail => Weight::Bad,
    };
    let mut errors = 0;
    let weigh = |look: &'a Look| {
        errors = if look.answer == Answer::Error { errors + 1 } else { 0 };
        let weight = match look.answer {
            Answer::Ok => Weight::Good,
            Answer::Bad => Weight::Bad,
            Answer::NoData => no_data,
            Answer::Error if errors % ERRORS_THAT_ARE_NO_DATA == 0 => no_data,
            Answer::Error => Weight::Nothing,
        };
        (look, weight)
    };
    mine.into_iter().map(weigh).collect()
}

/// Returns what to say when the signal was bad often enough in a row.
fn failure(rule: &Rule, seen: &[(&Look, Weight)], course: &Course) -> Option<Notice> {
    if course.baseline.contains(&rule.signal) {
        return None;
    }
    let mut run = 0;
    for (look, weight) in seen {
        run = match weight {
            Weight::Good => 0,
            Weight::Bad => run + 1,
            Weight::Nothing => run,
        };
        if *weight == Weight::Bad && run >= rule.fail_after.max(1) {
            let id = if run == 1 { "TW-D401" } else { "TW-D402" };
            return Some(
                Notice::new(id)
                    .with("signal", &rule.signal)
                    .with("looks", run)
                    .with("at", look.at)
                    .with("evidence", &look.evidence),
            );
        }
    }
    None
}

/// Returns whether the signal was seen good for long enough, and good at the end.
fn proven(rule: &Rule, seen: &[(&Look, Weight)], course: &Course) -> bool {
    let start = earlier(course.until, course.length).max(course.since);
    let answered: Vec<&(&Look, Weight)> = seen
        .iter()
        .filter(|(look, weight)| *weight != Weight::Nothing && look.at >= start && look.at <= course.until)
        .collect();
    let good_at_the_end = answered.last().is_some_and(|(_, weight)| *weight == Weight::Good);
    let good = answered.iter().filter(|(_, weight)| *weight == Weight::Good).count();
    let mostly_good = good * 2 > answered.len();
    let instants = answered.iter().map(|(look, _)| look.at).chain([course.until]);
    let covered = covered(start, instants, rule.every);
    let whole = course.until.duration_since(start).as_nanos();
    good_at_the_end && mostly_good && covered * 100 >= whole * LEAST_COVERED
}

/// Returns how many nanoseconds after `start` are covered by looks.
///
/// A look speaks for the time since the one before, as long as that is not clearly more than the rhythm: half as much
/// again allows for the time that a look itself takes.
fn covered(start: Timestamp, instants: impl Iterator<Item = Timestamp>, every: Duration) -> i128 {
    let every = i128::try_from(every.as_nanos()).unwrap_or(i128::MAX);
    let mut before = start;
    let mut sum = 0;
    for instant in instants {
        let gap = instant.duration_since(before).as_nanos();
        sum += if gap * 2 <= every.saturating_mul(3) { gap } else { every };
        before = instant;
    }
    sum
}

fn later(instant: Timestamp, length: Duration) -> Timestamp {
    instant.checked_add(length).unwrap_or(Timestamp::MAX)
}

fn earlier(instant: Timestamp, length: Duration) -> Timestamp {
    let length = SignedDuration::try_from(length).unwrap_or(SignedDuration::MAX);
    instant.checked_sub(length).unwrap_or(Timestamp::MIN)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The watch of these tests begins here and lasts 100 s, with a look every 10 s.
    fn start() -> Timestamp {
        "2026-11-25T09:00:00Z".parse().unwrap()
    }

    fn second(n: u64) -> Timestamp {
        later(start(), Duration::from_secs(n))
    }

    fn rule() -> Rule {
        Rule {
            signal: "site".to_owned(),
            required: true,
            fail_after: 2,
            dry_run: false,
            every: Duration::from_secs(10),
            on_no_data: OnNoData::Pause,
        }
    }

    fn course() -> Course {
        Course {
            since: start(),
            until: second(100),
            length: Duration::from_secs(100),
            extended: false,
            baseline: BTreeSet::new(),
        }
    }

    fn look(at: u64, sign: char) -> Look {
        let answer = match sign {
            '+' => Answer::Ok,
            'x' => Answer::Bad,
            '?' => Answer::NoData,
            _ => Answer::Error,
        };
        Look { signal: "site".to_owned(), at: second(at), answer, evidence: format!("{sign} at {at}") }
    }

    /// One sign every ten seconds: `+` ok, `x` bad, `?` no data, `!` error, `.` nobody looked.
    fn looks(signs: &str) -> Vec<Look> {
        let signs = signs.chars().enumerate().filter(|(_, sign)| *sign != '.');
        signs.map(|(n, sign)| look(n as u64 * 10, sign)).collect()
    }

    fn word(verdict: &Verdict) -> String {
        match verdict {
            Verdict::Continue => "continue".to_owned(),
            Verdict::Failed { notice, .. } => format!("failed: {}", notice.values["evidence"]),
            Verdict::Passed => "passed".to_owned(),
            Verdict::PassedUnproven { signals } => format!("unproven: {}", signals.join(" ")),
            Verdict::Extend { until } => format!("extend: {}", until.duration_since(start()).as_secs()),
        }
    }

    #[track_caller]
    fn says(signs: &str, now: u64, change: impl Fn(&mut Rule, &mut Course), expected: &str) {
        let (mut rule, mut course) = (rule(), course());
        change(&mut rule, &mut course);
        let verdict = judge(&[rule], &looks(signs), &course, second(now));
        assert_eq!(word(&verdict), expected, "{signs} at {now}");
    }

    fn bad_before(_: &mut Rule, course: &mut Course) {
        course.baseline.insert("site".to_owned());
    }

    #[test]
    fn a_run_of_bad_looks_fails_and_nothing_else_does() {
        let as_is = |_: &mut Rule, _: &mut Course| {};
        says("", 0, as_is, "continue");
        says("++++", 35, as_is, "continue");
        says("++x", 25, as_is, "continue");
        says("+x+x+x", 55, as_is, "continue");
        says("++xx", 35, as_is, "failed: x at 30");
        says("++xx++++", 75, as_is, "failed: x at 30");
        says("xx+++++++++", 100, as_is, "failed: x at 10");
        says("+x!x", 35, as_is, "failed: x at 30");
        says("+x?x", 35, as_is, "failed: x at 30");
        says("+x.....x", 75, as_is, "failed: x at 70");
        says("+!!!", 35, as_is, "continue");
        says("+x", 15, |rule, _| rule.fail_after = 1, "failed: x at 10");
        says("+x", 15, |rule, _| rule.fail_after = 0, "failed: x at 10");
        says("+xx", 25, |rule, _| rule.fail_after = 3, "continue");
    }

    #[test]
    fn only_signals_with_a_say_decide() {
        says("xxxxx", 45, |rule, _| rule.dry_run = true, "continue");
        says("xxxxx", 45, |rule, _| rule.required = false, "continue");
        says("xxxxxxxxxxx", 100, |rule, _| rule.required = false, "unproven: ");
        says("xxxxx", 45, bad_before, "continue");
    }

    #[test]
    fn what_was_bad_before_is_neither_blamed_nor_called_good() {
        says("xxxxxxxxxxx", 100, bad_before, "unproven: site");
        says("xx+++++++++", 100, bad_before, "passed");
    }

    #[test]
    fn the_end_is_green_only_when_enough_was_seen() {
        let as_is = |_: &mut Rule, _: &mut Course| {};
        says("++++++++++", 99, as_is, "continue");
        says("++++++++++", 100, as_is, "passed");
        says("+++++.++++", 100, as_is, "passed");
        says("+++....+++", 100, as_is, "extend: 200");
        says("", 100, as_is, "extend: 200");
        says("+++++++++x", 100, as_is, "extend: 200");
        says("++??????++", 100, as_is, "extend: 200");
        says("++!!!!!!++", 100, as_is, "extend: 200");
        says("++++!+++++", 100, as_is, "passed");
        says("++??????++", 100, |rule, _| rule.on_no_data = OnNoData::Ignore, "passed");
        says("++??", 35, |rule, _| rule.on_no_data = OnNoData::Fail, "failed: ? at 30");
        says("!!!!!!!", 65, |rule, _| rule.on_no_data = OnNoData::Fail, "continue");
        says("!!!!!!!!", 75, |rule, _| rule.on_no_data = OnNoData::Fail, "failed: ! at 70");
    }

    #[test]
    fn a_daemon_that_was_away_watches_on_from_its_return() {
        says("+++", 500, |_, _| {}, "extend: 600");
        let extended = |_: &mut Rule, course: &mut Course| {
            course.extended = true;
            course.until = second(600);
        };
        let back = format!("+++{}++++++++++", ".".repeat(47));
        says(&back, 600, extended, "passed");
        says("+++", 600, extended, "unproven: site");
        says(&format!("+++{}xx", ".".repeat(47)), 520, extended, "failed: x at 510");
    }

    #[test]
    fn quick_retries_do_not_make_up_for_a_gap() {
        let mut dense: Vec<Look> = (0..50).map(|n| look(n, '+')).collect();
        dense.push(look(100, '+'));
        assert_eq!(word(&judge(&[rule()], &dense, &course(), second(100))), "extend: 200");
    }

    #[test]
    fn looks_from_before_the_watch_and_of_other_signals_do_not_count() {
        let early = Look { at: earlier(start(), Duration::from_secs(5)), ..look(0, 'x') };
        let other = Look { signal: "other".to_owned(), ..look(10, 'x') };
        let verdict = judge(&[rule()], &[look(5, 'x'), early, other], &course(), second(20));
        assert_eq!(verdict, Verdict::Continue);
    }

    #[test]
    fn the_order_of_the_looks_does_not_matter() {
        let mut looks = looks("+x+x++++++");
        looks.reverse();
        assert_eq!(judge(&[rule()], &looks, &course(), second(50)), Verdict::Continue);
    }

    #[test]
    fn every_required_signal_must_be_seen() {
        let other = Rule { signal: "logs".to_owned(), ..rule() };
        let extended = Course { extended: true, ..course() };
        let verdict = judge(&[rule(), other], &looks("++++++++++"), &extended, second(100));
        assert_eq!(word(&verdict), "unproven: logs");
    }

    #[test]
    fn the_baseline_is_what_the_newest_answers_say() {
        let named = |signs: &str, name: &str| {
            looks(signs).into_iter().map(|look| Look { signal: name.to_owned(), ..look }).collect::<Vec<_>>()
        };
        let all =
            [named("+x", "bad"), named("x+", "good"), named("x?!", "bad-then-mute"), named("??", "mute")];
        let expected = BTreeSet::from(["bad".to_owned(), "bad-then-mute".to_owned()]);
        assert_eq!(baseline(&all.concat()), expected);
    }

    #[test]
    fn the_next_look_follows_the_rhythm_and_an_error_is_asked_again_sooner() {
        let slow = Rule { every: Duration::from_secs(60), ..rule() };
        assert_eq!(due(&slow, None, start()), start());
        assert_eq!(due(&slow, Some(&look(20, 'x')), start()), second(80));
        assert_eq!(due(&slow, Some(&look(20, '!')), start()), second(30));
        let quick = Rule { every: Duration::from_secs(2), ..rule() };
        assert_eq!(due(&quick, Some(&look(20, '!')), start()), second(22));
    }
}
