//! Small systems of linear equations: regressions with a few columns, chains of a few dozen channels.

use super::withheld::{Measured, Withheld};

/// Rows of equal length.
pub type Rows = Vec<Vec<f64>>;

fn entry(row: &[f64], column: usize) -> f64 {
    // Rows are checked to be long enough on the way in.
    row.get(column).copied().unwrap_or(f64::NAN)
}

/// Solves A X = B for all columns of B at once, by Gauss–Jordan elimination with partial pivoting (Golub and Van Loan 2013,
/// section 3.4). `a` has as many rows as columns, `b` as many rows as `a`.
///
/// # Errors
/// The shapes do not fit, or the equations depend on each other.
pub fn solve(a: &[Vec<f64>], b: &[Vec<f64>]) -> Measured<Rows> {
    let size = a.len();
    super::withheld::paired(size, b.len())?;
    if let Some(row) = a.iter().find(|row| row.len() != size) {
        return Err(Withheld::UnequalLengths { left: row.len() as f64, right: size as f64 });
    }
    let largest = a.iter().flatten().fold(0.0_f64, |most, value| most.max(value.abs()));
    let mut rows: Rows = a.iter().zip(b).map(|(left, right)| left.iter().chain(right).copied().collect()).collect();
    for column in 0..size {
        let below = rows.iter().enumerate().skip(column);
        let pivot = below.max_by(|(_, left), (_, right)| entry(left, column).abs().total_cmp(&entry(right, column).abs()));
        let Some(at) = pivot.map(|(at, _)| at) else { return Err(Withheld::Dependent) };
        rows.swap(column, at);
        let Some(leading) = rows.get(column).cloned() else { return Err(Withheld::Dependent) };
        let head = entry(&leading, column);
        if head.is_nan() || head.abs() <= 1e-13 * largest {
            return Err(Withheld::Dependent);
        }
        for (at, row) in rows.iter_mut().enumerate() {
            let factor = if at == column { 1.0 - 1.0 / head } else { entry(row, column) / head };
            for (value, lead) in row.iter_mut().zip(&leading) {
                *value -= factor * lead;
            }
        }
    }
    Ok(rows.into_iter().map(|row| row.into_iter().skip(size).collect()).collect())
}

/// The inverse of a square matrix.
///
/// # Errors
/// As [`solve`].
pub fn inverse(a: &[Vec<f64>]) -> Measured<Rows> {
    let unit: Rows = (0..a.len()).map(|row| (0..a.len()).map(|column| if row == column { 1.0 } else { 0.0 }).collect()).collect();
    solve(a, &unit)
}

/// Σ of products of two lists.
#[must_use]
pub fn dot(left: &[f64], right: &[f64]) -> f64 {
    super::numeric::sum(left.iter().zip(right).map(|(a, b)| a * b))
}

/// A times a column.
#[must_use]
pub fn times(a: &[Vec<f64>], column: &[f64]) -> Vec<f64> {
    a.iter().map(|row| dot(row, column)).collect()
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tests {
    use super::*;

    #[test]
    fn a_system_with_a_zero_on_the_diagonal() {
        let a = vec![vec![0.0, 2.0, 1.0], vec![1.0, 1.0, 0.0], vec![3.0, 0.0, 1.0]];
        let inverse = inverse(&a).unwrap();
        for (at, row) in a.iter().enumerate() {
            let product: Vec<f64> = (0..3).map(|column| dot(row, &inverse.iter().map(|line| line[column]).collect::<Vec<_>>())).collect();
            for (column, value) in product.iter().enumerate() {
                assert!((value - f64::from(u8::from(at == column))).abs() < 1e-14);
            }
        }
        assert_eq!(solve(&[vec![1.0, 2.0], vec![2.0, 4.0]], &[vec![1.0], vec![2.0]]), Err(Withheld::Dependent));
        assert!(solve(&[vec![1.0, 2.0]], &[vec![1.0]]).is_err());
    }
}
