//! From numbers to places on the page, and the round numbers beside them.

use super::canvas::{Anchor, Canvas, text_width};

/// A straight scale.
#[derive(Debug, Clone, Copy)]
pub struct Scale {
    pub low: f64,
    pub high: f64,
    from: f64,
    to: f64,
}

impl Scale {
    /// Numbers from `low` to `high` on places from `from` to `to`. A range without width is widened by one on both sides.
    #[must_use]
    pub fn new(low: f64, high: f64, from: f64, to: f64) -> Self {
        if high > low { Self { low, high, from, to } } else { Self { low: low - 1.0, high: high + 1.0, from, to } }
    }

    /// A scale that holds all numbers, with a little air; numbers that are not finite are left out.
    #[must_use]
    pub fn around(numbers: impl IntoIterator<Item = f64>, from: f64, to: f64) -> Self {
        let (low, high) = numbers
            .into_iter()
            .filter(|number| number.is_finite())
            .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), number| (low.min(number), high.max(number)));
        if low > high {
            return Self::new(0.0, 1.0, from, to);
        }
        let air = (high - low) * 0.06;
        Self::new(low - air, high + air, from, to)
    }

    #[must_use]
    pub fn place(&self, number: f64) -> f64 {
        let share = (number - self.low) / (self.high - self.low);
        self.from + share.clamp(-0.02, 1.02) * (self.to - self.from)
    }

    /// Round numbers inside the scale, about `wanted` of them, and the step between them.
    #[must_use]
    pub fn ticks(&self, wanted: usize) -> (Vec<f64>, f64) {
        let step = round_step((self.high - self.low) / wanted.max(1) as f64);
        let first = (self.low / step).ceil();
        let count = ((self.high / step).floor() - first).max(0.0);
        let ticks = (0..=count.min(50.0) as usize).map(|index| {
            let tick = (first + index as f64) * step;
            if tick.abs() < step * 1e-9 { 0.0 } else { tick }
        });
        (ticks.collect(), step)
    }
}

/// 1, 2, 2.5 or 5 times a power of ten, at least as large as asked.
fn round_step(least: f64) -> f64 {
    if !(least.is_finite() && least > 0.0) {
        return 1.0;
    }
    let power = 10_f64.powf(least.log10().floor());
    [1.0, 2.0, 2.5, 5.0].into_iter().map(|factor| factor * power).find(|step| *step >= least * 0.999_999).unwrap_or(10.0 * power)
}

/// Vertical grid lines with their numbers below.
pub fn below(canvas: &mut Canvas, scale: &Scale, top: f64, bottom: f64, wanted: usize, write: impl Fn(f64, f64) -> String) {
    let (ticks, step) = scale.ticks(wanted);
    for tick in ticks {
        let x = scale.place(tick);
        canvas.line(if tick == 0.0 { "z" } else { "g" }, (x, top), (x, bottom));
        let text = write(tick, step);
        let half = text_width(&text) / 2.0;
        let x = x.min(canvas.width - half).max(half);
        canvas.text("t", (x, bottom + 15.0), Anchor::Middle, &text, 90.0);
    }
}

/// Horizontal grid lines with their numbers to the left of `left`.
pub fn beside(canvas: &mut Canvas, scale: &Scale, left: f64, right: f64, wanted: usize, write: impl Fn(f64, f64) -> String) {
    let (ticks, step) = scale.ticks(wanted);
    for tick in ticks {
        let y = scale.place(tick);
        canvas.line(if tick == 0.0 { "z" } else { "g" }, (left, y), (right, y));
        canvas.text("t", (left - 6.0, y + 4.0), Anchor::End, &write(tick, step), left - 6.0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_are_round_and_inside() {
        let (ticks, step) = Scale::new(-0.013, 0.041, 0.0, 100.0).ticks(5);
        assert_eq!(step, 0.02);
        assert_eq!(ticks, [0.0, 0.02, 0.04]);
        assert_eq!(Scale::new(3.0, 3.0, 0.0, 100.0).place(3.0), 50.0);
        assert_eq!(Scale::around([f64::NAN], 0.0, 10.0).low, 0.0);
    }
}
