//! Facts that depend on nothing but a customer's number, so that other customers' rows can ask for them: opening day, employer, referrer.

use super::random::{Draw, Topic};
use super::{Bank, NEIGHBOURHOOD, business};

/// The day a customer opened the first account. Depends on nothing but the number, so that others can ask.
pub(super) fn opening_day(bank: &Bank, number: u64, birth: i32) -> i32 {
    let mut draw = Draw::new(bank.seed, number, Topic::Opening);
    let ago = if draw.chance(0.05) { draw.day(1, 90) } else { 60 + (5_400.0 * draw.unit().powf(1.5)) as i32 };
    (bank.as_of - ago).max(birth + 14 * 365).min(bank.as_of - 1)
}

/// The company that pays a customer, if any: one near by, the first ones far more often. Depends on nothing but the number.
pub(super) fn employer(bank: &Bank, number: u64) -> Option<u64> {
    let mut draw = Draw::new(bank.seed, number, Topic::Employer);
    let first = (number - 1) / NEIGHBOURHOOD * NEIGHBOURHOOD + 1;
    let last = (first + NEIGHBOURHOOD - 1).min(bank.customers);
    let count = business::owned_between(first, last);
    if count == 0 || !draw.chance(0.5) {
        return None;
    }
    let place = (count as f64 * draw.unit().powf(2.2)) as u64;
    business::first_owned_from(first).map(|company| company + place)
}

/// Who brought a customer in: an earlier number that opened earlier, a few of them very often. Depends on nothing but the number.
pub(super) fn referrer(bank: &Bank, number: u64) -> Option<u64> {
    let mut draw = Draw::new(bank.seed, number, Topic::Referrer);
    if number < 2 || !draw.chance(0.09) {
        return None;
    }
    let mine = opening_day(bank, number, i32::MIN / 2);
    for _ in 0..6 {
        let other = 1 + ((number - 1) as f64 * draw.unit().powf(2.0)) as u64;
        if other < number && opening_day(bank, other, i32::MIN / 2) + 30 < mine {
            return Some(other);
        }
    }
    None
}
