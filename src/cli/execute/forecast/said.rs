//! Levels that somebody gave: on the command line, or an earlier judgement.

use super::super::super::arguments::Forecast as Asked;
use super::super::super::problems::BAD_SETTING;
use super::super::super::session::{Failure, Session};
use super::super::setting;
use strat::evaluate::evaluation::{Evaluation, Words};
use strat::evaluate::forecast::Level;
use strat::evaluate::{Measured, Withheld};
use strat::ir::{Fold, Measure, Trial};
use strat::types::Type;

/// Levels by the name of their goal.
pub(super) struct Said<'a> {
    /// Name, level, and standard deviation where one was given; as people write them.
    flags: Vec<(String, f64, Option<f64>)>,
    judged: Option<&'a Evaluation>,
}

impl<'a> Said<'a> {
    /// Reads the flags.
    ///
    /// # Errors
    /// A flag that is no level.
    pub(super) fn of(session: &Session, asked: &Asked, judged: Option<&'a Evaluation>) -> Result<Self, Failure> {
        let wrong = |text: &String| {
            let advice = session.words("write: woken=6%, or for an amount: spend=200+-350", "请写：woken=6%，金额写：spend=200+-350");
            setting(&BAD_SETTING, "--baseline", text, advice)
        };
        let flags = asked.baseline.iter().map(|text| read(text).ok_or_else(|| wrong(text))).collect::<Result<_, _>>()?;
        Ok(Self { flags, judged })
    }

    /// A level given for a measure, else the one found, else the one of an earlier judgement.
    pub(super) fn or(&self, trial: &Trial, measure: &Measure, found: Level) -> Level {
        let given = self.flags.iter().find(|(name, _, _)| *name == measure.name || measure.label.as_ref() == Some(name));
        if let Some((_, level, deviation)) = given {
            return said(measure, *level, *deviation, 0.0, Words::new("given by hand", "手工给出"));
        }
        if found.variance.is_ok() {
            return found;
        }
        let rows = self.judged.and_then(|judged| judged.trials.iter().find(|report| report.name == trial.name)).map(|report| &report.goals);
        let row = rows.and_then(|rows| rows.iter().find(|row| row.name == measure.name));
        match row.and_then(|row| Some((row.level_against.known()?, row.n_against))) {
            #[allow(clippy::cast_precision_loss, reason = "customers of a bank")]
            Some((level, units)) => said(measure, level, None, units as f64, Words::new("an earlier judgement", "以往评估")),
            None => found,
        }
    }
}

/// A level in the units people write: shares as fractions, money in yuan.
fn said(measure: &Measure, level: f64, deviation: Option<f64>, units: f64, source: Words) -> Level {
    let scale = if measure.ty == Type::Money { 100.0 } else { 1.0 };
    let variance: Measured<f64> = match (&measure.fold, deviation) {
        (_, Some(deviation)) => Ok((deviation * scale).powi(2)),
        (Fold::Rate { .. }, None) if 0.0 < level && level < 1.0 => Ok(level * (1.0 - level)),
        (
            Fold::Rate { .. } | Fold::Mean { .. } | Fold::Sum { .. } | Fold::Ratio { .. } | Fold::Quantile { .. } | Fold::Lasting { .. },
            None,
        ) => Err(Withheld::NoVariation),
    };
    Level { units, level: Ok(level * scale), variance, source }
}

/// `woken=6%`, `spend=200+-350`
fn read(text: &str) -> Option<(String, f64, Option<f64>)> {
    let (name, level) = text.split_once('=')?;
    let (level, deviation) = match level.split_once("+-").or_else(|| level.split_once('±')) {
        Some((level, deviation)) => (level, Some(number(deviation).filter(|deviation| *deviation > 0.0)?)),
        None => (level, None),
    };
    Some((name.trim().to_owned(), number(level)?, deviation)).filter(|(name, _, _)| !name.is_empty())
}

fn number(text: &str) -> Option<f64> {
    let text = text.trim().trim_end_matches('元');
    let value = match text.strip_suffix('%') {
        Some(percent) => percent.trim().parse::<f64>().ok()? / 100.0,
        None => text.parse::<f64>().ok()?,
    };
    Some(value).filter(|value| value.is_finite())
}

#[cfg(test)]
mod tests {
    use super::read;

    #[test]
    fn levels_are_read_as_people_write_them() {
        assert_eq!(read("woken=6%"), Some((String::from("woken"), 0.06, None)));
        assert_eq!(read("人均消费 = 200元±350元"), Some((String::from("人均消费"), 200.0, Some(350.0))));
        for wrong in ["woken", "=6%", "woken=many", "spend=200+-0", "x=NaN"] {
            assert_eq!(read(wrong), None, "{wrong}");
        }
    }
}
