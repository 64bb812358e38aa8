//! Tags: typed values of the table `tags`, each with a nature and a time at which it expires.

use super::names::Scope;
use super::problems::{declarations, names};
use super::synthetic::Synthetic;
use super::{Checker, Typed};
use crate::diag::Problem;
use crate::ir::{FactKind, Kind, NodeId};
use crate::syntax::ast::{self, ColumnTypeKind, ComparisonOperator, Expression, Item, Name};
use crate::types::{TableId, Type, Value};
use std::rc::Rc;

const TAGS: &str = "tags";
const NATURES: [&str; 3] = ["fact", "predicted", "model"];

impl Checker {
    pub(super) fn lower_tag(&mut self, module: usize, item: &Rc<Item>, tag: &ast::Tag, scope: &Scope, table: TableId) -> Option<Typed> {
        let span = tag.name.span;
        if let Some(nature) = tag.nature.as_ref().filter(|nature| !NATURES.contains(&nature.text.as_str())) {
            let problem = Problem::new(&names::UNKNOWN_PART, nature.span).with("kind", "nature").with("name", &nature.text);
            self.report(super::wording::advised(problem, &nature.text, &NATURES, ("a tag is", "标签的性质有")));
            return None;
        }
        if self.find_table(TAGS).is_none() {
            self.unknown_table(&Name { text: String::from(TAGS), span });
            return None;
        }
        let written = Synthetic(span);
        let latest = written.aggregate("latest", &[TAGS, "value"], written.all(valid_rows(tag)), None);
        let found = self.expression(&latest, scope)?;
        let text = self.current_tag(found.node, tag, scope, table)?;
        let node = self.typed_tag(tag, text, table)?;
        self.list_fact(module, item, FactKind::Tag, node, table, Vec::new());
        Some(self.typed(node, span))
    }

    /// Of several rows the one updated last; rows updated at or after the run are not there yet.
    fn current_tag(&mut self, found: NodeId, tag: &ast::Tag, scope: &Scope, table: TableId) -> Option<NodeId> {
        let span = tag.name.span;
        let Some(Kind::Aggregate(aggregate)) = self.graph.get(found).map(|node| node.kind.clone()) else { return Some(found) };
        let updated = self.named_column(aggregate.table, "updated_at", span)?;
        let start = self.constant(Value::Int(0), Type::Time, span);
        let mut aggregate = *aggregate;
        aggregate.until = Some(self.as_of(span));
        match &tag.max_age {
            Some(age) => {
                let length = self.length(age, scope, "`max age`")?;
                let now = self.as_of(span);
                aggregate.from = Some(self.shift(now, length.negated(), span));
                aggregate.at = Some(updated);
            }
            None => aggregate.at = Some(self.first_known(updated, start, span)),
        }
        Some(self.add_in(table, Kind::Aggregate(Box::new(aggregate)), Type::Text, true, span))
    }

    /// The text of a tag as its declared type; a text that is no such value is missing, and counted.
    fn typed_tag(&mut self, tag: &ast::Tag, text: NodeId, table: TableId) -> Option<NodeId> {
        let span = tag.name.span;
        let (ty, way) = match &tag.value_type.kind {
            ColumnTypeKind::OneOf { base: _, values } => {
                let known: Vec<&str> = values.iter().map(|value| value.text.as_str()).collect();
                let inside = self.one_of(text, &known, span);
                let outside = self.negation(inside, span);
                self.watch(format!("tag {} outside its values", tag.name.text), table, outside);
                let ty = Type::Choice(values.iter().map(|value| value.text.clone()).collect());
                let nothing = self.constant(Value::Missing, ty.clone(), span);
                return Some(self.add_in(table, Kind::If { condition: inside, then: text, otherwise: nothing }, ty, true, span));
            }
            ColumnTypeKind::Named(name) => match name.text.as_str() {
                "text" => return Some(text),
                "int" => (Type::Int, "int"),
                "number" => (Type::Number, "number"),
                "money" => (Type::Money, "money"),
                "percent" => (Type::Percent, "percent"),
                "bool" => (Type::Bool, "bool"),
                "date" => (Type::Date, "date"),
                _ => return self.no_tag_type(tag, &name.text),
            },
            ColumnTypeKind::ListOf(name) | ColumnTypeKind::Ref(name) | ColumnTypeKind::Unit { base: name, unit: _ } => {
                return self.no_tag_type(tag, &name.text);
            }
        };
        let way = self.text_constant(way, span);
        let read = self.add_in(table, Kind::Call { function: String::from("read_value"), arguments: vec![text, way] }, ty, true, span);
        let (found, unread) = (self.is_known(text, span), self.add_in(table, Kind::IsMissing(read), Type::Bool, false, span));
        let unreadable = self.all(&[found, unread], span);
        self.watch(format!("tag {} not readable", tag.name.text), table, unreadable);
        Some(read)
    }

    fn no_tag_type(&mut self, tag: &ast::Tag, name: &str) -> Option<NodeId> {
        self.report(Problem::new(&declarations::UNKNOWN_TYPE, tag.value_type.span).with("name", name));
        None
    }
}

/// Rows of this tag, by its name or its label, of its nature and not expired.
fn valid_rows(tag: &ast::Tag) -> Vec<Expression> {
    let written = Synthetic(tag.name.span);
    let mut names = vec![tag.name.text.as_str()];
    names.extend(tag.label.as_ref().map(|label| label.text.as_str()));
    let expires = || written.path(&["expires_at"]);
    let later = written.compare(expires(), ComparisonOperator::Greater, written.path(&["as_of"]));
    let mut conditions = vec![written.one_of(written.path(&["tag"]), &names), written.either(later, written.missing(expires()))];
    conditions.extend(tag.nature.as_ref().map(|nature| {
        let kind = written.path(&["kind"]);
        written.compare(kind, ComparisonOperator::Equal, written.text(&nature.text))
    }));
    conditions
}
