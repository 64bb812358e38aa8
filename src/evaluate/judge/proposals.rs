//! Edits for the owner: next shares, arms to stop or to ship, and the customers and day of the next decision. Applied by nobody.

use crate::evaluate::decide::{Action, Rule};
use crate::evaluate::evaluation::{Proposal, Words};
use crate::evaluate::withheld::{Measured, Withheld};

use super::evidence::Decided;
use super::print;
use super::verdict;
use super::view::View;

/// One proposal per arm whose share would change; one that keeps everything where none would.
pub fn all(view: &View, decided: &[Decided], lead: Option<usize>, shares: &[Option<f64>]) -> Vec<Proposal> {
    let Some(leading) = lead.and_then(|arm| decided.iter().find(|own| own.arm == arm)) else { return Vec::new() };
    let (units, date) = next(view, leading);
    let because = verdict::action(view, leading);
    let mut found = Vec::new();
    for (at, (arm, share)) in view.trial.arms.iter().zip(shares).enumerate() {
        let (Some(from), Some(to)) = (arm.share, share) else { continue };
        if (from - to).abs() < 5e-4 {
            continue;
        }
        found.push(Proposal {
            slug: slug(at, leading, *to).to_owned(),
            what: arm.name.clone(),
            from: print::percent(from),
            to: print::percent(*to),
            because: own_reason(view, at, decided).unwrap_or_else(|| because.clone()),
            next_units: units.into(),
            next_date: date.clone(),
        });
    }
    if found.is_empty() {
        let share = view.trial.arms.get(leading.arm).and_then(|arm| arm.share).map_or_else(String::new, print::percent);
        found.push(Proposal {
            slug: "keep".to_owned(),
            what: view.arm_key(leading.arm),
            from: share.clone(),
            to: share,
            because,
            next_units: units.into(),
            next_date: date,
        });
    }
    found
}

fn slug(arm: usize, leading: &Decided, to: f64) -> &'static str {
    match leading.decision.action {
        Action::Ship { .. } | Action::ShipAsCheaper { .. } if arm == leading.arm => "ship",
        Action::Ship { .. }
        | Action::ShipAsCheaper { .. }
        | Action::Investigate
        | Action::Continue { .. }
        | Action::Stop
        | Action::Ramp { .. }
        | Action::OwnerDecides { .. }
        | Action::Reallocate { .. }
        | Action::WorthTesting { .. } => {
            if to == 0.0 {
                "stop"
            } else {
                "shares"
            }
        }
    }
}

/// An arm that stops has its own reason.
fn own_reason(view: &View, arm: usize, decided: &[Decided]) -> Option<Words> {
    let own = decided.iter().find(|own| own.arm == arm)?;
    (own.decision.action == Action::Stop).then(|| verdict::action(view, own))
}

/// Customers still needed and the day when they are expected; a test's size where nothing was drawn by chance.
pub fn next(view: &View, own: &Decided) -> (Measured<f64>, Option<String>) {
    match &own.decision.action {
        Action::WorthTesting { units } => (*units, None),
        Action::Ramp { settles, .. } => {
            let most = settles.iter().filter_map(|(_, units)| units.ok()).fold(0.0, f64::max);
            (if most > 0.0 { Ok(most) } else { Err(Withheld::NotReached) }, None)
        }
        Action::Investigate
        | Action::Continue { .. }
        | Action::Stop
        | Action::Ship { .. }
        | Action::ShipAsCheaper { .. }
        | Action::OwnerDecides { .. }
        | Action::Reallocate { .. } => {
            let date = own.progress.more_days.ok().and_then(|days| after(view, days.max(own.progress.least_days - own.progress.days)));
            let open = matches!(own.decision.rule, Rule::TooEarly | Rule::Continue | Rule::Reallocate);
            (own.progress.more_units, if open { date } else { None })
        }
    }
}

/// The day so many days from now; `None` beyond a hundred years.
fn after(view: &View, days: f64) -> Option<String> {
    if !(0.0..36_500.0).contains(&days) {
        return None;
    }
    #[allow(clippy::cast_possible_truncation, reason = "bounded just above")]
    let days = days.ceil() as i64;
    print::day(view.observed.as_of.div_euclid(86_400_000) + days)
}
