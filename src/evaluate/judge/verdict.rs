//! The card at the top: the goal as registered beside its result, the rule that decides, what to do and what would change the
//! answer. Short, in the words of those who run campaigns, in both languages; never "lift" where arms were not drawn by chance.

use crate::evaluate::decide::{Action, Decision, Exchange, Fact, Finding, Rule, Standing};
use crate::evaluate::evaluation::{self, ArmVerdict, Check, FindingFact, Met, Verdict, VersionsReport, Words};
use crate::evaluate::withheld::Measured;
use crate::ir::{Target, TrialGoal};

use super::contrast::{Against, Contrast};
use super::evidence::Decided;
use super::view::{View, named};
use super::{goals, print, proposals, target, trust};

/// The arm the card is about: the chosen version, else the best of those that may ship, else the best estimate.
pub fn lead(view: &View, decided: &[Decided], versions: Option<&VersionsReport>) -> Option<usize> {
    let chosen = versions.and_then(|own| own.chosen.as_ref()).and_then(|name| view.trial.arms.iter().position(|arm| arm.name == *name));
    if chosen.is_some() {
        return chosen;
    }
    let ships = |own: &&Decided| matches!(own.decision.action, Action::Ship { .. } | Action::ShipAsCheaper { .. } | Action::Ramp { .. });
    best(decided.iter().filter(ships)).or_else(|| best(decided.iter()))
}

/// The highest estimate; the first of equal ones, and the first of all where none is known.
fn best<'a>(of: impl Iterator<Item = &'a Decided>) -> Option<usize> {
    let mut found: Option<(usize, f64)> = None;
    for own in of {
        let estimate = own.estimate.unwrap_or(f64::NEG_INFINITY);
        if found.is_none_or(|(_, before)| estimate > before) {
            found = Some((own.arm, estimate));
        }
    }
    found.map(|(arm, _)| arm)
}

/// The card.
pub fn verdict(view: &View, contrasts: &[Contrast], decided: &[Decided], checks: &[Check], versions: Option<&VersionsReport>) -> Verdict {
    let lead = lead(view, decided, versions);
    let Some(own) = lead.and_then(|arm| decided.iter().find(|own| own.arm == arm)) else { return nothing(view) };
    let primary = contrasts
        .iter()
        .find(|contrast| Some(contrast.goal) == view.primary && contrast.arm == own.arm && !matches!(contrast.against, Against::Arm(_)));
    let (met, sentence) = match (primary, view.primary.and_then(|at| view.goal(at))) {
        (Some(contrast), Some(goal)) => {
            let met = goals::met(view, goal, contrast, decided);
            (met, sentence(view, goal, contrast, met))
        }
        (Some(_) | None, Some(_) | None) => (Met::NotYetKnowable, Words::default()),
    };
    let mut actions = vec![action(view, own)];
    if own.decision.rule == Rule::Investigate {
        actions = vec![investigate(checks)];
    } else if let Some(versions) = versions {
        actions.insert(0, sentence_of(&versions.sentence));
    }
    Verdict {
        rule: own.decision.rule.code().to_owned(),
        title: own.decision.rule.title().into(),
        met,
        sentence,
        action: print::joined(&actions),
        would_change: would_change(view, own),
        arm: Some(view.arm_key(own.arm)),
        findings: findings(&own.decision),
        by_arm: decided.iter().map(|own| of_arm(view, own, checks)).collect(),
    }
}

/// With a capital and a full stop.
fn sentence_of(words: &Words) -> Words {
    let mut letters = words.en.chars();
    let first = letters.next().map(|letter| letter.to_uppercase().collect::<String>()).unwrap_or_default();
    Words::new(format!("{first}{}.", letters.as_str()), format!("{}。", words.zh))
}

/// Nothing is registered to judge by.
fn nothing(view: &View) -> Verdict {
    let sentence = if view.primary.is_none() {
        Words::new("No goal is registered: there is nothing to judge by.", "没有登记目标，无从判断。")
    } else {
        Words::new("There is no arm to judge.", "没有可判断的组。")
    };
    Verdict {
        rule: Rule::Continue.code().to_owned(),
        title: Rule::Continue.title().into(),
        met: Met::NotYetKnowable,
        sentence,
        action: Words::new("Register a goal and a control arm.", "请登记目标和对照组。"),
        would_change: Words::default(),
        arm: None,
        findings: Vec::new(),
        by_arm: Vec::new(),
    }
}

fn of_arm(view: &View, own: &Decided, checks: &[Check]) -> ArmVerdict {
    ArmVerdict {
        arm: view.arm_key(own.arm),
        rule: own.decision.rule.code().to_owned(),
        title: own.decision.rule.title().into(),
        action: if own.decision.rule == Rule::Investigate { investigate(checks) } else { action(view, own) },
        findings: findings(&own.decision),
    }
}

/// `Goal: +35% relative against control. Result: +35.0% (+11.1% to +67.3%). Met.`
fn sentence(view: &View, goal: &TrialGoal, contrast: &Contrast, met: Met) -> Words {
    let own = &contrast.comparison;
    let unit = target::unit(view, goal);
    let registered = target::registered(view, goal, Some(contrast));
    if matches!(contrast.against, Against::Nobody) {
        let words = Words::new("There is no control arm, so nothing can be said of the effect.", "没有对照组，无法说明效应。");
        let goal = Words::new(format!("Goal: {}.", registered.en), format!("目标：{}。", registered.zh));
        return print::joined(&[goal, words]);
    }
    let relative = matches!(goal.target, Target::Relative(_)) && own.lift.is_ok() && view.randomised;
    let result = if matches!(contrast.against, Against::Bound(_)) {
        match own.level {
            Ok(level) => print::level(unit, level),
            Err(reason) => print::reasoned(reason),
        }
    } else if relative {
        print::lift_with_interval(own.lift, own.lift_interval)
    } else {
        print::with_interval(unit, own.difference, own.interval)
    };
    let causal = view.randomised && !matches!(contrast.against, Against::Measure(_) | Against::Figure);
    let (en, zh) = if causal {
        ("Result", "结果")
    } else {
        ("Adjusted difference, arms were not drawn by chance", "调整后差异（非随机分组）")
    };
    let met = match met {
        Met::Met => Words::new("Met.", "已达成。"),
        Met::NotMet => Words::new("Not met.", "未达成。"),
        Met::NotYetKnowable => Words::new("Not yet knowable.", "尚无法判断。"),
    };
    print::joined(&[
        Words::new(format!("Goal: {}.", registered.en), format!("目标：{}。", registered.zh)),
        Words::new(format!("{en}: {}.", result.en), format!("{zh}：{}。", result.zh)),
        met,
    ])
}

fn investigate(checks: &[Check]) -> Words {
    let red = print::listed(&trust::red(checks));
    Words::new(format!("Decide nothing before this is cleared up: {}.", red.en), format!("先查清以下问题，再做决定：{}。", red.zh))
}

/// What to do with one arm.
pub fn action(view: &View, own: &Decided) -> Words {
    let arm = view.arm_name(own.arm);
    match &own.decision.action {
        Action::Investigate => Words::new("Decide nothing before the checks are clean.", "检查未通过之前不做决定。"),
        Action::Continue { .. } => go_on(view, own),
        Action::Stop if !view.randomised => Words::new(
            format!("Think about stopping {}: its customers did no better, though arms were not drawn by chance.", arm.en),
            format!("考虑停止{}：其客户表现并不更好，但并非随机分组。", arm.zh),
        ),
        Action::Stop if own.decision.rule == Rule::Futile => Words::new(
            format!("Stop {}: the effect worth having is out of reach. Its share goes back to control.", arm.en),
            format!("停止{}：值得追求的效果已无望达到。其份额归还对照组。", arm.zh),
        ),
        Action::Stop => Words::new(
            format!("Stop {}: it does harm. Its share goes back to control; logging goes on.", arm.en),
            format!("停止{}：有害。其份额归还对照组，继续记录。", arm.zh),
        ),
        Action::Ship { share, priced } => ship(&arm, *share, *priced),
        Action::ShipAsCheaper { share } => {
            let text = print::percent(*share);
            Words::new(
                format!("Give {} to {text} of the customers: no worse than control, and cheaper.", arm.en),
                format!("对 {text} 的客户采用{}：不逊于对照组且更省。", arm.zh),
            )
        }
        Action::Ramp { at_most, settles } => ramp(view, &arm, *at_most, settles),
        Action::OwnerDecides { exchange } => owner(view, exchange),
        Action::Reallocate { shares, winner, .. } => reallocate(view, shares, *winner),
        Action::WorthTesting { units } => worth_testing(*units),
    }
}

fn ship(arm: &Words, share: f64, priced: bool) -> Words {
    let (own, rest) = (print::percent(share), print::percent(1.0 - share));
    let words = Words::new(
        format!("Give {} to {own} of the customers and keep {rest} held out.", arm.en),
        format!("对 {own} 的客户采用{}，保留 {rest} 作对照。", arm.zh),
    );
    let unpriced = if priced { Words::default() } else { Words::new("The benefit is not priced.", "收益未定价。") };
    print::joined(&[words, unpriced])
}

fn go_on(view: &View, own: &Decided) -> Words {
    let (units, date) = proposals::next(view, own);
    let early = own.decision.rule == Rule::TooEarly;
    let have = print::count(own.progress.mature_units);
    let lead = if early {
        Words::new(format!("Too early: {have} customers have been observed to the end."), format!("为时过早：{have} 位客户已满观察期。"))
    } else {
        Words::new("Go on as it is.", "保持现状，继续运行。")
    };
    let when = match (units, date) {
        (Ok(units), Some(date)) if units > 0.0 => {
            let n = print::count(units);
            Words::new(format!("Decide again with {n} more customers, about {date}."), format!("再有 {n} 位客户（约 {date}）后再判断。"))
        }
        (Ok(units), None) if units > 0.0 => {
            let n = print::count(units);
            Words::new(format!("Decide again with {n} more customers."), format!("再有 {n} 位客户后再判断。"))
        }
        (Ok(_) | Err(_), Some(date)) => Words::new(format!("Decide again about {date}."), format!("约 {date} 再判断。")),
        (Ok(_) | Err(_), None) => Words::default(),
    };
    print::joined(&[lead, when])
}

fn goal_name(view: &View, name: &str) -> Words {
    if name == "net" {
        return Words::new("yuan", "元");
    }
    let goal = view.trial.goals.iter().find(|goal| goal.name == name);
    goal.map_or_else(|| Words::same(name), |goal| named(&goal.name, goal.label.as_deref()))
}

fn ramp(view: &View, arm: &Words, at_most: f64, settles: &[(String, Measured<f64>)]) -> Words {
    let text = print::percent(at_most);
    let lead = Words::new(
        format!("Give {} to at most {text} of the customers for now.", arm.en),
        format!("暂时对至多 {text} 的客户采用{}。", arm.zh),
    );
    let each = settles.iter().map(|(name, units)| {
        let goal = goal_name(view, name);
        match units {
            Ok(units) => {
                let n = print::count(*units);
                Words::new(
                    format!("Guard {} is unproven; {n} customers would settle it.", goal.en),
                    format!("护栏“{}”尚未证实，约需 {n} 位客户。", goal.zh),
                )
            }
            Err(_) => Words::new(
                format!("Guard {} is unproven and its estimate lies beyond the margin.", goal.en),
                format!("护栏“{}”尚未证实，且估计值已越过容忍幅度。", goal.zh),
            ),
        }
    });
    print::joined(&std::iter::once(lead).chain(each).collect::<Vec<_>>())
}

/// The rate of exchange: what one unit of goal costs in what got worse.
fn owner(view: &View, exchange: &[Exchange]) -> Words {
    let lead = Words::new("The owner decides: goals pull in different directions.", "由负责人决定：目标之间相互冲突。");
    let goal = view.primary.and_then(|at| view.goal(at));
    let per = match goal.map(|goal| target::unit(view, goal)) {
        Some(evaluation::Unit::Share) => (0.01, Words::new("percentage point of the goal", "目标每提高 1 个百分点")),
        Some(_) | None => (1.0, Words::new("unit of the goal", "目标每改善 1 个单位")),
    };
    let each = exchange.iter().filter_map(|own| {
        let name = goal_name(view, &own.against);
        let of = view.trial.goals.iter().find(|goal| goal.name == own.against).map(|goal| target::unit(view, goal));
        let amount = own.per_goal.ok()? * per.0;
        let text = match of {
            Some(evaluation::Unit::Share) => Words::new(
                format!("{} pp of {}", print::number(amount * 100.0, 2), name.en),
                format!("“{}”变差 {} 个百分点", name.zh, print::number(amount * 100.0, 2)),
            ),
            Some(_) => Words::new(
                format!("{} of {}", print::number(amount, 2), name.en),
                format!("“{}”变差 {}", name.zh, print::number(amount, 2)),
            ),
            None => Words::new(format!("{} yuan", print::number(amount, 2)), format!("代价 {} 元", print::number(amount, 2))),
        };
        Some(Words::new(format!("Each {} costs {}.", per.1.en, text.en), format!("{}，{}。", per.1.zh, text.zh)))
    });
    print::joined(&std::iter::once(lead).chain(each).collect::<Vec<_>>())
}

fn reallocate(view: &View, shares: &[f64], winner: Option<usize>) -> Words {
    let each: Vec<Words> = view
        .treatments
        .iter()
        .zip(shares)
        .map(|(arm, share)| {
            let (name, text) = (view.arm_name(*arm), print::percent(*share));
            Words::new(format!("{} {text}", name.en), format!("{} {text}", name.zh))
        })
        .collect();
    let list = print::listed(&each);
    let lead = Words::new(format!("Next shares of what is not held out: {}.", list.en), format!("下一波在非对照部分的比例：{}。", list.zh));
    let won = winner.and_then(|at| view.treatments.get(at)).map(|arm| {
        let name = view.arm_name(*arm);
        Words::new(format!("{} has been the best for two waves.", name.en), format!("{}已连续两波最佳。", name.zh))
    });
    print::joined(&std::iter::once(lead).chain(won).collect::<Vec<_>>())
}

fn worth_testing(units: Measured<f64>) -> Words {
    match units {
        Ok(units) => {
            let n = print::count(units);
            Words::new(
                format!("Nothing is decided on arms that were not drawn by chance; worth a random test with {n} customers."),
                format!("非随机分组不据以决策；值得用 {n} 位客户做一次随机试验。"),
            )
        }
        Err(_) => Words::new(
            "Nothing is decided on arms that were not drawn by chance; worth a random test.",
            "非随机分组不据以决策；值得做一次随机试验。",
        ),
    }
}

/// What would lead to another answer.
fn would_change(view: &View, own: &Decided) -> Words {
    let goal = view.primary.and_then(|at| view.goal(at)).map_or_else(Words::default, |goal| named(&goal.name, goal.label.as_deref()));
    match own.decision.rule {
        Rule::Investigate => Words::new("Checks that are clean.", "检查全部通过。"),
        Rule::TooEarly => Words::new(
            "The registered number of customers and days, or p below a thousandth.",
            "达到登记的客户数和天数，或 p 值低于千分之一。",
        ),
        Rule::StopForHarm => {
            Words::new(format!("An error found in {} or in a guard.", goal.en), format!("发现“{}”或护栏的数据有误。", goal.zh))
        }
        Rule::Ship => Words::new(
            "A guard that is breached, or a later wave whose interval holds no effect.",
            "护栏被突破，或后续波次的区间包含无效应。",
        ),
        Rule::ShipWithWatch => Words::new("Guards that are proven safe, or one that is breached.", "护栏被证实安全，或被突破。"),
        Rule::Futile => Words::new("A smaller effect registered as worth having.", "登记更小的值得追求的效果。"),
        Rule::Conflict => Words::new("The owner's price for one against the other.", "负责人给出两者之间的取舍。"),
        Rule::Reallocate | Rule::Continue => Words::new(
            format!("An interval of {} that lies wholly above or below no effect.", goal.en),
            format!("“{}”的区间整体位于无效应之上或之下。", goal.zh),
        ),
        Rule::Observational => Words::new("A random control group.", "设立随机对照组。"),
    }
}

fn findings(decision: &Decision) -> Vec<evaluation::Finding> {
    decision.findings.iter().map(finding).collect()
}

fn finding(own: &Finding) -> evaluation::Finding {
    let standing = match own.standing {
        Standing::Decides => "decides",
        Standing::Outranked => "outranked",
        Standing::Rejected => "rejected",
    };
    evaluation::Finding {
        rule: own.rule.code().to_owned(),
        title: own.rule.title().into(),
        standing: standing.to_owned(),
        facts: own.facts.iter().map(fact).collect(),
    }
}

fn fact(own: &Fact) -> FindingFact {
    FindingFact {
        what: own.what.into(),
        of: own.of.clone(),
        value: own.value.into(),
        sign: own.comparison.sign().to_owned(),
        limit: own.limit,
        holds: own.holds,
    }
}
