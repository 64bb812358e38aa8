//! Models: the latest score of the table `model_scores`, of one version, no older than a limit and inside its range.
//!
//! A model `from` a file is read the same way; its rows are written into that table by the run itself (see `model_file`).

use super::names::Scope;
use super::problems::{facts as problems, names};
use super::score::Totals;
use super::synthetic::Synthetic;
use super::{Checker, Typed};
use crate::diag::Problem;
use crate::ir::{FactKind, Kind, NodeId};
use crate::source::Span;
use crate::syntax::ast::{self, ComparisonOperator, Expression, Item, Name};
use crate::types::{TableId, Type, Value};
use std::rc::Rc;

pub(super) const SCORES: &str = "model_scores";

impl Checker {
    pub(super) fn lower_model(
        &mut self,
        module: usize,
        item: &Rc<Item>,
        model: &ast::Model,
        scope: &Scope,
        table: TableId,
    ) -> Option<Typed> {
        let span = model.name.span;
        if model.max_age.is_none() && model.from.is_none() {
            self.report(Problem::new(&problems::MODEL_WITHOUT_AGE, span).with("name", &model.name.text));
            return None;
        }
        let scores = self.scores_table(span)?;
        let written = Synthetic(span);
        let own = self.name_in_scores(module, model);
        let latest = written.aggregate("latest", &[SCORES, "score"], written.all(own_rows(model, &own)), model.max_age.as_ref());
        let score = self.expression(&latest, scope)?;
        if let Some(network) = &model.from {
            self.lower_model_file(model, network, own, (table, scores), scope)?;
        }
        let range = match &model.range {
            Some((low, high)) => Some((self.fixed_float(low, scope, "`range`")?, self.fixed_float(high, scope, "`range`")?)),
            None => None,
        };
        let name = &model.name.text;
        let node = match range {
            Some((low, high)) => {
                let inside = self.inside(score.node, low, high, span);
                let outside = self.negation(inside, span);
                self.watch(format!("model {name} outside its range"), table, outside);
                let nothing = self.constant(Value::Missing, Type::Number, span);
                let node =
                    self.add_in(table, Kind::If { condition: inside, then: score.node, otherwise: nothing }, Type::Number, true, span);
                let totals = Totals { low: Value::Float(low), high: Value::Float(high), listed: None };
                self.facts.totals.insert(node, totals);
                node
            }
            None => score.node,
        };
        let missing = self.add_in(table, Kind::IsMissing(node), Type::Bool, false, span);
        self.watch(format!("model {name} without a fresh score"), table, missing);
        self.list_fact(module, item, FactKind::Model, node, table, Vec::new());
        Some(self.typed(node, span))
    }

    fn inside(&mut self, score: NodeId, low: f64, high: f64, span: Span) -> NodeId {
        let (low, high) = (self.constant(Value::float(low), Type::Number, span), self.constant(Value::float(high), Type::Number, span));
        let above = Kind::Compare { operator: crate::ir::Comparison::GreaterOrEqual, left: score, right: low };
        let below = Kind::Compare { operator: crate::ir::Comparison::LessOrEqual, left: score, right: high };
        let (above, below) = (self.add(above, Type::Bool, true, span), self.add(below, Type::Bool, true, span));
        self.all(&[above, below], span)
    }

    fn scores_table(&mut self, span: Span) -> Option<TableId> {
        let found = self.find_table(SCORES);
        if found.is_none() {
            self.unknown_table(&Name { text: String::from(SCORES), span });
        }
        found
    }

    /// What stands in the column `model`: its name for a score from outside; for one that is computed here its name and module, so
    /// that two modules do not write each other's scores.
    fn name_in_scores(&self, module: usize, model: &ast::Model) -> String {
        let own = self.modules.get(module).filter(|_| model.from.is_some());
        own.map_or_else(|| model.name.text.clone(), |module| module.qualified(&model.name.text))
    }

    /// `MODEL.stale`, `MODEL.scored_at`, `MODEL.reason`.
    pub(crate) fn model_member(
        &mut self,
        module: usize,
        item: &Rc<Item>,
        model: &ast::Model,
        member: &Name,
        table: TableId,
    ) -> Option<Option<Typed>> {
        let score = self.fact(module, item, table)?;
        let Some(score) = score else { return Some(None) };
        let (written, scope) = (Synthetic(member.span), Scope::of(module, table));
        let filter = written.all(own_rows(model, &self.name_in_scores(module, model)));
        let value = match member.text.as_str() {
            "stale" => {
                let missing = self.add_in(table, Kind::IsMissing(score.node), Type::Bool, false, member.span);
                return Some(Some(self.typed(missing, member.span)));
            }
            "scored_at" => written.aggregate("latest", &[SCORES, "scored_at"], filter, None),
            "reason" => written.aggregate("latest", &[SCORES, "reason1"], filter, model.max_age.as_ref()),
            _ => {
                let problem = Problem::new(&names::UNKNOWN_PART, member.span).with("kind", "model part").with("name", &member.text);
                self.report(super::wording::advised(problem, &member.text, &["stale", "scored_at", "reason"], ("a model has", "模型有")));
                return Some(None);
            }
        };
        Some(self.expression(&value, &scope))
    }

    /// A constant that no score of a model can have.
    pub(crate) fn outside_range(&mut self, score: &Typed, other: &Typed) -> Option<()> {
        let fact = self.facts.find(score.node).filter(|fact| fact.kind == FactKind::Model)?;
        let name = fact.name.clone();
        let totals = self.facts.totals.get(&score.node)?.clone();
        let value = self.fixed_value(other)?;
        if value >= totals.low && value <= totals.high {
            return None;
        }
        let words = |value: &Value| match crate::builtins::format_value(value, &Type::Number, &crate::ir::FormatStyle::Plain) {
            Value::Text(text) => text,
            Value::Missing | Value::Bool(_) | Value::Int(_) | Value::Float(_) => String::new(),
        };
        let problem =
            Problem::new(&problems::OUTSIDE_RANGE, other.span).with("name", name).with("value", self.sources.text(other.span).trim());
        self.report(problem.with("low", words(&totals.low)).with("high", words(&totals.high)));
        Some(())
    }
}

/// Rows of this model and version.
fn own_rows(model: &ast::Model, name: &str) -> Vec<Expression> {
    let written = Synthetic(model.name.span);
    let is = |column: &str, text: &str| written.compare(written.path(&[column]), ComparisonOperator::Equal, written.text(text));
    let mut conditions = vec![is("model", name)];
    conditions.extend(model.version.as_ref().map(|version| is("version", &version.text)));
    conditions
}
