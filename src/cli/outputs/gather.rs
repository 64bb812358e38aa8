//! Emissions of one kind become one sheet: columns in the order of the file, rows in a total order.

use super::sheet::{Field, Sheet};
use polars::prelude::*;
use std::collections::BTreeMap;
use strat::engine::bind::held_as;
use strat::ir::{Emission, Output, Program};
use strat::types::Type;

/// The columns every file of an output has, with the type used when no emission fills them.
const ACTIONS: &[(&str, Type)] = &[
    ("run_id", Type::Text),
    ("as_of", Type::Time),
    ("strategy_id", Type::Text),
    ("version", Type::Text),
    ("action_id", Type::Text),
    ("customer_id", Type::Text),
    ("arm", Type::Text),
    ("wave", Type::Text),
    ("tier", Type::Text),
    ("channel", Type::Text),
    ("offer_id", Type::Text),
    ("template_id", Type::Text),
    ("message", Type::Text),
    ("assignee_role", Type::Text),
    ("assignee_id", Type::Text),
    ("due_from", Type::Time),
    ("due_by", Type::Time),
    ("priority", Type::Int),
    ("expected_value", Type::Money),
    ("reason", Type::Text),
];

const EXCLUSIONS: &[(&str, Type)] = &[
    ("run_id", Type::Text),
    ("strategy_id", Type::Text),
    ("customer_id", Type::Text),
    ("stage", Type::Text),
    ("rule", Type::Text),
    ("detail", Type::Text),
];

const ASSIGNMENTS: &[(&str, Type)] =
    &[("experiment", Type::Text), ("unit_id", Type::Text), ("arm", Type::Text), ("bucket", Type::Int), ("assigned_at", Type::Time)];

/// Helper columns of the sort; no field can be called so.
const STRATEGY: &str = "\u{1}strategy";
const WAVE: &str = "\u{1}wave";

/// Values that are the same in every row of a run.
#[derive(Debug, Clone)]
pub struct RunFields {
    pub run_id: String,
    pub as_of: i64,
    pub version: String,
}

/// Columns every file of an output begins with.
fn standard(output: Output) -> &'static [(&'static str, Type)] {
    match output {
        Output::Actions => ACTIONS,
        Output::Exclusions => EXCLUSIONS,
        Output::Assignments => ASSIGNMENTS,
        Output::Entries | Output::Contacts | Output::Grants | Output::TierHistory | Output::Journeys | Output::Ledger(_) => &[],
    }
}

/// All rows of an output. `frames` align with the emissions of the program.
///
/// # Errors
/// A frame without a field of its emission.
pub fn gather(program: &Program, output: Output, frames: &[DataFrame], run: &RunFields) -> PolarsResult<Sheet> {
    let parts: Vec<(&Emission, &DataFrame)> =
        program.emissions.iter().zip(frames).filter(|(emission, _)| emission.output == output).collect();
    let fields = fields(program, output, &parts);
    let mut whole: Option<DataFrame> = None;
    for (emission, frame) in &parts {
        let part = part(program, emission, frame, &fields, run)?;
        match &mut whole {
            Some(whole) => {
                whole.vstack_mut(&part)?;
            }
            None => whole = Some(part),
        }
    }
    let unit = ["unit_id", "customer_id"].into_iter().find(|name| fields.iter().any(|field| field.name == *name));
    let frame = match whole {
        None => DataFrame::empty_with_schema(&fields.iter().map(polars_field).collect()),
        Some(frame) => {
            let order = order(&frame, unit)?;
            let sorted = frame.drop_many([STRATEGY, WAVE]).take(&order)?;
            let columns = sorted.columns().iter().map(|column| column.as_materialized_series().clone().into_column()).collect();
            DataFrame::new(sorted.height(), columns)?
        }
    };
    Ok(Sheet { fields, frame })
}

/// Rows by strategy, wave and unit. The rows of each emission are sorted already, which a stable sort makes use of.
fn order(frame: &DataFrame, unit: Option<&str>) -> PolarsResult<IdxCa> {
    let number = |name: &str| -> PolarsResult<Vec<i64>> { Ok(frame.column(name)?.i64()?.iter().map(|value| value.unwrap_or(i64::MAX)).collect()) };
    let (strategies, waves) = (number(STRATEGY)?, number(WAVE)?);
    let units: Vec<Option<&str>> = match unit {
        Some(unit) => frame.column(unit)?.str()?.iter().collect(),
        None => vec![None; frame.height()],
    };
    let key = |row: &IdxSize| {
        let row = *row as usize;
        let unit = units.get(row).copied().flatten();
        // Missing comes last.
        (strategies.get(row), waves.get(row), unit.is_none(), unit)
    };
    let mut rows: Vec<IdxSize> = (0..IdxSize::try_from(frame.height()).unwrap_or(IdxSize::MAX)).collect();
    rows.sort_by(|a, b| key(a).cmp(&key(b)));
    Ok(IdxCa::from_vec(PlSmallStr::EMPTY, rows))
}

fn polars_field(field: &Field) -> polars::prelude::Field {
    polars::prelude::Field::new(field.name.as_str().into(), held_as(field.ty.physical()))
}

/// The standard columns, then what emissions have besides, in the order it first appears.
fn fields(program: &Program, output: Output, parts: &[(&Emission, &DataFrame)]) -> Vec<Field> {
    let mut found: Vec<(String, Option<Type>)> = standard(output).iter().map(|(name, _)| ((*name).to_owned(), None)).collect();
    for (emission, _) in parts {
        for (name, node) in &emission.fields {
            let ty = match program.type_of(*node) {
                Type::Label(_) | Type::Choice(_) | Type::List => Type::Text,
                ty => ty,
            };
            match found.iter_mut().find(|(known, _)| known == name) {
                Some((_, known)) => match known {
                    // A constant `missing` takes the type of the others; types that differ meet in text.
                    Some(before) if *before != ty && ty != Type::Missing && *before != Type::Missing => *known = Some(Type::Text),
                    Some(before) if *before != Type::Missing => {}
                    Some(_) | None => *known = Some(ty),
                },
                None => found.push((name.clone(), Some(ty))),
            }
        }
    }
    let usual = |name: &str| standard(output).iter().find(|(known, _)| *known == name).map(|(_, ty)| ty.clone());
    found
        .into_iter()
        .map(|(name, ty)| {
            let ty = ty.filter(|ty| *ty != Type::Missing).or_else(|| usual(&name)).unwrap_or(Type::Text);
            Field { name, ty }
        })
        .collect()
}

/// The rows of one emission, with the columns of the sheet and those of the sort.
fn part(program: &Program, emission: &Emission, frame: &DataFrame, fields: &[Field], run: &RunFields) -> PolarsResult<DataFrame> {
    let height = frame.height();
    let strategy = emission.strategy.and_then(|at| program.strategies.get(at as usize));
    let mut columns = Vec::with_capacity(fields.len() + 2);
    for field in fields {
        let node = emission.fields.iter().find(|(name, _)| *name == field.name).map(|(_, node)| *node);
        let column = match (node, field.name.as_str()) {
            (Some(node), name) => shaped(frame.column(name)?, program, &program.type_of(node), &field.ty)?,
            (None, "run_id") => filled(&run.run_id, height),
            (None, "version") => filled(&run.version, height),
            (None, "as_of") => Column::new_scalar("".into(), Scalar::from(run.as_of), height),
            (None, "strategy_id") => match strategy {
                Some(strategy) => filled(&strategy.name, height),
                None => Column::full_null("".into(), height, &DataType::String),
            },
            (None, _) => Column::full_null("".into(), height, &held_as(field.ty.physical())),
        };
        columns.push(column.with_name(field.name.as_str().into()));
    }
    let place = emission.strategy.map_or(i64::MAX, i64::from);
    columns.push(Column::new_scalar(STRATEGY.into(), Scalar::from(place), height));
    columns.push(waves(program, emission, frame).with_name(WAVE.into()));
    DataFrame::new(height, columns)
}

fn filled(text: &str, height: usize) -> Column {
    Column::new_scalar("".into(), Scalar::from(PlSmallStr::from_str(text)), height)
}

/// A field of an emission as the sheet holds it.
fn shaped(column: &Column, program: &Program, from: &Type, to: &Type) -> PolarsResult<Column> {
    if from.physical() == to.physical() && !matches!(from, Type::Label(_)) {
        return column.cast(&held_as(to.physical()));
    }
    if let (Type::Label(ladder), Ok(places)) = (from, column.i64()) {
        let labels = program.ladder(*ladder).map(|ladder| ladder.labels.as_slice()).unwrap_or_default();
        let name = |place: i64| usize::try_from(place).ok().and_then(|place| labels.get(place)).map(|label| label.name.as_str());
        let names: StringChunked = places.iter().map(|place| place.and_then(name)).collect();
        return Ok(names.into_column());
    }
    if *to == Type::Text && *from != Type::Text {
        let fields = vec![Field { name: column.name().to_string(), ty: from.clone() }];
        let sheet = Sheet { fields, frame: DataFrame::new(column.len(), vec![column.clone()])? };
        let mut texts = Vec::with_capacity(column.len());
        for cells in sheet.cells()? {
            for row in 0..column.len() {
                let mut text = String::new();
                cells.get(row).write(&mut text);
                texts.push((!text.is_empty()).then_some(text));
            }
        }
        return Ok(StringChunked::from_iter(texts).into_column());
    }
    column.cast(&held_as(to.physical()))
}

/// The place of each row's wave in the plan.
fn waves(program: &Program, emission: &Emission, frame: &DataFrame) -> Column {
    let height = frame.height();
    let Ok(column) = frame.column("wave") else { return Column::new_scalar("".into(), Scalar::from(0_i64), height) };
    if let Ok(numbers) = column.i64() {
        return numbers.clone().into_column();
    }
    let strategy = emission.strategy.and_then(|at| program.strategies.get(at as usize));
    let places: BTreeMap<&str, i64> = strategy
        .map(|strategy| strategy.actions.iter().map(|action| (action.wave.as_str(), i64::from(action.wave_number))).collect())
        .unwrap_or_default();
    match column.str() {
        Ok(names) => {
            let places: Int64Chunked =
                names.iter().map(|name| Some(name.and_then(|name| places.get(name).copied()).unwrap_or(i64::MAX))).collect();
            places.into_column()
        }
        Err(_) => Column::new_scalar("".into(), Scalar::from(0_i64), height),
    }
}
