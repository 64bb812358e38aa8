//! What the formatter knows about meaning: where units begin, which braces belong together, where columns of a table start.

use crate::syntax::parse::grammar::{Rule, StratParser};
use pest::Parser;
use pest::iterators::Pair;
use std::collections::{BTreeMap, BTreeSet};

/// Lines of one kind that follow each other are aligned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct UnitKind(Rule);

impl UnitKind {
    /// Branches stay aligned even when their steps take several lines.
    pub(super) fn aligns_over_lines(self) -> bool {
        matches!(self.0, Rule::branch | Rule::option)
    }

    /// Rows of a test stay on the line where the author put them.
    pub(super) fn follows_author(self) -> bool {
        self.0 == Rule::given_row
    }
}

/// Something that begins a line of its own when its block is spread over lines.
#[derive(Debug, Clone)]
pub(super) struct Unit {
    pub(super) kind: UnitKind,
    pub(super) end: usize,
    /// Offsets where aligned columns begin, each with the number of the column.
    pub(super) cells: Vec<(usize, usize)>,
}

/// A pair of braces.
#[derive(Debug, Clone, Copy)]
pub(super) struct Block {
    pub(super) close: usize,
    /// A strategy is always spread over lines.
    pub(super) always_spread: bool,
}

/// All of it, by byte offset.
#[derive(Debug, Default)]
pub(super) struct Outline {
    pub(super) items: BTreeSet<usize>,
    pub(super) units: BTreeMap<usize, Unit>,
    /// Steps behind the first one of a branch.
    pub(super) later_steps: BTreeSet<usize>,
    pub(super) blocks: BTreeMap<usize, Block>,
    /// Tokens that touch the one before them.
    pub(super) glued_before: BTreeSet<usize>,
    /// Signs that touch the token behind them.
    pub(super) glued_after: BTreeSet<usize>,
    /// The `=` between a name and what it means.
    pub(super) definitions: BTreeSet<usize>,
}

/// The outline of a text that parses; `None` when it does not.
pub(super) fn outline(text: &str) -> Option<Outline> {
    let mut outline = Outline::default();
    for file in StratParser::parse(Rule::file, text).ok()? {
        for node in file.into_inner().filter(|node| node.as_rule() == Rule::item) {
            outline.items.insert(start(&node));
            for inner in node.into_inner() {
                outline.unit(&inner);
                outline.visit(inner);
            }
        }
    }
    Some(outline)
}

fn start(node: &Pair<'_, Rule>) -> usize {
    node.as_span().start()
}

impl Outline {
    fn unit(&mut self, node: &Pair<'_, Rule>) {
        let cells = cells(node);
        let unit = Unit { kind: UnitKind(node.as_rule()), end: node.as_span().end(), cells };
        self.units.insert(start(node), unit);
    }

    fn visit(&mut self, node: Pair<'_, Rule>) {
        let rule = node.as_rule();
        self.braces(&node);
        match rule {
            Rule::expression | Rule::amount => self.signs(&node),
            Rule::branch | Rule::option => {
                for step in node.clone().into_inner().filter(|child| child.as_rule() == Rule::step).skip(1) {
                    self.later_steps.insert(start(&step));
                    self.unit(&step);
                }
            }
            Rule::given => {
                for row in node.clone().into_inner().filter(|child| child.as_rule() == Rule::given_row) {
                    self.unit(&row);
                }
            }
            _ => {}
        }
        for child in node.into_inner() {
            let glued = match child.as_rule() {
                Rule::sign_open => matches!(rule, Rule::arguments | Rule::parameters | Rule::type_unit),
                Rule::sign_colon => matches!(rule, Rule::named_argument | Rule::entry),
                Rule::optional => true,
                _ => false,
            };
            if glued {
                self.glued_before.insert(start(&child));
            }
            if child.as_rule() == Rule::sign_equals {
                self.definitions.insert(start(&child));
            }
            if child.as_rule() == Rule::plus && matches!(rule, Rule::goal_change | Rule::goal_worthwhile) {
                self.glued_after.insert(start(&child));
            }
            self.visit(child);
        }
    }

    fn braces(&mut self, node: &Pair<'_, Rule>) {
        let mut open = None;
        let mut inner = Vec::new();
        for child in node.clone().into_inner() {
            match child.as_rule() {
                Rule::sign_open_brace => open = Some(start(&child)),
                Rule::sign_close_brace => {
                    if let Some(open) = open {
                        let always_spread = node.as_rule() == Rule::strategy_item;
                        self.blocks.insert(open, Block { close: start(&child), always_spread });
                    }
                }
                _ if open.is_some() => inner.push(child),
                _ => {}
            }
        }
        for child in &inner {
            self.unit(child);
        }
    }

    /// A minus with no operand before it touches its operand.
    fn signs(&mut self, node: &Pair<'_, Rule>) {
        let mut after_operand = false;
        for child in node.clone().into_inner() {
            match child.as_rule() {
                Rule::minus if !after_operand => {
                    self.glued_after.insert(start(&child));
                }
                Rule::minus | Rule::plus | Rule::star | Rule::slash | Rule::coalesce | Rule::comparison_operator => after_operand = false,
                Rule::and | Rule::or | Rule::not => after_operand = false,
                _ => after_operand = true,
            }
        }
    }
}

/// Where the aligned columns of a unit begin.
fn cells(node: &Pair<'_, Rule>) -> Vec<(usize, usize)> {
    let rule = node.as_rule();
    let mut cells = Vec::new();
    let mut labelled = false;
    let mut expressions = 0;
    for (index, child) in node.clone().into_inner().enumerate() {
        let at = start(&child);
        let column = match (rule, child.as_rule()) {
            (Rule::column, Rule::sign_colon) => Some(1),
            (Rule::column, Rule::column_part) => {
                let is_label = child.clone().into_inner().next().is_some_and(|part| part.as_rule() == Rule::label);
                let column = if is_label {
                    Some(2)
                } else if labelled {
                    Some(3)
                } else {
                    None
                };
                let again = labelled && column == Some(3) && cells.iter().any(|(_, known)| *known == 3);
                labelled |= is_label;
                if again { None } else { column }
            }
            (Rule::given_row, Rule::expression) => {
                expressions += 1;
                (expressions > 1).then_some(expressions)
            }
            (Rule::expect, _) => (index >= 2).then_some(index),
            (Rule::entry, Rule::expression) | (Rule::said_part, Rule::text) => Some(1),
            (Rule::arm, Rule::amount) | (Rule::experiment_arm, Rule::experiment_share) => Some(1),
            (Rule::trigger, Rule::again) => Some(4),
            (Rule::score_row, Rule::when_clause) => Some(1),
            (_, Rule::label) => Some(1),
            (_, Rule::row_when | Rule::row_otherwise | Rule::kw_has) => Some(2),
            (Rule::lexicon_row, Rule::kw_otherwise) => Some(2),
            (Rule::exclude | Rule::exit | Rule::alert_item, Rule::when) => Some(2),
            (_, Rule::because | Rule::param_range | Rule::goal_target) => Some(4),
            (Rule::channel_item, Rule::cost) => Some(2),
            (Rule::channel_item, Rule::staff) => Some(3),
            (Rule::channel_item, Rule::length) => Some(4),
            (Rule::template_item, Rule::kw_for) => Some(2),
            (_, Rule::sign_equals) => Some(3),
            (Rule::model_item, Rule::model_version) => Some(2),
            (Rule::wave, Rule::wave_was) => Some(1),
            (Rule::wave, Rule::wave_after) => Some(2),
            (Rule::wave, Rule::when_clause) => Some(3),
            (Rule::wave | Rule::action_item | Rule::offer_item | Rule::template_item, Rule::sign_open_brace) => Some(4),
            (Rule::branch | Rule::option, Rule::sign_arrow) => Some(5),
            _ => None,
        };
        if let Some(column) = column
            && cells.last().is_none_or(|(_, last)| *last < column)
        {
            cells.push((at, column));
        }
    }
    cells
}
