//! Keywords in free text, with a look back for a negation.

use super::Builtin;
use crate::types::{Physical, Type, Value};

pub(super) static ALL: &[&Builtin] = &[&FIND_WORDS];

/// Between the parts of a keyword table and between the words of a part; neither occurs in text people write.
const PART: char = '\u{1e}';
const WORD: char = '\u{1f}';

/// Words that hold the sign of a negation and negate nothing.
const NO_NEGATION: [&str; 16] =
    ["特别", "分别", "个别", "级别", "性别", "区别", "类别", "识别", "告别", "不过", "不仅", "不但", "不管", "不论", "无论", "没问题"];

/// A keyword table as the constant that [`find_words`](FIND_WORDS) takes: the window in characters, the words that negate, and the
/// keywords of each row.
#[must_use]
pub fn keyword_table(window: i64, negations: &[String], rows: &[Vec<String>]) -> String {
    let joined = |words: &[String]| words.iter().map(|word| word.to_lowercase()).collect::<Vec<_>>().join(&WORD.to_string());
    let mut parts = vec![window.to_string(), joined(negations)];
    parts.extend(rows.iter().map(|row| joined(row)));
    parts.join(&PART.to_string())
}

static FIND_WORDS: Builtin = Builtin {
    name: "find_words",
    signature: "find_words(text, table) -> int",
    documentation: "The place from 0 of the first row one of whose keywords stands in the text without a negation before it; -1 when there is none. Case does not matter. A negation counts up to the window in characters before the keyword, not beyond a punctuation mark.",
    example: "find_words(\"同意\", \"4\") = -1",
    result: |types| match types {
        [a, b] if a.physical() == Physical::Text && b.physical() == Physical::Text => Some(Type::Int),
        _ => None,
    },
    partial: false,
    internal: true,
    row: |values| match (values.first().and_then(Value::as_text), values.get(1).and_then(Value::as_text)) {
        (Some(text), Some(table)) => Value::Int(find_words(&text.to_lowercase(), table)),
        (_, _) => Value::Missing,
    },
    #[cfg(feature = "engine")]
    frame: None,
};

fn find_words(text: &str, table: &str) -> i64 {
    let mut parts = table.split(PART);
    let window = parts.next().and_then(|window| window.parse().ok()).unwrap_or(0);
    let negations: Vec<&str> = parts.next().unwrap_or("").split(WORD).filter(|word| !word.is_empty()).collect();
    let stands = |word: &str| {
        let mut places = text.match_indices(word).map(|(at, _)| at);
        places.any(|at| !text.get(..at).is_some_and(|before| negated(before, window, &negations)))
    };
    let found = parts.position(|row| row.split(WORD).any(|word| !word.is_empty() && stands(word)));
    found.and_then(|row| i64::try_from(row).ok()).unwrap_or(-1)
}

/// Whether a negation stands in the last characters of a text, after its last punctuation mark.
fn negated(before: &str, window: usize, negations: &[&str]) -> bool {
    let is_mark = |sign: char| sign.is_ascii_punctuation() || sign.is_whitespace() || "，。！？；：、…“”（）《》".contains(sign);
    let clause = before.rsplit(is_mark).next().unwrap_or(before);
    let start = clause.char_indices().rev().take(window).last().map_or(clause.len(), |(at, _)| at);
    negations.iter().any(|word| clause.match_indices(word).any(|(at, _)| at >= start && !inside_other_word(clause, at, word.len())))
}

/// `别` inside `特别` says nothing about what follows.
fn inside_other_word(clause: &str, at: usize, length: usize) -> bool {
    NO_NEGATION.iter().any(|other| clause.match_indices(other).any(|(start, _)| start <= at && at + length <= start + other.len()))
}

#[cfg(test)]
mod tests {
    use super::{find_words, keyword_table};

    fn table() -> String {
        let row = |words: &[&str]| words.iter().map(|word| (*word).to_string()).collect::<Vec<String>>();
        keyword_table(4, &row(&["不", "别"]), &[row(&["同意", "OK"]), row(&["考虑", "再说"]), row(&["不需要", "不同意", "别打"])])
    }

    #[test]
    fn a_keyword_counts_unless_negated_close_before() {
        for (text, row) in [
            ("我同意", 0),
            ("ok 吧", 0),
            ("不同意", 2),
            ("我不太想同意", -1),
            ("不，我同意", 0),
            ("特别同意", 0),
            ("不知道你说的什么总之同意", 0),
            ("不需要，同意什么", 0),
            ("再说吧", 1),
            ("没听清", -1),
            ("", -1),
        ] {
            assert_eq!(find_words(text, &table()), row, "{text}");
        }
    }
}
