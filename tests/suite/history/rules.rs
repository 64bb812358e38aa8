//! Random rules, said twice: as data, which the audit reads, and as the text of a program, which is run.

use super::budget::{Budget, Cost};
use super::hours::{Hours, Quiet};
use crate::agree::random::Random;

/// A condition about one row of the subject; customers are asked behind it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Condition {
    LevelAtLeast(i64),
    WorthAtLeast(i64),
    StatusIn(Vec<&'static str>),
    /// Something moved in the last days.
    Moved(i64),
    Not(Box<Condition>),
    And(Box<Condition>, Box<Condition>),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Subject {
    Customers,
    Loans,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Trigger {
    While(Condition),
    Entering(Condition),
    /// A movement of at least this many yuan.
    Move(i64),
    /// Days before a loan's maturity.
    Before(i64),
    /// So many days from a loan's maturity on.
    After(i64),
    EveryWeek,
    /// Once a week, in its first days.
    EveryWeekIn(i64),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Again {
    Always,
    Never,
    AfterDays(i64),
}

/// What a cap counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Counted {
    Contacts,
    Channel(&'static str),
    Class(&'static str),
    Offer(String),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Window {
    InAnyDays(i64),
    CalendarDay,
    CalendarWeek,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cap {
    pub most: i64,
    pub counted: Counted,
    pub window: Window,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Whose {
    Assignee,
    Branch,
    Bank,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Capacity {
    /// `None` is the column of the assignee.
    pub most: Option<i64>,
    pub channel: &'static str,
    pub whose: Whose,
    pub window: Window,
    pub defer: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offer {
    pub name: String,
    pub quota: i64,
    pub holds_days: Option<i64>,
    pub reserve: i64,
    pub again: Again,
    pub cost: Option<Cost>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    pub channel: &'static str,
    pub offer: Option<String>,
    pub to_manager: bool,
    pub when: Option<Condition>,
    pub on_consent: Option<&'static str>,
    pub on_capacity: Option<&'static str>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wave {
    pub name: &'static str,
    pub after_days: i64,
    pub when: Option<Condition>,
    pub steps: Vec<Step>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Strategy {
    pub name: String,
    pub subject: Subject,
    pub class: &'static str,
    pub priority: Option<i64>,
    pub triggers: Vec<(Trigger, Again)>,
    pub excludes: Vec<(String, Condition)>,
    pub caps: Vec<Cap>,
    pub by_worth: bool,
    pub limit: Option<i64>,
    pub budget: Option<Budget>,
    /// Names and percent; `control` last.
    pub arms: Vec<(&'static str, i64)>,
    pub waves: Vec<Wave>,
    /// Name and the condition, beside the built-in state of the journey.
    pub exits: Vec<(String, Condition)>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rules {
    pub legal: Option<Condition>,
    pub consent: bool,
    pub caps: Vec<Cap>,
    /// Caps of the arbitration layer.
    pub contest: Vec<Cap>,
    pub order: Vec<&'static str>,
    pub capacities: Vec<Capacity>,
    pub hours: Vec<Hours>,
    pub quiet: Vec<Quiet>,
    /// Percent of all people that everybody leaves alone.
    pub control: Option<i64>,
    pub offers: Vec<Offer>,
    pub strategies: Vec<Strategy>,
}

pub const CHANNELS: [&str; 4] = ["sms", "ai_call", "app_push", "rm_call"];
const CLASSES: [&str; 4] = ["risk", "service", "retention", "sales"];
const WAVES: [&str; 3] = ["first", "second", "third"];

fn condition(random: &mut Random, depth: usize) -> Condition {
    match random.below(if depth == 0 { 4 } else { 6 }) {
        0 => Condition::LevelAtLeast(random.between(1, 4)),
        1 => Condition::WorthAtLeast(random.between(1, 9) * 1000),
        2 => Condition::StatusIn(if random.chance(50) { vec!["active"] } else { vec!["active", "frozen"] }),
        3 => Condition::Moved(*random.pick(&[2, 7, 20])),
        4 => Condition::Not(Box::new(condition(random, depth - 1))),
        _ => Condition::And(Box::new(condition(random, depth - 1)), Box::new(condition(random, depth - 1))),
    }
}

/// A condition few are stopped by.
fn rare(random: &mut Random) -> Condition {
    match random.below(3) {
        0 => Condition::StatusIn(vec!["closed"]),
        1 => Condition::LevelAtLeast(5),
        _ => Condition::Not(Box::new(Condition::WorthAtLeast(500))),
    }
}

fn again(random: &mut Random) -> Again {
    match random.below(5) {
        0 => Again::Never,
        1 => Again::AfterDays(random.between(2, 9)),
        2 => Again::AfterDays(random.between(5, 20)),
        _ => Again::Always,
    }
}

pub fn window(random: &mut Random) -> Window {
    match random.below(4) {
        0 => Window::CalendarDay,
        1 => Window::CalendarWeek,
        _ => Window::InAnyDays(*random.pick(&[1, 2, 3, 7, 14])),
    }
}

fn cap(random: &mut Random, offers: &[Offer]) -> Cap {
    let counted = match random.below(6) {
        0 | 1 => Counted::Contacts,
        2 if !offers.is_empty() => Counted::Offer(random.pick(offers).name.clone()),
        3 => Counted::Class(*random.pick(&CLASSES)),
        _ => Counted::Channel(*random.pick(&CHANNELS)),
    };
    Cap { most: random.between(1, 3), counted, window: window(random) }
}

fn capacity(random: &mut Random) -> Capacity {
    let (channel, whose) = *random.pick(&[
        ("rm_call", Whose::Assignee),
        ("rm_call", Whose::Assignee),
        ("ai_call", Whose::Bank),
        ("ai_call", Whose::Branch),
        ("sms", Whose::Bank),
    ]);
    let most = if whose == Whose::Assignee && random.chance(60) { None } else { Some(random.between(1, 3)) };
    Capacity { most, channel, whose, window: window(random), defer: random.chance(60) }
}

pub fn rules(random: &mut Random) -> Rules {
    let offers = (0..random.below(3)).map(|at| Offer {
        name: format!("o{at}"),
        quota: random.between(1, 4),
        holds_days: random.chance(60).then(|| random.between(1, 6)),
        reserve: random.between(0, 2),
        again: again(random),
        cost: random.chance(60).then(|| super::budget::cost(random)),
    });
    let offers: Vec<Offer> = offers.collect();
    // A rule of a policy about customers cannot bind strategies about loans.
    let mixed = random.chance(25);
    let mut capacities: Vec<Capacity> = Vec::new();
    for _ in 0..random.below(3) {
        let next = capacity(random);
        if mixed && next.whose == Whose::Branch {
            continue;
        }
        // A fallback may be asked for on one channel by one capacity only.
        if !capacities.iter().any(|known| known.channel == next.channel) {
            capacities.push(next);
        }
    }
    let mut order = CLASSES.to_vec();
    order.rotate_left(random.below(4));
    order.truncate(random.below(5));
    let mut out = Rules {
        legal: (!mixed && random.chance(40)).then(|| rare(random)),
        consent: !mixed && random.chance(70),
        caps: (0..random.below(3)).map(|_| cap(random, &offers)).collect(),
        contest: if random.chance(30) { vec![cap(random, &offers)] } else { Vec::new() },
        order,
        capacities,
        hours: if random.chance(35) { super::hours::hours(random) } else { Vec::new() },
        quiet: if random.chance(20) { vec![super::hours::quiet(random)] } else { Vec::new() },
        control: random.chance(25).then(|| random.between(2, 8) * 5),
        offers,
        strategies: Vec::new(),
    };
    // Strategies that share places must rank alike.
    let by_worth = random.chance(50);
    for at in 0..1 + random.below(3) {
        let loans = mixed && random.chance(50);
        let mut next = strategy(random, at, if loans { Subject::Loans } else { Subject::Customers }, &out);
        next.by_worth &= by_worth;
        next.by_worth |= by_worth && !out.offers.is_empty() && !loans;
        out.strategies.push(next);
    }
    used_only(&mut out);
    out
}

/// Caps about what no strategy does are mistakes to the checker of programs.
fn used_only(rules: &mut Rules) {
    let classes: Vec<&str> = rules.strategies.iter().map(|strategy| strategy.class).collect();
    let keep = |cap: &Cap| !matches!(&cap.counted, Counted::Class(class) if !classes.contains(class));
    rules.caps.retain(keep);
    rules.contest.retain(keep);
    for strategy in &mut rules.strategies {
        strategy.caps.retain(keep);
    }
}

fn strategy(random: &mut Random, at: usize, subject: Subject, rules: &Rules) -> Strategy {
    let trigger = |random: &mut Random| match random.below(8) {
        0 => Trigger::Entering(condition(random, 1)),
        1 if subject == Subject::Customers => Trigger::Move(random.between(0, 60)),
        1 | 2 if subject == Subject::Loans => Trigger::Before(random.between(0, 9)),
        3 | 4 if subject == Subject::Loans => Trigger::After(random.between(1, 5)),
        3 => Trigger::EveryWeek,
        4 if random.chance(40) => Trigger::EveryWeekIn(random.between(1, 4)),
        _ => Trigger::While(condition(random, 1)),
    };
    let triggers = (0..1 + usize::from(random.chance(25))).map(|_| (trigger(random), again(random))).collect();
    let arms = match random.below(3) {
        0 => vec![("one", 80), ("control", 20)],
        1 => vec![("one", 50), ("two", 30), ("control", 20)],
        _ => Vec::new(),
    };
    let count = if random.chance(45) { 1 } else { 2 + random.below(2) };
    let lone = count == 1 && random.chance(80);
    let waves = WAVES.iter().take(count).enumerate().map(|(number, name)| Wave {
        name: if lone { "1" } else { name },
        after_days: if number > 0 {
            random.between(0, 4)
        } else if !lone && random.chance(20) {
            random.between(1, 3)
        } else {
            0
        },
        when: if !lone && random.chance(35) { Some(condition(random, 1)) } else { None },
        steps: (0..1 + usize::from(random.chance(25))).map(|_| step(random, subject, rules)).collect(),
    });
    let waves: Vec<Wave> = waves.collect();
    let exits = if lone { 0 } else { random.below(2) };
    Strategy {
        name: format!("s{at}"),
        subject,
        class: *random.pick(&CLASSES),
        priority: random.chance(50).then(|| random.between(1, 3)),
        triggers,
        excludes: (0..random.below(2)).map(|number| (format!("x{number}"), rare(random))).collect(),
        caps: if random.chance(30) { vec![Cap { counted: Counted::Contacts, ..cap(random, &[]) }] } else { Vec::new() },
        by_worth: subject == Subject::Customers && random.chance(50),
        limit: random.chance(25).then(|| random.between(1, 3)),
        budget: random.chance(25).then(|| super::budget::budget(random, window)),
        arms,
        waves,
        exits: (0..exits).map(|number| (format!("q{number}"), condition(random, 1))).collect(),
    }
}

fn step(random: &mut Random, subject: Subject, rules: &Rules) -> Step {
    let channel = *random.pick(&CHANNELS);
    let assigned = rules.capacities.iter().any(|capacity| capacity.channel == channel && capacity.whose == Whose::Assignee);
    let bound = rules.capacities.iter().any(|capacity| capacity.channel == channel);
    // Strategies that share places must rank alike, so loans give no offers.
    let offer = if !rules.offers.is_empty() && subject == Subject::Customers && random.chance(40) {
        Some(random.pick(&rules.offers).name.clone())
    } else {
        None
    };
    Step {
        channel,
        offer,
        to_manager: assigned && channel == "rm_call" || channel == "rm_call" && random.chance(50),
        when: random.chance(15).then(|| condition(random, 0)),
        on_consent: (rules.consent && random.chance(25)).then_some("app_push").filter(|other| *other != channel),
        on_capacity: (bound && random.chance(30)).then_some("app_push").filter(|other| *other != channel),
    }
}
