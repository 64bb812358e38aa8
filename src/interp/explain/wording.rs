//! Words of the language itself, as people read them: stages, rules that no author wrote, values without a name of their own.

use crate::diag::{Language, Text};
use std::collections::BTreeMap;

static STAGES: &[(&str, Text)] = &[
    ("trigger", Text { en: "trigger", zh: "触发" }),
    ("legal", Text { en: "legal", zh: "法规" }),
    ("consent", Text { en: "consent", zh: "授权" }),
    ("eligibility", Text { en: "eligibility", zh: "资格" }),
    ("suitability", Text { en: "suitability", zh: "适当性" }),
    ("assignment", Text { en: "assignment", zh: "分组" }),
    ("contact_policy", Text { en: "contact policy", zh: "触达规则" }),
    ("arbitration", Text { en: "arbitration", zh: "策略取舍" }),
    ("quota", Text { en: "quota", zh: "名额" }),
    ("capacity", Text { en: "capacity", zh: "产能" }),
    ("budget", Text { en: "budget", zh: "预算" }),
    ("plan", Text { en: "plan", zh: "计划" }),
];

static RULES: &[(&str, Text)] = &[
    ("cool_off", Text { en: "it was started too lately to start again", zh: "仍在冷却期内" }),
    ("missed_window", Text { en: "its time had passed before a run came", zh: "已错过时间窗口" }),
    ("already_invited", Text { en: "the offer was given before", zh: "已领取过该权益" }),
    ("offer_not_valid", Text { en: "the offer is not valid on this day", zh: "权益不在有效期内" }),
    ("reserve", Text { en: "no open place is left for it, it waits in the reserve", zh: "名额已满，进入候补" }),
    ("quota", Text { en: "no open place and no place in the reserve", zh: "名额与候补均已满" }),
    ("limit", Text { en: "more than the limit of this run", zh: "超出本次上限" }),
    ("capacity", Text { en: "more than the staff can do", zh: "超出人员产能" }),
    ("budget", Text { en: "more than the budget", zh: "超出预算" }),
    ("global_control", Text { en: "the control group of the whole bank", zh: "全行对照组" }),
    ("other_experiment", Text { en: "belongs to another experiment of the layer", zh: "属于同层的其他实验" }),
    ("not_chosen", Text { en: "a better option was taken", zh: "已选更优选项" }),
    ("hours", Text { en: "outside the hours of this channel", zh: "不在该渠道的可触达时段" }),
    ("quiet_days", Text { en: "a day on which nobody is reached", zh: "静默日，不触达" }),
    ("arbitration", Text { en: "another strategy is preferred", zh: "让位于其他策略" }),
    ("no_value", Text { en: "a value that is needed is missing", zh: "缺少所需的值" }),
    ("control", Text { en: "held out to measure against", zh: "留作对照" }),
    ("not_due", Text { en: "its first wave is not due yet", zh: "首个波次尚未到期" }),
    ("skipped", Text { en: "its condition does not hold when the wave is due", zh: "波次到期时条件不成立" }),
    ("no_step", Text { en: "no step of the plan is for it", zh: "计划中没有对应动作" }),
    ("no_assignee", Text { en: "nobody to do it", zh: "没有负责人" }),
];

static VALUES: &[(&str, Text)] = &[
    ("place in line", Text { en: "place in line", zh: "排位" }),
    ("bucket", Text { en: "bucket", zh: "桶号" }),
    ("previous run", Text { en: "previous run", zh: "上次运行" }),
    ("quintile", Text { en: "quintile", zh: "五分位" }),
    ("top", Text { en: "top", zh: "排名靠前" }),
    ("total", Text { en: "total", zh: "总数" }),
    ("arithmetic", Text { en: "computed", zh: "计算值" }),
];

fn word(words: &[(&str, Text)], name: &str, language: Language) -> Option<String> {
    words.iter().find(|(known, _)| *known == name).map(|(_, text)| text.render(language, &BTreeMap::new()))
}

/// A stage, from the word written to outputs.
pub(super) fn stage_word(stage: &str, language: Language) -> String {
    word(STAGES, stage, language).unwrap_or_else(|| String::from(stage))
}

/// The two languages of a word of ours.
fn words(words: &[(&str, Text)], name: &str) -> Option<Text> {
    words.iter().find(|(known, _)| *known == name).map(|(_, text)| *text)
}

/// A stage in both languages, from the word written to outputs.
#[must_use]
pub fn stage_words(stage: &str) -> Option<Text> {
    words(STAGES, stage)
}

/// What is said of a rule that no author wrote, in both languages.
#[must_use]
pub fn rule_words(rule: &str) -> Option<Text> {
    words(RULES, rule)
}

/// A rule with its title: the author's, or what is said of rules that no author wrote.
pub(super) fn named_rule(rule: &str, label: Option<&str>, language: Language) -> String {
    match (label, word(RULES, rule, language)) {
        (Some(label), _) => format!("{rule} \"{label}\""),
        (None, Some(known)) => format!("{rule} ({known})"),
        (None, None) => String::from(rule),
    }
}

/// The name of a value that has none of its own; other names stay.
pub(super) fn named_value(name: &str, language: Language) -> String {
    word(VALUES, name, language).unwrap_or_else(|| String::from(name))
}
