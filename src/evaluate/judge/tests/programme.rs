//! Metrics, migrations, credit and lifetime value from plain inputs.

use super::experiments::{reference, table};
use super::fixtures::{known, near, slug};
use crate::evaluate::attribution::Journey;
use crate::evaluate::evaluation::{Met, Unit};
use crate::evaluate::judge::{CreditRequest, Group, LifetimeRequest, Purchaser, attribution, lifetime, metric, migration};
use crate::evaluate::lifetime::History;
use crate::evaluate::withheld::Withheld;
use std::collections::BTreeMap;

#[test]
fn a_metric_keeps_its_groups_in_order() {
    let group = |name: &str, value| Group { group: vec![name.to_owned()], value, previous: Err(Withheld::NoUnits), n: 9 };
    let report = metric(("active", Some("活跃率")), Unit::Share, "rate(active)", vec![group("b", Ok(0.2)), group("a", Ok(0.1))], None);
    assert_eq!(report.groups.iter().map(|own| (own.group[0].as_str(), known(&own.value))).collect::<Vec<_>>(), [("b", 0.2), ("a", 0.1)]);
    assert_eq!(slug(&report.groups[0].previous), "no-units");
}

#[test]
fn a_goal_about_everybody_is_held_against_its_bound() {
    let met = |value, bound: f64, at_least: bool| {
        let all = Group { group: Vec::new(), value, previous: Err(Withheld::NoUnits), n: 9 };
        metric(("won", None), Unit::Number, "distinct(referee_id)", vec![all], Some((bound, at_least))).bound.map(|bound| bound.met)
    };
    assert_eq!((met(Ok(10.0), 10.0, true), met(Ok(9.0), 10.0, true)), (Some(Met::Met), Some(Met::NotMet)));
    assert_eq!((met(Ok(10.0), 10.0, false), met(Ok(11.0), 10.0, false)), (Some(Met::Met), Some(Met::NotMet)));
    assert_eq!(met(Err(Withheld::NoUnits), 10.0, true), Some(Met::NotYetKnowable));
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
fn lifetime_value_is_fitted() {
    let Some(data) = table("cdnow/cdnow_customers_summary_with_transactions.csv.gz") else { return };
    let of = |name: &str| data[name].iter().map(|cell| cell.parse().unwrap()).collect::<Vec<f64>>();
    let (x, recency, age, mean) = (of("x"), of("t_x"), of("T"), of("zbar"));
    let customers: Vec<Purchaser> = (0..x.len())
        .map(|at| Purchaser { history: History { frequency: x[at], recency: recency[at], age: age[at] }, mean_value: mean[at] })
        .collect();
    let request = LifetimeRequest { metric: "clv", label: None, horizon: 39.0, horizon_words: "39 weeks" };
    let report = lifetime(&request, &customers);
    let wanted = reference("cdnow/bgnbd_expected_holdout_39_weeks").as_f64().unwrap();
    near(known(&report.expected_purchases), wanted, 1.0);
    // Published: r 0.243, alpha 4.414, log-likelihood −9582.4 (Fader, Hardie and Lee 2005).
    let of = |name: &str| known(&report.parameters.iter().find(|own| own.0 == name).unwrap().1);
    near(of("r"), 0.243, 1e-3);
    near(of("alpha"), 4.414, 5e-3);
    near(of("log-likelihood"), -9582.43, 0.01);
    assert_eq!((report.customers, report.parameters.len()), (2357, 9));
    let sentence = "2,357 customers are expected to buy";
    assert!(report.sentence.en.starts_with(sentence), "{}", report.sentence.en);
}

#[test]
fn lifetime_value_is_withheld_where_frequent_buyers_buy_dearer() {
    let customers: Vec<Purchaser> = (0..60_u32)
        .map(|at| {
            let frequency = f64::from(at % 5);
            let history = History { frequency, recency: frequency * 6.0, age: 30.0 + f64::from(at % 7) };
            Purchaser { history, mean_value: 10.0 * frequency }
        })
        .collect();
    let request = LifetimeRequest { metric: "clv", label: None, horizon: 39.0, horizon_words: "39 weeks" };
    let report = lifetime(&request, &customers);
    assert_eq!(slug(&report.expected_value), "value-depends-on-frequency");
    assert_eq!(slug(&lifetime(&request, &[]).expected_purchases), "no-units");
}
