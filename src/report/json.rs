//! The machine's form of a judgement: `report.json`, and the schema it keeps to, published as `docs/schema/report.schema.json`.

use crate::evaluate::evaluation::Evaluation;
#[cfg(feature = "schema")]
use schemars::generate::SchemaSettings;
#[cfg(feature = "schema")]
use serde_json::Value;

/// `report.json`: keys in the order of [`Evaluation`], numbers in the shortest form that reads back as the same number, a line
/// break at the end.
///
/// # Errors
/// None known: it is a tree of texts and numbers.
pub fn json(evaluation: &Evaluation) -> Result<String, serde_json::Error> {
    let mut text = serde_json::to_string_pretty(evaluation)?;
    text.push('\n');
    Ok(text)
}

/// The published schema: JSON Schema, draft 2020-12.
pub const SCHEMA: &str = include_str!("../../docs/schema/report.schema.json");

/// The schema of what [`json`] writes, made from the code; [`SCHEMA`] must be the same. Readers may meet keys that it does not name: new ones do not raise
/// the number of the format.
///
/// # Errors
/// None known.
#[cfg(feature = "schema")]
pub fn schema() -> Result<String, serde_json::Error> {
    let generator = SchemaSettings::draft2020_12().for_serialize().into_generator();
    let mut schema = generator.into_root_schema_for::<Evaluation>().to_value();
    without_links(&mut schema);
    let mut text = serde_json::to_string_pretty(&schema)?;
    text.push('\n');
    Ok(text)
}

/// Descriptions come from the documentation of the code, whose links mean nothing outside it.
#[cfg(feature = "schema")]
fn without_links(value: &mut Value) {
    match value {
        Value::Object(members) => {
            for (key, member) in members {
                match member {
                    Value::String(text) if key == "description" => {
                        *text = text.replace("[`", "`").replace("`]", "`").replace("`None`", "`null`")
                    }
                    _ => without_links(member),
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(without_links),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}
