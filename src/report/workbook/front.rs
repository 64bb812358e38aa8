//! The first sheet: what was judged, a card per trial, and which sections follow.

use super::style::Style;
use super::{cut, for_paper};
use crate::evaluate::evaluation::{Evaluation, Light, TrialReport};
use crate::report::printed::{count, light, met, named, pick, slug};
use crate::report::tables::Table;
use rust_xlsxwriter::{Worksheet, XlsxError};

/// Writes keys into the first column and values into the second.
struct Card<'a> {
    page: &'a mut Worksheet,
    style: &'a Style,
    row: u32,
}

impl Card<'_> {
    fn line(&mut self, key: (&str, &str), value: &str) -> Result<(), XlsxError> {
        let key = pick(self.style.language, key.0, key.1);
        self.page.write_string_with_format(self.row, 0, key, &self.style.key)?;
        self.page.write_string_with_format(self.row, 1, cut(value), &self.style.text)?;
        self.row += 1;
        Ok(())
    }

    fn title(&mut self, text: &str) -> Result<(), XlsxError> {
        self.page.write_string_with_format(self.row, 0, cut(text), &self.style.card)?;
        self.page.write_blank(self.row, 1, &self.style.card)?;
        self.row += 1;
        Ok(())
    }
}

pub(super) fn write(page: &mut Worksheet, evaluation: &Evaluation, sections: &[Table], style: &Style) -> Result<(), XlsxError> {
    let say = |english, chinese| pick(style.language, english, chinese);
    page.set_name(say("Summary", "摘要"))?;
    page.set_column_width(0, 26)?.set_column_width(1, 100)?;
    page.write_string_with_format(0, 0, say("Evaluation", "评估报告"), &style.title)?;
    let mut card = Card { page, style, row: 1 };
    card.line(("program", "程序"), &evaluation.program)?;
    card.line(("program hash", "程序哈希"), &evaluation.program_hash)?;
    card.line(("as of", "截至"), &evaluation.as_of)?;
    card.row += 1;
    for trial in &evaluation.trials {
        verdict(&mut card, trial)?;
        card.row += 1;
    }
    card.title(say("Sections", "各节"))?;
    for table in sections {
        let rows = match table.rows.len() {
            0 => say("nothing to show", "无内容").to_owned(),
            rows => format!("{} {}", count(rows as u64), say("rows", "行")),
        };
        card.line((table.title, table.title), &rows)?;
    }
    let last = card.row.saturating_sub(1);
    style.colour_lights(page, (1, 1), (last, 1))?;
    page.set_freeze_panes(1, 0)?;
    for_paper(page, 1);
    page.set_print_area(0, 0, last, 1)?;
    Ok(())
}

fn verdict(card: &mut Card<'_>, trial: &TrialReport) -> Result<(), XlsxError> {
    let language = card.style.language;
    let verdict = &trial.verdict;
    card.title(&named(&trial.name, trial.label.as_deref(), language))?;
    card.line(("verdict", "结论"), &format!("{} · {}", verdict.rule, verdict.title.of(language)))?;
    card.line(("primary goal", "主目标"), met(verdict.met, language))?;
    card.line(("result", "结果"), verdict.sentence.of(language))?;
    card.line(("what to do", "行动"), verdict.action.of(language))?;
    card.line(("what would change it", "何种情况会改变结论"), verdict.would_change.of(language))?;
    for (number, arm) in verdict.by_arm.iter().enumerate() {
        let key = if number == 0 { ("by arm", "各实验组") } else { ("", "") };
        card.line(key, &format!("{}: {} · {} · {}", arm.arm, arm.rule, arm.title.of(language), arm.action.of(language)))?;
    }
    let worst = trial.trust.iter().map(|check| check.light).max();
    if let Some(worst) = worst {
        let number = |light: Light| trial.trust.iter().filter(|check| check.light == light).count();
        let counts = [Light::Green, Light::Amber, Light::Red].map(|of| format!("{} {}", light(of, language), number(of)));
        card.line(("trust", "可信度"), &format!("{}（{}）", light(worst, language), counts.join(pick(language, ", ", "，"))))?;
    }
    let drawn = if trial.randomised { ("drawn by chance", "随机分组") } else { ("not drawn by chance", "非随机分组") };
    let kind = [slug(&trial.kind, language), pick(language, drawn.0, drawn.1), slug(&trial.looks, language)].join(" · ");
    card.line(("kind", "类型"), &format!("{kind} · α = {}", trial.alpha))?;
    if let Some(owner) = &trial.owner {
        card.line(("owner", "负责人"), owner)?;
    }
    if let (Some(first), Some(last)) = (&trial.first_entry, &trial.last_entry) {
        card.line(("entries", "进入时间"), &format!("{first} – {last}"))?;
    }
    Ok(())
}
