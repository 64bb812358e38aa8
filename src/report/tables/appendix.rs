//! Proposals, every test that was run, and what the numbers rest on.

use super::{Cell, Draft, Table, some_text, text};
use crate::evaluate::evaluation::{Proposal, TestRow};
use crate::report::printed::{Shape, pick};

impl Draft<'_> {
    pub(super) fn proposals(self) -> Table {
        let columns = &[
            ("trial", "试验"),
            ("proposal", "建议"),
            ("what", "对象"),
            ("from", "由"),
            ("to", "改为"),
            ("because", "理由"),
            ("customers of the next decision", "下次决策所需人数"),
            ("date of the next decision", "下次决策日期"),
        ];
        let line = |proposal: &Proposal| {
            vec![
                self.slug(&proposal.slug),
                text(&proposal.what),
                text(&proposal.from),
                text(&proposal.to),
                self.words(&proposal.because),
                self.figure(&proposal.next_units, Shape::Number),
                some_text(proposal.next_date.as_deref()),
            ]
        };
        let rows = self.by_trial(|trial| trial.proposals.iter().map(line).collect());
        self.table("proposals", ("Proposals", "建议"), columns, rows)
    }

    pub(super) fn tests(self) -> Table {
        let columns = &[
            ("trial", "试验"),
            ("metric", "指标"),
            ("arm", "实验组"),
            ("against", "对照"),
            ("method", "方法"),
            ("p", "p 值"),
            ("p, adjusted", "校正 p 值"),
        ];
        let line = |test: &TestRow| {
            vec![
                text(&test.goal),
                text(&test.arm),
                text(&test.against),
                self.words(&test.method),
                self.figure(&test.p, Shape::P),
                self.figure(&test.p_adjusted, Shape::P),
            ]
        };
        let rows = self.by_trial(|trial| trial.tests.iter().map(line).collect());
        self.table("tests", ("Tests", "全部检验"), columns, rows)
    }

    pub(super) fn definitions(self) -> Table {
        let columns = &[("kind", "类别"), ("name", "名称"), ("text", "内容"), ("rows", "行数")];
        let word = |english, chinese| text(pick(self.language, english, chinese));
        let evaluation = self.evaluation;
        let mut rows = vec![
            vec![word("program", "程序"), text(&evaluation.program), text(&evaluation.program_hash), Cell::Empty],
            vec![word("as of", "截至"), Cell::Empty, text(&evaluation.as_of), Cell::Empty],
        ];
        for input in &evaluation.inputs {
            let name = Cell::Text(format!("{} · {}", input.table, input.file));
            rows.push(vec![word("input", "输入"), name, text(&input.hash), Cell::Count(input.rows)]);
        }
        for trial in &evaluation.trials {
            let name = self.named(&trial.name, trial.label.as_deref());
            if let Some(because) = &trial.because {
                rows.push(vec![word("how arms came about", "分组方式"), name.clone(), text(because), Cell::Empty]);
            }
            for goal in &trial.goals {
                let goal_name = self.named(&goal.name, goal.label.as_deref());
                let line = vec![word("figure", "口径"), goal_name, text(&goal.figure), Cell::Empty];
                if !rows.contains(&line) {
                    rows.push(line);
                }
            }
            for note in &trial.notes {
                rows.push(vec![word("note", "说明"), name.clone(), self.words(note), Cell::Empty]);
            }
        }
        self.table("definitions", ("Definitions", "口径"), columns, rows)
    }
}
