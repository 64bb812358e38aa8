//! What a section needs to know: the trial, the language, how much detail there is room for, and who is who among the arms.

use super::super::markup::{Markup, cleaned, escaped};
use super::super::voice::{Spoken, Voice};
use super::table::Cell;
use crate::evaluate::evaluation::{Estimate, Evaluation, Figure, GoalRow, TrialReport, Unit};

/// Cells of fewer customers are shown as `<10` and what was computed from them is not shown: a page that travels must not say of a
/// handful of people what they did. Ten is the least that the statistical offices of the European Union use for tables of persons.
pub const SMALLEST_CELL: u64 = 10;

/// How much is shown. A page that grew too large is written again with less; what was left out is said, and is in `report.json`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Detail {
    /// Points drawn of a line.
    pub points: usize,
    /// Rows of a data table.
    pub rows: usize,
    /// Whether cuts of all goals are shown, or those of the primary goal only.
    pub all_cuts: bool,
    /// Whether phones get pictures of their own, or the wide ones to scroll.
    pub narrow: bool,
    pub sections: Sections,
    /// Bytes of articles; trials beyond them have their line in the overview only.
    pub most_bytes: Option<usize>,
}

/// Which sections of trials are there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sections {
    All,
    /// 1 to 5, 8 and 12.
    Main,
    /// 1 to 3 and 12, without pictures of balance and without other methods.
    Least,
}

pub const DETAILS: [Detail; 6] = [
    Detail { points: 120, rows: 60, all_cuts: true, narrow: true, sections: Sections::All, most_bytes: None },
    Detail { points: 60, rows: 24, all_cuts: false, narrow: true, sections: Sections::All, most_bytes: None },
    Detail { points: 40, rows: 12, all_cuts: false, narrow: false, sections: Sections::All, most_bytes: None },
    Detail { points: 20, rows: 8, all_cuts: false, narrow: false, sections: Sections::Main, most_bytes: None },
    Detail { points: 20, rows: 4, all_cuts: false, narrow: false, sections: Sections::Least, most_bytes: None },
    Detail { points: 20, rows: 4, all_cuts: false, narrow: false, sections: Sections::Least, most_bytes: Some(200_000) },
];

/// One trial on the page.
#[derive(Debug, Clone, Copy)]
pub struct Scene<'a> {
    pub voice: Voice,
    pub evaluation: &'a Evaluation,
    pub trial: &'a TrialReport,
    /// From 1, for anchors.
    pub number: usize,
    pub detail: Detail,
}

impl<'a> Scene<'a> {
    #[must_use]
    pub fn say(&self, en: &'static str, zh: &'static str) -> &'static str {
        self.voice.say(en, zh)
    }

    /// The arm's place among the arms: its colour, dash and marker. The control is 0.
    #[must_use]
    pub fn style(&self, arm: &str) -> usize {
        let control = self.trial.arms.iter().position(|row| row.control);
        match self.trial.arms.iter().position(|row| row.name == arm) {
            Some(place) if Some(place) == control => 0,
            Some(place) => place + usize::from(control.is_none_or(|control| place < control)),
            None => 1,
        }
    }

    /// Display name of an arm.
    #[must_use]
    pub fn arm(&self, name: &str) -> String {
        let label = self.trial.arms.iter().find(|row| row.name == name).and_then(|row| row.label.clone());
        match label {
            Some(label) => cleaned(&label, 60),
            None => self.other(name),
        }
    }

    /// What an arm is held against where that is no arm with a display name: a bound and a figure are no arms at all.
    fn other(&self, name: &str) -> String {
        let is_arm = self.is_arm(name);
        match name {
            "control" => self.say("control", "对照组").into(),
            "bound" if !is_arm => self.say("the registered bound", "登记的界限").into(),
            "figure" if !is_arm => self.say("the registered figure", "登记的基准指标").into(),
            _ => cleaned(name, 60),
        }
    }

    #[must_use]
    pub fn is_arm(&self, name: &str) -> bool {
        self.trial.arms.iter().any(|row| row.name == name)
    }

    #[must_use]
    pub fn arm_markup(&self, name: &str) -> Markup {
        Markup::label(Some(&self.arm(name)), name)
    }

    /// Names of the arms with their styles, in their order.
    #[must_use]
    pub fn arms(&self) -> Vec<(usize, String)> {
        self.trial.arms.iter().map(|row| (self.style(&row.name), cleaned(&self.arm(&row.name), 60))).collect()
    }

    /// Name of the first goal.
    #[must_use]
    pub fn primary(&self) -> Option<&'a str> {
        self.trial.goals.iter().find(|row| row.role == "goal").map(|row| row.name.as_str())
    }

    /// The first goal's row of the arm the verdict is about.
    #[must_use]
    pub fn decisive(&self) -> Option<&'a GoalRow> {
        let primary = self.primary()?;
        let rows = || self.trial.goals.iter().filter(|row| row.name == primary);
        let arm = self.trial.verdict.arm.as_deref();
        rows().find(|row| Some(row.arm.as_str()) == arm).or_else(|| rows().next())
    }

    /// Display name of a goal.
    #[must_use]
    pub fn goal(&self, name: &str) -> String {
        let label = self.trial.goals.iter().find(|row| row.name == name).and_then(|row| row.label.as_deref());
        cleaned(label.unwrap_or(name), 80)
    }

    #[must_use]
    pub fn words(&self, words: &crate::evaluate::evaluation::Words) -> Markup {
        Markup::text(words.of(self.voice.language))
    }
}

/// Something spoken as a cell's content: number, interval, exact amount as its tip; or the reason.
#[must_use]
pub fn spoken(spoken: &Spoken) -> Markup {
    match spoken {
        Spoken::Reason(reason) => withheld(reason),
        Spoken::Known { value, interval, exact } => {
            let value = escaped(value);
            let tip = exact.as_ref().map(|exact| format!(" title=\"{}\"", escaped(exact))).unwrap_or_default();
            let interval = if interval.is_empty() { String::new() } else { format!(" <span class=\"iv\">{interval}</span>") };
            Markup::written(format!("<span class=\"v\"{tip}>{value}</span>{interval}"))
        }
    }
}

/// The reason in place of a number.
#[must_use]
pub fn withheld(reason: &str) -> Markup {
    Markup::text(reason).inside("span", "wh")
}

#[must_use]
pub fn difference(voice: Voice, unit: Unit, estimate: &Estimate) -> Cell {
    Cell::number(spoken(&voice.estimate(unit, estimate)))
}

#[must_use]
pub fn level(voice: Voice, unit: Unit, figure: &Figure) -> Cell {
    match (unit, figure) {
        (Unit::Money, Figure::Known(value)) => Cell::number(money(voice, *value)),
        (_, figure) => Cell::number(spoken(&voice.figure(figure, |value| voice.level(unit, value)))),
    }
}

/// An amount with the exact one as its tip.
#[must_use]
pub fn money(voice: Voice, yuan: f64) -> Markup {
    spoken(&Spoken::Known { value: voice.money(yuan), interval: String::new(), exact: voice.exact_money(yuan) })
}

#[must_use]
pub fn p(voice: Voice, figure: &Figure) -> Cell {
    Cell::number(spoken(&voice.figure(figure, |value| voice.p(value))))
}

#[must_use]
pub fn share(voice: Voice, figure: &Figure) -> Cell {
    Cell::number(spoken(&voice.figure(figure, |value| voice.share(value))))
}

#[must_use]
pub fn chance(voice: Voice, figure: &Figure) -> Cell {
    Cell::number(spoken(&voice.figure(figure, |value| voice.chance(value))))
}

#[must_use]
pub fn plain(voice: Voice, figure: &Figure) -> Cell {
    Cell::number(spoken(&voice.figure(figure, super::super::voice::number)))
}

#[must_use]
pub fn count(voice: Voice, count: u64) -> Cell {
    Cell::number(Markup::text(&voice.count(count)))
}

/// A count of a cell that may be too small to show.
#[must_use]
pub fn cell_count(voice: Voice, count: u64) -> Markup {
    if count < SMALLEST_CELL { Markup::text("<10").inside("span", "few") } else { Markup::text(&voice.count(count)) }
}

/// What stands in place of a number computed from too few customers.
#[must_use]
pub fn few(voice: Voice) -> &'static str {
    voice.say("withheld: fewer than 10 customers", "不予展示：少于 10 位客户")
}

/// Every n-th item, so that at most `most` are left; the last is always among them.
#[must_use]
pub fn thinned<T>(items: &[T], most: usize) -> Vec<&T> {
    let step = items.len().div_ceil(most.max(1)).max(1);
    let last = items.len().saturating_sub(1);
    items.iter().enumerate().filter(|(index, _)| (last - index).is_multiple_of(step)).map(|(_, item)| item).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thinning_keeps_the_last() {
        let items: Vec<u32> = (0..100).collect();
        let kept = thinned(&items, 30);
        assert!(kept.len() <= 30 && kept.last() == Some(&&99), "{kept:?}");
        assert_eq!(thinned(&items, 200).len(), 100);
        assert!(thinned::<u32>(&[], 5).is_empty());
    }
}
