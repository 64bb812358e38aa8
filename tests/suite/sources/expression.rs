//! Random expressions of a kind, for rows of a table.

use super::schema::{CHOICES, Kind, Schema};
use crate::agree::random::Random;

/// A feature, or a segment when it is a bool.
#[derive(Debug, Clone)]
pub struct Fact {
    pub name: String,
    pub table: usize,
    pub kind: Kind,
    pub optional: bool,
    /// It differs between subjects as far as anybody can tell without data.
    pub varies: bool,
}

#[derive(Debug, Clone)]
pub struct Ladder {
    pub name: String,
    pub table: usize,
    pub labels: Vec<String>,
    pub ordered: bool,
}

/// Which rows an expression is about.
#[derive(Debug, Clone, Copy)]
pub struct Place {
    pub table: usize,
    /// The table around, inside an aggregate.
    pub outer: Option<usize>,
}

impl Place {
    pub fn of(table: usize) -> Place {
        Place { table, outer: None }
    }
}

/// Text and whether its value can be missing.
pub type Written = (String, bool);

pub struct Writer<'a> {
    pub random: &'a mut Random,
    pub schema: &'a Schema,
    pub params: Vec<(String, Kind)>,
    pub facts: Vec<Fact>,
    pub ladders: Vec<Ladder>,
    /// A name of data was written since this was last cleared.
    pub varies: bool,
}

impl Writer<'_> {
    fn pick(&mut self, words: &[&str]) -> String {
        (*self.random.pick(words)).to_string()
    }

    pub fn literal(&mut self, kind: Kind) -> String {
        match kind {
            Kind::Bool => self.pick(&["true", "false"]),
            Kind::Int => self.pick(&["0", "1", "2", "3", "7", "-1", "50_000", "1万"]),
            Kind::Number => self.pick(&["0.5", "1.5", "0.1", "-2.5", "100.25"]),
            Kind::Money => self.pick(&["0元", "80元", "0.01元", "-5元", "2.3万元", "1亿元", "500元"]),
            Kind::Percent => self.pick(&["30%", "0%", "100%", "2.5%"]),
            Kind::Text => self.pick(&["\"a\"", "\"客户\"", "\"\"", "\"é\"", "\"A\""]),
            Kind::Choice => format!("\"{}\"", self.random.pick(&CHOICES)),
            Kind::Date => self.pick(&["2026-11-20", "2026-02-28", "2024-02-29", "2026-11-01", "2025-12-31"]),
            Kind::Time => self.pick(&["2026-11-20 00:00", "2026-11-19 23:59", "2026-10-31 09:30"]),
            Kind::Length => self.pick(&["1 days", "30 minutes", "2 hours", "10 seconds", "1 weeks"]),
        }
    }

    /// A length of time for windows and the like.
    pub fn length(&mut self) -> String {
        let named: Vec<String> = self.params.iter().filter(|(_, kind)| *kind == Kind::Length).map(|(name, _)| name.clone()).collect();
        if !named.is_empty() && self.random.chance(20) {
            return self.random.pick(&named).clone();
        }
        self.pick(&[
            "1 days",
            "7 days",
            "30 days",
            "90 days",
            "6 months",
            "1 month",
            "1 years",
            "2 quarters",
            "48 hours",
            "3个月",
            "5 workdays",
        ])
    }

    /// Names of values of a kind, with whether each can be missing.
    fn names(&mut self, kind: Kind, place: Place) -> Vec<Written> {
        let mut out = Vec::new();
        let table = &self.schema.tables[place.table];
        for column in &table.columns {
            match &column.refers {
                None if column.kind == kind => out.push((column.name.clone(), column.optional)),
                None => {}
                Some((target, step)) => {
                    let there = self.schema.tables[*target].columns.iter().filter(|there| there.kind == kind && there.refers.is_none());
                    out.extend(there.map(|there| (format!("{step}.{}", there.name), true)));
                    let facts = self.facts.iter().filter(|fact| fact.table == *target && fact.kind == kind);
                    out.extend(facts.map(|fact| (format!("{step}.{}", fact.name), true)));
                }
            }
        }
        out.extend(
            self.facts.iter().filter(|fact| fact.table == place.table && fact.kind == kind).map(|fact| (fact.name.clone(), fact.optional)),
        );
        if let Some(outer) = place.outer {
            let around = self.schema.tables[outer].columns.iter().filter(|column| column.kind == kind && column.refers.is_none());
            out.extend(around.map(|column| (format!("subject.{}", column.name), column.optional)));
        }
        if kind == Kind::Time {
            out.push((String::from("as_of"), false));
        }
        out
    }

    fn name(&mut self, kind: Kind, place: Place) -> Option<Written> {
        let names = self.names(kind, place);
        if names.is_empty() {
            return None;
        }
        let picked = self.random.pick(&names).clone();
        // A fact that is the same for all makes nothing differ.
        self.varies |= !self.facts.iter().any(|fact| fact.name == picked.0 && !fact.varies);
        Some(picked)
    }

    /// A value that is no literal where there is any.
    pub fn value(&mut self, kind: Kind, place: Place, depth: usize) -> Written {
        let way = self.random.below(10);
        if depth > 0 && place.outer.is_none() && way < 4 {
            if let Some(text) = self.aggregate(kind, place, depth - 1) {
                return text;
            }
        }
        if depth > 0 && way < 7 {
            if let Some(text) = self.composed(kind, place, depth - 1) {
                return text;
            }
        }
        if let Some(found) = self.name(kind, place) {
            return found;
        }
        if depth > 0 && place.outer.is_none() && self.random.chance(70) {
            if let Some(text) = self.aggregate(kind, place, depth - 1) {
                return text;
            }
        }
        (self.literal(kind), false)
    }

    fn operand(&mut self, kind: Kind, place: Place, depth: usize) -> Written {
        let params: Vec<String> = self.params.iter().filter(|(_, param)| *param == kind).map(|(name, _)| name.clone()).collect();
        match self.random.below(10) {
            0..=2 => (self.literal(kind), false),
            3 | 4 if !params.is_empty() => (self.random.pick(&params).clone(), false),
            _ => self.value(kind, place, depth),
        }
    }

    fn composed(&mut self, kind: Kind, place: Place, depth: usize) -> Option<Written> {
        match self.random.below(6) {
            0 => {
                let (condition, _) = self.condition(place, depth);
                let (then, otherwise) = (self.value(kind, place, depth).0, self.operand(kind, place, depth).0);
                Some((format!("if({condition}, {then}, {otherwise})"), true))
            }
            1 => {
                let (first, optional) = self.value(kind, place, depth);
                let (second, also) = self.operand(kind, place, depth);
                if !optional {
                    return Some((first, false));
                }
                // `??` binds before a minus sign.
                let second = if second.starts_with('-') { format!("({second})") } else { second };
                Some((format!("({first} ?? {second})"), also))
            }
            _ => self.arithmetic(kind, place, depth),
        }
    }

    fn arithmetic(&mut self, kind: Kind, place: Place, depth: usize) -> Option<Written> {
        let (left, _) = self.value(kind, place, depth);
        let text = match kind {
            Kind::Int | Kind::Money => match self.random.below(6) {
                0 => format!("({left} + {})", self.operand(kind, place, depth).0),
                1 => format!("({left} - {})", self.operand(kind, place, depth).0),
                2 => format!("abs({left})"),
                3 => format!("-({left})"),
                4 => format!("clamp({left}, {}, {})", self.literal(kind), self.literal(kind)),
                _ if kind == Kind::Money => format!("({left} * {})", self.operand(Kind::Number, place, depth).0),
                _ => self.counted(place, depth),
            },
            Kind::Number => match self.random.below(5) {
                0 => format!("({left} / {})", self.operand(Kind::Number, place, depth).0),
                1 => format!("({left} * {})", self.operand(Kind::Int, place, depth).0),
                2 => format!("({} / {})", self.value(Kind::Money, place, depth).0, self.operand(Kind::Money, place, depth).0),
                3 => format!("({left} - {})", self.operand(Kind::Number, place, depth).0),
                _ => format!("abs({left})"),
            },
            Kind::Percent => format!("({left} + {})", self.pick(&["25bp", "100bp"])),
            Kind::Date => match self.random.below(3) {
                0 => format!("month_start({left})"),
                1 => format!("({left} + {})", self.pick(&["1 month", "30 days", "6 months"])),
                _ => format!("day({})", self.value(Kind::Time, place, depth).0),
            },
            Kind::Time => format!("({left} - {})", self.pick(&["1 month", "30 days", "36 hours"])),
            Kind::Text => format!("\"甲{{{}}}乙\"", self.name(Kind::Int, place)?.0),
            Kind::Length => format!("({left} + {})", self.pick(&["1 days", "5 minutes"])),
            Kind::Bool | Kind::Choice => return None,
        };
        Some((text, true))
    }

    fn counted(&mut self, place: Place, depth: usize) -> String {
        match self.random.below(4) {
            0 => format!("days since {}", self.moment(place, depth)),
            1 => format!("{} since {}", self.pick(&["months", "hours", "years"]), self.moment(place, depth)),
            2 => format!("length({})", self.value(Kind::Text, place, depth).0),
            _ => format!("month_of_year({})", self.value(Kind::Date, place, depth).0),
        }
    }

    fn moment(&mut self, place: Place, depth: usize) -> String {
        let kind = *self.random.pick(&[Kind::Date, Kind::Time]);
        self.value(kind, place, depth).0
    }

    /// A condition, with whether it can be undecided as far as that is known.
    pub fn condition(&mut self, place: Place, depth: usize) -> Written {
        if depth == 0 {
            return self.comparison(place, 0);
        }
        match self.random.below(12) {
            0 => (format!("not ({})", self.condition(place, depth - 1).0), true),
            1 | 2 => (format!("({} and {})", self.condition(place, depth - 1).0, self.condition(place, depth - 1).0), true),
            3 => (format!("({} or {})", self.condition(place, depth - 1).0, self.condition(place, depth - 1).0), true),
            4 => match self.name(Kind::Bool, place) {
                Some(found) => found,
                None => self.comparison(place, depth),
            },
            5 if place.outer.is_none() => match self.aggregate(Kind::Bool, place, depth - 1) {
                Some(found) => found,
                None => self.comparison(place, depth),
            },
            6 => {
                let moment = self.moment(place, depth - 1);
                let window = self.window(false, true);
                (format!("{moment} in {window}"), true)
            }
            7 => self.of_label(place).unwrap_or_else(|| (String::from("as_of is known"), false)),
            _ => self.comparison(place, depth),
        }
    }

    fn of_label(&mut self, place: Place) -> Option<Written> {
        let here: Vec<Ladder> =
            self.ladders.iter().filter(|ladder| ladder.table == place.table && place.outer.is_none()).cloned().collect();
        if here.is_empty() {
            return Some(self.comparison(place, 0));
        }
        let ladder = self.random.pick(&here).clone();
        let label = self.random.pick(&ladder.labels).clone();
        Some(match self.random.below(3) {
            0 if ladder.ordered => (format!("{} {} {label}", ladder.name, self.pick(&[">=", "<", "<=", ">"])), false),
            1 => (format!("{} in [{label}, {}]", ladder.name, self.random.pick(&ladder.labels).clone()), false),
            _ => (format!("{} {} {label}", ladder.name, self.pick(&["=", "!="])), false),
        })
    }

    fn comparison(&mut self, place: Place, depth: usize) -> Written {
        let kinds = [
            Kind::Int,
            Kind::Int,
            Kind::Money,
            Kind::Money,
            Kind::Number,
            Kind::Percent,
            Kind::Text,
            Kind::Choice,
            Kind::Date,
            Kind::Time,
            Kind::Length,
        ];
        let kind = *self.random.pick(&kinds);
        let (left, optional) = self.value(kind, place, depth.min(2));
        let text = match (kind, self.random.below(7)) {
            (_, 0) if optional => return (format!("{left} is {}", self.pick(&["missing", "known"])), false),
            (Kind::Text, 1) => format!("contains({left}, {})", self.pick(&["\"a\"", "\"客\""])),
            (Kind::Text, 2) => format!("starts_with({left}, {})", self.pick(&["\"a\"", "\"客\""])),
            (Kind::Text | Kind::Choice, 3) => {
                format!("{left} {} [{}, {}]", self.pick(&["in", "not in"]), self.literal(kind), self.literal(kind))
            }
            (Kind::Text | Kind::Choice, _) => format!("{left} {} {}", self.pick(&["=", "!="]), self.literal(kind)),
            (Kind::Int | Kind::Money | Kind::Date, 1) => format!("{} <= {left} < {}", self.literal(kind), self.operand(kind, place, 0).0),
            (Kind::Int, 2) => format!("{left} in [1, 2, 3]"),
            (_, _) => {
                let operator = self.pick(&["=", "!=", "<", "<=", ">", ">="]);
                format!("{left} {operator} {}", self.operand(kind, place, depth.saturating_sub(1)).0)
            }
        };
        (text, true)
    }
}
