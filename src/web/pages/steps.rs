//! The steps of a deployment and of the way back: where, since when, how long, and what came of them.

use maud::{Markup, html};

use crate::engine::view::{ReleaseView, StepView};
use crate::messages::safe;
use crate::web::encoding::encode;
use crate::web::pages::reader::Reader;
use crate::web::pages::sign;

/// Returns the section, or nothing while there is no plan.
pub fn steps(reader: &Reader<'_>, view: &ReleaseView) -> Markup {
    let forth: Vec<&StepView> = view.steps.iter().filter(|step| step.direction == "do").collect();
    let back: Vec<&StepView> = view.steps.iter().filter(|step| step.direction != "do").collect();
    html! {
        section id="steps" data-live hidden[view.steps.is_empty()] aria-labelledby="steps-title" {
            h2 id="steps-title" { (reader.text("page-steps")) }
            (table(reader, view, &forth))
            @if !back.is_empty() {
                h3 { (reader.text("page-steps-back")) }
                (table(reader, view, &back))
            }
        }
    }
}

fn table(reader: &Reader<'_>, view: &ReleaseView, steps: &[&StepView]) -> Markup {
    html! {
        @if !steps.is_empty() {
            ol.card.steps { @for step in steps { (one(reader, view, step)) } }
        }
    }
}

fn one(reader: &Reader<'_>, view: &ReleaseView, step: &StepView) -> Markup {
    let log = format!("/releases/{}/steps/{}", view.row.id, encode(&step.key));
    html! {
        li class=(if step.state == "planned" { "step planned" } else { "step" }) {
            div.head {
                strong { (safe(&step.name)) }
                (sign::step(reader.voice, step.state))
            }
            p.facts {
                span { (step.host) }
                (times(reader, step))
                @if !step.key.is_empty() {
                    span { a href=(log) { (reader.text("page-log")) } }
                    span { a href={ (log) "/log.txt" } { (reader.text("page-log-text")) } }
                }
            }
            @if let Some(outcome) = &step.outcome {
                @let worded = reader.word(outcome);
                p.outcome { (worded.what) @if let Some(hint) = worded.hint { span.hint { " " (hint) } } }
            }
        }
    }
}

/// Returns when a step ran, and for how long.
pub fn times(reader: &Reader<'_>, step: &StepView) -> Markup {
    html! {
        @if let Some(started) = step.started_at {
            span { (reader.precise(started)) }
            @match step.ended_at {
                Some(ended) => span { (reader.took(started, ended)) },
                None => span { (reader.text("page-for")) " " (reader.took(started, reader.now)) },
            }
        }
        @if step.state == "done" { span { (reader.text("page-status-zero")) } }
    }
}
