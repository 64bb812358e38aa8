//! Whole judgements as a bank would have them: a comparison of versions with the numbers of F-SC32, an e-mail experiment with those of
//! Hillstrom, calls that nobody randomised, and an adaptive strategy with everything.

use super::build::*;
use strat::evaluate::Withheld;
use strat::evaluate::evaluation::*;

fn sc32_goal(arm: &str, count: f64, difference: Estimate, lift: Estimate, p: f64) -> GoalRow {
    let mut row = goal("activation", "30天激活率", "goal", Unit::Share, arm, "control");
    row.registered = "target +35% rel vs control".into();
    row.figure = "rate(exists(transactions where initiated_by == customer, within 30 days))".into();
    row.threshold = Some(0.021);
    (row.n, row.n_against) = (4_000, 2_000);
    (row.count, row.count_against) = (Some(count), Some(120.0));
    row.level = known(count / 4_000.0);
    row.level_against = known(0.06);
    row.difference = difference;
    row.lift = lift;
    row.p = known(p);
    row.p_adjusted = known(p * 2.0);
    row.chance = known(1.0 - p / 2.0);
    row.detectable = known(0.0188);
    row
}

fn sc32_money(arm: &str, cost: f64, incremental: Estimate, net: Estimate, break_even: f64) -> MoneyRow {
    let benefit = |figure: &Figure| known(figure.known().unwrap_or(0.0) * 60.0);
    MoneyRow {
        arm: arm.into(),
        contacted: 4_000,
        cost,
        value: Some(60.0),
        cost_per_incremental: known(cost / incremental.value.known().unwrap_or(1.0)),
        benefit: Estimate { value: benefit(&incremental.value), lower: benefit(&incremental.lower), upper: benefit(&incremental.upper) },
        roi: known(net.value.known().unwrap_or(0.0) / cost),
        net_per_thousand: estimate(
            net.value.known().unwrap_or(0.0) / 4.0,
            net.lower.known().unwrap_or(0.0) / 4.0,
            net.upper.known().unwrap_or(0.0) / 4.0,
        ),
        incremental,
        net,
        break_even: known(break_even),
    }
}

fn version(arm: &str, label: &str, n: u64, reached: f64, verdict: &str, words: Words) -> VersionRow {
    VersionRow {
        arm: arm.into(),
        label: Some(label.into()),
        n,
        reached: Some(reached),
        level: known(reached / n as f64),
        lift: no_estimate(Withheld::NoUnits),
        difference: no_estimate(Withheld::NoUnits),
        incremental: none(Withheld::NoIncrement),
        cost: 0.0,
        per_incremental: none(Withheld::NoIncrement),
        decided_by: none(Withheld::NoIncrement),
        verdict: verdict.into(),
        words,
    }
}

fn sc32_versions(goals: &[GoalRow]) -> VersionsReport {
    let mut rows = vec![version("control", "留存对照组", 2_000, 120.0, "control", words("", ""))];
    let texts = [
        (
            "A",
            "A 仅短信",
            324.0,
            "chosen",
            words("highest profit of the versions whose interval excludes zero", "区间不含零的版本中利润最高"),
            84.0,
            1_600.0,
            3_440.0,
        ),
        ("B", "B 短信+AI外呼+上门", 380.0, "beaten", words("larger lift, loses money", "提升更大，但亏钱"), 140.0, 9_000.0, -600.0),
    ];
    for ((arm, label, reached, verdict, words, incremental, cost, profit), goal) in texts.into_iter().zip(goals) {
        let mut row = version(arm, label, 4_000, reached, verdict, words);
        row.lift = goal.lift.clone();
        row.difference = goal.difference.clone();
        row.incremental = known(incremental);
        row.cost = cost;
        row.per_incremental = known(cost / incremental);
        row.decided_by = known(profit);
        rows.push(row);
    }
    VersionsReport {
        rule: "highest incremental * 60元 - cost".into(),
        unit: Unit::Money,
        rows,
        chosen: Some("A".into()),
        sentence: words(
            "A is chosen. The rule “highest lift” would choose B, which loses ¥600.",
            "选中 A。若按“提升最大”的规则会选 B，而 B 亏损 600 元。",
        ),
    }
}

/// F-SC32.
pub fn versions() -> Evaluation {
    let mut trial = trial("strategy_compare", "休眠唤醒：A 与 B 两个版本", "compare");
    let goals = [
        sc32_goal("A", 324.0, estimate(0.021, 0.0071, 0.0341), estimate(0.35, 0.111, 0.673), 0.0034),
        sc32_goal("B", 380.0, estimate(0.035, 0.0208, 0.0485), estimate(0.583, 0.310, 0.955), 0.000_004),
    ];
    let mut guard = goal("complaints", "投诉率", "guard", Unit::Share, "A", "control");
    guard.up = false;
    guard.threshold = Some(0.002);
    guard.registered = "at most control + 0.2pp".into();
    (guard.n, guard.n_against, guard.count, guard.count_against) = (4_000, 2_000, Some(9.0), Some(4.0));
    (guard.level, guard.level_against) = (known(0.002_25), known(0.002));
    guard.difference = estimate(0.000_25, -0.0031, 0.0025);
    guard.lift = no_estimate(Withheld::UncertainBaseline { g: 1.12 });
    guard.p = known(0.845);
    guard.guard = Some("unproven".into());
    trial.goals = goals.to_vec();
    trial.goals.push(guard);
    trial.arms = vec![
        arm("control", "留存对照组", true, 2_000, estimate(0.06, 0.0504, 0.0713)),
        arm("A", "A 仅短信", false, 4_000, estimate(0.081, 0.073, 0.0899)),
        arm("B", "B 短信+AI外呼+上门", false, 4_000, estimate(0.095, 0.0863, 0.1045)),
    ];
    for (arm, cost) in trial.arms.iter_mut().zip([0.0, 1_600.0, 9_000.0]) {
        arm.cost = cost;
    }
    trial.money = vec![
        sc32_money("A", 1_600.0, estimate(84.0, 28.4, 136.4), estimate(3_440.0, 104.0, 6_584.0), 0.006_67),
        sc32_money("B", 9_000.0, estimate(140.0, 83.2, 194.0), estimate(-600.0, -4_008.0, 2_640.0), 0.0375),
    ];
    trial.versions = Some(sc32_versions(&goals));
    // Everybody entered on one day.
    trial.over_time = goals.iter().map(|row| series(row, 1, 3)).collect();
    trial.exposure = exposure(&trial.arms, 1);
    trial.trust = vec![check(
        "sample-ratio",
        ("sample ratio", "样本比例"),
        Light::Green,
        ("2,000 : 4,000 : 4,000 as registered", "2,000 : 4,000 : 4,000，与登记一致"),
        1.0,
        0.001,
    )];
    trial.verdict = Verdict {
        rule: "R4".into(),
        title: words("ship with watch", "边推广边观察"),
        met: Met::Met,
        sentence: words(
            "Goal: +35% activation against the holdout. Result of A: +2.10 pp (0.71 to 3.41), +35.0%. Met; complaints not yet proven safe.",
            "目标：激活率较对照组 +35%。A 的结果：+2.10 pp（0.71 至 3.41），相对 +35.0%。达成；投诉尚未证实安全。",
        ),
        action: words(
            "take A, to at most half of the customers, and keep watching complaints",
            "采用 A，先推广至不超过一半客户，并继续观察投诉",
        ),
        would_change: words(
            "an upper end of complaints below 0.20 pp: about 3,100 more customers",
            "投诉率区间上限低于 0.20 pp：约需再增 3,100 位客户",
        ),
        arm: Some("A".into()),
        findings: vec![
            finding(
                "R0",
                ("investigate", "先排查"),
                "rejected",
                vec![fact(("sample ratio p", "样本比例 p 值"), "", 1.0, "<", 0.001, false)],
            ),
            finding(
                "R4",
                ("ship with watch", "边推广边观察"),
                "decides",
                vec![fact(("lower end of the goal", "目标区间下限"), "activation", 0.0071, ">", 0.0, true)],
            ),
        ],
        by_arm: Vec::new(),
    };
    evaluation("strategy_compare.strat", vec![trial])
}

fn email(name: &str, label: &str, arm: &str, n: u64, x: (f64, f64), difference: Estimate, lift: Estimate, p: f64) -> GoalRow {
    let mut row = goal(name, label, "goal", Unit::Share, arm, "none");
    row.registered = if name == "visit" { "target +3pp vs control".into() } else { "target +0.2pp vs control".into() };
    row.threshold = Some(if name == "visit" { 0.03 } else { 0.002 });
    row.figure = format!("rate({name})");
    (row.n, row.n_against, row.count, row.count_against) = (n, 21_306, Some(x.0), Some(x.1));
    (row.level, row.level_against) = (known(x.0 / n as f64), known(x.1 / 21_306.0));
    (row.difference, row.lift) = (difference, lift);
    (row.p, row.p_adjusted) = (known(p), known(p * 2.0));
    row.chance = known(0.9999);
    row.detectable = known(if name == "visit" { 0.0085 } else { 0.0021 });
    row.met = Met::Met;
    row
}

/// Hillstrom's e-mails.
pub fn emails() -> Evaluation {
    let mut trial = trial("hillstrom", "E-mail to past buyers", "experiment");
    let mens = email(
        "visit",
        "visit within 14 days",
        "mens",
        21_307,
        (3_894.0, 2_262.0),
        estimate(0.076_59, 0.069_95, 0.083_23),
        estimate(0.7214, 0.638, 0.811),
        5.7e-112,
    );
    let womens = email(
        "visit",
        "visit within 14 days",
        "womens",
        21_387,
        (3_238.0, 2_262.0),
        estimate(0.045_23, 0.038_89, 0.051_57),
        estimate(0.4261, 0.357, 0.501),
        3.2e-44,
    );
    let buy_mens = email(
        "conversion",
        "conversion",
        "mens",
        21_307,
        (267.0, 122.0),
        estimate(0.006_805, 0.005, 0.008_61),
        estimate(1.188, 0.772, 1.735),
        1.5e-13,
    );
    let buy_womens = email(
        "conversion",
        "conversion",
        "womens",
        21_387,
        (189.0, 122.0),
        estimate(0.003_111, 0.0015, 0.004_72),
        estimate(0.543, 0.234, 0.945),
        0.000_157,
    );
    let mut spend = goal("spend", "spend per customer", "exploratory", Unit::Money, "mens", "womens");
    (spend.n, spend.n_against) = (21_307, 21_387);
    (spend.level, spend.level_against) = (known(1.4226), known(1.0772));
    spend.difference = estimate(0.3454, 0.0326, 0.6583);
    spend.lift = estimate(0.3207, 0.027, 0.711);
    (spend.p, spend.p_adjusted) = (known(0.0305), known(0.0305));
    spend.method = words("Welch", "Welch 检验");
    spend.beside = vec![
        Beside {
            slug: "variance-reduced".into(),
            title: words("CUPED on past spend", "以历史消费做 CUPED"),
            difference: estimate(0.3441, 0.0314, 0.6568),
            p: known(0.0311),
            extra: Some((words("variance saved", "方差减少"), known(0.0004))),
        },
        Beside {
            slug: "capped".into(),
            title: words("capped at the 99.9th percentile", "按 99.9 分位封顶"),
            difference: estimate(0.31, 0.05, 0.57),
            p: known(0.019),
            extra: Some((words("cap", "封顶值"), known(291.88))),
        },
    ];
    trial.arms = vec![
        arm("none", "no e-mail", true, 21_306, estimate(0.1062, 0.1021, 0.1104)),
        arm("mens", "men's e-mail", false, 21_307, estimate(0.1828, 0.1776, 0.188)),
        arm("womens", "women's e-mail", false, 21_387, estimate(0.1514, 0.1467, 0.1563)),
    ];
    for (arm, (best, loss)) in trial.arms.iter_mut().zip([(0.0, 0.0766), (0.9999, 0.000_001), (0.0001, 0.0314)]) {
        (arm.best, arm.loss, arm.share, arm.found) = (known(best), known(loss), Some(1.0 / 3.0), known(arm.assigned as f64 / 64_000.0));
    }
    trial.cuts = [&mens, &womens]
        .into_iter()
        .flat_map(|row| {
            let stretch = row.difference.value.known().unwrap_or(0.0) / 0.06;
            [
                cut(
                    "channel",
                    "channel of the last purchase",
                    row,
                    &[
                        ("Web", "", 9_400, 0.061 * stretch),
                        ("Phone", "", 9_300, 0.058 * stretch),
                        ("Multichannel", "", 2_600, 0.091 * stretch),
                        ("", "", 6, 0.1),
                    ],
                ),
                cut(
                    "zip",
                    "area",
                    row,
                    &[("Urban", "", 8_500, 0.055 * stretch), ("Surburban", "", 9_600, 0.062 * stretch), ("Rural", "", 3_200, -0.011)],
                ),
            ]
        })
        .collect();
    trial.over_time = vec![series(&mens, 14, 5), series(&womens, 14, 9)];
    trial.exposure = exposure(&trial.arms, 14);
    trial.uplift = Some(uplift());
    trial.funnel = vec![
        FunnelStage { slug: "assigned".into(), title: words("assigned", "分组"), counts: vec![21_306, 21_307, 21_387] },
        FunnelStage { slug: "delivered".into(), title: words("delivered", "送达"), counts: vec![0, 20_998, 21_054] },
        FunnelStage { slug: "visit".into(), title: words("visited", "访问"), counts: vec![2_262, 3_894, 3_238] },
        FunnelStage { slug: "goal".into(), title: words("bought", "购买"), counts: vec![122, 267, 189] },
    ];
    trial.tests = [&mens, &womens, &buy_mens, &buy_womens, &spend]
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
    trial.verdict = Verdict {
        rule: "R3".into(),
        title: words("ship", "全面推广"),
        met: Met::Met,
        sentence: words(
            "Goal: +3 pp visits within 14 days. Result of the men's e-mail: +7.66 pp (7.00 to 8.32). Met.",
            "目标：14 天访问率 +3 pp。男装邮件结果：+7.66 pp（7.00 至 8.32）。达成。",
        ),
        action: words("send the men's e-mail to everybody but a holdout of 5%", "除 5% 留存对照外，全部发送男装邮件"),
        would_change: words("nothing that is likely: the lower end is more than twice the target", "基本没有：区间下限已超过目标的两倍"),
        arm: Some("mens".into()),
        findings: vec![finding(
            "R3",
            ("ship", "全面推广"),
            "decides",
            vec![fact(("lower end of the goal", "目标区间下限"), "visit", 0.069_95, ">", 0.03, true)],
        )],
        by_arm: ["mens", "womens"]
            .iter()
            .map(|arm| ArmVerdict {
                arm: (*arm).into(),
                rule: "R3".into(),
                title: words("ship", "全面推广"),
                action: words("send it", "发送"),
                findings: Vec::new(),
            })
            .collect(),
    };
    trial.goals = vec![mens, womens, buy_mens, buy_womens, spend];
    trial.trust = vec![
        check(
            "sample-ratio",
            ("sample ratio", "样本比例"),
            Light::Green,
            ("21,306 : 21,307 : 21,387, as equal shares give", "21,306 : 21,307 : 21,387，与等比例相符"),
            0.9037,
            0.001,
        ),
        check(
            "skew",
            ("heavy tail", "厚尾"),
            Light::Amber,
            ("spend is skewed (18.6); the interval of its mean may be off", "消费严重右偏（18.6）；均值区间可能不准"),
            18.6,
            7.7,
        ),
    ];
    evaluation("hillstrom.strat", vec![trial])
}

fn uplift() -> UpliftReport {
    let differences = [0.131, 0.118, 0.102, 0.094, 0.081, 0.07, 0.055, 0.041, 0.02, -0.012];
    let mut sum = 0.0;
    let mut curve = vec![(0.0, 0.0)];
    let mut parts = Vec::new();
    for (index, difference) in differences.into_iter().enumerate() {
        sum += difference * 2_130.0;
        curve.push(((index + 1) as f64 / 10.0, sum));
        parts.push(UpliftPart {
            part: index as u32 + 1,
            n: 2_130,
            n_against: 2_131,
            level: known(0.12 + difference),
            level_against: known(0.12),
            difference: estimate(difference, difference - 0.021, difference + 0.021),
            cumulative: known(sum),
            profit: known(difference * 2_130.0 * 4.0 - 400.0),
        });
    }
    UpliftReport { score: "propensity_score".into(), goal: "visit".into(), parts, curve, coefficient: known(0.173) }
}

/// Calls by mobile and by land line; who was called how was nobody's draw.
pub fn calls() -> Evaluation {
    let mut trial = trial("uci_calls", "Term deposit calls", "experiment");
    trial.randomised = false;
    trial.because = Some("the branch decided which number to call".into());
    let mut row = goal("subscribed", "subscribed to a term deposit", "goal", Unit::Share, "cellular", "telephone");
    row.registered = "target +2pp vs telephone".into();
    row.threshold = Some(0.02);
    row.figure = "rate(subscribed)".into();
    (row.n, row.n_against, row.count, row.count_against) = (26_144, 15_044, Some(3_853.0), Some(787.0));
    (row.level, row.level_against) = (known(0.1474), known(0.0523));
    row.difference = estimate(0.0412, 0.0333, 0.0489);
    (row.p, row.p_adjusted) = (known(1e-20), known(1e-20));
    row.method = words("doubly robust", "双重稳健估计");
    trial.goals = vec![row];
    trial.arms = vec![
        arm("telephone", "land line", true, 15_044, estimate(0.0523, 0.0489, 0.056)),
        arm("cellular", "mobile", false, 26_144, estimate(0.1474, 0.1431, 0.1517)),
    ];
    let way = |slug: &str, title: (&str, &str), difference: Estimate, effective: f64| AdjustedRow {
        goal: "subscribed".into(),
        arm: "cellular".into(),
        slug: slug.into(),
        title: words(title.0, title.1),
        difference,
        p: known(1e-15),
        effective: known(effective),
    };
    trial.adjusted = vec![
        way("naive", ("naive", "未调整"), estimate(0.0951, 0.0895, 0.1006), 15_044.0),
        way("regression", ("regression", "回归调整"), estimate(0.0467, 0.0391, 0.0543), 15_044.0),
        way("weighted", ("weighted", "加权"), estimate(0.0389, 0.0301, 0.0477), 6_210.4),
        way("doubly-robust", ("doubly robust", "双重稳健"), estimate(0.0412, 0.0333, 0.0489), 6_210.4),
    ];
    let smd = |name: &str, label: &str, before: f64, after: f64| BalanceRow {
        covariate: name.into(),
        label: Some(label.into()),
        arm: "cellular".into(),
        before: known(before),
        after: Some(known(after)),
        p: known(0.0001),
    };
    trial.balance = vec![
        smd("age", "age", -0.021, -0.004),
        smd("euribor3m", "3-month rate", -0.832, -0.061),
        smd("campaign", "calls in this campaign", -0.145, -0.032),
        smd("previous", "calls before", 0.487, 0.058),
        smd("emp_var", "employment", -0.801, -0.118),
        smd("month_may", "called in May", -0.61, -0.09),
    ];
    trial.drift = Some(super::course::drift());
    trial.off_policy = Some(OffPolicyReport {
        goal: "subscribed".into(),
        rows: 41_188,
        inverse: no_estimate(Withheld::PoorOverlap { effective: 38.0, need: 500.0 }),
        self_normalised: none(Withheld::PoorOverlap { effective: 38.0, need: 500.0 }),
        effective: known(38.0),
        supported: false,
        sentence: words("only 38 of 41,188 logged decisions resemble the rule", "41,188 条历史决策中只有 38 条与该规则相似"),
    });
    trial.trust = vec![
        check(
            "balance",
            ("balance", "平衡性"),
            Light::Red,
            (
                "before weighting the arms differ by 0.83 standard deviations in the 3-month rate",
                "加权前两组的三个月利率相差 0.83 个标准差",
            ),
            0.832,
            0.1,
        ),
        check(
            "drift",
            ("drift", "漂移"),
            Light::Amber,
            ("the 3-month rate moved during the campaign (PSI 1.42)", "活动期间三个月利率发生变化（PSI 1.42）"),
            1.42,
            0.25,
        ),
    ];
    trial.verdict = Verdict {
        rule: "R9".into(),
        title: words("observational: worth testing at best", "观察性结果：至多值得试验"),
        met: Met::Met,
        sentence: words(
            "Adjusted difference +4.12 pp (3.33 to 4.89); what was adjusted for may not be all there is.",
            "调整后差异 +4.12 pp（3.33 至 4.89）；未观测因素可能仍有影响。",
        ),
        action: words("test it: draw 3,400 customers per arm by chance", "做随机试验：每组随机抽取 3,400 位客户"),
        would_change: words("a draw by chance", "随机分组"),
        arm: Some("cellular".into()),
        findings: vec![finding("R9", ("observational: worth testing at best", "观察性结果：至多值得试验"), "decides", Vec::new())],
        by_arm: Vec::new(),
    };
    evaluation("uci_calls.strat", vec![trial])
}
