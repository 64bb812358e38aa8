//! Rows of a ladder that are bands of one value: overlaps that are not nested, and an `otherwise` nobody reaches. And labels whose
//! words mean two things.

use super::Checker;
use super::problems::{declarations, ladders as problems};
use super::proof::Subject;
use crate::diag::Problem;
use crate::ir::NodeId;
use crate::source::Span;
use crate::syntax::ast::{self, ItemKind, LadderKind, RowCondition};

/// What was seen of two rows that look at one and the same value.
struct Pair {
    value: NodeId,
    first: usize,
    second: usize,
    both: Option<Subject>,
    first_only: bool,
    second_only: bool,
}

impl Pair {
    /// Only the value the two rows look at.
    fn shown(&self, subject: &Subject) -> Subject {
        subject.iter().filter(|(node, _)| **node == self.value).map(|(node, value)| (*node, value.clone())).collect()
    }
}

/// Pairs of rows that are bands of the same value.
pub(super) struct Bands(Vec<Pair>);

impl Bands {
    pub fn new(checker: &Checker, rows: &[NodeId]) -> Self {
        let values: Vec<Option<NodeId>> = rows.iter().map(|row| only_value(checker, *row)).collect();
        let mut pairs = Vec::new();
        for (second, value) in values.iter().enumerate() {
            let Some(value) = *value else { continue };
            for first in (0..second).filter(|first| values.get(*first) == Some(&Some(value))) {
                pairs.push(Pair { value, first, second, both: None, first_only: false, second_only: false });
            }
        }
        Self(pairs)
    }

    pub fn see(&mut self, truths: &[Option<bool>], subject: &Subject) {
        for pair in &mut self.0 {
            let truth = |at: usize| truths.get(at).copied().flatten();
            match (truth(pair.first), truth(pair.second)) {
                (Some(true), Some(true)) => pair.both = pair.both.take().or_else(|| Some(subject.clone())),
                (Some(true), Some(false)) => pair.first_only = true,
                (Some(false), Some(true)) => pair.second_only = true,
                (_, _) => {}
            }
        }
    }
}

/// The value a condition looks at, when it is one alone.
fn only_value(checker: &Checker, row: NodeId) -> Option<NodeId> {
    let samples = checker.samples_of(&[row]);
    let mut keys = samples.keys();
    match (keys.next(), keys.next()) {
        (Some(only), None) => Some(*only),
        (_, _) => None,
    }
}

impl Checker {
    pub(super) fn report_bands(&mut self, ladder: &ast::Ladder, places: &[(Span, String)], bands: &Bands, gap: bool) {
        for pair in bands.0.iter().filter(|pair| ladder.kind != LadderKind::Partition && pair.first_only && pair.second_only) {
            let (Some(subject), Some((_, first)), Some((span, second))) = (&pair.both, places.get(pair.first), places.get(pair.second))
            else {
                continue;
            };
            if first == second {
                continue;
            }
            let example = self.describe(&pair.shown(subject));
            let problem = Problem::new(&problems::ROWS_OVERLAP, *span).with("ladder", &ladder.name.text).with("first", first);
            self.report(problem.with("second", second).with("example", example));
        }
        let otherwise = ladder.rows.iter().find(|row| matches!(row.condition, RowCondition::Otherwise(_)));
        if let (Some(row), false) = (otherwise, gap) {
            let problem = Problem::new(&declarations::UNREACHABLE_ROW, row.span).with("ladder", &ladder.name.text);
            self.report(problem.with("row", &row.name.text));
        }
    }

    /// Two partitions in use that call different groups by the same words.
    pub(super) fn check_display_labels(&mut self) {
        let mut seen: Vec<(String, String, String, Span)> = Vec::new();
        for module in 0..self.modules.len() {
            for item in self.items(module) {
                let ItemKind::Ladder(ladder) = &item.kind else { continue };
                let qualified = self.modules.get(module).map_or_else(String::new, |module| module.qualified(&ladder.name.text));
                let used = self.ladders.iter().any(|known| known.name == qualified);
                if ladder.kind != LadderKind::Partition || !used {
                    continue;
                }
                self.compare_display_labels(ladder, &qualified, &mut seen);
            }
        }
    }

    fn compare_display_labels(&mut self, ladder: &ast::Ladder, qualified: &str, seen: &mut Vec<(String, String, String, Span)>) {
        let mut own = Vec::new();
        for row in &ladder.rows {
            let (Some(label), RowCondition::When(_) | RowCondition::Cells(_)) = (&row.label, &row.condition) else { continue };
            let name = format!("{qualified}.{}", row.name.text);
            let meaning = self.meaning(ladder, row);
            let other = seen.iter().find(|(words, _, _, _)| *words == label.text).cloned();
            if let Some((_, first, known, span)) = other {
                // The author's own file is where something can be done about it.
                let (place, second) = if row.span.file <= span.file { (row.span, span) } else { (span, row.span) };
                let problem = Problem::new(&problems::SAME_DISPLAY_LABEL, place).with("label", &label.text).with("first", first);
                let problem = problem.with("meaning", known).with("second", &name).with("other", &meaning);
                self.report(problem.label(second, crate::diag::Text { en: "the other meaning", zh: "另一个含义" }));
            }
            own.push((label.text.clone(), name, meaning, row.span));
        }
        seen.extend(own);
    }

    /// A row's condition as written, cells with the axes they are about.
    fn meaning(&self, ladder: &ast::Ladder, row: &ast::LadderRow) -> String {
        let text = |span: Span| self.sources.text(span).split_whitespace().collect::<Vec<_>>().join(" ");
        match &row.condition {
            RowCondition::When(condition) => text(condition.span),
            RowCondition::Cells(cells) => {
                let named = ladder.axes.iter().zip(cells).map(|(axis, cell)| format!("{} {}", text(axis.span), text(cell.span)));
                named.collect::<Vec<_>>().join(", ")
            }
            RowCondition::Otherwise(_) | RowCondition::WhenUnknown(_) => String::new(),
        }
    }
}
