//! The report as a workbook: a page of verdicts, a sheet per section with numbers that can be computed with, native charts.
//!
//! A figure that is withheld is text with its reason, so that no sum takes it for a zero; charts leave it out. Texts are never read
//! as formulas. The creation date is the day of the judgement, so that equal judgements give equal bytes.

mod charts;
mod front;
mod style;

use super::printed::Shape;
use super::tables::{Cell, Table, tables};
use crate::diag::Language;
use crate::evaluate::evaluation::Evaluation;
use charts::Charts;
use chrono::{Datelike, NaiveDate};
use rust_xlsxwriter::{DocProperties, ExcelDateTime, Workbook, Worksheet, XlsxError};
use style::{Style, width_of};
use unicode_width::UnicodeWidthStr;

/// The longest text a cell may hold, in characters.
const LONGEST_TEXT: usize = 32_000;
const A4: u8 = 9;
const WIDEST_REASON: usize = 24;
/// Widths of columns that one page in landscape takes at a readable size.
const PAGE_WIDTH: f64 = 190.0;
const MOST_PAGES: u16 = 6;

/// The bytes of the workbook.
///
/// # Errors
/// A report with more rows than a sheet has.
pub fn workbook(evaluation: &Evaluation, language: Language) -> Result<Vec<u8>, XlsxError> {
    let style = Style::new(language);
    let sections = tables(evaluation, language);
    let mut book = Workbook::new();
    book.set_properties(&DocProperties::new().set_title(&evaluation.program).set_creation_datetime(&created(&evaluation.as_of)?));
    front::write(book.add_worksheet(), evaluation, &sections, &style)?;
    let mut charts = Charts::new(&style)?;
    for table in sections.iter().filter(|table| !table.rows.is_empty()) {
        let page = book.add_worksheet();
        page.set_name(table.title)?;
        let (mut last_row, mut last_column) = write_table(page, table, &style)?;
        let placed = charts.place(page, table.slug, evaluation, (last_row, last_column))?;
        (last_row, last_column) = (last_row.max(placed.0), last_column.max(placed.1));
        page.set_print_area(0, 0, last_row, last_column)?;
    }
    if let Some(page) = charts.finish()? {
        book.push_worksheet(page);
    }
    book.save_to_buffer()
}

/// The day of the judgement; the first day of 2000 for one that has none.
fn created(as_of: &str) -> Result<ExcelDateTime, XlsxError> {
    let day = as_of.get(..10).and_then(|day| NaiveDate::parse_from_str(day, "%Y-%m-%d").ok());
    let parts = day.and_then(|day| Some((u16::try_from(day.year()).ok()?, u8::try_from(day.month()).ok()?, u8::try_from(day.day()).ok()?)));
    let (year, month, day) = parts.unwrap_or((2000, 1, 1));
    ExcelDateTime::from_ymd(year, month, day)
}

/// Writes a table from the first cell of a sheet and says where it ends.
fn write_table(page: &mut Worksheet, table: &Table, style: &Style) -> Result<(u32, u16), XlsxError> {
    let last_row = u32::try_from(table.rows.len()).unwrap_or(u32::MAX);
    let last_column = u16::try_from(table.columns.len().saturating_sub(1)).unwrap_or(u16::MAX);
    let mut whole = 0.0;
    for (at, title) in (0_u16..).zip(&table.columns) {
        page.write_string_with_format(0, at, *title, &style.header)?;
        let cells = table.rows.iter().filter_map(|row| row.get(usize::from(at)));
        let widest = cells.map(|cell| cells_of(cell, style.language)).max().unwrap_or(0);
        let width = width_of(widest.max(title.width().min(18) + 3));
        page.set_column_width(at, width)?;
        whole += width;
    }
    for (row, cells) in (1_u32..).zip(&table.rows) {
        for (column, cell) in (0_u16..).zip(cells) {
            write_cell(page, row, column, cell, style)?;
        }
    }
    for (at, _) in (0_u16..).zip(&table.columns) {
        let coloured = |row: &Vec<Cell>| matches!(row.get(usize::from(at)), Some(Cell::Light(_) | Cell::Met(_)));
        if table.rows.iter().any(coloured) {
            style.colour_lights(page, (1, at), (last_row, at))?;
        }
    }
    page.set_freeze_panes(1, 1)?;
    page.autofilter(0, 0, last_row, last_column)?;
    page.set_repeat_rows(0, 0)?.set_repeat_columns(0, 0)?;
    for_paper(page, pages_of(whole));
    Ok((last_row, last_column))
}

/// Display cells a cell asks for; reasons are wrapped, so that numbers above and below them stay close.
fn cells_of(cell: &Cell, language: Language) -> usize {
    let width = cell.print(language).width();
    if matches!(cell, Cell::Withheld(_)) { width.min(WIDEST_REASON) } else { width }
}

/// How many pages beside each other a table of this width is printed on, so that it stays readable.
fn pages_of(width: f64) -> u16 {
    let mut pages = 1;
    while f64::from(pages) * PAGE_WIDTH < width && pages < MOST_PAGES {
        pages += 1;
    }
    pages
}

/// Landscape, so many pages wide.
fn for_paper(page: &mut Worksheet, pages: u16) {
    page.set_landscape().set_paper_size(A4).set_print_fit_to_pages(pages, 0).set_footer("&L&A&R&P / &N");
}

fn write_cell(page: &mut Worksheet, row: u32, column: u16, cell: &Cell, style: &Style) -> Result<(), XlsxError> {
    match cell {
        Cell::Empty => {}
        Cell::Text(text) => {
            page.write_string_with_format(row, column, cut(text), &style.text)?;
        }
        Cell::Withheld(reason) => {
            page.write_string_with_format(row, column, cut(reason), &style.withheld)?;
        }
        Cell::Count(count) => {
            page.write_number_with_format(row, column, number_of(*count), &style.count)?;
        }
        Cell::Number(value, shape) => {
            page.write_number_with_format(row, column, shape.on_page(*value), style.number(*shape, *value))?;
        }
        Cell::Light(_) | Cell::Met(_) => {
            page.write_string_with_format(row, column, cell.print(style.language), &style.text)?;
        }
    }
    Ok(())
}

#[expect(clippy::cast_precision_loss, reason = "counts of people")]
fn number_of(count: u64) -> f64 {
    count as f64
}

fn cut(text: &str) -> String {
    text.chars().take(LONGEST_TEXT).collect()
}
