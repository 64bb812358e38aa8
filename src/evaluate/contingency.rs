//! Tables of arms by outcome.

use super::distribution::chi_square_sf;
use super::numeric::sum;
use super::withheld::{Measured, Withheld, finite};

/// Association in a table.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Association {
    /// Pearson's Σ (o - e)²/e, no continuity correction.
    pub chi_square: f64,
    pub degrees: f64,
    pub p: f64,
    /// The likelihood ratio 2 Σ o ln(o/e).
    pub g: f64,
    pub p_g: f64,
    /// √(χ²/(n (min(rows, columns) - 1))).
    pub cramers_v: f64,
}

/// Pearson's and the likelihood-ratio test of independence; rows are arms, columns outcomes.
///
/// # Errors
/// Fewer than two rows or columns, rows of different length, a negative count, or an empty row or column ([`Withheld::NoVariation`]).
pub fn association(table: &[Vec<f64>]) -> Measured<Association> {
    let width = table.first().map_or(0, Vec::len);
    if let Some(row) = table.iter().find(|row| row.len() != width) {
        return Err(Withheld::UnequalLengths { left: row.len() as f64, right: width as f64 });
    }
    if let Some(value) = table.iter().flatten().find(|value| !(value.is_finite() && **value >= 0.0)) {
        return Err(Withheld::OutOfRange { value: *value });
    }
    if table.len() < 2 || width < 2 {
        return Err(Withheld::NoVariation);
    }
    let rows: Vec<f64> = table.iter().map(|row| sum(row.iter().copied())).collect();
    let columns: Vec<f64> = (0..width).map(|at| sum(table.iter().filter_map(|row| row.get(at).copied()))).collect();
    if rows.iter().chain(&columns).any(|total| *total == 0.0) {
        return Err(Withheld::NoVariation);
    }
    let n = sum(rows.iter().copied());
    let cells: Vec<(f64, f64)> = table
        .iter()
        .zip(&rows)
        .flat_map(|(row, total)| row.iter().zip(&columns).map(move |(seen, column)| (*seen, total / n * column)))
        .collect();
    let chi_square = sum(cells.iter().map(|(seen, expected)| (seen - expected).powi(2) / expected));
    let g = 2.0 * sum(cells.iter().map(|(seen, expected)| if *seen > 0.0 { seen * (seen / expected).ln() } else { 0.0 }));
    let degrees = ((table.len() - 1) * (width - 1)) as f64;
    let smaller = (table.len().min(width) - 1) as f64;
    Ok(Association {
        chi_square: finite(chi_square)?,
        degrees,
        p: chi_square_sf(chi_square, degrees),
        g,
        p_g: chi_square_sf(g, degrees),
        cramers_v: (chi_square / n / smaller).sqrt(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_outcome_that_never_happened_is_withheld() {
        assert_eq!(association(&[vec![0.0, 5.0], vec![0.0, 9.0]]), Err(Withheld::NoVariation));
        assert_eq!(association(&[vec![1.0, 5.0]]), Err(Withheld::NoVariation));
        assert!(association(&[vec![1.0, 5.0], vec![1.0]]).is_err());
        assert!(association(&[vec![1.0, 5.0], vec![-1.0, 2.0]]).is_err());
    }
}
