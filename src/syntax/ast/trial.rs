//! What is judged: goals, the terms of the judgement, and experiments that somebody else assigned.

use super::{Expression, Name, Path, Quoted};
use crate::source::Span;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum GoalKind {
    Goal,
    Guard,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Goal {
    pub span: Span,
    pub kind: GoalKind,
    pub name: Name,
    pub label: Option<Quoted>,
    pub metric: Expression,
    pub target: Option<GoalTarget>,
    /// `worthwhile +1pp`: the effect worth having.
    pub worthwhile: Option<Expression>,
    /// `before EXPR`: the same value before the entry.
    pub before: Option<Expression>,
    /// `cap 99.9%`: values beyond this percentile count as the percentile.
    pub cap: Option<Expression>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct GoalTarget {
    pub span: Span,
    pub kind: GoalTargetKind,
}

#[derive(Debug, Clone, PartialEq)]
pub enum GoalTargetKind {
    /// `target +35% rel vs control`
    Change {
        by: Expression,
        versus: Option<Versus>,
    },
    AtMost(Expression),
    AtLeast(Expression),
}

#[derive(Debug, Clone, PartialEq)]
pub enum Versus {
    /// `control`, or a metric's name
    Name(Path),
    /// `prior 90 days`
    Prior(Expression),
    /// `cohort C`
    Cohort(Name),
}

/// `judge { alpha 5%  looks once  by worth }`
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Judge {
    pub span: Span,
    pub alpha: Option<Expression>,
    pub power: Option<Expression>,
    pub looks: Option<JudgeLooks>,
    /// `at least 1_000 customers, 14 days`
    pub least: Vec<JudgeAmount>,
    pub value: Option<Expression>,
    pub adaptive: Option<Span>,
    pub floor: Option<Expression>,
    pub holdout: Option<Expression>,
    /// `cheaper within 0.5pp`
    pub cheaper: Option<Expression>,
    /// `by A, B`
    pub cuts: Vec<Path>,
    pub strata: Vec<Path>,
    /// `adjust for A, B`
    pub adjust: Vec<Path>,
    pub cluster: Option<Path>,
    pub score: Option<Path>,
    pub drift: Option<JudgeDrift>,
    /// `beside A, B`: other strategies or comparisons
    pub beside: Vec<Path>,
}

/// `drift A, B along C`
#[derive(Debug, Clone, PartialEq)]
pub struct JudgeDrift {
    pub span: Span,
    pub of: Vec<Path>,
    pub along: Option<Path>,
}

#[derive(Debug, Clone, PartialEq)]
pub enum JudgeLooks {
    Once,
    /// `anytime for 20_000`
    Anytime(JudgeAmount),
}

/// `1_000 customers`, `14 days`
#[derive(Debug, Clone, PartialEq)]
pub struct JudgeAmount {
    pub amount: Expression,
    pub unit: Option<Name>,
}

/// `experiment NAME "名" for T { arm COLUMN { … } control "…" … }`
#[derive(Debug, Clone, PartialEq)]
pub struct Experiment {
    pub name: Name,
    pub label: Option<Quoted>,
    pub table: Option<Name>,
    pub owner: Option<Quoted>,
    pub approver: Option<Quoted>,
    /// What holds the arm, and the arms.
    pub arms: Option<(Path, Vec<ExperimentArm>)>,
    pub control: Option<Quoted>,
    /// `control of P`: the arms are the control group of a policy and everybody whom its strategies would take.
    pub policy: Option<Path>,
    /// When a unit was assigned.
    pub at: Option<Path>,
    pub probability: Option<Expression>,
    pub propose: Option<Expression>,
    /// Not assigned by chance, and the author's word on how.
    pub observed: Option<(Span, Option<Quoted>)>,
    pub goals: Vec<Goal>,
    pub decide: Option<(bool, Expression)>,
    pub judge: Option<Judge>,
}

/// `"Mens E-Mail" as "男装" 1/3`
#[derive(Debug, Clone, PartialEq)]
pub struct ExperimentArm {
    pub value: Quoted,
    pub label: Option<Quoted>,
    pub share: Option<Expression>,
}
