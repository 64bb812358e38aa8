//! Random aggregates over the rows that belong to a subject.

use super::expression::{Place, Writer, Written};
use super::schema::Kind;

impl Writer<'_> {
    fn word(&mut self, words: &[&str]) -> String {
        (*self.random.pick(words)).to_string()
    }

    /// Tables whose rows belong to rows of `table`, with the path to them.
    fn rows_of(&self, table: usize) -> Vec<(usize, String)> {
        let mut out = Vec::new();
        let tables = &self.schema.tables;
        let belonging = |to: usize| {
            let refers =
                move |at: &usize| tables[*at].columns.iter().any(|column| column.refers.as_ref().is_some_and(|(target, _)| *target == to));
            (0..tables.len()).filter(refers).map(|at| (at, tables[at].name.to_string()))
        };
        out.extend(belonging(table));
        for column in &tables[table].columns {
            if let Some((target, step)) = &column.refers {
                out.extend(belonging(*target).map(|(at, name)| (at, format!("{step}.{name}"))));
            }
        }
        out
    }

    /// A window; of a panel when its rows are periods, beside a moment when it follows `in`.
    pub fn window(&mut self, panel: bool, beside: bool) -> String {
        if panel {
            return match self.random.below(4) {
                0 => format!("last {}", self.word(&["1 month", "3 months", "6 months", "1 years", "2 quarters"])),
                1 => format!("last {} ending {} ago", self.word(&["3 months", "1 month"]), self.word(&["1 month", "1 years"])),
                2 => self.word(&["previous month", "previous quarter", "this year"]),
                _ => String::from("since 2026-01-01"),
            };
        }
        match self.random.below(if beside { 6 } else { 5 }) {
            0 | 1 => format!("last {}", self.length()),
            2 => format!("last {} ending {} ago", self.length(), self.word(&["1 month", "7 days", "1 years"])),
            3 => format!("{} {}", self.word(&["this", "previous"]), self.word(&["month", "quarter", "year", "week", "day"])),
            4 => format!("since {}", self.word(&["2026-01-01", "2026-10-31 12:00"])),
            _ => format!("next {}", self.length()),
        }
    }

    /// An aggregate whose result has a kind, when there are rows for one.
    pub fn aggregate(&mut self, kind: Kind, place: Place, depth: usize) -> Option<Written> {
        let rows = self.rows_of(place.table);
        if rows.is_empty() {
            return None;
        }
        let (table, path) = self.random.pick(&rows).clone();
        if self.random.chance(12) {
            if let Some(grouped) = self.grouped(kind, table, &path, depth) {
                return Some(grouped);
            }
        }
        let inside = Place { table, outer: Some(place.table) };
        let (head, total) = self.folded(kind, table, &path)?;
        self.varies = true;
        let (mut arguments, share) = match head.split_once(" @ ") {
            Some((head, share)) => (head.to_string(), format!(", {share}")),
            None => (head, String::new()),
        };
        if self.random.chance(50) {
            arguments.push_str(&format!(" where {}", self.condition(inside, depth.min(1)).0));
        }
        arguments.push_str(&share);
        let (timed, panel) = (self.schema.tables[table].timed, self.schema.tables[table].panel);
        if timed && self.random.chance(60) {
            arguments.push_str(&format!(", {}", self.window(panel, false)));
        }
        let least = self.random.chance(15);
        if least {
            arguments.push_str(&format!(", at least {}", self.random.below(4)));
        }
        Some((format!("{arguments})"), least || !total || path.contains('.')))
    }

    /// Groups of rows by a column, each folded, and the groups folded.
    fn grouped(&mut self, kind: Kind, table: usize, path: &str, depth: usize) -> Option<Written> {
        let columns = &self.schema.tables[table].columns;
        let named = |column: &&super::schema::Column| matches!(column.kind, Kind::Text | Kind::Choice | Kind::Int | Kind::Date);
        let columns: Vec<String> = columns.iter().filter(named).map(|column| column.name.clone()).collect();
        if self.schema.tables[table].panel || columns.is_empty() {
            return None;
        }
        let per = self.random.pick(&columns).clone();
        let (outer, inner) = match kind {
            Kind::Int if self.random.chance(50) => (self.word(&["max", "min", "sum", "median"]), format!("count({path})")),
            Kind::Int => {
                (self.word(&["max", "sum"]), format!("{}({path}.{})", self.word(&["max", "sum"]), self.column_of(table, &[Kind::Int])?))
            }
            Kind::Number => (self.word(&["mean", "stddev"]), format!("count({path})")),
            Kind::Money => {
                let column = self.column_of(table, &[Kind::Money])?;
                (
                    self.word(&["max", "sum", "mean", "stddev", "median"]),
                    format!("{}({path}.{column})", self.word(&["sum", "latest", "mean", "max"])),
                )
            }
            Kind::Bool | Kind::Percent | Kind::Text | Kind::Choice | Kind::Date | Kind::Time | Kind::Length => return None,
        };
        if inner.starts_with("latest") && !self.schema.tables[table].timed {
            return None;
        }
        self.varies = true;
        let mut text = format!("{outer}({inner} per {per}");
        if self.random.chance(50) {
            text.push_str(&format!(" where {}", self.condition(Place::of(table), depth.min(1)).0));
        }
        if self.schema.tables[table].timed && self.random.chance(60) {
            text.push_str(&format!(", {}", self.window(false, false)));
        }
        if self.random.chance(30) {
            text.push_str(&format!(", at least {}", self.random.below(4)));
        }
        Some((format!("{text})"), true))
    }

    /// What goes together in the rows of a table: the name of a column that can be held, and the whole call.
    pub fn association(&mut self, table: usize) -> Option<String> {
        let rows = self.rows_of(table);
        if rows.is_empty() {
            return None;
        }
        let (rows, path) = self.random.pick(&rows).clone();
        let columns = &self.schema.tables[rows].columns;
        // A reference has the type of the key it refers to.
        let held = |column: &&super::schema::Column| column.refers.is_none() && matches!(column.kind, Kind::Text | Kind::Choice);
        let columns: Vec<String> = columns.iter().filter(held).map(|column| column.name.clone()).collect();
        if columns.is_empty() {
            return None;
        }
        self.varies = true;
        let mut text = format!("association({path}.{}", self.random.pick(&columns));
        if self.random.chance(50) {
            text.push_str(&format!(" where {}", self.condition(Place::of(rows), 1).0));
        }
        let (timed, panel) = (self.schema.tables[rows].timed, self.schema.tables[rows].panel);
        if timed && self.random.chance(40) {
            text.push_str(&format!(", {}", self.window(panel, false)));
        }
        let (support, confidence, lift) =
            (self.word(&["0%", "1%", "20%"]), self.word(&["0%", "5%", "50%"]), self.word(&["0", "0.5", "1.2"]));
        Some(format!("{text}, support: {support}, confidence: {confidence}, lift: {lift})"))
    }

    /// The function and its value; whether it is known over no rows.
    fn folded(&mut self, kind: Kind, table: usize, path: &str) -> Option<(String, bool)> {
        let timed = self.schema.tables[table].timed;
        match kind {
            Kind::Bool => return Some((format!("exists({path}"), true)),
            Kind::Int => match self.random.below(5) {
                0 | 1 => return Some((format!("count({path}"), true)),
                2 => {
                    let columns = self.schema.tables[table].columns.clone();
                    let column = self.random.pick(&columns).clone();
                    let day = column.kind == Kind::Time && self.random.chance(50);
                    let value = format!("{path}.{}", column.name);
                    return Some((if day { format!("distinct(day({value})") } else { format!("distinct({value}") }, true));
                }
                _ => {}
            },
            Kind::Number => {
                let numeric = [Kind::Int, Kind::Number];
                let column = self.column_of(table, &numeric)?;
                return Some((format!("{}({path}.{column}", self.word(&["mean", "stddev"])), false));
            }
            Kind::Money | Kind::Percent | Kind::Text | Kind::Choice | Kind::Date | Kind::Time | Kind::Length => {}
        }
        let column = self.column_of(table, &[kind])?;
        let functions: &[&str] = match kind {
            Kind::Int => &["sum", "min", "max", "median", "latest", "earliest"],
            Kind::Money | Kind::Length => &["sum", "sum", "mean", "min", "max", "median", "quantile", "latest", "earliest"],
            Kind::Percent | Kind::Number | Kind::Date | Kind::Time => &["min", "max", "median", "latest", "earliest"],
            Kind::Text | Kind::Choice | Kind::Bool => &["latest", "earliest"],
        };
        let function = self.word(functions);
        let text = match function.as_str() {
            "latest" | "earliest" if !timed && matches!(kind, Kind::Text | Kind::Choice) => return None,
            "latest" | "earliest" if !timed => format!("max({path}.{column}"),
            "quantile" => format!("quantile({path}.{column} @ {}", self.word(&["90%", "10%", "100%", "0%"])),
            "sum" if kind == Kind::Money && self.random.chance(25) => format!("sum(abs({path}.{column})"),
            function => format!("{function}({path}.{column}"),
        };
        Some((text, false))
    }

    fn column_of(&mut self, table: usize, kinds: &[Kind]) -> Option<String> {
        let columns = &self.schema.tables[table].columns;
        let fitting: Vec<String> = columns
            .iter()
            .filter(|column| column.refers.is_none() && kinds.contains(&column.kind))
            .map(|column| column.name.clone())
            .collect();
        (!fitting.is_empty()).then(|| self.random.pick(&fitting).clone())
    }
}
