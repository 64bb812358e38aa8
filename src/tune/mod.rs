//! What a judgement proposes, as edits to the program's text that its owner may apply.
//!
//! ```text
//! sources, program, evaluation ─ propose ─► edits with their reasons ─ confirm ─► what the edited program does differently
//! ```
//!
//! Only the tokens that change are touched. The reason stands above them as a comment that begins with `# tune`; the comment of an
//! earlier judgement is replaced. A file that was in the standard layout stays in it, for which neighbouring rows may move.

mod comment;
mod declared;
mod revise;
mod share;
mod solve;
mod strategy;
#[cfg(test)]
mod tests;

use crate::diag::{Edit, Language};
use crate::evaluate::evaluation::{Evaluation, Proposal, TrialReport, Words};
use crate::ir::{Program, Terms};
use crate::source::{FileId, Sources, Span};
use declared::Declared;
use std::collections::BTreeMap;

/// What the proposals of a judgement become.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Tuned {
    pub changes: Vec<Change>,
    /// Proposals that are no edit, with the reason.
    pub left: Vec<Left>,
    /// The new text of every file that changes.
    pub texts: BTreeMap<FileId, String>,
}

/// One clause or declaration that changes.
#[derive(Debug, Clone, PartialEq)]
pub struct Change {
    /// The trials whose proposals it carries out.
    pub trial: String,
    pub kind: ChangeKind,
    /// `wake 45% → 60%, control 10% → 5%`
    pub summary: String,
    pub because: Vec<Words>,
    /// Customers and day of the next decision.
    pub next_units: Option<f64>,
    pub next_date: Option<String>,
    /// The clause or declaration above which the reason stands.
    pub clause: Span,
    pub edits: Vec<Edit>,
    /// Strategies and what their arms are to be: name and share in basis points.
    pub aim: Vec<(String, Vec<(String, u32)>)>,
}

/// What a change is made to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChangeKind {
    Arms,
    Param,
    Runs,
}

impl ChangeKind {
    /// Stable word for files; never translated.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            ChangeKind::Arms => "arms",
            ChangeKind::Param => "param",
            ChangeKind::Runs => "runs",
        }
    }
}

/// A proposal that is no edit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Left {
    pub trial: String,
    /// Arm or param.
    pub what: String,
    pub reason: Words,
}

/// Turns the proposals of a judgement into edits. `entries` is how many of the sources, from the first, are entry files; the
/// comments are written in `language`.
#[must_use]
pub fn propose(sources: &Sources, entries: usize, program: &Program, evaluation: &Evaluation, language: Language) -> Tuned {
    let declared = Declared::read(sources, entries);
    let mut tuned = Tuned::default();
    for report in &evaluation.trials {
        let terms = program.trials.iter().find(|trial| trial.name == report.name).map_or_else(Terms::default, |trial| trial.terms.clone());
        let context = Context { sources, declared: &declared, program, report, terms, as_of: &evaluation.as_of };
        let mut of_arms = Vec::new();
        for proposal in &report.proposals {
            match proposal.slug.as_str() {
                "keep" => {}
                "param" => context.param(proposal, &mut tuned),
                "shares" | "stop" | "ship" => of_arms.push(proposal),
                other => tuned.left.push(context.left(&proposal.what, unknown_kind(other))),
            }
        }
        if !of_arms.is_empty() {
            context.arms(&of_arms, &mut tuned);
        }
    }
    tuned.texts = revise::texts(sources, &tuned.changes, evaluation, language);
    tuned
}

/// What the edited program does beyond what was proposed: strategies whose arms change with a param they share.
///
/// # Errors
/// An edit without its effect: an overlay sets the param, say.
pub fn confirm(before: &Program, after: &Program, tuned: &Tuned) -> Result<Vec<Words>, Left> {
    let arms = |program: &Program, name: &str| -> Option<Vec<(String, u32)>> {
        let strategy = program.strategies.iter().find(|strategy| strategy.name == name)?;
        Some(strategy.arms.iter().map(|arm| (arm.name.clone(), arm.share)).collect())
    };
    let aims: Vec<_> = tuned.changes.iter().flat_map(|change| change.aim.iter().map(move |aim| (change, aim))).collect();
    for (change, (strategy, aim)) in &aims {
        if arms(after, strategy).as_ref() != Some(aim) {
            let reason = Words::new(
                "the edit would not give these shares; an overlay may set the param they are made of",
                "修改后占比仍不是提议的数值；所用参数可能由覆盖层设置",
            );
            return Err(Left { trial: change.trial.clone(), what: change.summary.clone(), reason });
        }
    }
    let others = before.strategies.iter().filter(|strategy| !aims.iter().any(|(_, (name, _))| *name == strategy.name));
    let moved = others.filter(|strategy| arms(after, &strategy.name) != arms(before, &strategy.name));
    let note = |name: &str| {
        Words::new(
            format!("the arms of `{name}` change too, because they use the same param"),
            format!("`{name}` 的分组也会改变，因为用了同一个参数"),
        )
    };
    Ok(moved.map(|strategy| note(&strategy.name)).collect())
}

/// One trial whose proposals are carried out.
struct Context<'a> {
    sources: &'a Sources,
    declared: &'a Declared,
    program: &'a Program,
    report: &'a TrialReport,
    terms: Terms,
    as_of: &'a str,
}

impl Context<'_> {
    fn left(&self, what: &str, reason: Words) -> Left {
        Left { trial: self.report.name.clone(), what: what.to_owned(), reason }
    }

    /// An empty change with the reasons of proposals.
    fn change(&self, kind: ChangeKind, proposals: &[&Proposal], clause: Span, summary: String) -> Change {
        let mut because: Vec<Words> = Vec::new();
        for proposal in proposals {
            if !because.contains(&proposal.because) {
                because.push(proposal.because.clone());
            }
        }
        Change {
            trial: self.report.name.clone(),
            kind,
            summary,
            because,
            next_units: proposals.iter().find_map(|proposal| proposal.next_units.known()),
            next_date: proposals.iter().find_map(|proposal| proposal.next_date.clone()),
            clause,
            edits: Vec::new(),
            aim: Vec::new(),
        }
    }

    /// A param gets another value inside its range.
    fn param(&self, proposal: &Proposal, tuned: &mut Tuned) {
        let Some(param) = self.declared.param(&proposal.what) else {
            let reason = Words::new("no param of this name stands in the program's own files", "程序自己的文件里没有这个参数");
            tuned.left.push(self.left(&proposal.what, reason));
            return;
        };
        if let Some((low, high)) = self.declared.outside(&param, &proposal.to, self.sources) {
            tuned.left.push(self.left(&proposal.what, out_of_range(&proposal.what, &proposal.to, &low, &high)));
            return;
        }
        let summary = format!("{} {} → {}", proposal.what, param.written(self.sources), proposal.to);
        let mut change = self.change(ChangeKind::Param, &[proposal], param.item, summary);
        change.edits.push(Edit { span: declared::trimmed(self.sources, param.value.span), replacement: proposal.to.clone() });
        self.add(change, tuned);
    }

    /// Keeps a change, or joins it with one of the same place; two that disagree are both left as they are.
    fn add(&self, change: Change, tuned: &mut Tuned) {
        let Some(known) = tuned.changes.iter_mut().find(|known| known.clause == change.clause) else {
            tuned.changes.push(change);
            return;
        };
        if known.edits != change.edits {
            let reason = Words::new("two proposals ask for different values of the same place", "两项提议对同一处给出不同的值");
            tuned.left.push(self.left(&change.summary, reason));
            return;
        }
        known.trial = format!("{}, {}", known.trial, change.trial);
        known.because.extend(change.because);
        known.aim.extend(change.aim);
    }
}

/// Why a value is not proposed.
fn out_of_range(name: &str, value: &str, low: &str, high: &str) -> Words {
    Words::new(
        format!("`{name}` would have to be {value}, and its range {low} .. {high} forbids that"),
        format!("`{name}` 需要取 {value}，超出它的范围 {low} .. {high}"),
    )
}

fn unknown_kind(slug: &str) -> Words {
    Words::new(format!("this version of strat knows no proposal `{slug}`"), format!("这个版本的 strat 不认识提议 `{slug}`"))
}

/// Customers of the next decision for people: `4,200`.
fn grouped(number: f64) -> String {
    let digits = format!("{:.0}", number.max(0.0).ceil());
    let mut out = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}
