#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing)]

use super::*;
use crate::diag::{ProblemKind, Text};
use crate::source::SourceFile;
use unicode_width::UnicodeWidthStr;

static UNKNOWN: ProblemKind = ProblemKind {
    slug: "sample-unknown",
    severity: Severity::Error,
    title: Text { en: "nothing is called `{name}`", zh: "没有名为“{name}”的字段" },
    help: Some(Text { en: "did you mean `{best}`?", zh: "是不是“{best}”？" }),
    label: Text { en: "not known here", zh: "这里不认识" },
};

static STYLE: ProblemKind = ProblemKind {
    slug: "sample-style",
    severity: Severity::Warning,
    title: Text { en: "100% odd,\nreally: yes", zh: "有点怪" },
    help: None,
    label: Text { en: "", zh: "" },
};

/// Line 2 has two Chinese characters, a full-width comma, one emoji and one character beyond the first plane before `余额`.
const TEXT: &str = "subject customers\n客户，😀𠮷 余额 >= 5万元\nlast\n";

fn sample() -> (Sources, Vec<Problem>) {
    let mut sources = Sources::default();
    let file = sources.add(SourceFile::new("规则/a b.strat", TEXT));
    let at = TEXT.find("余额").unwrap();
    let span = Span::new(file, at, at + "余额".len());
    let wrong = Problem::new(&UNKNOWN, span)
        .with("name", "余额")
        .with("best", "账户余额")
        .label(Span::new(file, 0, 7), Text { en: "the subject", zh: "对象在此" })
        .note(Text { en: "looked in customers", zh: "在 customers 中查找" })
        .fix(Text { en: "write `{best}`", zh: "改成“{best}”" }, span, "账户余额", true);
    let odd = Problem::new(&STYLE, Span::new(file, TEXT.find("last").unwrap(), TEXT.len() - 1));
    (sources, vec![wrong, odd])
}

fn chinese() -> Options {
    Options { language: Language::Chinese, ..Options::default() }
}

#[test]
fn short_counts_characters_and_stays_on_one_line() {
    let (sources, problems) = sample();
    let text = short(&problems, &sources, &Options::default());
    assert_eq!(
        text,
        "规则/a b.strat:2:7: error[sample-unknown] nothing is called `余额`\n\
         规则/a b.strat:3:1: warning[sample-style] 100% odd,\\nreally: yes\n"
    );
    assert!(short(&problems, &sources, &chinese()).starts_with("规则/a b.strat:2:7: 错误[sample-unknown] 没有名为“余额”的字段\n"));
}

#[test]
fn carets_stand_under_full_width_text() {
    let (sources, problems) = sample();
    let text = human(&problems[..1], &sources, &Options::default());
    insta::assert_snapshot!(text, @r#"
    error[sample-unknown]

      × nothing is called `余额`
       ╭─[规则/a b.strat:2:7]
     1 │ subject customers
       · ───┬───
       ·    ╰── the subject
     2 │ 客户，😀𠮷 余额 >= 5万元
       ·            ──┬─
       ·              ╰── not known here
     3 │ last
       ╰────
      note: looked in customers
      help: did you mean `账户余额`?
      fix: write `账户余额`
    "#);
    let before_marks = |line: &str, marks: &[char]| line.split_once(marks).unwrap().0.width();
    let code = text.lines().find(|line| line.contains("余额 >=")).unwrap();
    let carets = text.lines().skip_while(|line| !line.contains("余额 >=")).nth(1).unwrap();
    assert_eq!(before_marks(code, &['余']), before_marks(carets, &['─']));
}

#[test]
fn people_read_their_own_language() {
    let (sources, problems) = sample();
    let text = render(Format::Human, &problems[..1], &sources, &chinese());
    insta::assert_snapshot!(text, @r#"
    错误[sample-unknown]

      × 没有名为“余额”的字段
       ╭─[规则/a b.strat:2:7]
     1 │ subject customers
       · ───┬───
       ·    ╰── 对象在此
     2 │ 客户，😀𠮷 余额 >= 5万元
       ·            ──┬─
       ·              ╰── 这里不认识
     3 │ last
       ╰────
      说明：在 customers 中查找
      帮助：是不是“账户余额”？
      修复：改成“账户余额”

    1 个文件中有 1 个错误；其中 1 个可用 --fix 修复
    "#);
}

#[test]
fn snippets_of_two_files_do_not_mix_and_controls_are_blanked() {
    let mut sources = Sources::default();
    let one = sources.add(SourceFile::new("one.strat", "first line\u{1b}[31m\r\nsecond\n"));
    let two = sources.add(SourceFile::new("two.strat", ""));
    let three = sources.add(SourceFile::new("three.strat", "other"));
    let problem = Problem::new(&UNKNOWN, Span::new(one, 0, 5))
        .label(Span::new(two, 0, 0), Text { en: "an empty file", zh: "" })
        .label(Span::new(three, 5, 5), Text { en: "the very end", zh: "" });
    let text = human(&[problem], &sources, &Options::default());
    insta::assert_snapshot!(text, @r#"
    error[sample-unknown]

      × nothing is called `{name}`
       ╭─[one.strat:1:1]
     1 │ first line?[31m
       · ──┬──
       ·   ╰── not known here
     2 │ second
       ╰────
       ╭─[two.strat:1:1]
     1 │  
       · ▲
       · ╰── an empty file
       ╰────
       ╭─[three.strat:1:6]
     1 │ other 
       ·      ▲
       ·      ╰── the very end
       ╰────
      help: did you mean `{best}`?
    "#);
    assert!(!text.contains('\u{1b}'));
}

#[test]
fn a_problem_without_a_place_still_renders_everywhere() {
    let sources = Sources::default();
    let problems = [Problem::new(&UNKNOWN, NOWHERE).with("name", "--fnord").with("best", "--fix")];
    for format in [Format::Human, Format::Short, Format::Json, Format::Sarif, Format::Github] {
        assert!(render(format, &problems, &sources, &Options::default()).contains("--fnord"), "{format:?}");
    }
    assert_eq!(summary(&problems, Language::English), "1 error");
    let value: serde_json::Value = serde_json::from_str(&json(&problems, &sources, Language::English)).unwrap();
    assert!(value["problems"][0]["location"].is_null());
}

#[test]
fn json_has_every_unit() {
    let (sources, problems) = sample();
    let value: serde_json::Value = serde_json::from_str(&json(&problems, &sources, Language::Chinese)).unwrap();
    let first = &value["problems"][0];
    assert_eq!(value["format_version"], "1.0");
    assert_eq!(first["message"], "没有名为“余额”的字段");
    assert_eq!(first["arguments"]["best"], "账户余额");
    assert_eq!(first["location"]["start"], serde_json::json!({"line": 2, "column": 7, "utf16_column": 9, "byte": 36}));
    assert_eq!(first["location"]["end"]["column"], 9);
    assert_eq!(first["fixes"][0]["edits"][0]["replacement"], "账户余额");
    assert_eq!(first["labels"][1]["location"]["start"]["byte"], 0);
    assert_eq!(value["summary"], serde_json::json!({"errors": 1, "warnings": 1, "infos": 0, "fixable": 1, "files": 1}));
}

#[test]
fn sarif_has_utf16_columns_encoded_uris_and_unique_fingerprints() {
    let (sources, mut problems) = sample();
    problems.push(problems[0].clone());
    let value: serde_json::Value = serde_json::from_str(&sarif(&problems, &sources, Language::English)).unwrap();
    let run = &value["runs"][0];
    assert_eq!(run["columnKind"], "utf16CodeUnits");
    let place = &run["results"][0]["locations"][0]["physicalLocation"];
    assert_eq!(place["artifactLocation"]["uri"], "%E8%A7%84%E5%88%99/a%20b.strat");
    assert_eq!(place["region"], serde_json::json!({"startLine": 2, "startColumn": 9, "endLine": 2, "endColumn": 11}));
    assert_eq!(run["results"][0]["ruleIndex"], 1);
    assert_eq!(run["tool"]["driver"]["rules"][1]["id"], "sample-unknown");
    let marks = [&run["results"][0], &run["results"][2]].map(|result| result["partialFingerprints"]["strat/v1"].clone());
    assert_ne!(marks[0], marks[1]);
}

#[test]
fn github_puts_errors_first_and_escapes() {
    let (sources, problems) = sample();
    let reversed: Vec<Problem> = problems.into_iter().rev().collect();
    let text = github(&reversed, &sources, &Options::default());
    assert_eq!(
        text,
        "::error file=规则/a b.strat,line=2,endLine=2,col=7,endColumn=9,title=sample-unknown::nothing is called `余额`%0A\
         looked in customers%0Ahelp: did you mean `账户余额`?\n\
         ::warning file=规则/a b.strat,line=3,endLine=3,col=1,endColumn=5,title=sample-style::100%25 odd,%0Areally: yes\n"
    );
}

#[test]
fn long_lists_are_cut_per_file_but_errors_survive() {
    let (sources, problems) = sample();
    let mut many = vec![problems[1].clone(); 60];
    many.push(problems[0].clone());
    let text = short(&many, &sources, &Options::default());
    assert_eq!(text.lines().count(), 51);
    assert!(text.contains("error[sample-unknown]"));
    assert!(text.ends_with("规则/a b.strat: and 11 more\n"));
    assert!(short(&many, &sources, &chinese()).ends_with("规则/a b.strat：另有 11 个\n"));
    assert_eq!(summary(&many, Language::English), "1 error, 60 warnings in 1 file; 1 can be fixed with --fix");
    assert_eq!(summary(&many, Language::Chinese), "1 个文件中有 1 个错误、60 个警告；其中 1 个可用 --fix 修复");
    assert_eq!(summary(&[], Language::English), "no problems");
}

#[test]
fn colours_only_when_asked() {
    let (sources, problems) = sample();
    assert!(human(&problems, &sources, &Options { colour: true, ..Options::default() }).contains('\u{1b}'));
    assert!(!human(&problems, &sources, &Options::default()).contains('\u{1b}'));
}
