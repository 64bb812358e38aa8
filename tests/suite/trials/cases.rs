//! Comparisons, experiments assigned by others, metrics beside the goals; and what is refused.

use super::{SCHEMA, STRATEGY, World, bools, checked, trials};
use strat::diag::Language;
use strat::ir::{Design, Fold, Formula, GoalRole, Target, TrialKind};
use strat::types::Value;

const COMPARE: &str = r#"
param worth = 60元 in 10元 .. 500元
cohort june = status = "active" frozen 2025-01-01 00:00
metric woken "激活率" = rate(exists(transactions, within 30 days))
metric asked "调研率" = rate(exists(surveys, within 30 days))
metric profit = incremental(woken) * worth - cost(contacts)
strategy one "甲" { on while status = "active" again never plan { send sms using hello } }
strategy two "乙" { on while status = "active" again never plan { send sms using hello } }
compare ways "两种" {
  owner "零售部"
  population june
  arms { one 40%  two 40%  control 20% }
  guard calm = rate(exists(surveys, within 30 days)) at most control
  goal lift "激活" = woken target +35% rel vs control
  decide highest profit
}
"#;

#[test]
fn a_comparison_has_strategies_as_arms_and_a_decision() {
    let trials = trials(&format!("{SCHEMA}{COMPARE}"));
    let [trial] = trials.as_slice() else { panic!("{}", trials.len()) };
    assert_eq!((trial.name.as_str(), trial.kind), ("ways", TrialKind::Compare));
    let arms: Vec<_> = trial.arms.iter().map(|arm| (arm.name.as_str(), arm.label.as_deref(), arm.share, arm.control)).collect();
    assert_eq!(arms, [("one", Some("甲"), Some(0.4), false), ("two", Some("乙"), Some(0.4), false), ("control", None, Some(0.2), true)]);
    assert_eq!(trial.strategies, [0, 1, 0]);
    let goals: Vec<_> = trial.goals.iter().map(|goal| (goal.name.as_str(), goal.role)).collect();
    assert_eq!(goals, [("lift", GoalRole::Goal), ("calm", GoalRole::Guard), ("asked", GoalRole::Exploratory)]);
    let (highest, formula, written) = trial.decide.clone().unwrap();
    let gain = Formula::Multiply(Box::new(Formula::Incremental(0)), Box::new(Formula::Number(6_000.0)));
    assert_eq!((highest, formula), (true, Formula::Subtract(Box::new(gain), Box::new(Formula::Cost))));
    assert_eq!(written, "profit");
    // One figure, written twice, is one measure.
    assert_eq!(trial.measures.len(), 2);
}

const EXPERIMENT: &str = r#"
subject mailings
entity mailings file "hillstrom" {
  key line : int from line number
  segment  : text in ["No E-Mail", "Mens E-Mail", "Womens E-Mail"]  "邮件"
  visit    : int
  spend    : money
  history  : money
  womens   : bool
  sent     : date?
  chance   : number?
}
"#;

const GIVEN: &str = r#"
test "data" {
  as of 2025-03-01 00:00
  given mailings (line, segment, visit, spend, history, womens, sent, chance)
    (1, "No E-Mail", 0, 0元, 5元, true, 2025-01-01, 0.5) (2, "Mens E-Mail", 1, 3元, 2元, false, 2025-01-02, 0.25)
    (3, "Womens E-Mail", 0, 1元, 4元, true, missing, missing)
}
"#;

#[test]
fn an_experiment_of_others_is_read_from_columns() {
    let world = World::new(&format!(
        "{EXPERIMENT}{}{GIVEN}",
        r#"
experiment email "邮件试验" {
  owner "营销部"
  arm segment { "Mens E-Mail" as "男装" 1/3  "Womens E-Mail" 1/3  "No E-Mail" 1/3 }
  control "No E-Mail"
  at sent
  probability chance
  propose if(womens, 0.5, 0.1)
  goal visits "访问率" = rate(visit = 1) target +3pp vs control
  goal spend = mean(spend) before history
  guard half = sum(spend) / count(mailings) at least 1元
  decide highest incremental(visits) * 1元
  judge { looks once  at least 100 mailings  by womens  adjust for history }
}
"#
    ));
    let trial = world.trial();
    assert_eq!((trial.name.as_str(), trial.label.as_deref(), trial.kind), ("email", Some("邮件试验"), TrialKind::Experiment));
    assert_eq!(trial.design, Design::Randomised);
    assert_eq!(trial.arms[0].label.as_deref(), Some("男装"));
    assert!(trial.arms.iter().all(|arm| arm.share == Some(1.0 / 3.0)));
    assert_eq!(trial.control(), Some(2));
    assert_eq!(world.values(trial.assigned), bools(&[Some(true); 3]));
    assert_eq!(world.values(trial.entry.unwrap())[2], Value::Missing);
    assert_eq!(world.values(trial.probability.unwrap())[1], Value::Float(0.25));
    assert_eq!(world.values(trial.proposed.unwrap())[1], Value::Float(0.1));
    assert_eq!(world.rate("visits"), bools(&[Some(false), Some(true), Some(false)]));
    assert_eq!(world.measure("visits").mature, None);
    assert_eq!(world.values(world.measure("spend").before.unwrap())[0], Value::Int(500));
    assert_eq!(world.goal("spend").target, Target::None);
    assert!(matches!(world.measure("half").fold, Fold::Ratio { .. }));
    assert_eq!(world.goal("half").target, Target::AtLeast(100.0));
    assert_eq!((trial.terms.least_units, trial.cuts.len(), trial.covariates.len()), (100, 1, 1));
}

#[test]
fn arms_are_compared_as_they_are_printed() {
    for (column, arms, first) in [("visit", r#""1" 45 "0" 55"#, "0"), ("womens", r#""true"  "false""#, "true")] {
        let text = format!(
            "{EXPERIMENT}experiment e {{ arm {column} {{ {arms} }} observed because \"自选\" goal g = mean(spend) at least 1元 }}\n{GIVEN}"
        );
        let world = World::new(&text);
        assert_eq!(world.values(world.trial().arm)[0], Value::Text(first.into()));
        assert_eq!(world.trial().design, Design::Observed { because: Some("自选".into()) });
    }
    let weights = trials(&format!("{EXPERIMENT}experiment e {{ arm visit {{ \"1\" 45 \"0\" 55 }} goal g = mean(spend) at least 1元 }}"));
    assert_eq!(weights[0].arms[0].share, Some(0.45));
}

#[test]
fn those_who_entered_a_strategy_without_arms_are_one_arm() {
    let text = format!(
        "{SCHEMA}{}{}",
        STRATEGY.replace("  arms { a 50%  control 50% }\n", ""),
        "  goal woken = rate(exists(transactions, within 14 days)) at least 5%\n}\n"
    );
    let trials = trials(&text);
    assert_eq!((trials[0].arms.len(), trials[0].arms[0].name.as_str(), trials[0].control()), (1, "all", None));
    assert_eq!(trials[0].design, Design::Observed { because: None });
    assert_eq!(trials[0].goals[0].target, Target::AtLeast(0.05));
}

#[test]
fn what_no_formula_can_say_is_kept_and_warned_about() {
    let declared = "metric cac = cost(wake) / attributed(status, rule: last_touch, lookback: 30 days)\n";
    let found = checked(&format!(
        "{SCHEMA}{declared}{STRATEGY}  goal top = max(aum_now, within 3 months) target +1元 vs control\n  goal woken = rate(exists(transactions, within 14 days)) target +3pp vs control\n}}\n"
    ));
    let slugs: Vec<_> = found.problems.iter().map(|problem| (problem.kind.slug, problem.title(Language::English))).collect();
    assert_eq!(slugs.len(), 2, "{slugs:?}");
    assert!(slugs.iter().all(|(slug, _)| *slug == "not-judged-yet"));
    assert!(slugs[0].1.contains("metric `cac`") && slugs[1].1.contains("goal `top`"), "{slugs:?}");
    let trial = &found.program.unwrap().trials[0];
    assert_eq!(trial.goals.iter().map(|goal| goal.name.as_str()).collect::<Vec<_>>(), ["woken"]);
}

/// Programs with one mistake in a clause of a judgement: its slug, and words of the message in both languages.
#[test]
fn mistakes_in_what_is_judged_are_named() {
    let woken = "goal woken = rate(exists(transactions, within 14 days)) target +3pp vs control";
    let with = |clause: &str| format!("{SCHEMA}{STRATEGY}  {woken}\n  {clause}\n}}\n");
    let email = |clauses: &str| format!("{EXPERIMENT}experiment email {{ {clauses} }}\n");
    let arms = r#"arm segment { "Mens E-Mail" 50%  "No E-Mail" 50% } control "No E-Mail""#;
    for (text, slug, english, chinese) in [
        (with("judge { alpha 120% }"), "term-out-of-range", "`alpha` is 120%", "`alpha` 写的是 120%"),
        (with("judge { cheaper within 5% rel }"), "term-out-of-range", "`cheaper within` is 5% rel", "`cheaper within`"),
        (with("judge { at least 0 customers }"), "term-out-of-range", "`at least` is 0", "`at least` 写的是 0"),
        (with("judge { at least 10 surveys }"), "judge-unit", "`wake` judges `customers`, not `surveys`", "`wake` 评价的是 `customers`"),
        (with("judge { by aum_now }"), "wrong-type", "`by` of `judge`", "`by` of `judge`"),
        (with("judge { adjust for status }"), "wrong-type", "`adjust for`", "`adjust for`"),
        (with("judge { score status }"), "wrong-type", "`score`", "`score`"),
        (with("judge { alpha 5%  alpha 1% }"), "repeated-clause", "alpha", "alpha"),
        (with("judge { value 60 }"), "wrong-type", "`value`", "`value`"),
        (
            with("goal kept = retained(age >= at_entry(age), within 30 days) target +3pp vs control"),
            "known-only-now",
            "customers.age is kept only as it is now",
            "只保存当前值",
        ),
        (
            with("guard calm = rate(exists(surveys, within 9 days)) at most control * 1.1"),
            "bound-of-control",
            "`control * 1.1`",
            "`control * 1.1`",
        ),
        (with("goal far = rate(exists(surveys, within 9 days)) target +3pp vs control worthwhile +1%"), "goal-incomplete", "unit", "单位"),
        (
            with("goal far = rate(exists(surveys, within 9 days)) target +3pp vs control before status"),
            "wrong-type",
            "`before`",
            "`before`",
        ),
        (
            format!(
                "{SCHEMA}strategy s {{ on while status = \"active\" again never plan {{ send sms using hello }} judge {{ alpha 5% }} }}\n"
            ),
            "judge-of-nothing",
            "neither arms nor goals",
            "没有实验组和目标",
        ),
        (email(""), "experiment-incomplete", "experiment `email` does not say `arm COLUMN", "没有写明 `arm COLUMN"),
        (email(r#"arm segment { "Mens E-Mail" }"#), "experiment-incomplete", "two arms", "two arms"),
        (
            email(r#"arm segment { "Mens E-Mail" 50%  "No E-Mail" }"#),
            "experiment-incomplete",
            "a share for every arm",
            "a share for every arm",
        ),
        (email(r#"arm segment { "Mens E-Mail" 50%  "No E-Mail" 40% }"#), "shares-not-whole", "90%", "90%"),
        (email(r#"arm segment { "Men E-Mail"  "No E-Mail" }"#), "not-declared", "Men E-Mail", "Men E-Mail"),
        (email(r#"arm segment { "Mens E-Mail"  "No E-Mail" } control "None""#), "not-declared", "None", "None"),
        (email(r#"arm spend { "1"  "2" }"#), "wrong-type", "`arm`", "`arm`"),
        (email(&format!("{arms} at spend")), "wrong-type", "`at`", "`at`"),
        (email(&format!("{arms} propose 0.5")), "experiment-incomplete", "`probability`", "`probability`"),
        (
            email(&format!("{arms} goal g = rate(visit = 1, within 30 days) target +3pp vs control")),
            "entry-time-missing",
            "experiment `email` does not say when",
            "没有说明何时进入",
        ),
        (EXPERIMENT.replace("key line : int from", "key line : text from"), "wrong-type", "`from line number`", "`from line number`"),
    ] {
        let checked = checked(&text);
        let [problem] = checked.problems.as_slice() else { panic!("{slug}: {:#?}\n{text}", checked.problems) };
        assert_eq!(problem.kind.slug, slug, "{text}");
        for (language, words) in [(Language::English, english), (Language::Chinese, chinese)] {
            let said = format!("{} {}", problem.title(language), problem.help(language).unwrap_or_default());
            assert!(said.contains(words), "{slug}: {said}");
        }
    }
}

#[test]
fn metrics_of_now_are_kept_for_the_report() {
    let text = format!(
        "{SCHEMA}metric score \"净推荐值\" for surveys = nps(nps, last 1 months, at least 1) by customer_id\nmetric ages = mean(age)\n{}",
        r#"
test "data" {
  as of 2025-03-01 00:00
  given customers (customer_id, status, age) ("C1", "active", 30) ("C2", "active", 41)
  given surveys (customer_id, asked, nps, csat)
    ("C1", 2025-02-11 00:00, 10, 4) ("C1", 2025-02-12 00:00, 3, 2) ("C1", 2025-02-13 00:00, missing, missing)
    ("C1", 2025-01-11 00:00, 9, 5)
}
"#
    );
    let world = World::metrics_only(&text);
    assert_eq!(world.problems, 0);
    let rows = world.metric_rows();
    let fields = |row: &[(&str, Value)]| row.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect::<Vec<_>>();
    let text = |text: &str| Value::Text(text.into());
    let score = [
        ("metric", text("score")),
        ("label", text("净推荐值")),
        ("written", text("nps(nps, last 1 months, at least 1)")),
        ("group", text("customer_id = C1")),
        ("value", Value::Float(0.0)),
        ("rows", Value::Int(2)),
        ("previous", Value::Float(100.0)),
        ("previous_rows", Value::Int(1)),
    ];
    let ages = [
        ("metric", text("ages")),
        ("label", text("")),
        ("written", text("mean(age)")),
        ("value", Value::Float(35.5)),
        ("rows", Value::Int(2)),
    ];
    assert_eq!(rows, [fields(&score), fields(&ages)]);
}

#[test]
fn the_share_of_an_arm_is_recorded_with_the_assignment() {
    let checked = checked(&format!("{SCHEMA}{STRATEGY}}}\n"));
    let program = checked.program.unwrap();
    let emission = program.emissions.iter().find(|emission| emission.output == strat::ir::Output::Assignments).unwrap();
    assert!(emission.fields.iter().any(|(name, node)| name == "share" && program.type_of(*node) == strat::types::Type::Number));
    assert!(program.trials[0].probability.is_some());
}

/// The arm of another strategy is a cut, what may have drifted is read as of the entry, and a goal about everybody is no trial's.
#[test]
fn other_arms_drift_and_goals_about_everybody() {
    let other = "strategy other { on while status = \"active\" again never arms { a 50%  control 50% } plan { send sms using hello } }";
    let goals = "goal woken = rate(exists(transactions, within 30 days)) target +3pp vs control\n\
        goal many \"状态数\" = distinct(status where age >= 40) at least 3\n\
        judge { beside other  drift age, rich }";
    let world = super::world_with(other, goals);
    let trial = world.program.trials.iter().find(|trial| trial.name == "wake").unwrap();
    let [cut] = trial.cuts.as_slice() else { panic!("{:?}", trial.cuts) };
    assert_eq!((cut.name.as_str(), cut.beside), ("other", true));
    let text = |text: &str| Value::Text(text.into());
    assert_eq!(world.values(cut.value), [Value::Missing, Value::Missing, Value::Missing, text("a")]);
    let drift = trial.drift.as_ref().unwrap();
    let told: Vec<_> = drift.of.iter().map(|own| (own.name.as_str(), own.tenths, own.levels.len(), own.outcome)).collect();
    assert_eq!((told, drift.along.is_none()), (vec![("age", true, 0, false), ("rich", false, 2, false)], true));
    assert_eq!(trial.goals.iter().map(|goal| goal.name.as_str()).collect::<Vec<_>>(), ["woken"]);
    let rows = world.metric_rows();
    let many = rows.iter().find(|row| row.iter().any(|(_, value)| *value == text("many"))).unwrap();
    let field = |name: &str| many.iter().find(|(known, _)| known == name).map(|(_, value)| value.clone()).unwrap();
    assert_eq!((field("value"), field("bound"), field("up")), (Value::Int(2), Value::Float(3.0), text("yes")));
}
