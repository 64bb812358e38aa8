//! The report as a comment on a pull request: the verdict first, goals, trust, proposals; everything else folded away.
//!
//! Names and sentences come from programs and data. They can start no markup, no link, no mention of a person or a thread, and a
//! table stays a table whatever they hold.

use super::printed::{self, Shape, figure, light, met, named, pick};
use super::tables::{Cell, Table, tables};
use crate::diag::Language;
use crate::evaluate::evaluation::{Check, Estimate, Evaluation, Figure, GoalRow, Light, TrialReport};

/// Rows of a folded table; what is beyond is counted and found in the other forms of the report.
const FOLDED_ROWS: usize = 60;

/// The text of the comment.
#[must_use]
pub fn markdown(evaluation: &Evaluation, language: Language) -> String {
    let say = |english, chinese| pick(language, english, chinese);
    let mut out = format!(
        "# {} · {}\n\n{} {}\n",
        say("Evaluation", "评估报告"),
        escaped(&evaluation.program),
        say("as of", "截至"),
        escaped(&evaluation.as_of)
    );
    for trial in &evaluation.trials {
        out += &verdict(trial, language);
        out += &goals(trial, language);
        out += &trust(trial, language);
        out += &proposals(trial, language);
    }
    out += &format!("\n## {}\n\n", say("Details", "详情"));
    for table in tables(evaluation, language).iter().filter(|table| !table.rows.is_empty()) {
        out += &folded(table, language);
    }
    out
}

fn verdict(trial: &TrialReport, language: Language) -> String {
    let say = |english, chinese| pick(language, english, chinese);
    let verdict = &trial.verdict;
    let mut out = format!("\n## {}\n\n", escaped(&named(&trial.name, trial.label.as_deref(), language)));
    out += &format!("**{}** · {} · {}\n\n", escaped(verdict.title.of(language)), met(verdict.met, language), escaped(&verdict.rule));
    out += &format!("> {}\n\n", escaped(verdict.sentence.of(language)));
    for (title, words) in
        [(say("What to do", "行动"), &verdict.action), (say("What would change it", "何种情况会改变结论"), &verdict.would_change)]
    {
        out += &format!("- **{title}**{}{}\n", say(": ", "："), escaped(words.of(language)));
    }
    if !trial.randomised {
        let because = trial.because.as_deref().map(escaped).unwrap_or_default();
        let line = say("Units were not drawn by chance", "分组并非随机");
        out += &format!("- **{line}**{}{because}\n", if because.is_empty() { "" } else { say(": ", "：") });
    }
    if verdict.by_arm.len() > 1 {
        let header = [say("arm", "实验组"), say("rule", "规则"), say("verdict", "结论"), say("action", "行动")];
        let rows =
            verdict.by_arm.iter().map(|arm| [&arm.arm, &arm.rule, arm.title.of(language), arm.action.of(language)].map(escaped).to_vec());
        out += &format!("\n{}", grid(&header, rows));
    }
    out
}

fn goals(trial: &TrialReport, language: Language) -> String {
    let say = |english, chinese| pick(language, english, chinese);
    let difference = if trial.randomised { say("difference", "差异") } else { say("adjusted difference", "调整后差异") };
    let header = [
        say("metric", "指标"),
        say("role", "角色"),
        say("arm", "实验组"),
        "n",
        say("level", "水平"),
        difference,
        say("lift", "相对提升"),
        say("p adjusted", "校正 p 值"),
        say("registered", "登记目标"),
        say("result", "结果"),
    ];
    if trial.goals.is_empty() {
        return String::new();
    }
    format!("\n### {}\n\n{}", say("Goals", "目标"), grid(&header, trial.goals.iter().map(|row| goal(row, language))))
}

fn goal(row: &GoalRow, language: Language) -> Vec<String> {
    let level = Shape::level(row.unit);
    let result = row.guard.as_deref().map_or_else(|| met(row.met, language), |guard| printed::slug(guard, language));
    let cells = [
        named(&row.name, row.label.as_deref(), language),
        printed::slug(&row.role, language).to_owned(),
        format!("{} {} {}", row.arm, pick(language, "v", "对"), row.against),
        format!("{} / {}", printed::count(row.n), printed::count(row.n_against)),
        format!("{} / {}", figure(&row.level, level, language), figure(&row.level_against, level, language)),
        interval(&row.difference, Shape::difference(row.unit), language),
        interval(&row.lift, Shape::Relative, language),
        figure(&row.p_adjusted, Shape::P, language),
        row.registered.clone(),
        result.to_owned(),
    ];
    cells.iter().map(|cell| escaped(cell)).collect()
}

/// `+0.62 pp (+0.31 pp to +0.93 pp)`; the reason alone where there is no value.
fn interval(estimate: &Estimate, shape: Shape, language: Language) -> String {
    let print = |of: &Figure| figure(of, shape, language);
    match (&estimate.value, &estimate.lower, &estimate.upper) {
        (Figure::Withheld(_), _, _) => print(&estimate.value),
        (Figure::Known(_), Figure::Withheld(_), Figure::Withheld(_)) => {
            format!("{}{}", print(&estimate.value), pick(language, " (no interval)", "（无区间）"))
        }
        (Figure::Known(_), lower, upper) => {
            let open = |of: &Figure| if of.known().is_some() { print(of) } else { String::from("∞") };
            match language {
                Language::English => format!("{} ({} to {})", print(&estimate.value), open(lower), open(upper)),
                Language::Chinese => format!("{}（{} 至 {}）", print(&estimate.value), open(lower), open(upper)),
            }
        }
    }
}

/// One line of counts, then whatever is not green.
fn trust(trial: &TrialReport, language: Language) -> String {
    if trial.trust.is_empty() {
        return String::new();
    }
    let say = |english, chinese| pick(language, english, chinese);
    let number = |of: Light| trial.trust.iter().filter(|check| check.light == of).count();
    let counts = [Light::Green, Light::Amber, Light::Red].map(|of| format!("{} {}", light(of, language), number(of)));
    let mut out = format!("\n**{}**{}{}\n", say("Can it be trusted", "可信度"), say(": ", "："), counts.join(" · "));
    let loud = |check: &&Check| check.light != Light::Green;
    let lines = trial.trust.iter().filter(loud).map(|check| {
        format!(
            "\n- {} **{}**{}{}",
            light(check.light, language),
            escaped(check.title.of(language)),
            say(": ", "："),
            escaped(check.sentence.of(language))
        )
    });
    out += &lines.collect::<String>();
    out + if trial.trust.iter().any(|check| loud(&check)) { "\n" } else { "" }
}

fn proposals(trial: &TrialReport, language: Language) -> String {
    if trial.proposals.is_empty() {
        return String::new();
    }
    let say = |english, chinese| pick(language, english, chinese);
    let mut out = format!("\n### {}\n\n", say("Proposals", "建议"));
    for proposal in &trial.proposals {
        let kind = printed::slug(&proposal.slug, language);
        out += &format!("- **{}** {}{}", escaped(kind), escaped(&proposal.what), say(": ", "："));
        out += &format!("{} → {}. {}", escaped(&proposal.from), escaped(&proposal.to), escaped(proposal.because.of(language)));
        let units = figure(&proposal.next_units, Shape::Number, language);
        let next = say("next decision", "下次决策");
        out += &match (&proposal.next_units, &proposal.next_date) {
            (Figure::Known(_), Some(date)) => format!(" ({next}: {units}, {})", escaped(date)),
            (Figure::Known(_), None) => format!(" ({next}: {units})"),
            (Figure::Withheld(_), Some(date)) => format!(" ({next}: {})", escaped(date)),
            (Figure::Withheld(_), None) => String::new(),
        };
        out.push('\n');
    }
    out
}

fn folded(table: &Table, language: Language) -> String {
    let beyond = table.rows.len().saturating_sub(FOLDED_ROWS);
    let cells = |row: &Vec<Cell>| row.iter().map(|cell| escaped(&cell.print(language))).collect::<Vec<_>>();
    let rows = table.rows.iter().take(FOLDED_ROWS).map(cells);
    let mut out = format!("<details><summary>{} ({})</summary>\n\n{}", table.title, table.rows.len(), grid(&table.columns, rows));
    if beyond > 0 {
        out += &match language {
            Language::English => format!("\n{beyond} more rows are in the workbook and in report.json.\n"),
            Language::Chinese => format!("\n另有 {beyond} 行，见工作簿与 report.json。\n"),
        };
    }
    out + "\n</details>\n\n"
}

/// A table of cells that are escaped already.
pub(super) fn grid(header: &[&str], rows: impl Iterator<Item = Vec<String>>) -> String {
    let mut out = format!("| {} |\n|{}\n", header.join(" | "), " --- |".repeat(header.len()));
    for row in rows {
        out += &format!("| {} |\n", row.join(" | "));
    }
    out
}

/// Text that stays text wherever it stands in a comment.
#[must_use]
pub fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut signs = text.trim().chars().peekable();
    while let Some(sign) = signs.next() {
        match sign {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            // Broken apart, so that nobody is notified and no thread is linked.
            '@' => out.push_str("@<!-- -->"),
            '#' => out.push_str("\\#<!-- -->"),
            ':' if signs.peek() == Some(&'/') => out.push_str("&#58;"),
            '.' if out.ends_with("www") => out.push_str("&#46;"),
            '\\' | '`' | '*' | '_' | '[' | ']' | '|' | '~' | '$' | '!' | '^' => {
                out.push('\\');
                out.push(sign);
            }
            '\n' | '\t' | '\r' => out.push(' '),
            sign if sign.is_control() || turns_text_round(sign) => {}
            sign => out.push(sign),
        }
    }
    // A list, a number of a list or a heading begins with these.
    if out.starts_with(['-', '+', '=']) && out.chars().nth(1).is_none_or(char::is_whitespace) {
        out.insert(0, '\\');
    }
    out
}

/// Signs that change the direction of writing and can make a text look like another.
fn turns_text_round(sign: char) -> bool {
    matches!(sign, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::escaped;

    #[test]
    fn names_start_no_markup() {
        assert_eq!(escaped("a|b`c\nd"), "a\\|b\\`c d");
        assert_eq!(escaped("<img src=x onerror=1>&"), "&lt;img src=x onerror=1&gt;&amp;");
        assert_eq!(escaped("[x](https://e.example) @all #12"), "\\[x\\](https&#58;//e.example) @<!-- -->all \\#<!-- -->12");
        assert_eq!(escaped("**b** _i_ ~s~ $m$"), "\\*\\*b\\*\\* \\_i\\_ \\~s\\~ \\$m\\$");
        assert_eq!(escaped("a\u{202e}b\u{7}"), "ab");
        assert_eq!(escaped("+0.62 pp"), "+0.62 pp");
        assert_eq!(escaped("- x"), "\\- x");
        assert_eq!(escaped("高净值\r\n客户"), "高净值  客户");
    }
}
