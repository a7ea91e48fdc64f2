//! What does the issue of a release say? Everything that is not ours is escaped or quoted.

use jiff::tz::TimeZone;

use crate::domain::command::SHORT_BINDING;
use crate::domain::gate::{Checklist, GateReading, Standing};
use crate::domain::language::Language;
use crate::domain::notice::Notice;
use crate::domain::release::{Approval, Phase, State};
use crate::engine::view::standing_sign;
use crate::messages::{literal, quotation, say};

/// The longest changelog section that is shown: far below what the forge keeps, and more than people read.
const LONGEST_NOTES: usize = 20_000;

/// What an issue is made of.
pub(super) struct Page<'a> {
    pub state: &'a State,
    pub checklist: Option<&'a Checklist>,
    /// What may be asked of it now.
    pub actions: &'a [&'static str],
    /// Whether anybody has to approve.
    pub approvable: bool,
    pub approved: &'a [&'a Approval],
    pub binding: &'a str,
    /// The changelog section.
    pub notes: &'a str,
    /// The page of the release.
    pub link: &'a str,
    pub language: Language,
    pub zone: &'a TimeZone,
    /// Whether people are called by name.
    pub mention: bool,
}

impl Page<'_> {
    /// Returns the text, without the mark.
    pub fn text(&self) -> String {
        let parts = [self.head(), self.gates(), self.checklist(), self.commands(), self.changes()];
        let parts: Vec<String> = parts.into_iter().filter(|part| !part.is_empty()).collect();
        parts.join("\n")
    }

    fn say(&self, notice: &Notice) -> String {
        literal(&say(self.language, &notice.clone().in_zone(self.zone)))
    }

    fn word(&self, id: &str) -> String {
        self.say(&Notice::new(id))
    }

    fn head(&self) -> String {
        let opening = &self.state.opening;
        let facts = match &opening.pusher {
            Some(pusher) => Notice::new("issue-facts-pusher").with("by", pusher),
            None => Notice::new("issue-facts"),
        };
        let facts = facts.with("commit", &opening.commit).with("object", &opening.object);
        format!(
            "**{}**\n\n{} [{}]({})\n",
            self.say(&self.state.headline()),
            self.say(&facts),
            self.word("issue-page"),
            self.link,
        )
    }

    fn gates(&self) -> String {
        let Some(answer) = &self.state.answer else { return String::new() };
        let mut out = format!("### {}\n\n", self.word("issue-gates"));
        for gate in &answer.gates {
            out.push_str(&self.gate(gate));
        }
        out
    }

    fn gate(&self, gate: &GateReading) -> String {
        let sign = match (gate.overridden, standing_sign(gate.standing)) {
            (true, _) => format!("⚠ {}", self.word("issue-passed")),
            (false, (_, sign)) => sign.to_owned(),
        };
        let mut line =
            format!("- {sign} **{}**: {}", literal(&self.gate_name(&gate.gate)), self.say(&gate.reason));
        if gate.standing != Standing::Good && self.state.phase == Phase::Waiting {
            if !gate.who.is_empty() {
                line.push_str(&format!(" {}", self.who_can(&gate.who)));
            }
            if let Some(opens) = gate.opens_at {
                let opens = Notice::new("issue-opens").with("opens_at", opens);
                line.push_str(&format!(" {}", self.say(&opens)));
            }
        }
        // An address of the configuration; a parenthesis in it would end the link.
        if let Some(link) = gate.link.as_ref().filter(|link| plain_link(link)) {
            line.push_str(&format!(" ([{}]({link}))", self.word("issue-evidence")));
        }
        line.push('\n');
        line
    }

    fn gate_name(&self, gate: &str) -> String {
        match gate {
            "tag" | "environment" | "hold" | "approval" | "calendar" | "host" => {
                say(self.language, &Notice::new(&format!("page-gate-{gate}")))
            }
            other => other.to_owned(),
        }
    }

    /// Returns who can open a gate, called by name where that is wanted.
    fn who_can(&self, who: &[String]) -> String {
        let names: Vec<String> = who.iter().map(|who| self.called(who)).collect();
        format!("{} {}.", self.word("issue-can-open"), names.join(", "))
    }

    /// Returns a name of the configuration (`user:…`, `team:…`) as the forge calls it, or as text.
    fn called(&self, who: &str) -> String {
        let name = who.strip_prefix("user:").or_else(|| who.strip_prefix("team:"));
        match name.filter(|name| self.mention && is_name(name)) {
            Some(name) => format!("@{name}"),
            None => literal(who),
        }
    }

    fn checklist(&self) -> String {
        let Some(checklist) = self.checklist else { return String::new() };
        let mut out = format!("### {}\n\n", self.word("issue-checklist"));
        for (name, sentence) in &checklist.items {
            let tick = self.state.ticks.get(name);
            let good = tick.is_some_and(|tick| tick.good);
            let said = tick.map(|tick| {
                let id = if tick.good { "issue-ticked" } else { "issue-ticked-faulty" };
                let said = self.say(&Notice::new(id).with("by", &tick.by).with("at_at", tick.at));
                let note = tick.note.as_deref().map(|note| format!(": {}", literal(note)));
                format!(" ({said}{})", note.unwrap_or_default())
            });
            let mark = if good { 'x' } else { ' ' };
            let said = said.unwrap_or_default();
            out.push_str(&format!("- [{mark}] **{}** {}{said}\n", literal(name), literal(sentence)));
        }
        if self.state.phase == Phase::Waiting {
            let rows = [("/signoff ITEM…", "issue-do-tick"), ("/signoff", "issue-do-signoff")];
            out.push_str(&format!("\n{}\n\n{}", self.word("issue-checklist-hint"), self.rows(&rows)));
        }
        out
    }

    fn commands(&self) -> String {
        let short = self.binding.get(..SHORT_BINDING).unwrap_or(self.binding);
        let approve = format!("/approve {short}");
        let mut rows: Vec<(&str, &str)> = Vec::new();
        for action in self.actions {
            match *action {
                "approve" if self.approvable => rows.push((&approve, "issue-do-approve")),
                "deny" => rows.push(("/deny REASON", "issue-do-deny")),
                "withdraw" => rows.push(("/withdraw REASON", "issue-do-withdraw")),
                "hold" => rows.push(("/hold REASON", "issue-do-hold")),
                "lift" => rows.push(("/lift", "issue-do-lift")),
                "override" => rows.push(("/override GATE REASON", "issue-do-override")),
                "confirm-override" => rows.push(("/confirm GATE", "issue-do-confirm")),
                "rollback" => rows.push(("/rollback REASON", "issue-do-rollback")),
                _ => {}
            }
        }
        if rows.is_empty() {
            return String::new();
        }
        let approved: Vec<&str> = self.approved.iter().map(|approval| approval.by.as_str()).collect();
        let approved = match (approved.is_empty(), self.state.phase) {
            (false, Phase::Waiting) => {
                let who = Notice::new("issue-approvals").with("who", approved.join(", "));
                format!("{}\n\n", self.say(&who))
            }
            _ => String::new(),
        };
        format!(
            "### {}\n\n{approved}{}\n\n{}",
            self.word("issue-decide"),
            self.word("issue-decide-hint"),
            self.rows(&rows),
        )
    }

    fn rows(&self, rows: &[(&str, &str)]) -> String {
        rows.iter().map(|(command, id)| format!("- `{command}` {}\n", self.word(id))).collect()
    }

    /// Returns the changelog section; last, so that nothing in it can swallow what is ours.
    fn changes(&self) -> String {
        if self.notes.trim().is_empty() {
            return String::new();
        }
        let notes: String = self.notes.trim().chars().take(LONGEST_NOTES).collect();
        format!("### {}\n\n{}", self.word("issue-changes"), quotation(&notes))
    }
}

/// Returns whether a name, or two with a stroke between them, is one that the forge can call.
fn is_name(name: &str) -> bool {
    name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'/'))
}

/// Returns whether an address can stand in a link without ending it.
fn plain_link(link: &str) -> bool {
    (link.starts_with("http://") || link.starts_with("https://"))
        && link.bytes().all(|byte| byte.is_ascii_graphic() && !b"()<>\\`\"".contains(&byte))
}
