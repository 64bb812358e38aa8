//! What a plan promises and can never do, shown with a counter-example: waves that come too late, steps that a rule forbids to everybody
//! who gets there, claims whose evidence the trigger does not imply, products somebody could get who cannot bear their risk.

use super::Draft;
use super::action::Reach;
use super::course::Course;
use super::gate::Rule;
use super::journey::{Journey, WaveState};
use crate::check::Checker;
use crate::check::length::{DAY, Length};
use crate::check::names::Scope;
use crate::check::problems::outcomes as problems;
use crate::check::proof::{Samples, Subject, pick};
use crate::check::synthetic::Synthetic;
use crate::diag::Problem;
use crate::ir::{Kind, NodeId, Operator};
use crate::source::Span;
use crate::syntax::ast::Expression;
use crate::types::{Type, Value};
use chrono::{Days, Months, NaiveDate};

/// Subjects tried per proof; a rule that needs more is not judged.
const MOST: usize = 4_000;
/// The shortest month, for what is reached at the earliest.
const SHORTEST_MONTH: i64 = 28;
const LONGEST_MONTH: i64 = 31;
/// Evidence supports a claim for so long.
const EVIDENCE_MONTHS: u32 = 12;

/// Since when time is counted in a condition.
struct Elapsed {
    start: NodeId,
    /// Milliseconds of a unit; `None` counts months.
    unit: Option<i64>,
}

/// A wave or the entry, as seen from a later wave.
struct Start {
    node: NodeId,
    name: String,
    /// From it to the later wave at the earliest; `None` for what has not happened by then.
    wait: Option<Length>,
    /// Whether it may have been passed over.
    may_miss: bool,
}

impl Checker {
    /// All proofs about one strategy.
    pub(super) fn prove_course(&mut self, course: &Course<'_>) {
        self.prove_waves(&course.draft, &course.journey);
        for (at, (wave, reaches)) in course.journey.waves.iter().zip(&course.reaches).enumerate() {
            for reach in reaches {
                let mut context = vec![wave.condition, reach.branch, reach.chosen];
                if at == 0 {
                    context.push(course.fired);
                }
                let context = self.conjuncts(&context);
                self.prove_possible(reach, &context);
                self.prove_claims(&course.draft, reach, &context);
                self.prove_suitable(&course.draft, wave, reach, &context);
            }
        }
    }

    /// The parts of conditions that must all hold.
    fn conjuncts(&self, conditions: &[NodeId]) -> Vec<NodeId> {
        let (mut out, mut pending) = (Vec::new(), conditions.to_vec());
        while let Some(node) = pending.pop() {
            match self.graph.get(node).map(|node| &node.kind) {
                Some(Kind::And(operands)) => pending.extend(operands),
                Some(Kind::IsTrue(inner)) => pending.push(*inner),
                Some(_) | None => out.push(node),
            }
        }
        out
    }

    /// Those of the conditions that look at something the given one looks at.
    fn related(&self, to: &[NodeId], conditions: &[NodeId]) -> Vec<NodeId> {
        let own = self.samples_of(to);
        let shares = |condition: &&NodeId| self.samples_of(&[**condition]).keys().any(|leaf| own.contains_key(leaf));
        conditions.iter().filter(shares).copied().collect()
    }

    /// The first subject for whom all of `context` holds and `wanted` does too.
    fn example(&self, samples: &Samples, context: &[NodeId], wanted: impl Fn(&Self, &Subject) -> bool) -> Option<Subject> {
        let count =
            samples.values().try_fold(1_usize, |product, values| product.checked_mul(values.len())).filter(|count| *count <= MOST)?;
        (0..count)
            .map(|index| pick(samples, index))
            .find(|subject| context.iter().all(|condition| self.holds(*condition, subject) == Some(true)) && wanted(self, subject))
    }

    /// A step that some rule before assignment stops for everybody who gets there.
    fn prove_possible(&mut self, reach: &Reach, context: &[NodeId]) -> Option<()> {
        let rule = reach.rules.iter().find(|rule| self.always_stops(rule, context))?;
        let (rule, condition) = (rule.name.clone(), rule.condition);
        let text = self.sources.text(reach.span).split_whitespace().take(2).collect::<Vec<_>>().join(" ");
        let related = self.related(&[condition], context);
        let samples = self.samples_of(&[related.as_slice(), &[condition]].concat());
        let mut whom = self.example(&samples, &related, |_, _| true)?;
        let leaves = self.samples_of(&related);
        whom.retain(|leaf, _| leaves.contains_key(leaf));
        let everybody = whom.is_empty();
        let shown = self.describe(&whom);
        let problem = Problem::new(&problems::STEP_FORBIDDEN, reach.span).with("step", text).with("rule", rule);
        self.report(match everybody {
            true => problem.with("whom", "everybody").with("whom_zh", "所有人"),
            false => problem.with("whom", shown),
        });
        Some(())
    }

    /// Only rules about the kind of step: what a rule says of the customer alone may stop everybody on purpose.
    fn always_stops(&self, rule: &Rule, context: &[NodeId]) -> bool {
        if !self.sources.text(rule.span).contains("candidate.") {
            return false;
        }
        let related = self.related(&[rule.condition], context);
        if related.is_empty() {
            return false;
        }
        let samples = self.samples_of(&[related.as_slice(), &[rule.condition]].concat());
        let gets_there = self.example(&samples, &related, |_, _| true).is_some();
        gets_there && self.example(&samples, &related, |checker, subject| checker.holds(rule.condition, subject) == Some(false)).is_none()
    }

    /// Claims with a condition as evidence: the trigger and the branch should imply it. Claims with a day: it must not be old.
    fn prove_claims(&mut self, draft: &Draft<'_>, reach: &Reach, context: &[NodeId]) {
        let Some((module, template)) = &reach.template else { return };
        for (name, evidence) in &template.claims {
            let scope = self.scope_of_rule(draft, *module, reach.channel.as_deref(), name.span);
            let Some(typed) = self.expression(evidence, &scope) else { continue };
            if typed.ty.is_moment() {
                if let Some(Value::Int(value)) = self.fixed_value(&typed) {
                    let day = if typed.ty == Type::Time { value.div_euclid(DAY) } else { value };
                    self.prove_fresh(draft, &name.text, evidence.span, day);
                }
                continue;
            }
            if typed.ty != Type::Bool {
                continue;
            }
            let related = self.related(&[typed.node], context);
            let samples = self.samples_of(&[related.as_slice(), &[typed.node]].concat());
            let Some(found) = self.example(&samples, &related, |checker, subject| checker.holds(typed.node, subject) != Some(true)) else {
                continue;
            };
            let example = self.describe(&found);
            let written = self.sources.text(evidence.span).split_whitespace().collect::<Vec<_>>().join(" ");
            let problem = Problem::new(&problems::CLAIM_NOT_IMPLIED, reach.span).with("strategy", &draft.ast.name.text);
            self.report(problem.with("claim", &name.text).with("example", example).with("evidence", written));
        }
    }

    /// Evidence of a fixed day against the last day of `runs`, or the day the program is checked for.
    fn prove_fresh(&mut self, draft: &Draft<'_>, claim: &str, span: Span, day: i64) -> Option<()> {
        let last = match &draft.ast.runs {
            Some((_, to)) => {
                let typed = self.expression(to, &Scope::constant(draft.module))?;
                self.fixed_value(&typed).and_then(|value| value.as_int())
            }
            None => None,
        };
        let end = date_of(day)?.checked_add_months(Months::new(EVIDENCE_MONTHS))?;
        let when = [last, self.today].into_iter().flatten().filter_map(date_of).find(|when| *when > end)?;
        let problem = Problem::new(&problems::EVIDENCE_EXPIRED, span).with("claim", claim);
        self.report(problem.with("day", date_of(day)?).with("when", when));
        Some(())
    }

    /// A product with a name must not reach somebody whose risk level is below its own.
    fn prove_suitable(&mut self, draft: &Draft<'_>, wave: &WaveState, reach: &Reach, context: &[NodeId]) -> Option<()> {
        let product = draft.ast.product.as_ref()?;
        let channel = reach.channel.as_deref()?;
        let scope = self.scope_of_rule(draft, draft.module, Some(channel), product.span);
        let place = Synthetic(product.span);
        let risk = self.silently(&place.path(&["candidate", "product", "risk_level"]), &scope)?;
        let bearing = self.risk_of_customer(draft, place, &scope)?;
        let concerns = |node: &NodeId| self.graph.reachable([*node]).into_iter().any(|inner| inner == risk || inner == bearing);
        let rules: Vec<NodeId> = reach.rules.iter().map(|rule| rule.condition).filter(concerns).collect();
        let context: Vec<NodeId> = context.iter().copied().filter(concerns).collect();
        let mut samples = self.samples_of(&[context.as_slice(), rules.as_slice()].concat());
        let compared: Vec<NodeId> = samples.keys().copied().filter(|leaf| self.compares(*leaf, risk, bearing)).collect();
        samples.retain(|leaf, _| !compared.contains(leaf) && *leaf != risk && *leaf != bearing);
        // A rule that puts the two together in a way of its own is not judged.
        if samples.keys().any(concerns) {
            return None;
        }
        let mut pairs = vec![(4_i64, 2_i64)];
        pairs.extend((1..=5).flat_map(|risk| (1..risk).map(move |bearing| (risk, bearing))));
        let found = pairs.into_iter().find_map(|(high, low)| {
            let mut tried = samples.clone();
            tried.insert(risk, vec![Value::Int(high)]);
            tried.insert(bearing, vec![Value::Int(low)]);
            self.example(&tried, &context, |checker, subject| rules.iter().all(|rule| checker.holds(*rule, subject) == Some(false)))
                .map(|_| (high, low))
        });
        let (high, low) = found?;
        let step = self.sources.text(reach.span).split_whitespace().collect::<Vec<_>>().join(" ");
        let triggers: Vec<String> = draft
            .ast
            .triggers
            .iter()
            .map(|trigger| self.sources.text(trigger.span).split_whitespace().collect::<Vec<_>>().join(" "))
            .collect();
        let mut path = vec![triggers.join(", ")];
        if wave.name != "1" {
            path.push(format!("wave {}", wave.name));
        }
        path.push(step);
        let problem =
            Problem::new(&problems::UNSUITABLE, product.span).with("strategy", &draft.ast.name.text).with("product", &product.text);
        let problem = problem.with("example", format!("risk_level = {low}, candidate.product.risk_level = {high}"));
        self.report(problem.with("path", path.join(" → ")));
        Some(())
    }

    /// The risk level of whoever is reached.
    fn risk_of_customer(&mut self, draft: &Draft<'_>, place: Synthetic, scope: &Scope) -> Option<NodeId> {
        let mut paths: Vec<Vec<String>> =
            vec![vec![String::from("risk_level")], vec![String::from("customer"), String::from("risk_level")]];
        if let Some(recipient) = &draft.ast.recipient {
            let mut names: Vec<String> = recipient.segments.iter().map(|segment| segment.text.clone()).collect();
            names.push(String::from("risk_level"));
            paths.insert(0, names);
        }
        paths.into_iter().find_map(|path| self.silently(&place.path(&path.iter().map(String::as_str).collect::<Vec<_>>()), scope))
    }

    /// The node of an expression that may mean nothing here.
    fn silently(&mut self, expression: &Expression, scope: &Scope) -> Option<NodeId> {
        let reported = self.problems.len();
        let found = self.expression(expression, scope);
        self.problems.truncate(reported);
        found.map(|typed| typed.node)
    }

    fn compares(&self, leaf: NodeId, risk: NodeId, bearing: NodeId) -> bool {
        let one = |node: NodeId| node == risk || node == bearing;
        matches!(self.graph.get(leaf).map(|node| &node.kind), Some(Kind::Compare { operator: _, left, right }) if one(*left) && one(*right))
    }

    /// Waves that some exit always comes before.
    fn prove_waves(&mut self, draft: &Draft<'_>, journey: &Journey) {
        for (at, wave) in journey.waves.iter().enumerate() {
            let starts = starts_of(draft, journey, at);
            self.prove_wave(draft, journey, wave, &starts);
        }
    }

    fn prove_wave(&mut self, draft: &Draft<'_>, journey: &Journey, wave: &WaveState, starts: &[Start]) -> Option<()> {
        for (exit, condition) in draft.ast.exits.iter().zip(&journey.exit_conditions) {
            let conditions = [wave.condition, *condition];
            let mut samples = self.samples_of(&conditions);
            let mut counted_from = None;
            for (leaf, values) in &mut samples {
                let Some(elapsed) = self.elapsed(*leaf) else { continue };
                let Some(start) = starts.iter().find(|start| start.node == elapsed.start) else { continue };
                *values = values_after(start, &elapsed, values);
                if start.wait.is_some() {
                    counted_from = Some(start);
                }
            }
            let Some(start) = counted_from else { continue };
            let gets_there = self.example(&samples, &[wave.condition], |_, _| true).is_some();
            let stays =
                self.example(&samples, &[wave.condition], |checker, subject| checker.holds(*condition, subject) != Some(true)).is_some();
            if !gets_there || stays {
                continue;
            }
            let (wait, wait_zh) = words_of(start.wait.unwrap_or_default());
            let written = self.sources.text(exit.when.span).split_whitespace().collect::<Vec<_>>().join(" ");
            let problem = Problem::new(&problems::UNREACHABLE_WAVE, wave.span).with("wave", &wave.name).with("exit", &exit.name.text);
            let problem = problem.with("wait", wait).with("wait_zh", wait_zh).with("condition", written);
            self.report(match start.name.as_str() {
                "" => problem.with("start", "entry").with("start_zh", "进入"),
                name => problem.with("start", format!("`{name}`")),
            });
            return Some(());
        }
        None
    }

    /// `days since X`, `as_of - X`.
    fn elapsed(&self, node: NodeId) -> Option<Elapsed> {
        match &self.graph.get(node)?.kind {
            Kind::Call { function, arguments } if function == "units_between" => match arguments.as_slice() {
                [start, _, unit] => Some(Elapsed { start: *start, unit: Some(self.graph.constant(*unit)?.as_int()?) }),
                _ => None,
            },
            Kind::Call { function, arguments } if function == "months_between" => Some(Elapsed { start: *arguments.first()?, unit: None }),
            Kind::Arithmetic { operator: Operator::Subtract, left, right } => {
                let from_now = matches!(self.graph.get(*left)?.kind, Kind::AsOf);
                from_now.then_some(Elapsed { start: *right, unit: Some(1) })
            }
            _ => None,
        }
    }
}

/// The entry and the waves, with the time from each to the wave at this place.
fn starts_of(draft: &Draft<'_>, journey: &Journey, at: usize) -> Vec<Start> {
    let mut out = Vec::new();
    let waits = |from: usize| {
        let passed = journey.waves.iter().take(at + 1).skip(from);
        passed.fold(Length::default(), |sum, wave| Length {
            months: sum.months + wave.wait.months,
            milliseconds: sum.milliseconds + wave.wait.milliseconds,
            workdays: sum.workdays + wave.wait.workdays,
        })
    };
    if let Some(entry) = draft.scope.bindings.get("entry") {
        out.push(Start { node: entry.node, name: String::new(), wait: Some(waits(0)), may_miss: false });
    }
    let conditional: Vec<bool> = match draft.ast.plan.as_ref().map(|plan| &plan.body) {
        Some(crate::syntax::ast::PlanBody::Waves(waves)) => waves.iter().map(|wave| wave.when.is_some()).collect(),
        Some(crate::syntax::ast::PlanBody::Steps(_)) | None => Vec::new(),
    };
    for (number, wave) in journey.waves.iter().enumerate() {
        let Some(bound) = draft.scope.bindings.get(&wave.name) else { continue };
        let wait = (number < at).then(|| waits(number + 1));
        out.push(Start { node: bound.node, name: wave.name.clone(), wait, may_miss: conditional.get(number).copied().unwrap_or(false) });
    }
    out
}

/// The values a count of time since a start can have when the later wave is due: not less than the wait; none for what is yet to come.
fn values_after(start: &Start, elapsed: &Elapsed, values: &[Value]) -> Vec<Value> {
    let Some(wait) = start.wait else { return vec![Value::Missing] };
    let least = wait.milliseconds + (wait.months * SHORTEST_MONTH + wait.workdays) * DAY;
    let least = match elapsed.unit {
        Some(unit) => least.div_euclid(unit.max(1)),
        None => wait.months + (wait.milliseconds + wait.workdays * DAY).div_euclid(LONGEST_MONTH * DAY),
    };
    let mut out = vec![Value::Int(least)];
    out.extend(values.iter().filter(|value| value.as_int().is_some_and(|value| value > least)).cloned());
    if start.may_miss {
        out.push(Value::Missing);
    }
    out
}

/// A wait as people say it.
fn words_of(wait: Length) -> (String, String) {
    let (mut english, mut chinese) = (Vec::new(), Vec::new());
    let mut add = |count: i64, unit: &str, unit_zh: &str| {
        if count != 0 {
            english.push(format!("{count} {unit}"));
            chinese.push(format!("{count}{unit_zh}"));
        }
    };
    add(wait.months, "months", "个月");
    add(wait.workdays, "workdays", "个工作日");
    add(wait.milliseconds.div_euclid(DAY), "days", "天");
    add(wait.milliseconds.rem_euclid(DAY).div_euclid(3_600_000), "hours", "小时");
    if english.is_empty() { (String::from("0 days"), String::from("0天")) } else { (english.join(" and "), chinese.join("")) }
}

fn date_of(day: i64) -> Option<NaiveDate> {
    let epoch = NaiveDate::from_ymd_opt(1970, 1, 1)?;
    match u64::try_from(day) {
        Ok(days) => epoch.checked_add_days(Days::new(days)),
        Err(_) => epoch.checked_sub_days(Days::new(day.unsigned_abs())),
    }
}
