//! The forecast as tables: on the terminal and as Markdown.

use super::super::super::output::summary_table;
use strat::diag::Language;
use strat::evaluate::evaluation::{Figure, Unit};
use strat::evaluate::forecast::{EffectForecast, Forecast, GoalForecast, StrategyForecast, TrialForecast};

/// One table with a line above it and lines below.
pub(super) struct Table {
    title: String,
    header: Vec<&'static str>,
    rows: Vec<Vec<String>>,
    below: Vec<String>,
}

/// Chooses between two words.
fn word(language: Language, english: &'static str, chinese: &'static str) -> &'static str {
    match language {
        Language::English => english,
        Language::Chinese => chinese,
    }
}

/// All tables of a forecast.
pub(super) fn tables(forecast: &Forecast, language: Language) -> Vec<Table> {
    let mut out = vec![audience(forecast, language), exclusions(forecast, language)];
    out.extend(forecast.trials.iter().filter(|trial| !trial.goals.is_empty()).map(|trial| goals(trial, language)));
    out.retain(|table| !table.rows.is_empty());
    out
}

/// For the terminal.
pub(super) fn text(tables: &[Table]) -> String {
    let one = |table: &Table| {
        let below: String = table.below.iter().map(|line| format!("{line}\n")).collect();
        format!("{}\n{}{below}", table.title, summary_table(&table.header, &table.rows))
    };
    tables.iter().map(one).collect::<Vec<_>>().join("\n")
}

/// For a pull request.
pub(super) fn markdown(forecast: &Forecast, tables: &[Table], language: Language) -> String {
    let title = word(language, "Forecast", "上线前预测");
    let colon = word(language, ": ", "：");
    let mut out = format!("# {title}{colon}{}\n\n{} .. {}, `{}`\n", forecast.program, forecast.from, forecast.to, forecast.program_hash);
    let row = |cells: &[String]| format!("| {} |\n", cells.iter().map(|cell| cell.replace('|', "\\|")).collect::<Vec<_>>().join(" | "));
    for table in tables {
        let header: Vec<String> = table.header.iter().map(|name| (*name).to_owned()).collect();
        out.push_str(&format!("\n## {}\n\n{}|{}\n", table.title, row(&header), " --- |".repeat(header.len())));
        table.rows.iter().for_each(|cells| out.push_str(&row(cells)));
        if !table.below.is_empty() {
            out.push('\n');
        }
        table.below.iter().for_each(|line| out.push_str(&format!("- {line}\n")));
    }
    out
}

fn audience(forecast: &Forecast, language: Language) -> Table {
    let say = |english, chinese| word(language, english, chinese);
    let header = vec![
        say("strategy", "策略"),
        say("candidates", "候选"),
        say("excluded", "排除"),
        say("arms", "分组"),
        say("contacts", "触达"),
        say("cost", "成本"),
        say("offers", "权益成本"),
        say("staff min", "人工分钟"),
        say("busiest", "最忙"),
        say("no capacity", "人手不足"),
    ];
    let list = |items: Vec<String>| if items.is_empty() { String::from("–") } else { items.join(", ") };
    let row = |strategy: &StrategyForecast| {
        let named = |name: &str| if name.is_empty() { say("operations", "操作").to_owned() } else { name.to_owned() };
        let busiest =
            strategy.load.iter().map(|load| format!("{} {} {}/{}", load.busiest, load.channel, load.most, load.contacts)).collect();
        let stopped: u64 = strategy.excluded.iter().filter(|excluded| excluded.layer == "capacity").map(|excluded| excluded.subjects).sum();
        vec![
            strategy.label.as_ref().map_or_else(|| strategy.name.clone(), |label| format!("{} {label}", strategy.name)),
            strategy.candidates.to_string(),
            strategy.excluded.iter().map(|excluded| excluded.subjects).sum::<u64>().to_string(),
            list(strategy.arms.iter().map(|(arm, count)| format!("{arm} {count}")).collect()),
            list(strategy.contacts.iter().map(|(channel, count)| format!("{} {count}", named(channel))).collect()),
            format!("{:.2}", strategy.cost),
            format!("{:.2}", strategy.spending),
            format!("{:.0}", strategy.staff_minutes),
            list(busiest),
            stopped.to_string(),
        ]
    };
    let title = match language {
        Language::English => format!("audience, contacts and cost, {} .. {}", forecast.from, forecast.to),
        Language::Chinese => format!("受众、触达与成本，{} .. {}", forecast.from, forecast.to),
    };
    Table { title, header, rows: forecast.strategies.iter().map(row).collect(), below: Vec::new() }
}

fn exclusions(forecast: &Forecast, language: Language) -> Table {
    let say = |english, chinese| word(language, english, chinese);
    let header = vec![say("strategy", "策略"), say("layer", "环节"), say("rule", "规则"), say("excluded", "排除")];
    let rows = forecast.strategies.iter().flat_map(|strategy| {
        let row = |excluded: &strat::evaluate::forecast::Excluded| {
            vec![strategy.name.clone(), excluded.layer.clone(), excluded.rule.clone(), excluded.subjects.to_string()]
        };
        strategy.excluded.iter().map(row).collect::<Vec<_>>()
    });
    Table { title: say("who is left out, and why", "谁被排除、为什么").to_owned(), header, rows: rows.collect(), below: Vec::new() }
}

fn goals(trial: &TrialForecast, language: Language) -> Table {
    let say = |english, chinese| word(language, english, chinese);
    let header = vec![
        say("goal", "目标"),
        say("arm", "实验组"),
        say("baseline", "基线"),
        say("target", "目标差值"),
        say("detectable", "可检出差值"),
        say("power", "功效"),
        say("needs ½×", "需要 ½×"),
        say("needs 1×", "需要 1×"),
        say("needs 2×", "需要 2×"),
        say("days", "天数"),
    ];
    let row = |goal: &GoalForecast| {
        let effect = |at: usize| goal.effects.get(at);
        let number =
            |figure: Option<&Figure>| figure.and_then(Figure::known).map_or_else(|| String::from("–"), |value| format!("{value:.0}"));
        let power =
            effect(1).and_then(|effect| effect.power.known()).map_or_else(|| String::from("–"), |power| format!("{:.0}%", power * 100.0));
        let needed = |at: usize| number(effect(at).map(|effect: &EffectForecast| &effect.needed));
        vec![
            goal.label.as_ref().map_or_else(|| goal.name.clone(), |label| format!("{} {label}", goal.name)),
            goal.arm.clone(),
            shown(&goal.baseline, goal.unit, false),
            shown(&goal.target, goal.unit, true),
            shown(&goal.detectable, goal.unit, true),
            power,
            needed(0),
            needed(1),
            needed(2),
            number(effect(1).map(|effect| &effect.days)),
        ]
    };
    let entered: Vec<String> = trial.first_day.iter().map(|(arm, count)| format!("{arm} {count}")).collect();
    let per_day = trial.per_day.known().map_or_else(|| say("not known", "未知").to_owned(), |value| format!("{value:.1}"));
    let (name, days) = (&trial.name, trial.window_days);
    let title = match language {
        Language::English => format!("{name}: first day {}; then {per_day} a day; looked at for {days:.0} days", entered.join(", ")),
        Language::Chinese => format!("{name}：首日 {}；此后每日 {per_day}；观察 {days:.0} 天", entered.join("、")),
    };
    Table {
        title,
        header,
        rows: trial.goals.iter().map(row).collect(),
        below: trial.goals.iter().flat_map(|goal| lines(goal, language)).collect(),
    }
}

/// What is said of a goal below the table: the answer, where the level is from, and what is missing.
fn lines(goal: &GoalForecast, language: Language) -> Vec<String> {
    let (colon, stop) = (word(language, ": ", "："), word(language, "; ", "；"));
    let mut said = vec![goal.sentence.of(language).to_owned()];
    let source = goal.source.of(language);
    if !source.is_empty() {
        let units = format!("{:.0}", goal.baseline_units);
        said.push(match language {
            Language::English => format!("baseline: {source} ({units})"),
            Language::Chinese => format!("基线：{source}（{units}）"),
        });
    }
    let missing = [&goal.baseline, &goal.target, &goal.detectable].into_iter().chain(goal.effects.get(1).map(|effect| &effect.needed));
    let reason = missing.into_iter().find_map(|figure| match figure {
        Figure::Withheld(reason) => Some(reason.words.of(language).to_owned()),
        Figure::Known(_) => None,
    });
    said.extend(reason);
    vec![format!("{}, {}{colon}{}", goal.name, goal.arm, said.join(stop))]
}

fn shown(figure: &Figure, unit: Unit, difference: bool) -> String {
    let Some(value) = figure.known() else { return String::from("–") };
    match unit {
        Unit::Share if difference => format!("{:+.2}pp", value * 100.0),
        Unit::Share => format!("{:.2}%", value * 100.0),
        Unit::Money if difference => format!("{value:+.2}元"),
        Unit::Money => format!("{value:.2}元"),
        Unit::Number | Unit::Nps | Unit::Days | Unit::Months | Unit::Minutes => format!("{value:.2}"),
    }
}
