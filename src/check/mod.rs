//! From trees to a typed program: names, types, proofs, and the lowering of every declaration into one graph.
//!
//! The checker never stops at the first problem and needs no data. A declaration that is wrong poisons what uses it without
//! further problems, so one mistake is one message.

mod bands;
mod cohort;
mod compliance;
mod expression;
mod facts;
mod holding;
mod ladder;
mod length;
mod lexicon;
mod lint;
mod memory;
mod model;
mod model_file;
mod modules;
mod monotone;
mod names;
mod offers;
mod outcome;
mod overlay;
mod params;
mod policy;
pub mod problems;
mod proof;
mod reads;
mod schema;
mod score;
mod score_proof;
mod strategy;
mod synthetic;
mod tag;
mod templates;
mod test_block;
mod wording;

use crate::diag::{Problem, any_error, tidy};
use crate::ir::{Graph, Kind, Ladder, ModelFile, NodeId, Program, SourceReference, Test, Watch};
use crate::source::{Sources, Span};
use crate::syntax::ast;
use crate::types::{Table, TableId, Type, Value};
use facts::FactStore;
use indexmap::IndexMap;
use names::Module;
use std::rc::Rc;

pub use modules::{Loader, StandardOnly};

/// What checking a program gives: its sources, what is wrong, and, when nothing is, the program and its tests.
#[derive(Debug)]
pub struct Checked {
    pub sources: Sources,
    pub problems: Vec<Problem>,
    pub program: Option<Program>,
    /// Each test of the entry file with the program it runs on: the same one, or a variant with the params the test sets.
    pub tests: Vec<(Program, Test)>,
}

/// A typed value in the making.
#[derive(Debug, Clone)]
pub(crate) struct Typed {
    pub node: NodeId,
    pub ty: Type,
    pub optional: bool,
    pub span: Span,
}

/// The state of one checking run.
pub(crate) struct Checker {
    pub sources: Sources,
    pub modules: Vec<Module>,
    pub graph: Graph,
    pub tables: Vec<Table>,
    pub ladders: Vec<Ladder>,
    pub facts: FactStore,
    pub watches: Vec<Watch>,
    /// Models that are run, each after those it reads.
    pub models: Vec<ModelFile>,
    pub problems: Vec<Problem>,
    /// Param values a test sets, by qualified name.
    pub overrides: IndexMap<String, ast::Expression>,
    /// Ladders that move slowly.
    pub held: Vec<holding::Held>,
    /// Ladders whose recorded label is read, with the table they are about.
    pub remembered: Vec<(usize, Rc<ast::Item>, TableId)>,
    /// Params that overlays without `when` set, by qualified name.
    pub whole_params: IndexMap<String, ast::Expression>,
    pub layers: Vec<overlay::Layer>,
    /// The day the program is checked for, in days since 1970, where one is known.
    pub today: Option<i64>,
    /// Overlays that may hold for one subject, as far as the checker can tell.
    pub layer_pairs: Vec<(usize, usize)>,
    /// Offers with a quota that strategies give, with their module and the table of those who get them.
    pub placed_offers: Vec<(usize, ast::Offer, TableId)>,
    /// Goals about everybody as of now, held against a bound: shown with the metrics.
    pub standing_goals: Vec<crate::ir::Emission>,
}

/// Checks the entry file `name` with text `text`; `loader` finds the modules it uses that are not standard.
#[must_use]
pub fn check(name: &str, text: &str, loader: &dyn Loader) -> Checked {
    check_together(name, &[(name.to_string(), text.to_string())], loader, None)
}

/// Checks several entry files, each a file name and a text, as one program called `name`: one arbitration over all strategies, and
/// what they share computed once. For a run on a known `day`, in days since 1970, what will have expired by then is warned about.
#[must_use]
pub fn check_together(name: &str, entries: &[(String, String)], loader: &dyn Loader, day: Option<i64>) -> Checked {
    let loaded = modules::load(entries, loader);
    let mut checker = Checker::new(loaded.sources, loaded.modules, loaded.problems);
    checker.today = day;
    let program = checker.lower(name);
    let mut tests = Vec::new();
    if let Some(program) = &program {
        checker.lower_tests(program, &mut tests);
    }
    let mut problems = checker.problems;
    lint::apply_allows(&checker.modules, &mut problems);
    lint::drop_advice_on_refused(&mut problems);
    tidy(&mut problems);
    let usable = !any_error(&problems);
    Checked { sources: checker.sources, problems, program: program.filter(|_| usable), tests: if usable { tests } else { Vec::new() } }
}

/// Checks one expression about the subject of a program, for `strat count`: of its entry file, or where several run together the first
/// subject of theirs that it can be about.
///
/// Returns the program with one more node and the subject it is about, and that node.
///
/// # Errors
/// The problems of the expression, or of the program itself.
pub fn check_expression(
    name: &str,
    entries: &[(String, String)],
    loader: &dyn Loader,
    expression: &str,
) -> Result<(Program, NodeId), (Sources, Vec<Problem>)> {
    let loaded = modules::load(entries, loader);
    let mut sources = loaded.sources;
    let wrapped = format!("segment counted = {expression}\n");
    let file = sources.add(crate::source::SourceFile::new("expression", wrapped.clone()));
    let parsed = crate::syntax::parse(file, &wrapped);
    let mut problems = loaded.problems;
    problems.extend(parsed.problems);
    let condition = parsed.file.items.into_iter().find_map(|item| match item.kind {
        ast::ItemKind::Segment(segment) => Some(segment.condition),
        _ => None,
    });
    let mut checker = Checker::new(sources, loaded.modules, problems);
    let program = checker.lower(name);
    let found = condition.and_then(|condition| {
        let others =
            program.iter().filter(|_| entries.len() > 1).flat_map(|program| program.strategies.iter().map(|strategy| strategy.table));
        let subjects: Vec<TableId> = checker.entry_subject().into_iter().chain(others).collect();
        checker.about_one_of(&condition, &subjects)
    });
    tidy(&mut checker.problems);
    match (program, found) {
        (Some(mut program), Some((subject, node))) if !any_error(&checker.problems) => {
            program.graph = checker.graph;
            program.subject = subject;
            Ok((program, node))
        }
        (_, _) => Err((checker.sources, checker.problems)),
    }
}

/// A file's name without its folder, so that a program does not depend on where it lies.
fn base_name(name: &str) -> String {
    name.rsplit('/').next().unwrap_or(name).to_string()
}

impl Checker {
    fn new(sources: Sources, modules: Vec<Module>, problems: Vec<Problem>) -> Self {
        Self {
            sources,
            modules,
            graph: Graph::default(),
            tables: Vec::new(),
            ladders: Vec::new(),
            facts: FactStore::default(),
            watches: Vec::new(),
            models: Vec::new(),
            problems,
            overrides: IndexMap::new(),
            held: Vec::new(),
            remembered: Vec::new(),
            whole_params: IndexMap::new(),
            layers: Vec::new(),
            layer_pairs: Vec::new(),
            placed_offers: Vec::new(),
            standing_goals: Vec::new(),
            today: None,
        }
    }

    /// The whole program, in the order that names need: tables, params and facts, then strategies.
    fn lower(&mut self, name: &str) -> Option<Program> {
        self.lower_schema();
        let channels = self.lower_channels();
        self.read_overlays();
        let params = self.lower_params();
        self.lower_facts();
        self.check_overlays();
        self.check_declarations();
        let lowered = self.lower_strategies();
        self.lint();
        let subject = self.entry_subject().or_else(|| (!self.tables.is_empty()).then_some(TableId(0)))?;
        let trials = self.lower_trials(&lowered.strategies);
        let metrics = self.lower_metrics();
        let (attributions, lifetimes) = self.lower_studies();
        let pacing = self.lower_pacing();
        let mut emissions = lowered.emissions;
        emissions.append(&mut self.facts.emissions);
        emissions.append(&mut self.lower_alerts());
        let mut program = Program {
            name: base_name(name),
            sources: self.source_references(),
            subject,
            tables: self.tables.clone(),
            ladders: self.ladders.clone(),
            graph: self.graph.clone(),
            facts: self.facts.listed(),
            strategies: lowered.strategies,
            emissions,
            watches: self.watches.clone(),
            channels,
            params,
            trials,
            attributions,
            lifetimes,
            pacing,
            metrics,
            models: self.models.clone(),
        };
        self.mark_used_cohorts(&mut program);
        Some(program)
    }

    /// The first table a condition can be about; the problems are those with the first one.
    fn about_one_of(&mut self, condition: &ast::Expression, tables: &[TableId]) -> Option<(TableId, NodeId)> {
        let known = self.problems.len();
        let mut first = Vec::new();
        for (at, table) in tables.iter().enumerate() {
            if let Some(typed) = self.condition(condition, &names::Scope::of(0, *table)) {
                return Some((*table, typed.node));
            }
            let found = self.problems.split_off(known);
            if at == 0 {
                first = found;
            }
        }
        self.problems.append(&mut first);
        None
    }

    fn source_references(&self) -> Vec<SourceReference> {
        let reference = |(_, file): (_, &crate::source::SourceFile)| SourceReference {
            name: base_name(&file.name),
            hash: blake3::hash(file.text.as_bytes()).to_hex().to_string(),
        };
        self.sources.iter().map(reference).collect()
    }

    /// Keeps a problem, unless it only follows from a declaration that could not be read and was reported for that.
    pub(crate) fn report(&mut self, problem: Problem) {
        if !self.follows_from_broken(&problem) {
            self.problems.push(wording::bilingual(problem));
        }
    }

    fn follows_from_broken(&self, problem: &Problem) -> bool {
        let unknown = [&problems::names::UNKNOWN_NAME, &problems::names::UNKNOWN_TABLE, &problems::names::UNKNOWN_PART];
        let name = problem.arguments.get("name").and_then(|name| name.rsplit('.').find(|part| !part.is_empty()));
        let head = problem.arguments.get("name").and_then(|name| name.split('.').next());
        let broken =
            |name: Option<&str>| self.modules.iter().any(|module| module.broken.iter().any(|broken| Some(broken.as_str()) == name));
        unknown.iter().any(|kind| std::ptr::eq(*kind, problem.kind)) && (broken(name) || broken(head))
    }

    /// The table named by `subject` in the entry file.
    pub(crate) fn entry_subject(&self) -> Option<TableId> {
        self.modules.first().and_then(|module| module.subject)
    }

    pub(crate) fn table(&self, id: TableId) -> Option<&Table> {
        self.tables.get(id.0 as usize)
    }

    pub(crate) fn find_table(&self, name: &str) -> Option<TableId> {
        let by_name = self.tables.iter().position(|table| table.name == name);
        let at = by_name.or_else(|| self.tables.iter().position(|table| table.label.as_deref() == Some(name)))?;
        Some(TableId(u32::try_from(at).ok()?))
    }

    /// Adds a node whose space is that of its operands.
    pub(crate) fn add(&mut self, kind: Kind, ty: Type, optional: bool, span: Span) -> NodeId {
        let space = kind.operands().into_iter().find_map(|id| self.graph.get(id).and_then(|node| node.space));
        self.graph.add(kind, ty, optional, space, span)
    }

    /// Adds a node of a given space.
    pub(crate) fn add_in(&mut self, space: TableId, kind: Kind, ty: Type, optional: bool, span: Span) -> NodeId {
        self.graph.add(kind, ty, optional, Some(space), span)
    }

    pub(crate) fn constant(&mut self, value: Value, ty: Type, span: Span) -> NodeId {
        let optional = value.is_missing();
        self.graph.add(Kind::Constant(value), ty, optional, None, span)
    }

    pub(crate) fn text_constant(&mut self, text: impl Into<String>, span: Span) -> NodeId {
        self.constant(Value::Text(text.into()), Type::Text, span)
    }

    pub(crate) fn optional(&self, node: NodeId) -> bool {
        self.graph.get(node).is_some_and(|node| node.optional)
    }

    pub(crate) fn type_of(&self, node: NodeId) -> Type {
        self.graph.get(node).map_or(Type::Missing, |node| node.ty.clone())
    }

    /// The items of a module, shared so that lowering can borrow the checker meanwhile.
    pub(crate) fn items(&self, module: usize) -> Vec<Rc<ast::Item>> {
        self.modules.get(module).map(|module| module.items.clone()).unwrap_or_default()
    }
}
