//! Tables and their columns.

use super::grammar::Rule;
use super::walk::{Node, Walk};
use crate::syntax::ast::{Column, ColumnRole, ColumnType, ColumnTypeKind, Name, Table, TableKind};

impl<'t> Walk<'t> {
    pub(super) fn table_item(&mut self, node: &Node<'t>) -> Table {
        let mut table = Table {
            kind: self.table_kind(node),
            name: self.child_name(node),
            label: self.child_label(node),
            purpose: None,
            file: None,
            directed: self.child(node, Rule::table_directed).is_some(),
            columns: Vec::new(),
        };
        for part in node.clone().into_inner() {
            match part.as_rule() {
                Rule::table_purpose => {
                    let purpose = self.child_quoted(&part);
                    self.once(&mut table.purpose, purpose, &part);
                }
                Rule::table_file => {
                    let file = self.child_quoted(&part);
                    self.once(&mut table.file, file, &part);
                }
                Rule::column => table.columns.push(self.column(&part)),
                _ => {}
            }
        }
        table
    }

    fn table_kind(&self, node: &Node<'t>) -> TableKind {
        match self.child(node, Rule::table_kind).map(|kind| kind.as_str()) {
            Some("event") => TableKind::Event,
            Some("ledger") => TableKind::Ledger,
            Some("link") => TableKind::Link,
            Some(_) | None => TableKind::Entity,
        }
    }

    fn column(&mut self, node: &Node<'t>) -> Column {
        let span = self.span(node);
        let name = self.child_name(node);
        let column_type = match self.child(node, Rule::column_type) {
            Some(found) => self.column_type(&found),
            None => ColumnType { span, optional: false, kind: ColumnTypeKind::Named(name.clone()) },
        };
        let mut column = Column {
            span,
            documentation: self.documentation(node),
            roles: Vec::new(),
            name,
            column_type,
            path_name: None,
            back: None,
            label: None,
            pii: None,
            header: None,
            line_number: None,
            format: None,
            values: Vec::new(),
        };
        for part in node.clone().into_inner() {
            match part.as_rule() {
                Rule::column_role => column.roles.push(column_role(part.as_str())),
                Rule::column_part => self.column_part(&mut column, &part),
                _ => {}
            }
        }
        column
    }

    fn column_part(&mut self, column: &mut Column, node: &Node<'t>) {
        let Some(part) = node.clone().into_inner().next() else { return };
        match part.as_rule() {
            Rule::column_as => {
                let name = self.child_name(&part);
                self.once(&mut column.path_name, name, &part);
            }
            Rule::column_back => {
                let name = self.child_name(&part);
                self.once(&mut column.back, name, &part);
            }
            Rule::column_header if self.child(&part, Rule::line_number).is_some() => {
                let span = self.span(&part);
                self.once(&mut column.line_number, span, &part);
            }
            Rule::column_header => {
                let header = self.child_quoted(&part);
                self.once(&mut column.header, header, &part);
            }
            Rule::column_format => {
                let format = self.child_quoted(&part);
                self.once(&mut column.format, format, &part);
            }
            Rule::column_pii => {
                let span = self.span(&part);
                self.once(&mut column.pii, span, &part);
            }
            Rule::label => {
                let label = self.quoted(&part);
                self.once(&mut column.label, label, &part);
            }
            Rule::column_values => {
                if !column.values.is_empty() {
                    self.repeated(&part);
                    return;
                }
                for spelling in self.all(&part, Rule::spelling) {
                    let both: Vec<_> = self.all(&spelling, Rule::quoted).iter().map(|text| self.quoted(text)).collect();
                    if let [written, value] = both.as_slice() {
                        column.values.push((written.clone(), value.clone()));
                    }
                }
            }
            _ => {}
        }
    }

    pub(super) fn column_type(&mut self, node: &Node<'t>) -> ColumnType {
        let span = self.span(node);
        let Some(inner) = node.clone().into_inner().next() else {
            return ColumnType { span, optional: false, kind: ColumnTypeKind::Named(self.child_name(node)) };
        };
        let optional = self.child(&inner, Rule::optional).is_some();
        let names = self.names(&inner);
        let base = names.first().cloned().unwrap_or(Name { text: String::new(), span });
        let kind = match inner.as_rule() {
            Rule::type_ref => ColumnTypeKind::Ref(base),
            Rule::type_list => ColumnTypeKind::ListOf(base),
            Rule::type_unit => {
                let unit = names.get(1).cloned().unwrap_or(Name { text: String::new(), span });
                ColumnTypeKind::Unit { base, unit }
            }
            Rule::type_one_of => {
                let values = self.all(&inner, Rule::quoted).iter().map(|value| self.quoted(value)).collect();
                ColumnTypeKind::OneOf { base, values }
            }
            _ => ColumnTypeKind::Named(base),
        };
        ColumnType { span, optional, kind }
    }
}

fn column_role(written: &str) -> ColumnRole {
    match written.split_whitespace().next().unwrap_or("") {
        "key" => ColumnRole::Key,
        "at" => ColumnRole::At,
        "from" => ColumnRole::From,
        "to" => ColumnRole::To,
        _ => ColumnRole::Plain,
    }
}
