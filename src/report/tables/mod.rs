//! The report as tables, one per section: what the workbook has on its sheets and a pull request folds away. A figure that is
//! withheld is its reason here as everywhere.

mod appendix;
mod arms;
mod goals;
mod methods;
mod segments;
mod value;

use super::printed::{self, Shape, pick};
use crate::diag::Language;
use crate::evaluate::evaluation::{Estimate, Evaluation, Figure, Light, Met, TrialReport, Words};

/// A section of the report.
#[derive(Debug, Clone, PartialEq)]
pub struct Table {
    /// Never translated: `goals`, `arms` …
    pub slug: &'static str,
    pub title: &'static str,
    pub columns: Vec<&'static str>,
    /// Aligned with the columns.
    pub rows: Vec<Vec<Cell>>,
}

/// One cell.
#[derive(Debug, Clone, PartialEq)]
pub enum Cell {
    Empty,
    Text(String),
    Count(u64),
    Number(f64, Shape),
    /// The reason why there is no number.
    Withheld(String),
    Light(Light),
    Met(Met),
}

impl Cell {
    /// The cell as text.
    #[must_use]
    pub fn print(&self, language: Language) -> String {
        match self {
            Self::Empty => String::new(),
            Self::Text(text) | Self::Withheld(text) => text.clone(),
            Self::Count(count) => printed::count(*count),
            Self::Number(value, shape) => shape.print(*value, language),
            Self::Light(light) => printed::light(*light, language).to_owned(),
            Self::Met(met) => printed::met(*met, language).to_owned(),
        }
    }
}

/// Titles in both languages.
type Titles = [(&'static str, &'static str)];

/// Makes the cells of one report in one language.
#[derive(Debug, Clone, Copy)]
struct Draft<'a> {
    evaluation: &'a Evaluation,
    language: Language,
}

impl<'a> Draft<'a> {
    fn table(self, slug: &'static str, title: (&'static str, &'static str), columns: &Titles, rows: Vec<Vec<Cell>>) -> Table {
        let word = |(english, chinese): (&'static str, &'static str)| pick(self.language, english, chinese);
        Table { slug, title: word(title), columns: columns.iter().map(|title| word(*title)).collect(), rows }
    }

    /// Rows of every trial, its name in front.
    fn by_trial(self, rows: impl Fn(&'a TrialReport) -> Vec<Vec<Cell>>) -> Vec<Vec<Cell>> {
        let of = |trial: &'a TrialReport| {
            let name = self.named(&trial.name, trial.label.as_deref());
            rows(trial).into_iter().map(move |cells| [vec![name.clone()], cells].concat())
        };
        self.evaluation.trials.iter().flat_map(of).collect()
    }

    fn named(self, name: &str, label: Option<&str>) -> Cell {
        Cell::Text(printed::named(name, label, self.language))
    }

    fn words(self, words: &Words) -> Cell {
        Cell::Text(words.of(self.language).to_owned())
    }

    fn slug(self, slug: &str) -> Cell {
        Cell::Text(printed::slug(slug, self.language).to_owned())
    }

    fn yes(self, yes: bool) -> Cell {
        Cell::Text(match yes {
            true => pick(self.language, "yes", "是").to_owned(),
            false => pick(self.language, "no", "否").to_owned(),
        })
    }

    fn figure(self, figure: &Figure, shape: Shape) -> Cell {
        match figure {
            Figure::Known(value) => Cell::Number(*value, shape),
            Figure::Withheld(reason) => Cell::Withheld(reason.words.of(self.language).to_owned()),
        }
    }

    /// Value, lower and upper end.
    fn estimate(self, estimate: &Estimate, shape: Shape) -> [Cell; 3] {
        [&estimate.value, &estimate.lower, &estimate.upper].map(|figure| self.figure(figure, shape))
    }
}

fn text(text: &str) -> Cell {
    Cell::Text(text.to_owned())
}

fn some_text(text: Option<&str>) -> Cell {
    text.map_or(Cell::Empty, |text| Cell::Text(text.to_owned()))
}

fn some_number(number: Option<f64>, shape: Shape) -> Cell {
    number.map_or(Cell::Empty, |number| Cell::Number(number, shape))
}

/// All sections in the order of the report, empty ones as well.
#[must_use]
pub fn tables(evaluation: &Evaluation, language: Language) -> Vec<Table> {
    let draft = Draft { evaluation, language };
    vec![
        draft.goals(),
        draft.beside(),
        draft.rules(),
        draft.trust(),
        draft.arms(),
        draft.money(),
        draft.over_time(),
        draft.exposure(),
        draft.segments(),
        draft.segment_tests(),
        draft.uplift(),
        draft.funnel(),
        draft.retention(),
        draft.retention_summary(),
        draft.adjusted(),
        draft.balance(),
        draft.drift(),
        draft.off_policy(),
        draft.versions(),
        draft.attribution(),
        draft.lifetimes(),
        draft.pacing(),
        draft.metrics(),
        draft.migrations(),
        draft.migration_tests(),
        draft.proposals(),
        draft.tests(),
        draft.definitions(),
    ]
}

/// A stage of a funnel as part of its first; there is none of nobody.
#[expect(clippy::cast_precision_loss, reason = "counts of people")]
pub(super) fn share_of(count: u64, whole: u64) -> Option<f64> {
    (whole > 0).then(|| count as f64 / whole as f64)
}
