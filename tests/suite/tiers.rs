//! Tiers that remember: day after day through the ledger rows the runs themselves write.

use strat::check::{StandardOnly, check};
use strat::interp::{Interpreter, Snapshot};
use strat::ir::{Moment, Output, Program, TestTable};
use strat::types::{TableId, Value};

const DAY: i64 = 86_400_000;

/// A ladder of four labels by a score, with a fifth for subjects without one, and the given memory.
fn program(memory: &str) -> Program {
    let text = format!(
        "subject clients
entity clients {{
  key client_id : text
  score         : int?
}}
tiers level best first {{
  a when score >= 40
  b when score >= 30
  c when score >= 20
  d otherwise
  blank when unknown
  {memory}
}}
"
    );
    let checked = check("tiers.strat", &text, &StandardOnly);
    assert!(checked.problems.is_empty(), "{:#?}", checked.problems);
    checked.program.unwrap()
}

/// One subject, evaluated by the rows its own earlier evaluations left.
struct Subject<'a> {
    program: &'a Program,
    history: Vec<Vec<Value>>,
}

impl Subject<'_> {
    fn given(&self, table: &str, columns: &[&str], rows: Vec<Vec<Value>>) -> TestTable {
        let id = self.program.find_table(table).unwrap();
        let columns = columns.iter().map(|column| self.program.table(id).unwrap().find_column(column).unwrap()).collect();
        TestTable { table: id, columns, rows }
    }

    /// The rows written as of the end of `day`, and the label in force.
    fn evaluation(&self, day: i64, score: Option<i64>) -> (Vec<Vec<Value>>, String) {
        let client = vec![Value::Text(String::from("C1")), score.map_or(Value::Missing, Value::Int)];
        let columns = ["subject", "unit_id", "scheme", "as_of", "label", "raw", "since", "evaluations"];
        let tables =
            [self.given("clients", &["client_id", "score"], vec![client]), self.given("tier_history", &columns, self.history.clone())];
        let snapshot = Snapshot::from_tests(&tables);
        let interpreter = Interpreter::new(self.program, &snapshot, Moment { as_of: (day + 1) * DAY, previous: None });
        let emission = self.program.emissions.iter().find(|emission| emission.output == Output::TierHistory).unwrap();
        assert!(emission.fields.iter().map(|(name, _)| name.as_str()).eq(columns));
        let rows = interpreter.emit(emission).into_iter().map(|row| row.fields).collect();
        let fact = self.program.facts.iter().find(|fact| fact.name == "level").unwrap();
        let label = interpreter.value(fact.node, 0).as_int().unwrap();
        (rows, ["a", "b", "c", "d", "blank"][usize::try_from(label).unwrap()].to_owned())
    }

    /// Evaluates a day, then the same day again over what it wrote: nothing may differ.
    fn day(&mut self, day: i64, score: Option<i64>) -> String {
        let (rows, label) = self.evaluation(day, score);
        self.history.extend(rows.clone());
        assert_eq!(self.evaluation(day, score), (rows, label.clone()), "day {day} twice");
        label
    }
}

/// Labels in force, for a score per day; days without an entry are skipped.
fn labels(memory: &str, days: &[(i64, Option<i64>)]) -> String {
    let program = program(memory);
    let mut subject = Subject { program: &program, history: Vec::new() };
    days.iter().map(|(day, score)| subject.day(*day, *score)).collect::<Vec<_>>().join(" ")
}

/// One score per day from day 20,000 on.
fn daily(memory: &str, scores: &[i64]) -> String {
    let days: Vec<(i64, Option<i64>)> = (20_000..).zip(scores.iter().map(|score| Some(*score))).collect();
    labels(memory, &days)
}

#[test]
fn better_only_at_the_nth_better_evaluation_in_a_row() {
    assert_eq!(daily("improve after 2 evaluations", &[20, 40, 40, 40]), "c c a a");
    // A day without reason to improve starts the count anew; worse is at once.
    assert_eq!(daily("improve after 2 evaluations", &[20, 40, 20, 40, 40, 10, 10]), "c c c c a d d");
    // The evaluations may be better by different labels; what the rules say now counts.
    assert_eq!(daily("improve after 2 evaluations", &[10, 40, 30, 30]), "d d b b");
    assert_eq!(daily("improve after 3 evaluations", &[10, 20, 20, 20, 30, 30, 30]), "d d d c c c b");
}

#[test]
fn one_step_at_a_time_waits_before_each() {
    assert_eq!(daily("improve one step at a time", &[10, 40, 40, 40, 40]), "d c b a a");
    assert_eq!(daily("improve after 2 evaluations one step at a time", &[10, 40, 40, 40, 40, 40, 40]), "d d c c b b a");
    assert_eq!(daily("worsen one step at a time", &[40, 10, 10, 40, 10]), "a b c a b");
}

#[test]
fn a_time_to_wait_counts_from_the_first_day_it_was_asked_for() {
    assert_eq!(daily("worsen after 3 days", &[40, 20, 20, 20, 20, 40]), "a a a a c a");
    assert_eq!(daily("worsen after 3 days", &[40, 20, 20, 40, 20, 20, 20, 20]), "a a a a a a a c");
    assert_eq!(daily("worsen after 2 days one step at a time", &[40, 10, 10, 10, 10, 10, 10, 10]), "a a a b b c c d");
    // Skipped days change nothing where the day of the move is evaluated.
    let skipped = [(20_000, Some(40)), (20_001, Some(20)), (20_004, Some(20)), (20_005, Some(20))];
    assert_eq!(labels("worsen after 3 days", &skipped), "a a c c");
    // 3 months from 2024-10-31 (day 20,027) end on 2025-01-31 (day 20,119).
    let months = [(20_000, Some(40)), (20_027, Some(10)), (20_118, Some(10)), (20_119, Some(10))];
    assert_eq!(labels("worsen after 3 months", &months), "a a a d");
}

#[test]
fn both_directions_at_once() {
    let memory = "improve after 2 evaluations\n  worsen after 2 days one step at a time";
    assert_eq!(daily(memory, &[30, 40, 40, 10, 10, 10, 10, 40, 40]), "b b a a a b b b a");
}

#[test]
fn the_label_of_an_unknown_value_stands_outside_the_order() {
    let days = [(20_000, Some(20)), (20_001, Some(40)), (20_002, None), (20_003, Some(40)), (20_004, Some(40))];
    // It comes and goes at once; afterwards the last label in the order is in force, and the count begins anew.
    assert_eq!(labels("improve after 2 evaluations", &days), "c c blank c a");
    let first = [(20_000, None), (20_001, Some(40)), (20_002, Some(10))];
    assert_eq!(labels("improve after 2 evaluations", &first), "blank a d");
}

#[test]
fn a_settled_label_leaves_no_rows() {
    let program = program("improve after 30 days");
    let mut subject = Subject { program: &program, history: Vec::new() };
    for day in 20_000..20_010 {
        subject.day(day, Some(20));
    }
    assert_eq!(subject.history.len(), 1);
    for day in 20_010..20_050 {
        subject.day(day, Some(40));
    }
    // Asked for, and moved.
    assert_eq!(subject.history.len(), 3, "{:?}", subject.history);
    assert_eq!(subject.program.find_table("clients"), Some(TableId(0)));
}
