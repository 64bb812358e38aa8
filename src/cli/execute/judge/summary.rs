//! The verdicts as a table on the terminal.

use super::super::super::output::summary_table;
use super::super::super::session::{Session, shown};
use std::path::Path;
use strat::diag::Language;
use strat::evaluate::evaluation::{Evaluation, Figure, Met, MetricReport, Pace, TrialReport, Unit};
use strat::evaluate::judge::{level_words, short_number};

/// The verdicts as a table, and where the report is.
pub(super) fn summary(session: &Session, evaluation: &Evaluation, out: &Path) -> String {
    let words = |en: &'static str, zh: &'static str| session.words(en, zh);
    let header = [words("trial", "评估对象"), words("verdict", "结论"), words("goal met", "目标"), words("result", "结果")];
    let rows: Vec<Vec<String>> = evaluation.trials.iter().map(|trial| row(session, trial)).collect();
    let place = shown(out);
    let table = if rows.is_empty() { String::new() } else { summary_table(&header, &rows) };
    let paces: String = evaluation.pacing.iter().map(|row| paced(session, row)).collect();
    let standing: String = evaluation.metrics.iter().filter_map(|metric| standing(session, metric)).collect();
    table
        + &standing
        + &paces
        + &match session.language {
            Language::English => format!("report in {place}\n"),
            Language::Chinese => format!("报告在 {place}\n"),
        }
}

/// `续存 (renewal)`
fn called(label: Option<&str>, name: &str) -> String {
    label.map_or_else(|| name.to_owned(), |label| format!("{label} ({name})"))
}

/// `goal 月度推荐新客数 (new_customers): 15, at least 100,000: not met`
fn standing(session: &Session, metric: &MetricReport) -> Option<String> {
    let bound = metric.bound.as_ref()?;
    let name = called(metric.label.as_deref(), &metric.name);
    let number = |value: f64| match metric.unit {
        Unit::Number => short_number(value),
        unit => level_words(unit, value).of(session.language).to_owned(),
    };
    let value = metric.groups.first().and_then(|own| own.value.known()).map_or_else(|| String::from("–"), number);
    let side = if bound.at_least { session.words("at least", "不低于") } else { session.words("at most", "不高于") };
    let (goal, met) = (session.words("goal", "目标"), met_words(session, bound.met));
    Some(format!("{goal} {name}: {value}, {side} {}: {met}\n", number(bound.value)))
}

fn met_words(session: &Session, met: Met) -> &'static str {
    match met {
        Met::Met => session.words("met", "达成"),
        Met::NotMet => session.words("not met", "未达成"),
        Met::NotYetKnowable => session.words("not yet knowable", "尚不可知"),
    }
}

/// `budget of 续存 (renewal): 4,998.41 yuan of 5,000.00 yuan spent …`
fn paced(session: &Session, row: &Pace) -> String {
    let name = called(row.label.as_deref(), &row.name);
    let sentence = row.sentence.of(session.language);
    match (session.language, row.what.as_str()) {
        (Language::English, what) => format!("{what} of {name}: {sentence}\n"),
        (Language::Chinese, "budget") => format!("预算 {name}：{sentence}\n"),
        (Language::Chinese, _) => format!("名额 {name}：{sentence}\n"),
    }
}

fn row(session: &Session, trial: &TrialReport) -> Vec<String> {
    let met = met_words(session, trial.verdict.met);
    let verdict = format!("{} {}", trial.verdict.rule, trial.verdict.title.of(session.language));
    vec![trial.name.clone(), verdict, met.to_owned(), primary(trial)]
}

/// The primary goal's difference in the verdict's arm.
fn primary(trial: &TrialReport) -> String {
    let row = trial.goals.iter().find(|row| row.role == "goal" && Some(&row.arm) == trial.verdict.arm.as_ref());
    match row.map(|row| (&row.difference.value, &row.difference.lower, &row.difference.upper)) {
        Some((Figure::Known(value), Figure::Known(lower), Figure::Known(upper))) => {
            let share = row.is_some_and(|row| row.unit == Unit::Share);
            let (scale, unit) = if share { (100.0, " pp") } else { (1.0, "") };
            format!("{:+.2}{unit} ({:.2} … {:.2})", value * scale, lower * scale, upper * scale)
        }
        Some(_) | None => String::from("–"),
    }
}
