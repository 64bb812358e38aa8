//! Levels without treatment.
//!
//! The program is run as of one window earlier with the ledger in memory, and its trial is observed now: the figures of exactly the
//! customers it would have taken, over a time in which nobody treated them. Where nobody would have been taken then – a cohort that was
//! not frozen yet – the customers of today are looked at over the window that just ended, which the source of the level says.

use super::super::super::data::OpenedData;
use super::super::super::project::Project;
use super::super::super::session::{Failure, Session};
use super::super::super::stages::Loaded;
use super::super::{Job, Timings, failed};
use super::{DAY, as_of, days, strategies_of};
use strat::engine::bind::Reads;
use strat::engine::{Options, observe};
use strat::evaluate::evaluation::Words;
use strat::evaluate::forecast::Level;
use strat::evaluate::moments::Sample;
use strat::evaluate::observed::{Observed, ObservedMeasure};
use strat::evaluate::ratio::ratio_sample;
use strat::evaluate::tally::{PairTally, Tally};
use strat::evaluate::{Measured, Withheld};
use strat::ir::{Fold, Kind, Moment, Program, Trial, TrialKind};
use strat::types::{Type, Value};

/// A program and its data, seen from one instant.
pub(super) struct Launched<'a> {
    pub session: &'a Session,
    pub project: &'a Project,
    pub loaded: &'a Loaded,
    pub program: &'a Program,
    pub reads: &'a Reads,
    pub opened: &'a OpenedData,
    pub at: i64,
}

/// What a launch one window ago shows.
pub(super) struct Found {
    /// Aligned with the trial's measures.
    pub levels: Vec<Level>,
    pub window_days: f64,
    /// Newly assigned per day since then.
    pub per_day: Measured<f64>,
}

impl Launched<'_> {
    /// Levels of all measures of a trial.
    ///
    /// # Errors
    /// Data that breaks its contract, a failed run.
    pub(super) fn levels(&self, trial: &Trial) -> Result<Found, Failure> {
        let window = trial.longest_window(&self.program.graph).max(1);
        let days = window.div_euclid(DAY) + i64::from(window.rem_euclid(DAY) > 0);
        let then = self.at.saturating_sub(days.saturating_mul(DAY));
        #[allow(clippy::cast_precision_loss, reason = "days")]
        let window_days = days as f64;
        let early = self.program.facts.iter().any(|fact| fact.not_before.is_some_and(|from| from > then));
        if !early {
            let (observed, later) = self.earlier(trial, then)?;
            if observed.arms.iter().any(|arm| arm.assigned > 0) {
                let source = Words::new(
                    format!("those who would have entered {days} days earlier, untreated"),
                    format!("{days} 天前会进入的客户，未受干预"),
                );
                return Ok(Found { levels: levels(&observed, &source), window_days, per_day: Ok(later / window_days) });
            }
        }
        let source = Words::new(
            format!("those who enter now, over the last {days} days; what made them enter may lie in that time"),
            format!("现在进入的客户在过去 {days} 天的表现；其入选原因可能就在这段时间里"),
        );
        let observed = self.present(trial, then)?;
        Ok(Found { levels: levels(&observed, &source), window_days, per_day: Err(Withheld::NoUnits) })
    }

    /// A job over the data that is open, which looks for events since the last run or the day before.
    fn job<'j>(&'j self, project: &'j Project, program: &'j Program, at: i64) -> Result<Job<'j>, Failure> {
        let mut job = Job::new(self.session, project, self.loaded, program, None, false)?;
        job.moment.previous = job.moment.previous.or(Some(at - DAY));
        let _ = job.networks.set(job.networks(self.reads)?);
        Ok(job)
    }

    /// A launch at an earlier instant, observed now, and how many were newly assigned since then.
    fn earlier(&self, trial: &Trial, then: i64) -> Result<(Observed, f64), Failure> {
        let project = Project { as_of: as_of(then), ..self.project.clone() };
        let mut job = self.job(&project, self.program, then)?;
        job.progress.step(self.session.words("levels without treatment", "计算未干预时的水平"));
        days::run(&mut job, self.reads, self.opened)?;
        job.moment = Moment { as_of: self.at, previous: Some(then) };
        let (bound, _) = job.bound_over(self.reads, self.opened.clone(), &mut Timings::default())?;
        let observed = observe(self.program, trial, &bound.tables, job.moment, &Options::default()).map_err(|error| failed(&error))?;
        let later = days::run(&mut job, self.reads, self.opened)?.assigned;
        let count: u64 = later.iter().filter(|((name, _), _)| *name == trial.name).map(|(_, count)| *count).sum();
        #[allow(clippy::cast_precision_loss, reason = "customers of a bank")]
        Ok((observed, count as f64))
    }

    /// Those who would be assigned now, as if all had entered at an earlier instant.
    fn present(&self, trial: &Trial, then: i64) -> Result<Observed, Failure> {
        let mut program = self.program.clone();
        let flags: Vec<_> = strategies_of(&program, trial).iter().map(|strategy| strategy.assigned).collect();
        let arm = trial.arms.first().map_or_else(String::new, |arm| arm.name.clone());
        let arm = program.graph.add(Kind::Constant(Value::Text(arm)), Type::Text, false, None, trial.span);
        let assigned = match flags.as_slice() {
            [flag] => *flag,
            flags => program.graph.add(Kind::Or(flags.to_vec()), Type::Bool, false, Some(trial.table), trial.span),
        };
        let mut seen =
            Trial { kind: TrialKind::Experiment, assigned, arm, cuts: Vec::new(), covariates: Vec::new(), drift: None, ..trial.clone() };
        (seen.probability, seen.proposed, seen.cluster, seen.score) = (None, None, None, None);
        if let Some(entry) = trial.entry {
            program.graph.replace(entry, Kind::Constant(Value::Int(then)));
        }
        let project = Project { as_of: as_of(self.at), ..self.project.clone() };
        let job = self.job(&project, &program, self.at)?;
        let mut reads = self.reads.clone();
        for (table, columns) in Reads::of_nodes(&program, seen.nodes()).columns {
            reads.columns.entry(table).or_default().extend(columns);
        }
        let (bound, _) = job.bound_over(&reads, self.opened.clone(), &mut Timings::default())?;
        observe(&program, &seen, &bound.tables, job.moment, &Options::default()).map_err(|error| failed(&error))
    }
}

fn levels(observed: &Observed, source: &Words) -> Vec<Level> {
    let folds = observed.trial.measures.iter().map(|measure| &measure.fold);
    folds.zip(&observed.measures).map(|(fold, measure)| level(fold, measure, source)).collect()
}

/// All arms together: nobody was treated.
fn level(fold: &Fold, measure: &ObservedMeasure, source: &Words) -> Level {
    let mut value = Tally::default();
    let mut pairs = PairTally::default();
    for cell in &measure.arms {
        value.merge(&cell.value);
        pairs.merge(&cell.ratio);
    }
    let sample: Measured<Sample> = match fold {
        Fold::Ratio { .. } => ratio_sample(&pairs.moments().pair()),
        Fold::Rate { .. } | Fold::Mean { .. } | Fold::Sum { .. } | Fold::Quantile { .. } | Fold::Lasting { .. } => {
            let sample = value.moments().sample();
            if sample.n > 0 { Ok(sample) } else { Err(Withheld::NoUnits) }
        }
    };
    #[allow(clippy::cast_precision_loss, reason = "customers of a bank")]
    Level {
        units: value.count() as f64,
        level: sample.map(|sample| sample.mean),
        variance: sample.and_then(|sample| sample.usable().map(|()| sample.variance)),
        source: source.clone(),
    }
}
