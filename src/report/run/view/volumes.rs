//! What is to be done, who was left out, and what it takes.

use super::super::anonymity::{Shown, alone, subjects, sum};
use super::super::{ChannelUse, Name, Tally};
use super::{Column, Draft, Row, Section, money, with_bars};

/// Texts of a row of a strategy, and its number.
type Line<'a> = ((&'a Name, Vec<String>), (Tally, Shown));

impl Draft<'_> {
    pub(super) fn actions(&self) -> Section {
        let columns = vec![
            self.text(("strategy", "策略")),
            self.text(("tier", "层级")),
            self.text(("arm", "实验组")),
            self.text(("channel", "渠道")),
            self.number(("actions", "动作数")),
        ];
        let operations = self.say("operations", "操作");
        let lines = self.report.actions.iter().map(|cell| {
            let channel = cell.channel.as_ref().map_or_else(|| operations.to_owned(), |channel| self.name(channel));
            let tier = cell.tier.as_ref().map(|tier| self.name(tier)).unwrap_or_default();
            (&cell.strategy, vec![tier, cell.arm.clone().unwrap_or_default(), channel])
        });
        self.section("actions", ("Actions", "动作"), columns, self.summed(&lines.zip(self.actions.iter().copied()).collect::<Vec<_>>()))
    }

    pub(super) fn exclusions(&self) -> Section {
        let columns = vec![
            self.text(("strategy", "策略")),
            self.text(("layer", "环节")),
            self.text(("rule", "规则")),
            self.text(("meaning", "含义")),
            self.number(("exclusions", "排除数")),
        ];
        let lines = self.report.exclusions.iter().map(|cell| {
            let title = cell.title.as_ref().map(|title| title.of(self.language).to_owned()).unwrap_or_default();
            (&cell.strategy, vec![cell.layer_words.of(self.language).to_owned(), cell.rule.clone(), title])
        });
        self.section(
            "exclusions",
            ("Exclusions", "排除"),
            columns,
            self.summed(&lines.zip(self.exclusions.iter().copied()).collect::<Vec<_>>()),
        )
    }

    /// Rows in their order, strategy by strategy, each with its sum where there are several.
    fn summed(&self, lines: &[Line<'_>]) -> Vec<Row> {
        let mut rows: Vec<(Row, u64)> = Vec::new();
        for part in lines.chunk_by(|left, right| left.0.0 == right.0.0) {
            for ((strategy, texts), (_, shown)) in part {
                let cells = [vec![self.name(strategy)], texts.clone(), vec![shown.print()]].concat();
                rows.push((Row { cells, bar: None, strong: false }, shown.number()));
            }
            if let (Some(((strategy, texts), _)), true) = (part.first(), part.len() > 1) {
                let mut cells = vec![self.name(strategy), self.say("all", "合计").to_owned()];
                cells.resize(texts.len() + 1, String::new());
                cells.push(sum(part.iter().map(|(_, cell)| *cell)).print());
                rows.push((Row { cells, bar: None, strong: true }, 0));
            }
        }
        with_bars(rows)
    }

    pub(super) fn capacity(&self) -> Section {
        let columns = vec![
            self.text(("channel", "渠道")),
            self.number(("contacts", "触达数")),
            Column { title: self.say("cost", "成本"), number: true },
            self.number(("staff minutes", "人工分钟")),
            self.number(("people", "人员数")),
            self.number(("most for one of them", "单人最多")),
        ];
        let row = |used: &ChannelUse| {
            let cells = self.report.actions.iter().zip(&self.actions).filter(|(cell, _)| cell.channel.as_ref() == Some(&used.channel));
            let contacts = sum(cells.map(|(_, cell)| *cell));
            // Price and time of a contact are in the program, so that they would tell how many there were.
            let derived = |text: String| if matches!(contacts, Shown::Exact(_)) { text } else { String::from("–") };
            let cells = vec![
                self.name(&used.channel),
                contacts.print(),
                derived(format!("{} {}", money(used.cost), self.report.currency)),
                derived(used.staff_minutes.to_string()),
                if used.people == 0 { String::from("–") } else { subjects(used.people).print() },
                if used.people == 0 { String::from("–") } else { alone(used.busiest).print() },
            ];
            (Row { cells, bar: None, strong: false }, contacts.number())
        };
        let mut rows = with_bars(self.report.channels.iter().map(row).collect());
        for (layer, title) in [
            ("quota", ("stopped by quota", "因名额停止")),
            ("capacity", ("stopped by capacity", "因产能停止")),
            ("budget", ("stopped by budget", "因预算停止")),
        ] {
            let stopped =
                self.report.exclusions.iter().zip(&self.exclusions).filter(|(cell, _)| cell.layer == layer).map(|(_, cell)| *cell);
            if stopped.clone().next().is_some() {
                let mut cells = vec![self.say(title.0, title.1).to_owned(), sum(stopped).print()];
                cells.resize(6, String::new());
                rows.push(Row { cells, bar: None, strong: true });
            }
        }
        self.section("capacity", ("Capacity and cost", "产能与成本"), columns, rows)
    }
}
