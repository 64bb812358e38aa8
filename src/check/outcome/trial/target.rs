//! How far a goal should move its figure, and against what.

use super::super::readings::{Step, step_of};
use super::figure::View;
use super::{Docket, Planned};
use crate::check::Checker;
use crate::check::expression::decimal_float;
use crate::check::names::Scope;
use crate::check::problems::outcomes as problems;
use crate::diag::Problem;
use crate::ir::{Baseline, Formula, Kind, NodeId, Target, TrialGoal};
use crate::source::Span;
use crate::syntax::ast::{ArithmeticOperator, Expression, ExpressionKind, Goal, GoalTargetKind, ItemKind, Literal, Name, Path, Versus};
use crate::types::{Type, Value};

/// A target as registered.
struct Aim {
    target: Target,
    baseline: Baseline,
    up: bool,
}

impl Checker {
    /// One line of the goals of a trial; `None` where it cannot be judged.
    pub(super) fn trial_goal(&mut self, docket: &mut Docket, at: usize) -> Option<TrialGoal> {
        let planned = docket.plan.get(at)?.clone();
        let view = View {
            module: planned.module,
            entry: docket.entry,
            people: None,
            before_entry: false,
            name: &planned.name,
            label: planned.label.as_deref(),
            depth: 0,
        };
        let figure = self.formula(docket, &view, &planned.figure)?;
        let ty = self.type_of_figure(docket, &view, &planned.figure)?;
        let (aim, written) = match planned.goal.as_ref().and_then(|goal| goal.target.as_ref()) {
            Some(target) => (self.aim(docket, &planned, &view, &target.kind)?, self.as_written(target.span)),
            None => {
                let baseline = if docket.has_control { Baseline::Control } else { Baseline::Bound };
                (Aim { target: Target::None, baseline, up: true }, String::new())
            }
        };
        let worthwhile = match planned.goal.as_ref().and_then(|goal| goal.worthwhile.as_ref()) {
            Some(by) => Some(self.step(by)?),
            None => None,
        };
        let Planned { module: _, name, label, role, figure: _, goal: _, span } = planned;
        let Aim { target, baseline, up } = aim;
        Some(TrialGoal { name, label, role, written, figure, ty, target, baseline, up, worthwhile, span })
    }

    fn aim(&mut self, docket: &mut Docket, planned: &Planned, view: &View<'_>, target: &GoalTargetKind) -> Option<Aim> {
        match target {
            GoalTargetKind::Change { by, versus } => {
                let target = self.step(by)?;
                let up = match target {
                    Target::Relative(step) | Target::Absolute(step) => step >= 0.0,
                    Target::AtMost(_) | Target::AtLeast(_) | Target::Margin(_) | Target::None => true,
                };
                let baseline = self.baseline(docket, planned, view, versus.as_ref()?)?;
                Some(Aim { target, baseline, up })
            }
            GoalTargetKind::AtMost(bound) => self.bound_of(docket, planned, view, bound, false),
            GoalTargetKind::AtLeast(bound) => self.bound_of(docket, planned, view, bound, true),
        }
    }

    /// `+35% rel`, `+3pp`, `×3`, or an amount.
    pub(super) fn step(&mut self, by: &Expression) -> Option<Target> {
        Some(match (by.kind.as_ref(), step_of(by)) {
            (ExpressionKind::Negate(inner), _) => match self.step(inner)? {
                Target::Relative(step) => Target::Relative(-step),
                Target::Absolute(step) => Target::Absolute(-step),
                other @ (Target::AtMost(_) | Target::AtLeast(_) | Target::Margin(_) | Target::None) => other,
            },
            (_, Step::Relative(percent)) => Target::Relative(percent / 100.0),
            (ExpressionKind::Literal(Literal::PercentagePoints(points)), _) => Target::Absolute(decimal_float(*points, 2)),
            (ExpressionKind::Literal(Literal::Times(times)), _) => Target::Relative(decimal_float(*times, 0) - 1.0),
            (_, Step::Own | Step::Points | Step::Times | Step::Bare(_)) => Target::Absolute(self.fixed_number(by, 0)?),
        })
    }

    fn baseline(&mut self, docket: &mut Docket, planned: &Planned, view: &View<'_>, versus: &Versus) -> Option<Baseline> {
        match versus {
            Versus::Name(path) if path.text() == "control" => Some(Baseline::Control),
            Versus::Name(path) => {
                let written = Expression { span: path.span, kind: Box::new(ExpressionKind::Path(path.clone())) };
                let name = path.text();
                let formula = self.formula(docket, &View { module: 0, name: &name, label: None, ..*view }, &written)?;
                Some(as_baseline(formula))
            }
            Versus::Prior(length) => {
                let length = self.length(length, &Scope::constant(0), "`prior`")?;
                let entry = docket.entry?;
                let earlier = self.shift(entry, length.negated(), planned.span);
                let name = format!("{}.prior", planned.name);
                let view = View { entry: Some(earlier), before_entry: true, name: &name, ..*view };
                let figure = planned.figure.clone();
                Some(as_baseline(self.formula(docket, &view, &figure)?))
            }
            Versus::Cohort(cohort) => self.of_cohort(docket, planned, view, cohort),
        }
    }

    /// The same figure of the members of a cohort, from the day it was frozen.
    fn of_cohort(&mut self, docket: &mut Docket, planned: &Planned, view: &View<'_>, cohort: &Name) -> Option<Baseline> {
        let path = Path { segments: vec![cohort.clone()], span: cohort.span };
        let (module, item) = self.find_item(&path, 0)?;
        let ItemKind::Cohort(_) = &item.kind else { return None };
        self.fact(module, &item, docket.table)??;
        let (people, from) = self.facts.cohorts.get(&(module, cohort.text.clone())).map(|frozen| (frozen.node, frozen.from))?;
        let entry = self.constant(Value::Int(from), Type::Time, cohort.span);
        let name = format!("{}.{}", planned.name, cohort.text);
        let view = View { entry: Some(entry), people: Some(people), name: &name, ..*view };
        let figure = planned.figure.clone();
        Some(as_baseline(self.formula(docket, &view, &figure)?))
    }

    /// `at most 0.5%`, `at most control + 0.2pp`, `at most METRIC`.
    fn bound_of(&mut self, docket: &mut Docket, planned: &Planned, view: &View<'_>, bound: &Expression, up: bool) -> Option<Aim> {
        if let Some(level) = self.fixed_bound(bound) {
            let target = if up { Target::AtLeast(level) } else { Target::AtMost(level) };
            return Some(Aim { target, baseline: Baseline::Bound, up });
        }
        if mentions_control(bound) {
            let Some(slack) = self.slack(bound) else {
                let text = self.as_written(bound.span);
                self.report(Problem::new(&problems::BOUND_OF_CONTROL, bound.span).with("goal", &planned.name).with("text", text));
                return None;
            };
            // "At most control + 0.2pp" allows 0.2pp; "at most control - 1pp" asks for an improvement.
            let margin = if up { -slack } else { slack };
            let target = if margin >= 0.0 { Target::Margin(margin) } else { Target::Absolute(slack) };
            return Some(Aim { target, baseline: Baseline::Control, up });
        }
        let formula = self.formula(docket, &View { module: 0, name: &format!("{}.bound", planned.name), label: None, ..*view }, bound)?;
        Some(Aim { target: Target::Margin(0.0), baseline: as_baseline(formula), up })
    }

    /// A bound that is one number.
    pub(in crate::check::outcome) fn fixed_bound(&mut self, bound: &Expression) -> Option<f64> {
        match bound.kind.as_ref() {
            ExpressionKind::Literal(_) => self.fixed_number(bound, 0),
            ExpressionKind::Path(path) => {
                let is_param = self.find_item(path, 0).is_some_and(|(_, item)| matches!(item.kind, ItemKind::Param(_)));
                if is_param { self.fixed_number(bound, 0) } else { None }
            }
            ExpressionKind::Negate(inner) => self.fixed_bound(inner).map(|value| -value),
            _ => None,
        }
    }

    /// What is added to `control`: 0 for `control`, 0.002 for `control + 0.2pp`.
    fn slack(&mut self, bound: &Expression) -> Option<f64> {
        match bound.kind.as_ref() {
            ExpressionKind::Path(_) => Some(0.0),
            ExpressionKind::Arithmetic { operator, operator_span: _, left, right }
                if mentions_control(left) && !mentions_control(right) =>
            {
                let step = match self.step(right)? {
                    Target::Absolute(step) => step,
                    Target::Relative(_) | Target::AtMost(_) | Target::AtLeast(_) | Target::Margin(_) | Target::None => return None,
                };
                let inner = self.slack(left)?;
                match operator {
                    ArithmeticOperator::Add => Some(inner + step),
                    ArithmeticOperator::Subtract => Some(inner - step),
                    ArithmeticOperator::Multiply | ArithmeticOperator::Divide => None,
                }
            }
            _ => None,
        }
    }

    /// Whether an effect registered with `worthwhile` has a unit the figure moves in.
    pub(in crate::check::outcome) fn check_worthwhile(&mut self, goal: &Goal, ty: &Type) -> Option<()> {
        let Some(by) = &goal.worthwhile else { return Some(()) };
        let share = matches!(ty, Type::Percent | Type::Rate);
        match step_of(by) {
            Step::Relative(_) | Step::Times => Some(()),
            Step::Points if share => Some(()),
            Step::Points => self.goal_unit(goal, by, ty),
            Step::Bare(_) => self.open_unit(goal, by.span, step_of(by)),
            Step::Own if share => self.open_unit(goal, by.span, step_of(by)),
            Step::Own => {
                let wanted = self.expression(by, &Scope::constant(0))?;
                let figure = self.constant(Value::Missing, ty.clone(), by.span);
                let figure = self.typed(figure, by.span);
                self.same_unit(wanted, figure, "compared", "比较").map(|_| ())
            }
        }
    }

    /// The label of an arm as text: of ints and bools, as they are printed.
    pub(super) fn text_of(&mut self, node: NodeId, span: Span) -> Option<NodeId> {
        let typed = self.typed(node, span);
        Some(match typed.ty {
            Type::Text | Type::Choice(_) => node,
            Type::Int => self.as_text(node, span),
            Type::Label(_) => self.add(Kind::LabelName(node), Type::Text, typed.optional, span),
            Type::Bool => {
                let (yes, no) = (self.text_constant("true", span), self.text_constant("false", span));
                self.either(node, yes, no, span)
            }
            Type::Number
            | Type::Money
            | Type::Percent
            | Type::Rate
            | Type::BasisPoints
            | Type::Date
            | Type::Time
            | Type::Month
            | Type::Quarter
            | Type::Duration
            | Type::List
            | Type::Missing => return None,
        })
    }
}

/// A single figure, or an arithmetic over some.
fn as_baseline(formula: Formula) -> Baseline {
    match formula {
        Formula::Measure(at) => Baseline::Measure(at),
        other => Baseline::Figure(other),
    }
}

fn mentions_control(bound: &Expression) -> bool {
    super::plan::names(bound, "control")
}
