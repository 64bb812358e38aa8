//! Judging: data and ledger in, a report out.
//!
//! ```text
//! data, ledger ─ bind ─► tables ─ observe ─► sums per arm ─ judge ─► evaluation ─► report.html · report.xlsx · report.md · report.json
//! ```
//!
//! Nothing but the folder of the report is written; the ledger is only read.

use super::super::arguments::{Evaluate, ReportForm};
use super::super::atomic::{AtomicFolder, FolderError};
use super::super::data::InputFile;
use super::super::output::summary_table;
use super::super::outputs::time_text;
use super::super::project::Project;
use super::super::session::{Exit, Failure, Session, shown};
use super::super::stages::Loaded;
use super::problems::{NOTHING_TO_JUDGE, REPORT_NOT_WRITTEN};
use super::{Job, MISSING_SETTING, Timings, failed, setting};
use polars::prelude::{DataFrame, DataType, PolarsResult};
use serde::Serialize;
use std::path::Path;
use strat::diag::render::NOWHERE;
use strat::diag::{Language, Problem};
use strat::engine::{Options, Tables, histories, journeys, moves, observe, trial_reads};
use strat::evaluate::evaluation::{
    Attribution, Evaluation, Figure, Input, Lifetime, Met, MetricReport, Migration, REPORT_FORMAT, TrialReport, Unit,
};
use strat::evaluate::judge::{
    CreditRequest, Group, LifetimeRequest, Purchaser, attribution, factor_of_type, judge, lifetime, metric, migration, unit_of_type,
};
use strat::evaluate::observed::Moves;
use strat::evaluate::withheld::Withheld;
use strat::ir::{AttributionStudy, CreditRule, Emission, LifetimeStudy, Program};
use strat::report;
use strat::types::Type;

/// Milliseconds of a day.
const DAY: f64 = 86_400_000.0;
/// Of the column of decaying credit where another rule is registered.
const DEFAULT_HALF_LIFE: i64 = 7 * 86_400_000;

/// The record of a judgement, by which the next one knows that the folder is ours.
#[derive(Serialize)]
struct Record<'a> {
    written_by: String,
    program: &'a str,
    program_blake3: &'a str,
    as_of: &'a str,
    inputs: &'a [Input],
    /// Name and blake3 of every file of the report.
    outputs: Vec<(String, String)>,
}

/// Judges a checked program as the arguments say.
///
/// # Errors
/// A program without anything to judge, data that breaks its contract, a folder that cannot be written.
pub fn judge_program(session: &Session, project: &Project, loaded: &Loaded, arguments: &Evaluate) -> Result<Exit, Failure> {
    let out = project.out.as_deref().ok_or_else(|| {
        let advice = session.words("give --out DIR, or write: out = \"out\"", "请使用 --out DIR，或写：out = \"out\"");
        setting(&MISSING_SETTING, "out", "", advice)
    })?;
    let program = &loaded.program;
    let studies = program.attributions.len() + program.lifetimes.len() + program.metrics.len();
    if program.trials.is_empty() && studies == 0 {
        return Err(Failure::could_not_run(Problem::new(&NOTHING_TO_JUDGE, NOWHERE).with("program", &loaded.program.name)));
    }
    let job = Job::new(session, project, loaded, &loaded.program, None, false)?;
    let folder = AtomicFolder::begin(out).map_err(|error| error.failure(session))?;
    let evaluation = job.judged()?;
    let forms = if arguments.forms.is_empty() { ReportForm::ALL.to_vec() } else { arguments.forms.clone() };
    write(session, folder, &evaluation, &forms)?;
    job.progress.step("");
    if session.format.is_machine() {
        session.print(&report::json(&evaluation).map_err(|error| failed(&error))?);
    } else {
        session.print(&summary(session, &evaluation, out));
    }
    Ok(Exit::Ok)
}

impl Job<'_> {
    /// The judgement of every trial of the program, as of the instant of the job.
    fn judged(&self) -> Result<Evaluation, Failure> {
        let (bound, files) = self.bound(&trial_reads(self.program), &mut Timings::default())?;
        if !bound.notes.is_empty() && !self.session.format.is_machine() {
            self.session.report(self.placed(&bound.notes));
        }
        self.progress.step(self.session.words("judging", "评估中"));
        let mut trials = Vec::new();
        for trial in &self.program.trials {
            let observed = observe(self.program, trial, &bound.tables, self.moment, &Options::default()).map_err(|error| failed(&error))?;
            trials.push(judge(&observed));
        }
        Ok(Evaluation {
            format: REPORT_FORMAT,
            program: self.program.name.clone(),
            program_hash: self.loaded.hash.clone(),
            as_of: time_text(self.moment.as_of),
            inputs: self.inputs(&files),
            trials,
            metrics: self.measured(&bound.tables)?,
            migrations: moves(self.program, &bound.tables, self.moment).map_err(|error| failed(&error))?.into_iter().map(moved).collect(),
            attributions: self.program.attributions.iter().map(|study| self.credited(study, &bound.tables)).collect::<Result<_, _>>()?,
            lifetimes: self.program.lifetimes.iter().map(|study| self.valued(study, &bound.tables)).collect::<Result<_, _>>()?,
        })
    }

    /// Metrics as of now, by group.
    fn measured(&self, tables: &Tables) -> Result<Vec<MetricReport>, Failure> {
        let mut program = self.program.clone();
        program.watches.clear();
        program.emissions = std::mem::take(&mut program.metrics);
        let outcome = strat::engine::run(&program, tables, self.moment, &Options::default()).map_err(|error| failed(&error))?;
        let pairs = program.emissions.iter().zip(&outcome.emissions);
        pairs.map(|(emission, rows)| measured(&program, emission, rows).map_err(|error| failed(&error))).collect()
    }

    /// Credit for conversions, and what the channels cost.
    fn credited(&self, study: &AttributionStudy, tables: &Tables) -> Result<Attribution, Failure> {
        let (journeys, _) = journeys(self.program, study, tables, self.moment).map_err(|error| failed(&error))?;
        let (rule, half_life) = match study.rule {
            CreditRule::First => ("first", DEFAULT_HALF_LIFE),
            CreditRule::Last => ("last", DEFAULT_HALF_LIFE),
            CreditRule::Linear => ("linear", DEFAULT_HALF_LIFE),
            CreditRule::Position => ("position", DEFAULT_HALF_LIFE),
            CreditRule::Decay { half_life } => ("time_decay", half_life),
        };
        let touches = |name: &str| journeys.iter().flat_map(|journey| &journey.touches).filter(|touch| *touch == name).count();
        let price = |channel: &strat::ir::Channel| channel.cost as f64 / 100.0 * touches(&channel.name) as f64;
        let used = self.program.channels.iter().filter(|channel| touches(&channel.name) > 0);
        let costs = used.map(|channel| (channel.name.clone(), price(channel))).collect();
        let request = CreditRequest {
            metric: &study.name,
            label: study.label.as_deref(),
            rule,
            lookback_days: study.lookback as f64 / DAY,
            half_life_days: half_life as f64 / DAY,
            costs: &costs,
        };
        Ok(attribution(&request, &journeys))
    }

    /// What customers are expected to bring.
    fn valued(&self, study: &LifetimeStudy, tables: &Tables) -> Result<Lifetime, Failure> {
        let (histories, _) = histories(self.program, study, tables, self.moment).map_err(|error| failed(&error))?;
        let customers: Vec<Purchaser> =
            histories.into_iter().map(|(history, value)| Purchaser { history, mean_value: value.unwrap_or(0.0) }).collect();
        let request =
            LifetimeRequest { metric: &study.name, label: study.label.as_deref(), horizon: study.next, horizon_words: &study.written };
        Ok(lifetime(&request, &customers))
    }

    /// The files of data, then the parts of the ledger that were visible.
    fn inputs(&self, files: &[InputFile]) -> Vec<Input> {
        let file =
            |file: &InputFile| Input { table: file.table.clone(), file: file.file.clone(), rows: file.rows, hash: file.blake3.clone() };
        let part = |(table, hash): (String, String)| Input { file: format!("ledger/{table}"), table, rows: 0, hash };
        files.iter().map(file).chain(self.history.visible().into_iter().map(part)).collect()
    }
}

/// The groups of one metric.
fn measured(program: &Program, emission: &Emission, rows: &DataFrame) -> PolarsResult<MetricReport> {
    let column = |name: &str| rows.column(name).ok().cloned();
    let texts = |name: &str| -> PolarsResult<Vec<String>> {
        let Some(column) = column(name) else { return Ok(vec![String::new(); rows.height()]) };
        Ok(column.str()?.iter().map(|text| text.unwrap_or_default().to_owned()).collect())
    };
    let numbers = |name: &str| -> PolarsResult<Vec<Option<f64>>> {
        let Some(column) = column(name) else { return Ok(vec![None; rows.height()]) };
        Ok(column.cast(&DataType::Float64)?.f64()?.iter().collect())
    };
    let ty = emission.fields.iter().find(|(name, _)| name == "value").map_or(Type::Number, |(_, node)| program.type_of(*node));
    let unit = unit_of_type(&ty);
    let scaled = |value: Option<f64>| value.map(|value| value * factor_of_type(&ty)).ok_or(Withheld::NoUnits);
    let grouped = column("group").is_some();
    let (names, labels, written) = (texts("metric")?, texts("label")?, texts("written")?);
    let first = |list: &[String]| list.first().cloned().unwrap_or_default();
    let cells = texts("group")?.into_iter().zip(numbers("value")?).zip(numbers("previous")?).zip(numbers("rows")?);
    let groups = cells.map(|(((group, value), previous), n)| Group {
        group: if grouped { vec![group] } else { Vec::new() },
        value: scaled(value),
        previous: scaled(previous),
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
        n: n.unwrap_or(0.0) as u64,
    });
    let groups = groups.collect();
    let label = first(&labels);
    Ok(metric(&first(&names), (!label.is_empty()).then_some(label.as_str()), unit, &first(&written), groups))
}

fn moved(moves: Moves) -> Migration {
    let day = |day: i32| time_text(i64::from(day) * 86_400_000).chars().take(10).collect::<String>();
    migration(&moves.ladder, moves.label.as_deref(), (&day(moves.from), &day(moves.to)), moves.labels, moves.counts)
}

/// Writes the folder as a whole.
fn write(session: &Session, folder: AtomicFolder, evaluation: &Evaluation, forms: &[ReportForm]) -> Result<(), Failure> {
    let stopped = |error: FolderError| error.failure(session);
    let mut outputs = Vec::new();
    for form in ReportForm::ALL.into_iter().filter(|form| forms.contains(form)) {
        let (name, bytes) = match form {
            ReportForm::Html => ("report.html", report::html(evaluation, session.language).into_bytes()),
            ReportForm::Xlsx => {
                let workbook = report::workbook(evaluation, session.language);
                (
                    "report.xlsx",
                    workbook.map_err(|error| Failure::could_not_run(Problem::new(&REPORT_NOT_WRITTEN, NOWHERE).with("reason", error)))?,
                )
            }
            ReportForm::Md => ("report.md", report::markdown(evaluation, session.language).into_bytes()),
            ReportForm::Json => ("report.json", report::json(evaluation).map_err(|error| failed(&error))?.into_bytes()),
        };
        folder.write(name, &bytes).map_err(stopped)?;
        outputs.push((name.to_owned(), blake3::hash(&bytes).to_hex().to_string()));
    }
    let record = Record {
        written_by: format!("strat {}", env!("CARGO_PKG_VERSION")),
        program: &evaluation.program,
        program_blake3: &evaluation.program_hash,
        as_of: &evaluation.as_of,
        inputs: &evaluation.inputs,
        outputs,
    };
    let mut bytes = serde_json::to_vec_pretty(&record).map_err(|error| failed(&error))?;
    bytes.push(b'\n');
    folder.commit(&bytes).map_err(stopped)
}

/// The verdicts as a table, and where the report is.
fn summary(session: &Session, evaluation: &Evaluation, out: &Path) -> String {
    let words = |en: &'static str, zh: &'static str| session.words(en, zh);
    let header = [words("trial", "评估对象"), words("verdict", "结论"), words("goal met", "目标"), words("result", "结果")];
    let rows: Vec<Vec<String>> = evaluation.trials.iter().map(|trial| row(session, trial)).collect();
    let place = shown(out);
    summary_table(&header, &rows)
        + &match session.language {
            Language::English => format!("report in {place}\n"),
            Language::Chinese => format!("报告在 {place}\n"),
        }
}

fn row(session: &Session, trial: &TrialReport) -> Vec<String> {
    let met = match trial.verdict.met {
        Met::Met => session.words("met", "达成"),
        Met::NotMet => session.words("not met", "未达成"),
        Met::NotYetKnowable => session.words("not yet knowable", "尚不可知"),
    };
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
