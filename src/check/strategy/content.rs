//! What a step carries besides its channel: claims and approvals of its text, the queue it goes to, its payload, and the row of a
//! ledger that an action writes.

use super::Draft;
use super::action::Reach;
use super::gate::Rule;
use crate::check::names::Scope;
use crate::check::problems::{facts as problems, names};
use crate::check::{Checker, Typed};
use crate::diag::Problem;
use crate::ir::{Comparison, Emission, FormatStyle, NodeId, Output, Stage};
use crate::source::Span;
use crate::syntax::ast::{self, Entry, Path};
use crate::types::{Column, ColumnId, TableId, TableKind, Type, Value};

/// Ledgers that only the engine writes: who was reached, assigned, entered and labelled decides later runs.
const ENGINE_LEDGERS: [&str; 7] = ["contacts", "spending", "assignments", "entries", "journeys", "tier_history", "cohorts"];
/// Columns that rows of the action list have anyway.
const TAKEN: [&str; 25] = [
    "run_id",
    "as_of",
    "strategy_id",
    "version",
    "action_id",
    "unit_id",
    "customer_id",
    "arm",
    "wave",
    "tier",
    "channel",
    "offer_id",
    "template_id",
    "action",
    "message",
    "assignee_role",
    "assignee_id",
    "queue",
    "due_from",
    "held_until",
    "due_by",
    "priority",
    "expected_value",
    "reason",
    "subject",
];
/// Evidence older than this supports no claim.
const EVIDENCE_MONTHS: i64 = 12;

impl Checker {
    /// A text past its approval and a claim without evidence stop the step; unknown stops too.
    pub(super) fn content_rules(&mut self, draft: &Draft<'_>, reach: &Reach, whole: &mut bool) -> Vec<Rule> {
        let Some((module, template)) = reach.template.clone() else { return Vec::new() };
        let mut out = Vec::new();
        let rule = |name: &str, span: Span, condition: NodeId| Rule {
            stage: Stage::Suitability,
            name: name.to_string(),
            label: None,
            span,
            condition,
        };
        if let Some((approver, Some(until))) = &template.approved {
            match self.past(until, module) {
                Some(condition) => out.push(rule("content_expired", approver.span, condition)),
                None => *whole = false,
            }
        }
        for (name, evidence) in &template.claims {
            let scope = self.scope_of_rule(draft, module, reach.channel.as_deref(), name.span);
            match self.unsupported(evidence, &scope) {
                Some(condition) => out.push(rule(&name.text, name.span, condition)),
                None => *whole = false,
            }
        }
        out
    }

    /// The day of the run is after a day.
    fn past(&mut self, until: &ast::Expression, module: usize) -> Option<NodeId> {
        let typed = self.expression(until, &Scope::constant(module))?;
        self.require_type(&typed, &Type::Date, "`until`")?;
        let day = self.evaluation_day(until.span);
        Some(self.compare(Comparison::Greater, day, typed.node, until.span))
    }

    /// Evidence is a condition that must hold, a day that must not be old, or a value that must be there.
    fn unsupported(&mut self, evidence: &ast::Expression, scope: &Scope) -> Option<NodeId> {
        let typed = self.expression(evidence, scope)?;
        let span = evidence.span;
        if typed.ty == Type::Bool {
            return Some(self.negation(typed.node, span));
        }
        if typed.ty.is_moment() {
            let found = self.as_time(&typed).node;
            let now = self.as_of(span);
            let length = crate::check::length::Length { months: -EVIDENCE_MONTHS, ..crate::check::length::Length::default() };
            let oldest = self.shift(now, length, span);
            return Some(self.compare(Comparison::Less, found, oldest, span));
        }
        let known = self.is_known(typed.node, span);
        Some(self.negation(known, span))
    }

    /// `queue LABEL`: work needs a queue, so the label is always known.
    pub(super) fn queue(&mut self, draft: &Draft<'_>, queue: &Path) -> Option<NodeId> {
        let label = self.path(queue, &draft.scope)?;
        if !matches!(label.ty, Type::Label(_) | Type::Text | Type::Choice(_)) {
            let problem = Problem::new(&crate::check::problems::strategy::BY_NOT_LABEL, queue.span).with("name", queue.text());
            self.report(problem.with("found", &label.ty));
            return None;
        }
        if label.optional && !self.total_of_trigger(draft, queue) {
            self.report(Problem::new(&problems::QUEUE_NOT_TOTAL, queue.span).with("name", queue.text()));
            return None;
        }
        Some(self.formatted(&label, FormatStyle::Plain, queue.span))
    }

    /// `trigger.topic`, where every row has one: whoever is triggered has such a row.
    fn total_of_trigger(&mut self, draft: &Draft<'_>, queue: &Path) -> bool {
        let (Some(trigger), Some((head, rest))) = (draft.scope.trigger.clone(), queue.segments.split_first()) else { return false };
        if head.text != "trigger" {
            return false;
        }
        let inner = Path { segments: rest.to_vec(), span: queue.span };
        self.path(&inner, &Scope::of(draft.module, trigger.table)).is_some_and(|typed| !typed.optional)
    }

    /// `with { target: goal }`: columns of the action list under these names.
    pub(super) fn payload(&mut self, draft: &Draft<'_>, entries: &[Entry]) -> Option<Vec<(String, NodeId)>> {
        let mut out: Vec<(String, NodeId)> = Vec::new();
        let mut whole = true;
        for entry in entries {
            let name = &entry.name.text;
            if TAKEN.contains(&name.as_str()) || out.iter().any(|(known, _)| known == name) {
                self.report(Problem::new(&problems::PAYLOAD_NAME, entry.name.span).with("name", name));
                whole = false;
                continue;
            }
            match self.expression(&entry.value, &draft.scope) {
                Some(typed) if matches!(typed.ty, Type::Label(_)) => {
                    let text = self.formatted(&typed, FormatStyle::Plain, entry.value.span);
                    out.push((name.clone(), text));
                }
                Some(typed) => out.push((name.clone(), typed.node)),
                None => whole = false,
            }
        }
        whole.then_some(out)
    }

    /// The row an action writes into a ledger, for everybody it is done for.
    pub(super) fn emit_writes(&mut self, draft: &mut Draft<'_>, reach: &Reach, id: NodeId, flag: NodeId) -> Option<()> {
        let Some((ledger, entries)) = reach.operation.as_ref().and_then(|operation| operation.writes.clone()) else { return Some(()) };
        let table = self.writable(&ledger)?;
        let scope = Scope { module: reach.operation_module, ..draft.scope.clone() };
        let mut fields: Vec<(String, NodeId)> = Vec::new();
        let mut whole = true;
        for entry in &entries {
            let Some(column) = self.table(table).and_then(|table| table.find_column(&entry.name.text)) else {
                self.unknown_column(table, &entry.name);
                whole = false;
                continue;
            };
            match self.written_value(entry, table, column, &scope) {
                Some((name, node)) => fields.push((name, node)),
                None => whole = false,
            }
        }
        if !whole {
            return None;
        }
        let columns: Vec<(ColumnId, Column)> = (0..).map(ColumnId).zip(self.table(table)?.columns.clone()).collect();
        for (at, column) in columns {
            if fields.iter().any(|(name, _)| *name == column.name) {
                continue;
            }
            match self.usual_value(draft, table, at, &column, id, ledger.span) {
                Some(node) => fields.push((column.name, node)),
                None if column.optional => {}
                None => {
                    let problem = Problem::new(&problems::WRITES_INCOMPLETE, ledger.span).with("ledger", &ledger.text);
                    self.report(problem.with("column", &column.name));
                    whole = false;
                }
            }
        }
        let output = if ledger.text == "grants" { Output::Grants } else { Output::Ledger(table) };
        draft.emissions.push(Emission { output, table: draft.table, flag, fields, strategy: Some(draft.index) });
        whole.then_some(())
    }

    fn writable(&mut self, ledger: &ast::Name) -> Option<TableId> {
        let Some(table) = self.find_table(&ledger.text) else {
            self.unknown_table(ledger);
            return None;
        };
        let known = self.table(table)?;
        if known.kind != TableKind::Ledger || ENGINE_LEDGERS.contains(&known.name.as_str()) {
            let name = known.name.clone();
            self.report(Problem::new(&problems::NOT_WRITABLE, ledger.span).with("name", name));
            return None;
        }
        Some(table)
    }

    /// A value in the unit of its column.
    fn written_value(&mut self, entry: &Entry, table: TableId, column: ColumnId, scope: &Scope) -> Option<(String, NodeId)> {
        let (name, ty, optional) =
            self.table(table)?.column(column).map(|column| (column.name.clone(), column.ty.clone(), column.optional))?;
        let typed = self.operand(&entry.value, &ty, scope)?;
        let node = match (&ty, &typed.ty) {
            (expected, found) if expected == found => typed.node,
            (Type::Text, Type::Label(_)) => self.formatted(&typed, FormatStyle::Plain, typed.span),
            (expected, found) if expected.is_text() && found.is_text() => typed.node,
            (Type::Number | Type::Percent | Type::Rate, Type::Int) => self.float(typed.node, ty.clone(), typed.span),
            (Type::Number | Type::Percent | Type::Rate, Type::Number | Type::Percent | Type::Rate) => typed.node,
            (Type::Time, found) if found.is_moment() => self.as_time(&typed).node,
            (expected, Type::Missing) if optional => self.constant(Value::Missing, expected.clone(), typed.span),
            (expected, found) => {
                let problem = Problem::new(&crate::check::problems::types::WRONG_TYPE, typed.span).with("where", format!("`{name}`"));
                self.report(problem.with("expected", expected).with("found", found));
                return None;
            }
        };
        Some((name, node))
    }

    /// What the columns that every ledger has hold when the action does not say: whom it is about, when, and by which strategy.
    fn usual_value(&mut self, draft: &Draft<'_>, table: TableId, at: ColumnId, column: &Column, id: NodeId, span: Span) -> Option<NodeId> {
        let known = self.table(table)?;
        let (is_time, is_key) = (known.at == Some(at), known.key.as_slice() == [at]);
        match column.name.as_str() {
            "unit_id" => Some(draft.unit),
            "customer_id" => Some(draft.customer.unwrap_or(draft.unit)),
            "strategy_id" => Some(self.text_constant(draft.ast.name.text.clone(), span)),
            "subject" => {
                let name = self.table(draft.table).map_or_else(String::new, |table| table.name.clone());
                Some(self.text_constant(name, span))
            }
            _ if is_time && column.ty == Type::Date => Some(self.evaluation_day(span)),
            _ if is_time => Some(self.as_of(span)),
            _ if column.ty == Type::Text && (is_key || column.name == "lead_id") => Some(id),
            _ => None,
        }
    }

    /// `cap 2.10% on base_rate`: the rate with its uplift may not pass the cap; an unknown rate may pass it.
    pub(super) fn beyond_cap(&mut self, draft: &Draft<'_>, module: usize, offer: &ast::Offer) -> Option<Option<NodeId>> {
        let Some((cap, base)) = &offer.cap else { return Some(None) };
        let Some(bp) = &offer.bp else {
            let problem = Problem::new(&names::UNKNOWN_PART, offer.name.span).with("kind", "offer clause").with("name", "bp");
            self.report(problem.with("advice", "a `cap` bounds a rate with its `bp`"));
            return None;
        };
        let scope = Scope { module, ..draft.scope.clone() };
        let (cap, base, bp) = (self.expression(cap, &scope)?, self.expression(base, &scope)?, self.expression(bp, &scope)?);
        self.require_type(&base, &Type::Rate, "`cap … on`")?;
        self.require_type(&bp, &Type::BasisPoints, "`bp`")?;
        let total = self.raised_rate(&base, &bp, offer.name.span);
        let (total, cap) = self.same_unit(total, cap, "compared", "比较")?;
        Some(Some(self.compare(Comparison::Greater, total.node, cap.node, offer.name.span)))
    }

    fn raised_rate(&mut self, base: &Typed, bp: &Typed, span: Span) -> Typed {
        let share = self.points_as_share(bp, span);
        let sum = self.binary(crate::ir::Operator::Add, base.node, share, Type::Rate, span);
        let node = self.call("steady", vec![sum], Type::Rate, span);
        self.typed(node, span)
    }

    /// A bundle gives each of its parts: one grant row per part besides its own.
    pub(super) fn grant_parts(&mut self, draft: &mut Draft<'_>, module: usize, bundle: &ast::Offer, id: NodeId) -> Option<()> {
        let mine = |emission: &&Emission| {
            emission.output == Output::Grants && emission.fields.iter().any(|(field, node)| field == "grant_id" && *node == id)
        };
        let own = draft.emissions.iter().rev().find(mine).cloned();
        for path in &bundle.bundle {
            let (_, part) = self.find_offer(path, module)?;
            if part.quota.is_some() {
                let problem = Problem::new(&problems::BUNDLE_PART, path.span).with("part", path.text());
                self.report(problem.with("bundle", &bundle.name.text));
                return None;
            }
            let Some(mut emission) = own.clone() else { continue };
            let name = self.text_constant(part.name.text.clone(), path.span);
            let grant = self.call("identifier", vec![id, name], Type::Text, path.span);
            for (field, node) in &mut emission.fields {
                match field.as_str() {
                    "offer_id" => *node = name,
                    "grant_id" => *node = grant,
                    _ => {}
                }
            }
            draft.emissions.push(emission);
        }
        Some(())
    }
}
