//! Numbers against the file's numbers.

use serde_json::Value;

/// A line `.path: expected …, got …` for every number that is further off than allowed.
pub fn differences(expected: &Value, got: &Value, relative: f64, absolute: f64) -> Vec<String> {
    let mut found = Vec::new();
    compare("", expected, got, (relative, absolute), &mut found);
    found
}

fn compare(path: &str, expected: &Value, got: &Value, tolerance: (f64, f64), found: &mut Vec<String>) {
    match (expected, got) {
        (Value::Object(wanted), Value::Object(_)) => {
            for (key, value) in wanted {
                let own = got.get(key);
                // Which code an error has may differ; that there is one may not.
                if key == "error" {
                    if value.is_null() != own.unwrap_or(&Value::Null).is_null() {
                        found.push(format!("{path}.{key}: expected {value}, got {own:?}"));
                    }
                    continue;
                }
                match own {
                    Some(own) => compare(&format!("{path}.{key}"), value, own, tolerance, found),
                    None => found.push(format!("{path}.{key}: expected {value}, nothing was computed")),
                }
            }
        }
        (Value::Array(wanted), Value::Array(given)) if wanted.len() == given.len() => {
            for (at, (value, own)) in wanted.iter().zip(given).enumerate() {
                compare(&format!("{path}[{at}]"), value, own, tolerance, found);
            }
        }
        _ => {
            if !alike(expected, got, tolerance) {
                found.push(format!("{path}: expected {expected}, got {got}"));
            }
        }
    }
}

fn alike(expected: &Value, got: &Value, (relative, absolute): (f64, f64)) -> bool {
    match (number(expected), number(got)) {
        (Some(wanted), Some(given)) if wanted.is_finite() => (wanted - given).abs() <= absolute + relative * wanted.abs(),
        (Some(wanted), Some(given)) => wanted == given,
        (None, None) => expected == got,
        _ => false,
    }
}

/// Infinities are written as words.
fn number(value: &Value) -> Option<f64> {
    match value {
        Value::Number(number) => number.as_f64(),
        Value::String(word) => match word.as_str() {
            "inf" => Some(f64::INFINITY),
            "-inf" => Some(f64::NEG_INFINITY),
            _ => None,
        },
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
    }
}
