//! Reading inputs of a case, and writing answers: a withheld number is `null`.

use serde_json::{Map, Value, json};
use strat::evaluate::effect::{Interval, Scale};
use strat::evaluate::moments::{Pair, Sample, covariance_from_sums};
use strat::evaluate::withheld::{Measured, Withheld};

/// The inputs of one case, and the shape of what is expected (for keys that carry an argument, such as `rmst_6`).
pub struct Inputs<'a> {
    value: &'a Value,
    expected: &'a Value,
}

impl<'a> Inputs<'a> {
    pub fn new(value: &'a Value, expected: &'a Value) -> Self {
        Self { value, expected }
    }

    pub fn at(&self, key: &str) -> Inputs<'a> {
        Inputs { value: &self.value[key], expected: self.expected }
    }

    pub fn raw(&self, key: &str) -> &'a Value {
        &self.value[key]
    }

    pub fn has(&self, key: &str) -> bool {
        !self.value[key].is_null()
    }

    /// Missing numbers are "not a number", which the functions must answer by withholding.
    pub fn number(&self, key: &str) -> f64 {
        as_number(&self.value[key])
    }

    pub fn number_or(&self, key: &str, otherwise: f64) -> f64 {
        if self.has(key) { self.number(key) } else { otherwise }
    }

    pub fn count(&self, key: &str) -> u64 {
        self.number(key) as u64
    }

    pub fn flag(&self, key: &str) -> bool {
        self.value[key].as_bool().unwrap_or(false)
    }

    pub fn word(&self, key: &str) -> &'a str {
        self.value[key].as_str().unwrap_or("")
    }

    pub fn numbers(&self, key: &str) -> Vec<f64> {
        list(&self.value[key]).iter().map(as_number).collect()
    }

    pub fn flags(&self, key: &str) -> Vec<bool> {
        self.numbers(key).into_iter().map(|value| value != 0.0).collect()
    }

    pub fn items(&self, key: &str) -> Vec<Inputs<'a>> {
        list(&self.value[key]).iter().map(|value| Inputs { value, expected: self.expected }).collect()
    }

    pub fn expected_keys(&self) -> Vec<&'a str> {
        self.expected.as_object().map(|keys| keys.keys().map(String::as_str).collect()).unwrap_or_default()
    }

    pub fn expected(&self, key: &str) -> &'a Value {
        &self.expected[key]
    }

    pub fn alpha(&self) -> f64 {
        self.number_or("alpha", 0.05)
    }

    pub fn scale(&self) -> Scale {
        if self.word("difference") == "absolute" { Scale::Absolute } else { Scale::Relative }
    }

    pub fn is_rate(&self) -> bool {
        self.word("type") == "proportion"
    }

    /// The sum of squares of a rate is its sum.
    pub fn squares(&self) -> f64 {
        if self.is_rate() { self.number("sum") } else { self.number("sum_squares") }
    }

    /// `{type, n, sum, sum_squares}`.
    pub fn sample(&self) -> Sample {
        if self.is_rate() {
            Sample::rate(self.count("n"), self.number("sum"))
        } else {
            Sample::from_sums(self.count("n"), self.number("sum"), self.number("sum_squares"))
        }
    }

    /// Two such values of one arm and the sum of their products.
    pub fn pair(&self, x: &str, y: &str, products: &str) -> Pair {
        let (left, right, n) = (self.at(x), self.at(y), self.count("n"));
        let both_rates = left.is_rate() && right.is_rate();
        let covariance = covariance_from_sums(n, left.number("sum"), right.number("sum"), self.number(products), both_rates);
        Pair { x: Sample { n, ..left.sample() }, y: Sample { n, ..right.sample() }, covariance }
    }

    /// `mean_t`, `sd_t`, `n_t` and so on.
    pub fn arm(&self, suffix: &str) -> Sample {
        let of = |name: &str| self.number(&format!("{name}_{suffix}"));
        Sample { n: of("n") as u64, mean: of("mean"), variance: of("sd").powi(2) }
    }
}

fn as_number(value: &Value) -> f64 {
    match value {
        Value::Number(number) => number.as_f64().unwrap_or(f64::NAN),
        Value::Bool(flag) => f64::from(u8::from(*flag)),
        Value::String(word) if word == "inf" => f64::INFINITY,
        Value::String(word) if word == "-inf" => f64::NEG_INFINITY,
        Value::Null | Value::String(_) | Value::Array(_) | Value::Object(_) => f64::NAN,
    }
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

/// A number as the file writes it.
pub fn shown(value: f64) -> Value {
    if value == f64::INFINITY {
        json!("inf")
    } else if value == f64::NEG_INFINITY {
        json!("-inf")
    } else {
        // A bare "not a number" becomes a word that equals nothing, so that it cannot pass for a withheld value.
        if value.is_nan() { json!("not a number") } else { json!(value) }
    }
}

/// A number or its absence.
pub fn maybe(value: Measured<f64>) -> Value {
    value.map_or(Value::Null, shown)
}

pub fn interval(value: Interval) -> Value {
    json!([shown(value.lower), shown(value.upper)])
}

pub fn maybe_interval(value: Measured<Interval>) -> Value {
    value.map_or(Value::Null, interval)
}

pub fn all(values: impl IntoIterator<Item = f64>) -> Value {
    Value::Array(values.into_iter().map(shown).collect())
}

/// The answer of a method whose numbers stand each on its own; there is an error where one of them is withheld.
pub fn partly(mut value: Value, withheld: Option<Withheld>) -> Value {
    if let Some(map) = value.as_object_mut() {
        map.insert("error".into(), withheld.map_or(Value::Null, |reason| json!(reason.slug())));
    }
    value
}

/// The answer of a method that gives all its numbers or none: then every expected key is `null` and there is an error.
pub fn whole(inputs: &Inputs, answer: Measured<Value>) -> Value {
    match answer {
        Ok(value) => partly(value, None),
        Err(reason) => {
            let mut map: Map<String, Value> = inputs.expected_keys().into_iter().map(|key| (key.to_owned(), Value::Null)).collect();
            map.insert("error".into(), json!(reason.slug()));
            Value::Object(map)
        }
    }
}
