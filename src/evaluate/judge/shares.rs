//! The shares proposed for the next wave, per arm; they sum to one. Nothing is proposed where no shares are registered or units
//! were not drawn by chance.

use crate::evaluate::decide::{Action, Rule};

use super::evidence::Decided;
use super::view::View;

/// Shares are proposed in thousandths.
const PARTS: f64 = 1000.0;

/// What the decisions together ask for.
pub fn proposed(view: &View, decided: &[Decided], lead: Option<usize>) -> Vec<Option<f64>> {
    let now: Option<Vec<f64>> = view.trial.arms.iter().map(|arm| arm.share).collect();
    let Some(now) = now.filter(|_| view.randomised && view.control.is_some()) else { return vec![None; view.trial.arms.len()] };
    let next = next(view, decided, lead, &now);
    rounded(&next).into_iter().map(Some).collect()
}

fn next(view: &View, decided: &[Decided], lead: Option<usize>, now: &[f64]) -> Vec<f64> {
    let action = lead.and_then(|arm| decided.iter().find(|own| own.arm == arm)).map(|own| (own.arm, &own.decision.action));
    match action {
        Some((arm, Action::Ship { share, .. } | Action::ShipAsCheaper { share })) => with(view, now, arm, *share, true),
        // An arm that has more than a ramp allows goes no further; it is not cut back for a guard that is only unproven.
        Some((arm, Action::Ramp { at_most, .. })) if now.get(arm).is_some_and(|own| own >= at_most) => now.to_vec(),
        Some((arm, Action::Ramp { at_most, .. })) => with(view, now, arm, *at_most, false),
        Some((_, Action::Reallocate { shares, .. })) => moved(view, now, shares),
        Some((
            _,
            Action::Investigate | Action::Continue { .. } | Action::Stop | Action::OwnerDecides { .. } | Action::WorthTesting { .. },
        ))
        | None => stopped(view, decided, now),
    }
}

/// One arm has `share`; the rest goes to control alone, or to all others in their proportions.
fn with(view: &View, now: &[f64], arm: usize, share: f64, alone: bool) -> Vec<f64> {
    let rest = 1.0 - share;
    let others: f64 = now.iter().enumerate().filter(|(at, _)| *at != arm).map(|(_, own)| own).sum();
    now.iter()
        .enumerate()
        .map(|(at, own)| {
            if at == arm {
                share
            } else if alone || others <= 0.0 {
                if Some(at) == view.control { rest } else { 0.0 }
            } else {
                own / others * rest
            }
        })
        .collect()
}

/// New shares of the treatment arms within the part that is not held out; control stays as it is.
fn moved(view: &View, now: &[f64], shares: &[f64]) -> Vec<f64> {
    let open: f64 = view.treatments.iter().filter_map(|arm| now.get(*arm)).sum();
    let mut next = now.to_vec();
    for (arm, share) in view.treatments.iter().zip(shares) {
        if let Some(place) = next.get_mut(*arm) {
            *place = share * open;
        }
    }
    next
}

/// Arms that stop give their share back to control.
fn stopped(view: &View, decided: &[Decided], now: &[f64]) -> Vec<f64> {
    let mut next = now.to_vec();
    for own in decided.iter().filter(|own| own.decision.action == Action::Stop && own.decision.rule != Rule::Investigate) {
        let freed = next.get_mut(own.arm).map_or(0.0, std::mem::take);
        if let Some(place) = view.control.and_then(|control| next.get_mut(control)) {
            *place += freed;
        }
    }
    next
}

/// Thousandths that sum to one: all rounded down, the rest to the largest remainders, earlier arms first.
pub fn rounded(shares: &[f64]) -> Vec<f64> {
    let total: f64 = shares.iter().sum();
    if total.is_nan() || total <= 0.0 {
        return shares.to_vec();
    }
    let exact: Vec<f64> = shares.iter().map(|share| share / total * PARTS).collect();
    let mut whole: Vec<f64> = exact.iter().map(|own| (own + 1e-9).floor()).collect();
    let mut order: Vec<usize> = (0..exact.len()).collect();
    let rest = |at: &usize| exact.get(*at).copied().unwrap_or(0.0) - whole.get(*at).copied().unwrap_or(0.0);
    order.sort_by(|left, right| rest(right).total_cmp(&rest(left)).then(left.cmp(right)));
    let mut left = (PARTS - whole.iter().sum::<f64>()).round();
    for at in order {
        if left < 1.0 {
            break;
        }
        if let Some(own) = whole.get_mut(at) {
            *own += 1.0;
            left -= 1.0;
        }
    }
    whole.into_iter().map(|own| own / PARTS).collect()
}
