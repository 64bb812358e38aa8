//! What is shown beside the trials and decides nothing: metrics by group, moves between labels, credit, expected value.

use super::super::super::outputs::time_text;
use super::super::super::session::Failure;
use super::super::{Job, failed};
use polars::prelude::{DataFrame, DataType, PolarsResult};
use strat::builtins::DAY_MILLISECONDS;
use strat::engine::{Options, Tables, histories, journeys};
use strat::evaluate::evaluation::{Attribution, Lifetime, MetricReport, Migration, Pace};
use strat::evaluate::judge::{
    CreditRequest, Group, LifetimeRequest, PaceRequest, Purchaser, attribution, factor_of_type, lifetime, metric, migration, pace,
    unit_of_type,
};
use strat::evaluate::observed::Moves;
use strat::evaluate::withheld::Withheld;
use strat::ir::{AttributionStudy, CreditRule, Emission, LifetimeStudy, Program};
use strat::types::Type;

/// Of the column of decaying credit where another rule is registered.
const DEFAULT_HALF_LIFE: i64 = 7 * DAY_MILLISECONDS;

impl Job<'_> {
    /// Metrics as of now by group, and how far budgets and places have gone: one pass for both.
    pub(super) fn as_of_now(&self, tables: &Tables) -> Result<(Vec<MetricReport>, Vec<Pace>), Failure> {
        let mut program = self.program.clone();
        program.watches.clear();
        let metrics = program.metrics.len();
        program.emissions = program.metrics.iter().chain(&program.pacing).cloned().collect();
        let outcome = strat::engine::run(&program, tables, self.moment, &Options::default()).map_err(|error| failed(&error))?;
        let today = self.moment.as_of.div_euclid(DAY_MILLISECONDS);
        let rows: Vec<_> = program.emissions.iter().zip(&outcome.emissions).collect();
        let (of_metrics, of_pacing) = rows.split_at(metrics.min(rows.len()));
        let measured = of_metrics.iter().map(|(emission, rows)| measured(&program, emission, rows).map_err(|error| failed(&error)));
        let paces = of_pacing.iter().map(|(emission, rows)| paced(&program, emission, rows, today).map_err(|error| failed(&error)));
        Ok((measured.collect::<Result<_, _>>()?, paces.collect::<Result<Vec<_>, _>>()?.into_iter().flatten().collect()))
    }

    /// Credit for conversions, and what the channels cost.
    pub(super) fn credited(&self, study: &AttributionStudy, tables: &Tables) -> Result<Attribution, Failure> {
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
            lookback_days: study.lookback as f64 / DAY_MILLISECONDS as f64,
            half_life_days: half_life as f64 / DAY_MILLISECONDS as f64,
            costs: &costs,
        };
        Ok(attribution(&request, &journeys))
    }

    /// What customers are expected to bring.
    pub(super) fn valued(&self, study: &LifetimeStudy, tables: &Tables) -> Result<Lifetime, Failure> {
        let (histories, _) = histories(self.program, study, tables, self.moment).map_err(|error| failed(&error))?;
        let customers: Vec<Purchaser> =
            histories.into_iter().map(|(history, value)| Purchaser { history, mean_value: value.unwrap_or(0.0) }).collect();
        let request =
            LifetimeRequest { metric: &study.name, label: study.label.as_deref(), horizon: study.next, horizon_words: &study.written };
        Ok(lifetime(&request, &customers))
    }
}

/// One limited thing; none where there is nobody to count it for.
fn paced(program: &Program, emission: &Emission, rows: &DataFrame, today: i64) -> PolarsResult<Option<Pace>> {
    if rows.height() == 0 {
        return Ok(None);
    }
    let text = |name: &str| -> PolarsResult<String> { Ok(rows.column(name)?.str()?.get(0).unwrap_or_default().to_owned()) };
    let number = |name: &str| -> Option<i64> { rows.column(name).ok()?.i64().ok()?.get(0) };
    let ty = emission.fields.iter().find(|(name, _)| name == "whole").map_or(Type::Int, |(_, node)| program.type_of(*node));
    let scaled = |name: &str| number(name).unwrap_or(0) as f64 * factor_of_type(&ty);
    let (label, name, what, window) = (text("label")?, text("name")?, text("what")?, text("window")?);
    Ok(Some(pace(&PaceRequest {
        what: &what,
        name: &name,
        label: (!label.is_empty()).then_some(label.as_str()),
        window: &window,
        unit: unit_of_type(&ty),
        whole: scaled("whole"),
        left: scaled("left"),
        days: number("from").zip(number("to")),
        today,
    })))
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
    let (bound, up) = (numbers("bound")?.first().copied().flatten(), texts("up")?);
    let bound = scaled(bound).ok().map(|bound| (bound, first(&up) == "yes"));
    Ok(metric((&first(&names), (!label.is_empty()).then_some(label.as_str())), unit, &first(&written), groups, bound))
}

/// Who moved between the labels of a ladder.
pub(super) fn moved(moves: Moves) -> Migration {
    let day = |day: i32| time_text(i64::from(day) * DAY_MILLISECONDS).chars().take(10).collect::<String>();
    migration(&moves.ladder, moves.label.as_deref(), (&day(moves.from), &day(moves.to)), moves.labels, moves.counts)
}
