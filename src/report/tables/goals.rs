//! Goals, the same comparisons by other methods, and the rules that decided.

use super::{Cell, Draft, Table, some_number, some_text, text};
use crate::evaluate::evaluation::{Beside, Finding, GoalRow, TrialReport};
use crate::report::printed::Shape;

impl Draft<'_> {
    pub(super) fn goals(self) -> Table {
        let columns = &[
            ("trial", "试验"),
            ("metric", "指标"),
            ("role", "角色"),
            ("registered", "登记目标"),
            ("figure", "口径"),
            ("arm", "实验组"),
            ("against", "对照"),
            ("n", "人数"),
            ("n against", "对照人数"),
            ("count", "达成数"),
            ("count against", "对照达成数"),
            ("level", "水平"),
            ("level against", "对照水平"),
            ("difference", "差异"),
            ("difference, lower", "差异下限"),
            ("difference, upper", "差异上限"),
            ("lift", "相对提升"),
            ("lift, lower", "提升下限"),
            ("lift, upper", "提升上限"),
            ("p", "p 值"),
            ("p, adjusted", "校正 p 值"),
            ("chance of being better", "更优的概率"),
            ("detectable difference", "可检出差异"),
            ("guard", "护栏"),
            ("met", "是否达成"),
            ("value unknown", "取值未知"),
            ("not yet mature", "尚未到期"),
            ("method", "方法"),
        ];
        let rows = self.by_trial(|trial| trial.goals.iter().map(|row| self.goal(row)).collect());
        self.table("goals", ("Goals", "目标"), columns, rows)
    }

    fn goal(self, row: &GoalRow) -> Vec<Cell> {
        let (level, difference) = (Shape::level(row.unit), Shape::difference(row.unit));
        let mut cells = vec![
            self.named(&row.name, row.label.as_deref()),
            self.slug(&row.role),
            text(&row.registered),
            text(&row.figure),
            text(&row.arm),
            text(&row.against),
            Cell::Count(row.n),
            Cell::Count(row.n_against),
            some_number(row.count, Shape::Number),
            some_number(row.count_against, Shape::Number),
            self.figure(&row.level, level),
            self.figure(&row.level_against, level),
        ];
        cells.extend(self.estimate(&row.difference, difference));
        cells.extend(self.estimate(&row.lift, Shape::Relative));
        cells.extend([
            self.figure(&row.p, Shape::P),
            self.figure(&row.p_adjusted, Shape::P),
            self.figure(&row.chance, Shape::Share),
            self.figure(&row.detectable, difference),
            row.guard.as_deref().map_or(Cell::Empty, |guard| self.slug(guard)),
            Cell::Met(row.met),
            Cell::Count(row.unknown),
            Cell::Count(row.immature),
            self.words(&row.method),
        ]);
        cells
    }

    pub(super) fn beside(self) -> Table {
        let columns = &[
            ("trial", "试验"),
            ("metric", "指标"),
            ("arm", "实验组"),
            ("against", "对照"),
            ("method", "方法"),
            ("difference", "差异"),
            ("lower", "下限"),
            ("upper", "上限"),
            ("p", "p 值"),
            ("beside it", "附注"),
            ("its value", "附注值"),
        ];
        let line = |row: &GoalRow, beside: &Beside| {
            let mut cells =
                vec![self.named(&row.name, row.label.as_deref()), text(&row.arm), text(&row.against), self.words(&beside.title)];
            cells.extend(self.estimate(&beside.difference, Shape::difference(row.unit)));
            cells.push(self.figure(&beside.p, Shape::P));
            match &beside.extra {
                Some((words, figure)) => cells.extend([self.words(words), self.figure(figure, Shape::Number)]),
                None => cells.extend([Cell::Empty, Cell::Empty]),
            }
            cells
        };
        let lines = |row: &GoalRow| row.beside.iter().map(|beside| line(row, beside)).collect::<Vec<_>>();
        let rows = self.by_trial(|trial| trial.goals.iter().flat_map(lines).collect());
        self.table("beside", ("Other methods", "其他方法"), columns, rows)
    }

    pub(super) fn rules(self) -> Table {
        let columns = &[
            ("trial", "试验"),
            ("arm", "实验组"),
            ("rule", "规则"),
            ("title", "名称"),
            ("standing", "结果"),
            ("fact", "依据"),
            ("of", "对象"),
            ("value", "取值"),
            ("sign", "关系"),
            ("limit", "界限"),
            ("holds", "成立"),
        ];
        let of_trial = |trial: &TrialReport| -> Vec<Vec<Cell>> {
            let verdict = &trial.verdict;
            if verdict.by_arm.is_empty() {
                return self.findings(verdict.arm.as_deref(), &verdict.findings);
            }
            verdict.by_arm.iter().flat_map(|arm| self.findings(Some(&arm.arm), &arm.findings)).collect()
        };
        let rows = self.by_trial(of_trial);
        self.table("rules", ("Rules", "判定规则"), columns, rows)
    }

    /// A line per fact; a rule without facts has one line.
    fn findings(self, arm: Option<&str>, findings: &[Finding]) -> Vec<Vec<Cell>> {
        let mut rows = Vec::new();
        for finding in findings {
            let head = [some_text(arm), text(&finding.rule), self.words(&finding.title), self.slug(&finding.standing)];
            for fact in &finding.facts {
                let facts = vec![
                    self.words(&fact.what),
                    text(&fact.of),
                    self.figure(&fact.value, Shape::Number),
                    text(&fact.sign),
                    Cell::Number(fact.limit, Shape::Number),
                    self.yes(fact.holds),
                ];
                rows.push([head.to_vec(), facts].concat());
            }
            if finding.facts.is_empty() {
                rows.push([head.to_vec(), vec![Cell::Empty; 6]].concat());
            }
        }
        rows
    }
}
