//! What this version must refuse, one small program each, and a file with many mistakes at once.

mod refused;
mod warned;

use refused::REFUSALS;
use strat::check::{Checked, StandardOnly, check};
use strat::diag::render::{Format, Options, render};
use strat::diag::{Language, Problem};
use warned::WARNINGS;

fn problems(text: &str) -> Checked {
    check("strategy.strat", text, &StandardOnly)
}

/// Title and help together, as the author reads them.
fn words(problem: &Problem, language: Language) -> String {
    format!("{}: {}", problem.title(language), problem.help(language).unwrap_or_default())
}

#[test]
fn scenarios_that_must_be_warned_about() {
    for warning in WARNINGS {
        let Checked { sources, mut problems, program, .. } = problems(warning.text);
        assert!(program.is_some(), "{}", warning.scenario);
        problems.retain(|problem| problem.kind.slug != "not-judged-yet");
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

/// What was wrong is right once it says what the message asks for.
#[test]
fn what_the_messages_ask_for_is_accepted() {
    let of = |scenario: &str| REFUSALS.iter().chain(WARNINGS).find(|refusal| refusal.scenario.starts_with(scenario)).unwrap().text;
    for (scenario, wrong, right) in [
        ("N02", "retained(balance > 0元) target +12%", "retained(balance > 0元, within 90 days) target +12% rel vs control"),
        ("N02", "retained(balance > 0元) target +12%", "retained(balance > 0元) target +12pp vs prior 90 days"),
        ("N05 a credit line for those", "on while silent", "on while silent and credit_ready"),
        ("N07", "from 2024-12-01", "from 2025-03-31"),
        ("N09", "days since entry >= 14", "days since entry >= 24"),
        ("N09", "after 20 days", "after 7 days"),
        ("N13", "  plan", "  arms { kept 90%  control 10% }\n  plan"),
        ("N15", "risk_level < 2", "candidate.product.risk_level > risk_level"),
        ("N15", "policy house", "use std.eligibility\npolicy house"),
        ("N16", "send rm_visit using visit", "send sms using hello"),
        ("N16", "  under aum_tier.service_model\n", ""),
        ("N21", "previous month)", "previous month, at least 30)"),
        ("N26 a bare", "+200%", "×3"),
        ("N26 plus", "+200% rel", "×3"),
    ] {
        let text = of(scenario).replace(wrong, right);
        assert_ne!(text, of(scenario), "{scenario}");
        let accepted = ["not-judged-yet", "contact-without-consent", "unsent-template"];
        let found: Vec<&str> =
            problems(&text).problems.iter().map(|problem| problem.kind.slug).filter(|slug| !accepted.contains(slug)).collect();
        assert!(found.is_empty(), "{scenario}: {found:?}\n{text}");
    }
}

#[test]
fn one_mistake_is_one_message() {
    for (text, only) in [
        // A declaration that cannot be read is not missed by what uses it.
        ("use std.schema\nsubject customers\nparam floor 5\nsegment rich = latest(customer_month.aum) >= floor\n", "expected-word"),
        (
            "use std.schema\nsubject customers\ntemplate hello for sms = 您好\nstrategy s {\n  on while status = \"active\" again never\n  plan { send sms using hello }\n}\n",
            "expected-value",
        ),
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
