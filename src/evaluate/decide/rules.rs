//! Each rule on its own: does it hold, by which numbers, and what follows from it.

use super::evidence::{Adaptive, Evidence, Goal, Guardrail};
use super::{Action, Comparison, Exchange, Fact, Rule};
use crate::evaluate::best::reallocate;
use crate::evaluate::effect::Interval;
use crate::evaluate::guard::GuardState;
use crate::evaluate::validity::MISMATCH_LEVEL;
use crate::evaluate::withheld::{Measured, Withheld, finite};
use crate::evaluate::words;

/// p below this overrides the planned minimum.
const OVERWHELMING: f64 = 0.001;
/// Standardised difference before the start that is too large.
const IMBALANCE: f64 = 0.1;
/// Share of units in several arms from which on the comparison cannot be trusted (Eppo).
const SEVERAL_ARMS: f64 = 0.1;
/// Least part that stays held out.
const LEAST_HOLDOUT: f64 = 0.05;
/// Largest share while a guardrail is unproven.
const RAMP: f64 = 0.5;

/// Whether a rule holds, with the numbers looked at.
pub fn examine(rule: Rule, evidence: &Evidence) -> (bool, Vec<Fact>) {
    match rule {
        Rule::Investigate => any(doubts(evidence)),
        Rule::StopForHarm => harm(evidence),
        Rule::TooEarly => too_early(evidence),
        Rule::Conflict => conflict(evidence),
        Rule::Observational => all(vec![randomised(evidence, false), lower_above(&evidence.primary)]),
        Rule::Ship => ship(evidence),
        Rule::ShipWithWatch => watch(evidence),
        Rule::Futile => futile(evidence),
        Rule::Reallocate => move_shares(evidence),
        Rule::Continue => (true, vec![fact_units(evidence)]),
    }
}

fn all(facts: Vec<Fact>) -> (bool, Vec<Fact>) {
    (facts.iter().all(|fact| fact.holds), facts)
}

fn any(facts: Vec<Fact>) -> (bool, Vec<Fact>) {
    (facts.iter().any(|fact| fact.holds), facts)
}

fn doubts(evidence: &Evidence) -> Vec<Fact> {
    let trust = &evidence.trust;
    let ratio = words("p of the planned arm sizes", "各组人数比例检验的 p 值");
    let leaked = words("units in closed arms", "零权重组中的人数");
    let join = words("p of equal match of outcomes", "结果匹配率一致性检验的 p 值");
    let mut facts = vec![
        Fact::new(ratio, "", trust.ratio_p, Comparison::Below, MISMATCH_LEVEL),
        Fact::new(leaked, "", Ok(trust.leaked_units), Comparison::Above, 0.0),
        Fact::new(join, "", trust.join_p, Comparison::Below, MISMATCH_LEVEL),
        Fact::new(
            words("share of units in several arms", "同时属于多组的人数占比"),
            "",
            Ok(trust.several),
            Comparison::AtLeast,
            SEVERAL_ARMS,
        ),
    ];
    // Without a random assignment arms are not expected to be alike, and there is no probability to log.
    if evidence.randomised {
        let balance = words("standardised difference before the start", "开始前的标准化差异");
        let unlogged = words("share of rows without assignment probability", "缺少分组概率的记录占比");
        facts.push(Fact::new(balance, "", trust.imbalance.map(f64::abs), Comparison::Above, IMBALANCE));
        facts.push(Fact::new(unlogged, "", Ok(trust.unlogged), Comparison::Above, 0.0));
    }
    facts
}

fn lower(goal: &Goal) -> Measured<f64> {
    goal.interval.map(|interval| interval.lower)
}

fn upper(goal: &Goal) -> Measured<f64> {
    goal.interval.map(|interval| interval.upper)
}

/// L > T.
fn lower_above(goal: &Goal) -> Fact {
    Fact::new(words("lower end of the goal", "目标差异的区间下限"), &goal.name, lower(goal), Comparison::Above, goal.threshold)
}

/// U < 0.
fn upper_below_zero(goal: &Goal) -> Fact {
    Fact::new(words("upper end of the goal", "目标差异的区间上限"), &goal.name, upper(goal), Comparison::Below, 0.0)
}

fn randomised(evidence: &Evidence, wanted: bool) -> Fact {
    let value = Ok(f64::from(u8::from(evidence.randomised)));
    let (comparison, limit) = if wanted { (Comparison::AtLeast, 1.0) } else { (Comparison::Below, 1.0) };
    Fact::new(words("random control", "随机对照"), "", value, comparison, limit)
}

fn state(guardrail: &Guardrail) -> GuardState {
    // A guardrail that could not be computed is not known to be safe.
    guardrail.found.map_or(GuardState::Unproven, |guard| guard.state)
}

/// The whole interval lies beyond the margin.
fn breached(guardrail: &Guardrail) -> Fact {
    let value = guardrail.found.map(|guard| guard.good.upper);
    Fact::new(words("upper end of the guardrail", "护栏指标的区间上限"), &guardrail.name, value, Comparison::Below, -guardrail.margin)
}

/// The lower bound lies inside the margin.
fn safe(guardrail: &Guardrail) -> Fact {
    let value = guardrail.found.map(|guard| guard.good.lower);
    Fact::new(words("lower end of the guardrail", "护栏指标的区间下限"), &guardrail.name, value, Comparison::Above, -guardrail.margin)
}

fn early(evidence: &Evidence) -> [Fact; 2] {
    let progress = &evidence.progress;
    let units = words("mature customers", "已满观察期的客户数");
    let days = words("days of running", "运行天数");
    [
        Fact::new(units, "", Ok(progress.mature_units), Comparison::Below, progress.planned_units),
        Fact::new(days, "", Ok(progress.days), Comparison::Below, progress.least_days),
    ]
}

fn is_early(evidence: &Evidence) -> bool {
    early(evidence).iter().any(|fact| fact.holds)
}

/// Evidence so strong that it counts before the planned size: p below a thousandth, or a sequential interval that excludes zero.
fn overwhelming(evidence: &Evidence) -> Fact {
    let goal = &evidence.primary;
    if evidence.progress.sequential {
        let distance = goal.interval.map(|interval| interval.lower.max(-interval.upper));
        return Fact::new(
            words("distance of the sequential interval from zero", "序贯区间与零的距离"),
            &goal.name,
            distance,
            Comparison::Above,
            0.0,
        );
    }
    Fact::new(words("p of the goal", "目标的 p 值"), &goal.name, goal.p, Comparison::Below, OVERWHELMING)
}

fn harm(evidence: &Evidence) -> (bool, Vec<Fact>) {
    let goal = upper_below_zero(&evidence.primary);
    let guards: Vec<Fact> = evidence.guardrails.iter().map(breached).collect();
    let strong = overwhelming(evidence);
    // Before the planned size a fixed interval may be below zero by chance; there the goal needs overwhelming evidence.
    let goal_counts = goal.holds && (!is_early(evidence) || strong.holds);
    let guard_counts = guards.iter().zip(&evidence.guardrails).any(|(fact, guardrail)| {
        let certain = guardrail.found.is_ok_and(|guard| worse_p(&guard.good, guardrail.margin, evidence.alpha) < OVERWHELMING);
        fact.holds && (!is_early(evidence) || certain)
    });
    let mut facts = vec![goal];
    facts.extend(guards);
    if is_early(evidence) {
        facts.push(strong);
    }
    (goal_counts || guard_counts, facts)
}

/// One-sided p of "beyond the margin", from the interval of level 1 - alpha on each side.
fn worse_p(good: &Interval, margin: f64, alpha: f64) -> f64 {
    let centre = f64::midpoint(good.lower, good.upper);
    let half = (good.upper - good.lower) / 2.0;
    let z = crate::evaluate::distribution::normal_upper_quantile(alpha);
    crate::evaluate::distribution::normal_cdf((centre + margin) / half * z)
}

fn too_early(evidence: &Evidence) -> (bool, Vec<Fact>) {
    let strong = overwhelming(evidence);
    let holds = is_early(evidence) && !strong.holds;
    let mut facts = early(evidence).to_vec();
    facts.push(strong);
    (holds, facts)
}

/// Net money certainly negative.
fn money_lost(net: Measured<Interval>) -> Fact {
    Fact::new(words("upper end of net money", "净收益的区间上限"), "", net.map(|net| net.upper), Comparison::Below, 0.0)
}

fn money_made(net: Measured<Interval>) -> Fact {
    Fact::new(words("lower end of net money", "净收益的区间下限"), "", net.map(|net| net.lower), Comparison::Above, 0.0)
}

fn conflict(evidence: &Evidence) -> (bool, Vec<Fact>) {
    let met = lower_above(&evidence.primary);
    let mut against: Vec<Fact> = evidence.guardrails.iter().map(breached).collect();
    against.extend(evidence.net.map(money_lost));
    against.extend(evidence.other_goals.iter().map(upper_below_zero));
    // Two goals that point in opposite directions, the other way round.
    let other_met = evidence.other_goals.iter().any(|goal| lower_above(goal).holds) && upper_below_zero(&evidence.primary).holds;
    let holds = (met.holds && against.iter().any(|fact| fact.holds)) || other_met;
    let mut facts = vec![met];
    facts.append(&mut against);
    (holds, facts)
}

fn ship(evidence: &Evidence) -> (bool, Vec<Fact>) {
    let goal = &evidence.primary;
    let adjusted =
        Fact::new(words("adjusted p of the goal", "目标的校正 p 值"), &goal.name, goal.p_adjusted, Comparison::Below, evidence.alpha);
    let mut facts = vec![randomised(evidence, true), lower_above(goal), adjusted];
    facts.extend(evidence.guardrails.iter().map(safe));
    facts.extend(evidence.net.map(money_made));
    all(facts)
}

fn watch(evidence: &Evidence) -> (bool, Vec<Fact>) {
    let guards: Vec<Fact> = evidence.guardrails.iter().map(safe).collect();
    let unproven = evidence.guardrails.iter().any(|guardrail| state(guardrail) == GuardState::Unproven);
    let ruined = evidence.guardrails.iter().any(|guardrail| state(guardrail) == GuardState::Breached);
    let base = vec![randomised(evidence, true), lower_above(&evidence.primary)];
    let holds = base.iter().all(|fact| fact.holds) && unproven && !ruined;
    (holds, base.into_iter().chain(guards).collect())
}

fn futile(evidence: &Evidence) -> (bool, Vec<Fact>) {
    let goal = &evidence.primary;
    all(vec![
        Fact::new(words("effect that can be seen", "可检出的效应"), &goal.name, goal.detectable, Comparison::AtMost, goal.worthwhile),
        Fact::new(words("upper end of the goal", "目标差异的区间上限"), &goal.name, upper(goal), Comparison::Below, goal.worthwhile),
    ])
}

fn live(adaptive: &Adaptive) -> Vec<crate::evaluate::best::LiveArm> {
    adaptive.arms.iter().map(|arm| arm.live).collect()
}

fn move_shares(evidence: &Evidence) -> (bool, Vec<Fact>) {
    let random = randomised(evidence, true);
    let Some(adaptive) = &evidence.adaptive else {
        let declared = Fact::new(words("declared adaptive", "声明为自适应"), "", Ok(0.0), Comparison::AtLeast, 1.0);
        return (false, vec![random, declared]);
    };
    let least = |value: fn(&crate::evaluate::best::LiveArm) -> f64| {
        let smallest = live(adaptive).iter().map(value).fold(f64::INFINITY, f64::min);
        if adaptive.arms.is_empty() { Err(Withheld::NoUnits) } else { Ok(smallest) }
    };
    all(vec![
        random,
        Fact::new(words("live treatment arms", "有效处理组数"), "", Ok(adaptive.arms.len() as f64), Comparison::AtLeast, 2.0),
        Fact::new(
            words("mature customers of the smallest arm", "最小组的成熟客户数"),
            "",
            least(|arm| arm.units),
            Comparison::AtLeast,
            adaptive.rules.units,
        ),
        Fact::new(
            words("conversions of the smallest arm", "最小组的转化数"),
            "",
            least(|arm| arm.conversions),
            Comparison::AtLeast,
            adaptive.rules.conversions,
        ),
    ])
}

fn fact_units(evidence: &Evidence) -> Fact {
    let progress = &evidence.progress;
    Fact::new(words("customers still needed", "仍需客户数"), "", progress.more_units, Comparison::AtLeast, 0.0)
}

/// What follows when the rule decides.
pub fn action(rule: Rule, evidence: &Evidence) -> Action {
    let progress = &evidence.progress;
    let share = 1.0 - evidence.holdout.max(LEAST_HOLDOUT);
    match rule {
        Rule::Investigate => Action::Investigate,
        Rule::StopForHarm => Action::Stop,
        Rule::TooEarly | Rule::Continue => Action::Continue { more_units: progress.more_units, days: progress.more_days },
        Rule::Conflict => Action::OwnerDecides { exchange: exchange(evidence) },
        Rule::Observational => Action::WorthTesting { units: evidence.test_units },
        Rule::Ship => Action::Ship { share, priced: evidence.net.is_some() },
        Rule::ShipWithWatch => Action::Ramp { at_most: RAMP, settles: settles(evidence) },
        Rule::Futile => cheaper(evidence, share),
        Rule::Reallocate => next_shares(evidence),
    }
}

/// Futile, unless "no worse and cheaper" was registered and holds for a random comparison with safe guardrails.
fn cheaper(evidence: &Evidence, share: f64) -> Action {
    let no_worse = evidence.cheaper_margin.is_some_and(|margin| lower(&evidence.primary).is_ok_and(|lower| lower > -margin));
    let guarded = evidence.guardrails.iter().all(|guardrail| state(guardrail) == GuardState::Safe);
    if no_worse && guarded && evidence.randomised { Action::ShipAsCheaper { share } } else { Action::Stop }
}

/// Customers at which each unproven guardrail's bound would reach its margin, if its estimate stays: the bound moves with 1/√n.
fn settles(evidence: &Evidence) -> Vec<(String, Measured<f64>)> {
    let unproven = evidence.guardrails.iter().filter(|guardrail| state(guardrail) == GuardState::Unproven);
    unproven
        .map(|guardrail| {
            let units = guardrail.found.and_then(|guard| {
                let room = f64::midpoint(guard.good.lower, guard.good.upper) + guardrail.margin;
                let half = (guard.good.upper - guard.good.lower) / 2.0;
                if room > 0.0 { finite((guardrail.units * (half / room).powi(2)).ceil()) } else { Err(Withheld::NotReached) }
            });
            (guardrail.name.clone(), units)
        })
        .collect()
}

fn exchange(evidence: &Evidence) -> Vec<Exchange> {
    let gained = evidence.primary.estimate;
    let per_goal = |lost: Measured<f64>| -> Measured<f64> {
        let (lost, gained) = (lost?, gained?);
        if gained > 0.0 { finite(lost / gained) } else { Err(Withheld::NoIncrement) }
    };
    let middle = |interval: Interval| -f64::midpoint(interval.lower, interval.upper);
    let mut found = Vec::new();
    for guardrail in evidence.guardrails.iter().filter(|guardrail| breached(guardrail).holds) {
        found.push(Exchange { against: guardrail.name.clone(), per_goal: per_goal(guardrail.found.map(|guard| middle(guard.good))) });
    }
    for net in evidence.net.into_iter().filter(|net| money_lost(*net).holds) {
        found.push(Exchange { against: "net".to_owned(), per_goal: per_goal(net.map(middle)) });
    }
    for goal in evidence.other_goals.iter().filter(|goal| upper_below_zero(goal).holds) {
        found.push(Exchange { against: goal.name.clone(), per_goal: per_goal(goal.estimate.map(|estimate| -estimate)) });
    }
    found
}

/// Next shares; an arm goes when it had less than one percent to be best in two waves, and one wins when it had 95 percent and
/// almost nothing to lose in two waves, guardrails permitting.
fn next_shares(evidence: &Evidence) -> Action {
    let Some(adaptive) = &evidence.adaptive else {
        return Action::Continue { more_units: Err(Withheld::NoUnits), days: Err(Withheld::NoUnits) };
    };
    let progress = &evidence.progress;
    let Ok(shares) = reallocate(&live(adaptive), &adaptive.rules) else {
        return Action::Continue { more_units: progress.more_units, days: progress.more_days };
    };
    let places = |chosen: &dyn Fn(f64, f64) -> bool| -> Vec<usize> {
        let both = adaptive.arms.iter().enumerate().filter(|(_, arm)| {
            let before = arm.before.is_some_and(|(chance, loss)| chosen(chance, loss));
            before && chosen(arm.live.chance, arm.expected_loss)
        });
        both.map(|(at, _)| at).collect()
    };
    let guarded = evidence.guardrails.iter().all(|guardrail| state(guardrail) == GuardState::Safe);
    let least_loss = 0.01 * adaptive.baseline.abs();
    let winner = places(&|chance, loss| chance >= 0.95 && loss < least_loss).first().copied().filter(|_| guarded);
    Action::Reallocate { shares, drop: places(&|chance, _| chance < 0.01), winner }
}
