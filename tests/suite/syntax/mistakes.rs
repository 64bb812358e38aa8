//! One run reports every mistake of a file, in the author's words, and keeps what is good.

use super::{found, names, read};
use strat::diag::Language;

const TWELVE: &str = r#"use std.schema
subject customers
param dormant_for = 6 months in 3 months .. 12 months
param floor 5万元
feature peak = max(customer_month.aum, last 24 months
feture quiet = days since latest(transactions.ts)
segment rich = aum_now >
segment fine = aum_now > 3元
tiers worth best first {
  wealth "财富" when aum_now >=
  mass   "大众" when aum_now >= floor
  tail   大众 otherwise
  blank  "不明" when unknown
}
template hello for sms = "{salutation + 1|您好}，您好"
strategy wake "唤醒" {
  owner "零售"  approver 风险管理部
  class service priority 40
  ownr "again"
  on while dormant again sometimes
  plan {
    wave text { send sms using hello }
    wave visit after 7 days when worth in [wealth, mass { send rm_visit using go }
    wave call after 3 days { send ai_call using hello }
  }
  exit when "已激活" when exists(transactions)
  budget 20万元
}
metric good = 1
"#;

#[test]
fn twelve_mistakes_in_one_file() {
    let expected = [
        "4 expected-word",
        "5 unclosed-bracket",
        "6 unknown-declaration",
        "7 expected-condition-or-value",
        "10 expected-value",
        "12 expected-text",
        "15 bad-slot",
        "17 expected-text",
        "19 unknown-clause",
        "20 expected-word",
        "23 expected-word",
        "26 reserved-word-as-name",
    ];
    let found = found(TWELVE);
    assert_eq!(found.len(), expected.len(), "{found:#?}");
    for (found, expected) in found.iter().zip(expected) {
        let (line, slug) = expected.split_once(' ').unwrap();
        assert!(found.starts_with(&format!("{line} ")), "{found} where {expected} belongs");
        assert!(slug.contains("-or-") || found.ends_with(slug), "{found} where {expected} belongs");
    }
    let parsed = read(TWELVE);
    assert_eq!(names(&parsed.file), ["use", "subject", "dormant_for", "fine", "worth", "wake", "good"]);
    let broken: Vec<&str> = parsed.file.broken.iter().map(|name| name.text.as_str()).collect();
    assert_eq!(broken, ["floor", "peak", "rich", "hello"]);
    let strat::syntax::ast::ItemKind::Strategy(strategy) = &parsed.file.items[5].kind else { panic!("the strategy") };
    assert!(strategy.owner.is_some() && strategy.class.is_some() && strategy.budget.is_some());
    let strat::syntax::ast::ItemKind::Ladder(ladder) = &parsed.file.items[4].kind else { panic!("the ladder") };
    assert_eq!(ladder.rows.len(), 2);
}

/// The only problem of a text: line, slug and English title.
fn only(text: &str) -> (String, String) {
    let parsed = read(text);
    assert_eq!(parsed.problems.len(), 1, "{text}: {:#?}", found(text));
    (found(text).remove(0), parsed.problems[0].title(Language::English))
}

#[test]
fn messages_speak_of_clauses() {
    for (text, place, title) in [
        ("segment s = not", "1 expected-condition", "expected a condition after `not`"),
        ("feature f = count(t where , last 3 days)", "1 expected-condition", "expected a condition after `where`"),
        ("strategy s {\n  exclude x \"y\" when\n  budget 3元\n}", "2 expected-condition", "expected a condition after `when`"),
        ("tiers t {\n  red when x >\n  green otherwise\n}", "2 expected-value", "expected a value after `>`"),
        ("param p = 3天气", "1 unit-runs-on", "`3天气` is neither a number nor a number with a unit"),
        ("strategy s {\n  limit 3\n", "1 missing-brace", "this block is never closed: a `}` is missing"),
        ("param when = 3", "1 reserved-word-as-name", "`when` is a reserved word and cannot be a name"),
        ("param a = 2026-02-30", "1 no-such-date", "`2026-02-30` is not in the calendar"),
        ("param a = \"x\\q\"", "1 bad-escape", "`\\q` is not a known escape in a text"),
        ("strategy s { owner \"a\" owner \"b\" }", "1 repeated-clause", "`owner` is given twice"),
        ("segment s = a < b = c", "1 mixed-chain", "only a range may compare twice, such as `0.3 <= x < 0.6`"),
    ] {
        let (where_found, words) = only(text);
        assert_eq!((where_found.as_str(), words.as_str()), (place, title), "{text}");
    }
}

#[test]
fn a_forgotten_brace_keeps_the_clauses_behind_it() {
    let text = "strategy s {\n  plan {\n    wave a { send sms }\n  exit done when x\n  budget 3元\n}\nparam p = 1\n";
    assert_eq!(found(text), ["2 missing-brace"]);
    let parsed = read(text);
    assert_eq!(names(&parsed.file), ["s", "p"]);
    let strat::syntax::ast::ItemKind::Strategy(strategy) = &parsed.file.items[0].kind else { panic!("the strategy") };
    assert!(strategy.budget.is_some() && strategy.exits.len() == 1);
}

#[test]
fn a_forgotten_quote_is_reported_where_the_text_begins() {
    let text =
        "channel sms \"短信 cost 1元\nchannel call \"外呼\" cost 2元\nstrategy s {\n  owner \"甲\n  approver \"乙\"\n}\nparam p = 1\n";
    assert_eq!(found(text), ["1 unclosed-text", "4 unclosed-text"]);
    assert_eq!(names(&read(text).file), ["sms", "call", "s", "p"]);
}

/// Applies all safe fixes of a text.
fn fixed(text: &str) -> String {
    let mut edits: Vec<_> = read(text)
        .problems
        .iter()
        .flat_map(|problem| problem.fixes.iter().filter(|fix| fix.safe).flat_map(|fix| fix.edits.clone()))
        .collect();
    edits.sort_by_key(|edit| std::cmp::Reverse(edit.span.start));
    let mut out = text.to_owned();
    for edit in edits {
        out.replace_range(edit.span.start as usize..edit.span.end as usize, &edit.replacement);
    }
    out
}

#[test]
fn slips_of_the_keyboard_are_refused_and_repaired() {
    for (slip, right) in [
        ("segment s ＝ a ＞＝ ３０天", "segment s = a >= 30天"),
        ("segment s = f（a，b）", "segment s = f(a,b)"),
        ("segment s = a == 1 && b <> 2 || !c", "segment s = a = 1 and b != 2 or not c"),
        ("segment s = a&&b", "segment s = a and b"),
        ("segment s = a = “甲，乙”", "segment s = a = \"甲，乙\""),
        ("segment s = a = '甲'", "segment s = a = \"甲\""),
        ("param p = ¥80", "param p = 80元"),
        ("param p = ￥2.5万", "param p = 2.5万元"),
        ("param p = $80", "param p = 80元"),
        ("param p = 3 days；", "param p = 3 days"),
        ("param　p　= 30％", "param p = 30%"),
        ("param p = 2026/1/5", "param p = 2026-01-05"),
        ("param p = 2026年1月5日 09:00", "param p = 2026-01-05 09:00"),
        ("strategy s { exclude x \"y\" if a }", "strategy s { exclude x \"y\" when a }"),
        ("tiers t { a if b ≥ 1 }", "tiers t { a when b >= 1 }"),
        ("segment s = a ？？ b", "segment s = a ?? b"),
        ("segment s = x in ［1、2］", "segment s = x in [1,2]"),
    ] {
        assert!(!found(slip).is_empty(), "{slip}");
        assert_eq!(fixed(slip), right, "{slip}");
        assert_eq!(found(right), Vec::<String>::new(), "{right}");
        assert_eq!(super::shape(&read(slip).file), super::shape(&read(right).file), "{slip}");
    }
}

#[test]
fn full_width_signs_inside_texts_are_text() {
    assert_eq!(found("segment s = a = \"（甲）：乙，“丙”；１００％\""), Vec::<String>::new());
}
