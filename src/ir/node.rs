//! The nodes of a program.

use crate::source::Span;
use crate::types::{ColumnId, TableId, Type, Value};
use serde::{Deserialize, Serialize};

/// Index into a [`super::Graph`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct NodeId(pub u32);

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Node {
    pub kind: Kind,
    pub ty: Type,
    /// Whether the value can be missing (or unknown).
    pub optional: bool,
    /// The table whose rows it is evaluated for; `None` for values that are one for the whole run.
    pub space: Option<TableId>,
    /// Where the author first wrote it.
    pub span: Span,
}

/// Comparison of two operands of one physical type. Texts and bools only `Equal`/`NotEqual`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Comparison {
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

/// Arithmetic on two operands of one physical type.
/// Ints: checked, overflow is missing. Floats: IEEE, a result that is not finite is missing. `Divide` is for floats only.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Operator {
    Add,
    Subtract,
    Multiply,
    Divide,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Kind {
    Constant(Value),
    /// T, a time.
    AsOf,
    /// The last completed run, a time; missing when there was none.
    PreviousRun,
    /// A column of the space.
    Column(ColumnId),
    /// Inside row expressions of an aggregate: a node of the surrounding space.
    Outer(NodeId),
    /// The row of `table` whose single key column equals `key` (node of this space); `value` is a node of `table`'s space.
    /// Missing key or no such row: missing.
    Via {
        key: NodeId,
        table: TableId,
        value: NodeId,
    },
    Aggregate(Box<Aggregate>),
    FirstCrossing(Box<FirstCrossing>),
    Association(Box<Association>),
    Not(NodeId),
    And(Vec<NodeId>),
    Or(Vec<NodeId>),
    Compare {
        operator: Comparison,
        left: NodeId,
        right: NodeId,
    },
    /// `value = a or value = b …`; the set holds no missing value.
    OneOf {
        value: NodeId,
        set: Vec<Value>,
    },
    /// Two-valued.
    IsMissing(NodeId),
    /// Two-valued: true when the condition is true, false when it is false or unknown.
    IsTrue(NodeId),
    /// The first unless it is missing.
    Coalesce(NodeId, NodeId),
    /// An unknown condition gives missing.
    If {
        condition: NodeId,
        then: NodeId,
        otherwise: NodeId,
    },
    Arithmetic {
        operator: Operator,
        left: NodeId,
        right: NodeId,
    },
    Negate(NodeId),
    /// Int to float, exact up to 2^53, nearest beyond.
    ToFloat(NodeId),
    /// Float to int, half away from zero; beyond 64 bits is missing.
    Round(NodeId),
    /// A builtin by name (see the room `builtins`).
    Call {
        function: String,
        arguments: Vec<NodeId>,
    },
    /// First row whose condition is true gives its label ordinal. When none is true: `otherwise` if all are false, else `unknown`.
    /// A label that is not given is missing.
    Ladder {
        rows: Vec<(NodeId, u32)>,
        otherwise: Option<u32>,
        unknown: Option<u32>,
    },
    /// The name of a label, as text; the operand is a label.
    LabelName(NodeId),
    Population(Box<Population>),
    /// `h52(experiment:salt:unit) % 10000` of a text or int unit; evaluated only where `only` is true, missing elsewhere.
    Bucket {
        experiment: String,
        salt: String,
        unit: NodeId,
        only: NodeId,
    },
    /// Texts joined; any missing makes the whole missing.
    Concat(Vec<NodeId>),
    /// A value as people read it.
    Format {
        value: NodeId,
        style: FormatStyle,
    },
}

/// How a value becomes text inside a message.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum FormatStyle {
    /// By the operand's type: money `23,000.00元` (whole yuan without decimals), percent and rate `3.8%`, bp `50bp`,
    /// date `2026-11-20`, time `2026-11-20 09:00`, month `2026-11`, quarter `2026Q4`, duration in its largest whole unit, number shortest.
    Plain,
    /// `万元`: floor to 0.1万, `2.3万元`.
    TenThousandYuan,
    /// `亿元`: floor to 0.1亿.
    HundredMillionYuan,
    /// `11月20日`
    MonthDay,
    /// Whole number, floored; money in whole yuan.
    Whole,
    /// `元`: money floored to whole yuan, `23,000元`.
    Yuan,
    /// `CNY 23,000`, floored to whole yuan.
    EnglishYuan,
    /// `CNY 1.2 million`, floored to 0.1 million.
    EnglishMillion,
    /// `2026年11月20日`
    FullDate,
    /// `20 November`
    EnglishDay,
    /// `20 November 2026`
    EnglishDate,
    /// A share or rate floored to 0.1%: `3.8%`.
    Percent,
    /// A share or rate floored to 1%: `95%`.
    WholePercent,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum AggregateFunction {
    /// Rows, or rows whose value is known when there is a value. Nothing: 0.
    Count,
    /// Exact. Ints in 128 bits then checked; floats in fixed point (see [`Aggregate`]). Nothing: missing.
    Sum,
    /// Sum / count as float; of ints (money, duration) rounded half away to an int again when the node's type is held as int.
    Mean,
    Min,
    Max,
    /// `Quantile(0.5)`.
    Median,
    /// By row number, no interpolation: the value at place ceil(q·n), at least 1, of the known values in ascending order. `q` in parts per million.
    Quantile(u32),
    /// Population standard deviation (float): sqrt(max(0, sxx/n − (sx/n)²)) with sx, sxx exact as for `Sum`.
    Deviation,
    /// Different known values. Nothing: 0.
    Distinct,
    /// Value at the greatest `at`; among equal instants the greatest known value; missing if all of these are missing.
    Latest,
    /// Value at the smallest `at`; among equal instants the smallest known value.
    Earliest,
    /// Whether any row is there. Nothing: false.
    Exists,
}

impl AggregateFunction {
    /// The value when no row counts.
    #[must_use]
    pub fn of_nothing(self) -> Value {
        match self {
            AggregateFunction::Count | AggregateFunction::Distinct => Value::Int(0),
            AggregateFunction::Exists => Value::Bool(false),
            AggregateFunction::Sum
            | AggregateFunction::Mean
            | AggregateFunction::Min
            | AggregateFunction::Max
            | AggregateFunction::Median
            | AggregateFunction::Quantile(_)
            | AggregateFunction::Deviation
            | AggregateFunction::Latest
            | AggregateFunction::Earliest => Value::Missing,
        }
    }
}

/// A fold over the rows of another table that belong to the current row.
///
/// Rows count when they are linked, their `filter` is true, and `from <= at < until`. Rows whose `at` is missing never count when a bound
/// is given. Missing values are skipped by every function except `Latest`/`Earliest`. A missing outer key makes the result missing.
/// **Order-free sums.** Float values are rounded half away to nine decimals and summed as 128-bit integers, so no order of rows or
/// threads changes a bit; a value beyond 1e18 makes the sum missing. `Mean` and `Deviation` use the same sums.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Aggregate {
    pub table: TableId,
    pub link: Link,
    pub function: AggregateFunction,
    /// Row space of `table`.
    pub value: Option<NodeId>,
    /// Row space of `table`; bool.
    pub filter: Option<NodeId>,
    /// Row space of `table`; a time in milliseconds.
    pub at: Option<NodeId>,
    /// Space of the aggregate, or constant; a time.
    pub from: Option<NodeId>,
    pub until: Option<NodeId>,
    /// Fewer counted rows than this make the result missing.
    pub at_least: Option<u32>,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Link {
    /// Rows whose `row_key` (row space) equals `outer_key` (outer space); both of one physical type; missing never equals.
    Key { row_key: NodeId, outer_key: NodeId },
    /// All rows, so the aggregate is one value for the whole run.
    Everyone,
}

/// The time of the first event at which a running fold over its group meets a condition.
///
/// Rows that pass `filter` and `at < until` are grouped by `group` (a missing group key never counts) and taken in order of (`at`, then
/// `order`); the running sum and count include the row itself. For each group the first row where `sum` compares true to `threshold`
/// fires; the result is the smallest `at` >= `from` among the firing rows linked to the current row, or missing.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct FirstCrossing {
    pub table: TableId,
    pub link: Link,
    pub filter: Option<NodeId>,
    pub at: NodeId,
    /// Row-space tie-breaks after `at`: the table's key columns.
    pub order: Vec<NodeId>,
    pub group: Vec<NodeId>,
    /// Summed int in row space (missing counts as nothing); `None` counts rows.
    pub value: Option<NodeId>,
    pub comparison: Comparison,
    /// Constant int.
    pub threshold: NodeId,
    /// Constant times.
    pub from: Option<NodeId>,
    pub until: NodeId,
}

/// What goes with the items a holder has: of those it has none of, the one that its own say most for.
///
/// A row that passes `filter` says that the holder `row_key` has `item`, once however often it is said; rows without a known holder or
/// item say nothing. With n holders, n(a) that have a and n(a, b) that have both, a speaks for b where the support n(a, b) / n is at least
/// `support`, the confidence n(a, b) / n(a) at least `confidence`, and the lift n(a, b)·n / (n(a)·n(b)) above `lift`: parts per million,
/// compared exactly. A holder's best is what some item it has speaks for and it has none of: by confidence, then lift (as floats, the
/// quotient nearest to them), both greatest first, then the smaller b, then the smaller a. Without one, and for a missing key, missing.
/// The row expressions read their rows alone.
/// Agrawal, Imieliński, Swami (1993), Mining association rules between sets of items in large databases.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Association {
    pub table: TableId,
    /// Row space of `table`, and the outer space; of one physical type.
    pub row_key: NodeId,
    pub outer_key: NodeId,
    /// Row space; text or int.
    pub item: NodeId,
    /// Row space; bool.
    pub filter: Option<NodeId>,
    pub support: u32,
    pub confidence: u32,
    pub lift: u32,
    pub gives: Associated,
}

/// What is said of a holder's best.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Associated {
    /// b.
    Item,
    /// a.
    Because,
    /// Floats.
    Support,
    Confidence,
    Lift,
}

/// A fact about one subject among all rows of its table.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Population {
    /// 1 + floor(5 × count strictly worse / n) over the rows where `within` is true (all when `None`); missing outside.
    /// With `missing_worst`, missing values are worse than all known ones and n counts every row; otherwise a missing value has a
    /// missing score and n counts known values.
    Quintile { value: NodeId, best_low: bool, missing_worst: bool, within: Option<NodeId> },
    /// value >= the k-th greatest, k = ceil(share × n), n all rows (of `within`); share rounded to parts per million, a constant float.
    /// k = 0: false for known values. Fewer than k known values: every known value is in. Missing value: unknown.
    Top { value: NodeId, share: NodeId, within: Option<NodeId> },
    /// Place from 1 of the row's entry `at` among all pairs of a row and an entry whose flag is true; int, missing where that flag is not
    /// true. The order is total: the entry's keys (missing last in either direction), then the table's key ascending, then the row, then
    /// the order of the entries. The entries of a pool have as many keys, of the same types and directions, and all or none has a `per`;
    /// with it, places are counted within equal values of it, whatever the entry. Rows without a `per` value are one group.
    /// With a `weight` (all entries or none), the place is the exact sum of the amounts served up to and including its own. An amount is
    /// served unless it takes the sum beyond its `most`; one that is not served adds nothing and has no place, and those behind it may
    /// still be. A missing amount is 0, a missing `most` serves nothing.
    Place { entries: Vec<PlaceEntry>, at: u32 },
    /// Number of rows where the flag is true: one value for the run, an int.
    Total { flag: NodeId },
}

/// What an entry takes of something that is divided in order; both held as int.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Weight {
    pub amount: NodeId,
    /// The sum of the line that serving it must not pass.
    pub most: NodeId,
}

/// What stands in line in a [`Population::Place`]: nodes of the population's table, or constants.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct PlaceEntry {
    pub flag: NodeId,
    /// Value and whether the greatest comes first.
    pub keys: Vec<(NodeId, bool)>,
    pub per: Option<NodeId>,
    pub weight: Option<Weight>,
}

impl Kind {
    /// All operands, those of other spaces included.
    #[must_use]
    pub fn operands(&self) -> Vec<NodeId> {
        let mut out = Vec::new();
        match self {
            Kind::Constant(_) | Kind::AsOf | Kind::PreviousRun | Kind::Column(_) => {}
            Kind::Outer(node)
            | Kind::Not(node)
            | Kind::IsMissing(node)
            | Kind::IsTrue(node)
            | Kind::Negate(node)
            | Kind::ToFloat(node)
            | Kind::Round(node)
            | Kind::LabelName(node) => out.push(*node),
            Kind::Format { value, style: _ } | Kind::OneOf { value, set: _ } => out.push(*value),
            Kind::Via { key, table: _, value } => out.extend([*key, *value]),
            Kind::And(nodes) | Kind::Or(nodes) | Kind::Concat(nodes) => out.extend(nodes),
            Kind::Compare { operator: _, left, right } => out.extend([*left, *right]),
            Kind::Arithmetic { operator: _, left, right } | Kind::Coalesce(left, right) => out.extend([*left, *right]),
            Kind::If { condition, then, otherwise } => out.extend([*condition, *then, *otherwise]),
            Kind::Call { function: _, arguments } => out.extend(arguments),
            Kind::Ladder { rows, otherwise: _, unknown: _ } => out.extend(rows.iter().map(|(node, _)| *node)),
            Kind::Bucket { experiment: _, salt: _, unit, only } => out.extend([*unit, *only]),
            Kind::Aggregate(aggregate) => aggregate.operands(&mut out),
            Kind::FirstCrossing(crossing) => crossing.operands(&mut out),
            Kind::Association(association) => {
                out.extend([association.row_key, association.outer_key, association.item]);
                out.extend(association.filter);
            }
            Kind::Population(population) => population.operands(&mut out),
        }
        out
    }
}

/// Roots of the row expressions of a fold, in the space of the table it folds or steps into.
#[must_use]
pub fn row_operands(kind: &Kind) -> Vec<NodeId> {
    let row_key = |link: &Link| match link {
        Link::Key { row_key, outer_key: _ } => Some(*row_key),
        Link::Everyone => None,
    };
    match kind {
        Kind::Aggregate(aggregate) => {
            [row_key(&aggregate.link), aggregate.value, aggregate.filter, aggregate.at].into_iter().flatten().collect()
        }
        Kind::FirstCrossing(crossing) => {
            let mut out: Vec<NodeId> =
                [row_key(&crossing.link), crossing.filter, crossing.value, Some(crossing.at)].into_iter().flatten().collect();
            out.extend(&crossing.order);
            out.extend(&crossing.group);
            out
        }
        Kind::Association(association) => {
            [Some(association.row_key), Some(association.item), association.filter].into_iter().flatten().collect()
        }
        Kind::Via { key: _, table: _, value } => vec![*value],
        Kind::Constant(_)
        | Kind::AsOf
        | Kind::PreviousRun
        | Kind::Column(_)
        | Kind::Outer(_)
        | Kind::Not(_)
        | Kind::And(_)
        | Kind::Or(_)
        | Kind::Compare { .. }
        | Kind::OneOf { .. }
        | Kind::IsMissing(_)
        | Kind::IsTrue(_)
        | Kind::Coalesce(..)
        | Kind::If { .. }
        | Kind::Arithmetic { .. }
        | Kind::Negate(_)
        | Kind::ToFloat(_)
        | Kind::Round(_)
        | Kind::Call { .. }
        | Kind::Ladder { .. }
        | Kind::LabelName(_)
        | Kind::Population(_)
        | Kind::Bucket { .. }
        | Kind::Concat(_)
        | Kind::Format { .. } => Vec::new(),
    }
}

impl Link {
    fn operands(&self, out: &mut Vec<NodeId>) {
        match self {
            Link::Key { row_key, outer_key } => out.extend([*row_key, *outer_key]),
            Link::Everyone => {}
        }
    }
}

impl Aggregate {
    fn operands(&self, out: &mut Vec<NodeId>) {
        self.link.operands(out);
        out.extend([self.value, self.filter, self.at, self.from, self.until].into_iter().flatten());
    }
}

impl FirstCrossing {
    fn operands(&self, out: &mut Vec<NodeId>) {
        self.link.operands(out);
        out.extend(self.filter);
        out.push(self.at);
        out.extend(&self.order);
        out.extend(&self.group);
        out.extend(self.value);
        out.push(self.threshold);
        out.extend(self.from);
        out.push(self.until);
    }
}

impl Population {
    fn operands(&self, out: &mut Vec<NodeId>) {
        match self {
            Population::Quintile { value, best_low: _, missing_worst: _, within } => {
                out.push(*value);
                out.extend(*within);
            }
            Population::Top { value, share, within } => {
                out.extend([*value, *share]);
                out.extend(*within);
            }
            Population::Place { entries, at: _ } => {
                for entry in entries {
                    out.push(entry.flag);
                    out.extend(entry.keys.iter().map(|(node, _)| *node));
                    out.extend(entry.per);
                    out.extend(entry.weight.iter().flat_map(|weight| [weight.amount, weight.most]));
                }
            }
            Population::Total { flag } => out.push(*flag),
        }
    }
}
