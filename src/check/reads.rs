//! Which declarations an expression reads, through facts and params, as written.

use super::Checker;
use crate::syntax::ast::{
    self, ArgumentKind, CellKind, Expression, ExpressionKind, InSet, Item, ItemKind, LimitWindow, Path, PolicyRule, RowCondition, TextPart,
    Window, WindowKind,
};
use std::rc::Rc;

impl Checker {
    /// Whether a rule of a policy reads a param, directly or through facts.
    pub(super) fn policy_reads(&self, at: usize, policy: &ast::Policy, module: usize, param: &str) -> bool {
        let mut paths = Vec::new();
        for rule in policy.layers.iter().flat_map(|layer| &layer.rules) {
            match rule {
                PolicyRule::Exclude(exclude) => paths_in(&exclude.when, &mut paths),
                PolicyRule::AtMost(limit) => {
                    paths_in(&limit.count, &mut paths);
                    if let Some(LimitWindow::InAny(length)) = &limit.window {
                        paths_in(length, &mut paths);
                    }
                }
                PolicyRule::Hours(hours) => [&hours.from, &hours.to].into_iter().for_each(|clock| paths_in(clock, &mut paths)),
                PolicyRule::Control { span: _, share } => paths_in(share, &mut paths),
                PolicyRule::Capacity(capacity) => paths_in(&capacity.count, &mut paths),
                PolicyRule::Order { span: _, classes: _ } => {}
            }
        }
        let mut open: Vec<(usize, Path)> = paths.into_iter().map(|path| (at, path)).collect();
        let mut seen: Vec<(usize, String)> = Vec::new();
        while let Some((from, path)) = open.pop() {
            let Some((owner, item)) = self.find_item(&path, from) else { continue };
            let Some((name, _)) = super::names::declared(&item.kind) else { continue };
            let key = (owner, name.text.clone());
            if seen.contains(&key) {
                continue;
            }
            if owner == module && name.text == param && matches!(item.kind, ItemKind::Param(_)) {
                return true;
            }
            seen.push(key);
            let mut inner = Vec::new();
            paths_of_item(&item, &mut inner);
            open.extend(inner.into_iter().map(|path| (owner, path)));
        }
        false
    }
}

/// The paths in the value of a fact or param.
fn paths_of_item(item: &Rc<Item>, out: &mut Vec<Path>) {
    match &item.kind {
        ItemKind::Param(param) => paths_in(&param.value, out),
        ItemKind::Feature(feature) => paths_in(&feature.value, out),
        ItemKind::Segment(segment) => paths_in(&segment.condition, out),
        ItemKind::Ladder(ladder) => {
            ladder.axes.iter().for_each(|axis| paths_in(axis, out));
            for row in &ladder.rows {
                match &row.condition {
                    RowCondition::When(condition) => paths_in(condition, out),
                    RowCondition::Cells(cells) => cells.iter().for_each(|cell| match &cell.kind {
                        CellKind::Value(value) | CellKind::Compare(_, value) => paths_in(value, out),
                        CellKind::OneOf(values) => values.iter().for_each(|value| paths_in(value, out)),
                        CellKind::Any => {}
                    }),
                    RowCondition::Otherwise(_) | RowCondition::WhenUnknown(_) => {}
                }
            }
        }
        _ => {}
    }
}

/// Every path of an expression, those of conditions and windows of aggregates included.
fn paths_in(expression: &Expression, out: &mut Vec<Path>) {
    let mut open = vec![expression];
    while let Some(next) = open.pop() {
        match next.kind.as_ref() {
            ExpressionKind::Path(path) => out.push(path.clone()),
            ExpressionKind::Literal(_) => {}
            ExpressionKind::Text(text) => out.extend(text.parts.iter().filter_map(|part| match part {
                TextPart::Slot(slot) => Some(slot.path.clone()),
                TextPart::Text(_) => None,
            })),
            ExpressionKind::List(items) => open.extend(items),
            ExpressionKind::Call { function, arguments } => {
                out.push(function.clone());
                for argument in arguments {
                    match &argument.kind {
                        ArgumentKind::Rows { value, per, filter, among } => {
                            open.push(value);
                            open.extend(filter);
                            out.extend(per.iter().chain(among).cloned());
                        }
                        ArgumentKind::Window(window) => open.extend(window_parts(window)),
                        ArgumentKind::AtLeast(value) | ArgumentKind::AtMost(value) | ArgumentKind::To(value) => open.push(value),
                        ArgumentKind::Named { name: _, value } => open.push(value),
                    }
                }
            }
            ExpressionKind::Since { unit: _, unit_span: _, moment } => open.push(moment),
            ExpressionKind::Negate(inner) | ExpressionKind::Not(inner) | ExpressionKind::Is { value: inner, state: _ } => open.push(inner),
            ExpressionKind::In { value, negated: _, set } => {
                open.push(value);
                match set {
                    InSet::Values(values) => open.push(values),
                    InSet::Window(window) => open.extend(window_parts(window)),
                    InSet::Top { share, among } => {
                        open.push(share);
                        open.extend(among);
                    }
                }
            }
            ExpressionKind::Coalesce(a, b) | ExpressionKind::And(a, b) | ExpressionKind::Or(a, b) => open.extend([a, b]),
            ExpressionKind::Arithmetic { operator: _, operator_span: _, left, right } => open.extend([left, right]),
            ExpressionKind::Comparison { first, rest } => {
                open.push(first);
                open.extend(rest.iter().map(|link| &link.right));
            }
        }
    }
}

fn window_parts(window: &Window) -> Vec<&Expression> {
    match &window.kind {
        WindowKind::Last { length, ending_ago } => std::iter::once(length).chain(ending_ago).collect(),
        WindowKind::Next { length } | WindowKind::Within { length } => vec![length],
        WindowKind::Since { moment } => vec![moment],
        WindowKind::This(_) | WindowKind::Previous(_) => Vec::new(),
    }
}
