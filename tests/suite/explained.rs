//! `strat explain` on every exclusion of the examples: the layer, the rule with the line it is written in, the values, the rival; in
//! both languages.

use super::examples::{instant, load, program, rows};
use std::path::Path;
use strat::check::{Checked, StandardOnly, check};
use strat::diag::Language;
use strat::interp::Interpreter;
use strat::interp::explain::{Explanation, GateView, explain_row, render};
use strat::ir::{Moment, Output};
use strat::source::Sources;

/// Examples with the run before theirs.
const EXAMPLES: [(&str, Option<&str>); 10] = [
    ("post_loan_traffic_light", None),
    ("dormant_three_waves", None),
    ("first_100_rate_uplift", None),
    ("refer_999_points", None),
    ("next_best_action", None),
    ("nps_closed_loop", Some("2025-06-30 00:00")),
    ("rfm_octants", Some("2025-06-30 00:00")),
    ("high_value_churn", None),
    ("study_abroad_dwell", Some("2025-06-30 00:00")),
    ("strategy_compare", None),
];

const COLUMNS: [&str; 5] = ["strategy_id", "unit_id", "stage", "rule", "detail"];

/// A page in one language, and what it says where a rule stops the subject.
struct Told {
    page: String,
    stops: &'static str,
    foreign: fn(char) -> bool,
}

/// The gate that a row of the exclusions speaks of.
fn gate<'a>(explanation: &'a Explanation, row: &[String], what: &str) -> &'a GateView {
    let [strategy, _, stage, rule, detail] = row else { panic!("{what}") };
    let strategy = explanation.strategies.iter().find(|view| view.name == *strategy).unwrap();
    let mut gates = strategy.gates.iter().filter(|gate| gate.stops && gate.stage == stage && gate.rule == *rule);
    let gate = gates.next().unwrap_or_else(|| panic!("{what}: nothing says so: {:?}", strategy.gates));
    assert!(gate.reached, "{what}: told as not reached");
    if gate.rule == "arbitration" {
        assert!(!detail.is_empty(), "{what}: the rival");
        assert_eq!(gate.detail.as_ref(), Some(detail), "{what}: the rival");
    }
    gate
}

fn assert_told(gate: &GateView, told: &Told, sources: &Sources, what: &str) {
    let Told { page, stops, foreign } = told;
    assert!(!gate.span.is_empty(), "{what}: no place");
    let place = sources.place(gate.span);
    let line = place.rsplit_once(':').map_or(place.as_str(), |(line, _)| line).rsplit('/').next().unwrap();
    let mut lines = page.lines().skip_while(|text| !(text.contains(&gate.rule) && text.contains(stops) && text.ends_with(line)));
    let heading = lines.next().unwrap_or_else(|| panic!("{what}: {line} is not on the page\n{page}"));
    // The layer and what is said of a rule that no author wrote are words of the reader's language; names and titles are the author's.
    let own = heading.trim_start().split([' ', '：']).next().unwrap();
    assert!(!own.contains(foreign), "{what}: {heading}");
    assert!(!gate.reason.seen.is_empty(), "{what}: no values\n{page}");
    let below: Vec<&str> = lines.take_while(|text| text.starts_with("      ")).collect();
    // A rule that neither its author nor the language puts into words is shown as it is written.
    let titled = gate.label.is_some() || heading.contains(&format!("{} (", gate.rule)) || heading.contains(&format!("{}（", gate.rule));
    let written = below.first().is_some_and(|text| !text.trim_start().starts_with('['));
    assert!(titled || written, "{what}: nobody says what {} means\n{page}", gate.rule);
    for seen in gate.reason.seen.iter().filter_map(|seen| seen.value.as_ref()) {
        assert!(below.iter().any(|text| text.contains(seen.as_str())), "{what}: {seen} is not below its rule\n{page}");
    }
    if let Some(detail) = &gate.detail {
        assert!(below.iter().any(|text| text.contains(detail.as_str())), "{what}: {detail}\n{page}");
    }
}

#[test]
fn every_exclusion_of_the_examples_is_explained() {
    let (mut rivals, mut many) = (0, 0);
    for (example, previous) in EXAMPLES {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples").join(example);
        let text = std::fs::read_to_string(folder.join(format!("{example}.strat"))).unwrap();
        let Checked { sources, .. } = check(example, &text, &StandardOnly);
        let program = program(example);
        let snapshot = load(&program, &folder.join("data"));
        let moment = Moment { as_of: instant("2025-07-01 00:00"), previous: previous.map(instant) };
        let interpreter = Interpreter::new(&program, &snapshot, moment);
        let excluded = rows(&program, &interpreter.run(), Output::Exclusions, &COLUMNS.map(String::from));
        let expected = csv::Reader::from_path(folder.join("expected/exclusions.csv")).unwrap().into_records().count();
        assert_eq!(excluded.len(), expected, "{example}");
        for row in excluded {
            let strategy = program.strategies.iter().find(|strategy| strategy.name == row[0]).unwrap();
            let subject = interpreter.find(strategy.table, &row[1]).unwrap();
            let explanation = explain_row(&interpreter, strategy.table, subject);
            let page = |language| render(&explanation, Some(&sources), language);
            let what = format!("{example} {}", row.join(" "));
            let gate = gate(&explanation, &row, &what);
            let english = Told { page: page(Language::English), stops: "stops here", foreign: |letter| !letter.is_ascii() };
            let chinese = Told { page: page(Language::Chinese), stops: "止于此", foreign: |letter| letter.is_ascii_alphabetic() };
            assert_told(gate, &english, &sources, &what);
            assert_told(gate, &chinese, &sources, &what);
            rivals += usize::from(gate.rule == "arbitration");
            many += 1;
        }
    }
    assert!(rivals >= 3 && many > 60, "lost arbitrations are among them: {rivals} of {many}");
}
