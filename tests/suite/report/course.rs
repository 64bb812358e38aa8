//! What changes while a strategy runs: who comes, and what is left.

use super::build::*;
use strat::evaluate::Withheld;
use strat::evaluate::evaluation::*;

pub fn pacing() -> Vec<Pace> {
    let paced =
        |what: &str, name: &str, label: &str, unit: Unit, (whole, used): (f64, f64), elapsed: Figure, sentence: (&str, &str)| Pace {
            what: what.into(),
            name: name.into(),
            label: Some(label.into()),
            window: String::new(),
            unit,
            whole,
            used,
            share: known(used / whole),
            from: elapsed.known().map(|_| "2025-06-01".into()),
            to: elapsed.known().map(|_| "2025-08-31".into()),
            elapsed,
            light: Light::Amber,
            sentence: words(sentence.0, sentence.1),
        };
    vec![
        paced(
            "budget",
            "renewal",
            "到期续存",
            Unit::Money,
            (200_000.0, 174_000.0),
            known(0.66),
            (
                "174,000.00 yuan of 200,000.00 yuan spent (87.0%) after 66.0% of the time; at this pace it lasts until 2025-08-09",
                "已用 174,000.00元 / 200,000.00元（87.0%），时间已过 66.0%；按此进度约到 2025-08-09 用完",
            ),
        ),
        paced(
            "places",
            "rate50",
            "加息50BP",
            Unit::Number,
            (100.0, 100.0),
            Figure::from(Err(Withheld::NotRegistered)),
            ("100 of 100 taken or held (100.0%); nothing is left", "已占用 100 / 100（100.0%）；已用完"),
        ),
    ]
}

pub fn drift() -> DriftReport {
    let drifted = |name: &str, index: f64, light: Light, (value, first, later): (&str, f64, f64)| DriftRow {
        name: name.into(),
        label: None,
        outcome: name == "subscribed",
        index: known(index),
        critical: known(0.0016),
        light,
        moved: Some(DriftMove { value: value.into(), label: None, first, later }),
    };
    DriftReport {
        along: Some("line".into()),
        first: 20_594,
        later: 20_594,
        unplaced: 3,
        rows: vec![
            drifted("month", 4.1512, Light::Amber, ("nov", 0.0, 0.1991)),
            drifted("contact", 1.564, Light::Amber, ("telephone", 0.6386, 0.0919)),
            drifted("age", 0.0376, Light::Green, ("#10", 0.1033, 0.1353)),
            drifted("subscribed", 0.1962, Light::Amber, ("true", 0.0468, 0.1785)),
        ],
    }
}
