//! 12 What we propose: edits to the program, applied by nobody but its owner.

use super::super::markup::Markup;
use super::rendered;
use super::scene::Scene;
use crate::evaluate::evaluation::Proposal;
use askama::Template;

struct ProposalView {
    kind: Markup,
    what: Markup,
    from: Markup,
    to: Markup,
    because: Markup,
    next: Markup,
}

#[derive(Template)]
#[template(path = "proposals.html")]
struct ProposalsPage {
    lead: &'static str,
    was: &'static str,
    becomes: &'static str,
    proposals: Vec<ProposalView>,
}

fn kind(scene: &Scene<'_>, slug: &str) -> Markup {
    match slug {
        "shares" => Markup::text(scene.say("shares", "调整占比")),
        "param" => Markup::text(scene.say("param", "调整参数")),
        "stop" => Markup::text(scene.say("stop", "停止")),
        "ship" => Markup::text(scene.say("ship", "推广")),
        "keep" => Markup::text(scene.say("keep", "保持")),
        other => Markup::name(other),
    }
}

/// When and on how many customers it is decided next.
fn next(scene: &Scene<'_>, proposal: &Proposal) -> Markup {
    let units = proposal.next_units.known().map(|units| scene.voice.count(units.max(0.0).ceil() as u64));
    let words = match (units, &proposal.next_date, scene.voice.chinese()) {
        (Some(units), Some(date), false) => format!("Next decision on {date}, with {units} more customers"),
        (Some(units), Some(date), true) => format!("下次决策：{date}，再需 {units} 位客户"),
        (Some(units), None, false) => format!("Next decision after {units} more customers"),
        (Some(units), None, true) => format!("下次决策：再需 {units} 位客户之后"),
        (None, Some(date), false) => format!("Next decision on {date}"),
        (None, Some(date), true) => format!("下次决策：{date}"),
        (None, None, _) => return Markup::default(),
    };
    Markup::text(&words)
}

/// The section's content.
#[must_use]
pub fn content(scene: &Scene<'_>) -> Markup {
    if scene.trial.proposals.is_empty() {
        return Markup::default();
    }
    let view = |proposal: &Proposal| ProposalView {
        kind: kind(scene, &proposal.slug),
        what: Markup::label(Some(&scene.arm(&proposal.what)), &proposal.what),
        from: Markup::text(&proposal.from),
        to: Markup::text(&proposal.to),
        because: scene.words(&proposal.because),
        next: next(scene, proposal),
    };
    rendered(&ProposalsPage {
        lead: scene.say(
            "Edits to the .strat file; nothing is applied until its owner does it (strat tune writes the patch).",
            "对 .strat 文件的修改建议；由负责人确认后才会生效（strat tune 会写出补丁）。",
        ),
        was: scene.say("now", "现在"),
        becomes: scene.say("proposed", "建议"),
        proposals: scene.trial.proposals.iter().map(view).collect(),
    })
}
