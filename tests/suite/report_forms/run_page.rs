//! The report of a run, on the built binary.

use super::super::main_job::{Tree, assert_exit, read_tree, run};
use std::path::{Path, PathBuf};
use strat::diag::Language;
use strat::evaluate::evaluation::Words;
use strat::report::run::{
    ActionCell, Alert, ChannelUse, ExclusionCell, Group, Input, JourneyCell, JourneyEvent, Name, RunReport, StrategyRun, Tally, html,
    markdown,
};

fn example(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("examples").join(name)
}

fn results(name: &str, more: &[&str]) -> Tree {
    let place = tempfile::tempdir().unwrap();
    let out = place.path().join("out");
    assert_exit(&run(&example(name), &out, more), 0);
    read_tree(&out)
}

fn name(name: &str, label: &str) -> Name {
    Name { name: name.into(), label: Some(label.into()) }
}

/// A run with small and large cells, journeys, alerts and hostile names.
fn report() -> RunReport {
    let action = |strategy: Name, arm: &str, channel: Option<Name>, rows: u64| ActionCell {
        strategy,
        tier: Some(name("high", "高净值")),
        arm: Some(arm.into()),
        channel,
        actions: Tally::new(rows, 1),
    };
    let excluded = |layer: &str, zh: &str, rule: &str, rows: u64| ExclusionCell {
        strategy: name("wake_up", "沉睡客户唤醒"),
        layer: layer.into(),
        layer_words: Words::new(layer.replace('_', " "), zh),
        rule: rule.into(),
        title: Some(Words::new("more than four contacts in thirty days", "三十天内触达超过四次")),
        exclusions: Tally::new(rows, 1),
    };
    let wake_up = || name("wake_up", "沉睡客户唤醒");
    let (sms, call) = (name("sms", "短信"), name("rm_call", "经理外呼"));
    RunReport {
        program: "dormant <script>alert(1)</script>".into(),
        program_hash: "9f".repeat(32),
        run_id: "1a2b3c4d-0011223344556677".into(),
        as_of: "2025-07-01 00:00:00".into(),
        previous_run: Some("2025-06-30 00:00:00".into()),
        ahead_until: None,
        currency: "CNY".into(),
        strategies: vec![StrategyRun {
            name: wake_up(),
            owner: Some("零售部".into()),
            approver: Some("合规部".into()),
            class: Some("retention".into()),
            candidates: 12_345,
            accounted_for: 12_345,
        }],
        actions: vec![
            action(wake_up(), "treated", Some(sms.clone()), 9_000),
            action(wake_up(), "treated", Some(call.clone()), 1_200),
            action(wake_up(), "treated", None, 7),
        ],
        exclusions: vec![
            excluded("contact_policy", "触达规则", "cap_30_days", 2_100),
            excluded("capacity", "产能", "capacity", 38),
            excluded("legal", "法规", "minor", 3),
        ],
        assignments: Tally::new(12_000, 1),
        channels: vec![
            ChannelUse { channel: sms, cost: 45_000, staff_minutes: 0, people: 0, busiest: Tally::default() },
            ChannelUse { channel: call, cost: 360_000, staff_minutes: 6_000, people: 42, busiest: Tally::new(40, 1) },
        ],
        groups: vec![
            Group {
                watch: "segment dormant".into(),
                counts: vec![(Name::default(), Tally::new(12_345, 1))],
                undecided: Tally::new(210, 1),
                may_be_missing: vec!["customer_month.aum".into(), "customers.open_date".into()],
            },
            Group {
                watch: "tiers worth".into(),
                counts: vec![(name("high", "高净值"), Tally::new(400, 1)), (name("low", "大众"), Tally::new(4, 1))],
                undecided: Tally::new(0, 1),
                may_be_missing: Vec::new(),
            },
        ],
        journeys: vec![
            JourneyCell {
                strategy: wake_up(),
                wave: "first".into(),
                event: JourneyEvent::Executed,
                reason: None,
                subjects: Tally::new(9_000, 1),
            },
            JourneyCell {
                strategy: wake_up(),
                wave: String::new(),
                event: JourneyEvent::Exited,
                reason: Some("active_again".into()),
                subjects: Tally::new(5, 1),
            },
        ],
        alerts: vec![
            Alert {
                name: "complaints".into(),
                group: "县域".into(),
                raised: true,
                to: "客服部".into(),
                value: "0.031".into(),
                n: 900,
                reason: "0.031 > 0.02".into(),
            },
            Alert {
                name: "complaints".into(),
                group: "境外".into(),
                raised: false,
                to: "客服部".into(),
                value: "0.5".into(),
                n: 4,
                reason: "4 of 30".into(),
            },
        ],
        inputs: vec![Input { table: "customers".into(), file: "customers.csv".into(), rows: 100_000, hash: "ab".repeat(32) }],
    }
}

/// What a page may not hold: anything that runs or is fetched.
fn assert_closed(page: &str) {
    for word in ["<script", "<img", "<link", "<iframe", "http:", "https:", "url(", "@import", " on", "javascript:", "style=\""] {
        let holds = page.match_indices(word).any(|(at, _)| {
            word != " on"
                || page[at + 3..]
                    .split('=')
                    .next()
                    .is_some_and(|name| name.len() < 12 && name.chars().all(|sign| sign.is_ascii_lowercase()))
        });
        assert!(!holds, "{word}");
    }
    assert!(page.contains("default-src 'none'"));
}

#[test]
fn the_page_is_closed_and_says_the_same_as_the_text() {
    for (language, tie) in [(Language::English, "Counts tie"), (Language::Chinese, "账目相符")] {
        let (page, text) = (html(&report(), language).unwrap(), markdown(&report(), language));
        assert_closed(&page);
        assert!(page.contains("&#60;script&#62;") && text.contains("&lt;script&gt;"), "{text}");
        assert!(page.contains(tie) && text.contains(tie));
        for number in ["9,000", "12,345", "2,100", "210"] {
            assert!(page.contains(number) && text.contains(number), "{number}");
        }
        assert!(page.contains("customer_month.aum"));
        assert!(page.contains("<td class=\"number\" data-title=") && page.contains(">9,000</td>"), "{page}");
        if let Some(folder) = std::env::var_os("STRAT_KEEP_PAGES") {
            std::fs::write(Path::new(&folder).join(format!("run-{language:?}.html")), &page).unwrap();
            std::fs::write(Path::new(&folder).join(format!("run-{language:?}.md")), &text).unwrap();
        }
    }
}

#[test]
fn few_subjects_are_not_counted_out_anywhere() {
    let text = markdown(&report(), Language::English);
    let row = |start: &str| text.lines().find(|line| line.starts_with(start)).unwrap_or_else(|| panic!("{start} in\n{text}"));
    assert!(row("| 沉睡客户唤醒 (wake\\_up) | 高净值 (high) | treated | operations").ends_with("| &lt;10 |"));
    // 10,207 less 9,000 and 1,200 would tell.
    assert!(row("| 沉睡客户唤醒 (wake\\_up) | 高净值 (high) | treated | 经理外呼").ends_with("| ≥10 |"));
    assert!(row("| **沉睡客户唤醒 (wake\\_up)** | **all**").contains("10,207"));
    assert!(row("| 经理外呼 (rm\\_call)").contains("≥10") && row("| 经理外呼 (rm\\_call)").contains("| – | – |"));
    assert!(row("| tiers worth | 高净值").contains("≥10") && row("| tiers worth | 大众").contains("&lt;10"));
    assert!(row("| complaints | 境外").contains("| – | &lt;10 | too few"));
    for number in ["| 7 |", "| 5 |", "| 4 |", "| 3 |", "1,200", "| 38 |"] {
        assert!(!text.contains(number), "{number}\n{text}");
    }
}

#[test]
fn every_run_leaves_a_report_whose_counts_are_those_of_the_record() {
    let tree = results("berka", &[]);
    let (page, text) = (String::from_utf8(tree["report.html"].clone()).unwrap(), String::from_utf8(tree["report.md"].clone()).unwrap());
    assert_closed(&page);
    let manifest: serde_json::Value = serde_json::from_slice(&tree["manifest.json"]).unwrap();
    assert!(page.contains(manifest["run_id"].as_str().unwrap()));
    let mut shown = 0;
    for cell in manifest["actions"].as_array().unwrap() {
        let count = cell["actions"].as_u64().unwrap();
        let number = strat::report::printed::count(count);
        if text.contains(&format!("| {number} |")) {
            shown += 1;
        } else {
            assert!(text.contains("| ≥10 |") || text.contains("&lt;10"), "{cell}");
        }
    }
    assert!(shown > 0, "{text}");
    for input in manifest["inputs"].as_array().unwrap() {
        assert!(page.contains(input["blake3"].as_str().unwrap()));
    }
    assert!(page.contains("账目相符"));
    if let Some(folder) = std::env::var_os("STRAT_KEEP_PAGES") {
        std::fs::write(Path::new(&folder).join("berka.html"), &page).unwrap();
    }
}

#[test]
fn a_run_of_eight_customers_gives_away_none_of_them() {
    let tree = results("dormant_three_waves", &[]);
    let text = String::from_utf8(tree["report.md"].clone()).unwrap();
    assert!(text.contains("&lt;10"), "{text}");
    let counts = text.lines().take_while(|line| !line.starts_with("## 输入")).filter(|line| line.starts_with('|'));
    for cell in counts.flat_map(|line| line.split('|').map(str::trim)) {
        assert!(cell.parse::<u64>().map_or(true, |number| number == 0 || number >= 10), "{cell}\n{text}");
    }
}
