//! Tables of counts on the terminal.

use comfy_table::presets::UTF8_HORIZONTAL_ONLY;
use comfy_table::{CellAlignment, ContentArrangement, Table};

/// A table aligned by display width, so that Chinese headers stand over their columns. Columns in which every filled cell is
/// a number are set to the right. Rows shorter than the header are filled with empty cells.
pub fn summary_table(headers: &[&str], rows: &[Vec<String>]) -> String {
    let mut table = Table::new();
    table.load_style(UTF8_HORIZONTAL_ONLY).set_content_arrangement(ContentArrangement::Disabled);
    table.set_header(headers.iter().copied());
    for row in rows {
        let cells = (0..headers.len()).map(|at| row.get(at).map_or("", String::as_str));
        table.add_row(cells);
    }
    for (at, column) in table.column_iter_mut().enumerate() {
        let filled = || rows.iter().filter_map(|row| row.get(at)).filter(|cell| !cell.is_empty());
        if filled().next().is_some() && filled().all(|cell| is_number(cell)) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    table.to_string() + "\n"
}

fn is_number(cell: &str) -> bool {
    let digits = cell.trim_end_matches(['%', '元', '万', '亿', '人']);
    !digits.is_empty()
        && digits.chars().all(|c| c.is_ascii_digit() || ",._+-−".contains(c))
        && digits.contains(|c: char| c.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::summary_table;
    use unicode_width::UnicodeWidthStr;

    #[test]
    fn columns_align_by_display_width() {
        let row = |cells: [&str; 3]| cells.map(String::from).to_vec();
        let rows = [row(["wake_up 三波次沉睡唤醒", "12,384", "2.1%"]), row(["mass 大众", "7", ""]), vec![String::from("short")]];
        let text = summary_table(&["策略", "人数", "占比"], &rows);
        let widths: Vec<usize> = text.lines().map(UnicodeWidthStr::width).collect();
        assert!(widths.iter().all(|width| Some(width) == widths.first()), "{text}");
        assert!(text.contains(" 12,384 ") && text.contains("      7 "), "{text}");
    }
}
