//! Help in Chinese. clap cannot be translated as a whole, so the command is rebuilt with our words before it parses.

use clap::{Arg, Command};
use strat::diag::Language;

/// The command in the language asked for.
pub fn localised(command: Command, language: Language) -> Command {
    match language {
        Language::English => command,
        Language::Chinese => in_chinese(command, "strat"),
    }
}

fn in_chinese(command: Command, path: &str) -> Command {
    let about = about(command.get_name()).unwrap_or_default();
    let usage = usage(&command, path);
    let names: Vec<String> = command.get_subcommands().map(|sub| sub.get_name().to_owned()).collect();
    let mut command = command
        .about(about)
        .override_usage(usage)
        .subcommand_help_heading("命令")
        .help_template("{about-with-newline}\n用法：{usage}\n\n{all-args}{after-help}")
        .mut_args(argument);
    for name in names {
        let below = format!("{path} {name}");
        command = command.mut_subcommand(name, |sub| in_chinese(sub, &below));
    }
    command
}

fn usage(command: &Command, path: &str) -> String {
    let mut usage = format!("{path} [选项]");
    for positional in command.get_positionals() {
        let name = value_name(positional.get_id().as_str());
        usage.push_str(&if positional.is_required_set() { format!(" <{name}>") } else { format!(" [{name}]") });
    }
    if command.has_subcommands() {
        usage.push_str(" <命令>");
    }
    usage
}

fn argument(argument: Arg) -> Arg {
    let id = argument.get_id().as_str().to_owned();
    let heading = if argument.is_positional() { "参数" } else { "选项" };
    let mut text = option(&id).unwrap_or_default().to_owned();
    if let Some(value) = argument.get_default_values().first().filter(|_| argument.get_action().takes_values()) {
        text.push_str(&format!("（默认 {}）", value.to_string_lossy()));
    }
    let takes_value = argument.get_action().takes_values();
    let argument = argument.help(text).help_heading(heading);
    if takes_value { argument.value_name(value_name(&id)).hide_default_value(true) } else { argument }
}

fn about(command: &str) -> Option<&'static str> {
    Some(match command {
        "strat" => "银行零售客户经营的策略语言：检查、运行、评估策略",
        "check" => "检查程序中的问题，不需要数据",
        "fmt" => "按统一格式排版程序",
        "demo" => "生成一个小型模拟银行，运行程序并显示动作清单",
        "compile" => "检查程序并写出编译结果",
        "run" => "在数据上运行项目，写出行动名单",
        "evaluate" => "评估策略和实验的结果，写出报告",
        "replay" => "用历史数据逐日回放，不动台账，显示每天会做什么",
        "forecast" => "上线前预测：触达哪些人、成本多少，各目标能否得出结论、何时得出",
        "tune" => "把评估的提议写成程序补丁，由负责人自行应用",
        "test" => "运行程序中写好的测试",
        "explain" => "解释对某个客户的决定，或按名称解释一个问题",
        "count" => "统计满足条件的客户数",
        "sample" => "生成一家虚拟银行的数据",
        "version" => "显示版本",
        _ => return None,
    })
}

fn option(id: &str) -> Option<&'static str> {
    Some(match id {
        "format" => "问题的输出形式：human、short、json、sarif 或 github",
        "lang" => "提示语言：en 或 zh（默认依次取 STRAT_LANG、LC_ALL、LANG）",
        "color" => "颜色：auto、always 或 never（auto 遵从 NO_COLOR 和 FORCE_COLOR）",
        "help" => "显示帮助",
        "version" => "显示版本",
        "paths" => "文件、文件夹或项目文件夹；- 表示标准输入（默认：当前文件夹）",
        "deny" => "把警告当作错误：--deny warnings",
        "fix" => "把安全的修复写入文件",
        "diff" => "只显示会改动的内容，不改文件",
        "stdin_filename" => "标准输入显示为哪个文件名",
        "check" => "不改文件；列出会改动的文件，有则以 1 结束",
        "file" => "入口文件或项目文件夹",
        "out" => "写到哪里",
        "project" => "项目文件夹（默认：当前文件夹）",
        "ahead" => "同时写出运行后这段时间内到期的行动，例如 24h",
        "from" => "第一天",
        "to" => "最后一天",
        "since" => "首次运行从何时开始查看事件：相当于此时点已完成过一次运行",
        "forms" => "写出哪些形式（默认：全部）：名单有 csv、parquet、xlsx，报告有 html、xlsx、md、json",
        "check_all" => "无论表多长，都检查重复主键和失效引用",
        "require_approval" => "程序的哈希不在此文件中则拒绝运行，以 4 结束",
        "data" => "数据文件夹，优先于 strat.toml",
        "as_of" => "以哪个时点为准：日期（到当天结束）或日期加时间",
        "ledger" => "台账文件夹，存放以往运行的记录，优先于 strat.toml",
        "filter" => "只运行名称含有这段文字的测试",
        "what" => "客户号，或问题名称，例如 unknown-setting",
        "baseline" => "数据说不出时，指标在不干预下的水平：名称=6%，金额写 名称=200+-350（均值和标准差）",
        "report" => "数据说不出的水平取自 strat evaluate 写出的此文件夹",
        "judged" => "strat evaluate 写出的文件夹，内含 report.json",
        "patch" => "把补丁写入此文件，不写到标准输出",
        "list" => "列出有说明页的问题",
        "strategy" => "只看这个策略",
        "expression" => "条件，或客群、分层的名称",
        "by" => "按这个字段或特征的取值分别统计",
        "customers" => "客户数",
        "show" => "最后打印动作清单的前几行（含个人信息）",
        "seed" => "随机种子，相同则数据相同",
        "tables" => "数据表的形式：csv 或 parquet",
        _ => return None,
    })
}

fn value_name(id: &str) -> &'static str {
    match id {
        "paths" => "路径",
        "format" | "tables" | "forms" => "形式",
        "lang" => "语言",
        "color" | "deny" => "取值",
        "stdin_filename" => "文件名",
        "file" => "文件",
        "out" | "data" | "ledger" | "project" | "judged" | "report" => "目录",
        "require_approval" | "patch" => "文件",
        "ahead" => "时长",
        "as_of" | "since" => "时点",
        "from" | "to" => "日期",
        "filter" => "文字",
        "what" => "客户号或问题",
        "strategy" | "by" => "名称",
        "baseline" => "名称=水平",
        "expression" => "条件",
        "customers" | "seed" | "show" => "数",
        _ => "值",
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn every_word_of_help_is_translated() {
        let command = crate::cli::arguments::Arguments::command();
        for sub in std::iter::once(&command).chain(command.get_subcommands()) {
            assert!(about(sub.get_name()).is_some(), "{}", sub.get_name());
            for argument in sub.get_arguments() {
                let id = argument.get_id().as_str();
                assert!(option(id).is_some(), "{id}");
                assert!(!argument.get_action().takes_values() || value_name(id) != "值", "{id}");
            }
        }
    }

    #[test]
    fn chinese_help_has_no_english_headings() {
        let mut command = localised(crate::cli::arguments::Arguments::command(), Language::Chinese);
        let mut texts = vec![command.render_help().to_string()];
        for sub in command.get_subcommands_mut() {
            texts.push(sub.render_help().to_string());
        }
        for text in texts {
            for word in ["Usage", "Options", "Commands", "Arguments", "default:", "possible values", "Print"] {
                assert!(!text.contains(word), "{word} in\n{text}");
            }
        }
    }
}
