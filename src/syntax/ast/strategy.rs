//! Strategies and policies.

use super::{Again, Entry, Exclude, Expression, Goal, Judge, Name, Path, Quoted};
use crate::source::Span;

#[derive(Debug, Clone, PartialEq)]
pub struct Strategy {
    pub name: Name,
    pub label: Option<Quoted>,
    pub table: Option<Name>,
    pub body: Span,
    pub owner: Option<Quoted>,
    pub approver: Option<Quoted>,
    pub class: Option<Name>,
    pub priority: Option<Expression>,
    pub purpose: Option<Quoted>,
    pub product: Option<Quoted>,
    pub under: Vec<Path>,
    pub recipient: Option<Path>,
    pub triggers: Vec<Trigger>,
    pub excludes: Vec<Exclude>,
    pub at_most: Vec<Limit>,
    pub value: Option<Expression>,
    pub rank: Vec<RankKey>,
    pub limit: Option<Expression>,
    pub budget: Option<Budget>,
    pub runs: Option<(Expression, Expression)>,
    pub about: Vec<Entry>,
    pub arms: Option<Arms>,
    pub plan: Option<Plan>,
    pub exits: Vec<Exit>,
    pub goals: Vec<Goal>,
    pub judge: Option<Judge>,
}

/// `budget 20万元`, `budget 5万元 per calendar week`
#[derive(Debug, Clone, PartialEq)]
pub struct Budget {
    pub span: Span,
    pub amount: Expression,
    /// Since ever when not given.
    pub window: Option<LimitWindow>,
}

/// `on TRIGGER [where E] again (always | never | after D)`
#[derive(Debug, Clone, PartialEq)]
pub struct Trigger {
    pub span: Span,
    pub kind: TriggerKind,
    pub filter: Option<Expression>,
    /// Required; a missing one is a problem of meaning, not of reading.
    pub again: Option<Again>,
}

#[derive(Debug, Clone, PartialEq)]
pub enum TriggerKind {
    /// `app_events`, `surveys.answered_at`, `… per session_id when sum(dwell_s) > 3 minutes`
    Event { path: Path, per: Vec<Path>, when: Option<Expression> },
    /// `while E`
    While(Expression),
    /// `entering E`
    Entering(Expression),
    /// `change of LABEL`
    ChangeOf(Path),
    /// `30 days before maturity_date`
    Before { offset: Expression, date: Expression },
    /// `within 48 hours after disbursed_at`
    WithinAfter { length: Expression, date: Expression },
    /// `every quarter within 5 workdays`
    Every { period: super::CalendarPeriod, within: Option<Expression> },
}

#[derive(Debug, Clone, PartialEq)]
pub struct RankKey {
    pub value: Expression,
    pub descending: bool,
}

/// `arms experiment E layer X salt "s0" { a 45%  control 10% }`
#[derive(Debug, Clone, PartialEq)]
pub struct Arms {
    pub span: Span,
    /// Strategies that name the same experiment give a subject the same arm.
    pub experiment: Option<Name>,
    pub layer: Option<Name>,
    pub salt: Option<Quoted>,
    pub arms: Vec<(Name, Expression)>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Plan {
    pub span: Span,
    pub body: PlanBody,
}

#[derive(Debug, Clone, PartialEq)]
pub enum PlanBody {
    Steps(Vec<Step>),
    Waves(Vec<Wave>),
}

#[derive(Debug, Clone, PartialEq)]
pub struct Wave {
    pub span: Span,
    pub name: Name,
    pub label: Option<Quoted>,
    /// Names the wave had before, by which the ledger knows it.
    pub was: Vec<Name>,
    pub after: Option<Expression>,
    pub when: Option<Expression>,
    pub steps: Vec<Step>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Step {
    pub span: Span,
    pub kind: StepKind,
}

#[derive(Debug, Clone, PartialEq)]
pub enum StepKind {
    Send(Box<Send>),
    Do(Box<Do>),
    /// `by LABEL { red -> …  otherwise -> … }`
    By {
        label: Path,
        branches: Vec<Branch>,
    },
    /// `choose N by EXPR { NAME when E -> … }`
    Choose {
        count: Expression,
        by: Expression,
        options: Vec<ChooseOption>,
    },
    /// `none because REASON`
    None {
        because: Option<Name>,
    },
}

#[derive(Debug, Clone, PartialEq)]
pub struct Branch {
    pub span: Span,
    /// Empty means `otherwise`.
    pub labels: Vec<Name>,
    pub steps: Vec<Step>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct ChooseOption {
    pub span: Span,
    pub name: Name,
    pub when: Option<Expression>,
    pub steps: Vec<Step>,
}

/// The tail that `send` and `do` share.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct StepTail {
    pub offer: Option<Path>,
    /// `offer O as held`
    pub offer_state: Option<Name>,
    pub to: Option<Name>,
    pub queue: Option<Path>,
    pub due: Option<Expression>,
    pub with: Vec<Entry>,
    pub when: Option<Expression>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Send {
    pub channel: Name,
    pub template: Option<Path>,
    pub tail: StepTail,
    /// `else on consent send …`
    pub fallbacks: Vec<Fallback>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Do {
    pub action: Path,
    pub tail: StepTail,
    pub fallbacks: Vec<Fallback>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Fallback {
    pub span: Span,
    /// `consent`, `capacity`
    pub layer: Name,
    pub step: Step,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Exit {
    pub span: Span,
    pub name: Name,
    pub label: Option<Quoted>,
    pub when: Expression,
}

/// `policy NAME [always] [locked] { LAYER { … } }`
#[derive(Debug, Clone, PartialEq)]
pub struct Policy {
    pub name: Name,
    pub label: Option<Quoted>,
    /// `for customers`: what its rules are about. Not given: the subject of a module used, in the entry file what the strategy is about.
    pub table: Option<Name>,
    pub always: bool,
    pub locked: bool,
    pub layers: Vec<PolicyLayer>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct PolicyLayer {
    pub span: Span,
    /// `legal consent eligibility suitability contact arbitration capacity exposure`
    pub name: Name,
    pub rules: Vec<PolicyRule>,
}

#[derive(Debug, Clone, PartialEq)]
pub enum PolicyRule {
    Exclude(Exclude),
    AtMost(Limit),
    Hours(Hours),
    /// `order risk, service, retention, sales`
    Order {
        span: Span,
        classes: Vec<Name>,
    },
    /// `control 5%`
    Control {
        span: Span,
        share: Expression,
    },
    Capacity(Capacity),
}

/// `hours 09:00 .. 20:00 [on workdays] for ai_call, rm_call [hold | drop]`, `quiet 2026-02-16 .. 2026-02-22 [for sms] [hold | drop]`
#[derive(Debug, Clone, PartialEq)]
pub struct Hours {
    pub span: Span,
    /// Days on which nobody is reached, both ends in; else the hours of a day, the end out.
    pub quiet: bool,
    pub from: Expression,
    pub to: Expression,
    pub workdays: bool,
    /// Empty means every channel.
    pub channels: Vec<Name>,
    /// A contact outside is given up; else it is held.
    pub drop: bool,
}

/// `at most N [channel|class|offer|contacts] [per PATH] (in any D | per calendar week)`
#[derive(Debug, Clone, PartialEq)]
pub struct Limit {
    pub span: Span,
    pub count: Expression,
    pub what: Option<Name>,
    pub per: Option<Path>,
    pub window: Option<LimitWindow>,
}

#[derive(Debug, Clone, PartialEq)]
pub enum LimitWindow {
    InAny(Expression),
    PerCalendar(super::CalendarPeriod),
}

/// `capacity N CH per PATH (in any D | per calendar week) overflow (defer | drop)`
#[derive(Debug, Clone, PartialEq)]
pub struct Capacity {
    pub span: Span,
    pub count: Expression,
    pub channel: Name,
    pub per: Option<Path>,
    pub window: Option<LimitWindow>,
    pub overflow: Option<Name>,
}
