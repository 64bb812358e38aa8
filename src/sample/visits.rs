//! App sessions: log-in, pages with the time spent on them, clicks and small tasks.

use super::Bank;
use super::calendar::moment;
use super::lending::Loan;
use super::person::Person;
use super::random::{Draw, Topic};
use super::shape::{TableName, Tables};
use super::table::Value;

/// Days of history.
const DAYS: i32 = 180;

/// Page categories, how often a page of them is opened, and the median seconds spent.
const PAGES: &[((&str, f64), u32)] = &[
    (("home", 9.0), 30),
    (("account", 16.0), 22),
    (("transfer", 24.0), 14),
    (("wealth", 48.0), 10),
    (("loan", 42.0), 3),
    (("credit_card", 26.0), 8),
    (("life_service", 20.0), 7),
    (("points", 18.0), 4),
    (("insurance", 36.0), 2),
];

/// Writes the rows of the app event table, in order of time.
pub(super) fn write(bank: &Bank, person: &Person, loans: &[Loan], tables: &mut Tables) {
    let mut draw = Draw::new(bank.seed, person.number, Topic::Visits);
    let first = (bank.as_of - DAYS).max(person.opened);
    let last = person.visits_until.min(bank.as_of) - 1;
    if person.sessions <= 0.0 || last < first {
        return;
    }
    let count = draw.poisson(person.sessions * f64::from(last - first + 1) / 30.4).min(900);
    // Borrowers in trouble stop logging in and study the loan pages.
    let troubled = loans.iter().any(|loan| loan.overdue > 15);
    let quiet_from = if troubled { bank.as_of - 30 } else { bank.as_of };
    let mut starts: Vec<i64> = Vec::new();
    for _ in 0..count {
        let day = draw.day(first, last);
        let at = moment(day, draw.unit());
        // Sessions start early enough on the last day to end on it.
        if day < quiet_from || draw.chance(0.12) {
            starts.push(at.min((i64::from(bank.as_of) * super::calendar::DAY) - 7_200_000));
        }
    }
    starts.sort_unstable();
    let fresh = person.opened >= bank.as_of - DAYS;
    let mut log = Log { bank, person, tables, sequence: 0, session: 0, second_phone: draw.chance(0.08) };
    let mut previous_end = i64::MIN;
    for (place, start) in starts.iter().enumerate() {
        // One session at a time: a start inside the previous session is dropped.
        if *start > previous_end {
            log.session = place as u64 + 1;
            previous_end = session(&mut log, *start, place == 0 && fresh, troubled, &mut draw);
        }
    }
}

/// Where events go, with the numbering of one customer.
struct Log<'a> {
    bank: &'a Bank,
    person: &'a Person,
    tables: &'a mut Tables,
    sequence: u64,
    session: u64,
    second_phone: bool,
}

/// What an event carries beyond its time and session.
#[derive(Default)]
struct Details<'a> {
    page: Option<(&'a str, &'a str)>,
    dwell: Option<i64>,
    task: Option<&'a str>,
    team: Option<&'a str>,
    code: Option<&'a str>,
}

impl Log<'_> {
    fn add(&mut self, at: i64, event: &str, details: &Details<'_>) {
        self.sequence += 1;
        let device = if self.second_phone && self.session.is_multiple_of(4) {
            self.person.device.replacen('D', "DB", 1)
        } else {
            self.person.device.clone()
        };
        self.tables.push(
            TableName::AppEvents,
            &[
                Value::Text(&self.bank.sub_id("V", self.person.number, self.sequence, 5)),
                Value::Text(&self.person.id),
                Value::Time(at),
                Value::Text(&self.bank.sub_id("S", self.person.number, self.session, 4)),
                Value::Text(event),
                Value::text(details.page.map(|(page, _)| page)),
                Value::text(details.page.map(|(_, category)| category)),
                Value::integer(details.dwell),
                Value::text(details.task),
                Value::text(details.team),
                if self.sequence % 50 == 7 { Value::Missing } else { Value::Text(&device) },
                Value::text(details.code),
            ],
        );
    }
}

/// Logs one session and returns when it ended.
fn session(log: &mut Log<'_>, start: i64, first_ever: bool, troubled: bool, draw: &mut Draw) -> i64 {
    let mut at = start;
    log.add(at, if first_ever { "first_login" } else { "login" }, &Details::default());
    let abroad = log.person.study_abroad && draw.chance(0.3);
    for step in 0..1 + draw.poisson(1.1).min(8) {
        let (category, median) = if abroad && step < 3 {
            ("study_abroad", 95.0)
        } else if troubled && draw.chance(0.55) {
            ("loan", 180.0)
        } else {
            draw.weighted(PAGES)
        };
        let page = page_name(category, draw.between(1, 4));
        let details = Details { page: Some((&page, category)), ..Details::default() };
        at += draw.between(1, 12) * 1_000;
        log.add(at, "page_view", &details);
        let dwell = (draw.log_normal(median, 0.8) as i64).clamp(1, 900);
        if draw.chance(0.22) {
            log.add(at + dwell * 400, "click", &details);
        }
        at += dwell * 1_000;
        // A killed app sends no page_leave.
        if !draw.chance(0.04) {
            log.add(at, "page_leave", &Details { dwell: Some(dwell), ..details });
        }
        if at - start > 3_000_000 {
            break;
        }
    }
    if draw.chance(0.05) {
        at += 2_000;
        extra(log, at, draw);
    }
    at
}

fn page_name(category: &str, variant: i64) -> String {
    let mut page = String::with_capacity(category.len() + 2);
    page.push_str(category);
    page.push('_');
    page.push(char::from(b'0' + variant.clamp(0, 9) as u8));
    page
}

fn extra(log: &mut Log<'_>, at: i64, draw: &mut Draw) {
    let person = log.person.number;
    let code = log.bank.id("RC", person);
    let team = log.bank.id("W", 1 + person / 5);
    let task = draw.pick(&["bind_payment", "daily_sign", "first_transfer", "watch_course", "finish_profile"]);
    match draw.below(7) {
        0 | 1 => log.add(at, "task_complete", &Details { task: Some(task), ..Details::default() }),
        2 => log.add(at, "share", &Details { code: Some(&code), ..Details::default() }),
        3 => log.add(at, "share_click", &Details { code: Some(&code), ..Details::default() }),
        4 => log.add(at, "team_join", &Details { team: Some(&team), ..Details::default() }),
        5 => log.add(at, "coupon_open", &Details::default()),
        _ => log.add(at, "branch_checkin", &Details::default()),
    }
}
