//! Trust, arms, money, the course over time and the funnel.

use super::{Cell, Draft, Table, share_of, some_number, text};
use crate::evaluate::evaluation::{ArmRow, Check, MoneyRow, Series, TrialReport};
use crate::report::printed::Shape;

impl Draft<'_> {
    pub(super) fn trust(self) -> Table {
        let columns = &[("trial", "试验"), ("check", "检查"), ("light", "灯"), ("finding", "结论"), ("value", "取值"), ("limit", "界限")];
        let line = |check: &Check| {
            vec![
                self.words(&check.title),
                Cell::Light(check.light),
                self.words(&check.sentence),
                self.figure(&check.value, Shape::Number),
                some_number(check.limit, Shape::Number),
            ]
        };
        let rows = self.by_trial(|trial| trial.trust.iter().map(line).collect());
        self.table("trust", ("Trust checks", "可信检查"), columns, rows)
    }

    pub(super) fn arms(self) -> Table {
        let columns = &[
            ("trial", "试验"),
            ("arm", "实验组"),
            ("control", "对照"),
            ("share registered", "登记比例"),
            ("share found", "实际比例"),
            ("share proposed", "建议比例"),
            ("assigned", "分组人数"),
            ("reached", "触达人数"),
            ("primary goal", "主目标水平"),
            ("lower", "下限"),
            ("upper", "上限"),
            ("chance of being best", "最优概率"),
            ("expected loss", "预期损失"),
            ("cost (yuan)", "成本（元）"),
            ("staff minutes", "人工分钟"),
        ];
        let of_trial = |trial: &TrialReport| -> Vec<Vec<Cell>> {
            let unit = trial.goals.first().map_or(crate::evaluate::evaluation::Unit::Number, |goal| goal.unit);
            trial.arms.iter().map(|arm| self.arm(arm, Shape::level(unit), Shape::difference(unit))).collect()
        };
        let rows = self.by_trial(of_trial);
        self.table("arms", ("Arms", "实验组"), columns, rows)
    }

    fn arm(self, arm: &ArmRow, level: Shape, loss: Shape) -> Vec<Cell> {
        let mut cells = vec![
            self.named(&arm.name, arm.label.as_deref()),
            self.yes(arm.control),
            some_number(arm.share, Shape::Share),
            self.figure(&arm.found, Shape::Share),
            some_number(arm.proposed, Shape::Share),
            Cell::Count(arm.assigned),
            Cell::Count(arm.reached),
        ];
        cells.extend(self.estimate(&arm.level, level));
        cells.extend([
            self.figure(&arm.best, Shape::Share),
            self.figure(&arm.loss, loss),
            Cell::Number(arm.cost, Shape::Money),
            Cell::Number(arm.staff_minutes, Shape::Number),
        ]);
        cells
    }

    pub(super) fn money(self) -> Table {
        let columns = &[
            ("trial", "试验"),
            ("arm", "实验组"),
            ("contacted", "触达人数"),
            ("cost (yuan)", "成本（元）"),
            ("value of a success (yuan)", "单次价值（元）"),
            ("incremental", "增量"),
            ("incremental, lower", "增量下限"),
            ("incremental, upper", "增量上限"),
            ("cost per incremental (yuan)", "单个增量成本（元）"),
            ("benefit (yuan)", "收益（元）"),
            ("benefit, lower", "收益下限"),
            ("benefit, upper", "收益上限"),
            ("net (yuan)", "净收益（元）"),
            ("net, lower", "净收益下限"),
            ("net, upper", "净收益上限"),
            ("return", "投入产出"),
            ("break-even difference", "盈亏平衡差异"),
            ("net per 1,000 (yuan)", "每千人净收益（元）"),
            ("per 1,000, lower", "每千人下限"),
            ("per 1,000, upper", "每千人上限"),
        ];
        let of_trial = |trial: &TrialReport| -> Vec<Vec<Cell>> {
            let unit = trial.goals.first().map_or(crate::evaluate::evaluation::Unit::Number, |goal| goal.unit);
            trial.money.iter().map(|row| self.money_of(row, Shape::difference(unit))).collect()
        };
        let rows = self.by_trial(of_trial);
        self.table("money", ("Money", "收益"), columns, rows)
    }

    fn money_of(self, row: &MoneyRow, difference: Shape) -> Vec<Cell> {
        let mut cells =
            vec![text(&row.arm), Cell::Count(row.contacted), Cell::Number(row.cost, Shape::Money), some_number(row.value, Shape::Money)];
        cells.extend(self.estimate(&row.incremental, Shape::Number));
        cells.push(self.figure(&row.cost_per_incremental, Shape::Money));
        cells.extend(self.estimate(&row.benefit, Shape::Money));
        cells.extend(self.estimate(&row.net, Shape::Money));
        cells.extend([self.figure(&row.roi, Shape::Relative), self.figure(&row.break_even, difference)]);
        cells.extend(self.estimate(&row.net_per_thousand, Shape::Money));
        cells
    }

    pub(super) fn over_time(self) -> Table {
        let columns = &[
            ("trial", "试验"),
            ("metric", "指标"),
            ("arm", "实验组"),
            ("day", "日期"),
            ("n", "人数"),
            ("n against", "对照人数"),
            ("difference", "差异"),
            ("lower", "下限"),
            ("upper", "上限"),
        ];
        let lines = |series: &Series| -> Vec<Vec<Cell>> {
            let head = [self.named(&series.goal, series.label.as_deref()), text(&series.arm)];
            let points = series.points.iter();
            let cells = points.map(|point| {
                let counts = vec![text(&point.day), Cell::Count(point.n), Cell::Count(point.n_against)];
                [head.to_vec(), counts, self.estimate(&point.difference, Shape::difference(series.unit)).to_vec()].concat()
            });
            cells.collect()
        };
        let rows = self.by_trial(|trial| trial.over_time.iter().flat_map(lines).collect());
        self.table("over-time", ("Over time", "随时间"), columns, rows)
    }

    pub(super) fn exposure(self) -> Table {
        let columns = &[("trial", "试验"), ("day", "日期"), ("arm", "实验组"), ("entered", "进入人数")];
        let of_trial = |trial: &TrialReport| -> Vec<Vec<Cell>> {
            let days = trial.exposure.iter();
            days.flat_map(|day| {
                let arms = trial.arms.iter().zip(&day.counts);
                arms.map(|(arm, count)| vec![text(&day.day), self.named(&arm.name, arm.label.as_deref()), Cell::Count(*count)])
            })
            .collect()
        };
        let rows = self.by_trial(of_trial);
        self.table("exposure", ("Entries by day", "每日进入"), columns, rows)
    }

    pub(super) fn funnel(self) -> Table {
        let columns =
            &[("trial", "试验"), ("stage", "环节"), ("arm", "实验组"), ("customers", "人数"), ("share of the first stage", "占首环节比例")];
        let of_trial = |trial: &TrialReport| -> Vec<Vec<Cell>> {
            let first = trial.funnel.first();
            let stages = trial.funnel.iter();
            stages
                .flat_map(|stage| {
                    let arms = trial.arms.iter().zip(&stage.counts).enumerate();
                    arms.map(move |(at, (arm, count))| {
                        let whole = first.and_then(|first| first.counts.get(at)).copied().unwrap_or(0);
                        let share = share_of(*count, whole).map_or(Cell::Empty, |share| Cell::Number(share, Shape::Share));
                        vec![self.words(&stage.title), self.named(&arm.name, arm.label.as_deref()), Cell::Count(*count), share]
                    })
                })
                .collect()
        };
        let rows = self.by_trial(of_trial);
        self.table("funnel", ("Funnel", "漏斗"), columns, rows)
    }
}
