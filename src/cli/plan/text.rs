//! The plan for a person at a terminal: the answer first, then why, then everything else.

use super::Plan;
use crate::cli::terminal::Terminal;
use crate::domain::gate::Standing;
use crate::domain::notice::Notice;
use crate::domain::proposal::{Because, Commit, Group};
use crate::messages::{self, safe};

/// Lines in the person's language.
pub(super) struct Lines<'a> {
    terminal: &'a Terminal,
    text: String,
}

impl<'a> Lines<'a> {
    fn new(terminal: &'a Terminal) -> Self {
        Self { terminal, text: String::new() }
    }

    fn say(&mut self, depth: usize, notice: &Notice) {
        let said = self.terminal.say(notice);
        self.raw(depth, &said);
    }

    /// Adds a line that is safe already.
    fn raw(&mut self, depth: usize, line: &str) {
        self.text.push_str(&"  ".repeat(depth));
        self.text.push_str(line);
        self.text.push('\n');
    }
}

/// Returns the plan in words.
pub(super) fn text(plan: &Plan<'_>, terminal: &Terminal) -> String {
    let mut lines = Lines::new(terminal);
    answer(plan, &mut lines);
    because(plan, &mut lines);
    commits(plan, &mut lines);
    candidates(plan, &mut lines);
    changelog(plan, &mut lines);
    hotfixes(plan, &mut lines);
    outlook(plan, &mut lines);
    todo(plan, &mut lines);
    lines.text
}

/// Returns the first sentence: what comes next.
pub(super) fn headline(plan: &Plan<'_>) -> Notice {
    let sight = plan.sight;
    let last = sight.standpoint.base.as_ref().map(|base| plan.tag(base));
    match (&sight.proposal.next, &sight.proposal.bump, last) {
        (Some(next), Some(bump), Some(last)) => {
            Notice::new("plan-next").with("next", plan.tag(next)).with("bump", bump.name()).with("last", last)
        }
        (Some(next), _, _) => Notice::new("plan-first").with("next", plan.tag(next)),
        (None, _, Some(last)) if sight.commits.is_empty() => Notice::new("plan-nothing").with("last", last),
        (None, _, _) => Notice::new("plan-impossible").with("commit", sight.head.short()),
    }
}

fn answer(plan: &Plan<'_>, lines: &mut Lines<'_>) {
    lines.say(0, &headline(plan));
    for rule in &plan.sight.proposal.rules {
        lines.say(1, rule);
    }
    if let Some(newest) = &plan.sight.proposal.series {
        lines.say(1, &Notice::new("plan-series").with("newest", plan.tag(newest)));
    }
}

/// Returns a commit on one line.
pub(super) fn one_line(commit: &Commit) -> String {
    format!("{} {} ({})", commit.id.short(), safe(&commit.subject), safe(&commit.author))
}

fn because(plan: &Plan<'_>, lines: &mut Lines<'_>) {
    let because = &plan.sight.proposal.because;
    if because.is_empty() {
        return;
    }
    lines.say(0, &Notice::new("plan-because"));
    for one in because {
        match one {
            Because::Commit { place, mark } => {
                let commit = &plan.sight.commits[*place];
                lines.raw(1, &one_line(commit));
                if let Some(mark) = mark.as_ref().filter(|mark| **mark != commit.subject) {
                    lines.raw(2, &safe(mark));
                }
            }
            Because::Changelog { line, text } => {
                lines.say(1, &Notice::new("plan-because-line").with("line", line).with("text", text));
            }
        }
    }
}

/// Returns the commits of each group that has any.
pub(super) fn grouped<'a>(plan: &Plan<'a>) -> Vec<(Group, Vec<&'a Commit>)> {
    let sight = plan.sight;
    let of = |group: Group| {
        let all = sight.commits.iter().zip(&sight.proposal.effects);
        all.filter(|(_, effect)| effect.group == group).map(|(commit, _)| commit).collect::<Vec<_>>()
    };
    Group::ALL
        .into_iter()
        .map(|group| (group, of(group)))
        .filter(|(_, commits)| !commits.is_empty())
        .collect()
}

/// Returns the heading of a group.
pub(super) fn heading(group: Group) -> Notice {
    Notice::new(match group {
        Group::Breaking => "plan-group-breaking",
        Group::Features => "plan-group-features",
        Group::Fixes => "plan-group-fixes",
        Group::Reverts => "plan-group-reverts",
        Group::Rest => "plan-group-rest",
        Group::Other => "plan-group-other",
        Group::Merges => "plan-group-merges",
        Group::TakenBack => "plan-group-taken-back",
    })
}

fn commits(plan: &Plan<'_>, lines: &mut Lines<'_>) {
    let count = plan.sight.commits.len();
    if count == 0 {
        return;
    }
    lines.say(0, &Notice::new("plan-commits").with("count", count));
    for (group, commits) in grouped(plan) {
        lines.say(1, &heading(group));
        commits.iter().for_each(|commit| lines.raw(2, &one_line(commit)));
    }
}

fn candidates(plan: &Plan<'_>, lines: &mut Lines<'_>) {
    let shown: Vec<String> = plan
        .sight
        .proposal
        .candidates
        .iter()
        .filter(|one| one.allowed)
        .map(|one| format!("{} ({})", plan.tag(&one.version), one.level.name()))
        .collect();
    if !shown.is_empty() {
        lines.say(0, &Notice::new("plan-candidates").with("all", shown.join(", ")));
    }
}

fn changelog(plan: &Plan<'_>, lines: &mut Lines<'_>) {
    let sight = plan.sight;
    let (Some(pending), Some(comparison)) = (&sight.pending, &sight.comparison) else { return };
    let path = plan.desk.rules.policy.changelog.as_deref().unwrap_or_default();
    lines.say(0, &Notice::new("plan-changelog").with("path", path).with("count", pending.entries.len()));
    for (version, line) in &pending.ready {
        lines.say(1, &Notice::new("plan-changelog-ready").with("version", version).with("line", line));
    }
    for (places, id) in [(&comparison.missing, "plan-missing"), (&comparison.unclear, "plan-unclear")] {
        if !places.is_empty() {
            lines.say(1, &Notice::new(id));
            places.iter().for_each(|place| lines.raw(2, &one_line(&sight.commits[*place])));
        }
    }
    for one in &comparison.unknown {
        lines.say(1, &Notice::new("plan-unknown").with("line", one.line).with("text", &one.text));
    }
    for one in &comparison.misfiled {
        let notice = Notice::new("plan-misfiled").with("line", one.line).with("text", &one.text);
        let commit = sight.commits[one.commit].id.short();
        lines.say(1, &notice.with("group", &one.group).with("expected", one.expected).with("commit", commit));
    }
}

fn hotfixes(plan: &Plan<'_>, lines: &mut Lines<'_>) {
    for line in &plan.sight.lines {
        let base = line.base.as_ref().map(|base| plan.tag(base)).unwrap_or_default();
        let notice = match &line.next {
            Some(next) => Notice::new("plan-hotfix-line").with("next", plan.tag(next)),
            None if line.lawful => Notice::new("plan-hotfix-line-full"),
            None => Notice::new("plan-hotfix-line-loose").with("main", &plan.desk.rules.policy.main),
        };
        lines.say(0, &notice.with("branch", &line.branch).with("base", base));
    }
    for one in &plan.sight.lacking {
        lines.say(0, &Notice::new("plan-lacking").with("tag", plan.tag(&one.version)));
        for (id, subject) in &one.commits {
            lines.raw(1, &format!("{} {}", id.short(), safe(subject)));
        }
    }
}

fn outlook(plan: &Plan<'_>, lines: &mut Lines<'_>) {
    let outlook = plan.outlook;
    for (environment, _, answer) in &outlook.places {
        lines.say(0, &Notice::new("plan-gates").with("environment", environment));
        for gate in &answer.gates {
            let sign = match gate.standing {
                Standing::Good => "✓",
                Standing::Bad => "✗",
                Standing::Unknown => "?",
            };
            let said = messages::say(lines.terminal.language, &gate.reason);
            lines.raw(1, &format!("{sign} {}: {said}", safe(&gate.gate)));
        }
    }
    if let Some((slot, zone)) = outlook.next_slot() {
        let slot = slot.to_zoned_datetime(zone.clone()).to_string();
        lines.say(0, &Notice::new("plan-slot").with("slot_at", slot));
    }
    if let Some(away) = &outlook.away {
        let why = messages::say(lines.terminal.language, away);
        lines.say(0, &Notice::new("plan-offline").with("why", why));
    }
}

/// Returns the commands that lead to the release from here.
pub(super) fn steps(plan: &Plan<'_>) -> Vec<String> {
    let sight = plan.sight;
    let Some(next) = &sight.proposal.next else { return Vec::new() };
    let ready =
        sight.pending.as_ref().is_none_or(|pending| pending.ready.iter().any(|(version, _)| version == next));
    let mut steps = Vec::new();
    if !ready {
        steps.push(format!("tagwarden changelog release {next}"));
    }
    // A commit for the changelog is made here and has to be pushed as well.
    let branch = if !ready || sight.unpushed.is_some() { " --with-branch" } else { "" };
    steps.push(format!("tagwarden tag {}{branch}", plan.tag(next)));
    steps
}

fn todo(plan: &Plan<'_>, lines: &mut Lines<'_>) {
    let steps = steps(plan);
    if !steps.is_empty() {
        lines.say(0, &Notice::new("plan-steps"));
        steps.iter().for_each(|step| lines.raw(1, step));
    }
}
