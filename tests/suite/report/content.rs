//! What a page holds and what it must never hold.

use super::build::*;
use super::{adaptive, all, samples};
use std::collections::BTreeSet;
use strat::diag::Language;
use strat::evaluate::Withheld;
use strat::evaluate::evaluation::*;
use strat::report::html;

const LANGUAGES: [Language; 2] = [Language::English, Language::Chinese];

/// Names as an enemy would choose them.
pub fn hostile() -> Evaluation {
    let evil = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>\u{202E}gnp.exe";
    let long = "长".repeat(5_000) + &"W".repeat(5_000);
    let mut evaluation = adaptive::adaptive();
    evaluation.program = evil.into();
    evaluation.program_hash = evil.into();
    let trial = &mut evaluation.trials[0];
    trial.name = evil.into();
    trial.label = Some(long.clone());
    trial.owner = Some(evil.into());
    trial.verdict.sentence = words(&format!("{evil}{long}"), &format!("{evil}{long}"));
    trial.arms[0].label = Some("שלום \u{202B}עולם\u{202C} العربية".into());
    trial.arms[1].label = Some(evil.into());
    trial.arms[2].label = Some(long.clone());
    trial.arms[3].label = Some("</svg></desc><b>".into());
    for goal in &mut trial.goals {
        goal.label = Some(evil.into());
        goal.registered = long.clone();
        goal.figure = evil.into();
    }
    trial.cuts[0].levels[0].label = Some(long.clone());
    trial.cuts[1].label = Some(evil.into());
    trial.funnel[1].title = words(evil, &long);
    trial.trust[0].sentence = words(evil, &long);
    trial.proposals[0].to = evil.into();
    trial.proposals[1].what = long.clone();
    trial.tests[0].goal = evil.into();
    evaluation.metrics[0].groups[0].group = vec![evil.into(), long.clone()];
    evaluation.migrations[0].labels[0].1 = Some(evil.into());
    evaluation.attributions[0].rows[0].channel = evil.into();
    evaluation.lifetimes[0].parameters[0].0 = evil.into();
    evaluation.inputs[0].file = long;
    evaluation
}

/// A big program: twelve adaptive trials, five cuts of twenty values for every goal and arm, a year of days.
pub fn large(trials: usize) -> Evaluation {
    let mut evaluation = adaptive::adaptive();
    let mut trial = evaluation.trials[0].clone();
    let names: Vec<String> = (1..=20).map(|index| format!("支行{index:02}")).collect();
    let levels: Vec<(&str, &str, u64, f64)> =
        names.iter().enumerate().map(|(index, name)| (name.as_str(), name.as_str(), 400 + index as u64, 0.001 * index as f64)).collect();
    trial.cuts = trial
        .goals
        .iter()
        .flat_map(|goal| (0..5).map(|index| cut(&format!("cut{index}"), &format!("分群{index}"), goal, &levels)).collect::<Vec<_>>())
        .collect();
    trial.over_time = trial.goals.iter().enumerate().map(|(index, goal)| series(goal, 90, index as u64)).collect();
    evaluation.trials = (0..trials)
        .map(|index| TrialReport { name: format!("strategy_{index:02}"), label: Some(format!("第{index}号策略")), ..trial.clone() })
        .collect();
    evaluation
}

/// The page's words: elements, styles and drawings taken out.
fn words_of(page: &str) -> String {
    let body = page.split_once("</style>").map_or(page, |halves| halves.1);
    let mut out = String::new();
    let mut inside = false;
    for character in body.chars() {
        match character {
            '<' => inside = true,
            '>' => {
                inside = false;
                out.push(' ');
            }
            _ if !inside => out.push(character),
            _ => {}
        }
    }
    out.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn the_thirteen_sections_are_there_in_their_order() {
    let english = [
        "Verdict",
        "Can we trust it?",
        "Goals",
        "Arms",
        "Money",
        "Over time",
        "Segments",
        "Funnel and contact",
        "Retention and value",
        "Attribution",
        "Programme",
        "What we propose",
        "Appendix",
    ];
    let chinese =
        ["结论", "结果可信吗？", "目标", "分组", "收支", "随时间变化", "客群", "漏斗与触达", "留存与价值", "归因", "全局", "建议", "附录"];
    for (language, heads) in LANGUAGES.into_iter().zip([english, chinese]) {
        let page = html(&adaptive::adaptive(), language);
        let mut from = 0;
        for (index, head) in heads.iter().enumerate() {
            let wanted = format!("<h3><span class=\"no\">{}</span>{head}</h3>", index + 1);
            let place = page[from..].find(&wanted).unwrap_or_else(|| panic!("{wanted} is missing or out of order"));
            from += place;
        }
        assert!(!page.contains("class=\"none\""), "a full judgement has something in every section");
    }
}

#[test]
fn a_section_without_data_says_why() {
    let evaluation = evaluation("new.strat", vec![trial("new_idea", "new", "strategy")]);
    let page = words_of(&html(&evaluation, Language::English));
    for reason in [
        "No goal is registered.",
        "Nobody has completed a window yet.",
        "No cut is registered.",
        "No metric asks for a split of credit.",
        "Nothing to change.",
    ] {
        assert!(page.contains(reason), "{reason}");
    }
    let empty = strat::evaluate::evaluation::Evaluation { trials: Vec::new(), ..evaluation };
    assert!(html(&empty, Language::Chinese).contains("</html>"));
}

#[test]
fn nothing_is_fetched_and_nothing_is_run() {
    for (name, evaluation) in all() {
        for language in LANGUAGES {
            let page = html(&evaluation, language);
            let policy = "content=\"default-src 'none'; style-src 'unsafe-inline'; img-src data:;";
            assert!(page.contains(policy), "{name}: no policy");
            for forbidden in
                ["http:", "https:", "//", "<script", "<img", "<iframe", "<object", "<embed", "javascript:", "@import", "@font-face"]
            {
                assert!(!page.contains(forbidden), "{name}: {forbidden}");
            }
            for tag in page.split('<').skip(1).filter_map(|rest| rest.split('>').next()) {
                let attribute = |name: &str| tag.contains(&format!(" {name}=\""));
                assert!(
                    !["src", "srcset", "ping", "onload", "onerror", "onclick", "formaction"].iter().any(|name| attribute(name)),
                    "{name}: {tag}"
                );
            }
            let fetched: Vec<&str> =
                page.match_indices("url(").map(|(at, _)| &page[at..at + 6]).filter(|found| !found.starts_with("url(#h")).collect();
            assert!(fetched.is_empty(), "{name}: {fetched:?}");
            let links: Vec<&str> = page.match_indices("href=\"").map(|(at, found)| &page[at + found.len()..at + found.len() + 5]).collect();
            assert!(links.iter().all(|link| link.starts_with('#') || *link == "data:"), "{name}: a link leaves the page");
        }
    }
}

#[test]
fn every_page_is_small() {
    let large = large(12);
    let mut pages = all();
    pages.push(("large", large.clone()));
    for (name, evaluation) in pages {
        for language in LANGUAGES {
            let size = html(&evaluation, language).len();
            println!("{name} {language:?}: {size} bytes");
            assert!(size < 400_000, "{name}: {size} bytes");
        }
    }
    let page = html(&large, Language::English);
    well_formed("large", &page);
    let large = words_of(&page);
    assert!(large.contains("Everything is in report.json"), "what was left out is said");
    let page = html(&self::large(80), Language::English);
    well_formed("huge", &page);
    assert!(page.len() < 400_000, "{}", page.len());
    assert!(words_of(&page).contains("trials have their line in the overview only."));
}

#[test]
fn the_same_judgement_gives_the_same_bytes() {
    for (name, evaluation) in all() {
        let stored = serde_json::to_string(&evaluation).unwrap();
        let read: Evaluation = serde_json::from_str(&stored).unwrap();
        assert_eq!(html(&evaluation, Language::Chinese), html(&read, Language::Chinese), "{name}");
    }
}

#[test]
fn strangers_names_stay_names() {
    for language in LANGUAGES {
        let page = html(&hostile(), language);
        assert!(page.contains("&lt;script&gt;alert(1)&lt;/script&gt;"), "the name is shown");
        assert!(!page.contains("<script") && !page.contains("<img") && !page.contains("<b>"));
        assert!(!page.contains(&"W".repeat(200)) && !page.contains(&"长".repeat(1_601)), "long names are cut");
        assert!(
            !page.chars().any(|character| matches!(character, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')),
            "no marks that turn the text"
        );
        well_formed("hostile", &page);
    }
}

/// Every element that opens closes in its place, and no two have one name.
fn well_formed(name: &str, page: &str) {
    let void = ["meta", "link", "br", "!DOCTYPE"];
    let mut open: Vec<&str> = Vec::new();
    let mut names = BTreeSet::new();
    let mut rest = page;
    while let Some(at) = rest.find('<') {
        let tag = &rest[at + 1..];
        let end = tag.find('>').unwrap_or_else(|| panic!("{name}: an element does not end"));
        let inside = &tag[..end];
        rest = &tag[end + 1..];
        if inside == "style" {
            rest = &rest[rest.find("</style>").unwrap()..];
        }
        if let Some(id) = inside.split(" id=\"").nth(1).and_then(|id| id.split('"').next()) {
            assert!(names.insert(id.to_owned()), "{name}: the name {id} twice");
        }
        let element = inside.trim_start_matches('/').split([' ', '/']).next().unwrap();
        if inside.starts_with('/') {
            assert_eq!(open.pop(), Some(element), "{name}: closed out of order near {}", &rest[..rest.len().min(80)].escape_debug());
        } else if !inside.ends_with('/') && !void.contains(&element) {
            open.push(element);
        }
    }
    assert_eq!(open, Vec::<&str>::new(), "{name}");
    for link in page.split("href=\"#").skip(1).filter_map(|link| link.split('"').next()) {
        assert!(names.contains(link), "{name}: a link to {link}, which is nowhere");
    }
}

#[test]
fn pages_are_well_formed() {
    for (name, evaluation) in all() {
        for language in LANGUAGES {
            well_formed(name, &html(&evaluation, language));
        }
    }
}

#[test]
fn what_chance_did_not_draw_is_never_called_a_lift() {
    for language in LANGUAGES {
        let page = html(&samples::calls(), language);
        let lower = words_of(&page).to_lowercase();
        assert!(!lower.contains("lift") && !lower.contains("提升"), "{language:?}");
        assert!(!page.to_lowercase().replace("uplift", "").contains("lift"), "also not in tips");
        assert!(page.contains("class=\"ban\""), "the red banner");
        assert!(
            !page.contains("class=\"vc met\"") && (lower.contains("cause not shown") || lower.contains("因果未证实")),
            "what is reached without chance is no success"
        );
    }
    assert!(!html(&samples::versions(), Language::English).contains("class=\"ban\""));
}

#[test]
fn the_comparison_of_versions_is_printed_digit_by_digit() {
    let page = words_of(&html(&samples::versions(), Language::English));
    for wanted in [
        "2,000",
        "4,000",
        "6.0%",
        "8.1%",
        "9.5%",
        "+35.0% (11.1 to 67.3)",
        "+58.3% (31.0 to 95.5)",
        "+2.10 pp (0.71 to 3.41)",
        "+3.50 pp (2.08 to 4.85)",
        "¥1,600",
        "¥9,000",
        "¥19.05",
        "¥64.29",
        "¥3,440",
        "−¥600",
        "highest incremental * 60元 - cost",
        "chosen",
    ] {
        assert!(page.contains(wanted), "{wanted}");
    }
    let page = words_of(&html(&samples::versions(), Language::Chinese));
    for wanted in ["+2.10 pp （0.71 至 3.41）", "19.05元", "+3,440元", "−600元", "选中"] {
        assert!(page.contains(wanted), "{wanted}");
    }
}

/// Rows of the table with the caption: the words of each cell.
fn table(page: &str, caption: &str) -> Vec<Vec<String>> {
    let start = page.find(&format!("<caption>{caption}</caption>")).unwrap_or_else(|| panic!("no table {caption}"));
    let body = page[start..].split("<tbody>").nth(1).unwrap().split("</tbody>").next().unwrap();
    let cells = |row: &str| {
        row.split("<t")
            .skip(1)
            .filter(|cell| cell.starts_with('h') || cell.starts_with('d'))
            .map(|cell| words_of(&format!("<t{cell}")))
            .collect()
    };
    body.split("<tr>").skip(1).map(cells).collect()
}

#[test]
fn tables_hold_the_numbers_of_the_judgement() {
    let evaluation = adaptive::adaptive();
    let page = html(&evaluation, Language::English);
    let trial = &evaluation.trials[0];
    let rows = table(&page, "Goals, guards and watched metrics");
    assert_eq!(rows.len(), trial.goals.len());
    let pp = |figure: &Figure| format!("{:.2}", figure.known().unwrap() * 100.0).replace('-', "−");
    for (cells, goal) in rows.iter().zip(&trial.goals) {
        if goal.unit == Unit::Share {
            let interval = format!("({} to {})", pp(&goal.difference.lower), pp(&goal.difference.upper));
            assert!(cells[2].contains(&pp(&goal.difference.value)) && cells[2].ends_with(&interval), "{cells:?} {interval}");
        }
        match goal.lift.value.known() {
            Some(lift) => assert!(cells[3].contains(&format!("{:.1}%", lift * 100.0).replace('-', "−")), "{cells:?}"),
            None => assert!(cells[3].contains("withheld, because"), "{cells:?}"),
        }
        let thousands = |n: u64| if n < 1_000 { n.to_string() } else { format!("{},{:03}", n / 1_000, n % 1_000) };
        assert!(cells[1].contains(&thousands(goal.n)) && cells[1].contains(&thousands(goal.n_against)), "{cells:?}");
    }
    let rows = table(&page, "Money by arm");
    assert_eq!(rows.len(), trial.money.len());
    assert!(rows[1][1].contains("¥18,016") && page.contains("title=\"¥18,016.50\""), "short on the page, exact in the tip: {:?}", rows[1]);
    let moves = table(&page, "贷后风险分层");
    let numbers: Vec<Vec<String>> = moves.iter().map(|row| row[1..].to_vec()).collect();
    for (shown, counts) in numbers.iter().zip(&evaluation.migrations[0].counts) {
        for (cell, count) in shown.iter().zip(counts) {
            let plain = cell.replace(',', "");
            assert!(if *count < 10 { plain == "&lt;10" } else { plain == count.to_string() }, "{cell} for {count}");
        }
    }
    let credits = table(&page, "存款渠道归因");
    let total: f64 = credits.iter().map(|row| row[6].replace(',', "").parse::<f64>().unwrap()).sum();
    assert!((total - 2_960.0).abs() < 0.05, "credits of the registered rule sum to the conversions: {total}");
}

#[test]
fn few_customers_are_not_shown() {
    for language in LANGUAGES {
        let page = html(&adaptive::adaptive(), language);
        let words = words_of(&page);
        assert!(words.contains("&lt;10"));
        let rows = table(&page, "活跃客户占比");
        let private = rows.iter().find(|row| row[0] == "私人银行").unwrap();
        assert!(
            private[4] == "&lt;10" && !private[1].contains('%') && !private[2].contains('%'),
            "the rate of seven private customers: {private:?}"
        );
        assert!(!page.contains("+9.00 pp"), "the difference of seven customers without a tier, in words, tips and drawings");
    }
}

#[test]
fn what_is_withheld_is_said_and_never_zero() {
    let mut evaluation = samples::versions();
    for goal in &mut evaluation.trials[0].goals {
        goal.difference = no_estimate(Withheld::TooFewUnits { have: 3.0, need: 8.0 });
        goal.level = none(Withheld::NoUnits);
        (goal.lift, goal.p, goal.chance) = (no_estimate(Withheld::ZeroBaseline), none(Withheld::NoVariation), none(Withheld::NoVariation));
    }
    for money in &mut evaluation.trials[0].money {
        (money.net, money.benefit, money.value) = (no_estimate(Withheld::NotPriced), no_estimate(Withheld::NotPriced), None);
        money.roi = none(Withheld::NotPriced);
    }
    let english = words_of(&html(&evaluation, Language::English));
    for reason in [
        "there are 3 customers and 8 are needed",
        "nobody is in the group",
        "the control mean is zero",
        "everybody has the same value",
        "benefit not priced",
    ] {
        assert!(english.contains(reason), "{reason}");
    }
    assert!(words_of(&html(&evaluation, Language::Chinese)).contains("只有 3 位客户，需要 8 位"));
    for (name, evaluation) in all() {
        let page = html(&evaluation, Language::English);
        let words = words_of(&page);
        assert!(!words.contains("NaN") && !page.contains("inf\"") && !words.contains(" inf "), "{name}");
    }
}

#[test]
fn every_picture_has_words_and_its_table() {
    for language in LANGUAGES {
        let page = html(&adaptive::adaptive(), language);
        let figures: Vec<&str> = page.split("<figure").skip(1).map(|figure| figure.split("</figure>").next().unwrap()).collect();
        assert!(figures.len() > 15, "{}", figures.len());
        for figure in figures {
            let pictures = figure.matches("role=\"img\"").count();
            assert!(pictures == 2 || figure.starts_with(" class=\"half\""), "one for wide pages, one for phones");
            assert!(pictures > 0 && figure.matches("aria-label=\"").count() >= pictures);
            assert!(!figure.contains("aria-label=\"\"") && !figure.contains("<desc></desc>"), "{}", &figure[..200.min(figure.len())]);
            assert!(figure.contains("<details>") && figure.contains("<tbody>"), "a picture without its table");
        }
    }
}
