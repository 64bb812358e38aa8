//! The assignment hash: the one function that decides who is in which arm, equal on every engine.
//!
//! The algorithm is named in the manifest of every run. It may never change: arms that are already assigned depend on it.

use crate::types::Value;
use sha2::{Digest, Sha256};

/// Buckets a population is cut into; shares are counted in these.
pub const BUCKETS: u64 = 10_000;

/// The first 13 hex digits of SHA-256 over the UTF-8 bytes of `experiment:salt:unit`, as a number below 2^52.
///
/// Neither experiment nor salt may hold a `:`; the checker refuses such names. The unit's bytes are taken as they are.
#[must_use]
pub fn h52(experiment: &str, salt: &str, unit: &str) -> u64 {
    let mut hash = Sha256::new();
    for part in [experiment, ":", salt, ":", unit] {
        hash.update(part.as_bytes());
    }
    let head = hash.finalize().iter().take(8).fold(0_u64, |head, byte| (head << 8) | u64::from(*byte));
    head >> 12
}

/// The bucket of a unit, from 0 to 9999.
#[must_use]
pub fn bucket(experiment: &str, salt: &str, unit: &str) -> i64 {
    i64::try_from(h52(experiment, salt, unit) % BUCKETS).unwrap_or(0)
}

/// The bucket of a key value: texts by their bytes, ints as plain digits; missing for everything else.
#[must_use]
pub fn bucket_value(experiment: &str, salt: &str, unit: &Value) -> Value {
    match unit {
        Value::Text(text) => Value::Int(bucket(experiment, salt, text)),
        Value::Int(number) => Value::Int(bucket(experiment, salt, &number.to_string())),
        Value::Missing | Value::Bool(_) | Value::Float(_) => Value::Missing,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_published_vectors_hold() {
        assert_eq!(bucket("demo", "s0", "C000001"), 5388);
        assert_eq!(bucket("demo", "s0", "C000002"), 2573);
        assert_eq!(bucket("demo", "s1", "C000001"), 5403);
        assert_eq!(bucket("demo", "s0", "客户一"), 2241);
    }

    #[test]
    fn keys_of_either_type_have_a_bucket_and_others_have_none() {
        assert_eq!(bucket_value("demo", "s0", &Value::Int(42)), bucket_value("demo", "s0", &Value::Text(String::from("42"))));
        assert_eq!(bucket_value("demo", "s0", &Value::Missing), Value::Missing);
        assert_eq!(bucket_value("demo", "s0", &Value::Float(1.0)), Value::Missing);
        assert!(h52("", "", "") < 1 << 52);
    }
}
