//! Tables: entities, events, ledgers and links.

use super::Checker;
use super::problems::{declarations, names};
use super::wording;
use crate::diag::Problem;
use crate::source::Span;
use crate::syntax::ast::{self, ColumnRole, ColumnTypeKind, ItemKind};
use crate::types::{Column, ColumnId, Period, Reference, Table, TableId, TableKind, Type};

/// The column of ledgers that names the table a row is about.
const SUBJECT: &str = "subject";

impl Checker {
    pub(super) fn lower_schema(&mut self) {
        let mut declared: Vec<(usize, ast::Table)> = Vec::new();
        for module in 0..self.modules.len() {
            for item in self.items(module) {
                if let ItemKind::Table(table) = &item.kind {
                    declared.push((module, table.clone()));
                }
            }
        }
        let kept = self.without_repeats(declared);
        for (_, table) in &kept {
            let lowered = self.table_shell(table);
            self.tables.push(lowered);
        }
        for (at, (module, table)) in kept.iter().enumerate() {
            self.resolve_references(at, table, self.is_standard(*module));
        }
        for at in 0..self.tables.len() {
            self.settle_reference_types(at);
        }
        for (at, (_, table)) in kept.iter().enumerate() {
            self.check_shape(at, table);
        }
        self.admit_declared_channels(&kept);
        self.admit_names_of_subjects();
        self.resolve_subjects();
    }

    /// Rows of ledgers are about a table by its name. Channel systems write its label or one of its things instead: 客户, `customer`.
    fn admit_names_of_subjects(&mut self) {
        let mut spellings: Vec<(String, String)> = Vec::new();
        for table in &self.tables {
            let one = match table.name.strip_suffix("ies") {
                Some(start) => Some(format!("{start}y")),
                None => table.name.strip_suffix('s').map(str::to_owned),
            };
            spellings.extend(one.into_iter().chain(table.label.clone()).map(|spelling| (spelling, table.name.clone())));
        }
        spellings.retain(|(spelling, _)| self.tables.iter().all(|table| table.name != *spelling));
        let ledgers = self.tables.iter_mut().filter(|table| table.kind == TableKind::Ledger);
        let columns = ledgers.flat_map(|table| &mut table.columns).filter(|column| column.name == SUBJECT && column.ty == Type::Text);
        columns.for_each(|column| column.values.clone_from(&spellings));
    }

    /// Standard tables name the usual channels; a channel that a program declares is one of them too, in data by its label as well.
    fn admit_declared_channels(&mut self, tables: &[(usize, ast::Table)]) {
        let items = self.modules.iter().flat_map(|module| &module.items);
        let declared: Vec<(String, Option<String>)> = items
            .filter_map(|item| match &item.kind {
                ItemKind::Channel(channel) => Some((channel.name.text.clone(), channel.label.as_ref().map(|label| label.text.clone()))),
                _ => None,
            })
            .collect();
        let labels = declared.iter().filter_map(|(name, label)| Some((label.clone()?, name.clone())));
        let labels: Vec<(String, String)> = labels.collect();
        for (at, (module, _)) in tables.iter().enumerate() {
            let standard = self.is_standard(*module);
            let column = self.tables.get_mut(at).and_then(|table| table.columns.iter_mut().find(|column| column.name == "channel"));
            let Some(column) = column.filter(|column| standard && column.ty.is_text()) else { continue };
            column.values.extend(labels.iter().cloned());
            if let Type::Choice(values) = &mut column.ty {
                let names = declared.iter().map(|(name, _)| name);
                let more: Vec<String> = names.filter(|name| !values.contains(name)).cloned().collect();
                values.extend(more);
            }
        }
    }

    pub(crate) fn is_standard(&self, module: usize) -> bool {
        self.modules.get(module).is_some_and(|module| module.name.starts_with("std."))
    }

    /// A table of the author's own replaces the standard one of that name; two of the author's are a problem.
    fn without_repeats(&mut self, declared: Vec<(usize, ast::Table)>) -> Vec<(usize, ast::Table)> {
        let mut kept: Vec<(usize, ast::Table)> = Vec::new();
        for (module, table) in declared {
            let Some(known) = kept.iter().position(|(_, other)| other.name.text == table.name.text) else {
                kept.push((module, table));
                continue;
            };
            let other = kept.get(known).map(|(module, other)| (*module, other.name.span));
            match other {
                Some((first, _)) if self.is_standard(first) && !self.is_standard(module) => {
                    if let Some(place) = kept.get_mut(known) {
                        *place = (module, table);
                    }
                }
                Some((first, span)) if self.is_standard(module) == self.is_standard(first) => {
                    let problem = Problem::new(&names::DUPLICATE_NAME, table.name.span).with("name", &table.name.text);
                    self.report(problem.label(span, crate::diag::Text { en: "first declared here", zh: "首次声明在这里" }));
                }
                Some(_) | None => {}
            }
        }
        kept
    }

    fn table_shell(&mut self, table: &ast::Table) -> Table {
        let mut columns: Vec<Column> = Vec::new();
        let (mut key, mut at) = (Vec::new(), None);
        for column in &table.columns {
            if columns.iter().any(|other| other.name == column.name.text) {
                self.report(Problem::new(&names::DUPLICATE_CLAUSE, column.name.span).with("name", &column.name.text));
                continue;
            }
            let id = ColumnId(u32::try_from(columns.len()).unwrap_or(u32::MAX));
            for role in &column.roles {
                match role {
                    ColumnRole::Key => key.push(id),
                    ColumnRole::At => at = Some(id),
                    ColumnRole::Plain | ColumnRole::From | ColumnRole::To => {}
                }
            }
            columns.push(self.column_shell(column));
        }
        // What tells two links between the same ends apart is no key without the ends.
        if table.kind == ast::TableKind::Link && !key.is_empty() {
            let ends = |column: &ast::Column| column.roles.iter().any(|role| matches!(role, ColumnRole::From | ColumnRole::To));
            let ends: Vec<&str> = table.columns.iter().filter(|column| ends(column)).map(|column| column.name.text.as_str()).collect();
            let places = (0..).zip(&columns).filter(|(_, column)| ends.contains(&column.name.as_str()));
            key.splice(0..0, places.map(|(at, _)| ColumnId(at)).collect::<Vec<_>>());
        }
        // The source of an edge is what it belongs to, so it links like a reference does.
        let period = at.and_then(|id: ColumnId| columns.get(id.0 as usize)).and_then(|column| match column.ty {
            Type::Month => Some(Period::Month),
            Type::Quarter => Some(Period::Quarter),
            _ => None,
        });
        Table {
            name: table.name.text.clone(),
            label: table.label.as_ref().map(|label| label.text.clone()),
            kind: match table.kind {
                ast::TableKind::Entity => TableKind::Entity,
                ast::TableKind::Event => TableKind::Event,
                ast::TableKind::Ledger => TableKind::Ledger,
                ast::TableKind::Link => TableKind::Link,
            },
            columns,
            key,
            at,
            period,
            purpose: table.purpose.as_ref().map(|purpose| purpose.text.clone()),
            file: table.file.as_ref().map(|file| file.text.clone()),
            span: table.name.span,
        }
    }

    fn column_shell(&mut self, column: &ast::Column) -> Column {
        let (ty, unit_milliseconds) = self.column_type(&column.column_type);
        if let Some(place) = column.line_number.filter(|_| ty != Type::Int) {
            let problem =
                Problem::new(&super::problems::types::WRONG_TYPE, place).with("where", "`from line number`").with("expected", &Type::Int);
            self.report(problem.with("found", &ty));
        }
        Column {
            name: column.name.text.clone(),
            label: column.label.as_ref().map(|label| label.text.clone()),
            ty,
            optional: column.column_type.optional,
            reference: None,
            pii: column.pii.is_some(),
            header: column.header.as_ref().map(|header| header.text.clone()),
            line_number: column.line_number.is_some(),
            format: column.format.as_ref().map(|format| format.text.clone()),
            unit_milliseconds,
            values: column.values.iter().map(|(data, value)| (data.text.clone(), value.text.clone())).collect(),
            span: column.name.span,
        }
    }

    fn column_type(&mut self, written: &ast::ColumnType) -> (Type, i64) {
        match &written.kind {
            ColumnTypeKind::Named(name) => (self.named_type(name), 1),
            ColumnTypeKind::OneOf { base: _, values } => (Type::Choice(values.iter().map(|value| value.text.clone()).collect()), 1),
            ColumnTypeKind::ListOf(_) => (Type::List, 1),
            ColumnTypeKind::Unit { base: _, unit } => match unit_milliseconds(&unit.text) {
                Some(unit) => (Type::Duration, unit),
                None => {
                    self.report(Problem::new(&declarations::UNKNOWN_TYPE, unit.span).with("name", &unit.text));
                    (Type::Duration, 1)
                }
            },
            // Settled once all tables are known.
            ColumnTypeKind::Ref(_) => (Type::Text, 1),
        }
    }

    fn named_type(&mut self, name: &ast::Name) -> Type {
        match named_type(&name.text) {
            Some(ty) => ty,
            None => {
                self.report(Problem::new(&declarations::UNKNOWN_TYPE, name.span).with("name", &name.text));
                Type::Text
            }
        }
    }

    fn resolve_references(&mut self, at: usize, table: &ast::Table, standard: bool) {
        for column in &table.columns {
            let ColumnTypeKind::Ref(target) = &column.column_type.kind else { continue };
            let Some(id) = self.find_table(&target.text) else {
                // The standard ledgers are part of programs that have no customers at all.
                if !standard {
                    self.unknown_table(target);
                }
                continue;
            };
            let path_name = column.path_name.as_ref().map_or_else(|| column.name.text.clone(), |name| name.text.clone());
            let back = column.back.as_ref().map(|name| name.text.clone());
            let reference = Reference { table: id, path_name, back };
            let place = self.tables.get_mut(at).and_then(|table| table.columns.iter_mut().find(|known| known.name == column.name.text));
            if let Some(place) = place {
                place.reference = Some(reference);
            }
        }
    }

    /// A reference has the type of the key it names; keys may be references themselves, which ends after a few steps.
    fn settle_reference_types(&mut self, at: usize) {
        let Some(table) = self.tables.get(at) else { return };
        let settled: Vec<Option<Type>> = table.columns.iter().map(|column| self.referenced_type(column, 0)).collect();
        if let Some(table) = self.tables.get_mut(at) {
            for (column, ty) in table.columns.iter_mut().zip(settled) {
                if let Some(ty) = ty {
                    column.ty = ty;
                }
            }
        }
    }

    fn referenced_type(&self, column: &Column, depth: usize) -> Option<Type> {
        let target = self.table(column.reference.as_ref()?.table)?;
        let key = target.column(*target.key.first()?)?;
        if key.reference.is_some() && depth < 8 { self.referenced_type(key, depth + 1) } else { Some(key.ty.clone()) }
    }

    fn check_shape(&mut self, at: usize, written: &ast::Table) {
        let Some(table) = self.tables.get(at) else { return };
        let has = |role: ColumnRole| written.columns.iter().any(|column| column.roles.contains(&role));
        let (kind, what) = match table.kind {
            TableKind::Entity if table.key.is_empty() => ("entity", "a `key` column"),
            TableKind::Event if table.at.is_none() => ("event", "an `at` column"),
            TableKind::Ledger if table.at.is_none() => ("ledger", "an `at` column"),
            TableKind::Link if !has(ColumnRole::From) || !has(ColumnRole::To) => ("link", "a `from` and a `to` column"),
            TableKind::Entity | TableKind::Event | TableKind::Ledger | TableKind::Link => return,
        };
        let problem = Problem::new(&declarations::TABLE_SHAPE, table.span).with("kind", kind).with("table", &table.name).with("what", what);
        self.report(problem);
    }

    fn resolve_subjects(&mut self) {
        for module in 0..self.modules.len() {
            for item in self.items(module) {
                let ItemKind::Subject(subject) = &item.kind else { continue };
                match self.find_table(&subject.table.text) {
                    Some(id) => {
                        if let Some(module) = self.modules.get_mut(module) {
                            module.subject = Some(id);
                        }
                    }
                    None if self.is_standard(module) => {}
                    None => self.unknown_table(&subject.table),
                }
            }
        }
    }

    pub(crate) fn unknown_table(&mut self, name: &ast::Name) {
        let known: Vec<String> = self.tables.iter().map(|table| table.name.clone()).collect();
        let known: Vec<&str> = known.iter().map(String::as_str).collect();
        let problem = Problem::new(&names::UNKNOWN_TABLE, name.span).with("name", &name.text);
        self.report(wording::advised(problem, &name.text, &known, ("tables are", "已有的表有")));
    }

    /// The table a declaration is about: its `for`, else the file's subject.
    pub(crate) fn about(&mut self, module: usize, written: Option<&ast::Name>, span: Span) -> Option<TableId> {
        if let Some(name) = written {
            let found = self.find_table(&name.text);
            if found.is_none() {
                self.unknown_table(name);
            }
            return found;
        }
        let subject = self.modules.get(module).and_then(|module| module.subject);
        let named = self.items(module).iter().any(|item| matches!(item.kind, ItemKind::Subject(_)));
        if subject.is_none() && !named && !self.is_standard(module) {
            self.report(Problem::new(&declarations::NO_SUBJECT, span));
        }
        subject
    }
}

pub(crate) fn named_type(name: &str) -> Option<Type> {
    Some(match name {
        "bool" => Type::Bool,
        "int" => Type::Int,
        "number" => Type::Number,
        "money" => Type::Money,
        "percent" => Type::Percent,
        "rate" => Type::Rate,
        "bp" => Type::BasisPoints,
        "text" => Type::Text,
        "date" => Type::Date,
        "time" => Type::Time,
        "month" => Type::Month,
        "quarter" => Type::Quarter,
        "duration" => Type::Duration,
        _ => return None,
    })
}

fn unit_milliseconds(unit: &str) -> Option<i64> {
    Some(match unit {
        "milliseconds" => 1,
        "second" | "seconds" => 1_000,
        "minute" | "minutes" => 60_000,
        "hour" | "hours" => 3_600_000,
        "day" | "days" => 86_400_000,
        _ => return None,
    })
}
