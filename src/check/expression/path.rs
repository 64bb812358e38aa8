//! Names and dotted paths: columns, steps along references, facts, params.

use crate::check::names::{Scope, TriggerRow};
use crate::check::problems::{names as problems, types};
use crate::check::wording;
use crate::check::{Checker, Typed};
use crate::diag::{Problem, nearest::nearest};
use crate::ir::{AggregateFunction, Kind, NodeId};
use crate::source::Span;
use crate::syntax::ast::{Item, ItemKind, Name, Path};
use crate::types::{ColumnId, TableId, Type};
use std::rc::Rc;

impl Checker {
    pub(crate) fn path(&mut self, path: &Path, scope: &Scope) -> Option<Typed> {
        let stripped = strip_prefix(path, scope);
        let segments = stripped.as_deref().unwrap_or(&path.segments);
        let head = segments.first()?;
        if let Some(bound) = self.bound(&path.text(), scope) {
            return Some(Typed { span: path.span, ..bound });
        }
        if let Some(typed) = self.special(head, segments, path.span, scope) {
            return typed;
        }
        if let Some(table) = scope.table {
            if let Some(found) = self.member(table, segments, path.span, scope) {
                return found;
            }
        }
        if let Some((module, item)) = self.find_item(path, scope.module) {
            return self.item_value(module, &item, path, scope);
        }
        if let (Some([fact]), Some(table)) = (stripped.as_deref(), scope.table) {
            // A fact about the rows is like one of their columns.
            let own = Path { segments: vec![fact.clone()], span: path.span };
            let found = self.find_item(&own, scope.module).and_then(|(module, item)| self.fact(module, &item, table));
            if let Some(found) = found {
                return found.map(|typed| Typed { span: path.span, ..typed });
            }
        }
        self.unknown_path(path, segments, scope);
        None
    }

    /// A name bound here or, seen from rows, in the surrounding scope.
    pub(crate) fn bound(&mut self, name: &str, scope: &Scope) -> Option<Typed> {
        if let Some(bound) = scope.bindings.get(name) {
            return Some(bound.clone());
        }
        let outer = scope.outer.clone()?;
        let bound = self.bound(name, &outer)?;
        Some(self.outer(bound, scope))
    }

    /// `subject.x`, `trigger.x`, `as_of`.
    fn special(&mut self, head: &Name, segments: &[Name], span: Span, scope: &Scope) -> Option<Option<Typed>> {
        let rest = segments.get(1..).unwrap_or_default();
        match (head.text.as_str(), rest.is_empty()) {
            ("as_of", true) if scope.table.and_then(|table| self.table(table)?.find_column("as_of")).is_none() => {
                let node = self.as_of(span);
                Some(Some(self.typed(node, span)))
            }
            ("subject", false) => {
                let inner = Path { segments: rest.to_vec(), span };
                Some(match &scope.outer {
                    Some(outer) => {
                        let typed = self.path(&inner, &outer.clone());
                        typed.map(|typed| self.outer(typed, scope))
                    }
                    None => self.path(&inner, scope),
                })
            }
            ("trigger", false) => {
                let trigger = scope.trigger.clone()?;
                Some(self.trigger_value(&trigger, rest, span, scope))
            }
            (_, false) => self.special_member(head, rest, span, scope),
            (_, true) => None,
        }
    }

    /// `candidate.product.x` and `OFFER.open_places`.
    fn special_member(&mut self, head: &Name, rest: &[Name], span: Span, scope: &Scope) -> Option<Option<Typed>> {
        if head.text == "candidate" {
            return Some(self.candidate_value(rest, span, scope));
        }
        let (owner, member) = match rest {
            [member] => (vec![head.clone()], member),
            [name, member] => (vec![head.clone(), name.clone()], member),
            _ => return None,
        };
        let (module, item) = self.find_item(&Path { segments: owner, span: head.span }, scope.module)?;
        match (&item.kind, scope.table) {
            (ItemKind::Offer(offer), Some(table)) => Some(self.offer_value(module, offer, member, table)),
            (ItemKind::Feature(feature), Some(table)) => self.association_member(module, &item, feature, member, table),
            (ItemKind::Score(_), Some(table)) => self.score_member(module, &item, member, table),
            (ItemKind::Model(model), Some(table)) => self.model_member(module, &item, model, member, table),
            (ItemKind::Cohort(cohort), Some(table)) => self.cohort_member(module, &item, cohort, member, table),
            (_, _) => None,
        }
    }

    /// A column of the product an action offers.
    fn candidate_value(&mut self, rest: &[Name], span: Span, scope: &Scope) -> Option<Typed> {
        let [product, column] = rest else {
            let head = rest.first()?;
            let known = [
                "candidate.channel",
                "candidate.purpose",
                "candidate.product",
                "candidate.class",
                "candidate.template",
                "candidate.approved_by",
                "candidate.generated_by",
            ];
            let name = format!("candidate.{}", head.text);
            let problem = Problem::new(&problems::UNKNOWN_NAME, span).with("name", &name);
            self.report(wording::advised(problem, &name, &known, ("known are", "可用的有")));
            return None;
        };
        let key = self.bound(&format!("candidate.{}", product.text), scope)?;
        let Some(table) = self.find_table("products") else {
            self.unknown_table(&Name { text: String::from("products"), span });
            return None;
        };
        let Some(id) = self.table(table)?.find_column(&column.text) else {
            self.unknown_column(table, column);
            return None;
        };
        let value = self.column(table, id, span);
        let ty = self.type_of(value);
        let node = self.add_in(scope.table?, Kind::Via { key: key.node, table, value }, ty, true, span);
        Some(self.typed(node, span))
    }

    /// A value of the surrounding scope, read from rows.
    pub(crate) fn outer(&mut self, typed: Typed, scope: &Scope) -> Typed {
        let crossing = self.graph.get(typed.node).is_some_and(|node| node.space.is_some());
        let typed_span = typed.span;
        match (scope.table, scope.owner) {
            (Some(table), Some(key)) if crossing => {
                let owner = scope.outer.as_ref().and_then(|outer| outer.table).unwrap_or(table);
                self.via(table, key, owner, typed, typed_span)
            }
            (Some(table), None) if crossing => {
                let node = self.add_in(table, Kind::Outer(typed.node), typed.ty.clone(), typed.optional, typed.span);
                Typed { node, ..typed }
            }
            (_, _) => typed,
        }
    }

    fn trigger_value(&mut self, trigger: &TriggerRow, rest: &[Name], span: Span, scope: &Scope) -> Option<Typed> {
        let rows = Scope::of(scope.module, trigger.table);
        let inner = Path { segments: rest.to_vec(), span };
        let typed = self.path(&inner, &rows)?;
        let mut aggregate = trigger.earliest.clone();
        aggregate.function = AggregateFunction::Earliest;
        aggregate.value = Some(typed.node);
        let node = self.add_in(scope.table?, Kind::Aggregate(Box::new(aggregate)), typed.ty, true, span);
        Some(self.typed(node, span))
    }

    /// A column, a step along a reference, or a fact of a table. `None` when the first name is none of these.
    fn member(&mut self, table: TableId, segments: &[Name], span: Span, scope: &Scope) -> Option<Option<Typed>> {
        let head = segments.first()?;
        let rest = segments.get(1..).unwrap_or_default();
        if let Some(column) = self.table(table).and_then(|table| table.find_column(&head.text)) {
            if rest.is_empty() {
                let node = self.column(table, column, span);
                return Some(Some(self.typed(node, span)));
            }
        }
        if let Some((column, target)) = self.reference(table, &head.text) {
            let key = self.column(table, column, span);
            if rest.is_empty() {
                return Some(Some(self.typed(key, span)));
            }
            let value = self.member(target, rest, span, scope);
            let value = match value {
                Some(value) => value,
                None => self.fact_of(target, rest, span, scope),
            };
            return Some(value.map(|value| self.via(table, key, target, value, span)));
        }
        None
    }

    /// A fact declared about `table`, named from the module of the scope.
    fn fact_of(&mut self, table: TableId, segments: &[Name], span: Span, scope: &Scope) -> Option<Typed> {
        let path = Path { segments: segments.to_vec(), span };
        if let Some((module, item)) = self.find_item(&path, scope.module) {
            if let Some(typed) = self.fact(module, &item, table) {
                return typed.map(|typed| Typed { span, ..typed });
            }
        }
        if self.rows_from(table, segments.first()?).is_some() {
            self.many_rows(&path);
        } else {
            self.unknown_column(table, segments.first()?);
        }
        None
    }

    fn via(&mut self, space: TableId, key: NodeId, table: TableId, value: Typed, span: Span) -> Typed {
        let constant = self.graph.get(value.node).is_some_and(|node| node.space.is_none());
        if constant {
            return value;
        }
        let node = self.add_in(space, Kind::Via { key, table, value: value.node }, value.ty, true, span);
        self.typed(node, span)
    }

    pub(crate) fn column(&mut self, table: TableId, column: ColumnId, span: Span) -> NodeId {
        let known = self.table(table).and_then(|table| table.column(column));
        let (ty, optional) = known.map_or((Type::Missing, true), |column| (column.ty.clone(), column.optional));
        self.add_in(table, Kind::Column(column), ty, optional, span)
    }

    /// A many-to-one step by its path name.
    pub(crate) fn reference(&self, table: TableId, name: &str) -> Option<(ColumnId, TableId)> {
        let columns = &self.table(table)?.columns;
        let at = columns.iter().position(|column| column.reference.as_ref().is_some_and(|reference| reference.path_name == name))?;
        let target = columns.get(at)?.reference.as_ref()?.table;
        Some((ColumnId(u32::try_from(at).ok()?), target))
    }

    /// The declaration a path names: `dormant`, `rfm.octant`.
    pub(crate) fn find_item(&self, path: &Path, module: usize) -> Option<(usize, Rc<Item>)> {
        let here = self.modules.get(module)?;
        match path.segments.as_slice() {
            [single] => here.find(&single.text).map(|(_, item)| (module, item)),
            [alias, name] => {
                let target = *here.uses.get(&alias.text)?;
                self.modules.get(target)?.find(&name.text).map(|(_, item)| (target, item))
            }
            _ => None,
        }
    }

    fn item_value(&mut self, module: usize, item: &Rc<Item>, path: &Path, scope: &Scope) -> Option<Typed> {
        if let ItemKind::Param(param) = &item.kind {
            return self.param_value(module, param, path.span, scope);
        }
        if let ItemKind::Feature(feature) = &item.kind {
            if !feature.arguments.is_empty() {
                self.report_bare_feature(feature, path.span);
                return None;
            }
        }
        if let Some(table) = scope.table {
            if let Some(typed) = self.fact(module, item, table) {
                return typed.map(|typed| Typed { span: path.span, ..typed });
            }
            let outer = scope.outer.clone();
            if let Some(outer_table) = outer.as_ref().and_then(|outer| outer.table) {
                if let Some(typed) = self.fact(module, item, outer_table) {
                    return typed.map(|typed| self.outer(Typed { span: path.span, ..typed }, scope));
                }
            }
        }
        self.misplaced_item(module, item, path, scope);
        None
    }

    pub(super) fn misplaced_item(&mut self, module: usize, item: &Rc<Item>, path: &Path, scope: &Scope) {
        let here = scope.table.and_then(|table| self.table(table)).map_or_else(String::new, |table| table.name.clone());
        match self.fact_table(module, item) {
            Some(table) => {
                let about = self.table(table).map_or_else(String::new, |table| table.name.clone());
                let step = scope.table.and_then(|here| self.step_to(here, table)).unwrap_or_else(|| about.clone());
                let problem = Problem::new(&problems::FACT_OF_OTHER_TABLE, path.span).with("name", path.text()).with("table", about);
                self.report(problem.with("here", here).with("path", step));
            }
            None if super::super::facts::is_fact(&item.kind) => {}
            None => {
                let found = super::super::facts::kind_word(&item.kind);
                let problem = Problem::new(&types::WRONG_TYPE, path.span).with("where", "this place").with("expected", "a value");
                self.report(problem.with("found", format!("{found} `{}`", path.text())));
            }
        }
    }

    fn step_to(&self, from: TableId, to: TableId) -> Option<String> {
        let column =
            self.table(from)?.columns.iter().find(|column| column.reference.as_ref().is_some_and(|reference| reference.table == to))?;
        column.reference.as_ref().map(|reference| reference.path_name.clone())
    }

    /// Whether a path has a meaning of its own here, so that it is not just a label.
    pub(crate) fn means_something(&self, path: &Path, scope: &Scope) -> bool {
        let Some(head) = path.segments.first() else { return false };
        scope.binds(&path.text())
            || head.text == "as_of"
            || scope.table.and_then(|table| self.table(table)?.find_column(&head.text)).is_some()
            || scope.table.is_some_and(|table| self.reference(table, &head.text).is_some())
            || self.find_item(path, scope.module).is_some()
    }

    fn many_rows(&mut self, path: &Path) {
        self.report(Problem::new(&types::ROWS_WITHOUT_FUNCTION, path.span).with("path", path.text()));
    }

    pub(crate) fn unknown_column(&mut self, table: TableId, name: &Name) {
        let Some(known) = self.table(table) else { return };
        let mut names: Vec<String> = known.columns.iter().map(|column| column.name.clone()).collect();
        names.extend(known.columns.iter().filter_map(|column| column.label.clone()));
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let table = known.name.clone();
        let problem = Problem::new(&problems::UNKNOWN_COLUMN, name.span).with("table", table).with("name", &name.text);
        let problem = wording::advised(problem, &name.text, &names, ("its columns are", "它的列有"));
        self.report(problem);
    }

    fn unknown_path(&mut self, path: &Path, segments: &[Name], scope: &Scope) {
        let Some(head) = segments.first() else { return };
        let prefixed = segments.len() < path.segments.len();
        if let Some(table) = scope.table.filter(|table| prefixed && self.rows_from(*table, head).is_none()) {
            // The table is named, so only a column of it can be meant.
            self.unknown_column(table, head);
            return;
        }
        if scope.table.is_some_and(|table| self.rows_from(table, head).is_some()) || self.find_table(&head.text).is_some() {
            self.many_rows(path);
            return;
        }
        let names = self.visible_names(scope);
        let close = nearest(&head.text, names.iter().map(String::as_str));
        let mut problem = Problem::new(&problems::UNKNOWN_NAME, path.span).with("name", path.text());
        let nothing_near = ("write a column, a param or a fact that is declared", "请写列、参数或已声明的指标");
        problem = wording::advised(problem, &head.text, &close, nothing_near);
        if let [single] = close.as_slice() {
            let replacement = (*single).to_string();
            problem = problem.fix(crate::diag::Text { en: "use the nearest name", zh: "用最接近的名称" }, head.span, replacement, false);
        }
        self.report(problem);
    }

    /// Every name that would mean something here, for help.
    fn visible_names(&self, scope: &Scope) -> Vec<String> {
        let mut names: Vec<String> = scope.bindings.keys().cloned().collect();
        if let Some(table) = scope.table.and_then(|table| self.table(table)) {
            for column in &table.columns {
                names.push(column.name.clone());
                names.extend(column.label.clone());
                names.extend(column.reference.as_ref().map(|reference| reference.path_name.clone()));
            }
        }
        if let Some(module) = self.modules.get(scope.module) {
            names.extend(module.known().map(String::from));
            for (alias, target) in &module.uses {
                if let Some(target) = self.modules.get(*target) {
                    names.extend(target.known().map(|name| format!("{alias}.{name}")));
                }
            }
        }
        names
    }
}

/// Inside rows reached by a path, the same path prefix names the row itself.
fn strip_prefix(path: &Path, scope: &Scope) -> Option<Vec<Name>> {
    let prefix = &scope.prefix;
    let matches = !prefix.is_empty()
        && path.segments.len() > prefix.len()
        && path.segments.iter().zip(prefix).all(|(segment, name)| segment.text == *name);
    matches.then(|| path.segments.get(prefix.len()..).unwrap_or_default().to_vec())
}
