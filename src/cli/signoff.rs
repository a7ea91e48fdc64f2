//! `tagwarden signoff`: shows the checklist of a release, ticks its items and signs for all of them.

use serde_json::json;

use crate::cli::ask;
use crate::cli::decide::{self, Target};
use crate::cli::exit::{Exit, Failure};
use crate::cli::seen::{self, Checklist, Item, View};
use crate::cli::table::{Cell, Table, Tone};
use crate::cli::terminal::Terminal;
use crate::domain::notice::Notice;

/// What may be typed after `signoff`.
#[derive(Debug, clap::Args)]
#[command(before_help = "Examples:
  tagwarden signoff v1.4.2
  tagwarden signoff v1.4.2 --item login --item share
  tagwarden signoff v1.4.2 --item hours --faulty --note \"see issue 41\"
  tagwarden signoff v1.4.2 --all --sign

Without options it shows the checklist. The signature is refused while an item is open or faulty.")]
pub struct Args {
    #[command(flatten)]
    target: Target,
    /// An item that was tried; may stand several times
    #[arg(long, value_name = "NAME")]
    item: Vec<String>,
    /// All items were tried, and all are well
    #[arg(long, conflicts_with_all = ["item", "faulty"])]
    all: bool,
    /// The item is faulty; say how with --note
    #[arg(long, requires = "item", requires = "note")]
    faulty: bool,
    /// What to note, or a link
    #[arg(long, value_name = "TEXT")]
    note: Option<String>,
    /// Sign for the whole checklist
    #[arg(long)]
    sign: bool,
}

/// Asks for it.
///
/// # Errors
/// The person may not, an item is open, or the daemon cannot be asked.
pub fn run(args: &Args, terminal: &Terminal) -> Result<Exit, Failure> {
    let shown = ask::ask(terminal, None, "show", json!({ "release": args.target.release }))?;
    if args.item.is_empty() && !args.all && !args.sign {
        if args.target.json {
            terminal.json(&shown["checklist"])?;
            return Ok(Exit::Ok);
        }
        return list(&ask::read(shown)?, terminal);
    }
    let token = args.target.identity.token(terminal)?;
    let view: View = ask::read(shown)?;
    let id = view.row.id.to_string();
    let items: Vec<String> = match (&view.checklist, args.all) {
        (Some(checklist), true) => checklist.items.iter().map(|item| item.name.clone()).collect(),
        (None, true) => return Err(no_checklist(&view)),
        (_, false) => args.item.clone(),
    };
    let mut answer = None;
    for item in &items {
        let asked = json!({ "release": id, "item": item, "good": !args.faulty, "note": args.note });
        answer = Some(ask::ask(terminal, Some(token.clone()), "tick", asked)?);
    }
    if args.sign {
        let asked = json!({ "release": id, "note": args.note });
        answer = Some(ask::ask(terminal, Some(token), "sign-off", asked)?);
    }
    let done = if args.sign { "term-done-sign-off" } else { "term-done-tick" };
    decide::told(answer.unwrap_or_default(), args.target.json, done, terminal)
}

fn no_checklist(view: &View) -> Failure {
    Failure::new(Exit::Conflict, Notice::new("TW-P021").with("environment", &view.row.environment))
}

fn list(view: &View, terminal: &Terminal) -> Result<Exit, Failure> {
    let Some(checklist) = &view.checklist else { return Err(no_checklist(view)) };
    terminal.print(&lines(checklist, view, terminal).join("\n"))?;
    let signed = checklist.signed.is_some();
    Ok(if signed { Exit::Ok } else { Exit::Waiting })
}

/// Returns the items with what people found, and the signature.
pub fn lines(checklist: &Checklist, view: &View, terminal: &Terminal) -> Vec<String> {
    let zone = view.row.zone();
    let mut table = Table::default();
    for item in &checklist.items {
        table.row([mark(item, terminal), Cell::foreign(&item.name), Cell::foreign(&item.text)]);
        if let Some(tick) = &item.tick {
            let when = seen::moment(tick.at, &zone, view.now, terminal);
            let note = tick.note.clone().unwrap_or_default();
            table.below(2, Cell::foreign(format!("{} · {when} · {note}", tick.by).trim_end_matches(" · ")));
        }
    }
    let mut lines = table.lines("  ", terminal);
    let notice = match &checklist.signed {
        Some(signed) => Notice::new("page-signed-by").with("who", &signed.by),
        None => Notice::new("page-unsigned").with("who", checklist.who.join(", ")),
    };
    lines.push(format!("  {}", terminal.say(&notice)));
    lines
}

fn mark(item: &Item, terminal: &Terminal) -> Cell {
    let (sign, word, tone) = match &item.tick {
        None => ("○", "page-item-open", Tone::Open),
        Some(tick) if tick.good => ("✓", "page-item-good", Tone::Good),
        Some(_) => ("✗", "page-item-faulty", Tone::Bad),
    };
    Cell::new(format!("{sign} {}", terminal.say(&Notice::new(word)))).toned(tone)
}
