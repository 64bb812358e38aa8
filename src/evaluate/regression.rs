//! Least squares with honest standard errors: regression adjustment, clusters; and the logistic regression behind propensities.

use super::distribution::student_two_sided;
use super::effect::mean_difference;
use super::matrix::{Rows, dot, inverse, solve, times};
use super::moments::{Moments, mean};
use super::numeric::sum;
use super::withheld::{Measured, Withheld, finite, paired};
use std::collections::BTreeMap;

/// A fitted line: coefficients in the order of the columns.
#[derive(Debug, Clone, PartialEq)]
pub struct Fit {
    pub coefficients: Vec<f64>,
    pub residuals: Vec<f64>,
    /// (X'X)⁻¹.
    pub inverse: Rows,
    /// One row of the design per customer.
    pub design: Rows,
}

/// Ordinary least squares by the normal equations; centre and scale columns of different size first.
///
/// # Errors
/// No rows, fewer rows than columns, or columns that depend on each other.
pub fn least_squares(design: Rows, outcome: &[f64]) -> Measured<Fit> {
    paired(design.len(), outcome.len())?;
    let width = design.first().map_or(0, Vec::len);
    if design.len() < width {
        return Err(Withheld::TooFewUnits { have: design.len() as f64, need: width as f64 });
    }
    let products: Rows = (0..width).map(|left| (0..width).map(|right| column_product(&design, left, right)).collect()).collect();
    let inverse = inverse(&products)?;
    let against: Vec<f64> =
        (0..width).map(|column| sum(design.iter().zip(outcome).map(|(row, y)| row.get(column).copied().unwrap_or(f64::NAN) * y))).collect();
    let coefficients = times(&inverse, &against);
    let residuals = design.iter().zip(outcome).map(|(row, y)| y - dot(row, &coefficients)).collect();
    Ok(Fit { coefficients, residuals, inverse, design })
}

fn column_product(design: &[Vec<f64>], left: usize, right: usize) -> f64 {
    let value = |row: &Vec<f64>, column: usize| row.get(column).copied().unwrap_or(f64::NAN);
    sum(design.iter().map(|row| value(row, left) * value(row, right)))
}

impl Fit {
    /// The variance of one coefficient that holds with unequal spread, each squared residual divided by one minus its leverage
    /// (HC2: MacKinnon and White 1985).
    ///
    /// # Errors
    /// There is no such column, or a row has leverage one.
    pub fn variance_hc2(&self, column: usize) -> Measured<f64> {
        let Some(direction) = self.inverse.get(column) else { return Err(Withheld::OutOfRange { value: column as f64 }) };
        let terms = self.design.iter().zip(&self.residuals).map(|(row, residual)| {
            let leverage = dot(row, &times(&self.inverse, row));
            (dot(direction, row) * residual).powi(2) / (1.0 - leverage)
        });
        finite(sum(terms))
    }
}

/// A difference adjusted by covariates.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RegressionAdjusted {
    pub effect: f64,
    pub standard_error: f64,
    pub degrees: f64,
    pub p: f64,
    /// Without adjustment, for the page.
    pub plain: f64,
}

/// Lin (2013): least squares of the outcome on treatment, centred covariates and their interactions, HC2 errors, t with n - k
/// degrees of freedom. `covariates` are columns measured before assignment; one that does not vary is dropped.
///
/// # Errors
/// Lists of different length, an arm without customers, too few customers, or covariates that depend on each other.
pub fn regression_adjusted(outcome: &[f64], treatment: &[bool], covariates: &[Vec<f64>]) -> Measured<RegressionAdjusted> {
    paired(outcome.len(), treatment.len())?;
    let mut columns: Vec<Vec<f64>> = Vec::new();
    for column in covariates {
        paired(outcome.len(), column.len())?;
        let moments = Moments::of(column);
        let spread = (moments.second / outcome.len() as f64).sqrt();
        if spread > 0.0 {
            columns.push(column.iter().map(|value| (value - moments.mean) / spread).collect());
        }
    }
    let plain = difference_in_means(outcome, treatment)?;
    let design: Rows = treatment
        .iter()
        .enumerate()
        .map(|(at, treated)| {
            let treated = f64::from(u8::from(*treated));
            let own = || columns.iter().filter_map(move |column| column.get(at).copied());
            [1.0, treated].into_iter().chain(own()).chain(own().map(|value| value * treated)).collect()
        })
        .collect();
    let degrees = outcome.len() as f64 - 2.0 - 2.0 * columns.len() as f64;
    if degrees < 1.0 {
        return Err(Withheld::TooFewUnits { have: outcome.len() as f64, need: outcome.len() as f64 - degrees + 1.0 });
    }
    let fit = least_squares(design, outcome)?;
    let effect = fit.coefficients.get(1).copied().ok_or(Withheld::Dependent)?;
    let variance = fit.variance_hc2(1)?;
    if variance <= 0.0 {
        return Err(Withheld::NoVariation);
    }
    let standard_error = variance.sqrt();
    Ok(RegressionAdjusted { effect, standard_error, degrees, p: student_two_sided(effect / standard_error, degrees), plain })
}

/// Outcomes of each arm: treated first.
fn arms(outcome: &[f64], treatment: &[bool]) -> (Vec<f64>, Vec<f64>) {
    let of = |wanted: bool| outcome.iter().zip(treatment).filter(|(_, own)| **own == wanted).map(|(value, _)| *value).collect();
    (of(true), of(false))
}

fn difference_in_means(outcome: &[f64], treatment: &[bool]) -> Measured<f64> {
    let (treated, control) = arms(outcome, treatment);
    Ok(mean(&treated)? - mean(&control)?)
}

/// A difference whose error counts whole groups (households, branches) and not customers.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Clustered {
    pub difference: f64,
    /// CR1 = G/(G-1) (N-1)/(N-K) (X'X)⁻¹ Σ X_g'u_g u_g'X_g (X'X)⁻¹ with K = 2 (Liang and Zeger 1986).
    pub standard_error: f64,
    /// t with G - 1 degrees of freedom.
    pub p: f64,
    /// As if customers were independent (HC2, which is Welch's error).
    pub independent_error: f64,
    /// How many times the variance grew by clustering.
    pub design_effect: f64,
    /// G. Under 30, warn; under 8 per arm, use a randomisation test instead.
    pub clusters: u64,
}

/// The difference of means with cluster-robust errors. Clusters may have customers of both arms.
///
/// # Errors
/// Lists of different length, an arm with fewer than two customers or no variation, or fewer than two clusters.
pub fn clustered_difference(outcome: &[f64], treatment: &[bool], cluster: &[u64]) -> Measured<Clustered> {
    paired(outcome.len(), treatment.len())?;
    paired(outcome.len(), cluster.len())?;
    let (treated, control) = arms(outcome, treatment);
    let (t, c) = (Moments::of(&treated).sample(), Moments::of(&control).sample());
    let independent = mean_difference(&t, &c)?;
    let mut scores: BTreeMap<u64, f64> = BTreeMap::new();
    for ((value, treated), group) in outcome.iter().zip(treatment).zip(cluster) {
        let own = if *treated { (value - t.mean) / t.n as f64 } else { -(value - c.mean) / c.n as f64 };
        *scores.entry(*group).or_default() += own;
    }
    let (groups, n) = (scores.len() as f64, outcome.len() as f64);
    if scores.len() < 2 {
        return Err(Withheld::TooFewUnits { have: groups, need: 2.0 });
    }
    if n < 3.0 {
        return Err(Withheld::TooFewUnits { have: n, need: 3.0 });
    }
    let variance = groups / (groups - 1.0) * (n - 1.0) / (n - 2.0) * sum(scores.values().map(|score| score * score));
    if variance <= 0.0 {
        return Err(Withheld::NoVariation);
    }
    let standard_error = variance.sqrt();
    Ok(Clustered {
        difference: independent.estimate,
        standard_error,
        p: student_two_sided(independent.estimate / standard_error, groups - 1.0),
        independent_error: independent.standard_error,
        design_effect: variance / independent.standard_error.powi(2),
        clusters: scores.len() as u64,
    })
}

/// The chance of treatment given covariates by logistic regression (iteratively reweighted least squares), one per customer;
/// columns are standardised, an intercept is added.
///
/// # Errors
/// Lists of different length, one arm only, or columns that depend on each other or separate the arms without error
/// ([`Withheld::NoSolution`]).
pub fn propensities(treatment: &[bool], covariates: &[Vec<f64>]) -> Measured<Vec<f64>> {
    let mut design: Rows = treatment.iter().map(|_| vec![1.0]).collect();
    let treated = treatment.iter().filter(|own| **own).count();
    if treated == 0 || treated == treatment.len() {
        return Err(Withheld::NoUnits);
    }
    for column in covariates {
        paired(treatment.len(), column.len())?;
        let moments = Moments::of(column);
        let spread = (moments.second / column.len() as f64).sqrt();
        if spread > 0.0 {
            for (row, value) in design.iter_mut().zip(column) {
                row.push((value - moments.mean) / spread);
            }
        }
    }
    let mut weights = vec![0.0; design.first().map_or(0, Vec::len)];
    for _ in 0..100 {
        // Arms that a column separates push the chances to zero and one, where the curvature vanishes.
        let step = newton_step(&design, treatment, &weights).map_err(|_| Withheld::NoSolution)?;
        for (weight, change) in weights.iter_mut().zip(&step) {
            *weight += change;
        }
        // Newton's method doubles the digits in each step.
        if step.iter().zip(&weights).all(|(change, weight)| change.abs() < 1e-8 * (1.0 + weight.abs())) {
            return Ok(design.iter().map(|row| logistic(dot(row, &weights))).collect());
        }
    }
    Err(Withheld::NoSolution)
}

fn logistic(score: f64) -> f64 {
    1.0 / (1.0 + (-score).exp())
}

fn newton_step(design: &[Vec<f64>], treatment: &[bool], weights: &[f64]) -> Measured<Vec<f64>> {
    let width = weights.len();
    let mut gradient = vec![vec![0.0]; width];
    let mut curvature: Rows = vec![vec![0.0; width]; width];
    for (row, treated) in design.iter().zip(treatment) {
        let chance = logistic(dot(row, weights));
        let miss = f64::from(u8::from(*treated)) - chance;
        for ((slope, line), left) in gradient.iter_mut().zip(curvature.iter_mut()).zip(row) {
            if let Some(total) = slope.first_mut() {
                *total += miss * left;
            }
            for (place, right) in line.iter_mut().zip(row) {
                *place += chance * (1.0 - chance) * left * right;
            }
        }
    }
    Ok(solve(&curvature, &gradient)?.into_iter().flatten().collect())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn adjustment_without_use_equals_the_plain_difference() {
        let outcome = [1.0, 3.0, 2.0, 5.0, 4.0, 6.0];
        let treatment = [false, false, false, true, true, true];
        let found = regression_adjusted(&outcome, &treatment, &[vec![2.0; 6]]).unwrap();
        assert!((found.effect - 3.0).abs() < 1e-12 && (found.plain - 3.0).abs() < 1e-12);
        assert!(regression_adjusted(&outcome, &[true; 6], &[]).is_err());
        assert!(regression_adjusted(&outcome, &treatment, &[vec![1.0; 5]]).is_err());
    }

    #[test]
    fn a_logistic_regression_on_a_binary_column_gives_the_shares() {
        let column = vec![0.0, 0.0, 0.0, 0.0, 1.0, 1.0, 1.0, 1.0];
        let treatment = [true, false, false, false, true, true, true, false];
        let found = propensities(&treatment, std::slice::from_ref(&column)).unwrap();
        assert!((found.first().unwrap() - 0.25).abs() < 1e-12);
        assert!((found.last().unwrap() - 0.75).abs() < 1e-12);
        let apart = [false, false, false, false, true, true, true, true];
        assert!(propensities(&apart, &[column]).is_err());
    }

    #[test]
    fn one_customer_per_cluster_changes_only_the_small_sample_factor() {
        let outcome = [1.0, 3.0, 2.0, 5.0, 4.0, 9.0];
        let treatment = [false, false, false, true, true, true];
        let found = clustered_difference(&outcome, &treatment, &[1, 2, 3, 4, 5, 6]).unwrap();
        assert!((found.difference - 10.0 / 3.0 - 2.0 / 3.0).abs() < 1e-12);
        assert!(clustered_difference(&outcome, &treatment, &[1; 6]).is_err());
    }
}
