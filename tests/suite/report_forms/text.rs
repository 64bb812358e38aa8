//! The comment for a pull request.

use super::{empty, sample};
use strat::diag::Language;
use strat::report::markdown::markdown;

#[test]
fn the_verdict_comes_first_in_both_languages() {
    for (language, order) in [
        (Language::English, ["**Ship with watch**", "What to do", "### Goals", "**Can it be trusted**", "### Proposals", "## Details"]),
        (Language::Chinese, ["**边推广边观察**", "行动", "### 目标", "**可信度**", "### 建议", "## 详情"]),
    ] {
        let text = markdown(&sample(), language);
        let places = order.map(|words| text.find(words).unwrap_or_else(|| panic!("{words} in\n{text}")));
        assert!(places.is_sorted(), "{places:?}");
        assert_eq!(text.matches("<details>").count(), text.matches("</details>").count());
    }
    let text = markdown(&sample(), Language::English);
    assert!(text.contains("+1.02 pp (+0.64 pp to +1.40 pp)"), "{text}");
    assert!(text.contains("● green 4 · ▲ amber 1 · ■ red 1"), "{text}");
    assert!(text.contains("withheld, because the control mean cannot be told from zero"));
    assert!(text.contains("40% → 50%"));
}

/// Cells of every table line, escaped bars not counted.
fn widths(text: &str) -> Vec<usize> {
    text.lines().filter(|line| line.starts_with('|')).map(|line| line.replace("\\|", "").matches('|').count()).collect()
}

#[test]
fn names_break_no_table_and_start_no_markup() {
    let text = markdown(&sample(), Language::Chinese);
    assert!(text.contains("开卡激活 &lt;b&gt;\\|\\`x\\`"), "{text}");
    assert!(!text.contains("<b>"));
    let mut rows = text.split("\n\n").filter(|part| part.starts_with('|'));
    assert!(rows.all(|table| {
        let widths = widths(table);
        widths.iter().all(|width| *width == widths[0])
    }));
    assert!(widths(&text).len() > 100);
}

#[test]
fn a_judgement_of_nothing_is_still_a_comment() {
    let text = markdown(&empty(), Language::English);
    assert!(text.starts_with("# Evaluation · empty"));
}
