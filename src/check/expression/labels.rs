//! `worst(a, b, c)` and `best(a, b, c)`: several ladders with the same labels as one.

use crate::check::names::Scope;
use crate::check::problems::{ladders as problems, types};
use crate::check::{Checker, Typed};
use crate::diag::Problem;
use crate::ir::Comparison;
use crate::source::Span;
use crate::syntax::ast::Argument;
use crate::types::LadderId;

impl Checker {
    /// A label of the first ladder; missing when any argument is.
    pub(super) fn worst_or_best(&mut self, name: &str, arguments: &[Argument], span: Span, scope: &Scope) -> Option<Typed> {
        let plain = self.plain_arguments(name, arguments)?;
        if plain.len() < 2 {
            let signature = format!("{name}(LABEL, LABEL, …)");
            self.report(Problem::new(&types::BAD_ARGUMENT, span).with("function", name).with("signature", signature));
            return None;
        }
        let mut labels: Vec<(Typed, LadderId)> = Vec::new();
        for argument in plain {
            let typed = self.expression(argument, scope)?;
            let text = self.sources.text(argument.span).trim().to_string();
            let ladder = self.require_label(&typed, &text)?;
            labels.push((typed, ladder));
        }
        let (first, others) = labels.split_first()?;
        let best_first = self.order_of(first.1, &format!("`{name}`"), first.0.span)?;
        // The lower ordinal is taken where it is the one asked for.
        let operator = if best_first == (name == "best") { Comparison::LessOrEqual } else { Comparison::GreaterOrEqual };
        let mut node = first.0.node;
        for (typed, ladder) in others {
            self.same_labels(name, first.1, *ladder, typed.span)?;
            let keep = self.compare(operator, node, typed.node, span);
            node = self.either(keep, node, typed.node, span);
        }
        Some(self.typed(node, span))
    }

    fn same_labels(&mut self, function: &str, first: LadderId, other: LadderId, span: Span) -> Option<()> {
        let (a, b) = (self.ladders.get(first.0 as usize)?, self.ladders.get(other.0 as usize)?);
        let names = |ladder: &crate::ir::Ladder| ladder.labels.iter().map(|label| label.name.clone()).collect::<Vec<_>>();
        if names(a) == names(b) && a.best_first == b.best_first {
            return Some(());
        }
        let short = |ladder: &crate::ir::Ladder| ladder.name.rsplit('.').next().unwrap_or_default().to_string();
        let order = |ladder: &crate::ir::Ladder| {
            let order = match ladder.best_first {
                Some(true) => " best first",
                Some(false) => " worst first",
                None => "",
            };
            format!("{}{order}", names(ladder).join(", "))
        };
        let problem =
            Problem::new(&problems::DIFFERENT_LABELS, span).with("function", function).with("first", short(a)).with("labels", order(a));
        let problem = problem.with("other", short(b)).with("others", order(b));
        self.report(problem);
        None
    }
}
