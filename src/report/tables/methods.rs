//! What is estimated where chance did not draw, and whole versions side by side.

use super::{Cell, Draft, Table, some_number, text};
use crate::evaluate::evaluation::{AdjustedRow, BalanceRow, DriftRow, OffPolicyReport, TrialReport, Unit, VersionRow};
use crate::report::printed::{Shape, named};

impl Draft<'_> {
    pub(super) fn adjusted(self) -> Table {
        let columns = &[
            ("trial", "试验"),
            ("metric", "指标"),
            ("arm", "组"),
            ("method", "方法"),
            ("adjusted difference", "调整后差异"),
            ("lower", "下限"),
            ("upper", "上限"),
            ("p", "p 值"),
            ("effective units", "有效样本"),
        ];
        let line = |trial: &TrialReport, row: &AdjustedRow| {
            let shape = Shape::difference(unit_of(trial, &row.goal));
            let mut cells = vec![text(&row.goal), text(&row.arm), self.words(&row.title)];
            cells.extend(self.estimate(&row.difference, shape));
            cells.extend([self.figure(&row.p, Shape::P), self.figure(&row.effective, Shape::Number)]);
            cells
        };
        let rows = self.by_trial(|trial| trial.adjusted.iter().map(|row| line(trial, row)).collect());
        self.table("adjusted", ("Without chance", "非随机估计"), columns, rows)
    }

    pub(super) fn balance(self) -> Table {
        let columns = &[
            ("trial", "试验"),
            ("covariate", "协变量"),
            ("arm", "组"),
            ("standardised difference", "标准化差异"),
            ("after weighting", "加权后"),
            ("p", "p 值"),
        ];
        let line = |row: &BalanceRow| {
            vec![
                self.named(&row.covariate, row.label.as_deref()),
                text(&row.arm),
                self.figure(&row.before, Shape::Number),
                row.after.as_ref().map_or(Cell::Empty, |after| self.figure(after, Shape::Number)),
                self.figure(&row.p, Shape::P),
            ]
        };
        let rows = self.by_trial(|trial| trial.balance.iter().map(line).collect());
        self.table("balance", ("Balance", "均衡性"), columns, rows)
    }

    pub(super) fn drift(self) -> Table {
        let columns = &[
            ("trial", "试验"),
            ("characteristic", "特征"),
            ("stability index", "稳定性指数"),
            ("by chance below", "偶然波动上限"),
            ("moved most", "变化最大的取值"),
            ("first half", "前半"),
            ("later half", "后半"),
        ];
        let line = |row: &DriftRow| {
            let mut cells = vec![
                self.named(&row.name, row.label.as_deref()),
                self.figure(&row.index, Shape::Number),
                self.figure(&row.critical, Shape::Number),
            ];
            cells.extend(match &row.moved {
                Some(moved) => [
                    self.named(&moved.value, moved.label.as_deref()),
                    Cell::Number(moved.first, Shape::Share),
                    Cell::Number(moved.later, Shape::Share),
                ],
                None => [Cell::Empty, Cell::Empty, Cell::Empty],
            });
            cells
        };
        let rows = self.by_trial(|trial| trial.drift.iter().flat_map(|drift| &drift.rows).map(line).collect());
        self.table("drift", ("Drift", "前后变化"), columns, rows)
    }

    pub(super) fn off_policy(self) -> Table {
        let columns = &[
            ("trial", "试验"),
            ("metric", "指标"),
            ("rows", "行数"),
            ("inverse weighted", "逆概率加权"),
            ("lower", "下限"),
            ("upper", "上限"),
            ("self-normalised", "自归一化"),
            ("effective rows", "有效行数"),
            ("supported by the log", "日志足以支持"),
            ("finding", "结论"),
        ];
        let line = |trial: &TrialReport, report: &OffPolicyReport| {
            let shape = Shape::level(unit_of(trial, &report.goal));
            let mut cells = vec![text(&report.goal), Cell::Count(report.rows)];
            cells.extend(self.estimate(&report.inverse, shape));
            cells.extend([
                self.figure(&report.self_normalised, shape),
                self.figure(&report.effective, Shape::Number),
                self.yes(report.supported),
                self.words(&report.sentence),
            ]);
            cells
        };
        let rows = self.by_trial(|trial| trial.off_policy.iter().map(|report| line(trial, report)).collect());
        self.table("off-policy", ("Proposed rule", "离线评估"), columns, rows)
    }

    pub(super) fn versions(self) -> Table {
        let columns = &[
            ("trial", "试验"),
            ("version", "版本"),
            ("n", "人数"),
            ("reached", "触达比例"),
            ("level", "水平"),
            ("lift", "相对提升"),
            ("lift, lower", "提升下限"),
            ("lift, upper", "提升上限"),
            ("difference", "差异"),
            ("lower", "下限"),
            ("upper", "上限"),
            ("incremental", "增量"),
            ("cost (yuan)", "成本（元）"),
            ("per incremental (yuan)", "单个增量成本（元）"),
            ("decided by", "决策值"),
            ("decision rule", "决策规则"),
            ("verdict", "结论"),
        ];
        let of_trial = |trial: &TrialReport| -> Vec<Vec<Cell>> {
            let Some(report) = &trial.versions else { return Vec::new() };
            let unit = trial.goals.first().map_or(Unit::Number, |goal| goal.unit);
            report.rows.iter().map(|row| self.version(row, unit, (&report.rule, report.unit))).collect()
        };
        let rows = self.by_trial(of_trial);
        self.table("versions", ("Versions", "版本对比"), columns, rows)
    }

    fn version(self, row: &VersionRow, unit: Unit, (rule, decided): (&str, Unit)) -> Vec<Cell> {
        let mut cells = vec![
            Cell::Text(named(&row.arm, row.label.as_deref(), self.language)),
            Cell::Count(row.n),
            some_number(row.reached, Shape::Share),
            self.figure(&row.level, Shape::level(unit)),
        ];
        cells.extend(self.estimate(&row.lift, Shape::Relative));
        cells.extend(self.estimate(&row.difference, Shape::difference(unit)));
        cells.extend([
            self.figure(&row.incremental, Shape::Number),
            Cell::Number(row.cost, Shape::Money),
            self.figure(&row.per_incremental, Shape::Money),
            self.figure(&row.decided_by, Shape::level(decided)),
            text(rule),
            self.words(&row.words),
        ]);
        cells
    }
}

fn unit_of(trial: &TrialReport, goal: &str) -> Unit {
    trial.goals.iter().find(|row| row.name == goal).map_or(Unit::Number, |row| row.unit)
}
