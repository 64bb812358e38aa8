//! `model churn from "churn.onnx" inputs a, b`: what the network is fed, as numbers.

use super::Checker;
use super::names::Scope;
use super::problems::facts as problems;
use crate::diag::Problem;
use crate::ir::{Kind, ModelFile, NodeId, Operator};
use crate::source::Span;
use crate::syntax::ast::{self, Expression, ExpressionKind};
use crate::types::{ColumnId, TableId, Type, Value};

/// Minor units of one unit of the currency: a network is trained on yuan.
const MINOR_UNITS: f64 = 100.0;

impl Checker {
    /// Has the run compute the scores of a model about the first table and write them into the second.
    pub(super) fn lower_model_file(
        &mut self,
        model: &ast::Model,
        network: &ast::Network,
        name: String,
        (table, scores): (TableId, TableId),
        scope: &Scope,
    ) -> Option<()> {
        if network.inputs.is_empty() {
            let problem = Problem::new(&problems::MODEL_WITHOUT_INPUTS, network.file.span).with("name", &model.name.text);
            self.report(problem.with("file", &network.file.text));
            return None;
        }
        let unit = self.unit_column(table, scores)?;
        // All of them, so that all that are wrong are reported.
        let inputs: Vec<Option<NodeId>> = network.inputs.iter().map(|path| self.network_input(path, table, scope)).collect();
        let inputs = inputs.into_iter().collect::<Option<Vec<NodeId>>>()?;
        let version = model.version.as_ref().map(|version| version.text.clone());
        let (file, span) = (network.file.text.clone(), network.file.span);
        self.models.push(ModelFile { name, version, file, blake3: None, table, scores, unit, inputs, span });
        Some(())
    }

    /// The column of the scores that names a row of the table. That there is one is known: scores of the table were read.
    fn unit_column(&self, table: TableId, scores: TableId) -> Option<ColumnId> {
        let refers = |column: &crate::types::Column| column.reference.as_ref().is_some_and(|reference| reference.table == table);
        let at = self.table(scores)?.columns.iter().position(refers)?;
        Some(ColumnId(u32::try_from(at).ok()?))
    }

    /// One input as a float about the table: whole numbers and basis points as they are, money in yuan, shares and rates as fractions,
    /// true as 1 and false as 0.
    fn network_input(&mut self, path: &ast::Path, table: TableId, scope: &Scope) -> Option<NodeId> {
        let span = path.span;
        let typed = self.expression(&Expression { span, kind: Box::new(ExpressionKind::Path(path.clone())) }, scope)?;
        let node = match &typed.ty {
            Type::Number | Type::Percent | Type::Rate => typed.node,
            Type::Int | Type::BasisPoints => self.float(typed.node, Type::Number, span),
            Type::Money => {
                let fen = self.float(typed.node, Type::Number, span);
                let whole = self.constant(Value::Float(MINOR_UNITS), Type::Number, span);
                self.binary(Operator::Divide, fen, whole, Type::Number, span)
            }
            Type::Bool => {
                let (yes, no) =
                    (self.constant(Value::Float(1.0), Type::Number, span), self.constant(Value::Float(0.0), Type::Number, span));
                self.add_in(table, Kind::If { condition: typed.node, then: yes, otherwise: no }, Type::Number, true, span)
            }
            Type::Text
            | Type::Choice(_)
            | Type::Date
            | Type::Time
            | Type::Month
            | Type::Quarter
            | Type::Duration
            | Type::Label(_)
            | Type::List
            | Type::Missing => {
                self.not_a_number(path, &typed.ty, span);
                return None;
            }
        };
        Some(self.about_rows(node, table, span))
    }

    /// A constant stands in no table; the network is fed rows of one.
    fn about_rows(&mut self, node: NodeId, table: TableId, span: Span) -> NodeId {
        if self.graph.get(node).is_some_and(|node| node.space.is_some()) {
            return node;
        }
        let condition = self.constant(Value::Bool(true), Type::Bool, span);
        let nothing = self.constant(Value::Missing, Type::Number, span);
        self.add_in(table, Kind::If { condition, then: node, otherwise: nothing }, Type::Number, true, span)
    }

    fn not_a_number(&mut self, path: &ast::Path, found: &Type, span: Span) {
        let name: Vec<&str> = path.segments.iter().map(|segment| segment.text.as_str()).collect();
        self.report(Problem::new(&problems::MODEL_INPUT_NOT_NUMBER, span).with("name", name.join(".")).with("found", found));
    }
}
