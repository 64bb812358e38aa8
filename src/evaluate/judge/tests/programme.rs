//! Metrics, migrations, credit and lifetime value from plain inputs.

use super::fixtures::{known, near, slug};
use crate::evaluate::attribution::Journey;
use crate::evaluate::evaluation::Unit;
use crate::evaluate::judge::{CreditRequest, Group, LifetimeRequest, Purchaser, attribution, lifetime, metric, migration};
use crate::evaluate::lifetime::History;
use crate::evaluate::withheld::Withheld;
use std::collections::BTreeMap;

#[test]
fn a_metric_keeps_its_groups_in_order() {
    let group = |name: &str, value| Group { group: vec![name.to_owned()], value, previous: Err(Withheld::NoUnits), n: 9 };
    let report = metric("active", Some("活跃率"), Unit::Share, "rate(active)", vec![group("b", Ok(0.2)), group("a", Ok(0.1))]);
    assert_eq!(report.groups.iter().map(|own| (own.group[0].as_str(), known(&own.value))).collect::<Vec<_>>(), [("b", 0.2), ("a", 0.1)]);
    assert_eq!(slug(&report.groups[0].previous), "no-units");
}

#[test]
fn a_migration_has_its_index() {
    let labels = vec![("green".to_owned(), Some("绿".to_owned())), ("red".to_owned(), None)];
    let report = migration("light", None, ("2025-05-31", "2025-06-30"), labels, vec![vec![80, 20], vec![5, 95]]);
    near(known(&report.changed), 25.0 / 200.0, 1e-12);
    // 100, 100 → 85, 115.
    let wanted = (0.425 - 0.5) * (0.425_f64 / 0.5).ln() + (0.575 - 0.5) * (0.575_f64 / 0.5).ln();
    near(known(&report.psi), wanted, 1e-12);
    near(known(&report.psi_critical), (1.0 / 200.0 + 1.0 / 200.0) * 3.841_458_820_694_124, 1e-9);
    let empty = migration("light", None, ("2025-05-31", "2025-06-30"), Vec::new(), Vec::new());
    assert_eq!(slug(&empty.changed), "no-units");
}

fn journey(touches: &[(&str, f64)], conversions: f64, others: f64) -> Journey {
    Journey {
        touches: touches.iter().map(|own| own.0.to_owned()).collect(),
        days_before: touches.iter().map(|own| own.1).collect(),
        conversions,
        others,
    }
}

#[test]
fn every_rule_credits_every_conversion() {
    let journeys = [
        journey(&[("sms", 14.0), ("app", 7.0), ("rm", 0.0)], 7.0, 90.0),
        journey(&[("sms", 3.0)], 5.0, 200.0),
        journey(&[("app", 9.0), ("sms", 8.0), ("app", 1.0)], 3.0, 40.0),
    ];
    let costs = BTreeMap::from([("sms".to_owned(), 12.5), ("mail".to_owned(), 3.0)]);
    let request =
        CreditRequest { metric: "opened", label: None, rule: "time decay", lookback_days: 30.0, half_life_days: 7.0, costs: &costs };
    let report = attribution(&request, &journeys);
    assert_eq!(report.conversions, 15.0);
    assert_eq!(report.rows.iter().map(|row| row.channel.as_str()).collect::<Vec<_>>(), ["app", "mail", "rm", "sms"]);
    for rule in 0..7 {
        let total: f64 = report.rows.iter().map(|row| known(&row.credits[rule].1)).sum();
        near(total, 15.0, 1e-9);
    }
    // A half-life of a week over 14, 7 and 0 days: 1/7, 2/7, 4/7.
    let one = attribution(&request, &journeys[..1]);
    let decay = |channel: &str| known(&one.rows.iter().find(|row| row.channel == channel).unwrap().credits[4].1);
    near(decay("sms"), 1.0, 1e-12);
    near(decay("rm"), 4.0, 1e-12);
    assert_eq!(slug(&attribution(&request, &[]).rows[0].credits[0].1), "no-units");
}

#[test]
fn lifetime_value_is_fitted_or_withheld_with_its_reason() {
    let customers: Vec<Purchaser> = (0..400_u32)
        .map(|at| {
            let age = 30.0 + f64::from(at % 9);
            let frequency = f64::from([0, 0, 1, 0, 2, 0, 0, 8, 0, 3, 0, 0, 1, 0, 0, 12][(at % 16) as usize]);
            let recency = if frequency > 0.0 { age * (0.05 + 0.9 * f64::from((at * 7) % 23) / 23.0) } else { 0.0 };
            let mean_value = if frequency > 0.0 { 20.0 + f64::from((at / 16) % 20) } else { 0.0 };
            Purchaser { history: History { frequency, recency, age }, mean_value }
        })
        .collect();
    let request = LifetimeRequest { metric: "clv", label: None, horizon: 39.0, horizon_words: "39 weeks" };
    let report = lifetime(&request, &customers);
    let (purchases, value) = (known(&report.expected_purchases), known(&report.expected_value));
    assert!(purchases > 0.0 && value > 20.0 * purchases && value < 60.0 * purchases, "{report:?}");
    assert_eq!(report.parameters.len(), 9);
    assert!(report.sentence.en.contains("400 customers are expected to buy"), "{}", report.sentence.en);
    // Those who buy more often also buy dearer: no value.
    let dearer: Vec<Purchaser> = customers.iter().map(|own| Purchaser { mean_value: 10.0 * own.history.frequency, ..*own }).collect();
    let report = lifetime(&request, &dearer);
    assert_eq!(slug(&report.expected_value), "value-depends-on-frequency");
    assert_eq!(slug(&lifetime(&request, &[]).expected_purchases), "no-units");
}
