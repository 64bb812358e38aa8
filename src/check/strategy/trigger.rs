//! Triggers: who enters now.

use super::calendar::Called;
use super::{Draft, Entry, Held, Missed};
use crate::check::Checker;
use crate::check::length::Length;
use crate::check::names::TriggerRow;
use crate::check::problems::{names, strategy as problems, types};
use crate::diag::Problem;
use crate::ir::{Aggregate, Comparison, FirstCrossing, Kind, Link, NodeId};
use crate::source::Span;
use crate::syntax::ast::{self, AgainKind, ArgumentKind, ExpressionKind, Path, TriggerKind};
use crate::types::{TableId, Type, Value};
use indexmap::IndexMap;

/// One `on` line.
pub(super) struct Fired {
    /// Three-valued.
    pub fired: NodeId,
    pub time: NodeId,
    pub row: Option<TriggerRow>,
    /// Two-valued: seen too late.
    pub missed: Option<NodeId>,
    /// What the ledger keeps of it.
    pub called: Option<Called>,
}

impl Checker {
    pub(super) fn lower_triggers(&mut self, draft: &mut Draft<'_>, recorded: &mut IndexMap<String, (TableId, NodeId)>) -> Option<Entry> {
        let span = draft.span;
        if draft.ast.triggers.is_empty() {
            self.report(Problem::new(&problems::NO_TRIGGER, span).with("strategy", &draft.ast.name.text));
            return None;
        }
        let last = self.last_entry(draft)?;
        let (mut fired, mut entering, mut times, mut missed) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        let (mut row, mut held, mut words) = (None, Vec::new(), Vec::new());
        let running = self.within_runs(draft);
        let seen = self.row_is_seen(draft.table, span);
        let running = self.all(&seen.into_iter().chain([running]).collect::<Vec<_>>(), span);
        let mut whole = true;
        for (number, trigger) in draft.ast.triggers.iter().enumerate() {
            let lowered = self.lower_trigger(draft, trigger, number, last, recorded);
            let again = self.lower_again(trigger);
            let (Some(lowered), Some(again)) = (lowered, again) else {
                whole = false;
                continue;
            };
            let sure = self.surely(lowered.fired, trigger.span);
            let free = self.free_of(again, last, lowered.time, trigger.span);
            let enters = self.all(&[sure, free], trigger.span);
            held.push(Held { span: trigger.span, fires: sure, too_soon: self.negation(free, trigger.span) });
            words.push((enters, self.trigger_words(trigger)));
            fired.push(lowered.fired);
            entering.push(enters);
            times.push((enters, lowered.time));
            if let Some(late) = lowered.missed {
                missed.push(Missed { span: trigger.span, late: self.all(&[late, running], trigger.span) });
            }
            row = row.or(lowered.row);
            if let Some(called) = lowered.called {
                self.record_call(draft, called, running);
            }
        }
        if !whole {
            return None;
        }
        let fired = self.any(&fired, span);
        let fired = self.all(&[fired, running], span);
        let any_enters = self.any(&entering, span);
        let enters = self.all(&[any_enters, running], span);
        let not_entering = self.negation(enters, span);
        let sure = self.surely(fired, span);
        let cooling = self.all(&[sure, not_entering], span);
        let mut time = self.constant(Value::Missing, Type::Time, span);
        for (enters, moment) in times.into_iter().rev() {
            time = self.either(enters, moment, time, span);
        }
        let words = self.words_of_the_fired(&words, span);
        Some(Entry { fired, enters, time, last, row, cooling, missed, words, held })
    }

    /// An entry that nobody makes, in place of triggers that are wrong; `None` when the plan could speak of a row that is not known.
    pub(super) fn stand_in(&mut self, draft: &Draft<'_>) -> Option<Entry> {
        let span = draft.span;
        let reported = self.problems.len();
        let (mut row, mut lost) = (None, false);
        for trigger in &draft.ast.triggers {
            let TriggerKind::Event { path, .. } = &trigger.kind else { continue };
            let found = self.event(draft, path, &[], None, None, trigger.span);
            lost |= found.is_none();
            row = row.or(found.and_then(|found| found.row));
        }
        // What is wrong with the event was said before.
        self.problems.truncate(reported);
        if lost && row.is_none() {
            return None;
        }
        let (last, now, never) = (self.last_entry(draft)?, self.as_of(span), self.truth(false, span));
        Some(Entry {
            fired: never,
            enters: never,
            time: now,
            last,
            row,
            cooling: never,
            missed: Vec::new(),
            words: self.text_constant("", span),
            held: Vec::new(),
        })
    }

    pub(super) fn trigger_words(&self, trigger: &ast::Trigger) -> String {
        let words = self.sources.text(trigger.span).split_whitespace().collect::<Vec<_>>().join(" ");
        let words = words.split(" again ").next().unwrap_or_default().to_string();
        words.strip_prefix("on ").map_or(words.clone(), String::from)
    }

    /// The words of the first trigger by which the subject enters, else of the first one written.
    fn words_of_the_fired(&mut self, triggers: &[(NodeId, String)], span: Span) -> NodeId {
        let first = triggers.first().map(|(_, words)| words.clone()).unwrap_or_default();
        let mut out = self.text_constant(first, span);
        for (enters, words) in triggers.iter().skip(1).rev() {
            let words = self.text_constant(words.clone(), span);
            out = self.either(*enters, words, out, span);
        }
        match triggers {
            [(enters, words), _, ..] => {
                let words = self.text_constant(words.clone(), span);
                self.either(*enters, words, out, span)
            }
            _ => out,
        }
    }

    /// `runs A .. B`: both days in.
    fn within_runs(&mut self, draft: &Draft<'_>) -> NodeId {
        let Some((from, to)) = &draft.ast.runs else { return self.truth(true, draft.span) };
        let scope = crate::check::names::Scope::constant(draft.module);
        let (Some(from), Some(to)) = (self.expression(from, &scope), self.expression(to, &scope)) else {
            return self.truth(true, draft.span);
        };
        let day = self.evaluation_day(draft.span);
        let lower = self.compare(Comparison::GreaterOrEqual, day, from.node, from.span);
        let upper = self.compare(Comparison::LessOrEqual, day, to.node, to.span);
        self.all(&[lower, upper], draft.span)
    }

    /// When the subject last entered: as recorded, else when the first wave last reached it.
    fn last_entry(&mut self, draft: &Draft<'_>) -> Option<NodeId> {
        let recorded = self.latest_time(draft, "entries", "entered_at", &[])?;
        let waves = super::journey::wave_names(draft.ast);
        let contacted = match waves.first() {
            Some(first) if waves.len() > 1 => {
                let names = [first.as_str(), "1"];
                self.latest_time(draft, "contacts", "sent_at", &[("wave", &names)])?
            }
            Some(_) | None => self.latest_time(draft, "contacts", "sent_at", &[])?,
        };
        Some(self.first_known(recorded, contacted, draft.span))
    }

    fn lower_again(&mut self, trigger: &ast::Trigger) -> Option<Again> {
        match &trigger.again {
            None => {
                let words: Vec<&str> = self.sources.text(trigger.span).split_whitespace().collect();
                let problem = Problem::new(&problems::AGAIN_MISSING, trigger.span).with("trigger", words.join(" "));
                self.report(problem);
                // The program is refused already; with any answer its plan is checked too.
                Some(Again::Always)
            }
            Some(again) => match &again.kind {
                AgainKind::Always => Some(Again::Always),
                AgainKind::Never => Some(Again::Never),
                AgainKind::After(length) => {
                    let scope = crate::check::names::Scope::constant(0);
                    self.length(length, &scope, "`again after`").map(Again::After)
                }
            },
        }
    }

    /// Two-valued: `again` allows an entry at `time`.
    fn free_of(&mut self, again: Again, last: NodeId, time: NodeId, span: Span) -> NodeId {
        match again {
            Again::Always => self.truth(true, span),
            Again::Never => {
                let known = self.is_known(last, span);
                self.negation(known, span)
            }
            Again::After(length) => {
                let free_from = self.shift(last, length, span);
                let cooling = self.compare(Comparison::Less, time, free_from, span);
                let cooling = self.surely(cooling, span);
                self.negation(cooling, span)
            }
        }
    }

    fn lower_trigger(
        &mut self,
        draft: &Draft<'_>,
        trigger: &ast::Trigger,
        number: usize,
        last: NodeId,
        recorded: &mut IndexMap<String, (TableId, NodeId)>,
    ) -> Option<Fired> {
        let span = trigger.span;
        let now = self.as_of(span);
        let mut lowered = match &trigger.kind {
            TriggerKind::Event { path, per, when } => return self.event(draft, path, per, when.as_ref(), trigger.filter.as_ref(), span),
            TriggerKind::While(condition) => {
                let condition = self.condition_of(condition, &draft.scope, "`while`")?;
                Fired { fired: condition.node, time: now, row: None, missed: None, called: None }
            }
            TriggerKind::Entering(condition) => {
                let condition = self.condition_of(condition, &draft.scope, "`entering`")?;
                let scheme = format!("{}.on{}", draft.ast.name.text, number + 1);
                let fired = self.entering(draft, condition.node, &scheme, span)?;
                recorded.insert(scheme, (draft.table, condition.node));
                Fired { fired, time: now, row: None, missed: None, called: None }
            }
            TriggerKind::ChangeOf(path) => {
                let label = self.path(path, &draft.scope)?;
                let ladder = self.require_label(&label, &path.text())?;
                let scheme = self.ladders.get(ladder.0 as usize).map(|ladder| ladder.name.clone())?;
                let fired = self.changed(draft, label.node, &scheme, span)?;
                recorded.insert(scheme, (draft.table, label.node));
                Fired { fired, time: now, row: None, missed: None, called: None }
            }
            TriggerKind::Before { offset, date } => {
                let offset = self.length(offset, &draft.scope, "`before`")?;
                let date = self.moment(date, &draft.scope, "`before`")?;
                let due = self.shift(date, offset.negated(), span);
                let calling = self.calling(draft, trigger, due, last)?;
                self.due_between_runs(calling, date)
            }
            TriggerKind::WithinAfter { length, date } => {
                let length = self.length(length, &draft.scope, "`within`")?;
                let date = self.moment(date, &draft.scope, "`after`")?;
                let calling = self.calling(draft, trigger, date, last)?;
                self.soon_after(calling, length)
            }
            TriggerKind::Every { period, within } => self.every(*period, within.as_ref(), last, span)?,
        };
        if let Some(filter) = &trigger.filter {
            let filter = self.condition_of(filter, &draft.scope, "`where`")?;
            lowered.fired = self.all(&[lowered.fired, filter.node], span);
            let sure = self.surely(filter.node, span);
            lowered.missed = lowered.missed.map(|missed| self.all(&[missed, sure], span));
        }
        Some(lowered)
    }

    /// True now, and not certainly true at the last evaluation.
    fn entering(&mut self, draft: &Draft<'_>, condition: NodeId, scheme: &str, span: Span) -> Option<NodeId> {
        let before = self.recorded_label(draft.unit, draft.table, scheme, span)?;
        let was = self.one_of(before, &["true"], span);
        let was = self.surely(was, span);
        let was_not = self.negation(was, span);
        Some(self.all(&[condition, was_not], span))
    }

    /// The label differs from the recorded one, or none was recorded.
    fn changed(&mut self, draft: &Draft<'_>, label: NodeId, scheme: &str, span: Span) -> Option<NodeId> {
        let before = self.recorded_label(draft.unit, draft.table, scheme, span)?;
        let optional = self.optional(label);
        let name = self.add(Kind::LabelName(label), Type::Text, optional, span);
        let same = self.compare(Comparison::Equal, name, before, span);
        let same = self.surely(same, span);
        let differs = self.negation(same, span);
        let known = self.is_known(name, span);
        Some(self.all(&[differs, known], span))
    }

    fn event(
        &mut self,
        draft: &Draft<'_>,
        path: &Path,
        per: &[Path],
        when: Option<&ast::Expression>,
        filter: Option<&ast::Expression>,
        span: Span,
    ) -> Option<Fired> {
        let (table, at) = self.event_table(path)?;
        let rows = self.event_rows(draft, table, path)?;
        let mut row_scope = draft.scope.rows(table, vec![path.segments.first()?.text.clone()]);
        if when.is_some() {
            // A running total is followed once for all subjects, so a row asks its own subject.
            row_scope.owner = self.owner_key(draft, &rows.link);
        }
        let mut filters: Vec<NodeId> = rows.filter.into_iter().collect();
        if let Some(filter) = filter {
            filters.push(self.condition_of(filter, &row_scope, "`where`")?.node);
        }
        let filter = if filters.is_empty() { None } else { Some(self.all(&filters, span)) };
        let from = self.previous_run(span);
        let until = self.as_of(span);
        let aggregate = Aggregate {
            table,
            link: rows.link.clone(),
            function: Self::EARLIEST,
            value: Some(at),
            filter,
            at: Some(at),
            from: Some(from),
            until: Some(until),
            at_least: None,
        };
        let time = match when {
            None => self.add_in(draft.table, Kind::Aggregate(Box::new(aggregate.clone())), Type::Time, true, span),
            Some(when) => self.first_crossing(draft, &aggregate, rows.link, per, when, &row_scope, span)?,
        };
        let fired = self.is_known(time, span);
        let row = Some(TriggerRow { table, earliest: aggregate });
        Some(Fired { fired, time, row, missed: None, called: None })
    }

    /// The table of `app_events` or `surveys.answered_at`, and its time as a node of its rows.
    fn event_table(&mut self, path: &Path) -> Option<(TableId, NodeId)> {
        let (name, column) = match path.segments.as_slice() {
            [name] => (name, None),
            [name, column] => (name, Some(column)),
            _ => {
                self.report(
                    Problem::new(&names::UNKNOWN_NAME, path.span).with("name", path.text()).with("advice", "write `TABLE` or `TABLE.time`"),
                );
                return None;
            }
        };
        let Some(table) = self.find_table(&name.text) else {
            self.unknown_table(name);
            return None;
        };
        let Some(column) = column else {
            let at = self.at_of(table, path.span);
            if at.is_none() {
                self.report(Problem::new(&types::WINDOW_WITHOUT_TIME, path.span).with("table", &name.text));
            }
            return Some((table, at?));
        };
        let Some(id) = self.table(table)?.find_column(&column.text) else {
            self.unknown_column(table, column);
            return None;
        };
        let node = self.column(table, id, column.span);
        let typed = self.typed(node, column.span);
        if !typed.ty.is_moment() {
            let problem = Problem::new(&types::WRONG_TYPE, column.span).with("where", "`on`").with("expected", "a date or time");
            self.report(problem.with("found", &typed.ty));
            return None;
        }
        Some((table, self.as_time(&typed).node))
    }

    fn event_rows(&mut self, draft: &Draft<'_>, table: TableId, path: &Path) -> Option<crate::check::expression::Rows> {
        let span = path.span;
        let first = path.segments.first()?.clone();
        if table == draft.table {
            let key = self.own_key(table, span)?;
            let link = Link::Key { row_key: key, outer_key: key };
            return Some(crate::check::expression::Rows { table, link, filter: None, prefix: vec![first.text] });
        }
        let value = ast::Expression { span, kind: Box::new(ExpressionKind::Path(Path { segments: vec![first.clone()], span })) };
        match self.rows_in(&value, &draft.scope) {
            Some(rows) => rows,
            None => {
                let here = self.table(draft.table).map_or_else(String::new, |table| table.name.clone());
                self.report(Problem::new(&names::ROWS_NOT_LINKED, span).with("rows", first.text).with("table", here));
                None
            }
        }
    }

    /// The row's node that holds the key of its subject.
    fn owner_key(&mut self, draft: &Draft<'_>, link: &Link) -> Option<NodeId> {
        let Link::Key { row_key, outer_key } = link else { return None };
        (self.own_key(draft.table, draft.span)? == *outer_key).then_some(*row_key)
    }

    #[allow(clippy::too_many_arguments)]
    fn first_crossing(
        &mut self,
        draft: &Draft<'_>,
        aggregate: &Aggregate,
        link: Link,
        per: &[Path],
        when: &ast::Expression,
        row_scope: &crate::check::names::Scope,
        span: Span,
    ) -> Option<NodeId> {
        let mut group = Vec::new();
        for path in per {
            group.push(self.path(path, row_scope)?.node);
        }
        let (function, operator, threshold) = self.running_condition(when)?;
        let ExpressionKind::Call { function: name, arguments } = function.kind.as_ref() else { return None };
        let value = match (name.text().as_str(), arguments.as_slice()) {
            ("sum", [ast::Argument { span: _, kind: ArgumentKind::Rows { value, per: None, filter: None, among: None } }]) => {
                Some(self.expression(value, row_scope)?)
            }
            ("count", _) => None,
            (_, _) => {
                self.later("this condition of a group; `sum(x) > …` and `count(…) >= …` work", function.span);
                return None;
            }
        };
        let left = match &value {
            Some(value) => value.clone(),
            None => {
                let zero = self.constant(Value::Int(0), Type::Int, span);
                self.typed(zero, span)
            }
        };
        let right = self.expression(&threshold, &crate::check::names::Scope::constant(draft.module))?;
        let (_, right) = self.same_unit(left, right, "compared", "比较")?;
        let order = self.table(aggregate.table).map(|table| table.key.clone()).unwrap_or_default();
        let order: Vec<NodeId> = order.into_iter().map(|column| self.column(aggregate.table, column, span)).collect();
        let crossing = FirstCrossing {
            table: aggregate.table,
            link,
            filter: aggregate.filter,
            at: aggregate.at?,
            order,
            group,
            value: value.map(|value| value.node),
            comparison: crate::check::expression::comparison(operator),
            threshold: right.node,
            from: aggregate.from,
            until: aggregate.until?,
        };
        Some(self.add_in(draft.table, Kind::FirstCrossing(Box::new(crossing)), Type::Time, true, span))
    }

    /// `sum(x) > threshold` in its parts.
    fn running_condition(&mut self, when: &ast::Expression) -> Option<(ast::Expression, ast::ComparisonOperator, ast::Expression)> {
        if let ExpressionKind::Comparison { first, rest } = when.kind.as_ref() {
            if let (ExpressionKind::Call { .. }, [link]) = (first.kind.as_ref(), rest.as_slice()) {
                return Some((first.clone(), link.operator, link.right.clone()));
            }
        }
        self.later("this condition of a group; `sum(x) > …` and `count(…) >= …` work", when.span);
        None
    }
}

#[derive(Debug, Clone, Copy)]
enum Again {
    Always,
    Never,
    After(Length),
}
