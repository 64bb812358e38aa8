//! The checker's own phrases in Chinese. Names and values of the author stand in problems as they were written; phrases such as
//! "this place" or "money" come from here, so that a Chinese message is Chinese throughout.

use crate::diag::{Problem, nearest::nearest};

/// Arguments that hold phrases, and the name under which the Chinese wording travels.
const PLACES: &[(&str, &str)] = &[
    ("advice", "advice_zh"),
    ("column", "column_zh"),
    ("example", "example_zh"),
    ("expected", "expected_zh"),
    ("found", "found_zh"),
    ("kind", "kind_zh"),
    ("left", "left_zh"),
    ("reason", "reason_zh"),
    ("right", "right_zh"),
    ("type", "type_zh"),
    ("what", "what_zh"),
    ("where", "where_zh"),
];

const PHRASES: &[(&str, &str)] = &[
    // Types.
    ("bool", "是非值"),
    ("int", "整数"),
    ("number", "数"),
    ("money", "金额"),
    ("percent", "百分比"),
    ("rate", "利率"),
    ("bp", "基点"),
    ("text", "文本"),
    ("text in […]", "取值固定的文本"),
    ("date", "日期"),
    ("time", "时刻"),
    ("month", "月份"),
    ("quarter", "季度"),
    ("duration", "时间长度"),
    ("label", "标签"),
    ("list of text", "文本列表"),
    ("missing", "缺失"),
    ("rows", "多行"),
    // What is needed, and what is there.
    ("a date or time", "日期或时刻"),
    ("a list `[a, b]`, a window or `top 20%`", "列表 `[a, b]`、时间窗口或 `top 20%`"),
    ("a number or a moment", "数或时刻"),
    ("a number", "数"),
    ("a share", "占比或利率"),
    ("a value", "一个值"),
    ("one value", "一个值"),
    ("a keyword", "关键词"),
    ("a list", "列表"),
    ("a `key` column", "`key` 列"),
    ("a single `key` column", "唯一的 `key` 列"),
    ("an `at` column", "`at` 列"),
    ("a `from` and a `to` column", "`from` 列和 `to` 列"),
    // Places.
    ("this place", "这里"),
    ("a value it reads", "它读取的值"),
    ("other texts", "其他文本"),
    ("a segment", "客群"),
    ("a cohort", "固化客群"),
    ("a window", "时间窗口"),
    ("an arm's share", "分组占比"),
    ("a lexicon", "词典"),
    // Kinds of declarations.
    ("action", "动作"),
    ("channel", "渠道"),
    ("cohort", "固化客群"),
    ("metric", "指标"),
    ("strategy", "策略"),
    ("entity", "实体"),
    ("event", "事件"),
    ("format", "格式"),
    ("ledger", "台账"),
    ("link", "关系"),
    ("offer", "权益"),
    ("offer clause", "权益子句"),
    ("param", "参数"),
    ("policy", "政策"),
    ("score part", "评分的部分"),
    ("model part", "模型的部分"),
    ("cohort part", "固化客群的部分"),
    ("nature", "标签性质"),
    ("table", "表"),
    ("template", "模板"),
    // Help.
    ("declare it first", "请先声明"),
    ("write `TABLE` or `TABLE.time`", "请写 `表` 或 `表.时间列`"),
    ("a `cap` bounds a rate with its `bp`", "`cap` 与 `bp` 一起限制利率"),
    ("an offer has open places only with a `quota`", "有 `quota` 的权益才有名额"),
    // Why a claim is not proved.
    ("points that depend on it are not constant", "随它变化的得分不是常数"),
    ("there are too many combinations", "组合太多"),
    ("it is not only compared with constants", "它不只是与常数比较"),
    // What comes later.
    ("a feature with arguments", "带参数的特征"),
    ("a model run from a file", "从文件运行的模型"),
    ("a global `control`", "全局的 `control`"),
    ("`at most … per PATH`", "`at most … per 路径`"),
    ("`at most` outside contact and arbitration", "触达与取舍层之外的 `at most`"),
    ("`else on` other than consent and capacity", "consent 以外的 `else on`"),
    ("`improve after` and `worsen after`", "`improve after` 和 `worsen after`"),
    ("`per` inside an aggregate", "汇总里的 `per`"),
    ("this unit before `since`", "`since` 前的这个单位"),
    ("this condition of a group; `sum(x) > …` and `count(…) >= …` work", "这样的分组条件（可用 `sum(x) > …` 和 `count(…) >= …`）"),
];

/// Phrases with a name in them: how they begin, and how that reads in Chinese.
const OPENINGS: &[(&str, &str)] = &[
    ("column `", "列 `"),
    ("feature `", "特征 `"),
    ("compare `", "对比 `"),
    ("goal `", "目标 `"),
    ("metric `", "指标 `"),
    ("offer `", "权益 `"),
    ("segment `", "客群 `"),
    ("template `", "模板 `"),
];

/// Adds the Chinese wording of every phrase among the arguments that are phrases.
pub(super) fn bilingual(mut problem: Problem) -> Problem {
    for (name, name_zh) in PLACES {
        if let Some(chinese) = problem.arguments.get(name).and_then(|phrase| in_chinese(phrase)) {
            problem.arguments.insert(name_zh, chinese);
        }
    }
    problem
}

/// Adds as `advice` the known names nearest to a wrong one, or all of them behind the words `all` in English and Chinese.
pub(super) fn advised(problem: Problem, wrong: &str, known: &[&str], all: (&str, &str)) -> Problem {
    let quoted = |names: &[&str], between: &str| names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(between);
    let close = nearest(wrong, known.iter().copied());
    if close.is_empty() {
        let english = format!("{} {}", all.0, quoted(known, ", "));
        let chinese = format!("{} {}", all.1, quoted(known, "、"));
        return problem.with("advice", english.trim_end()).with("advice_zh", chinese.trim_end());
    }
    let (english, chinese) = (quoted(&close, " or "), quoted(&close, " 或 "));
    problem.with("advice", format!("did you mean {english}?")).with("advice_zh", format!("您是不是想写 {chinese}？"))
}

fn in_chinese(phrase: &str) -> Option<String> {
    if let Some((_, chinese)) = PHRASES.iter().find(|(english, _)| *english == phrase) {
        return Some((*chinese).to_string());
    }
    OPENINGS.iter().find_map(|(english, chinese)| phrase.strip_prefix(english).map(|rest| format!("{chinese}{rest}")))
}
