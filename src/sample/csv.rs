//! Tables as comma-separated text: UTF-8 with a byte-order mark, money in yuan with two decimals, missing as nothing.

use super::calendar::civil;
use super::table::{Cells, Column, Kind, Table, Value};
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
    let quoting: Vec<bool> = table.cells.iter().map(needs_quotes).collect();
    let mut line = String::with_capacity(512);
    for row in 0..table.rows {
        line.clear();
        for ((column, cells), quotes) in table.columns.iter().zip(&table.cells).zip(&quoting) {
            match cells.get(row) {
                Value::Text(text) if *quotes => write_quoted(text, &mut line),
                value => write_value(column.kind, value, &mut line),
            }
            line.push(',');
        }
        line.pop();
        line.push('\n');
        out.write_all(line.as_bytes())?;
    }
    Ok(())
}

/// Whether any text of a column holds a character that means something in CSV; looking once at all of them is fast.
fn needs_quotes(cells: &Cells) -> bool {
    match cells {
        Cells::Text { buffer, .. } => [',', '"', '\n', '\r'].iter().any(|special| buffer.contains(*special)),
        Cells::Integer(_) | Cells::Number(_) | Cells::Flag(_) | Cells::Date(_) | Cells::Time(_) => false,
    }
}

fn write_value(kind: Kind, value: Value<'_>, line: &mut String) {
    match value {
        Value::Missing => {}
        Value::Text(text) => line.push_str(text),
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
            write_pair(of_day / 3_600, line);
            line.push(':');
            write_pair(of_day / 60 % 60, line);
            line.push(':');
            write_pair(of_day % 60, line);
        }
    }
}

fn write_quoted(text: &str, line: &mut String) {
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
    write_pair(fen % 100, line);
}

fn write_integer(number: i64, line: &mut String) {
    line.push_str(&number.to_string());
}

fn write_date(day: i32, line: &mut String) {
    let (year, month, of_month) = civil(day);
    write_pair(i64::from(year / 100), line);
    write_pair(i64::from(year % 100), line);
    line.push('-');
    write_pair(i64::from(month), line);
    line.push('-');
    write_pair(i64::from(of_month), line);
}

/// Every number from 00 to 99, two digits each.
const PAIRS: &str = "0001020304050607080910111213141516171819202122232425262728293031323334353637383940414243444546474849\
                     5051525354555657585960616263646566676869707172737475767778798081828384858687888990919293949596979899";

fn write_pair(number: i64, line: &mut String) {
    let place = number.rem_euclid(100) as usize * 2;
    line.push_str(PAIRS.get(place..place + 2).unwrap_or("00"));
}
