//! Budgets: what a strategy may spend, over the ledger and this run, given to the first in the order of its `rank by`.
//!
//! An action costs what its channel costs, what its offer costs the bank for this subject, and what the operation itself costs. Every
//! amount is exact and never negative; an amount that is not known cannot be paid for.

use super::Draft;
use super::action::Reach;
use super::course::Course;
use super::layer::{Contender, LayerRule};
use crate::check::Checker;
use crate::check::names::Scope;
use crate::check::problems::types;
use crate::diag::Problem;
use crate::ir::{
    Aggregate, AggregateFunction, Comparison, Emission, FormatStyle, Kind, Link, NodeId, Operator, Output, PlaceEntry, Population, Stage,
    Weight,
};
use crate::source::Span;
use crate::syntax::ast::{self, ItemKind};
use crate::types::{TableId, Type, Value};

/// States of a grant that give its money back, and that keep it.
const RELEASED: [&str; 2] = ["declined", "expired"];
const KEPT: [&str; 2] = ["accepted", "redeemed"];

/// What one action costs: its whole, and the part that no channel charges.
struct Cost {
    whole: NodeId,
    given: NodeId,
}

/// Who spends a budget.
pub(in crate::check) struct Spender<'a> {
    pub table: TableId,
    pub strategy: &'a str,
    pub module: usize,
}

impl<'a> Spender<'a> {
    fn of(draft: &Draft<'a>) -> Spender<'a> {
        Spender { table: draft.table, strategy: &draft.ast.name.text, module: draft.module }
    }
}

/// A budget as of a run.
pub(in crate::check) struct OpenBudget {
    pub whole: NodeId,
    pub left: NodeId,
}

impl Checker {
    /// Every strategy with a budget, after capacities: money goes to those who would act. What stands in for an action that the budget
    /// stopped is asked after all others, for the money they left.
    pub(super) fn pass_budgets(&mut self, standing_in: bool, courses: &mut [Course<'_>], contenders: &mut [Contender]) {
        for at in 0..courses.len() {
            self.pass_budget(at, standing_in, courses, contenders);
        }
    }

    fn pass_budget(&mut self, at: usize, standing_in: bool, courses: &mut [Course<'_>], contenders: &mut [Contender]) -> Option<()> {
        let course = courses.get_mut(at)?;
        let budget = course.draft.ast.budget.clone()?;
        let span = budget.span;
        let mut open = self.open_budget(&Spender::of(&course.draft), &budget)?.left;
        if standing_in {
            let spent = self.spent_by_others(at, course, contenders, span)?;
            open = self.binary(Operator::Subtract, open, spent, Type::Money, span);
        }
        let keys = self.rank_keys(&course.draft)?;
        let none = self.constant(Value::Int(0), Type::Money, span);
        let (mut members, mut entries) = (Vec::new(), Vec::new());
        for (number, contender) in
            contenders.iter().enumerate().filter(|(_, contender)| contender.course == at && (contender.round == 2) == standing_in)
        {
            let reach = course.reaches.get(contender.wave)?.get(contender.reach)?;
            let cost = self.cost_of(&course.draft, reach, span)?;
            if self.graph.constant(cost.whole) == Some(&Value::Int(0)) {
                continue;
            }
            let costs = self.compare(Comparison::Greater, cost.whole, none, span);
            let paid = self.surely(costs, span);
            let flag = self.all(&[contender.wanted, paid], span);
            entries.push(PlaceEntry { flag, keys: keys.clone(), per: None, weight: Some(Weight { amount: cost.whole, most: open }) });
            members.push((number, cost, costs));
        }
        for (place, (number, cost, costs)) in members.into_iter().enumerate() {
            let sum = Population::Place { entries: entries.clone(), at: u32::try_from(place).ok()? };
            let sum = self.add_in(course.draft.table, Kind::Population(Box::new(sum)), Type::Money, true, span);
            // What is not served has no place in line.
            let beyond = self.add(Kind::IsMissing(sum), Type::Bool, false, span);
            let condition = self.all(&[costs, beyond], span);
            let detail =
                self.add(Kind::Format { value: cost.whole, style: FormatStyle::Plain }, Type::Text, self.optional(cost.whole), span);
            let rule = LayerRule { name: String::from("budget"), label: None, condition, detail: Some(detail), span };
            let contender = contenders.get_mut(number)?;
            let (wave, reach) = (course.journey.waves.get(contender.wave)?, course.reaches.get(contender.wave)?.get(contender.reach)?);
            contender.wanted = self.pass_layer(&mut course.draft, wave, reach, Stage::Budget, &[rule], contender.wanted);
        }
        Some(())
    }

    /// What the actions cost that were paid for before those that stand in for others; one value for the run.
    fn spent_by_others(&mut self, at: usize, course: &Course<'_>, contenders: &[Contender], span: Span) -> Option<NodeId> {
        let none = self.constant(Value::Int(0), Type::Money, span);
        let (mut sum, mut paid) = (none, Vec::new());
        for contender in contenders.iter().filter(|contender| contender.course == at && contender.round < 2) {
            let reach = course.reaches.get(contender.wave)?.get(contender.reach)?;
            let cost = self.cost_of(&course.draft, reach, span)?.whole;
            let known = self.first_known(cost, none, span);
            let own = self.either(contender.wanted, known, none, span);
            sum = self.binary(Operator::Add, sum, own, Type::Money, span);
            paid.push(contender.wanted);
        }
        let filter = Some(self.any(&paid, span));
        let (table, value, function) = (course.draft.table, Some(sum), AggregateFunction::Sum);
        let all = Aggregate { table, link: Link::Everyone, function, value, filter, at: None, from: None, until: None, at_least: None };
        let all = self.add_in(table, Kind::Aggregate(Box::new(all)), Type::Money, true, span);
        Some(self.first_known(all, none, span))
    }

    /// The budget, and what is left of it by the ledger; one value each for the run.
    pub(in crate::check) fn open_budget(&mut self, spender: &Spender<'_>, budget: &ast::Budget) -> Option<OpenBudget> {
        let span = budget.span;
        let scope = Scope::constant(spender.module);
        let typed = self.expression(&budget.amount, &scope)?;
        self.require_type(&typed, &Type::Money, "`budget`")?;
        let Some(Value::Int(amount)) = self.fixed_value(&typed) else {
            self.report(Problem::new(&types::NOT_CONSTANT, budget.amount.span).with("where", "`budget`"));
            return None;
        };
        let window = self.cap_window(budget.window.as_ref(), &scope)?;
        let whole = self.constant(Value::Int(amount), Type::Money, span);
        let contacts = self.find_table("contacts")?;
        let charged = self.charged(contacts, span)?;
        let mine = self.rows_of(spender, contacts, span)?;
        let lately = self.in_cap_window(contacts, "sent_at", window, span)?;
        let filter = self.all(&[mine, lately], span);
        let sent = self.sum_of(spender, contacts, charged, filter, span);
        let spending = self.find_table("spending")?;
        let amount = self.named_column(spending, "amount", span)?;
        let mine = self.rows_of(spender, spending, span)?;
        let lately = self.in_cap_window(spending, "spent_at", window, span)?;
        let kept = self.not_released(spending, span)?;
        let filter = self.all(&[mine, lately, kept], span);
        let given = self.sum_of(spender, spending, amount, filter, span);
        let left = self.binary(Operator::Subtract, whole, sent, Type::Money, span);
        let left = self.binary(Operator::Subtract, left, given, Type::Money, span);
        Some(OpenBudget { whole, left })
    }

    fn rows_of(&mut self, spender: &Spender<'_>, table: TableId, span: Span) -> Option<NodeId> {
        let strategy = self.named_column(table, "strategy_id", span)?;
        Some(self.one_of(strategy, &[spender.strategy], span))
    }

    fn sum_of(&mut self, spender: &Spender<'_>, table: TableId, value: NodeId, filter: NodeId, span: Span) -> NodeId {
        let aggregate = self.ledger_aggregate(table, Link::Everyone, AggregateFunction::Sum, Some(value), filter, span);
        let sum = self.add_in(spender.table, Kind::Aggregate(Box::new(aggregate)), Type::Money, true, span);
        let none = self.constant(Value::Int(0), Type::Money, span);
        self.first_known(sum, none, span)
    }

    /// In contact rows: what the contact cost, as recorded, else what its channel costs now.
    fn charged(&mut self, contacts: TableId, span: Span) -> Option<NodeId> {
        let recorded = self.named_column(contacts, "cost", span)?;
        let channel = self.named_column(contacts, "channel", span)?;
        let mut usual = self.constant(Value::Int(0), Type::Money, span);
        for known in self.lower_channels() {
            let here = self.one_of(channel, &[known.name.as_str()], span);
            let here = self.surely(here, span);
            let price = self.constant(Value::Int(known.cost), Type::Money, span);
            usual = self.either(here, price, usual, span);
        }
        Some(self.first_known(recorded, usual, span))
    }

    /// In spending rows: the offer it was spent on was not declined and did not expire since, unless it was accepted.
    fn not_released(&mut self, spending: TableId, span: Span) -> Option<NodeId> {
        let grants = self.find_table("grants")?;
        let spent = self.named_column(spending, "spent_at", span)?;
        let mut since = Vec::new();
        for states in [RELEASED, KEPT] {
            let state = self.named_column(grants, "state", span)?;
            let filter = self.one_of(state, &states, span);
            let row_key = self.grant_key(grants, "offer_id", span)?;
            let outer_key = self.grant_key(spending, "item", span)?;
            let time = self.named_column(grants, "ts", span)?;
            let link = Link::Key { row_key, outer_key };
            let latest = self.ledger_aggregate(grants, link, AggregateFunction::Max, Some(time), filter, span);
            let latest = self.add_in(spending, Kind::Aggregate(Box::new(latest)), Type::Time, true, span);
            since.push(self.surely_compare(Comparison::GreaterOrEqual, latest, spent, span));
        }
        let [released, kept] = since.as_slice() else { return None };
        let (not_released, kept) = (self.negation(*released, span), *kept);
        Some(self.any(&[not_released, kept], span))
    }

    /// Who and what, as one text.
    fn grant_key(&mut self, table: TableId, item: &str, span: Span) -> Option<NodeId> {
        let unit = self.ledger_unit(table, span)?;
        let item = self.named_column(table, item, span)?;
        let between = self.text_constant("\u{1f}", span);
        Some(self.concat(vec![unit, between, item], span))
    }

    /// What an action costs for its subject. A part that is not known makes the whole unknown.
    fn cost_of(&mut self, draft: &Draft<'_>, reach: &Reach, span: Span) -> Option<Cost> {
        let mut parts: Vec<(usize, ast::Expression)> = Vec::new();
        if let Some((module, offer)) = &reach.offer {
            self.offer_costs(*module, offer, &mut parts);
        }
        if let Some(operation) = &reach.operation {
            parts.extend(operation.cost.clone().map(|cost| (reach.operation_module, cost)));
        }
        let none = self.constant(Value::Int(0), Type::Money, span);
        let mut given = none;
        for (module, cost) in parts {
            let typed = self.expression(&cost, &Scope { module, ..draft.scope.clone() })?;
            self.require_type(&typed, &Type::Money, "`cost`")?;
            let negative = self.compare(Comparison::Less, typed.node, none, span);
            let amount = match self.graph.constant(typed.node) {
                Some(_) => typed.node,
                None => self.either(negative, none, typed.node, span),
            };
            given = if given == none { amount } else { self.binary(Operator::Add, given, amount, Type::Money, span) };
        }
        let price = self.channel_price(reach.channel.as_deref());
        let charge = self.constant(Value::Int(price), Type::Money, span);
        let whole = match (price, given == none) {
            (0, _) => given,
            (_, true) => charge,
            (_, false) => self.binary(Operator::Add, charge, given, Type::Money, span),
        };
        Some(Cost { whole, given })
    }

    /// The costs of an offer and of what it bundles.
    fn offer_costs(&mut self, module: usize, offer: &ast::Offer, out: &mut Vec<(usize, ast::Expression)>) {
        out.extend(offer.cost.clone().map(|cost| (module, cost)));
        for path in &offer.bundle {
            let found = self.find_item(path, module).and_then(|(at, item)| match &item.kind {
                ItemKind::Offer(part) => part.cost.clone().map(|cost| (at, cost)),
                _ => None,
            });
            out.extend(found);
        }
    }

    fn channel_price(&mut self, channel: Option<&str>) -> i64 {
        let channels = self.lower_channels();
        channels.iter().find(|known| Some(known.name.as_str()) == channel).map_or(0, |known| known.cost)
    }

    /// What a contact costs, for its row of the ledger; only strategies with a budget keep account.
    pub(super) fn contact_cost(&mut self, draft: &Draft<'_>, channel: &str, span: Span) -> Option<NodeId> {
        draft.ast.budget.as_ref()?;
        let price = self.channel_price(Some(channel));
        Some(self.constant(Value::Int(price), Type::Money, span))
    }

    /// The row of the ledger `spending` for what an action gives beside its contact.
    pub(super) fn emit_spending(&mut self, draft: &mut Draft<'_>, reach: &Reach, id: NodeId, flag: NodeId) -> Option<()> {
        let Some(budget) = &draft.ast.budget else { return Some(()) };
        let span = budget.span;
        let cost = self.cost_of(draft, reach, span)?;
        if self.graph.constant(cost.given) == Some(&Value::Int(0)) {
            return Some(());
        }
        let none = self.constant(Value::Int(0), Type::Money, span);
        let paid = self.surely_compare(Comparison::Greater, cost.given, none, span);
        let flag = self.all(&[flag, paid], span);
        let item = reach.offer.as_ref().map_or_else(|| reach.name(), |(_, offer)| offer.name.text.clone());
        let subject = self.table(draft.table).map_or_else(String::new, |table| table.name.clone());
        let mut fields = Vec::new();
        for (name, text) in [("strategy_id", draft.ast.name.text.clone()), ("subject", subject), ("item", item)] {
            fields.push((name.to_string(), self.text_constant(text, span)));
        }
        let now = self.as_of(span);
        for (name, node) in [("unit_id", draft.unit), ("action_id", id), ("spent_at", now), ("amount", cost.given)] {
            fields.push((name.to_string(), node));
        }
        let output = Output::Ledger(self.find_table("spending")?);
        draft.emissions.push(Emission { output, table: draft.table, flag, fields, strategy: Some(draft.index) });
        Some(())
    }
}
