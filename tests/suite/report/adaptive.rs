//! An adaptive strategy of four arms with everything a judgement can hold, in a Chinese bank's words.

use super::build::*;
use strat::evaluate::Withheld;
use strat::evaluate::evaluation::*;

const ARMS: [(&str, &str, u64, f64); 5] = [
    ("control", "对照组", 12_040, 0.0412),
    ("sms", "短信提醒", 11_982, 0.0467),
    ("ai_call", "AI外呼（工作日上午）", 12_011, 0.0589),
    ("rm_visit", "客户经理上门拜访", 11_967, 0.0571),
    ("app_push", "手机银行弹窗", 12_000, 0.0398),
];

fn goal_of(index: usize) -> GoalRow {
    let (arm, _, n, level) = ARMS[index];
    let difference = level - ARMS[0].3;
    let half = 1.96 * (level * (1.0 - level) / n as f64 + ARMS[0].3 * (1.0 - ARMS[0].3) / 12_040.0).sqrt();
    let mut row = goal("deposit", "60天内存入5万元以上", "goal", Unit::Share, arm, "control");
    row.registered = "target +1pp vs control within 60 days".into();
    row.figure = "rate(sum(deposits.amount, within 60 days) >= 5万)".into();
    row.threshold = Some(0.01);
    (row.n, row.n_against) = (n, 12_040);
    (row.count, row.count_against) = (Some((n as f64 * level).round()), Some(496.0));
    (row.level, row.level_against) = (known(level), known(ARMS[0].3));
    row.difference = estimate(difference, difference - half, difference + half);
    row.lift = estimate(difference / 0.0412, (difference - half) / 0.0412, (difference + half) / 0.0412);
    let p = if difference.abs() > half { 0.000_02 } else { 0.21 };
    (row.p, row.p_adjusted, row.chance) = (known(p), known(p * 4.0), known(if difference > 0.0 { 0.999 } else { 0.302 }));
    row.detectable = known(0.0071);
    row.met = if difference - half > 0.01 {
        Met::Met
    } else if difference + half < 0.01 {
        Met::NotMet
    } else {
        Met::NotYetKnowable
    };
    (row.unknown, row.immature) = (12, 1_840);
    row.beside = vec![
        Beside {
            slug: "variance-reduced".into(),
            title: words("adjusted for the balance before", "按事前余额调整"),
            difference: estimate(difference, difference - half * 0.8, difference + half * 0.8),
            p: known(p / 2.0),
            extra: Some((words("variance saved", "方差减少"), known(0.36))),
        },
        Beside {
            slug: "rank".into(),
            title: words("ranks", "秩检验"),
            difference: no_estimate(Withheld::NoVariation),
            p: known(0.03),
            extra: None,
        },
    ];
    row
}

fn balance_goal() -> GoalRow {
    let mut row = goal("balance", "户均存款余额", "goal", Unit::Money, "ai_call", "control");
    row.registered = "target +2000元 vs control".into();
    row.threshold = Some(2_000.0);
    (row.n, row.n_against) = (12_011, 12_040);
    (row.level, row.level_against) = (known(86_412.0), known(83_007.0));
    row.difference = estimate(3_405.0, 611.0, 6_199.0);
    row.lift = estimate(0.041, 0.007, 0.075);
    (row.p, row.p_adjusted, row.chance) = (known(0.0169), known(0.0338), known(0.991));
    row.method = words("Welch, capped at the 99.5th percentile", "Welch 检验，按 99.5 分位封顶");
    row
}

fn guard(name: &str, label: &str, standing: &str, difference: Estimate) -> GoalRow {
    let mut row = goal(name, label, "guard", Unit::Share, "ai_call", "control");
    row.registered = "at most control + 0.2pp".into();
    (row.up, row.threshold) = (false, Some(0.002));
    (row.n, row.n_against) = (12_011, 12_040);
    (row.level, row.level_against) = (known(0.0031), known(0.0026));
    row.difference = difference;
    row.lift = no_estimate(Withheld::UncertainBaseline { g: 1.31 });
    (row.p, row.guard) = (known(0.47), Some(standing.into()));
    row
}

fn satisfaction() -> GoalRow {
    let mut row = goal("nps", "净推荐值", "exploratory", Unit::Nps, "ai_call", "control");
    (row.n, row.n_against) = (880, 861);
    (row.level, row.level_against) = (known(31.4), known(28.9));
    row.difference = estimate(2.5, -4.1, 9.1);
    (row.p, row.p_adjusted) = (known(0.458), known(0.611));
    row
}

fn money() -> Vec<MoneyRow> {
    let one = |index: usize, cost: f64| {
        let row = goal_of(index);
        let n = ARMS[index].2 as f64;
        let of = |figure: &Figure| figure.known().unwrap_or(0.0) * n;
        let (value, lower, upper) = (of(&row.difference.value), of(&row.difference.lower), of(&row.difference.upper));
        let net = |extra: f64| extra * 900.0 - cost;
        MoneyRow {
            arm: ARMS[index].0.into(),
            contacted: ARMS[index].2 * 97 / 100,
            cost,
            value: Some(900.0),
            incremental: estimate(value, lower, upper),
            cost_per_incremental: if value > 0.0 { known(cost / value) } else { none(Withheld::NoIncrement) },
            benefit: estimate(value * 900.0, lower * 900.0, upper * 900.0),
            net: estimate(net(value), net(lower), net(upper)),
            roi: known(net(value) / cost),
            break_even: known(cost / 900.0 / n),
            net_per_thousand: estimate(net(value) / n * 1e3, net(lower) / n * 1e3, net(upper) / n * 1e3),
        }
    };
    vec![one(1, 479.28), one(2, 18_016.5), one(3, 244_100.0), one(4, 120.0)]
}

fn survival() -> SurvivalReport {
    let curve = |arm: usize, rate: f64| {
        let steps = (1..=26).map(|week| {
            let kept = (-rate * week as f64).exp();
            SurvivalStep {
                time: week as f64 * 7.0,
                at_risk: (12_000.0 * kept * (1.0 - week as f64 / 40.0)) as u64,
                kept,
                lower: known(kept - 0.002 * week as f64),
                upper: known((kept + 0.002 * week as f64).min(1.0)),
            }
        });
        SurvivalCurve {
            arm: ARMS[arm].0.into(),
            label: Some(ARMS[arm].1.into()),
            steps: steps.collect(),
            median: if rate > 0.027 { known(171.5) } else { none(Withheld::NotReached) },
        }
    };
    SurvivalReport {
        goal: "stays".into(),
        label: Some("资金留存天数".into()),
        unit: Unit::Days,
        curves: vec![curve(0, 0.028), curve(2, 0.021), curve(3, 0.018)],
        log_rank: known(31.2),
        log_rank_p: known(0.000_000_2),
        kept_longer: vec![("ai_call".into(), estimate(9.4, 6.1, 12.7)), ("rm_visit".into(), estimate(14.2, 10.6, 17.8))],
    }
}

fn trust() -> Vec<Check> {
    vec![
        check(
            "sample-ratio",
            ("sample ratio", "样本比例"),
            Light::Green,
            ("as registered in every phase", "各阶段均与登记比例一致"),
            0.412,
            0.001,
        ),
        check(
            "several-arms",
            ("one arm per customer", "一人一组"),
            Light::Green,
            ("3 customers in two arms, left out", "3 位客户出现在两组，已剔除"),
            3.0,
            60.0,
        ),
        check(
            "join-health",
            ("match of outcomes", "结果匹配率"),
            Light::Green,
            ("99.8% of the customers were found", "99.8% 的客户找到结果"),
            0.998,
            0.95,
        ),
        check(
            "contamination",
            ("other strategies", "其他策略干扰"),
            Light::Amber,
            (
                "18% of the customers were also contacted by other strategies, alike in all arms",
                "18% 的客户同时被其他策略触达，各组比例相近",
            ),
            0.18,
            0.1,
        ),
        check(
            "maturity",
            ("mature customers", "成熟客户"),
            Light::Green,
            ("58,160 of 60,000 have completed their 60 days", "60,000 位客户中 58,160 位已满 60 天"),
            0.969,
            0.8,
        ),
        check("size", ("size", "样本量"), Light::Green, ("a difference of 0.71 pp can be seen", "可检出 0.71 pp 的差异"), 0.0071, 0.01),
    ]
}

fn verdict() -> Verdict {
    let findings = vec![
        finding(
            "R0",
            ("investigate", "先排查"),
            "rejected",
            vec![
                fact(("sample ratio p", "样本比例 p 值"), "", 0.412, "<", 0.001, false),
                fact(("standardised difference before", "事前标准化差异"), "deposit", 0.021, ">", 0.1, false),
            ],
        ),
        finding(
            "R2",
            ("stop: harm", "停止：有害"),
            "rejected",
            vec![fact(("upper end of the goal", "目标区间上限"), "deposit", 0.0232, "<", 0.0, false)],
        ),
        finding(
            "R3",
            ("ship", "全面推广"),
            "rejected",
            vec![
                fact(("lower end of the goal", "目标区间下限"), "deposit", 0.0122, ">", 0.01, true),
                fact(("lower end of the guardrail", "护栏指标的区间下限"), "complaints", -0.0021, ">", -0.002, false),
            ],
        ),
        finding(
            "R4",
            ("ship with watch", "边推广边观察"),
            "outranked",
            vec![fact(("lower end of the goal", "目标区间下限"), "deposit", 0.0122, ">", 0.01, true)],
        ),
        finding(
            "R7",
            ("reallocate", "调整分组比例"),
            "decides",
            vec![
                fact(("live treatment arms", "有效处理组数"), "", 4.0, "≥", 2.0, true),
                fact(("least mature customers of an arm", "各组最少成熟客户数"), "", 11_967.0, "≥", 100.0, true),
            ],
        ),
    ];
    let by_arm = ARMS[1..].iter().map(|(arm, ..)| ArmVerdict {
        arm: (*arm).into(),
        rule: if *arm == "app_push" { "R5".into() } else { "R7".into() },
        title: if *arm == "app_push" { words("stop: futile", "停止：无望达标") } else { words("reallocate", "调整分组比例") },
        action: if *arm == "app_push" {
            words("give its share to the others", "将其占比分给其他组")
        } else {
            words("change its share by at most 20 points", "占比调整不超过 20 个百分点")
        },
        findings: findings.clone(),
    });
    Verdict {
        rule: "R7".into(),
        title: words("reallocate", "调整分组比例"),
        met: Met::Met,
        sentence: words(
            "Goal: +1 pp within 60 days. Result of the AI call: +1.77 pp (1.22 to 2.32). Met; complaints unproven.",
            "目标：60 天内 +1 pp。AI外呼结果：+1.77 pp（1.22 至 2.32）。达成；投诉尚未证实安全。",
        ),
        action: words(
            "move the next wave towards the AI call and the visit; end the app push",
            "下一波向 AI外呼与上门倾斜；停止手机银行弹窗",
        ),
        would_change: words(
            "a complaint rate whose interval leaves 0.20 pp: 9,400 more customers, about 12 September",
            "投诉率区间离开 0.20 pp：再需 9,400 位客户，约 9 月 12 日",
        ),
        arm: Some("ai_call".into()),
        findings: findings.clone(),
        by_arm: by_arm.collect(),
    }
}

fn arms() -> Vec<ArmRow> {
    let best = [0.0, 0.0004, 0.7412, 0.2583, 0.0001];
    let proposed = [0.2, 0.12, 0.4, 0.23, 0.05];
    ARMS.iter()
        .zip(best.into_iter().zip(proposed))
        .map(|((name, label, n, level), (best, proposed))| {
            let half = 1.96 * (level * (1.0 - level) / *n as f64).sqrt();
            let mut row = arm(name, label, *name == "control", *n, estimate(*level, level - half, level + half));
            row.share = Some(0.2);
            row.found = known(*n as f64 / 60_000.0);
            row.proposed = Some(proposed);
            (row.best, row.loss) = (known(best), known((0.0589 - level).max(0.0002)));
            row.cost = match *name {
                "sms" => 479.28,
                "ai_call" => 18_016.5,
                "rm_visit" => 244_100.0,
                "app_push" => 120.0,
                _ => 0.0,
            };
            row.staff_minutes = if *name == "rm_visit" { 478_680.0 } else { 0.0 };
            row
        })
        .collect()
}

fn funnel() -> Vec<FunnelStage> {
    let stage = |slug: &str, en: &str, zh: &str, shares: [f64; 5]| FunnelStage {
        slug: slug.into(),
        title: words(en, zh),
        counts: ARMS.iter().zip(shares).map(|(arm, share)| (arm.2 as f64 * share) as u64).collect(),
    };
    vec![
        stage("assigned", "assigned", "分组", [1.0; 5]),
        stage("reached", "reached", "触达", [0.0, 0.97, 0.71, 0.44, 0.62]),
        stage("opened", "answered or opened", "接听或打开", [0.0, 0.31, 0.42, 0.41, 0.2]),
        stage("goal", "deposit of 50,000", "存入5万元", [0.0412, 0.0467, 0.0589, 0.0571, 0.0398]),
    ]
}

fn programme(evaluation: &mut Evaluation) {
    let group = |name: &[&str], value: Figure, previous: Figure, n: u64| MetricGroup {
        group: name.iter().map(|part| (*part).to_owned()).collect(),
        value,
        previous,
        n,
    };
    evaluation.metrics = vec![
        MetricReport {
            name: "active".into(),
            label: Some("活跃客户占比".into()),
            unit: Unit::Share,
            written: "rate(active) by branch".into(),
            groups: vec![
                group(&["杭州分行"], known(0.612), known(0.598), 401_223),
                group(&["县域支行"], known(0.471), known(0.482), 88_410),
                group(&["私人银行"], known(0.9), known(0.8), 7),
                group(&[], known(0.583), none(Withheld::NoUnits), 1_204_511),
            ],
            bound: None,
        },
        MetricReport {
            name: "aum".into(),
            label: Some("户均资产".into()),
            unit: Unit::Money,
            written: "mean(aum)".into(),
            groups: vec![group(&[], known(182_334.5), known(180_911.2), 1_204_511)],
            bound: Some(MetricBound { at_least: true, value: 180_000.0, met: Met::Met }),
        },
    ];
    evaluation.migrations = vec![Migration {
        ladder: "risk".into(),
        label: Some("贷后风险分层".into()),
        from_day: "2025-06-30".into(),
        to_day: "2025-07-31".into(),
        labels: vec![
            ("green".into(), Some("绿".into())),
            ("yellow".into(), Some("黄".into())),
            ("orange".into(), Some("橙".into())),
            ("red".into(), Some("红".into())),
        ],
        counts: vec![vec![48_210, 2_310, 204, 31], vec![1_902, 7_411, 880, 97], vec![120, 640, 2_204, 412], vec![4, 22, 181, 960]],
        changed: known(0.1083),
        psi: known(0.0121),
        psi_critical: known(0.0003),
    }];
    let rules = ["first", "last", "linear", "position", "time-decay", "shapley", "markov"];
    let credit = |channel: &str, shares: [f64; 7], cost: f64| AttributionRow {
        channel: channel.into(),
        credits: rules.iter().zip(shares).map(|(rule, share)| ((*rule).to_owned(), known(share * 2_960.0))).collect(),
        cost,
    };
    evaluation.attributions = vec![Attribution {
        metric: "deposits_by_channel".into(),
        label: Some("存款渠道归因".into()),
        rule: "shapley".into(),
        lookback_days: 30.0,
        conversions: 2_960.0,
        rows: vec![
            credit("sms", [0.41, 0.22, 0.3, 0.31, 0.27, 0.26, 0.25], 31_200.0),
            credit("ai_call", [0.23, 0.34, 0.3, 0.29, 0.31, 0.33, 0.32], 402_000.0),
            credit("rm_visit", [0.08, 0.28, 0.16, 0.18, 0.22, 0.24, 0.27], 1_244_100.0),
            credit("app_push", [0.28, 0.16, 0.24, 0.22, 0.2, 0.17, 0.16], 4_100.0),
        ],
    }];
    evaluation.pacing = super::course::pacing();
    evaluation.lifetimes = vec![Lifetime {
        metric: "clv".into(),
        label: Some("客户终身价值".into()),
        customers: 23_570,
        parameters: vec![
            ("r".into(), known(0.2426)),
            ("alpha".into(), known(4.4136)),
            ("a".into(), known(0.7929)),
            ("b".into(), known(2.4259)),
            ("p".into(), none(Withheld::Correlated { correlation: 0.31 })),
        ],
        expected_purchases: known(1.2260),
        expected_value: known(43.08),
        horizon: "39 weeks".into(),
        sentence: words("A customer is expected to buy 1.23 times in 39 weeks.", "预期每位客户在 39 周内交易 1.23 次。"),
    }];
}

/// Everything.
pub fn adaptive() -> Evaluation {
    let mut trial = trial("deposit_nudge", "到期资金挽留（四组自适应）", "strategy");
    (trial.looks, trial.owner) = ("anytime".into(), Some("零售增长部".into()));
    let goals: Vec<GoalRow> = (1..5).map(goal_of).collect();
    trial.over_time = goals.iter().enumerate().map(|(index, row)| series(row, 60, 31 + index as u64)).collect();
    trial.cuts = goals
        .iter()
        .flat_map(|row| {
            let base = row.difference.value.known().unwrap_or(0.0);
            [
                cut(
                    "tier",
                    "客户分层",
                    row,
                    &[
                        ("mass", "大众客户", 7_400, base * 1.1),
                        ("affluent", "富裕客户", 3_100, base * 1.9),
                        ("private", "私人银行", 1_440, -0.002),
                        ("", "", 7, 0.09),
                    ],
                ),
                cut("region", "地区", row, &[("metro", "城区", 6_900, base * 0.7), ("county", "县域", 5_000, base * 1.4)]),
            ]
        })
        .collect();
    trial.cuts.push(cut(
        "region",
        "地区",
        &guard("complaints", "投诉率", "unproven", estimate(0.0005, -0.0011, 0.0021)),
        &[("metro", "城区", 6_900, 0.0004), ("county", "县域", 5_000, 0.0007)],
    ));
    trial.goals = goals;
    trial.goals.push(balance_goal());
    trial.goals.push(guard("complaints", "投诉率", "unproven", estimate(0.0005, -0.0011, 0.0021)));
    trial.goals.push(guard("optout", "退订率", "safe", estimate(-0.0002, -0.0011, 0.0007)));
    trial.goals.push(satisfaction());
    (trial.arms, trial.trust, trial.verdict, trial.money, trial.funnel) = (arms(), trust(), verdict(), money(), funnel());
    trial.exposure = exposure(&trial.arms, 60);
    trial.survival = vec![survival()];
    let smd = |name: &str, label: &str, arm: &str, before: f64| BalanceRow {
        covariate: name.into(),
        label: Some(label.into()),
        arm: arm.into(),
        before: known(before),
        after: None,
        p: known(0.44),
    };
    trial.balance = ["sms", "ai_call", "rm_visit"]
        .iter()
        .flat_map(|arm| [smd("aum", "事前资产", arm, 0.012), smd("age", "年龄", arm, -0.021), smd("tenure", "开户年限", arm, 0.007)])
        .collect();
    trial.proposals = vec![
        Proposal {
            slug: "shares".into(),
            what: "deposit_nudge".into(),
            from: "arms control 20%, sms 20%, ai_call 20%, rm_visit 20%, app_push 20%".into(),
            to: "arms control 20%, sms 12%, ai_call 40%, rm_visit 23%, app_push 5%".into(),
            because: words(
                "chance of being best: AI call 74.1%, visit 25.8%; at most 20 points per wave, floor 5%",
                "最优概率：AI外呼 74.1%，上门 25.8%；每波至多调整 20 个百分点，下限 5%",
            ),
            next_units: known(9_400.0),
            next_date: Some("2025-09-12".into()),
        },
        Proposal {
            slug: "param".into(),
            what: "visit_floor".into(),
            from: "3万".into(),
            to: "5万".into(),
            because: words("visits pay for themselves only above 48,000 yuan", "上门仅在 4.8 万元以上才能覆盖成本"),
            next_units: none(Withheld::NoSolution),
            next_date: None,
        },
    ];
    trial.tests = trial
        .goals
        .iter()
        .map(|row| TestRow {
            goal: row.name.clone(),
            arm: row.arm.clone(),
            against: row.against.clone(),
            method: row.method.clone(),
            p: row.p.clone(),
            p_adjusted: row.p_adjusted.clone(),
        })
        .collect();
    trial.notes = vec![
        words("3 customers were in two arms and are left out", "3 位客户出现在两组，已剔除"),
        words(
            "the share of the app push was changed on 1 July; earlier customers are judged by their own shares",
            "7 月 1 日调整过弹窗组占比；此前客户按当时比例评判",
        ),
    ];
    let mut evaluation = evaluation("deposit_nudge.strat", vec![trial]);
    programme(&mut evaluation);
    evaluation
}
