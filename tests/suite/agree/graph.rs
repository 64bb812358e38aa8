//! Random well-typed graphs: nodes are added one by one over operands that are there already.

use super::data::{self, CUSTOMERS, DAY, EVENTS, LOANS, MANAGERS, MONTHS, TODAY, TYPES};
use super::random::Random;
use std::collections::BTreeMap;
use strat::builtins;
use strat::interp::Snapshot;
use strat::ir::{
    Comparison, Emission, FormatStyle, Graph, Kind, Ladder, LadderLabel, Moment, NodeId, Operator, Output, PlaceEntry, Population, Program,
    Watch, Weight,
};
use strat::source::Span;
use strat::types::{ColumnId, LadderId, Physical, TableId, Type, Value};

/// Where a node stands: the table it is evaluated for, then the surrounding tables from the inside out. Empty for the whole run.
pub type Context = Vec<TableId>;

pub struct World {
    pub program: Program,
    pub snapshot: Snapshot,
    pub moment: Moment,
    /// Nodes of a table's own rows, to be compared.
    pub nodes: BTreeMap<TableId, Vec<NodeId>>,
}

pub const KIND_NAMES: [&str; 29] = [
    "Aggregate",
    "And",
    "Arithmetic",
    "AsOf",
    "Association",
    "Bucket",
    "Call",
    "Coalesce",
    "Column",
    "Compare",
    "Concat",
    "Constant",
    "FirstCrossing",
    "Format",
    "If",
    "IsMissing",
    "IsTrue",
    "LabelName",
    "Ladder",
    "Negate",
    "Not",
    "OneOf",
    "Or",
    "Outer",
    "Population",
    "PreviousRun",
    "Round",
    "ToFloat",
    "Via",
];

pub fn kind_name(kind: &Kind) -> &'static str {
    let debug = format!("{kind:?}");
    let name = debug.split([' ', '(']).next().unwrap_or_default();
    KIND_NAMES.into_iter().find(|known| *known == name).unwrap()
}

pub struct Builder<'a> {
    pub random: &'a mut Random,
    pub program: Program,
    pub pools: BTreeMap<Context, Vec<NodeId>>,
}

pub fn world(random: &mut Random) -> World {
    let tables = data::tables(random);
    let snapshot = data::snapshot(random, &tables);
    let label = |name: &str| LadderLabel { name: String::from(name), label: None };
    let ladder = Ladder {
        name: String::from("worth"),
        label: None,
        labels: ["rich", "middling", "poor"].map(label).to_vec(),
        best_first: Some(true),
    };
    let program = Program {
        name: String::from("main"),
        sources: Vec::new(),
        subject: CUSTOMERS,
        tables,
        ladders: vec![ladder],
        graph: Graph::default(),
        facts: Vec::new(),
        strategies: Vec::new(),
        emissions: Vec::new(),
        watches: Vec::new(),
        channels: Vec::new(),
        params: Vec::new(),
        trials: Vec::new(),
        attributions: Vec::new(),
        lifetimes: Vec::new(),
        pacing: Vec::new(),
        metrics: Vec::new(),
        models: Vec::new(),
    };
    let as_of = TODAY * DAY;
    let previous = random.chance(70).then_some(as_of - 7 * DAY);
    let mut builder = Builder { random, program, pools: BTreeMap::new() };
    builder.fill();
    builder.outputs();
    builder.all_nodes();
    let own = |context: &Context| (context.len() == 1).then(|| context[0]);
    let mut nodes: BTreeMap<TableId, Vec<NodeId>> = BTreeMap::new();
    for (context, pool) in &builder.pools {
        if let Some(table) = own(context) {
            nodes.entry(table).or_default().extend(pool);
        }
    }
    if let Some(run) = builder.pools.get(&Vec::new()) {
        nodes.entry(CUSTOMERS).or_default().extend(run);
    }
    World { program: builder.program, snapshot, moment: Moment { as_of, previous }, nodes }
}

impl Builder<'_> {
    fn fill(&mut self) {
        self.leaves();
        let size = *self.random.pick(&[6, 12, 25, 50]);
        for _ in 0..size {
            let context = self.context();
            self.grow(&context);
        }
    }

    fn context(&mut self) -> Context {
        let deep: [&[TableId]; 14] = [
            &[CUSTOMERS],
            &[CUSTOMERS],
            &[CUSTOMERS],
            &[CUSTOMERS],
            &[CUSTOMERS],
            &[CUSTOMERS],
            &[EVENTS],
            &[EVENTS],
            &[MANAGERS],
            &[MONTHS],
            &[LOANS],
            &[EVENTS, CUSTOMERS],
            &[MONTHS, CUSTOMERS],
            &[EVENTS, LOANS],
        ];
        match self.random.below(16) {
            0 => Vec::new(),
            1 => vec![MONTHS, EVENTS, CUSTOMERS],
            at => deep[at - 2].to_vec(),
        }
    }

    pub fn add(&mut self, context: &[TableId], kind: Kind, ty: Type) -> NodeId {
        let id = self.program.graph.add(kind, ty, true, context.first().copied(), Span::default());
        let pool = self.pools.entry(context.to_vec()).or_default();
        if !pool.contains(&id) {
            pool.push(id);
        }
        id
    }

    fn leaves(&mut self) {
        for table in [CUSTOMERS, EVENTS, MANAGERS, MONTHS, LOANS] {
            let columns: Vec<Type> = self.program.table(table).unwrap().columns.iter().map(|column| column.ty.clone()).collect();
            for (at, ty) in (0..).zip(columns) {
                self.add(&[table], Kind::Column(ColumnId(at)), ty);
            }
        }
        self.add(&[], Kind::AsOf, Type::Time);
        self.add(&[], Kind::PreviousRun, Type::Time);
        for ty in TYPES {
            let missing = self.random.chance(10);
            let value = if missing { Value::Missing } else { data::value(self.random, &ty) };
            self.add(&[], Kind::Constant(value), ty);
        }
    }

    pub fn ty(&self, id: NodeId) -> Type {
        self.program.type_of(id)
    }

    /// A node usable in the context whose type fits.
    pub fn operand(&mut self, context: &[TableId], fits: &dyn Fn(&Type) -> bool) -> Option<NodeId> {
        let place = self.random.below(10);
        let outer = context.get(1..).filter(|outer| !outer.is_empty());
        let source: Context = match (place, outer) {
            (0 | 1, _) => Vec::new(),
            (2..=5, Some(outer)) => outer.to_vec(),
            (6 | 7, Some(_)) => context[..1].to_vec(),
            (_, _) => context.to_vec(),
        };
        let candidates = |builder: &Self, source: &[TableId]| -> Vec<NodeId> {
            builder.pools.get(source).into_iter().flatten().copied().filter(|id| fits(&builder.ty(*id))).collect()
        };
        let mut found = candidates(self, &source);
        let is_outer = outer.is_some_and(|outer| outer == source.as_slice());
        let mut crosses = is_outer;
        if found.is_empty() {
            crosses = false;
            found = candidates(self, &context[..context.len().min(1)]);
        }
        if found.is_empty() {
            found = candidates(self, &[]);
        }
        if found.is_empty() {
            return None;
        }
        // Later nodes are the interesting ones.
        let at =
            if self.random.chance(50) { found.len() - 1 - self.random.below(found.len().min(6)) } else { self.random.below(found.len()) };
        let id = found[at];
        if crosses {
            let ty = self.ty(id);
            return Some(self.add(context, Kind::Outer(id), ty));
        }
        Some(id)
    }

    pub fn of(&mut self, context: &[TableId], ty: &Type) -> Option<NodeId> {
        let ty = ty.clone();
        self.operand(context, &move |other| *other == ty)
    }

    pub fn held_as(&mut self, context: &[TableId], physical: Physical) -> Option<NodeId> {
        self.operand(context, &move |other| other.physical() == physical)
    }

    fn bools(&mut self, context: &[TableId]) -> Option<Vec<NodeId>> {
        (0..self.random.below(4)).map(|_| self.of(context, &Type::Bool)).collect()
    }

    /// Tries to add one node.
    fn grow(&mut self, context: &[TableId]) -> Option<NodeId> {
        match self.random.below(40) {
            0..=2 => self.logic(context),
            3..=6 => self.compare(context),
            7..=8 => self.choice(context),
            9..=12 => self.number(context),
            13..=15 => self.call(context),
            16 => self.text(context),
            17 => self.ladder(context),
            18..=20 => self.via(context),
            21..=23 => self.population(context),
            24 if self.random.chance(50) => self.crossing(context),
            24 => self.association(context),
            25 => self.bucket(context),
            26 => {
                let ty = self.random.pick(&TYPES).clone();
                let value = data::value(self.random, &ty);
                Some(self.add(&[], Kind::Constant(value), ty))
            }
            _ => self.aggregate(context),
        }
    }

    fn logic(&mut self, context: &[TableId]) -> Option<NodeId> {
        let kind = match self.random.below(5) {
            0 => Kind::Not(self.of(context, &Type::Bool)?),
            1 => Kind::And(self.bools(context)?),
            2 => Kind::Or(self.bools(context)?),
            3 => Kind::IsTrue(self.of(context, &Type::Bool)?),
            _ => Kind::IsMissing(self.operand(context, &|_| true)?),
        };
        Some(self.add(context, kind, Type::Bool))
    }

    fn compare(&mut self, context: &[TableId]) -> Option<NodeId> {
        let left = self.operand(context, &|_| true)?;
        let physical = self.ty(left).physical();
        if self.random.chance(25) {
            let ty = self.ty(left);
            let count = *self.random.pick(&[0, 1, 2, 3, 4, 8]);
            let set = (0..count).map(|_| data::value(self.random, &ty)).collect();
            return Some(self.add(context, Kind::OneOf { value: left, set }, Type::Bool));
        }
        let right = self.held_as(context, physical)?;
        let operators = [
            Comparison::Equal,
            Comparison::NotEqual,
            Comparison::Less,
            Comparison::LessOrEqual,
            Comparison::Greater,
            Comparison::GreaterOrEqual,
        ];
        let ordered = matches!(physical, Physical::Int | Physical::Float);
        let operator = *self.random.pick(if ordered { &operators } else { &operators[..2] });
        Some(self.add(context, Kind::Compare { operator, left, right }, Type::Bool))
    }

    fn choice(&mut self, context: &[TableId]) -> Option<NodeId> {
        let then = self.operand(context, &|_| true)?;
        let ty = self.ty(then);
        let otherwise = self.of(context, &ty)?;
        let kind = if self.random.chance(50) {
            Kind::Coalesce(then, otherwise)
        } else {
            Kind::If { condition: self.of(context, &Type::Bool)?, then, otherwise }
        };
        Some(self.add(context, kind, ty))
    }

    fn number(&mut self, context: &[TableId]) -> Option<NodeId> {
        let plain = |ty: &Type| matches!(ty, Type::Int | Type::Money | Type::Number | Type::Percent);
        let left = self.operand(context, &plain)?;
        let ty = self.ty(left);
        let float = ty.physical() == Physical::Float;
        let kind = match self.random.below(10) {
            0 => Kind::Negate(left),
            1 if !float => return Some(self.add(context, Kind::ToFloat(left), Type::Number)),
            1 | 2 if float => return Some(self.add(context, Kind::Round(left), Type::Int)),
            _ => {
                let right = self.of(context, &ty)?;
                let operators = [Operator::Add, Operator::Subtract, Operator::Multiply, Operator::Divide];
                let operator = *self.random.pick(if float { &operators } else { &operators[..3] });
                Kind::Arithmetic { operator, left, right }
            }
        };
        Some(self.add(context, kind, ty))
    }

    fn call(&mut self, context: &[TableId]) -> Option<NodeId> {
        let builtins = builtins::all();
        let builtin = *self.random.pick(&builtins);
        for _ in 0..20 {
            let arguments: Vec<NodeId> = (0..=self.random.below(3)).map(|_| self.operand(context, &|_| true)).collect::<Option<_>>()?;
            let types: Vec<Type> = arguments.iter().map(|id| self.ty(*id)).collect();
            // A count of workdays is walked day by day, so only small ones are asked for.
            if builtin.name == "add_workdays" {
                let day = self.of(context, &Type::Date)?;
                let days = self.random.between(-30, 30);
                let count = self.add(&[], Kind::Constant(Value::Int(days)), Type::Int);
                return Some(self.add(
                    context,
                    Kind::Call { function: String::from(builtin.name), arguments: vec![day, count] },
                    Type::Date,
                ));
            }
            if let Some(ty) = (builtin.result)(&types) {
                return Some(self.add(context, Kind::Call { function: String::from(builtin.name), arguments }, ty));
            }
        }
        None
    }

    fn text(&mut self, context: &[TableId]) -> Option<NodeId> {
        let kind = match self.random.below(3) {
            0 => {
                let parts: Option<Vec<NodeId>> = (0..self.random.below(4)).map(|_| self.of(context, &Type::Text)).collect();
                Kind::Concat(parts?)
            }
            1 => Kind::LabelName(self.of(context, &Type::Label(LadderId(0)))?),
            _ => {
                let value = self.operand(context, &|_| true)?;
                let style = match self.ty(value) {
                    Type::Money => self.random.pick(&[FormatStyle::Plain, FormatStyle::TenThousandYuan, FormatStyle::HundredMillionYuan]),
                    Type::Date | Type::Time => self.random.pick(&[FormatStyle::Plain, FormatStyle::MonthDay]),
                    Type::Number => self.random.pick(&[FormatStyle::Plain, FormatStyle::Whole]),
                    _ => &FormatStyle::Plain,
                };
                Kind::Format { value, style: style.clone() }
            }
        };
        Some(self.add(context, kind, Type::Text))
    }

    fn ladder(&mut self, context: &[TableId]) -> Option<NodeId> {
        let conditions = self.bools(context)?;
        let rows = conditions.into_iter().map(|id| (id, u32::try_from(self.random.below(3)).unwrap())).collect();
        let otherwise = self.random.chance(70).then_some(1);
        let unknown = self.random.chance(70).then_some(2);
        Some(self.add(context, Kind::Ladder { rows, otherwise, unknown }, Type::Label(LadderId(0))))
    }

    fn via(&mut self, context: &[TableId]) -> Option<NodeId> {
        let table = *self.random.pick(&[CUSTOMERS, MANAGERS, EVENTS]);
        let physical = if table == EVENTS { Physical::Int } else { Physical::Text };
        let key = self.held_as(context, physical)?;
        let value = self.operand(&[table], &|_| true)?;
        let ty = self.ty(value);
        Some(self.add(context, Kind::Via { key, table, value }, ty))
    }

    fn bucket(&mut self, context: &[TableId]) -> Option<NodeId> {
        let physical = *self.random.pick(&[Physical::Int, Physical::Text]);
        let (unit, only) = (self.held_as(context, physical)?, self.of(context, &Type::Bool)?);
        Some(self.add(context, Kind::Bucket { experiment: String::from("demo"), salt: String::from("s0"), unit, only }, Type::Int))
    }

    fn population(&mut self, context: &[TableId]) -> Option<NodeId> {
        let &[table] = context else { return None };
        let own = [table];
        let in_table = |builder: &Self, id: NodeId| builder.program.graph.get(id).is_some_and(|node| node.space.is_some());
        let ranked = |ty: &Type| matches!(ty.physical(), Physical::Int | Physical::Float);
        let value = self.operand(&own, &ranked)?;
        let flag = self.of(&own, &Type::Bool)?;
        if !in_table(self, value) || !in_table(self, flag) {
            return None;
        }
        let within = if self.random.chance(50) { Some(flag) } else { None };
        let (population, ty) = match self.random.below(4) {
            0 => {
                let (best_low, missing_worst) = (self.random.chance(50), self.random.chance(50));
                (Population::Quintile { value, best_low, missing_worst, within }, Type::Int)
            }
            1 => {
                let share = *self.random.pick(&[0.0, 0.1, 0.2, 1.0 / 3.0, 0.5, 1.0]);
                let share = self.add(&[], Kind::Constant(Value::Float(share)), Type::Percent);
                (Population::Top { value, share, within }, Type::Bool)
            }
            2 => {
                let count = self.random.below(3);
                let keys: Option<Vec<NodeId>> = (0..count).map(|_| self.operand(&own, &ranked)).collect();
                let keys: Vec<(NodeId, bool)> = keys?.into_iter().map(|key| (key, self.random.chance(50))).collect();
                let per = if self.random.chance(40) { self.operand(&own, &|_| true) } else { None };
                let whole = |ty: &Type| ty.physical() == Physical::Int;
                let weight = if self.random.chance(40) { self.operand(&own, &whole).zip(self.operand(&own, &whole)) } else { None };
                let weight = weight.map(|(amount, most)| Weight { amount, most });
                let mut entries = vec![PlaceEntry { flag, keys, per, weight }];
                for _ in 0..self.random.below(4) {
                    entries.extend(self.another_entry(&own, &entries[0].clone()));
                }
                let at = u32::try_from(self.random.below(entries.len())).unwrap();
                (Population::Place { entries, at }, Type::Int)
            }
            _ => return Some(self.add(&[], Kind::Population(Box::new(Population::Total { flag })), Type::Int)),
        };
        Some(self.add(&own, Kind::Population(Box::new(population)), ty))
    }

    /// One more in the same line: as many keys of the same types and directions.
    fn another_entry(&mut self, own: &[TableId], first: &PlaceEntry) -> Option<PlaceEntry> {
        let flag = self.of(own, &Type::Bool)?;
        let keys = first.keys.iter().map(|(key, descending)| Some((self.of(own, &self.ty(*key))?, *descending))).collect::<Option<_>>()?;
        let per = match first.per {
            Some(per) => Some(self.of(own, &self.ty(per))?),
            None => None,
        };
        let weight = match first.weight {
            Some(weight) => Some(Weight { amount: self.of(own, &self.ty(weight.amount))?, most: self.of(own, &self.ty(weight.most))? }),
            None => None,
        };
        Some(PlaceEntry { flag, keys, per, weight })
    }

    /// An emission per table of every node there is, so that one run compares them all.
    fn all_nodes(&mut self) {
        let flag = self.add(&[], Kind::Constant(Value::Bool(true)), Type::Bool);
        for table in [CUSTOMERS, EVENTS, MANAGERS, MONTHS, LOANS] {
            let mut nodes = self.pools.get(&vec![table]).cloned().unwrap_or_default();
            if table == CUSTOMERS {
                nodes.extend(self.pools.get(&Vec::new()).into_iter().flatten());
            }
            let fields = nodes.into_iter().map(|node| (format!("n{}", node.0), node)).collect();
            self.program.emissions.push(Emission { output: Output::Actions, table, flag, fields, strategy: None });
        }
    }

    /// Emissions and watches over what there is.
    fn outputs(&mut self) {
        for table in [CUSTOMERS, LOANS] {
            for _ in 0..self.random.below(3) {
                let Some(condition) = self.of(&[table], &Type::Bool) else { continue };
                let flag = self.add(&[table], Kind::IsTrue(condition), Type::Bool);
                let fields = (0..self.random.below(5)).filter_map(|at| Some((format!("field {at}"), self.operand(&[table], &|_| true)?)));
                let fields: Vec<(String, NodeId)> = fields.collect();
                self.program.emissions.push(Emission { output: Output::Actions, table, flag, fields, strategy: None });
            }
            for _ in 0..self.random.below(3) {
                let node = self.operand(&[table], &|ty| matches!(ty, Type::Bool | Type::Label(_)));
                let watch = node.map(|node| Watch { name: String::from("watch"), table, node, reads: Vec::new() });
                self.program.watches.extend(watch);
            }
        }
    }
}
