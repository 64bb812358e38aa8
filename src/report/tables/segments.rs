//! Registered cuts, and what scores say about whom to reach.

use super::{Cell, Draft, Table, text};
use crate::evaluate::evaluation::{CutLevel, CutReport, TrialReport};
use crate::report::printed::Shape;

impl Draft<'_> {
    pub(super) fn segments(self) -> Table {
        let columns = &[
            ("trial", "试验"),
            ("cut", "分群"),
            ("metric", "指标"),
            ("arm", "实验组"),
            ("level", "群体"),
            ("n", "人数"),
            ("n against", "对照人数"),
            ("figure", "水平"),
            ("figure against", "对照水平"),
            ("difference", "差异"),
            ("lower", "下限"),
            ("upper", "上限"),
            ("p", "p 值"),
            ("p, adjusted", "校正 p 值"),
            ("shrunken difference", "收缩差异"),
        ];
        let lines = |cut: &CutReport| cut.levels.iter().map(|level| self.level(cut, level)).collect::<Vec<_>>();
        let rows = self.by_trial(|trial| trial.cuts.iter().flat_map(lines).collect());
        self.table("segments", ("Segments", "分群"), columns, rows)
    }

    fn level(self, cut: &CutReport, level: &CutLevel) -> Vec<Cell> {
        let (figure, difference) = (Shape::level(cut.unit), Shape::difference(cut.unit));
        let mut cells = vec![
            self.named(&cut.name, cut.label.as_deref()),
            text(&cut.goal),
            text(&cut.arm),
            self.named(&level.name, level.label.as_deref()),
            Cell::Count(level.n),
            Cell::Count(level.n_against),
            self.figure(&level.level, figure),
            self.figure(&level.level_against, figure),
        ];
        cells.extend(self.estimate(&level.difference, difference));
        cells.extend([self.figure(&level.p, Shape::P), self.figure(&level.p_adjusted, Shape::P), self.figure(&level.shrunken, difference)]);
        cells
    }

    pub(super) fn segment_tests(self) -> Table {
        let columns = &[
            ("trial", "试验"),
            ("cut", "分群"),
            ("metric", "指标"),
            ("arm", "实验组"),
            ("Q", "Q 值"),
            ("p of Q", "Q 的 p 值"),
            ("I²", "I²"),
            ("τ²", "τ²"),
            ("combined difference", "合并差异"),
            ("lower", "下限"),
            ("upper", "上限"),
            ("finding", "结论"),
        ];
        let line = |cut: &CutReport| {
            let mut cells = vec![
                self.named(&cut.name, cut.label.as_deref()),
                text(&cut.goal),
                text(&cut.arm),
                self.figure(&cut.q, Shape::Number),
                self.figure(&cut.q_p, Shape::P),
                self.figure(&cut.i_squared, Shape::Share),
                self.figure(&cut.tau_squared, Shape::Number),
            ];
            cells.extend(self.estimate(&cut.stratified, Shape::difference(cut.unit)));
            cells.push(self.words(&cut.sentence));
            cells
        };
        let rows = self.by_trial(|trial| trial.cuts.iter().map(line).collect());
        self.table("segment-tests", ("Segment tests", "分群检验"), columns, rows)
    }

    pub(super) fn uplift(self) -> Table {
        let columns = &[
            ("trial", "试验"),
            ("score", "评分"),
            ("metric", "指标"),
            ("part", "分位"),
            ("n", "人数"),
            ("n against", "对照人数"),
            ("figure", "水平"),
            ("figure against", "对照水平"),
            ("difference", "差异"),
            ("lower", "下限"),
            ("upper", "上限"),
            ("cumulative", "累计增量"),
            ("profit (yuan)", "利润（元）"),
        ];
        let of_trial = |trial: &TrialReport| -> Vec<Vec<Cell>> {
            let Some(uplift) = &trial.uplift else { return Vec::new() };
            let unit = trial.goals.iter().find(|goal| goal.name == uplift.goal).map(|goal| goal.unit);
            let (figure, difference) =
                unit.map_or((Shape::Number, Shape::Difference), |unit| (Shape::level(unit), Shape::difference(unit)));
            let parts = uplift.parts.iter();
            let lines = parts.map(|part| {
                let mut cells = vec![
                    text(&uplift.score),
                    text(&uplift.goal),
                    Cell::Count(u64::from(part.part)),
                    Cell::Count(part.n),
                    Cell::Count(part.n_against),
                    self.figure(&part.level, figure),
                    self.figure(&part.level_against, figure),
                ];
                cells.extend(self.estimate(&part.difference, difference));
                cells.extend([self.figure(&part.cumulative, Shape::Number), self.figure(&part.profit, Shape::Money)]);
                cells
            });
            lines.collect()
        };
        let rows = self.by_trial(of_trial);
        self.table("uplift", ("Uplift by score", "评分增量"), columns, rows)
    }
}
