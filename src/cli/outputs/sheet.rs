//! Rows of one output in the order of its file, read page by page from where the engine left them.
//!
//! Nothing is copied until a page is read, so a list takes no more memory than what was decided, and eight bytes a row.

use super::cell::Cells;
use polars::prelude::*;
use std::ops::Range;
use std::sync::Arc;
use strat::engine::bind::held_as;
use strat::ir::Program;
use strat::types::Type;

/// Rows of a page as lists are written.
pub const PAGE: usize = 1 << 16;

/// A column of an output.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Field {
    pub name: String,
    pub ty: Type,
}

/// Where a part of a sheet has the values of a field.
#[derive(Debug, Clone)]
pub enum Held {
    /// One value for all rows, held as the field is.
    Same(Scalar),
    /// A column of the part, of a type that may still have to become that of the field.
    Column(String, Type),
}

/// Rows of one emission.
#[derive(Debug, Clone)]
pub struct Part {
    /// Place of the strategy in the program; `None` for rows of no strategy.
    pub strategy: Option<u32>,
    pub rows: DataFrame,
    /// One per field of the sheet.
    pub fields: Vec<Held>,
}

/// Place of a row: its part, and its row there.
pub type Place = (u32, u32);

/// Rows of one output.
#[derive(Debug, Clone)]
pub struct Sheet<'a> {
    pub fields: Vec<Field>,
    pub(super) program: &'a Program,
    pub(super) parts: Vec<Part>,
    pub(super) order: Arc<Vec<Place>>,
}

/// Some rows of a sheet: physical columns in the order of the fields.
pub struct Page<'a> {
    fields: &'a [Field],
    frame: DataFrame,
}

impl Page<'_> {
    pub fn rows(&self) -> usize {
        self.frame.height()
    }

    pub fn frame(&self) -> &DataFrame {
        &self.frame
    }

    /// Reads the cells of every column, in the order of the fields.
    ///
    /// # Errors
    /// A column that is not held as its type says.
    pub fn cells(&self) -> PolarsResult<Vec<Cells<'_>>> {
        self.fields.iter().zip(self.frame.columns()).map(|(field, column)| Cells::of(column, &field.ty)).collect()
    }

    /// The texts of a column; `None` when there is no such column or it holds no texts.
    pub fn texts(&self, name: &str) -> Option<&StringChunked> {
        self.frame.column(name).ok()?.str().ok()
    }
}

impl Sheet<'_> {
    /// The sheet without a column.
    #[must_use]
    pub fn without(mut self, name: &str) -> Self {
        while let Some(at) = self.fields.iter().position(|field| field.name == name) {
            self.fields.remove(at);
            for part in &mut self.parts {
                part.fields.remove(at);
            }
        }
        self
    }
}

impl<'a> Sheet<'a> {
    pub fn rows(&self) -> usize {
        self.order.len()
    }

    /// The same rows with the fields of these names only, as far as there are any.
    pub fn narrowed(&self, names: &[&str]) -> Sheet<'a> {
        let kept = |at: &usize| self.fields.get(*at).is_some_and(|field| names.contains(&field.name.as_str()));
        let kept: Vec<usize> = (0..self.fields.len()).filter(kept).collect();
        let part = |part: &Part| Part {
            strategy: part.strategy,
            rows: part.rows.clone(),
            fields: kept.iter().filter_map(|at| part.fields.get(*at).cloned()).collect(),
        };
        Sheet {
            fields: kept.iter().filter_map(|at| self.fields.get(*at).cloned()).collect(),
            program: self.program,
            parts: self.parts.iter().map(part).collect(),
            order: Arc::clone(&self.order),
        }
    }

    /// All rows, page by page; one empty page when there is none.
    pub fn pages(&self) -> impl Iterator<Item = PolarsResult<Page<'_>>> {
        self.pages_of(0..self.rows(), PAGE)
    }

    /// Some rows in pages of at most so many; one empty page when there is none.
    pub fn pages_of(&self, rows: Range<usize>, most: usize) -> impl Iterator<Item = PolarsResult<Page<'_>>> {
        let Range { start, end } = rows;
        let count = end.saturating_sub(start).div_ceil(most).max(1);
        (0..count).map(move |at| self.page(start + at * most..end.min(start + (at + 1) * most)))
    }

    /// Some rows, which must be there.
    ///
    /// # Errors
    /// A part without a column of its emission.
    pub fn page(&self, rows: Range<usize>) -> PolarsResult<Page<'_>> {
        let places = self.order.get(rows).unwrap_or_default();
        let mut picked: Vec<Vec<IdxSize>> = vec![Vec::new(); self.parts.len()];
        for (part, row) in places {
            if let Some(picked) = picked.get_mut(*part as usize) {
                picked.push(*row);
            }
        }
        // Rows are taken part by part and then put in the order of the page.
        let mut next: Vec<IdxSize> = Vec::with_capacity(picked.len());
        let mut before = 0;
        for picked in &picked {
            next.push(before);
            before += IdxSize::try_from(picked.len()).unwrap_or(IdxSize::MAX);
        }
        let mut order: Vec<IdxSize> = Vec::with_capacity(places.len());
        for (part, _) in places {
            if let Some(next) = next.get_mut(*part as usize) {
                order.push(*next);
                *next += 1;
            }
        }
        let mut whole = DataFrame::empty_with_schema(&self.schema());
        let mut used = 0;
        for (part, picked) in self.parts.iter().zip(picked) {
            if !picked.is_empty() {
                used += 1;
                let rows = self.taken(part, &IdxCa::from_vec(PlSmallStr::EMPTY, picked))?;
                if used == 1 {
                    whole = rows
                } else {
                    whole.vstack_mut(&rows)?;
                }
            }
        }
        let frame = if used > 1 { whole.take(&IdxCa::from_vec(PlSmallStr::EMPTY, order))? } else { whole };
        Ok(Page { fields: &self.fields, frame })
    }

    /// The physical columns of a page.
    pub fn schema(&self) -> Schema {
        self.fields.iter().map(|field| polars::prelude::Field::new(field.name.as_str().into(), held_as(field.ty.physical()))).collect()
    }

    fn taken(&self, part: &Part, rows: &IdxCa) -> PolarsResult<DataFrame> {
        let mut columns = Vec::with_capacity(self.fields.len());
        for (field, held) in self.fields.iter().zip(&part.fields) {
            let name = PlSmallStr::from(field.name.as_str());
            columns.push(match held {
                Held::Same(value) => Column::new_scalar(name, value.clone(), rows.len()),
                Held::Column(column, from) => self.shaped(&part.rows.column(column)?.take(rows)?, from, &field.ty)?.with_name(name),
            });
        }
        DataFrame::new(rows.len(), columns)
    }

    /// Values of one type as a field of another holds them.
    fn shaped(&self, column: &Column, from: &Type, to: &Type) -> PolarsResult<Column> {
        if from.physical() == to.physical() && !matches!(from, Type::Label(_)) {
            return column.cast(&held_as(to.physical()));
        }
        if let (Type::Label(ladder), Ok(places)) = (from, column.i64()) {
            let labels = self.program.ladder(*ladder).map(|ladder| ladder.labels.as_slice()).unwrap_or_default();
            let name = |place: i64| usize::try_from(place).ok().and_then(|place| labels.get(place)).map(|label| label.name.as_str());
            let names: StringChunked = places.iter().map(|place| place.and_then(name)).collect();
            return Ok(names.into_column());
        }
        if *to == Type::Text && *from != Type::Text {
            let cells = Cells::of(column, from)?;
            let text = |row: usize| {
                let mut text = String::new();
                cells.get(row).write(&mut text);
                (!text.is_empty()).then_some(text)
            };
            return Ok((0..column.len()).map(text).collect::<StringChunked>().into_column());
        }
        column.cast(&held_as(to.physical()))
    }

    /// The values of a field that are texts, part by part, each in the order of its part.
    pub fn texts_of_parts(&self, name: &str) -> Vec<(&Part, &StringChunked)> {
        let Some(at) = self.fields.iter().position(|field| field.name == name) else { return Vec::new() };
        let mut out = Vec::with_capacity(self.parts.len());
        for part in &self.parts {
            if let Some(Held::Column(column, _)) = part.fields.get(at) {
                out.extend(part.rows.column(column).and_then(|column| column.str()).ok().map(|texts| (part, texts)));
            }
        }
        out
    }

    /// The first rows as a table for people: of these columns, those that are there.
    pub fn first_rows(&self, count: usize, columns: &[&str]) -> String {
        let Ok(page) = self.page(0..self.rows().min(count)) else { return String::new() };
        let Ok(cells) = page.cells() else { return String::new() };
        let chosen: Vec<(&str, &Cells<'_>)> = columns
            .iter()
            .filter_map(|name| Some((*name, cells.get(self.fields.iter().position(|field| field.name == *name)?)?)))
            .collect();
        let text = |cells: &Cells<'_>, row: usize| {
            let mut out = String::new();
            cells.get(row).write(&mut out);
            out
        };
        let rows: Vec<Vec<String>> = (0..page.rows()).map(|row| chosen.iter().map(|(_, cells)| text(cells, row)).collect()).collect();
        let header: Vec<&str> = chosen.iter().map(|(name, _)| *name).collect();
        super::super::output::summary_table(&header, &rows)
    }
}
