//! The run report as Markdown.

use super::RunReport;
use super::view::view;
use crate::diag::Language;
use crate::report::markdown::{escaped, grid};

/// The report as a text for a pull request or a chat.
#[must_use]
pub fn markdown(report: &RunReport, language: Language) -> String {
    let view = view(report, language);
    let mut out = format!("# {} · {}\n\n", view.title, escaped(&report.program));
    let keys: Vec<String> = view.keys.iter().map(|key| format!("{} **{}**", key.name, escaped(&key.value))).collect();
    out += &format!("{}\n\n{} {}\n\n", keys.join(" · "), if view.ties { "✓" } else { "✗" }, escaped(&view.tie));
    for (name, value) in &view.facts {
        out += &format!("- {name}: {}\n", escaped(value));
    }
    for section in view.sections.iter().filter(|section| !section.rows.is_empty()) {
        let header: Vec<&str> = section.columns.iter().map(|column| column.title).collect();
        let rows = section.rows.iter().map(|row| {
            row.cells
                .iter()
                .map(|cell| if row.strong && !cell.is_empty() { format!("**{}**", escaped(cell)) } else { escaped(cell) })
                .collect()
        });
        out += &format!("\n## {}\n\n{}", section.title, grid(&header, rows));
    }
    out + &format!("\n{}\n", escaped(&view.foot))
}
