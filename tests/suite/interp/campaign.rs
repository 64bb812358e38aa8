//! One strategy built by hand: dormant customers with consent get a text, in two arms and a control group.

use super::world::{AGE, CUSTOMERS, MANAGER, NAME, World, text};
use strat::ir::{
    Action, AggregateFunction, Arm, Emission, Exit, Expectation, Fact, FactKind, FactRow, Gate, Kind, Ladder, LadderLabel, NodeId, Output,
    Stage, Strategy, Test, TestExpectation, TestTable,
};
use strat::source::{FileId, Span};
use strat::types::{ColumnId, LadderId, Type, Value};

/// What the spans below point into.
pub const SOURCE: &str = "segment dormant = not exists(transactions)\nexclude unassigned when rm_id = \"none\"\n";

pub fn span(part: &str) -> Span {
    let start = SOURCE.find(part).unwrap();
    Span::new(FileId(0), start, start + part.len())
}

pub struct Campaign {
    pub world: World,
    pub dormant: NodeId,
}

fn label(name: &str) -> LadderLabel {
    LadderLabel { name: String::from(name), label: None }
}

fn name(value: &str) -> String {
    String::from(value)
}

impl Campaign {
    pub fn new() -> Self {
        let mut world = World::new();
        let dormant = dormant(&mut world);
        let gate = gate(&mut world);
        let stops = world.node(Some(CUSTOMERS), Kind::And(vec![dormant, gate.stops]), Type::Bool);
        let gate = Gate { stops, ..gate };
        let passes = world.node(Some(CUSTOMERS), Kind::Not(stops), Type::Bool);
        let assigned = world.node(Some(CUSTOMERS), Kind::And(vec![dormant, passes]), Type::Bool);
        strategy(&mut world, dormant, gate, assigned);
        tiers(&mut world);
        Self { world, dormant }
    }

    /// A test over customers given by key, manager and age.
    pub fn test(&self, rows: &[(&str, Value, Value)], expectations: &[(&str, Expectation)]) -> Test {
        let columns = vec![ColumnId(0), MANAGER, AGE];
        let rows = rows.iter().map(|(id, manager, age)| vec![text(id), manager.clone(), age.clone()]).collect();
        let expect = |(subject, expectation): &(&str, Expectation)| TestExpectation {
            subject: name(subject),
            expectation: expectation.clone(),
            span: span("segment"),
        };
        Test {
            title: name("三天后外呼"),
            as_of: 0,
            previous: None,
            tables: vec![TestTable { table: CUSTOMERS, columns, rows }],
            expectations: expectations.iter().map(expect).collect(),
            subject: CUSTOMERS,
            span: span("segment"),
        }
    }
}

/// `segment dormant = not exists(transactions)`
fn dormant(world: &mut World) -> NodeId {
    let exists = world.own(AggregateFunction::Exists, None);
    let exists = world.fold(exists, Type::Bool);
    let node = world.node(Some(CUSTOMERS), Kind::Not(exists), Type::Bool);
    let label = Some(name("沉睡客户"));
    world.program.facts.push(Fact {
        kind: FactKind::Segment,
        name: name("dormant"),
        label,
        node,
        table: CUSTOMERS,
        span: span("segment dormant"),
        rows: vec![],
        not_before: None,
    });
    node
}

/// `exclude unassigned when rm_id = "none"`: unknown excludes.
fn gate(world: &mut World) -> Gate {
    let manager = world.column(CUSTOMERS, MANAGER);
    let kind = Kind::OneOf { value: manager, set: vec![text("none")] };
    let condition = world.program.graph.add(kind, Type::Bool, true, Some(CUSTOMERS), span("rm_id = \"none\""));
    let allowed = world.node(Some(CUSTOMERS), Kind::Not(condition), Type::Bool);
    let allowed = world.node(Some(CUSTOMERS), Kind::IsTrue(allowed), Type::Bool);
    let stops = world.node(Some(CUSTOMERS), Kind::Not(allowed), Type::Bool);
    let asked = world.constant(Value::Bool(true), Type::Bool);
    let span = span("exclude unassigned when rm_id = \"none\"");
    Gate { stage: Stage::Legal, rule: name("unassigned"), label: None, condition, stops, asked, wave: None, action: None, span }
}

/// `tiers ages best first { adult when age >= 18 because "…"  child otherwise }`
fn tiers(world: &mut World) {
    let (age, adult) = (world.column(CUSTOMERS, AGE), world.int(18));
    let condition = world.compare(CUSTOMERS, strat::ir::Comparison::GreaterOrEqual, age, adult);
    let ladder = Ladder { name: name("ages"), label: None, labels: vec![label("adult"), label("child")], best_first: Some(true) };
    world.program.ladders.push(ladder);
    let kind = Kind::Ladder { rows: vec![(condition, 0)], otherwise: Some(1), unknown: None };
    let node = world.node(Some(CUSTOMERS), kind, Type::Label(LadderId(1)));
    let because = Some(name("年满十八"));
    let rows = vec![
        FactRow { label: 0, condition: Some(condition), because, points: None, span: Span::default() },
        FactRow { label: 1, condition: None, because: None, points: None, span: Span::default() },
    ];
    let fact = Fact {
        kind: FactKind::Tiers,
        name: name("ages"),
        label: None,
        node,
        table: CUSTOMERS,
        span: Span::default(),
        rows,
        not_before: None,
    };
    world.program.facts.push(fact);
}

fn strategy(world: &mut World, dormant: NodeId, gate: Gate, assigned: NodeId) {
    let space = Some(CUSTOMERS);
    world.program.ladders.push(Ladder {
        name: name("arms"),
        label: None,
        labels: vec![label("plain"), label("control")],
        best_first: None,
    });
    let id = world.column(CUSTOMERS, ColumnId(0));
    let bucket = world.node(space, Kind::Bucket { experiment: name("wake_up"), salt: name("s0"), unit: id, only: assigned }, Type::Int);
    let half = world.int(5_000);
    let low = world.compare(CUSTOMERS, strat::ir::Comparison::Less, bucket, half);
    let ladder = Kind::Ladder { rows: vec![(low, 0)], otherwise: Some(1), unknown: None };
    let arm = world.node(space, ladder, Type::Label(LadderId(0)));
    let arm_name = world.node(space, Kind::LabelName(arm), Type::Text);
    let plain = world.node(space, Kind::OneOf { value: arm_name, set: vec![text("plain")] }, Type::Bool);
    let emitted = world.node(space, Kind::IsTrue(plain), Type::Bool);
    let (greeting, ending) = (world.column(CUSTOMERS, NAME), world.constant(text("，您好"), Type::Text));
    let customer = world.constant(text("客户"), Type::Text);
    let greeting = world.node(space, Kind::Coalesce(greeting, customer), Type::Text);
    let message = world.node(space, Kind::Concat(vec![greeting, ending]), Type::Text);
    let constants = ["wake_up", "sms", "wake_plain", "unassigned", "legal"].map(|value| world.constant(text(value), Type::Text));
    let [strategy_name, sms, template, rule, stage] = constants;
    let fields = |pairs: &[(&str, NodeId)]| pairs.iter().map(|(field, node)| (name(field), *node)).collect::<Vec<_>>();
    let mut emit = |output, flag, pairs: &[(&str, NodeId)]| {
        let fields = fields(&[&[("strategy_id", strategy_name), ("unit_id", id)], pairs].concat());
        world.program.emissions.push(Emission { output, table: CUSTOMERS, flag, fields, strategy: Some(0) });
    };
    emit(Output::Actions, emitted, &[("channel", sms), ("template_id", template), ("message", message)]);
    emit(Output::Exclusions, gate.stops, &[("stage", stage), ("rule", rule)]);
    emit(Output::Assignments, assigned, &[("arm", arm_name)]);
    let arm_of = |arm: &str, control| Arm { name: name(arm), share: 5_000, control };
    let action = Action {
        wave: name("text"),
        wave_number: 1,
        channel: Some(name("sms")),
        name: name("wake_plain"),
        emitted,
        message: Some(message),
        span: Span::default(),
    };
    world.program.strategies.push(Strategy {
        name: name("wake_up"),
        label: Some(name("唤醒")),
        table: CUSTOMERS,
        owner: None,
        approver: None,
        class: None,
        span: Span::default(),
        trigger_span: Span::default(),
        trigger: dormant,
        candidate: dormant,
        gates: vec![gate],
        assigned,
        arm: Some(arm),
        arm_ladder: Some(LadderId(0)),
        arms: vec![arm_of("plain", false), arm_of("control", true)],
        salt: name("s0"),
        plan: Vec::new(),
        actions: vec![action],
        exits: vec![Exit { name: name("reached"), node: emitted, span: Span::default() }],
    });
}
