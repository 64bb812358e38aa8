//! Random channels, templates, offers, policies and strategies.

use super::expression::{Place, Writer};
use super::schema::Kind;
use super::source::Piece;

pub const CHANNELS: [&str; 3] = ["sms", "ai_call", "app_push"];

/// What strategies on one table can use.
pub struct Means {
    pub table: usize,
    /// Templates are for every channel; those that claim places come with an offer.
    pub templates: Vec<String>,
    pub offers: Vec<String>,
    pub actions: Vec<String>,
    pub policies: Vec<String>,
    /// Policies bind every strategy, so all are about the subject.
    pub always: bool,
    /// Strategies that share places must rank alike.
    pub rank: String,
}

/// One strategy in the making.
struct Draft {
    table: usize,
    arms: Vec<&'static str>,
    waves: Vec<&'static str>,
    row: Option<String>,
}

impl Writer<'_> {
    fn one_of(&mut self, words: &[&str]) -> String {
        (*self.random.pick(words)).to_string()
    }

    fn name_in(&mut self, names: &[String]) -> Option<String> {
        (!names.is_empty()).then(|| self.random.pick(names).clone())
    }

    pub fn means(&mut self, table: usize, prefix: &str, pieces: &mut Vec<Piece>) -> Means {
        let mut means = Means {
            table,
            templates: Vec::new(),
            offers: Vec::new(),
            actions: Vec::new(),
            policies: Vec::new(),
            always: false,
            rank: String::new(),
        };
        if self.random.chance(50) {
            let kind = *self.random.pick(&[Kind::Int, Kind::Money, Kind::Date]);
            let order = self.one_of(&[" desc", "", " asc"]);
            means.rank = format!("rank by {}{order}", self.value(kind, Place::of(table), 1).0);
        }
        for at in 0..self.random.below(3) {
            let name = format!("{prefix}o{at}");
            let mut parts = vec![format!("quota {}", self.random.pick(&["0", "1", "5", "40"]))];
            let clauses = [
                "holds 72 hours",
                "reserve 3",
                "again never",
                "again after 30 days",
                "valid 2026-01-01 .. 2026-12-31",
                "bp 20bp",
                "cost 5元",
            ];
            let kept: Vec<&str> = clauses.iter().copied().filter(|_| self.random.chance(35)).collect();
            let both = kept.contains(&"again never");
            parts.extend(kept.into_iter().filter(|clause| !(both && clause.starts_with("again after"))).map(String::from));
            pieces.push(Piece::block(format!("offer {name} \"权益 {name}\""), parts));
            means.offers.push(name);
        }
        for at in 0..=self.random.below(3) {
            let name = format!("{prefix}t{at}");
            let text = self.template(table);
            pieces.push(Piece::line(format!("template {name} \"话术 {name}\" for {} = \"{text}\"", CHANNELS.join(", "))));
            means.templates.push(name);
        }
        for at in 0..self.random.below(2) {
            let name = format!("{prefix}a{at}");
            let mut parts = vec![String::from("cost 50元")];
            if self.random.chance(50) {
                parts.push(format!("exclude {name}_no when {}", self.condition(Place::of(table), 1).0));
            }
            pieces.push(Piece::block(format!("action {name}"), parts));
            means.actions.push(name);
        }
        means
    }

    fn template(&mut self, table: usize) -> String {
        let mut text = String::from("您好");
        for _ in 0..self.random.below(3) {
            let facts: Vec<_> = self.facts.iter().filter(|fact| fact.table == table && fact.kind != Kind::Bool).cloned().collect();
            if facts.is_empty() {
                break;
            }
            let fact = self.random.pick(&facts).clone();
            let format = match fact.kind {
                Kind::Money => self.one_of(&["", ":万元", ":亿元"]),
                Kind::Date | Kind::Time => self.one_of(&["", ":月日"]),
                Kind::Number => self.one_of(&["", ":整数"]),
                Kind::Bool | Kind::Int | Kind::Percent | Kind::Text | Kind::Choice | Kind::Length => String::new(),
            };
            text.push_str(&format!("，{{{}{format}|未知}}", fact.name));
        }
        text
    }

    pub fn policy(&mut self, means: &mut Means, prefix: &str, pieces: &mut Vec<Piece>) {
        let name = format!("{prefix}p");
        let mut parts = Vec::new();
        for layer in ["legal", "eligibility", "suitability"] {
            if self.random.chance(40) {
                parts.push(format!("{layer} {{ exclude {name}_{layer} when {} }}", self.condition(Place::of(means.table), 1).0));
            }
        }
        if self.schema.consents && means.table == 0 && self.random.chance(60) {
            parts.push(format!(
                "consent {{ exclude {name}_consent \"未授权\" when not exists(consents where channel = candidate.channel and allowed) }}"
            ));
        }
        let caps: Vec<&str> = ["at most 1 sms in any 7 days", "at most 2 contacts in any 30 days", "at most 1 ai_call in any 1 month"]
            .into_iter()
            .filter(|_| self.random.chance(40))
            .collect();
        if !caps.is_empty() {
            parts.push(format!("contact {{ {} }}", caps.join(" ")));
        }
        pieces.push(Piece::block(format!("policy {name}{}", if means.always { " always locked" } else { "" }), parts));
        if !means.always {
            means.policies.push(name);
        }
    }

    fn trigger(&mut self, draft: &mut Draft) -> Option<String> {
        let place = Place::of(draft.table);
        let depth = if self.random.chance(50) { 2 } else { 1 };
        let ladders: Vec<String> =
            self.ladders.iter().filter(|ladder| ladder.table == draft.table).map(|ladder| ladder.name.clone()).collect();
        let mut text = match self.random.below(9) {
            0 | 1 => format!("while {}", self.condition(place, depth).0),
            2 => format!("entering {}", self.condition(place, depth).0),
            3 => format!("change of {}", self.name_in(&ladders)?),
            4 if draft.table == 0 => return Some(self.event(draft)),
            5 => {
                let kind = *self.random.pick(&[Kind::Date, Kind::Time]);
                format!("{} before {}", self.one_of(&["30 days", "1 month", "3 days"]), self.value(kind, place, 1).0)
            }
            6 => {
                let kind = *self.random.pick(&[Kind::Date, Kind::Time]);
                format!("within {} after {}", self.one_of(&["48 hours", "30 days", "1 month"]), self.value(kind, place, 1).0)
            }
            7 => format!("every {}", self.one_of(&["quarter within 40 days", "month within 20 workdays", "year", "week", "day", "month"])),
            _ => String::from("while true"),
        };
        if self.random.chance(25) {
            text.push_str(&format!(" where {}", self.condition(place, 1).0));
        }
        Some(text)
    }

    fn event(&mut self, draft: &mut Draft) -> String {
        let moves = self.schema.tables.iter().position(|table| table.name == "moves").unwrap_or(0);
        let inside = Place { table: moves, outer: Some(draft.table) };
        let mut text = String::from(if self.random.chance(30) { "moves.ts" } else { "moves" });
        if self.random.chance(60) {
            text.push_str(&format!(" where {}", self.condition(inside, 1).0));
        }
        if self.random.chance(40) {
            let texts: Vec<String> = self.schema.tables[moves]
                .columns
                .iter()
                .filter(|column| column.kind == Kind::Text)
                .map(|column| column.name.clone())
                .collect();
            let per = self.name_in(&texts).unwrap_or_else(|| String::from("client_id"));
            let when = self.one_of(&["sum(amount) > 100元", "count(moves) >= 2", "sum(amount) <= 0元"]);
            text.push_str(&format!(" per {per} when {when}"));
        }
        if draft.row.is_none() {
            draft.row = Some(String::from("trigger.amount"));
        }
        text
    }

    pub fn strategy(&mut self, at: usize, means: &Means, pieces: &mut Vec<Piece>) {
        let mut draft = Draft { table: means.table, arms: Vec::new(), waves: Vec::new(), row: None };
        let mut parts = vec![String::from("owner \"甲\""), String::from("approver \"乙\"")];
        parts.push(format!("class {}", self.one_of(&["risk", "service", "retention", "sales"])));
        if self.random.chance(50) {
            parts.push(String::from("purpose \"marketing\""));
        }
        if self.random.chance(40) {
            parts.push(format!("priority {}", self.random.below(100)));
        }
        if let Some(policy) = self.name_in(&means.policies.clone()) {
            parts.push(format!("under {policy}"));
        }
        for _ in 0..=self.random.below(2) {
            let trigger = self.trigger(&mut draft).unwrap_or_else(|| String::from("while true"));
            let again = self.one_of(&["always", "never", "after 30 days", "after 1 month", "after 2 days"]);
            parts.push(format!("on {trigger} again {again}"));
        }
        let place = Place::of(means.table);
        for exclude in 0..self.random.below(3) {
            parts.push(format!("exclude x{exclude} \"排除{exclude}\" when {}", self.condition(place, 2).0));
        }
        if !means.rank.is_empty() {
            parts.push(means.rank.clone());
        }
        if self.random.chance(20) {
            parts.push(format!("limit {}", self.random.pick(&["0", "1", "10"])));
        }
        if self.random.chance(15) {
            parts.push(self.one_of(&["runs 2026-01-01 .. 2026-12-31", "runs 2026-11-20 .. 2026-11-20", "runs 2025-01-01 .. 2025-12-31"]));
        }
        if self.random.chance(15) {
            parts.push(format!("value {}", self.value(Kind::Money, place, 1).0));
        }
        if self.random.chance(35) {
            parts.push(format!("budget {}", self.one_of(&["0元", "0.10元", "5.10元", "61元", "1000元"])));
        }
        if self.random.chance(60) {
            let (arms, shares): (&[&str], &str) = match self.random.below(3) {
                0 => (&["one"], "one 90%  control 10%"),
                1 => (&["one", "two"], "one 45%  two 45%  control 10%"),
                _ => (&["one", "two"], "one 33.33%  two 66.67%"),
            };
            draft.arms = arms.to_vec();
            let salt = if self.random.chance(30) { "salt \"s1\" " } else { "" };
            parts.push(format!("arms {salt}{{ {shares} }}"));
        }
        parts.extend(self.plan(&mut draft, means));
        let name = format!("s{at}");
        let about = if means.table == 0 { String::new() } else { format!(" for {}", self.schema.tables[means.table].name) };
        pieces.push(Piece::block(format!("strategy {name} \"策略{at}\"{about}"), parts));
    }

    fn plan(&mut self, draft: &mut Draft, means: &Means) -> Vec<String> {
        if self.random.chance(55) {
            return vec![format!("plan {{ {} }}", self.steps(draft, means, 1))];
        }
        let mut text = String::from("plan {");
        for (at, wave) in ["first", "second", "third"].into_iter().take(1 + self.random.below(3)).enumerate() {
            let after = if at > 0 || self.random.chance(20) {
                format!(" after {}", self.one_of(&["3 days", "1 days", "0 days", "1 month", "2 workdays"]))
            } else {
                String::new()
            };
            let when = if self.random.chance(30) { format!(" when {}", self.wave_condition(draft)) } else { String::new() };
            text.push_str(&format!(" wave {wave}{after}{when} {{ {} }}", self.steps(draft, means, 1)));
            draft.waves.push(wave);
        }
        text.push_str(" }");
        let mut out = vec![text];
        if draft.waves.len() > 1 {
            for exit in 0..self.random.below(3) {
                // An exit that comes before a wave is refused, so exits by time come after all of them.
                let condition = self.wave_condition(draft);
                let condition = condition
                    .strip_suffix(" >= 2")
                    .filter(|text| text.starts_with("days since"))
                    .map_or(condition.clone(), |text| format!("{text} >= 400"));
                out.push(format!("exit q{exit} when {condition}"));
            }
        }
        out
    }

    /// A condition that may speak of the journey.
    fn wave_condition(&mut self, draft: &Draft) -> String {
        let waves = draft.waves.clone();
        match self.random.below(5) {
            0 if !waves.is_empty() => format!("days since {} >= 2", self.random.pick(&waves)),
            1 if !waves.is_empty() => format!("skipped({})", self.random.pick(&waves)),
            2 if !waves.is_empty() => format!("exists(moves, since {})", self.random.pick(&waves))
                .replace("exists(moves", if draft.table == 0 { "exists(moves" } else { "exists(client.moves" }),
            3 if draft.row.is_some() && !waves.is_empty() => String::from("trigger.amount > 10元"),
            _ => self.condition(Place::of(draft.table), 1).0,
        }
    }

    fn steps(&mut self, draft: &Draft, means: &Means, depth: usize) -> String {
        if depth > 0 && !draft.arms.is_empty() && self.random.chance(40) {
            let branches: Vec<String> = draft.arms.iter().map(|arm| format!("{arm} -> {}", self.steps(draft, means, 0))).collect();
            return format!("by arm {{ {} }}", branches.join(" "));
        }
        let ladders: Vec<_> = self.ladders.iter().filter(|ladder| ladder.table == draft.table).cloned().collect();
        if depth > 0 && !ladders.is_empty() && self.random.chance(40) {
            let ladder = self.random.pick(&ladders).clone();
            let first = &ladder.labels[0];
            let (one, rest) = (self.steps(draft, means, 0), self.steps(draft, means, 0));
            return format!("by {} {{ {first} -> {one} otherwise -> {rest} }}", ladder.name);
        }
        if depth == 0 && self.random.chance(15) {
            return String::from("none because nothing_to_do");
        }
        let mut out = Vec::new();
        for _ in 0..=usize::from(self.random.chance(30)) {
            out.push(self.step(draft, means));
        }
        out.join(" ")
    }

    fn step(&mut self, draft: &Draft, means: &Means) -> String {
        let tail = if self.random.chance(25) { format!(" when {}", self.wave_condition(draft)) } else { String::new() };
        let due = if self.random.chance(20) { " due 3 workdays" } else { "" };
        let offer = match self.name_in(&means.offers) {
            Some(offer) if self.random.chance(50) => format!(" offer {offer}"),
            Some(_) | None => String::new(),
        };
        if let (Some(action), true) = (self.name_in(&means.actions), self.random.chance(25)) {
            return format!("do {action}{offer}{due}{tail}");
        }
        let template = self.random.pick(&means.templates).clone();
        let channel = *self.random.pick(&CHANNELS);
        let mut instead = String::new();
        for layer in ["consent", "contact", "quota", "budget", "budget"] {
            if self.random.chance(12) {
                let template = self.random.pick(&means.templates).clone();
                instead.push_str(&format!(" else on {layer} send {} using {template}", self.random.pick(&CHANNELS)));
            }
        }
        format!("send {channel} using {template}{offer}{due}{tail}{instead}")
    }
}
