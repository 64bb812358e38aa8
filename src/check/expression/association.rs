//! `association(accounts.product_id where COND, support: 1%, confidence: 5%, lift: 1.2)`: what those who hold the same things hold too.

use super::aggregate::Parts;
use super::grouped::Gathered;
use crate::check::names::Scope;
use crate::check::problems::{names, types as problems};
use crate::check::{Checker, Typed, wording};
use crate::diag::Problem;
use crate::ir::{Associated, Association, Comparison, Kind, Link};
use crate::source::Span;
use crate::syntax::ast::{Argument, ArgumentKind, Expression, ExpressionKind, Feature, Item, Name};
use crate::types::{Physical, TableId, Type};
use std::rc::Rc;

const SIGNATURE: &str = "association(ROWS.COLUMN where CONDITION, WINDOW, support: 1%, confidence: 5%, lift: 1.2)";
const MEMBERS: [&str; 4] = ["because", "support", "confidence", "lift"];
/// Lifts beyond this say nothing more.
const HIGHEST_LIFT: f64 = 4_000.0;

impl Checker {
    pub(super) fn association(&mut self, arguments: &[Argument], span: Span, scope: &Scope) -> Option<Typed> {
        let (parts, limits) = self.association_parts(arguments, span, scope.module)?;
        let space = scope.table?;
        let gathered = self.gathered("association", "association(…)", &parts, span, scope)?;
        let Gathered { rows, row_scope: _, value, mut filters, bounds } = gathered;
        let fits = value.filter(|item| matches!(item.ty.physical(), Physical::Text | Physical::Int));
        let (Some(item), Link::Key { row_key, outer_key }) = (fits, rows.link.clone()) else {
            return self.bad_association(parts.value.span);
        };
        if let Some(at) = self.at_of(rows.table, span) {
            for (comparison, bound) in [(Comparison::GreaterOrEqual, bounds.from), (Comparison::Less, bounds.until)] {
                if let Some(bound) = bound {
                    filters.push(self.compare(comparison, at, bound, span));
                }
            }
        }
        let filter = if filters.is_empty() { None } else { Some(self.all(&filters, span)) };
        let [support, confidence, lift] = limits;
        let association = Association {
            table: rows.table,
            row_key,
            outer_key,
            item: item.node,
            filter,
            support,
            confidence,
            lift,
            gives: Associated::Item,
        };
        let node = self.add_in(space, Kind::Association(Box::new(association)), item.ty.clone(), true, span);
        Some(self.typed(node, span))
    }

    /// What is written, and the three limits in parts per million.
    fn association_parts<'a>(&mut self, arguments: &'a [Argument], span: Span, module: usize) -> Option<(Parts<'a>, [u32; 3])> {
        let (mut found, mut limits) = (None::<Parts<'a>>, [None; 3]);
        for argument in arguments {
            match (&argument.kind, &mut found) {
                (ArgumentKind::Rows { value, per: None, filter, among: None }, None) => {
                    found =
                        Some(Parts { value, filter: filter.as_ref(), among: None, window: None, at_least: None, second: None, per: None });
                }
                (ArgumentKind::Window(window), Some(parts)) if parts.window.is_none() => parts.window = Some(window),
                (ArgumentKind::Named { name, value }, Some(_)) => {
                    let (at, highest) = match name.text.as_str() {
                        "support" => (0, 1.0),
                        "confidence" => (1, 1.0),
                        "lift" => (2, HIGHEST_LIFT),
                        _ => return self.bad_association(argument.span),
                    };
                    let limit = self.parts_per_million(value, highest, module)?;
                    *limits.get_mut(at)? = Some(limit);
                }
                (_, _) => return self.bad_association(argument.span),
            }
        }
        match (found, limits) {
            (Some(parts), [Some(support), Some(confidence), Some(lift)]) => Some((parts, [support, confidence, lift])),
            (_, _) => self.bad_association(span),
        }
    }

    fn bad_association<T>(&mut self, span: Span) -> Option<T> {
        self.report(Problem::new(&problems::BAD_ARGUMENT, span).with("function", "association").with("signature", SIGNATURE));
        None
    }

    fn parts_per_million(&mut self, value: &Expression, highest: f64, module: usize) -> Option<u32> {
        let limit = self.fixed_float(value, &Scope::constant(module), "`association`")?;
        if !(0.0..=highest).contains(&limit) {
            return self.bad_association(value.span);
        }
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
        Some((limit * 1e6).round() as u32)
    }

    /// `likely_next.confidence` of a feature that is an association.
    pub(super) fn association_member(
        &mut self,
        module: usize,
        item: &Rc<Item>,
        feature: &Feature,
        member: &Name,
        table: TableId,
    ) -> Option<Option<Typed>> {
        let called = |name: &str| matches!(feature.value.kind.as_ref(), ExpressionKind::Call { function, .. } if function.text() == name);
        if !called("association") || !feature.arguments.is_empty() {
            return None;
        }
        let Some(best) = self.fact(module, item, table)? else { return Some(None) };
        let Some(Kind::Association(association)) = self.graph.get(best.node).map(|node| node.kind.clone()) else { return None };
        let (gives, ty) = match member.text.as_str() {
            "because" => (Associated::Because, best.ty),
            "support" => (Associated::Support, Type::Percent),
            "confidence" => (Associated::Confidence, Type::Percent),
            "lift" => (Associated::Lift, Type::Number),
            _ => {
                let problem = Problem::new(&names::UNKNOWN_PART, member.span).with("kind", "association part").with("name", &member.text);
                self.report(wording::advised(problem, &member.text, &MEMBERS, ("an association has", "关联有")));
                return Some(None);
            }
        };
        let association = Association { gives, ..*association };
        let node = self.add_in(table, Kind::Association(Box::new(association)), ty, true, member.span);
        Some(Some(self.typed(node, member.span)))
    }
}
