//! Experiments that somebody else assigned: columns say who was in which arm, when, and with what probability.

use super::Enrolment;
use crate::check::Checker;
use crate::check::names::Scope;
use crate::check::problems::{declarations, names, outcomes as problems, types};
use crate::diag::Problem;
use crate::ir::{Design, NodeId, TrialArm, TrialKind};
use crate::syntax::ast::{Experiment, ExperimentArm, Expression, Name, Path, Quoted};
use crate::types::{TableId, Type};

impl Checker {
    pub(super) fn enrolled_by_experiment(&mut self, experiment: &Experiment, table: TableId) -> Option<Enrolment> {
        let span = experiment.name.span;
        let Some((column, written)) = &experiment.arms else { return self.incomplete_experiment(experiment, "`arm COLUMN { … }`") };
        // A proposed rule is weighed against the logged one, whose rows may all be of one arm.
        if written.len() < 2 && experiment.propose.is_none() {
            return self.incomplete_experiment(experiment, "two arms to compare");
        }
        let scope = Scope::of(0, table);
        let found = self.path(column, &scope)?;
        let Some(arm) = self.text_of(found.node, column.span) else {
            let problem = Problem::new(&types::WRONG_TYPE, column.span).with("where", "`arm`");
            self.report(problem.with("expected", "a text, a whole number, yes/no or a label").with("found", &found.ty));
            return None;
        };
        self.check_arms(experiment, written, &found.ty)?;
        let shares = self.shares_of(experiment, written)?;
        let control = experiment.control.as_ref().map(|control| control.text.as_str());
        let arms = written.iter().zip(shares).map(|(arm, share)| TrialArm {
            name: arm.value.text.clone(),
            label: arm.label.as_ref().map(|label| label.text.clone()),
            share,
            control: control == Some(arm.value.text.as_str()),
        });
        let arms: Vec<TrialArm> = arms.collect();
        let entry = match &experiment.at {
            Some(at) => Some(self.entry_column(at, &scope)?),
            None => None,
        };
        let number = |checker: &mut Self, written: &Option<Expression>, place: &str| match written {
            Some(written) => checker.probability(written, &scope, place).map(Some),
            None => Some(None),
        };
        let probability = number(self, &experiment.probability, "`probability`")?;
        let proposed = number(self, &experiment.propose, "`propose`")?;
        if let (Some(propose), None) = (&experiment.propose, &experiment.probability) {
            let span = propose.span;
            return self.incomplete_experiment_at(experiment, span, "`probability`, against which `propose` is weighed");
        }
        let design = match &experiment.observed {
            Some((_, because)) => Design::Observed { because: because.as_ref().map(|because| because.text.clone()) },
            None => Design::Randomised,
        };
        self.unit_of(table, span)?;
        let assigned = self.is_known(arm, span);
        let name = experiment.name.text.clone();
        Some(Enrolment {
            assigned,
            arm,
            entry,
            probability,
            proposed,
            arms,
            strategies: Vec::new(),
            kind: TrialKind::Experiment,
            design,
            experiment: name.clone(),
            names: vec![name],
        })
    }

    fn incomplete_experiment<T>(&mut self, experiment: &Experiment, missing: &str) -> Option<T> {
        self.incomplete_experiment_at(experiment, experiment.name.span, missing)
    }

    fn incomplete_experiment_at<T>(&mut self, experiment: &Experiment, span: crate::source::Span, missing: &str) -> Option<T> {
        let problem = Problem::new(&problems::EXPERIMENT_INCOMPLETE, span).with("experiment", &experiment.name.text);
        self.report(problem.with("missing", missing));
        None
    }

    /// Every arm once, of values the column can have, and the control among them.
    fn check_arms(&mut self, experiment: &Experiment, written: &[ExperimentArm], ty: &Type) -> Option<()> {
        let known: Vec<String> = match ty {
            Type::Choice(values) => values.clone(),
            Type::Bool => vec![String::from("true"), String::from("false")],
            Type::Label(ladder) => self.ladders.get(ladder.0 as usize)?.labels.iter().map(|label| label.name.clone()).collect(),
            _ => Vec::new(),
        };
        let as_name = |text: &Quoted| Name { text: text.text.clone(), span: text.span };
        for (at, arm) in written.iter().enumerate() {
            if written.iter().take(at).any(|other| other.value.text == arm.value.text) {
                self.report(Problem::new(&names::DUPLICATE_CLAUSE, arm.value.span).with("name", &arm.value.text));
                return None;
            }
            if !known.is_empty() && !known.contains(&arm.value.text) {
                self.undeclared("arm", &as_name(&arm.value), known);
                return None;
            }
        }
        let Some(control) = &experiment.control else { return Some(()) };
        if written.iter().any(|arm| arm.value.text == control.text) {
            return Some(());
        }
        self.undeclared("arm", &as_name(control), written.iter().map(|arm| arm.value.text.clone()).collect());
        None
    }

    /// Registered shares as fractions: percentages that add to 100%, or weights.
    fn shares_of(&mut self, experiment: &Experiment, written: &[ExperimentArm]) -> Option<Vec<Option<f64>>> {
        let said: Vec<&Expression> = written.iter().filter_map(|arm| arm.share.as_ref()).collect();
        if said.is_empty() {
            return Some(vec![None; written.len()]);
        }
        if said.len() < written.len() {
            let bare = written.iter().find(|arm| arm.share.is_none()).map_or(experiment.name.span, |arm| arm.value.span);
            return self.incomplete_experiment_at(experiment, bare, "a share for every arm");
        }
        let (mut shares, mut percents) = (Vec::new(), 0);
        for share in said {
            let typed = self.expression(share, &Scope::constant(0))?;
            percents += usize::from(typed.ty == Type::Percent);
            let value = self.fixed_float(share, &Scope::constant(0), "an arm's share")?;
            if !(0.0..=1e9).contains(&value) || !matches!(typed.ty, Type::Percent | Type::Int | Type::Number) {
                let problem = Problem::new(&types::WRONG_TYPE, share.span).with("where", "an arm's share");
                self.report(problem.with("expected", "a percentage or a weight").with("found", &typed.ty));
                return None;
            }
            shares.push(value);
        }
        let sum: f64 = shares.iter().sum();
        let all_percent = percents == written.len();
        if sum <= 0.0 || percents > 0 && !all_percent || all_percent && (sum - 1.0).abs() > 1e-9 {
            let text = format!("{:.2}%", sum * 100.0).replace(".00%", "%");
            self.report(Problem::new(&declarations::SHARES, experiment.name.span).with("sum", text));
            return None;
        }
        Some(shares.into_iter().map(|share| Some(share / sum)).collect())
    }

    fn entry_column(&mut self, at: &Path, scope: &Scope) -> Option<NodeId> {
        let typed = self.path(at, scope)?;
        if typed.ty.is_moment() {
            return Some(self.as_time(&typed).node);
        }
        let problem = Problem::new(&types::WRONG_TYPE, at.span).with("where", "`at`").with("expected", "a date or time");
        self.report(problem.with("found", &typed.ty));
        None
    }

    fn probability(&mut self, written: &Expression, scope: &Scope, place: &str) -> Option<NodeId> {
        let typed = self.expression(written, scope)?;
        match typed.ty {
            Type::Number | Type::Percent | Type::Rate => Some(typed.node),
            Type::Int => Some(self.float(typed.node, Type::Number, written.span)),
            _ => {
                let problem = Problem::new(&types::WRONG_TYPE, written.span).with("where", place).with("expected", "a probability");
                self.report(problem.with("found", &typed.ty));
                None
            }
        }
    }
}
