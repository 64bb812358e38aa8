//! Repeatable chance: every number is a function of (seed, subject number, topic, position), never of what was drawn elsewhere.

/// What a stream of draws is for. Each topic has its own stream, so adding a draw to one table leaves the others byte-equal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Topic {
    Person = 1,
    Employer,
    Referrer,
    Holdings,
    Balances,
    Lending,
    Spending,
    Visits,
    Company,
    Ties,
    Service,
    Consents,
    Outreach,
    Signals,
    Staff,
    Branch,
    Card,
    Bills,
    Alerts,
    Opening,
}

/// A stream of pseudo-random draws (SplitMix64).
#[derive(Debug, Clone)]
pub(super) struct Draw {
    state: u64,
}

const STEP: u64 = 0x9E37_79B9_7F4A_7C15;

fn scramble(value: u64) -> u64 {
    let value = (value ^ (value >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let value = (value ^ (value >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    value ^ (value >> 31)
}

impl Draw {
    /// The stream of one topic for one subject.
    pub(super) fn new(seed: u64, number: u64, topic: Topic) -> Draw {
        let subject = scramble(number.wrapping_mul(STEP) ^ scramble(seed.wrapping_add(STEP)));
        Draw { state: scramble(subject ^ (topic as u64).wrapping_mul(0xD6E8_FEB8_6659_FD93)) }
    }

    fn next(&mut self) -> u64 {
        self.state = self.state.wrapping_add(STEP);
        scramble(self.state)
    }

    /// A number in [0, 1).
    pub(super) fn unit(&mut self) -> f64 {
        (self.next() >> 11) as f64 * (1.0 / 9_007_199_254_740_992.0)
    }

    /// A whole number in [0, bound); 0 when the bound is 0.
    pub(super) fn below(&mut self, bound: u64) -> u64 {
        ((u128::from(self.next()) * u128::from(bound)) >> 64) as u64
    }

    /// A whole number in [low, high], both ends in.
    pub(super) fn between(&mut self, low: i64, high: i64) -> i64 {
        low + self.below((high - low).max(0) as u64 + 1) as i64
    }

    /// A day in [low, high], both ends in.
    pub(super) fn day(&mut self, low: i32, high: i32) -> i32 {
        self.between(i64::from(low), i64::from(high)) as i32
    }

    /// True with the given probability.
    pub(super) fn chance(&mut self, probability: f64) -> bool {
        self.unit() < probability
    }

    /// A standard normal number.
    pub(super) fn normal(&mut self) -> f64 {
        let radius = (-2.0 * (1.0 - self.unit()).ln()).sqrt();
        radius * (std::f64::consts::TAU * self.unit()).cos()
    }

    /// A log-normal number with the given median and spread of its logarithm.
    pub(super) fn log_normal(&mut self, median: f64, spread: f64) -> f64 {
        median * (self.normal() * spread).exp()
    }

    /// A count with the given mean.
    pub(super) fn poisson(&mut self, mean: f64) -> u64 {
        if mean <= 0.0 {
            return 0;
        }
        if mean > 30.0 {
            return (mean + self.normal() * mean.sqrt()).round().max(0.0) as u64;
        }
        let floor = (-mean).exp();
        let mut product = self.unit();
        let mut count = 0;
        while product > floor {
            product *= self.unit();
            count += 1;
        }
        count
    }

    /// One of the items, each as likely as the others; the default for an empty list.
    pub(super) fn pick<T: Copy + Default>(&mut self, items: &[T]) -> T {
        let place = self.below(items.len() as u64) as usize;
        items.get(place).copied().unwrap_or_default()
    }

    /// One of the items, as likely as its weight.
    pub(super) fn weighted<T: Copy + Default>(&mut self, items: &[(T, u32)]) -> T {
        let total: u64 = items.iter().map(|(_, weight)| u64::from(*weight)).sum();
        let mut left = self.below(total);
        for (item, weight) in items {
            let weight = u64::from(*weight);
            if left < weight {
                return *item;
            }
            left -= weight;
        }
        T::default()
    }
}
