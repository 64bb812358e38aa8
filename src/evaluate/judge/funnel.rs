//! From assigned to the goal, per arm: who was contacted, what became of the contacts, who responded.

use crate::evaluate::evaluation::{FunnelStage, Words};
use crate::evaluate::observed::ObservedArm;
use std::collections::BTreeSet;

use super::contrast::measure_of;
use super::view::{View, named};

/// The states of a contact from the nearest to the furthest: who got to one got to those before.
const STATES: [(&str, &str, &str); 3] =
    [("delivered", "delivered", "已送达"), ("opened", "opened", "已打开"), ("clicked", "clicked", "已点击")];

/// Empty where nobody was contacted and nobody responded.
pub fn stages(view: &View) -> Vec<FunnelStage> {
    let arms = &view.observed.arms;
    let contacted = arms.iter().any(|arm| arm.reached > 0 || arm.statuses.values().any(|count| *count > 0));
    if !contacted && arms.iter().all(|arm| arm.responses.is_empty()) {
        return Vec::new();
    }
    let stage = |slug: &str, title: Words, of: &dyn Fn(&ObservedArm) -> u64| FunnelStage {
        slug: slug.to_owned(),
        title,
        counts: arms.iter().map(of).collect(),
    };
    let mut found = vec![
        stage("assigned", Words::new("assigned", "已分组"), &|arm| arm.assigned),
        stage("reached", Words::new("contacted", "已触达"), &|arm| arm.reached),
    ];
    for (at, (slug, en, zh)) in STATES.iter().enumerate() {
        let further = || STATES.iter().skip(at).map(|(slug, _, _)| *slug);
        let counted = |arm: &ObservedArm| further().filter_map(|state| arm.statuses.get(state)).sum();
        if arms.iter().any(|arm| counted(arm) > 0) {
            found.push(stage(slug, Words::new(*en, *zh), &counted));
        }
    }
    if arms.iter().any(|arm| arm.statuses.get("failed").is_some_and(|count| *count > 0)) {
        found.push(stage("failed", Words::new("failed", "触达失败"), &|arm| arm.statuses.get("failed").copied().unwrap_or(0)));
    }
    let kinds: BTreeSet<&String> = arms.iter().flat_map(|arm| arm.responses.keys()).collect();
    for kind in kinds {
        found.push(stage(kind, Words::same(kind.clone()), &|arm| arm.responses.get(kind).copied().unwrap_or(0)));
    }
    found.extend(goal(view));
    found
}

/// Mature customers who reached the primary goal, where it is a share of customers.
fn goal(view: &View) -> Option<FunnelStage> {
    let goal = view.goal(view.primary?)?;
    let measure = measure_of(goal)?;
    let counts: Option<Vec<u64>> = (0..view.trial.arms.len())
        .map(|arm| view.cell(measure, arm).filter(|_| is_rate(view, measure)).and_then(|cell| u64::try_from(cell.value.total()?).ok()))
        .collect();
    Some(FunnelStage { slug: "goal".to_owned(), title: named(&goal.name, goal.label.as_deref()), counts: counts? })
}

fn is_rate(view: &View, measure: usize) -> bool {
    view.measure(measure).is_some_and(|own| matches!(own.fold, crate::ir::Fold::Rate { .. }))
}
