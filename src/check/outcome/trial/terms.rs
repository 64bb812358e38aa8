//! `judge { … }`: by which terms a result is judged, and what is shown beside it.

use super::super::moment::is_quantity;
use super::Docket;
use crate::check::Checker;
use crate::check::length::DAY;
use crate::check::names::{Scope, declared};
use crate::check::problems::{outcomes as problems, types};
use crate::diag::Problem;
use crate::ir::{Characteristic, Covariate, Cut, Drift, Looks, NodeId, Target, Terms};
use crate::syntax::ast::{Expression, Judge, JudgeAmount, JudgeDrift, JudgeLooks, Path};
use crate::types::{Physical, Type};

/// What `judge` says.
#[derive(Default)]
pub(super) struct JudgedBy {
    pub terms: Terms,
    pub cuts: Vec<Cut>,
    pub covariates: Vec<Covariate>,
    pub cluster: Option<NodeId>,
    pub score: Option<NodeId>,
    pub drift: Option<Drift>,
}

/// A fact a judgement looks at.
struct Fact {
    name: String,
    label: Option<String>,
    node: NodeId,
    ty: Type,
}

impl Checker {
    pub(super) fn judged_by(&mut self, judge: Option<&Judge>, docket: &Docket) -> Option<JudgedBy> {
        let Some(judge) = judge else { return Some(JudgedBy::default()) };
        let mut out = JudgedBy { terms: self.terms(judge, docket)?, ..JudgedBy::default() };
        for (paths, stratified) in [(&judge.strata, true), (&judge.cuts, false)] {
            for path in paths {
                let fact = self.judged_fact(path, docket)?;
                let place = if stratified { "`strata`" } else { "`by` of `judge`" };
                let cut = self.cut(fact, path, place, stratified)?;
                if !out.cuts.iter().any(|known: &Cut| known.name == cut.name) {
                    out.cuts.push(cut);
                }
            }
        }
        for path in &judge.beside {
            let cut = self.arm_elsewhere(path, docket)?;
            if !out.cuts.iter().any(|known: &Cut| known.name == cut.name) {
                out.cuts.push(cut);
            }
        }
        for path in &judge.adjust {
            let Fact { name, label, node, ty } = self.judged_fact(path, docket)?;
            self.fits(is_quantity(&ty), path, "`adjust for`", "a number or yes/no", &ty)?;
            out.covariates.push(Covariate { name, label, value: node });
        }
        if let Some(path) = &judge.cluster {
            let fact = self.judged_fact(path, docket)?;
            self.fits(fact.ty.is_text() || fact.ty == Type::Int, path, "`cluster`", "a text or a whole number", &fact.ty)?;
            out.cluster = Some(fact.node);
        }
        if let Some(path) = &judge.score {
            let fact = self.judged_fact(path, docket)?;
            self.fits(is_quantity(&fact.ty) && fact.ty != Type::Bool, path, "`score`", "a number", &fact.ty)?;
            out.score = Some(fact.node);
        }
        if let Some(drift) = &judge.drift {
            out.drift = Some(self.drift(drift, docket)?);
        }
        Some(out)
    }

    /// What may have drifted, and in which order units came.
    fn drift(&mut self, written: &JudgeDrift, docket: &Docket) -> Option<Drift> {
        let along = match &written.along {
            Some(path) => {
                let fact = self.judged_fact(path, docket)?;
                let ordered = matches!(fact.ty, Type::Int | Type::Date | Type::Time | Type::Month);
                self.fits(ordered, path, "`along`", "a whole number, a date or a time", &fact.ty)?;
                Some((fact.node, fact.label.unwrap_or(fact.name)))
            }
            None if docket.entry.is_none() => {
                self.report(Problem::new(&problems::DRIFT_WITHOUT_ORDER, written.span).with("name", &docket.name));
                return None;
            }
            None => None,
        };
        let mut of: Vec<Characteristic> = Vec::new();
        for path in &written.of {
            let fact = self.judged_fact(path, docket)?;
            let tenths = fact.ty.is_moment() || is_quantity(&fact.ty) && fact.ty != Type::Bool;
            let (name, label, value, levels) = if tenths {
                (fact.name, fact.label, fact.node, Vec::new())
            } else {
                let Cut { name, label, value, levels, .. } = self.cut(fact, path, "`drift`", false)?;
                (name, label, value, levels)
            };
            if !of.iter().any(|known| known.name == name) {
                of.push(Characteristic { name, label, value, levels, tenths, outcome: false });
            }
        }
        Some(Drift { along, of })
    }

    fn fits(&mut self, fits: bool, path: &Path, place: &str, expected: &str, found: &Type) -> Option<()> {
        if !fits {
            let problem = Problem::new(&types::WRONG_TYPE, path.span).with("where", place).with("expected", expected);
            self.report(problem.with("found", found));
        }
        fits.then_some(())
    }

    /// A column or fact, as of the entry as far as its rows have a time.
    fn judged_fact(&mut self, path: &Path, docket: &Docket) -> Option<Fact> {
        let typed = self.path(path, &Scope::of(0, docket.table))?;
        let node = self.known_at_entry(docket, typed.node, path.span);
        Some(Fact { name: path.text(), label: self.label_of(path, docket), node, ty: typed.ty })
    }

    /// How a column or fact is shown.
    fn label_of(&self, path: &Path, docket: &Docket) -> Option<String> {
        let column = || {
            let [single] = path.segments.as_slice() else { return None };
            let table = self.table(docket.table)?;
            table.column(table.find_column(&single.text)?)?.label.clone()
        };
        let fact = || {
            let (_, item) = self.find_item(path, 0)?;
            declared(&item.kind).and_then(|(_, label)| label.map(|label| label.text.clone()))
        };
        column().or_else(fact)
    }

    fn cut(&mut self, fact: Fact, path: &Path, place: &str, stratified: bool) -> Option<Cut> {
        let Fact { name, label, node, ty } = fact;
        let levels = match &ty {
            Type::Label(ladder) => {
                let ladder = self.ladders.get(ladder.0 as usize)?;
                ladder.labels.iter().map(|level| (level.name.clone(), level.label.clone())).collect()
            }
            Type::Text | Type::Choice(_) | Type::Bool | Type::Int => Vec::new(),
            _ => {
                return self.fits(false, path, place, "labels, texts, yes/no or whole numbers", &ty).and(None);
            }
        };
        Some(Cut { name, label, value: node, levels, stratified, beside: false })
    }

    fn terms(&mut self, judge: &Judge, docket: &Docket) -> Option<Terms> {
        let usual = Terms::default();
        let share = |checker: &mut Self, written: &Option<Expression>, term: &str, low: f64, high: f64, usual: f64| match written {
            Some(written) => checker.share_between(written, term, low, high),
            None => Some(usual),
        };
        let alpha = share(self, &judge.alpha, "alpha", 0.0001, 0.5, usual.alpha)?;
        let power = share(self, &judge.power, "power", 0.5, 0.999, usual.power)?;
        let floor = share(self, &judge.floor, "floor", 0.0, 0.5, usual.floor)?;
        let holdout = share(self, &judge.holdout, "holdout", 0.0, 0.95, usual.holdout)?;
        let looks = match &judge.looks {
            None | Some(JudgeLooks::Once) => Looks::Once,
            Some(JudgeLooks::Anytime(planned)) => {
                self.check_unit(planned, docket)?;
                Looks::Anytime { planned: self.between(&planned.amount, "looks anytime for", 1.0, 1e12)? }
            }
        };
        let (least_units, least_days) = self.least(judge, docket, &usual)?;
        let value = match &judge.value {
            Some(value) => {
                let typed = self.expression(value, &Scope::constant(0))?;
                self.require_type(&typed, &Type::Money, "`value`")?;
                Some(self.fixed_float(value, &Scope::constant(0), "`value`")?)
            }
            None => None,
        };
        let cheaper = match &judge.cheaper {
            Some(margin) => match self.step(margin)? {
                Target::Absolute(margin) if margin >= 0.0 => Some(margin),
                Target::Absolute(_) | Target::Relative(_) | Target::AtMost(_) | Target::AtLeast(_) | Target::Margin(_) | Target::None => {
                    return self.out_of_range(margin, "cheaper within", "0", "0.5pp, 5元 …");
                }
            },
            None => None,
        };
        let adaptive = judge.adaptive.is_some();
        Some(Terms { alpha, power, looks, least_units, least_days, value, adaptive, floor, holdout, cheaper })
    }

    /// `at least 1_000 customers, 14 days`, in any order.
    fn least(&mut self, judge: &Judge, docket: &Docket, usual: &Terms) -> Option<(u64, f64)> {
        let (mut units, mut days) = (usual.least_units, usual.least_days);
        for said in &judge.least {
            if let Some(length) = self.try_length(&said.amount, &Scope::constant(0)) {
                days = length.approximate() as f64 / DAY as f64;
                continue;
            }
            self.check_unit(said, docket)?;
            let count = self.between(&said.amount, "at least", 1.0, 1e12)?;
            #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between 1 and 1e12")]
            let whole = count.round() as u64;
            units = whole;
        }
        Some((units, days))
    }

    /// What is counted are the rows of the trial.
    fn check_unit(&mut self, said: &JudgeAmount, docket: &Docket) -> Option<()> {
        let Some(unit) = &said.unit else { return Some(()) };
        if self.find_table(&unit.text) == Some(docket.table) {
            return Some(());
        }
        let table = self.rows_named(docket.table);
        self.report(
            Problem::new(&problems::JUDGE_UNIT, unit.span).with("unit", &unit.text).with("name", &docket.name).with("table", table),
        );
        None
    }

    /// A share inside its bounds, as a fraction.
    pub(super) fn share_between(&mut self, written: &Expression, term: &str, low: f64, high: f64) -> Option<f64> {
        let typed = self.expression(written, &Scope::constant(0))?;
        self.require_type(&typed, &Type::Percent, &format!("`{term}`"))?;
        let value = self.fixed_float(written, &Scope::constant(0), &format!("`{term}`"))?;
        let words = |value: f64| short_percent(value);
        if (low..=high).contains(&value) { Some(value) } else { self.out_of_range(written, term, &words(low), &words(high)) }
    }

    fn between(&mut self, written: &Expression, term: &str, low: f64, high: f64) -> Option<f64> {
        let typed = self.expression(written, &Scope::constant(0))?;
        if typed.ty.physical() == Physical::Int || typed.ty == Type::Number {
            let value = self.fixed_float(written, &Scope::constant(0), &format!("`{term}`"))?;
            if typed.ty != Type::Money && (low..=high).contains(&value) {
                return Some(value);
            }
        }
        self.out_of_range(written, term, "1", "1_000_000_000_000")
    }

    fn out_of_range<T>(&mut self, written: &Expression, term: &str, low: &str, high: &str) -> Option<T> {
        let value = self.as_written(written.span);
        let problem = Problem::new(&problems::TERM_RANGE, written.span).with("term", term).with("value", value);
        self.report(problem.with("low", low).with("high", high));
        None
    }
}

/// `5%`, `0.01%`
fn short_percent(value: f64) -> String {
    let text = format!("{:.4}", value * 100.0);
    format!("{}%", text.trim_end_matches('0').trim_end_matches('.'))
}
