//! How long after its entry a unit is looked at.

use super::{Graph, Kind, NodeId, Operator, Trial};
use crate::types::{Type, Value};

const DAY: i64 = 86_400_000;

impl Trial {
    /// Milliseconds after which everything the trial looks at has happened, at most: a month counts as 31 days, workdays with the
    /// longest holidays. Zero where no measure has a window.
    #[must_use]
    pub fn longest_window(&self, graph: &Graph) -> i64 {
        let Some(entry) = self.entry else { return 0 };
        self.measures.iter().filter_map(|measure| length(graph, measure.mature?, entry)).max().unwrap_or(0)
    }
}

/// The longest time that a node adds to the entry; `None` where the entry is not part of it.
fn length(graph: &Graph, node: NodeId, entry: NodeId) -> Option<i64> {
    if node == entry {
        return Some(0);
    }
    let kind = &graph.get(node)?.kind;
    let below = kind.operands().into_iter().filter_map(|operand| length(graph, operand, entry)).max()?;
    let number = |id: &NodeId| match graph.constant(*id) {
        Some(Value::Int(number)) => Some(*number),
        _ => None,
    };
    let own = match kind {
        Kind::Arithmetic { operator: Operator::Add, left, right } => {
            let duration = |id: &NodeId| number(id).filter(|_| graph.get(*id).is_some_and(|node| node.ty == Type::Duration));
            duration(right).or_else(|| duration(left)).unwrap_or(0)
        }
        Kind::Call { function, arguments } => {
            let count = arguments.get(1).and_then(number).unwrap_or(0);
            match function.as_str() {
                "shift_months_time" => count.saturating_mul(31 * DAY),
                // Five of seven days, and the two long holidays.
                "add_workdays" => count.saturating_mul(2).saturating_add(20).saturating_mul(DAY),
                _ => 0,
            }
        }
        _ => 0,
    };
    Some(below.saturating_add(own.max(0)))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::ir::{Comparison, Design, Fold, Measure, Terms, TrialKind};
    use crate::source::Span;
    use crate::types::TableId;

    #[test]
    fn windows_run_from_the_entry() {
        let mut graph = Graph::default();
        let mut add = |kind: Kind, ty: Type| graph.add(kind, ty, true, Some(TableId(0)), Span::default());
        let entry = add(Kind::Column(crate::types::ColumnId(0)), Type::Time);
        let days = add(Kind::Constant(Value::Int(30 * DAY)), Type::Duration);
        let end = add(Kind::Arithmetic { operator: Operator::Add, left: entry, right: days }, Type::Time);
        let months = add(Kind::Constant(Value::Int(2)), Type::Int);
        let later = add(Kind::Call { function: String::from("shift_months_time"), arguments: vec![entry, months] }, Type::Time);
        let now = add(Kind::AsOf, Type::Time);
        let over = |left: NodeId| Kind::Compare { operator: Comparison::LessOrEqual, left, right: now };
        let (first, second) = (add(over(end), Type::Bool), add(over(later), Type::Bool));
        let both = add(Kind::And(vec![first, second]), Type::Bool);
        let measure = |mature: Option<NodeId>| Measure {
            name: String::from("m"),
            label: None,
            written: String::new(),
            ty: Type::Percent,
            fold: Fold::Rate { holds: first },
            mature,
            before: None,
            cap: None,
        };
        let mut trial = Trial {
            name: String::from("t"),
            label: None,
            kind: TrialKind::Strategy,
            owner: None,
            design: Design::Randomised,
            table: TableId(0),
            span: Span::default(),
            assigned: first,
            arm: entry,
            arms: Vec::new(),
            strategies: Vec::new(),
            entry: Some(entry),
            probability: None,
            proposed: None,
            cluster: None,
            score: None,
            measures: vec![measure(Some(first)), measure(None)],
            goals: Vec::new(),
            decide: None,
            cuts: Vec::new(),
            covariates: Vec::new(),
            drift: None,
            terms: Terms::default(),
        };
        assert_eq!(trial.longest_window(&graph), 30 * DAY);
        trial.measures.push(measure(Some(both)));
        assert_eq!(trial.longest_window(&graph), 62 * DAY);
        trial.entry = None;
        assert_eq!(trial.longest_window(&graph), 0);
    }
}
