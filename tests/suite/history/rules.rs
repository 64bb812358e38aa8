//! Random rules, said twice: as data, which the audit reads, and as the text of a program, which is run.

use crate::agree::random::Random;
use std::fmt::Write;

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
    EveryWeek,
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
    pub offers: Vec<Offer>,
    pub strategies: Vec<Strategy>,
}

pub const CHANNELS: [&str; 4] = ["sms", "ai_call", "app_push", "rm_call"];
const CLASSES: [&str; 4] = ["risk", "service", "retention", "sales"];
const WAVES: [&str; 3] = ["first", "second", "third"];

const SCHEMA: &str = "subject customers
entity customers {
  key customer_id : text
  status : text in [\"active\", \"frozen\", \"closed\"]?
  level : int?
  worth : money?
  rm_id : ref staff? as manager
  branch : text?
}
entity staff { key staff_id : text  cap : int }
entity loans { key loan_id : text  customer_id : ref customers as client  maturity : date? }
entity consents { key consent_id : text  customer_id : ref customers as customer  channel : text  allowed : bool? }
event moves { key move_id : text  customer_id : ref customers as customer  at ts : time  amount : money }
channel sms cost 0.05元
channel ai_call cost 0.8元
channel app_push
channel rm_call cost 8元 staff 10 minutes
role keeper for customers = manager
role lender for loans = client.rm_id
";

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

fn window(random: &mut Random) -> Window {
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
    let (channel, whose) = *random.pick(&[("rm_call", Whose::Assignee), ("rm_call", Whose::Assignee), ("ai_call", Whose::Bank), ("ai_call", Whose::Branch), ("sms", Whose::Bank)]);
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
        3 => Trigger::EveryWeek,
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
        after_days: if number > 0 { random.between(0, 4) } else if !lone && random.chance(20) { random.between(1, 3) } else { 0 },
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
    let offer = if !rules.offers.is_empty() && subject == Subject::Customers && random.chance(40) { Some(random.pick(&rules.offers).name.clone()) } else { None };
    Step {
        channel,
        offer,
        to_manager: assigned && channel == "rm_call" || channel == "rm_call" && random.chance(50),
        when: random.chance(15).then(|| condition(random, 0)),
        on_consent: (rules.consent && random.chance(25)).then_some("app_push").filter(|other| *other != channel),
        on_capacity: (bound && random.chance(30)).then_some("app_push").filter(|other| *other != channel),
    }
}

impl Condition {
    fn write(&self, subject: Subject) -> String {
        let prefix = if subject == Subject::Loans { "client." } else { "" };
        match self {
            Condition::LevelAtLeast(level) => format!("{prefix}level >= {level}"),
            Condition::WorthAtLeast(yuan) => format!("{prefix}worth >= {yuan}元"),
            Condition::StatusIn(known) => format!("{prefix}status in [{}]", known.iter().map(|word| format!("\"{word}\"")).collect::<Vec<_>>().join(", ")),
            Condition::Moved(days) => format!("exists({prefix}moves, last {days} days)"),
            Condition::Not(inner) => format!("not ({})", inner.write(subject)),
            Condition::And(left, right) => format!("({}) and ({})", left.write(subject), right.write(subject)),
        }
    }
}

impl Again {
    fn write(self) -> String {
        match self {
            Again::Always => String::from("always"),
            Again::Never => String::from("never"),
            Again::AfterDays(days) => format!("after {days} days"),
        }
    }
}

impl Window {
    fn write(self) -> String {
        match self {
            Window::InAnyDays(days) => format!("in any {days} days"),
            Window::CalendarDay => String::from("per calendar day"),
            Window::CalendarWeek => String::from("per calendar week"),
        }
    }
}

impl Cap {
    fn write(&self) -> String {
        let what = match &self.counted {
            Counted::Contacts => "contacts",
            Counted::Channel(channel) => channel,
            Counted::Class(class) => class,
            Counted::Offer(offer) => offer,
        };
        format!("at most {} {what} {}", self.most, self.window.write())
    }
}

impl Capacity {
    fn write(&self) -> String {
        let most = self.most.map_or_else(|| String::from("assignee.cap"), |most| most.to_string());
        let per = match self.whose {
            Whose::Assignee => " per assignee",
            Whose::Branch => " per branch",
            Whose::Bank => "",
        };
        format!("capacity {most} {}{per} {} overflow {}", self.channel, self.window.write(), if self.defer { "defer" } else { "drop" })
    }
}

impl Rules {
    /// The program.
    pub fn text(&self) -> String {
        let mut out = String::from(SCHEMA);
        for offer in &self.offers {
            let holds = offer.holds_days.map_or_else(String::new, |days| format!(" holds {days} days"));
            let _ = writeln!(out, "offer {} {{ quota {}{holds} reserve {} again {} }}", offer.name, offer.quota, offer.reserve, offer.again.write());
        }
        let _ = writeln!(out, "template hello for {} = \"您好\"", CHANNELS.join(", "));
        let _ = writeln!(out, "template instead for {} = \"您好呀\"", CHANNELS.join(", "));
        let mut layers = Vec::new();
        if let Some(legal) = &self.legal {
            layers.push(format!("legal {{ exclude unlawful when {} }}", legal.write(Subject::Customers)));
        }
        if self.consent {
            layers.push(String::from("consent { exclude no_consent when not exists(consents where channel = candidate.channel and allowed) }"));
        }
        let caps = |caps: &[Cap]| caps.iter().map(Cap::write).collect::<Vec<_>>().join("  ");
        if !self.caps.is_empty() {
            layers.push(format!("contact {{ {} }}", caps(&self.caps)));
        }
        let mut contest = Vec::new();
        if !self.order.is_empty() {
            contest.push(format!("order {}", self.order.join(", ")));
        }
        if !self.contest.is_empty() {
            contest.push(caps(&self.contest));
        }
        if !contest.is_empty() {
            layers.push(format!("arbitration {{ {} }}", contest.join("  ")));
        }
        if !self.capacities.is_empty() {
            layers.push(format!("capacity {{ {} }}", self.capacities.iter().map(Capacity::write).collect::<Vec<_>>().join("  ")));
        }
        let _ = writeln!(out, "policy house always {{\n  {}\n}}", layers.join("\n  "));
        for strategy in &self.strategies {
            out.push_str(&strategy.text());
        }
        out
    }
}

impl Strategy {
    fn text(&self) -> String {
        let about = if self.subject == Subject::Loans { " for loans" } else { "" };
        let mut out = format!("strategy {}{about} {{\n  class {} purpose \"service\"\n", self.name, self.class);
        if let Some(priority) = self.priority {
            let _ = writeln!(out, "  priority {priority}");
        }
        for (trigger, again) in &self.triggers {
            let on = match trigger {
                Trigger::While(condition) => format!("while {}", condition.write(self.subject)),
                Trigger::Entering(condition) => format!("entering {}", condition.write(self.subject)),
                Trigger::Move(yuan) => format!("moves where amount >= {yuan}元"),
                Trigger::Before(days) => format!("{days} days before maturity"),
                Trigger::EveryWeek => String::from("every week"),
            };
            let _ = writeln!(out, "  on {on} again {}", again.write());
        }
        for (name, condition) in &self.excludes {
            let _ = writeln!(out, "  exclude {name} when {}", condition.write(self.subject));
        }
        for cap in &self.caps {
            let _ = writeln!(out, "  {}", cap.write());
        }
        if self.by_worth {
            out.push_str("  rank by worth desc\n");
        }
        if let Some(limit) = self.limit {
            let _ = writeln!(out, "  limit {limit}");
        }
        if !self.arms.is_empty() {
            let _ = writeln!(out, "  arms {{ {} }}", self.arms.iter().map(|(name, share)| format!("{name} {share}%")).collect::<Vec<_>>().join("  "));
        }
        let lone = self.waves.iter().all(|wave| wave.name == "1");
        out.push_str("  plan {\n");
        for wave in &self.waves {
            let steps: Vec<String> = wave.steps.iter().map(|step| step.text(self.subject)).collect();
            let after = if wave.after_days > 0 || wave.name != "first" { format!(" after {} days", wave.after_days) } else { String::new() };
            let when = wave.when.as_ref().map_or_else(String::new, |when| format!(" when {}", when.write(self.subject)));
            let _ = if lone { writeln!(out, "    {}", steps.join("  ")) } else { writeln!(out, "    wave {}{after}{when} {{ {} }}", wave.name, steps.join("  ")) };
        }
        out.push_str("  }\n");
        for (name, condition) in &self.exits {
            let _ = writeln!(out, "  exit {name} when {}", condition.write(self.subject));
        }
        out.push_str("}\n");
        out
    }
}

impl Step {
    fn text(&self, subject: Subject) -> String {
        let offer = self.offer.as_ref().map_or_else(String::new, |offer| format!(" offer {offer}"));
        let role = if subject == Subject::Loans { "lender" } else { "keeper" };
        let to = if self.to_manager { format!(" to {role}") } else { String::new() };
        let when = self.when.as_ref().map_or_else(String::new, |when| format!(" when {}", when.write(subject)));
        let consent = self.on_consent.map_or_else(String::new, |channel| format!(" else on consent send {channel} using instead"));
        let capacity = self.on_capacity.map_or_else(String::new, |channel| format!(" else on capacity send {channel} using instead{offer}"));
        format!("send {} using hello{offer}{to}{when}{consent}{capacity}", self.channel)
    }
}
