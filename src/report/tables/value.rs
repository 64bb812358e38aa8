//! What lasts: retention, credit of channels, expected value of customers, metrics as of now, moves between labels.

use super::{Cell, Draft, Table, some_text, text};
use crate::evaluate::evaluation::{Attribution, Lifetime, MetricReport, Migration, Pace, SurvivalReport, TrialReport};
use crate::report::printed::{self, Shape, named, pick};

impl Draft<'_> {
    pub(super) fn retention(self) -> Table {
        let columns = &[
            ("trial", "试验"),
            ("metric", "指标"),
            ("arm", "实验组"),
            ("time", "时间"),
            ("at risk", "在观察人数"),
            ("kept", "留存"),
            ("lower", "下限"),
            ("upper", "上限"),
        ];
        let lines = |report: &SurvivalReport| -> Vec<Vec<Cell>> {
            let mut rows = Vec::new();
            for curve in &report.curves {
                let head = [self.named(&report.goal, report.label.as_deref()), self.named(&curve.arm, curve.label.as_deref())];
                for step in &curve.steps {
                    let cells = vec![
                        Cell::Number(step.time, Shape::Number),
                        Cell::Count(step.at_risk),
                        Cell::Number(step.kept, Shape::Share),
                        self.figure(&step.lower, Shape::Share),
                        self.figure(&step.upper, Shape::Share),
                    ];
                    rows.push([head.to_vec(), cells].concat());
                }
            }
            rows
        };
        let rows = self.by_trial(|trial| trial.survival.iter().flat_map(lines).collect());
        self.table("retention", ("Retention", "留存"), columns, rows)
    }

    pub(super) fn retention_summary(self) -> Table {
        let columns = &[
            ("trial", "试验"),
            ("metric", "指标"),
            ("arm", "实验组"),
            ("figure", "量"),
            ("value", "取值"),
            ("lower", "下限"),
            ("upper", "上限"),
        ];
        let lines = |report: &SurvivalReport| -> Vec<Vec<Cell>> {
            let name = self.named(&report.goal, report.label.as_deref());
            let word = |english, chinese| text(pick(self.language, english, chinese));
            let mut rows = Vec::new();
            for curve in &report.curves {
                let arm = self.named(&curve.arm, curve.label.as_deref());
                let median = self.figure(&curve.median, Shape::Number);
                rows.push(vec![name.clone(), arm, word("median", "中位时间"), median, Cell::Empty, Cell::Empty]);
            }
            for (arm, longer) in &report.kept_longer {
                let [value, lower, upper] = self.estimate(longer, Shape::Difference);
                rows.push(vec![name.clone(), text(arm), word("kept longer on average", "平均多留存"), value, lower, upper]);
            }
            for (figure, shape, title) in [
                (&report.log_rank, Shape::Number, word("log-rank statistic", "对数秩统计量")),
                (&report.log_rank_p, Shape::P, word("log-rank p", "对数秩 p 值")),
            ] {
                rows.push(vec![name.clone(), Cell::Empty, title, self.figure(figure, shape), Cell::Empty, Cell::Empty]);
            }
            rows
        };
        let rows = self.by_trial(|trial: &TrialReport| trial.survival.iter().flat_map(lines).collect());
        self.table("retention-summary", ("Retention, summary", "留存汇总"), columns, rows)
    }

    pub(super) fn attribution(self) -> Table {
        let columns = &[
            ("metric", "指标"),
            ("registered rule", "登记规则"),
            ("lookback days", "回溯天数"),
            ("channel", "渠道"),
            ("rule", "规则"),
            ("credit", "归因数"),
            ("cost (yuan)", "成本（元）"),
        ];
        let lines = |attribution: &Attribution| -> Vec<Vec<Cell>> {
            let mut rows = Vec::new();
            for row in &attribution.rows {
                for (rule, credit) in &row.credits {
                    rows.push(vec![
                        self.named(&attribution.metric, attribution.label.as_deref()),
                        self.slug(&attribution.rule),
                        Cell::Number(attribution.lookback_days, Shape::Number),
                        text(&row.channel),
                        self.slug(rule),
                        self.figure(credit, Shape::Number),
                        Cell::Number(row.cost, Shape::Money),
                    ]);
                }
            }
            rows
        };
        let rows = self.evaluation.attributions.iter().flat_map(lines).collect();
        self.table("attribution", ("Attribution", "归因"), columns, rows)
    }

    pub(super) fn lifetimes(self) -> Table {
        let columns = &[("metric", "指标"), ("horizon", "期限"), ("figure", "量"), ("value", "取值")];
        let lines = |lifetime: &Lifetime| -> Vec<Vec<Cell>> {
            let head = [self.named(&lifetime.metric, lifetime.label.as_deref()), text(&lifetime.horizon)];
            let word = |english, chinese| text(pick(self.language, english, chinese));
            let mut rows = vec![
                [head.to_vec(), vec![word("customers", "客户数"), Cell::Count(lifetime.customers)]].concat(),
                [head.to_vec(), vec![word("expected purchases", "预期购买次数"), self.figure(&lifetime.expected_purchases, Shape::Number)]]
                    .concat(),
                [head.to_vec(), vec![word("expected value (yuan)", "预期价值（元）"), self.figure(&lifetime.expected_value, Shape::Money)]]
                    .concat(),
            ];
            for (name, figure) in &lifetime.parameters {
                rows.push([head.to_vec(), vec![text(name), self.figure(figure, Shape::Number)]].concat());
            }
            rows.push([head.to_vec(), vec![word("finding", "结论"), self.words(&lifetime.sentence)]].concat());
            rows
        };
        let rows = self.evaluation.lifetimes.iter().flat_map(lines).collect();
        self.table("lifetimes", ("Customer value", "客户价值"), columns, rows)
    }

    pub(super) fn metrics(self) -> Table {
        let columns = &[
            ("metric", "指标"),
            ("group", "分组"),
            ("value", "取值"),
            ("one window earlier", "上一窗口"),
            ("n", "人数"),
            ("written", "口径"),
            ("goal", "目标"),
            ("goal met", "是否达成"),
        ];
        let lines = |metric: &MetricReport| -> Vec<Vec<Cell>> {
            let shape = Shape::level(metric.unit);
            let groups = metric.groups.iter();
            let cells = groups.map(|group| {
                let of = if group.group.is_empty() { pick(self.language, "all", "全部").to_owned() } else { group.group.join(" / ") };
                vec![
                    self.named(&metric.name, metric.label.as_deref()),
                    Cell::Text(of),
                    self.figure(&group.value, shape),
                    self.figure(&group.previous, shape),
                    Cell::Count(group.n),
                    text(&metric.written),
                    metric.bound.as_ref().map_or(Cell::Empty, |bound| Cell::Number(bound.value, shape)),
                    metric.bound.as_ref().map_or(Cell::Empty, |bound| text(printed::met(bound.met, self.language))),
                ]
            });
            cells.collect()
        };
        let rows = self.evaluation.metrics.iter().flat_map(lines).collect();
        self.table("metrics", ("Metrics", "指标"), columns, rows)
    }

    pub(super) fn pacing(self) -> Table {
        let columns = &[
            ("limit of", "对象"),
            ("kind", "类别"),
            ("per", "周期"),
            ("limit", "上限"),
            ("used", "已用"),
            ("share", "占比"),
            ("from day", "起始日"),
            ("to day", "截止日"),
            ("time over", "时间进度"),
            ("pace", "进度"),
        ];
        let line = |row: &Pace| {
            let shape = Shape::level(row.unit);
            vec![
                self.named(&row.name, row.label.as_deref()),
                text(&row.what),
                text(&row.window),
                Cell::Number(row.whole, shape),
                Cell::Number(row.used, shape),
                self.figure(&row.share, Shape::Share),
                some_text(row.from.as_deref()),
                some_text(row.to.as_deref()),
                self.figure(&row.elapsed, Shape::Share),
                self.words(&row.sentence),
            ]
        };
        let rows = self.evaluation.pacing.iter().map(line).collect();
        self.table("pacing", ("Pacing", "进度"), columns, rows)
    }

    pub(super) fn migrations(self) -> Table {
        let columns = &[
            ("ladder", "分层"),
            ("from day", "起始日"),
            ("to day", "截止日"),
            ("from label", "原层级"),
            ("to label", "现层级"),
            ("customers", "人数"),
        ];
        let lines = |migration: &Migration| -> Vec<Vec<Cell>> {
            let mut rows = Vec::new();
            let label = |(name, label): &(String, Option<String>)| Cell::Text(named(name, label.as_deref(), self.language));
            for (from, counts) in migration.labels.iter().zip(&migration.counts) {
                for (to, count) in migration.labels.iter().zip(counts) {
                    let head =
                        [self.named(&migration.ladder, migration.label.as_deref()), text(&migration.from_day), text(&migration.to_day)];
                    rows.push([head.to_vec(), vec![label(from), label(to), Cell::Count(*count)]].concat());
                }
            }
            rows
        };
        let rows = self.evaluation.migrations.iter().flat_map(lines).collect();
        self.table("migrations", ("Migrations", "层级迁移"), columns, rows)
    }

    pub(super) fn migration_tests(self) -> Table {
        let columns = &[
            ("ladder", "分层"),
            ("from day", "起始日"),
            ("to day", "截止日"),
            ("share that changed", "变动比例"),
            ("stability index (PSI)", "稳定性指数 PSI"),
            ("critical value", "临界值"),
        ];
        let line = |migration: &Migration| {
            vec![
                self.named(&migration.ladder, migration.label.as_deref()),
                text(&migration.from_day),
                text(&migration.to_day),
                self.figure(&migration.changed, Shape::Share),
                self.figure(&migration.psi, Shape::Number),
                self.figure(&migration.psi_critical, Shape::Number),
            ]
        };
        let rows = self.evaluation.migrations.iter().map(line).collect();
        self.table("migration-tests", ("Stability", "层级稳定性"), columns, rows)
    }
}
