//! From what was observed of a trial to what is said of it. One file per section of the report; pure: equal observations give
//! equal bytes, whatever the order of rows.
//!
//! Comparisons are made once ([`contrast`]), trusted or not ([`trust`]), decided by the rules ([`evidence`]), and then told.
//! Everything here is in units of the page: yuan, fractions, days.

mod adjusted;
mod arms;
mod balance;
mod beside;
mod compare;
mod contrast;
mod cuts;
mod drift;
mod estimate;
mod evidence;
mod formula;
mod funnel;
mod goals;
mod interaction;
mod money;
mod notes;
mod off_policy;
mod over_time;
mod pacing;
mod people;
mod plausible;
mod print;
mod program;
mod proposals;
mod ratio;
mod reading;
mod shares;
mod strata;
mod survival;
mod target;
mod trust;
mod uplift;
mod verdict;
mod versions;
mod view;

#[cfg(test)]
mod tests;

pub use pacing::{PaceRequest, pace};
pub use print::{level as level_words, short as short_number};
pub use program::{CreditRequest, Group, LifetimeRequest, Purchaser, attribution, lifetime, metric, migration};
pub use view::{factor_of_type, unit_of_type};

use super::evaluation::TrialReport;
use super::observed::Observed;
use crate::ir::{Design, Looks, TrialKind};
use view::View;

/// Judges one trial. An empty section is an empty list; a number that cannot be given is its reason.
#[must_use]
pub fn judge(observed: &Observed) -> TrialReport {
    let view = View::new(observed);
    let contrasts = contrast::all(&view);
    let (cuts, drift) = (cuts::reports(&view), drift::report(&view));
    let (trust, doubts) = trust::checks(&view, &contrasts, &cuts, drift.as_ref());
    let decided = evidence::decisions(&view, &contrasts, &doubts);
    let versions = versions::report(&view, &contrasts, &decided);
    let lead = verdict::lead(&view, &decided, versions.as_ref());
    let shares = shares::proposed(&view, &decided, lead);
    let survival = survival::reports(&view);
    let adjusted = adjusted::rows(&view);
    let mut tests = goals::tests(&view, &contrasts);
    tests.extend(trust::tests(&trust));
    tests.extend(cuts::tests(&cuts));
    tests.extend(survival::tests(&survival));
    tests.extend(adjusted::tests(&view, &adjusted));
    let balance = balance::rows(&view);
    tests.extend(balance::tests(&view, &balance));
    let trial = &observed.trial;
    TrialReport {
        name: trial.name.clone(),
        label: trial.label.clone(),
        owner: trial.owner.clone(),
        kind: kind(trial.kind).to_owned(),
        randomised: view.randomised,
        because: because(&trial.design),
        first_entry: view.entries().and_then(|(first, _)| print::time(first)),
        last_entry: view.entries().and_then(|(_, last)| print::time(last)),
        days: view.days(),
        alpha: trial.terms.alpha,
        looks: looks(trial.terms.looks).to_owned(),
        verdict: verdict::verdict(&view, &contrasts, &decided, &trust, versions.as_ref()),
        trust,
        goals: goals::rows(&view, &contrasts, &decided),
        arms: arms::rows(&view, &shares),
        money: money::rows(&view, &contrasts),
        over_time: over_time::series(&view),
        exposure: over_time::exposure(&view),
        cuts,
        uplift: uplift::report(&view, lead),
        funnel: funnel::stages(&view),
        survival,
        adjusted,
        balance,
        drift,
        off_policy: off_policy::report(&view),
        proposals: proposals::all(&view, &decided, lead, &shares),
        notes: notes::all(&view, &contrasts, &decided),
        versions,
        tests,
    }
}

fn kind(kind: TrialKind) -> &'static str {
    match kind {
        TrialKind::Strategy => "strategy",
        TrialKind::Compare => "compare",
        TrialKind::Experiment => "experiment",
        TrialKind::Programme => "programme",
    }
}

fn because(design: &Design) -> Option<String> {
    match design {
        Design::Randomised => None,
        Design::Observed { because } => because.clone(),
    }
}

fn looks(looks: Looks) -> &'static str {
    match looks {
        Looks::Once => "once",
        Looks::Anytime { .. } => "anytime",
    }
}
