//! Who a customer is: the facts all tables about the customer are drawn from.

use super::calendar::{DAY, civil};
use super::origin::{employer, opening_day, referrer};
use super::places::{CITIES, City, FAMILY_NAMES, FAR_CITIES, SCHOOLS};
use super::random::{Draw, Topic};
use super::shape::{TableName, Tables};
use super::table::Value;
use super::{Bank, business, numbered, reference};

/// How a customer deals with the bank.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Habit {
    Lively,
    #[default]
    Steady,
    /// Stopped within the last half year.
    Fading,
    /// Stopped more than half a year ago.
    Dormant,
}

/// A customer. Days count from 1970-01-01; money is yuan until it is written.
#[derive(Debug, Clone)]
pub(super) struct Person {
    pub(super) number: u64,
    pub(super) id: String,
    pub(super) woman: bool,
    pub(super) age: i32,
    pub(super) birth: i32,
    pub(super) opened: i32,
    pub(super) closed: Option<i32>,
    pub(super) status: &'static str,
    pub(super) habit: Habit,
    /// No transaction of the customer's own falls on or after this day.
    pub(super) active_until: i32,
    /// No visit to the app falls on or after this day.
    pub(super) visits_until: i32,
    /// Own transactions a month while active.
    pub(super) pace: f64,
    /// App sessions a month; 0 for those who never installed it.
    pub(super) sessions: f64,
    /// Typical assets in yuan.
    pub(super) wealth: f64,
    /// Monthly salary in yuan, 0 without.
    pub(super) salary: f64,
    /// Number of the company that pays the salary through this bank.
    pub(super) employer: Option<u64>,
    /// Number of the company the customer owns.
    pub(super) company: Option<u64>,
    pub(super) credit_card: bool,
    pub(super) study_abroad: bool,
    pub(super) child_born: Option<i32>,
    pub(super) branch: u64,
    pub(super) manager: Option<String>,
    pub(super) referrer: Option<u64>,
    /// The device the customer uses most.
    pub(super) device: String,
}

impl Person {
    /// The customer with this number.
    pub(super) fn of(bank: &Bank, number: u64) -> Person {
        let mut draw = Draw::new(bank.seed, number, Topic::Person);
        let owner = business::owned(number);
        let youngest = if owner.is_some() { 24.0 } else { 18.0 };
        let minor = draw.chance(0.008) && owner.is_none();
        let age = if minor { draw.day(15, 17) } else { (42.0 + 14.0 * draw.normal()).clamp(youngest, 92.0) as i32 };
        let birth = bank.as_of - age * 365 - age / 4 - draw.day(1, 360);
        let opened = opening_day(bank, number, birth);
        let (habit, stopped) = habit(bank, opened, &mut draw);
        let (status, closed) = standing(bank, habit, stopped, &mut draw);
        let active_until = if status == "active" { stopped } else { stopped.min(closed.unwrap_or(bank.as_of - 30)).max(opened) };
        let pace = match habit {
            Habit::Lively => draw.log_normal(6.0, 0.5),
            Habit::Steady => draw.log_normal(2.4, 0.5),
            Habit::Fading => draw.log_normal(3.5, 0.5),
            Habit::Dormant => draw.log_normal(1.5, 0.6),
        };
        let (sessions, visits_until) = app_use(bank, age, habit, active_until, closed, &mut draw);
        let maturity = 1.7_f64.powf((f64::from(age - 30) / 20.0).clamp(-0.8, 1.6));
        let quiet = if matches!(habit, Habit::Dormant) { 0.4 } else { 1.0 };
        let wealth = (draw.log_normal(8_500.0, 1.75) * maturity * quiet).clamp(3.0, 3.0e8);
        let salary = if (22..=60).contains(&age) { (draw.log_normal(7_800.0, 0.5) / 10.0).round() * 10.0 } else { 0.0 };
        let child = (24..=62).contains(&age) && draw.chance(0.58);
        let child_age = draw.day(0, (age - 22).clamp(1, 30));
        let branch = (bank.branches as f64 * draw.unit().powf(1.3)) as u64;
        let managed = draw.chance(if wealth > 50_000.0 { 0.82 } else { 0.12 });
        let manager = managed.then(|| reference::staff_id(branch, draw.below(reference::MANAGERS)));
        Person {
            number,
            id: bank.id("C", number),
            woman: draw.chance(0.505),
            age,
            birth,
            opened,
            closed,
            status,
            habit,
            active_until,
            visits_until,
            pace,
            sessions,
            wealth,
            salary,
            employer: if owner.is_none() && salary > 0.0 && active_until >= bank.as_of - 170 { employer(bank, number) } else { None },
            company: owner,
            credit_card: age >= 20 && draw.chance(0.41),
            study_abroad: (17..=55).contains(&age) && draw.chance(0.035),
            child_born: child.then(|| civil(bank.as_of).0 - child_age),
            branch,
            manager,
            referrer: referrer(bank, number),
            device: numbered("D", &[(number, bank.width), (1, 1)]),
        }
    }

    /// The first instant at which nothing can have happened yet that is in the sample: the start of `as_of` in milliseconds.
    pub(super) fn now(bank: &Bank) -> i64 {
        i64::from(bank.as_of) * DAY
    }

    /// Writes the row of the customer table.
    pub(super) fn write(&self, bank: &Bank, tables: &mut Tables) {
        let mut draw = Draw::new(bank.seed, self.number, Topic::Card);
        let family = draw.weighted(FAMILY_NAMES);
        let title = if self.age < 24 {
            "同学"
        } else if self.woman {
            "女士"
        } else {
            "先生"
        };
        let salutation = (!draw.chance(0.04)).then(|| format!("{family}{title}"));
        let home = reference::branch_city(bank, self.branch);
        let City { name: work_city, counties, .. } = if draw.chance(0.94) { home } else { draw.weighted(CITIES) };
        let local = draw.chance(0.6);
        let origin = if local { work_city } else { draw.pick(FAR_CITIES) };
        let came = if local { self.birth } else { (self.birth + draw.day(18 * 365, 30 * 365)).min(bank.as_of - draw.day(1, 900)) };
        let county = draw.pick(counties);
        let grid = draw.chance(0.7).then(|| format!("{county}网格{:02}", draw.between(1, 40)));
        let income = (self.salary > 0.0 && !draw.chance(0.15)).then_some((self.salary * 100.0) as i64);
        let risk = (!draw.chance(0.07)).then(|| draw.weighted(&[(1_i64, 22), (2, 30), (3, 28), (4, 14), (5, 6)]));
        let assessed = (bank.as_of - draw.day(1, 720)).max(self.opened);
        let school = (self.study_abroad && draw.chance(0.6)).then(|| draw.pick(SCHOOLS));
        let channel = self.channel(&mut draw);
        tables.push(
            TableName::Customers,
            &[
                Value::Text(&self.id),
                Value::text(salutation.as_deref()),
                if draw.chance(0.01) { Value::Missing } else { Value::Date(self.birth) },
                Value::Text(if self.woman { "female" } else { "male" }),
                Value::text((!draw.chance(0.06)).then(|| self.occupation(&mut draw))),
                Value::text((!draw.chance(0.1)).then(|| draw.weighted(EDUCATION))),
                Value::integer(income),
                Value::text((!draw.chance(0.08)).then(|| self.marital(&mut draw))),
                if draw.chance(0.1) { Value::Missing } else { Value::Flag(self.child_born.is_some()) },
                Value::integer(self.child_born.map(i64::from)),
                if draw.chance(0.09) { Value::Missing } else { Value::Text(origin) },
                Value::Text(work_city),
                if draw.chance(0.2) { Value::Missing } else { Value::Date(came) },
                if draw.chance(0.05) { Value::Missing } else { Value::Text(county) },
                Value::text(grid.as_deref()),
                Value::Text(&reference::branch_id(self.branch)),
                Value::text(self.manager.as_deref()),
                Value::Date(self.opened),
                Value::date(self.closed),
                Value::Text(channel),
                Value::Text(self.status),
                Value::Text(draw.weighted(&[("verified", 93), ("pending", 3), ("expired", 4)])),
                Value::integer(risk),
                Value::date(risk.map(|_| assessed)),
                Value::Flag(draw.chance(0.006)),
                Value::Text(self.vip()),
                Value::text(school),
            ],
        );
    }

    fn channel(&self, draw: &mut Draw) -> &'static str {
        if self.referrer.is_some() {
            "referral"
        } else if self.employer.is_some() && draw.chance(0.7) {
            "payroll"
        } else {
            draw.weighted(&[("branch", 52), ("public_online", 36), ("other", 12)])
        }
    }

    fn occupation(&self, draw: &mut Draw) -> &'static str {
        if self.company.is_some() {
            return "self_employed";
        }
        match self.age {
            ..=22 => "student",
            61.. => "retired",
            23..=60 => draw.weighted(&[
                ("employee", 46),
                ("worker", 18),
                ("civil_servant", 6),
                ("teacher", 6),
                ("doctor", 3),
                ("farmer", 7),
                ("freelancer", 9),
                ("other", 5),
            ]),
        }
    }

    fn marital(&self, draw: &mut Draw) -> &'static str {
        match self.age {
            ..=23 => "single",
            24..=30 => draw.weighted(&[("single", 58), ("married", 41), ("divorced", 1)]),
            31..=64 => draw.weighted(&[("single", 9), ("married", 82), ("divorced", 8), ("widowed", 1)]),
            65.. => draw.weighted(&[("single", 2), ("married", 74), ("divorced", 5), ("widowed", 19)]),
        }
    }

    /// Level by assets.
    pub(super) fn vip(&self) -> &'static str {
        match self.wealth {
            wealth if wealth >= 6_000_000.0 => "diamond",
            wealth if wealth >= 500_000.0 => "platinum",
            wealth if wealth >= 50_000.0 => "gold",
            _ => "none",
        }
    }
}

const EDUCATION: &[(&str, u32)] =
    &[("middle_school", 22), ("high_school", 24), ("college", 24), ("bachelor", 25), ("master", 4), ("doctor", 1)];

fn habit(bank: &Bank, opened: i32, draw: &mut Draw) -> (Habit, i32) {
    let young = opened > bank.as_of - 400;
    let habit = if young {
        draw.weighted(&[(Habit::Lively, 45), (Habit::Steady, 47), (Habit::Fading, 8)])
    } else {
        draw.weighted(&[(Habit::Lively, 22), (Habit::Steady, 39), (Habit::Fading, 10), (Habit::Dormant, 29)])
    };
    let stopped = match habit {
        Habit::Lively | Habit::Steady => bank.as_of,
        Habit::Fading => bank.as_of - draw.day(15, 175),
        Habit::Dormant => bank.as_of - draw.day(186, 760),
    };
    (habit, stopped.max(opened))
}

fn standing(bank: &Bank, habit: Habit, stopped: i32, draw: &mut Draw) -> (&'static str, Option<i32>) {
    let leaving = match habit {
        Habit::Lively | Habit::Steady => 0.0,
        Habit::Fading => 0.12,
        Habit::Dormant => 0.08,
    };
    if draw.chance(leaving) {
        return ("closed", Some((stopped + draw.day(1, 40)).min(bank.as_of - 1)));
    }
    let gone = if leaving > 0.0 { 0.012 } else { 0.0 };
    if draw.chance(gone) {
        return ("deceased", None);
    }
    (if draw.chance(0.006) { "frozen" } else { "active" }, None)
}

fn app_use(bank: &Bank, age: i32, habit: Habit, active_until: i32, closed: Option<i32>, draw: &mut Draw) -> (f64, i32) {
    let installed = draw.chance(if age < 60 { 0.78 } else { 0.36 });
    let sessions = match habit {
        Habit::Lively => draw.log_normal(3.2, 0.6),
        Habit::Steady | Habit::Fading => draw.log_normal(1.4, 0.6),
        Habit::Dormant => draw.log_normal(0.7, 0.5),
    };
    // One dormant customer in six still looks in without moving money.
    let looks = closed.is_none() && draw.chance(0.17);
    let until = if looks { bank.as_of } else { active_until };
    (if installed { sessions } else { 0.0 }, until)
}
