//! Metrics as of now: one row for every metric and group, with the value one window earlier and the rows both rest on.

use super::figure::{Figure, Over};
use crate::check::Checker;
use crate::diag::any_error;
use crate::ir::{Emission, Output};
use crate::syntax::ast::{self, GoalTargetKind, ItemKind};
use crate::types::{TableId, Type, Value};

impl Checker {
    /// The rows of all metrics of the author's modules that look at what is there already. A program with mistakes has none.
    pub(in crate::check) fn lower_metrics(&mut self) -> Vec<Emission> {
        if any_error(&self.problems) {
            return Vec::new();
        }
        let mut out = Vec::new();
        for module in 0..self.modules.len() {
            if self.is_standard(module) {
                continue;
            }
            for item in self.items(module) {
                if let ItemKind::Metric(metric) = &item.kind {
                    out.extend(self.lower_metric(module, metric));
                }
            }
        }
        out.append(&mut self.standing_goals);
        out
    }

    /// A goal about everybody as of now, such as new customers a month, with a fixed bound: no customer enters it, so it is a metric that is
    /// held against the bound. `None` for every other goal.
    pub(super) fn standing_goal(&mut self, name: (&str, Option<&str>), goal: &ast::Goal, table: TableId) -> Option<Emission> {
        let span = goal.name.span;
        let target = goal.target.as_ref()?;
        let (bound, up) = match &target.kind {
            GoalTargetKind::AtLeast(bound) => (self.fixed_bound(bound)?, true),
            GoalTargetKind::AtMost(bound) => (self.fixed_bound(bound)?, false),
            GoalTargetKind::Change { .. } => return None,
        };
        let reported = self.problems.len();
        let goals = self.every_goal();
        let over = Over { module: 0, table, group: None, ago: 0, goals: &goals, depth: 0 };
        let figure = self.figure(&goal.metric, &over);
        let earlier = self.figure(&goal.metric, &Over { ago: 1, ..over });
        self.problems.truncate(reported);
        let figure = figure.filter(|figure| !figure.outcome)?;
        let written = format!("{} {}", self.as_written(goal.metric.span), self.as_written(target.span));
        let mut fields = Vec::new();
        for (field, text) in
            [("metric", name.0), ("label", name.1.unwrap_or_default()), ("written", &written), ("up", if up { "yes" } else { "no" })]
        {
            fields.push((String::from(field), self.text_constant(text.to_owned(), span)));
        }
        fields.push((String::from("bound"), self.constant(Value::float(bound), Type::Number, span)));
        for (value, rows, figure) in [("value", "rows", Some(&figure)), ("previous", "previous_rows", earlier.as_ref())] {
            let Some(figure) = figure else { continue };
            fields.push((String::from(value), figure.typed.node));
            fields.extend(figure.supports.first().map(|support| (String::from(rows), support.rows)));
        }
        let flag = self.first_of_group(table, None, span);
        Some(Emission { output: Output::Metrics, table, flag, fields, strategy: None })
    }

    fn lower_metric(&mut self, module: usize, metric: &ast::Metric) -> Option<Emission> {
        let span = metric.name.span;
        let table = self.about(module, metric.table.as_ref(), span)?;
        let group = self.metric_group(module, metric, table)?;
        let goals = self.every_goal();
        let over = Over { module, table, group: group.map(|group| group.key), ago: 0, goals: &goals, depth: 0 };
        let figure = self.metric_figure(module, metric, &over)?;
        if figure.outcome {
            return None;
        }
        let earlier = self.figure_before(module, metric, &over);
        let name = self.modules.get(module).map_or_else(|| metric.name.text.clone(), |module| module.qualified(&metric.name.text));
        let mut fields = vec![(String::from("metric"), self.text_constant(name, span))];
        let label = metric.label.as_ref().map(|label| label.text.clone()).unwrap_or_default();
        fields.push((String::from("label"), self.text_constant(label, span)));
        let written = self.sources.text(metric.value.span).split_whitespace().collect::<Vec<_>>().join(" ");
        fields.push((String::from("written"), self.text_constant(written, span)));
        if let Some(group) = group {
            fields.push((String::from("group"), group.words));
        }
        for (value, rows, figure) in [("value", "rows", Some(&figure)), ("previous", "previous_rows", earlier.as_ref())] {
            let Some(figure) = figure else { continue };
            fields.push((String::from(value), figure.typed.node));
            fields.extend(figure.supports.first().map(|support| (String::from(rows), support.rows)));
        }
        let flag = self.first_of_group(table, group, span);
        Some(Emission { output: Output::Metrics, table, flag, fields, strategy: None })
    }

    /// The figure one window earlier; `None` where it has no such window, which is no mistake here.
    fn figure_before(&mut self, module: usize, metric: &ast::Metric, over: &Over<'_>) -> Option<Figure> {
        let reported = self.problems.len();
        let earlier = self.metric_figure(module, metric, &Over { ago: 1, ..over.clone() });
        self.problems.truncate(reported);
        earlier
    }
}
