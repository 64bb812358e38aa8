//! An auditor of what was done to customers: reads rules, data, lists and ledger, and nothing of how they came about.
//!
//! Written from the semantics of the language alone (strategies, policy). It knows neither programs nor engines.

use super::bank::{DAY, Row, Tables, instant};
use super::rules::{Again, Cap, Capacity, Condition, Counted, Rules, Strategy, Subject, Whose, Window};
use super::world::{Day, History};
use std::collections::{BTreeMap, BTreeSet};

/// A rule that was not kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Breach {
    pub kind: &'static str,
    pub story: String,
}

/// A contact of the ledger, or of another system.
pub struct Contact<'a> {
    /// When it goes out.
    pub at: i64,
    /// The run that decided it; for another system the same as `at`.
    pub run: i64,
    pub row: &'a Row,
    pub ours: bool,
}

pub struct Audit<'a> {
    pub rules: &'a Rules,
    pub history: &'a History,
    pub contacts: Vec<Contact<'a>>,
    pub breaches: Vec<Breach>,
}

pub fn cell<'a>(row: &'a Row, name: &str) -> &'a str {
    row.get(name).map_or("", String::as_str)
}

pub fn rows<'a>(tables: &'a Tables, name: &str) -> &'a [Row] {
    tables.get(name).map_or(&[], Vec::as_slice)
}

fn find<'a>(tables: &'a Tables, table: &str, key: &str, wanted: &str) -> Option<&'a Row> {
    rows(tables, table).iter().find(|row| !wanted.is_empty() && cell(row, key) == wanted)
}

/// The first instant of the calendar day, or of the week from Monday, that an instant is in.
pub fn period_start(at: i64, window: Window) -> i64 {
    let day = at.div_euclid(DAY);
    match window {
        // 1970-01-01 was a Thursday.
        Window::CalendarWeek => (day - (day + 3).rem_euclid(7)) * DAY,
        Window::CalendarDay | Window::InAnyDays(_) => day * DAY,
    }
}

/// Whether a contact lies in the window that ends with another. What another system sends after a run nobody can see.
fn within(window: Window, other: &Contact<'_>, last: &Contact<'_>) -> bool {
    let (earlier, at) = (other.at, last.at);
    earlier <= at
        && (other.ours || earlier < last.run)
        && match window {
            Window::InAnyDays(days) => earlier > at - days * DAY,
            Window::CalendarDay | Window::CalendarWeek => earlier >= period_start(at, window),
        }
}

/// The row of a subject and the customer behind it, on one day.
pub fn customer_of<'a>(day: &'a Day, subject: Subject, unit: &str) -> Option<&'a Row> {
    match subject {
        Subject::Customers => find(&day.data, "customers", "customer_id", unit),
        Subject::Loans => find(&day.data, "customers", "customer_id", cell(find(&day.data, "loans", "loan_id", unit)?, "customer_id")),
    }
}

/// Kleene's truth of a condition for the customer behind a subject.
pub fn truth(condition: &Condition, day: &Day, customer: Option<&Row>) -> Option<bool> {
    let text = |name: &str| customer.map(|row| cell(row, name)).filter(|text| !text.is_empty());
    match condition {
        Condition::LevelAtLeast(least) => text("level").map(|level| level.parse::<i64>().unwrap() >= *least),
        Condition::WorthAtLeast(yuan) => text("worth").map(|worth| worth.parse::<f64>().unwrap() >= *yuan as f64),
        Condition::StatusIn(known) => text("status").map(|status| known.contains(&status)),
        Condition::Moved(days) => {
            let key = customer.map(|row| cell(row, "customer_id"));
            let mine = rows(&day.data, "moves").iter().filter(|row| Some(cell(row, "customer_id")) == key);
            Some(mine.filter_map(|row| instant(cell(row, "ts"))).any(|ts| day.as_of - days * DAY <= ts && ts < day.as_of))
        }
        Condition::Not(inner) => truth(inner, day, customer).map(|truth| !truth),
        Condition::And(left, right) => match (truth(left, day, customer), truth(right, day, customer)) {
            (Some(false), _) | (_, Some(false)) => Some(false),
            (Some(true), Some(true)) => Some(true),
            (_, _) => None,
        },
    }
}

impl Cap {
    /// The name under which it is recorded as a reason.
    pub fn name(&self) -> String {
        let what = match &self.counted {
            Counted::Contacts => "contacts",
            Counted::Channel(name) | Counted::Class(name) => name,
            Counted::Offer(name) => name,
        };
        format!("at_most_{}_{what}", self.most)
    }
}

impl Rules {
    pub fn strategy(&self, name: &str) -> Option<&Strategy> {
        self.strategies.iter().find(|strategy| strategy.name == name)
    }

    /// The layer of capacity may make an action on a channel wait.
    pub fn defers(&self, channel: &str) -> bool {
        self.capacities.iter().any(|capacity| capacity.defer && capacity.channel == channel)
    }
}

/// Everything that is wrong with a month.
pub fn audit(rules: &Rules, history: &History) -> Vec<Breach> {
    let foreign = history.days.last().map(|day| rows(&day.data, "contacts")).unwrap_or_default();
    let ours = rows(&history.ledger, "contacts").iter().map(|row| (row, true));
    let contacts = ours.chain(foreign.iter().map(|row| (row, false)));
    let contacts = contacts.map(|(row, ours)| {
        let run = instant(cell(row, "sent_at")).unwrap();
        Contact { at: instant(cell(row, "due_from")).unwrap_or(run), run, row, ours }
    });
    let contacts = contacts.collect();
    let mut audit = Audit { rules, history, contacts, breaches: Vec::new() };
    audit.caps();
    audit.capacities();
    audit.quotas();
    audit.exclusions();
    audit.arms();
    audit.order();
    audit.hours();
    audit.budgets();
    audit.control();
    audit.journeys();
    audit.accounts();
    audit.breaches
}

impl Audit<'_> {
    pub fn breach(&mut self, kind: &'static str, story: String) {
        self.breaches.push(Breach { kind, story });
    }

    pub fn day(&self, at: i64) -> &Day {
        self.history.days.iter().find(|day| day.as_of == at).unwrap_or_else(|| panic!("no run as of {at}"))
    }

    pub fn concerns(&self, cap: &Cap, contact: &Row) -> bool {
        match &cap.counted {
            Counted::Contacts => true,
            Counted::Channel(channel) => cell(contact, "channel") == *channel,
            Counted::Class(class) => self.rules.strategy(cell(contact, "strategy_id")).is_some_and(|strategy| strategy.class == *class),
            Counted::Offer(offer) => cell(contact, "offer_id") == offer,
        }
    }

    /// For every contact at t, contacts of one person in (t − D, t], or in the calendar period up to t, number at most N.
    fn caps(&mut self) {
        let shared = self.rules.caps.iter().chain(&self.rules.contest).map(|cap| (cap, None));
        let own =
            self.rules.strategies.iter().flat_map(|strategy| strategy.caps.iter().map(move |cap| (cap, Some(strategy.name.as_str()))));
        let caps: Vec<(&Cap, Option<&str>)> = shared.chain(own).collect();
        let mut found = Vec::new();
        for (cap, strategy) in caps {
            let counts = |contact: &&Contact<'_>| {
                self.concerns(cap, contact.row) && strategy.is_none_or(|name| cell(contact.row, "strategy_id") == name)
            };
            for contact in self.contacts.iter().filter(|contact| contact.ours).filter(counts) {
                let person = cell(contact.row, "customer_id");
                let same = self.contacts.iter().filter(counts).filter(|other| cell(other.row, "customer_id") == person);
                let number = same.filter(|other| within(cap.window, other, contact)).count();
                if i64::try_from(number).unwrap() > cap.most {
                    found.push(format!("{cap:?} {strategy:?}: {number} for {person} as of {}", cell(contact.row, "sent_at")));
                }
            }
        }
        found.into_iter().for_each(|story| self.breach("cap", story));
    }

    fn owner_of_capacity(&self, capacity: &Capacity, contact: &Contact<'_>) -> Option<String> {
        let text = match capacity.whose {
            Whose::Bank => return Some(String::new()),
            Whose::Assignee => cell(contact.row, "rm_id"),
            Whose::Branch => {
                let last = self.history.days.last()?;
                cell(find(&last.data, "customers", "customer_id", cell(contact.row, "customer_id"))?, "branch")
            }
        };
        (!text.is_empty()).then(|| text.to_owned())
    }

    fn capacities(&mut self) {
        let mut found = Vec::new();
        for capacity in &self.rules.capacities {
            let on_channel: Vec<(&Contact<'_>, Option<String>)> = self
                .contacts
                .iter()
                .filter(|contact| cell(contact.row, "channel") == capacity.channel)
                .map(|contact| (contact, self.owner_of_capacity(capacity, contact)))
                .collect();
            for (contact, owner) in on_channel.iter().filter(|(contact, _)| contact.ours) {
                let Some(owner) = owner else {
                    found.push(format!("{capacity:?}: nobody's, {:?}", contact.row));
                    continue;
                };
                let used = on_channel
                    .iter()
                    .filter(|(other, whose)| whose.as_ref() == Some(owner) && within(capacity.window, other, contact))
                    .count();
                let most =
                    capacity.most.or_else(|| cell(find(&self.day(contact.run).data, "staff", "staff_id", owner)?, "cap").parse().ok());
                if most.is_none_or(|most| i64::try_from(used).unwrap() > most) {
                    found.push(format!("{capacity:?}: {used} of {most:?} for `{owner}` as of {}", cell(contact.row, "sent_at")));
                }
            }
        }
        found.into_iter().for_each(|story| self.breach("capacity", story));
    }

    /// After every run: accepted places, and invitations still held, are at most the quota; nobody is invited too soon again.
    fn quotas(&mut self) {
        let mut found = Vec::new();
        for offer in &self.rules.offers {
            let foreign = self.history.days.last().map(|day| rows(&day.data, "grants")).unwrap_or_default();
            let grants = rows(&self.history.ledger, "grants").iter().chain(foreign).filter(|row| cell(row, "offer_id") == offer.name);
            let mut by_unit: BTreeMap<&str, Vec<(i64, &Row)>> = BTreeMap::new();
            for row in grants {
                by_unit.entry(cell(row, "unit_id")).or_default().push((instant(cell(row, "ts")).unwrap(), row));
            }
            for day in &self.history.days {
                let holds = |rows: &&Vec<(i64, &Row)>| {
                    let seen = || rows.iter().filter(|(ts, _)| *ts <= day.as_of);
                    let last = seen().filter(|(_, row)| cell(row, "state") == "invited").max_by_key(|(ts, _)| *ts);
                    let accepted = seen().any(|(_, row)| cell(row, "state") == "accepted");
                    let open = last.is_some_and(|(ts, row)| {
                        let over = instant(cell(row, "expires_at")).is_some_and(|end| end <= day.as_of);
                        let declined = seen().any(|(at, row)| cell(row, "state") == "declined" && at >= ts);
                        !over && !declined
                    });
                    accepted || open
                };
                let taken = by_unit.values().filter(holds).count();
                if i64::try_from(taken).unwrap() > offer.quota {
                    found.push(("quota", format!("{offer:?}: {taken} taken as of {}", super::bank::time(day.as_of))));
                }
            }
            for (unit, rows) in &by_unit {
                let mut invited: Vec<i64> = rows.iter().filter(|(_, row)| cell(row, "state") == "invited").map(|(ts, _)| *ts).collect();
                invited.sort_unstable();
                invited.dedup();
                let last = rows.iter().map(|(ts, _)| *ts);
                for at in &invited {
                    let before = last.clone().filter(|ts| ts < at).max();
                    let early = match offer.again {
                        Again::Always => false,
                        Again::Never => before.is_some(),
                        Again::AfterDays(days) => before.is_some_and(|before| before + days * DAY > *at),
                    };
                    if early {
                        found.push(("offer again", format!("{offer:?}: {unit} as of {}", super::bank::time(*at))));
                    }
                }
            }
        }
        found.into_iter().for_each(|(kind, story)| self.breach(kind, story));
    }

    /// Nobody a rule stops is reached: unknown stops too.
    fn exclusions(&mut self) {
        let mut found = Vec::new();
        for day in &self.history.days {
            for action in &day.actions {
                let strategy = self.rules.strategy(cell(action, "strategy_id")).unwrap();
                let customer = customer_of(day, strategy.subject, cell(action, "unit_id"));
                let who = format!("{} {} as of {}", strategy.name, cell(action, "unit_id"), super::bank::time(day.as_of));
                for (name, condition) in &strategy.excludes {
                    if truth(condition, day, customer) != Some(false) {
                        found.push(("exclude", format!("{who}: {name}")));
                    }
                }
                if self.rules.legal.as_ref().is_some_and(|legal| truth(legal, day, customer) != Some(false)) {
                    found.push(("legal", who.clone()));
                }
                if self.rules.consent {
                    let channel = cell(action, "channel");
                    let given = rows(&day.data, "consents").iter().any(|row| {
                        cell(row, "customer_id") == cell(action, "customer_id")
                            && cell(row, "channel") == channel
                            && cell(row, "allowed") == "true"
                    });
                    if !given {
                        found.push(("consent", format!("{who}: {channel}")));
                    }
                }
                found.extend(self.unmet(day, strategy, action).map(|story| ("condition", format!("{who}: {story}"))));
            }
            for strategy in &self.rules.strategies {
                let served: BTreeSet<&str> =
                    day.actions.iter().filter(|row| cell(row, "strategy_id") == strategy.name).map(|row| cell(row, "unit_id")).collect();
                if strategy.limit.is_some_and(|limit| i64::try_from(served.len()).unwrap() > limit)
                    && !strategy.waves.iter().any(|wave| wave.steps.iter().any(|step| step.on_capacity.is_some()))
                {
                    found.push(("limit", format!("{}: {served:?}", strategy.name)));
                }
            }
        }
        found.into_iter().for_each(|(kind, story)| self.breach(kind, story));
    }

    /// No step of the wave explains an action.
    fn unmet(&self, day: &Day, strategy: &Strategy, action: &Row) -> Option<String> {
        let customer = customer_of(day, strategy.subject, cell(action, "unit_id"));
        let Some(wave) = strategy.waves.iter().find(|wave| wave.name == cell(action, "wave")) else {
            return Some(format!("no wave for {action:?}"));
        };
        let (channel, offer) = (cell(action, "channel"), cell(action, "offer_id"));
        let explains = wave.steps.iter().any(|step| {
            let met = step.when.as_ref().is_none_or(|when| truth(when, day, customer) == Some(true));
            let same_offer = step.offer.as_deref().unwrap_or("") == offer;
            let (first, fallback) = (step.channel == channel, step.on_consent == Some(channel) || step.on_capacity == Some(channel));
            met && (first && same_offer || fallback)
        });
        if !explains {
            return Some(format!("no step for {action:?}"));
        }
        // What waited was decided on an earlier day.
        let waited = wave.steps.iter().any(|step| self.rules.defers(step.channel));
        let met = wave.when.as_ref().is_none_or(|when| truth(when, day, customer) == Some(true));
        (!met && !waited).then(|| format!("wave {}", wave.name))
    }

    /// One arm for good, and control gets nothing.
    fn arms(&mut self) {
        let mut found = Vec::new();
        let mut arms: BTreeMap<(&str, &str), &str> = BTreeMap::new();
        for row in rows(&self.history.ledger, "assignments") {
            if arms.insert((cell(row, "experiment"), cell(row, "unit_id")), cell(row, "arm")).is_some() {
                found.push(format!("assigned twice: {row:?}"));
            }
        }
        for action in self.history.days.iter().flat_map(|day| &day.actions) {
            let strategy = self.rules.strategy(cell(action, "strategy_id")).unwrap();
            let assigned = arms.get(&(strategy.name.as_str(), cell(action, "unit_id"))).copied();
            if !strategy.arms.is_empty() && (assigned.is_none_or(|arm| arm == "control") || assigned != Some(cell(action, "arm"))) {
                found.push(format!("{assigned:?}: {action:?}"));
            }
        }
        found.into_iter().for_each(|story| self.breach("arm", story));
    }

    /// Nobody loses a cap to a strategy of a later class, or of a later priority in its class.
    fn order(&mut self) {
        let rank = |name: &str| {
            let strategy = self.rules.strategy(name)?;
            let class = self.rules.order.iter().position(|class| *class == strategy.class).unwrap_or(usize::MAX);
            Some((class, strategy.priority.unwrap_or(i64::MAX)))
        };
        let mut found = Vec::new();
        let own = self.rules.strategies.iter().flat_map(|strategy| &strategy.caps);
        let all: Vec<&Cap> = self.rules.caps.iter().chain(&self.rules.contest).chain(own).collect();
        for day in &self.history.days {
            for lost in day.exclusions.iter().filter(|row| cell(row, "stage") == "contact_policy") {
                // What stands in for an action that a capacity stopped is asked after everybody else.
                let late = self
                    .rules
                    .strategy(cell(lost, "strategy_id"))
                    .is_some_and(|strategy| strategy.waves.iter().flat_map(|wave| &wave.steps).any(|step| step.on_capacity.is_some()));
                let caps: Vec<&&Cap> = all.iter().filter(|cap| cap.name() == cell(lost, "detail")).collect();
                let [cap] = caps.as_slice() else { continue };
                if late || !self.rules.caps.contains(cap) {
                    continue;
                }
                let won = day.actions.iter().filter(|row| cell(row, "customer_id") == cell(lost, "customer_id") && self.concerns(cap, row));
                let behind = won.filter(|row| rank(cell(row, "strategy_id")) > rank(cell(lost, "strategy_id")));
                found.extend(behind.map(|row| {
                    format!("{} before {} as of {}", cell(row, "strategy_id"), cell(lost, "strategy_id"), super::bank::time(day.as_of))
                }));
            }
        }
        found.into_iter().for_each(|story| self.breach("order", story));
    }
}
