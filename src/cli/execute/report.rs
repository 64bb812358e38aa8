//! What the report of a run shows, from what the run knows already: no list is read again for it.

use super::super::data::InputFile;
use super::super::outputs::{ActionCount, ExclusionCount, Lists, Sheet, Summary, Tie, time_text};
use super::Job;
use polars::prelude::DataFrame;
use std::collections::BTreeMap;
use strat::engine::Outcome;
use strat::evaluate::evaluation::Words;
use strat::interp::explain::{rule_words, stage_words};
use strat::ir::{Count, Emission, Output, Program, Stage, Strategy, Watch};
use strat::report::run::{
    ActionCell, Alert, ChannelUse, ExclusionCell, Group, Input, JourneyCell, JourneyEvent, Name, RunReport, StrategyRun, Tally,
};
use strat::types::{Type, Value};

/// What a run decided, in counts.
pub(super) struct Decided<'a> {
    pub run_id: &'a str,
    pub lists: &'a Lists<'a>,
    pub summary: &'a Summary,
    pub ties: &'a [Tie],
    pub inputs: &'a [InputFile],
    pub outcome: &'a Outcome,
}

/// The program's own words for names in outputs, and how many rows one subject can have in a cell.
struct Says<'a> {
    program: &'a Program,
}

impl Job<'_> {
    pub(super) fn run_report(&self, decided: &Decided<'_>) -> RunReport {
        let program = self.program;
        let says = Says { program };
        let Decided { run_id, lists, summary, ties, inputs, outcome } = *decided;
        RunReport {
            program: program.name.clone(),
            program_hash: self.loaded.hash.clone(),
            run_id: run_id.to_owned(),
            as_of: time_text(self.moment.as_of),
            previous_run: self.moment.previous.map(time_text),
            ahead_until: self.ahead.map(|ahead| time_text(self.moment.as_of.saturating_add(ahead))),
            currency: self.project.currency.clone(),
            strategies: program.strategies.iter().zip(ties).map(|(strategy, tie)| tied(strategy, tie)).collect(),
            actions: summary.actions.iter().map(|count| says.actions(count)).collect(),
            exclusions: says.exclusions(&summary.exclusions),
            assignments: Tally::new(lists.assignments.rows() as u64, program.strategies.len() as u64),
            channels: channels(program, summary, &outcome.emissions),
            groups: program.watches.iter().zip(&outcome.watches).filter_map(|(watch, count)| says.group(watch, count)).collect(),
            journeys: says.journeys(&outcome.emissions),
            alerts: lists.alerts.as_ref().map(alerts).unwrap_or_default(),
            inputs: inputs.iter().map(input).collect(),
        }
    }
}

fn tied(strategy: &Strategy, tie: &Tie) -> StrategyRun {
    StrategyRun {
        name: Name { name: strategy.name.clone(), label: strategy.label.clone() },
        owner: strategy.owner.clone(),
        approver: strategy.approver.clone(),
        class: strategy.class.clone(),
        candidates: tie.candidates,
        accounted_for: tie.accounted_for,
    }
}

fn input(file: &InputFile) -> Input {
    Input { table: file.table.clone(), file: file.file.clone(), rows: file.rows, hash: file.blake3.clone() }
}

impl Says<'_> {
    fn strategy(&self, name: &str) -> Name {
        let label = self.program.strategies.iter().find(|strategy| strategy.name == name).and_then(|strategy| strategy.label.clone());
        Name { name: name.to_owned(), label }
    }

    /// The first label of that name of any ladder.
    fn tier(&self, name: &str) -> Option<Name> {
        let label = self.program.ladders.iter().flat_map(|ladder| &ladder.labels).find(|label| label.name == name);
        (!name.is_empty()).then(|| Name { name: name.to_owned(), label: label.and_then(|label| label.label.clone()) })
    }

    /// A text that every row of an emission has; `None` when it differs from row to row, or is not there.
    fn same(&self, emission: &Emission, field: &str) -> Option<&str> {
        let (_, node) = emission.fields.iter().find(|(name, _)| name == field)?;
        match self.program.graph.constant(*node) {
            Some(Value::Text(text)) => Some(text),
            Some(_) | None => None,
        }
    }

    /// Whether rows of an emission can have these texts.
    fn may_have(&self, emission: &Emission, texts: &[(&str, &str)]) -> bool {
        texts.iter().all(|(field, text)| self.same(emission, field).is_none_or(|same| same == *text))
    }

    /// How many rows with these texts one subject of a strategy can have: one per emission.
    fn each(&self, output: Output, strategy: &str, texts: &[(&str, &str)]) -> u64 {
        let mine = |emission: &&Emission| {
            let of = emission.strategy.and_then(|at| self.program.strategies.get(at as usize));
            emission.output == output && of.is_some_and(|of| of.name == strategy)
        };
        self.program.emissions.iter().filter(mine).filter(|emission| self.may_have(emission, texts)).count() as u64
    }

    fn actions(&self, count: &ActionCount) -> ActionCell {
        let channel = self.program.channels.iter().find(|channel| channel.name == count.channel);
        let each = self.each(Output::Actions, &count.strategy, &[("channel", &count.channel)]);
        ActionCell {
            strategy: self.strategy(&count.strategy),
            tier: self.tier(&count.tier),
            arm: (!count.arm.is_empty()).then(|| count.arm.clone()),
            channel: (!count.channel.is_empty())
                .then(|| Name { name: count.channel.clone(), label: channel.and_then(|channel| channel.label.clone()) }),
            actions: Tally::new(count.actions, each),
        }
    }

    /// Strategies in the order of the program, layers in the order in which they are asked.
    fn exclusions(&self, counts: &[ExclusionCount]) -> Vec<ExclusionCell> {
        let place = |name: &str| self.program.strategies.iter().position(|strategy| strategy.name == name);
        let mut cells: Vec<ExclusionCell> = counts.iter().map(|count| self.exclusion(count)).collect();
        cells.sort_by_key(|cell| (place(&cell.strategy.name), Stage::of_word(&cell.layer)));
        cells
    }

    fn exclusion(&self, count: &ExclusionCount) -> ExclusionCell {
        let strategy = self.program.strategies.iter().find(|strategy| strategy.name == count.strategy);
        let gates = strategy.map(|strategy| strategy.gates.as_slice()).unwrap_or_default();
        let label = gates.iter().find(|gate| gate.rule == count.rule && gate.label.is_some()).and_then(|gate| gate.label.clone());
        let each = self.each(Output::Exclusions, &count.strategy, &[("stage", &count.stage), ("rule", &count.rule)]);
        ExclusionCell {
            strategy: self.strategy(&count.strategy),
            layer: count.stage.clone(),
            layer_words: stage_words(&count.stage).map_or_else(|| Words::same(&count.stage), Words::from),
            rule: count.rule.clone(),
            title: label.map(Words::same).or_else(|| rule_words(&count.rule).map(Words::from)),
            exclusions: Tally::new(count.exclusions, each),
        }
    }

    /// Every watch but the count of candidates, which is in the tie-out.
    fn group(&self, watch: &Watch, count: &Count) -> Option<Group> {
        if watch.name.starts_with("strategy ") && watch.name.ends_with(" considered") {
            return None;
        }
        let names: Vec<Option<Name>> = match self.program.type_of(watch.node) {
            Type::Label(ladder) => {
                let labels = self.program.ladder(ladder).map(|ladder| ladder.labels.as_slice()).unwrap_or_default();
                labels.iter().map(|label| Some(Name { name: label.name.clone(), label: label.label.clone() })).collect()
            }
            // Those outside a segment are the rest.
            _ => vec![None, Some(Name::default())],
        };
        let counts = names.into_iter().zip(&count.known).filter_map(|(name, rows)| Some((name?, Tally::new(*rows, 1))));
        Some(Group {
            watch: watch.name.clone(),
            counts: counts.collect(),
            undecided: Tally::new(count.unknown, 1),
            may_be_missing: if count.unknown > 0 { watch.reads.clone() } else { Vec::new() },
        })
    }

    /// Each emission of journeys is about one wave or one exit.
    fn journeys(&self, frames: &[DataFrame]) -> Vec<JourneyCell> {
        type Key = (Option<u32>, JourneyEvent, String, Option<String>);
        let mut found: Vec<(Key, u64, u64)> = Vec::new();
        let emitted = self.program.emissions.iter().zip(frames).filter(|(emission, _)| emission.output == Output::Journeys);
        for (emission, rows) in emitted.filter(|(_, rows)| rows.height() > 0) {
            let event = match self.same(emission, "event") {
                Some("executed") => JourneyEvent::Executed,
                Some("skipped") => JourneyEvent::Skipped,
                Some("deferred") => JourneyEvent::Deferred,
                Some(_) | None => JourneyEvent::Exited,
            };
            let wave = self.same(emission, "wave").unwrap_or("").to_owned();
            let key: Key = (emission.strategy, event, wave, self.same(emission, "reason").map(String::from));
            match found.iter_mut().find(|(known, _, _)| *known == key) {
                Some((_, number, each)) => (*number, *each) = (*number + rows.height() as u64, *each + 1),
                None => found.push((key, rows.height() as u64, 1)),
            }
        }
        found.sort_by_key(|((strategy, event, _, _), _, _)| (*strategy, *event == JourneyEvent::Exited));
        let cell = |((strategy, event, wave, reason), number, each): (Key, u64, u64)| {
            let strategy = strategy.and_then(|at| self.program.strategies.get(at as usize));
            let strategy = strategy.map_or_else(Name::default, |strategy| self.strategy(&strategy.name));
            JourneyCell { strategy, wave, event, reason, subjects: Tally::new(number, each) }
        };
        found.into_iter().map(cell).collect()
    }
}

/// The channels of a program that some strategy uses, with what they had to do.
fn channels(program: &Program, summary: &Summary, frames: &[DataFrame]) -> Vec<ChannelUse> {
    let says = Says { program };
    let staff = staff(&says, frames);
    let used = program.channels.iter().filter(|channel| {
        program.strategies.iter().flat_map(|strategy| &strategy.actions).any(|action| action.channel.as_ref() == Some(&channel.name))
    });
    used.map(|channel| {
        let counts = summary.actions.iter().filter(|count| count.channel == channel.name);
        let contacts: u64 = counts.map(|count| count.actions).sum();
        let number = i64::try_from(contacts).unwrap_or(i64::MAX);
        let people = staff.get(channel.name.as_str());
        let most = people.and_then(|people| people.values().max()).copied().unwrap_or(0);
        ChannelUse {
            channel: Name { name: channel.name.clone(), label: channel.label.clone() },
            cost: channel.cost.saturating_mul(number),
            staff_minutes: channel.staff_milliseconds.saturating_mul(number) / 60_000,
            people: people.map_or(0, |people| people.len() as u64),
            busiest: Tally::new(most, 1),
        }
    })
    .collect()
}

/// Contacts per channel and person, from the actions that name one.
fn staff<'a>(says: &'a Says<'_>, frames: &'a [DataFrame]) -> BTreeMap<&'a str, BTreeMap<String, u64>> {
    let mut out: BTreeMap<&str, BTreeMap<String, u64>> = BTreeMap::new();
    for (emission, rows) in says.program.emissions.iter().zip(frames).filter(|(emission, _)| emission.output == Output::Actions) {
        let people = rows.column("assignee_id").ok().and_then(|column| column.str().ok());
        let (Some(channel), Some(people)) = (says.same(emission, "channel"), people) else { continue };
        let counts = out.entry(channel).or_default();
        for person in people.iter().flatten() {
            match counts.get_mut(person) {
                Some(count) => *count += 1,
                None => {
                    counts.insert(person.to_owned(), 1);
                }
            }
        }
    }
    out
}

fn alerts(sheet: &Sheet<'_>) -> Vec<Alert> {
    let Ok(page) = sheet.page(0..sheet.rows()) else { return Vec::new() };
    let texts = ["alert", "group", "state", "to", "reason"].map(|name| page.texts(name));
    let value = page.frame().column("value").ok().and_then(|column| column.f64().ok());
    let n = page.frame().column("n").ok().and_then(|column| column.i64().ok());
    let row = |row: usize| {
        let [name, group, state, to, reason] = texts.map(|column| column.and_then(|column| column.get(row)).unwrap_or("").to_owned());
        let value = value.and_then(|value| value.get(row)).map_or_else(String::new, |value| format!("{}", (value * 1e6).round() / 1e6));
        let n = n.and_then(|n| n.get(row)).and_then(|n| u64::try_from(n).ok()).unwrap_or(0);
        Alert { name, group, raised: state == "raised", to, value, n, reason }
    };
    (0..page.rows()).map(row).collect()
}
