//! Tables as comma-separated text: UTF-8 with a byte-order mark, money in yuan with two decimals, missing as nothing.

use super::calendar::civil;
use super::table::{Column, Kind, Table, Value};
use std::io::{self, Write};

/// Writes the byte-order mark and the line of column names.
///
/// # Errors
/// Whatever the writer reports.
pub fn write_csv_head(columns: &[Column], out: &mut impl Write) -> io::Result<()> {
    out.write_all("\u{feff}".as_bytes())?;
    for (place, column) in columns.iter().enumerate() {
        if place > 0 {
            out.write_all(b",")?;
        }
        out.write_all(column.name.as_bytes())?;
    }
    out.write_all(b"\n")
}

/// Writes every row of a table or of a chunk of it, without a head.
///
/// # Errors
/// Whatever the writer reports.
pub fn write_csv_rows(table: &Table, out: &mut impl Write) -> io::Result<()> {
    let mut line = String::with_capacity(512);
    for row in 0..table.rows {
        line.clear();
        for (place, (column, cells)) in table.columns.iter().zip(&table.cells).enumerate() {
            if place > 0 {
                line.push(',');
            }
            write_value(column.kind, cells.get(row), &mut line);
        }
        line.push('\n');
        out.write_all(line.as_bytes())?;
    }
    Ok(())
}

fn write_value(kind: Kind, value: Value<'_>, line: &mut String) {
    match value {
        Value::Missing => {}
        Value::Text(text) => write_text(text, line),
        Value::Integer(number) if kind == Kind::Money => write_money(number, line),
        Value::Integer(number) => write_integer(number, line),
        Value::Number(number) => line.push_str(&number.to_string()),
        Value::Flag(flag) => line.push_str(if flag { "true" } else { "false" }),
        Value::Date(day) => write_date(day, line),
        Value::Time(moment) => {
            let seconds = moment.div_euclid(1_000);
            write_date(seconds.div_euclid(86_400) as i32, line);
            let of_day = seconds.rem_euclid(86_400);
            line.push(' ');
            write_padded(of_day / 3_600, 2, line);
            line.push(':');
            write_padded(of_day / 60 % 60, 2, line);
            line.push(':');
            write_padded(of_day % 60, 2, line);
        }
    }
}

fn write_text(text: &str, line: &mut String) {
    if !text.contains([',', '"', '\n', '\r']) {
        return line.push_str(text);
    }
    line.push('"');
    line.push_str(&text.replace('"', "\"\""));
    line.push('"');
}

fn write_money(fen: i64, line: &mut String) {
    if fen < 0 {
        line.push('-');
    }
    let fen = fen.unsigned_abs() as i64;
    write_integer(fen / 100, line);
    line.push('.');
    write_padded(fen % 100, 2, line);
}

fn write_integer(number: i64, line: &mut String) {
    if number < 0 {
        line.push('-');
    }
    let number = number.unsigned_abs() as i64;
    let digits = number.checked_ilog10().map_or(1, |digits| digits + 1);
    write_padded(number, digits, line);
}

fn write_date(day: i32, line: &mut String) {
    let (year, month, of_month) = civil(day);
    write_padded(i64::from(year), 4, line);
    line.push('-');
    write_padded(i64::from(month), 2, line);
    line.push('-');
    write_padded(i64::from(of_month), 2, line);
}

fn write_padded(number: i64, digits: u32, line: &mut String) {
    let mut place = 10_i64.saturating_pow(digits.saturating_sub(1));
    while place > 0 {
        line.push(char::from(b'0' + (number / place % 10) as u8));
        place /= 10;
    }
}
