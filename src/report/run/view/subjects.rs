//! Who was considered, who could not be decided, what happened in journeys and to groups.

use super::super::anonymity::{alone, cells, subjects};
use super::super::{Alert, FEWEST_SHOWN, Group, JourneyCell, JourneyEvent, StrategyRun, Tally};
use super::{Draft, Row, Section, with_bars};

impl Draft<'_> {
    pub(super) fn audience(&self) -> Section {
        let columns = vec![
            self.text(("strategy", "策略")),
            self.text(("class", "类别")),
            self.text(("owner / approver", "负责人 / 审批人")),
            self.number(("considered", "候选")),
            self.number(("accounted for", "已交代")),
            self.text(("ties", "相符")),
        ];
        let row = |strategy: &StrategyRun| {
            let people = [&strategy.owner, &strategy.approver].map(|person| person.clone().unwrap_or_else(|| String::from("–")));
            let same =
                if strategy.candidates == strategy.accounted_for { self.say("✓ yes", "✓ 是") } else { self.say("✗ no", "✗ 否") };
            Row {
                cells: vec![
                    self.name(&strategy.name),
                    strategy.class.clone().unwrap_or_default(),
                    people.join(" / "),
                    subjects(strategy.candidates).print(),
                    subjects(strategy.accounted_for).print(),
                    same.to_owned(),
                ],
                bar: None,
                strong: false,
            }
        };
        self.section("audience", ("Audience", "受众"), columns, self.report.strategies.iter().map(row).collect())
    }

    pub(super) fn undecided(&self) -> Section {
        let columns = vec![self.text(("about", "对象")), self.number(("undecided", "未判定")), self.text(("missing columns", "缺失字段"))];
        let row = |group: &Group| {
            let shown = alone(group.undecided);
            let cells = vec![self.watch(&group.watch), shown.print(), group.may_be_missing.join(", ")];
            (Row { cells, bar: None, strong: false }, shown.number())
        };
        let rows = self.report.groups.iter().filter(|group| group.undecided.rows > 0).map(row).collect();
        self.section("undecided", ("Undecided", "未判定"), columns, with_bars(rows))
    }

    /// `segment dormant`: the kind in words.
    fn watch(&self, watch: &str) -> String {
        let Some((kind, name)) = watch.split_once(' ') else { return watch.to_owned() };
        let kind = match kind {
            "segment" => self.say("segment", "客群"),
            "tiers" => self.say("tiers", "分层"),
            "partition" => self.say("partition", "分组标签"),
            "strategy" => self.say("strategy", "策略"),
            "cohort" => self.say("cohort", "同期群"),
            "tag" => self.say("tag", "标签"),
            other => other,
        };
        format!("{kind} {name}")
    }

    pub(super) fn journeys(&self) -> Section {
        let columns = vec![
            self.text(("strategy", "策略")),
            self.text(("wave", "波次")),
            self.text(("event", "事件")),
            self.text(("reason", "原因")),
            self.number(("subjects", "对象数")),
        ];
        let row = |cell: &JourneyCell| {
            let event = match cell.event {
                JourneyEvent::Executed => self.say("executed", "已执行"),
                JourneyEvent::Skipped => self.say("skipped", "跳过"),
                JourneyEvent::Deferred => self.say("waits", "等待"),
                JourneyEvent::Exited => self.say("left the journey", "退出旅程"),
            };
            let shown = alone(cell.subjects);
            let cells = vec![
                self.name(&cell.strategy),
                cell.wave.clone(),
                event.to_owned(),
                cell.reason.clone().unwrap_or_default(),
                shown.print(),
            ];
            (Row { cells, bar: None, strong: false }, shown.number())
        };
        self.section("journeys", ("Journeys", "旅程"), columns, with_bars(self.report.journeys.iter().map(row).collect()))
    }

    pub(super) fn alerts(&self) -> Section {
        let columns = vec![
            self.text(("alert", "预警")),
            self.text(("group", "分组")),
            self.text(("state", "状态")),
            self.text(("to", "通知")),
            self.number(("value", "取值")),
            self.number(("n", "样本数")),
            self.text(("reason", "原因")),
        ];
        let row = |alert: &Alert| {
            let few = alert.n < FEWEST_SHOWN;
            let state = if alert.raised { self.say("▲ raised", "▲ 已触发") } else { self.say("not judged", "未判断") };
            let hidden = |text: &str| if few { String::from("–") } else { text.to_owned() };
            let reason =
                if few { self.say("too few subjects to show", "对象过少，不予显示").to_owned() } else { alert.reason.clone() };
            let cells = vec![
                alert.name.clone(),
                alert.group.clone(),
                state.to_owned(),
                alert.to.clone(),
                hidden(&alert.value),
                subjects(alert.n).print(),
                reason,
            ];
            Row { cells, bar: None, strong: alert.raised }
        };
        self.section("alerts", ("Alerts", "预警"), columns, self.report.alerts.iter().map(row).collect())
    }

    pub(super) fn groups(&self) -> Section {
        let columns = vec![self.text(("group", "群体")), self.text(("label", "层级")), self.number(("subjects", "对象数"))];
        let mut rows = Vec::new();
        for group in self.report.groups.iter().filter(|group| !group.watch.starts_with("strategy ")) {
            // What could not be decided is the rest of a known whole.
            let mut tallies: Vec<Tally> = group.counts.iter().map(|(_, tally)| *tally).collect();
            tallies.push(group.undecided);
            let shown = cells(&tallies);
            for ((label, _), shown) in group.counts.iter().zip(&shown) {
                let inside = if label.name.is_empty() { self.say("inside", "属于").to_owned() } else { self.name(label) };
                rows.push((Row { cells: vec![self.watch(&group.watch), inside, shown.print()], bar: None, strong: false }, shown.number()));
            }
        }
        self.section("groups", ("Segments and tiers", "客群与分层"), columns, with_bars(rows))
    }
}
