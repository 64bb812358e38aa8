//! From nodes to expressions over one space, and shared nodes to columns by depth.

use super::error::{EngineError, while_doing};
use super::executor::Executor;
use super::kernels;
use super::space::{MOST_STEPS, Space, literal, node_name, outer_name, raw_name};
use crate::builtins;
use crate::ir::{Comparison, FormatStyle, Kind, Node, NodeId};
use crate::types::{Physical, Type, Value};
use indexmap::IndexMap;
use polars::prelude::*;

/// Without sharing, an expression larger than this still becomes a column: written out, a graph can be exponentially large.
const LARGEST_WRITTEN_OUT: usize = 64;

/// Expressions nested deeper than this become columns: frames evaluate nesting on the program stack.
const DEEPEST_NESTING: usize = 16;

/// A frame with the shared nodes as columns, and the expressions of the roots over it.
pub(super) struct Projection {
    pub(super) frame: LazyFrame,
    pub(super) roots: Vec<Expr>,
}

/// What planning knows of one node of a projection.
struct Plan {
    /// Number of shared nodes below it on the longest path.
    depth: usize,
    /// Nodes in the expression as written out.
    size: usize,
    /// Levels of the expression as written out.
    nesting: usize,
    expression: Expr,
}

impl Executor<'_> {
    /// Whether a node is read and not computed in this space.
    pub(super) fn is_leaf(&self, space: &Space, id: NodeId, node: &Node) -> bool {
        if self.scalars.contains_key(&id) || space.attached.contains(&id) {
            return true;
        }
        match &node.kind {
            Kind::Column(_) => true,
            Kind::Outer(target) => !self.shape.is_scalar(*target),
            _ => false,
        }
    }

    fn leaf(&self, space: &Space, id: NodeId, node: &Node) -> Result<Expr, EngineError> {
        if let Some(value) = self.scalars.get(&id) {
            return Ok(literal(value, node.ty.physical()));
        }
        if space.attached.contains(&id) {
            return Ok(col(node_name(id)));
        }
        match &node.kind {
            Kind::Column(column) if node.space == space.table => Ok(col(raw_name(*column))),
            Kind::Outer(target) if space.outer.contains(target) => Ok(col(outer_name(*target))),
            _ => Err(EngineError::Damaged(id)),
        }
    }

    /// Nodes a projection must look at, ascending, with how often each is used; it stops at leaves.
    fn uses(&self, space: &Space, roots: &[NodeId]) -> Result<IndexMap<NodeId, usize>, EngineError> {
        let mut uses: IndexMap<NodeId, usize> = IndexMap::new();
        let mut stack: Vec<NodeId> = roots.to_vec();
        while let Some(id) = stack.pop() {
            let count = uses.entry(id).or_insert(0);
            *count += 1;
            if *count == 1 {
                let node = self.node(id)?;
                if !self.is_leaf(space, id, node) {
                    stack.extend(self.shape.own_operands(&node.kind));
                }
            }
        }
        uses.sort_unstable_keys();
        Ok(uses)
    }

    /// The expressions of `roots` over the space's frame; nodes used more than once become columns, one step per depth.
    pub(super) fn project(&self, space: &Space, roots: &[NodeId]) -> Result<Projection, EngineError> {
        let mut plans: IndexMap<NodeId, Plan> = IndexMap::new();
        let mut steps: Vec<Vec<Expr>> = Vec::new();
        for (id, uses) in self.uses(space, roots)? {
            let node = self.node(id)?;
            if self.is_leaf(space, id, node) {
                plans.insert(id, Plan { depth: 0, size: 1, nesting: 0, expression: self.leaf(space, id, node)? });
                continue;
            }
            let operands = self.shape.own_operands(&node.kind);
            let below = operands.iter().filter_map(|operand| plans.get(operand));
            let (depth, size, nesting) = below
                .fold((0, 1, 1), |(depth, size, nesting), plan| (plan.depth.max(depth), plan.size + size, nesting.max(plan.nesting + 1)));
            let expression = self.expression(id, node, &plans)?;
            let trivial = matches!(node.kind, Kind::Not(_) | Kind::IsTrue(_) | Kind::IsMissing(_) | Kind::ToFloat(_)) && size <= 2;
            let shared = if self.options.share_nodes { uses > 1 && !trivial } else { uses > 1 && size > LARGEST_WRITTEN_OUT };
            if shared || nesting > DEEPEST_NESTING {
                if steps.len() <= depth {
                    steps.resize_with(depth + 1, Vec::new);
                }
                let name = PlSmallStr::from(format!("s{}", id.0));
                if let Some(step) = steps.get_mut(depth) {
                    step.push(expression.alias(name.clone()));
                }
                plans.insert(id, Plan { depth: depth + 1, size: 1, nesting: 0, expression: col(name) });
            } else {
                plans.insert(id, Plan { depth, size, nesting, expression });
            }
        }
        let frame = self.stepwise(space.frame.clone(), steps)?;
        let roots = roots.iter().map(|id| take(&plans, *id)).collect::<Result<_, _>>()?;
        Ok(Projection { frame, roots })
    }

    /// Adds columns step by step; a plan that has grown long is carried out before it is walked any deeper.
    fn stepwise(&self, frame: LazyFrame, steps: Vec<Vec<Expr>>) -> Result<LazyFrame, EngineError> {
        let mut frame = frame;
        for (at, step) in (1..).zip(steps.into_iter().filter(|step| !step.is_empty())) {
            frame = frame.with_columns(step);
            if at % MOST_STEPS == 0 {
                frame = self.collect(frame).map_err(while_doing("computed a long chain of values"))?.lazy();
            }
        }
        Ok(frame)
    }

    fn expression(&self, id: NodeId, node: &Node, plans: &IndexMap<NodeId, Plan>) -> Result<Expr, EngineError> {
        let of = |operand: &NodeId| take(plans, *operand);
        let all = |operands: &[NodeId]| operands.iter().map(|operand| take(plans, *operand)).collect::<Result<Vec<Expr>, EngineError>>();
        let physical = node.ty.physical();
        Ok(match &node.kind {
            Kind::Outer(target) => of(target)?,
            Kind::Not(value) => of(value)?.not(),
            Kind::And(nodes) => all(&self.literals_last(nodes))?.into_iter().reduce(Expr::and).unwrap_or_else(|| lit(true)),
            Kind::Or(nodes) => all(&self.literals_last(nodes))?.into_iter().reduce(Expr::or).unwrap_or_else(|| lit(false)),
            Kind::Compare { operator, left, right } if self.scalars.contains_key(left) => {
                compare(mirrored(*operator), of(right)?, of(left)?)
            }
            Kind::Compare { operator, left, right } => compare(*operator, of(left)?, of(right)?),
            Kind::OneOf { value, set } => one_of(of(value)?, self.physical(*value)?, set)?,
            Kind::IsMissing(value) => of(value)?.is_null(),
            Kind::IsTrue(value) if self.shape.is_certain(*value) => of(value)?,
            Kind::IsTrue(value) => of(value)?.fill_null(lit(false)),
            Kind::Coalesce(value, fallback) => {
                let value = of(value)?;
                when(value.clone().is_not_null()).then(value).otherwise(of(fallback)?)
            }
            Kind::If { condition, then, otherwise } => {
                let chosen =
                    |condition: Expr| -> Result<Expr, EngineError> { Ok(when(condition).then(of(then)?).otherwise(of(otherwise)?)) };
                self.choice(*condition, of(condition)?, chosen, physical)?
            }
            Kind::Arithmetic { operator, left, right } if physical == Physical::Float => {
                kernels::float_binary(*operator, of(left)?, of(right)?)
            }
            Kind::Arithmetic { operator, left, right } => kernels::int_binary(*operator, of(left)?, of(right)?),
            Kind::Negate(value) => kernels::negate(of(value)?, physical == Physical::Float),
            Kind::ToFloat(value) => of(value)?.cast(DataType::Float64),
            Kind::Round(value) => kernels::round(of(value)?),
            Kind::Call { function, arguments } => self.call(function, arguments, all(arguments)?, physical)?,
            Kind::Ladder { rows, otherwise, unknown } => {
                let conditions = all(&rows.iter().map(|(condition, _)| *condition).collect::<Vec<NodeId>>())?;
                ladder(conditions, rows, *otherwise, *unknown)
            }
            Kind::LabelName(label) => kernels::label_name(of(label)?, self.label_names(*label)?),
            Kind::Bucket { experiment, salt, unit, only } => {
                kernels::bucket(experiment.clone(), salt.clone(), of(unit)?, self.physical(*unit)?, of(only)?)
            }
            Kind::Concat(nodes) if nodes.is_empty() => lit(""),
            Kind::Concat(nodes) => concat_str(all(nodes)?, "", false),
            Kind::Format { value, style } => format(of(value)?, self.node(*value)?.ty.clone(), style.clone()),
            Kind::Constant(_)
            | Kind::AsOf
            | Kind::PreviousRun
            | Kind::Column(_)
            | Kind::Via { .. }
            | Kind::Aggregate(_)
            | Kind::FirstCrossing(_)
            | Kind::Association(_)
            | Kind::Population(_) => return Err(EngineError::Damaged(id)),
        })
    }

    /// A choice whose condition may be missing is missing then.
    fn choice(
        &self,
        condition: NodeId,
        holds: Expr,
        chosen: impl FnOnce(Expr) -> Result<Expr, EngineError>,
        physical: Physical,
    ) -> Result<Expr, EngineError> {
        if self.shape.is_certain(condition) {
            return chosen(holds);
        }
        let missing = literal(&Value::Missing, physical);
        Ok(when(holds.clone().is_null()).then(missing).otherwise(chosen(holds)?))
    }

    /// A literal on the left takes the height of a result with it where the right side is one repeated value, so literals go last.
    fn literals_last(&self, nodes: &[NodeId]) -> Vec<NodeId> {
        let mut out = nodes.to_vec();
        out.sort_by_key(|id| self.scalars.contains_key(id));
        out
    }

    fn call(&self, function: &str, arguments: &[NodeId], operands: Vec<Expr>, output: Physical) -> Result<Expr, EngineError> {
        let Some(builtin) = builtins::find(function) else {
            return Err(EngineError::Unsupported { what: format!("the function `{function}`") });
        };
        if operands.is_empty() {
            return Ok(literal(&(builtin.row)(&[]), output));
        }
        if let Some(frame) = builtin.frame {
            return Ok(frame(operands));
        }
        let types = arguments.iter().map(|argument| self.physical(*argument)).collect::<Result<Vec<Physical>, EngineError>>()?;
        Ok(kernels::row_function(operands.into_iter().zip(types).collect(), output, builtin.row))
    }

    pub(super) fn physical(&self, id: NodeId) -> Result<Physical, EngineError> {
        Ok(self.node(id)?.ty.physical())
    }

    fn label_names(&self, id: NodeId) -> Result<Vec<String>, EngineError> {
        match &self.node(id)?.ty {
            Type::Label(ladder) => {
                let ladder = self.program.ladder(*ladder).ok_or(EngineError::Damaged(id))?;
                Ok(ladder.labels.iter().map(|label| label.name.clone()).collect())
            }
            _ => Err(EngineError::Damaged(id)),
        }
    }
}

/// The expression of a planned node; shared ones are columns, so a copy is small.
fn take(plans: &IndexMap<NodeId, Plan>, id: NodeId) -> Result<Expr, EngineError> {
    plans.get(&id).map(|plan| plan.expression.clone()).ok_or(EngineError::Damaged(id))
}

/// The comparison with its sides exchanged.
fn mirrored(operator: Comparison) -> Comparison {
    match operator {
        Comparison::Equal => Comparison::Equal,
        Comparison::NotEqual => Comparison::NotEqual,
        Comparison::Less => Comparison::Greater,
        Comparison::LessOrEqual => Comparison::GreaterOrEqual,
        Comparison::Greater => Comparison::Less,
        Comparison::GreaterOrEqual => Comparison::LessOrEqual,
    }
}

pub(super) fn compare(operator: Comparison, left: Expr, right: Expr) -> Expr {
    match operator {
        Comparison::Equal => left.eq(right),
        Comparison::NotEqual => left.neq(right),
        Comparison::Less => left.lt(right),
        Comparison::LessOrEqual => left.lt_eq(right),
        Comparison::Greater => left.gt(right),
        Comparison::GreaterOrEqual => left.gt_eq(right),
    }
}

/// A ladder without rows is its `otherwise`.
fn ladder(conditions: Vec<Expr>, rows: &[(NodeId, u32)], otherwise: Option<u32>, unknown: Option<u32>) -> Expr {
    if rows.is_empty() {
        let label = otherwise.map_or(Value::Missing, |label| Value::Int(i64::from(label)));
        return literal(&label, Physical::Int);
    }
    kernels::ladder(conditions.into_iter().zip(rows).map(|(condition, (_, label))| (condition, *label)).collect(), otherwise, unknown)
}

/// Membership in a set of known values: unknown for a missing value.
fn one_of(value: Expr, physical: Physical, set: &[Value]) -> Result<Expr, EngineError> {
    if set.len() <= 3 || physical == Physical::Bool {
        let tests = set.iter().map(|member| value.clone().eq(literal(member, physical)));
        return Ok(tests.reduce(Expr::or).unwrap_or_else(|| lit(false)));
    }
    let members = match physical {
        Physical::Text => Series::new(PlSmallStr::EMPTY, set.iter().filter_map(Value::as_text).collect::<Vec<&str>>()),
        Physical::Float => Series::new(PlSmallStr::EMPTY, set.iter().filter_map(Value::as_float).collect::<Vec<f64>>()),
        Physical::Int | Physical::Bool => Series::new(PlSmallStr::EMPTY, set.iter().filter_map(Value::as_int).collect::<Vec<i64>>()),
    };
    Ok(value.is_in(lit(members).implode(true), false))
}

fn format(value: Expr, ty: Type, style: FormatStyle) -> Expr {
    let physical = ty.physical();
    kernels::row_function(vec![(value, physical)], Physical::Text, move |values| {
        values.first().map_or(Value::Missing, |value| builtins::format_value(value, &ty, &style))
    })
}
