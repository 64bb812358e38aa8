//! Tables and pictures as blocks of a section.

use super::super::markup::Markup;
use super::super::plot::Picture;
use super::super::voice::Voice;
use super::rendered;
use super::scene::Detail;
use askama::Template;

#[derive(Debug, Clone)]
pub struct Cell {
    pub content: Markup,
    /// Right-aligned.
    pub number: bool,
}

impl Cell {
    #[must_use]
    pub fn number(content: Markup) -> Self {
        Self { content, number: true }
    }

    #[must_use]
    pub fn words(content: Markup) -> Self {
        Self { content, number: false }
    }

    #[must_use]
    pub fn text(text: &str) -> Self {
        Self::words(Markup::text(text))
    }
}

/// A table whose first column names its rows.
#[derive(Debug, Clone, Default)]
pub struct Table {
    pub caption: String,
    pub heads: Vec<String>,
    pub rows: Vec<Vec<Cell>>,
    /// On phones each row becomes a card; other tables scroll sideways.
    pub cards: bool,
    /// A line below.
    pub note: String,
}

impl Table {
    #[must_use]
    pub fn new(caption: &str, heads: &[&str]) -> Self {
        Self { caption: caption.to_owned(), heads: heads.iter().map(|head| (*head).to_owned()).collect(), ..Self::default() }
    }

    #[must_use]
    pub fn cards(mut self) -> Self {
        self.cards = true;
        self
    }

    /// The head above the n-th cell, for cards.
    #[must_use]
    pub fn head(&self, index: impl std::borrow::Borrow<usize>) -> &str {
        self.heads.get(*index.borrow()).map_or("", String::as_str)
    }

    pub fn row(&mut self, cells: Vec<Cell>) {
        self.rows.push(cells);
    }

    /// At most so many rows; how many there are is said.
    #[must_use]
    pub fn at_most(mut self, rows: usize, voice: Voice) -> Self {
        let all = self.rows.len();
        if all > rows {
            self.rows.truncate(rows);
            self.note = match voice.chinese() {
                false => format!("{rows} of {all} rows are shown; all are in report.json"),
                true => format!("共 {all} 行，展示 {rows} 行；全部见 report.json"),
            };
        }
        self
    }

    #[must_use]
    pub fn block(&self) -> Markup {
        if self.rows.is_empty() { Markup::default() } else { rendered(&TablePage { table: self }) }
    }

    /// Closed until somebody asks.
    #[must_use]
    pub fn folded(&self, title: &str) -> Markup {
        if self.rows.is_empty() { Markup::default() } else { rendered(&FoldedPage { title, content: self.block() }) }
    }
}

#[derive(Template)]
#[template(path = "table.html")]
struct TablePage<'a> {
    table: &'a Table,
}

#[derive(Template)]
#[template(path = "folded.html")]
struct FoldedPage<'a> {
    title: &'a str,
    content: Markup,
}

/// Anything that unfolds.
#[must_use]
pub fn folded(title: &str, content: Markup) -> Markup {
    rendered(&FoldedPage { title, content })
}

#[derive(Template)]
#[template(path = "figure.html")]
struct FigurePage<'a> {
    class: &'static str,
    title: &'a str,
    wide: Markup,
    narrow: Markup,
    note: &'a str,
    data: Markup,
}

/// A picture with its note and its data table.
#[must_use]
pub fn figure(picture: &Picture, note: &str, data: &Table, detail: Detail, voice: Voice) -> Markup {
    let table = data.clone().at_most(detail.rows, voice);
    let half = picture.wide.is_empty();
    let narrow = if detail.narrow || half { picture.narrow.clone() } else { String::new() };
    rendered(&FigurePage {
        class: if half {
            " class=\"half\""
        } else if narrow.is_empty() {
            " class=\"wo\""
        } else {
            ""
        },
        title: &picture.title,
        wide: Markup::written(picture.wide.clone()),
        narrow: Markup::written(narrow),
        note,
        data: table.folded(voice.say("the numbers", "查看数据")),
    })
}

/// A paragraph.
#[must_use]
pub fn paragraph(content: &Markup) -> Markup {
    if content.is_empty() { Markup::default() } else { content.inside("p", "tx") }
}

/// A small heading inside a section.
#[must_use]
pub fn heading(text: &str) -> Markup {
    Markup::text(text).inside("h4", "sub")
}
