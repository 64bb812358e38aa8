//! Trials: what the checker makes of goals, judgements and experiments, and what its nodes give for single customers.

mod cases;
#[cfg(feature = "engine")]
mod engines;

use strat::check::{Checked, StandardOnly, check};
use strat::interp::{Interpreter, Snapshot};
use strat::ir::{
    Baseline, Design, Fold, Formula, GoalRole, Looks, Measure, Moment, NodeId, Program, Target, Test, Trial, TrialGoal, TrialKind,
};
use strat::types::{Type, Value};

/// A program with one test, whose data the nodes are read on.
struct World {
    program: Program,
    snapshot: Snapshot,
    moment: Moment,
    /// How many problems the checker had.
    problems: usize,
}

fn checked(text: &str) -> Checked {
    check("trials.strat", text, &StandardOnly)
}

fn trials(text: &str) -> Vec<Trial> {
    let checked = checked(text);
    checked.program.unwrap_or_else(|| panic!("{:#?}", checked.problems)).trials
}

impl World {
    /// The data of a text that may have no trial.
    fn metrics_only(text: &str) -> Self {
        let checked = checked(text);
        assert!(checked.program.is_some(), "{:#?}", checked.problems);
        let (program, test): (Program, Test) = checked.tests.into_iter().next().expect("a test with data");
        let moment = Moment { as_of: test.as_of, previous: test.previous };
        World { snapshot: Snapshot::from_tests(&test.tables), moment, program, problems: checked.problems.len() }
    }

    /// The data of a text, for which both engines give what the interpreter gives.
    fn new(text: &str) -> Self {
        let world = World::metrics_only(text);
        #[cfg(feature = "engine")]
        engines::agree(&world);
        world
    }

    /// Name and value of the fields of every row of the metrics.
    fn metric_rows(&self) -> Vec<Vec<(String, Value)>> {
        let interpreter = Interpreter::new(&self.program, &self.snapshot, self.moment);
        let mut out = Vec::new();
        for emission in &self.program.metrics {
            let rows = (0..interpreter.rows(emission.table)).filter(|row| interpreter.value(emission.flag, *row) == Value::Bool(true));
            for row in rows {
                out.push(emission.fields.iter().map(|(name, node)| (name.clone(), interpreter.value(*node, row))).collect());
            }
        }
        out
    }

    fn trial(&self) -> &Trial {
        &self.program.trials[0]
    }

    /// The value of a node for every subject, in the order given.
    fn values(&self, node: NodeId) -> Vec<Value> {
        let interpreter = Interpreter::new(&self.program, &self.snapshot, self.moment);
        (0..interpreter.rows(self.trial().table)).map(|row| interpreter.value(node, row)).collect()
    }

    fn measure(&self, name: &str) -> &Measure {
        self.trial().measures.iter().find(|measure| measure.name == name).unwrap_or_else(|| panic!("no measure `{name}`"))
    }

    fn goal(&self, name: &str) -> &TrialGoal {
        self.trial().goals.iter().find(|goal| goal.name == name).unwrap_or_else(|| panic!("no goal `{name}`"))
    }

    fn rate(&self, name: &str) -> Vec<Value> {
        let Fold::Rate { holds } = self.measure(name).fold else { panic!("{:?}", self.measure(name)) };
        self.values(holds)
    }

    fn ratio(&self, name: &str) -> (Vec<Value>, Vec<Value>) {
        let Fold::Ratio { numerator, denominator } = self.measure(name).fold else { panic!("{:?}", self.measure(name)) };
        (self.values(numerator), self.values(denominator))
    }

    fn total(&self, name: &str) -> Vec<Value> {
        let Fold::Sum { value } = self.measure(name).fold else { panic!("{:?}", self.measure(name)) };
        self.values(value)
    }

    fn mature(&self, name: &str) -> Vec<Value> {
        self.values(self.measure(name).mature.expect("a window"))
    }
}

fn bools(values: &[Option<bool>]) -> Vec<Value> {
    values.iter().map(|value| value.map_or(Value::Missing, Value::Bool)).collect()
}

fn ints(values: &[i64]) -> Vec<Value> {
    values.iter().map(|value| Value::Int(*value)).collect()
}

const SCHEMA: &str = r#"
subject customers
entity customers {
  key customer_id : text
  status          : text
  age             : int
}
event transactions {
  customer_id : ref customers as customer
  at ts       : time
  amount      : money
}
event surveys {
  customer_id : ref customers as customer
  at asked    : time
  nps         : int?
  csat        : number?
}
event customer_month {
  customer_id : ref customers as customer
  at month    : month
  aum         : money
}
channel sms "短信" cost 0.05元
template hello for sms = "您好"
feature aum_now = latest(customer_month.aum)
tiers rich best first {
  yes "富裕" when aum_now >= 80元
  no         otherwise
  no         when unknown
}
"#;

const STRATEGY: &str = r#"
strategy wake "唤醒" {
  owner "零售部"
  on while status = "active" again after 14 days
  arms { a 50%  control 50% }
  plan { send sms using hello }
"#;

const DATA: &str = r#"
test "data" {
  as of 2025-03-01 00:00
  given customers (customer_id, status, age) ("C1", "active", 30) ("C2", "active", 40) ("C3", "left", 50) ("C4", "active", 60)
  given assignments (experiment, unit_id, arm, bucket, assigned_at)
    ("wake", "C1", "a", 1, 2025-01-10 12:00) ("wake", "C2", "control", 9000, 2025-01-10 12:00)
    ("wake", "C3", "a", 2, 2025-02-20 12:00) ("other", "C4", "a", 2, 2025-01-10 12:00)
  given transactions (customer_id, ts, amount)
    ("C1", 2025-01-10 12:00, 10元) ("C2", 2025-01-24 12:00, 7元) ("C2", 2025-01-10 11:59, 3元)
    ("C1", 2025-01-12 12:00, 30元) ("C3", 2025-02-21 12:00, 5元) ("C4", 2025-01-11 12:00, 5元)
  given surveys (customer_id, asked, nps, csat)
    ("C1", 2025-01-11 00:00, 10, 4) ("C1", 2025-01-12 00:00, 3, 2) ("C1", 2025-01-13 00:00, missing, missing)
    ("C2", 2025-01-11 00:00, 7, 5)
  given customer_month (customer_id, month, aum)
    ("C1", 2024-12-31, 100元) ("C1", 2025-01-31, 60元) ("C2", 2024-12-31, 100元) ("C2", 2025-01-31, 200元)
    ("C2", 2025-02-28, 20元) ("C3", 2025-01-31, 50元)
}
"#;

fn world(goals: &str) -> World {
    world_with("", goals)
}

fn world_with(declared: &str, goals: &str) -> World {
    World::new(&format!("{SCHEMA}{declared}{STRATEGY}{goals}\n}}\n{DATA}"))
}

#[test]
fn subjects_enter_when_they_were_first_assigned() {
    let world = world("");
    let trial = world.trial();
    assert_eq!(
        (trial.name.as_str(), trial.kind, &trial.design, trial.owner.as_deref()),
        ("wake", TrialKind::Strategy, &Design::Randomised, Some("零售部"))
    );
    let arms: Vec<_> = trial.arms.iter().map(|arm| (arm.name.as_str(), arm.share, arm.control)).collect();
    assert_eq!(arms, [("a", Some(0.5), false), ("control", Some(0.5), true)]);
    assert_eq!(trial.strategies, [0, 0]);
    assert_eq!(world.values(trial.assigned), bools(&[Some(true), Some(true), Some(true), Some(false)]));
    let texts = |names: &[&str]| names.iter().map(|name| Value::Text((*name).into())).collect::<Vec<_>>();
    assert_eq!(world.values(trial.arm)[..3], texts(&["a", "control", "a"]));
    let day = 86_400_000;
    assert_eq!(world.values(trial.entry.unwrap())[..2], ints(&[20_098 * day + day / 2, 20_098 * day + day / 2]));
}

#[test]
fn windows_begin_with_the_entry_and_end_before_their_end() {
    let world = world("  goal woken = rate(exists(transactions, within 14 days)) target +3pp vs control");
    // C1 at the very entry; C2 a minute before it and at the end of the window: neither counts; C3 is not mature, and seen so far.
    assert_eq!(world.rate("woken")[..3], bools(&[Some(true), Some(false), Some(true)]));
    assert_eq!(world.mature("woken")[..3], bools(&[Some(true), Some(true), Some(false)]));
    let goal = world.goal("woken");
    assert_eq!(
        (goal.role, &goal.figure, &goal.target, &goal.baseline),
        (GoalRole::Goal, &Formula::Measure(0), &Target::Absolute(0.03), &Baseline::Control)
    );
    assert_eq!((goal.written.as_str(), goal.up), ("target +3pp vs control", true));
    assert_eq!(world.measure("woken").written, "rate(exists(transactions, within 14 days))");
}

#[test]
fn the_longest_window_decides_who_is_mature() {
    let world = world(
        "  goal both = rate(exists(transactions, within 7 days) and exists(surveys, within 50 days)) target +3pp vs control
  goal months = rate(exists(transactions, within 1 months)) target +3pp vs control",
    );
    assert_eq!(world.mature("both")[..3], bools(&[Some(false), Some(false), Some(false)]));
    assert_eq!(world.mature("months")[..3], bools(&[Some(true), Some(true), Some(false)]));
}

#[test]
fn values_at_the_entry_and_at_the_end_of_a_window() {
    let world = world("  goal kept = retained(aum_now >= 0.7 * at_entry(aum_now), within 1 months) target +12% rel vs control");
    // Until 10 February only January is complete: C1 fell from 100 to 60, C2 rose to 200. C3 entered on 50 and still has it.
    assert_eq!(world.rate("kept")[..3], bools(&[Some(false), Some(true), Some(true)]));
    assert_eq!(world.goal("kept").target, Target::Relative(0.12));
}

#[test]
fn what_is_not_known_is_not_counted() {
    let world = world(
        "  goal happy = rate(latest(surveys.csat, within 14 days) >= 4) target +3pp vs control
  goal sure = rate(latest(surveys.csat where csat is known, within 14 days) >= 4 where age >= 40) target +3pp vs control",
    );
    // The latest answer of C1 is none.
    assert_eq!(world.rate("happy")[..3], bools(&[None, Some(true), None]));
    assert_eq!(world.rate("sure")[..3], bools(&[None, Some(true), None]));
}

#[test]
fn figures_over_rows_are_added_up_per_subject() {
    let world = world(
        "  goal csat = mean(surveys.csat, within 14 days) target +0.1 vs control
  goal nps = nps(surveys.nps, within 14 days) target +5 vs control
  goal spent = sum(transactions.amount, within 14 days) target +10% rel vs control
  goal asked = count(surveys, within 14 days) target +10% rel vs control
  goal each = sum(transactions.amount, within 14 days) / count(transactions, within 14 days) target +1元 vs control",
    );
    let floats = |values: &[f64]| values.iter().map(|value| Value::Float(*value)).collect::<Vec<_>>();
    let (numerator, denominator) = world.ratio("csat");
    assert_eq!((numerator[..3].to_vec(), denominator[..3].to_vec()), (floats(&[6.0, 5.0, 0.0]), ints(&[2, 1, 0])));
    let (numerator, denominator) = world.ratio("nps");
    assert_eq!((numerator[..3].to_vec(), denominator[..3].to_vec()), (ints(&[0, 0, 0]), ints(&[2, 1, 0])));
    assert_eq!(world.total("spent")[..3], ints(&[4_000, 0, 500]));
    assert_eq!(world.total("asked")[..3], ints(&[3, 1, 0]));
    let (numerator, denominator) = world.ratio("each");
    assert_eq!((numerator[..3].to_vec(), denominator[..3].to_vec()), (ints(&[4_000, 0, 500]), ints(&[2, 0, 1])));
    assert_eq!(world.measure("spent").ty, Type::Money);
    assert_eq!(world.goal("each").target, Target::Absolute(100.0));
    assert_eq!(world.mature("each")[..3], bools(&[Some(true), Some(true), Some(false)]));
}

#[test]
fn values_of_subjects_keep_their_kind() {
    let world = world(
        "  goal mean = mean(sum(transactions.amount, within 14 days) ?? 0元) target +1元 vs control cap 99.9%
  goal tail = quantile(sum(transactions.amount, within 14 days), 0.9) target +1元 vs control
  goal stay = lasting(age, ended: status = \"left\", horizon: 45) target +1 vs control
  goal held = mean(aum_now, within 14 days) target +1元 vs control before aum_now worthwhile +0.5元",
    );
    let Fold::Mean { value } = world.measure("mean").fold else { panic!() };
    assert_eq!(world.values(value)[..3], ints(&[4_000, 0, 500]));
    assert_eq!(world.measure("mean").cap, Some(999_000));
    assert!(matches!(world.measure("tail").fold, Fold::Quantile { at: 900_000, .. }));
    let Fold::Lasting { length, ended, horizon } = world.measure("stay").fold else { panic!() };
    assert_eq!((world.values(length), horizon), (ints(&[30, 40, 50, 60]), Some(45.0)));
    assert_eq!(world.values(ended), bools(&[Some(false), Some(false), Some(true), Some(false)]));
    // Before: December, complete at the entry of January; January for C3. At the end of the window: still December, then January.
    assert_eq!(world.values(world.measure("held").before.unwrap())[..3], ints(&[10_000, 10_000, 5_000]));
    let Fold::Mean { value } = world.measure("held").fold else { panic!() };
    assert_eq!(world.values(value)[..3], ints(&[10_000, 10_000, 5_000]));
    assert_eq!(world.goal("held").worthwhile, Some(Target::Absolute(50.0)));
}

#[test]
fn baselines_other_than_the_control_group() {
    let world = world_with(
        "metric by_hand = 15 * count(wake) / count(busy)\n",
        "  goal busy = count(transactions, within 30 days) target ×3 vs prior 30 days
  guard loss = rate(exists(surveys, within 14 days)) at most control + 0.2pp
  guard rest = rate(exists(surveys, within 14 days)) at most 5%
  guard gain = rate(exists(surveys, within 14 days)) at least control - 1pp
  guard load = minutes(wake) / count(busy) target -60% rel vs by_hand",
    );
    let Baseline::Measure(prior) = world.goal("busy").baseline else { panic!() };
    assert_eq!(world.trial().measures[prior].name, "busy.prior");
    // The minute before the entry belongs to the time before.
    assert_eq!(world.total("busy.prior")[..3], ints(&[0, 1, 0]));
    assert_eq!(world.trial().measures[prior].mature, None);
    assert_eq!(world.goal("busy").target, Target::Relative(2.0));
    let target = |name: &str| (world.goal(name).target.clone(), world.goal(name).up);
    assert_eq!(target("loss"), (Target::Margin(0.002), false));
    assert_eq!(target("rest"), (Target::AtMost(0.05), false));
    assert_eq!(target("gain"), (Target::Margin(0.01), true));
    assert_eq!(target("load"), (Target::Relative(-0.6), false));
    let divide = |left: Formula, right: Formula| Formula::Divide(Box::new(left), Box::new(right));
    assert_eq!(world.goal("load").figure, divide(Formula::Minutes, Formula::Reached(0)));
    let per = Formula::Multiply(Box::new(Formula::Number(15.0)), Box::new(Formula::Entered));
    assert_eq!(world.goal("load").baseline, Baseline::Figure(divide(per, Formula::Reached(0))));
}

#[test]
fn other_people_are_a_baseline_from_the_day_they_were_frozen() {
    let text = format!(
        "{SCHEMA}cohort old = age >= 40 frozen 2025-02-20 00:00\n{STRATEGY}  goal woken = rate(exists(transactions, within 5 days)) target +3pp vs cohort old\n}}\n{}",
        DATA.replace("as of 2025-03-01", "as of 2025-03-02")
    );
    let world = World::new(&text);
    let Baseline::Measure(at) = world.goal("woken").baseline else { panic!() };
    let Fold::Mean { value } = world.trial().measures[at].fold else { panic!() };
    // C2, C3 and C4 are old; only C3 bought in the five days.
    assert_eq!(world.values(value)[0], Value::Float(1.0 / 3.0));
}

#[test]
fn terms_cuts_and_covariates() {
    let world = world(
        "  goal woken = rate(exists(transactions, within 14 days)) target +3pp vs control
  judge {
    alpha 1%  power 90%  looks anytime for 20_000 customers  at least 1_000 customers, 14 days
    value 60元  adaptive  floor 10%  holdout 2%  cheaper within 0.5pp
    by rich, status  strata age  adjust for age, aum_now  cluster status  score aum_now
  }",
    );
    let trial = world.trial();
    let terms = &trial.terms;
    assert_eq!((terms.alpha, terms.power, terms.looks), (0.01, 0.9, Looks::Anytime { planned: 20_000.0 }));
    assert_eq!((terms.least_units, terms.least_days, terms.value), (1_000, 14.0, Some(6_000.0)));
    assert_eq!((terms.adaptive, terms.floor, terms.holdout, terms.cheaper), (true, 0.1, 0.02, Some(0.005)));
    let cuts: Vec<_> = trial.cuts.iter().map(|cut| (cut.name.as_str(), cut.levels.len(), cut.stratified)).collect();
    assert_eq!(cuts, [("age", 0, true), ("rich", 2, false), ("status", 0, false)]);
    assert_eq!(trial.cuts[1].levels[0], ("yes".into(), Some("富裕".into())));
    // The label at the entry: C2 had 100 then and has 20 now.
    assert_eq!(world.values(trial.cuts[1].value)[..3], ints(&[0, 0, 1]));
    assert_eq!(world.values(trial.covariates[1].value)[..3], ints(&[10_000, 10_000, 5_000]));
    assert!(trial.cluster.is_some() && trial.score.is_some());
}
