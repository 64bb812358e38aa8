//! Do intervals cover and tests err as often as they say: 500 seeded runs against binomial bounds of four standard deviations.

use rand::{Rng, SeedableRng};
use rand_pcg::Pcg64;
use strat::evaluate::effect::{Alternative, mean_difference};
use strat::evaluate::lift::fieller;
use strat::evaluate::moments::{Moments, PairMoments};
use strat::evaluate::proportion::{Rate, default_p, difference_newcombe};
use strat::evaluate::sequential::{Spending, boundaries, confidence_sequence};

const RUNS: u64 = 500;

struct Draws(Pcg64);

impl Draws {
    fn new(seed: u64) -> Self {
        Self(Pcg64::seed_from_u64(seed))
    }

    /// Strictly between zero and one.
    fn uniform(&mut self) -> f64 {
        ((self.0.next_u64() >> 11) as f64 + 0.5) / (1_u64 << 53) as f64
    }

    /// Spend: nothing for most, something skewed for the rest.
    fn spend(&mut self) -> f64 {
        if self.uniform() < 0.3 { -20.0 * self.uniform().ln() } else { 0.0 }
    }

    fn responses(&mut self, n: u64, rate: f64) -> Rate {
        Rate::new((0..n).filter(|_| self.uniform() < rate).count() as u64, n)
    }
}

fn within_bounds(what: &str, hits: u64, share: f64) {
    let (mean, deviation) = (RUNS as f64 * share, (RUNS as f64 * share * (1.0 - share)).sqrt());
    assert!((hits as f64 - mean).abs() <= 4.0 * deviation, "{what}: {hits} of {RUNS}, expected about {mean:.0}");
}

fn count(run: impl Fn(&mut Draws) -> bool) -> u64 {
    (0..RUNS).filter(|seed| run(&mut Draws::new(*seed))).count() as u64
}

#[test]
fn intervals_cover_a_known_effect() {
    let rates = count(|draws| {
        let (t, c) = (draws.responses(600, 0.13), draws.responses(500, 0.1));
        !difference_newcombe(&t, &c, 0.05).unwrap().excludes(0.03)
    });
    within_bounds("Newcombe", rates, 0.95);
    let lifts = count(|draws| {
        let sample = |draws: &mut Draws, factor: f64| Moments::of(&(0..800).map(|_| factor * draws.spend()).collect::<Vec<_>>()).sample();
        let (t, c) = (sample(draws, 1.2), sample(draws, 1.0));
        !fieller(&t, &c, 0.05).unwrap().interval.unwrap().excludes(0.2)
    });
    within_bounds("Fieller", lifts, 0.95);
}

#[test]
fn tests_of_nothing_err_at_their_level() {
    let means = count(|draws| {
        let sample = |draws: &mut Draws| Moments::of(&(0..700).map(|_| draws.spend()).collect::<Vec<_>>()).sample();
        let (t, c) = (sample(draws), sample(draws));
        mean_difference(&t, &c).unwrap().test(Alternative::Different, 0.05).unwrap().p < 0.05
    });
    within_bounds("Welch", means, 0.05);
    let rates = count(|draws| {
        let (t, c) = (draws.responses(900, 0.1), draws.responses(1100, 0.1));
        default_p(&t, &c).unwrap().0 < 0.05
    });
    within_bounds("two rates", rates, 0.05);
}

#[test]
fn cuped_errs_at_its_level_and_saves_variance() {
    let hits = count(|draws| {
        let arm = |draws: &mut Draws| {
            let mut pair = PairMoments::default();
            for _ in 0..400 {
                let before = draws.spend();
                pair.push(0.8 * before + draws.spend(), before);
            }
            pair
        };
        let (t, c) = (arm(draws), arm(draws));
        let joint = t.merged(&c).pair();
        let found =
            strat::evaluate::cuped::cuped_difference(&t.pair(), &c.pair(), &joint, strat::evaluate::effect::Scale::Absolute).unwrap();
        assert!(found.variance_saved > 0.2, "{found:?}");
        found.effect.test(Alternative::Different, 0.05).unwrap().p < 0.05
    });
    within_bounds("CUPED", hits, 0.05);
}

/// z and the effect of both arms at each of 20 looks of 100 customers per arm.
fn looks(draws: &mut Draws) -> Vec<strat::evaluate::effect::Effect> {
    let (mut t, mut c) = (Moments::default(), Moments::default());
    (0..20)
        .map(|_| {
            for _ in 0..100 {
                t.push(draws.spend());
                c.push(draws.spend());
            }
            mean_difference(&t.sample(), &c.sample()).unwrap()
        })
        .collect()
}

#[test]
fn looking_twenty_times_keeps_the_level_only_with_the_right_method() {
    let peeking = count(|draws| looks(draws).iter().any(|effect| effect.test(Alternative::Different, 0.05).unwrap().p < 0.05));
    assert!(peeking > RUNS * 15 / 100, "looking often must show: {peeking}");
    let sequence = count(|draws| {
        looks(draws).iter().any(|effect| confidence_sequence(effect, Alternative::Different, 0.05, 4000.0).unwrap().interval.excludes(0.0))
    });
    // It holds for any number of looks, so it errs less often than its level on twenty.
    assert!(sequence as f64 <= RUNS as f64 * 0.05 + 4.0 * (RUNS as f64 * 0.05 * 0.95).sqrt(), "{sequence}");
    let shares: Vec<f64> = (1..=20).map(|look| f64::from(look) / 20.0).collect();
    for spending in [Spending::Late, Spending::Even] {
        let edges = boundaries(&shares, 0.05, spending).unwrap();
        let planned =
            count(|draws| looks(draws).iter().zip(&edges).any(|(effect, edge)| (effect.estimate / effect.standard_error).abs() > *edge));
        within_bounds("planned looks", planned, 0.05);
    }
}
