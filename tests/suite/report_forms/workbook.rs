//! The workbook, opened by a second library.

use super::{empty, sample};
use calamine::{Data, Reader, Xlsx, open_workbook_from_rs};
use std::io::Cursor;
use strat::diag::Language;
use strat::evaluate::evaluation::{Estimate, Evaluation, Figure, Unit};
use strat::report::workbook::workbook;

/// A sheet as a header and its rows.
struct Opened {
    header: Vec<String>,
    rows: Vec<Vec<Data>>,
}

impl Opened {
    fn of(bytes: &[u8], sheet: &str) -> Opened {
        let mut book: Xlsx<_> = open_workbook_from_rs(Cursor::new(bytes)).unwrap();
        let range = book.worksheet_range(sheet).unwrap();
        let mut rows = range.rows().map(<[Data]>::to_vec);
        let header = rows.next().unwrap().iter().map(ToString::to_string).collect();
        Opened { header, rows: rows.collect() }
    }

    fn cell(&self, row: usize, column: &str) -> &Data {
        let at = self.header.iter().position(|known| known == column).unwrap_or_else(|| panic!("{column} in {:?}", self.header));
        &self.rows[row][at]
    }

    fn number(&self, row: usize, column: &str, expected: f64) {
        match self.cell(row, column) {
            Data::Float(found) => assert!((found - expected).abs() <= 1e-12 * expected.abs().max(1.0), "{column}: {found} {expected}"),
            other => panic!("{column} of row {row} is {other:?}, not {expected}"),
        }
    }

    /// A number as it is in the judgement, or the reason as text.
    fn figure(&self, row: usize, column: &str, figure: &Figure, times: f64) {
        match figure {
            Figure::Known(value) => self.number(row, column, value * times),
            Figure::Withheld(reason) => assert_eq!(self.cell(row, column), &Data::String(reason.words.en.clone()), "{column}"),
        }
    }

    fn estimate(&self, row: usize, columns: [&str; 3], estimate: &Estimate, times: f64) {
        for (column, figure) in columns.iter().zip([&estimate.value, &estimate.lower, &estimate.upper]) {
            self.figure(row, column, figure, times);
        }
    }
}

/// Percentage points are a hundred times a difference of shares.
fn times(unit: Unit) -> f64 {
    if unit == Unit::Share { 100.0 } else { 1.0 }
}

fn english() -> (Evaluation, Vec<u8>) {
    let evaluation = sample();
    let bytes = workbook(&evaluation, Language::English).unwrap();
    (evaluation, bytes)
}

#[test]
fn goals_and_tests_have_the_numbers_of_the_judgement() {
    let (evaluation, bytes) = english();
    let sheet = Opened::of(&bytes, "Goals");
    let goals: Vec<_> = evaluation.trials.iter().flat_map(|trial| &trial.goals).collect();
    assert_eq!(sheet.rows.len(), goals.len());
    for (row, goal) in goals.into_iter().enumerate() {
        sheet.number(row, "n", goal.n as f64);
        sheet.number(row, "n against", goal.n_against as f64);
        sheet.figure(row, "level", &goal.level, 1.0);
        sheet.figure(row, "level against", &goal.level_against, 1.0);
        sheet.estimate(row, ["difference", "difference, lower", "difference, upper"], &goal.difference, times(goal.unit));
        sheet.estimate(row, ["lift", "lift, lower", "lift, upper"], &goal.lift, 1.0);
        sheet.figure(row, "p", &goal.p, 1.0);
        sheet.figure(row, "p, adjusted", &goal.p_adjusted, 1.0);
        sheet.figure(row, "chance of being better", &goal.chance, 1.0);
        sheet.figure(row, "detectable difference", &goal.detectable, times(goal.unit));
    }
    let sheet = Opened::of(&bytes, "Tests");
    let tests: Vec<_> = evaluation.trials.iter().flat_map(|trial| &trial.tests).collect();
    assert_eq!(sheet.rows.len(), tests.len());
    for (row, test) in tests.into_iter().enumerate() {
        sheet.figure(row, "p", &test.p, 1.0);
    }
}

#[test]
fn arms_money_and_the_course_have_the_numbers_of_the_judgement() {
    let (evaluation, bytes) = english();
    let sheet = Opened::of(&bytes, "Arms");
    for (row, arm) in evaluation.trials.iter().flat_map(|trial| &trial.arms).enumerate() {
        sheet.number(row, "assigned", arm.assigned as f64);
        sheet.estimate(row, ["primary goal", "lower", "upper"], &arm.level, 1.0);
        sheet.figure(row, "chance of being best", &arm.best, 1.0);
        sheet.number(row, "cost (yuan)", arm.cost);
    }
    let sheet = Opened::of(&bytes, "Money");
    for (row, money) in evaluation.trials.iter().flat_map(|trial| &trial.money).enumerate() {
        sheet.estimate(row, ["net (yuan)", "net, lower", "net, upper"], &money.net, 1.0);
        sheet.estimate(row, ["benefit (yuan)", "benefit, lower", "benefit, upper"], &money.benefit, 1.0);
        sheet.figure(row, "return", &money.roi, 1.0);
    }
    let sheet = Opened::of(&bytes, "Over time");
    let points = evaluation
        .trials
        .iter()
        .flat_map(|trial| &trial.over_time)
        .flat_map(|series| series.points.iter().map(|point| (series.unit, point)));
    for (row, (unit, point)) in points.enumerate() {
        assert_eq!(sheet.cell(row, "day"), &Data::String(point.day.clone()));
        sheet.estimate(row, ["difference", "lower", "upper"], &point.difference, times(unit));
    }
}

#[test]
fn segments_funnel_and_metrics_have_the_numbers_of_the_judgement() {
    let (evaluation, bytes) = english();
    let sheet = Opened::of(&bytes, "Segments");
    let levels = evaluation.trials.iter().flat_map(|trial| &trial.cuts).flat_map(|cut| cut.levels.iter().map(|level| (cut.unit, level)));
    for (row, (unit, level)) in levels.enumerate() {
        sheet.estimate(row, ["difference", "lower", "upper"], &level.difference, times(unit));
        sheet.figure(row, "shrunken difference", &level.shrunken, times(unit));
    }
    let sheet = Opened::of(&bytes, "Funnel");
    let counts = evaluation.trials.iter().flat_map(|trial| &trial.funnel).flat_map(|stage| &stage.counts);
    for (row, count) in counts.enumerate() {
        sheet.number(row, "customers", *count as f64);
    }
    let sheet = Opened::of(&bytes, "Metrics");
    for (row, group) in evaluation.metrics.iter().flat_map(|metric| &metric.groups).enumerate() {
        sheet.figure(row, "value", &group.value, 1.0);
        sheet.figure(row, "one window earlier", &group.previous, 1.0);
    }
    let sheet = Opened::of(&bytes, "Migrations");
    for (row, count) in evaluation.migrations.iter().flat_map(|migration| migration.counts.iter().flatten()).enumerate() {
        sheet.number(row, "customers", *count as f64);
    }
}

#[test]
fn every_section_of_a_full_judgement_has_its_sheet_and_no_cell_is_a_formula() {
    let evaluation = sample();
    for (language, first) in [(Language::English, "Summary"), (Language::Chinese, "摘要")] {
        let bytes = workbook(&evaluation, language).unwrap();
        let mut book: Xlsx<_> = open_workbook_from_rs(Cursor::new(&bytes)).unwrap();
        let names = book.sheet_names();
        let tables = strat::report::tables::tables(&evaluation, language);
        let titles: Vec<&str> = tables
            .iter()
            .map(|table| {
                assert!(!table.rows.is_empty(), "{}", table.slug);
                table.title
            })
            .collect();
        assert_eq!(names.first().map(String::as_str), Some(first));
        assert_eq!(names[1..names.len() - 1], titles);
        for name in &names {
            assert!(book.worksheet_formula(name).unwrap().is_empty(), "{name}");
        }
        let front = book.worksheet_range(first).unwrap();
        let texts: Vec<String> = front.rows().flatten().map(ToString::to_string).collect();
        assert!(texts.contains(&String::from("=HYPERLINK(\"x\")")), "{texts:?}");
        assert!(texts.iter().any(|text| text.contains(evaluation.trials[0].verdict.sentence.of(language))));
    }
}

#[test]
fn equal_judgements_give_equal_bytes() {
    let bytes = workbook(&sample(), Language::Chinese).unwrap();
    if let Some(folder) = std::env::var_os("STRAT_KEEP_PAGES") {
        std::fs::write(std::path::Path::new(&folder).join("evaluation.xlsx"), &bytes).unwrap();
    }
    assert!(bytes == workbook(&sample(), Language::Chinese).unwrap());
    assert!(bytes.len() < 400_000, "{}", bytes.len());
    assert!(!workbook(&empty(), Language::Chinese).unwrap().is_empty());
}
