//! `strat explain` on every exclusion of the examples: the layer, the rule with the line it is written in, the values, the rival.

use super::examples::{instant, load};
use std::path::Path;
use strat::check::{Checked, StandardOnly, check};
use strat::diag::Language;
use strat::interp::Interpreter;
use strat::interp::explain::{Explanation, GateView, explain_row, render};
use strat::ir::Moment;
use strat::source::Sources;

/// Examples with the run before theirs.
const EXAMPLES: [(&str, Option<&str>); 7] = [
    ("first_100_rate_uplift", None),
    ("study_abroad_dwell", Some("2025-06-30 00:00")),
    ("rfm_octants", Some("2025-06-30 00:00")),
    ("next_best_action", None),
    ("dormant_three_waves", None),
    ("post_loan_traffic_light", None),
    ("nps_closed_loop", Some("2025-06-30 00:00")),
];

/// The gate that an expected row of the exclusions speaks of.
fn gate<'a>(explanation: &'a Explanation, row: &csv::StringRecord, header: &csv::StringRecord, what: &str) -> &'a GateView {
    let cell = |name: &str| header.iter().position(|known| known == name).and_then(|at| row.get(at)).unwrap_or_default();
    let strategy = explanation.strategies.iter().find(|view| view.name == cell("strategy_id")).unwrap();
    let mut gates = strategy.gates.iter().filter(|gate| gate.stops && gate.stage == cell("stage") && gate.rule == cell("rule"));
    let gate = gates.next().unwrap_or_else(|| panic!("{what}: nothing says so: {:?}", strategy.gates));
    assert!(gate.reached, "{what}: told as not reached");
    if gate.rule == "arbitration" {
        assert_eq!(gate.detail.as_deref(), Some(cell("detail")), "{what}: the rival");
    }
    gate
}

fn assert_told(gate: &GateView, page: &str, sources: &Sources, what: &str) {
    assert!(!gate.span.is_empty(), "{what}: no place");
    let place = sources.place(gate.span);
    let line = place.rsplit_once(':').map_or(place.as_str(), |(line, _)| line).rsplit('/').next().unwrap();
    let told = page.lines().any(|text| text.contains(&gate.rule) && text.contains("stops here") && text.ends_with(line));
    assert!(told, "{what}: {line} is not on the page\n{page}");
    assert!(!gate.reason.seen.is_empty(), "{what}: no values\n{page}");
    if let Some(detail) = &gate.detail {
        assert!(page.contains(detail.as_str()), "{what}: {detail}\n{page}");
    }
}

#[test]
fn every_exclusion_of_the_examples_is_explained() {
    let mut rivals = 0;
    for (example, previous) in EXAMPLES {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples").join(example);
        let text = std::fs::read_to_string(folder.join(format!("{example}.strat"))).unwrap();
        let Checked { sources, program, .. } = check(example, &text, &StandardOnly);
        let program = program.unwrap();
        let snapshot = load(&program, &folder.join("data"));
        let moment = Moment { as_of: instant("2025-07-01 00:00"), previous: previous.map(instant) };
        let interpreter = Interpreter::new(&program, &snapshot, moment);
        let mut reader = csv::Reader::from_path(folder.join("expected/exclusions.csv")).unwrap();
        let header = reader.headers().unwrap().clone();
        let key = header.iter().position(|name| name == "unit_id").or(header.iter().position(|name| name == "customer_id")).unwrap();
        for row in reader.records().map(Result::unwrap) {
            let strategy = program.strategies.iter().find(|strategy| strategy.name == row[0]).unwrap();
            let subject = interpreter.find(strategy.table, &row[key]).unwrap();
            let explanation = explain_row(&interpreter, strategy.table, subject);
            let page = render(&explanation, Some(&sources), Language::English);
            let what = format!("{example} {}", row.iter().collect::<Vec<_>>().join(" "));
            let gate = gate(&explanation, &row, &header, &what);
            assert_told(gate, &page, &sources, &what);
            rivals += usize::from(gate.rule == "arbitration");
        }
    }
    assert!(rivals >= 3, "lost arbitrations are among them");
}
