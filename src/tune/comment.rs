//! The comment above a change: the reason, the numbers, what it was judged on, and the next decision.

use super::{Change, grouped};
use crate::diag::Language;
use crate::evaluate::evaluation::Evaluation;
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// Every line of ours begins with this word after its `#`.
const SIGN: &str = "tune";
/// Terminal cells of a line.
const WIDTH: usize = 100;
/// Digits of a program's hash, as in the lists of a run.
const DIGITS: usize = 12;

/// Whether a line is the comment of an earlier judgement.
pub(super) fn is_ours(line: &str) -> bool {
    let rest = line.trim_start();
    let words = rest.trim_start_matches('#');
    words.len() < rest.len() && words.trim_start().strip_prefix(SIGN).is_some_and(|rest| rest.starts_with(char::is_whitespace))
}

/// The lines above a change, each with its `#` and without a line break. `hashes` is `##` above declarations, `#` inside blocks.
pub(super) fn lines(change: &Change, evaluation: &Evaluation, language: Language, hashes: &str, indent: &str) -> Vec<String> {
    let program: String = evaluation.program_hash.chars().take(DIGITS).collect();
    // Seconds are of no interest where there are none.
    let whole_minute = evaluation.as_of.strip_suffix(":00").filter(|minute| minute.len() == "2025-07-01 00:00".len());
    let day = whole_minute.unwrap_or(evaluation.as_of.as_str());
    let because: Vec<&str> = change.because.iter().map(|words| words.of(language)).filter(|text| !text.is_empty()).collect();
    let summary = &change.summary;
    let mut sentences = vec![match language {
        Language::English => format!("{day}, program {program}: {summary}"),
        Language::Chinese => format!("{day}，程序 {program}：{summary}"),
    }];
    sentences.extend(because.into_iter().map(|text| text.split_whitespace().collect::<Vec<_>>().join(" ")));
    sentences.extend(next(change, language));
    let start = format!("{indent}{hashes} {SIGN} ");
    sentences
        .iter()
        .flat_map(|sentence| wrapped(sentence, WIDTH.saturating_sub(start.width())))
        .map(|line| format!("{start}{line}"))
        .collect()
}

fn next(change: &Change, language: Language) -> Option<String> {
    let units = change.next_units.filter(|units| *units > 0.0).map(grouped);
    Some(match (language, units, &change.next_date) {
        (Language::English, Some(units), Some(day)) => format!("next decision: {units} customers, {day}"),
        (Language::English, Some(units), None) => format!("next decision: {units} customers"),
        (Language::English, None, Some(day)) => format!("next decision: {day}"),
        (Language::Chinese, Some(units), Some(day)) => format!("下次决策：{units} 位客户，{day}"),
        (Language::Chinese, Some(units), None) => format!("下次决策：{units} 位客户"),
        (Language::Chinese, None, Some(day)) => format!("下次决策：{day}"),
        (Language::English | Language::Chinese, None, None) => return None,
    })
}

/// A sentence in lines of at most so many cells; Chinese breaks between any two characters, other words at blanks.
fn wrapped(sentence: &str, width: usize) -> Vec<String> {
    let mut lines = Vec::new();
    let (mut line, mut cells) = (String::new(), 0);
    for piece in pieces(sentence) {
        let wide = piece.width();
        if cells + piece.trim_end().width() > width && !line.is_empty() {
            lines.push(line.trim_end().to_owned());
            (line, cells) = (String::new(), 0);
        }
        line.push_str(piece);
        cells += wide;
    }
    if !line.trim().is_empty() {
        lines.push(line.trim_end().to_owned());
    }
    lines
}

/// Pieces between which a line may break: words with the blanks behind them, wide characters one by one with the marks that follow.
fn pieces(sentence: &str) -> Vec<&str> {
    let wide = |character: char| character.width().unwrap_or(0) > 1;
    let mark = |character: char| "，。；：、）！？%".contains(character);
    let mut out = Vec::new();
    let mut start = 0;
    let mut before: Option<char> = None;
    for (at, character) in sentence.char_indices() {
        let breaks = before.is_some_and(|before| {
            (before == ' ' && character != ' ') || ((wide(before) || wide(character)) && !mark(character) && character != ' ')
        });
        if breaks {
            out.extend(sentence.get(start..at));
            start = at;
        }
        before = Some(character);
    }
    out.extend(sentence.get(start..));
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_our_comments_are_ours() {
        for ours in ["# tune 2025", "  ## tune x", "#  tune 2"] {
            assert!(is_ours(ours), "{ours}");
        }
        for other in ["# tuned by hand", "tune 2025", "arms { tune 10% }", "# the tune plays", "#tune"] {
            assert!(!is_ours(other), "{other}");
        }
    }

    #[test]
    fn lines_are_not_too_long_in_either_script_and_lose_nothing() {
        for sentence in ["one two three four five six seven eight", "唤醒组比对照组高出很多，样本已经足够，建议全部改用唤醒组 wake 90%"]
        {
            let lines = wrapped(sentence, 16);
            assert!(lines.len() > 2 && lines.iter().all(|line| line.width() <= 18), "{lines:?}");
            assert_eq!(lines.concat().replace(' ', ""), sentence.replace(' ', ""));
        }
    }
}
