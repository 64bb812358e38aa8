//! An explanation as text, in either language.

use super::wording::{named_rule, named_value, stage_word};
use super::{Absence, ActionView, Explanation, FactView, GateView, ParamView, Reason, Seen, StrategyView, Truth};
use crate::diag::{Language, Text};
use crate::ir::FactKind;
use crate::source::{Sources, Span};
use std::collections::BTreeMap;

static FACTS: Text = Text { en: "facts", zh: "事实" };
static STRATEGIES: Text = Text { en: "strategies", zh: "策略" };
static FEATURE: Text = Text { en: "feature", zh: "特征" };
static SEGMENT: Text = Text { en: "segment", zh: "客群" };
static TIERS: Text = Text { en: "tiers", zh: "分层" };
static SCORE: Text = Text { en: "score", zh: "评分" };
static MODEL: Text = Text { en: "model", zh: "模型" };
static TAG: Text = Text { en: "tag", zh: "标签" };
static COHORT: Text = Text { en: "cohort", zh: "固化客群" };
static PARTITION: Text = Text { en: "partition", zh: "划分" };
static MISSING: Text = Text { en: "missing", zh: "缺失" };
static TRUE: Text = Text { en: "true", zh: "成立" };
static FALSE: Text = Text { en: "false", zh: "不成立" };
static UNKNOWN: Text = Text { en: "unknown", zh: "未知" };
static BECAUSE: Text = Text { en: "because {reason}", zh: "因为 {reason}" };
static NOT_REACHED: Text = Text { en: "not reached", zh: "未走到" };
static TOO: Text = Text { en: "would stop it too", zh: "同样会拦下" };
static TRIGGER: Text = Text { en: "trigger", zh: "触发" };
static STOPS: Text = Text { en: "stops here", zh: "止于此" };
static RIVAL: Text = Text { en: "{detail} goes first", zh: "{detail} 优先" };
static DETAIL: Text = Text { en: "recorded: {detail}", zh: "记录：{detail}" };
static ARM: Text = Text { en: "arm {arm}", zh: "实验组 {arm}" };
static ARM_BUCKET: Text = Text { en: "arm {arm}, bucket {bucket}", zh: "实验组 {arm}，桶号 {bucket}" };
static SEND: Text = Text { en: "send {channel} using {name} (wave {wave})", zh: "发送 {channel}，模板 {name}（波次 {wave}）" };
static DO: Text = Text { en: "do {name} (wave {wave})", zh: "执行 {name}（波次 {wave}）" };
static EXIT: Text = Text { en: "the journey ends: {name}", zh: "旅程结束：{name}" };
static NOT_TRIGGERED: Text = Text { en: "nothing: not triggered", zh: "无动作：未触发" };
static STOPPED: Text = Text { en: "nothing: stopped by {rule} ({stage})", zh: "无动作：被 {rule} 拦下（{stage}）" };
static ACTS: Text = Text { en: "acts", zh: "有动作" };
static CONTROL: Text = Text { en: "nothing: control group {arm}", zh: "无动作：对照组 {arm}" };
static NOTHING_DUE: Text = Text { en: "nothing is due", zh: "无动作：当前没有到期动作" };

/// The explanation as lines of text. With `sources`, every entry says where it is written and conditions show their text.
#[must_use]
pub fn render(explanation: &Explanation, sources: Option<&Sources>, language: Language) -> String {
    let mut page = Page { out: String::new(), sources, language, params: &explanation.params };
    page.line(0, &format!("{} {}", explanation.table, explanation.subject), None);
    if !explanation.facts.is_empty() {
        let heading = page.word(&FACTS);
        page.line(0, &heading, None);
    }
    for fact in &explanation.facts {
        page.fact(fact);
    }
    if !explanation.strategies.is_empty() {
        let heading = page.word(&STRATEGIES);
        page.line(0, &heading, None);
    }
    for strategy in &explanation.strategies {
        page.strategy(strategy);
    }
    page.out
}

struct Page<'a> {
    out: String,
    sources: Option<&'a Sources>,
    language: Language,
    params: &'a [ParamView],
}

fn titled(name: &str, label: Option<&String>) -> String {
    match label {
        Some(label) => format!("{name} \"{label}\""),
        None => String::from(name),
    }
}

/// `file:line`, the file without its folders.
fn place(sources: &Sources, span: Span) -> String {
    let whole = sources.place(span);
    let whole = whole.rsplit_once(':').map_or(whole.as_str(), |(place, _)| place);
    String::from(whole.rsplit('/').next().unwrap_or(whole))
}

impl Page<'_> {
    fn word(&self, text: &Text) -> String {
        text.render(self.language, &BTreeMap::new())
    }

    fn filled(&self, text: &Text, arguments: &[(&'static str, &str)]) -> String {
        text.render(self.language, &arguments.iter().map(|(name, value)| (*name, String::from(*value))).collect())
    }

    fn truth(&self, truth: Truth) -> String {
        self.word(match truth {
            Truth::True => &TRUE,
            Truth::False => &FALSE,
            Truth::Unknown => &UNKNOWN,
        })
    }

    /// `name: value`, as the language writes it.
    fn pair(&self, name: &str, value: &str) -> String {
        match self.language {
            Language::English => format!("{name}: {value}"),
            Language::Chinese => format!("{name}：{value}"),
        }
    }

    fn comma(&self) -> &'static str {
        match self.language {
            Language::English => ", ",
            Language::Chinese => "，",
        }
    }

    fn line(&mut self, depth: usize, text: &str, span: Option<Span>) {
        self.out.push_str(&"  ".repeat(depth));
        self.out.push_str(text);
        let place = self.sources.zip(span).filter(|(_, span)| !span.is_empty()).map(|(sources, span)| place(sources, span));
        if let Some(place) = place {
            self.out.push_str("  ");
            self.out.push_str(&place);
        }
        self.out.push('\n');
    }

    fn seen(&self, seen: &[Seen]) -> String {
        let one = |seen: &Seen| match &seen.value {
            Some(value) => format!("{} = {value}", named_value(&seen.name, self.language)),
            None => self.pair(&named_value(&seen.name, self.language), &self.word(&MISSING)),
        };
        let mut told: Vec<String> = Vec::new();
        for value in seen.iter().map(one) {
            if !told.contains(&value) {
                told.push(value);
            }
        }
        told.join(self.comma())
    }

    /// What is written at a place, on one line, if it says more than a name; equal conditions are one, so the deciding part of a
    /// rule may be written elsewhere, and then the clause of the rule itself is shown.
    fn written(&self, reason: &Reason, clause: Option<Span>) -> Option<(String, Span)> {
        let sources = self.sources?;
        let inside = |inner: Span, outer: Span| inner.file == outer.file && inner.start >= outer.start && inner.end <= outer.end;
        let span = match clause {
            Some(clause) if !inside(reason.span, clause) => clause,
            Some(_) | None => reason.span,
        };
        let text = sources.text(span).split_whitespace().collect::<Vec<_>>().join(" ");
        let says_more = text.contains(' ') || clause.is_none_or(|clause| clause != span);
        (says_more && !text.is_empty()).then_some((text, span))
    }

    /// The deciding part and what it looked at, on one line; nothing when there is nothing to say.
    fn reason(&mut self, depth: usize, reason: &Reason, clause: Option<Span>) {
        let written = self.written(reason, clause);
        let mut values: Vec<String> = Some(self.seen(&reason.seen)).filter(|seen| !seen.is_empty()).into_iter().collect();
        if let Some((text, span)) = &written {
            values.extend(self.params_in(text, *span));
        }
        let values = values.join(self.comma());
        let line = match (written, values.is_empty()) {
            (Some((text, _)), true) => text,
            (Some((text, _)), false) => format!("{text}  [{values}]"),
            (None, true) => return,
            (None, false) => format!("[{values}]"),
        };
        self.line(depth, &line, None);
    }

    /// The values of the params a text names; those of a module go by its name.
    fn params_in(&self, text: &str, span: Span) -> Vec<String> {
        let words: Vec<&str> = text.split(|c: char| !c.is_alphanumeric() && c != '_' && c != '.').collect();
        let file = self.sources.and_then(|sources| sources.get(span.file)).map(|file| file.name.as_str()).unwrap_or_default();
        let named = |param: &&ParamView| {
            let own = param.name.rsplit_once('.').is_some_and(|(module, name)| file.ends_with(module) && words.contains(&name));
            own || words.contains(&param.name.as_str())
        };
        let shown = |param: &ParamView| format!("{} = {}", param.name.rsplit('.').next().unwrap_or_default(), param.value);
        self.params.iter().filter(named).map(shown).collect()
    }

    fn fact(&mut self, fact: &FactView) {
        let kind = self.word(match fact.kind {
            FactKind::Feature => &FEATURE,
            FactKind::Segment => &SEGMENT,
            FactKind::Tiers => &TIERS,
            FactKind::Partition => &PARTITION,
            FactKind::Score => &SCORE,
            FactKind::Model => &MODEL,
            FactKind::Tag => &TAG,
            FactKind::Cohort => &COHORT,
        });
        let value = match (&fact.value, fact.kind, &fact.reason) {
            (_, FactKind::Segment, Some(reason)) => self.truth(reason.truth),
            (Some(value), _, _) => value.clone(),
            (None, _, _) => self.word(&MISSING),
        };
        let line = self.pair(&format!("{kind} {}", titled(&fact.name, fact.label.as_ref())), &value);
        self.line(1, &line, Some(fact.span));
        if let Some(because) = &fact.because {
            let line = self.filled(&BECAUSE, &[("reason", because)]);
            self.line(2, &line, fact.row);
        }
        for points in &fact.points {
            let because = points.because.as_ref().map(|because| format!(" {because}")).unwrap_or_default();
            self.line(2, &format!("{}{because}", points.points), Some(points.span));
        }
        if let Some(reason) = &fact.reason {
            self.reason(2, reason, None);
        }
    }

    fn strategy(&mut self, strategy: &StrategyView) {
        self.line(1, &titled(&strategy.name, strategy.label.as_ref()), Some(strategy.span));
        match &strategy.absence {
            Some(absence) => self.absence(absence, &strategy.trigger),
            None => {
                let line = self.word(&ACTS);
                self.line(2, &line, None);
            }
        }
        for action in strategy.actions.iter().filter(|action| action.emitted) {
            self.action(action);
        }
        if let Some(arm) = &strategy.arm {
            let line = match strategy.bucket {
                Some(bucket) => self.filled(&ARM_BUCKET, &[("arm", arm), ("bucket", &bucket.to_string())]),
                None => self.filled(&ARM, &[("arm", arm)]),
            };
            self.line(2, &line, None);
        }
        for exit in &strategy.exits {
            let line = self.filled(&EXIT, &[("name", exit)]);
            self.line(2, &line, None);
        }
        let line = self.pair(&self.word(&TRIGGER), &self.truth(strategy.trigger.truth));
        self.line(2, &line, Some(strategy.trigger_span));
        // A trigger that looks at nothing is one value with everything else that is always so: its own clause is shown.
        let clause = strategy.trigger.seen.is_empty().then_some(strategy.trigger_span);
        self.reason(3, &strategy.trigger, clause);
        for gate in &strategy.gates {
            let told =
                strategy.gates.iter().filter(|other| (other.stage, &other.rule, other.span) == (gate.stage, &gate.rule, gate.span)).count();
            self.gate(gate, told > 1);
        }
    }

    /// `several`: the same rule is told for another wave or action too, so each says for which.
    fn gate(&mut self, gate: &GateView, several: bool) {
        let (stage, mut rule) = (stage_word(gate.stage, self.language), named_rule(&gate.rule, gate.label.as_deref(), self.language));
        if several {
            let which: Vec<&str> = [&gate.wave, &gate.action].into_iter().flatten().map(String::as_str).collect();
            rule = format!("{rule} [{}]", which.join(" "));
        }
        if !gate.reached {
            let line = self.pair(&format!("{stage} {rule}"), &self.word(&NOT_REACHED));
            return self.line(2, &line, Some(gate.span));
        }
        let mut answer = self.truth(gate.reason.truth);
        let more = match (gate.stops, gate.reason.truth) {
            (true, _) => Some(&STOPS),
            (false, Truth::True) => Some(&TOO),
            (false, Truth::False | Truth::Unknown) => None,
        };
        if let Some(more) = more {
            answer = format!("{answer}{}{}", self.comma(), self.word(more));
        }
        let line = self.pair(&format!("{stage} {rule}"), &answer);
        self.line(2, &line, Some(gate.span));
        self.reason(3, &gate.reason, Some(gate.span));
        if let Some(detail) = &gate.detail {
            let line = self.filled(if gate.rule == "arbitration" { &RIVAL } else { &DETAIL }, &[("detail", detail)]);
            self.line(3, &line, None);
        }
    }

    fn action(&mut self, action: &ActionView) {
        let line = match &action.channel {
            Some(channel) => self.filled(&SEND, &[("channel", channel), ("name", &action.name), ("wave", &action.wave)]),
            None => self.filled(&DO, &[("name", &action.name), ("wave", &action.wave)]),
        };
        self.line(2, &line, Some(action.span));
        if let Some(message) = &action.message {
            self.line(3, message, None);
        }
    }

    /// Why nothing happens. What the trigger and the rules say is not said twice.
    fn absence(&mut self, absence: &Absence, trigger: &Reason) {
        match absence {
            Absence::NotTriggered(reason) => {
                let line = self.word(&NOT_TRIGGERED);
                self.line(2, &line, None);
                if reason != trigger {
                    self.reason(3, reason, None);
                }
            }
            Absence::Stopped { stage, rule, label, reason: _ } => {
                let (rule, stage) = (named_rule(rule, label.as_deref(), self.language), stage_word(stage, self.language));
                let line = self.filled(&STOPPED, &[("rule", &rule), ("stage", &stage)]);
                self.line(2, &line, None);
            }
            Absence::Control { arm } => {
                let line = self.filled(&CONTROL, &[("arm", arm)]);
                self.line(2, &line, None);
            }
            Absence::NothingDue => {
                let line = self.word(&NOTHING_DUE);
                self.line(2, &line, None);
            }
        }
    }
}
