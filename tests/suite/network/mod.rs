//! Models run from files. Without the data engine: `cargo test --no-default-features --features onnx --test suite network::`.

mod bytes;
#[cfg(feature = "engine")]
mod run;

use bytes::{classifier, linear, logistic, sum_of_two};
use strat::network::{Network, NetworkError};

fn columns(rows: &[&[f64]]) -> Vec<Vec<Option<f64>>> {
    let width = rows.first().map_or(0, |row| row.len());
    (0..width).map(|at| rows.iter().map(|row| Some(row[at])).collect()).collect()
}

fn sigmoid(x: f64) -> f64 {
    1.0 / (1.0 + (-x).exp())
}

/// Six decimals, but for what single precision leaves open in the last of them.
fn close(found: Option<f64>, expected: f64) -> bool {
    found.is_some_and(|found| (found - expected).abs() <= 1.5e-6)
}

#[test]
fn a_score_is_what_the_network_says() {
    let network = Network::read(&logistic(&[1.0, -2.0], 0.5), 2).unwrap();
    let scores = network.scores(&columns(&[&[1.0, 0.0], &[0.0, 1.0], &[3.0, 1.5]])).unwrap();
    for (score, expected) in scores.iter().zip([sigmoid(1.5), sigmoid(-1.5), sigmoid(0.5)]) {
        assert!(close(*score, expected), "{score:?} is not {expected}");
    }
}

#[test]
fn a_score_does_not_depend_on_where_its_row_stands() {
    let network = Network::read(&logistic(&[0.3, -0.7, 0.01], 0.2), 3).unwrap();
    let row = |at: usize| [(at % 7) as f64, (at % 11) as f64 / 3.0, (at % 13) as f64];
    let rows: Vec<[f64; 3]> = (0..2_500).map(row).collect();
    let rows: Vec<&[f64]> = rows.iter().map(<[f64; 3]>::as_slice).collect();
    let all = network.scores(&columns(&rows)).unwrap();
    assert_eq!(all.len(), 2_500);
    for at in [0, 5, 1_023, 1_024, 2_047, 2_499] {
        let alone = network.scores(&columns(&[rows[at]])).unwrap();
        assert_eq!(all[at].map(f64::to_bits), alone[0].map(f64::to_bits));
        assert_eq!(all[at], all[at % (7 * 11 * 13)]);
    }
}

#[test]
fn a_missing_input_gives_no_score_and_moves_no_other() {
    let network = Network::read(&linear(2, 1, &[1.0, 10.0]), 2).unwrap();
    let scores = network.scores(&[vec![Some(1.0), None, Some(3.0)], vec![Some(1.0), Some(1.0), Some(1.0)]]).unwrap();
    assert_eq!(scores, [Some(11.0), None, Some(13.0)]);
}

#[test]
fn a_bound_includes_the_score_that_equals_it() {
    let network = Network::read(&linear(1, 1, &[1.0]), 1).unwrap();
    let scores = network.scores(&columns(&[&[0.7], &[0.1], &[-0.0], &[1e300]])).unwrap();
    assert_eq!(scores, [Some(0.7), Some(0.1), Some(0.0), None]);
    assert!(scores[2].is_some_and(f64::is_sign_positive));
}

#[test]
fn of_a_classifier_the_score_is_the_probability_of_yes() {
    let network = Network::read(&classifier(&[1.0, -2.0], 0.5), 2).unwrap();
    let scores = network.scores(&columns(&[&[1.0, 0.0], &[0.0, 1.0]])).unwrap();
    for (score, expected) in scores.iter().zip([sigmoid(1.5), sigmoid(-1.5)]) {
        assert!(close(*score, expected), "{score:?} is not {expected}");
    }
}

#[test]
fn inputs_may_come_one_by_one() {
    let network = Network::read(&sum_of_two(), 2).unwrap();
    assert_eq!(network.scores(&columns(&[&[1.0, 2.0], &[5.0, 0.5]])).unwrap(), [Some(3.0), Some(5.5)]);
}

#[test]
fn what_cannot_be_run_says_why() {
    assert_eq!(Network::read(&logistic(&[1.0, 1.0], 0.0), 3).unwrap_err(), NetworkError::Inputs { expects: 2, given: 3 });
    assert_eq!(Network::read(&sum_of_two(), 3).unwrap_err(), NetworkError::Inputs { expects: 2, given: 3 });
    assert!(
        matches!(Network::read(&linear(1, 3, &[1.0, 2.0, 3.0]), 1).unwrap_err(), NetworkError::Output(shape) if shape.last() == Some(&3))
    );
    assert!(matches!(Network::read(b"no network", 1).unwrap_err(), NetworkError::Unreadable(_)));
    let network = Network::read(&sum_of_two(), 2).unwrap();
    assert_eq!(network.scores(&columns(&[&[1.0]])).unwrap_err(), NetworkError::Inputs { expects: 2, given: 1 });
}

#[test]
fn a_damaged_file_never_ends_the_program() {
    let whole = classifier(&[1.0, -2.0], 0.5);
    for length in 0..whole.len() {
        if let Ok(network) = Network::read(&whole[..length], 2) {
            let scores = network.scores(&columns(&[&[1.0, 0.0]])).unwrap();
            assert_eq!(scores.len(), 1);
        }
    }
}
