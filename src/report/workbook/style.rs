//! Formats of cells, widths of columns, colours.

use super::Shape;
use crate::diag::Language;
use crate::report::printed::pick;
use rust_xlsxwriter::{Color, ConditionalFormatText, ConditionalFormatTextRule, Format, FormatAlign, FormatBorder, Worksheet, XlsxError};

/// The widest column, in display cells.
const WIDEST: usize = 60;

const GREEN: (u32, u32) = (0x00DF_F2E1, 0x001B_5E20);
const AMBER: (u32, u32) = (0x00FF_F0CC, 0x007A_4F00);
const RED: (u32, u32) = (0x00FB_DEDD, 0x008E_1B16);

/// Formats of one workbook.
pub(super) struct Style {
    pub language: Language,
    pub header: Format,
    pub text: Format,
    pub withheld: Format,
    pub count: Format,
    pub title: Format,
    pub card: Format,
    pub key: Format,
    share: Format,
    points: Format,
    relative: Format,
    money: Format,
    money_difference: Format,
    whole: Format,
    number: Format,
    difference: Format,
    p: Format,
}

impl Style {
    pub fn new(language: Language) -> Self {
        let top = || Format::new().set_align(FormatAlign::Top);
        let number = |format: &str| top().set_num_format(format);
        let points = pick(language, "+0.00\" pp\";-0.00\" pp\";0.00\" pp\"", "+0.00\" 个百分点\";-0.00\" 个百分点\";0.00\" 个百分点\"");
        Self {
            language,
            header: top()
                .set_bold()
                .set_text_wrap()
                .set_background_color(0x001F_3A5F)
                .set_font_color(Color::White)
                .set_border(FormatBorder::Thin),
            text: top().set_text_wrap(),
            withheld: top().set_text_wrap().set_italic().set_font_color(0x006B_6B6B),
            count: number("#,##0"),
            title: Format::new().set_bold().set_font_size(16),
            card: Format::new().set_bold().set_font_size(12).set_background_color(0x00E8_EEF5).set_border_top(FormatBorder::Thin),
            key: top().set_bold(),
            share: number("0.00%"),
            points: number(points),
            relative: number("+0.0%;-0.0%;0.0%"),
            money: number("#,##0.00"),
            money_difference: number("+#,##0.00;-#,##0.00;0.00"),
            whole: number("#,##0"),
            number: number("#,##0.00##"),
            difference: number("+#,##0.00##;-#,##0.00##;0"),
            p: number("[<0.0001]\"< 0.0001\";0.0000"),
        }
    }

    pub fn number(&self, shape: Shape, value: f64) -> &Format {
        match shape {
            Shape::Share => &self.share,
            Shape::Points => &self.points,
            Shape::Relative => &self.relative,
            Shape::Money => &self.money,
            Shape::MoneyDifference => &self.money_difference,
            Shape::Number if value.fract() == 0.0 => &self.whole,
            Shape::Number => &self.number,
            Shape::Difference => &self.difference,
            Shape::P => &self.p,
        }
    }

    /// Colours the cells of an area by the sign in front of their word.
    pub fn colour_lights(&self, page: &mut Worksheet, from: (u32, u16), to: (u32, u16)) -> Result<(), XlsxError> {
        for (sign, (fill, font)) in [("●", GREEN), ("✓", GREEN), ("▲", AMBER), ("…", AMBER), ("■", RED), ("✗", RED)] {
            let format = Format::new().set_background_color(fill).set_font_color(font);
            let rule = ConditionalFormatText::new().set_rule(ConditionalFormatTextRule::BeginsWith(sign.to_owned())).set_format(format);
            page.add_conditional_format(from.0, from.1, to.0, to.1, &rule)?;
        }
        Ok(())
    }
}

/// The width of a column for so many display cells; Chinese characters take two.
pub(super) fn width_of(cells: usize) -> f64 {
    let cells = u32::try_from(cells.min(WIDEST)).unwrap_or(60);
    (f64::from(cells) * 1.1 + 2.0).min(60.0)
}
