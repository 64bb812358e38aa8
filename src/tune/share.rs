//! What shares of arms become: whole steps that add up to 100%, and never less held out than registered.

use crate::evaluate::evaluation::Proposal;

/// All of an arm list, in basis points.
pub(super) const WHOLE: u32 = 10_000;

/// An arm as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ArmNow {
    pub name: String,
    pub share: u32,
    pub control: bool,
}

/// A share as proposals write it: `60%`, `0.6`.
pub(super) fn parsed(text: &str) -> Option<f64> {
    let text = text.trim();
    let value = match text.strip_suffix('%') {
        Some(percent) => percent.trim().parse::<f64>().ok()? / 100.0,
        None => text.parse::<f64>().ok()?,
    };
    (0.0..=1.0).contains(&value).then_some(value)
}

/// The new shares in basis points, in steps of `step` basis points; `None` where nobody could get what is taken away.
///
/// Arms that no proposal names keep their share; the control group gives or takes the difference, and where it would fall below
/// `holdout` the others give way in proportion.
pub(super) fn targets(arms: &[ArmNow], proposals: &[&Proposal], holdout: f64, step: u32) -> Option<Vec<u32>> {
    let mut shares: Vec<f64> = arms.iter().map(|arm| f64::from(arm.share) / f64::from(WHOLE)).collect();
    let mut named = vec![false; arms.len()];
    let held = if arms.iter().any(|arm| arm.control) { holdout } else { 0.0 };
    for proposal in proposals {
        let at = arms.iter().position(|arm| arm.name == proposal.what)?;
        let share = match proposal.slug.as_str() {
            "stop" => 0.0,
            "ship" => parsed(&proposal.to).unwrap_or(1.0 - held).min(1.0 - held),
            _ => parsed(&proposal.to)?,
        };
        *shares.get_mut(at)? = share;
        *named.get_mut(at)? = true;
        // The winner gets all but the group held out; a ramp leaves the others as they are.
        if proposal.slug == "ship" && share + held > 1.0 - 1e-9 {
            for ((other, known), arm) in shares.iter_mut().zip(named.iter_mut()).zip(arms) {
                if !*known && !arm.control {
                    (*other, *known) = (0.0, true);
                }
            }
        }
    }
    settle(&mut shares, &named, arms, held)?;
    rounded(&shares, arms, held, step)
}

/// Makes shares add up to one.
fn settle(shares: &mut [f64], named: &[bool], arms: &[ArmNow], held: f64) -> Option<()> {
    let treated = |shares: &[f64], which: bool| -> f64 {
        shares.iter().zip(named).zip(arms).filter(|((_, known), arm)| **known == which && !arm.control).map(|((share, _), _)| share).sum()
    };
    let control = arms.iter().position(|arm| arm.control);
    let (fixed, free) = (treated(shares, true), treated(shares, false));
    let mut own = match control {
        Some(at) if named.get(at) == Some(&true) => *shares.get(at)?,
        Some(_) => 1.0 - fixed - free,
        None => 0.0,
    };
    own = own.clamp(held, 1.0);
    if let Some(at) = control {
        *shares.get_mut(at)? = own;
    }
    // Arms without a proposal give way first, then all.
    let (which, left, sum) =
        if free > 0.0 && fixed <= 1.0 - own { (false, 1.0 - own - fixed, free) } else { (true, 1.0 - own - free.min(0.0), fixed) };
    if !which || sum > 0.0 {
        let factor = left / sum;
        for ((share, known), arm) in shares.iter_mut().zip(named).zip(arms) {
            if !arm.control && *known == which {
                *share *= factor;
            } else if !arm.control && which {
                *share = 0.0;
            }
        }
        return Some(());
    }
    // Nobody is treated any more.
    *shares.get_mut(control?)? = 1.0;
    Some(())
}

/// The largest remainders get what is left after rounding down; an arm of nothing stays at nothing.
fn rounded(shares: &[f64], arms: &[ArmNow], held: f64, step: u32) -> Option<Vec<u32>> {
    let steps = WHOLE / step;
    let exact: Vec<f64> = shares.iter().map(|share| share * f64::from(steps)).collect();
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "shares lie between 0 and 1")]
    let mut whole: Vec<u32> = exact.iter().map(|exact| (exact + 1e-7).floor() as u32).collect();
    let mut order: Vec<usize> = (0..whole.len()).filter(|at| exact.get(*at).is_some_and(|exact| *exact > 1e-7)).collect();
    let remainder = |at: &usize| exact.get(*at).zip(whole.get(*at)).map_or(0.0, |(exact, whole)| exact - f64::from(*whole));
    order.sort_by(|a, b| remainder(b).total_cmp(&remainder(a)).then(a.cmp(b)));
    let given: u32 = whole.iter().sum();
    for at in order.iter().cycle().take(usize::try_from(steps.checked_sub(given)?).ok()?) {
        *whole.get_mut(*at)? += 1;
    }
    let least = (held * f64::from(steps) - 1e-7).ceil();
    if let Some(at) = arms.iter().position(|arm| arm.control) {
        while whole.get(at).is_some_and(|control| f64::from(*control) < least) {
            let most = (0..whole.len()).filter(|other| *other != at).max_by_key(|other| whole.get(*other).copied())?;
            let from = whole.get_mut(most)?;
            *from = from.checked_sub(1)?;
            *whole.get_mut(at)? += 1;
        }
    }
    Some(whole.into_iter().map(|whole| whole * step).collect())
}

/// `60%`, `12.5%`: basis points with as many decimals as they need, at least those asked for.
pub(super) fn percent(points: u32, decimals: u32) -> String {
    let needed = match points {
        points if points.is_multiple_of(100) => 0,
        points if points.is_multiple_of(10) => 1,
        _ => 2,
    };
    let decimals = decimals.max(needed);
    format!("{:.*}%", decimals as usize, f64::from(points) / 100.0)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::evaluate::evaluation::{Figure, Words};

    fn arms(list: &[(&str, u32)]) -> Vec<ArmNow> {
        list.iter().map(|(name, share)| ArmNow { name: (*name).to_owned(), share: *share, control: *name == "control" }).collect()
    }

    fn proposals(list: &[(&str, &str, &str)]) -> Vec<Proposal> {
        let one = |(slug, what, to): &(&str, &str, &str)| Proposal {
            slug: (*slug).to_owned(),
            what: (*what).to_owned(),
            from: String::new(),
            to: (*to).to_owned(),
            because: Words::same(""),
            next_units: Figure::Known(1.0),
            next_date: None,
        };
        list.iter().map(one).collect()
    }

    fn after(now: &[(&str, u32)], proposed: &[(&str, &str, &str)], holdout: f64, step: u32) -> Option<Vec<u32>> {
        let list = proposals(proposed);
        targets(&arms(now), &list.iter().collect::<Vec<_>>(), holdout, step)
    }

    const THREE: [(&str, u32); 3] = [("a", 4_500), ("b", 4_500), ("control", 1_000)];

    #[test]
    fn shares_add_up_and_the_control_group_is_never_below_what_is_held_out() {
        assert_eq!(after(&THREE, &[("shares", "a", "60%"), ("shares", "b", "30%")], 0.05, 100), Some(vec![6_000, 3_000, 1_000]));
        assert_eq!(after(&THREE, &[("shares", "a", "66.6%"), ("shares", "b", "23.4%")], 0.05, 100), Some(vec![6_700, 2_300, 1_000]));
        assert_eq!(after(&THREE, &[("shares", "a", "0.75")], 0.05, 100), Some(vec![7_500, 2_000, 500]));
        assert_eq!(after(&THREE, &[("ship", "a", "95%")], 0.05, 100), Some(vec![9_500, 0, 500]));
        assert_eq!(after(&THREE, &[("ship", "a", "99%")], 0.08, 100), Some(vec![9_200, 0, 800]));
        assert_eq!(after(&THREE, &[("ship", "a", "50%")], 0.05, 100), Some(vec![5_000, 4_500, 500]));
        assert_eq!(after(&THREE, &[("ship", "b", "all")], 0.056, 100), Some(vec![0, 9_400, 600]));
        assert_eq!(after(&THREE, &[("stop", "a", "0%")], 0.05, 100), Some(vec![0, 4_500, 5_500]));
        assert_eq!(after(&[("a", 9_000), ("control", 1_000)], &[("stop", "a", "0%")], 0.05, 100), Some(vec![0, 10_000]));
        assert_eq!(after(&[("a", 9_700), ("control", 300)], &[("shares", "a", "98%")], 0.05, 100), Some(vec![9_500, 500]));
    }

    #[test]
    fn without_a_control_group_the_others_take_what_is_free() {
        let two = [("a", 5_000), ("b", 5_000)];
        assert_eq!(after(&two, &[("stop", "a", "")], 0.05, 100), Some(vec![0, 10_000]));
        assert_eq!(after(&[("a", 10_000)], &[("stop", "a", "")], 0.05, 100), None);
        assert_eq!(after(&two, &[("shares", "a", "much")], 0.05, 100), None);
        assert_eq!(after(&two, &[("shares", "c", "5%")], 0.05, 100), None);
    }

    #[test]
    fn remainders_go_to_the_largest_in_the_steps_of_the_author() {
        let thirds = [("shares", "a", "33.333%"), ("shares", "b", "33.333%"), ("shares", "control", "33.334%")];
        assert_eq!(after(&THREE, &thirds, 0.05, 100), Some(vec![3_300, 3_300, 3_400]));
        assert_eq!(after(&THREE, &thirds, 0.05, 1), Some(vec![3_333, 3_333, 3_334]));
        assert_eq!(percent(6_000, 0), "60%");
        assert_eq!(percent(1_250, 0), "12.5%");
        assert_eq!(percent(1_200, 1), "12.0%");
        assert_eq!(percent(1_234, 0), "12.34%");
    }
}
