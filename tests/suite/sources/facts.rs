//! Random params, features, segments and ladders.

use super::expression::{Fact, Ladder, Place, Writer};
use super::schema::Kind;
use super::source::Piece;

impl Writer<'_> {
    pub fn param(&mut self, pieces: &mut Vec<Piece>) {
        let at = self.params.len();
        let (kind, text) = match self.random.below(4) {
            0 => (Kind::Int, "3 in 0 .. 10"),
            1 => (Kind::Money, "50元 in 0元 .. 1万元"),
            2 => (Kind::Percent, "20% in 0% .. 100%"),
            _ => (Kind::Length, "30 days in 1 days .. 400 days"),
        };
        pieces.push(Piece::line(format!("param v{at} = {text}")));
        self.params.push((format!("v{at}"), kind));
    }

    /// Mostly about the subject, sometimes about another table.
    fn about(&mut self) -> (usize, String) {
        if self.random.chance(75) {
            return (0, String::new());
        }
        let table = self.random.below(self.schema.tables.len());
        // Rows of a panel have no key to be a subject by.
        if self.schema.tables[table].panel {
            return (0, String::new());
        }
        (table, format!(" for {}", self.schema.tables[table].name))
    }

    pub fn feature(&mut self, pieces: &mut Vec<Piece>) {
        let at = self.facts.len();
        let (table, about) = self.about();
        let kinds =
            [Kind::Int, Kind::Int, Kind::Money, Kind::Money, Kind::Number, Kind::Percent, Kind::Text, Kind::Date, Kind::Time, Kind::Length];
        let kind = *self.random.pick(&kinds);
        let place = Place::of(table);
        self.varies = false;
        let population = kind == Kind::Int && self.random.chance(30);
        let (text, optional) = if population {
            let of = *self.random.pick(&[Kind::Int, Kind::Money, Kind::Number]);
            let (value, _) = self.value(of, place, 1);
            let (best, missing) =
                (if self.random.chance(50) { "low" } else { "high" }, if self.random.chance(50) { ", missing: worst" } else { "" });
            (format!("quintile({value}, best: {best}{missing})"), missing.is_empty())
        } else {
            self.value(kind, place, 2)
        };
        let paired = if kind == Kind::Text && self.random.chance(50) { self.association(table) } else { None };
        let asked = paired.as_ref().map(|_| *self.random.pick(&["", "", ".because", ".confidence", ".lift", ".support"]));
        let (text, optional) = paired.map_or((text, optional), |paired| (paired, true));
        let name = format!("f{at}");
        let label = if self.random.chance(30) { format!(" \"特征{at}\"") } else { String::new() };
        pieces.push(Piece::line(format!("feature {name}{label}{about} = {text}")));
        let varies = self.varies;
        if let Some(asked) = asked.filter(|asked| !asked.is_empty()) {
            // What is said of the best is a fact of its own.
            let kind = match asked {
                ".because" => Kind::Text,
                ".lift" => Kind::Number,
                _ => Kind::Percent,
            };
            let of = format!("f{at}");
            self.facts.push(Fact { name: of.clone(), table, kind: Kind::Text, optional, varies });
            let name = format!("f{}", self.facts.len());
            pieces.push(Piece::line(format!("feature {name}{about} = {of}{asked}")));
            self.facts.push(Fact { name, table, kind, optional, varies });
            return;
        }
        self.facts.push(Fact { name, table, kind, optional, varies });
    }

    pub fn segment(&mut self, pieces: &mut Vec<Piece>) {
        let at = self.facts.len();
        let (table, about) = self.about();
        let ranked: Vec<String> = self
            .facts
            .iter()
            .filter(|fact| fact.table == table && matches!(fact.kind, Kind::Int | Kind::Money | Kind::Number))
            .map(|fact| fact.name.clone())
            .collect();
        let text = if !ranked.is_empty() && self.random.chance(25) {
            format!("{} in top {}", self.random.pick(&ranked), self.random.pick(&["20%", "0%", "100%", "33%"]))
        } else {
            self.condition(Place::of(table), 2).0
        };
        let name = format!("g{at}");
        pieces.push(Piece::line(format!("segment {name}{about} = {text}")));
        self.facts.push(Fact { name, table, kind: Kind::Bool, optional: true, varies: true });
    }

    /// Tiers by falling bounds, or a partition by one or two values, so that every row can be reached.
    pub fn ladder(&mut self, pieces: &mut Vec<Piece>) {
        let table = if self.schema.loans.is_some() && self.random.chance(25) { self.schema.loans.unwrap_or(0) } else { 0 };
        let fits = |fact: &&Fact| fact.table == table && fact.varies && matches!(fact.kind, Kind::Int | Kind::Money);
        let facts: Vec<Fact> = self.facts.iter().filter(fits).cloned().collect();
        if facts.is_empty() {
            return;
        }
        let at = self.ladders.len();
        let about = if table == 0 { String::new() } else { format!(" for {}", self.schema.tables[table].name) };
        let one = self.random.pick(&facts).clone();
        let unit = |fact: &Fact| if fact.kind == Kind::Money { "元" } else { "" };
        let mut parts = Vec::new();
        let ordered = self.random.chance(60);
        let head = if ordered {
            let order = if self.random.chance(50) { "best first" } else { "worst first" };
            parts.push(format!("a{at} \"甲{at}\" when {} >= 4{} because \"高\"", one.name, unit(&one)));
            parts.push(format!("b{at} when {} >= 2{}", one.name, unit(&one)));
            parts.push(format!("c{at} \"丙{at}\" otherwise"));
            format!("tiers w{at}{about} {order}")
        } else {
            let other = self.random.pick(&facts).clone();
            let two = if other.name == one.name { None } else { Some(other) };
            match two {
                Some(two) => {
                    let (x, y) = (unit(&one), unit(&two));
                    parts.push(format!("a{at} when >= 3{x}, >= 2{y}"));
                    parts.push(format!("b{at} when >= 3{x}, < 2{y}"));
                    parts.push(format!("c{at} when < 3{x}, any"));
                    format!("partition w{at}{about} by {}, {}", one.name, two.name)
                }
                None => {
                    let x = unit(&one);
                    parts.push(format!("a{at} when >= 3{x}"));
                    // A score goes from 1 to 5, so one value is left for the last row.
                    parts.push(format!("b{at} when [2{x}]"));
                    parts.push(format!("c{at} otherwise"));
                    format!("partition w{at}{about} by {}", one.name)
                }
            }
        };
        let labels = parts.iter().map(|part| part.split(' ').next().unwrap_or_default().to_string()).collect();
        let last = *self.random.pick(&["c", "a"]);
        parts.push(format!("{last}{at} when unknown"));
        pieces.push(Piece::block(head, parts));
        self.ladders.push(Ladder { name: format!("w{at}"), table, labels, ordered });
    }
}
