//! Language and colours from flags and environment. The environment is read here and nowhere else.

use super::arguments::ColourChoice;
use std::env;
use strat::diag::Language;

/// The language before the command line is understood: `--lang` where it stands, then STRAT_LANG, LC_ALL, LANG.
pub fn language(words: &[String]) -> Language {
    let flag = after_flag(words, "--lang");
    from(flag.as_deref(), |name| env::var(name).ok())
}

/// The value of a flag as typed, `--flag value` or `--flag=value`; the last one counts.
pub fn after_flag(words: &[String], flag: &str) -> Option<String> {
    let mut found = None;
    for (at, word) in words.iter().enumerate() {
        match word.strip_prefix(flag) {
            Some("") => found = words.get(at + 1).cloned(),
            Some(rest) => found = rest.strip_prefix('=').map(String::from).or(found),
            None if word == "--" => break,
            None => {}
        }
    }
    found
}

fn from(flag: Option<&str>, variable: impl Fn(&str) -> Option<String>) -> Language {
    let chinese = |name: &str| name.to_ascii_lowercase().starts_with("zh");
    if let Some(flag) = flag {
        return if chinese(flag) { Language::Chinese } else { Language::English };
    }
    let first = ["STRAT_LANG", "LC_ALL", "LANG"].into_iter().find_map(|name| variable(name).filter(|value| !value.is_empty()));
    if first.is_some_and(|value| chinese(&value)) { Language::Chinese } else { Language::English }
}

/// Whether to colour a stream: the flag, then NO_COLOR, then FORCE_COLOR, then whether a person sees it.
pub fn colour(choice: ColourChoice, is_terminal: bool) -> bool {
    decide(choice, is_terminal, |name| env::var(name).ok())
}

fn decide(choice: ColourChoice, is_terminal: bool, variable: impl Fn(&str) -> Option<String>) -> bool {
    let set = |name: &str| variable(name).is_some_and(|value| !value.is_empty());
    match choice {
        ColourChoice::Always => true,
        ColourChoice::Never => false,
        ColourChoice::Auto if set("NO_COLOR") => false,
        ColourChoice::Auto if set("FORCE_COLOR") => variable("FORCE_COLOR").as_deref() != Some("0"),
        ColourChoice::Auto => is_terminal && variable("TERM").as_deref() != Some("dumb"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with<'a>(pairs: &'a [(&str, &str)]) -> impl Fn(&str) -> Option<String> + 'a {
        |name| pairs.iter().find(|(known, _)| *known == name).map(|(_, value)| String::from(*value))
    }

    #[test]
    fn the_flag_wins_then_our_variable_then_the_system() {
        assert_eq!(from(Some("zh"), with(&[("LANG", "en_US.UTF-8")])), Language::Chinese);
        assert_eq!(from(Some("en"), with(&[("STRAT_LANG", "zh")])), Language::English);
        assert_eq!(from(None, with(&[("STRAT_LANG", "en"), ("LANG", "zh_CN.UTF-8")])), Language::English);
        assert_eq!(from(None, with(&[("LC_ALL", ""), ("LANG", "zh_CN.UTF-8")])), Language::Chinese);
        assert_eq!(from(None, with(&[("LC_ALL", "C"), ("LANG", "zh_CN.UTF-8")])), Language::English);
        assert_eq!(from(None, with(&[])), Language::English);
    }

    #[test]
    fn flags_are_found_as_typed() {
        let words = |text: &str| text.split(' ').map(String::from).collect::<Vec<_>>();
        assert_eq!(after_flag(&words("strat check --lang zh"), "--lang").as_deref(), Some("zh"));
        assert_eq!(after_flag(&words("strat --lang=en check --lang=zh"), "--lang").as_deref(), Some("zh"));
        assert_eq!(after_flag(&words("strat check -- --lang zh"), "--lang"), None);
        assert_eq!(after_flag(&words("strat check --language zh"), "--lang"), None);
    }

    #[test]
    fn no_colour_beats_force_colour_beats_the_terminal() {
        let both = [("NO_COLOR", "1"), ("FORCE_COLOR", "1")];
        assert!(!decide(ColourChoice::Auto, true, with(&both)));
        assert!(decide(ColourChoice::Always, false, with(&both)));
        assert!(decide(ColourChoice::Auto, false, with(&[("FORCE_COLOR", "1")])));
        assert!(!decide(ColourChoice::Auto, true, with(&[("FORCE_COLOR", "0")])));
        assert!(decide(ColourChoice::Auto, true, with(&[])));
        assert!(!decide(ColourChoice::Auto, false, with(&[])));
        assert!(!decide(ColourChoice::Never, true, with(&[])));
    }
}
