//! The order of classes where an overlay sets it for some subjects.
//!
//! An overlay speaks of one person or row, so an action stands in the order once for those without such an overlay and once for each
//! overlay; no subject is in two of these, since whoever has two overlays is excluded. Among different people who share a cap or a
//! capacity, the place of the class in the order of each is compared first, then priority, then the overlay.

use super::Draft;
use super::course::{Course, Rank};
use super::layer::Standing;
use crate::check::Checker;
use crate::check::problems::overlays as problems;
use crate::diag::Problem;
use crate::ir::{Kind, NodeId};
use crate::source::Span;
use crate::syntax::ast::Name;
use crate::types::{TableId, Type};

/// An overlay that orders the classes for its subjects.
struct Ordering {
    overlay: usize,
    name: Name,
    about: Option<TableId>,
    classes: Vec<String>,
}

impl Checker {
    /// Every way in which the actions of a strategy may stand among all.
    pub(super) fn standings(&mut self, courses: &[Course<'_>]) -> Vec<Standing> {
        let found = self.ordering_overlays().into_iter();
        let orderings: Vec<Ordering> = found.map(|(overlay, name, about, classes)| Ordering { overlay, name, about, classes }).collect();
        let mut out = Vec::new();
        for (course, own) in courses.iter().enumerate() {
            let mut elsewhere: Vec<NodeId> = Vec::new();
            for (variant, ordering) in (1..).zip(&orderings) {
                let Some(holds) = self.ordered_by(&own.draft, ordering) else { continue };
                elsewhere.push(holds);
                let class = own.draft.ast.class.as_ref().and_then(|class| ordering.classes.iter().position(|known| *known == class.text));
                let rank = Rank { class: class.unwrap_or(usize::MAX), ..own.rank.clone() };
                out.push(Standing { course, variant, rank, holds: Some(holds) });
            }
            let span = own.draft.span;
            let holds = match elsewhere.as_slice() {
                [] => None,
                some => {
                    let some = self.any(some, span);
                    Some(self.negation(some, span))
                }
            };
            out.push(Standing { course, variant: 0, rank: own.rank.clone(), holds });
        }
        out
    }

    /// Two-valued: the overlay holds for the subject of a strategy, or for the person it reaches.
    fn ordered_by(&mut self, draft: &Draft<'_>, ordering: &Ordering) -> Option<NodeId> {
        let span: Span = ordering.name.span;
        // Whoever reaches nobody competes with nobody.
        draft.customer?;
        let about = ordering.about?;
        let condition = self.overlay_condition(ordering.overlay)?;
        if about == draft.table {
            return Some(self.surely(condition, span));
        }
        match draft.recipient.filter(|_| self.find_table("customers") == Some(about)) {
            Some(key) => {
                let holds = self.add_in(draft.table, Kind::Via { key, table: about, value: condition }, Type::Bool, true, span);
                Some(self.surely(holds, span))
            }
            None => {
                let name = |table: TableId| self.table(table).map_or_else(String::new, |table| table.name.clone());
                let problem = Problem::new(&problems::ORDER_TABLE, draft.span).with("overlay", &ordering.name.text);
                let problem = problem.with("table", name(about)).with("strategy", &draft.ast.name.text).with("other", name(draft.table));
                self.report(problem);
                None
            }
        }
    }
}
