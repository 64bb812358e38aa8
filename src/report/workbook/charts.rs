//! Native charts, and the sheet their numbers are on. A withheld figure is an empty cell there, which charts leave out.

use super::style::Style;
use crate::diag::Language;
use crate::evaluate::evaluation::{CutReport, Estimate, Evaluation, Figure, Series, TrialReport};
use crate::report::printed::{Shape, named, pick};
use crate::report::tables::share_of;
use rust_xlsxwriter::{
    Chart, ChartAxis, ChartAxisLabelPosition, ChartEmptyCells, ChartErrorBars, ChartErrorBarsType, ChartFont, ChartFormat,
    ChartLegendPosition, ChartLine, ChartRange, ChartSeries, ChartSolidFill, ChartType, Worksheet, XlsxError,
};

/// Told apart also by people who see no red and green, and in print.
const COLOURS: [u32; 6] = [0x002F_6DB5, 0x00D9_8C21, 0x0059_5959, 0x002A_9D8F, 0x007B_4EA3, 0x00A6_3D40];
const WIDTH: u32 = 720;
const HEIGHT: u32 = 340;
/// Rows and columns that a chart covers at most.
const ROWS: u32 = 18;
const COLUMNS: u16 = 12;

pub(super) struct Charts<'a> {
    style: &'a Style,
    page: Worksheet,
    name: &'static str,
    next: u32,
}

/// Rows of numbers on the sheet of the charts.
struct Block {
    header: u32,
    last: u32,
}

impl<'a> Charts<'a> {
    pub fn new(style: &'a Style) -> Result<Self, XlsxError> {
        let name = pick(style.language, "Chart data", "图表数据");
        let mut page = Worksheet::new();
        page.set_name(name)?;
        page.set_column_width(0, 30)?;
        Ok(Self { style, page, name, next: 0 })
    }

    /// The sheet of numbers; none without charts.
    pub fn finish(self) -> Result<Option<Worksheet>, XlsxError> {
        Ok((self.next > 0).then_some(self.page))
    }

    /// Puts the charts of a section on its sheet, below or beside its table, and says where they end.
    pub fn place(&mut self, page: &mut Worksheet, slug: &str, evaluation: &Evaluation, table: (u32, u16)) -> Result<(u32, u16), XlsxError> {
        let mut made = Vec::new();
        for trial in &evaluation.trials {
            let name = named(&trial.name, trial.label.as_deref(), self.style.language);
            match slug {
                "money" => made.extend(self.money(trial, &name)?),
                "funnel" => made.extend(self.funnel(trial, &name)?),
                "over-time" => {
                    for series in &trial.over_time {
                        made.extend(self.over_time(series, &name)?);
                    }
                }
                "segments" => {
                    for cut in &trial.cuts {
                        made.extend(self.segments(cut, &name)?);
                    }
                }
                _ => {}
            }
        }
        // Long tables have their charts beside them.
        let beside = slug == "over-time";
        let (mut row, column) = if beside { (0, table.1 + 2) } else { (table.0 + 2, 0) };
        let mut end = (0, 0);
        for chart in &mut made {
            chart.set_width(WIDTH).set_height(HEIGHT);
            page.insert_chart(row, column, chart)?;
            row += ROWS;
            end = (row, column + COLUMNS);
        }
        Ok(end)
    }

    /// Writes a title, a header and rows, with an empty line below.
    fn block(&mut self, title: &str, header: &[String], rows: &[(String, Vec<Option<f64>>)]) -> Result<Block, XlsxError> {
        self.page.write_string_with_format(self.next, 0, title, &self.style.key)?;
        let head = self.next + 1;
        for (at, name) in (1_u16..).zip(header) {
            self.page.write_string_with_format(head, at, name, &self.style.key)?;
        }
        let mut row = head;
        for (name, values) in rows {
            row += 1;
            self.page.write_string(row, 0, name)?;
            for (at, value) in (1_u16..).zip(values) {
                if let Some(value) = value {
                    self.page.write_number(row, at, *value)?;
                }
            }
        }
        self.next = row + 2;
        Ok(Block { header: head, last: row })
    }

    fn range(&self, block: &Block, column: u16) -> ChartRange {
        ChartRange::new_from_range(self.name, block.header + 1, column, block.last, column)
    }

    /// A series of one column, named by its header, over the names in the first column.
    fn series(&self, block: &Block, column: u16, colour: usize) -> ChartSeries {
        let mut series = ChartSeries::new();
        let colour = COLOURS.get(colour % COLOURS.len()).copied().unwrap_or(0);
        series
            .set_name((self.name, block.header, column))
            .set_categories(&self.range(block, 0))
            .set_values(&self.range(block, column))
            .set_format(ChartFormat::new().set_solid_fill(&ChartSolidFill::new().set_color(colour)));
        series
    }

    fn bars(&self, block: &Block, plus: u16, minus: u16) -> ChartErrorBars {
        let mut bars = ChartErrorBars::new();
        bars.set_type(ChartErrorBarsType::Custom(self.range(block, plus), self.range(block, minus)));
        bars.set_format(ChartFormat::new().set_line(&ChartLine::new().set_color(0x0033_3333).set_width(1.25)));
        bars
    }

    /// A chart with the names of its values on the axis that has them: the horizontal one of bars that lie.
    fn chart(&self, kind: ChartType, title: &str, values: &str) -> Chart {
        let mut chart = Chart::new(kind);
        chart.title().set_name(title).set_font(ChartFont::new().set_size(12).set_bold());
        chart.set_alt_text(title);
        chart.legend().set_position(ChartLegendPosition::Bottom);
        // Names stand at the edge, where no negative bar covers them.
        if kind == ChartType::Bar {
            chart.x_axis().set_name(values);
            chart.y_axis().set_label_position(ChartAxisLabelPosition::Low);
        } else {
            chart.y_axis().set_name(values);
            chart.x_axis().set_label_position(ChartAxisLabelPosition::Low);
        }
        chart.show_empty_cells_as(ChartEmptyCells::Gaps);
        chart
    }

    fn words(&self, words: &[(&str, &str)]) -> Vec<String> {
        words.iter().map(|(english, chinese)| pick(self.style.language, english, chinese).to_owned()).collect()
    }

    fn money(&mut self, trial: &TrialReport, name: &str) -> Result<Option<Chart>, XlsxError> {
        if trial.money.is_empty() {
            return Ok(None);
        }
        let header = self.words(&[
            ("cost", "成本"),
            ("benefit", "收益"),
            ("net", "净收益"),
            ("net, above", "净收益上行"),
            ("net, below", "净收益下行"),
        ]);
        let rows = trial.money.iter().map(|row| {
            let (above, below) = arms_of(&row.net);
            (row.arm.clone(), vec![Some(row.cost), row.benefit.value.known(), row.net.value.known(), above, below])
        });
        let rows: Vec<_> = rows.collect();
        let title =
            format!("{name} · {}", pick(self.style.language, "cost, benefit and net with its interval", "成本、收益与净收益（含区间）"));
        let block = self.block(&title, &header, &rows)?;
        let mut chart = self.chart(ChartType::Column, &title, pick(self.style.language, "yuan", "元"));
        chart.push_series(&self.series(&block, 1, 2));
        chart.push_series(&self.series(&block, 2, 0));
        let mut net = self.series(&block, 3, 1);
        net.set_y_error_bars(&self.bars(&block, 4, 5));
        chart.push_series(&net);
        chart.y_axis().set_num_format("#,##0");
        let money = trial.money.iter();
        let values = money.flat_map(|row| [row.net.lower.known(), row.net.upper.known(), row.benefit.value.known(), Some(row.cost)]);
        spanning(chart.y_axis(), values.flatten());
        Ok(Some(chart))
    }

    fn funnel(&mut self, trial: &TrialReport, name: &str) -> Result<Option<Chart>, XlsxError> {
        let Some(first) = trial.funnel.first() else { return Ok(None) };
        let language = self.style.language;
        let header: Vec<String> = trial.arms.iter().map(|arm| named(&arm.name, arm.label.as_deref(), language)).collect();
        let rows = trial.funnel.iter().map(|stage| {
            let shares = stage.counts.iter().zip(&first.counts).map(|(count, whole)| share_of(*count, *whole));
            (stage.title.of(language).to_owned(), shares.collect())
        });
        let rows: Vec<_> = rows.collect();
        let title = format!("{name} · {}", pick(language, "share of the first stage", "占首环节比例"));
        let block = self.block(&title, &header, &rows)?;
        let mut chart = self.chart(ChartType::Column, &title, "");
        for (at, column) in (1_u16..).take(header.len()).enumerate() {
            chart.push_series(&self.series(&block, column, at));
        }
        chart.y_axis().set_num_format("0%").set_min(0);
        Ok(Some(chart))
    }

    /// A line with its interval as a band: an unfilled area up to the lower end, a filled one from there to the upper.
    fn over_time(&mut self, series: &Series, name: &str) -> Result<Option<Chart>, XlsxError> {
        let shape = Shape::difference(series.unit);
        let known = |figure: &Figure| figure.known().map(|value| shape.on_page(value));
        // Areas would draw a day without an interval as one from zero to zero.
        let rows = series.points.iter().filter_map(|point| {
            let (lower, upper) = (known(&point.difference.lower)?, known(&point.difference.upper)?);
            Some((point.day.clone(), vec![known(&point.difference.value), Some(lower), Some(upper - lower), Some(upper)]))
        });
        let rows: Vec<_> = rows.collect();
        if rows.is_empty() {
            return Ok(None);
        }
        let language = self.style.language;
        let goal = named(&series.goal, series.label.as_deref(), language);
        let title = format!("{name} · {goal} · {} · {}", series.arm, pick(language, "cumulative difference", "累计差异"));
        let header = self.words(&[("difference", "差异"), ("lower", "下限"), ("interval", "区间"), ("upper", "上限")]);
        let block = self.block(&title, &header, &rows)?;
        let mut chart = self.chart(ChartType::AreaStacked, &title, axis(shape, language));
        let mut floor = self.series(&block, 2, 0);
        floor.set_format(ChartFormat::new().set_no_fill().set_no_line()).delete_from_legend(true);
        let mut band = self.series(&block, 3, 0);
        band.set_format(
            ChartFormat::new().set_solid_fill(&ChartSolidFill::new().set_color(0x002F_6DB5).set_transparency(75)).set_no_line(),
        );
        chart.push_series(&floor);
        chart.push_series(&band);
        let mut line = Chart::new(ChartType::Line);
        let mut difference = self.series(&block, 1, 0);
        difference.set_format(ChartFormat::new().set_line(&ChartLine::new().set_color(0x002F_6DB5).set_width(2.25)));
        line.push_series(&difference);
        chart.combine(&line);
        Ok(Some(chart))
    }

    fn segments(&mut self, cut: &CutReport, name: &str) -> Result<Option<Chart>, XlsxError> {
        let shape = Shape::difference(cut.unit);
        let language = self.style.language;
        // Lying bars are drawn from below: the first level comes last, so that it is on top as in the table.
        let rows = cut.levels.iter().rev().map(|level| {
            let (above, below) = arms_of(&level.difference);
            let scaled = |value: Option<f64>| value.map(|value| shape.on_page(value));
            (
                named(&level.name, level.label.as_deref(), language),
                vec![scaled(level.difference.value.known()), scaled(above), scaled(below)],
            )
        });
        let rows: Vec<_> = rows.collect();
        if rows.iter().all(|(_, values)| values.iter().all(Option::is_none)) {
            return Ok(None);
        }
        let title = format!("{name} · {} · {} · {}", named(&cut.name, cut.label.as_deref(), language), cut.goal, cut.arm);
        let header = self.words(&[("difference", "差异"), ("above", "上行"), ("below", "下行")]);
        let block = self.block(&title, &header, &rows)?;
        let mut chart = self.chart(ChartType::Bar, &title, axis(shape, language));
        let mut series = self.series(&block, 1, 0);
        series.set_x_error_bars(&self.bars(&block, 2, 3));
        chart.push_series(&series);
        chart.legend().set_hidden();
        let ends = cut.levels.iter().flat_map(|level| [&level.difference.lower, &level.difference.upper, &level.difference.value]);
        spanning(chart.x_axis(), ends.filter_map(|end| end.known()).map(|end| shape.on_page(end)));
        Ok(Some(chart))
    }
}

/// An axis from zero, or below it, to all the values: what programs choose by themselves leaves out the ends of error bars.
fn spanning(axis: &mut ChartAxis, values: impl Iterator<Item = f64>) {
    let (lowest, highest) = values.fold((0.0, 0.0), |(low, high): (f64, f64), value| (low.min(value), high.max(value)));
    if lowest < 0.0 {
        axis.set_min(rounded_down(lowest));
    }
    if highest > 0.0 {
        axis.set_max(-rounded_down(-highest));
    }
}

/// The next number below with one digit that counts, for the end of an axis.
fn rounded_down(value: f64) -> f64 {
    let unit = 10_f64.powf(value.abs().log10().floor());
    (value / unit).floor() * unit
}

/// How far the ends of an interval are from its value, above and below.
fn arms_of(estimate: &Estimate) -> (Option<f64>, Option<f64>) {
    let value = estimate.value.known();
    let above = value.zip(estimate.upper.known()).map(|(value, upper)| upper - value);
    let below = value.zip(estimate.lower.known()).map(|(value, lower)| value - lower);
    (above, below)
}

fn axis(shape: Shape, language: Language) -> &'static str {
    match shape {
        Shape::Points => pick(language, "percentage points", "百分点"),
        Shape::Money | Shape::MoneyDifference => pick(language, "yuan", "元"),
        Shape::Share | Shape::Relative | Shape::Number | Shape::Difference | Shape::P => "",
    }
}
