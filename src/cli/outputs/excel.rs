//! One workbook for people: a summary and the lists, split where a sheet is full.

use super::cell::CellValue;
use super::sheet::{PAGE, Sheet};
use super::text::{OutputFile, WriteError};
use rust_xlsxwriter::{DocProperties, ExcelDateTime, Format, Workbook, Worksheet};
use std::fs;
use std::path::Path;
use strat::diag::Language;
use strat::types::Type;
use unicode_width::UnicodeWidthStr;

/// Data rows of one sheet, the header not counted.
const ROWS_PER_SHEET: usize = 1_048_575;
/// Rows looked at for the width of a column.
const MEASURED: usize = 1_000;
const WIDEST: usize = 60;
/// The longest text a cell may hold, in characters.
const LONGEST_TEXT: usize = 32_000;
/// The day 1970-01-01 as spreadsheets count.
const EPOCH: i64 = 25_569;
const DAY: i64 = 86_400_000;
/// Whole numbers a cell shows exactly.
const EXACT_DIGITS: u64 = 1_000_000_000_000_000;

/// The workbook's parts.
pub struct Book<'a> {
    pub language: Language,
    /// Milliseconds; also the creation date, so that equal runs give equal bytes.
    pub as_of: i64,
    /// Lines of two or more cells above the table of counts.
    pub facts: Vec<(String, String)>,
    pub counts_header: Vec<String>,
    pub counts: Vec<Vec<String>>,
    pub actions: &'a Sheet<'a>,
    pub exclusions: &'a Sheet<'a>,
    pub assignments: &'a Sheet<'a>,
}

struct Formats {
    header: Format,
    money: Format,
    date: Format,
    time: Format,
}

/// Writes the workbook.
pub fn write_book(book: &Book<'_>, folder: &Path, name: &str) -> Result<OutputFile, WriteError> {
    let mut workbook = Workbook::new();
    let created = ExcelDateTime::from_timestamp(book.as_of.div_euclid(1000))?;
    workbook.set_properties(&DocProperties::new().set_creation_datetime(&created));
    let formats = Formats {
        header: Format::new().set_bold(),
        money: Format::new().set_num_format("#,##0.00"),
        date: Format::new().set_num_format("yyyy-mm-dd"),
        time: Format::new().set_num_format("yyyy-mm-dd hh:mm"),
    };
    let titles = match book.language {
        Language::Chinese => ["摘要", "名单", "排除", "分组"],
        Language::English => ["Summary", "Actions", "Exclusions", "Assignments"],
    };
    let [summary, actions, exclusions, assignments] = titles;
    write_summary(workbook.add_worksheet().set_name(summary)?, book, &formats)?;
    for (title, sheet) in [(actions, book.actions), (exclusions, book.exclusions), (assignments, book.assignments)] {
        write_sheets(&mut workbook, title, sheet, &formats)?;
    }
    let bytes = workbook.save_to_buffer()?;
    fs::write(folder.join(name), &bytes)?;
    Ok(OutputFile { file: name.to_owned(), rows: book.actions.rows() as u64, blake3: blake3::hash(&bytes).to_hex().to_string() })
}

fn write_summary(page: &mut Worksheet, book: &Book<'_>, formats: &Formats) -> Result<(), WriteError> {
    let mut row = 0;
    for (name, value) in &book.facts {
        page.write_string_with_format(row, 0, name, &formats.header)?;
        page.write_string(row, 1, value)?;
        row += 1;
    }
    row += 1;
    for (at, name) in (0_u16..).zip(&book.counts_header) {
        page.write_string_with_format(row, at, name, &formats.header)?;
        let widest = book.counts.iter().filter_map(|cells| cells.get(usize::from(at))).chain([name]).map(|cell| cell.width()).max();
        page.set_column_width(at, width(widest.unwrap_or(8).max(if at == 1 { 24 } else { 12 })))?;
    }
    for cells in &book.counts {
        row += 1;
        for (at, cell) in (0_u16..).zip(cells) {
            match cell.parse::<u32>() {
                Ok(number) => page.write_number(row, at, number)?,
                Err(_) => page.write_string(row, at, cell)?,
            };
        }
    }
    Ok(())
}

/// The width of a column for so many display cells; Chinese characters take two.
fn width(cells: usize) -> f64 {
    let cells = u32::try_from(cells.min(WIDEST)).unwrap_or(60);
    (f64::from(cells) * 1.1 + 2.0).min(60.0)
}

fn write_sheets(workbook: &mut Workbook, title: &str, sheet: &Sheet<'_>, formats: &Formats) -> Result<(), WriteError> {
    let mut first = 0;
    let mut number = 1;
    loop {
        let last = sheet.rows().min(first + ROWS_PER_SHEET);
        let page = workbook.add_worksheet_with_constant_memory()?;
        page.set_name(if number == 1 { title.to_owned() } else { format!("{title} {number}") })?;
        write_rows(page, sheet, first..last, formats)?;
        first = last;
        number += 1;
        if first >= sheet.rows() {
            return Ok(());
        }
    }
}

fn write_rows(page: &mut Worksheet, sheet: &Sheet<'_>, rows: std::ops::Range<usize>, formats: &Formats) -> Result<(), WriteError> {
    let measured = sheet.page(rows.start..rows.end.min(rows.start + MEASURED))?;
    let mut scratch = String::new();
    for (at, (field, column)) in (0_u16..).zip(sheet.fields.iter().zip(measured.cells()?)) {
        let mut widest = field.name.width() + 3;
        for row in 0..measured.rows() {
            scratch.clear();
            column.get(row).write(&mut scratch);
            widest = widest.max(scratch.width());
        }
        page.set_column_width(at, width(widest))?;
    }
    page.set_freeze_panes(1, 0)?;
    let last_column = u16::try_from(sheet.fields.len().saturating_sub(1)).unwrap_or(u16::MAX);
    page.autofilter(0, 0, u32::try_from(rows.len()).unwrap_or(u32::MAX), last_column)?;
    for (at, field) in (0_u16..).zip(&sheet.fields) {
        page.write_string_with_format(0, at, &field.name, &formats.header)?;
    }
    let mut place = 0_u32;
    for some in sheet.pages_of(rows, PAGE) {
        let some = some?;
        let cells = some.cells()?;
        for row in 0..some.rows() {
            place += 1;
            for (at, column) in (0_u16..).zip(&cells) {
                write_cell(page, place, at, column.get(row), formats)?;
            }
        }
    }
    Ok(())
}

#[expect(clippy::cast_precision_loss, reason = "values that a float cannot hold are written as text")]
fn write_cell(page: &mut Worksheet, row: u32, column: u16, value: CellValue<'_>, formats: &Formats) -> Result<(), WriteError> {
    match value {
        CellValue::Missing => {}
        CellValue::Bool(value) => {
            page.write_boolean(row, column, value)?;
        }
        CellValue::Float(value) => {
            page.write_number(row, column, value)?;
        }
        CellValue::Text(text) => {
            let kept: String = if text.len() > LONGEST_TEXT { text.chars().take(LONGEST_TEXT).collect() } else { text.to_owned() };
            page.write_string(row, column, kept)?;
        }
        CellValue::Int(number, ty) => {
            let day = if *ty == Type::Time { number.div_euclid(DAY) } else { number };
            // Spreadsheets have no days before 1900-03-01 that all of them agree on.
            let has_serial = (-25_508..2_932_897).contains(&day);
            match ty {
                Type::Money if number.unsigned_abs() < EXACT_DIGITS => {
                    page.write_number_with_format(row, column, number as f64 / 100.0, &formats.money)?;
                }
                Type::Date if has_serial => {
                    page.write_number_with_format(row, column, (number + EPOCH) as f64, &formats.date)?;
                }
                Type::Time if has_serial => {
                    let serial = number as f64 / DAY as f64 + EPOCH as f64;
                    page.write_number_with_format(row, column, serial, &formats.time)?;
                }
                Type::Int | Type::BasisPoints if number.unsigned_abs() < EXACT_DIGITS => {
                    page.write_number(row, column, number as f64)?;
                }
                _ => {
                    let mut text = String::new();
                    value.write(&mut text);
                    page.write_string(row, column, text)?;
                }
            }
        }
    }
    Ok(())
}
