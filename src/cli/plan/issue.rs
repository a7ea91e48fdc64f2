//! The plan as Markdown, for the issue in which a team prepares a release.
//!
//! Foreign text stands in code spans: there it can neither call people, nor link, nor become HTML.

use super::Plan;
use super::text::{grouped, heading, headline, steps};
use crate::cli::terminal::Terminal;
use crate::domain::notice::Notice;
use crate::domain::proposal::{Because, Commit};
use crate::messages::safe;

/// Returns the Markdown.
pub(super) fn issue(plan: &Plan<'_>, terminal: &Terminal) -> String {
    let say = |notice: &Notice| terminal.say(notice);
    let sight = plan.sight;
    let mut out = format!("## {}\n\n", code_free(&say(&headline(plan))));
    for rule in &sight.proposal.rules {
        out.push_str(&format!("{}\n", code_free(&say(rule))));
    }
    if !sight.proposal.because.is_empty() {
        out.push_str(&format!("\n### {}\n\n", say(&Notice::new("plan-because"))));
        for because in &sight.proposal.because {
            out.push_str(&match because {
                Because::Commit { place, mark } => {
                    let mark = mark.as_ref().filter(|mark| **mark != sight.commits[*place].subject);
                    let mark = mark.map(|mark| format!(": {}", span(mark))).unwrap_or_default();
                    format!("- {}{mark}\n", commit(&sight.commits[*place]))
                }
                Because::Changelog { line, text } => {
                    let at = say(&Notice::new("plan-line").with("line", line));
                    format!("- {at}: {}\n", span(text))
                }
            });
        }
    }
    for (group, commits) in grouped(plan) {
        out.push_str(&format!("\n### {}\n\n", say(&heading(group))));
        commits.iter().for_each(|one| out.push_str(&format!("- {}\n", commit(one))));
    }
    changelog(plan, terminal, &mut out);
    checklist(plan, terminal, &mut out);
    out
}

fn changelog(plan: &Plan<'_>, terminal: &Terminal, out: &mut String) {
    let sight = plan.sight;
    let Some(comparison) = &sight.comparison else { return };
    let mut lines = Vec::new();
    for (places, id) in [(&comparison.missing, "plan-missing"), (&comparison.unclear, "plan-unclear")] {
        if !places.is_empty() {
            lines.push(format!("- {}", terminal.say(&Notice::new(id))));
            lines.extend(places.iter().map(|place| format!("  - {}", commit(&sight.commits[*place]))));
        }
    }
    for one in &comparison.unknown {
        let at = terminal.say(&Notice::new("plan-unknown-at").with("line", one.line));
        lines.push(format!("- {at} {}", span(&one.text)));
    }
    if !lines.is_empty() {
        let title = terminal.say(&Notice::new("plan-title-changelog"));
        out.push_str(&format!("\n### {title}\n\n{}\n", lines.join("\n")));
    }
}

fn checklist(plan: &Plan<'_>, terminal: &Terminal, out: &mut String) {
    let warnings = &plan.sight.warnings;
    let steps = steps(plan);
    if warnings.is_empty() && steps.is_empty() {
        return;
    }
    out.push_str(&format!("\n### {}\n\n", terminal.say(&Notice::new("plan-title-checklist"))));
    for warning in warnings {
        out.push_str(&format!("- [ ] {} ({})\n", code_free(&terminal.say(warning)), warning.id));
    }
    for step in steps {
        out.push_str(&format!("- [ ] {}\n", span(&step)));
    }
    if let Some((slot, zone)) = plan.outlook.next_slot() {
        let slot = slot.to_zoned_datetime(zone.clone()).to_string();
        out.push_str(&format!("\n{}\n", terminal.say(&Notice::new("plan-slot").with("slot_at", slot))));
    }
}

fn commit(commit: &Commit) -> String {
    format!("{} {} {}", commit.id.short(), span(&commit.subject), span(&commit.author))
}

/// Returns a text as a code span that it cannot leave.
fn span(text: &str) -> String {
    let text = safe(text);
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest + 1);
    let pad = if text.starts_with('`') || text.ends_with('`') || text.trim().is_empty() { " " } else { "" };
    format!("{fence}{pad}{text}{pad}{fence}")
}

/// Returns a sentence of ours in which foreign values were filled in, with everything that Markdown would read escaped.
fn code_free(sentence: &str) -> String {
    let mut out = String::with_capacity(sentence.len());
    for character in sentence.chars() {
        if matches!(
            character,
            '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '#' | '|' | '!' | '@' | '~' | '&'
        ) {
            out.push('\\');
        }
        out.push(character);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::{code_free, span};

    #[test]
    fn foreign_text_stays_in_its_span_and_calls_nobody() {
        assert_eq!(span("feat: a page"), "`feat: a page`");
        assert_eq!(span("a `b` c"), "``a `b` c``");
        assert_eq!(span("`"), "`` ` ``");
        assert_eq!(span("x\ny"), "`x\\u{a}y`");
        assert_eq!(code_free("ask @ana <b>"), "ask \\@ana \\<b\\>");
    }
}
