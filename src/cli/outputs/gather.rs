//! Emissions of one kind become one sheet: columns in the order of the file, rows in a total order.

use super::sheet::{Field, Held, Part, Place, Sheet};
use polars::prelude::*;
use std::collections::BTreeMap;
use std::sync::Arc;
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

const ALERTS: &[(&str, Type)] = &[
    ("run_id", Type::Text),
    ("as_of", Type::Time),
    ("alert", Type::Text),
    ("to", Type::Text),
    ("group", Type::Text),
    ("state", Type::Text),
    ("value", Type::Number),
    ("n", Type::Int),
    ("before", Type::Number),
    ("n_before", Type::Int),
    ("reason", Type::Text),
];

const ASSIGNMENTS: &[(&str, Type)] =
    &[("experiment", Type::Text), ("unit_id", Type::Text), ("arm", Type::Text), ("bucket", Type::Int), ("assigned_at", Type::Time)];

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
        Output::Alerts => ALERTS,
        Output::Entries
        | Output::Contacts
        | Output::Grants
        | Output::TierHistory
        | Output::Journeys
        | Output::Metrics
        | Output::Ledger(_) => &[],
    }
}

/// All rows of an output. `frames` align with the emissions of the program.
///
/// # Errors
/// A frame without a field of its emission.
pub fn gather<'a>(program: &'a Program, output: Output, frames: &[DataFrame], run: &RunFields) -> PolarsResult<Sheet<'a>> {
    let emitted: Vec<(&Emission, &DataFrame)> =
        program.emissions.iter().zip(frames).filter(|(emission, _)| emission.output == output).collect();
    let fields = fields(program, output, &emitted);
    let parts: Vec<Part> = emitted.iter().map(|(emission, frame)| part(program, emission, frame, &fields, run)).collect();
    let mut waves = Vec::with_capacity(parts.len());
    for (part, (emission, _)) in parts.iter().zip(&emitted) {
        waves.push(Waves::of(program, emission, &part.rows)?);
    }
    let mut sheet = Sheet { fields, program, parts, order: Arc::default() };
    sheet.order = Arc::new(order(&sheet, &waves));
    Ok(sheet)
}

/// Places of the waves of an emission's rows in the plan.
enum Waves {
    Same(i64),
    Each(Vec<i64>),
}

/// Rows by strategy, wave and unit; missing comes last. The rows of each emission are sorted already, which a stable sort makes use of.
fn order(sheet: &Sheet<'_>, waves: &[Waves]) -> Vec<Place> {
    let mut groups: BTreeMap<(u32, i64), Vec<Place>> = BTreeMap::new();
    for (number, (part, waves)) in (0_u32..).zip(sheet.parts.iter().zip(waves)) {
        let rows = 0..u32::try_from(part.rows.height()).unwrap_or(u32::MAX);
        // Rows of no strategy come last.
        let strategy = part.strategy.unwrap_or(u32::MAX);
        match waves {
            Waves::Same(wave) => groups.entry((strategy, *wave)).or_default().extend(rows.map(|row| (number, row))),
            Waves::Each(waves) => {
                for (row, wave) in rows.zip(waves) {
                    groups.entry((strategy, *wave)).or_default().push((number, row));
                }
            }
        }
    }
    let units: Vec<Option<&StringChunked>> = {
        let named = ["unit_id", "customer_id", "group"].into_iter().find(|name| sheet.fields.iter().any(|field| field.name == *name));
        let found = named.map(|name| sheet.texts_of_parts(name)).unwrap_or_default();
        sheet.parts.iter().map(|part| found.iter().find(|(of, _)| std::ptr::eq(*of, part)).map(|(_, texts)| *texts)).collect()
    };
    let mut out = Vec::with_capacity(groups.values().map(Vec::len).sum());
    for (_, places) in groups {
        let unit = |(part, row): Place| units.get(part as usize).copied().flatten().and_then(|texts| texts.get(row as usize));
        let mut keyed: Vec<(Option<&str>, Place)> = places.into_iter().map(|place| (unit(place), place)).collect();
        keyed.sort_by(|(a, _), (b, _)| (a.is_none(), a).cmp(&(b.is_none(), b)));
        out.extend(keyed.into_iter().map(|(_, place)| place));
    }
    out
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

/// The rows of one emission, with where each field of the sheet is.
fn part(program: &Program, emission: &Emission, frame: &DataFrame, fields: &[Field], run: &RunFields) -> Part {
    let strategy = emission.strategy.and_then(|at| program.strategies.get(at as usize));
    let held = |field: &Field| {
        if let Some((name, node)) = emission.fields.iter().find(|(name, _)| *name == field.name) {
            return Held::Column(name.clone(), program.type_of(*node));
        }
        let text = |text: &str| Held::Same(Scalar::from(PlSmallStr::from_str(text)));
        match (field.name.as_str(), strategy) {
            ("run_id", _) => text(&run.run_id),
            ("version", _) => text(&run.version),
            ("as_of", _) => Held::Same(Scalar::from(run.as_of)),
            ("strategy_id", Some(strategy)) => text(&strategy.name),
            _ => Held::Same(Scalar::null(held_as(field.ty.physical()))),
        }
    };
    Part { strategy: emission.strategy, rows: frame.clone(), fields: fields.iter().map(held).collect() }
}

impl Waves {
    fn of(program: &Program, emission: &Emission, rows: &DataFrame) -> PolarsResult<Waves> {
        let Ok(column) = rows.column("wave") else { return Ok(Waves::Same(0)) };
        let strategy = emission.strategy.and_then(|at| program.strategies.get(at as usize));
        let actions = strategy.map(|strategy| strategy.actions.as_slice()).unwrap_or_default();
        let places: BTreeMap<&str, i64> = actions.iter().map(|action| (action.wave.as_str(), i64::from(action.wave_number))).collect();
        // One value for all rows is read once, without a copy per row.
        let values =
            column.as_scalar_column().map_or_else(|| column.as_materialized_series().clone(), |same| same.as_single_value_series());
        let found: Vec<i64> = match (values.i64(), values.str()) {
            (Ok(numbers), _) => numbers.iter().map(|number| number.unwrap_or(i64::MAX)).collect(),
            (_, Ok(names)) => names.iter().map(|name| name.and_then(|name| places.get(name).copied()).unwrap_or(i64::MAX)).collect(),
            (Err(_), Err(_)) => return Ok(Waves::Same(0)),
        };
        Ok(match found.first() {
            Some(wave) if column.as_scalar_column().is_some() => Waves::Same(*wave),
            Some(_) | None => Waves::Each(found),
        })
    }
}
