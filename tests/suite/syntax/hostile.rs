//! Input nobody would write: nothing panics, nothing takes long.

use super::drafts::samples;
use super::formatting::check_invariants;
use super::{found, names, read};
use rand::{RngExt, SeedableRng};
use rand_pcg::Pcg64;
use std::time::{Duration, Instant};

#[test]
fn deep_nesting_is_one_clear_error() {
    for (open, close) in [("(", ")"), ("[", "]"), ("f(", ")"), ("last(", ")"), ("since (", ")"), ("days since (", ")"), ("{", "}")] {
        let text = format!("param p = 1\nfeature f = {}1{}\nparam q = 2\n", open.repeat(10_000), close.repeat(10_000));
        assert_eq!(found(&text), ["2 nested-too-deep"], "{open}");
        assert_eq!(names(&read(&text).file), ["p", "q"]);
    }
    let allowed = format!("feature f = {}1{}", "(".repeat(100), ")".repeat(100));
    assert_eq!(found(&allowed), Vec::<String>::new());
    let calls = format!("feature f = {}1{}", "f(last(".repeat(50), "))".repeat(50));
    assert_eq!(found(&calls), Vec::<String>::new());
}

/// How long reading takes, the shorter of two tries.
fn reading(text: &str) -> Duration {
    let lap = || {
        let start = Instant::now();
        let _ = read(text);
        start.elapsed()
    };
    lap().min(lap())
}

/// Four times the text may take four times as long, and much more for noise, but not sixteen times.
fn assert_no_worse_than_linear(what: &str, text: impl Fn(usize) -> String, size: usize) {
    let (quarter, whole) = (reading(&text(size / 4)), reading(&text(size)));
    println!("{what:?}: {quarter:?}, four times as much: {whole:?}");
    assert!(whole < quarter * 11 + Duration::from_millis(500), "{what:?}: {quarter:?}, four times as much: {whole:?}");
}

#[test]
fn unclosed_brackets_and_long_chains_cost_nothing() {
    for open in ["(", "[", "f(", "last(", "f(last(", "{", "x in ("] {
        let text = format!("feature f = {}1 +\nparam q = 2\n", open.repeat(45));
        assert!(!found(&text).is_empty());
    }
    for chain in ["not ", "- ", "a and ", "a + ", "days since ", "a ?? "] {
        let text = |count| format!("feature f = {}a\nparam q = 2\n", chain.repeat(count));
        let parsed = read(&text(20_000));
        assert!(!parsed.problems.is_empty() && parsed.problems.len() < 3, "{chain}: {}", parsed.problems.len());
        assert_no_worse_than_linear(chain, text, 20_000);
    }
    let list = format!("feature f = [{}1]\n", "1, ".repeat(50_000));
    let once = strat::syntax::format(&list).unwrap();
    assert_eq!(strat::syntax::format(&once).as_ref(), Ok(&once));
    for sign in ["「", "‘", "\"", "'", "，", "# strat: x\n", "## d\n", "\"\n"] {
        assert_no_worse_than_linear(sign, |count| sign.repeat(count), 20_000);
    }
}

#[test]
fn odd_bytes() {
    assert_eq!(found("param p\0 = 1"), ["1 control-character"]);
    assert_eq!(found("\u{feff}param p = 1\r\nparam q = 2\r\n"), Vec::<String>::new());
    assert_eq!(found("param p = 1\u{200b}"), ["1 control-character"]);
    assert_eq!(found("param p = 9999999999999999999999"), ["1 number-too-large"]);
    let decomposed = read("param cafe\u{301} = 1");
    assert_eq!(names(&decomposed.file), ["café"]);
    assert_eq!(found("param \u{430}\u{431} = 1\nparam p\u{430} = 1"), ["2 look-alike-letters"]);
    for text in
        ["", " ", "\n", "#", "##", "\"", "'", "“", "{", "}", "(", "\\", "\u{3000}", "。", "１", "# strat:", "param", "test \"", "\r"]
    {
        let _ = read(text);
        let _ = strat::syntax::format(text);
    }
}

#[test]
fn three_megabytes() {
    let sample = samples().into_iter().find(|(name, _)| name == "every_form.strat").unwrap().1;
    let text = |size: usize| sample.repeat(size / sample.len());
    let parsed = read(&text(3_000_000));
    assert!(parsed.problems.is_empty());
    assert_no_worse_than_linear("a third of it", text, 1_000_000);
}

/// Pieces that mean something, to reach deep into the grammar.
const SOUP: &[&str] = &[
    "param",
    "feature",
    "strategy",
    "tiers",
    "test",
    "entity",
    "policy",
    "template",
    "x",
    "客户",
    "a.b",
    "=",
    "{",
    "}",
    "(",
    ")",
    "[",
    "]",
    ",",
    ":",
    "\"甲{a|b}\"",
    "\"",
    "when",
    "otherwise",
    "where",
    "in",
    "last",
    "3 days",
    "5万元",
    "30%",
    "2026-01-01",
    "09:00",
    "..",
    "->",
    "and",
    "or",
    "not",
    "-",
    "+",
    "<=",
    "??",
    "send",
    "do",
    "by",
    "plan",
    "wave",
    "on",
    "while",
    "again",
    "after",
    "exclude",
    "at most",
    "goal",
    "target",
    "# c\n",
    "## d\n",
    "\n",
    "\n\n",
    "，",
    "（",
    "“",
    "¥80",
    "&&",
    "\u{3000}",
    "é",
    "𝒳",
    "\0",
    "；",
    "if",
    "is",
    "missing",
    "given",
    "expect",
    "nothing",
    "for",
    "sms",
    "using",
    "because",
    "key",
    "ref",
    "text?",
    "\\",
    "'",
    "３",
];

fn random_text(random: &mut Pcg64, samples: &[(String, String)]) -> String {
    if random.random_range(0..3) == 0 {
        let length = random.random_range(1..60);
        let words: Vec<&str> = (0..length).map(|_| SOUP[random.random_range(0..SOUP.len())]).collect();
        return words.join(if random.random_bool(0.8) { " " } else { "" });
    }
    let (_, sample) = &samples[random.random_range(0..samples.len())];
    let mut letters: Vec<char> = sample.chars().collect();
    let start = random.random_range(0..letters.len());
    let length = random.random_range(1..1500).min(letters.len() - start);
    letters = letters[start..start + length].to_vec();
    if random.random_bool(0.5) {
        let line = letters.iter().position(|letter| *letter == '\n').unwrap_or(0);
        letters.drain(..line);
    }
    for _ in 0..random.random_range(0..4) {
        let at = random.random_range(0..=letters.len());
        match random.random_range(0..4) {
            0 if at < letters.len() => {
                letters.remove(at);
            }
            1 => letters.splice(at..at, SOUP[random.random_range(0..SOUP.len())].chars()).for_each(drop),
            2 => {
                let end = (at + random.random_range(0..12)).min(letters.len());
                letters.drain(at..end);
            }
            _ if at + 1 < letters.len() => letters.swap(at, at + 1),
            _ => {}
        }
    }
    letters.into_iter().collect()
}

/// Whole declarations of a sample in random order, with random line breaks and comments between their words.
fn reshaped(random: &mut Pcg64, samples: &[(String, String)]) -> String {
    let (_, sample) = &samples[random.random_range(0..samples.len())];
    let words = super::words_of(sample);
    let mut out = String::new();
    for word in words {
        out.push_str(&word);
        match random.random_range(0..14) {
            0 => out.push('\n'),
            1 => out.push_str("\n\n"),
            2 => out.push_str(" # c\n"),
            3 => out.push_str("\n# own line\n"),
            _ => out.push(' '),
        }
    }
    out
}

fn examine(text: &str) {
    let parsed = read(text);
    for problem in &parsed.problems {
        let (start, end) = (problem.span.start as usize, problem.span.end as usize);
        assert!(start <= end && end <= text.len() && text.is_char_boundary(start) && text.is_char_boundary(end), "{problem:?}");
    }
    check_invariants("random", text);
}

#[test]
fn random_input_never_panics() {
    let mut random = Pcg64::seed_from_u64(7);
    let samples = samples();
    for _ in 0..1500 {
        examine(&random_text(&mut random, &samples));
    }
    for _ in 0..60 {
        examine(&reshaped(&mut random, &samples));
    }
    let Some(seconds) = std::env::var("STRAT_FUZZ_SECONDS").ok().and_then(|text| text.parse().ok()) else { return };
    let start = Instant::now();
    let seed = std::env::var("STRAT_FUZZ_SEED").ok().and_then(|text| text.parse().ok()).unwrap_or(8);
    let mut random = Pcg64::seed_from_u64(seed);
    let (mut texts, mut slowest) = (0_u64, Duration::ZERO);
    while start.elapsed() < Duration::from_secs(seconds) {
        texts += 105;
        let many = (0..100).map(|_| random_text(&mut random, &samples)).collect::<Vec<_>>();
        let long = (0..5).map(|_| reshaped(&mut random, &samples)).collect::<Vec<_>>();
        for text in many.into_iter().chain(long) {
            let lap = Instant::now();
            examine(&text);
            slowest = slowest.max(lap.elapsed());
        }
    }
    println!("{texts} random texts in {:?}, the slowest took {slowest:?}", start.elapsed());
}
