//! Which known names a wrong one may have meant.
//!
//! Latin names are compared by edits, Chinese ones by the characters they share: edit distance says nothing about
//! names of three characters, while 最后交易日 and 交易时间 clearly speak of the same thing.

use std::cmp::Reverse;
use std::collections::BTreeSet;

/// How many names are offered at most.
const OFFERED: usize = 3;

/// The plausible meanings of `wanted` among `known`: best first, at most three, the order of `known` among equals, none when
/// nothing comes close. Case and the width of letters do not count.
#[must_use]
pub fn nearest<'a>(wanted: &str, known: impl Iterator<Item = &'a str>) -> Vec<&'a str> {
    let wanted = folded(wanted);
    let mut seen = BTreeSet::new();
    let mut found: Vec<(Reverse<u32>, &'a str)> = known
        .filter(|name| seen.insert(*name))
        .filter_map(|name| likeness(&wanted, &folded(name)).map(|likeness| (Reverse(likeness), name)))
        .collect();
    found.sort_by_key(|(likeness, _)| *likeness);
    found.into_iter().take(OFFERED).map(|(_, name)| name).collect()
}

/// Lower case, full-width letters as ordinary ones.
fn folded(name: &str) -> Vec<char> {
    use unicode_normalization::UnicodeNormalization;
    name.nfkc().flat_map(char::to_lowercase).collect()
}

/// How alike two folded names are, in thousandths, when alike enough to be worth offering.
fn likeness(wanted: &[char], known: &[char]) -> Option<u32> {
    if wanted.is_empty() || known.is_empty() {
        return None;
    }
    if wanted == known {
        return Some(1000);
    }
    if wanted.iter().copied().any(is_han) && known.iter().copied().any(is_han) {
        return shared_characters(wanted, known);
    }
    by_edits(wanted, known).or_else(|| by_words(wanted, known))
}

/// Han characters, the planes beyond the first included.
fn is_han(c: char) -> bool {
    matches!(c, '\u{3400}'..='\u{4DBF}' | '\u{4E00}'..='\u{9FFF}' | '\u{F900}'..='\u{FAFF}' | '\u{20000}'..='\u{323AF}')
}

/// Edits with swaps, at most one for every three characters and one for short names.
fn by_edits(wanted: &[char], known: &[char]) -> Option<u32> {
    let longer = wanted.len().max(known.len());
    let allowed = if longer <= 2 { 0 } else { (longer / 3).max(1) };
    let edits = strsim::generic_damerau_levenshtein(wanted, known);
    let kept = thousandths(longer.saturating_sub(edits), longer);
    if edits <= allowed { Some(kept) } else { None }
}

/// The same words in another order, or one name holding the words of the other: `amount_txn`, `aum` for `aum_now`.
fn by_words(wanted: &[char], known: &[char]) -> Option<u32> {
    let words = |name: &[char]| -> BTreeSet<String> {
        name.split(|c| matches!(c, '_' | '.' | '-' | ' ')).filter(|w| w.len() >= 2).map(|w| w.iter().collect()).collect()
    };
    let (mine, theirs) = (words(wanted), words(known));
    let shared = mine.intersection(&theirs).count();
    let most = mine.len().max(theirs.len());
    if shared == 0 || shared < mine.len().min(theirs.len()) {
        return None;
    }
    Some(thousandths(shared, most).min(600))
}

/// Twice the shared characters over all characters, neighbours that stay together counting again.
fn shared_characters(wanted: &[char], known: &[char]) -> Option<u32> {
    let shared = overlap(wanted.iter().collect(), known.iter().collect());
    let pairs = overlap(wanted.windows(2).collect(), known.windows(2).collect());
    let shorter = wanted.len().min(known.len());
    let enough = match shorter {
        0 | 1 => shared >= 1 && wanted.len().max(known.len()) <= 2,
        2 => shared >= 1 && (pairs >= 1 || wanted.len().max(known.len()) <= 3),
        _ => pairs >= 1 || shared * 2 > shorter,
    };
    if !enough {
        return None;
    }
    Some(thousandths(2 * (shared + pairs), 2 * (wanted.len() + known.len())))
}

/// How many items two lists have in common, repeats counted.
fn overlap<T: Ord>(mut left: Vec<T>, mut right: Vec<T>) -> usize {
    left.sort();
    right.sort();
    let mut right = right.into_iter().peekable();
    let mut common = 0;
    for item in left {
        while right.next_if(|other| *other < item).is_some() {}
        if right.next_if(|other| *other == item).is_some() {
            common += 1;
        }
    }
    common
}

fn thousandths(part: usize, whole: usize) -> u32 {
    u32::try_from(part * 1000 / whole.max(1)).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::nearest;

    fn among(wanted: &str, known: &[&'static str]) -> Vec<&'static str> {
        nearest(wanted, known.iter().copied())
    }

    #[test]
    fn a_slip_of_the_finger_is_found() {
        let known = ["customer_id", "status", "salutation", "amount"];
        assert_eq!(among("custmer_id", &known), ["customer_id"]);
        assert_eq!(among("statsu", &known), ["status"]);
        assert_eq!(among("Amount", &known), ["amount"]);
        assert_eq!(among("ｓｔａｔｕｓ", &known), ["status"]);
    }

    #[test]
    fn nothing_is_offered_for_a_stranger() {
        assert!(among("xyz", &["customer_id", "status"]).is_empty());
        assert!(among("", &["a"]).is_empty());
        assert!(among("ab", &["cd", "ac"]).is_empty());
        assert!(among("风险", &["客户等级", "交易时间"]).is_empty());
    }

    #[test]
    fn words_in_another_order_and_parts_are_found() {
        assert_eq!(among("now_aum", &["quiet_days", "aum_now"]), ["aum_now"]);
        assert_eq!(among("aum", &["aum_now", "quiet_days"]), ["aum_now"]);
    }

    #[test]
    fn chinese_names_are_found_by_shared_characters() {
        assert_eq!(among("最后交易日", &["客户等级", "交易时间", "开户日期"]).first(), Some(&"交易时间"));
        assert_eq!(among("客户号码", &["客户号", "机构号"]).first(), Some(&"客户号"));
        assert_eq!(among("帐户", &["账户", "余额"]), ["账户"]);
        assert_eq!(among("资产余额", &["余额", "客户姓名"]), ["余额"]);
        assert_eq!(among("𠮷野家", &["吉野家", "其他"]), ["吉野家"]);
    }

    #[test]
    fn equals_keep_their_order_and_three_are_enough() {
        assert_eq!(among("wave9", &["wave1", "wave2", "wave3", "wave4"]), ["wave1", "wave2", "wave3"]);
        assert_eq!(among("wave9", &["wave4", "wave1", "wave4"]), ["wave4", "wave1"]);
    }
}
