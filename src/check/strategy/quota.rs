//! Quotas: the places of an offer over everything that gives it, and how many a strategy may serve in one run.

use super::course::Course;
use super::layer::{Contender, LayerRule};
use crate::check::Checker;
use crate::check::names::Scope;
use crate::check::problems::{policy as policies, strategy as problems};
use crate::diag::Problem;
use crate::ir::{Comparison, Gate, Kind, NodeId, Operator, PlaceEntry, Population, Stage};
use crate::source::Span;
use crate::syntax::ast;
use crate::types::{TableId, Type, Value};

/// An offer with a quota and the strategies that give it.
struct Pool {
    module: usize,
    offer: ast::Offer,
    table: TableId,
    /// Index of a strategy, and its contenders that give the offer.
    members: Vec<(usize, Vec<usize>)>,
}

impl Checker {
    /// Places of offers, then the limit of each strategy.
    pub(super) fn pass_quota(&mut self, courses: &mut [Course<'_>], contenders: &mut [Contender]) {
        let before = Self::wishes_of(contenders);
        for pool in self.pools(courses, contenders) {
            self.placed_offers.push((pool.module, pool.offer.clone(), pool.table));
            self.fill_places(&pool, courses, contenders);
        }
        self.note_lost(Stage::Quota, contenders, &before);
        for at in 0..courses.len() {
            self.strategy_limit(at, courses, contenders);
        }
    }

    fn pools(&mut self, courses: &[Course<'_>], contenders: &[Contender]) -> Vec<Pool> {
        let mut out: Vec<Pool> = Vec::new();
        for (at, contender) in contenders.iter().enumerate() {
            let Some(course) = courses.get(contender.course) else { continue };
            let Some((_, reach)) = course.action(contender.wave, contender.reach) else { continue };
            let Some((module, offer)) = reach.offer.as_ref().filter(|(_, offer)| offer.quota.is_some()) else { continue };
            if contender.round > 0 {
                self.inherits_place(
                    contender,
                    course,
                    contenders,
                    (&offer.name.text, reach.fallback_of.map(|(_, stage)| stage)),
                    reach.span,
                );
                continue;
            }
            let table = course.draft.table;
            let known = out.iter_mut().find(|pool| (pool.module, &pool.offer.name.text) == (*module, &offer.name.text));
            match known {
                Some(pool) if pool.table != table => {
                    let name = |table: TableId| self.table(table).map_or_else(String::new, |table| table.name.clone());
                    let problem = Problem::new(&problems::OFFER_OF_TWO_TABLES, reach.span).with("offer", &offer.name.text);
                    let problem = problem.with("table", name(pool.table)).with("other", name(table));
                    self.report(problem);
                }
                Some(pool) => match pool.members.iter_mut().find(|(course, _)| *course == contender.course) {
                    Some((_, members)) => members.push(at),
                    None => pool.members.push((contender.course, vec![at])),
                },
                None => {
                    let members = vec![(contender.course, vec![at])];
                    out.push(Pool { module: *module, offer: offer.clone(), table, members });
                }
            }
        }
        out
    }

    /// What stands in for an action keeps its place, so it gives the same offer.
    fn inherits_place(
        &mut self,
        contender: &Contender,
        course: &Course<'_>,
        contenders: &[Contender],
        (offer, stage): (&str, Option<Stage>),
        span: Span,
    ) {
        let replaced = contender.replaces.and_then(|at| contenders.get(at)).and_then(|other| course.action(other.wave, other.reach));
        let given = replaced.and_then(|(_, reach)| reach.offer.as_ref()).is_some_and(|(_, given)| given.name.text == offer);
        if !given || !stage.is_some_and(keeps_place) {
            self.report(Problem::new(&policies::FALLBACK_PLACE, span).with("offer", offer));
        }
    }

    /// Open places go to the first in rank order over all strategies that give the offer; the next ones are the reserve.
    fn fill_places(&mut self, pool: &Pool, courses: &mut [Course<'_>], contenders: &mut [Contender]) -> Option<()> {
        let open = self.open_places(pool.module, &pool.offer, pool.table)?;
        let reserve = match &pool.offer.reserve {
            Some(reserve) => self.whole(reserve, &Scope::constant(pool.module), "`reserve`")?,
            None => 0,
        };
        let entries = self.pool_entries(pool, courses, contenders)?;
        let span = pool.offer.name.span;
        let reserve = self.constant(Value::Int(reserve), Type::Int, span);
        let last = self.binary(Operator::Add, open, reserve, Type::Int, span);
        for (at, (course, members)) in pool.members.iter().enumerate() {
            let Some(course) = courses.get_mut(*course) else { continue };
            let span = contenders
                .get(*members.first()?)
                .and_then(|first| course.action(first.wave, first.reach))
                .map_or(span, |(_, reach)| reach.span);
            let place = Population::Place { entries: entries.clone(), at: u32::try_from(at).ok()? };
            let place = self.add_in(pool.table, Kind::Population(Box::new(place)), Type::Int, true, span);
            let served = self.surely_compare(Comparison::LessOrEqual, place, open, span);
            let near = self.surely_compare(Comparison::LessOrEqual, place, last, span);
            let number = self.binary(Operator::Subtract, place, open, Type::Int, span);
            let number = self.call("digits", vec![number], Type::Text, span);
            for member in members {
                let Some(contender) = contenders.get_mut(*member) else { continue };
                self.keep_served(course, contender, (served, near), number, pool.offer.name.span);
            }
        }
        Some(())
    }

    /// One entry for each strategy: whoever gets the offer by any of its actions takes one place.
    fn pool_entries(&mut self, pool: &Pool, courses: &[Course<'_>], contenders: &[Contender]) -> Option<Vec<PlaceEntry>> {
        let mut out: Vec<PlaceEntry> = Vec::new();
        let mut first = None;
        for (course, members) in &pool.members {
            let course = courses.get(*course)?;
            let wanted: Vec<NodeId> =
                members.iter().filter_map(|member| contenders.get(*member)).map(|contender| contender.wanted).collect();
            let flag = self.any(&wanted, pool.offer.name.span);
            let keys = self.rank_keys(&course.draft)?;
            let shape: Vec<(Type, bool)> = keys.iter().map(|(key, descending)| (self.type_of(*key), *descending)).collect();
            match &first {
                None => first = Some((course.draft.ast.name.text.clone(), shape)),
                Some((_, known)) if *known == shape => {}
                Some((name, _)) => {
                    let problem = Problem::new(&problems::RANKS_DIFFER, course.draft.span).with("strategy", &course.draft.ast.name.text);
                    self.report(problem.with("other", name).with("offer", &pool.offer.name.text));
                    return None;
                }
            }
            out.push(PlaceEntry { flag, keys, per: None, weight: None });
        }
        Some(out)
    }

    /// Records who waits in the reserve and who is left out.
    fn keep_served(
        &mut self,
        course: &mut Course<'_>,
        contender: &mut Contender,
        (served, near): (NodeId, NodeId),
        number: NodeId,
        rule_span: Span,
    ) -> Option<()> {
        let (wave, reach) = (course.journey.waves.get(contender.wave)?, course.reaches.get(contender.wave)?.get(contender.reach)?);
        let (span, asked) = (reach.span, contender.wanted);
        let not_served = self.negation(served, span);
        let reserved = self.all(&[asked, not_served, near], span);
        self.exclude(&mut course.draft, reserved, Stage::Quota, "reserve", Some(number));
        let far = self.negation(near, span);
        let left_out = self.all(&[asked, not_served, far], span);
        self.exclude(&mut course.draft, left_out, Stage::Quota, "quota", None);
        for (rule, stops) in [("reserve", reserved), ("quota", left_out)] {
            course.draft.gates.push(Gate {
                stage: Stage::Quota,
                rule: rule.to_string(),
                label: None,
                condition: stops,
                stops,
                asked,
                wave: Some(wave.name.clone()),
                action: Some(reach.name()),
                span: rule_span,
            });
        }
        contender.wanted = self.all(&[asked, served], span);
        Some(())
    }

    /// `limit N`: the first N subjects in rank order, whatever actions they get.
    fn strategy_limit(&mut self, at: usize, courses: &mut [Course<'_>], contenders: &mut [Contender]) -> Option<()> {
        let course = courses.get_mut(at)?;
        let limit = course.draft.ast.limit.clone()?;
        let most = self.whole(&limit, &Scope::constant(course.draft.module), "`limit`")?;
        let span = limit.span;
        let mut wanted = Vec::new();
        let mut members = Vec::new();
        for (number, contender) in contenders.iter().enumerate().filter(|(_, contender)| contender.course == at) {
            let reach = course.reaches.get(contender.wave).and_then(|reaches| reaches.get(contender.reach))?;
            // What stands in for an action of an earlier layer comes to life later, and counts already.
            let needed = match reach.fallback_of.filter(|_| contender.round > 0) {
                Some((_, stage)) if keeps_place(stage) => continue,
                Some((_, stage)) => contender.replaces.and_then(|at| contenders.get(at)).and_then(|replaced| replaced.lost_at(stage)),
                None => Some(contender.wanted),
            };
            if let Some(needed) = needed {
                wanted.push(self.all(&[contender.wanted, needed], span));
                members.push(number);
            }
        }
        let flag = self.any(&wanted, span);
        let entries = vec![PlaceEntry { flag, keys: self.rank_keys(&course.draft)?, per: None, weight: None }];
        let place = Population::Place { entries, at: 0 };
        let place = self.add_in(course.draft.table, Kind::Population(Box::new(place)), Type::Int, true, span);
        let most = self.constant(Value::Int(most), Type::Int, span);
        let served = self.surely_compare(Comparison::LessOrEqual, place, most, span);
        let beyond = self.negation(served, span);
        for number in members {
            let Some(contender) = contenders.get_mut(number) else { continue };
            let (Some(wave), Some(reach)) = (
                course.journey.waves.get(contender.wave),
                course.reaches.get(contender.wave).and_then(|reaches| reaches.get(contender.reach)),
            ) else {
                continue;
            };
            let rule = LayerRule { name: String::from("limit"), label: None, condition: beyond, detail: None, span };
            contender.wanted = self.pass_layer(&mut course.draft, wave, reach, Stage::Quota, &[rule], contender.wanted);
        }
        Some(())
    }
}

/// Whether what a layer stops had its place by then, so that what stands in for it keeps that place.
fn keeps_place(stage: Stage) -> bool {
    stage > Stage::Quota
}
