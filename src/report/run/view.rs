//! The report in the words of one language and with small numbers hidden: what both forms show, and nothing else.

mod subjects;
mod volumes;

use super::anonymity::{Shown, alone, cells, sum};
use super::{FEWEST_SHOWN, Name, RunReport, Tally};
use crate::diag::Language;
use crate::report::printed::{named, pick};

/// A table with its heading.
pub(super) struct Section {
    /// Anchor: `actions`.
    pub slug: &'static str,
    pub title: &'static str,
    pub columns: Vec<Column>,
    pub rows: Vec<Row>,
    /// Shown instead of a table without rows.
    pub empty: &'static str,
}

impl Section {
    pub fn has_bars(&self) -> bool {
        self.rows.iter().any(|row| row.bar.is_some())
    }

    pub fn title_of(&self, column: &usize) -> &str {
        self.columns.get(*column).map_or("", |column| column.title)
    }

    pub fn is_number(&self, column: &usize) -> bool {
        self.columns.get(*column).is_some_and(|column| column.number)
    }
}

pub(super) struct Column {
    pub title: &'static str,
    pub number: bool,
}

pub(super) struct Row {
    pub cells: Vec<String>,
    /// Hundredths of the longest bar of the section; none without bars.
    pub bar: Option<u64>,
    /// A sum.
    pub strong: bool,
}

/// A number at the top.
pub(super) struct Key {
    pub name: &'static str,
    pub value: String,
}

pub(super) struct View {
    pub title: &'static str,
    pub facts: Vec<(&'static str, String)>,
    pub keys: Vec<Key>,
    /// That nobody was lost.
    pub tie: String,
    pub ties: bool,
    pub sections: Vec<Section>,
    pub foot: String,
}

/// Sections of one report.
struct Draft<'a> {
    report: &'a RunReport,
    language: Language,
    /// Aligned with the report's: every sum of them elsewhere hides what they hide.
    actions: Vec<(Tally, Shown)>,
    exclusions: Vec<(Tally, Shown)>,
}

/// Cells as shown, strategy by strategy.
fn by_strategy<'a>(cells_of: impl Iterator<Item = (&'a Name, Tally)>) -> Vec<(Tally, Shown)> {
    let all: Vec<(&Name, Tally)> = cells_of.collect();
    let parts = all.chunk_by(|left, right| left.0 == right.0);
    parts
        .flat_map(|part| {
            let tallies: Vec<Tally> = part.iter().map(|(_, tally)| *tally).collect();
            let shown = cells(&tallies);
            tallies.into_iter().zip(shown)
        })
        .collect()
}

pub(super) fn view(report: &RunReport, language: Language) -> View {
    let actions = by_strategy(report.actions.iter().map(|cell| (&cell.strategy, cell.actions)));
    let exclusions = by_strategy(report.exclusions.iter().map(|cell| (&cell.strategy, cell.exclusions)));
    let draft = Draft { report, language, actions, exclusions };
    View {
        title: draft.say("Run report", "运行报告"),
        facts: draft.facts(),
        keys: draft.keys(),
        tie: draft.tie(),
        ties: report.ties(),
        sections: vec![
            draft.audience(),
            draft.actions(),
            draft.exclusions(),
            draft.capacity(),
            draft.undecided(),
            draft.journeys(),
            draft.alerts(),
            draft.groups(),
            draft.inputs(),
        ],
        foot: draft.foot(),
    }
}

impl Draft<'_> {
    fn say(&self, english: &'static str, chinese: &'static str) -> &'static str {
        pick(self.language, english, chinese)
    }

    fn name(&self, name: &Name) -> String {
        named(&name.name, name.label.as_deref(), self.language)
    }

    fn text(&self, title: (&'static str, &'static str)) -> Column {
        Column { title: self.say(title.0, title.1), number: false }
    }

    fn number(&self, title: (&'static str, &'static str)) -> Column {
        Column { title: self.say(title.0, title.1), number: true }
    }

    fn section(&self, slug: &'static str, title: (&'static str, &'static str), columns: Vec<Column>, rows: Vec<Row>) -> Section {
        Section { slug, title: self.say(title.0, title.1), columns, rows, empty: self.say("None.", "无。") }
    }

    fn facts(&self) -> Vec<(&'static str, String)> {
        let report = self.report;
        let mut facts = vec![
            (self.say("program", "程序"), report.program.clone()),
            (self.say("as of", "截至"), report.as_of.clone()),
            (self.say("run", "运行号"), report.run_id.clone()),
            (self.say("program hash", "程序哈希"), report.program_hash.clone()),
        ];
        facts.extend(report.previous_run.iter().map(|time| (self.say("previous run", "上次运行"), time.clone())));
        facts.extend(report.ahead_until.iter().map(|time| (self.say("looked ahead until", "预排至"), time.clone())));
        facts
    }

    fn keys(&self) -> Vec<Key> {
        let report = self.report;
        let candidates = report.strategies.iter().map(|strategy| Tally::new(strategy.candidates, 1));
        let candidates = candidates.map(|tally| (tally, alone(tally)));
        let raised = report.alerts.iter().filter(|alert| alert.raised).count();
        vec![
            Key { name: self.say("considered", "候选"), value: sum(candidates).print() },
            Key { name: self.say("actions", "动作"), value: sum(self.actions.iter().copied()).print() },
            Key { name: self.say("exclusions", "排除"), value: sum(self.exclusions.iter().copied()).print() },
            Key { name: self.say("assignments", "分组"), value: alone(report.assignments).print() },
            Key { name: self.say("alerts raised", "已触发预警"), value: raised.to_string() },
        ]
    }

    fn tie(&self) -> String {
        match self.report.ties() {
            true => self.say(
                "Counts tie: every subject considered has an action or a reason, in every strategy.",
                "账目相符：每个策略的每位候选对象都有动作或原因。",
            ),
            false => self.say("Counts do not tie: see the table of audiences.", "账目不符：请看受众表。"),
        }
        .to_owned()
    }

    fn inputs(&self) -> Section {
        let columns =
            vec![self.text(("table", "表")), self.text(("file", "文件")), self.number(("rows", "行数")), self.text(("blake3", "blake3"))];
        let rows = self.report.inputs.iter().map(|input| Row {
            cells: vec![input.table.clone(), input.file.clone(), Shown::Exact(input.rows).print(), input.hash.clone()],
            bar: None,
            strong: false,
        });
        self.section("inputs", ("Inputs", "输入"), columns, rows.collect())
    }

    fn foot(&self) -> String {
        match self.language {
            Language::English => format!(
                "<{FEWEST_SHOWN} stands for 1 to {} subjects; ≥{FEWEST_SHOWN} for a number kept back so that a smaller one cannot be computed. \
                 The lists and manifest.json in the same folder are exact.",
                FEWEST_SHOWN - 1
            ),
            Language::Chinese => format!(
                "<{FEWEST_SHOWN} 表示 1 至 {} 个对象；≥{FEWEST_SHOWN} 表示为避免推算出更小的数而不予显示。同一文件夹中的名单与 manifest.json 为精确值。",
                FEWEST_SHOWN - 1
            ),
        }
    }
}

/// Bars in hundredths of the longest; none where nothing is shown.
fn with_bars(rows: Vec<(Row, u64)>) -> Vec<Row> {
    let most = rows.iter().map(|(_, number)| *number).max().unwrap_or(0);
    let bar = |number: u64| (number > 0 && most > 0).then(|| (number.saturating_mul(100) / most).max(1));
    rows.into_iter().map(|(row, number)| Row { bar: bar(number), ..row }).collect()
}

/// Yuan and fen.
fn money(minor: i64) -> String {
    let sign = if minor < 0 { "-" } else { "" };
    let minor = minor.unsigned_abs();
    format!("{sign}{}.{:02}", crate::report::printed::count(minor / 100), minor % 100)
}
