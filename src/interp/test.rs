//! Runs the `test` blocks of a program.

use super::{Interpreter, Snapshot, explain};
use crate::diag::{Problem, ProblemKind, Severity, Text};
use crate::ir::{Expectation, FactKind, Moment, NodeId, Output, Program, Test, TestExpectation};
use crate::source::Span;
use crate::types::{TableId, Value};

static UNMET_EXPECTATION: ProblemKind = ProblemKind {
    slug: "unmet-expectation",
    severity: Severity::Error,
    title: Text { en: "`{subject}` was expected: {expected}", zh: "“{subject}”应当：{expected}" },
    help: Some(Text {
        en: "change the rule or the expectation; `strat explain` shows every rule for one subject",
        zh: "请修改规则或预期；`strat explain` 可逐条查看某个主体经过的规则",
    }),
    label: Text { en: "this did not happen", zh: "没有发生" },
};

static SUBJECT_NOT_GIVEN: ProblemKind = ProblemKind {
    slug: "subject-not-given",
    severity: Severity::Error,
    title: Text {
        en: "the test expects something of `{subject}`, which no `given` names", zh: "测试中没有任何 given 给出“{subject}”"
    },
    help: Some(Text {
        en: "add a row with this key to a `given` of `{table}`", zh: "请在 `{table}` 的 given 中加入这个主键的一行"
    }),
    label: Text { en: "no such row", zh: "没有这一行" },
};

static NOTHING_HAPPENED: Text = Text { en: "no action was taken", zh: "没有任何动作" };
static ACTIONS: Text = Text { en: "actions taken: {actions}", zh: "实际动作：{actions}" };
static EXCLUSIONS: Text = Text { en: "excluded by: {exclusions}", zh: "被排除：{exclusions}" };
static ARMS: Text = Text { en: "arms: {arms}", zh: "实验组：{arms}" };
static EXITS: Text = Text { en: "journeys ended by: {exits}", zh: "旅程结束于：{exits}" };
static LABELS: Text = Text { en: "labels: {labels}", zh: "所属层级：{labels}" };
static LOOKED_AT: Text = Text { en: "the condition is {truth}: {seen}", zh: "条件为 {truth}：{seen}" };

/// The result of one `test` block.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TestReport {
    pub title: String,
    /// Expectations that were not met, in written order.
    pub failures: Vec<Failure>,
}

impl TestReport {
    /// Whether every expectation was met.
    #[must_use]
    pub fn passed(&self) -> bool {
        self.failures.is_empty()
    }
}

/// One expectation that was not met.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    pub span: Span,
    pub subject: String,
    /// The subject's table.
    pub table: String,
    /// The expectation in the words of a program: `send sms using wake_plain`.
    pub expected: String,
    /// `None` when the test gives no such subject.
    pub found: Option<Found>,
}

/// What happened to a subject, in the words of a program.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Found {
    /// `send sms using wake_plain: 您好…`, `do vip_lane`.
    pub actions: Vec<String>,
    /// `wake_up: consent (consent)`, strategy, rule and stage.
    pub exclusions: Vec<String>,
    /// `wake_up: bonus`
    pub arms: Vec<String>,
    /// `wake_up: activated`
    pub exits: Vec<String>,
    /// `worth = mass`
    pub labels: Vec<String>,
    /// Truth and named values of a condition that was expected to hold.
    pub condition: Option<(String, String)>,
}

impl Failure {
    /// The failure as a problem: what was expected, then what happened instead.
    #[must_use]
    pub fn problem(&self) -> Problem {
        let Some(found) = &self.found else {
            return Problem::new(&SUBJECT_NOT_GIVEN, self.span).with("subject", &self.subject).with("table", &self.table);
        };
        let mut problem = Problem::new(&UNMET_EXPECTATION, self.span).with("subject", &self.subject).with("expected", &self.expected);
        if let Some((truth, seen)) = &found.condition {
            problem = problem.with("truth", truth).with("seen", seen).note(LOOKED_AT);
        }
        let lists = [
            ("actions", &found.actions, ACTIONS),
            ("exclusions", &found.exclusions, EXCLUSIONS),
            ("arms", &found.arms, ARMS),
            ("exits", &found.exits, EXITS),
            ("labels", &found.labels, LABELS),
        ];
        if found.actions.is_empty() {
            problem = problem.note(NOTHING_HAPPENED);
        }
        for (name, list, note) in lists {
            if !list.is_empty() {
                problem = problem.with(name, list.join("; ")).note(note);
            }
        }
        problem
    }
}

/// Runs one test of `program`, which already holds the params the test sets.
#[must_use]
pub fn run_test(program: &Program, test: &Test) -> TestReport {
    let snapshot = Snapshot::from_tests(&test.tables);
    let moment = Moment { as_of: test.as_of, previous: test.previous };
    let interpreter = Interpreter::new(program, &snapshot, moment);
    let run = TestRun { program, interpreter: &interpreter, rows: output_rows(program, &interpreter) };
    let failures = test.expectations.iter().filter_map(|expectation| run.judge(test.subject, expectation)).collect();
    TestReport { title: test.title.clone(), failures }
}

/// One emitted row with named fields.
struct OutputRow<'a> {
    output: Output,
    /// Field `unit_id`, or the row's own key where there is no such field.
    subject: String,
    fields: Vec<(&'a str, Value)>,
}

impl OutputRow<'_> {
    /// A field as text; `None` when it is missing, absent or empty.
    fn text(&self, name: &str) -> Option<String> {
        let (_, value) = self.fields.iter().find(|(field, _)| *field == name)?;
        match value {
            Value::Text(text) => Some(text.clone()).filter(|text| !text.is_empty()),
            Value::Int(number) => Some(number.to_string()),
            Value::Missing | Value::Bool(_) | Value::Float(_) => None,
        }
    }

    fn is(&self, name: &str, wanted: &str) -> bool {
        self.text(name).as_deref() == Some(wanted)
    }
}

fn output_rows<'a>(program: &'a Program, interpreter: &Interpreter<'_>) -> Vec<OutputRow<'a>> {
    let mut out = Vec::new();
    for emission in &program.emissions {
        if !matches!(emission.output, Output::Actions | Output::Exclusions | Output::Assignments) {
            continue;
        }
        for row in interpreter.emit(emission) {
            let fields = emission.fields.iter().map(|(name, _)| name.as_str()).zip(row.fields).collect();
            let mut named = OutputRow { output: emission.output, subject: String::new(), fields };
            named.subject = named.text("unit_id").unwrap_or_else(|| interpreter.key_text(emission.table, row.row));
            out.push(named);
        }
    }
    out
}

struct TestRun<'a> {
    program: &'a Program,
    interpreter: &'a Interpreter<'a>,
    rows: Vec<OutputRow<'a>>,
}

impl TestRun<'_> {
    fn judge(&self, table: TableId, expectation: &TestExpectation) -> Option<Failure> {
        let subject = &expectation.subject;
        let given = self.interpreter.find(table, subject).is_some() || self.rows.iter().any(|row| row.subject == *subject);
        if given && self.met(table, subject, &expectation.expectation) {
            return None;
        }
        Some(Failure {
            span: expectation.span,
            subject: subject.clone(),
            table: self.program.table(table).map(|table| table.name.clone()).unwrap_or_default(),
            expected: wording(&expectation.expectation),
            found: given.then(|| self.found(table, subject, &expectation.expectation)),
        })
    }

    fn met(&self, table: TableId, subject: &str, expectation: &Expectation) -> bool {
        match expectation {
            Expectation::Send { channel, template, negated } => {
                let sent = |row: &OutputRow<'_>| {
                    row.is("channel", channel) && template.as_ref().is_none_or(|template| row.is("template_id", template))
                };
                self.outputs(Output::Actions, subject).any(sent) != *negated
            }
            Expectation::Do { action, negated } => {
                let done = |row: &OutputRow<'_>| row.text("channel").is_none() && row.is("action", action);
                self.outputs(Output::Actions, subject).any(done) != *negated
            }
            Expectation::Nothing => self.outputs(Output::Actions, subject).next().is_none(),
            Expectation::Excluded { rule } => self.outputs(Output::Exclusions, subject).any(|row| row.is("rule", rule)),
            Expectation::Arm { arm } => {
                self.outputs(Output::Assignments, subject).any(|row| row.is("arm", arm))
                    || self.strategy_arms(subject).iter().any(|(_, own)| own == arm)
            }
            Expectation::Text { text } => self.outputs(Output::Actions, subject).any(|row| row.is("message", text)),
            Expectation::Exit { name } => self.strategy_exits(subject).iter().any(|(_, exit)| exit == name),
            Expectation::Holds { node } => self.condition(table, subject, *node).as_bool() == Some(true),
        }
    }

    fn outputs<'b>(&'b self, output: Output, subject: &'b str) -> impl Iterator<Item = &'b OutputRow<'b>> {
        self.rows.iter().filter(move |row| row.output == output && row.subject == subject)
    }

    /// The condition for the subject; unknown when its space has no row with that key.
    fn condition(&self, table: TableId, subject: &str, node: NodeId) -> Value {
        self.row_for(table, subject, node).map_or(Value::Missing, |row| self.interpreter.value(node, row))
    }

    fn row_for(&self, table: TableId, subject: &str, node: NodeId) -> Option<u32> {
        let space = self.program.graph.get(node).map(|node| node.space)?;
        if space.is_none() { Some(0) } else { self.interpreter.find(space.unwrap_or(table), subject) }
    }

    fn strategy_arms(&self, subject: &str) -> Vec<(&str, String)> {
        let arm = |strategy: &crate::ir::Strategy| {
            let (arm, row) = (strategy.arm?, self.interpreter.find(strategy.table, subject)?);
            let label = self.interpreter.value(arm, row);
            let name = super::evaluate::label_name(self.program, &self.program.type_of(arm), &label);
            name.as_text().map(String::from)
        };
        self.program.strategies.iter().filter_map(|strategy| Some((strategy.name.as_str(), arm(strategy)?))).collect()
    }

    fn strategy_exits(&self, subject: &str) -> Vec<(&str, &str)> {
        let mut out = Vec::new();
        for strategy in &self.program.strategies {
            let Some(row) = self.interpreter.find(strategy.table, subject) else { continue };
            let ended = strategy.exits.iter().filter(|exit| self.interpreter.value(exit.node, row).as_bool() == Some(true));
            out.extend(ended.map(|exit| (strategy.name.as_str(), exit.name.as_str())));
        }
        out
    }

    fn found(&self, table: TableId, subject: &str, expectation: &Expectation) -> Found {
        let action = |row: &OutputRow<'_>| {
            let did = match row.text("channel") {
                Some(channel) => format!("send {channel} using {}", row.text("template_id").unwrap_or_default()),
                None => format!("do {}", row.text("action").unwrap_or_default()),
            };
            row.text("message").map_or(did.clone(), |message| format!("{did}: {message}"))
        };
        let exclusion = |row: &OutputRow<'_>| {
            let part = |name: &str| row.text(name).unwrap_or_default();
            format!("{}: {} ({})", part("strategy_id"), part("rule"), part("stage"))
        };
        let pair = |(name, value): (&str, &str)| format!("{name}: {value}");
        Found {
            actions: self.outputs(Output::Actions, subject).map(action).collect(),
            exclusions: self.outputs(Output::Exclusions, subject).map(exclusion).collect(),
            arms: self.strategy_arms(subject).iter().map(|(name, arm)| pair((name, arm))).collect(),
            exits: self.strategy_exits(subject).into_iter().map(pair).collect(),
            labels: self.labels(table, subject),
            condition: self.condition_found(table, subject, expectation),
        }
    }

    fn labels(&self, table: TableId, subject: &str) -> Vec<String> {
        let Some(row) = self.interpreter.find(table, subject) else { return Vec::new() };
        let ladders = self.program.facts.iter().filter(|fact| match fact.kind {
            FactKind::Tiers | FactKind::Partition => fact.table == table,
            FactKind::Feature | FactKind::Segment | FactKind::Score | FactKind::Model | FactKind::Tag | FactKind::Cohort => false,
        });
        let label = |fact: &crate::ir::Fact| {
            let value = self.interpreter.value(fact.node, row);
            let name = super::evaluate::label_name(self.program, &self.program.type_of(fact.node), &value);
            format!("{} = {}", fact.name, name.as_text().unwrap_or("missing"))
        };
        ladders.map(label).collect()
    }

    fn condition_found(&self, table: TableId, subject: &str, expectation: &Expectation) -> Option<(String, String)> {
        let Expectation::Holds { node } = expectation else { return None };
        let row = self.row_for(table, subject, *node)?;
        Some(explain::condition_in_words(self.interpreter, *node, row))
    }
}

/// An expectation as the author would write it.
fn wording(expectation: &Expectation) -> String {
    let not = |negated: bool| if negated { "not " } else { "" };
    match expectation {
        Expectation::Send { channel, template: Some(template), negated } => format!("{}send {channel} using {template}", not(*negated)),
        Expectation::Send { channel, template: None, negated } => format!("{}send {channel}", not(*negated)),
        Expectation::Do { action, negated } => format!("{}do {action}", not(*negated)),
        Expectation::Nothing => String::from("nothing"),
        Expectation::Excluded { rule } => format!("excluded {rule}"),
        Expectation::Arm { arm } => format!("arm {arm}"),
        Expectation::Text { text } => format!("text \"{text}\""),
        Expectation::Exit { name } => format!("exit {name}"),
        Expectation::Holds { node: _ } => String::from("true"),
    }
}
