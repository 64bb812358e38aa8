//! `report.json` keeps to its published schema.

use super::{empty, sample};
use serde_json::Value;
use strat::report::json::{SCHEMA, json};

/// What breaks a schema made of the words that ours uses; a word that is not known here is a problem as well.
fn problems(schema: &Value, root: &Value, value: &Value, place: &str, found: &mut Vec<String>) {
    let Some(schema) = schema.as_object() else {
        assert_eq!(schema, &Value::Bool(true), "{place}");
        return;
    };
    let mut wrong = |what: String| found.push(format!("{place}: {what}"));
    for (word, rule) in schema {
        match word.as_str() {
            "$schema" | "title" | "description" | "format" | "default" | "$defs" => {}
            "type" => {
                let fits = |name: &str| match name {
                    "object" => value.is_object(),
                    "array" => value.is_array(),
                    "string" => value.is_string(),
                    "boolean" => value.is_boolean(),
                    "null" => value.is_null(),
                    "number" => value.is_number(),
                    "integer" => value.is_u64() || value.is_i64(),
                    other => panic!("type {other}"),
                };
                let names: Vec<&str> = rule
                    .as_array()
                    .map_or_else(|| vec![rule.as_str().unwrap()], |names| names.iter().map(|name| name.as_str().unwrap()).collect());
                if !names.iter().any(|name| fits(name)) {
                    wrong(format!("{value} is not of type {names:?}"));
                }
            }
            "const" if value != rule => wrong(format!("{value} is not {rule}")),
            "enum" if !rule.as_array().unwrap().contains(value) => wrong(format!("{value} is none of {rule}")),
            "minimum" if value.as_f64().is_some_and(|number| number < rule.as_f64().unwrap()) => wrong(format!("{value} < {rule}")),
            "minItems" if value.as_array().is_some_and(|items| (items.len() as u64) < rule.as_u64().unwrap()) => {
                wrong(String::from("too short"))
            }
            "maxItems" if value.as_array().is_some_and(|items| items.len() as u64 > rule.as_u64().unwrap()) => {
                wrong(String::from("too long"))
            }
            "required" => {
                let missing =
                    rule.as_array().unwrap().iter().filter(|name| value.is_object() && value.get(name.as_str().unwrap()).is_none());
                missing.for_each(|name| wrong(format!("{name} is missing")));
            }
            "const" | "enum" | "minimum" | "minItems" | "maxItems" | "properties" | "items" | "prefixItems" | "anyOf" | "oneOf"
            | "$ref" => {}
            other => panic!("{place}: the schema uses {other}"),
        }
    }
    parts(schema, root, value, place, found);
}

/// What breaks the schemas inside a schema.
fn parts(schema: &serde_json::Map<String, Value>, root: &Value, value: &Value, place: &str, found: &mut Vec<String>) {
    if let Some(properties) = schema.get("properties").and_then(Value::as_object) {
        for (name, part) in properties {
            if let Some(member) = value.get(name) {
                problems(part, root, member, &format!("{place}.{name}"), found);
            }
        }
    }
    let items = value.as_array().map(Vec::as_slice).unwrap_or_default();
    let first = schema.get("prefixItems").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    for (at, item) in items.iter().enumerate() {
        if let Some(part) = first.get(at).or_else(|| schema.get("items")) {
            problems(part, root, item, &format!("{place}[{at}]"), found);
        }
    }
    if let Some(reference) = schema.get("$ref").and_then(Value::as_str) {
        problems(root.pointer(&reference[1..]).unwrap(), root, value, place, found);
    }
    for (word, many) in [("anyOf", true), ("oneOf", false)] {
        if let Some(choices) = schema.get(word).and_then(Value::as_array) {
            let fitting = choices.iter().filter(|choice| {
                let mut own = Vec::new();
                problems(choice, root, value, place, &mut own);
                own.is_empty()
            });
            let number = fitting.count();
            if number == 0 || (!many && number > 1) {
                found.push(format!("{place}: {value} fits {number} of {word}"));
            }
        }
    }
}

fn broken(value: &Value) -> Vec<String> {
    let schema: Value = serde_json::from_str(SCHEMA).unwrap();
    let mut found = Vec::new();
    problems(&schema, &schema, value, "report", &mut found);
    found
}

/// `cargo test --no-default-features --features schema --test suite schema`; with `STRAT_WRITE_SCHEMA` set the file is written anew.
#[cfg(feature = "schema")]
#[test]
fn the_published_schema_is_the_one_of_the_code() {
    let made = strat::report::json::schema().unwrap();
    let published = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/schema/report.schema.json");
    if std::env::var_os("STRAT_WRITE_SCHEMA").is_some() {
        std::fs::write(&published, &made).unwrap();
    }
    assert!(std::fs::read_to_string(published).unwrap() == made, "docs/schema/report.schema.json is not what the code says");
}

#[test]
fn every_member_is_said_in_words_that_need_no_code() {
    for word in ["[`", "::", "Option<", "Vec<", "`None`"] {
        assert!(!SCHEMA.contains(word), "{word}");
    }
}

/// Names of members of a value that its schema does not have.
fn unnamed(schema: &Value, root: &Value, value: &Value, place: &str, found: &mut Vec<String>) {
    let schema = match schema.get("$ref").and_then(Value::as_str) {
        Some(reference) => root.pointer(&reference[1..]).unwrap(),
        None => schema,
    };
    for choice in ["anyOf", "oneOf"].iter().filter_map(|word| schema.get(word)).flat_map(|choices| choices.as_array().unwrap()) {
        let mut own = Vec::new();
        problems(choice, root, value, place, &mut own);
        if own.is_empty() {
            unnamed(choice, root, value, place, found);
        }
    }
    for (name, member) in value.as_object().into_iter().flatten().filter(|_| schema.get("properties").is_some()) {
        match schema["properties"].get(name) {
            Some(part) => unnamed(part, root, member, &format!("{place}.{name}"), found),
            None => found.push(format!("{place}.{name}")),
        }
    }
    for (at, item) in value.as_array().into_iter().flatten().enumerate() {
        let part = schema.get("prefixItems").and_then(|items| items.get(at)).or_else(|| schema.get("items"));
        unnamed(part.unwrap_or(&Value::Bool(true)), root, item, &format!("{place}[{at}]"), found);
    }
}

/// The sample has every member there is, so that a member the schema does not know is found without making the schema anew.
#[test]
fn the_schema_names_every_member_of_a_report() {
    let schema: Value = serde_json::from_str(SCHEMA).unwrap();
    let value: Value = serde_json::from_str(&json(&sample()).unwrap()).unwrap();
    let mut found = Vec::new();
    unnamed(&schema, &schema, &value, "report", &mut found);
    assert_eq!(found, Vec::<String>::new());
}

#[test]
fn reports_keep_to_the_published_schema() {
    for evaluation in [sample(), empty()] {
        let value: Value = serde_json::from_str(&json(&evaluation).unwrap()).unwrap();
        assert_eq!(broken(&value), Vec::<String>::new());
    }
}

#[test]
fn what_is_no_report_breaks_the_schema() {
    let whole: Value = serde_json::from_str(&json(&sample()).unwrap()).unwrap();
    let changes: [(&str, Value); 6] = [
        ("/format", Value::from(2)),
        ("/trials/0/alpha", Value::from("0.05")),
        ("/trials/0/goals/0/level", Value::Null),
        ("/trials/0/goals/0/met", Value::from("perhaps")),
        ("/trials/0/goals/0/n", Value::from(-1)),
        ("/trials/0/uplift/curve/0", serde_json::json!([0.0, 0.0, 0.0])),
    ];
    for (place, value) in changes {
        let mut other = whole.clone();
        *other.pointer_mut(place).unwrap() = value;
        assert_ne!(broken(&other), Vec::<String>::new(), "{place}");
    }
    let mut other = whole;
    other["trials"][0]["verdict"].as_object_mut().unwrap().remove("rule");
    assert_ne!(broken(&other), Vec::<String>::new());
}

#[test]
fn json_is_stable_and_reads_back_as_the_same() {
    let text = json(&sample()).unwrap();
    assert_eq!(text, json(&sample()).unwrap());
    let again: strat::evaluate::evaluation::Evaluation = serde_json::from_str(&text).unwrap();
    assert_eq!(json(&again).unwrap(), text);
    let keys = ["\"format\"", "\"program\"", "\"as_of\"", "\"inputs\"", "\"trials\"", "\"metrics\""].map(|key| text.find(key).unwrap());
    assert!(keys.is_sorted());
    assert!(text.contains("\"withheld\": \"too-few-units\""));
}
