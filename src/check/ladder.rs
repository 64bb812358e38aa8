//! Tiers and partitions.

use super::names::Scope;
use super::problems::{declarations as problems, types};
use super::{Checker, Typed};
use crate::diag::Problem;
use crate::ir::{FactKind, FactRow, Kind, Ladder, LadderLabel, NodeId};
use crate::source::Span;
use crate::syntax::ast::{self, Cell, CellKind, ComparisonOperator, Item, LadderKind, RowCondition};
use crate::types::{LadderId, TableId, Type};
use std::rc::Rc;

/// What the rows of a ladder came to.
#[derive(Default)]
struct Rows {
    conditions: Vec<(NodeId, u32)>,
    /// Source place of each condition, in the same order.
    places: Vec<(Span, String)>,
    otherwise: Option<u32>,
    unknown: Option<u32>,
    listed: Vec<FactRow>,
    whole: bool,
}

impl Checker {
    pub(super) fn lower_ladder(
        &mut self,
        module: usize,
        item: &Rc<Item>,
        ladder: &ast::Ladder,
        scope: &Scope,
        table: TableId,
    ) -> Option<Typed> {
        let id = self.register_ladder(module, ladder)?;
        let axes = self.ladder_axes(ladder, scope)?;
        let rows = self.ladder_rows(id, ladder, &axes, scope);
        if !rows.whole {
            return None;
        }
        let decided = self.prove_ladder(ladder, &rows.conditions, &rows.places, rows.otherwise.is_some());
        self.check_monotone(ladder, id, &rows.conditions, rows.otherwise, scope);
        let unknowable = !decided && rows.conditions.iter().any(|(node, _)| self.optional(*node));
        if unknowable && rows.unknown.is_none() {
            let culprit = rows.conditions.iter().map(|(node, _)| *node).find(|node| self.optional(*node));
            let reads = culprit.map(|node| self.optional_reads(node)).unwrap_or_default();
            let column = reads.first().map_or_else(|| String::from("a value it reads"), |column| format!("`{column}`"));
            let problem = Problem::new(&problems::UNKNOWN_NOT_HANDLED, ladder.name.span).with("ladder", &ladder.name.text);
            self.report(problem.with("column", column));
        }
        let kind = Kind::Ladder { rows: rows.conditions, otherwise: rows.otherwise, unknown: rows.unknown };
        let raw = self.add_in(table, kind, Type::Label(id), false, ladder.name.span);
        let fact_kind = if ladder.kind == LadderKind::Partition { FactKind::Partition } else { FactKind::Tiers };
        if ladder.memory.is_empty() {
            self.list_fact(module, item, fact_kind, raw, table, rows.listed);
            return Some(self.typed(raw, ladder.name.span));
        }
        let held = self.held(ladder, id, raw, table, module)?;
        self.list_raw(module, item, raw, table, rows.listed.clone());
        self.list_fact(module, item, fact_kind, held, table, rows.listed);
        Some(self.typed(held, ladder.name.span))
    }

    fn register_ladder(&mut self, module: usize, ladder: &ast::Ladder) -> Option<LadderId> {
        let mut labels: Vec<LadderLabel> = Vec::new();
        for row in &ladder.rows {
            let display = row.label.as_ref().map(|label| label.text.clone());
            match labels.iter_mut().find(|label| label.name == row.name.text) {
                Some(known) => known.label = known.label.take().or(display),
                None => labels.push(LadderLabel { name: row.name.text.clone(), label: display }),
            }
        }
        let best_first = match ladder.kind {
            LadderKind::WorstFirst => Some(false),
            LadderKind::BestFirst => Some(true),
            LadderKind::Unordered | LadderKind::Partition => None,
        };
        let name = self.modules.get(module).map_or_else(|| ladder.name.text.clone(), |module| module.qualified(&ladder.name.text));
        let label = ladder.label.as_ref().map(|label| label.text.clone());
        self.add_ladder(Ladder { name, label, labels, best_first })
    }

    pub(crate) fn add_ladder(&mut self, ladder: Ladder) -> Option<LadderId> {
        self.ladders.push(ladder);
        Some(LadderId(u32::try_from(self.ladders.len() - 1).ok()?))
    }

    fn ladder_axes(&mut self, ladder: &ast::Ladder, scope: &Scope) -> Option<Vec<Typed>> {
        let lowered: Vec<Option<Typed>> = ladder.axes.iter().map(|axis| self.expression(axis, scope)).collect();
        lowered.into_iter().collect()
    }

    fn ladder_rows(&mut self, id: LadderId, ladder: &ast::Ladder, axes: &[Typed], scope: &Scope) -> Rows {
        let mut rows = Rows { whole: true, ..Rows::default() };
        for row in &ladder.rows {
            let Some(label) = self.label_ordinal(id, &row.name.text) else { continue };
            let condition = match &row.condition {
                RowCondition::When(condition) => self.condition_of(condition, scope, "`when`").map(|typed| Some(typed.node)),
                RowCondition::Cells(cells) => self.cells(cells, axes, row.span, scope).map(Some),
                RowCondition::Otherwise(_) => {
                    rows.otherwise = Some(label);
                    Some(None)
                }
                RowCondition::WhenUnknown(_) => {
                    rows.unknown = Some(label);
                    Some(None)
                }
            };
            match condition {
                None => rows.whole = false,
                Some(condition) => {
                    if let Some(condition) = condition {
                        rows.conditions.push((condition, label));
                        rows.places.push((row.span, row.name.text.clone()));
                    }
                    let because = row.because.as_ref().and_then(ast::TextLiteral::plain);
                    rows.listed.push(FactRow { label, condition, points: None, because, span: row.span });
                }
            }
        }
        rows
    }

    pub(crate) fn label_ordinal(&self, ladder: LadderId, name: &str) -> Option<u32> {
        let at = self.ladders.get(ladder.0 as usize)?.labels.iter().position(|label| label.name == name)?;
        u32::try_from(at).ok()
    }

    fn cells(&mut self, cells: &[Cell], axes: &[Typed], span: Span, scope: &Scope) -> Option<NodeId> {
        if cells.len() != axes.len() {
            let problem = Problem::new(&problems::CELL_COUNT, span).with("found", cells.len());
            self.report(problem.with("expected", axes.len()));
            return None;
        }
        let mut conditions = Vec::new();
        let mut whole = true;
        for (cell, axis) in cells.iter().zip(axes) {
            match self.cell(cell, axis, scope) {
                Some(Some(condition)) => conditions.push(condition),
                Some(None) => {}
                None => whole = false,
            }
        }
        whole.then(|| self.all(&conditions, span))
    }

    /// A cell's condition; `Some(None)` for `any`.
    fn cell(&mut self, cell: &Cell, axis: &Typed, scope: &Scope) -> Option<Option<NodeId>> {
        let values: Vec<(ComparisonOperator, &ast::Expression)> = match &cell.kind {
            CellKind::Any => return Some(None),
            CellKind::Value(value) if Self::is_any(value) => return Some(None),
            CellKind::Value(value) => vec![(ComparisonOperator::Equal, value)],
            CellKind::OneOf(values) => values.iter().map(|value| (ComparisonOperator::Equal, value)).collect(),
            CellKind::Compare(operator, value) => vec![(*operator, value)],
        };
        let mut nodes = Vec::new();
        for (operator, value) in values {
            let operand = self.operand(value, &axis.ty, scope)?;
            let left = Typed { span: cell.span, ..axis.clone() };
            nodes.push(self.compare_typed(operator, left, operand, cell.span, cell.span)?);
        }
        Some(Some(self.any(&nodes, cell.span)))
    }

    /// The ladder of a label expression, or a problem.
    pub(crate) fn require_label(&mut self, typed: &Typed, name: &str) -> Option<LadderId> {
        match typed.ty {
            Type::Label(ladder) => Some(ladder),
            _ => {
                let problem = Problem::new(&super::problems::strategy::BY_NOT_LABEL, typed.span).with("name", name);
                self.report(problem.with("found", &typed.ty));
                None
            }
        }
    }

    /// Refuses a value that is not of one exact type.
    pub(crate) fn require_type(&mut self, typed: &Typed, expected: &Type, place: &str) -> Option<()> {
        if typed.ty == *expected || (*expected == Type::Text && typed.ty.is_text()) {
            return Some(());
        }
        let problem = Problem::new(&types::WRONG_TYPE, typed.span).with("where", place).with("expected", expected);
        self.report(problem.with("found", &typed.ty));
        None
    }
}
