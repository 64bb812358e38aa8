//! Arms of strategies and comparisons, and the end of a strategy.

use super::declared::{Declared, Module, decimals, trimmed};
use super::share::{self, ArmNow};
use super::solve::{self, Linear};
use super::{ChangeKind, Context, Tuned, out_of_range};
use crate::diag::Edit;
use crate::evaluate::evaluation::{Proposal, Words};
use crate::source::Span;
use crate::syntax::ast;
use chrono::{NaiveDateTime, TimeDelta};

/// The name under which a strategy's subjects are assigned.
fn experiment_name(strategy: &ast::Strategy) -> &str {
    let named = strategy.arms.as_ref().and_then(|arms| arms.experiment.as_ref());
    named.unwrap_or(&strategy.name).text.as_str()
}

/// One list of arms as written, and the strategies it is for.
struct Written<'a> {
    module: &'a Module,
    arms: &'a ast::Arms,
    strategies: Vec<String>,
    /// The strategy itself; none for a comparison.
    own: Option<&'a ast::Strategy>,
}

impl Declared {
    /// The lists of arms of an experiment: that of a comparison, or those of the strategies that share it.
    fn arms_of(&self, experiment: &str) -> Vec<Written<'_>> {
        let compared = self.compares().filter(|(_, compare)| compare.name.text == experiment).filter_map(|(module, compare)| {
            let arms = compare.arms.as_ref()?;
            let versions = arms.arms.iter().map(|(name, _)| name.text.clone()).filter(|name| name != "control");
            Some(Written { module, arms, strategies: versions.collect(), own: None })
        });
        let own = self.strategies().filter(|(_, strategy)| experiment_name(strategy) == experiment).filter_map(|(module, strategy)| {
            let strategies = vec![strategy.name.text.clone()];
            Some(Written { module, arms: strategy.arms.as_ref()?, strategies, own: Some(strategy) })
        });
        compared.chain(own).collect()
    }
}

impl Context<'_> {
    /// Shares, stops and shipping of one trial.
    pub(super) fn arms(&self, proposals: &[&Proposal], tuned: &mut Tuned) {
        let name = &self.report.name;
        let lists = self.declared.arms_of(name);
        let stops = proposals.iter().any(|proposal| proposal.slug == "stop");
        let Some(first) = lists.first() else {
            let alone = self.declared.strategies().find(|(_, strategy)| strategy.name.text == *name);
            match alone {
                Some((_, strategy)) if stops => self.end(strategy, proposals, tuned),
                Some(_) | None => self.leave(proposals, not_ours(), tuned),
            }
            return;
        };
        let now = self.arms_now(&first.strategies);
        let step = match first.arms.arms.iter().map(|(_, share)| self.decimals(first.module, share)).max() {
            None | Some(0) => 100,
            Some(1) => 10,
            Some(_) => 1,
        };
        let Some(targets) = share::targets(&now, proposals, self.terms.holdout, step) else {
            match first.own {
                Some(strategy) if stops => self.end(strategy, proposals, tuned),
                Some(_) | None => self.leave(proposals, unclear(), tuned),
            }
            return;
        };
        let nobody = now.iter().zip(&targets).all(|(arm, target)| arm.control || *target == 0);
        if let Some(strategy) = first.own.filter(|strategy| stops && nobody && strategy.runs.is_some()) {
            return self.end(strategy, proposals, tuned);
        }
        if now.iter().zip(&targets).all(|(arm, target)| arm.share == *target) {
            return;
        }
        for list in &lists {
            let Err(reason) = self.reshare(list, &now, &targets, proposals, tuned) else { continue };
            match list.own {
                Some(strategy) if stops && nobody => self.end(strategy, proposals, tuned),
                Some(_) | None => self.leave(proposals, reason, tuned),
            }
        }
    }

    fn leave(&self, proposals: &[&Proposal], reason: Words, tuned: &mut Tuned) {
        tuned.left.extend(proposals.iter().map(|proposal| self.left(&proposal.what, reason.clone())));
    }

    fn arms_now(&self, strategies: &[String]) -> Vec<ArmNow> {
        let strategy = self.program.strategies.iter().find(|strategy| strategies.contains(&strategy.name));
        let arms = strategy.map(|strategy| strategy.arms.as_slice()).unwrap_or_default();
        arms.iter().map(|arm| ArmNow { name: arm.name.clone(), share: arm.share, control: arm.control }).collect()
    }

    /// Digits behind the point of a share, or of the param it is.
    fn decimals(&self, module: &Module, share: &ast::Expression) -> u32 {
        let param = match &*share.kind {
            ast::ExpressionKind::Path(path) => self.declared.param_of(module, path),
            _ => None,
        };
        decimals(param.map_or(share, |param| param.value))
    }

    /// Writes the targets into one list of arms: numbers where they stand, params where they are declared.
    fn reshare(
        &self,
        list: &Written<'_>,
        now: &[ArmNow],
        targets: &[u32],
        proposals: &[&Proposal],
        tuned: &mut Tuned,
    ) -> Result<(), Words> {
        let as_written: Vec<Option<Linear>> =
            list.arms.arms.iter().map(|(_, share)| solve::linear(share, list.module, self.declared)).collect();
        let wanted = |at: usize| targets.get(at).map(|target| f64::from(*target) / f64::from(share::WHOLE));
        let sums: Vec<(Linear, f64)> = as_written.iter().enumerate().filter_map(|(at, sum)| Some((sum.clone()?, wanted(at)?))).collect();
        let values = solve::solve(&sums).filter(|_| as_written.iter().all(Option::is_some)).ok_or_else(unclear)?;
        let mut changes = Vec::new();
        let moved = summary(now, targets);
        for (name, value) in values {
            let param = self.declared.param(&name).ok_or_else(unclear)?;
            let points = value * f64::from(share::WHOLE);
            #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between nothing and all")]
            let points = (0.0..=f64::from(share::WHOLE)).contains(&points).then(|| points.round() as u32).ok_or_else(unclear)?;
            let text = share::percent(points, decimals(param.value));
            if let Some((low, high)) = self.declared.outside(&param, &text, self.sources) {
                return Err(out_of_range(&name, &text, &low, &high));
            }
            if text == param.written(self.sources) {
                continue;
            }
            let mut change = self.change(ChangeKind::Param, proposals, param.item, moved.clone());
            change.edits.push(Edit { span: trimmed(self.sources, param.value.span), replacement: text });
            changes.push(change);
        }
        let mut own = self.change(ChangeKind::Arms, proposals, list.arms.span, moved);
        for (((_, share), sum), (arm, target)) in list.arms.arms.iter().zip(&as_written).zip(now.iter().zip(targets)) {
            let follows = sum.as_ref().is_some_and(Linear::has_params);
            if !follows && arm.share != *target {
                own.edits.push(Edit { span: trimmed(self.sources, share.span), replacement: share::percent(*target, decimals(share)) });
            }
        }
        if !own.edits.is_empty() {
            changes.push(own);
        }
        let aim: Vec<(String, u32)> = now.iter().zip(targets).map(|(arm, target)| (arm.name.clone(), *target)).collect();
        if let Some(first) = changes.first_mut() {
            first.aim = list.strategies.iter().map(|strategy| (strategy.clone(), aim.clone())).collect();
        }
        for change in changes {
            self.add(change, tuned);
        }
        Ok(())
    }

    /// Nobody enters after the last day that was judged.
    fn end(&self, strategy: &ast::Strategy, proposals: &[&Proposal], tuned: &mut Tuned) {
        let Some(last) = last_day(self.as_of) else { return self.leave(proposals, unclear(), tuned) };
        let change = match &strategy.runs {
            Some((_, until)) => {
                let span = trimmed(self.sources, until.span);
                let written = self.sources.text(span).to_owned();
                if written.as_str() <= last.as_str() {
                    return;
                }
                let mut change = self.change(ChangeKind::Runs, proposals, span, format!("{}: {written} → {last}", strategy.name.text));
                change.edits.push(Edit { span, replacement: last });
                change
            }
            None => {
                let first = self.report.first_entry.as_deref().and_then(|entry| entry.get(..10)).unwrap_or(&last).to_owned();
                let clause = strategy.arms.as_ref().map(|arms| arms.span).or_else(|| strategy.triggers.first().map(|trigger| trigger.span));
                let Some(clause) = clause else { return self.leave(proposals, unclear(), tuned) };
                let runs = format!("runs {first} .. {last}");
                let mut change = self.change(ChangeKind::Runs, proposals, clause, format!("{}: {runs}", strategy.name.text));
                let indent = self.indent(clause);
                let at = Span { end: clause.start, ..clause };
                change.edits.push(Edit { span: at, replacement: format!("{runs}{indent}") });
                change
            }
        };
        self.add(change, tuned);
    }

    /// What separates a clause put before another from it: a line break and its indentation, or a blank where it begins no line.
    fn indent(&self, clause: Span) -> String {
        let before = self.sources.get(clause.file).and_then(|file| {
            let start = file.line_start(file.line_of(clause.start as usize));
            file.text.get(start..clause.start as usize).map(|before| (before.to_owned(), file.text.contains("\r\n")))
        });
        match before {
            Some((before, windows)) if before.trim().is_empty() => format!("{}{before}", if windows { "\r\n" } else { "\n" }),
            Some(_) | None => String::from("  "),
        }
    }
}

/// `wake 45% → 60%, control 10% → 5%`
fn summary(now: &[ArmNow], targets: &[u32]) -> String {
    let moved = now.iter().zip(targets).filter(|(arm, target)| arm.share != **target);
    let one = |(arm, target): (&ArmNow, &u32)| format!("{} {} → {}", arm.name, share::percent(arm.share, 0), share::percent(*target, 0));
    moved.map(one).collect::<Vec<_>>().join(", ")
}

/// The last day before an instant: `2025-07-01 00:00` is the end of 30 June.
fn last_day(as_of: &str) -> Option<String> {
    let instant = NaiveDateTime::parse_from_str(as_of, "%Y-%m-%d %H:%M")
        .or_else(|_| NaiveDateTime::parse_from_str(as_of, "%Y-%m-%d %H:%M:%S"))
        .ok()?;
    Some(instant.checked_sub_signed(TimeDelta::milliseconds(1))?.date().to_string())
}

fn not_ours() -> Words {
    Words::new(
        "no arms of it stand in the program; whoever assigns the customers must carry it out",
        "程序里没有它的分组；请由实际分组的一方执行",
    )
}

fn unclear() -> Words {
    Words::new(
        "the shares are written in a way that has no single edit; write them as numbers or as one param",
        "占比的写法无法得出唯一的修改；请直接写数值，或只用一个参数",
    )
}
