//! Goals and guards: a figure, how far it should move, against what, and over which time. A goal that leaves one of these open is
//! refused with the readings it could have.

use super::figure::{Figure, Over, is_measure};
use super::readings::{Step, multiples, readings, step_of};
use crate::check::Checker;
use crate::check::names::Scope;
use crate::check::problems::{outcomes as problems, types};
use crate::diag::Problem;
use crate::source::Span;
use crate::syntax::ast::{Arms, Expression, ExpressionKind, Goal, GoalTargetKind, ItemKind, Literal, Name, Path, PolicyRule, Versus};
use crate::types::{TableId, Type};

/// Whose goals are checked.
struct Judged<'a> {
    name: &'a str,
    module: usize,
    table: TableId,
    goals: &'a [Goal],
    has_control: bool,
    /// Figures need no window: what was observed is complete.
    complete: bool,
}

/// One thing a goal must say, in English and Chinese.
type Part = (&'static str, &'static str);

const UNIT: Part = ("unit", "单位");
const BASELINE: Part = ("baseline", "基准");
const WINDOW: Part = ("window", "时间窗口");
const TARGET: Part = ("target", "目标值");

impl Checker {
    /// Goals and guards of the entry file's strategies and comparisons, and every metric.
    pub(in crate::check) fn check_outcomes(&mut self) {
        let every_goal = self.every_goal();
        for module in 0..self.modules.len() {
            for item in self.items(module) {
                let ItemKind::Metric(metric) = &item.kind else { continue };
                let Some(table) = self.about(module, metric.table.as_ref(), metric.name.span) else { continue };
                let over = Over { module, table, group: None, ago: 0, goals: &every_goal, depth: 0 };
                if self.metric_figure(module, metric, &over).is_some() {
                    self.metric_group(module, metric, table);
                }
            }
        }
        for item in self.items(0) {
            match &item.kind {
                ItemKind::Strategy(strategy) => {
                    if let (Some(judge), None, true) = (&strategy.judge, &strategy.arms, strategy.goals.is_empty()) {
                        self.report(Problem::new(&problems::JUDGE_OF_NOTHING, judge.span).with("name", &strategy.name.text));
                    }
                    let has_control = self.holds_back(strategy.arms.as_ref());
                    self.check_goals(&strategy.name, strategy.table.as_ref(), &strategy.goals, has_control, None, false);
                }
                ItemKind::Compare(compare) => {
                    let has_control = self.holds_back(compare.arms.as_ref());
                    self.check_goals(&compare.name, None, &compare.goals, has_control, compare.decide.as_ref(), false);
                }
                ItemKind::Experiment(experiment) => {
                    let has_control = experiment.control.is_some() || experiment.policy.is_some();
                    // Who entered strat's own programme did so at a time that the ledger knows.
                    let complete = experiment.policy.is_none();
                    let (table, decide) = (experiment.table.as_ref(), experiment.decide.as_ref());
                    self.check_goals(&experiment.name, table, &experiment.goals, has_control, decide, complete);
                }
                _ => {}
            }
        }
    }

    fn check_goals(
        &mut self,
        name: &Name,
        table: Option<&Name>,
        goals: &[Goal],
        has_control: bool,
        decide: Option<&(bool, Expression)>,
        complete: bool,
    ) {
        if goals.is_empty() && decide.is_none() {
            return;
        }
        let Some(table) = self.about(0, table, name.span) else { return };
        let judged = Judged { name: &name.text, module: 0, table, goals, has_control, complete };
        for goal in goals {
            self.check_goal(goal, &judged);
        }
        if let Some((_, by)) = decide {
            self.check_decision(by, &judged);
        }
    }

    fn holds_back(&self, arms: Option<&Arms>) -> bool {
        arms.is_some_and(|arms| arms.arms.iter().any(|(name, _)| name.text == "control")) || self.holds_back_everywhere()
    }

    /// The goals of all strategies of the entry file, which metrics may count.
    pub(super) fn every_goal(&self) -> Vec<Goal> {
        let items = self.items(0);
        let goals = items.iter().filter_map(|item| match &item.kind {
            ItemKind::Strategy(strategy) => Some(strategy.goals.clone()),
            ItemKind::Compare(compare) => Some(compare.goals.clone()),
            ItemKind::Experiment(experiment) => Some(experiment.goals.clone()),
            _ => None,
        });
        goals.flatten().collect()
    }

    /// A policy keeps a share of all customers as control.
    fn holds_back_everywhere(&self) -> bool {
        let policies = self.modules.iter().flat_map(|module| &module.items).filter_map(|item| match &item.kind {
            ItemKind::Policy(policy) => Some(policy),
            _ => None,
        });
        policies.flat_map(|policy| &policy.layers).flat_map(|layer| &layer.rules).any(|rule| matches!(rule, PolicyRule::Control { .. }))
    }

    /// `decide highest profit`: a figure, like a goal's.
    fn check_decision(&mut self, by: &Expression, judged: &Judged<'_>) -> Option<()> {
        let over = Over { module: judged.module, table: judged.table, group: None, ago: 0, goals: judged.goals, depth: 0 };
        let figure = self.figure(by, &over)?;
        if !is_measure(&figure.typed.ty) {
            let problem = Problem::new(&types::WRONG_TYPE, by.span).with("where", "`decide`").with("expected", "a number");
            self.report(problem.with("found", &figure.typed.ty));
            return None;
        }
        Some(())
    }

    fn check_goal(&mut self, goal: &Goal, judged: &Judged<'_>) -> Option<()> {
        let others: Vec<Goal> = judged.goals.iter().filter(|other| other.name.text != goal.name.text).cloned().collect();
        let over = Over { module: judged.module, table: judged.table, group: None, ago: 0, goals: &others, depth: 0 };
        let figure = self.figure(&goal.metric, &over)?;
        if !is_measure(&figure.typed.ty) {
            let problem = Problem::new(&types::WRONG_TYPE, goal.metric.span).with("where", format!("goal `{}`", goal.name.text));
            self.report(problem.with("expected", "a number").with("found", &figure.typed.ty));
            return None;
        }
        self.check_worthwhile(goal, &figure.typed.ty)?;
        let Some(target) = &goal.target else {
            if judged.complete {
                return Some(());
            }
            self.incomplete(goal, goal.name.span, &[TARGET], None);
            return None;
        };
        match &target.kind {
            GoalTargetKind::Change { by, versus } => self.check_change(goal, by, versus.as_ref(), &figure, judged, target.span),
            GoalTargetKind::AtMost(bound) | GoalTargetKind::AtLeast(bound) => self.check_bound(goal, bound, &figure, judged),
        }
    }

    /// A change whose unit is open.
    pub(super) fn open_unit<T>(&mut self, goal: &Goal, span: Span, step: Step) -> Option<T> {
        self.incomplete(goal, span, &[UNIT], Some(step));
        None
    }

    /// `target +35% rel vs control`
    fn check_change(
        &mut self,
        goal: &Goal,
        by: &Expression,
        versus: Option<&Versus>,
        figure: &Figure,
        judged: &Judged<'_>,
        span: Span,
    ) -> Option<()> {
        let step = step_of(by);
        let share = matches!(figure.typed.ty, Type::Percent | Type::Rate);
        let mut open = Vec::new();
        let unclear = matches!((step, share), (Step::Bare(_), _) | (Step::Own, true));
        if unclear {
            open.push(UNIT);
        }
        if versus.is_none() {
            open.push(BASELINE);
        }
        if !figure.windowed && !judged.complete && !matches!(versus, Some(Versus::Prior(_))) {
            open.push(WINDOW);
        }
        if !open.is_empty() {
            self.incomplete(goal, span, &open, Some(step));
            return None;
        }
        match step {
            Step::Points if !share => return self.goal_unit(goal, by, &figure.typed.ty),
            Step::Own => {
                let wanted = self.expression(by, &Scope::constant(judged.module))?;
                self.same_unit(wanted, figure.typed.clone(), "compared", "比较")?;
            }
            Step::Relative(percent) if percent >= 100.0 => {
                let (rel, of) = multiples(percent);
                let written = self.sources.text(by.span).trim().to_string();
                let problem =
                    Problem::new(&problems::WRITE_MULTIPLE, by.span).with("goal", &goal.name.text).with("written", format!("+{written}"));
                self.report(problem.with("rel", rel).with("of", of));
            }
            Step::Points | Step::Times | Step::Relative(_) | Step::Bare(_) => {}
        }
        self.check_baseline(goal, versus?, figure, judged, span)
    }

    fn check_baseline(&mut self, goal: &Goal, versus: &Versus, figure: &Figure, judged: &Judged<'_>, span: Span) -> Option<()> {
        match versus {
            Versus::Name(path) if path.text() == "control" => self.needs_control(goal, judged, path.span),
            Versus::Name(path) => {
                let over = Over { module: judged.module, table: judged.table, group: None, ago: 0, goals: judged.goals, depth: 0 };
                let written = Expression { span: path.span, kind: Box::new(ExpressionKind::Path(path.clone())) };
                let other = self.figure(&written, &over)?;
                self.same_unit(other.typed, figure.typed.clone(), "compared", "比较").map(|_| ())
            }
            Versus::Prior(length) => self.length(length, &Scope::constant(judged.module), "`prior`").map(|_| ()),
            Versus::Cohort(name) => {
                let path = Path { segments: vec![name.clone()], span };
                let found = self.find_item(&path, judged.module).is_some_and(|(_, item)| matches!(item.kind, ItemKind::Cohort(_)));
                if !found {
                    let known = self.declared_names(judged.module, |kind| matches!(kind, ItemKind::Cohort(_)));
                    self.undeclared("cohort", name, known);
                }
                found.then_some(())
            }
        }
    }

    fn needs_control(&mut self, goal: &Goal, judged: &Judged<'_>, span: Span) -> Option<()> {
        if judged.has_control {
            return Some(());
        }
        self.report(Problem::new(&problems::NO_CONTROL, span).with("goal", &goal.name.text).with("strategy", judged.name));
        None
    }

    /// `at most control + 0.2pp`, `at least 95%`
    fn check_bound(&mut self, goal: &Goal, bound: &Expression, figure: &Figure, judged: &Judged<'_>) -> Option<()> {
        if let Some(control) = mentioned_control(bound) {
            if !figure.windowed && !judged.complete {
                self.incomplete(goal, bound.span, &[WINDOW], None);
                return None;
            }
            self.needs_control(goal, judged, control)?;
        }
        let over = Over { module: judged.module, table: judged.table, group: None, ago: 0, goals: &[], depth: 0 };
        let written = in_place_of_control(bound, &goal.metric);
        let other = self.figure(&written, &Over { goals: judged.goals, ..over })?;
        self.same_unit(other.typed, figure.typed.clone(), "compared", "比较").map(|_| ())
    }

    pub(super) fn goal_unit(&mut self, goal: &Goal, by: &Expression, found: &Type) -> Option<()> {
        let problem = Problem::new(&problems::POINTS_OF_NO_SHARE, by.span).with("goal", &goal.name.text).with("found", found);
        self.report(problem);
        None
    }

    /// What a goal leaves open, with the ways it could be read.
    fn incomplete(&mut self, goal: &Goal, span: Span, open: &[Part], step: Option<Step>) {
        let listed = |names: Vec<&str>, between: &str| names.join(between);
        let english = listed(open.iter().map(|(english, _)| *english).collect(), ", ");
        let chinese = listed(open.iter().map(|(_, chinese)| *chinese).collect(), "、");
        let (mut advice, mut advice_zh) = (Vec::new(), Vec::new());
        for part in open {
            let (english, chinese) = match (*part, step) {
                (UNIT, Some(Step::Bare(percent))) => readings(percent),
                (UNIT, _) => (String::from("write `+3pp`, `+35% rel` or `×3`"), String::from("请写 `+3pp`、`+35% rel` 或 `×3`")),
                (BASELINE, _) => (
                    String::from("say against what: `vs control`, `vs prior 90 days` or `vs cohort NAME`"),
                    String::from("请说明与谁比：`vs control`、`vs prior 90 days` 或 `vs cohort 名称`"),
                ),
                (WINDOW, _) => (
                    String::from("say over which time: `within 90 days` after entry, or a window such as `previous month`"),
                    String::from("请说明看多长时间：进入后 `within 90 days`，或 `previous month` 之类的窗口"),
                ),
                (_, _) => (
                    String::from("say how far: `target +3pp vs control`, `at least 95%`"),
                    String::from("请说明要达到多少：`target +3pp vs control`、`at least 95%`"),
                ),
            };
            advice.push(english);
            advice_zh.push(chinese);
        }
        let problem = Problem::new(&problems::GOAL_INCOMPLETE, span).with("goal", &goal.name.text);
        let problem = problem.with("missing", english).with("missing_zh", chinese);
        self.report(problem.with("advice", advice.join("; ")).with("advice_zh", advice_zh.join("；")));
    }
}

/// Where a bound speaks of the control group.
fn mentioned_control(bound: &Expression) -> Option<Span> {
    match bound.kind.as_ref() {
        ExpressionKind::Path(path) if path.text() == "control" => Some(path.span),
        ExpressionKind::Negate(inner) => mentioned_control(inner),
        ExpressionKind::Arithmetic { operator: _, operator_span: _, left, right } => {
            mentioned_control(left).or_else(|| mentioned_control(right))
        }
        _ => None,
    }
}

/// The bound with the goal's own figure where it says `control`: the same figure, of other people.
fn in_place_of_control(bound: &Expression, metric: &Expression) -> Expression {
    match bound.kind.as_ref() {
        ExpressionKind::Path(path) if path.text() == "control" => metric.clone(),
        ExpressionKind::Arithmetic { operator, operator_span, left, right } => {
            let (left, right) = (in_place_of_control(left, metric), in_place_of_control(right, metric));
            let kind = ExpressionKind::Arithmetic { operator: *operator, operator_span: *operator_span, left, right };
            Expression { span: bound.span, kind: Box::new(kind) }
        }
        ExpressionKind::Literal(Literal::PercentagePoints(_)) => bound.clone(),
        _ => bound.clone(),
    }
}
