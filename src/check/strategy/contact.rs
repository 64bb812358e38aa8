//! The contact and the arbitration layer: actions ask their caps one after the other, those ahead first.
//!
//! Strategies of one class and priority that say what an action is worth are ahead of each other by that value, customer by customer;
//! such a band is asked as a whole.

use super::Draft;
use super::cap::{Ahead, Cap, CapRule, Said};
use super::course::Course;
use super::layer::{Contender, LayerRule};
use crate::check::Checker;
use crate::check::problems::strategy as problems;
use crate::diag::Problem;
use crate::ir::{Comparison, NodeId, Operator, Stage};
use crate::types::{Physical, Type, Value};

/// One contender of a band.
struct Member {
    contender: usize,
    said: Said,
    caps: Vec<CapRule>,
    /// Those per group, asked after the others, in the order of the members.
    shared: Vec<CapRule>,
}

impl Checker {
    /// Asks the caps of every contact of this round; what passes counts for all behind, whatever a later layer says.
    pub(super) fn pass_caps(
        &mut self,
        stage: Stage,
        round: u8,
        courses: &mut [Course<'_>],
        contenders: &mut [Contender],
        ahead: &mut Vec<Ahead>,
    ) {
        let band = |at: usize| contenders.get(at).map(|contender| (contender.band, contender.variant));
        let mut bands: Vec<Vec<usize>> = Vec::new();
        for at in (0..contenders.len()).filter(|at| contenders.get(*at).is_some_and(|contender| contender.round == round)) {
            match bands.last_mut().filter(|members| members.last().is_some_and(|last| band(*last) == band(at))) {
                Some(members) => members.push(at),
                None => bands.push(vec![at]),
            }
        }
        for members in bands {
            let mut valued: Vec<usize> = members.iter().copied().filter(|at| compares_value(courses, contenders, *at)).collect();
            let with_value = valued.iter().any(|at| value_of(courses, contenders, *at));
            let first = valued.first().and_then(|at| contenders.get(*at)).map(|contender| contender.course);
            let several = valued.iter().any(|at| contenders.get(*at).map(|contender| contender.course) != first);
            if !with_value || !several {
                valued.clear();
            }
            self.pass_band(stage, courses, contenders, &valued, ahead);
            for at in members.iter().filter(|at| !valued.contains(at)) {
                self.pass_alone(stage, courses, contenders, *at, ahead);
            }
        }
    }

    /// One contact after all those ahead.
    fn pass_alone(
        &mut self,
        stage: Stage,
        courses: &mut [Course<'_>],
        contenders: &mut [Contender],
        at: usize,
        ahead: &mut Vec<Ahead>,
    ) -> Option<()> {
        let contender = contenders.get(at)?;
        // What an action stands in for is not ahead of it.
        let counted: Vec<Ahead> = ahead.iter().filter(|other| Some(other.contender) != contender.replaces).cloned().collect();
        let course = courses.get(contender.course)?;
        let (_, reach) = course.action(contender.wave, contender.reach)?;
        let (said, customer) = (course.draft.said(reach)?, course.draft.customer?);
        let own = customer == course.draft.unit;
        let (shared, personal): (Vec<CapRule>, Vec<CapRule>) =
            self.caps_of(&course.draft, reach, &said, stage)?.into_iter().partition(|rule| rule.per.is_some());
        let groups = self.group_caps(courses, contenders, at, shared, &counted)?;
        let contender = contenders.get_mut(at)?;
        let course = courses.get_mut(contender.course)?;
        let (wave, reach) = (course.journey.waves.get(contender.wave)?, course.reaches.get(contender.wave)?.get(contender.reach)?);
        let mut caps = Vec::new();
        for rule in personal {
            caps.push(self.cap_before(&course.draft, rule, said.contact, (customer, own), &counted)?);
        }
        let before = if own || caps.is_empty() { None } else { self.same_action_ahead(&course.draft, &caps, customer, contender.wanted) };
        let mut rules =
            if stage == Stage::Contact && said.contact { self.hour_rules(&course.draft, &said.channel, wave.goes) } else { Vec::new() };
        for cap in &caps {
            let used = match before {
                Some(before) => self.binary(Operator::Add, cap.used, before, Type::Int, cap.rule.span),
                None => cap.used,
            };
            let full = self.compare(Comparison::GreaterOrEqual, used, cap.most, cap.rule.span);
            if stage == Stage::Arbitration {
                rules.push(self.lost_to_rival(cap, full, &counted));
            }
            rules.push(LayerRule { name: cap.rule.name.clone(), label: None, condition: full, detail: None, span: cap.rule.span });
        }
        self.group_rules(&course.draft, &groups, &mut rules, contender.wanted, said.contact)?;
        contender.wanted = self.pass_layer(&mut course.draft, wave, reach, stage, &rules, contender.wanted);
        ahead.push(Ahead { contender: at, table: course.draft.table, customer, own, said, passed: contender.wanted });
        Some(())
    }

    /// The cap is full because of somebody in this run, not of the ledger alone.
    fn lost_to_rival(&mut self, cap: &Cap, full: NodeId, ahead: &[Ahead]) -> LayerRule {
        let span = cap.rule.span;
        let open = self.surely_compare(Comparison::Less, cap.past, cap.most, span);
        let mut rival = self.constant(Value::Missing, Type::Text, span);
        for other in ahead.iter().filter(|other| other.own && cap.rule.subject.concerns(&other.said)) {
            let name = self.text_constant(other.said.strategy.clone(), span);
            rival = self.either(other.passed, name, rival, span);
        }
        let condition = self.all(&[full, open], span);
        LayerRule { name: String::from("arbitration"), label: None, condition, detail: Some(rival), span }
    }

    /// Contacts of strategies about the person itself, of one class and priority, by value.
    fn pass_band(
        &mut self,
        stage: Stage,
        courses: &mut [Course<'_>],
        contenders: &mut [Contender],
        band: &[usize],
        ahead: &mut Vec<Ahead>,
    ) -> Option<()> {
        let mut members = Vec::new();
        for at in band {
            let contender = contenders.get(*at)?;
            let course = courses.get(contender.course)?;
            let reach = course.reaches.get(contender.wave)?.get(contender.reach)?;
            let said = course.draft.said(reach)?;
            let (shared, caps) = self.caps_of(&course.draft, reach, &said, stage)?.into_iter().partition(|rule| rule.per.is_some());
            members.push(Member { contender: *at, said, caps, shared });
        }
        let mut rules: Vec<CapRule> = Vec::new();
        for rule in members.iter().flat_map(|member| &member.caps) {
            if !rules.contains(rule) {
                rules.push(rule.clone());
            }
        }
        let before = self.without_replaced(contenders, band, ahead);
        let first = courses.get(contenders.get(members.first()?.contender)?.course)?;
        let mut caps = Vec::new();
        for rule in rules {
            caps.push(self.cap_before(&first.draft, rule, true, (first.draft.customer?, true), &before)?);
        }
        let said = if caps.is_empty() { None } else { Some(self.arbitration(stage, courses, contenders, &members, &caps)?) };
        for (number, member) in members.into_iter().enumerate() {
            let groups = self.group_caps(courses, contenders, member.contender, member.shared, ahead)?;
            let contender = contenders.get_mut(member.contender)?;
            let course = courses.get_mut(contender.course)?;
            let (wave, reach) = (course.journey.waves.get(contender.wave)?, course.reaches.get(contender.wave)?.get(contender.reach)?);
            let mut asked =
                if stage == Stage::Contact { self.hour_rules(&course.draft, &member.said.channel, wave.goes) } else { Vec::new() };
            if let Some(said) = said {
                asked.extend(self.answers(stage, said, number, &member.caps, &caps, &before));
            }
            self.group_rules(&course.draft, &groups, &mut asked, contender.wanted, true)?;
            contender.wanted = self.pass_layer(&mut course.draft, wave, reach, stage, &asked, contender.wanted);
            let (table, customer) = (course.draft.table, course.draft.customer?);
            ahead.push(Ahead { contender: member.contender, table, customer, own: true, said: member.said, passed: contender.wanted });
        }
        Some(())
    }

    /// Those ahead of a band; whoever a member stands in for is ahead only where that member does not.
    fn without_replaced(&mut self, contenders: &[Contender], band: &[usize], ahead: &[Ahead]) -> Vec<Ahead> {
        let mut out = ahead.to_vec();
        for other in &mut out {
            let members = band.iter().filter_map(|at| contenders.get(*at)).filter(|member| member.replaces == Some(other.contender));
            let instead: Vec<NodeId> = members.map(|member| member.wanted).collect();
            if !instead.is_empty() {
                let span = self.graph.get(other.passed).map(|node| node.span).unwrap_or_default();
                let instead = self.any(&instead, span);
                let alone = self.negation(instead, span);
                other.passed = self.all(&[other.passed, alone], span);
            }
        }
        out
    }

    /// One word per member of a band: see the builtin `arbitrate`.
    fn arbitration(
        &mut self,
        stage: Stage,
        courses: &[Course<'_>],
        contenders: &[Contender],
        members: &[Member],
        caps: &[Cap],
    ) -> Option<NodeId> {
        let numbers = |wanted: &dyn Fn(&Member) -> bool| {
            let found = members.iter().enumerate().filter(|(_, member)| wanted(member)).map(|(at, _)| at.to_string());
            found.collect::<Vec<_>>().join(".")
        };
        let mut plan: Vec<String> = vec![members.iter().map(|member| member.said.strategy.clone()).collect::<Vec<_>>().join(",")];
        plan.extend(caps.iter().map(|cap| &cap.rule).map(|rule| {
            let (counts, applies) = (numbers(&|member| rule.subject.concerns(&member.said)), numbers(&|member| member.caps.contains(rule)));
            format!("{counts}:{applies}")
        }));
        let span = courses.get(contenders.get(members.first()?.contender)?.course)?.draft.span;
        let mut arguments = vec![self.text_constant(plan.join("|"), span)];
        let mut known: Option<(Type, String)> = None;
        let mut values = Vec::new();
        for member in members {
            let contender = contenders.get(member.contender)?;
            let course = courses.get(contender.course)?;
            let value = self.action_value(&course.draft, Some(&member.said.channel))?;
            if let Some(value) = value {
                let ty = self.type_of(value);
                match &known {
                    Some((other, name)) if *other != ty => {
                        let problem = Problem::new(&problems::VALUES_DIFFER, course.draft.span).with("strategy", &member.said.strategy);
                        self.report(problem.with("type", &ty).with("other", name).with("other_type", other));
                        return None;
                    }
                    Some(_) => {}
                    None => known = Some((ty, member.said.strategy.clone())),
                }
            }
            // What hours give up competes with nobody.
            let goes = course.journey.waves.get(contender.wave)?.goes;
            let wanted = if stage == Stage::Contact {
                self.inside_hours(&course.draft, &member.said.channel, goes, contender.wanted)
            } else {
                contender.wanted
            };
            values.push((wanted, value));
        }
        let ty = known.map_or(Type::Int, |(ty, _)| ty);
        let lowest = if ty.physical() == Physical::Float { Value::Float(f64::MIN) } else { Value::Int(i64::MIN) };
        let lowest = self.constant(lowest, ty, span);
        for (wanted, value) in values {
            let value = value.map_or(lowest, |value| self.first_known(value, lowest, span));
            arguments.extend([wanted, value]);
        }
        for cap in caps {
            let used = self.first_known(cap.used, cap.most, span);
            arguments.extend([used, cap.most]);
        }
        Some(self.call("arbitrate", arguments, Type::Text, span))
    }

    /// The rules of one member, read off the word about it.
    fn answers(&mut self, stage: Stage, said: NodeId, number: usize, own: &[CapRule], caps: &[Cap], before: &[Ahead]) -> Vec<LayerRule> {
        let mut out = Vec::new();
        for (at, cap) in caps.iter().enumerate().filter(|(_, cap)| own.contains(&cap.rule)) {
            let span = cap.rule.span;
            let place = |at: usize| Value::Int(i64::try_from(at).unwrap_or(i64::MAX));
            let (member, cap_number) = (self.constant(place(number), Type::Int, span), self.constant(place(at), Type::Int, span));
            let full = self.call("cap_reached", vec![said, member, cap_number], Type::Bool, span);
            if stage == Stage::Arbitration {
                let rival = self.call("rival", vec![said, member], Type::Text, span);
                let nobody = self.text_constant("", span);
                let in_band = self.surely_compare(Comparison::NotEqual, rival, nobody, span);
                let mut rule = self.lost_to_rival(cap, full, before);
                rule.detail = rule.detail.map(|earlier| self.either(in_band, rival, earlier, span));
                out.push(rule);
            }
            out.push(LayerRule { name: cap.rule.name.clone(), label: None, condition: full, detail: None, span });
        }
        out
    }

    /// `value` of a strategy for one of its actions; `None` inside when it says none.
    pub(super) fn action_value(&mut self, draft: &Draft<'_>, channel: Option<&str>) -> Option<Option<NodeId>> {
        let Some(value) = &draft.ast.value else { return Some(None) };
        let scope = self.scope_of_rule(draft, draft.module, channel, value.span);
        Some(Some(self.expression(value, &scope)?.node))
    }
}

/// Contacts that can be compared by value: the row is the person.
fn compares_value(courses: &[Course<'_>], contenders: &[Contender], at: usize) -> bool {
    let Some(contender) = contenders.get(at) else { return false };
    let Some(course) = courses.get(contender.course) else { return false };
    let sends = course.action(contender.wave, contender.reach).is_some_and(|(_, reach)| reach.channel.is_some());
    sends && course.draft.customer == Some(course.draft.unit)
}

fn value_of(courses: &[Course<'_>], contenders: &[Contender], at: usize) -> bool {
    contenders.get(at).and_then(|contender| courses.get(contender.course)).is_some_and(|course| course.draft.ast.value.is_some())
}
