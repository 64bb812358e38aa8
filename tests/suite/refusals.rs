//! What this version must refuse, one small program each, and a file with many mistakes at once.

use strat::check::{Checked, StandardOnly, check};
use strat::diag::render::{Format, Options, render};
use strat::diag::{Language, Problem};

fn problems(text: &str) -> Checked {
    check("strategy.strat", text, &StandardOnly)
}

/// Title and help together, as the author reads them.
fn words(problem: &Problem, language: Language) -> String {
    format!("{}: {}", problem.title(language), problem.help(language).unwrap_or_default())
}

/// A program must be refused for one reason, whose words hold the offending text and the way out.
struct Refusal {
    scenario: &'static str,
    text: &'static str,
    slug: &'static str,
    line: usize,
    english: &'static [&'static str],
    chinese: &'static [&'static str],
}

const REFUSALS: &[Refusal] = &[
    Refusal {
        scenario: "N01 bands that leave a gap",
        text: "use std.schema
subject customers
feature mood_score = mean(surveys.csat)
partition mood {
  happy \"满意\" when mood_score >= 90%
  fine  \"一般\" when 70% <= mood_score <= 89%
  sad   \"不满\" when mood_score < 70%
  blank \"未知\" when unknown
}
",
        slug: "partition-gap",
        line: 4,
        english: &["`mood` has no row for mood_score = 89.5%", "or `otherwise`"],
        chinese: &["`mood` 没有覆盖 mood_score = 89.5%", "或加 `otherwise`"],
    },
    Refusal {
        scenario: "N03 a deposit rate plus 0.5%",
        text: "use std.schema\nsubject products\n\nfeature uplifted = base_rate + 0.5%\n",
        slug: "percent-on-rate",
        line: 4,
        english: &["`0.5%` is a percentage", "write `50bp`"],
        chinese: &["`0.5%` 是百分比", "请写 `50bp`"],
    },
    Refusal {
        scenario: "N04 only the first hundred, and no quota",
        text: "use std.schema
subject customers
offer rate50 \"加息\" { bp 50bp }
template hurry for sms = \"加息礼遇前100名专享\"
strategy uplift {
  on while status = \"active\" again never
  plan { send sms using hurry offer rate50 }
}
",
        slug: "scarcity-without-quota",
        line: 4,
        english: &["\"前100名\" claims scarcity", "give the offer a `quota`"],
        chinese: &["“前100名”在说稀缺", "请给权益加 `quota`"],
    },
    Refusal {
        scenario: "N05 a credit line for everybody",
        text: "use std.schema\nsubject customers\ntemplate line for sms = \"您有5万额度可用，退订回T\"\n",
        slug: "unsupported-claim",
        line: 3,
        english: &["\"额度\" is a claim", "`claim NAME from EVIDENCE`"],
        chinese: &["“额度”是一项声称", "`claim 名称 from 依据`"],
    },
    Refusal {
        scenario: "N06 better than others, says nobody",
        text: "use std.schema\nsubject customers\ntemplate fund for sms = \"高于同类95%，投资有风险\"\n",
        slug: "unsupported-claim",
        line: 3,
        english: &["\"高于同类\" is a claim", "the day of the evidence"],
        chinese: &["“高于同类”是一项声称", "依据的日期"],
    },
    Refusal {
        scenario: "N08 a school that may be missing",
        text: "use std.schema
subject customers
template guide for app_push = \"您的目标院校{target_school}学费缴纳攻略已备好！\"
strategy study {
  on while age >= 18 again after 14 days
  plan { send app_push using guide }
}
feature age = 20
",
        slug: "nullable-slot",
        line: 3,
        english: &["`target_school` may be missing", "`{target_school|…}`"],
        chinese: &["`target_school` 可能缺失", "`{target_school|…}`"],
    },
    Refusal {
        scenario: "N11 a red light without action",
        text: "use std.schema
subject customers
feature points = count(app_events, last 30 days)
tiers light worst first {
  red    \"红\" when points < 10
  yellow \"黄\" when points < 20
  green  \"绿\" otherwise
}
template hello for sms = \"您好\"
strategy care {
  on while status = \"active\" again never
  plan {
    by light {
      yellow -> send sms using hello
      green  -> none because fine
    }
  }
}
",
        slug: "branch-missing",
        line: 13,
        english: &["`by light` has no branch for red"],
        chinese: &["`by light`", "red"],
    },
    Refusal {
        scenario: "N12 arms of 50 and 40 percent",
        text: "use std.schema
subject customers
template hello for sms = \"您好\"
strategy wake {
  on while status = \"active\" again never
  arms { called 50%  texted 40% }
  plan { send sms using hello }
}
",
        slug: "shares-not-whole",
        line: 6,
        english: &["add up to 90%, not 100%", "give the rest to `control`"],
        chinese: &["合计 90%，不是 100%", "请把剩余部分给 `control`"],
    },
    Refusal {
        scenario: "N17 a churn score of any age",
        text: "use std.schema\nsubject customers\n\nmodel churn version \"v2\" range 0 .. 1\n",
        slug: "staleness-limit-missing",
        line: 4,
        english: &["`churn` does not say how old", "`max age 35 days`"],
        chinese: &["`churn` 没有说明分数最多可以多旧", "`max age 35 days`"],
    },
    Refusal {
        scenario: "N18 a dwell of more than 3",
        text: "use std.schema\nsubject customers\n\nsegment interested = max(app_events.dwell_s) > 3\n",
        slug: "unit-missing",
        line: 4,
        english: &["`3` needs a unit", "`3 seconds` or `3 minutes`"],
        chinese: &["`3` 缺少单位", "`3秒` 或 `3分钟`"],
    },
    Refusal {
        scenario: "N19 an event without cool-off",
        text: "use std.schema
subject customers
template hello for app_push = \"您好\"
strategy greet {
  on app_events where event = \"login\"
  plan { send app_push using hello }
}
",
        slug: "again-missing",
        line: 5,
        english: &["`on app_events where event = \"login\"` does not say", "`again after 14 days`"],
        chinese: &["`on app_events where event = \"login\"` 没有说明", "`again after 14 days`"],
    },
    Refusal {
        scenario: "N20 links without an end",
        text: "use std.schema
subject companies
segment risky = risk_event_ts in last 180 days
feature steps = hops(relations where kind = \"guarantee\", to risky)
",
        slug: "hop-bound-missing",
        line: 4,
        english: &["does not say how far", "`at most 2`"],
        chinese: &["没有说明最多走几步", "`at most 2`"],
    },
    Refusal {
        scenario: "N22 a column nobody has",
        text: "use std.schema\nsubject customers\n\nfeature quiet = days since latest(transactions.最后交易日)\n",
        slug: "unknown-column",
        line: 4,
        english: &["table `transactions` has no column `最后交易日`", "did you mean `交易时间`"],
        chinese: &["表 `transactions` 没有列 `最后交易日`", "您是不是想写 `交易时间`"],
    },
    Refusal {
        scenario: "N23 an overlay beyond the range of its param",
        text: "use std.schema
subject customers
param visit_floor = 5万元 in 1万元 .. 20万元
overlay county \"县域网点\" when county is known { param visit_floor = 50万元 }
segment rich = latest(customer_month.aum) >= visit_floor
",
        slug: "param-outside-range",
        line: 4,
        english: &["param `visit_floor` is 50万元, outside 1万元 .. 20万元"],
        chinese: &["参数 `visit_floor` 为 50万元，超出 1万元 .. 20万元"],
    },
    Refusal {
        scenario: "N24 a generated text that nobody approved",
        text: "use std.schema\nsubject customers\ntemplate care for sms generated \"文案模型\" = \"感谢一路同行。退订回T\"\n",
        slug: "generated-not-approved",
        line: 3,
        english: &["`care` was written by 文案模型", "by somebody else"],
        chinese: &["`care` 由 文案模型 生成", "由他人审批"],
    },
    Refusal {
        scenario: "N25 the author approves",
        text: "use std.schema
subject customers
template care for sms = \"感谢一路同行。退订回T\"
strategy thanks {
  owner \"品牌部\"  approver \"品牌部\"
  on while status = \"active\" again never
  plan { send sms using care }
}
",
        slug: "owner-approves",
        line: 5,
        english: &["`品牌部` both owns and approves `thanks`", "another person or department"],
        chinese: &["`品牌部` 既是 `thanks` 的负责人又是审批人", "请由另一人或另一部门审批"],
    },
    Refusal {
        scenario: "a tag value nobody has",
        text: "use std.schema
subject customers
tag interest predicted : text in [\"基金\", \"理财产品\"]
segment wealthy = interest = \"理财产\"
",
        slug: "unknown-value",
        line: 4,
        english: &["\"理财产\" is not among the values", "\"理财产品\""],
        chinese: &["\"理财产\" 不在这一列的取值里", "\"理财产品\""],
    },
];

/// What must be warned about: the program stays usable.
const WARNINGS: &[Refusal] = &[
    Refusal {
        scenario: "N10 red and green overlap",
        text: "use std.schema
subject customers
feature points = count(app_events, last 30 days)
tiers light worst first {
  red    \"红\" when points < 20
  green  \"绿\" when 10 <= points < 40
  yellow \"黄\" otherwise
}
",
        slug: "overlapping-rows",
        line: 6,
        english: &["rows `red` and `green` of `light` both hold for points = 10"],
        chinese: &["`red` 与 `green` 两行同时覆盖 points = 10"],
    },
    Refusal {
        scenario: "N14 one name for two groups of the RFM grid",
        text: "use std.schema
use std.rfm
subject customers
partition quadrant \"四象限\" by rfm.m, rfm.f {
  best \"高价值高活跃\" when >= 4, >= 4
  keep \"重要保持\"     when >= 4, <  4
  grow \"低价值高活跃\" when <  4, >= 4
  low  \"低价值低活跃\" when <  4, <  4
}
segment target = rfm.octant = important_keep or quadrant = keep
",
        slug: "ambiguous-label",
        line: 6,
        english: &["\"重要保持\" means two things here", "rfm.m >= 4, rfm.f < 4", "`rfm.octant.important_keep` (r >= hi, f < hi, m >= hi)"],
        chinese: &["“重要保持”在这里有两个含义", "`rfm.octant.important_keep`"],
    },
];

#[test]
fn scenarios_that_must_be_warned_about() {
    for warning in WARNINGS {
        let Checked { sources, problems, program, .. } = problems(warning.text);
        assert!(program.is_some(), "{}", warning.scenario);
        let [problem] = problems.as_slice() else { panic!("{}: {problems:#?}", warning.scenario) };
        assert_eq!(problem.kind.slug, warning.slug, "{}", warning.scenario);
        assert!(sources.place(problem.span).starts_with(&format!("strategy.strat:{}:", warning.line)), "{}", warning.scenario);
        for (language, parts) in [(Language::English, warning.english), (Language::Chinese, warning.chinese)] {
            let words = words(problem, language);
            assert!(parts.iter().all(|part| words.contains(part)), "{}: {words}", warning.scenario);
        }
    }
}

#[test]
fn scenarios_that_must_be_refused() {
    for refusal in REFUSALS {
        let Checked { sources, problems, program, .. } = problems(refusal.text);
        assert!(program.is_none(), "{}", refusal.scenario);
        let [problem] = problems.as_slice() else { panic!("{}: {problems:#?}", refusal.scenario) };
        assert_eq!(problem.kind.slug, refusal.slug, "{}", refusal.scenario);
        let place = sources.place(problem.span);
        assert!(place.starts_with(&format!("strategy.strat:{}:", refusal.line)), "{}: {place}", refusal.scenario);
        for (language, parts) in [(Language::English, refusal.english), (Language::Chinese, refusal.chinese)] {
            let words = words(problem, language);
            assert!(parts.iter().all(|part| words.contains(part)), "{}: {words}", refusal.scenario);
        }
    }
}

#[test]
fn one_mistake_is_one_message() {
    for (text, only) in [
        // A declaration that cannot be read is not missed by what uses it.
        ("use std.schema\nsubject customers\nparam floor 5\nsegment rich = latest(customer_month.aum) >= floor\n", "expected-word"),
        ("use std.schema\nsubject customers\ntemplate hello for sms = 您好\nstrategy s {\n  on while status = \"active\" again never\n  plan { send sms using hello }\n}\n", "expected-value"),
        // A misspelt subject is one mistake, however many facts are about it.
        ("use std.schema\nsubject custmers\nsegment a = status = \"active\"\nsegment b = is_employee\n", "unknown-table"),
    ] {
        let slugs: Vec<&str> = problems(text).problems.iter().map(|problem| problem.kind.slug).collect();
        assert_eq!(slugs, [only], "{text}");
    }
}

/// Ten slips of ten kinds, of spelling and of meaning, each in one line.
const TEN: &str = r#"use std.schema
subject customers

param floor 5万元
segment rich = latest(customer_month.aum) >= 50万元 and
segment silent = status = "activ"
feature gone = days since latest(transactions.最后交易日)
segment dwelt = max(app_events.dwell_s) > 3
feature offered = max(accounts.product.base_rate) + 0.5%
segment target = rich and latest(customer_month.aum) >= floor

template hurry for sms = "加息礼遇仅限前100名"

strategy uplift "加息挽留" {
  owner "零售增长部"  approver "风险管理部"
  class retention priotity 40
  on while status = "active"
  arms { called 50%  control 40% }
  plan { send sms using hurry }
}
"#;

const TEN_ENGLISH: &str = r#"strategy.strat:4:13: error[expected-word] expected `=` after `floor`
strategy.strat:5:51: error[expected-condition] expected a condition after `and`
strategy.strat:6:27: error[unknown-value] "activ" is not among the values of this column
strategy.strat:7:47: error[unknown-column] table `transactions` has no column `最后交易日`
strategy.strat:8:43: error[unit-missing] `3` needs a unit: the other side is duration
strategy.strat:9:53: error[percent-on-rate] a rate moves by basis points, and `0.5%` is a percentage
strategy.strat:12:26: error[scarcity-without-quota] "前100名" claims scarcity, and no offer sent with it has a quota
strategy.strat:16:19: error[unknown-clause] `priotity` neither continues what stands before it nor begins a clause of this block
strategy.strat:17:3: error[again-missing] `on while status = "active"` does not say when it may fire again
strategy.strat:18:3: error[shares-not-whole] the shares of these arms add up to 90%, not 100%
10 errors in 1 file
"#;

const TEN_CHINESE: &str = r#"strategy.strat:4:13: 错误[expected-word] `floor` 后面应当是 `=`
strategy.strat:5:51: 错误[expected-condition] `and` 后面缺少条件
strategy.strat:6:27: 错误[unknown-value] "activ" 不在这一列的取值里
strategy.strat:7:47: 错误[unknown-column] 表 `transactions` 没有列 `最后交易日`
strategy.strat:8:43: 错误[unit-missing] `3` 缺少单位：另一边是时间长度
strategy.strat:9:53: 错误[percent-on-rate] 利率的变动用基点，`0.5%` 是百分比
strategy.strat:12:26: 错误[scarcity-without-quota] “前100名”在说稀缺，但随它发送的权益没有名额限制
strategy.strat:16:19: 错误[unknown-clause] `priotity` 既不能接在前面的内容之后，也不是这个区块里的子句
strategy.strat:17:3: 错误[again-missing] `on while status = "active"` 没有说明多久之后可以再次触发
strategy.strat:18:3: 错误[shares-not-whole] 各组占比合计 90%，不是 100%
1 个文件中有 10 个错误
"#;

#[test]
fn ten_mistakes_are_ten_problems_in_one_run() {
    let Checked { sources, problems, program, .. } = problems(TEN);
    assert!(program.is_none());
    let short = |language| render(Format::Short, &problems, &sources, &Options { language, ..Options::default() });
    assert_eq!(short(Language::English), TEN_ENGLISH);
    assert_eq!(short(Language::Chinese), TEN_CHINESE);
    assert_eq!(problems.len(), 10);
    assert!(problems.is_sorted_by_key(|problem| problem.span));
    // Each says what to do, in both languages, or what could stand there instead.
    for problem in &problems {
        let says = |language| problem.help(language).is_some_and(|help| !help.is_empty());
        assert!((says(Language::English) && says(Language::Chinese)) || problem.kind.slug == "expected-word", "{problem:#?}");
    }
}
