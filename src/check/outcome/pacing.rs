//! How far limited means have gone: the budget of each strategy, the places of each offer, and the days a strategy runs.

use crate::check::Checker;
use crate::check::names::Scope;
use crate::check::strategy::budget::Spender;
use crate::diag::any_error;
use crate::ir::{Emission, NodeId, Output};
use crate::source::Span;
use crate::syntax::ast::{self, ItemKind};
use crate::types::{TableId, Type, Value};

/// What is limited.
const BUDGET: &str = "budget";
const PLACES: &str = "places";

/// One thing of which there is no more than so much.
struct Means<'a> {
    what: &'static str,
    name: &'a ast::Name,
    label: Option<&'a ast::Quoted>,
    /// Of what span of time the limit is, as written; empty for all of it.
    window: String,
    whole: NodeId,
    left: NodeId,
}

impl Checker {
    /// One row for each, as of T. A program with mistakes has none.
    pub(in crate::check) fn lower_pacing(&mut self) -> Vec<Emission> {
        if any_error(&self.problems) {
            return Vec::new();
        }
        let mut out = Vec::new();
        for item in self.items(0) {
            if let ItemKind::Strategy(strategy) = &item.kind {
                out.extend(self.budget_pace(strategy));
            }
        }
        for (module, offer, table) in self.placed_offers.clone() {
            out.extend(self.places_pace(module, &offer, table));
        }
        out
    }

    fn budget_pace(&mut self, strategy: &ast::Strategy) -> Option<Emission> {
        let budget = strategy.budget.as_ref()?;
        let table = self.about(0, strategy.table.as_ref(), strategy.name.span)?;
        let open = self.open_budget(&Spender { table, strategy: &strategy.name.text, module: 0 }, budget)?;
        let window = budget.window.as_ref().map_or_else(String::new, |_| self.behind_amount(budget));
        let means =
            Means { what: BUDGET, name: &strategy.name, label: strategy.label.as_ref(), window, whole: open.whole, left: open.left };
        self.pace(&means, table, strategy.runs.as_ref())
    }

    /// Places are counted in the table of those who get them.
    fn places_pace(&mut self, module: usize, offer: &ast::Offer, table: TableId) -> Option<Emission> {
        let quota = offer.quota.as_ref()?;
        let whole = self.whole(quota, &Scope::constant(module), "`quota`")?;
        let whole = self.constant(Value::Int(whole), Type::Int, quota.span);
        let left = self.open_places(module, offer, table)?;
        let means = Means { what: PLACES, name: &offer.name, label: offer.label.as_ref(), window: String::new(), whole, left };
        self.pace(&means, table, None)
    }

    fn behind_amount(&self, budget: &ast::Budget) -> String {
        let (whole, amount) = (self.sources.text(budget.span).to_owned(), self.sources.text(budget.amount.span).to_owned());
        whole.split_once(amount.as_str()).map_or_else(String::new, |(_, rest)| rest.split_whitespace().collect::<Vec<_>>().join(" "))
    }

    fn pace(&mut self, means: &Means<'_>, table: TableId, runs: Option<&(ast::Expression, ast::Expression)>) -> Option<Emission> {
        let span: Span = means.name.span;
        let texts = [
            ("what", means.what.to_owned()),
            ("name", means.name.text.clone()),
            ("label", means.label.map(|label| label.text.clone()).unwrap_or_default()),
            ("window", means.window.clone()),
        ];
        let mut fields: Vec<(String, NodeId)> = Vec::new();
        for (name, text) in texts {
            fields.push((name.to_owned(), self.text_constant(text, span)));
        }
        fields.push((String::from("whole"), means.whole));
        fields.push((String::from("left"), means.left));
        if let Some((from, to)) = runs {
            for (name, day) in [("from", from), ("to", to)] {
                let typed = self.expression(day, &Scope::constant(0))?;
                fields.push((name.to_owned(), typed.node));
            }
        }
        let flag = self.first_of_group(table, None, span);
        Some(Emission { output: Output::Metrics, table, flag, fields, strategy: None })
    }
}
