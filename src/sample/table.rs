//! Columnar tables in memory: typed cells, filled row by row, read column by column.

/// What a column holds, and with that how it is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Text, ids included.
    Text,
    /// One of a closed set of English words.
    Code,
    /// A whole number.
    Integer,
    /// A number with a fraction, such as a score.
    Number,
    /// True or false.
    Flag,
    /// A date: days since 1970-01-01.
    Date,
    /// A moment: milliseconds of local wall clock since 1970-01-01 00:00.
    Time,
    /// Money in fen.
    Money,
    /// A rate as a fraction: 0.038 is 3.8%.
    Rate,
    /// Items joined by `|`.
    List,
}

/// Name and kind of a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Column {
    /// The name of the canonical data model.
    pub name: &'static str,
    /// What the column holds.
    pub kind: Kind,
}

/// One cell on its way in or out.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Value<'a> {
    /// Nothing known.
    Missing,
    /// Text, code or list.
    Text(&'a str),
    /// Whole number, or money in fen.
    Integer(i64),
    /// Number or rate.
    Number(f64),
    /// True or false.
    Flag(bool),
    /// Days since 1970-01-01.
    Date(i32),
    /// Milliseconds of local wall clock since 1970-01-01 00:00.
    Time(i64),
}

impl<'a> Value<'a> {
    /// Text, or missing.
    pub(super) fn text(value: Option<&'a str>) -> Value<'a> {
        value.map_or(Value::Missing, Value::Text)
    }

    /// A date, or missing.
    pub(super) fn date(value: Option<i32>) -> Value<'a> {
        value.map_or(Value::Missing, Value::Date)
    }

    /// A moment, or missing.
    pub(super) fn time(value: Option<i64>) -> Value<'a> {
        value.map_or(Value::Missing, Value::Time)
    }

    /// A whole number or an amount in fen, or missing.
    pub(super) fn integer(value: Option<i64>) -> Value<'a> {
        value.map_or(Value::Missing, Value::Integer)
    }

    /// A number, or missing.
    pub(super) fn number(value: Option<f64>) -> Value<'a> {
        value.map_or(Value::Missing, Value::Number)
    }
}

/// The cells of one column. All texts of a column share one buffer.
#[derive(Debug, Clone, PartialEq)]
pub enum Cells {
    /// Text, code and list columns: the buffer, where each cell ends, and whether it is known.
    Text { buffer: String, ends: Vec<usize>, known: Vec<bool> },
    /// Integer and money columns.
    Integer(Vec<Option<i64>>),
    /// Number and rate columns.
    Number(Vec<Option<f64>>),
    /// Flag columns.
    Flag(Vec<Option<bool>>),
    /// Date columns.
    Date(Vec<Option<i32>>),
    /// Time columns.
    Time(Vec<Option<i64>>),
}

impl Cells {
    fn new(kind: Kind) -> Cells {
        match kind {
            Kind::Text | Kind::Code | Kind::List => Cells::Text { buffer: String::new(), ends: Vec::new(), known: Vec::new() },
            Kind::Integer | Kind::Money => Cells::Integer(Vec::new()),
            Kind::Number | Kind::Rate => Cells::Number(Vec::new()),
            Kind::Flag => Cells::Flag(Vec::new()),
            Kind::Date => Cells::Date(Vec::new()),
            Kind::Time => Cells::Time(Vec::new()),
        }
    }

    /// Returns false when the value is of another kind than the column; the cell is then missing.
    fn push(&mut self, value: Value<'_>) -> bool {
        let fits = match (&*self, value) {
            (_, Value::Missing)
            | (Cells::Text { .. }, Value::Text(_))
            | (Cells::Integer(_), Value::Integer(_))
            | (Cells::Number(_), Value::Number(_))
            | (Cells::Flag(_), Value::Flag(_))
            | (Cells::Date(_), Value::Date(_))
            | (Cells::Time(_), Value::Time(_)) => true,
            (Cells::Text { .. } | Cells::Integer(_) | Cells::Number(_) | Cells::Flag(_) | Cells::Date(_) | Cells::Time(_), _) => false,
        };
        match self {
            Cells::Text { buffer, ends, known } => {
                let text = if let Value::Text(text) = value { Some(text) } else { None };
                buffer.push_str(text.unwrap_or(""));
                ends.push(buffer.len());
                known.push(text.is_some());
            }
            Cells::Integer(cells) => cells.push(if let Value::Integer(cell) = value { Some(cell) } else { None }),
            Cells::Number(cells) => cells.push(if let Value::Number(cell) = value { Some(cell) } else { None }),
            Cells::Flag(cells) => cells.push(if let Value::Flag(cell) = value { Some(cell) } else { None }),
            Cells::Date(cells) => cells.push(if let Value::Date(cell) = value { Some(cell) } else { None }),
            Cells::Time(cells) => cells.push(if let Value::Time(cell) = value { Some(cell) } else { None }),
        }
        fits
    }

    /// The cell of a row; missing past the end.
    #[must_use]
    pub fn get(&self, row: usize) -> Value<'_> {
        match self {
            Cells::Text { buffer, ends, known } => {
                if known.get(row) != Some(&true) {
                    return Value::Missing;
                }
                let start = row.checked_sub(1).and_then(|before| ends.get(before)).copied().unwrap_or(0);
                ends.get(row).and_then(|end| buffer.get(start..*end)).map_or(Value::Missing, Value::Text)
            }
            Cells::Integer(cells) => cells.get(row).copied().flatten().map_or(Value::Missing, Value::Integer),
            Cells::Number(cells) => cells.get(row).copied().flatten().map_or(Value::Missing, Value::Number),
            Cells::Flag(cells) => cells.get(row).copied().flatten().map_or(Value::Missing, Value::Flag),
            Cells::Date(cells) => cells.get(row).copied().flatten().map_or(Value::Missing, Value::Date),
            Cells::Time(cells) => cells.get(row).copied().flatten().map_or(Value::Missing, Value::Time),
        }
    }
}

/// One table, or the part of it that belongs to a chunk of customers.
#[derive(Debug, Clone, PartialEq)]
pub struct Table {
    /// Name in the canonical data model; also the name of its file.
    pub name: &'static str,
    /// Columns in the order of the canonical data model.
    pub columns: &'static [Column],
    /// One entry per column, in the same order.
    pub cells: Vec<Cells>,
    /// Number of rows.
    pub rows: usize,
    /// Cells that were given a value of the wrong kind or rows of the wrong width: always 0, the test suite looks.
    pub misfits: usize,
}

impl Table {
    pub(super) fn new(name: &'static str, columns: &'static [Column]) -> Table {
        let cells = columns.iter().map(|column| Cells::new(column.kind)).collect();
        Table { name, columns, cells, rows: 0, misfits: 0 }
    }

    /// Adds a row; values stand in column order.
    pub(super) fn push(&mut self, row: &[Value<'_>]) {
        if row.len() != self.columns.len() {
            self.misfits += 1;
        }
        for (index, cells) in self.cells.iter_mut().enumerate() {
            let value = row.get(index).copied().unwrap_or(Value::Missing);
            if !cells.push(value) {
                self.misfits += 1;
            }
        }
        self.rows += 1;
    }

    /// The cells of a column by name.
    #[must_use]
    pub fn column(&self, name: &str) -> Option<&Cells> {
        self.columns.iter().position(|column| column.name == name).and_then(|index| self.cells.get(index))
    }
}
