//! Has the population moved: the population stability index, and the same per attribute (characteristic stability).

use super::distribution::chi_square_quantile;
use super::moments::quantile_of_sorted;
use super::numeric::sum;
use super::withheld::{Measured, Withheld, finite, level, paired};

/// Shares under this are taken as this, not rescaled.
pub const FLOOR: f64 = 1e-4;

/// Stability of one distribution.
#[derive(Debug, Clone, PartialEq)]
pub struct Stability {
    /// Σ (a - e) ln(a/e) over the bins.
    pub index: f64,
    pub per_bin: Vec<f64>,
    /// What the index exceeds by chance one time in twenty, (1/N + 1/M) χ²_{B-1} (Yurdakul 2018); the usual 0.1 and 0.25 are folklore.
    /// Withheld for a single bin, which cannot move.
    pub critical: Measured<f64>,
}

/// Compares counts per bin; `floor` is usually [`FLOOR`]. A bin only one side has counts too.
///
/// # Errors
/// Lists of different length, nobody on a side, or a negative count.
pub fn stability(expected: &[f64], actual: &[f64], floor: f64) -> Measured<Stability> {
    paired(expected.len(), actual.len())?;
    level(floor)?;
    if let Some(value) = expected.iter().chain(actual).find(|value| !(value.is_finite() && **value >= 0.0)) {
        return Err(Withheld::OutOfRange { value: *value });
    }
    let (n, m) = (sum(expected.iter().copied()), sum(actual.iter().copied()));
    if n == 0.0 || m == 0.0 {
        return Err(Withheld::NoUnits);
    }
    let part = |(before, now): (&f64, &f64)| {
        let (e, a) = ((before / n).max(floor), (now / m).max(floor));
        (a - e) * (a / e).ln()
    };
    let per_bin: Vec<f64> = expected.iter().zip(actual).map(part).collect();
    let critical = if expected.len() < 2 {
        Err(Withheld::TooFewUnits { have: 1.0, need: 2.0 })
    } else {
        finite((1.0 / n + 1.0 / m) * chi_square_quantile(0.95, expected.len() as f64 - 1.0))
    };
    Ok(Stability { index: finite(sum(per_bin.iter().copied()))?, per_bin, critical })
}

/// Inner bin edges at the deciles (or other equal shares) of the reference; equal edges are merged.
///
/// # Errors
/// Nobody in the reference, or fewer than two bins.
pub fn reference_edges(reference: &[f64], bins: u32) -> Measured<Vec<f64>> {
    if bins < 2 {
        return Err(Withheld::OutOfRange { value: f64::from(bins) });
    }
    let mut sorted = reference.to_vec();
    sorted.sort_by(f64::total_cmp);
    let mut edges = Vec::new();
    for at in 1..bins {
        edges.push(quantile_of_sorted(&sorted, f64::from(at) / f64::from(bins))?);
    }
    edges.dedup();
    Ok(edges)
}

/// Counts per bin: below the first edge, from it to below the second, and so on; one more bin than edges.
#[must_use]
pub fn binned(values: &[f64], edges: &[f64]) -> Vec<f64> {
    let mut counts = vec![0.0; edges.len() + 1];
    for value in values {
        let bin = edges.partition_point(|edge| edge <= value);
        if let Some(count) = counts.get_mut(bin) {
            *count += 1.0;
        }
    }
    counts
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn bins_from_the_reference() {
        let reference: Vec<f64> = (0..100).map(f64::from).collect();
        let edges = reference_edges(&reference, 10).unwrap();
        assert_eq!(edges.len(), 9);
        assert_eq!(binned(&reference, &edges).iter().sum::<f64>(), 100.0);
        let same = stability(&binned(&reference, &edges), &binned(&reference, &edges), FLOOR).unwrap();
        assert_eq!(same.index, 0.0);
        assert_eq!(reference_edges(&[3.0; 20], 10).unwrap(), [3.0]);
        assert_eq!(stability(&[0.0, 0.0], &[1.0, 1.0], FLOOR), Err(Withheld::NoUnits));
        let single = stability(&[10.0], &[12.0], FLOOR).unwrap();
        assert_eq!((single.index, single.per_bin.as_slice()), (0.0, [0.0].as_slice()));
        assert_eq!(single.critical, Err(Withheld::TooFewUnits { have: 1.0, need: 2.0 }));
    }
}
