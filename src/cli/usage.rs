//! Wrong command lines, in our own words and as a problem like any other.

use super::arguments::Arguments;
use super::problems::BAD_COMMAND_LINE;
use clap::CommandFactory;
use clap::error::{ContextKind, ContextValue, ErrorKind};
use strat::diag::nearest::nearest;
use strat::diag::render::NOWHERE;
use strat::diag::{Language, Problem};

/// What is wrong with the command line, and what may have been meant.
pub fn problem(error: &clap::Error, language: Language) -> Problem {
    let chinese = language == Language::Chinese;
    let advice = advice(error, chinese);
    Problem::new(&BAD_COMMAND_LINE, NOWHERE).with("what", what(error, chinese)).with("advice", advice)
}

fn what(error: &clap::Error, chinese: bool) -> String {
    let given = context(error, &[ContextKind::InvalidArg, ContextKind::InvalidSubcommand]);
    let value = context(error, &[ContextKind::InvalidValue]);
    match error.kind() {
        ErrorKind::UnknownArgument if chinese => format!("不认识 `{given}`"),
        ErrorKind::UnknownArgument => format!("`{given}` is not known"),
        ErrorKind::InvalidSubcommand if chinese => format!("没有命令 `{given}`"),
        ErrorKind::InvalidSubcommand => format!("there is no command `{given}`"),
        ErrorKind::InvalidValue | ErrorKind::ValueValidation if chinese => format!("`{given}` 不能取 `{value}`"),
        ErrorKind::InvalidValue | ErrorKind::ValueValidation => format!("`{given}` cannot be `{value}`"),
        ErrorKind::MissingRequiredArgument if chinese => format!("缺少 {given}"),
        ErrorKind::MissingRequiredArgument => format!("{given} is missing"),
        ErrorKind::ArgumentConflict if chinese => format!("`{given}` 不能与 `{}` 同时使用", context(error, &[ContextKind::PriorArg])),
        ErrorKind::ArgumentConflict => format!("`{given}` cannot be used with `{}`", context(error, &[ContextKind::PriorArg])),
        ErrorKind::NoEquals | ErrorKind::TooManyValues | ErrorKind::TooFewValues | ErrorKind::WrongNumberOfValues if chinese => {
            format!("`{given}` 的取值个数不对")
        }
        ErrorKind::NoEquals | ErrorKind::TooManyValues | ErrorKind::TooFewValues | ErrorKind::WrongNumberOfValues => {
            format!("`{given}` has the wrong number of values")
        }
        // The list of kinds is open-ended in the parser's library.
        _ if chinese => String::from("命令行无法理解"),
        _ => String::from("the command line makes no sense"),
    }
}

fn advice(error: &clap::Error, chinese: bool) -> String {
    let known = context(error, &[ContextKind::ValidValue, ContextKind::ValidSubcommand]);
    let meant = meant(error);
    match (meant.is_empty(), known.is_empty(), chinese) {
        (false, _, true) => format!("是不是 `{meant}`？"),
        (false, _, false) => format!("did you mean `{meant}`?"),
        (true, false, true) => format!("可用：{known}"),
        (true, false, false) => format!("known: {known}"),
        (true, true, true) => String::from("运行 strat --help 查看用法"),
        (true, true, false) => String::from("strat --help shows what can be said"),
    }
}

/// The closest flag, command or value; swapped letters are ours to find.
fn meant(error: &clap::Error) -> String {
    let kinds = [ContextKind::SuggestedArg, ContextKind::SuggestedSubcommand, ContextKind::SuggestedValue, ContextKind::SuggestedCommand];
    let offered = context(error, &kinds);
    let given = context(error, &[ContextKind::InvalidArg]);
    let Some(flag) = given.strip_prefix("--").filter(|_| offered.is_empty() && error.kind() == ErrorKind::UnknownArgument) else {
        return offered;
    };
    let command = Arguments::command();
    let all = std::iter::once(&command).chain(command.get_subcommands()).flat_map(clap::Command::get_arguments);
    let flags: Vec<&str> = all.filter_map(clap::Arg::get_long).collect();
    nearest(flag, flags.into_iter()).first().map(|best| format!("--{best}")).unwrap_or_default()
}

fn context(error: &clap::Error, kinds: &[ContextKind]) -> String {
    let text = |value: &ContextValue| match value {
        ContextValue::String(text) => text.clone(),
        ContextValue::Strings(texts) => texts.join(", "),
        ContextValue::StyledStr(text) => text.to_string(),
        ContextValue::Number(number) => number.to_string(),
        _ => String::new(),
    };
    kinds.iter().find_map(|kind| error.get(*kind).map(text)).unwrap_or_default()
}
