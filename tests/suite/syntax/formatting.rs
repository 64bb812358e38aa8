//! The formatter keeps comments and meaning, and formatting twice changes nothing more.

use super::drafts::samples;
use super::{comments, read, shape};
use strat::syntax::format;

/// All invariants for a text that parses.
pub(super) fn check_invariants(name: &str, text: &str) {
    let Ok(once) = format(text) else { return };
    let twice = format(&once).unwrap_or_else(|problems| panic!("{name}: the result does not parse: {problems:?}\n{once}"));
    assert_eq!(once, twice, "{name}: formatting twice differs, input:\n{text}");
    assert_eq!(comments(text), comments(&once), "{name}: comments, input:\n{text}");
    assert_eq!(shape(&read(text).file), shape(&read(&once).file), "{name}: tree, input:\n{text}");
    for line in once.lines() {
        assert_eq!(line.trim_end(), line, "{name}: blanks at the end of a line");
    }
    assert!(!once.contains("\n\n\n"), "{name}: two blank lines in a row");
}

#[test]
fn samples_keep_comments_and_meaning() {
    for (name, text) in samples() {
        assert!(format(&text).is_ok(), "{name}");
        check_invariants(&name, &text);
    }
}

#[test]
fn a_text_with_mistakes_is_left_alone() {
    assert!(format("param a = ").is_err());
    assert!(format("param a ＝ 1").is_err());
    assert_eq!(format("").unwrap(), "");
    assert_eq!(format("\u{feff}# only a comment").unwrap(), "# only a comment\n");
}

#[test]
fn one_style() {
    let messy = "param a=1 in 0..2\nparam long_name   = 20 in 0 .. 30\nfeature x=sum( t.a   where b=\"c\" ,last 3 days )*-2\n\n\n\nstrategy s{owner \"甲\" approver \"乙\" plan{send sms using t}}\nsegment q = a";
    let tidy = "param a         = 1  in 0 .. 2\nparam long_name = 20 in 0 .. 30\nfeature x = sum(t.a where b = \"c\", last 3 days) * -2\n\nstrategy s {\n  owner \"甲\"\n  approver \"乙\"\n  plan { send sms using t }\n}\n\nsegment q = a\n";
    assert_eq!(format(messy).unwrap(), tidy);
}

#[test]
fn rows_line_up_by_display_width() {
    let text = "tiers w {\nwealth \"财富客户\" when a >= 50万元\nmass \"大众\" when a >= 5万元 because \"x\"\ntail otherwise\n}\n";
    let tidy = "tiers w {\n  wealth \"财富客户\" when a >= 50万元\n  mass   \"大众\"     when a >= 5万元 because \"x\"\n  tail              otherwise\n}\n";
    assert_eq!(format(text).unwrap(), tidy);
}
