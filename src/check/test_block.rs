//! `test` blocks: a snapshot in rows, and what must come out.

use super::names::{Scope, declared};
use super::problems::{strategy as problems, types};
use super::{Checked, Checker};
use crate::diag::Problem;
use crate::ir::{Expectation, Program, Test, TestExpectation, TestTable};
use crate::syntax::ast::{self, ExpectKind, Expression, ItemKind};
use crate::types::{ColumnId, Physical, TableId, Type, Value};

impl Checker {
    pub(super) fn lower_tests(&mut self, program: &Program, out: &mut Vec<(Program, Test)>) {
        for item in self.items(0) {
            let ItemKind::Test(test) = &item.kind else { continue };
            let lowered = if test.params.is_empty() { self.lower_test(program, test) } else { self.lower_variant(test) };
            out.extend(lowered);
        }
    }

    /// The same program with the test's params.
    fn lower_variant(&mut self, test: &ast::Test) -> Option<(Program, Test)> {
        let modules = self.modules.iter().map(super::names::Module::again).collect();
        let mut variant = Checker::new(self.sources.clone(), modules, Vec::new());
        for (path, value) in &test.params {
            let Some((module, item)) = self.find_item(path, 0).filter(|(_, item)| matches!(item.kind, ItemKind::Param(_))) else {
                let known = self.declared_names(0, |kind| matches!(kind, ItemKind::Param(_)));
                self.undeclared("param", &ast::Name { text: path.text(), span: path.span }, known);
                return None;
            };
            let name = declared(&item.kind).map(|(name, _)| name.text.clone())?;
            let qualified = self.modules.get(module).map_or(name.clone(), |module| module.qualified(&name));
            variant.overrides.insert(qualified, value.clone());
        }
        let program = variant.lower(&self.sources.iter().next().map(|(_, file)| file.name.clone()).unwrap_or_default())?;
        let lowered = variant.lower_test(&program, test);
        let inside = |problem: &Problem| problem.span.file == test.title.span.file && problem.is_error();
        let own: Vec<Problem> = variant.problems.into_iter().filter(inside).collect();
        self.problems.extend(own);
        lowered
    }

    fn lower_test(&mut self, program: &Program, test: &ast::Test) -> Option<(Program, Test)> {
        let scope = Scope::constant(0);
        let subject = program.subject;
        let Some(as_of) = &test.as_of else {
            self.report(Problem::new(&problems::TEST_TIME, test.title.span));
            return None;
        };
        let as_of = self.test_instant(as_of, &scope)?;
        let early = program.facts.iter().find(|fact| fact.not_before.is_some_and(|from| from > as_of));
        if let Some(fact) = early {
            self.report(Problem::new(&super::problems::facts::COHORT_TOO_EARLY, test.title.span).with("name", &fact.name));
        }
        let previous = match &test.previous {
            Some(previous) => Some(self.test_instant(previous, &scope)?),
            None => None,
        };
        let mut tables: Vec<TestTable> = Vec::new();
        for given in &test.given {
            tables.extend(self.given(given));
        }
        let mut expectations = Vec::new();
        for expect in &test.expect {
            expectations.extend(self.expectation(expect, subject));
        }
        let mut program = program.clone();
        program.graph = self.graph.clone();
        let test = Test { title: test.title.text.clone(), as_of, previous, tables, expectations, subject, span: test.title.span };
        Some((program, test))
    }

    /// An instant; a bare day means its end.
    fn test_instant(&mut self, expression: &Expression, scope: &Scope) -> Option<i64> {
        let typed = self.expression(expression, scope)?;
        match (&typed.ty, self.fixed_value(&typed)) {
            (Type::Time, Some(Value::Int(time))) => Some(time),
            (Type::Date, Some(Value::Int(day))) => Some((day + 1) * super::length::DAY),
            (_, _) => {
                let problem = Problem::new(&types::WRONG_TYPE, expression.span).with("where", "`as of`").with("expected", "a date or time");
                self.report(problem.with("found", &typed.ty));
                None
            }
        }
    }

    fn given(&mut self, given: &ast::Given) -> Option<TestTable> {
        let Some(table) = self.find_table(&given.table.text) else {
            self.unknown_table(&given.table);
            return None;
        };
        let mut columns = Vec::new();
        for name in &given.columns {
            match self.table(table).and_then(|table| table.find_column(&name.text)) {
                Some(column) => columns.push(column),
                None => self.unknown_column(table, name),
            }
        }
        if columns.len() != given.columns.len() {
            return None;
        }
        let mut rows = Vec::new();
        for (span, cells) in &given.rows {
            if cells.len() != columns.len() {
                let problem = Problem::new(&problems::TEST_ROW, *span).with("found", cells.len());
                self.report(problem.with("expected", columns.len()));
                continue;
            }
            let row: Option<Vec<Value>> = cells.iter().zip(&columns).map(|(cell, column)| self.cell_value(cell, table, *column)).collect();
            rows.extend(row);
        }
        Some(TestTable { table, columns, rows })
    }

    /// A literal as the physical value of a column.
    fn cell_value(&mut self, cell: &Expression, table: TableId, column: ColumnId) -> Option<Value> {
        let column = self.table(table)?.column(column)?.clone();
        let typed = self.operand(cell, &column.ty, &Scope::constant(0))?;
        let value = self.fixed_value(&typed)?;
        let fits = match (&typed.ty, &column.ty) {
            (Type::Missing, _) => return Some(Value::Missing),
            (a, b) if a == b => true,
            (a, b) if a.is_text() && b.is_text() => true,
            (Type::Int | Type::Percent | Type::Number, Type::Number | Type::Percent | Type::Rate) => {
                #[allow(clippy::cast_precision_loss)]
                return Some(match value {
                    Value::Int(value) => Value::float(value as f64),
                    other => other,
                });
            }
            // A number where the ledger keeps a text: waves by their place.
            (Type::Int, b) if b.is_text() => return value.as_int().map(|value| Value::Text(value.to_string())),
            (Type::Date, Type::Time) => return value.as_int().map(|day| Value::Int(day * super::length::DAY)),
            (Type::Date, Type::Month) => return Some(start_of_period(&value, "month_start")),
            (Type::Date, Type::Quarter) => return Some(start_of_period(&value, "quarter_start")),
            (Type::Time, Type::Date) => return value.as_int().map(|time| Value::Int(time.div_euclid(super::length::DAY))),
            (_, _) => false,
        };
        if fits && column.ty.physical() != Physical::Bool || typed.ty == Type::Bool && column.ty == Type::Bool {
            return Some(value);
        }
        let problem = Problem::new(&types::WRONG_TYPE, cell.span).with("where", format!("column `{}`", column.name));
        self.report(problem.with("expected", &column.ty).with("found", &typed.ty));
        None
    }

    fn expectation(&mut self, expect: &ast::Expect, subject: TableId) -> Option<TestExpectation> {
        let key = self.expression(&expect.subject, &Scope::constant(0))?;
        let key = match self.fixed_value(&key)? {
            Value::Text(text) => text,
            Value::Int(number) => number.to_string(),
            Value::Missing | Value::Bool(_) | Value::Float(_) => return None,
        };
        let expectation = match &expect.kind {
            ExpectKind::Send { channel, template, negated } => {
                let found = self.find_channel(channel)?;
                if let Some(template) = template {
                    let path = ast::Path { segments: vec![template.clone()], span: template.span };
                    self.find_template(&path, 0)?;
                }
                let template = template.as_ref().map(|template| template.text.clone());
                Expectation::Send { channel: found.name.text, template, negated: *negated }
            }
            ExpectKind::Do { action, negated } => Expectation::Do { action: action.text.clone(), negated: *negated },
            ExpectKind::Nothing => Expectation::Nothing,
            ExpectKind::Excluded { reason } => Expectation::Excluded { rule: reason.text.clone() },
            ExpectKind::Arm { arm } => Expectation::Arm { arm: arm.text.clone() },
            ExpectKind::Text(text) => Expectation::Text { text: text.text.clone() },
            ExpectKind::Exit { name } => Expectation::Exit { name: name.text.clone() },
            ExpectKind::Holds(condition) => {
                let typed = self.condition_of(condition, &Scope::of(0, subject), "`expect`")?;
                Expectation::Holds { node: typed.node }
            }
        };
        Some(TestExpectation { subject: key, expectation, span: expect.span })
    }
}

fn start_of_period(day: &Value, function: &str) -> Value {
    crate::builtins::find(function).map_or(Value::Missing, |builtin| (builtin.row)(std::slice::from_ref(day)))
}

impl Checked {
    /// Whether the file may be used.
    #[must_use]
    pub fn is_usable(&self) -> bool {
        self.program.is_some()
    }
}

impl super::names::Module {
    /// The same module before anything was resolved.
    fn again(&self) -> Self {
        let mut again = super::names::Module::new(self.name.clone(), self.items.clone());
        again.uses = self.uses.clone();
        again.broken = self.broken.clone();
        again
    }
}
