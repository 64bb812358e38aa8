//! Declarations other than strategies: tables, params, facts, ladders, channels, offers, templates, tests.

use super::{Expression, Name, Path, Quoted, TextLiteral};
use crate::source::Span;

/// `use std.rfm`, `use sc02 as dormant`
#[derive(Debug, Clone, PartialEq)]
pub struct Use {
    pub module: Path,
    pub alias: Option<Name>,
}

/// `subject customers`
#[derive(Debug, Clone, PartialEq)]
pub struct Subject {
    pub table: Name,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TableKind {
    Entity,
    Event,
    Ledger,
    Link,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Table {
    pub kind: TableKind,
    pub name: Name,
    pub label: Option<Quoted>,
    /// `purpose "credit"`
    pub purpose: Option<Quoted>,
    /// Name of the file's table in the data when it is not `name`: `file "client"`.
    pub file: Option<Quoted>,
    /// `directed`: links lead one way only.
    pub directed: bool,
    pub columns: Vec<Column>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ColumnRole {
    Plain,
    Key,
    At,
    From,
    To,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Column {
    pub span: Span,
    pub documentation: Option<String>,
    /// `key` may stand with `at`, so roles are a list; empty means plain.
    pub roles: Vec<ColumnRole>,
    pub name: Name,
    pub column_type: ColumnType,
    /// `as customer`
    pub path_name: Option<Name>,
    /// `back referrals_made`
    pub back: Option<Name>,
    pub label: Option<Quoted>,
    pub pii: Option<Span>,
    /// `from "A2"`: the header in the data when it is neither `name` nor `label`.
    pub header: Option<Quoted>,
    /// `from line number`: the place of the row in its table, from 1.
    pub line_number: Option<Span>,
    /// `format "%y%m%d"`: how dates and times are written in the data.
    pub format: Option<Quoted>,
    /// `values "PRIJEM" as "credit", "VYDAJ" as "debit"`: spelling in the data -> value.
    pub values: Vec<(Quoted, Quoted)>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct ColumnType {
    pub span: Span,
    /// `?` after the type (or after `ref T`).
    pub optional: bool,
    pub kind: ColumnTypeKind,
}

#[derive(Debug, Clone, PartialEq)]
pub enum ColumnTypeKind {
    /// `int`, `money`, `text` …
    Named(Name),
    /// `text in ["a", "b"]`
    OneOf { base: Name, values: Vec<Quoted> },
    /// `list of text`
    ListOf(Name),
    /// `duration(seconds)`
    Unit { base: Name, unit: Name },
    /// `ref customers`
    Ref(Name),
}

/// `param x = E in A .. B`, `expert` when the value is a judgement.
#[derive(Debug, Clone, PartialEq)]
pub struct Param {
    pub name: Name,
    pub label: Option<Quoted>,
    pub value: Expression,
    pub range: Option<(Expression, Expression)>,
    pub expert: bool,
}

/// `feature f(w : duration) "名" for T = E`
#[derive(Debug, Clone, PartialEq)]
pub struct Feature {
    pub name: Name,
    pub arguments: Vec<(Name, Name)>,
    pub label: Option<Quoted>,
    pub table: Option<Name>,
    pub value: Expression,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Segment {
    pub name: Name,
    pub label: Option<Quoted>,
    pub table: Option<Name>,
    pub condition: Expression,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum LadderKind {
    /// `tiers … worst first`
    WorstFirst,
    /// `tiers … best first`
    BestFirst,
    /// `tiers` with no order given
    Unordered,
    /// `partition`
    Partition,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Ladder {
    pub kind: LadderKind,
    pub name: Name,
    pub label: Option<Quoted>,
    pub table: Option<Name>,
    /// `by r, f, m`
    pub axes: Vec<Expression>,
    pub rows: Vec<LadderRow>,
    pub memory: Vec<LadderMemory>,
    /// `monotone in x`
    pub monotone: Vec<Path>,
    /// The place of the block, for problems about the whole.
    pub body: Span,
}

#[derive(Debug, Clone, PartialEq)]
pub struct LadderRow {
    pub span: Span,
    pub name: Name,
    pub label: Option<Quoted>,
    pub condition: RowCondition,
    pub because: Option<TextLiteral>,
}

#[derive(Debug, Clone, PartialEq)]
pub enum RowCondition {
    When(Expression),
    /// `when >= hi, < hi, any`: one cell per axis.
    Cells(Vec<Cell>),
    Otherwise(Span),
    WhenUnknown(Span),
}

#[derive(Debug, Clone, PartialEq)]
pub struct Cell {
    pub span: Span,
    pub kind: CellKind,
}

#[derive(Debug, Clone, PartialEq)]
pub enum CellKind {
    Value(Expression),
    OneOf(Vec<Expression>),
    Compare(super::ComparisonOperator, Expression),
    Any,
}

/// `improve after 2 evaluations`, `worsen after 3 months one step at a time`, `improve one step at a time`
#[derive(Debug, Clone, PartialEq)]
pub struct LadderMemory {
    pub span: Span,
    pub improve: bool,
    pub after: Option<Expression>,
    pub one_step: bool,
}

/// `score s { add N when E because "…" }`
#[derive(Debug, Clone, PartialEq)]
pub struct Score {
    pub name: Name,
    pub label: Option<Quoted>,
    pub table: Option<Name>,
    pub rows: Vec<ScoreRow>,
    /// `monotone in x`
    pub monotone: Vec<Path>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct ScoreRow {
    pub span: Span,
    pub add: Expression,
    pub when: Option<Expression>,
    pub because: Option<TextLiteral>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Lexicon {
    pub name: Name,
    pub label: Option<Quoted>,
    pub rows: Vec<LexiconRow>,
    /// `negation 4`, `negation "不", "别" within 4`
    pub negation: Option<LexiconNegation>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct LexiconRow {
    pub span: Span,
    pub name: Name,
    pub label: Option<Quoted>,
    /// Empty with `otherwise`.
    pub keywords: Vec<Quoted>,
    pub otherwise: bool,
}

#[derive(Debug, Clone, PartialEq)]
pub struct LexiconNegation {
    pub span: Span,
    pub words: Vec<Quoted>,
    pub within: Option<Expression>,
}

/// A score by its settings: `version "v2" range 0 .. 1`, and `max age D` for one that is read or `from "x.onnx" inputs a, b` for one
/// that is computed in the run.
#[derive(Debug, Clone, PartialEq)]
pub struct Model {
    pub name: Name,
    pub label: Option<Quoted>,
    pub table: Option<Name>,
    pub version: Option<Quoted>,
    pub range: Option<(Expression, Expression)>,
    pub max_age: Option<Expression>,
    pub from: Option<Network>,
}

/// `from "churn.onnx" inputs aum_now, quiet_days`
#[derive(Debug, Clone, PartialEq)]
pub struct Network {
    pub file: Quoted,
    pub inputs: Vec<Path>,
}

/// `tag interest "兴趣" predicted : text in […] max age 90 days`
#[derive(Debug, Clone, PartialEq)]
pub struct Tag {
    pub name: Name,
    pub label: Option<Quoted>,
    pub nature: Option<Name>,
    pub value_type: ColumnType,
    pub max_age: Option<Expression>,
}

/// `cohort june "…" = E frozen 2025-06-01 labelled L`
#[derive(Debug, Clone, PartialEq)]
pub struct Cohort {
    pub name: Name,
    pub label: Option<Quoted>,
    pub table: Option<Name>,
    pub condition: Expression,
    pub frozen: Option<Expression>,
    pub labelled: Option<Path>,
}

/// `channel sms "短信" cost 0.05元 staff 2 hours length 70`
#[derive(Debug, Clone, PartialEq)]
pub struct Channel {
    pub name: Name,
    pub label: Option<Quoted>,
    pub cost: Option<Expression>,
    pub staff: Option<Expression>,
    pub length: Option<Expression>,
}

/// `role rm "归属客户经理" for customers = rm`
#[derive(Debug, Clone, PartialEq)]
pub struct Role {
    pub name: Name,
    pub label: Option<Quoted>,
    pub table: Option<Name>,
    pub value: Expression,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Exclude {
    pub span: Span,
    pub documentation: Option<String>,
    pub name: Name,
    pub label: Option<Quoted>,
    pub when: Expression,
}

/// `with { k: v }`, `writes grants { k: v }`
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    pub name: Name,
    pub value: Expression,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Action {
    pub name: Name,
    pub label: Option<Quoted>,
    pub excludes: Vec<Exclude>,
    pub cost: Option<Expression>,
    pub staff: Option<Expression>,
    pub to: Option<Name>,
    pub due: Option<Expression>,
    pub writes: Option<(Name, Vec<Entry>)>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Offer {
    pub name: Name,
    pub label: Option<Quoted>,
    pub bp: Option<Expression>,
    pub value: Option<Expression>,
    pub quota: Option<Expression>,
    pub holds: Option<Expression>,
    pub reserve: Option<Expression>,
    pub again: Option<Again>,
    pub valid: Option<(Expression, Expression)>,
    pub cost: Option<Expression>,
    pub approved: Option<Quoted>,
    /// `points 999`
    pub points: Option<Expression>,
    /// `amount 50元`, the face of a voucher.
    pub amount: Option<Expression>,
    /// `target goal_aum`, what the customer has to reach.
    pub target: Option<Expression>,
    /// `cap 2.10% on base_rate`: the rate and its `bp` stay below.
    pub cap: Option<(Expression, Expression)>,
    /// `bundle coupon, points999`
    pub bundle: Vec<Path>,
    pub excludes: Vec<Exclude>,
    pub limits: Vec<super::Limit>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Again {
    pub span: Span,
    pub kind: AgainKind,
}

#[derive(Debug, Clone, PartialEq)]
pub enum AgainKind {
    Always,
    Never,
    After(Expression),
}

/// `template t "名" for sms, app_push tactic scarcity approved "品牌部" until D claim … = "…"`, or `{ yes "…" also "…" }` for `= "…"`.
#[derive(Debug, Clone, PartialEq)]
pub struct Template {
    pub name: Name,
    pub label: Option<Quoted>,
    pub channels: Vec<Name>,
    pub tactic: Option<Name>,
    pub approved: Option<(Quoted, Option<Expression>)>,
    pub claims: Vec<(Name, Expression)>,
    pub generated: Option<Quoted>,
    /// What its parts are called, where it is written in parts.
    pub says: Vec<Name>,
    /// All parts, one after the other.
    pub text: TextLiteral,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Metric {
    pub name: Name,
    pub label: Option<Quoted>,
    pub table: Option<Name>,
    pub value: Expression,
    pub by: Vec<Path>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Alert {
    pub name: Name,
    pub label: Option<Quoted>,
    pub when: Expression,
    pub to: Option<Name>,
}

/// `overlay county "县域" when E { param x = v  disable S  order A, B }`
#[derive(Debug, Clone, PartialEq)]
pub struct Overlay {
    pub name: Name,
    pub label: Option<Quoted>,
    pub when: Option<Expression>,
    pub params: Vec<(Path, Expression)>,
    pub disable: Vec<Path>,
    pub order: Vec<Name>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Compare {
    pub name: Name,
    pub label: Option<Quoted>,
    pub owner: Option<Quoted>,
    pub approver: Option<Quoted>,
    pub population: Option<Path>,
    pub arms: Option<super::Arms>,
    pub goals: Vec<super::Goal>,
    pub decide: Option<(bool, Expression)>,
    pub judge: Option<super::Judge>,
}

/// `test "…" { as of T  previous T  param x = v  given T (a, b) (…)  expect … }`
#[derive(Debug, Clone, PartialEq)]
pub struct Test {
    pub title: Quoted,
    pub as_of: Option<Expression>,
    pub previous: Option<Expression>,
    pub params: Vec<(Path, Expression)>,
    pub given: Vec<Given>,
    pub expect: Vec<Expect>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Given {
    pub span: Span,
    pub table: Name,
    pub columns: Vec<Name>,
    pub rows: Vec<(Span, Vec<Expression>)>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Expect {
    pub span: Span,
    /// The subject's key, a text or a number.
    pub subject: Expression,
    pub kind: ExpectKind,
}

#[derive(Debug, Clone, PartialEq)]
pub enum ExpectKind {
    /// `send sms using t`
    Send {
        channel: Name,
        template: Option<Name>,
        negated: bool,
    },
    /// `do vip_lane`
    Do {
        action: Name,
        negated: bool,
    },
    Nothing,
    Excluded {
        reason: Name,
    },
    Arm {
        arm: Name,
    },
    /// `text "…"`
    Text(Quoted),
    /// `exit activated`
    Exit {
        name: Name,
    },
    /// `octant = lost`: any boolean over the subject.
    Holds(Expression),
}
